/* SPDX-License-Identifier: BSD-2-Clause */
/* What root asks about accounts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "language/language.h"
#include "log/log.h"
#include "mfad/admin/handlers.h"
#include "mfad/ask/ask.h"
#include "mfad/base/directory.h"
#include "mfad/change/change.h"
#include "mfad/devices/listing.h"

#define PASS_VALID_MAX (30 * 86400)
#define PASS_USES_MAX 1000

static int list_one(void *ctx, const char *name, struct mfa_account *account, int error)
{
	struct conversation *c = ctx;
	char *row = account != NULL ? row_account(account, mfa_clock_now())
				    : row_unreadable(name, error);
	int r = row != NULL ? conversation_row(c, row) : -ENOMEM;

	free(row);
	return r;
}

void request_list(struct conversation *c)
{
	int r = mfa_accounts_list(c->verifier->accounts, list_one, c);
	struct failure failure = failure_to(c, r);

	if (r == 0)
		conversation_done(c, MFA_RESULT_OK, NULL);
	else
		conversation_done(c, failure.result, failure.text);
}

/* Root may look at, reset and unlock any name, also one that the system no
 * longer knows: that is how an account is set right whose owner has gone. */
static int load(struct conversation *c, char name[MFA_ACCOUNT_NAME_MAX + 1],
		struct mfa_record *record)
{
	struct mfa_identity identity;
	int r = mfa_frame_text(&c->frame, MFA_FIELD_USER, name, MFA_ACCOUNT_NAME_MAX + 1);

	memset(record, 0, sizeof(*record));
	if (r != 0 || !mfa_account_name_valid(name))
		return -EINVAL;
	r = mfa_accounts_load(c->verifier->accounts, name, record);
	if (r == -ENOENT && directory_identity(c, name, &identity) == 0 && subject_spell(c, &identity) == 0 &&
	    strcmp(identity.name, name) != 0) {
		memcpy(name, identity.name, sizeof(identity.name));
		r = mfa_accounts_load(c->verifier->accounts, name, record);
	}
	return r;
}

/* done: the words for when it is; missing: those for an account that there is not, or NULL for the usual ones. */
static void finish_as(struct conversation *c, const char *event, const char *name, int r, const char *done,
		      const char *missing)
{
	struct failure failure = failure_to(c, r);
	struct mfa_log_line line;

	mfa_log_begin(&line, event);
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_text(&line, "user", name);
	mfa_log_number(&line, "by_uid", (int64_t)c->peer.uid);
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	if (r == 0)
		conversation_done(c, MFA_RESULT_OK, done);
	else
		conversation_done(c, failure.result, r == -ENOENT && missing != NULL ? missing : failure.text);
	mfa_log_write(&line, LOG_NOTICE);
}

static void finish(struct conversation *c, const char *event, const char *name, int r, const char *done)
{
	finish_as(c, event, name, r, done, NULL);
}

void request_show(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1], *row = NULL;
	struct mfa_record record;
	struct failure failure;
	int r = load(c, name, &record);

	if (r == 0) {
		row = row_account_whole(record.account, mfa_clock_now());
		r = row != NULL ? conversation_row(c, row) : -ENOMEM;
	}
	failure = failure_to(c, r);
	conversation_done(c, r == 0 ? MFA_RESULT_OK : failure.result, r == 0 ? NULL : failure.text);
	free(row);
	mfa_record_release(&record);
}

/* A record that can't be read can still be removed: that is what reset is for. */
static int remove_unreadable(struct conversation *c, const char *name)
{
	struct mfa_store *store = mfa_accounts_store(c->verifier->accounts);
	char key[MFA_STORE_KEY_MAX + 1];
	struct mfa_entry entry;
	int r;

	(void)strcpy(key, MFA_KEY_ACCOUNT);
	(void)strcat(key, name);
	r = mfa_store_get(store, key, &entry);
	if (r == 0)
		r = mfa_store_delete_if(store, key, entry.version);
	mfa_entry_release(&entry);
	return r;
}

/* Whether some service's rules let a first device be enrolled at a sign-in, from somewhere. */
static bool signin_enrols(const struct mfa_conf *conf)
{
	const struct mfa_policy *p;

	for (p = conf->policies; p < conf->policies + conf->policy_count; p++)
		if (p->enrolment != MFA_ENROLMENT_OFF && (p->enrol_networks.count > 0 || p->enrol_local))
			return true;
	return false;
}

/* What an account without a device comes to, so that its owner is not left at a closed door. */
static const char *bare_now(const struct mfa_conf *conf)
{
	if (conf->policies[0].unenrolled == MFA_UNENROLLED_ALLOW)
		return N_("All devices and recovery codes were removed. Until a device is enrolled again, the\n"
			  "password alone gets in (unenrolled = allow).");
	if (signin_enrols(conf))
		return N_("All devices and recovery codes were removed. "
			  "The next sign-in leads through enrolment\n"
			  "where mfa.conf allows it; from anywhere else a pass helps: mfa-admin pass USER --valid 8h");
	return N_("All devices and recovery codes were removed. Sign-ins are refused until a device is\n"
		  "enrolled: with mfa-enroll, or by a pass: mfa-admin pass USER --valid 8h");
}

static void reset_factor(struct conversation *c, char *label);

/* All devices of an account, before they go. */
static size_t note_all(const struct mfa_account *account, struct gone out[MFA_DEVICES_MAX])
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		gone_note(&out[i], &account->devices[i]);
	return i;
}

void request_reset(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1], label[MFA_LABEL_MAX + 1];
	struct gone gone[MFA_DEVICES_MAX];
	struct mfa_record record;
	size_t i, count = 0;
	int r, tries;

	r = mfa_frame_text(&c->frame, MFA_FIELD_DEVICE, label, sizeof(label));
	if (r != -ENOENT) {
		if (r == 0)
			reset_factor(c, label);
		else
			conversation_done(c, MFA_RESULT_INVALID, N_("Which device?"));
		return;
	}
	for (tries = 0; tries < 100; tries++) {
		r = load(c, name, &record);
		count = r == 0 ? note_all(record.account, gone) : 0;
		if (mfa_vault_unreadable(r))
			r = remove_unreadable(c, name);
		else if (r == 0)
			r = mfa_accounts_remove(c->verifier->accounts, &record);
		mfa_record_release(&record);
		if (r != -EAGAIN)
			break;
	}
	finish(c, "reset", name, r, bare_now(c->conf));
	for (i = 0; r == 0 && i < count; i++)
		ask_tell_gone(c, name, &gone[i]);
}

/* Changes a record for root, whatever others write meanwhile.  create: an account without one gets
 * a new one. */
typedef int admin_fn(struct conversation *c, struct mfa_account *account, void *ctx);

struct changing {
	struct conversation *c;
	admin_fn *fn;
	void *ctx;
};

static int change_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct changing *changing = ctx;

	(void)again;
	return changing->fn(changing->c, record->account, changing->ctx);
}

static int change(struct conversation *c, char name[MFA_ACCOUNT_NAME_MAX + 1], bool create,
		  admin_fn *fn, void *ctx)
{
	struct changing changing = { .c = c, .fn = fn, .ctx = ctx };
	struct mfa_record record;
	int r = load(c, name, &record);

	if (r == -ENOENT && create) {
		r = mfa_record_new(name, &record);
		if (r == 0)
			record.account->created = mfa_clock_now();
	}
	if (r == 0)
		r = mfa_accounts_change(c->verifier->accounts, &record, change_in, &changing);
	mfa_record_release(&record);
	return r;
}

struct unlocking {
	bool clocks;			/* nothing else */
	bool mended;
	uint32_t lifted;		/* how many wrong codes it allows, where their total had stopped */
};

static int unlock(struct conversation *c, struct mfa_account *account, void *ctx)
{
	struct unlocking *un = ctx;
	int64_t now = mfa_clock_now();

	bool full = mfa_factor_codes_left(account, MFA_VOICE_ROOT, now) == 0;

	un->mended = un->clocks ? mfa_factor_mend_clocks(account, now, c->conf->totp_window)
				: mfa_factor_unlock(account, now, c->conf->totp_window);
	un->lifted = full ? mfa_factor_codes_left(account, MFA_VOICE_ROOT, now) : 0;
	return un->clocks && !un->mended ? 1 : 0;
}

_Static_assert(MFA_TOTAL_LIFT == 20 && MFA_TOTAL_LIFT_AGAIN == 3, "the texts below have these numbers");

/* So many wrong codes are somebody's who has the password. */
static const char *lifted_text(const struct unlocking *un)
{
	if (un->lifted > MFA_TOTAL_LIFT_AGAIN)
		return un->mended
			? N_("Unlocked. 20 more wrong codes are allowed (only 3 if you unlock it again within 28 days).\n"
			     "Somebody may know the password: have it changed. Codes were used in what is the future\n"
			     "now, too; they no longer stand in the way. Do make sure that this system's clock is right.")
			: N_("Unlocked. 20 more wrong codes are allowed (only 3 if you unlock it again within 28 days).\n"
			     "Somebody may know the password: have it changed.");
	return un->mended
		? N_("Unlocked. 3 more wrong codes are allowed. Somebody may know the password: have it changed.\n"
		     "Codes were used in what is the future now, too; they no longer stand in the way.\n"
		     "Do make sure that this system's clock is right.")
		: N_("Unlocked. 3 more wrong codes are allowed. Somebody may know the password: have it changed.");
}

/* Whoever has records set right should know that it was done by this system's clock. */
static const char *unlocked_text(const struct unlocking *un)
{
	if (un->lifted > 0)
		return lifted_text(un);
	if (un->mended)
		return N_("Unlocked. Codes were used in what is the future now; they no longer stand in the way.\n"
			  "Do make sure that this system's clock is right.");
	if (un->clocks)
		return N_("No code was used in what is the future now. Nothing was changed.");
	return N_("Unlocked.");
}

void request_unlock(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct unlocking un = {
		.clocks = (mfa_frame_byte(&c->frame, MFA_FIELD_MODE, 0) & MFA_UNLOCK_CLOCKS) != 0,
	};
	struct mfa_field user;
	int r;

	if (un.clocks && mfa_frame_find(&c->frame, MFA_FIELD_USER, &user) == -ENOENT) {
		unlock_all_clocks(c);
		return;
	}
	r = change(c, name, false, unlock, &un);
	finish(c, "unlock", name, r == 1 ? 0 : r, unlocked_text(&un));
}

static int forget(struct conversation *c, struct mfa_account *account, void *ctx)
{
	(void)c, (void)ctx;
	account->epoch++;
	return 0;
}

/* For an account's owner, too: whoever asks for more proof is not served any worse. */
void request_forget(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct subject subject;
	int r = subject_read(c, NULL, &subject);

	memcpy(name, subject.identity.name, sizeof(name));
	if (r == 0)
		r = change(c, name, false, forget, NULL);
	finish(c, "forget", name, r, N_("The next sign-ins ask for a second factor again."));
}

struct new_pass {
	int64_t seconds;
	uint32_t uses;
	int64_t until;
	char text[MFA_PASS_SIZE];
};

static int give_pass(struct conversation *c, struct mfa_account *account, void *ctx)
{
	struct new_pass *pass = ctx;
	int64_t now = mfa_clock_now();

	(void)c;
	pass->until = now + pass->seconds;
	/* Wrong tries at a pass that is gone are no reason to wait with the new one. */
	mfa_throttle_clear(&account->throttles[MFA_BUDGET_PASS]);
	mfa_throttle_clear(&account->throttles[MFA_BUDGET_LOCAL_PASS]);
	mfa_throttle_clear(&account->throttles[MFA_BUDGET_CALLER_PASS]);
	return mfa_pass_generate(account, now, pass->until, pass->uses, pass->text);
}

static bool number_field(const struct conversation *c, enum mfa_field_tag tag, int64_t least,
			 int64_t most, int64_t *out)
{
	char text[24], *end;

	if (mfa_frame_text(&c->frame, tag, text, sizeof(text)) != 0 || text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoll(text, &end, 10);
	return *end == '\0' && *out >= least && *out <= most;
}

/* A pass is for somebody whom the system knows, or whose record is there, or whom the administrator calls new: a
 * slip of the pen makes no account.  And not for the new owner of a name, whom the record of the old one keeps out:
 * -EPERM. */
static int check_somebody(struct conversation *c, char name[MFA_ACCOUNT_NAME_MAX + 1], bool is_new)
{
	struct subject subject = { .refusal = NULL };
	struct mfa_record record;
	int r = directory_identity(c, name, &subject.identity);

	if (r == 0)
		r = subject_spell(c, &subject.identity);
	if (r != 0)
		return r;
	memcpy(name, subject.identity.name, sizeof(subject.identity.name));
	r = mfa_accounts_load(c->verifier->accounts, name, &record);
	if (r == 0)
		r = subject_check_record(c, &subject, &record);
	else if (r == -ENOENT && (subject.identity.known || is_new))
		r = subject_check_new(c, &subject.identity);
	mfa_record_release(&record);
	return r;
}

void request_pass(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1] = "", missing[MFA_ACCOUNT_NAME_MAX + 256], *row = NULL;
	struct new_pass pass = { .uses = 1 };
	int64_t uses = 1;
	int r = mfa_frame_text(&c->frame, MFA_FIELD_USER, name, sizeof(name));

	if (!number_field(c, MFA_FIELD_VALID, 1, PASS_VALID_MAX, &pass.seconds) ||
	    !number_field(c, MFA_FIELD_USES, 1, PASS_USES_MAX, &uses)) {
		conversation_done(c, MFA_RESULT_INVALID,
				  N_("A pass is for 1 to 1000 uses, and for at most 30 days."));
		return;
	}
	if (r == 0 && !mfa_account_name_valid(name))
		r = -EINVAL;
	if (r == 0)
		r = check_somebody(c, name, mfa_frame_byte(&c->frame, MFA_FIELD_MODE, 0) == MFA_PASS_NEW);
	if (r == -EPERM) {
		conversation_done(c, MFA_RESULT_REFUSED,
				  N_("The record under this name is of somebody else, of another uid. "
				     "`mfa-admin reset` removes it."));
		return;
	}
	pass.uses = (uint32_t)uses;
	if (r == 0)
		r = change(c, name, true, give_pass, &pass);
	if (r == 0) {
		row = row_pass(name, pass.text, pass.until, pass.uses,
			       c->conf->policies[0].enrolment != MFA_ENROLMENT_OFF);
		if (row == NULL || conversation_row(c, row) != 0)
			r = -EIO;
	}
	(void)snprintf(missing, sizeof(missing), conversation_words(c,
			       N_("Neither the system nor the store knows %s. If it is spelt right, for a VPN's user: --new.")),
		       name);
	finish_as(c, "pass", name, r, NULL, missing);
	if (row != NULL)
		explicit_bzero(row, strlen(row));
	free(row);
	explicit_bzero(&pass, sizeof(pass));
}

struct drop {
	const char *which;
	uint64_t id;			/* once it is found: others may change the list meanwhile */
	bool last;
	struct gone gone;
};

static int drop_factor(struct conversation *c, struct mfa_account *account, void *ctx)
{
	struct drop *drop = ctx;
	struct mfa_device *device = drop->id != 0 ? mfa_account_device_by_id(account, drop->id)
						  : mfa_account_find_device(account, drop->which);

	(void)c;
	if (device == NULL)
		return -ENODEV;
	drop->id = device->id;
	gone_note(&drop->gone, device);
	mfa_account_add_event(account, mfa_clock_now(), "mfa-admin", "",
			      mfa_device_type_word(device->type), "removed");
	mfa_account_drop_device(account, device);
	drop->last = account->device_count == 0;
	return 0;
}

/* One device, and whatever rests on it. */
static void reset_factor(struct conversation *c, char *label)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct drop drop = { .which = label };
	int r = change(c, name, false, drop_factor, &drop);

	if (r == -ENODEV)
		conversation_done(c, MFA_RESULT_NOT_FOUND, N_("There is no such device on this account."));
	else
		finish(c, "reset", name, r, drop.last ? bare_now(c->conf) : N_("The device was removed."));
	if (r == 0)
		ask_tell_gone(c, name, &drop.gone);
}
