/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and labels, devices, what happened at an account, and who a name is. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "account/identity.h"
#include "full_account.h"

static void test_names(void **state)
{
	static const struct { const char *name; bool expect; } rows[] = {
		{ "alice", true }, { "a.b-c_d@school.nl", true }, { "", false }, { "-alice", false },
		{ "a/b", false }, { "a b", false }, { "a\nb", false }, { "..", true },
		{ "Zo\xc3\xab", true }, { "a\xc2\xa0" "b", true }, { "Zo\xc3", false },
		{ "\xc2\x9b", false },
	};
	char longest[MFA_ACCOUNT_NAME_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(mfa_account_name_valid(rows[i].name), rows[i].expect);
	memset(longest, 'a', sizeof(longest));
	longest[MFA_ACCOUNT_NAME_MAX + 1] = '\0';
	assert_false(mfa_account_name_valid(longest));
	longest[MFA_ACCOUNT_NAME_MAX] = '\0';
	assert_true(mfa_account_name_valid(longest));
}

static void test_labels(void **state)
{
	static const struct { const char *label; bool expect; } rows[] = {
		{ "Phone", true }, { "Mum's old phone / 2", true }, { "-", true }, { " ", true },
		{ "\xf0\x9f\x93\xb1", true }, { "", false }, { "a\nb", false },
		{ "\x1b[2J", false }, { "\xff", false },
	};
	char longest[MFA_LABEL_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(mfa_label_valid(rows[i].label), rows[i].expect);
	memset(longest, 'a', sizeof(longest));
	longest[MFA_LABEL_MAX + 1] = '\0';
	assert_false(mfa_label_valid(longest));
	longest[MFA_LABEL_MAX] = '\0';
	assert_true(mfa_label_valid(longest));
}

static void test_events(void **state)
{
	struct mfa_account *a;
	int i;

	(void)state;
	assert_int_equal(mfa_account_new("alice", &a), 0);
	for (i = 0; i < MFA_EVENTS_MAX + 1; i++)
		mfa_account_add_event(a, 100 + i, "sshd", "192.0.2.1", "totp", "ok");
	assert_int_equal(a->event_count, MFA_EVENTS_MAX);
	assert_int_equal(a->events[0].time, 101);
	mfa_account_add_event(a, 500, "mfa-enroll", "", "totp", "removed");
	assert_int_equal(a->event_count, MFA_EVENTS_MAX);
	assert_string_equal(a->events[MFA_EVENTS_MAX - 1].result, "removed");
	mfa_account_free(&a);
}

/* What was wrong is added up by its place, and drives out nothing that was right. */
static void test_failures(void **state)
{
	static const struct { int64_t time; const char *service, *rhost, *result; size_t count; } rows[] = {
		{ 10, "sshd", "192.0.2.1", "wrong", 1 },
		{ 11, "sshd", "192.0.2.1", "wrong", 1 },
		{ 12, "sudo", "", "wrong", 2 },
		{ 13, "sshd", "192.0.2.2", "resync", 3 },
		{ 14, "sshd", "192.0.2.1", "not-me", 3 },
		{ 15, "sshd", "", "wrong", 4 },
	};
	struct mfa_account *a;
	char rhost[16];
	size_t i;
	uint32_t sum = 0;

	(void)state;
	assert_int_equal(mfa_account_new("alice", &a), 0);
	mfa_account_add_event(a, 1, "sshd", "192.0.2.1", "totp", "ok");
	for (i = 0; i < ROWS(rows); i++) {
		mfa_account_add_event(a, rows[i].time, rows[i].service, rows[i].rhost, "totp", rows[i].result);
		assert_int_equal(a->failure_count, rows[i].count);
		assert_string_equal(a->failures[rows[i].count - 1].last.rhost, rows[i].rhost);
	}
	assert_string_equal(a->failures[2].last.result, "not-me");
	assert_int_equal(a->failures[2].count, 3);
	assert_int_equal(a->failures[2].first, 10);
	assert_int_equal(a->failures[2].last.time, 14);
	/* From a thousand places: the last ones stand by themselves, and none is lost. */
	for (i = 0; i < 1000; i++) {
		(void)snprintf(rhost, sizeof(rhost), "10.0.%zu.%zu", i / 250, i % 250);
		mfa_account_add_event(a, 100 + (int64_t)i, "sshd", rhost, "totp", "wrong");
	}
	assert_int_equal(a->failure_count, MFA_FAILURES_MAX);
	assert_string_equal(a->failures[MFA_FAILURES_MAX - 1].last.rhost, "10.0.3.249");
	assert_string_equal(a->failures[0].last.rhost, MFA_ELSEWHERE);
	assert_string_equal(a->failures[0].last.service, MFA_ELSEWHERE);
	assert_int_equal(a->failures[0].first, 10);
	for (i = 0; i < MFA_FAILURES_MAX; i++)
		sum += a->failures[i].count;
	assert_int_equal(sum, 1000 + ROWS(rows));
	assert_int_equal(a->event_count, 1);
	/* What the user's own programs claim pushes out two at most, and is put together with nobody else's. */
	for (i = 0; i < 1000; i++) {
		(void)snprintf(rhost, sizeof(rhost), "local:%zu", i);
		mfa_account_add_event(a, 2000 + (int64_t)i, rhost, "", "totp", "wrong");
	}
	assert_int_equal(a->failure_count, MFA_FAILURES_MAX);
	for (i = sum = 0; i < MFA_FAILURES_MAX; i++)
		sum += a->failures[i].count;
	assert_int_equal(sum, 2000 + ROWS(rows));
	assert_string_equal(a->failures[0].last.service, MFA_ELSEWHERE);
	assert_string_equal(a->failures[1].last.rhost, "10.0.3.245");
	assert_string_equal(a->failures[5].last.rhost, "10.0.3.249");
	assert_string_equal(a->failures[6].last.service, "local:*");
	assert_int_equal(a->failures[6].count, 999);
	assert_string_equal(a->failures[7].last.service, "local:999");
	/* Nor does what comes then push these out, or the other way round. */
	mfa_account_add_event(a, 4000, "sudo", "", "totp", "wrong");
	assert_int_equal(a->failure_count, MFA_FAILURES_MAX);
	assert_string_equal(a->failures[5].last.service, "local:*");
	/* Callers have as many, and take none of theirs. */
	for (i = 0; i < 1000; i++) {
		(void)snprintf(rhost, sizeof(rhost), "10.1.%zu.%zu", i / 250, i % 250);
		mfa_account_add_event(a, 5000 + (int64_t)i, "caller:radiusd (freerad)", rhost, "totp", "wrong");
	}
	assert_int_equal(a->failure_count, MFA_FAILURES_MAX);
	assert_string_equal(a->failures[0].last.service, MFA_ELSEWHERE);
	assert_string_equal(a->failures[3].last.service, "local:*");
	assert_string_equal(a->failures[4].last.service, "local:999");
	assert_string_equal(a->failures[5].last.service, "sudo");
	assert_string_equal(a->failures[6].last.service, "caller:*");
	assert_int_equal(a->failures[6].count, 999);
	assert_string_equal(a->failures[7].last.service, "caller:radiusd_(freerad)");
	mfa_account_free(&a);
}

/* Nothing that a client says makes a record that can't be read again. */
static void test_event_texts(void **state)
{
	static const struct {
		const char *service, *rhost, *expect_service, *expect_rhost;
	} rows[] = {
		{ "sshd", "192.0.2.1", "sshd", "192.0.2.1" },
		{ "", "", "", "" },
		{ "a b", " x y ", "a_b", "_x_y_" },
		{ "\x1b[2J", "a\nb", "?[2J", "a?b" },
		{ "\xff\xfe", "Zo\xc3\xab", "??", "Zo\xc3\xab" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678",
		  "123456789012345678901234567890123456789012345678901234567890123\xc3\xab",
		  "1234567890123456789012345678901234567890123456789012345678901234",
		  "123456789012345678901234567890123456789012345678901234567890123" },
	};
	struct mfa_account *a, *b;
	size_t i, len;
	char *text;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(mfa_account_new("alice", &a), 0);
		mfa_account_add_event(a, 1, rows[i].service, rows[i].rhost, "totp", "ok");
		assert_string_equal(a->events[0].service, rows[i].expect_service);
		assert_string_equal(a->events[0].rhost, rows[i].expect_rhost);
		assert_int_equal(mfa_account_format(a, &text, &len), 0);
		assert_int_equal(mfa_account_parse(text, len, &b), 0);
		assert_memory_equal(a->events, b->events, sizeof(a->events));
		free(text);
		mfa_account_free(&a);
		mfa_account_free(&b);
	}
}

static void test_identity(void **state)
{
	static const struct { const char *name; int r; bool known; } rows[] = {
		{ "root", 0, true }, { "no-such-user-here", 0, false }, { "", -EINVAL, false },
		{ "-root", -EINVAL, false }, { "../root", -EINVAL, false },
		{ "ro\not", -EINVAL, false },
	};
	struct mfa_identity id;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		memset(&id, 0xff, sizeof(id));
		assert_int_equal(mfa_identity_of_name(rows[i].name, &id), rows[i].r);
		assert_int_equal(id.known, rows[i].known);
		assert_int_equal(id.uid, 0);
		assert_string_equal(id.name, rows[i].r == 0 ? rows[i].name : "");
	}
	assert_int_not_equal(mfa_identity_overflow_uid(), 0);
}

static void test_remove_device(void **state)
{
	struct mfa_account *a = full_account();
	struct mfa_device *first = &a->devices[0];
	char second[MFA_LABEL_MAX + 1];

	(void)state;
	memcpy(second, a->devices[1].label, sizeof(second));
	mfa_account_remove_device(a, first);
	assert_int_equal(a->device_count, MFA_DEVICES_MAX - 1);
	assert_string_equal(a->devices[0].label, second);
	/* What is left behind the last holds no secret. */
	assert_int_equal(a->devices[MFA_DEVICES_MAX - 1].secret_len, 0);
	assert_int_equal(a->devices[MFA_DEVICES_MAX - 1].secret[0], 0);
	mfa_account_free(&a);
}

/* Which devices are enough is for the rules to say. */
static void test_is_enough(void **state)
{
	static const struct {
		enum mfa_device_type types[2];
		size_t count;
		unsigned alone;
		const char *without;
		bool enough;
	} rows[] = {
		{ { MFA_DEVICE_TOTP }, 0, ~0U, NULL, false },
		{ { MFA_DEVICE_TOTP }, 1, MFA_METHOD_TOTP, NULL, true },
		{ { MFA_DEVICE_TOTP }, 1, MFA_METHOD_TOTP, "0", false },
		{ { MFA_DEVICE_TOTP }, 1, MFA_METHOD_TOTP, "1", true },
		{ { MFA_DEVICE_TOTP }, 1, MFA_METHOD_PUSH | MFA_METHOD_HOTP, NULL, false },
		{ { MFA_DEVICE_TOTP, MFA_DEVICE_HOTP }, 2, MFA_METHOD_HOTP, "0", true },
		{ { MFA_DEVICE_TOTP, MFA_DEVICE_HOTP }, 2, MFA_METHOD_HOTP, "1", false },
		{ { MFA_DEVICE_TOTP, MFA_DEVICE_HOTP }, 2, 0, NULL, false },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account a = { .device_count = rows[i].count };

		for (k = 0; k < rows[i].count; k++) {
			a.devices[k].type = rows[i].types[k];
			a.devices[k].label[0] = (char)('0' + k);
		}
		if (mfa_account_is_enough(&a, rows[i].alone, rows[i].without) != rows[i].enough)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_event_texts),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_remove_device),
		cmocka_unit_test(test_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
