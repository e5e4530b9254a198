/* SPDX-License-Identifier: BSD-2-Clause */
#include "accept.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "account/accounts.h"
#include "beside.h"
#include "clock/clock.h"
#include "factor/factor.h"

#define AT_ONCE (1 << 20)
#define URL_SIZE (PATH_MAX + 32)

struct accepting {
	struct mfa_accounts *accounts;
	bool drop_recovery;
	struct accepted *out;
};

static int copy_bytes(int from, int to)
{
	ssize_t n;

	while ((n = sendfile(to, from, NULL, AT_ONCE)) > 0)
		;
	return n == 0 ? 0 : -errno;
}

static int copy_file(const char *path, const char *copy)
{
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to = -1, r = 0;

	if (from < 0)
		return -errno;
	to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = to >= 0 ? copy_bytes(from, to) : -errno;
	if (to >= 0)
		(void)close(to);
	(void)close(from);
	return r;
}

static int use_up(void *ctx, struct mfa_record *record, bool again)
{
	struct accepting *accepting = ctx;

	(void)again;
	accepting->out->tokens += mfa_factor_restore(record->account, mfa_clock_now(),
						     accepting->drop_recovery);
	return 0;
}

static int use_up_account(void *ctx, const char *name, struct mfa_account *account, int error)
{
	struct accepting *accepting = ctx;
	struct mfa_record record;
	int r;

	(void)account;
	accepting->out->accounts++;
	/* One that only could not be read just now would keep its used codes. */
	if (error != 0 && error != -EBADMSG && error != -ENOKEY)
		return error;
	accepting->out->unreadable += error != 0;
	if (error != 0)
		return 0;
	r = mfa_accounts_load(accepting->accounts, name, &record);
	if (r == 0)
		r = mfa_accounts_change(accepting->accounts, &record, use_up, accepting);
	mfa_record_release(&record);
	return r == -ENOENT ? 0 : r;
}

static int use_up_all(const char *copy, struct mfa_keyring *ring, bool drop_recovery, struct accepted *out)
{
	struct accepting accepting = { .drop_recovery = drop_recovery, .out = out };
	char url[URL_SIZE];
	int r;

	(void)snprintf(url, sizeof(url), "sqlite://%s", copy);
	r = mfa_accounts_open(url, MFA_STORE_ACCEPT, ring, &accepting.accounts);
	if (r != 0)
		return r;
	r = mfa_store_verify(mfa_accounts_store(accepting.accounts));
	if (r == 0)
		r = mfa_accounts_list(accepting.accounts, use_up_account, &accepting);
	mfa_accounts_close(&accepting.accounts);
	return r;
}

int accept_without_log(const char *path, struct mfa_keyring *ring, bool drop_recovery, struct accepted *out)
{
	struct beside beside;
	int r;

	*out = (struct accepted){ 0 };
	r = beside_begin(path, BESIDE_ACCEPT, &beside);
	if (r == 0)
		r = copy_file(path, beside.copy);
	if (r == 0)
		r = use_up_all(beside.copy, ring, drop_recovery, out);
	if (r == 0)
		r = beside_put(&beside, true);
	beside_end(&beside);
	return r;
}
