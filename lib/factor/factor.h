/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods of proving who one is, and the one place where an answer is judged. */
#ifndef MFA_FACTOR_H
#define MFA_FACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "policy/policy.h"

/* How far a device's clock may be learned to be off, in steps. */
#define MFA_TOTP_DRIFT_MAX 4

/* For how long codes of apps are refused after mfa_factor_restore, in whole minutes: of apps that make one each 30
 * seconds, as nearly all do. */
#define MFA_TOTP_RESTORED_MINUTES ((MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX) / 2 + 1)

/* How far ahead a token's counter may be (RFC 4226 section 7.2): presses of its button that
 * nobody saw.  Ten guesses at once are right by a chance of one in 100,000. */
#define MFA_HOTP_WINDOW 10
/* How far beyond that it is looked for when two codes in a row are shown (section 7.4); an account's tokens share
 * these, so that each refusal takes as long. */
#define MFA_HOTP_RESYNC 1000

#define MFA_ANSWER_MAX 128	/* bytes of an answer that is looked at */
#define MFA_DESCRIPTION_MAX 160	/* bytes of what a device is, with the NUL */

/* What somebody typed or pasted, as codes are compared: without blanks, hyphens and marks that nobody sees, and with
 * digits and letters of full width, and Arabic digits, as those of ASCII.  All else stays as it is.  "" where it is
 * longer than any code; typed may be NULL.  The caller wipes out. */
void mfa_typed_plain(const char *typed, char out[MFA_ANSWER_MAX]);
/* An answer to a question of yes or no: a word in any of the languages, or its letter; MFA_TYPED_NOTHING for nothing or
 * blanks. */
enum mfa_typed_word { MFA_TYPED_OTHER, MFA_TYPED_NOTHING, MFA_TYPED_YES, MFA_TYPED_NO };
enum mfa_typed_word mfa_typed_word(const char *typed);
/* Whether it stands for Enter: nothing, blanks, "ok", or yes in any of the languages. */
bool mfa_typed_is_enter(const char *typed);

enum mfa_verdict {
	MFA_VERDICT_WRONG = 0,
	MFA_VERDICT_RIGHT,
	MFA_VERDICT_USED,	/* right, but a code is good once */
	MFA_VERDICT_AHEAD,	/* right, but the record says that later codes were used already: the
				 * clock once jumped ahead.  Like USED it tells a guesser that he was right, of a code
				 * that is never good again (doc/THREATS) */
	MFA_VERDICT_WAIT,	/* not looked at: too many were wrong; see wait */
	MFA_VERDICT_STOPPED,	/* not looked at: so many that only another method helps */
	MFA_VERDICT_UNCLEAR,	/* not of the form of any method; counts nowhere, for it can't be right */
	MFA_VERDICT_NEXT,	/* a token's code that is, or once was, far ahead of its counter (RFC 4226 section
				 * 7.4): counted as wrong, but the code after it will be right.  Only for the log:
				 * whoever gave it sees what he sees after a wrong one, by all that he is told or shown */
	MFA_VERDICT_NOT_ME,	/* somebody said so on a phone */
	MFA_VERDICT_FAILED,	/* could not be judged (out of memory, crypto): no entry */
	MFA_VERDICT_RESTORED,	/* right, but the accounts were restored a moment ago, and nobody knows whether it was
				 * used since the backup; as USED for all else */
	MFA_VERDICT_COUNT
};

struct mfa_attempt {
	const char *answer;	/* as typed; NULL: none */
	int64_t now;
	enum mfa_voice voice;	/* on whose word: each has budgets of its own */
	const uint8_t *place;	/* where the answer was asked for, MFA_PLACE_SIZE bytes (factor/sent.h); NULL: nowhere that a
				 * code was sent for */
	unsigned methods;	/* that count: enum mfa_method_kind */
	unsigned window;	/* TOTP: steps either side of now */
	bool throttle;		/* false: mistakes are counted but nothing waits */
	uint32_t name;		/* of a decoy: for which name it stands in (mfa_record.name); 0: it is an account */
	uint32_t mistakes;	/* of the same conversation, that were counted in the total (mfa_judgement.counted):
				 * whoever is right there is no guesser, and has them back */
	bool admitted;		/* the throttle let this answer pass already, and the record was read again
				 * because somebody else's write came between: no wait holds it up, but an end
				 * to app codes that has come meanwhile does */
};

struct mfa_judgement {
	enum mfa_verdict verdict;
	const char *method;	/* the word of what it was, or of the first that was asked; NULL: none was */
	const char *asked;	/* the word of the first that was asked, which is what a wrong answer is called */
	enum mfa_method_kind kind;	/* the same; 0: none */
	char label[MFA_LABEL_MAX + 1];	/* of the device that the code was from */
	int64_t wait;		/* seconds, with MFA_VERDICT_WAIT */
	bool changed;		/* the account was changed: nothing may be told before it is saved */
	int drift;		/* of the device, after a right code */
	bool known;		/* a code that was right or wrong before: no guess */
	bool repeated;		/* the same, and it was right: a program has kept it */
	bool counted;		/* a mistake that was counted in the total */
};

/* Judges an answer against an account as it was read at `now`, and changes the account as the
 * verdict asks: the step or recovery code is used, the mistake counted, the throttle cleared.
 * The caller saves it by its version; if somebody wrote meanwhile it reads again and
 * judges again with `admitted`. */
void mfa_factor_judge(struct mfa_account *account, const struct mfa_attempt *attempt,
		      struct mfa_judgement *out);

/* Of a code that came along where none is asked for: a right one is used up, so that nobody who has seen it on its way
 * can use it, and nothing else is changed: no mistake counts, and nothing is cleared.  answer, now, voice, place, methods
 * and window of the attempt count.  *out says what it was; nothing is to be told of it.  Returns whether the account was
 * changed. */
bool mfa_factor_spend(struct mfa_account *account, const struct mfa_attempt *attempt, struct mfa_judgement *out);

/* Whether app codes are refused just now: WAIT (and *wait), STOPPED, or RIGHT if they are not. */
enum mfa_verdict mfa_factor_codes_blocked(const struct mfa_account *account, enum mfa_voice voice,
					  int64_t now, int64_t *wait);
/* App codes that were wrong within four weeks, as they count towards MFA_TOTAL_LIMIT. */
uint32_t mfa_factor_wrong_codes(const struct mfa_account *account, enum mfa_voice voice, int64_t now);
/* How many more of them are looked at, before that; 0: none. */
uint32_t mfa_factor_codes_left(const struct mfa_account *account, enum mfa_voice voice, int64_t now);

/* Whether so many of the last days were wrong that somebody may have guessed.  Depends on nothing but what was
 * wrong in conversations that ended so: what was right in others does not show, so that it can be said to whoever
 * has the password alone.  name: as in mfa_attempt. */
bool mfa_factor_guessed_lately(const struct mfa_account *account, uint32_t name, int64_t now);

/* An administrator's word that this system's clock is right now: steps that were used in what is the future no longer
 * stand in the way; those that may have been used since do, for as long as their codes could be right.  Nothing
 * that an account's owner shows does this: on a system whose clock is slow it would make used codes good again.
 * window: as in mfa_attempt.  Returns whether the account was changed. */
bool mfa_factor_mend_clocks(struct mfa_account *account, int64_t now, unsigned window);
/* The same, and throttles are cleared, the total lifted, and phones asked again.  Returns whether anything was
 * undone that a wrong clock has left. */
bool mfa_factor_unlock(struct mfa_account *account, int64_t now, unsigned window);

/* Devices, by their method. */

/* What a device is beyond its label, for an administrator: "SHA1, 6 digits, 30 s".  Not translated. */
void mfa_factor_describe(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX]);
/* The account is as it was before `now`, from a backup or because what was written last is lost: no code of an app that
 * can have been used is good again, and a pass is gone, as is a
 * code that was sent.  Which recovery codes were used nobody can know: they are good
 * again, unless drop_recovery says that there are none any more.
 * Returns how many of its devices it could not be done for: tokens that count. */
size_t mfa_factor_restore(struct mfa_account *account, int64_t now, bool drop_recovery);
/* The methods that count for the account without a device now: a pass that is good. */
unsigned mfa_factor_stand_ins(const struct mfa_account *account, int64_t now);

/* Number matching. */

enum mfa_push_block {
	MFA_PUSH_FREE,		/* the account's phones may be asked */
	MFA_PUSH_STOPPED,	/* somebody said "it's not me", or typed wrong numbers: not until a sign-in by
				 * another method or an administrator's word */
	MFA_PUSH_LIMITED,	/* too many of the last hour were not answered */
};
/* limit: how many may be unanswered; where it is not root's word there are less. */
enum mfa_push_block mfa_push_blocked(const struct mfa_account *account, enum mfa_voice voice, unsigned limit,
				     int64_t now);
/* Counts a request, */
void mfa_push_ask(struct mfa_account *account, enum mfa_voice voice, int64_t now);
/* and takes it back: it was answered, or its sign-in went on by another method. */
void mfa_push_settle(struct mfa_account *account, enum mfa_voice voice, int64_t asked_at);
/* "It's not me."  What a caller has asked for stops no more than what callers ask. */
void mfa_push_refuse(struct mfa_account *account, enum mfa_voice voice, int64_t now);
/* A wrong number; the second within an hour is as good as that. */
void mfa_push_mistake(struct mfa_account *account, enum mfa_voice voice, int64_t now);
/* A phone of the account (device) has confirmed: now and voice of the attempt count.  The caller saves
 * the account, as after mfa_factor_judge. */
void mfa_push_accept(struct mfa_account *account, struct mfa_device *device,
		     const struct mfa_attempt *attempt, struct mfa_judgement *out);

/* TOTP. */

/* How many seconds ahead of `now` the code was that a device's owner last used, where that is further than any code
 * can be right, so that those of now are refused (MFA_VERDICT_AHEAD); 0: it is not.  window: as in mfa_attempt. */
int64_t mfa_totp_ahead(const struct mfa_device *device, int64_t now, unsigned window);
/* Looks for a code in a window of MFA_TOTP_DRIFT_MAX steps either side, for a device that is
 * being enrolled; then its last step and drift are set.  Returns 0, -ENOENT or another negative errno. */
int mfa_totp_first_code(struct mfa_device *device, const char *answer, int64_t now);
/* A wrong code, and when it was typed. */
struct mfa_wrong_code {
	char text[MFA_ANSWER_MAX];
	int64_t time;
};
/* Whether two different codes are right for times equally far from when they were typed, within a day: then a clock
 * is wrong, and *seconds is how far the device's is ahead.  One alone is told to nobody, not even to the log: of a
 * thousand guesses six are right for some time of the next day, and whoever learnt it would only have to wait.
 * Slow (milliseconds): for after the answer.  Returns 0 or -ENOENT. */
int mfa_totp_find_far(const struct mfa_account *account, const struct mfa_wrong_code *codes, size_t count,
		      int64_t *seconds, char label[MFA_LABEL_MAX + 1]);

/* Keys of an app or a token, from elsewhere. */

struct mfa_otpauth;
/* A device with the key of a URI, under the label that it has as the number-th of its kind (1: without a number).
 * Returns 0, or -EINVAL: its counter is too large.  The caller wipes it. */
int mfa_device_from_otpauth(const struct mfa_otpauth *otpauth, size_t number, int64_t now, struct mfa_device *out);
/* "Phone", or "Phone 02" for the second. */
void mfa_device_label(enum mfa_device_type type, size_t number, char out[MFA_LABEL_MAX + 1]);
/* Whether both make the same codes, or have them sent to the same address. */
bool mfa_device_same_codes(const struct mfa_device *a, const struct mfa_device *b);
/* What was used with the old one is used with the new one, which makes the same codes. */
void mfa_device_keep_used(struct mfa_device *device, const struct mfa_device *old);

/* An event as records had it once: a token's code that was far ahead ("resync").  Then *method and *result are what it
 * is shown as, which tells no more than a wrong code does. */
bool mfa_hotp_was_far(const struct mfa_event *event, const char **method, const char **result);

/* Recovery codes. */

#define MFA_RECOVERY_CODE_SIZE 15	/* xxxx-xxxx-xxxx and a NUL: 60 random bits in base 32 */

/* Gives the account MFA_RECOVERY_COUNT new ones, in place of those it had; codes is all that
 * ever shows them.  Returns 0 or -EIO. */
int mfa_recovery_generate(struct mfa_account *account,
			  char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE]);

/* Another module's scratch code, eight digits, as one of the recovery codes.  Returns 0, -EINVAL, -ENOSPC or -EIO. */
int mfa_recovery_add_scratch(struct mfa_account *account, const char *digits);

/* Temporary access passes. */

/* tap-xxxxx-xxxxx and a NUL: 50 random bits in base 32, behind what tells it from a password that somebody
 * types once more. */
#define MFA_PASS_SIZE 16

/* Gives the account a new one, in place of any it had: good for `uses` sign-ins until `until`. text is
 * all that ever shows it.  Returns 0 or -EIO. */
int mfa_pass_generate(struct mfa_account *account, int64_t now, int64_t until, uint32_t uses,
		      char text[MFA_PASS_SIZE]);

#endif
