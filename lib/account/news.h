/* SPDX-License-Identifier: BSD-2-Clause */
/* What the owner of an account must hear of: devices that were added, and answers that were wrong, since
 * a sign-in last said so. */
#ifndef MFA_NEWS_H
#define MFA_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/* How long a new device can't hush its own news while an older one is there. */
#define MFA_NEWS_SECONDS (7 * 86400)

/* The next device, from account->devices[*at] on, that is news; *at goes on behind it.
 * NULL: no more.  Points into the account. */
const struct mfa_device *mfa_news_next(const struct mfa_account *account, size_t *at);
/* When the newest of them was made; 0: there is no news. */
int64_t mfa_news_until(const struct mfa_account *account);

/* Notes that all that was made until `until` (of mfa_news_until, when it was said) has been
 * said at a sign-in that succeeded with a device (its label; "": with none).  Whoever has stolen
 * a password and enrolled a phone of his own signs in with just that, and the owner has yet to
 * hear of it: so the device that is news itself does not count for MFA_NEWS_SECONDS, as long
 * as the account has one that is not. */
void mfa_news_said(struct mfa_account *account, int64_t until, const char *label, int64_t now);

/* Wrong answers, on root's word. */

/* How long they are told of. */
#define MFA_NEWS_WRONG_SECONDS (7 * 86400)

/* Counts one. */
void mfa_news_wrong(struct mfa_account *account, int64_t now);
/* What is to be told at a sign-in that has just succeeded with a device (its label; "": with none), and in which so
 * many answers were wrong before the right one, which are no news.  out->count 0: nothing.  After that it counts as
 * heard where it is sure to be shown, but for who may be a thief with a new phone, as above; elsewhere it is told
 * again, for MFA_NEWS_WRONG_SECONDS.  Before mfa_news_said. */
void mfa_news_take_wrong(struct mfa_account *account, uint32_t own, const char *label, bool shown, int64_t now,
			 struct mfa_unheard *out);
/* Where answers were wrong since then: "sshd 192.0.2.7, sudo"; the newest first, cut with "..." where there are
 * more than fit. */
void mfa_news_places(const struct mfa_account *account, int64_t since, char *out, size_t size);

#endif
