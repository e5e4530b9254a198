/* What root asks about accounts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "clock/clock.h"
#include "log/log.h"
#include "requests.h"
#include "rows.h"

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
	struct failure failure = failure_of(r);

	if (r == 0)
		conversation_done(c, MFA_RESULT_OK, NULL);
	else
		conversation_done(c, failure.result, failure.text);
}

/* Root may look at, reset and unlock any name, also one that the system no
 * longer knows: that is how an account is mended whose owner has gone. */
static int load(struct conversation *c, char name[MFA_ACCOUNT_NAME_MAX + 1],
		struct mfa_record *record)
{
	struct mfa_identity identity;
	int r = mfa_frame_text(&c->frame, MFA_FIELD_USER, name, MFA_ACCOUNT_NAME_MAX + 1);

	memset(record, 0, sizeof(*record));
	if (r != 0 || !mfa_account_name_valid(name))
		return -EINVAL;
	r = mfa_accounts_load(c->verifier->accounts, name, record);
	if (r == -ENOENT && mfa_identity_of_name(name, &identity) == 0 &&
	    strcmp(identity.name, name) != 0) {
		memcpy(name, identity.name, sizeof(identity.name));
		r = mfa_accounts_load(c->verifier->accounts, name, record);
	}
	return r;
}

static void finish(struct conversation *c, const char *event, const char *name, int r,
		   const char *done)
{
	struct failure failure = failure_of(r);
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
		conversation_done(c, failure.result, failure.text);
	mfa_log_write(&line, LOG_NOTICE);
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
	failure = failure_of(r);
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

void request_reset(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct mfa_record record;
	int r, tries;

	for (tries = 0; tries < 100; tries++) {
		r = load(c, name, &record);
		if (r == -EBADMSG || r == -ENOKEY || r == -EPROTONOSUPPORT)
			r = remove_unreadable(c, name);
		else if (r == 0)
			r = mfa_accounts_remove(c->verifier->accounts, &record);
		mfa_record_release(&record);
		if (r != -EAGAIN)
			break;
	}
	finish(c, "reset", name, r, "All devices and recovery codes were removed.");
}

void request_unlock(struct conversation *c)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	struct mfa_record record;
	int r, tries;

	for (tries = 0; tries < 100; tries++) {
		r = load(c, name, &record);
		if (r == 0) {
			mfa_factor_unlock(record.account, mfa_clock_now(), c->conf->totp_window);
			r = mfa_accounts_save(c->verifier->accounts, &record);
		}
		mfa_record_release(&record);
		if (r != -EAGAIN)
			break;
	}
	finish(c, "unlock", name, r, "Unlocked.");
}
