/* SPDX-License-Identifier: BSD-2-Clause */
/* The three files that a store in use is made of: what each holds, and whichever goes, is replaced or damaged. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "database.h"
#include "store/store.h"

static void replace_file(const struct database *d, const char *end)
{
	char name[DATABASE_NAME], fresh[96];
	int from, to;
	char block[4096];
	ssize_t n;

	name_file(d, end, name);
	(void)snprintf(fresh, sizeof(fresh), "%s.copy", name);
	from = open(name, O_RDONLY | O_CLOEXEC);
	to = open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(from >= 0 && to >= 0);
	while ((n = read(from, block, sizeof(block))) > 0)
		assert_int_equal(write(to, block, (size_t)n), n);
	(void)close(from);
	(void)close(to);
	assert_int_equal(rename(fresh, name), 0);
}

static void cut_file(const struct database *d, const char *end)
{
	char name[DATABASE_NAME];

	name_file(d, end, name);
	assert_int_equal(truncate(name, 0), 0);
}

static int yield_nothing(void *ctx, struct mfa_put *put_out)
{
	(void)ctx, (void)put_out;
	return 0;
}

/* The store is three files: whichever goes under those who have it open, they neither read nor write any more. */
static void test_parts(void **state)
{
	static const struct {
		void (*harm)(const struct database *d, const char *end);
		const char *end;
	} rows[] = {
		{ remove_file, "-wal" }, { remove_file, "-shm" }, { replace_file, "-wal" },
		{ replace_file, "-shm" }, { cut_file, "-shm" }, { replace_file, "" },
	};
	struct database *d = *state;
	uint64_t version, count;
	const char *path;
	bool is_all;
	int n = 0;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		make_new(d);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_int_equal(mfa_store_check(d->store, &path, &is_all), 0);
		rows[i].harm(d, rows[i].end);
		assert_int_equal(mfa_store_check(d->store, &path, &is_all), -ESTALE);
		assert_string_equal(path + strlen(d->path), rows[i].end);
		assert_int_equal(is_all, rows[i].end[0] == '\0');
		assert_int_equal(get(d->store, "k", &n, &version), -ESTALE);
		assert_int_equal(get(d->store, "none", &n, &version), -ESTALE);
		assert_int_equal(put(d->store, "k", version, 2, NULL), -ESTALE);
		assert_int_equal(put(d->store, "new", 0, 2, NULL), -ESTALE);
		assert_int_equal(mfa_store_delete_if(d->store, "k", 1), -ESTALE);
		assert_int_equal(mfa_store_list(d->store, "", count_entry, &n), -ESTALE);
		assert_int_equal(mfa_store_count(d->store, "", &count), -ESTALE);
		assert_int_equal(mfa_store_replace(d->store, yield_nothing, NULL), -ESTALE);
		assert_int_equal(mfa_store_upkeep(d->store), -ESTALE);
		assert_int_equal(mfa_store_verify(d->store), -ESTALE);
	}
}

/* What goes while somebody walks is noticed before the walk says that this was all. */
static int remove_index(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)key, (void)entry;
	remove_file(ctx, "-shm");
	return 0;
}

static void test_parts_while_listing(void **state)
{
	struct database *d = *state;

	assert_int_equal(put(d->store, "k", 0, 1, NULL), 0);
	assert_int_equal(mfa_store_list(d->store, "", remove_index, d), -ESTALE);
}

static off_t size_of(const struct database *d, const char *end)
{
	char name[DATABASE_NAME];
	struct stat st;

	name_file(d, end, name);
	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

/* A daemon that ends leaves one file with everything in it, and the others with their room: a disk that is full would
 * not give it again.  A helper leaves the log for the next one. */
static void test_fold(void **state)
{
	struct database *d = *state;
	struct mfa_store *other;
	uint64_t version;
	off_t size;

	make_settled(d);
	version = open_with(d, MFA_STORE_OPEN, 1);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &other), 0);
	assert_int_equal(put(other, "k", version, 2, &version), 0);
	mfa_store_close(&other);
	assert_true(is_there(d, "-wal"));
	size = size_of(d, "-wal");
	close_folded(d);
	assert_int_equal(size_of(d, "-wal"), size);
	remove_file(d, "-wal");
	remove_file(d, "-shm");
	(void)open_with(d, MFA_STORE_OPEN_BRIEFLY, 2);
	mfa_store_close(&d->store);
	assert_true(is_there(d, "-wal"));
}

/* A helper makes a short one. */
static void test_short_log(void **state)
{
	struct database *d = *state;
	uint64_t version;
	off_t size;
	int n;

	make_folded(d);
	size = size_of(d, "-wal");
	make_settled(d);
	be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
	assert_true(size_of(d, "-wal") < size);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(size_of(d, "-wal"), size);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 2);
	be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 3);
}

/* Whoever finds it as a daemon has left it leaves it so, whatever he wrote. */
static void test_left_closed(void **state)
{
	struct database *d = *state;
	uint64_t version;
	int i;

	for (i = 0; i < 2; i++) {
		make_folded(d);
		version = open_with(d, MFA_STORE_OPEN, 1);
		if (i == 1)
			assert_int_equal(put(d->store, "k", version, 2, NULL), 0);
		mfa_store_close(&d->store);
		assert_true(is_there(d, "-wal"));
		remove_file(d, "-wal");
		remove_file(d, "-shm");
		(void)open_with(d, MFA_STORE_OPEN, i + 1);
	}
}

/* Whoever finds it in one file leaves it so; whoever finds a log leaves that. */
static void test_left_as_found(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_LOOK };
	struct database *d = *state;
	size_t i;

	for (i = 0; i < ROWS(hows); i++) {
		make_new(d);
		mfa_store_close(&d->store);
		assert_false(is_there(d, "-wal"));
		(void)open_with(d, hows[i], 1);
		assert_true(is_there(d, "-wal"));
		mfa_store_close(&d->store);
		assert_false(is_there(d, "-wal"));
		assert_false(is_there(d, "-shm"));
		close_with_log(d);
		(void)open_with(d, hows[i], 1);
		mfa_store_close(&d->store);
		assert_true(is_there(d, "-wal"));
	}
}

static size_t read_file(const struct database *d, const char *end, uint8_t *out, size_t size)
{
	char name[DATABASE_NAME];
	ssize_t n;
	int fd;

	name_file(d, end, name);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, out, size);
	(void)close(fd);
	assert_in_range(n, 0, (ssize_t)size - 1);
	return (size_t)n;
}

static void write_garbage(const struct database *d)
{
	int fd = open(d->path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, "garbage", 7, 0), 7);
	(void)close(fd);
}

/* A file that is no store any more: nobody who opens it does away with the log, which may have what was written. */
static void test_log_stays(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_OPEN_BRIEFLY, MFA_STORE_LOOK,
							  MFA_STORE_ACCEPT };
	static uint8_t before[8 << 20], after[8 << 20];
	struct database *d = *state;
	struct mfa_store *s;
	size_t i, len;

	for (i = 0; i < 4 * ROWS(hows); i++) {
		bool cut = i % 2 == 0, with_log = i / 2 % 2 == 0;

		make_new(d);
		if (with_log)
			close_with_log(d);
		else
			mfa_store_close(&d->store);
		if (cut)
			cut_file(d, "");
		else
			write_garbage(d);
		len = with_log ? read_file(d, "-wal", before, sizeof(before)) : 0;
		assert_int_equal(mfa_store_open(d->url, hows[i / 4], &s), -EMEDIUMTYPE);
		assert_int_equal(is_there(d, "-wal"), with_log);
		if (!with_log)
			continue;
		assert_int_equal(read_file(d, "-wal", after, sizeof(after)), len);
		assert_memory_equal(before, after, len);
	}
}

/* Whoever only looks changes nothing of a file that is damaged behind its header, with a log or without. */
static void test_look_at_damaged(void **state)
{
	static uint8_t before[1 << 20], after[1 << 20];
	struct database *d = *state;
	size_t i, len;
	int r;

	for (i = 0; i < 2; i++) {
		make_new(d);
		if (i == 0)
			close_with_log(d);
		else
			mfa_store_close(&d->store);
		assert_int_equal(truncate(d->path, 8192), 0);
		len = read_file(d, "", before, sizeof(before));
		r = mfa_store_open(d->url, MFA_STORE_LOOK, &d->store);
		if (r == 0)
			r = mfa_store_verify(d->store);
		assert_int_equal(r, -EMEDIUMTYPE);
		mfa_store_close(&d->store);
		assert_int_equal(read_file(d, "", after, sizeof(after)), len);
		assert_memory_equal(before, after, len);
		assert_int_equal(is_there(d, "-wal"), i == 0);
	}
}

/* Whoever still has the log that was removed folds it in at its end, unless somebody has begun another. */
static void test_saved_at_the_end(void **state)
{
	static const struct { const char *first, *second; bool copied; } rows[] = {
		{ "-wal", NULL, false },
		{ "-shm", NULL, false },
		{ "-wal", "-shm", false },
		{ "-wal", NULL, true },
	};
	struct database *d = *state;
	char name[DATABASE_NAME];
	uint64_t version;
	size_t i;
	int n, fd;

	for (i = 0; i < ROWS(rows); i++) {
		make_new(d);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_int_equal(put(d->store, "k", version, 7, NULL), 0);
		remove_file(d, rows[i].first);
		if (rows[i].second != NULL)
			remove_file(d, rows[i].second);
		if (rows[i].copied) {
			name_file(d, "-wal", name);
			fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
			(void)close(fd);
		}
		close_folded(d);
		assert_int_equal(is_there(d, "-wal"), rows[i].first[1] != 'w' || rows[i].copied);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), rows[i].copied ? -ENOENT : 0);
		assert_int_equal(n, rows[i].copied ? 0 : 7);
	}
}

/* One update is one page of the log, as long as a record fits a page. */
static void test_one_page(void **state)
{
	static const size_t sizes[] = { 500, 1500, 3000, 3500 };
	struct database *d = *state;
	static uint8_t value[3500];
	char wal[80];
	uint64_t version;
	struct stat st;
	size_t i;
	int k;

	(void)snprintf(wal, sizeof(wal), "%s-wal", d->path);
	for (i = 0; i < ROWS(sizes); i++) {
		char key[8];
		off_t before;

		(void)snprintf(key, sizeof(key), "k%zu", i);
		assert_int_equal(mfa_store_put_if(d->store, key, 0, value, sizes[i], 0, &version), 0);
		/* Beyond what was set aside for it, the log grows by what is written. */
		do {
			assert_int_equal(stat(wal, &st), 0);
			before = st.st_size;
			assert_int_equal(mfa_store_put_if(d->store, key, version, value, sizes[i], 0,
							  &version), 0);
			assert_int_equal(stat(wal, &st), 0);
		} while (st.st_size == before);
		for (k = 0; k < 20; k++)
			assert_int_equal(mfa_store_put_if(d->store, key, version, value, sizes[i], 0,
							  &version), 0);
		before = st.st_size;
		assert_int_equal(stat(wal, &st), 0);
		assert_int_equal(st.st_size - before, 20 * (4096 + 24));
	}
	assert_true(mfa_store_wants_upkeep(d->store));
	assert_int_equal(mfa_store_upkeep(d->store), 0);
	assert_false(mfa_store_wants_upkeep(d->store));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parts), TEST(test_parts_while_listing), TEST(test_fold),
		TEST(test_left_as_found), TEST(test_short_log), TEST(test_left_closed),
		TEST(test_log_stays), TEST(test_look_at_damaged), TEST(test_saved_at_the_end),
		TEST(test_one_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
