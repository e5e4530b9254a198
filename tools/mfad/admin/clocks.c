/* SPDX-License-Identifier: BSD-2-Clause */
/* After a clock that was ahead: all accounts whose codes were used in what is the future now. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock/clock.h"
#include "factor/factor.h"
#include "log/log.h"
#include "mfad/admin/handlers.h"
#include "mfad/base/subject.h"

#define BATCH 64			/* a commit that a sign-in can wait for */
#define PROGRESS_EACH 1000

struct walk {
	struct conversation *c;
	int64_t now;
	uint64_t total, seen, mended, unreadable;
	size_t count;
	struct mfa_record records[BATCH];	/* changed, to be saved */
};

static int mend_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct walk *walk = ctx;

	(void)again;
	return mfa_factor_mend_clocks(record->account, walk->now, walk->c->conf->totp_window) ? 0 : 1;
}

/* Somebody has signed in meanwhile, or the account has gone. */
static int mend_again(struct walk *walk, struct mfa_record *record)
{
	struct mfa_accounts *accounts = walk->c->verifier->accounts;
	int r = mfa_accounts_reload(accounts, record);

	if (r == 0)
		r = mfa_accounts_change(accounts, record, mend_in, walk);
	walk->mended += r == 0;
	return r == 1 || r == -ENOENT ? 0 : r;
}

static int flush(struct walk *walk)
{
	int results[BATCH], r = 0;
	size_t i;

	if (walk->count > 0)
		r = mfa_accounts_save_many(walk->c->verifier->accounts, walk->records, walk->count, results);
	for (i = 0; i < walk->count; i++) {
		if (r == 0 && results[i] == 0)
			walk->mended++;
		else if (r == 0)
			r = results[i] == -EAGAIN ? mend_again(walk, &walk->records[i]) : results[i];
		mfa_record_release(&walk->records[i]);
	}
	walk->count = 0;
	return r;
}

static int add(struct walk *walk, const char *name)
{
	struct mfa_record *record = &walk->records[walk->count];
	int r = mfa_accounts_load(walk->c->verifier->accounts, name, record);

	if (r == -ENOENT)
		return 0;
	if (r == 0 && mend_in(walk, record, false) == 0)
		walk->count++;
	else
		mfa_record_release(record);
	return r == 0 && walk->count == BATCH ? flush(walk) : r;
}

static int tell(const struct walk *walk)
{
	char row[96];

	(void)snprintf(row, sizeof(row), "{\"progress\":%llu,\"of\":%llu}", (unsigned long long)walk->seen,
		       (unsigned long long)walk->total);
	return conversation_row(walk->c, row);
}

static int tell_unreadable(struct walk *walk, const char *name, int error)
{
	struct mfa_log_line line;

	walk->unreadable++;
	mfa_log_begin(&line, "unlock");
	mfa_log_text(&line, "result", "failed");
	mfa_log_text(&line, "user", name);
	mfa_log_text(&line, "error", strerrordesc_np(-error));
	mfa_log_write(&line, LOG_WARNING);
	return 0;
}

static int visit(void *ctx, const char *name, struct mfa_account *account, int error)
{
	struct walk *walk = ctx;
	int r = walk->seen++ % PROGRESS_EACH == 0 ? tell(walk) : 0;

	if (r != 0)
		return r;
	if (error != 0)
		return tell_unreadable(walk, name, error);
	/* On the copy that was read, to see whether there is anything to do. */
	return mfa_factor_mend_clocks(account, walk->now, walk->c->conf->totp_window) ? add(walk, name) : 0;
}

static void log_end(const struct walk *walk, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "unlock");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "by_uid", (int64_t)walk->c->peer.uid);
	mfa_log_number(&line, "accounts", (int64_t)walk->seen);
	mfa_log_number(&line, "clocks", (int64_t)walk->mended);
	mfa_log_number(&line, "unreadable", (int64_t)walk->unreadable);
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, LOG_NOTICE);
}

/* What a walk that was broken off has done stays; the next one finds the rest. */
void unlock_all_clocks(struct conversation *c)
{
	struct walk walk = { .c = c, .now = mfa_clock_now() };
	struct failure failure;
	char row[96];
	int r, saved;

	r = mfa_store_count(mfa_accounts_store(c->verifier->accounts), MFA_KEY_ACCOUNT, &walk.total);
	if (r == 0)
		r = mfa_accounts_list(c->verifier->accounts, visit, &walk);
	saved = flush(&walk);
	r = r != 0 ? r : saved;
	log_end(&walk, r);
	(void)snprintf(row, sizeof(row), "{\"accounts\":%llu,\"clocks\":%llu,\"unreadable\":%llu}",
		       (unsigned long long)walk.seen, (unsigned long long)walk.mended,
		       (unsigned long long)walk.unreadable);
	if (r == 0)
		r = conversation_row(c, row);
	failure = failure_to(c, r);
	conversation_done(c, r == 0 ? MFA_RESULT_OK : failure.result, r == 0 ? NULL : failure.text);
}
