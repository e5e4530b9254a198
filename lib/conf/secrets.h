/* SPDX-License-Identifier: BSD-2-Clause */
/* sender.conf: passwords for other servers, in a file that mfa-sender alone reads.  Lines KEY = VALUE; a value goes to
 * the end of its line, whatever is in it. */
#ifndef MFA_SECRETS_H
#define MFA_SECRETS_H

#include <stddef.h>

#include "conf/conf.h"

#define MFA_SECRETS_DEFAULT MFA_SYSCONFDIR "/mfa/sender.conf"
#define MFA_SECRET_MAX 512

struct mfa_secrets {
	char email_password[MFA_SECRET_MAX + 1];	/* "" where it is not said */
	char sms_key[MFA_SECRET_MAX + 1];
};

/* Reads the file, which must be root's (or one's own), and neither writable by its group nor open to others.  A file
 * that is not there holds nothing.  Returns 0, -EINVAL (an unknown key, one that is there twice, an empty or too long
 * value, a control character), -EPERM or a negative errno; error says why, and never what a value is.  Wipe *out. */
int mfa_secrets_load(const char *path, struct mfa_secrets *out, char error[MFA_CONF_ERROR_SIZE]);
/* The same from text[0..len), named `name` in errors. */
int mfa_secrets_parse(const char *name, const char *text, size_t len, struct mfa_secrets *out,
		      char error[MFA_CONF_ERROR_SIZE]);
void mfa_secrets_wipe(struct mfa_secrets *secrets);

#endif
