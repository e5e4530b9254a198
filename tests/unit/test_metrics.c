/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfad/base/metrics.h"
#include "mfad/admin/handlers.h"
#include "talk.h"

#define LONG_50 "12345678901234567890123456789012345678901234567890"
#define SIGNIN(service, method, result) \
	"mfa_signins_total{service=\"" service "\",method=\"" method "\",result=\"" result "\"}"
#define SERVICES 400	/* more than there are rows */

/* Whether a line is there as it stands. */
static bool has_line(const char *line)
{
	char *text = metrics_format(), *rest = NULL, *at;
	bool found = false;

	assert_non_null(text);
	for (at = strtok_r(text, "\n", &rest); at != NULL && !found; at = strtok_r(NULL, "\n", &rest))
		found = strcmp(at, line) == 0;
	free(text);
	return found;
}

/* What is counted adds up from row to row. */
static void test_signins(void **state)
{
	static const struct { const char *service; bool local; const char *method, *result, *line; } rows[] = {
		{ "sshd", false, "totp", "ok", SIGNIN("sshd", "totp", "ok") " 1" },
		{ "sshd", false, "totp", "ok", SIGNIN("sshd", "totp", "ok") " 2" },
		{ "sshd", false, "totp", "wrong", SIGNIN("sshd", "totp", "wrong") " 1" },
		{ "sshd", false, "hotp", "ok", SIGNIN("sshd", "hotp", "ok") " 1" },
		{ "su", false, "totp", "ok", SIGNIN("su", "totp", "ok") " 1" },
		{ "sshd", false, NULL, "refused", SIGNIN("sshd", "none", "refused") " 1" },
		{ "sshd", true, "totp", "ok", SIGNIN("local", "totp", "ok") " 1" },
		{ "anything else", true, "totp", "ok", SIGNIN("local", "totp", "ok") " 2" },
		{ "", false, "totp", "ok", SIGNIN("", "totp", "ok") " 1" },
		{ NULL, false, "totp", "ok", SIGNIN("", "totp", "ok") " 2" },
		{ "a\"b\\c\nd", false, "totp", "ok", SIGNIN("a_b_c_d", "totp", "ok") " 1" },
		{ "\"} 1\nmfa_x{a=\"", false, "totp", "ok", SIGNIN("_} 1_mfa_x{a=_", "totp", "ok") " 1" },
		{ "\x01\x1f\x7f\xc3\xa9", false, "totp", "ok", SIGNIN("_____", "totp", "ok") " 1" },
		{ LONG_50, false, "totp", "ok",
		  SIGNIN("12345678901234567890123456789012345678901234567", "totp", "ok") " 1" },
		{ "sshd", false, LONG_50, "a\"b", SIGNIN("sshd", "123456789012345", "a_b") " 1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		metrics_signin(rows[i].service, rows[i].local, rows[i].method, rows[i].result);
		if (!has_line(rows[i].line))
			fail_msg("row %zu: no %s", i, rows[i].line);
	}
}

static void test_judged(void **state)
{
	/* The bucket that each is the first to count in; those above count it too. */
	static const struct { int64_t micros; const char *line; } rows[] = {
		{ 0, "mfa_verify_seconds_bucket{le=\"0.00025\"} 1" },
		{ -600000, "mfa_verify_seconds_bucket{le=\"0.00025\"} 2" },
		{ 250, "mfa_verify_seconds_bucket{le=\"0.00025\"} 3" },
		{ 251, "mfa_verify_seconds_bucket{le=\"0.0005\"} 4" },
		{ 1000000, "mfa_verify_seconds_bucket{le=\"1\"} 5" },
		{ 1000001, "mfa_verify_seconds_bucket{le=\"+Inf\"} 6" },
	};
	static const char *const after[] = {
		"mfa_verify_seconds_bucket{le=\"0.00025\"} 3", "mfa_verify_seconds_bucket{le=\"0.0005\"} 4",
		"mfa_verify_seconds_bucket{le=\"0.001\"} 4", "mfa_verify_seconds_bucket{le=\"0.1\"} 4",
		"mfa_verify_seconds_bucket{le=\"1\"} 5", "mfa_verify_seconds_sum 2.000502", "mfa_verify_seconds_count 6",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		metrics_judged(rows[i].micros);
		if (!has_line(rows[i].line))
			fail_msg("no %s", rows[i].line);
	}
	for (i = 0; i < ROWS(after); i++)
		if (!has_line(after[i]))
			fail_msg("no %s", after[i]);
}

static void test_counters(void **state)
{
	static const struct { int status; const char *call, *message; } rows[] = {
		{ 200, "mfa_phone_calls_total{result=\"answered\"} 1", "mfa_push_messages_total{result=\"sent\"} 1" },
		{ 201, "mfa_phone_calls_total{result=\"refused\"} 1", "mfa_push_messages_total{result=\"sent\"} 2" },
		{ 299, "mfa_phone_calls_total{result=\"refused\"} 2", "mfa_push_messages_total{result=\"sent\"} 3" },
		{ 300, "mfa_phone_calls_total{result=\"refused\"} 3", "mfa_push_messages_total{result=\"failed\"} 1" },
		{ 404, "mfa_phone_calls_total{result=\"refused\"} 4", "mfa_push_messages_total{result=\"gone\"} 1" },
		{ 410, "mfa_phone_calls_total{result=\"refused\"} 5", "mfa_push_messages_total{result=\"gone\"} 2" },
		{ 0, "mfa_phone_calls_total{result=\"refused\"} 6", "mfa_push_messages_total{result=\"failed\"} 2" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		metrics_phone_call(rows[i].status);
		metrics_push_message(rows[i].status);
		if (!has_line(rows[i].call) || !has_line(rows[i].message))
			fail_msg("status %d", rows[i].status);
	}
	metrics_push_asked();
	assert_true(has_line("mfa_push_requests_total 1"));
	metrics_throttled();
	assert_true(has_line("mfa_throttled_total 1"));
	metrics_conversations(1);
	metrics_conversations(1);
	assert_true(has_line("mfa_conversations 2"));
	metrics_conversations(-1);
	metrics_conversations(-1);
	assert_true(has_line("mfa_conversations 0"));
}

static unsigned long long signins_counted(size_t *rows)
{
	char *text = metrics_format(), *at = text;
	unsigned long long sum = 0;

	assert_non_null(text);
	for (*rows = 0; (at = strstr(at, "\nmfa_signins_total{")) != NULL; (*rows)++) {
		at = strchr(at + 1, '}');
		assert_non_null(at);
		sum += strtoull(at + 1, NULL, 10);
	}
	free(text);
	return sum;
}

/* Somebody with a thousand names for services fills no memory, and no sign-in goes uncounted. */
static void test_many_services(void **state)
{
	unsigned long long before;
	char service[16];
	size_t rows;
	int i;

	(void)state;
	before = signins_counted(&rows);
	for (i = 0; i < SERVICES; i++) {
		(void)snprintf(service, sizeof(service), "s%d", i);
		metrics_signin(service, false, "totp", "ok");
	}
	assert_int_equal(signins_counted(&rows), before + SERVICES);
	assert_in_range(rows, 200, 256);
	metrics_signin("a service of its own", false, "push", "ok");
	assert_true(has_line(SIGNIN("other", "push", "ok") " 1"));
	/* One that has its own row goes on in it. */
	metrics_signin("s0", false, "totp", "ok");
	assert_true(has_line(SIGNIN("s0", "totp", "ok") " 2"));
}

/* Every line is a comment or NAME{LABEL="...",...} NUMBER, of a metric that was told of before. */
static void test_format(void **state)
{
	char *text = metrics_format(), *rest = NULL, *line, type[80] = "";
	regex_t sample;

	(void)state;
	assert_non_null(text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(regcomp(&sample, "^mfa_[a-z_]+(\\{[a-z]+=\"[ -~]*\"(,[a-z]+=\"[ -~]*\")*\\})? [0-9.e+-]+$",
				 REG_EXTENDED | REG_NOSUB), 0);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "# HELP ", 7) == 0)
			continue;
		if (sscanf(line, "# TYPE %79s", type) == 1)
			continue;
		if (regexec(&sample, line, 0, NULL, 0) != 0 || strncmp(line, type, strlen(type)) != 0)
			fail_msg("%s", line);
	}
	regfree(&sample);
	free(text);
}

/* mfa-admin metrics gets the same lines, in the same order. */
static void test_request(void **state)
{
	char *text = metrics_format(), *rest = NULL, *line, row[512];
	struct mfa_frame frame;
	struct talk talk;

	(void)state;
	assert_non_null(text);
	talk_begin(&talk);
	poll_test = NULL;
	request_metrics(&talk.c);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		assert_int_equal(talk_recv(&talk, &frame), MFA_ROW);
		assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_JSON, row, sizeof(row)), 0);
		assert_string_equal(row, line);
	}
	assert_int_equal(talk_recv(&talk, &frame), MFA_DONE);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255), MFA_RESULT_OK);
	talk_end(&talk);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signins),
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_many_services),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
