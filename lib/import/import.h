/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts from elsewhere: a text file with a line for each device,
 *
 *   USER <TAB> otpauth-URI
 *   USER <TAB> recovery:DIGITS      eight of them: another module's scratch code
 *   USER <TAB> mailto:ADDRESS       where codes can be sent (address/recipient.h)
 *   USER <TAB> tel:+NUMBER
 *
 * Empty lines and lines that begin with # are passed over; CR LF is a line's end too. */
#ifndef MFA_IMPORT_H
#define MFA_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "address/recipient.h"

#define MFA_IMPORT_RECOVERY "recovery:"
#define MFA_IMPORT_RECOVERY_DIGITS 8

struct mfa_import_line {
	const char *user;		/* points into the text, not ended by a NUL */
	const char *uri;
	uint32_t user_len;
	uint32_t uri_len;
	uint32_t number;		/* of the line, from 1 */
};

struct mfa_import {
	struct mfa_import_line *lines;	/* by user, then by number */
	size_t count;
};

/* Is told of each bad line: its number and a sentence without any of its text, which may
 * be a secret. */
typedef void mfa_import_bad_fn(void *ctx, uint32_t number, const char *why);

/* Checks the whole text and finds its lines.  Two lines with the same user and URI are an error.
 * Returns 0, -EINVAL (fn was told of each bad line) or -ENOMEM.  *out is empty on error;
 * the caller frees it with mfa_import_release, and keeps text for as long. */
int mfa_import_parse(const char *text, size_t len, mfa_import_bad_fn *fn, void *ctx,
		     struct mfa_import *out);
void mfa_import_release(struct mfa_import *import);

/* A line's URI as mfa_recipient_parse has it; with -EINVAL *why is a sentence without any of it. */
int mfa_import_recipient(const char *uri, size_t len, enum mfa_recipient_kind *kind, char out[MFA_RECIPIENT_SIZE],
			 const char **why);

#endif
