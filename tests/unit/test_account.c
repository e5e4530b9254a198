/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "account/identity.h"

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

		if (i % 4 == 3) {
			d.type = MFA_DEVICE_HOTP;
			d.period = 0;
			d.last_step = 0;
			d.drift = 0;
			d.counter = INT64_MAX;
			d.resync = i % 8 == 3 ? INT64_MAX : 0;
			d.far_count = i % 8 == 3 ? MFA_FAR_MAX : 0;
			memset(d.far, i % 8 == 3 ? 0x7f : 0, sizeof(d.far));
		}
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
	a->pass = (struct mfa_pass){ .created = INT64_MAX, .until = INT64_MAX, .uses = UINT32_MAX };
	memset(a->pass.salt, 0x11, sizeof(a->pass.salt));
	memset(a->pass.hash, 0xee, sizeof(a->pass.hash));
	a->epoch = UINT32_MAX;
	a->postponed = UINT32_MAX;
	a->told = INT64_MAX;
	for (i = 0; i < MFA_BUDGET_COUNT; i++)
		a->throttles[i] = (struct mfa_throttle){ UINT32_MAX, INT64_MAX };
	for (i = 0; i < MFA_TOTAL_COUNT; i++) {
		a->totals[i] = (struct mfa_total){ .span = INT64_MAX, .more = MFA_TOTAL_LIFT, .lifted = INT64_MAX,
						   .lifted_again = INT64_MAX };
		memset(a->totals[i].wrong, 0xff, sizeof(a->totals[i].wrong));
	}
	memset(a->known.salt, 0x99, sizeof(a->known.salt));
	for (i = 0; i < MFA_KNOWN_MAX; i++)
		a->known.right.codes[i] = a->known.wrong.codes[i] =
			(struct mfa_known_code){ INT64_MAX, UINT32_MAX };
	a->known.right.count = a->known.wrong.count = MFA_KNOWN_MAX;
	for (i = 0; i < MFA_LATELY_MAX; i++)
		a->lately.names[i] = (struct mfa_lately_name){ UINT32_MAX, INT64_MAX, { UINT32_MAX, UINT32_MAX } };
	a->lately.count = MFA_LATELY_MAX;
	for (i = 0; i < MFA_FAILURES_MAX; i++) {
		char rhost[16];

		(void)snprintf(rhost, sizeof(rhost), "192.0.2.%zu", i);
		mfa_account_add_event(a, INT64_MAX, "a service \\\"x", i > 0 ? rhost : "", "", "wrong");
		a->failures[i].count = UINT32_MAX;
	}
	a->unheard = (struct mfa_unheard){ UINT32_MAX, INT64_MAX, INT64_MAX, INT64_MAX };
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

/* Phones are kept in memory of their own, which a copy of the device shares with nobody. */
static void test_phones(void **state)
{
	struct mfa_phone phone = { .language = "nl", .subscribed = true, .endpoint = "https://push.example.org/x",
				   .credential_len = 3 }, *kept;
	struct mfa_device device = { .type = MFA_DEVICE_PUSH, .label = "Pixel", .created = 7, .phone = &phone };
	struct mfa_account *a, *b;
	char *text, *again;
	size_t len, again_len;

	(void)state;
	memset(phone.key, 4, sizeof(phone.key));
	memset(phone.push.p256dh, 5, sizeof(phone.push.p256dh));
	memset(phone.push.auth, 6, sizeof(phone.push.auth));
	memset(phone.credential, 7, phone.credential_len);
	memset(phone.credential_key, 8, sizeof(phone.credential_key));
	assert_int_equal(mfa_account_new("alice", &a), 0);
	assert_int_equal(mfa_account_add_device(a, &device), 0);
	phone = (struct mfa_phone){ .language = "en" };
	device = (struct mfa_device){ .type = MFA_DEVICE_PUSH, .label = "Old", .phone = &phone };
	assert_int_equal(mfa_account_add_device(a, &device), 0);
	a->push = (struct mfa_push_state){ .asked = { 2, { 5, 6 } }, .asked_local = { 1, { 9 } }, .wrong = 3,
					   .stopped = 4, .asked_caller = { 2, { 7, 8 } }, .caller_wrong = 10,
					   .caller_stopped = 11 };
	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_int_equal(mfa_account_parse(text, len, &b), 0);
	assert_int_equal(mfa_account_methods(b), MFA_METHOD_PUSH);
	assert_memory_equal(&a->push, &b->push, sizeof(a->push));
	kept = mfa_account_device(b, "Pixel")->phone;
	assert_string_equal(kept->endpoint, "https://push.example.org/x");
	assert_string_equal(kept->language, "nl");
	assert_int_equal(kept->key[64], 4);
	assert_int_equal(kept->push.p256dh[0], 5);
	assert_int_equal(kept->push.auth[15], 6);
	assert_int_equal(kept->credential_len, 3);
	assert_int_equal(kept->credential_key[64], 8);
	assert_false(mfa_account_device(b, "Old")->phone->subscribed);
	assert_int_equal(mfa_account_format(b, &again, &again_len), 0);
	assert_string_equal(text, again);
	mfa_account_remove_device(b, mfa_account_device(b, "Pixel"));
	assert_string_equal(b->devices[0].phone->language, "en");
	/* A record that says push and has no phone is no record. */
	strstr(text, "\"key\"")[1] = 'K';
	mfa_account_free(&b);
	assert_int_equal(mfa_account_parse(text, len, &b), -EBADMSG);
	free(text);
	free(again);
	mfa_account_free(&a);
}

#define DEVICE LABELLED("P")
#define LABELLED(label) "{\"label\":\"" label "\",\"type\":\"totp\"," \
	"\"secret\":\"GEZDGNBV\",\"hash\":\"SHA1\",\"digits\":6," \
	"\"period\":30,\"last\":0,\"drift\":0,\"created\":0,\"used\":0}"
#define RECORD(v, name, uid, devices, recovery, throttles, events) \
	"{\"v\":" v ",\"name\":" name ",\"uid\":" uid ",\"created\":0,\"devices\":" devices \
	",\"salt\":\"00000000000000000000000000000000\",\"recovery\":" recovery \
	",\"throttles\":" throttles ",\"events\":" events "}"

#define TOKEN(moving) "{\"label\":\"T\",\"type\":\"hotp\",\"secret\":\"GEZDGNBV\"," \
	"\"hash\":\"SHA1\",\"digits\":6,\"created\":0,\"used\":0," moving "}"
#define PASS(uses) "{\"salt\":\"" HEX32 "\",\"hash\":\"" HEX32 "\",\"created\":1,\"until\":2,\"uses\":" uses "}"
#define RECORD2(id, pass) RECORD("2,\"pass\":" pass, "\"a\"", "1", \
	"[{\"label\":\"P\",\"type\":\"totp\",\"secret\":\"GEZDGNBV\",\"hash\":\"SHA1\",\"digits\":6," \
	"\"period\":30,\"last\":0,\"drift\":0,\"created\":0,\"used\":0," id "}]", "[]", "{}", "[]")
#define HEX32 "0123456789abcdef0123456789abcdef"

static void test_malformed(void **state)
{
	static const struct { const char *text; int expect; } rows[] = {
		{ RECORD("1", "\"a\"", "1", "[" DEVICE "]", "[]", "{}", "[]"), 0 },
		{ RECORD("1", "\"a\"", "null", "[]", "[]", "{\"code\":[1,2]}", "[\"1 ok totp sshd \"]"), 0 },
		{ RECORD("4", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EPROTONOSUPPORT },
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
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[1,\"2\"]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[1,null]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[1.5,2]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[1]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[1,2,3]}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":1}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{\"code\":[4294967296,2]}", "[]"),
		  -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[\"" HEX32 "\"]", "{}", "[]"), 0 },
		{ RECORD("1", "\"a\"", "1", "[]", "[\"" HEX32 "0\"]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[\"ABCDEF0123456789abcdef0123456789\"]", "{}",
			 "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "{}", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "{}"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "[1]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "[\"-1 ok totp sshd \"]"),
		  -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}",
			 "[\"99999999999999999999 ok totp sshd \"]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "[\"1 ok totp sshd \\u001b\"]"),
		  -EBADMSG },
		{ RECORD("1", "\"\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"Zo\xc3\xab\"", "1", "[]", "[]", "{}", "[]"), 0 },
		{ RECORD("1", "\"Zo\xc3\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1.0", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1", "\"a\"", "1,\"uid\":1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("9223372036854775808", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		/* Whatever else a newer one holds. */
		{ "{\"v\":4}", -EPROTONOSUPPORT },
		/* What is new in 2. */
		{ RECORD("2", "\"a\"", "1", "[]", "[]", "{}", "[]"), 0 },
		{ RECORD2("\"id\":1", "null"), 0 },
		{ RECORD2("\"id\":1", PASS("1")), 0 },
		{ RECORD2("\"id\":1", PASS("0")), -EBADMSG },
		{ RECORD2("\"id\":1", PASS("\"1\"")), -EBADMSG },
		{ RECORD2("\"id\":1", "{}"), -EBADMSG },
		{ RECORD2("\"id\":1", "[]"), -EBADMSG },
		{ RECORD2("\"id\":1", "1"), -EBADMSG },
		{ RECORD2("\"id\":-1", "null"), -EBADMSG },
		{ RECORD2("\"id\":\"1\"", "null"), -EBADMSG },
		{ RECORD("2,\"epoch\":-1", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("2,\"epoch\":4294967296", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("2,\"postponed\":null", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("2,\"told\":1.5", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("2", "\"a\"", "1", "[" TOKEN("\"counter\":7,\"resync\":0") "]", "[]", "{}", "[]"), 0 },
		{ RECORD("2", "\"a\"", "1", "[" TOKEN("\"counter\":7") "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("3", "\"a\"", "1", "[" TOKEN("\"counter\":7,\"resync\":0,\"far\":[]") "]", "[]", "{}", "[]"), 0 },
		{ RECORD("3", "\"a\"", "1", "[" TOKEN("\"counter\":7,\"resync\":0,\"far\":[9,7]") "]", "[]", "{}", "[]"), 0 },
		{ RECORD("3", "\"a\"", "1", "[" TOKEN("\"counter\":7,\"resync\":0,\"far\":9") "]", "[]", "{}", "[]"),
		  -EBADMSG },
		{ RECORD("3", "\"a\"", "1", "[" TOKEN("\"counter\":7,\"resync\":0,\"far\":[\"9\"]") "]", "[]", "{}", "[]"),
		  -EBADMSG },
		{ RECORD("3", "\"a\"", "1", "[" TOKEN("\"counter\":7,\"resync\":0,\"far\":[-1]") "]", "[]", "{}", "[]"),
		  -EBADMSG },
		{ RECORD("3", "\"a\"", "1",
			 "[" TOKEN("\"counter\":7,\"resync\":0,\"far\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]") "]",
			 "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("2", "\"a\"", "1", "[" TOKEN("\"counter\":-7,\"resync\":0") "]", "[]", "{}", "[]"),
		  -EBADMSG },
		{ RECORD("2", "\"a\"", "1", "[" TOKEN("\"period\":30,\"last\":0,\"drift\":0") "]", "[]", "{}",
			 "[]"), -EBADMSG },
		/* What is new in 3. */
		{ RECORD("3,\"push\":null", "\"a\"", "1", "[]", "[]", "{}", "[]"), 0 },
		{ RECORD("3,\"push\":{}", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("3,\"push\":{\"asked\":[1],\"asked_local\":[],\"wrong\":0,\"stopped\":0}", "\"a\"", "1", "[]",
			 "[]", "{}", "[]"), 0 },
		{ RECORD("3,\"push\":{\"asked\":[1],\"asked_local\":[],\"wrong\":0,\"stopped\":0,\"asked_caller\":1}",
			 "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("3,\"push\":{\"asked\":[1],\"asked_local\":[],\"wrong\":0,\"stopped\":0,\"caller_stopped\":-1}",
			 "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("3,\"push\":{\"asked\":[-1],\"asked_local\":[],\"wrong\":0,\"stopped\":0}", "\"a\"", "1", "[]",
			 "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("3,\"push\":{\"asked\":[1,1,1,1,1,1,1,1,1,1,1],\"asked_local\":[],\"wrong\":0,\"stopped\":0}",
			 "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ "{\"v\":1}", -EBADMSG },
		{ "{\"v\":1,\"v\":1}", -EBADMSG },
		{ RECORD("1", "\"a\"", "1", "[]", "[]", "{}", "[]") "x", -EBADMSG },
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

static void test_malformed_device(void **state)
{
	static const struct { const char *was, *is; int expect; } rows[] = {
		{ "\"P\"", "\"P\"", 0 },
		{ "\"P\"", "\"\"", -EBADMSG },
		{ "\"P\"", "7", -EBADMSG },
		{ "\"P\"", "\"a\\nb\"", -EBADMSG },
		{ "\"P\"", "\"a\\u0000\"", -EBADMSG },
		{ "\"P\"", "\"" HEX32 HEX32 "\"", 0 },
		{ "\"P\"", "\"" HEX32 HEX32 "0\"", -EBADMSG },
		{ "totp", "hotp", -EBADMSG },
		{ "\"totp\"", "0", -EBADMSG },
		{ "GEZDGNBV", "", -EBADMSG },
		{ "GEZDGNBV", "GEZDGNB1", -EBADMSG },
		{ "\"GEZDGNBV\"", "null", -EBADMSG },
		{ "SHA1", "SHA512", 0 },
		{ "SHA1", "MD5", -EBADMSG },
		{ "\"digits\":6", "\"digits\":8", 0 },
		{ "\"digits\":6", "\"digits\":5", -EBADMSG },
		{ "\"digits\":6", "\"digits\":9", -EBADMSG },
		{ "\"digits\":6", "\"digits\":\"6\"", -EBADMSG },
		{ "\"digits\":6", "\"digits\":6.0", -EBADMSG },
		{ "\"period\":30", "\"period\":0", -EBADMSG },
		{ "\"period\":30", "\"period\":4294967326", -EBADMSG },
		{ "\"last\":0", "\"last\":9223372036854775807", 0 },
		{ "\"last\":0", "\"last\":-1", -EBADMSG },
		{ "\"last\":0", "\"last\":null", -EBADMSG },
		{ "\"last\":0,", "", -EBADMSG },
		{ "\"drift\":0", "\"drift\":-1000", 0 },
		{ "\"drift\":0", "\"drift\":-1001", -EBADMSG },
		{ "\"drift\":0", "\"drift\":1001", -EBADMSG },
		{ "\"created\":0", "\"created\":-1", -EBADMSG },
		{ "\"used\":0", "\"used\":-1", -EBADMSG },
		{ "\"used\":0", "\"used\":0,\"used\":0", -EBADMSG },
	};
	static const char record[] = RECORD("1", "\"a\"", "1", "[" DEVICE "]", "[]", "{}", "[]");
	struct mfa_account *account;
	char text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		const char *at = strstr(strstr(record, "devices"), rows[i].was);
		int r;

		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - record), record,
			       rows[i].is, at + strlen(rows[i].was));
		r = mfa_account_parse(text, strlen(text), &account);
		if (r != rows[i].expect || (r != 0) != (account == NULL))
			fail_msg("%s: %d", rows[i].is, r);
		mfa_account_free(&account);
	}
}

#define COUNTS "[1,0,0,0,0,0,0,0]"
#define TOTAL(wrong, more) "{\"code\":{\"span\":1,\"wrong\":" wrong ",\"more\":" more ",\"lifted\":0,\"again\":0}}"
#define SEEN(right, wrong) "{\"salt\":\"" HEX32 "\",\"right\":" right ",\"wrong\":" wrong "}"

/* What records of the version before don't have: it may be missing, and is not written for nothing. */
static void test_guesses(void **state)
{
	static const struct { const char *key, *value; int expect; } rows[] = {
		{ "totals", "{}", 0 },
		{ "totals", TOTAL(COUNTS, "20"), 0 },
		{ "totals", "[]", -EBADMSG },
		{ "totals", "null", -EBADMSG },
		{ "totals", TOTAL(COUNTS, "21"), -EBADMSG },
		{ "totals", TOTAL("[1,0,0,0,0,0,0]", "0"), -EBADMSG },
		{ "totals", TOTAL("[1,0,0,0,0,0,0,0,0]", "0"), -EBADMSG },
		{ "totals", TOTAL("[1,0,0,0,0,0,0,-1]", "0"), -EBADMSG },
		{ "totals", TOTAL("[1,0,0,0,0,0,0,4294967296]", "0"), -EBADMSG },
		{ "totals", TOTAL("[1,0,0,0,0,0,0,\"0\"]", "0"), -EBADMSG },
		{ "totals", "{\"code\":{}}", -EBADMSG },
		{ "totals", "{\"code\":null}", -EBADMSG },
		{ "totals", "{\"local_code\":1}", -EBADMSG },
		{ "known", SEEN("[]", "[1,4294967295]"), 0 },
		{ "known", SEEN("[1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8]", "[]"), 0 },
		{ "known", SEEN("[1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8,9,9]", "[]"), -EBADMSG },
		{ "known", SEEN("[]", "[1,4294967296]"), -EBADMSG },
		{ "known", SEEN("[]", "[-1,1]"), -EBADMSG },
		{ "known", SEEN("[]", "[1]"), -EBADMSG },
		{ "known", SEEN("[]", "null"), -EBADMSG },
		{ "failures", "[]", 0 },
		{ "failures", "[\"2 1 3 wrong totp sshd 192.0.2.1\"]", 0 },
		{ "failures", "[\"2 1 3 wrong  sshd \"]", 0 },
		{ "failures", "[\"0 1 3 wrong totp sshd 192.0.2.1\"]", -EBADMSG },
		{ "failures", "[\"2 3 wrong totp sshd 192.0.2.1\"]", -EBADMSG },
		{ "failures", "[\"2 1 3 wrong totp sshd\"]", -EBADMSG },
		{ "failures", "[\"-2 1 3 wrong totp sshd x\"]", -EBADMSG },
		{ "failures", "[\"4294967296 1 3 wrong totp sshd x\"]", -EBADMSG },
		{ "failures", "[\"2 99999999999999999999 3 wrong totp sshd x\"]", -EBADMSG },
		{ "failures", "[\"2 1 3 a-result-of-16-xx totp sshd x\"]", -EBADMSG },
		{ "failures", "{}", -EBADMSG },
		{ "failures", "[1]", -EBADMSG },
		{ "unheard", "{\"count\":0,\"first\":0,\"last\":0,\"pushed\":1}", 0 },
		{ "unheard", "{\"count\":4294967296,\"first\":0,\"last\":0,\"pushed\":1}", -EBADMSG },
		{ "unheard", "{\"count\":1,\"first\":0,\"last\":0}", -EBADMSG },
		{ "unheard", "[]", -EBADMSG },
		{ "lately", "[4294967295,9,4294967295,0]", 0 },
		{ "lately", "[4294967296,9,1,0]", -EBADMSG },
		{ "lately", "[1,-1,1,0]", -EBADMSG },
		{ "lately", "[1,9,1]", -EBADMSG },
		{ "lately", "[1,9,1,\"0\"]", -EBADMSG },
		{ "lately", "{}", -EBADMSG },
		{ "known", "{}", -EBADMSG },
		{ "known", "null", -EBADMSG },
	};
	static const char record[] = RECORD("3", "\"a\"", "1", "[]", "[]", "{}", "[]");
	struct mfa_account *a;
	char text[1024], *out;
	size_t i, len;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r;

		(void)snprintf(text, sizeof(text), "%.*s,\"%s\":%s}", (int)(sizeof(record) - 2), record,
			       rows[i].key, rows[i].value);
		r = mfa_account_parse(text, strlen(text), &a);
		if (r != rows[i].expect)
			fail_msg("%s: %d", text, r);
		mfa_account_free(&a);
	}
	assert_int_equal(mfa_account_parse(record, strlen(record), &a), 0);
	assert_int_equal(mfa_account_format(a, &out, &len), 0);
	assert_null(strstr(out, "totals"));
	assert_null(strstr(out, "known"));
	assert_null(strstr(out, "failures"));
	assert_null(strstr(out, "unheard"));
	assert_null(strstr(out, "lately"));
	free(out);
	mfa_account_free(&a);
}

/* A % stands for a letter. */
static void put_item(FILE *f, const char *item, char letter)
{
	for (; *item != '\0'; item++)
		fputc(*item == '%' ? letter : *item, f);
}

/* A list that is as long as it may be, and then one longer. */
static void test_long_lists(void **state)
{
	static const struct { const char *name, *before, *item, *after; size_t max; } rows[] = {
		{ "devices", "", LABELLED("%"), "],\"recovery\":[],\"throttles\":{},\"events\":[]}",
		  MFA_DEVICES_MAX },
		{ "recovery", "\"devices\":[],\"throttles\":{},\"events\":[],",
		  "\"" HEX32 "\"", "]}", MFA_RECOVERY_COUNT },
		{ "events", "\"devices\":[],\"throttles\":{},\"recovery\":[],",
		  "\"1 ok totp sshd %\"", "]}", MFA_EVENTS_MAX },
		{ "failures", "\"devices\":[],\"throttles\":{},\"recovery\":[],\"events\":[],",
		  "\"1 1 1 wrong totp sshd %\"", "]}", MFA_FAILURES_MAX },
	};
	struct mfa_account *account;
	size_t i, n, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		for (n = rows[i].max; n <= rows[i].max + 1; n++) {
			char *text = NULL;
			size_t len;
			FILE *f = open_memstream(&text, &len);
			int r;

			assert_non_null(f);
			fprintf(f, "{\"v\":1,\"name\":\"a\",\"uid\":1,\"created\":0,"
				"\"salt\":\"" HEX32 "\",%s\"%s\":[", rows[i].before, rows[i].name);
			for (k = 0; k < n; k++) {
				fputs(k > 0 ? "," : "", f);
				put_item(f, rows[i].item, (char)('A' + k));
			}
			fputs(rows[i].after, f);
			(void)fclose(f);
			r = mfa_account_parse(text, len, &account);
			if (r != (n > rows[i].max ? -EBADMSG : 0))
				fail_msg("%zu %s: %d", n, rows[i].name, r);
			mfa_account_free(&account);
			free(text);
		}
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_phones),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_malformed_device),
		cmocka_unit_test(test_guesses),
		cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_event_texts),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_remove_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
