/* SPDX-License-Identifier: BSD-2-Clause */
/* A tool's half of a conversation with mfad (doc/PROTOCOL): it puts each step to
 * the person at the terminal. */
#ifndef MFA_CLIENT_H
#define MFA_CLIENT_H

#include "wire/dial.h"
#include "wire/frame.h"

struct mfa_client {
	const struct mfa_dial *dial;
	/* A key to draw and a row of a list; NULL where none is expected.  Return 0, or a
	 * negative errno to break off. */
	int (*on_key)(void *ctx, const char *uri, const char *label);
	int (*on_row)(void *ctx, const char *json);
	void *ctx;
};

/* Sends the request and goes on until DONE.  Returns 0 and *result; -EINTR if the person pressed
 * Ctrl-C; or as mfa_dial, mfa_frame_recv or the callbacks. */
int mfa_client_run(const struct mfa_client *client, const struct mfa_frame *request,
		   enum mfa_result *result);

#endif
