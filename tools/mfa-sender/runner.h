/* SPDX-License-Identifier: BSD-2-Clause */
/* [sms] command, run by a user who has nothing else: neither passwords for other servers nor codes but the one that it
 * is handed.  Which command that is stands in mfa.conf, and not in what it is asked. */
#ifndef SENDER_RUNNER_H
#define SENDER_RUNNER_H

#define RUNNER_SOCKET_DEFAULT MFA_RUNSTATEDIR "/mfa/command.sock"
#define RUNNER_PACKET_MAX 4096	/* {"number","text"}, and {"exit","timeout","answer"} back */
#define RUNNER_MS 10000		/* that a command may take */

/* Serves the one message of a connected socket.  Both become MFA_COMMAND_USER if they are root.  Return 0 or a negative
 * errno, whose reason has been logged. */
int runner_serve(const char *conf, int fd);
/* Listens at path, where mfa-sender's user alone may connect, and serves each that comes, until it is told to end. */
int runner_listen(const char *conf, const char *path);

#endif
