/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's sockets and the threads that serve them: a thread a conversation. */
#ifndef MFAD_SERVER_H
#define MFAD_SERVER_H

#include <stdbool.h>

#include "mfad/base/verifier.h"

struct server;

/* Makes PATH (for everybody) and PATH.root (for root), or takes those that systemd hands over
 * (LISTEN_FDS, sd_listen_fds(3)).  While still root, so that no other user can.
 * Returns 0 or a negative errno; the reason has been logged. */
int server_listen(const char *path, struct server **out);
/* Serves until server_stop.  Returns 0 or a negative errno. */
int server_start(struct server *server, struct verifier *verifier);
/* No new conversation begins; waits at most `seconds` for those under way, then ends them.
 * Returns whether all have ended; if not, what they use must stay until the process ends. */
bool server_stop(struct server *server, unsigned seconds);
/* Removes the sockets that it made; for the end of the process: its threads outlive it. */
void server_free(struct server **server);

#endif
