/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "mfad/ask/sent_place.h"

static void test_places(void **state)
{
	/* Beside sshd from 192.0.2.7, session "1", terminal "ssh". */
	static const struct { const char *name, *service, *rhost, *session, *tty; bool same; } rows[] = {
		{ "the same", "sshd", "192.0.2.7", "1", "ssh", true },
		{ "another address of its network", "sshd", "192.0.2.250", "1", "ssh", true },
		{ "mapped into IPv6", "sshd", "::ffff:192.0.2.7", "1", "ssh", true },
		{ "another session, terminal", "sshd", "192.0.2.7", "2", "tty3", true },
		{ "another network", "sshd", "192.0.3.7", "1", "ssh", false },
		{ "another service", "sudo", "192.0.2.7", "1", "ssh", false },
		{ "a claim", "local:sshd", "192.0.2.7", "1", "ssh", false },
		{ "a name", "sshd", "example.org", "1", "ssh", false },
		{ "the network's text", "sshd", "192.0.2.0/24", "1", "ssh", false },
		{ "no address", "sshd", "", "1", "ssh", false },
		{ "parts that run together", "sshd192.0.2.0", "/24", "1", "ssh", false },
	};
	uint8_t first[MFA_PLACE_SIZE], other[MFA_PLACE_SIZE];
	size_t i;

	(void)state;
	assert_int_equal(sent_place("alice", "sshd", "192.0.2.7", "1", "ssh", first), 0);
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(sent_place("alice", rows[i].service, rows[i].rhost, rows[i].session, rows[i].tty, other), 0);
		if ((memcmp(first, other, sizeof(first)) == 0) != rows[i].same)
			fail_msg("%s", rows[i].name);
	}
	/* Names without an account share what stands in for one. */
	assert_int_equal(sent_place("bob", "sshd", "192.0.2.7", "1", "ssh", other), 0);
	assert_memory_not_equal(first, other, sizeof(first));
}

static void test_others(void **state)
{
	static const struct { const char *name, *a[3], *b[3]; bool same; } rows[] = {
		{ "IPv6, one network", { "2001:db8:0:1::7", "", "" }, { "2001:db8:0:1:ffff::9", "", "" }, true },
		{ "IPv6, another", { "2001:db8:0:1::7", "", "" }, { "2001:db8:0:2::7", "", "" }, false },
		{ "names", { "a.example.org", "", "" }, { "b.example.org", "", "" }, false },
		{ "sessions", { "", "1", "pts/1" }, { "", "2", "pts/1" }, false },
		{ "terminals", { "", "1", "pts/1" }, { "", "1", "pts/2" }, false },
		{ "a session and a terminal", { "", "1", "pts/1" }, { "", "1", "pts/1" }, true },
		{ "a terminal that looks like a session", { "", "1", "" }, { "", "", "1" }, false },
	};
	uint8_t a[MFA_PLACE_SIZE], b[MFA_PLACE_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(sent_place("alice", "sudo", rows[i].a[0], rows[i].a[1], rows[i].a[2], a), 0);
		assert_int_equal(sent_place("alice", "sudo", rows[i].b[0], rows[i].b[1], rows[i].b[2], b), 0);
		if ((memcmp(a, b, sizeof(a)) == 0) != rows[i].same)
			fail_msg("%s", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
