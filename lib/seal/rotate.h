/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing the master key while sign-ins go on.
 *
 *   1. path.rotating becomes a second name of the key file.
 *   2. A file with a new key as well is put in path's place: from now on each process that reads it
 *      seals under the new one, and opens what is sealed under either.
 *   3. The caller seals anew what is sealed under an older key.
 *   4. The caller waits until nobody has the file of step 1 locked, so that nothing more can be sealed
 *      under an older key, and does step 3 once more.
 *   5. A file with the new key alone is put in path's place; path.rotating goes.
 *
 * Whoever is killed in between goes on from there when he begins again. */
#ifndef MFA_ROTATE_H
#define MFA_ROTATE_H

#include <stdbool.h>

struct mfa_rotation;

/* Steps 1 and 2, or as much of them as is left to do.  One at a time: the folder is locked
 * meanwhile.
 * Returns 0; 1: a rotation that was interrupted only had to be tidied up, and is complete;
 * -EBUSY (another is under way), -ENOSPC (too many keys) or as mfa_keyring_load and _save. */
int mfa_rotation_begin(const char *path, struct mfa_rotation **out);
/* Whether it goes on from where an earlier one was interrupted. */
bool mfa_rotation_resumed(const struct mfa_rotation *rotation);
/* Step 4; waits at most timeout_ms (negative: for ever).  Returns 0, -ETIMEDOUT: some process still
 * has only the older keys; or a negative errno. */
int mfa_rotation_settle(struct mfa_rotation *rotation, int timeout_ms);
/* Step 5: nothing is sealed under an older key any more.  Returns 0 or a negative errno. */
int mfa_rotation_finish(struct mfa_rotation *rotation);
/* Frees, sets NULL.  What has been done stays done. */
void mfa_rotation_free(struct mfa_rotation **rotation);

#endif
