/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "factor/judging.h"

#define CODE_LEN 12
#define GROUP_LEN 4

static bool recognises(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return mfa_letters_only(answer, CODE_LEN);
}

void mfa_recovery_use_up(struct mfa_account *account, size_t at)
{
	account->recovery_count--;
	memmove(account->recovery[at], account->recovery[at + 1],
		(account->recovery_count - at) * sizeof(account->recovery[0]));
	explicit_bzero(account->recovery[account->recovery_count], sizeof(account->recovery[0]));
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	uint8_t given[MFA_RECOVERY_HASH_SIZE];
	size_t i, found = MFA_RECOVERY_COUNT;

	(void)attempt;
	if (mfa_letters_hash(account->recovery_salt, answer, CODE_LEN, given) != 0) {
		out->verdict = MFA_VERDICT_FAILED;
	} else {
		for (i = 0; i < account->recovery_count; i++)
			if (CRYPTO_memcmp(given, account->recovery[i], sizeof(given)) == 0)
				found = i;
		if (found < account->recovery_count) {
			mfa_recovery_use_up(account, found);
			out->verdict = MFA_VERDICT_RIGHT;
		}
	}
	explicit_bzero(given, sizeof(given));
}

int mfa_recovery_generate(struct mfa_account *account,
			  char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE])
{
	char letters[CODE_LEN];
	size_t i;
	int r = 0;

	account->recovery_count = 0;
	if (RAND_bytes(account->recovery_salt, sizeof(account->recovery_salt)) != 1)
		return -EIO;
	for (i = 0; i < MFA_RECOVERY_COUNT && r == 0; i++) {
		r = mfa_letters_generate(CODE_LEN, GROUP_LEN, letters, codes[i]);
		if (r == 0)
			r = mfa_letters_hash(account->recovery_salt, letters, CODE_LEN,
					     account->recovery[i]);
	}
	explicit_bzero(letters, sizeof(letters));
	if (r == 0)
		account->recovery_count = MFA_RECOVERY_COUNT;
	return r;
}

const struct mfa_factor mfa_factor_recovery = {
	.recognises = recognises,
	.check = check,
};
