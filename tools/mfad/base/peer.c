/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/peer.h"

#include <stddef.h>
#include <sys/socket.h>

struct peer peer_of(int fd, uid_t own_uid, uid_t portal_uid, uid_t sender_uid, uid_t overflow_uid)
{
	struct peer peer = { .kind = PEER_NOBODY, .uid = (uid_t)-1 };
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 || len != sizeof(cred))
		return peer;
	peer.uid = cred.uid;
	peer.pid = cred.pid;
	/* Also where it is our own: others look the same. */
	if (cred.uid != 0 && (cred.uid == overflow_uid || cred.uid == (uid_t)-1))
		return peer;
	if (cred.uid == 0 || cred.uid == own_uid)
		peer.kind = PEER_ROOT;
	else
		peer.kind = cred.uid == portal_uid ? PEER_PORTAL : cred.uid == sender_uid ? PEER_SENDER : PEER_SELF;
	return peer;
}
