/* SPDX-License-Identifier: BSD-2-Clause */
/* An address for alice (alice.h), what is sent to it, and how her answers are judged then. */
#ifndef MFA_TEST_SENT_CODES_H
#define MFA_TEST_SENT_CODES_H

#include "alice.h"
#include "factor/sent.h"

#define LIFETIME 600
#define LIMIT 5
#define MAILBOX "jan@example.org"
#define MOBILE "+31612345678"

extern const uint8_t here[MFA_PLACE_SIZE], there[MFA_PLACE_SIZE];

/* The device is the account's, until another is added or removed. */
const struct mfa_device *add_address(struct mfa_account *account, enum mfa_recipient_kind kind, const char *address);
const struct mfa_device *add_mobile(struct mfa_account *account);
struct mfa_sent_ask ask_of_device(const struct mfa_device *device, const uint8_t *place, int64_t now);
/* Sends one on root's word. */
void send_to(struct mfa_account *account, const struct mfa_device *device, const uint8_t *place, int64_t now,
	     char out[MFA_SENT_SIZE]);

/* Of what an attempt has by itself here: everything counts. */
struct mfa_judgement judge_at(struct mfa_account *account, const char *answer, struct mfa_attempt attempt);
#define AT(Place, Now) ((struct mfa_attempt){ .place = (Place), .now = (Now) })
/* Whether it is right for her app, then or about then. */
bool is_apps(const struct mfa_account *account, const char *text, int64_t now);
/* The nth of those that are neither what was sent nor right for her app at NOW. */
void wrong(const struct mfa_account *account, const char *sent, unsigned nth, char out[MFA_SENT_SIZE]);

#endif
