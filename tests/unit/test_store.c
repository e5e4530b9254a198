/* SPDX-License-Identifier: BSD-2-Clause */
/* What every store must do: CONFORMANCE of each kind. */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

#define NOW 1800000000
#define THREADS 16
#define INCREMENTS 100

struct fixture {
	char folder[SCRATCH_FOLDER];
	struct mfa_store *store;
};

static int sqlite_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char url[SCRATCH_URL];

	if (f == NULL)
		return -1;
	*state = f;
	if (scratch_make(f->folder, url) != 0)
		return -1;
	mfa_clock_test_now = NOW;
	return mfa_store_open(url, MFA_STORE_CREATE, &f->store);
}

static int sqlite_tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	mfa_store_close(&f->store);
	r = scratch_remove(f->folder);	/* nothing else is left */
	free(f);
	return r;
}

static struct mfa_store *store_of(void **state)
{
	return ((struct fixture *)*state)->store;
}

static int put(struct mfa_store *s, const char *key, uint64_t version, const char *value,
	       int64_t expires, uint64_t *out)
{
	return mfa_store_put_if(s, key, version, (const uint8_t *)value, strlen(value), expires, out);
}

static void holds(struct mfa_store *s, const char *key, const char *value, uint64_t version)
{
	struct mfa_entry e;

	assert_int_equal(mfa_store_get(s, key, &e), 0);
	assert_int_equal(e.len, strlen(value));
	assert_memory_equal(e.value, value, e.len);
	if (version != 0)
		assert_int_equal(e.version, version);
	mfa_entry_release(&e);
	assert_null(e.value);
}

static void test_versions(void **state)
{
	struct mfa_store *s = store_of(state);
	struct mfa_entry e;
	uint64_t v1 = 0, v2 = 0, v3 = 0;

	assert_int_equal(mfa_store_get(s, "k", &e), -ENOENT);
	assert_null(e.value);
	assert_int_equal(put(s, "k", 5, "x", 0, NULL), -EAGAIN);
	assert_int_equal(put(s, "k", 0, "one", 0, &v1), 0);
	assert_int_not_equal(v1, 0);
	holds(s, "k", "one", v1);
	assert_int_equal(put(s, "k", 0, "x", 0, NULL), -EAGAIN);
	assert_int_equal(put(s, "k", v1, "two", 0, &v2), 0);
	assert_int_not_equal(v1, v2);
	assert_int_equal(put(s, "k", v1, "x", 0, NULL), -EAGAIN);
	holds(s, "k", "two", v2);
	assert_int_equal(mfa_store_delete_if(s, "k", v1), -EAGAIN);
	assert_int_equal(mfa_store_delete_if(s, "k", v2), 0);
	assert_int_equal(mfa_store_get(s, "k", &e), -ENOENT);
	assert_int_equal(mfa_store_delete_if(s, "k", v2), -EAGAIN);
	/* What comes after a deletion is not what was before. */
	assert_int_equal(put(s, "k", 0, "one", 0, &v3), 0);
	assert_int_not_equal(v3, v1);
	assert_int_not_equal(v3, v2);
	assert_int_equal(put(s, "k", v2, "x", 0, NULL), -EAGAIN);
	assert_int_equal(put(s, "empty", 0, "", 0, NULL), 0);
	holds(s, "empty", "", 0);
}

static void test_expiry(void **state)
{
	struct mfa_store *s = store_of(state);
	struct mfa_entry e;
	uint64_t v1, v2;

	assert_int_equal(put(s, "k", 0, "x", NOW + 10, &v1), 0);
	assert_int_equal(mfa_store_get(s, "k", &e), 0);
	assert_int_equal(e.expires, NOW + 10);
	mfa_entry_release(&e);
	mfa_clock_test_now = NOW + 9;
	holds(s, "k", "x", v1);
	mfa_clock_test_now = NOW + 10;
	assert_int_equal(mfa_store_get(s, "k", &e), -ENOENT);
	assert_int_equal(put(s, "k", v1, "y", 0, NULL), -EAGAIN);
	assert_int_equal(mfa_store_delete_if(s, "k", v1), -EAGAIN);
	assert_int_equal(put(s, "k", 0, "y", 0, &v2), 0);
	holds(s, "k", "y", v2);
	assert_int_equal(put(s, "old", 0, "z", NOW + 11, NULL), 0);
	mfa_clock_test_now = NOW + 20;
	assert_int_equal(mfa_store_upkeep(s), 0);
	/* It is gone, whatever the clock does then. */
	mfa_clock_test_now = NOW;
	assert_int_equal(mfa_store_get(s, "old", &e), -ENOENT);
	holds(s, "k", "y", v2);
}

struct seen {
	size_t count;
	char text[512];
	int stop_after;
};

static int see(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct seen *seen = ctx;

	assert_int_not_equal(entry->version, 0);
	seen->count++;
	if (strlen(seen->text) + strlen(key) + 2 < sizeof(seen->text)) {
		(void)strcat(seen->text, key);
		(void)strcat(seen->text, " ");
	}
	return seen->stop_after > 0 && (int)seen->count == seen->stop_after ? 7 : 0;
}

static void test_list(void **state)
{
	static const char *const keys[] = {
		"a", "a/", "a/1", "a/10", "a/2", "a/%", "a/_", "a/\xff", "a/\xff\xff", "a0", "b", "A/1",
	};
	static const struct { const char *prefix, *expect; } rows[] = {
		{ "a/", "a/ a/% a/1 a/10 a/2 a/_ a/\xff a/\xff\xff " },
		{ "a/1", "a/1 a/10 " },
		{ "a/%", "a/% " },
		{ "a/\xff", "a/\xff a/\xff\xff " },
		{ "", "A/1 a a/ a/% a/1 a/10 a/2 a/_ a/\xff a/\xff\xff a0 b " },
		{ "c", "" },
		{ "\xff", "" },
	};
	struct mfa_store *s = store_of(state);
	struct seen seen;
	uint64_t count;
	size_t i;

	for (i = 0; i < ROWS(keys); i++)
		assert_int_equal(put(s, keys[i], 0, "x", 0, NULL), 0);
	assert_int_equal(put(s, "a/gone", 0, "x", NOW, NULL), 0);
	for (i = 0; i < ROWS(rows); i++) {
		memset(&seen, 0, sizeof(seen));
		assert_int_equal(mfa_store_list(s, rows[i].prefix, see, &seen), 0);
		assert_string_equal(seen.text, rows[i].expect);
		/* What has expired may still be there, under "" and "a/". */
		assert_int_equal(mfa_store_count(s, rows[i].prefix, &count), 0);
		assert_in_range(count, seen.count, seen.count + (strcmp(rows[i].prefix, "") == 0 ||
								 strcmp(rows[i].prefix, "a/") == 0));
	}
	memset(&seen, 0, sizeof(seen));
	seen.stop_after = 2;
	assert_int_equal(mfa_store_list(s, "a/", see, &seen), 7);
	assert_int_equal(seen.count, 2);
}

/* A listing may change what it walks over. */
static int delete_each(void *ctx, const char *key, const struct mfa_entry *entry)
{
	return mfa_store_delete_if(ctx, key, entry->version);
}

static void test_many(void **state)
{
	struct mfa_store *s = store_of(state);
	struct seen seen = { 0 };
	struct mfa_put puts[50];
	char keys[50][16];
	int i, k;

	for (i = 0; i < 30; i++) {
		memset(puts, 0, sizeof(puts));
		for (k = 0; k < 50; k++) {
			(void)snprintf(keys[k], sizeof(keys[k]), "m/%04d", i * 50 + k);
			puts[k] = (struct mfa_put){ .key = keys[k], .value = (const uint8_t *)"v", .len = 1 };
		}
		assert_int_equal(mfa_store_put_many(s, puts, 50), 0);
		for (k = 0; k < 50; k++)
			assert_int_equal(puts[k].result, 0);
	}
	assert_int_equal(mfa_store_list(s, "m/", see, &seen), 0);
	assert_int_equal(seen.count, 1500);
	assert_int_equal(mfa_store_list(s, "m/", delete_each, s), 0);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(mfa_store_list(s, "m/", see, &seen), 0);
	assert_int_equal(seen.count, 0);
}

struct refill {
	unsigned next, count;
	int end;		/* what is returned after the last */
	const char *twice;
	char key[32];
	struct mfa_store *read;	/* looked at meanwhile */
};

static int refill_one(void *ctx, struct mfa_put *p)
{
	struct refill *r = ctx;

	if (r->read != NULL)
		holds(r->read, "old/1", "a", 0);
	if (r->next == r->count)
		return r->end;
	if (r->twice != NULL)
		(void)strcpy(r->key, r->twice);
	else
		(void)snprintf(r->key, sizeof(r->key), "new/%u", r->next);
	r->next++;
	p->key = r->key;
	p->value = (const uint8_t *)"n";
	p->len = 1;
	p->expires = r->next == 1 ? NOW + 10 : 0;
	return 1;
}

static int count_key(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)key, (void)entry;
	(*(unsigned *)ctx)++;
	return 0;
}

static unsigned count_keys(struct mfa_store *s, const char *prefix)
{
	unsigned n = 0;

	assert_int_equal(mfa_store_list(s, prefix, count_key, &n), 0);
	return n;
}

static void test_replace(void **state)
{
	static const struct { const char *name; unsigned count; int end; const char *twice; int expect; } rows[] = {
		{ "broken off", 500, -EBADMSG, NULL, -EBADMSG },
		{ "broken off at once", 0, -EIO, NULL, -EIO },
		{ "a key twice", 2, 0, "new", -EEXIST },
		{ "an empty key", 1, 0, "", -EINVAL },
		{ "all", 500, 0, NULL, 0 },
		{ "nothing", 0, 0, NULL, 0 },
	};
	struct mfa_store *s = store_of(state);
	size_t i;
	int r;

	for (i = 0; i < ROWS(rows); i++) {
		struct refill refill = { .count = rows[i].count, .end = rows[i].end,
					 .twice = rows[i].twice, .read = s };

		assert_int_equal(put(s, "old/1", 0, "a", 0, NULL), 0);
		assert_int_equal(put(s, "old/2", 0, "b", NOW + 10, NULL), 0);
		r = mfa_store_replace(s, refill_one, &refill);
		if (r != rows[i].expect)
			fail_msg("%s: %d", rows[i].name, r);
		assert_int_equal(count_keys(s, "old/"), r == 0 ? 0 : 2);
		assert_int_equal(count_keys(s, "new"), r == 0 ? rows[i].count : 0);
		if (r == 0 && rows[i].count > 0) {
			mfa_clock_test_now = NOW + 10;
			assert_int_equal(count_keys(s, "new"), rows[i].count - 1);
			mfa_clock_test_now = NOW;
		}
		(void)mfa_store_replace(s, refill_one, &(struct refill){ .count = 0 });
	}
}

static void test_put_many(void **state)
{
	struct mfa_store *s = store_of(state);
	uint64_t version;
	struct mfa_put puts[] = {
		{ .key = "there", .value = (const uint8_t *)"x", .len = 1 },
		{ .key = "new", .value = (const uint8_t *)"y", .len = 1 },
		{ .key = "gone", .if_version = 1 },
	};
	struct mfa_entry e;
	size_t i;

	assert_int_equal(put(s, "there", 0, "1", 0, NULL), 0);
	assert_int_equal(put(s, "gone", 0, "1", 0, &version), 0);
	puts[2].if_version = version;
	assert_int_equal(mfa_store_put_many(s, puts, 3), 0);
	assert_int_equal(puts[0].result, -EAGAIN);
	assert_int_equal(puts[0].version, 0);
	assert_int_equal(puts[1].result, 0);
	assert_int_equal(puts[2].result, 0);
	assert_int_equal(puts[2].version, 0);
	holds(s, "there", "1", 0);
	holds(s, "new", "y", puts[1].version);
	assert_int_equal(mfa_store_put_many(s, puts, 0), 0);
	/* One that can't be stands for all: none is written, and each says so. */
	puts[0].key = "other";
	puts[1].key = "";
	puts[2].if_version = 1;
	assert_int_equal(mfa_store_put_many(s, puts, 3), -EINVAL);
	for (i = 0; i < ROWS(puts); i++) {
		assert_int_equal(puts[i].result, -EINVAL);
		assert_int_equal(puts[i].version, 0);
	}
	assert_int_equal(mfa_store_get(s, "other", &e), -ENOENT);
}

static void test_limits(void **state)
{
	struct mfa_store *s = store_of(state);
	char key[MFA_STORE_KEY_MAX + 2];
	uint8_t *value = calloc(1, MFA_STORE_VALUE_MAX + 1);
	struct mfa_entry e;

	assert_non_null(value);
	memset(key, 'k', sizeof(key));
	key[MFA_STORE_KEY_MAX + 1] = '\0';
	assert_int_equal(put(s, key, 0, "x", 0, NULL), -EINVAL);
	assert_int_equal(mfa_store_get(s, key, &e), -EINVAL);
	assert_int_equal(put(s, "", 0, "x", 0, NULL), -EINVAL);
	key[MFA_STORE_KEY_MAX] = '\0';
	assert_int_equal(mfa_store_put_if(s, key, 0, value, MFA_STORE_VALUE_MAX, 0, NULL), 0);
	assert_int_equal(mfa_store_get(s, key, &e), 0);
	assert_int_equal(e.len, MFA_STORE_VALUE_MAX);
	mfa_entry_release(&e);
	assert_int_equal(mfa_store_put_if(s, "k", 0, value, MFA_STORE_VALUE_MAX + 1, 0, NULL), -EINVAL);
	assert_int_equal(mfa_store_delete_if(s, "k", 0), -EINVAL);
	free(value);
}

struct watched {
	_Atomic int calls;
	char key[32];
	uint64_t version;
};

static void on_change(void *ctx, const char *key, uint64_t version)
{
	struct watched *w = ctx;

	w->calls++;
	(void)snprintf(w->key, sizeof(w->key), "%s", key);
	w->version = version;
}

static void test_watch(void **state)
{
	struct mfa_store *s = store_of(state);
	struct watched w = { 0 };
	uint64_t version;

	assert_int_equal(mfa_store_watch(s, "c/", on_change, &w), 0);
	assert_int_equal(mfa_store_watch(s, "d/", on_change, &w), -EBUSY);
	assert_int_equal(put(s, "a/1", 0, "x", 0, NULL), 0);
	assert_int_equal(w.calls, 0);
	assert_int_equal(put(s, "c/1", 0, "x", 0, &version), 0);
	assert_int_equal(w.calls, 1);
	assert_string_equal(w.key, "c/1");
	assert_int_equal(w.version, version);
	assert_int_equal(put(s, "c/1", 0, "y", 0, NULL), -EAGAIN);
	assert_int_equal(w.calls, 1);
	assert_int_equal(mfa_store_delete_if(s, "c/1", version), 0);
	assert_int_equal(w.calls, 2);
	assert_int_equal(w.version, 0);
}

static _Atomic bool keep_house;

static void *increment(void *arg)
{
	struct mfa_store *s = arg;
	struct mfa_entry e;
	char text[16];
	int i, r;

	for (i = 0; i < INCREMENTS; i++) {
		do {
			r = mfa_store_get(s, "n", &e);
			if (r != 0)
				return (void *)"get";
			(void)snprintf(text, sizeof(text), "%d", atoi((const char *)e.value) + 1);
			r = put(s, "n", e.version, text, 0, NULL);
			mfa_entry_release(&e);
		} while (r == -EAGAIN);
		if (r != 0)
			return (void *)"put";
	}
	return NULL;
}

static void *house_keeper(void *arg)
{
	while (keep_house)
		if (mfa_store_upkeep(arg) != 0)
			return (void *)"upkeep";
	return NULL;
}

/* Sixteen at once, with the log folded back all the while: none is lost. */
static void test_threads(void **state)
{
	struct mfa_store *s = store_of(state);
	pthread_t threads[THREADS], keeper;
	struct mfa_entry e;
	void *complaint;
	int i;

	assert_int_equal(mfa_store_put_if(s, "n", 0, (const uint8_t *)"0", 2, 0, NULL), 0);
	keep_house = true;
	assert_int_equal(pthread_create(&keeper, NULL, house_keeper, s), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, increment, s), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &complaint), 0);
		assert_null(complaint);
	}
	keep_house = false;
	assert_int_equal(pthread_join(keeper, &complaint), 0);
	assert_null(complaint);
	assert_int_equal(mfa_store_get(s, "n", &e), 0);
	assert_int_equal(atoi((const char *)e.value), THREADS * INCREMENTS);
	mfa_entry_release(&e);
}

static void test_urls(void **state)
{
	static const char *const urls[] = { "", "/tmp/db", "sqlite:/tmp/db", "sqlite://tmp", "etcd://x" };
	struct mfa_store *s;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(urls); i++) {
		assert_int_equal(mfa_store_open(urls[i], MFA_STORE_OPEN, &s), -EINVAL);
		assert_null(s);
	}
}

#define KIND(kind, name) cmocka_unit_test_setup_teardown(name, kind##_set_up, kind##_tear_down)
#define CONFORMANCE(kind) \
	KIND(kind, test_versions), KIND(kind, test_expiry), KIND(kind, test_list), \
	KIND(kind, test_many), KIND(kind, test_replace), KIND(kind, test_put_many), \
	KIND(kind, test_limits), \
	KIND(kind, test_watch), KIND(kind, test_threads)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONFORMANCE(sqlite),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
