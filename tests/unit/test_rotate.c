/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing the master key: the file's steps, and what rests in a store. */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/create.h"
#include "account/uid_index.h"
#include "seal/keyring.h"
#include "seal/rotate.h"
#include "vault/reseal.h"

#define NOW 1800000000

struct fixture {
	char folder[SCRATCH_FOLDER];
	char key[64], rotating[80], fresh[80], url[80];
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct mfa_keyring *ring;

	if (f == NULL)
		return -1;
	*state = f;
	mfa_clock_test_now = NOW;
	if (scratch_make(f->folder, f->url) != 0)
		return -1;
	(void)snprintf(f->key, sizeof(f->key), "%s/key", f->folder);
	(void)snprintf(f->rotating, sizeof(f->rotating), "%s.rotating", f->key);
	(void)snprintf(f->fresh, sizeof(f->fresh), "%s.new", f->key);
	if (mfa_keyring_new(&ring) != 0 || mfa_keyring_save(ring, f->key) != 0)
		return -1;
	mfa_keyring_free(&ring);
	if (mfa_keyring_load(f->key, &f->ring) != 0 || mfa_accounts_create(f->url, f->ring) != 0)
		return -1;
	return mfa_accounts_open(f->url, MFA_STORE_OPEN, f->ring, &f->accounts);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	mfa_accounts_close(&f->accounts);
	mfa_keyring_free(&f->ring);
	(void)unlink(f->key);
	r = scratch_remove(f->folder);	/* nothing else is left */
	free(f);
	return r;
}

static size_t keys_in(const char *path)
{
	struct mfa_keyring *ring;
	size_t count;

	assert_int_equal(mfa_keyring_load(path, &ring), 0);
	count = ring->now.count;
	mfa_keyring_free(&ring);
	return count;
}

static void test_steps(void **state)
{
	struct fixture *f = *state;
	struct mfa_rotation *rot, *other;
	struct stat before, after;
	uint8_t first[32], second[32];

	assert_int_equal(chmod(f->key, 0640), 0);
	assert_int_equal(stat(f->key, &before), 0);
	assert_int_equal(mfa_keyring_hash_name(f->ring, "alice", first), 0);
	assert_int_equal(mfa_rotation_begin(f->key, &rot), 0);
	assert_false(mfa_rotation_resumed(rot));
	assert_int_equal(keys_in(f->key), 2);
	assert_int_equal(keys_in(f->rotating), 1);
	assert_int_equal(mfa_rotation_begin(f->key, &other), -EBUSY);
	assert_null(other);

	/* The fixture's ring is of the old file. */
	assert_int_equal(mfa_keyring_active(f->ring), 1);
	assert_int_equal(mfa_rotation_settle(rot, 0), -ETIMEDOUT);
	assert_int_equal(mfa_keyring_refresh(f->ring), 1);
	assert_int_equal(mfa_keyring_active(f->ring), 2);
	assert_int_equal(mfa_keyring_refresh(f->ring), 0);
	assert_int_equal(mfa_rotation_settle(rot, 0), 0);
	assert_int_equal(mfa_keyring_hash_name(f->ring, "alice", second), 0);
	assert_memory_equal(first, second, sizeof(first));

	assert_int_equal(mfa_rotation_finish(rot), 0);
	assert_int_equal(keys_in(f->key), 1);
	assert_int_equal(access(f->rotating, F_OK), -1);
	assert_int_equal(access(f->fresh, F_OK), -1);
	assert_int_equal(mfa_keyring_refresh(f->ring), 1);
	assert_int_equal(f->ring->now.count, 1);
	assert_int_equal(mfa_keyring_active(f->ring), 2);
	assert_int_equal(mfa_keyring_hash_name(f->ring, "alice", second), 0);
	assert_memory_not_equal(first, second, sizeof(first));
	assert_int_equal(stat(f->key, &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, before.st_uid);
	mfa_rotation_free(&rot);
	assert_null(rot);
}

/* What a kill may leave, by hand. */
static void test_interrupted(void **state)
{
	static const struct {
		const char *name;
		bool named;		/* the second name is there */
		bool replaced;		/* and the file has both keys */
		bool finished;		/* or the new one alone */
		bool half;		/* what was to take its place is half written */
		int expect;
		bool resumed;
		uint32_t active;
		size_t count;
	} rows[] = {
		{ "nothing", false, false, false, false, 0, false, 2, 2 },
		{ "half a file", false, false, false, true, 0, false, 2, 2 },
		{ "a second name", true, false, false, true, 0, false, 2, 2 },
		{ "both keys", true, true, false, false, 0, true, 2, 2 },
		{ "both keys, half a file", true, true, false, true, 0, true, 2, 2 },
		{ "both keys, the second name was moved away", false, true, false, false, 0, true, 2, 2 },
		{ "the new key alone", true, true, true, false, 1, false, 2, 1 },
	};
	struct fixture *f = *state;
	struct mfa_rotation *rot;
	struct mfa_keyring *ring;
	size_t i;
	int fd, r;

	for (i = 0; i < ROWS(rows); i++) {
		(void)unlink(f->key);
		assert_int_equal(mfa_keyring_new(&ring), 0);
		assert_int_equal(mfa_keyring_save(ring, f->key), 0);
		if (rows[i].named)
			assert_int_equal(link(f->key, f->rotating), 0);
		if (rows[i].replaced) {
			assert_int_equal(unlink(f->key), 0);
			assert_int_equal(mfa_keyring_add(ring), 0);
			if (rows[i].finished)
				assert_int_equal(mfa_keyring_drop_old(ring), 0);
			assert_int_equal(mfa_keyring_save(ring, f->key), 0);
		}
		mfa_keyring_free(&ring);
		fd = rows[i].half ? open(f->fresh, O_WRONLY | O_CREAT, 0600) : -1;
		if (fd >= 0)
			assert_int_equal(write(fd, "mfa-ma", 6), 6);
		(void)close(fd);

		r = mfa_rotation_begin(f->key, &rot);
		if (r != rows[i].expect || (r == 0 && mfa_rotation_resumed(rot) != rows[i].resumed))
			fail_msg("%s: %d", rows[i].name, r);
		assert_int_equal(mfa_keyring_load(f->key, &ring), 0);
		if (mfa_keyring_active(ring) != rows[i].active || ring->now.count != rows[i].count)
			fail_msg("%s: %zu keys, %u seals", rows[i].name, ring->now.count,
				 mfa_keyring_active(ring));
		mfa_keyring_free(&ring);
		if (r == 0) {
			assert_int_equal(mfa_rotation_settle(rot, 0), 0);
			assert_int_equal(mfa_rotation_finish(rot), 0);
		}
		mfa_rotation_free(&rot);
		assert_int_equal(keys_in(f->key), 1);
		assert_int_equal(access(f->rotating, F_OK), -1);
		assert_int_equal(access(f->fresh, F_OK), -1);
	}
}

/* A ring is never exchanged for another store's, nor for what can't be read. */
static void test_refresh_refused(void **state)
{
	struct fixture *f = *state;
	struct mfa_keyring *ring;
	int fd;

	assert_int_equal(unlink(f->key), 0);
	assert_int_equal(mfa_keyring_refresh(f->ring), -ENOENT);
	assert_int_equal(mfa_keyring_new(&ring), 0);
	assert_int_equal(mfa_keyring_save(ring, f->key), 0);
	mfa_keyring_free(&ring);
	assert_int_equal(mfa_keyring_refresh(f->ring), -EKEYREJECTED);
	assert_int_equal(unlink(f->key), 0);
	fd = open(f->key, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, "nonsense\n", 9), 9);
	assert_int_equal(close(fd), 0);
	assert_int_equal(mfa_keyring_refresh(f->ring), -EBADMSG);
	assert_int_equal(mfa_keyring_active(f->ring), 1);
}

static void enrol(struct fixture *f, const char *name)
{
	struct mfa_device device = { .label = "Phone", .digits = 6, .period = 30, .secret_len = 20 };
	struct mfa_record record;

	assert_int_equal(mfa_record_new(name, &record), 0);
	assert_int_equal(mfa_account_add_device(record.account, &device), 0);
	assert_int_equal(mfa_accounts_save(f->accounts, &record), 0);
	mfa_record_release(&record);
}

struct tally {
	uint32_t active;
	size_t under, others, expiring;
};

static int tally_one(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct tally *tally = ctx;

	(void)key;
	if (mfa_sealed_key(entry->value, entry->len) == tally->active)
		tally->under++;
	else
		tally->others++;
	tally->expiring += entry->expires == NOW + 60;
	return 0;
}

static void complain(void *ctx, const char *key, int error)
{
	assert_string_equal(key, "account/damaged");
	assert_int_equal(error, -EBADMSG);
	(*(unsigned *)ctx)++;
}

static void test_reseal(void **state)
{
	struct fixture *f = *state;
	struct mfa_store *store = mfa_accounts_store(f->accounts);
	struct tally tally = { .active = 2 };
	unsigned complaints = 0;
	struct mfa_reseal run = { .on_unreadable = complain, .ctx = &complaints };
	struct mfa_rotation *rot;
	struct mfa_record record;
	uint8_t *sealed;
	char name[16];
	size_t len, i;

	for (i = 0; i < 150; i++) {
		(void)snprintf(name, sizeof(name), "user%zu", i);
		enrol(f, name);
	}
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "user0"), 0);
	assert_int_equal(mfa_seal(f->ring, "remember/x", (const uint8_t *)"y", 1, &sealed, &len), 0);
	assert_int_equal(mfa_store_put_if(store, "remember/x", 0, sealed, len, NOW + 60, NULL), 0);
	sealed[len - 1] ^= 1;
	assert_int_equal(mfa_store_put_if(store, "account/damaged", 0, sealed, len, 0, NULL), 0);
	free(sealed);

	assert_int_equal(mfa_rotation_begin(f->key, &rot), 0);
	assert_int_equal(mfa_keyring_refresh(f->ring), 1);
	assert_int_equal(mfa_vault_reseal(mfa_accounts_vault(f->accounts), &run), 0);
	assert_int_equal(run.resealed, 150 + 256 + 4);	/* the decoys, the id, the spelling, the claim, what is remembered */
	assert_int_equal(run.unreadable, 1);
	assert_int_equal(complaints, 1);
	assert_int_equal(mfa_store_list(store, "", tally_one, &tally), 0);
	assert_int_equal(tally.under, 150 + 256 + 4);
	assert_int_equal(tally.others, 1);
	assert_int_equal(tally.expiring, 1);
	assert_int_equal(mfa_vault_reseal(mfa_accounts_vault(f->accounts), &run), 0);
	assert_int_equal(run.resealed, 0);
	assert_int_equal(mfa_rotation_finish(rot), 0);
	mfa_rotation_free(&rot);

	assert_int_equal(mfa_keyring_refresh(f->ring), 1);
	assert_int_equal(mfa_accounts_load(f->accounts, "user149", &record), 0);
	mfa_record_release(&record);
	mfa_accounts_close(&f->accounts);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, f->ring, &f->accounts), 0);
}

/* Who has read the old file alone finds the new key when he needs it. */
static void test_late(void **state)
{
	struct fixture *f = *state;
	struct mfa_keyring *late;
	struct mfa_accounts *accounts;
	struct mfa_reseal run = { .ctx = NULL };
	struct mfa_rotation *rot;
	struct mfa_record record;

	enrol(f, "alice");
	assert_int_equal(mfa_keyring_load(f->key, &late), 0);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, late, &accounts), 0);
	assert_int_equal(mfa_accounts_load(accounts, "alice", &record), 0);
	assert_int_equal(mfa_rotation_begin(f->key, &rot), 0);
	assert_int_equal(mfa_keyring_refresh(f->ring), 1);
	assert_int_equal(mfa_vault_reseal(mfa_accounts_vault(f->accounts), &run), 0);

	/* It still has the old file locked, and writes under the old key. */
	assert_int_equal(mfa_rotation_settle(rot, 0), -ETIMEDOUT);
	assert_int_equal(mfa_uid_index_claim(accounts, 1000, "alice"), 0);
	assert_int_equal(mfa_accounts_save(accounts, &record), -EAGAIN);
	assert_int_equal(mfa_keyring_active(late), 1);
	assert_int_equal(mfa_accounts_reload(accounts, &record), 0);
	assert_int_equal(mfa_keyring_active(late), 2);
	assert_int_equal(mfa_rotation_settle(rot, 0), 0);
	assert_int_equal(mfa_accounts_save(accounts, &record), 0);
	assert_int_equal(mfa_vault_reseal(mfa_accounts_vault(f->accounts), &run), 0);
	assert_int_equal(run.resealed, 1);
	assert_int_equal(mfa_rotation_finish(rot), 0);
	mfa_rotation_free(&rot);
	mfa_record_release(&record);
	mfa_accounts_close(&accounts);
	mfa_keyring_free(&late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_steps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refresh_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reseal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_late, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
