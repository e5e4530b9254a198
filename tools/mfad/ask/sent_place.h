/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a code was asked for.  One that was sent is good there alone: who has talked it out of its owner is elsewhere
 * (doc/THREATS). */
#ifndef MFAD_SENT_PLACE_H
#define MFAD_SENT_PLACE_H

#include <stdint.h>

#include "account/account.h"

/* The account, this host, the service, and of an address its /24 (IPv6: /64), for a phone's or a home's changes within
 * that; any other text in an address's place counts as it stands.  Where there is none, the login session and the
 * terminal.  service: as it is shown, with the mark of what is not root's word, so that a claim of a place is another
 * one.  rhost, session and tty: "" for none.  Returns 0 or -EIO. */
int sent_place(const char *account, const char *service, const char *rhost, const char *session, const char *tty,
	       uint8_t out[MFA_PLACE_SIZE]);

#endif
