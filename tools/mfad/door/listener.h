/* SPDX-License-Identifier: BSD-2-Clause */
/* The two sockets: one for everybody, one for root alone, so that a flood by
 * local users can't keep root out. */
#ifndef MFAD_LISTENER_H
#define MFAD_LISTENER_H

enum { LISTENER_PUBLIC, LISTENER_ROOT, LISTENER_COUNT };

struct listener {
	int fds[LISTENER_COUNT];	/* -1: none was handed over */
	char *paths[LISTENER_COUNT];	/* those that were made here; NULL if systemd's */
};

/* Takes systemd's sockets (LISTEN_PID, LISTEN_FDS; told apart by their paths), or makes both: path
 * 0666 and path.root 0600.  A socket that nobody listens on any more is
 * replaced; anything else at the path is left alone.  Returns 0 or a negative errno, logged. */
int listener_open(const char *path, struct listener *out);
/* Removes the sockets' names, so that clients see at once that nobody is here. */
void listener_unlink(struct listener *listener);
void listener_close(struct listener *listener);

#endif
