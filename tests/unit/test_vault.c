/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault/vault.h"

#define NOW 1800000000

struct fixture {
	char folder[SCRATCH_FOLDER];
	struct mfa_keyring *ring, *other;
	struct mfa_vault vault;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char url[SCRATCH_URL];

	if (f == NULL)
		return -1;
	*state = f;
	mfa_clock_test_now = NOW;
	if (scratch_make(f->folder, url) != 0 || mfa_keyring_new(&f->ring) != 0 || mfa_keyring_new(&f->other) != 0)
		return -1;
	f->vault.ring = f->ring;
	return mfa_store_open(url, MFA_STORE_CREATE, &f->vault.store);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	mfa_clock_test_now = 0;
	mfa_store_close(&f->vault.store);
	mfa_keyring_free(&f->ring);
	mfa_keyring_free(&f->other);
	r = scratch_remove(f->folder);
	free(f);
	return r;
}

static void expect(const struct mfa_vault *vault, const char *key, int result, const char *plain)
{
	struct mfa_vault_value value;

	assert_int_equal(mfa_vault_get(vault, key, &value), result);
	if (result == 0)
		assert_string_equal((const char *)value.plain, plain);
	else
		assert_null(value.plain);
	mfa_vault_value_release(&value);
}

static void test_values(void **state)
{
	struct fixture *f = *state;
	struct mfa_vault others = { f->vault.store, f->other };
	struct mfa_vault_value value;
	struct mfa_entry entry;
	uint64_t version, old;

	expect(&f->vault, "a", -ENOENT, NULL);
	assert_int_equal(mfa_vault_put(&f->vault, "a", 0, "one", 3, NOW + 60, &version), 0);
	assert_int_equal(mfa_vault_get(&f->vault, "a", &value), 0);
	assert_int_equal(value.len, 3);
	assert_int_equal(value.version, version);
	assert_int_equal(value.expires, NOW + 60);
	mfa_vault_value_release(&value);
	/* Only where it was put, and under the keys that it was put with. */
	assert_int_equal(mfa_store_get(f->vault.store, "a", &entry), 0);
	assert_int_equal(mfa_vault_open(&f->vault, "b", &entry, &value), -EBADMSG);
	assert_null(value.plain);
	mfa_entry_release(&entry);
	expect(&others, "a", -EBADMSG, NULL);

	old = version;
	assert_int_equal(mfa_vault_put(&f->vault, "a", 0, "two", 3, 0, NULL), -EAGAIN);
	assert_int_equal(mfa_vault_put(&f->vault, "a", old, "two", 3, 0, &version), 0);
	assert_int_equal(mfa_vault_put(&f->vault, "a", old, "three", 5, 0, NULL), -EAGAIN);
	expect(&f->vault, "a", 0, "two");
	mfa_vault_drop(&f->vault, "a");
	mfa_vault_drop(&f->vault, "a");
	expect(&f->vault, "a", -ENOENT, NULL);
}

static void test_many(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *key, *plain; int result; const char *there; } rows[] = {
		{ "a", "one", 0, "one" }, { "b", "two", -EAGAIN, "before" }, { "c", "three", 0, "three" },
	};
	struct mfa_put puts[ROWS(rows)];
	size_t i;

	assert_int_equal(mfa_vault_put(&f->vault, "b", 0, "before", 6, 0, NULL), 0);
	for (i = 0; i < ROWS(rows); i++)
		puts[i] = (struct mfa_put){ .key = rows[i].key, .value = (const uint8_t *)rows[i].plain,
					    .len = strlen(rows[i].plain) };
	assert_int_equal(mfa_vault_put_many(&f->vault, puts, ROWS(rows)), 0);
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(puts[i].result, rows[i].result);
		assert_int_equal(puts[i].version != 0, rows[i].result == 0);
		assert_ptr_equal(puts[i].value, rows[i].plain);
		expect(&f->vault, rows[i].key, 0, rows[i].there);
	}
	assert_int_equal(mfa_vault_put_many(&f->vault, NULL, 0), 0);
}

static void test_id(void **state)
{
	struct fixture *f = *state;
	struct mfa_vault others = { f->vault.store, f->other };

	assert_int_equal(mfa_vault_check_id(&f->vault), -EKEYREJECTED);
	assert_int_equal(mfa_vault_write_id(&f->vault), 0);
	assert_int_equal(mfa_vault_check_id(&f->vault), 0);
	assert_int_equal(mfa_vault_check_id(&others), -EKEYREJECTED);
	assert_int_equal(mfa_vault_write_id(&f->vault), -EAGAIN);
	mfa_vault_drop(&f->vault, MFA_KEY_STORE_ID);
	/* Sealed under the right key, and of another store. */
	assert_int_equal(mfa_vault_put(&f->vault, MFA_KEY_STORE_ID, 0, mfa_keyring_store_id(f->other),
				       MFA_STORE_ID_SIZE, 0, NULL), 0);
	assert_int_equal(mfa_vault_check_id(&f->vault), -EKEYREJECTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_values), TEST(test_many), TEST(test_id) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
