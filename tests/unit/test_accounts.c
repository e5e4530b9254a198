/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/create.h"
#include "account/decoy.h"
#include "account/uid_index.h"
#include "seal/seal.h"

struct fixture {
	char folder[SCRATCH_FOLDER];
	char url[SCRATCH_URL];
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	*state = f;
	if (scratch_make(f->folder, f->url) != 0)
		return -1;
	if (mfa_keyring_new(&f->ring) != 0 || mfa_accounts_create(f->url, f->ring) != 0)
		return -1;
	return mfa_accounts_open(f->url, MFA_STORE_OPEN, f->ring, &f->accounts);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	mfa_accounts_close(&f->accounts);
	mfa_keyring_free(&f->ring);
	r = scratch_remove(f->folder);
	free(f);
	return r;
}

#define NOW 1800000000

static int load_or_decoy(struct mfa_accounts *accounts, const char *name, bool eligible,
			 struct mfa_record *out)
{
	struct mfa_record bare;
	int r = mfa_accounts_load_or_decoy(accounts, name, eligible, NOW, out, &bare);

	mfa_record_release(&bare);
	return r;
}

static void enrol(struct fixture *f, const char *name, bool has_uid, uint32_t uid)
{
	struct mfa_device device = { .label = "Phone", .digits = 6, .period = 30, .secret_len = 20 };
	struct mfa_record record;

	assert_int_equal(mfa_record_new(name, &record), 0);
	record.account->has_uid = has_uid;
	record.account->uid = uid;
	assert_int_equal(mfa_account_add_device(record.account, &device), 0);
	assert_int_equal(mfa_accounts_save(f->accounts, &record), 0);
	mfa_record_release(&record);
}

static void test_save_and_load(void **state)
{
	struct fixture *f = *state;
	struct mfa_record a, b;

	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &a), -ENOENT);
	enrol(f, "alice", false, 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &a), 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &b), 0);
	assert_string_equal(a.account->devices[0].label, "Phone");
	a.account->devices[0].last_step = 7;
	b.account->devices[0].last_step = 8;
	assert_int_equal(mfa_accounts_save(f->accounts, &a), 0);
	/* Whoever read before that write must look again. */
	assert_int_equal(mfa_accounts_save(f->accounts, &b), -EAGAIN);
	assert_int_equal(mfa_accounts_reload(f->accounts, &b), 0);
	assert_int_equal(b.account->devices[0].last_step, 7);
	assert_int_equal(mfa_accounts_save(f->accounts, &b), 0);
	/* The version that a has is of the past again. */
	assert_int_equal(mfa_accounts_remove(f->accounts, &a), -EAGAIN);
	assert_int_equal(mfa_accounts_remove(f->accounts, &b), 0);
	assert_int_equal(mfa_accounts_reload(f->accounts, &b), -ENOENT);
	mfa_record_release(&a);
	mfa_record_release(&b);
}

struct meddled {
	struct fixture *f;
	int rivals, calls, result;
};

static int meddled_change(void *ctx, struct mfa_record *record, bool again)
{
	struct meddled *m = ctx;
	struct mfa_record rival;

	assert_int_equal(again, m->calls > 0);
	m->calls++;
	if (m->rivals > 0) {
		m->rivals--;
		assert_int_equal(mfa_accounts_load(m->f->accounts, "alice", &rival), 0);
		rival.account->devices[0].last_step++;
		assert_int_equal(mfa_accounts_save(m->f->accounts, &rival), 0);
		mfa_record_release(&rival);
	}
	record->account->devices[0].last_step += 100;
	return m->result;
}

/* What somebody else has written meanwhile is kept, and so is ours. */
static void test_change(void **state)
{
	struct fixture *f = *state;
	struct mfa_record record;
	struct meddled m = { .f = f, .rivals = 3 };

	enrol(f, "alice", false, 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	assert_int_equal(mfa_accounts_change(f->accounts, &record, meddled_change, &m), 0);
	assert_int_equal(m.calls, 4);
	assert_int_equal(record.account->devices[0].last_step, 103);
	/* Whoever does not want it saved has not. */
	m = (struct meddled){ .f = f, .result = 1 };
	assert_int_equal(mfa_accounts_change(f->accounts, &record, meddled_change, &m), 1);
	assert_int_equal(mfa_accounts_reload(f->accounts, &record), 0);
	assert_int_equal(record.account->devices[0].last_step, 103);
	m = (struct meddled){ .f = f, .rivals = INT_MAX };
	assert_int_equal(mfa_accounts_change(f->accounts, &record, meddled_change, &m), -EBUSY);
	assert_int_equal(mfa_accounts_remove(f->accounts, &record), 0);
	m = (struct meddled){ .f = f };
	assert_int_equal(mfa_accounts_change(f->accounts, &record, meddled_change, &m), -ENOENT);
	mfa_record_release(&record);
}

/* Two that begin at once: one of them made it. */
static void test_new_twice(void **state)
{
	struct fixture *f = *state;
	struct mfa_record a, b;

	assert_int_equal(mfa_record_new("alice", &a), 0);
	assert_int_equal(mfa_record_new("alice", &b), 0);
	assert_int_equal(mfa_accounts_save(f->accounts, &a), 0);
	assert_int_equal(mfa_accounts_save(f->accounts, &b), -EAGAIN);
	mfa_record_release(&a);
	mfa_record_release(&b);
}

static void copy_value(struct fixture *f, const char *from, const char *to)
{
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct mfa_entry a, b;

	assert_int_equal(mfa_store_get(store, from, &a), 0);
	if (mfa_store_get(store, to, &b) != 0)
		b.version = 0;
	assert_int_equal(mfa_store_put_if(store, to, b.version, a.value, a.len, 0, NULL), 0);
	mfa_entry_release(&a);
	mfa_entry_release(&b);
}

/* Whoever can write the store can't give one's record to another. */
static void test_swapped(void **state)
{
	struct fixture *f = *state;
	struct mfa_record record;

	enrol(f, "alice", false, 0);
	enrol(f, "bob", false, 0);
	/* Both at once. */
	copy_value(f, "account/alice", "spare");
	copy_value(f, "account/bob", "account/alice");
	copy_value(f, "spare", "account/bob");
	assert_int_equal(mfa_accounts_load(f->accounts, "bob", &record), -EBADMSG);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), -EBADMSG);
	assert_int_equal(load_or_decoy(f->accounts, "alice", true, &record), -EBADMSG);
	copy_value(f, "decoy/1", "account/bob");
	assert_int_equal(mfa_accounts_load(f->accounts, "bob", &record), -EBADMSG);
	copy_value(f, "meta/store", "account/carol");
	assert_int_equal(mfa_accounts_load(f->accounts, "carol", &record), -EBADMSG);
	/* Nor a decoy to be had for an account's record. */
	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &record), 0);
	copy_value(f, "account/alice", record.key);
	mfa_record_release(&record);
	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &record), -EBADMSG);
	assert_null(record.account);
}

/* Found by a device of theirs; a decoy that is missing tells nothing. */
static void test_load_device(void **state)
{
	static const struct { const char *name; bool its_own; int64_t off; bool lost; int expect; } rows[] = {
		{ "alice", true, 0, false, 0 }, { "alice", true, 1, false, -ENOENT },
		{ "alice", false, 1, false, -ENOENT }, { "bare", true, 0, false, -ENOENT },
		{ "nobody", true, 0, false, -ENOENT }, { "nobody", false, 1, false, -ENOENT },
		{ "alice", true, 0, true, 0 }, { "alice", false, 1, true, -ENOENT },
		{ "nobody", true, 0, true, -ENOENT },
	};
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct mfa_record record, decoy;
	uint64_t device, id;
	size_t i;

	enrol(f, "alice", false, 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	device = record.account->devices[0].id;
	mfa_record_release(&record);
	assert_int_equal(mfa_record_new("bare", &record), 0);
	assert_int_equal(mfa_accounts_save(f->accounts, &record), 0);
	mfa_record_release(&record);
	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &decoy), 0);
	for (i = 0; i < ROWS(rows); i++) {
		if (rows[i].lost && decoy.account != NULL) {
			assert_int_equal(mfa_store_delete_if(store, decoy.key, decoy.version), 0);
			mfa_record_release(&decoy);
		}
		id = (rows[i].its_own ? device : 0) + (uint64_t)rows[i].off;
		if (mfa_accounts_load_device(f->accounts, rows[i].name, id, &record) != rows[i].expect)
			fail_msg("%zu: %s", i, rows[i].name);
		assert_int_equal(record.account != NULL, rows[i].expect == 0);
		if (record.account != NULL)
			assert_string_equal(record.account->name, rows[i].name);
		mfa_record_release(&record);
	}
	/* The beginning of an id is none. */
	assert_int_equal(mfa_accounts_load_device(f->accounts, "alice", device / 10, &record), -ENOENT);
	/* Another's record is nobody's. */
	copy_value(f, "account/alice", "account/carol");
	assert_int_equal(mfa_accounts_load_device(f->accounts, "carol", device, &record), -EBADMSG);
	assert_null(record.account);
}

/* Sealed anew for the place by a program of ours that is wrong, it is still the record of another. */
static void test_others_record(void **state)
{
	struct fixture *f = *state;
	struct mfa_record record;
	uint8_t *sealed = NULL;
	uint64_t version;
	size_t len, sealed_len;
	char *text = NULL;

	enrol(f, "alice", false, 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	assert_int_equal(mfa_account_format(record.account, &text, &len), 0);
	assert_int_equal(mfa_seal(f->ring, "account/bob", (const uint8_t *)text, len, &sealed, &sealed_len), 0);
	assert_int_equal(mfa_store_put_if(mfa_accounts_store(f->accounts), "account/bob", 0, sealed, sealed_len, 0,
					  &version), 0);
	free(sealed);
	free(text);
	mfa_record_release(&record);
	assert_int_equal(mfa_accounts_load(f->accounts, "bob", &record), -EBADMSG);
	assert_int_equal(load_or_decoy(f->accounts, "bob", true, &record), -EBADMSG);
	assert_null(record.account);
}

/* A claim that somebody moved, or damaged, is nobody's word. */
static void test_swapped_claim(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "alice"), 0);
	enrol(f, "alice", true, 1000);
	copy_value(f, "uid/1000", "uid/1001");
	assert_int_equal(mfa_uid_index_check(f->accounts, 1001, "alice"), -EBADMSG);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1001, "bob"), -EBADMSG);
	copy_value(f, "account/alice", "uid/1000");
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "bob"), -EBADMSG);
}

/* A store that lost a decoy is damaged: it does not tell who has no account. */
static void test_lost_decoy(void **state)
{
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct mfa_record record, other;

	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &record), 0);
	assert_int_equal(mfa_store_delete_if(store, record.key, record.version), 0);
	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &other), -EBADMSG);
	assert_null(other.account);
	mfa_record_release(&record);
}

/* The same of a name that has a record, which is let go once: without a device, and where it is not to count. */
static void test_lost_decoy_of_record(void **state)
{
	struct fixture *f = *state;
	struct mfa_record record, other;

	assert_int_equal(mfa_record_new("bob", &record), 0);
	assert_int_equal(mfa_accounts_save(f->accounts, &record), 0);
	mfa_record_release(&record);
	assert_int_equal(load_or_decoy(f->accounts, "bob", true, &record), 0);
	assert_true(record.decoy);
	assert_int_equal(mfa_store_delete_if(mfa_accounts_store(f->accounts), record.key, record.version), 0);
	assert_int_equal(load_or_decoy(f->accounts, "bob", true, &other), -EBADMSG);
	assert_null(other.account);
	assert_int_equal(load_or_decoy(f->accounts, "bob", false, &other), -EBADMSG);
	assert_null(other.account);
	mfa_record_release(&record);
}

static void test_damaged(void **state)
{
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct mfa_record record;
	struct mfa_entry entry;
	uint64_t version;

	enrol(f, "alice", false, 0);
	assert_int_equal(mfa_store_get(store, "account/alice", &entry), 0);
	version = entry.version;
	entry.value[entry.len / 2] ^= 1;
	assert_int_equal(mfa_store_put_if(store, "account/alice", version, entry.value, entry.len, 0,
					  &version), 0);
	assert_int_equal(load_or_decoy(f->accounts, "alice", true, &record), -EBADMSG);
	entry.value[0] = 2;
	assert_int_equal(mfa_store_put_if(store, "account/alice", version, entry.value, entry.len, 0,
					  &version), 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), -EPROTONOSUPPORT);
	entry.value[0] = 1;
	entry.value[4] = 9;
	assert_int_equal(mfa_store_put_if(store, "account/alice", version, entry.value, entry.len, 0,
					  &version), 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), -ENOKEY);
	mfa_entry_release(&entry);
	/* Looking changed nothing. */
	assert_int_equal(mfa_store_get(store, "account/alice", &entry), 0);
	assert_int_equal(entry.version, version);
	mfa_entry_release(&entry);
}

static void test_decoys(void **state)
{
	struct fixture *f = *state;
	struct mfa_record a, b, other;
	char name[16];
	int i, same = 0;

	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &a), 0);
	assert_true(a.decoy);
	assert_int_equal(a.account->device_count, 1);
	assert_int_equal(load_or_decoy(f->accounts, "nobody", true, &b), 0);
	assert_string_equal(a.key, b.key);
	a.account->throttles[0].failures = 3;
	assert_int_equal(mfa_accounts_save(f->accounts, &a), 0);
	assert_int_equal(mfa_accounts_reload(f->accounts, &b), 0);
	assert_true(b.decoy);
	assert_int_equal(b.account->throttles[0].failures, 3);
	/* It is no record of that name. */
	assert_int_equal(mfa_accounts_load(f->accounts, "nobody", &other), -ENOENT);
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(load_or_decoy(f->accounts, name, true, &other), 0);
		same += strcmp(other.key, a.key) == 0;
		mfa_record_release(&other);
	}
	assert_in_range(same, 0, 10);
	/* An account gets its own record; not if it is not to count, nor without a device. */
	enrol(f, "alice", false, 0);
	assert_int_equal(load_or_decoy(f->accounts, "alice", true, &other), 0);
	assert_false(other.decoy);
	assert_int_equal(other.account->device_count, 1);
	mfa_account_remove_device(other.account, &other.account->devices[0]);
	assert_int_equal(mfa_accounts_save(f->accounts, &other), 0);
	mfa_record_release(&other);
	assert_int_equal(load_or_decoy(f->accounts, "alice", true, &other), 0);
	assert_true(other.decoy);
	mfa_record_release(&other);
	enrol(f, "bob", false, 0);
	assert_int_equal(load_or_decoy(f->accounts, "bob", false, &other), 0);
	assert_true(other.decoy);
	mfa_record_release(&other);
	mfa_record_release(&a);
	mfa_record_release(&b);
}

/* Who has nothing to show gets a decoy, and what is there all the same besides. */
static void test_bare(void **state)
{
	struct fixture *f = *state;
	struct mfa_record record, bare;

	assert_int_equal(mfa_record_new("alice", &record), 0);
	record.account->postponed = 2;
	assert_int_equal(mfa_accounts_save(f->accounts, &record), 0);
	mfa_record_release(&record);
	assert_int_equal(mfa_accounts_load_or_decoy(f->accounts, "alice", true, NOW, &record, &bare), 0);
	assert_true(record.decoy);
	assert_int_equal(bare.account->postponed, 2);
	assert_false(bare.decoy);
	mfa_record_release(&record);
	/* Not for a name that is not to count. */
	bare.account->pass = (struct mfa_pass){ .uses = 1, .until = NOW + 1 };
	assert_int_equal(mfa_accounts_save(f->accounts, &bare), 0);
	mfa_record_release(&bare);
	assert_int_equal(mfa_accounts_load_or_decoy(f->accounts, "alice", false, NOW, &record, &bare), 0);
	assert_true(record.decoy);
	assert_null(bare.account);
	mfa_record_release(&record);
	/* A pass is something to show, until it ends. */
	assert_int_equal(mfa_accounts_load_or_decoy(f->accounts, "alice", true, NOW, &record, &bare), 0);
	assert_false(record.decoy);
	assert_null(bare.account);
	mfa_record_release(&record);
	assert_int_equal(mfa_accounts_load_or_decoy(f->accounts, "alice", true, NOW + 1, &record, &bare), 0);
	assert_true(record.decoy);
	assert_non_null(bare.account);
	mfa_record_release(&record);
	mfa_record_release(&bare);
}

static void test_uids(void **state)
{
	struct fixture *f = *state;
	struct mfa_record record;

	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "alice"), 0);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "alice"), 0);
	/* A claim whose record never came (a kill between the two) holds nobody up. */
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "bob"), 0);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "bob"), 0);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "alice"), 0);
	enrol(f, "alice", true, 1000);
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "alice"), 0);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "alice"), 0);
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "toor"), -EEXIST);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "toor"), -EEXIST);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	assert_int_equal(mfa_accounts_remove(f->accounts, &record), 0);
	mfa_record_release(&record);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "toor"), 0);
	/* Removing a record leaves the claim that is another's by now. */
	enrol(f, "toor", true, 1000);
	enrol(f, "alice", true, 1000);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	assert_int_equal(mfa_accounts_remove(f->accounts, &record), 0);
	mfa_record_release(&record);
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "alice"), -EEXIST);
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "toor"), 0);
	/* A claim whose record can't be read is not taken for void. */
	copy_value(f, "meta/store", "account/toor");
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "alice"), -EBADMSG);
	/* Nor does an account with another uid by now hold it. */
	assert_int_equal(mfa_uid_index_claim(f->accounts, 2000, "bob"), 0);
	enrol(f, "bob", true, 2001);
	assert_int_equal(mfa_uid_index_claim(f->accounts, 2000, "carol"), 0);
	assert_int_equal(mfa_uid_index_claim(f->accounts, UINT32_MAX, "dave"), 0);
	assert_int_equal(mfa_uid_index_check(f->accounts, UINT32_MAX, "dave"), 0);
}

static void test_wrong_key(void **state)
{
	struct fixture *f = *state;
	struct mfa_accounts *accounts;
	struct mfa_keyring *other;

	assert_int_equal(mfa_keyring_new(&other), 0);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, other, &accounts), -EKEYREJECTED);
	assert_null(accounts);
	assert_int_equal(mfa_accounts_create(f->url, other), -EEXIST);
	assert_int_equal(mfa_accounts_create(f->url, f->ring), 0);
	assert_int_equal(mfa_accounts_open("sqlite:///tmp/nowhere/db", MFA_STORE_OPEN, other, &accounts), -ENOENT);
	mfa_keyring_free(&other);
}

/* A creation that was killed before the id was written is finished by the next. */
static void test_half_made(void **state)
{
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct mfa_accounts *accounts;
	struct mfa_keyring *other;
	struct mfa_record record;
	struct mfa_entry entry;

	assert_int_equal(mfa_store_get(store, MFA_KEY_STORE_ID, &entry), 0);
	assert_int_equal(mfa_store_delete_if(store, MFA_KEY_STORE_ID, entry.version), 0);
	mfa_entry_release(&entry);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, f->ring, &accounts), -EKEYREJECTED);
	assert_int_equal(mfa_keyring_new(&other), 0);
	assert_int_equal(mfa_accounts_create(f->url, other), 0);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, other, &accounts), 0);
	assert_int_equal(load_or_decoy(accounts, "nobody", true, &record), 0);
	mfa_record_release(&record);
	mfa_accounts_close(&accounts);
	mfa_keyring_free(&other);
}

/* With an account in it, it was complete once: whoever took its id away does not get it made anew. */
static void test_not_half_made(void **state)
{
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct mfa_keyring *other;
	struct mfa_record record;
	struct mfa_entry entry;

	enrol(f, "alice", false, 0);
	assert_int_equal(mfa_store_get(store, MFA_KEY_STORE_ID, &entry), 0);
	assert_int_equal(mfa_store_delete_if(store, MFA_KEY_STORE_ID, entry.version), 0);
	mfa_entry_release(&entry);
	assert_int_equal(mfa_keyring_new(&other), 0);
	assert_int_equal(mfa_accounts_create(f->url, other), -EEXIST);
	assert_int_equal(mfa_accounts_create(f->url, f->ring), -EEXIST);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	mfa_record_release(&record);
	mfa_keyring_free(&other);
}

/* The id of another store, sealed under the right key. */
static void test_wrong_id(void **state)
{
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	static const uint8_t id[MFA_STORE_ID_SIZE];
	struct mfa_accounts *accounts;
	struct mfa_entry entry;
	uint8_t *sealed;
	size_t len;

	assert_int_equal(mfa_seal(f->ring, MFA_KEY_STORE_ID, id, sizeof(id), &sealed, &len), 0);
	assert_int_equal(mfa_store_get(store, MFA_KEY_STORE_ID, &entry), 0);
	assert_int_equal(mfa_store_put_if(store, MFA_KEY_STORE_ID, entry.version, sealed, len, 0,
					  NULL), 0);
	mfa_entry_release(&entry);
	free(sealed);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, f->ring, &accounts), -EKEYREJECTED);
	assert_null(accounts);
	assert_int_equal(mfa_accounts_create(f->url, f->ring), -EEXIST);
}

static int count_names(void *ctx, const char *name, struct mfa_account *account, int error)
{
	(void)name;
	((int *)ctx)[account != NULL ? 0 : 1]++;
	return error == 0 || account == NULL ? 0 : -1;
}

static void test_list(void **state)
{
	struct fixture *f = *state;
	int counts[2] = { 0, 0 };

	enrol(f, "alice", false, 0);
	enrol(f, "bob", false, 0);
	copy_value(f, "account/bob", "account/carol");
	assert_int_equal(mfa_accounts_list(f->accounts, count_names, counts), 0);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 1);
}

static void test_save_many(void **state)
{
	struct fixture *f = *state;
	struct mfa_record records[3];
	int results[3], i;
	char name[16];

	enrol(f, "n1", false, 0);
	for (i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(mfa_record_new(name, &records[i]), 0);
	}
	assert_int_equal(mfa_accounts_save_many(f->accounts, records, 3, results), 0);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], -EAGAIN);
	assert_int_equal(results[2], 0);
	for (i = 0; i < 3; i++)
		mfa_record_release(&records[i]);
	assert_int_equal(mfa_accounts_load(f->accounts, "n2", &records[0]), 0);
	mfa_record_release(&records[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_save_and_load), TEST(test_change), TEST(test_new_twice), TEST(test_swapped), TEST(test_damaged),
		TEST(test_swapped_claim), TEST(test_others_record), TEST(test_load_device), TEST(test_lost_decoy),
		TEST(test_lost_decoy_of_record),
		TEST(test_not_half_made),
		TEST(test_wrong_id),
		TEST(test_decoys), TEST(test_bare), TEST(test_uids), TEST(test_wrong_key), TEST(test_half_made),
		TEST(test_list), TEST(test_save_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
