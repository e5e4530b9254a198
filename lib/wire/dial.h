/* SPDX-License-Identifier: BSD-2-Clause */
/* Reaching a verifier: the daemon's socket or, for root when no daemon answers, a
 * helper started for this one conversation.  libc only: the module links this. */
#ifndef MFA_DIAL_H
#define MFA_DIAL_H

#include <stdbool.h>

#include "wire/frame.h"

#define MFA_SOCKET_DEFAULT MFA_RUNSTATEDIR "/mfa/mfad.sock"
#define MFA_CONF_DEFAULT MFA_SYSCONFDIR "/mfa/mfa.conf"
#define MFA_HELPER_DEFAULT MFA_SBINDIR "/mfad"
/* Beside the socket for everybody, root's own: PATH with this appended. */
#define MFA_ROOT_SOCKET_SUFFIX ".root"
/* How long a daemon may take for its first frame. */
#define MFA_DIAL_TIMEOUT_MS 2000

struct mfa_dial {
	const char *socket;	/* of the daemon */
	const char *conf;	/* handed to the helper */
	const char *helper;	/* absolute path of mfad */
	bool helper_unprivileged; /* start the helper even when not root, as the caller itself (tools for a
				   * store of their own user's); the module never does */
};

/* Sends request and waits for the first frame of the answer, which lands in
 * *reply (another frame than request, which may have to be sent again).  *fd is
 * the connection, -1 on error; the caller closes it.
 *
 * A server is believed only if SO_PEERCRED shows root, the user MFA_USER,
 * or the caller's own user in a program that is not set-id.
 *
 * Returns 0; -ENOENT or -ECONNREFUSED: nobody listens and no helper is there, or may be started by a
 * caller who is not root (no local user can bring this about for root: the only failures to which failmode=open may
 * apply); -EPERM: a server of the wrong user, or a helper that others could have written; -ETIMEDOUT, -EPIPE,
 * -EBADMSG or another negative errno. */
int mfa_dial(const struct mfa_dial *dial, const struct mfa_frame *request,
	     int *fd, struct mfa_frame *reply);

/* Connects to the daemon's socket at path, for a client that stays; believed as above.  Returns 0 and *fd, or
 * as mfa_dial. */
int mfa_dial_daemon(const char *path, int *fd);

#endif
