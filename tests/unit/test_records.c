/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as earlier versions wrote them (tests/records/FORMAT), and as a later one might. */
#include "unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"

/* format: in which it is written again, the lowest that holds what it has. */
static const struct { const char *file; int format; } records[] = {
	{ "1-events-as-arrays/empty.json", 1 }, { "1-events-as-arrays/code.json", 2 },
	{ "1-events-as-arrays/whole.json", 2 },
	{ "1/empty.json", 1 }, { "1/code.json", 2 }, { "1/whole.json", 2 },
	{ "2/empty.json", 1 }, { "2/code.json", 2 }, { "2/token.json", 2 }, { "2/pass.json", 2 },
	{ "2/whole.json", 2 },
	{ "3/empty.json", 1 }, { "3/code.json", 2 }, { "3/token.json", 2 }, { "3/pass.json", 2 },
	{ "3/phone.json", 3 }, { "3/stopped.json", 3 }, { "3/whole.json", 3 },
	{ "4/empty.json", 1 }, { "4/code.json", 2 }, { "4/token.json", 2 }, { "4/pass.json", 2 },
	{ "4/phone.json", 3 }, { "4/stopped.json", 3 }, { "4/email.json", 4 }, { "4/sent.json", 4 },
	/* A version before reads a decoy, whatever was asked for at it. */
	{ "4/decoy.json", 2 }, { "4/whole.json", 4 },
};

static json_t *load(const char *file)
{
	char path[256];
	json_error_t error;
	json_t *json;

	(void)snprintf(path, sizeof(path), "tests/records/%s", file);
	json = json_load_file(path, 0, &error);
	if (json == NULL)
		fail_msg("%s: %s", path, error.text);
	return json;
}

static struct mfa_account *parse(const json_t *json, const char *file)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct mfa_account *account;
	int r = mfa_account_parse(text, strlen(text), &account);

	if (r != 0)
		fail_msg("%s is not read: %d", file, r);
	free(text);
	return account;
}

static json_t *format(const struct mfa_account *account)
{
	char *text;
	size_t len;
	json_t *json;

	assert_int_equal(mfa_account_format(account, &text, &len), 0);
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	free(text);
	return json;
}

/* Nothing that old says is otherwise in new; what was null need not be there. */
static void assert_has(const json_t *new, const json_t *old, const char *file, const char *but)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)old, name, value)
		if (strcmp(name, but) != 0 && strcmp(name, "v") != 0 && !json_is_null(value) &&
		    strcmp(name, "events") != 0 && !json_equal(json_object_get(new, name), value))
			fail_msg("%s: \"%s\" is lost", file, name);
}

static void test_read_and_written(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(records); i++) {
		json_t *old = load(records[i].file), *new, *was, *is;
		struct mfa_account *account = parse(old, records[i].file);

		assert_null(account->unknown);
		new = format(account);
		if (json_integer_value(json_object_get(new, "v")) != records[i].format)
			fail_msg("%s is written as format %lld", records[i].file,
				 (long long)json_integer_value(json_object_get(new, "v")));
		assert_has(new, old, records[i].file, "devices");
		was = json_object_get(old, "devices");
		is = json_object_get(new, "devices");
		assert_int_equal(json_array_size(was), json_array_size(is));
		for (k = 0; k < json_array_size(was); k++)
			assert_has(json_array_get(is, k), json_array_get(was, k), records[i].file, "");
		json_decref(old);
		json_decref(new);
		mfa_account_free(&account);
	}
}

/* The very first version wrote events as arrays, all others as lines: the same events. */
static void test_events(void **state)
{
	json_t *arrays = load("1-events-as-arrays/whole.json"), *lines = load("1/whole.json");
	struct mfa_account *a = parse(arrays, "arrays"), *b = parse(lines, "lines");
	json_t *written = format(a);

	(void)state;
	assert_int_equal(a->event_count, 8);
	assert_int_equal(b->event_count, 8);
	assert_memory_equal(a->events, b->events, sizeof(a->events));
	assert_true(json_equal(json_object_get(written, "events"), json_object_get(lines, "events")));
	json_decref(arrays);
	json_decref(lines);
	json_decref(written);
	mfa_account_free(&a);
	mfa_account_free(&b);
}

/* What callers did is written where versions before keep what they do not know, and calls the record no newer than
 * it was. */
static void test_callers(void **state)
{
	struct mfa_account *account = NULL, *again;
	json_t *json;
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(mfa_account_new("alice", &account), 0);
	account->throttles[MFA_BUDGET_CALLER_CODE] = (struct mfa_throttle){ 3, 0 };
	account->totals[MFA_TOTAL_CALLER_CODE].wrong[0] = 3;
	json = format(account);
	assert_int_equal(json_integer_value(json_object_get(json, "v")), 1);
	assert_non_null(json_object_get(json_object_get(json, "throttles"), "caller_code"));
	assert_non_null(json_object_get(json_object_get(json, "totals"), "caller_code"));
	assert_null(json_object_get(json, "push"));
	json_decref(json);
	/* A record that no caller has touched has nothing of it. */
	account->push.stopped = 4;
	json = format(account);
	assert_null(json_object_get(json_object_get(json, "push"), "asked_caller"));
	json_decref(json);
	account->push = (struct mfa_push_state){ .asked_caller = { 1, { 7 } }, .caller_wrong = 8, .caller_stopped = 9 };
	assert_int_equal(mfa_account_format(account, &text, &len), 0);
	assert_int_equal(mfa_account_parse(text, len, &again), 0);
	assert_null(again->unknown);
	assert_memory_equal(&again->push, &account->push, sizeof(again->push));
	assert_memory_equal(again->throttles, account->throttles, sizeof(again->throttles));
	assert_memory_equal(again->totals, account->totals, sizeof(again->totals));
	free(text);
	mfa_account_free(&account);
	mfa_account_free(&again);
}

static void test_odd_events(void **state)
{
	static const char *const rows[] = {
		"[]", "[1,\"sshd\",\"\",\"totp\"]", "[1,\"sshd\",\"\",\"totp\",\"ok\",1]",
		"[-1,\"sshd\",\"\",\"totp\",\"ok\"]", "[\"1\",\"sshd\",\"\",\"totp\",\"ok\"]",
		"[1,\"sshd\",\"\",\"totp\",\"a-result-that-is-too-long\"]", "[1,\"\\u001b\",\"\",\"totp\",\"ok\"]",
		"[1,null,\"\",\"totp\",\"ok\"]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		json_t *json = load("1-events-as-arrays/empty.json");
		struct mfa_account *account;
		char *text;

		json_array_append_new(json_object_get(json, "events"), json_loads(rows[i], 0, NULL));
		text = json_dumps(json, JSON_COMPACT);
		if (mfa_account_parse(text, strlen(text), &account) == 0)
			fail_msg("read: %s", rows[i]);
		free(text);
		json_decref(json);
	}
}

/* Every object of a record, by a path; "" is the record itself. */
static json_t *part_of(json_t *record, const char *part)
{
	if (part[0] == '\0')
		return record;
	if (part[0] >= '0' && part[0] <= '9')
		return json_array_get(json_object_get(record, "devices"), (size_t)(part[0] - '0'));
	return json_object_get(record, part);
}
static const char *const parts[] = { "", "pass", "push", "throttles", "totals", "known", "unheard", "sent", "sent_local",
				     "sent_caller", "0", "3", "5", "6", "7" };

static json_t *with_later_members(void)
{
	json_t *json = load("4/whole.json");
	size_t i;

	json_object_set_new(json, "totals", json_object());
	json_object_set_new(json, "known", json_pack("{s:s, s:[i,i], s:[]}", "salt", "0123456789abcdef0123456789abcdef",
						     "right", 1790000000, 7, "wrong"));
	json_object_set_new(json, "unheard", json_pack("{s:i, s:i, s:i, s:i}", "count", 1, "first", 1, "last", 2,
						       "pushed", 0));
	for (i = 0; i < ROWS(parts); i++) {
		assert_true(json_is_object(part_of(json, parts[i])));
		json_object_set_new(part_of(json, parts[i]), "later", json_pack("{s:[i,i]}", parts[i], 1, 2));
	}
	return json;
}

static void test_unknown_members_are_kept(void **state)
{
	json_t *old = with_later_members(), *new;
	struct mfa_account *account = parse(old, "later");
	size_t i;

	(void)state;
	/* What a sign-in changes, and that phones may be asked again. */
	mfa_account_add_event(account, 1800000000, "sshd", "192.0.2.9", "totp", "ok");
	account->devices[0].last_step++;
	memset(&account->push, 0, sizeof(account->push));
	memcpy(account->devices[3].label, "Renamed", 8);
	new = format(account);
	assert_int_equal(json_integer_value(json_object_get(new, "v")), 4);
	for (i = 0; i < ROWS(parts); i++)
		if (!json_equal(json_object_get(part_of(new, parts[i]), "later"),
				json_object_get(part_of(old, parts[i]), "later")))
			fail_msg("lost in \"%s\"", parts[i]);
	json_decref(old);
	json_decref(new);
	mfa_account_free(&account);
}

/* They belong to what they were found in. */
static void test_unknown_members_go_with_theirs(void **state)
{
	json_t *old = with_later_members(), *new;
	struct mfa_account *account = parse(old, "later");
	struct mfa_device device = { .type = MFA_DEVICE_TOTP, .label = "Phone", .digits = 6, .period = 30,
				     .secret_len = 20 };

	(void)state;
	mfa_account_remove_device(account, &account->devices[0]);
	assert_int_equal(mfa_account_add_device(account, &device), 0);
	memset(account->pass.salt, 1, sizeof(account->pass.salt));
	memcpy(account->sent[MFA_VOICE_ROOT].code, "543210", sizeof("543210"));
	new = format(account);
	assert_null(json_object_get(part_of(new, "pass"), "later"));
	assert_null(json_object_get(part_of(new, "sent"), "later"));
	assert_non_null(json_object_get(part_of(new, "sent_local"), "later"));
	assert_null(json_object_get(part_of(new, "7"), "later"));
	assert_non_null(json_object_get(part_of(new, "2"), "later"));
	account->pass.uses = 0;
	json_decref(new);
	new = format(account);
	assert_null(json_object_get(new, "pass"));
	json_decref(old);
	json_decref(new);
	mfa_account_free(&account);
}

/* What is not understood is not called older than it was. */
static void test_unknown_members_keep_the_format(void **state)
{
	json_t *old = load("3/code.json"), *new;
	struct mfa_account *account;

	(void)state;
	json_object_set_new(old, "later", json_true());
	account = parse(old, "later");
	new = format(account);
	assert_int_equal(json_integer_value(json_object_get(new, "v")), 3);
	assert_true(json_is_true(json_object_get(new, "later")));
	json_decref(old);
	json_decref(new);
	mfa_account_free(&account);
}

/* One that nests so deep that it could not be written again is not read: a record that can't be saved would keep
 * its owner out with every sign-in. */
static void test_unknown_members_too_deep(void **state)
{
	static const struct { unsigned depth; int expect; } rows[] = {
		{ 1, 0 }, { 12, 0 }, { 13, 0 }, { 14, -EPROTONOSUPPORT }, { 15, -EPROTONOSUPPORT },
		{ 16, -EBADMSG }, { 40, -EBADMSG },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		json_t *json = load("3/code.json"), *value = json_true(), *new;
		struct mfa_account *account;
		unsigned depth;
		char *text;
		int r;

		for (depth = 0; depth < rows[i].depth; depth++)
			value = json_pack("[o]", value);
		json_object_set_new(json, "later", value);
		text = json_dumps(json, JSON_COMPACT);
		r = mfa_account_parse(text, strlen(text), &account);
		if (r != rows[i].expect)
			fail_msg("%u deep: %d", rows[i].depth, r);
		if (r == 0) {
			new = format(account);
			assert_true(json_equal(json_object_get(new, "later"), json_object_get(json, "later")));
			json_decref(new);
		}
		mfa_account_free(&account);
		free(text);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_and_written),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_callers),
		cmocka_unit_test(test_odd_events),
		cmocka_unit_test(test_unknown_members_are_kept),
		cmocka_unit_test(test_unknown_members_go_with_theirs),
		cmocka_unit_test(test_unknown_members_keep_the_format),
		cmocka_unit_test(test_unknown_members_too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
