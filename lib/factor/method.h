/* What each method implements; factor.c has the table. */
#ifndef MFA_METHOD_H
#define MFA_METHOD_H

#include "factor/factor.h"

struct mfa_method {
	const char *name;
	enum mfa_method_kind kind;
	enum mfa_budget budget;		/* of wrong answers, on root's word */
	enum mfa_budget local_budget;	/* the same for the user's own programs */
	bool stops;			/* after MFA_THROTTLE_STOP mistakes only another method helps */
	/* Whether an answer (without spaces and hyphens) has this method's form. */
	bool (*recognises)(const char *answer);
	/* Judges it; marks as used what it accepts and sets verdict, label and drift. */
	void (*check)(struct mfa_account *account, const char *answer,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out);
	/* Mends what a clock that once was wrong has left behind, and returns whether there was any; may be NULL. */
	bool (*mend)(struct mfa_account *account, int64_t now, unsigned window);
};

extern const struct mfa_method mfa_method_totp;
extern const struct mfa_method mfa_method_hotp;
extern const struct mfa_method mfa_method_recovery;
extern const struct mfa_method mfa_method_pass;
extern const struct mfa_method mfa_method_scratch;

/* A factor of some kind was shown: throttles are cleared, phones may be asked again. */
void mfa_factor_shown(struct mfa_account *account, const struct mfa_attempt *attempt,
		      enum mfa_method_kind kind);

/* Takes the recovery code at a place away. */
void mfa_recovery_use_up(struct mfa_account *account, size_t at);

/* Whether there is nothing but digits, and at least one. */
bool mfa_digits_only(const char *answer);
/* What people read off paper for a letter of base 32 in lower case, which has neither 0, 1, 8 nor 9. */
char mfa_letter_of(char c);
/* Whether an answer is `len` such letters. */
bool mfa_letters_only(const char *answer, size_t len);
/* SHA-256 of salt and letters, cut.  Enough for what has 50 random bits.  Returns 0 or -EIO. */
int mfa_letters_hash(const uint8_t salt[MFA_RECOVERY_HASH_SIZE], const char *letters, size_t len,
		     uint8_t out[MFA_RECOVERY_HASH_SIZE]);
/* Random letters, `len` of them, and as they are shown: in groups with hyphens, with a NUL. Returns 0 or -EIO. */
int mfa_letters_generate(size_t len, size_t group, char *letters, char *shown);

#endif
