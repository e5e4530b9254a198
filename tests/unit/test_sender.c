/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/sender: orders, their words, and what came of them. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "json/read.h"
#include "sender/gsm7.h"
#include "sender/letter.h"
#include "sender/order.h"
#include "sender/outcome.h"

#define OF(...) "{\"id\":\"a1\",\"time\":1800000000,\"until\":1800000600," __VA_ARGS__ "}"
#define MAIL "\"method\":\"email\",\"to\":\"jan@example.org\""
#define CODE "\"kind\":\"code\",\"code\":\"482913\""
#define LONG_90 "123456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-123456789-"

static void test_orders(void **state)
{
	static const struct { const char *row; int r; } rows[] = {
		{ OF(MAIL "," CODE), 0 },
		{ OF(MAIL "," CODE ",\"language\":\"nl\",\"account\":\"jan\",\"host\":\"h\",\"service\":\"s\",\"address\":\"a\""), 0 },
		{ OF("\"method\":\"sms\",\"to\":\"+31612345678\"," CODE), 0 },
		{ OF(MAIL ",\"kind\":\"removed\""), 0 },
		{ OF(MAIL ",\"kind\":\"added\",\"code\":\"\""), 0 },
		{ OF(MAIL ",\"kind\":\"test\",\"newer\":[1]"), 0 },
		{ OF(MAIL), -EINVAL },
		{ OF(MAIL ",\"kind\":\"letter\""), -EINVAL },
		{ OF(MAIL ",\"kind\":\"code\""), -EINVAL },
		{ OF(MAIL ",\"kind\":\"code\",\"code\":\"48291x\""), -EINVAL },
		{ OF(MAIL ",\"kind\":\"code\",\"code\":\"123\""), -EINVAL },
		{ OF(MAIL ",\"kind\":\"code\",\"code\":\"123456789012\""), -EINVAL },
		{ OF(MAIL ",\"kind\":\"removed\",\"code\":\"482913\""), -EINVAL },
		{ OF(CODE), -EINVAL },
		{ OF(CODE ",\"method\":\"fax\",\"to\":\"jan@example.org\""), -EINVAL },
		{ OF(CODE ",\"method\":\"email\",\"to\":\"+31612345678\""), -EINVAL },
		{ OF(CODE ",\"method\":\"sms\",\"to\":\"jan@example.org\""), -EINVAL },
		{ OF(CODE ",\"method\":\"sms\",\"to\":\"0612345678\""), -EINVAL },
		{ OF(CODE ",\"method\":\"email\",\"to\":\"jan@example.org>\\r\\nRCPT TO:<evil@example.org\""), -EINVAL },
		{ OF(CODE ",\"method\":\"email\",\"to\":\"jan@example.org> NOTIFY=NEVER\""), -EINVAL },
		{ OF(MAIL "," CODE ",\"host\":\"a\\r\\nBcc: evil@example.org\""), -EINVAL },
		{ OF(MAIL "," CODE ",\"service\":1"), -EINVAL },
		{ OF(MAIL "," CODE ",\"language\":\"a language of many letters\""), -EINVAL },
		{ "{\"id\":\"a1\"," MAIL "," CODE "}", -EINVAL },
		{ "{\"id\":\"a1\",\"time\":-1,\"until\":1," MAIL "," CODE "}", -EINVAL },
		{ "{\"id\":\"a1\",\"time\":1,\"until\":9223372036854775807," MAIL "," CODE "}", -EINVAL },
		{ "{\"id\":\"a1\",\"time\":253402300800,\"until\":1," MAIL "," CODE "}", -EINVAL },
		{ "{\"time\":1,\"until\":1," MAIL "," CODE "}", -EINVAL },
		{ "{\"id\":\"a 1\",\"time\":1,\"until\":1," MAIL "," CODE "}", -EINVAL },
		{ "[]", -EINVAL },
	};
	struct mfa_order order;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		json_t *row = mfa_json_read_text(rows[i].row);
		int r = mfa_order_read(row, &order);

		assert_non_null(row);
		if (r != rows[i].r || (strstr(rows[i].row, "\"id\":\"a1\"") != NULL) != (strcmp(order.id, "a1") == 0))
			fail_msg("%s: %d, id %s", rows[i].row, r, order.id);
		json_decref(row);
	}
	assert_int_equal(mfa_order_read(NULL, &order), -EINVAL);
}

static void test_reports(void **state)
{
	static const struct { const char *row; int r; } rows[] = {
		{ "{\"id\":\"a\",\"result\":\"sent\"}", 0 },
		{ "{\"id\":\"a\",\"result\":\"failed\",\"why\":\"refused\",\"status\":550,\"answer\":\"no\"}", 0 },
		{ "{\"id\":\"a\",\"result\":\"retry\",\"more\":{}}", 0 },
		{ "{\"id\":\"a\",\"result\":\"lost\"}", -EINVAL },
		{ "{\"result\":\"sent\"}", -EINVAL },
		{ "{\"id\":\"a\"}", -EINVAL },
		{ "{\"id\":\"a\",\"result\":\"sent\",\"status\":1000}", -EINVAL },
		{ "{\"id\":\"a\",\"result\":\"sent\",\"status\":\"200\"}", -EINVAL },
		{ "{\"id\":\"a\",\"result\":\"sent\",\"why\":\"a b\\nc\"}", -EINVAL },
	};
	struct mfa_order_report report = { .id = "x", .result = MFA_ORDER_UNKNOWN, .why = "time-out", .status = 250, .answer = "hm" };
	struct mfa_order_report again;
	json_t *row = mfa_order_report_json(&report);
	size_t i;

	(void)state;
	assert_int_equal(mfa_order_report_read(row, &again), 0);
	assert_memory_equal(&again, &report, sizeof(again));
	json_decref(row);
	for (i = 0; i < ROWS(rows); i++) {
		row = mfa_json_read_text(rows[i].row);
		assert_non_null(row);
		if (mfa_order_report_read(row, &again) != rows[i].r)
			fail_msg("%s", rows[i].row);
		json_decref(row);
	}
}

static void test_septets(void **state)
{
	static const struct { const char *text; int septets; } rows[] = {
		{ "", 0 }, { "abc", 3 }, { "@", 1 }, { "caf\xc3\xa9", 4 }, { "\xc3\xa8\xc3\xa0\xc3\xb9\xc3\xac\xc3\xb2", 5 },
		{ "{}", 4 }, { "\xe2\x82\xac", 2 }, { "a\nb", 3 }, { "\xc3\xaa", -1 }, { "\xc3\xa7", -1 }, { "\xc3\xb4", -1 },
		{ "\xe2\x80\x99", -1 }, { "`", -1 }, { "\xff", -1 }, { "\t", -1 }, { "\xce\x94", 1 },
	};
	char out[8];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_gsm7_septets(rows[i].text) != rows[i].septets)
			fail_msg("%s: %d", rows[i].text, mfa_gsm7_septets(rows[i].text));
	mfa_gsm7_copy(out, sizeof(out), "a`\xc3\xa9{b\n\xe2\x82\xac");
	assert_string_equal(out, "a???b??");
	mfa_gsm7_copy(out, 3, "abcd");
	assert_string_equal(out, "ab");
}

static struct mfa_order order_of(enum mfa_order_method method, enum mfa_order_kind kind, const char *language)
{
	struct mfa_order order = {
		.method = method, .kind = kind, .language = language, .to = "jan@example.org", .account = "jan",
		.host = "server.school.example.org", .service = "sshd", .address = "192.0.2.7", .time = 1800000000,
		.until = 1800000600,
	};

	if (kind == MFA_ORDER_CODE)
		(void)strcpy(order.code, "482913");
	return order;
}

/* One part each, in every language, and with any names. */
static void test_text_messages(void **state)
{
	static const char *const languages[] = { "en", "nl", "fr" };
	static const struct { const char *host, *service; } names[] = {
		{ "srv", "sshd" }, { "bibliotheek-server.example.org", "sudo" }, { LONG_90 LONG_90, LONG_90 }, { "", "" },
		{ "h\xc3\xb4te`", "\xe2\x82\xac" },
	};
	char text[MFA_LETTER_SMS_SIZE];
	size_t i, k;
	int kind;

	(void)state;
	for (i = 0; i < ROWS(languages); i++) {
		for (k = 0; k < ROWS(names); k++) {
			for (kind = 0; kind < MFA_ORDER_KIND_COUNT; kind++) {
				struct mfa_order order = order_of(MFA_ORDER_SMS, (enum mfa_order_kind)kind, languages[i]);
				int septets;

				(void)snprintf(order.host, sizeof(order.host), "%s", names[k].host);
				(void)snprintf(order.service, sizeof(order.service), "%s", names[k].service);
				(void)snprintf(order.account, sizeof(order.account), "%s", names[k].service);
				mfa_letter_sms(&order, text);
				septets = mfa_gsm7_septets(text);
				if (septets < 20 || septets > MFA_GSM7_PART || strstr(text, "://") != NULL ||
				    (strstr(text, "482913") != NULL) != (kind == MFA_ORDER_CODE))
					fail_msg("%s, %d septets: %s", languages[i], septets, text);
			}
		}
	}
}

/* The translation of a text in po/LANGUAGE.po; NULL: there is none yet, which tests/tree/translations.t says. */
static const char *translation(const char *language, const char *text, char *out, size_t size)
{
	char path[32], line[1024], wanted[512];
	const char *found = NULL;
	bool next = false;
	FILE *from;

	(void)snprintf(path, sizeof(path), "po/%s.po", language);
	(void)snprintf(wanted, sizeof(wanted), "msgid \"%s\"\n", text);
	from = fopen(path, "r");
	assert_non_null(from);
	while (found == NULL && fgets(line, sizeof(line), from) != NULL) {
		if (next && strncmp(line, "msgstr \"", 8) == 0 && line[8] != '"') {
			(void)snprintf(out, size, "%.*s", (int)strcspn(line + 8, "\"\n"), line + 8);
			found = out;
		}
		next = strcmp(line, wanted) == 0;
	}
	(void)fclose(from);
	return found;
}

/* With a code of 6 digits, a service of 12 letters and a host of 27, each is one part of GSM's alphabet. */
static void test_translated_text_messages(void **state)
{
	static const char *const languages[] = { "nl", "fr" };
	static const struct { const char *text; size_t filled; } texts[] = {
		{ "Code %s for %s on %s. Never give it to anybody. Not you? Change your password.", 6 + 12 + 27 },
		{ "This number gets codes for %s on %s from now on. Not you? Tell your administrator.", 12 + 27 },
		{ "This number gets no more codes for %s on %s. Not you? Tell your administrator.", 12 + 27 },
		{ "A test from %s: codes can be sent to this number.", 27 },
	};
	char text[512];
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(languages); i++) {
		for (k = 0; k < ROWS(texts); k++) {
			const char *found = translation(languages[i], texts[k].text, text, sizeof(text));
			int septets = found != NULL ? mfa_gsm7_septets(found) : 0;

			if (septets < 0 || (size_t)septets + texts[k].filled > MFA_GSM7_PART)
				fail_msg("%s: %d septets: %s", languages[i], septets, found);
		}
	}
}

/* Those are all that there are: what is sent begins as one of them does. */
static void test_known_text_messages(void **state)
{
	static const char *const expect[] = {
		[MFA_ORDER_CODE] = "Code 482913 for s on h. Never give it to anybody. Not you? Change your password.",
		[MFA_ORDER_ADDED] = "This number gets codes for a on h from now on. Not you? Tell your administrator.",
		[MFA_ORDER_REMOVED] = "This number gets no more codes for a on h. Not you? Tell your administrator.",
		[MFA_ORDER_TEST] = "A test from h: codes can be sent to this number.",
	};
	char text[MFA_LETTER_SMS_SIZE];
	int kind;

	(void)state;
	for (kind = 0; kind < MFA_ORDER_KIND_COUNT; kind++) {
		const struct mfa_order order = {
			.kind = (enum mfa_order_kind)kind, .code = "482913", .account = "a", .service = "s", .host = "h",
		};

		mfa_letter_sms(&order, text);
		assert_string_equal(text, expect[kind]);
	}
}

static void test_letters(void **state)
{
	static const char *const languages[] = { NULL, "en", "nl", "fr" };
	struct mfa_letter letter;
	size_t i;
	int kind;

	(void)state;
	for (i = 0; i < ROWS(languages); i++) {
		for (kind = 0; kind < MFA_ORDER_KIND_COUNT; kind++) {
			struct mfa_order order = order_of(MFA_ORDER_EMAIL, (enum mfa_order_kind)kind, languages[i]);
			const char *p, *end;

			mfa_letter_write(&order, &letter);
			end = strstr(letter.body, "\r\n");
			assert_non_null(end);
			/* In the first line, and not in the subject. */
			if (letter.subject[0] == '\0' || strstr(letter.subject, "482913") != NULL ||
			    strstr(letter.body, "://") != NULL || strstr(letter.body, "192.0.2.7") == NULL ||
			    strstr(letter.body, "server.school.example.org") == NULL ||
			    (kind == MFA_ORDER_CODE) != (strstr(letter.body, "482913") != NULL && strstr(letter.body, "482913") < end))
				fail_msg("%s, %d: %s\n%s", languages[i], kind, letter.subject, letter.body);
			for (p = letter.body; *p != '\0'; p++)
				assert_true(*p != '\n' || (p > letter.body && p[-1] == '\r'));
		}
	}
	mfa_letter_write(&(struct mfa_order){ .kind = MFA_ORDER_CODE, .code = "482913", .time = 0, .until = 600 }, &letter);
	assert_non_null(strstr(letter.body, "482913 is your code to sign in. It is good for 10 minutes.\r\n"));
	assert_null(strstr(letter.body, "Account"));
}

static void test_smtp(void **state)
{
	static const struct { const char *name; CURLcode code; int status; bool begun; enum mfa_order_result expect; } rows[] = {
		{ "taken", CURLE_OK, 250, true, MFA_ORDER_SENT },
		{ "no such user", CURLE_SEND_ERROR, 550, false, MFA_ORDER_FAILED },
		{ "greylisted", CURLE_SEND_ERROR, 451, false, MFA_ORDER_RETRY },
		{ "greylisted after the message", CURLE_WEIRD_SERVER_REPLY, 451, true, MFA_ORDER_RETRY },
		{ "refused after the message", CURLE_WEIRD_SERVER_REPLY, 552, true, MFA_ORDER_FAILED },
		{ "nobody listens", CURLE_COULDNT_CONNECT, 0, false, MFA_ORDER_RETRY },
		{ "no such host", CURLE_COULDNT_RESOLVE_HOST, 0, false, MFA_ORDER_RETRY },
		{ "silent at the beginning", CURLE_OPERATION_TIMEDOUT, 0, false, MFA_ORDER_RETRY },
		{ "silent after the message", CURLE_OPERATION_TIMEDOUT, 354, true, MFA_ORDER_UNKNOWN },
		{ "hung up after the message", CURLE_RECV_ERROR, 354, true, MFA_ORDER_UNKNOWN },
		{ "nothing after the message", CURLE_GOT_NOTHING, 354, true, MFA_ORDER_UNKNOWN },
		{ "hung up before", CURLE_RECV_ERROR, 220, false, MFA_ORDER_RETRY },
		{ "wrong password", CURLE_LOGIN_DENIED, 535, false, MFA_ORDER_FAILED },
		{ "no TLS", CURLE_USE_SSL_FAILED, 250, false, MFA_ORDER_FAILED },
		{ "another's certificate", CURLE_PEER_FAILED_VERIFICATION, 220, false, MFA_ORDER_FAILED },
		{ "no memory", CURLE_OUT_OF_MEMORY, 0, false, MFA_ORDER_FAILED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_outcome outcome = mfa_outcome_smtp(rows[i].code, rows[i].status, rows[i].begun);

		if (outcome.result != rows[i].expect || (outcome.why[0] == '\0') != (rows[i].expect == MFA_ORDER_SENT))
			fail_msg("%s: %s, %s", rows[i].name, mfa_order_results[outcome.result], outcome.why);
	}
}

static void test_http(void **state)
{
	static const struct {
		const char *name; CURLcode code; int status; bool began; const char *success, *answer; enum mfa_order_result expect;
	} rows[] = {
		{ "taken", CURLE_OK, 201, true, NULL, "", MFA_ORDER_SENT },
		{ "taken, and says so", CURLE_OK, 200, true, "OK", "id 1 OK", MFA_ORDER_SENT },
		{ "taken, with blanks", CURLE_OK, 200, true, "\"status\": \"0\"", "{\n \"status\" :\"0\" }", MFA_ORDER_SENT },
		{ "taken, without", CURLE_OK, 200, true, "a b c", "xabcx", MFA_ORDER_SENT },
		{ "half of it", CURLE_OK, 200, true, "abc", "ab", MFA_ORDER_FAILED },
		{ "it begins twice", CURLE_OK, 200, true, "aab", "aaab", MFA_ORDER_SENT },
		{ "refused with 200", CURLE_OK, 200, true, "\"status\":\"0\"", "{\"status\":\"4\"}", MFA_ORDER_FAILED },
		{ "an empty 200", CURLE_OK, 200, true, "OK", "", MFA_ORDER_FAILED },
		{ "200, cut off behind the word", CURLE_WRITE_ERROR, 200, true, "OK", "OK and", MFA_ORDER_SENT },
		{ "200, cut off before it", CURLE_OPERATION_TIMEDOUT, 200, true, "OK", "{", MFA_ORDER_UNKNOWN },
		{ "200, cut off, no word", CURLE_PARTIAL_FILE, 200, true, NULL, "{", MFA_ORDER_UNKNOWN },
		{ "moved", CURLE_OK, 302, true, NULL, "", MFA_ORDER_FAILED },
		{ "wrong key", CURLE_OK, 401, true, NULL, "OK", MFA_ORDER_FAILED },
		{ "wrong number", CURLE_OK, 422, true, NULL, "", MFA_ORDER_FAILED },
		{ "too many", CURLE_OK, 429, true, NULL, "", MFA_ORDER_RETRY },
		{ "closed", CURLE_OK, 503, true, NULL, "", MFA_ORDER_RETRY },
		{ "broken", CURLE_OK, 500, true, NULL, "", MFA_ORDER_UNKNOWN },
		{ "what is behind it is slow", CURLE_OK, 504, true, NULL, "", MFA_ORDER_UNKNOWN },
		{ "what is behind it is slow, by a number of its own", CURLE_OK, 524, true, "id", "", MFA_ORDER_UNKNOWN },
		{ "silent", CURLE_OPERATION_TIMEDOUT, 0, true, NULL, "", MFA_ORDER_UNKNOWN },
		{ "hung up", CURLE_GOT_NOTHING, 0, true, NULL, "", MFA_ORDER_UNKNOWN },
		{ "silent before the request", CURLE_OPERATION_TIMEDOUT, 0, false, NULL, "", MFA_ORDER_RETRY },
		{ "nobody listens", CURLE_COULDNT_CONNECT, 0, false, NULL, "", MFA_ORDER_RETRY },
		{ "another's certificate", CURLE_PEER_FAILED_VERIFICATION, 0, false, NULL, "", MFA_ORDER_FAILED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_outcome outcome = mfa_outcome_http(rows[i].code, rows[i].status, rows[i].began, rows[i].success,
							      rows[i].answer);

		if (outcome.result != rows[i].expect || (outcome.why[0] == '\0') != (rows[i].expect == MFA_ORDER_SENT))
			fail_msg("%s: %s, %s", rows[i].name, mfa_order_results[outcome.result], outcome.why);
	}
}

static void test_command(void **state)
{
	(void)state;
	assert_int_equal(mfa_outcome_command(0, false).result, MFA_ORDER_SENT);
	assert_int_equal(mfa_outcome_command(W_EXITCODE(1, 0), false).result, MFA_ORDER_FAILED);
	assert_int_equal(mfa_outcome_command(W_EXITCODE(EX_TEMPFAIL, 0), false).result, MFA_ORDER_RETRY);
	assert_int_equal(mfa_outcome_command(W_EXITCODE(0, 11), false).result, MFA_ORDER_UNKNOWN);
	assert_int_equal(mfa_outcome_command(W_EXITCODE(0, 9), true).result, MFA_ORDER_UNKNOWN);
	assert_int_equal(mfa_outcome_pause(1), 2000);
	assert_int_equal(mfa_outcome_pause(4), 45000);
	assert_int_equal(mfa_outcome_pause(40), 45000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_septets),
		cmocka_unit_test(test_text_messages),
		cmocka_unit_test(test_translated_text_messages),
		cmocka_unit_test(test_known_text_messages),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_smtp),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
