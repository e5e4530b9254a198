#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "text/text.h"

static void test_printable(void **state)
{
	static const struct { const char *text; bool expect; } rows[] = {
		{ "", true }, { "alice", true }, { "Zo\xc3\xab", true }, { "\xe2\x82\xac", true },
		{ "\xf0\x9f\x93\xb1", true }, { "a\tb", false }, { "\x1b[1m", false }, { "\x7f", false },
		{ "\xc2\x9b", false } /* C1 */, { "\xc3", false } /* cut */, { "\xff", false },
		{ "\xc0\xaf", false } /* over-long */, { "\xe0\x80\xaf", false },
		{ "\xed\xa0\x80", false } /* surrogate */, { "\xf4\x90\x80\x80", false } /* too high */,
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_text_printable(rows[i].text) != rows[i].expect)
			fail_msg("row %zu", i);
}

static void test_copy(void **state)
{
	static const struct { const char *text; size_t size; const char *expect; } rows[] = {
		{ "alice", 6, "alice" }, { "alice", 5, "alic" }, { "Zo\xc3\xab", 4, "Zo" },
		{ "a\nb\xff", 16, "a?b?" }, { "", 1, "" },
	};
	char out[16];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_text_copy(out, rows[i].size, rows[i].text);
		assert_string_equal(out, rows[i].expect);
	}
}

static void test_names(void **state)
{
	static const struct { const char *name; bool expect; } rows[] = {
		{ "alice", true }, { "a.b-c_d@school.nl", true }, { "", false }, { "-alice", false },
		{ "a/b", false }, { "a b", false }, { "a\nb", false }, { "..", true },
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

/* Every field at its bounds. */
static struct mfa_account *full_account(void)
{
	struct mfa_account *a;
	size_t i;

	assert_int_equal(mfa_account_new("alice", &a), 0);
	a->has_uid = true;
	a->uid = UINT32_MAX;
	a->created = INT64_MAX;
	for (i = 0; i < MFA_DEVICES_MAX; i++) {
		struct mfa_device d = { .type = MFA_DEVICE_TOTP, .hash = (enum mfa_hash)(i % 3),
			.digits = 6 + i % 3, .period = i % 2 ? 300 : 5, .last_step = INT64_MAX,
			.drift = i % 2 ? 1000 : -1000, .created = 1, .used = INT64_MAX,
			.secret_len = i == 0 ? 1 : MFA_OTP_SECRET_MAX };

		memset(d.secret, (int)(0xff - i), d.secret_len);
		memset(d.label, '"', MFA_LABEL_MAX - 2);
		d.label[0] = (char)('a' + i);
		assert_int_equal(mfa_account_add_device(a, &d), 0);
		assert_int_equal(mfa_account_add_device(a, &d),
				 i == MFA_DEVICES_MAX - 1 ? -ENOSPC : -EEXIST);
	}
	a->recovery_count = MFA_RECOVERY_COUNT;
	memset(a->recovery, 0xa5, sizeof(a->recovery));
	memset(a->recovery_salt, 0x5a, sizeof(a->recovery_salt));
	for (i = 0; i < MFA_BUDGET_COUNT; i++)
		a->throttles[i] = (struct mfa_throttle){ UINT32_MAX, INT64_MAX };
	for (i = 0; i < MFA_EVENTS_MAX + 3; i++)
		mfa_account_add_event(a, (int64_t)i, "a service \\\"x", i % 2 ? "192.0.2.1" : "",
				      "totp", "ok");
	return a;
}

static void test_round_trip(void **state)
{
	struct mfa_account *a = full_account(), *b;
	char *text, *again;
	size_t len, again_len;

	(void)state;
	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_int_equal(mfa_account_parse(text, len, &b), 0);
	assert_memory_equal(a, b, sizeof(*a));
	assert_int_equal(mfa_account_format(b, &again, &again_len), 0);
	assert_string_equal(text, again);
	assert_null(strstr(text, "\n"));
	free(text);
	free(again);
	mfa_account_free(&a);
	mfa_account_free(&b);
	assert_null(b);
}

#define DEVICE "{\"label\":\"P\",\"type\":\"totp\",\"secret\":\"GEZDGNBV\",\"hash\":\"SHA1\"," \
	"\"digits\":6,\"period\":30,\"last\":0,\"drift\":0,\"created\":0,\"used\":0}"
#define RECORD(v, name, uid, devices, recovery, throttles, events) \
	"{\"v\":" v ",\"name\":" name ",\"uid\":" uid ",\"created\":0,\"devices\":" devices \
	",\"salt\":\"00000000000000000000000000000000\",\"recovery\":" recovery \
	",\"throttles\":" throttles ",\"events\":" events "}"

static void test_malformed(void **state)
{
	static const struct { const char *text; int expect; } rows[] = {
		{ RECORD("1", "\"a\"", "1", "[" DEVICE "]", "[]", "{}", "[]"), 0 },
		{ RECORD("1", "\"a\"", "null", "[]", "[]", "{\"code\":[1,2]}", "[\"1 ok totp sshd \"]"), 0 },
		{ RECORD("2", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EPROTONOSUPPORT },
		{ RECORD("0", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("\"1\"", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a/b\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\\u0000b\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "7", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "-1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "4294967296", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "\"1\"", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "{}", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[" DEVICE "," DEVICE "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[{}]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[\"00\"]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[1]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "[]", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[0,2]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[1,-2]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "[\"x ok totp sshd \"]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "[\"1 ok totp\"]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}",
			 "[\"1 a-result-that-is-too-long totp sshd \"]"), -EBADMSG },
		{ "{\"v\":1,\"v\":1}", -EBADMSG },
		{ "{\"v\":1", -EBADMSG },
		{ "[]", -EBADMSG },
		{ "", -EBADMSG },
	};
	struct mfa_account *account;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_account_parse(rows[i].text, strlen(rows[i].text), &account);

		if (r != rows[i].expect || (r != 0) != (account == NULL))
			fail_msg("row %zu: %d", i, r);
		mfa_account_free(&account);
	}
}

static void test_events(void **state)
{
	struct mfa_account *a;
	int i;

	(void)state;
	assert_int_equal(mfa_account_new("alice", &a), 0);
	/* Guesses in a row take one place, with the time of the last. */
	for (i = 0; i < 50; i++)
		mfa_account_add_event(a, i, "sshd", "192.0.2.1", "totp", "wrong");
	assert_int_equal(a->event_count, 1);
	assert_int_equal(a->events[0].time, 49);
	mfa_account_add_event(a, 50, "sshd", "192.0.2.2", "totp", "wrong");
	assert_int_equal(a->event_count, 2);
	/* Entries each have their own, and the oldest goes. */
	for (i = 0; i < MFA_EVENTS_MAX; i++)
		mfa_account_add_event(a, 100 + i, "sshd", "192.0.2.1", "totp", "ok");
	assert_int_equal(a->event_count, MFA_EVENTS_MAX);
	assert_int_equal(a->events[0].time, 100);
	mfa_account_free(&a);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_remove_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
