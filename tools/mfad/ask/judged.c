/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/judged.h"

#include <errno.h>

#include "account/alert.h"
#include "account/uid_index.h"
#include "clock/clock.h"
#include "table/table.h"

const char *judged_word(const struct mfa_judgement *judgement)
{
	static const char *const words[] = {
		[MFA_VERDICT_WRONG] = "wrong",
		[MFA_VERDICT_RIGHT] = "ok",
		[MFA_VERDICT_USED] = "used",
		[MFA_VERDICT_AHEAD] = "clock-ahead",
		[MFA_VERDICT_WAIT] = "throttled",
		[MFA_VERDICT_STOPPED] = "stopped",
		[MFA_VERDICT_UNCLEAR] = "unclear",
		[MFA_VERDICT_NEXT] = "resync",
		[MFA_VERDICT_NOT_ME] = "not-me",
		[MFA_VERDICT_FAILED] = "failed",
		[MFA_VERDICT_RESTORED] = "restored",
	};
	MFA_TABLE_FITS(words, MFA_VERDICT_COUNT);

	return words[judgement->verdict];
}

/* The record is of a name that the system did not know when it was imported; it does now, and whoever
 * showed this factor is that person. */
static int bind_uid(struct challenge *ch)
{
	const struct mfa_identity *id = &ch->subject->identity;
	struct mfa_account *account = ch->record->account;
	int r;

	if (ch->record->decoy || account->has_uid || !id->known)
		return 0;
	r = mfa_uid_index_claim(ch->c->verifier->accounts, id->uid, id->name);
	if (r != 0)
		return r == -EEXIST ? -EPERM : r;
	account->has_uid = true;
	account->uid = id->uid;
	return 0;
}

const char *judged_seen_method(const struct mfa_judgement *judgement)
{
	return judgement->verdict == MFA_VERDICT_NEXT ? judgement->asked : judgement->method;
}

/* The record is shown to every program of the user's (mfa-enroll status), so it has no more than was said. */
static void add_event(struct challenge *ch)
{
	struct mfa_judgement seen = ch->judgement;

	seen.method = judged_seen_method(&seen);
	if (seen.verdict == MFA_VERDICT_NEXT)
		seen.verdict = MFA_VERDICT_WRONG;
	mfa_account_add_event(ch->record->account, mfa_clock_now(), ch->service, ch->rhost, seen.method,
			      judged_word(&seen));
}

static bool is_wrong(const struct mfa_judgement *j)
{
	return j->verdict == MFA_VERDICT_WRONG || j->verdict == MFA_VERDICT_NEXT;
}

bool judged_is_news(const struct challenge *ch)
{
	return ch->tells && is_wrong(&ch->judgement) && !ch->judgement.known;
}

/* What its owner has not heard of yet; before what was new there counts as heard.  What comes after the last question
 * is sure to be read only where texts are shown at once: sshd keeps it for a login shell's greeting.  A code that came behind the
 * password is a program's: nobody reads what is said then, nor where the application has just shown no text. */
static void take_news(struct challenge *ch)
{
	struct mfa_account *account = ch->record->account;
	const char *label = ch->judgement.label;
	int64_t now = mfa_clock_now();

	if (ch->c->has_code || ch->c->unshown)
		return;
	if (ch->tells) {
		mfa_alert_take_wrong(account, ch->mistakes, label, ch->c->waits, now, &ch->unheard);
		mfa_alert_places(account, ch->unheard.first, ch->places, sizeof(ch->places));
	}
	mfa_alert_said(account, ch->said, label, now);
}

int judged_put_in_record(struct challenge *ch)
{
	const struct mfa_judgement *j = &ch->judgement;
	bool right = j->verdict == MFA_VERDICT_RIGHT;
	int r = right ? bind_uid(ch) : 0;

	if (r != 0)
		return r;
	if (right)
		take_news(ch);
	if (judged_is_news(ch))
		mfa_alert_wrong(ch->record->account, mfa_clock_now());
	if (is_wrong(j) || right)
		add_event(ch);
	return 0;
}
