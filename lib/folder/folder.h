/* SPDX-License-Identifier: BSD-2-Clause */
/* Folders. */
#ifndef MFA_FOLDER_H
#define MFA_FOLDER_H

/* Makes durable what was created, renamed or linked in the folder that path lies in.
 * Returns 0 or a negative errno. */
int mfa_folder_sync(const char *path);
/* Gives a file its name, in one step, and never replaces what has that already.  Not durable before mfa_folder_sync.
 * Returns 0, -EEXIST or another negative errno. */
int mfa_folder_publish(const char *fresh, const char *path);

#endif
