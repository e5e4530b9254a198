/* SPDX-License-Identifier: BSD-2-Clause */
/* The login session that a setuid program (sudo, su) was started in.  libc only: the module links
 * this. */
#ifndef MFA_SESSION_H
#define MFA_SESSION_H

#include <stddef.h>

#define MFA_SESSION_SIZE 97

/* A name for the calling process's login session that no other session has, had, or can take: the
 * kernel's audit session, or without one the session leader and when it started, each with the id
 * of the boot.  Only for a process that somebody else than root has started: a daemon serves many
 * people within the one session that it was started in, which is nobody's login.
 * Returns 0, or -ENOENT: there is no such session; out is "" then. */
int mfa_session_name(char out[MFA_SESSION_SIZE]);

#endif
