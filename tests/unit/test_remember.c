/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "remember/remember.h"

#define NOW 1800000000
#define HOUR 3600

struct fixture {
	char folder[SCRATCH_FOLDER];
	struct mfa_keyring *ring;
	struct mfa_vault vault;
	struct mfa_account *account;
};

static void add(struct mfa_account *account, const char *label, enum mfa_device_type type)
{
	struct mfa_device d = { .type = type, .digits = 6, .period = 30, .secret_len = 20 };

	(void)snprintf(d.label, sizeof(d.label), "%s", label);
	assert_int_equal(mfa_account_add_device(account, &d), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char url[SCRATCH_URL];

	if (f == NULL)
		return -1;
	*state = f;
	mfa_clock_test_now = NOW;
	if (scratch_make(f->folder, url) != 0)
		return -1;
	if (mfa_keyring_new(&f->ring) != 0 || mfa_store_open(url, MFA_STORE_CREATE, &f->vault.store) != 0 ||
	    mfa_account_new("alice", &f->account) != 0)
		return -1;
	f->vault.ring = f->ring;
	add(f->account, "Phone", MFA_DEVICE_TOTP);
	add(f->account, "Token", MFA_DEVICE_HOTP);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	mfa_clock_test_now = 0;
	mfa_account_free(&f->account);
	mfa_store_close(&f->vault.store);
	mfa_keyring_free(&f->ring);
	r = scratch_remove(f->folder);
	free(f);
	return r;
}

static const struct mfa_policy hours = { .remember = 8 * HOUR, .methods = ALL_METHODS };
static const struct mfa_remember_place here = { "alice", "sshd", "203.0.113.1", NULL };

static int find(struct fixture *f, const struct mfa_remember_place *place)
{
	return mfa_remember_find(&f->vault, place, f->account, &hours, NOW);
}

static int save(struct fixture *f, const struct mfa_remember_place *place, const char *label)
{
	return mfa_remember_save(&f->vault, place, f->account, mfa_account_device(f->account, label),
				 &hours, NOW);
}

static void test_places(void **state)
{
	static const struct {
		const char *name;
		struct mfa_remember_place saved, asked;
		int expect;
	} rows[] = {
		{ "the same address", { "alice", "sshd", "203.0.113.1", NULL },
		  { "alice", "sshd", "203.0.113.1", NULL }, 0 },
		{ "whatever the session", { "alice", "sshd", "203.0.113.2", "audit:b:1" },
		  { "alice", "sshd", "203.0.113.2", "audit:b:2" }, 0 },
		{ "mapped into IPv6", { "alice", "sshd", "203.0.113.3", NULL },
		  { "alice", "sshd", "::ffff:203.0.113.3", NULL }, 0 },
		{ "IPv6, spelt otherwise", { "alice", "sshd", "2001:db8::1", NULL },
		  { "alice", "sshd", "2001:DB8:0:0::0001", NULL }, 0 },
		{ "another address", { "alice", "sshd", "203.0.113.4", NULL },
		  { "alice", "sshd", "203.0.113.5", NULL }, -ENOENT },
		{ "another service", { "alice", "sshd", "203.0.113.6", NULL },
		  { "alice", "vsftpd", "203.0.113.6", NULL }, -ENOENT },
		{ "another name", { "alice", "sshd", "203.0.113.7", NULL },
		  { "alic", "sshd", "203.0.113.7", NULL }, -ENOENT },
		{ "a session", { "alice", "sudo", "", "audit:b:7" }, { "alice", "sudo", NULL, "audit:b:7" }, 0 },
		{ "another session", { "alice", "sudo", "", "audit:b:8" },
		  { "alice", "sudo", "", "audit:b:9" }, -ENOENT },
		{ "a service that looks like a place", { "alice", "x", "", "audit:b:10" },
		  { "alice", "session audit:b:10/x", "", "audit:b:11" }, -ENOENT },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		if (find(f, &rows[i].asked) != -ENOENT)
			fail_msg("%s: before", rows[i].name);
		if (save(f, &rows[i].saved, "Phone") != 0 || find(f, &rows[i].saved) != 0)
			fail_msg("%s: saved", rows[i].name);
		if (find(f, &rows[i].asked) != rows[i].expect)
			fail_msg("%s", rows[i].name);
	}
}

static void test_no_place(void **state)
{
	static const struct mfa_remember_place rows[] = {
		{ "alice", "sshd", "pc.example.org", NULL },
		{ "alice", "sudo", "", "" },
		{ "alice", "sudo", NULL, NULL },
		{ "alice", "sudo", "", "a/b" },
		{ "alice", "sudo", "", "a b" },
		{ "alice", "sudo", "", "0123456789012345678901234567890123456789012345678901234567890123456789"
		  "0123456789012345678901234567890" },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		if (save(f, &rows[i], "Phone") != -ENOENT || find(f, &rows[i]) != -ENOENT)
			fail_msg("row %zu", i);
	}
}

/* Who saved it at NOW, and what has changed since. */
static void test_counts(void **state)
{
	static const struct {
		const char *name;
		const char *device;
		int64_t later;
		int64_t remember;
		unsigned methods;
		uint32_t epoch;
		const char *removed;
		int expect;
	} rows[] = {
		{ "at once", "Phone", 0, 8 * HOUR, ALL_METHODS, 0, NULL, 0 },
		{ "a second before its end", "Phone", 8 * HOUR - 1, 8 * HOUR, ALL_METHODS, 0, NULL, 0 },
		{ "its end", "Phone", 8 * HOUR, 8 * HOUR, ALL_METHODS, 0, NULL, -ENOENT },
		{ "a shorter time now: within it", "Phone", 59, 60, ALL_METHODS, 0, NULL, 0 },
		{ "a shorter time now", "Phone", 60, 60, ALL_METHODS, 0, NULL, -ENOENT },
		{ "a longer time now makes it no longer", "Phone", 8 * HOUR, 9 * HOUR, ALL_METHODS, 0, NULL,
		  -ENOENT },
		{ "no time now", "Phone", 0, 0, ALL_METHODS, 0, NULL, -ENOENT },
		{ "from what is the future", "Phone", -1, 8 * HOUR, ALL_METHODS, 0, NULL, -ENOENT },
		{ "forgotten", "Phone", 1, 8 * HOUR, ALL_METHODS, 1, NULL, -ENOENT },
		{ "its device removed", "Phone", 1, 8 * HOUR, ALL_METHODS, 0, "Phone", -ENOENT },
		{ "another device removed", "Phone", 1, 8 * HOUR, ALL_METHODS, 0, "Token", 0 },
		{ "by a token", "Token", 1, 8 * HOUR, ALL_METHODS, 0, NULL, 0 },
		{ "a kind that does not count now", "Token", 1, 8 * HOUR, MFA_METHOD_TOTP, 0, NULL, -ENOENT },
		{ "the other kind does not", "Phone", 1, 8 * HOUR, MFA_METHOD_TOTP, 0, NULL, 0 },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account account = *f->account;
		struct mfa_policy policy = { .remember = rows[i].remember, .methods = rows[i].methods };
		int r;

		mfa_clock_test_now = NOW;
		assert_int_equal(save(f, &here, rows[i].device), 0);
		mfa_clock_test_now = NOW + rows[i].later;
		account.epoch = rows[i].epoch;
		if (rows[i].removed != NULL)
			mfa_account_remove_device(&account, mfa_account_device(&account, rows[i].removed));
		r = mfa_remember_find(&f->vault, &here, &account, &policy, mfa_clock_test_now);
		if (r != rows[i].expect)
			fail_msg("%s: %d", rows[i].name, r);
	}
}

/* The same label is not the same device. */
static void test_replaced(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(save(f, &here, "Phone"), 0);
	mfa_account_remove_device(f->account, mfa_account_device(f->account, "Phone"));
	add(f->account, "Phone", MFA_DEVICE_TOTP);
	assert_int_equal(find(f, &here), -ENOENT);
}

struct moving {
	struct fixture *f;
	struct mfa_entry entry;
	char key[MFA_STORE_KEY_MAX + 1];
};

static int take(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct moving *m = ctx;

	(void)snprintf(m->key, sizeof(m->key), "%s", key);
	return mfa_store_get(m->f->vault.store, key, &m->entry) != 0 || entry->expires != NOW + 8 * HOUR;
}

/* Who writes the store can't spare anybody anything. */
static void test_sealed(void **state)
{
	static const struct mfa_remember_place other = { "alice", "sshd", "203.0.113.2", NULL };
	struct fixture *f = *state;
	struct moving m = { .f = f };
	struct mfa_entry there;
	char first[MFA_STORE_KEY_MAX + 1];

	assert_int_equal(save(f, &here, "Phone"), 0);
	assert_int_equal(mfa_store_list(f->vault.store, MFA_KEY_REMEMBER, take, &m), 0);
	assert_null(strstr(m.key, "alice"));
	assert_null(memmem(m.entry.value, m.entry.len, "epoch", 5));
	(void)strcpy(first, m.key);
	assert_int_equal(mfa_store_delete_if(f->vault.store, first, m.entry.version), 0);
	mfa_entry_release(&m.entry);
	assert_int_equal(save(f, &other, "Phone"), 0);
	assert_int_equal(mfa_store_list(f->vault.store, MFA_KEY_REMEMBER, take, &m), 0);
	assert_int_equal(mfa_store_put_if(f->vault.store, first, 0, m.entry.value, m.entry.len, 0, NULL), 0);
	assert_int_equal(find(f, &here), -EBADMSG);
	assert_int_equal(find(f, &other), 0);
	mfa_entry_release(&m.entry);
	/* And the next success replaces it. */
	assert_int_equal(save(f, &here, "Phone"), 0);
	assert_int_equal(find(f, &here), 0);
	assert_int_equal(mfa_store_get(f->vault.store, first, &there), 0);
	mfa_entry_release(&there);
}

/* What another version wrote, or a fault of ours. */
/* What is in the store is this text; *m has its key. */
static void put_text(struct fixture *f, struct moving *m, const char *text)
{
	uint8_t *sealed;
	size_t len;

	assert_int_equal(mfa_seal(f->ring, m->key, (const uint8_t *)text, strlen(text), &sealed, &len), 0);
	assert_int_equal(mfa_store_put_if(f->vault.store, m->key, m->entry.version, sealed, len, 0, &m->entry.version), 0);
	free(sealed);
}

static void test_malformed(void **state)
{
	static const char *const rows[] = {
		"", "{}", "[1]", "{\"format\":1,\"epoch\":0,\"device\":1}",
		"{\"format\":2,\"epoch\":0,\"device\":1,\"time\":1}",
		"{\"format\":1,\"epoch\":-1,\"device\":1,\"time\":1}",
		"{\"format\":1,\"epoch\":4294967296,\"device\":1,\"time\":1}",
		"{\"format\":1,\"epoch\":0,\"device\":0,\"time\":1}",
	};
	struct fixture *f = *state;
	struct moving m = { .f = f };
	size_t i;

	assert_int_equal(save(f, &here, "Phone"), 0);
	assert_int_equal(mfa_store_list(f->vault.store, MFA_KEY_REMEMBER, take, &m), 0);
	for (i = 0; i < ROWS(rows); i++) {
		put_text(f, &m, rows[i]);
		if (find(f, &here) != -EBADMSG)
			fail_msg("%s", rows[i]);
	}
	mfa_entry_release(&m.entry);
}

/* What a later version has beside is passed over. */
static void test_unknown_members(void **state)
{
	struct fixture *f = *state;
	struct moving m = { .f = f };
	char text[128];

	assert_int_equal(save(f, &here, "Phone"), 0);
	assert_int_equal(mfa_store_list(f->vault.store, MFA_KEY_REMEMBER, take, &m), 0);
	(void)snprintf(text, sizeof(text), "{\"format\":1,\"epoch\":0,\"device\":%lld,\"time\":%lld,\"more\":1}",
		       (long long)f->account->devices[0].id, (long long)NOW);
	put_text(f, &m, text);
	assert_int_equal(find(f, &here), 0);
	mfa_entry_release(&m.entry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_places), TEST(test_no_place), TEST(test_counts), TEST(test_replaced),
		TEST(test_sealed), TEST(test_malformed),
		TEST(test_unknown_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
