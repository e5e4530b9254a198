/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking a person for a code and judging it, by the one rule that sign-ins and changes of an account
 * share: what is told is durable first. */
#ifndef MFAD_CHALLENGE_H
#define MFAD_CHALLENGE_H

#include "account/accounts.h"
#include "factor/factor.h"
#include "mfad/base/conversation.h"
#include "mfad/base/subject.h"

#define CHALLENGE_TRIES 3
#define CHALLENGE_PLACES_MAX 240
#define CHALLENGE_PROMPT_MAX 512
#define CHALLENGE_TURNS 5	/* menus, and choices, that are none of the tries */

struct ask;

struct challenge {
	struct conversation *c;
	const struct subject *subject;
	const struct mfa_policy *policy;	/* which methods count; what the prompt says */
	struct mfa_record *record;	/* read a moment ago; followed as it changes */
	const char *service;		/* for the record's list of sign-ins */
	const char *rhost;
	const uint8_t *place;		/* MFA_PLACE_SIZE bytes (sent_place.h); NULL: none that a code is sent for */
	bool place_not_known;		/* no address, and that does not mean this host */
	bool echo;
	bool hopeless;			/* whatever is answered is wrong: nobody's account */
	const char *command;		/* what sudo is asked to run, as it says; "": nothing */
	int64_t said;			/* mfa_alert_until of what was said; 0: nothing */
	bool tells;			/* on root's word, of the account: its owner is told of wrong answers */
	/* A way that was begun and goes on while a code may be typed (ask.h); NULL: none. */
	const struct ask *begun;
	void *state;			/* its own */
	int64_t begun_at;		/* the same, for its settle */
	struct {
		const struct ask *row;	/* one that was begun, and left for another way, */
		int64_t at;		/* and its begun_at */
	} left[CHALLENGE_TURNS + 1];
	size_t left_count;
	/* Choosing another way (ways.h). */
	const struct ask *named;	/* the one that somebody has chosen; NULL: none */
	bool menu;			/* the next question is which */
	unsigned menus, choices;	/* so far */
	/* What came of it. */
	struct mfa_judgement judgement;	/* the last */
	unsigned answers;		/* judged */
	uint32_t mistakes;		/* that were counted as wrong */
	uint32_t counted;		/* in the total (mfa_attempt.mistakes) */
	struct mfa_unheard unheard;	/* after the right one: what its owner is to be told, */
	char places[CHALLENGE_PLACES_MAX];	/* and where that was */
	struct mfa_wrong_code wrong[CHALLENGE_TRIES];	/* to look for a wrong clock afterwards */
	size_t wrong_count;
};

/* Whether the account has a device that codes are read off, or nothing at all: otherwise only a recovery code or a pass
 * can be typed, until something is begun. */
bool challenge_has_codes(const struct challenge *challenge);

/* Whether a question is to say that there are other ways: some must be begun, besides what was.  Depends on rules and
 * configuration, and on what was begun, and on nothing else of an account. */
bool challenge_hints(const struct challenge *challenge);

/* Within the change of an account that has shown who it is: what was begun meanwhile is taken back (ask.h, settle). */
void challenge_settle(const struct challenge *challenge, struct mfa_account *account);

/* Asks up to CHALLENGE_TRIES times.  Returns MFA_RESULT_OK, or why not; *error is 0 or what the
 * store said. Nothing but the prompts and complaints has been told yet. */
enum mfa_result challenge_run(struct challenge *challenge, int *error);

/* After everything was told: looks whether wrong codes were those of a wrong clock, and logs
 * it; at most once a second in this process.  Wipes challenge->wrong. */
void challenge_aftermath(struct challenge *challenge);

#endif
