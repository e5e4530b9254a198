/* SPDX-License-Identifier: BSD-2-Clause */
/* Which services only people at this host use: where no address is given, that alone says that
 * somebody is here.  Pure. */
#ifndef MFA_SERVICE_H
#define MFA_SERVICE_H

#include <stdbool.h>

/* [policy SERVICE] local. */
enum mfa_on_host { MFA_ON_HOST_BY_NAME = 0, MFA_ON_HOST_NO, MFA_ON_HOST_YES };

/* Whether a sign-in at the service without an address is on this host.  said: of its rules;
 * own_terminal: the module found the program on a terminal of its caller's own session, which
 * counts where the rules say nothing. */
bool mfa_service_is_local(enum mfa_on_host said, const char *service, bool own_terminal);

/* Whether root starts the service's programs for whoever asks, so that root is not the one who is
 * there. */
bool mfa_service_hides_caller(const char *service);

/* Whether the service always gives an address. */
bool mfa_service_gives_address(const char *service);

#endif
