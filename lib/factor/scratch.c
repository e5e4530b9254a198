/* SPDX-License-Identifier: BSD-2-Clause */
/* Scratch codes that were brought along from pam_google_authenticator: eight digits, each once.  They lie among the
 * recovery codes, and are counted with an app's codes, for they have but 26 random bits. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "factor/judging.h"

#define SCRATCH_LEN 8

static bool is_scratch(const char *digits)
{
	return strlen(digits) == SCRATCH_LEN && mfa_digits_only(digits);
}

static bool recognises(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return is_scratch(answer);
}

/* Digits as they are: letters have other spellings, these have not. */
static int hash(const struct mfa_account *account, const char *digits, uint8_t out[MFA_RECOVERY_HASH_SIZE])
{
	char marked[1 + SCRATCH_LEN];
	size_t i;
	int r;

	marked[0] = '#';
	for (i = 0; i < SCRATCH_LEN; i++)
		marked[1 + i] = (char)('A' + (digits[i] - '0'));
	r = mfa_letters_hash(account->recovery_salt, marked, sizeof(marked), out);
	explicit_bzero(marked, sizeof(marked));
	return r;
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	uint8_t given[MFA_RECOVERY_HASH_SIZE];
	size_t i;

	(void)attempt;
	if (hash(account, answer, given) != 0) {
		out->verdict = MFA_VERDICT_FAILED;
		return;
	}
	for (i = 0; i < account->recovery_count; i++) {
		if (CRYPTO_memcmp(given, account->recovery[i], sizeof(given)) != 0)
			continue;
		mfa_recovery_use_up(account, i);
		out->verdict = MFA_VERDICT_RIGHT;
		break;
	}
	explicit_bzero(given, sizeof(given));
}

int mfa_recovery_add_scratch(struct mfa_account *account, const char *digits)
{
	static const uint8_t none[MFA_RECOVERY_HASH_SIZE];
	int r = 0;

	if (!is_scratch(digits))
		return -EINVAL;
	if (account->recovery_count == MFA_RECOVERY_COUNT)
		return -ENOSPC;
	if (memcmp(account->recovery_salt, none, sizeof(none)) == 0 &&
	    RAND_bytes(account->recovery_salt, sizeof(account->recovery_salt)) != 1)
		return -EIO;
	r = hash(account, digits, account->recovery[account->recovery_count]);
	account->recovery_count += r == 0;
	return r;
}

const struct mfa_factor mfa_factor_scratch = {
	.recognises = recognises,
	.check = check,
};
