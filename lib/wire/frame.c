/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/frame.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define FIELD_HEAD 3
#define SPOILT (MFA_FRAME_MAX + 1)

void mfa_frame_start(struct mfa_frame *frame, enum mfa_frame_type type)
{
	frame->data[0] = (uint8_t)type;
	frame->len = 1;
}

size_t mfa_frame_room(const struct mfa_frame *frame)
{
	return frame->len <= MFA_FRAME_MAX ? MFA_FRAME_MAX - frame->len : 0;
}

void mfa_frame_put(struct mfa_frame *frame, enum mfa_field_tag tag, const void *data, size_t len)
{
	uint8_t *at;

	if (len > UINT16_MAX || mfa_frame_room(frame) < FIELD_HEAD + len) {
		frame->len = SPOILT;
		return;
	}
	at = frame->data + frame->len;
	at[0] = (uint8_t)tag;
	at[1] = (uint8_t)(len >> 8);
	at[2] = (uint8_t)len;
	if (len > 0)
		memcpy(at + FIELD_HEAD, data, len);
	frame->len += FIELD_HEAD + len;
}

void mfa_frame_put_text(struct mfa_frame *frame, enum mfa_field_tag tag, const char *text)
{
	if (text != NULL)
		mfa_frame_put(frame, tag, text, strlen(text));
}

void mfa_frame_put_byte(struct mfa_frame *frame, enum mfa_field_tag tag, uint8_t value)
{
	mfa_frame_put(frame, tag, &value, 1);
}

int mfa_frame_next(const struct mfa_frame *frame, size_t *at, struct mfa_field *out)
{
	size_t pos = *at == 0 ? 1 : *at;
	const uint8_t *head = frame->data + pos;

	if (pos >= frame->len)
		return 0;
	out->tag = head[0];
	out->len = (uint16_t)(head[1] << 8 | head[2]);
	out->data = head + FIELD_HEAD;
	*at = pos + FIELD_HEAD + out->len;
	return 1;
}

int mfa_frame_check(const struct mfa_frame *frame)
{
	size_t pos = 1;

	if (frame->len < 1 || frame->len > MFA_FRAME_MAX)
		return -EBADMSG;
	while (pos < frame->len) {
		if (frame->len - pos < FIELD_HEAD)
			return -EBADMSG;
		pos += FIELD_HEAD + (size_t)(frame->data[pos + 1] << 8 | frame->data[pos + 2]);
	}
	return pos == frame->len ? 0 : -EBADMSG;
}

uint8_t mfa_frame_type(const struct mfa_frame *frame)
{
	return frame->data[0];
}

int mfa_frame_find(const struct mfa_frame *frame, enum mfa_field_tag tag, struct mfa_field *out)
{
	size_t at = 0;

	while (mfa_frame_next(frame, &at, out))
		if (out->tag == tag)
			return 0;
	memset(out, 0, sizeof(*out));
	return -ENOENT;
}

/* A field that comes twice says two things, and neither is believed: a second RESULT, say, in a DONE. */
static int find_only(const struct mfa_frame *frame, enum mfa_field_tag tag, struct mfa_field *out)
{
	struct mfa_field field;
	size_t at = 0;
	int r = -ENOENT;

	while (mfa_frame_next(frame, &at, &field)) {
		if (field.tag != tag)
			continue;
		if (r == 0)
			return -EBADMSG;
		*out = field;
		r = 0;
	}
	return r;
}

int mfa_frame_text(const struct mfa_frame *frame, enum mfa_field_tag tag, char *out, size_t size)
{
	struct mfa_field field;
	int r = find_only(frame, tag, &field);

	out[0] = '\0';
	if (r != 0)
		return r;
	if (memchr(field.data, '\0', field.len) != NULL)
		return -EBADMSG;
	if (field.len >= size)
		return -ENOBUFS;
	memcpy(out, field.data, field.len);
	out[field.len] = '\0';
	return 0;
}

uint8_t mfa_frame_byte(const struct mfa_frame *frame, enum mfa_field_tag tag, uint8_t fallback)
{
	struct mfa_field field;

	if (find_only(frame, tag, &field) != 0 || field.len != 1)
		return fallback;
	return field.data[0];
}

static int wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, timeout_ms);

	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

int mfa_frame_send(int fd, const struct mfa_frame *frame, int timeout_ms)
{
	if (frame->len < 1 || frame->len > MFA_FRAME_MAX)
		return -EMSGSIZE;
	for (;;) {
		ssize_t n = send(fd, frame->data, frame->len, MSG_NOSIGNAL | MSG_DONTWAIT);
		int r;

		if (n >= 0)
			return (size_t)n == frame->len ? 0 : -EIO;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return errno == ECONNRESET ? -EPIPE : -errno;
		r = wait_for(fd, POLLOUT, timeout_ms);
		if (r != 0 && r != -EINTR)
			return r;
	}
}

static int receive(int fd, int flags, struct mfa_frame *frame, int timeout_ms)
{
	struct iovec iov = { .iov_base = frame->data, .iov_len = MFA_FRAME_MAX };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;
	int r;

	frame->len = 0;
	/* No room for control data: descriptors that a peer sends are dropped by the kernel. */
	flags |= MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
	n = recvmsg(fd, &msg, flags);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		r = wait_for(fd, POLLIN, timeout_ms);
		if (r != 0)
			return r;
		n = recvmsg(fd, &msg, flags);
	}
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (n == 0)
		return -EPIPE;
	if (msg.msg_flags & MSG_TRUNC)
		return -EBADMSG;
	frame->len = (size_t)n;
	return mfa_frame_check(frame);
}

int mfa_frame_recv(int fd, struct mfa_frame *frame, int timeout_ms)
{
	return receive(fd, 0, frame, timeout_ms);
}

int mfa_frame_peek(int fd, struct mfa_frame *frame, int timeout_ms)
{
	return receive(fd, MSG_PEEK, frame, timeout_ms);
}

void mfa_frame_wipe(struct mfa_frame *frame)
{
	explicit_bzero(frame->data, frame->len <= MFA_FRAME_MAX ? frame->len : MFA_FRAME_MAX);
	frame->len = 0;
}
