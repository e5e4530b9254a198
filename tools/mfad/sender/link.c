/* SPDX-License-Identifier: BSD-2-Clause */
/* The conversation with mfa-sender: rows to it, and what it says of each. */
#include "mfad/sender/link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock/clock.h"
#include "json/read.h"
#include "log/log.h"
#include "mfad/sender/handlers.h"

#define PING_MS 20000
#define PING "{\"event\":\"ping\"}"

/* The JSON of a frame; NULL: it has none that can be read. */
static json_t *json_of(const struct mfa_frame *frame)
{
	struct mfa_field field;

	return mfa_frame_find(frame, MFA_FIELD_JSON, &field) == 0 ? mfa_json_read(field.data, field.len) : NULL;
}

/* What it can send: a bit for each method that we know; 0: nothing. */
static unsigned methods_of(const struct mfa_frame *frame)
{
	json_t *said = json_of(frame), *list = json_object_get(said, "methods");
	unsigned methods = 0;
	size_t i;
	int k;

	for (i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		for (k = 0; name != NULL && k < MFA_ORDER_METHOD_COUNT; k++)
			if (strcmp(name, mfa_order_methods[k]) == 0)
				methods |= 1U << k;
	}
	json_decref(said);
	return methods;
}

static int tell_all(struct conversation *c)
{
	char *row;
	int r = 0;

	while (r == 0 && (row = link_take()) != NULL) {
		r = conversation_row(c, row);
		mfa_frame_wipe(&c->frame);
		link_free_row(row);
	}
	return r;
}

/* Words that make no sense are passed over: a newer mfa-sender may have more to say. */
static int hear(struct conversation *c)
{
	struct mfa_order_report report;
	json_t *said;
	int r = mfa_frame_recv(c->fd, &c->frame, 0);

	if (r == -EAGAIN || r == -EINTR || r == -ETIMEDOUT)
		return 0;
	if (r != 0 || mfa_frame_type(&c->frame) != MFA_SENDER)
		return r != 0 ? r : -EBADMSG;
	said = json_of(&c->frame);
	if (mfa_order_report_read(said, &report) == 0)
		link_report(&report);
	json_decref(said);
	return 0;
}

static int serve(struct conversation *c, int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = c->fd, .events = POLLIN } };
	int64_t next = mfa_clock_monotonic() + PING_MS, left;
	uint64_t count;
	int n, r = 0;

	while (r == 0) {
		left = next - mfa_clock_monotonic();
		n = poll(fds, 2, left > 0 ? (int)left : 0);
		if (n < 0 && errno != EINTR)
			r = -errno;
		if (n > 0 && fds[0].revents != 0) {
			(void)!read(fd, &count, sizeof(count));
			r = tell_all(c);
		}
		if (r == 0 && n > 0 && fds[1].revents != 0)
			r = hear(c);
		if (r == 0 && mfa_clock_monotonic() >= next) {
			r = conversation_row(c, PING);
			link_expire(mfa_clock_now());
			next = mfa_clock_monotonic() + PING_MS;
		}
	}
	return r;
}

void request_sender(struct conversation *c)
{
	unsigned methods = methods_of(&c->frame);
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), r;

	if (fd < 0) {
		conversation_done(c, MFA_RESULT_BUSY, NULL);
		return;
	}
	r = methods != 0 ? link_join(methods, fd) : -EINVAL;
	if (r != 0) {
		mfa_log_message(LOG_WARNING, "sender", r == -EEXIST ? "a second mfa-sender was refused"
								    : "an mfa-sender that can send nothing was refused", 0);
		conversation_done(c, r == -EEXIST ? MFA_RESULT_EXISTS : MFA_RESULT_INVALID, NULL);
		(void)close(fd);
		return;
	}
	mfa_log_message(LOG_INFO, "sender", "mfa-sender listens", 0);
	r = conversation_row(c, PING);
	if (r == 0)
		r = serve(c, fd);
	link_leave();
	(void)close(fd);
	mfa_log_message(LOG_NOTICE, "sender", r == -EBADMSG ? "mfa-sender made no sense and was hung up on"
			: "mfa-sender no longer listens", 0);
}
