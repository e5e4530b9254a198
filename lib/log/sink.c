/* SPDX-License-Identifier: BSD-2-Clause */
#include "log/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void disconnect(struct mfa_sink *sink)
{
	if (sink->fd >= 0)
		(void)close(sink->fd);
	sink->fd = -1;
}

static int connect_as(struct mfa_sink *sink, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(sink->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, sink->path, strlen(sink->path) + 1);
	sink->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (sink->fd < 0)
		return -errno;
	if (connect(sink->fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		int r = -errno;

		disconnect(sink);
		return r;
	}
	sink->stream = (type & ~SOCK_NONBLOCK) == SOCK_STREAM;
	return 0;
}

int mfa_sink_connect(struct mfa_sink *sink)
{
	int r;

	if (sink->path == NULL || sink->fd >= 0)
		return 0;
	r = connect_as(sink, SOCK_DGRAM);
	/* Some syslog daemons have a stream there. */
	return r == -EPROTOTYPE ? connect_as(sink, SOCK_STREAM | SOCK_NONBLOCK) : r;
}

/* Whether a file or terminal takes a line now; a pipe that does has room for one. */
static int write_file(const struct mfa_sink *sink, const char *text, size_t len)
{
	struct pollfd writable = { .fd = sink->fd, .events = POLLOUT };

	if (poll(&writable, 1, 0) <= 0)
		return -EAGAIN;
	return write(sink->fd, text, len) < 0 ? -errno : 0;
}

static int send_once(struct mfa_sink *sink, const char *text, size_t len)
{
	size_t size = len + sink->stream;	/* a stream's lines end with their NUL */
	ssize_t n = send(sink->fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == ENOBUFS ? -EAGAIN : -errno;
	return (size_t)n == size ? 0 : -EPIPE;
}

/* Returns 0; -EAGAIN: not now; or another negative errno: nobody is there. */
static int send_line(struct mfa_sink *sink, const char *text, size_t len)
{
	bool was_connected = sink->fd >= 0;
	int r;

	if (sink->path == NULL)
		return write_file(sink, text, len);
	r = mfa_sink_connect(sink);
	if (r == 0)
		r = send_once(sink, text, len);
	if (r == 0 || r == -EAGAIN || sink->fd < 0)
		return r;
	/* Who was there has ended; another may have begun. */
	disconnect(sink);
	if (!was_connected || mfa_sink_connect(sink) != 0)
		return r;
	r = send_once(sink, text, len);
	if (r != 0 && r != -EAGAIN)
		disconnect(sink);
	return r;
}

static void keep(struct mfa_sink *sink, const char *text, size_t len)
{
	struct mfa_sink_line *line;

	if (sink->queue == NULL)
		sink->queue = calloc(MFA_SINK_LINES, sizeof(*sink->queue));
	if (sink->queue == NULL || sink->count == MFA_SINK_LINES) {
		sink->dropped++;
		return;
	}
	line = &sink->queue[(sink->first + sink->count++) % MFA_SINK_LINES];
	memcpy(line->text, text, len);
	line->text[len] = '\0';
	line->len = len;
}

bool mfa_sink_flush(struct mfa_sink *sink)
{
	const struct mfa_sink_line *line;
	int r;

	while (sink->count > 0) {
		line = &sink->queue[sink->first];
		r = send_line(sink, line->text, line->len);
		if (r == -EAGAIN)
			return false;
		sink->dropped += r != 0;
		sink->first = (sink->first + 1) % MFA_SINK_LINES;
		sink->count--;
	}
	return true;
}

void mfa_sink_write(struct mfa_sink *sink, const char *text, size_t len)
{
	int r;

	r = mfa_sink_flush(sink) ? send_line(sink, text, len) : -EAGAIN;
	if (r == -EAGAIN)
		keep(sink, text, len);
	else
		sink->dropped += r != 0;
}

uint64_t mfa_sink_dropped(const struct mfa_sink *sink)
{
	return sink->count == 0 ? sink->dropped : 0;
}

void mfa_sink_tell(struct mfa_sink *sink, const char *text, size_t len)
{
	if (send_line(sink, text, len) == 0)
		sink->dropped = 0;
}

void mfa_sink_forget(struct mfa_sink *sink)
{
	sink->first = 0;
	sink->count = 0;
	sink->dropped = 0;
}
