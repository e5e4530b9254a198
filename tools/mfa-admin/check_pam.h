/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the stacks of services are. */
#ifndef MFA_ADMIN_CHECK_PAM_H
#define MFA_ADMIN_CHECK_PAM_H

#include <stdbool.h>

/* Where Linux-PAM looks; the first that has the file. */
#define PAM_DIR "/etc/pam.d"
#define PAM_DIR_VENDOR "/usr/lib/pam.d"

/* Whether a service has a stack of its own in either; where that can't be known, it has. */
bool pam_service_exists(const char *service);

#endif
