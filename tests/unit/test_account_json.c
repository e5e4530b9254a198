/* SPDX-License-Identifier: BSD-2-Clause */
/* A record's form at rest: what is written is read again, and what is no record is refused. */
#include "unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "account/asked_json.h"
#include "full_account.h"

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

/* Nor do addresses share theirs. */
static void test_addresses(void **state)
{
	char mailbox[] = "jan@example.org", number[] = "+31612345678";
	struct mfa_device device = { .type = MFA_DEVICE_EMAIL, .label = "Mail", .created = 7, .address = mailbox };
	struct mfa_account *a, *b;
	char *text, *again;
	size_t len, again_len;

	(void)state;
	assert_int_equal(mfa_account_new("alice", &a), 0);
	assert_int_equal(mfa_account_add_device(a, &device), 0);
	device = (struct mfa_device){ .type = MFA_DEVICE_SMS, .label = "Mobile", .used = 9, .address = number };
	assert_int_equal(mfa_account_add_device(a, &device), 0);
	mailbox[0] = number[1] = 'x';
	a->sent[MFA_VOICE_CALLER] = (struct mfa_sent){ .code = "012345", .method = MFA_METHOD_ID_SMS, .device = 7,
						       .created = 1, .until = 601, .said_at = 31, .left = 4,
						       .place = { 1, 2, 255 } };
	a->asked_sent[MFA_VOICE_ROOT] = (struct mfa_asked){ 2, { 5, 6 } };
	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_non_null(strstr(text, "\"v\":4"));
	assert_int_equal(mfa_account_parse(text, len, &b), 0);
	assert_null(b->unknown);
	assert_int_equal(mfa_account_methods(b), MFA_METHOD_EMAIL | MFA_METHOD_SMS);
	assert_string_equal(b->devices[0].address, "jan@example.org");
	assert_string_equal(b->devices[1].address, "+31612345678");
	assert_false(mfa_account_is_enough(b, mfa_methods_alone(), NULL));
	assert_memory_equal(a->sent, b->sent, sizeof(a->sent));
	assert_memory_equal(a->asked_sent, b->asked_sent, sizeof(a->asked_sent));
	assert_int_equal(mfa_account_format(b, &again, &again_len), 0);
	assert_string_equal(text, again);
	mfa_account_remove_device(b, &b->devices[0]);
	assert_string_equal(b->devices[0].address, "+31612345678");
	mfa_account_free(&b);
	free(text);
	free(again);
	/* Without the devices it is a record of before, and keeps what was counted. */
	mfa_account_remove_device(a, &a->devices[1]);
	mfa_account_remove_device(a, &a->devices[0]);
	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_non_null(strstr(text, "\"v\":1"));
	assert_non_null(strstr(text, "\"asked_sent\":[5,6]"));
	free(text);
	mfa_account_free(&a);
}

/* A device has the address that its method needs, or it is none of the account's. */
static void test_addresses_fit(void **state)
{
	static const struct { enum mfa_device_type type; const char *address; int r; } rows[] = {
		{ MFA_DEVICE_EMAIL, "jan@example.org", 0 },
		{ MFA_DEVICE_EMAIL, "+31612345678", -EINVAL },
		{ MFA_DEVICE_EMAIL, "jan@example.org>\r\nRCPT TO:<x@example.org", -EINVAL },
		{ MFA_DEVICE_EMAIL, "", -EINVAL },
		{ MFA_DEVICE_EMAIL, NULL, -EINVAL },
		{ MFA_DEVICE_SMS, "+31612345678", 0 },
		{ MFA_DEVICE_SMS, "0612345678", -EINVAL },
		{ MFA_DEVICE_SMS, "jan@example.org", -EINVAL },
		{ MFA_DEVICE_SMS, NULL, -EINVAL },
		{ MFA_DEVICE_TOTP, "jan@example.org", -EINVAL },
		{ MFA_DEVICE_TOTP, NULL, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_device device = { .type = rows[i].type, .label = "D" };
		struct mfa_account *a;
		char address[64];

		(void)strcpy(address, rows[i].address != NULL ? rows[i].address : "");
		device.address = rows[i].address != NULL ? address : NULL;
		assert_int_equal(mfa_account_new("alice", &a), 0);
		if (mfa_account_add_device(a, &device) != rows[i].r || a->device_count != (rows[i].r == 0))
			fail_msg("row %zu", i);
		mfa_account_free(&a);
	}
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
#define ADDRESS(type, address) "{\"label\":\"A\",\"type\":\"" type "\",\"created\":0,\"used\":0,\"address\":" address "}"
#define SENT(method, device, place, code, left) RECORD("1,\"sent\":{\"method\":\"" method "\",\"device\":" device \
	",\"place\":\"" place "\",\"code\":" code ",\"created\":1,\"until\":601,\"said_at\":1,\"left\":" left "}", \
	"\"a\"", "1", "[]", "[]", "{}", "[]")

static void test_malformed(void **state)
{
	static const struct { const char *text; int expect; } rows[] = {
		{ RECORD("1", "\"a\"", "1", "[" DEVICE "]", "[]", "{}", "[]"), 0 },
		{ RECORD("1", "\"a\"", "null", "[]", "[]", "{\"code\":[1,2]}", "[\"1 ok totp sshd \"]"), 0 },
		{ RECORD("5", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EPROTONOSUPPORT },
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
		{ "{\"v\":5}", -EPROTONOSUPPORT },
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
		/* What is new in 4. */
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("email", "\"x@example.org\"") "]", "[]", "{}", "[]"), 0 },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("email", "\"x@localhost\"") "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("email", "\"+31612345678\"") "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("email", "null") "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("email", "7") "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("sms", "\"+31612345678\"") "]", "[]", "{}", "[]"), 0 },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("sms", "\"0612345678\"") "]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("4", "\"a\"", "1", "[" ADDRESS("sms", "\"+31612345678\\u0000\"") "]", "[]", "{}", "[]"),
		  -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"012345\"", "5"), 0 },
		{ SENT("sms", "0", HEX32, "\"012345\"", "0"), 0 },
		/* Of a method to come: nothing is sent. */
		{ SENT("voice", "7", HEX32, "\"012345\"", "5"), 0 },
		{ SENT("sms", "-1", HEX32, "\"012345\"", "5"), -EBADMSG },
		{ SENT("sms", "7", "00", "\"012345\"", "5"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"01234\"", "5"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"0123456\"", "5"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"01234x\"", "5"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"\"", "5"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "12345", "5"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"012345\"", "-1"), -EBADMSG },
		{ SENT("sms", "7", HEX32, "\"012345\"", "101"), -EBADMSG },
		{ RECORD("1,\"sent\":{}", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1,\"sent\":[]", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1,\"asked_sent\":{}", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1,\"asked_sent\":[1,2]", "\"a\"", "1", "[]", "[]", "{}", "[]"), 0 },
		{ RECORD("1,\"asked_sent_local\":[-1]", "\"a\"", "1", "[]", "[]", "{}", "[]"), -EBADMSG },
		{ RECORD("1,\"asked_sent_caller\":[1,1,1,1,1,1,1,1,1,1,1]", "\"a\"", "1", "[]", "[]", "{}", "[]"),
		  -EBADMSG },
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

/* How many allocations there still are. */
static unsigned memory;

static void *some(size_t size)
{
	return memory > 0 && memory-- > 0 ? malloc(size) : NULL;
}

/* Where memory runs out, a record is not saved with less than was asked for. */
static void test_asked_whole(void **state)
{
	struct mfa_asked asked = { .count = MFA_ASKED_MAX };
	json_malloc_t take;
	json_free_t give;
	json_t *list = NULL;
	unsigned most;
	size_t size;

	(void)state;
	json_get_alloc_funcs(&take, &give);
	for (most = 0; list == NULL && most < 100; most++) {
		memory = most;
		json_set_alloc_funcs(some, free);
		list = mfa_asked_to_json(&asked);
		size = json_array_size(list);
		json_decref(list);
		json_set_alloc_funcs(take, give);
		assert_true(list == NULL || size == asked.count);
	}
	assert_non_null(list);
	assert_true(most > MFA_ASKED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_phones),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_addresses_fit),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_malformed_device),
		cmocka_unit_test(test_guesses),
		cmocka_unit_test(test_long_lists),
		cmocka_unit_test(test_asked_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
