/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "mfad/signin/facts.h"
#include "talk.h"

#define NOW 1800000000
#define ALICE 64998
#define BOB 64997
#define NO_GROUP "mfa-no-such-group"

static const struct mfa_identity root = { .name = "root", .known = true };
/* Of no group but the one with its own number. */
static const struct mfa_identity alice = { .name = "mfa-test-alice", .known = true, .uid = ALICE, .gid = ALICE };
static const struct mfa_identity stranger = { .name = "mfa-test-stranger", .uid = BOB };

static int set_clock(void **state)
{
	(void)state;
	mfa_clock_test_now = NOW;
	return 0;
}

/* For somebody who waits, and whose look-ups come back. */
static void gather(const struct subject *subject, const struct mfa_policy *policy, const struct mfa_account *account,
		   const char *rhost, struct mfa_policy_facts *out)
{
	static const struct mfa_conf conf = { .directory_timeout = MFA_CONF_DIRECTORY_TIMEOUT };
	struct talk talk;

	talk_begin(&talk);
	talk.c.conf = &conf;
	working_begin(&talk.c.working, false);
	assert_int_equal(facts_gather(&talk.c, subject, policy, account, rhost, out), 0);
	working_end(&talk.c.working);
	talk_end(&talk);
}

/* A look-up that failed is not the same as not being in a group. */
static void test_groups(void **state)
{
	static const struct {
		const char *name; const struct mfa_identity *who; const char *groups[3]; enum mfa_membership expect;
	} rows[] = {
		{ "no groups", &alice, { NULL }, MFA_MEMBER_NO },
		{ "a member", &root, { "root" }, MFA_MEMBER_YES },
		{ "another's", &alice, { "root" }, MFA_MEMBER_NO },
		{ "a group that is not there", &root, { NO_GROUP }, MFA_MEMBER_NOT_KNOWN },
		{ "a member, before that", &root, { "root", NO_GROUP }, MFA_MEMBER_YES },
		{ "a member, after that", &root, { NO_GROUP, "root" }, MFA_MEMBER_YES },
		{ "another's, before that", &alice, { "root", NO_GROUP }, MFA_MEMBER_NOT_KNOWN },
		{ "another's, after that", &alice, { NO_GROUP, "root" }, MFA_MEMBER_NOT_KNOWN },
		{ "no groups, a stranger", &stranger, { NULL }, MFA_MEMBER_NO },
		{ "a stranger", &stranger, { "root" }, MFA_MEMBER_NOT_KNOWN },
		{ "a stranger, and no such group", &stranger, { NO_GROUP, "root" }, MFA_MEMBER_NOT_KNOWN },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_group groups[3] = { { NULL, 0 } };
		struct mfa_policy policy = { .groups = { groups, 0 } }, except = { .except_groups = { groups, 0 } };
		struct subject subject = { .identity = *rows[i].who };
		struct mfa_policy_facts facts;

		for (j = 0; j < 3 && rows[i].groups[j] != NULL; j++)
			groups[j].name = rows[i].groups[j];
		policy.groups.count = except.except_groups.count = j;
		gather(&subject, &policy, NULL, NULL, &facts);
		if (facts.in_groups != rows[i].expect || facts.in_except_groups != MFA_MEMBER_NO)
			fail_msg("%s: %d", rows[i].name, (int)facts.in_groups);
		gather(&subject, &except, NULL, NULL, &facts);
		if (facts.in_except_groups != rows[i].expect || facts.in_groups != MFA_MEMBER_NO)
			fail_msg("except, %s: %d", rows[i].name, (int)facts.in_except_groups);
	}
}

/* What an account has that an administrator may have said: devices, a pass, events. */
static struct mfa_account *account_of(unsigned devices, int64_t pass_until, const char *event)
{
	struct mfa_account *account = calloc(1, sizeof(*account));

	assert_non_null(account);
	account->device_count = devices;
	account->postponed = 2;
	if (devices > 1)
		account->devices[1].type = MFA_DEVICE_HOTP;
	account->pass.until = pass_until;
	account->pass.uses = pass_until != 0 ? 1 : 0;
	if (event != NULL) {
		account->event_count = 1;
		(void)strcpy(account->events[0].result, event);
	}
	return account;
}

static void test_unlisted(void **state)
{
	static const struct {
		const char *name; bool folded, known, record; unsigned devices; int64_t pass_until; const char *event;
		bool expect;
	} rows[] = {
		{ "no record", true, false, false, 0, 0, NULL, true },
		{ "no record, known", true, true, false, 0, 0, NULL, false },
		{ "no record, a store that is not folded", false, false, false, 0, 0, NULL, false },
		{ "an empty record", true, false, true, 0, 0, NULL, true },
		{ "a device", true, false, true, 1, 0, NULL, false },
		{ "a pass", true, false, true, 0, NOW + 1, NULL, false },
		{ "a pass that has ended", true, false, true, 0, NOW, NULL, true },
		{ "guesses", true, false, true, 0, 0, "wrong", true },
		{ "a pass that has ended, and guesses", true, false, true, 0, NOW, "wrong", true },
		{ "a success", true, false, true, 0, 0, "ok", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *account = account_of(rows[i].devices, rows[i].pass_until, rows[i].event);
		struct subject subject = { .folded = rows[i].folded, .identity.known = rows[i].known };
		struct mfa_policy policy = { .nss = false };
		struct mfa_policy_facts facts;

		gather(&subject, &policy, rows[i].record ? account : NULL, NULL, &facts);
		if (facts.unlisted != rows[i].expect || facts.known != rows[i].known)
			fail_msg("%s", rows[i].name);
		free(account);
	}
}

static void test_account(void **state)
{
	struct subject subject = { .local = true, .caller = "freerad", .barred = "a rule", .identity = alice };
	struct mfa_account *account = account_of(2, NOW + 1, NULL);
	struct mfa_policy policy = { .nss = true };
	struct mfa_policy_facts facts, none = { .known = false };

	(void)state;
	memset(&facts, 0xff, sizeof(facts));
	gather(&subject, &policy, account, "192.0.2.1", &facts);
	assert_true(facts.known);
	assert_true(facts.local);
	assert_true(facts.by_caller);
	assert_string_equal(facts.barred, "a rule");
	assert_string_equal(facts.rhost, "192.0.2.1");
	assert_int_equal(facts.now, NOW);
	assert_int_equal(facts.devices, 2);
	assert_int_equal(facts.methods,
			 MFA_METHOD_TOTP | MFA_METHOD_HOTP);
	assert_int_equal(facts.stand_ins, MFA_METHOD_PASS);
	assert_int_equal(facts.postponed, 2);
	assert_false(facts.remembered || facts.here || facts.by_another);
	/* Nothing of whom it was about before. */
	subject = (struct subject){ .identity = stranger };
	gather(&subject, &policy, NULL, NULL, &facts);
	none.now = NOW;
	none.in_groups = none.in_except_groups = MFA_MEMBER_NO;
	assert_memory_equal(&facts, &none, sizeof(facts));
	free(account);
}

static void test_place(void **state)
{
	static const struct {
		const char *name; const struct mfa_identity *who; const char *service; enum mfa_on_host said;
		struct mfa_presence presence; bool here, by_another, local;
	} rows[] = {
		{ "a module that says nothing", &alice, "su", MFA_ON_HOST_BY_NAME, { false, false, 0 }, true, false },
		{ "the same of another's", &alice, "su", MFA_ON_HOST_BY_NAME, { false, false, BOB }, true, false },
		{ "her own", &alice, "su", MFA_ON_HOST_BY_NAME, { true, false, ALICE }, true, false },
		{ "another's", &alice, "su", MFA_ON_HOST_BY_NAME, { true, false, BOB }, true, true },
		{ "root's", &alice, "su", MFA_ON_HOST_BY_NAME, { true, false, 0 }, true, false },
		{ "root's, for whoever asks", &alice, "polkit-1", MFA_ON_HOST_BY_NAME, { true, false, 0 }, true, true },
		{ "the same for root's account", &root, "polkit-1", MFA_ON_HOST_BY_NAME, { true, false, 0 }, true, true },
		{ "root's, for root's account", &root, "su", MFA_ON_HOST_BY_NAME, { true, false, 0 }, true, false },
		{ "another's, for root's account", &root, "su", MFA_ON_HOST_BY_NAME, { true, false, ALICE }, true, true },
		{ "of a stranger", &stranger, "su", MFA_ON_HOST_BY_NAME, { true, false, BOB }, true, true },
		{ "a uid that nobody has", &alice, "su", MFA_ON_HOST_BY_NAME, { true, false, UINT32_MAX }, true, true },
		{ "a daemon", &alice, "vpn", MFA_ON_HOST_BY_NAME, { true, false, 0 }, false, false },
		{ "a daemon on a terminal", &alice, "vpn", MFA_ON_HOST_BY_NAME, { true, true, ALICE }, true, false },
		{ "the same, which is not root's", &alice, "vpn", MFA_ON_HOST_BY_NAME, { true, true, ALICE }, false, false,
		  true },
		{ "a daemon that the rules call local", &alice, "vpn", MFA_ON_HOST_YES, { true, false, 0 }, true, false },
		{ "su that the rules do not call so", &alice, "su", MFA_ON_HOST_NO, { true, true, ALICE }, false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct subject subject = { .identity = *rows[i].who, .local = rows[i].local };
		struct mfa_policy policy = { .on_host = rows[i].said };
		struct mfa_policy_facts facts = { .known = true };

		facts_place(&subject, &policy, rows[i].service, &rows[i].presence, &facts);
		if (facts.here != rows[i].here || facts.by_another != rows[i].by_another || !facts.known)
			fail_msg("%s: %d, %d", rows[i].name, facts.here, facts.by_another);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_unlisted),
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, set_clock, NULL);
}
