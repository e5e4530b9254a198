/* SPDX-License-Identifier: BSD-2-Clause */
/* Alerts: what the owner of an account must hear of at a sign-in, devices that were added and answers that were wrong
 * since one last said so. */
#ifndef MFA_ALERT_H
#define MFA_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

/* How long a new device can't hush the alert of itself while an older one is there. */
#define MFA_ALERT_SECONDS (7 * 86400)

/* The next device, from account->devices[*at] on, that is new to the owner; *at goes on behind it.
 * NULL: no more.  Points into the account. */
const struct mfa_device *mfa_alert_next(const struct mfa_account *account, size_t *at);
/* When the newest of them was made; 0: there is none. */
int64_t mfa_alert_until(const struct mfa_account *account);

/* Notes that all that was made until `until` (of mfa_alert_until, when it was said) has been
 * said at a sign-in that succeeded with a device (its label; "": with none).  Whoever has stolen
 * a password and enrolled a phone of his own signs in with just that, and the owner has yet to
 * hear of it: so a device that is new itself does not count for MFA_ALERT_SECONDS, as long
 * as the account has one that is not. */
void mfa_alert_said(struct mfa_account *account, int64_t until, const char *label, int64_t now);

/* Wrong answers, on root's word. */

/* How long they are told of. */
#define MFA_ALERT_WRONG_SECONDS (7 * 86400)

/* Counts one. */
void mfa_alert_wrong(struct mfa_account *account, int64_t now);
/* What is to be told at a sign-in that has just succeeded with a device (its label; "": with none).  own: how many
 * answers were wrong in it before the right one, which are not told of.  out->count 0: nothing.  After that it counts
 * as heard where it is sure to be shown, but for whoever may be a thief with a new phone, as above; elsewhere it is
 * told again, for MFA_ALERT_WRONG_SECONDS.  Before mfa_alert_said. */
void mfa_alert_take_wrong(struct mfa_account *account, uint32_t own, const char *label, bool shown, int64_t now,
			  struct mfa_unheard *out);
/* Where answers were wrong since then: "sshd 192.0.2.7, sudo"; the newest first, cut with "..." where there are
 * more than fit. */
void mfa_alert_places(const struct mfa_account *account, int64_t since, char *out, size_t size);

#endif
