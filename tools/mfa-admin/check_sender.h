/* SPDX-License-Identifier: BSD-2-Clause */
/* check-config's part about what is sent. */
#ifndef MFA_ADMIN_CHECK_SENDER_H
#define MFA_ADMIN_CHECK_SENDER_H

#include "command.h"
#include "conf/conf.h"

/* Whether [email] and [sms] are whole, together with their passwords.  Returns 0, or -EINVAL, and has said what is
 * wrong; adds to *warnings what is only to be thought about. */
int check_sender(const struct command_options *options, const struct mfa_conf *conf, unsigned *warnings);

#endif
