/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/change/change.h"

#include <errno.h>
#include <string.h>

#include "account/uid_index.h"
#include "clock/clock.h"
#include "language/language.h"
#include "log/log.h"

void change_stop(struct change *ch, enum mfa_result result, const char *text)
{
	ch->result = result;
	ch->text = text;
}

void change_stop_unshown(struct change *ch)
{
	ch->subject.refusal = "cannot-show";
	change_stop(ch, MFA_RESULT_DENIED,
		    "A phone can't be set up here: this program does not show what is needed for it.\n"
		    "Nothing was saved. Sign in elsewhere, or use mfa-enroll.");
}

void change_fail(struct change *ch, int error)
{
	struct failure failure = failure_of(error);

	ch->error = error;
	change_stop(ch, failure.result, failure.text);
}

static int load(struct change *ch, bool create)
{
	const char *name = ch->subject.identity.name;
	int r = mfa_accounts_load(ch->c->verifier->accounts, name, &ch->record);

	if (r != -ENOENT || !create)
		return r;
	ch->created = true;
	r = subject_check_new(ch->c, &ch->subject.identity);
	if (r == 0)
		r = mfa_record_new(name, &ch->record);
	if (r == 0)
		ch->record.account->created = mfa_clock_now();
	return r;
}

bool change_begin(struct change *ch, struct conversation *c, const char *what, bool create)
{
	int r;

	memset(ch, 0, sizeof(*ch));
	ch->c = c;
	ch->what = what;
	ch->result = MFA_RESULT_FAILED;
	r = subject_read(c, NULL, &ch->subject);
	if (r == -EPERM) {
		ch->error = r;
		change_stop(ch, MFA_RESULT_DENIED, "You can only do that for your own account.");
		return false;
	}
	if (r == 0)
		r = load(ch, create);
	if (r == 0)
		r = subject_check_record(c, &ch->subject, &ch->record);
	if (r != 0) {
		change_fail(ch, r);
		return false;
	}
	return true;
}

void change_take_proof(struct change *ch, const struct mfa_judgement *judgement)
{
	struct mfa_account *account = ch->record.account;
	const struct mfa_device *device = mfa_account_device(account, judgement->label);

	ch->proof.given = true;
	memcpy(ch->proof.label, judgement->label, sizeof(ch->proof.label));
	ch->proof.account = account->created;
	ch->proof.epoch = account->epoch;
	ch->proof.device = device != NULL ? device->created : 0;
}

/* A recovery code or a pass that was shown is used up; it counts as long as the account does, and until the last
 * device goes, for the paper goes with that. */
static bool proof_counts(const struct change *ch)
{
	const struct mfa_device *device;

	if (!ch->proof.given)
		return true;
	if (ch->record.account->created != ch->proof.account)
		return false;
	if (ch->proof.label[0] == '\0')
		return ch->record.account->epoch == ch->proof.epoch;
	device = mfa_account_device(ch->record.account, ch->proof.label);
	return device != NULL && device->created == ch->proof.device;
}

struct applying {
	struct change *change;
	change_fn *fn;
	void *ctx;
};

static int apply_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct applying *applying = ctx;
	struct change *ch = applying->change;
	const struct mfa_identity *id = &ch->subject.identity;
	int r;

	if (again && !proof_counts(ch))
		return -EKEYREVOKED;
	r = applying->fn(ch, applying->ctx);
	if (r == 0 && id->known && !record->account->has_uid) {
		r = mfa_uid_index_claim(ch->c->verifier->accounts, id->uid, id->name);
		r = r == -EEXIST ? -EPERM : r;
		record->account->has_uid = r == 0;
		record->account->uid = id->uid;
	}
	return r;
}

/* A new record that somebody else has made meanwhile is found by its key, too. */
int change_apply(struct change *ch, change_fn *fn, void *ctx)
{
	struct applying applying = { .change = ch, .fn = fn, .ctx = ctx };

	return mfa_accounts_change(ch->c->verifier->accounts, &ch->record, apply_in, &applying);
}

static const char *word(enum mfa_result result)
{
	switch (result) {
	case MFA_RESULT_OK: return "ok";
	case MFA_RESULT_ABORTED: return "aborted";
	case MFA_RESULT_DENIED:
	case MFA_RESULT_MAXTRIES: return "denied";
	case MFA_RESULT_REFUSED: return "refused";
	default: return "failed";
	}
}

void change_log(const struct change *ch)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, ch->what);
	mfa_log_text(&line, "result", word(ch->result));
	mfa_log_text(&line, "user", ch->subject.identity.name);
	mfa_log_text(&line, "device", ch->label);
	mfa_log_number(&line, "by_uid", (int64_t)ch->c->peer.uid);
	mfa_log_text(&line, "rule", ch->subject.refusal);
	if (ch->error != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-ch->error));
	mfa_log_write(&line, ch->result == MFA_RESULT_OK ? LOG_INFO : LOG_NOTICE);
}

void change_end(struct change *ch)
{
	conversation_done(ch->c, ch->result, ch->text);
	change_log(ch);
	if (ch->after != NULL)
		ch->after(ch);
	mfa_record_release(&ch->record);
}
