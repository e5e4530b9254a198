/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary access passes: what an administrator gives to whoever has no phone just now. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "factor/judging.h"

#define PREFIX "tap"
#define PREFIX_LEN 3
#define PASS_LEN 10
#define GROUP_LEN 5

static bool recognises(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return strncasecmp(answer, PREFIX, PREFIX_LEN) == 0 &&
	       mfa_letters_only(answer + PREFIX_LEN, PASS_LEN);
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	uint8_t given[MFA_RECOVERY_HASH_SIZE];
	struct mfa_pass *pass = &account->pass;
	bool right;

	if (mfa_letters_hash(pass->salt, answer + PREFIX_LEN, PASS_LEN, given) != 0) {
		out->verdict = MFA_VERDICT_FAILED;
		return;
	}
	right = CRYPTO_memcmp(given, pass->hash, sizeof(given)) == 0;
	if (right && mfa_account_has_pass(account, attempt->now)) {
		pass->uses--;
		if (pass->uses == 0)
			explicit_bzero(pass, sizeof(*pass));
		out->verdict = MFA_VERDICT_RIGHT;
	}
	explicit_bzero(given, sizeof(given));
}

int mfa_pass_generate(struct mfa_account *account, int64_t now, int64_t until, uint32_t uses,
		      char text[MFA_PASS_SIZE])
{
	struct mfa_pass pass = { .created = now, .until = until, .uses = uses };
	char letters[PASS_LEN];
	int r = RAND_bytes(pass.salt, sizeof(pass.salt)) == 1 ? 0 : -EIO;

	(void)strcpy(text, PREFIX "-");
	if (r == 0)
		r = mfa_letters_generate(PASS_LEN, GROUP_LEN, letters, text + strlen(text));
	if (r == 0)
		r = mfa_letters_hash(pass.salt, letters, PASS_LEN, pass.hash);
	if (r == 0)
		account->pass = pass;
	explicit_bzero(letters, sizeof(letters));
	explicit_bzero(&pass, sizeof(pass));
	return r;
}

static bool stands_in(const struct mfa_account *account, int64_t now)
{
	return mfa_account_has_pass(account, now);
}

const struct mfa_factor mfa_factor_pass = {
	.recognises = recognises,
	.check = check,
	.stands_in = stands_in,
};
