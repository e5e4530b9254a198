/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/check.h"

#include <errno.h>
#include <stdio.h>

#include "language/language.h"

static int fail(char *error, const char *text)
{
	(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s", text);
	return -EINVAL;
}

int mfa_sender_check_email(const struct mfa_email_conf *email, const struct mfa_secrets *secrets,
			   char error[MFA_CONF_ERROR_SIZE])
{
	error[0] = '\0';
	if (email->user != NULL && secrets->email_password[0] == '\0')
		return fail(error, _("[email] user is given, and email_password is missing in sender.conf"));
	if (email->user == NULL && secrets->email_password[0] != '\0')
		return fail(error, _("email_password is in sender.conf, and [email] user is missing"));
	return 0;
}
