/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of other modules, as lines that mfa_import_parse takes. */
#ifndef MFA_FOREIGN_H
#define MFA_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/* Is told what is not kept, or wrong: a line's number and a sentence without any of its text. */
typedef void mfa_foreign_note_fn(void *ctx, uint32_t number, const char *what);

/* The lines so far; wiped and freed by mfa_foreign_release. */
struct mfa_foreign {
	char *text;
	size_t len, room;
};

/* A file of pam_google_authenticator's: name is its owner's.  Secret, kind, step, counter and scratch codes (as
 * recovery codes) are kept.  Returns 0, -EINVAL (note was told why) or -ENOMEM. */
int mfa_foreign_google(const char *name, const char *text, size_t len, mfa_foreign_note_fn *note,
		       void *ctx, struct mfa_foreign *out);
/* A usersfile of pam_oath's.  Returns likewise. */
int mfa_foreign_oath(const char *text, size_t len, mfa_foreign_note_fn *note, void *ctx,
		     struct mfa_foreign *out);
void mfa_foreign_release(struct mfa_foreign *foreign);

#endif
