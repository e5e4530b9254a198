/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting at a terminal for mfad's next step (MFA_WAIT), where the person may press Enter instead.
 * libc only: the module links this. */
#ifndef MFA_WAIT_H
#define MFA_WAIT_H

#include <stdbool.h>

#include "wire/frame.h"

/* How long a client waits for mfad between two steps: longer than mfad does for a phone. */
#define MFA_STEP_MS 330000

/* The process's own terminal, for reading, if it may be read just now.  Returns a descriptor, or a
 * negative errno. */
int mfa_wait_open(void);

/* Receives the next step.  tty: of mfa_wait_open, or negative; a line typed there is thrown away,
 * and mfad is told that the person would rather answer.  interrupted: looked at four times a second, for
 * callers that block signals.
 * Returns 0, -ECANCELED (interrupted), -ETIMEDOUT or as mfa_frame_recv. */
int mfa_wait_step(int fd, int tty, bool (*interrupted)(void), struct mfa_frame *frame);

#endif
