/* SPDX-License-Identifier: BSD-2-Clause */
/* What each file of lib/factor implements; method/list.h says for which method, and on which budget. */
#ifndef MFA_JUDGING_H
#define MFA_JUDGING_H

#include "factor/factor.h"

/* Members that may be NULL are said to be. */
struct mfa_factor {
	/* Whether an answer (without spaces and hyphens) has this factor's form, for this account and attempt: where
	 * nothing was sent there is nothing to compare it with.  NULL where its budget is NONE: it is never typed. */
	bool (*recognises)(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt);
	/* Judges it; marks as used what it accepts and sets verdict, label and drift.  NULL with recognises. */
	void (*check)(struct mfa_account *account, const char *answer,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out);
	/* It was asked of an answer that was wrong, and counts.  May be NULL. */
	void (*missed)(struct mfa_account *account, const struct mfa_attempt *attempt);
	/* What tells its right answer of now from others that it had: an answer that was wrong then is a new guess now.
	 * NULL: it has the same ones, or a guesser can't wait for others.  Of 32 bits. */
	uint32_t (*apart)(const struct mfa_account *account, const struct mfa_attempt *attempt);
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

/* A factor of some kind was shown: throttles are cleared, phones may be asked again; of a weaker one (clears_own) only
 * its own throttles. */
void mfa_factor_shown(struct mfa_account *account, const struct mfa_attempt *attempt,
		      enum mfa_method_kind kind);

/* Whether a budget lets nothing be looked at until another method or an administrator ends that. */
bool mfa_factor_stopped(const struct mfa_account *account, enum mfa_budget budget, enum mfa_voice voice, int64_t now);

/* Whether so many were asked for within an hour on somebody's word that no more may be; where it is not root's word
 * the limit is lower.  No limit is above MFA_ASKED_MAX. */
bool mfa_asked_full(const struct mfa_asked *asked, enum mfa_voice voice, unsigned limit, int64_t now);
/* Counts one, */
void mfa_asked_add(struct mfa_asked *asked, int64_t now);
/* and takes it back; or all that were counted since. */
void mfa_asked_settle(struct mfa_asked *asked, int64_t asked_at);
void mfa_asked_settle_since(struct mfa_asked *asked, int64_t since);

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
