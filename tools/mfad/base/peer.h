/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is at the other end of a connection, and what that allows. */
#ifndef MFAD_PEER_H
#define MFAD_PEER_H

#include <sys/types.h>

/* Bits, so that a request can name all that may send it. */
enum peer_kind {
	PEER_NOBODY = 0,	/* may send nothing */
	PEER_ROOT = 1,		/* uid 0, or the user who owns this mfad's store */
	PEER_SELF = 2,		/* any other uid: the account of its own name only, and where it is a caller, sign-ins of
				 * others (subject.h) */
	PEER_PORTAL = 4,	/* mfa-portal: what phones say, and no more */
	PEER_SENDER = 8,	/* mfa-sender: what is to be sent, and no more */
};

struct peer {
	enum peer_kind kind;
	uid_t uid;
	pid_t pid;
};

/* By SO_PEERCRED.  own_uid: of this process, once it has dropped its ids; portal_uid and sender_uid: of mfa-portal and
 * mfa-sender, which have no account and sign nobody in; overflow_uid stands for uids that a user namespace hides, and
 * so is nobody, even if it is own_uid as well. */
struct peer peer_of(int fd, uid_t own_uid, uid_t portal_uid, uid_t sender_uid, uid_t overflow_uid);

#endif
