/* SPDX-License-Identifier: BSD-2-Clause */
/* What each file of lib/factor implements; method/list.h says for which method, and on which budget. */
#ifndef MFA_JUDGING_H
#define MFA_JUDGING_H

#include "factor/factor.h"

/* Members that may be NULL are said to be. */
struct mfa_factor {
	/* Whether an answer (without spaces and hyphens) has this factor's form, for this account: what was sent to it
	 * may be told from an app's code.  NULL where its budget is NONE: it is never typed. */
	bool (*recognises)(const struct mfa_account *account, const char *answer);
	/* Judges it; marks as used what it accepts and sets verdict, label and drift.  NULL with recognises. */
	void (*check)(struct mfa_account *account, const char *answer,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out);
	/* Undoes what a clock that once was wrong has left behind, and returns whether there was any; may be NULL. */
	bool (*mend)(struct mfa_account *account, int64_t now, unsigned window);
	/* A device of the method for people: what it is beyond its label, never a secret.  NULL: there are none. */
	void (*describe)(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX]);
	/* The device comes from a backup: what can have been used since then is made used.  Returns whether all of it
	 * could be.  NULL: there is nothing to be used twice. */
	bool (*restore)(struct mfa_device *device, int64_t now);
	/* Whether the account has it without a device, at `now`.  NULL: never. */
	bool (*stands_in)(const struct mfa_account *account, int64_t now);
};

#define FACTOR(name, METHOD, BUDGET) extern const struct mfa_factor mfa_factor_##name;
#include "method/list.h"

/* A factor of some kind was shown: throttles are cleared, phones may be asked again. */
void mfa_factor_shown(struct mfa_account *account, const struct mfa_attempt *attempt,
		      enum mfa_method_kind kind);

/* Takes the recovery code at a place away. */
void mfa_recovery_use_up(struct mfa_account *account, size_t at);

/* Whether there is nothing but digits, and at least one. */
bool mfa_digits_only(const char *answer);
/* Whether an answer is `len` letters of base 32 in lower case, as people read them off paper. */
bool mfa_letters_only(const char *answer, size_t len);
/* SHA-256 of salt and letters, cut.  Enough for what has 50 random bits.  Returns 0 or -EIO. */
int mfa_letters_hash(const uint8_t salt[MFA_RECOVERY_HASH_SIZE], const char *letters, size_t len,
		     uint8_t out[MFA_RECOVERY_HASH_SIZE]);
/* Random letters, `len` of them, and as they are shown: in groups with hyphens, with a NUL. Returns 0 or -EIO. */
int mfa_letters_generate(size_t len, size_t group, char *letters, char *shown);

#endif
