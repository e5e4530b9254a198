/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting `mfad --stdio` from inside somebody else's program.  libc only. */
#ifndef MFA_HELPER_H
#define MFA_HELPER_H

/* Starts `helper --stdio --config conf` with its descriptor 0 on one end of a new socket
 * pair, the other end in *fd (-1 on error; close-on-exec).
 *
 * Nothing of the calling program reaches it: it gets its own session, all ids and groups (root's,
 * when the effective user is root), default signals, none blocked, fresh limits, umask 077, nice
 * value and I/O priority 0, / as its folder, an empty environment, and no other descriptor. su and
 * sudo hand their user's on, and that user must not be able to make a count of wrong guesses fail.
 * It is nobody's child: the caller's SIGCHLD handling never sees it.
 *
 * For root, helper must be an absolute path to a regular file that is owned
 * by root and that nobody else can write; what was checked is what is executed.
 *
 * Returns 0, -ENOENT (no such helper), -EPERM (checks failed), or another negative errno. */
int mfa_helper_start(const char *helper, const char *conf, int *fd);

#endif
