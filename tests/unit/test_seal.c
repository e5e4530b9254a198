/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seal/keyring.h"
#include "seal/seal.h"

#define KEY1 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY2 "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEAD "mfa-master-key 1\nstore 00112233445566778899aabbccddeeff\n"
#define ONE_KEY HEAD "key 1 " KEY1 "\n"
#define NAME "account/alice"
#define PROCESSES 8
#define ROUNDS 20

static size_t unhex(const char *text, uint8_t *out)
{
	size_t n = 0;
	unsigned byte;

	for (; text[0] != '\0' && sscanf(text, "%2x", &byte) == 1; text += 2)
		out[n++] = (uint8_t)byte;
	return n;
}

/* RFC 5869, appendix A.1 to A.3. */
static void test_hkdf(void **state)
{
	static const struct { const char *ikm, *salt, *info, *okm; } rows[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
		  "f0f1f2f3f4f5f6f7f8f9",
		  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		  "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
		  "404142434445464748494a4b4c4d4e4f",
		  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
		  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
		  "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		  "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
		  "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
		  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
		  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
		  "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
		  "cc30c58179ec3e87c14c01d5c1f3434f1d87" },
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
	};
	uint8_t ikm[128], salt[128], info[128], okm[128], out[128];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		size_t ikm_len = unhex(rows[i].ikm, ikm), salt_len = unhex(rows[i].salt, salt);
		size_t info_len = unhex(rows[i].info, info), len = unhex(rows[i].okm, okm);

		assert_int_equal(mfa_hkdf(ikm, ikm_len, salt, salt_len, info, info_len, out, len), 0);
		assert_memory_equal(out, okm, len);
	}
}

static struct mfa_keyring *ring_of(const char *text)
{
	struct mfa_keyring *ring;

	assert_int_equal(mfa_keyring_parse(text, strlen(text), &ring), 0);
	return ring;
}

static void test_round_trip(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 1500, 100000 };
	struct mfa_keyring *ring = ring_of(ONE_KEY);
	uint8_t *plain = calloc(1, 100000), *sealed, *again, *opened;
	size_t i, len, again_len, opened_len;

	(void)state;
	assert_non_null(plain);
	memset(plain, 0x42, 100000);
	for (i = 0; i < ROWS(sizes); i++) {
		assert_int_equal(mfa_seal(ring, NAME, plain, sizes[i], &sealed, &len), 0);
		assert_int_equal(len, sizes[i] + MFA_SEAL_OVERHEAD);
		assert_int_equal(mfa_unseal(ring, NAME, sealed, len, &opened, &opened_len), 0);
		assert_int_equal(opened_len, sizes[i]);
		assert_memory_equal(opened, plain, sizes[i]);
		assert_int_equal(opened[opened_len], 0);
		/* Never the same twice. */
		assert_int_equal(mfa_seal(ring, NAME, plain, sizes[i], &again, &again_len), 0);
		assert_memory_not_equal(sealed, again, len);
		mfa_unsealed_free(&opened, opened_len);
		assert_null(opened);
		free(sealed);
		free(again);
	}
	free(plain);
	mfa_keyring_free(&ring);
	assert_null(ring);
}

static void test_tampered(void **state)
{
	struct mfa_keyring *ring = ring_of(ONE_KEY);
	uint8_t *sealed, *opened;
	size_t len, opened_len, i;
	int r;

	(void)state;
	assert_int_equal(mfa_seal(ring, NAME, (const uint8_t *)"secret", 6, &sealed, &len), 0);
	for (i = 0; i < len; i++) {
		int expect = i == 0 ? -EPROTONOSUPPORT : i < 5 ? -ENOKEY : -EBADMSG;

		sealed[i] ^= 0x80;
		r = mfa_unseal(ring, NAME, sealed, len, &opened, &opened_len);
		sealed[i] ^= 0x80;
		if (r != expect || opened != NULL || opened_len != 0)
			fail_msg("byte %zu: %d", i, r);
	}
	for (i = 0; i < len; i++) {
		assert_int_equal(mfa_unseal(ring, NAME, sealed, i, &opened, &opened_len), -EBADMSG);
		assert_null(opened);
	}
	assert_int_equal(mfa_unseal(ring, "account/alicf", sealed, len, &opened, &opened_len), -EBADMSG);
	assert_int_equal(mfa_unseal(ring, "account/alic", sealed, len, &opened, &opened_len), -EBADMSG);
	sealed[0] = 0;
	assert_int_equal(mfa_unseal(ring, NAME, sealed, len, &opened, &opened_len), -EBADMSG);
	free(sealed);
	mfa_keyring_free(&ring);
}

/* The last key seals; those before it still open. */
static void test_rotation(void **state)
{
	struct mfa_keyring *first = ring_of(ONE_KEY), *both = ring_of(ONE_KEY "key 7 " KEY2 "\n");
	uint8_t *old, *new, *opened, a[32], b[32];
	size_t old_len, new_len, len;

	(void)state;
	assert_int_equal(mfa_seal(first, NAME, (const uint8_t *)"x", 1, &old, &old_len), 0);
	assert_int_equal(mfa_seal(both, NAME, (const uint8_t *)"x", 1, &new, &new_len), 0);
	assert_int_equal(new[4], 7);
	assert_int_equal(mfa_unseal(both, NAME, old, old_len, &opened, &len), 0);
	mfa_unsealed_free(&opened, len);
	assert_int_equal(mfa_unseal(both, NAME, new, new_len, &opened, &len), 0);
	mfa_unsealed_free(&opened, len);
	assert_int_equal(mfa_unseal(first, NAME, new, new_len, &opened, &len), -ENOKEY);
	assert_int_equal(mfa_keyring_hash_name(first, "alice", a), 0);
	assert_int_equal(mfa_keyring_hash_name(both, "alice", b), 0);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(mfa_keyring_hash_name(both, "bob", b), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	free(old);
	free(new);
	mfa_keyring_free(&first);
	mfa_keyring_free(&both);
}

static void test_malformed(void **state)
{
	static const struct { const char *text; int expect; } rows[] = {
		{ ONE_KEY, 0 },
		{ "# c\n" ONE_KEY "# c\n\n", 0 },
		{ HEAD "key 1 " KEY1, 0 },
		{ HEAD "key 4294967295 " KEY1 "\n", 0 },
		{ "", -EBADMSG },
		{ HEAD, -EBADMSG },
		{ "key 1 " KEY1 "\n" HEAD, -EBADMSG },
		{ "mfa-master-key 2\nstore 00112233445566778899aabbccddeeff\nkey 1 " KEY1 "\n", -EBADMSG },
		{ "mfa-master-key 1\nkey 1 " KEY1 "\n", -EBADMSG },
		{ HEAD "store 00112233445566778899aabbccddeeff\nkey 1 " KEY1 "\n", -EBADMSG },
		{ HEAD "key 0 " KEY1 "\n", -EBADMSG },
		{ HEAD "key 01 " KEY1 "\n", -EBADMSG },
		{ HEAD "key 4294967296 " KEY1 "\n", -EBADMSG },
		{ HEAD "key 1 " KEY1 "0\n", -EBADMSG },
		{ HEAD "key 1 " KEY1 " \n", -EBADMSG },
		{ HEAD "key 1 00\n", -EBADMSG },
		{ HEAD "key 1  " KEY1 "\n", -EBADMSG },
		{ ONE_KEY "key 1 " KEY2 "\n", -EBADMSG },
		{ ONE_KEY "x\n", -EBADMSG },
		{ HEAD "key 1 0001020304050607080g0a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", -EBADMSG },
	};
	struct mfa_keyring *ring;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (mfa_keyring_parse(rows[i].text, strlen(rows[i].text), &ring) != rows[i].expect)
			fail_msg("row %zu", i);
		assert_int_equal(ring == NULL, rows[i].expect != 0);
		mfa_keyring_free(&ring);
	}
}

static void test_files(void **state)
{
	static const struct { mode_t mode; int expect; } rows[] = {
		{ 0600, 0 }, { 0400, 0 }, { 0640, 0 }, { 0660, -EPERM }, { 0644, -EPERM }, { 0604, -EPERM },
	};
	char folder[] = "/tmp/mfa-seal.XXXXXX", path[64], link_path[64];
	struct mfa_keyring *ring, *loaded;
	struct stat st;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	(void)snprintf(link_path, sizeof(link_path), "%s/link", folder);
	assert_int_equal(mfa_keyring_load(path, &loaded), -ENOENT);
	assert_int_equal(mfa_keyring_new(&ring), 0);
	assert_int_equal(mfa_keyring_save(ring, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* Never over what is there. */
	assert_int_equal(mfa_keyring_save(ring, path), -EEXIST);
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_int_equal(mfa_keyring_load(path, &loaded), rows[i].expect);
		if (loaded != NULL)
			assert_memory_equal(mfa_keyring_store_id(loaded), mfa_keyring_store_id(ring),
					    MFA_STORE_ID_SIZE);
		mfa_keyring_free(&loaded);
	}
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(mfa_keyring_load(link_path, &loaded), -ELOOP);
	assert_int_equal(mfa_keyring_save(ring, link_path), -EEXIST);
	assert_int_equal(mfa_keyring_load(folder, &loaded), -EPERM);
	(void)unlink(link_path);
	(void)unlink(path);
	assert_int_equal(mfa_keyring_save(ring, "/nowhere/key"), -ENOENT);
	assert_int_equal(rmdir(folder), 0);
	mfa_keyring_free(&ring);
}

/* A key that waits for its store. */
static void test_pending(void **state)
{
	char folder[] = "/tmp/mfa-seal.XXXXXX", path[64], pending[70];
	struct mfa_keyring *a, *b;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	(void)snprintf(pending, sizeof(pending), "%s.new", path);
	assert_int_equal(mfa_keyring_publish(path, (gid_t)-1), -ENOENT);
	assert_int_equal(mfa_keyring_prepare(path, &a), 0);
	/* Who was killed now finds the same key again. */
	assert_int_equal(mfa_keyring_prepare(path, &b), 0);
	assert_memory_equal(a->now.keys, b->now.keys, sizeof(a->now.keys));
	mfa_keyring_free(&b);
	assert_int_equal(mfa_keyring_load(path, &b), -ENOENT);
	assert_int_equal(mfa_keyring_publish(path, (gid_t)-1), 0);
	assert_int_equal(mfa_keyring_load(path, &b), 0);
	assert_memory_equal(a->now.keys, b->now.keys, sizeof(a->now.keys));
	mfa_keyring_free(&b);
	assert_int_equal(access(pending, F_OK), -1);
	/* One that is half written is begun anew. */
	fd = open(pending, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "mfa-mas", 7), 7);
	(void)close(fd);
	assert_int_equal(mfa_keyring_prepare(path, &b), 0);
	assert_memory_not_equal(a->now.keys, b->now.keys, sizeof(a->now.keys));
	mfa_keyring_discard(path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	mfa_keyring_free(&a);
	mfa_keyring_free(&b);
}

/* A file of somebody else's, to which a second name leads, is neither written nor given away. */
static void test_pending_of_another(void **state)
{
	char folder[] = "/tmp/mfa-seal.XXXXXX", path[64], pending[70], other[64], text[8] = "";
	struct mfa_keyring *ring, *given;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	(void)snprintf(pending, sizeof(pending), "%s.new", path);
	(void)snprintf(other, sizeof(other), "%s/other", folder);
	fd = open(other, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "secret", 6), 6);
	assert_int_equal(link(other, pending), 0);
	assert_int_equal(mfa_keyring_new(&given), 0);
	assert_int_equal(mfa_keyring_prepare(path, &ring), -EPERM);
	assert_null(ring);
	assert_int_equal(mfa_keyring_prepare_as(path, given), -EPERM);
	assert_int_equal(mfa_keyring_publish(path, (gid_t)-1), -EPERM);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 6);
	assert_string_equal(text, "secret");
	(void)close(fd);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mfa_keyring_prepare(path, &ring), 0);	/* half written, and nobody else's */
	mfa_keyring_free(&ring);
	mfa_keyring_free(&given);
	mfa_keyring_discard(path);
	assert_int_equal(rmdir(folder), 0);
}

/* Keys that wait already, and that a store may be sealed under, are not written again. */
static void test_pending_again(void **state)
{
	char folder[] = "/tmp/mfa-seal.XXXXXX", path[64], pending[70];
	struct mfa_keyring *given, *other, *there;
	struct stat before, after;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	(void)snprintf(pending, sizeof(pending), "%s.new", path);
	assert_int_equal(mfa_keyring_new(&given), 0);
	assert_int_equal(mfa_keyring_new(&other), 0);
	assert_int_equal(mfa_keyring_prepare_as(path, given), 0);
	assert_int_equal(stat(pending, &before), 0);
	assert_int_equal(mfa_keyring_prepare_as(path, given), 1);
	assert_int_equal(stat(pending, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
	assert_int_equal(mfa_keyring_prepare_as(path, other), 0);
	assert_int_equal(mfa_keyring_load_prepared(path, &there), 0);
	assert_memory_equal(mfa_keyring_store_id(there), mfa_keyring_store_id(other), MFA_STORE_ID_SIZE);
	mfa_keyring_free(&there);
	mfa_keyring_free(&other);
	mfa_keyring_free(&given);
	mfa_keyring_discard(path);
	assert_int_equal(rmdir(folder), 0);
}

/* Whoever begins at the same time gets the same key: or one's would be kept, with the other's
 * store. */
static void test_pending_at_once(void **state)
{
	uint8_t id[MFA_STORE_ID_SIZE], first[MFA_STORE_ID_SIZE];
	char folder[] = "/tmp/mfa-seal.XXXXXX", path[64];
	struct mfa_keyring *ring;
	int round, i, start[2], ids[2], status;
	pid_t pids[PROCESSES];

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key", folder);
	for (round = 0; round < ROUNDS; round++) {
		assert_int_equal(pipe(start), 0);
		assert_int_equal(pipe(ids), 0);
		for (i = 0; i < PROCESSES; i++) {
			pids[i] = fork();
			if (pids[i] != 0)
				continue;
			(void)close(start[1]);
			(void)!read(start[0], id, 1);	/* until all are there */
			if (mfa_keyring_prepare(path, &ring) != 0)
				_exit(1);
			_exit(write(ids[1], mfa_keyring_store_id(ring), sizeof(id)) != sizeof(id));
		}
		(void)close(start[0]);
		(void)close(start[1]);
		(void)close(ids[1]);
		for (i = 0; i < PROCESSES; i++) {
			assert_int_equal(read(ids[0], i == 0 ? first : id, sizeof(id)), sizeof(id));
			if (i > 0)
				assert_memory_equal(id, first, sizeof(id));
		}
		(void)close(ids[0]);
		for (i = 0; i < PROCESSES; i++) {
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_int_equal(status, 0);
		}
		mfa_keyring_discard(path);
	}
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hkdf),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_tampered),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_pending), cmocka_unit_test(test_pending_of_another),
		cmocka_unit_test(test_pending_again),
		cmocka_unit_test(test_pending_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
