/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets for paper: random letters in groups, kept as hashes. */
#include <ctype.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "factor/judging.h"

/* Base 32 (RFC 4648) in lower case: no digit that is easily taken for a letter. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
#define LETTERS_MAX 16

/* What people read off paper for a letter of base 32 in lower case, which has neither 0, 1, 8 nor 9. */
static char letter_of(char c)
{
	switch (c) {
	case '0': return 'o';
	case '1': return 'l';
	case '8': return 'b';
	default: return (char)tolower((unsigned char)c);
	}
}

bool mfa_letters_only(const char *answer, size_t len)
{
	size_t i;

	if (strlen(answer) != len)
		return false;
	for (i = 0; i < len; i++)
		if (strchr(alphabet, letter_of(answer[i])) == NULL)
			return false;
	return true;
}

int mfa_letters_hash(const uint8_t salt[MFA_RECOVERY_HASH_SIZE], const char *letters, size_t len,
		     uint8_t out[MFA_RECOVERY_HASH_SIZE])
{
	uint8_t in[MFA_RECOVERY_HASH_SIZE + LETTERS_MAX], full[EVP_MAX_MD_SIZE];
	size_t i;
	int r;

	if (len > LETTERS_MAX)
		return -EIO;
	memcpy(in, salt, MFA_RECOVERY_HASH_SIZE);
	for (i = 0; i < len; i++)
		in[MFA_RECOVERY_HASH_SIZE + i] = (uint8_t)letter_of(letters[i]);
	r = EVP_Digest(in, MFA_RECOVERY_HASH_SIZE + len, full, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
	memcpy(out, full, MFA_RECOVERY_HASH_SIZE);
	OPENSSL_cleanse(in, sizeof(in));
	return r;
}

int mfa_letters_generate(size_t len, size_t group, char *letters, char *shown)
{
	uint8_t random[LETTERS_MAX];
	size_t i, n = 0;

	if (len > LETTERS_MAX || RAND_bytes(random, (int)len) != 1)
		return -EIO;
	for (i = 0; i < len; i++) {
		letters[i] = alphabet[random[i] & 31];
		if (i > 0 && i % group == 0)
			shown[n++] = '-';
		shown[n++] = letters[i];
	}
	shown[n] = '\0';
	explicit_bzero(random, sizeof(random));
	return 0;
}
