/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "json/fields.h"
#include "json/read.h"
#include "runner.h"

static int send_message(int fd, const struct job *job)
{
	char text[MFA_LETTER_SMS_SIZE], *json;
	int r = -ENOMEM;

	mfa_letter_sms(&job->order, text);
	json = mfa_json_dump(json_pack("{s:s, s:s}", "number", job->order.to, "text", text));
	if (json != NULL) {
		r = send(fd, json, strlen(json), MSG_NOSIGNAL) >= 0 ? 0 : -errno;
		explicit_bzero(json, strlen(json));
	}
	free(json);
	explicit_bzero(text, sizeof(text));
	return r;
}

int command_begin(struct job *job, const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? send_message(fd, job) : -errno;
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	job->fd = fd;
	return 0;
}

struct mfa_outcome command_end(struct job *job, bool timed_out)
{
	static const struct mfa_outcome not_started = { .result = MFA_ORDER_FAILED, .why = "not-started" };
	static const struct mfa_outcome no_word = { .result = MFA_ORDER_UNKNOWN, .why = "no-word" };
	char packet[RUNNER_PACKET_MAX];
	ssize_t n = timed_out ? -1 : recv(job->fd, packet, sizeof(packet), MSG_DONTWAIT);
	json_t *json = n > 0 ? mfa_json_read(packet, (size_t)n) : NULL;
	const char *answer = json_string_value(json_object_get(json, "answer"));
	struct mfa_outcome outcome = no_word;
	int64_t status = 0;

	(void)close(job->fd);
	job->fd = -1;
	if (answer != NULL)
		job_keep(job, answer, strlen(answer));
	if (mfa_json_int(json, "status", -1, INT32_MAX, &status))
		outcome = status < 0 ? not_started
				     : mfa_outcome_command((int)status, json_is_true(json_object_get(json, "timeout")));
	json_decref(json);
	return outcome;
}
