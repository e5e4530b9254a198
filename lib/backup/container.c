/* SPDX-License-Identifier: BSD-2-Clause */
#include "backup/container.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "mfabkup"		/* with its NUL */
#define VERSION 1
#define SALT_SIZE 16
#define CHECK_SIZE 16
#define LOG_N_MIN 10
#define LOG_N_MAX 18
#define R 8
#define P_MAX 4
#define SCRYPT_MEMORY (320ULL * 1024 * 1024)

struct head {
	uint8_t magic[8];
	uint8_t version;
	uint8_t log_n, r, p;
	uint8_t salt[SALT_SIZE];
	uint8_t check[CHECK_SIZE];
};
_Static_assert(sizeof(struct head) == MFA_CONTAINER_HEAD, "container.h says so");

struct keys {
	uint8_t check[32];
	uint8_t chunks[32];
};

struct mfa_container {
	int fd;
	struct keys keys;
	EVP_CIPHER_CTX *ctx;
	uint64_t number;		/* of the next chunk */
	uint64_t offset;
	int failed;			/* reading: why there is no more */
	bool last;			/* the chunk in plain is the last one */
	size_t at, len;			/* reading: what is left of plain; writing: len alone */
	size_t ahead;			/* reading: bytes of the next chunk that are in sealed */
	uint8_t plain[MFA_CONTAINER_CHUNK];
	uint8_t sealed[MFA_CONTAINER_CHUNK + MFA_CONTAINER_TAG + 1];
};

static int write_all(struct mfa_container *c, const void *data, size_t len)
{
	const uint8_t *at = data;
	ssize_t n;

	while (len > 0) {
		n = write(c->fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		len -= (size_t)n;
		c->offset += (uint64_t)n;
	}
	return 0;
}

/* As many bytes as there are, at most size.  Returns 0 or a negative errno. */
static int read_some(struct mfa_container *c, void *data, size_t size, size_t *len)
{
	uint8_t *at = data;
	ssize_t n = 1;

	*len = 0;
	while (n != 0 && *len < size) {
		n = read(c->fd, at + *len, size - *len);
		if (n < 0 && errno != EINTR)
			return -errno;
		*len += n > 0 ? (size_t)n : 0;
	}
	c->offset += *len;
	return 0;
}

static int derive(const char *passphrase, const struct head *head, struct keys *out)
{
	uint64_t n = 1ULL << head->log_n, memory = SCRYPT_MEMORY;
	uint32_t r = head->r, p = head->p;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
						  (void *)(uintptr_t)passphrase, strlen(passphrase)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
						  (void *)(uintptr_t)head->salt, SALT_SIZE),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	int ok = ctx != NULL && EVP_KDF_derive(ctx, (uint8_t *)out, sizeof(*out), params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? 0 : -ENOMEM;
}

static int make_check(const struct keys *keys, const struct head *head, uint8_t out[CHECK_SIZE])
{
	uint8_t mac[32];
	unsigned n = sizeof(mac);

	if (HMAC(EVP_sha256(), keys->check, sizeof(keys->check), (const uint8_t *)head,
		 offsetof(struct head, check), mac, &n) == NULL)
		return -EIO;
	memcpy(out, mac, CHECK_SIZE);
	return 0;
}

static struct mfa_container *container_new(int fd)
{
	struct mfa_container *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = fd;
	c->ctx = EVP_CIPHER_CTX_new();
	if (c->ctx == NULL)
		mfa_container_free(&c);
	return c;
}

void mfa_container_free(struct mfa_container **c)
{
	if (*c == NULL)
		return;
	EVP_CIPHER_CTX_free((*c)->ctx);
	OPENSSL_cleanse(*c, sizeof(**c));
	free(*c);
	*c = NULL;
}

uint64_t mfa_container_offset(const struct mfa_container *c)
{
	return c->offset;
}

static int start_chunk(struct mfa_container *c, bool last, int encrypt)
{
	uint8_t nonce[12] = { 0 };
	size_t i;

	for (i = 0; i < 8; i++)
		nonce[10 - i] = (uint8_t)(c->number >> (8 * i));
	nonce[11] = last;
	return EVP_CipherInit_ex2(c->ctx, EVP_aes_256_gcm(), c->keys.chunks, nonce, encrypt,
				  NULL) == 1 ? 0 : -EIO;
}

/* Writing. */

int mfa_container_create(int fd, const char *passphrase, unsigned log_n,
			 struct mfa_container **out)
{
	struct head head = { .magic = MAGIC, .version = VERSION, .log_n = (uint8_t)log_n, .r = R,
			     .p = 1 };
	int r = -EIO;

	*out = container_new(fd);
	if (*out == NULL)
		return -ENOMEM;
	if (RAND_bytes(head.salt, SALT_SIZE) == 1)
		r = derive(passphrase, &head, &(*out)->keys);
	if (r == 0)
		r = make_check(&(*out)->keys, &head, head.check);
	if (r == 0)
		r = write_all(*out, &head, sizeof(head));
	if (r != 0)
		mfa_container_free(out);
	return r;
}

static int write_chunk(struct mfa_container *c, bool last)
{
	int n, end, r = start_chunk(c, last, 1);

	if (r == 0 && (EVP_EncryptUpdate(c->ctx, c->sealed, &n, c->plain, (int)c->len) != 1 ||
		       EVP_EncryptFinal_ex(c->ctx, c->sealed + n, &end) != 1 ||
		       EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG, MFA_CONTAINER_TAG,
					   c->sealed + c->len) != 1))
		r = -EIO;
	if (r == 0)
		r = write_all(c, c->sealed, c->len + MFA_CONTAINER_TAG);
	c->len = 0;
	c->number++;
	return r;
}

int mfa_container_write(struct mfa_container *c, const void *data, size_t len)
{
	const uint8_t *at = data;
	size_t n;
	int r = 0;

	while (r == 0 && len > 0) {
		/* A full chunk waits until it is known whether it is the last. */
		if (c->len == MFA_CONTAINER_CHUNK)
			r = write_chunk(c, false);
		n = MFA_CONTAINER_CHUNK - c->len < len ? MFA_CONTAINER_CHUNK - c->len : len;
		memcpy(c->plain + c->len, at, n);
		c->len += n;
		at += n;
		len -= n;
	}
	return r;
}

int mfa_container_finish(struct mfa_container *c)
{
	return write_chunk(c, true);
}

/* Reading. */

static int check_head(const struct head *head, size_t len)
{
	if (len < sizeof(head->magic) || memcmp(head->magic, MAGIC, sizeof(head->magic)) != 0)
		return -EMEDIUMTYPE;
	if (len > sizeof(head->magic) && head->version > VERSION)
		return -EPROTONOSUPPORT;
	if (len < sizeof(*head) || head->version != VERSION)
		return -EMEDIUMTYPE;
	if (head->log_n < LOG_N_MIN || head->log_n > LOG_N_MAX || head->r != R || head->p < 1 ||
	    head->p > P_MAX)
		return -EPROTONOSUPPORT;
	return 0;
}

int mfa_container_open(int fd, const char *passphrase, struct mfa_container **out)
{
	struct head head = { .version = 0 };
	uint8_t check[CHECK_SIZE];
	size_t len;
	int r;

	*out = container_new(fd);
	if (*out == NULL)
		return -ENOMEM;
	r = read_some(*out, &head, sizeof(head), &len);
	if (r == 0)
		r = check_head(&head, len);
	if (r == 0)
		r = derive(passphrase, &head, &(*out)->keys);
	if (r == 0)
		r = make_check(&(*out)->keys, &head, check);
	if (r == 0 && CRYPTO_memcmp(check, head.check, CHECK_SIZE) != 0)
		r = -EKEYREJECTED;
	if (r != 0)
		mfa_container_free(out);
	return r;
}

/* The next chunk, into plain. */
static int read_chunk(struct mfa_container *c)
{
	const size_t whole = MFA_CONTAINER_CHUNK + MFA_CONTAINER_TAG;
	size_t len, got;
	int n, end, r;

	/* One byte more, by which the last chunk is known. */
	r = read_some(c, c->sealed + c->ahead, whole + 1 - c->ahead, &got);
	got += c->ahead;
	if (r != 0)
		return r;
	c->last = got <= whole;
	if (got < MFA_CONTAINER_TAG)
		return -EBADMSG;
	len = (c->last ? got : whole) - MFA_CONTAINER_TAG;
	r = start_chunk(c, c->last, 0);
	if (r == 0 && (EVP_DecryptUpdate(c->ctx, c->plain, &n, c->sealed, (int)len) != 1 ||
		       EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, MFA_CONTAINER_TAG,
					   c->sealed + len) != 1))
		r = -EIO;
	if (r == 0 && EVP_DecryptFinal_ex(c->ctx, c->plain + n, &end) != 1)
		r = -EBADMSG;
	if (r != 0) {
		OPENSSL_cleanse(c->plain, sizeof(c->plain));
		return r;
	}
	c->ahead = c->last ? 0 : 1;
	c->sealed[0] = c->sealed[whole];
	c->at = 0;
	c->len = len;
	c->number++;
	return 0;
}

int mfa_container_read(struct mfa_container *c, void *data, size_t len)
{
	uint8_t *out = data;
	size_t n;
	int r = c->failed;

	while (r == 0 && len > 0) {
		if (c->at == c->len && c->last)
			return out == data ? -ENODATA : -EBADMSG;
		if (c->at == c->len)
			r = read_chunk(c);
		if (r != 0)
			break;
		n = c->len - c->at < len ? c->len - c->at : len;
		memcpy(out, c->plain + c->at, n);
		c->at += n;
		out += n;
		len -= n;
	}
	c->failed = r;
	return r;
}
