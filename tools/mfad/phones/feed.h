/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfad tells mfa-portal: that something has changed for a phone, and messages for push services. */
#ifndef MFAD_FEED_H
#define MFAD_FEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "mfad/base/conversation.h"

/* Whether a portal listens. */
bool feed_heard(void);
/* To every portal that listens: a page that waits for this device asks again. */
void feed_changed(uint64_t device);
/* To one portal; event is let go.  Returns 0, or -ENOTCONN: none listens, or it does not keep up. */
int feed_send(json_t *event);

#endif
