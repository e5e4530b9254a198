/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "json/fields.h"
#include "json/read.h"
#include "log/log.h"
#include "queue.h"
#include "wire/dial.h"
#include "wire/frame.h"

#define RETRY_MS 500
#define REFUSED_MS_MAX 30000	/* mfad has another one, or does not know us: each time twice as long */
#define SILENCE_MS 60000	/* mfad pings each 20 s */
#define SAY_MS 10000

struct link {
	struct sender *sender;
	const char *socket;
	int fd;
	int64_t heard;
	int64_t next;		/* before then mfad is not called */
	int refused_ms;		/* how long it was left alone when it refused us last */
	bool taken;		/* it listens to us */
	bool said;		/* that it can't be reached, or refuses: once */
	struct mfa_frame frame;
};

struct link *link_new(struct sender *sender, const char *socket)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->sender = sender;
	link->socket = socket;
	link->fd = -1;
	return link;
}

static void hang_up(struct link *link, int wait_ms)
{
	if (link->fd >= 0)
		(void)close(link->fd);
	link->fd = -1;
	link->taken = false;
	link->next = mfa_clock_monotonic() + wait_ms;
}

void link_free(struct link **link)
{
	if (*link == NULL)
		return;
	hang_up(*link, 0);
	mfa_frame_wipe(&(*link)->frame);
	free(*link);
	*link = NULL;
}

int link_fd(const struct link *link)
{
	return link->fd;
}

static void complain(struct link *link, const char *what, int r)
{
	if (!link->said)
		mfa_log_message(LOG_ERR, "mfad", what, r);
	link->said = true;
}

static int send_json(struct link *link, char *text)
{
	int r = -ENOMEM;

	mfa_frame_start(&link->frame, MFA_SENDER);
	mfa_frame_put_byte(&link->frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&link->frame, MFA_FIELD_JSON, text);
	if (text != NULL)
		r = mfa_frame_send(link->fd, &link->frame, SAY_MS);
	free(text);
	return r;
}

static char *greeting(const struct sender *sender)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < MFA_ORDER_METHOD_COUNT; i++)
		if (sender->can[i])
			(void)json_array_append_new(list, json_string(mfa_order_methods[i]));
	return mfa_json_dump(json_pack("{s:o}", "methods", list));
}

static void call_up(struct link *link)
{
	int r = mfa_dial_daemon(link->socket, &link->fd);

	if (r == 0)
		r = send_json(link, greeting(link->sender));
	link->heard = mfa_clock_monotonic();
	if (r == 0)
		return;
	complain(link, "mfad can't be reached; nothing is sent", r);
	hang_up(link, RETRY_MS);
}

int link_tick(struct link *link)
{
	int64_t now = mfa_clock_monotonic();

	if (link->fd >= 0 && now - link->heard > SILENCE_MS)
		hang_up(link, RETRY_MS);
	if (link->fd < 0 && now >= link->next)
		call_up(link);
	now = (link->fd >= 0 ? link->heard + SILENCE_MS + 1 : link->next) - mfa_clock_monotonic();
	return now > 0 ? (int)now : 0;
}

static void take_row(struct link *link)
{
	struct mfa_field field;
	const char *event;
	json_t *row = NULL;

	if (!link->taken)
		mfa_log_message(LOG_INFO, "mfad", "mfad listens", 0);
	link->taken = true;
	link->refused_ms = 0;
	link->said = false;
	if (mfa_frame_find(&link->frame, MFA_FIELD_JSON, &field) == 0)
		row = mfa_json_read(field.data, field.len);
	event = json_string_value(json_object_get(row, "event"));
	mfa_frame_wipe(&link->frame);
	if (event != NULL && strcmp(event, "send") == 0)
		queue_take(link->sender, row);
	json_decref(row);
}

void link_hear(struct link *link)
{
	int r = mfa_frame_recv(link->fd, &link->frame, 0);

	if (r == -ETIMEDOUT || r == -EAGAIN || r == -EINTR)
		return;
	link->heard = mfa_clock_monotonic();
	if (r == 0 && mfa_frame_type(&link->frame) == MFA_ROW) {
		take_row(link);
		return;
	}
	if (r == 0 && mfa_frame_type(&link->frame) == MFA_DONE) {
		complain(link, mfa_frame_byte(&link->frame, MFA_FIELD_RESULT, 0) == MFA_RESULT_EXISTS ?
			 "mfad has another mfa-sender" : "mfad does not take us for mfa-sender", 0);
		/* One that has just ended may be there still. */
		link->refused_ms = link->refused_ms == 0 ? RETRY_MS : link->refused_ms * 2;
		if (link->refused_ms > REFUSED_MS_MAX)
			link->refused_ms = REFUSED_MS_MAX;
		hang_up(link, link->refused_ms);
		return;
	}
	complain(link, "mfad has hung up", r);
	hang_up(link, RETRY_MS);
}

void link_say(struct link *link, const struct mfa_order_report *report)
{
	if (link == NULL || link->fd < 0)
		return;
	if (send_json(link, mfa_json_dump(mfa_order_report_json(report))) != 0)
		hang_up(link, RETRY_MS);
}
