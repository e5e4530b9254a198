/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>

#include "mfad/ask/sent_limit.h"

#define NOW 1800000000
#define MOST 60
#define HOUSE 1000
#define HOUR 3600

/* Each test has hours of its own, far from those of the others. */
static struct sent_limit_ask asking(unsigned test)
{
	return (struct sent_limit_ask){ .method = MFA_METHOD_ID_TOTP, .address = "192.0.2.7", .address_hour = MOST,
					.hour = HOUSE, .now = NOW + (int64_t)test * 10 * HOUR };
}

static unsigned take(const struct sent_limit_ask *ask, unsigned times)
{
	unsigned taken = 0;

	while (times-- > 0)
		taken += sent_limit_take(ask) == SENT_LIMIT_FREE;
	return taken;
}

static void test_address(void **state)
{
	struct sent_limit_ask ask = asking(1);

	(void)state;
	assert_int_equal(take(&ask, 100), MOST);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_ADDRESS);
	ask.address = "192.0.2.8";
	assert_int_equal(take(&ask, 100), MOST);
	/* A name in its stead is one place. */
	ask.address = "tty3";
	assert_int_equal(take(&ask, 100), MOST);
	ask.address = "192.0.2.7";
	ask.now += HOUR;
	assert_int_equal(take(&ask, 100), MOST);
}

/* Who has a network of IPv6 has as many addresses as he likes. */
static void test_network(void **state)
{
	struct sent_limit_ask ask = asking(2);
	unsigned taken = 0, i;
	char address[64];

	(void)state;
	for (i = 0; i < 2 * MOST; i++) {
		(void)snprintf(address, sizeof(address), "2001:db8:0:1::%x", i + 1);
		ask.address = address;
		taken += take(&ask, 1);
	}
	assert_int_equal(taken, MOST);
	ask.address = "2001:db8:0:2::1";
	assert_int_equal(take(&ask, 1), 1);
}

/* A school behind one address, which its rules know. */
static void test_known_address(void **state)
{
	struct sent_limit_ask ask = asking(3);

	(void)state;
	ask.known_address = true;
	assert_int_equal(take(&ask, 300), 300);
	ask.known_address = false;
	assert_int_equal(take(&ask, 100), MOST);
}

static void test_used(void **state)
{
	struct sent_limit_ask ask = asking(4);
	unsigned i;

	(void)state;
	for (i = 0; i < 10 * HOUSE; i++) {
		assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_FREE);
		sent_limit_give_back(&ask, true);
	}
	assert_int_equal(take(&ask, 100), MOST);
	/* There are never more than at first. */
	for (i = 0; i < 10 * HOUSE; i++)
		sent_limit_give_back(&ask, true);
	assert_int_equal(take(&ask, 100), MOST);
}

/* From however many addresses: and each method has its own. */
static void test_house(void **state)
{
	struct sent_limit_ask ask = asking(5), other;
	unsigned taken = 0, i;
	char address[64];

	(void)state;
	ask.address = address;
	for (i = 0; i < 40000; i++) {
		(void)snprintf(address, sizeof(address), "10.%u.%u.1", i / 256 % 256, i % 256);
		taken += take(&ask, 1);
	}
	assert_int_equal(taken, HOUSE);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_HOUSE);
	other = ask;
	other.method = MFA_METHOD_ID_HOTP;
	assert_int_equal(take(&other, 1), 1);
}

/* Those that were sent some already can't take all that there is. */
static void test_heavy(void **state)
{
	struct sent_limit_ask ask = asking(6);

	(void)state;
	ask.known_address = ask.heavy = true;
	assert_int_equal(take(&ask, 2 * HOUSE), HOUSE / 2);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_HOUSE);
	ask.heavy = false;
	assert_int_equal(take(&ask, 2 * HOUSE), HOUSE / 2);
	ask.heavy = true;
	ask.now += HOUR / 2;
	assert_int_equal(take(&ask, 2 * HOUSE), HOUSE / 4);
	/* What the house refuses is counted for nobody. */
	ask.heavy = false;
	assert_int_equal(take(&ask, 2 * HOUSE), HOUSE / 4);
	ask.known_address = false;
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_HOUSE);
	ask.now += HOUR;
	assert_int_equal(take(&ask, 100), MOST);
}

/* Whoever adds addresses may be writing to strangers. */
static void test_strangers(void **state)
{
	struct sent_limit_ask ask = asking(7);
	char name[32];
	unsigned i, taken = 0;

	(void)state;
	ask.known_address = true;
	ask.enrols = "alice";
	ask.to = "+31612345678";
	assert_int_equal(take(&ask, 100), SENT_LIMIT_STRANGER);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_STRANGER_TO);
	/* From however many accounts. */
	for (i = 0; i < 50; i++) {
		(void)snprintf(name, sizeof(name), "pupil%u", i);
		ask.enrols = name;
		taken += take(&ask, 1);
	}
	assert_int_equal(taken, 0);
	/* What was refused for that is not counted for the account. */
	ask.enrols = "alice";
	ask.to = "+31612345679";
	assert_int_equal(take(&ask, 100), SENT_LIMIT_ENROLS - SENT_LIMIT_STRANGER);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_ENROLMENT);
	/* Once it was proven that address is no stranger's; the account has changed as often as before. */
	for (i = 0; i < SENT_LIMIT_ENROLS; i++)
		sent_limit_give_back(&ask, true);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_ENROLMENT);
	ask.enrols = "bob";
	assert_int_equal(take(&ask, 100), SENT_LIMIT_STRANGER);
	/* An account that is called as an address is another thing. */
	ask.to = "alice";
	assert_int_equal(take(&ask, 100), SENT_LIMIT_ENROLS - SENT_LIMIT_STRANGER);
	/* What was not sent is not counted. */
	sent_limit_give_back(&ask, false);
	assert_int_equal(take(&ask, 100), 1);
}

/* Whoever uses what is sent costs as much as others. */
static void test_all_of_an_account(void **state)
{
	struct sent_limit_ask ask = asking(9);
	unsigned i, taken = 0;

	(void)state;
	ask.account = "alice";
	for (i = 0; i < 10 * SENT_LIMIT_ACCOUNT; i++) {
		if (sent_limit_take(&ask) != SENT_LIMIT_FREE)
			continue;
		sent_limit_give_back(&ask, true);
		taken++;
	}
	assert_int_equal(taken, SENT_LIMIT_ACCOUNT);
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_ALL_OF);
	/* But what was not sent is: nobody can use it up for another. */
	sent_limit_give_back(&ask, false);
	assert_int_equal(take(&ask, 100), 1);
	sent_limit_give_back(&ask, true);
	ask.account = "bob";
	/* What is refused for the address is not counted for him. */
	assert_int_equal(take(&ask, 100), MOST);
	ask.address = "192.0.2.9";
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_ALL_OF);
	ask.account = "carol";
	assert_int_equal(take(&ask, 30), 30);
	ask.address = "192.0.2.7";
	assert_int_equal(take(&ask, 30), 0);
	ask.address = "192.0.2.10";
	assert_int_equal(take(&ask, 30), 30);
}

/* Names without an account cost nobody anything, and see what others see. */
static void test_made_up(void **state)
{
	struct sent_limit_ask ask = asking(10);

	(void)state;
	ask.made_up = ask.known_address = true;
	assert_int_equal(take(&ask, 3 * HOUSE), 3 * HOUSE);
	ask.known_address = false;
	assert_int_equal(take(&ask, 100), MOST);
	ask.made_up = false;
	ask.known_address = true;
	assert_int_equal(take(&ask, 2 * HOUSE), HOUSE);
	ask.made_up = true;
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_HOUSE);
	sent_limit_give_back(&ask, true);
	ask.made_up = false;
	assert_int_equal(sent_limit_take(&ask), SENT_LIMIT_HOUSE);
}

/* What is given back was taken a while ago, and that while has filled what it could already. */
static void test_late(void **state)
{
	struct sent_limit_ask ask = asking(11), then;
	unsigned i;

	(void)state;
	ask.account = "late";
	assert_int_equal(take(&ask, 1), 1);
	then = ask;
	ask.now += HOUR / 2;
	assert_int_equal(take(&ask, 100), MOST < SENT_LIMIT_ACCOUNT ? MOST : SENT_LIMIT_ACCOUNT);
	sent_limit_give_back(&then, true);
	/* Of the account nothing is given back. */
	assert_int_equal(take(&ask, 100), 0);
	ask.account = NULL;
	assert_int_equal(take(&ask, 100), 1);
	/* Nor, of the house, more than there was. */
	ask.known_address = true;
	i = take(&ask, 2 * HOUSE);
	assert_in_range(i, HOUSE - 2 * MOST, HOUSE);
	then.account = NULL;
	then.known_address = true;
	sent_limit_give_back(&then, true);
	assert_int_equal(take(&ask, 100), 1);
	sent_limit_give_back(&then, false);
	assert_int_equal(take(&ask, 100), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_known_address),
		cmocka_unit_test(test_used),
		cmocka_unit_test(test_house),
		cmocka_unit_test(test_heavy),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_all_of_an_account),
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
