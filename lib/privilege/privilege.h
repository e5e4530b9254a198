/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving up what a daemon does not need. */
#ifndef MFA_PRIVILEGE_H
#define MFA_PRIVILEGE_H

/* No core dumps, no ptrace by the same user, no new privileges by exec; umask 077. */
void mfa_privilege_harden(void);

/* Started as root, becomes a user for good, and proves that there is no way back;
 * started as another user, stays that.  Returns 0, -ENOENT (there is no such
 * user) or another negative errno; the reason has been logged. */
int mfa_privilege_drop(const char *user);

#endif
