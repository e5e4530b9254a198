/* Giving up what mfad does not need. */
#ifndef MFAD_PRIVILEGE_H
#define MFAD_PRIVILEGE_H

/* No core dumps, no ptrace by the same user, no new privileges by exec; umask 077. */
void privilege_harden(void);

/* Started as root, becomes the user MFA_USER for good, and proves that there is no way back;
 * started as another user, stays that.  Returns 0, -ENOENT (there is no such
 * user) or another negative errno; the reason has been logged. */
int privilege_drop(void);

#endif
