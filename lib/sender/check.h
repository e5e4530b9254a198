/* SPDX-License-Identifier: BSD-2-Clause */
/* What is configured by halves: each part makes sense, and together they send nothing.  For mfa-sender and
 * `mfa-admin check-config`. */
#ifndef MFA_SENDER_CHECK_H
#define MFA_SENDER_CHECK_H

#include "conf/conf.h"
#include "conf/secrets.h"
#include "sender/template.h"

/* Return 0 or -EINVAL, and error says what is missing, in the environment's language. */
int mfa_sender_check_email(const struct mfa_email_conf *email, const struct mfa_secrets *secrets,
			   char error[MFA_CONF_ERROR_SIZE]);
/* sms: with its preset (mfa_conf_join_preset). */
int mfa_sender_check_sms(const struct mfa_sms_conf *sms, const struct mfa_secrets *secrets,
			 char error[MFA_CONF_ERROR_SIZE]);
/* The place of a body's values. */
enum mfa_template_place mfa_sender_place(enum mfa_sms_type type);

#endif
