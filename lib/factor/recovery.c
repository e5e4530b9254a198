#include <errno.h>
#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "factor/method.h"

/* Base 32 (RFC 4648) in lower case: no digit that is easily taken for a letter. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
#define CODE_LEN 12
#define GROUP_LEN 4

/* What people read off paper for a letter. */
static char canonical(char c)
{
	switch (c) {
	case '0': return 'o';
	case '1': return 'l';
	case '8': return 'b';
	default: return (char)tolower((unsigned char)c);
	}
}

static bool recognises(const char *answer)
{
	size_t i;

	if (strlen(answer) != CODE_LEN)
		return false;
	for (i = 0; i < CODE_LEN; i++)
		if (strchr(alphabet, canonical(answer[i])) == NULL)
			return false;
	return true;
}

static int hash(const struct mfa_account *account, const char code[CODE_LEN],
		uint8_t out[MFA_RECOVERY_HASH_SIZE])
{
	uint8_t in[sizeof(account->recovery_salt) + CODE_LEN], full[EVP_MAX_MD_SIZE];
	int r;

	memcpy(in, account->recovery_salt, sizeof(account->recovery_salt));
	memcpy(in + sizeof(account->recovery_salt), code, CODE_LEN);
	r = EVP_Digest(in, sizeof(in), full, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
	memcpy(out, full, MFA_RECOVERY_HASH_SIZE);
	OPENSSL_cleanse(in, sizeof(in));
	return r;
}

static void use_up(struct mfa_account *account, size_t at)
{
	account->recovery_count--;
	memmove(account->recovery[at], account->recovery[at + 1],
		(account->recovery_count - at) * sizeof(account->recovery[0]));
	explicit_bzero(account->recovery[account->recovery_count], sizeof(account->recovery[0]));
}

static void check(struct mfa_account *account, const char *answer, int64_t now,
		  struct mfa_judgement *out)
{
	uint8_t given[MFA_RECOVERY_HASH_SIZE];
	char code[CODE_LEN];
	size_t i, found = MFA_RECOVERY_COUNT;

	for (i = 0; i < CODE_LEN; i++)
		code[i] = canonical(answer[i]);
	if (hash(account, code, given) != 0) {
		out->verdict = MFA_VERDICT_FAILED;
	} else {
		for (i = 0; i < account->recovery_count; i++)
			if (CRYPTO_memcmp(given, account->recovery[i], sizeof(given)) == 0)
				found = i;
		if (found < account->recovery_count) {
			use_up(account, found);
			out->verdict = MFA_VERDICT_RIGHT;
		}
	}
	explicit_bzero(code, sizeof(code));
	explicit_bzero(given, sizeof(given));
}

static int generate_one(char out[MFA_RECOVERY_CODE_SIZE], char code[CODE_LEN])
{
	uint8_t random[CODE_LEN];
	size_t i, n = 0;

	if (RAND_bytes(random, sizeof(random)) != 1)
		return -EIO;
	for (i = 0; i < CODE_LEN; i++) {
		code[i] = alphabet[random[i] & 31];
		if (i > 0 && i % GROUP_LEN == 0)
			out[n++] = '-';
		out[n++] = code[i];
	}
	out[n] = '\0';
	explicit_bzero(random, sizeof(random));
	return 0;
}

int mfa_recovery_generate(struct mfa_account *account,
			  char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE])
{
	char code[CODE_LEN];
	size_t i;
	int r = 0;

	account->recovery_count = 0;
	if (RAND_bytes(account->recovery_salt, sizeof(account->recovery_salt)) != 1)
		return -EIO;
	for (i = 0; i < MFA_RECOVERY_COUNT && r == 0; i++) {
		r = generate_one(codes[i], code);
		if (r == 0)
			r = hash(account, code, account->recovery[i]);
	}
	explicit_bzero(code, sizeof(code));
	if (r == 0)
		account->recovery_count = MFA_RECOVERY_COUNT;
	return r;
}

const struct mfa_method mfa_method_recovery = {
	.name = "recovery",
	.budget = MFA_BUDGET_RECOVERY,
	.local_budget = MFA_BUDGET_LOCAL_RECOVERY,
	.stops = false,
	.recognises = recognises,
	.check = check,
};
