/* SPDX-License-Identifier: BSD-2-Clause */
/* The container, its items, and what a restore makes of them. */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/create.h"
#include "account/decoy.h"
#include "account/uid_index.h"
#include "backup/backup.h"
#include "backup/items.h"
#include "conf/conf.h"
#include "factor/factor.h"
#include "otp/totp.h"

#define NOW 1800000000
#define PHRASE "correct horse battery"
#define LOG_N 10	/* cheap */
#define CHUNK MFA_CONTAINER_CHUNK
#define TAG MFA_CONTAINER_TAG
#define HEAD MFA_CONTAINER_HEAD

static int new_file(void)
{
	int fd = memfd_create("backup", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct mfa_container *create(int fd)
{
	struct mfa_container *c;

	assert_int_equal(mfa_container_create(fd, PHRASE, LOG_N, &c), 0);
	return c;
}

static int reopen(int fd, const char *phrase, struct mfa_container **c)
{
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return mfa_container_open(fd, phrase, c);
}

static off_t size_of(int fd)
{
	return lseek(fd, 0, SEEK_END);
}

/* A file with that many bytes in it. */
static int file_of(size_t size)
{
	struct mfa_container *c;
	int fd = new_file();
	uint8_t byte;
	size_t i;

	c = create(fd);
	for (i = 0; i < size; i++) {
		byte = (uint8_t)(i * 7);
		assert_int_equal(mfa_container_write(c, &byte, 1), 0);
	}
	assert_int_equal(mfa_container_finish(c), 0);
	assert_int_equal(mfa_container_offset(c), size_of(fd));
	mfa_container_free(&c);
	return fd;
}

/* How many bytes can be read, and how it ends. */
static size_t read_out(int fd, int *end)
{
	struct mfa_container *c;
	size_t n = 0;
	uint8_t byte = 0;

	*end = reopen(fd, PHRASE, &c);
	while (*end == 0 && (*end = mfa_container_read(c, &byte, 1)) == 0) {
		assert_int_equal(byte, (uint8_t)(n * 7));
		n++;
	}
	if (c != NULL)
		assert_int_equal(mfa_container_read(c, &byte, 1), *end);
	mfa_container_free(&c);
	return n;
}

static void test_sizes(void **state)
{
	static const struct { size_t size; off_t file; } rows[] = {
		{ 0, HEAD + TAG },
		{ 1, HEAD + TAG + 1 },
		{ CHUNK - 1, HEAD + TAG + CHUNK - 1 },
		{ CHUNK, HEAD + TAG + CHUNK },
		{ CHUNK + 1, HEAD + 2 * TAG + CHUNK + 1 },
		{ 3 * CHUNK, HEAD + 3 * (TAG + CHUNK) },
	};
	size_t i;
	int fd, end;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		fd = file_of(rows[i].size);
		assert_int_equal(size_of(fd), rows[i].file);
		assert_int_equal(read_out(fd, &end), rows[i].size);
		assert_int_equal(end, -ENODATA);
		(void)close(fd);
	}
}

static void test_cut(void **state)
{
	static const struct { off_t at; int expect; size_t read; } rows[] = {
		{ 0, -EMEDIUMTYPE, 0 },
		{ 7, -EMEDIUMTYPE, 0 },
		{ HEAD - 1, -EMEDIUMTYPE, 0 },
		{ HEAD, -EBADMSG, 0 },
		{ HEAD + TAG - 1, -EBADMSG, 0 },
		{ HEAD + CHUNK + TAG - 1, -EBADMSG, 0 },
		{ HEAD + CHUNK + TAG, -EBADMSG, 0 },		/* after a whole chunk */
		{ HEAD + CHUNK + TAG + 1, -EBADMSG, CHUNK },
		{ HEAD + 2 * (CHUNK + TAG), -EBADMSG, CHUNK },
		{ HEAD + 2 * (CHUNK + TAG) + TAG + 99, -EBADMSG, (size_t)2 * CHUNK },
	};
	size_t i;
	int fd, end;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		fd = file_of(2 * CHUNK + 100);
		assert_int_equal(ftruncate(fd, rows[i].at), 0);
		if (read_out(fd, &end) != rows[i].read || end != rows[i].expect)
			fail_msg("cut at %ld: %d", (long)rows[i].at, end);
		(void)close(fd);
	}
	fd = file_of(2 * CHUNK + 100);
	assert_int_equal(ftruncate(fd, size_of(fd) + 1), 0);
	assert_int_equal(read_out(fd, &end), 2 * CHUNK);
	assert_int_equal(end, -EBADMSG);
	(void)close(fd);
}

static void test_flipped(void **state)
{
	static const struct { off_t at; int expect; } rows[] = {
		{ 0, -EMEDIUMTYPE }, { 7, -EMEDIUMTYPE },
		{ 8, -EPROTONOSUPPORT },			/* version 0x81 */
		{ 9, -EPROTONOSUPPORT },			/* cost: bounded before it is paid */
		{ 10, -EPROTONOSUPPORT }, { 11, -EPROTONOSUPPORT },
		{ 12, -EKEYREJECTED }, { 27, -EKEYREJECTED },	/* salt */
		{ 28, -EKEYREJECTED }, { 43, -EKEYREJECTED },	/* check */
		{ 44, -EBADMSG }, { HEAD + 50, -EBADMSG }, { HEAD + 100 + TAG - 1, -EBADMSG },
	};
	struct mfa_container *c;
	uint8_t byte;
	size_t i;
	int fd, end;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		fd = file_of(100);
		assert_int_equal(pread(fd, &byte, 1, rows[i].at), 1);
		byte ^= 0x80;
		assert_int_equal(pwrite(fd, &byte, 1, rows[i].at), 1);
		if (read_out(fd, &end) != 0 || end != rows[i].expect)
			fail_msg("byte %ld: %d", (long)rows[i].at, end);
		(void)close(fd);
	}
	fd = file_of(100);
	assert_int_equal(reopen(fd, "correct horse batter", &c), -EKEYREJECTED);
	assert_null(c);
	(void)close(fd);
}

/* Chunks of the same file in another order, and of another file under the same passphrase. */
static void test_moved(void **state)
{
	uint8_t *a = malloc(CHUNK + TAG), *b = malloc(CHUNK + TAG);
	int fd = file_of(3 * CHUNK), other = file_of(3 * CHUNK), end;

	(void)state;
	assert_true(a != NULL && b != NULL);
	assert_int_equal(pread(fd, a, CHUNK + TAG, HEAD), CHUNK + TAG);
	assert_int_equal(pread(fd, b, CHUNK + TAG, HEAD + CHUNK + TAG), CHUNK + TAG);
	assert_int_equal(pwrite(fd, b, CHUNK + TAG, HEAD), CHUNK + TAG);
	assert_int_equal(pwrite(fd, a, CHUNK + TAG, HEAD + CHUNK + TAG), CHUNK + TAG);
	assert_int_equal(read_out(fd, &end), 0);
	assert_int_equal(end, -EBADMSG);
	assert_int_equal(pread(other, a, CHUNK + TAG, HEAD), CHUNK + TAG);
	assert_int_equal(pwrite(fd, a, CHUNK + TAG, HEAD), CHUNK + TAG);
	assert_int_equal(read_out(fd, &end), 0);
	assert_int_equal(end, -EBADMSG);
	(void)close(fd);
	(void)close(other);
	free(a);
	free(b);
}

/* Items as bytes: what one who knows the passphrase may have written. */
static void test_items(void **state)
{
	static const struct { const char *name; const char *bytes; size_t len; int items, expect; } rows[] = {
		{ "none", "\0\0" "\0\0\0\10" "\0\0\0\0\0\0\0\0", 14, 0, 0 },
		{ "one", "\0\1" "\0\0\0\1" "ax" "\0\0" "\0\0\0\10" "\0\0\0\0\0\0\0\1", 22, 1, 0 },
		{ "an empty one", "\0\1" "\0\0\0\0" "a" "\0\0" "\0\0\0\10" "\0\0\0\0\0\0\0\1", 21, 1, 0 },
		{ "nothing", "", 0, 0, -EBADMSG },
		{ "no end", "\0\1" "\0\0\0\1" "ax", 8, 1, -EBADMSG },
		{ "half a head", "\0\1" "\0", 3, 0, -EBADMSG },
		{ "half a name", "\0\2" "\0\0\0\0" "a", 7, 0, -EBADMSG },
		{ "half a value", "\0\1" "\0\0\0\2" "ax", 8, 0, -EBADMSG },
		{ "another number", "\0\1" "\0\0\0\1" "ax" "\0\0" "\0\0\0\10" "\0\0\0\0\0\0\0\2", 22, 1, -EBADMSG },
		{ "a short end", "\0\0" "\0\0\0\4" "\0\0\0\0", 10, 0, -EBADMSG },
		{ "more after the end", "\0\0" "\0\0\0\10" "\0\0\0\0\0\0\0\0x", 15, 0, -EBADMSG },
		{ "a NUL in a name", "\0\2" "\0\0\0\0" "\0a", 8, 0, -EBADMSG },
		{ "a long name", "\1\101" "\0\0\0\0", 6, 0, -EBADMSG },
		{ "a long value", "\0\1" "\0\4\0\1" "a", 7, 0, -EBADMSG },
	};
	struct mfa_container *c;
	struct mfa_item item;
	uint64_t count;
	size_t i;
	int fd, r, items;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		fd = new_file();
		c = create(fd);
		assert_int_equal(mfa_container_write(c, rows[i].bytes, rows[i].len), 0);
		assert_int_equal(mfa_container_finish(c), 0);
		mfa_container_free(&c);
		assert_int_equal(reopen(fd, PHRASE, &c), 0);
		for (count = 0, items = 0; (r = mfa_item_next(c, &count, &item)) == 1; items++)
			mfa_item_release(&item);
		if (r != rows[i].expect || items != rows[i].items)
			fail_msg("%s: %d after %d", rows[i].name, r, items);
		mfa_container_free(&c);
		(void)close(fd);
	}
}

/* Stores. */

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
	mfa_clock_test_now = NOW;
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

/* Somebody with all that a restore changes. */
static void enrol(struct fixture *f, const char *name)
{
	struct mfa_device app = { .label = "Phone", .digits = 6, .period = 30, .secret_len = 20,
				  .secret = "12345678901234567890", .drift = -2 };
	struct mfa_device token = { .type = MFA_DEVICE_HOTP, .label = "Token", .digits = 6,
				    .secret_len = 20, .secret = "12345678901234567890", .counter = 7 };
	struct mfa_record record;

	app.last_step = mfa_totp_step(NOW, 30) - 5;
	assert_int_equal(mfa_record_new(name, &record), 0);
	assert_int_equal(mfa_account_add_device(record.account, &app), 0);
	app.period = 60;
	(void)strcpy(app.label, "Ahead");
	app.last_step = mfa_totp_step(NOW, 60) + 1000;
	assert_int_equal(mfa_account_add_device(record.account, &app), 0);
	assert_int_equal(mfa_account_add_device(record.account, &token), 0);
	record.account->recovery_count = 3;
	record.account->pass.uses = 1;
	record.account->pass.created = NOW;
	record.account->pass.until = NOW + 3600;
	record.account->sent[MFA_VOICE_ROOT] = (struct mfa_sent){ .code = "123456", .until = NOW + 600, .left = 5 };
	assert_int_equal(mfa_accounts_save(f->accounts, &record), 0);
	mfa_record_release(&record);
}

static void put(struct fixture *f, const char *key, int64_t expires)
{
	uint8_t *sealed;
	size_t len;

	assert_int_equal(mfa_seal(f->ring, key, (const uint8_t *)"x", 1, &sealed, &len), 0);
	assert_int_equal(mfa_store_put_if(mfa_accounts_store(f->accounts), key, 0, sealed, len, expires,
					  NULL), 0);
	free(sealed);
}

static int save(struct fixture *f, int fd, struct mfa_backup_counts *counts)
{
	static const struct mfa_backup_watch quiet = { .ctx = NULL };
	struct mfa_container *c = create(fd);
	int r = mfa_backup_save(c, mfa_accounts_vault(f->accounts), &quiet, counts);

	mfa_container_free(&c);
	return r;
}

static int restore(struct fixture *f, int fd, bool drop, struct mfa_backup_counts *counts)
{
	static const struct mfa_backup_watch quiet = { .ctx = NULL };
	struct mfa_restore_options options = { .now = NOW + 60, .drop_recovery = drop };
	struct mfa_keyring *ring;
	struct mfa_container *c;
	uint64_t items;
	int r = reopen(fd, PHRASE, &c);

	if (r == 0)
		r = mfa_backup_read_keyring(c, &items, &ring, counts);
	if (r == 0) {
		assert_memory_equal(mfa_keyring_store_id(ring), mfa_keyring_store_id(f->ring),
				    MFA_STORE_ID_SIZE);
		mfa_keyring_free(&ring);
		r = mfa_backup_restore(c, items, mfa_accounts_vault(f->accounts), &options, &quiet,
				       counts);
	}
	mfa_container_free(&c);
	return r;
}

static int count_key(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)key, (void)entry;
	(*(unsigned *)ctx)++;
	return 0;
}

static unsigned count(struct fixture *f, const char *prefix)
{
	unsigned n = 0;

	assert_int_equal(mfa_store_list(mfa_accounts_store(f->accounts), prefix, count_key, &n), 0);
	return n;
}

static void test_restore(void **state)
{
	static const struct { const char *label; bool hotp; int64_t last; } rows[] = {
		{ "Phone", false, (NOW + 60) / 30 + MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX },
		{ "Ahead", false, NOW / 60 + 1000 },
		{ "Token", true, 0 },
	};
	struct fixture *f = *state;
	struct mfa_backup_counts counts;
	struct mfa_record record;
	int fd = new_file();
	size_t i;

	enrol(f, "alice");
	assert_int_equal(mfa_uid_index_claim(f->accounts, 1000, "alice"), 0);
	put(f, "remember/x", NOW + 1000);
	put(f, "something/y", 0);
	assert_int_equal(save(f, fd, &counts), 0);
	assert_int_equal(counts.accounts, 1);
	assert_int_equal(counts.unreadable, 0);
	enrol(f, "bob");

	assert_int_equal(restore(f, fd, false, &counts), 0);
	assert_int_equal(counts.accounts, 1);
	assert_int_equal(counts.tokens, 1);
	assert_int_equal(counts.time, NOW);
	assert_int_equal(mfa_accounts_load(f->accounts, "bob", &record), -ENOENT);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	for (i = 0; i < ROWS(rows); i++) {
		const struct mfa_device *d = mfa_account_device(record.account, rows[i].label);

		assert_non_null(d);
		assert_int_equal(d->type == MFA_DEVICE_HOTP, rows[i].hotp);
		assert_int_equal(d->last_step, rows[i].last);
		assert_int_equal(d->counter, rows[i].hotp ? 7 : 0);
		assert_memory_equal(d->secret, "12345678901234567890", 20);
	}
	assert_int_equal(record.account->recovery_count, 3);
	assert_int_equal(record.account->pass.uses, 0);
	assert_string_equal(record.account->sent[MFA_VOICE_ROOT].code, "");
	mfa_record_release(&record);
	assert_int_equal(mfa_uid_index_check(f->accounts, 1000, "bob"), 0);	/* alice's record has no uid */
	assert_int_equal(count(f, "uid/"), 1);
	assert_int_equal(count(f, "remember/"), 0);
	assert_int_equal(count(f, "something/"), 1);
	assert_int_equal(count(f, "decoy/"), MFA_DECOY_COUNT);
	assert_int_equal(count(f, "meta/"), 2);	/* the id, and that names are folded */
	assert_int_equal(count(f, ""), MFA_DECOY_COUNT + 5);

	assert_int_equal(restore(f, fd, true, &counts), 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	assert_int_equal(record.account->recovery_count, 0);
	mfa_record_release(&record);
	mfa_accounts_close(&f->accounts);
	assert_int_equal(mfa_accounts_open(f->url, MFA_STORE_OPEN, f->ring, &f->accounts), 0);
	(void)close(fd);
}

/* A backup that is cut anywhere changes nothing. */
static void test_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct mfa_backup_counts counts;
	struct mfa_record record;
	int whole = new_file(), fd, r;
	uint8_t *bytes;
	off_t size, at;

	enrol(f, "alice");
	assert_int_equal(save(f, whole, &counts), 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "alice", &record), 0);
	assert_int_equal(mfa_accounts_remove(f->accounts, &record), 0);
	mfa_record_release(&record);
	enrol(f, "bob");
	size = size_of(whole);
	bytes = malloc((size_t)size);
	assert_true(bytes != NULL && pread(whole, bytes, (size_t)size, 0) == size);
	for (at = 0; at < size; at += 61) {
		fd = new_file();
		assert_int_equal(write(fd, bytes, (size_t)at), at);
		r = restore(f, fd, false, &counts);
		assert_true(r == -EBADMSG || r == -EMEDIUMTYPE);
		(void)close(fd);
		assert_int_equal(mfa_accounts_load(f->accounts, "bob", &record), 0);
		mfa_record_release(&record);
	}
	assert_int_equal(restore(f, whole, false, &counts), 0);
	assert_int_equal(mfa_accounts_load(f->accounts, "bob", &record), -ENOENT);
	free(bytes);
	(void)close(whole);
}

/* Backups made by hand, by one who knows the passphrase. */
static void test_contents(void **state)
{
#define INFO "{\"format\": 1, \"time\": 5}"
	static const struct { const char *name, *info, *key, *value; bool keyring; int expect; } rows[] = {
		{ "nothing in it", INFO, NULL, NULL, true, 0 },
		{ "a newer format", "{\"format\": 2, \"other\": 5}", NULL, NULL, true, -EPROTONOSUPPORT },
		{ "no format", "{}", NULL, NULL, true, -EBADMSG },
		{ "no JSON", "x", NULL, NULL, true, -EBADMSG },
		{ "no keyring", INFO, NULL, NULL, false, -EBADMSG },
		{ "an account that is none", INFO, "account/eve", "{}", true, -EBADMSG },
		{ "a store's id", INFO, "meta/store", "0123456789abcdef", true, -EBADMSG },
		{ "a decoy", INFO, "decoy/3", "{}", true, -EBADMSG },
	};
	struct fixture *f = *state;
	struct mfa_backup_counts counts;
	struct mfa_container *c;
	uint64_t items;
	char *text;
	size_t i, len;
	int fd, r;

	enrol(f, "alice");
	assert_int_equal(mfa_keyring_format(f->ring, &text, &len), 0);
	for (i = 0; i < ROWS(rows); i++) {
		const uint8_t *value = (const uint8_t *)rows[i].value;

		fd = new_file();
		c = create(fd);
		items = 0;
		r = mfa_item_put(c, &items, "info", (const uint8_t *)rows[i].info, strlen(rows[i].info));
		if (r == 0 && rows[i].keyring)
			r = mfa_item_put(c, &items, "keyring", (const uint8_t *)text, len);
		if (r == 0 && rows[i].key != NULL)
			r = mfa_item_put(c, &items, rows[i].key, value, strlen(rows[i].value));
		assert_int_equal(r, 0);
		assert_int_equal(mfa_item_put_end(c, items), 0);
		assert_int_equal(mfa_container_finish(c), 0);
		mfa_container_free(&c);
		r = restore(f, fd, false, &counts);
		if (r != rows[i].expect)
			fail_msg("%s: %d", rows[i].name, r);
		(void)close(fd);
	}
	free(text);
}

static void complain(void *ctx, const char *key, int error)
{
	assert_string_equal(key, "account/damaged");
	assert_int_equal(error, -EBADMSG);
	(*(unsigned *)ctx)++;
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	struct mfa_backup_counts counts;
	unsigned complaints = 0;
	struct mfa_backup_watch watch = { .on_unreadable = complain, .ctx = &complaints };
	uint8_t sealed[64] = { 1, 0, 0, 0, 1 };
	int fd = new_file();
	struct mfa_container *c = create(fd);

	enrol(f, "alice");
	assert_int_equal(mfa_store_put_if(mfa_accounts_store(f->accounts), "account/damaged", 0, sealed,
					  sizeof(sealed), 0, NULL), 0);
	assert_int_equal(mfa_backup_save(c, mfa_accounts_vault(f->accounts), &watch, &counts), 0);
	mfa_container_free(&c);
	assert_int_equal(counts.accounts, 1);
	assert_int_equal(counts.unreadable, 1);
	assert_int_equal(complaints, 1);
	assert_int_equal(restore(f, fd, false, &counts), 0);
	assert_int_equal(count(f, "account/"), 1);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_items),
		cmocka_unit_test_setup_teardown(test_restore, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_all_or_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_contents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unreadable, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
