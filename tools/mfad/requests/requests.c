/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/requests/requests.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/language.h"
#include "log/log.h"
#include "mfad/admin/handlers.h"
#include "mfad/base/metrics.h"
#include "mfad/base/subject.h"
#include "mfad/devices/handlers.h"
#include "mfad/phones/handlers.h"
#include "mfad/sender/handlers.h"
#include "mfad/signin/handlers.h"

static const struct {
	enum mfa_frame_type type;
	unsigned peers;
	void (*serve)(struct conversation *c);
} requests[] = {
	{ MFA_SIGNIN, PEER_ROOT | PEER_SELF, request_signin },
	{ MFA_ENROL, PEER_ROOT | PEER_SELF, request_enrol },
	{ MFA_DEVICES, PEER_ROOT | PEER_SELF, request_devices },
	{ MFA_RENAME, PEER_ROOT | PEER_SELF, request_rename },
	{ MFA_REMOVE, PEER_ROOT | PEER_SELF, request_remove },
	{ MFA_TEST, PEER_ROOT | PEER_SELF, request_test },
	{ MFA_CODES, PEER_ROOT | PEER_SELF, request_codes },
	{ MFA_LIST, PEER_ROOT, request_list },
	{ MFA_SHOW, PEER_ROOT, request_show },
	{ MFA_RESET, PEER_ROOT, request_reset },
	{ MFA_UNLOCK, PEER_ROOT, request_unlock },
	{ MFA_IMPORT, PEER_ROOT, request_import },
	{ MFA_STATUS, PEER_ROOT | PEER_SELF, request_status },
	{ MFA_REPLACE, PEER_ROOT | PEER_SELF, request_replace },
	{ MFA_FORGET, PEER_ROOT | PEER_SELF, request_forget },
	{ MFA_PASS, PEER_ROOT, request_pass },
	{ MFA_REPORT, PEER_ROOT, request_report },
	{ MFA_METRICS, PEER_ROOT, request_metrics },
	{ MFA_EXPLAIN, PEER_ROOT, request_explain },
	{ MFA_PHONE, PEER_ROOT | PEER_PORTAL, request_phone },
	{ MFA_EVENTS, PEER_ROOT | PEER_PORTAL, request_events },
	{ MFA_SENDER, PEER_ROOT | PEER_SENDER, request_sender },
	{ MFA_TEST_SEND, PEER_ROOT, request_test_send },
};

static void serve(struct conversation *c)
{
	struct mfa_log_line line;
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (requests[i].type != mfa_frame_type(&c->frame))
			continue;
		if ((requests[i].peers & c->peer.kind) == 0)
			break;
		if (mfa_frame_byte(&c->frame, MFA_FIELD_PROTOCOL, 0) != MFA_PROTOCOL) {
			conversation_done(c, MFA_RESULT_INVALID,
					  "mfad and the program that asks it are of different versions.");
			return;
		}
		requests[i].serve(c);
		return;
	}
	mfa_log_begin(&line, "refused");
	mfa_log_number(&line, "uid", (int64_t)c->peer.uid);
	mfa_log_number(&line, "request", mfa_frame_type(&c->frame));
	conversation_done(c, MFA_RESULT_DENIED, "You are not allowed to do that.");
	mfa_log_write(&line, LOG_NOTICE);
}

/* The rules' of the service (for the tools that is mfa-enroll), or else the client's own. */
static const char *language_of(const struct conversation *c)
{
	char service[256], own[16];
	const char *language;

	if (mfa_frame_text(&c->frame, MFA_FIELD_SERVICE, service, sizeof(service)) != 0)
		(void)snprintf(service, sizeof(service), "mfa-enroll");
	language = mfa_conf_policy(c->conf, service)->language;
	if (language != NULL)
		return language;
	(void)mfa_frame_text(&c->frame, MFA_FIELD_LANGUAGE, own, sizeof(own));
	return mfa_language_find(own);
}

/* What the tools print has its lines already. */
static unsigned first_columns(const struct conversation *c)
{
	if (mfa_frame_type(&c->frame) != MFA_SIGNIN)
		return 0;
	return c->waits ? CONVERSATION_COLUMNS : CONVERSATION_COLUMNS_SSH;
}

static bool lasts(const struct conversation *c)
{
	enum mfa_frame_type type = mfa_frame_type(&c->frame);

	return type == MFA_PHONE || type == MFA_EVENTS || type == MFA_SENDER;
}

void request_run(struct verifier *verifier, int fd, void (*on_request)(void *ctx, bool lasts),
		 void *ctx)
{
	struct conversation *c = malloc(sizeof(*c));
	struct conf_ref *conf;
	int r;

	if (c == NULL) {
		conversation_refuse(fd, 0, MFA_RESULT_BUSY, NULL);
		return;
	}
	/* All but the frame, which is received: a conversation that waits has that much less of memory. */
	memset(c, 0, offsetof(struct conversation, frame));
	c->fd = fd;
	c->verifier = verifier;
	c->peer = peer_of(fd, verifier->own_uid, verifier->portal_uid, verifier->sender_uid,
			  verifier->overflow_uid);
	do {
		r = mfa_frame_recv(fd, &c->frame, CONVERSATION_REQUEST_MS);
	} while (r == -EINTR || r == -EAGAIN);
	if (r == 0) {
		if (on_request != NULL)
			on_request(ctx, lasts(c));
		working_init(&c->working, fd, &c->frame);
		c->working.said = verifier->worked;
		working_begin(&c->working, false);
		conf = verifier_get_conf(verifier);
		c->conf = conf_ref_conf(conf);
		c->language = language_of(c);
		c->has_code = mfa_frame_byte(&c->frame, MFA_FIELD_CODE, 0) == 1;
		c->waits = mfa_frame_byte(&c->frame, MFA_FIELD_WAIT, 0) == 1;
		c->first_columns = first_columns(c);
		metrics_conversations(1);
		serve(c);
		metrics_conversations(-1);
		working_end(&c->working);
		verifier_put_conf(verifier, conf);
	}
	free(c);
}

/* Whether failmode = open holds for a sign-in that finds nothing to be judged by. */
static bool opens(const struct mfa_conf *conf, int fd, const struct mfa_frame *frame)
{
	char service[256], user[MFA_ACCOUNT_NAME_MAX + 1];

	/* Nobody's own uid is known yet: the word must be that of uid 0. */
	if (conf == NULL || peer_of(fd, 0, (uid_t)-1, (uid_t)-1, (uid_t)-1).kind != PEER_ROOT ||
	    mfa_frame_text(frame, MFA_FIELD_USER, user, sizeof(user)) != 0 ||
	    mfa_frame_text(frame, MFA_FIELD_SERVICE, service, sizeof(service)) != 0 ||
	    !mfa_conf_policy(conf, service)->fail_open)
		return false;
	signin_log_open(user, service, "no key or store");
	return true;
}

/* What keeps a helper from its work, and what to do about it: what nobody else should hear of stands in the log. */
static const char *reason_of(int error)
{
	static const struct { int error; const char *text; } rows[] = {
		{ -EBUSY, "The second-factor service is busy just now. Please try again in a moment." },
		{ -ENOMEM, "The second-factor service is short of memory just now. Please try again in a moment." },
		{ -EMFILE, "The second-factor service can't open its files just now. Please try again in a moment." },
		{ -ENFILE, "The second-factor service can't open its files just now. Please try again in a moment." },
		{ -ENOSPC, "The disk of the second-factor service is full. Please tell your administrator." },
		{ -EROFS, "The second-factor service can't write its records. Please tell your administrator." },
		{ -EIO, "The second-factor service can't read or write its records just now. "
			"Please tell your administrator." },
		{ -ESTALE, "Part of the second-factor service's records is missing. Please tell your administrator." },
		{ -EMEDIUMTYPE, "The second-factor service's records are damaged. Please tell your administrator." },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			return rows[i].text;
	return "The second-factor service isn't set up properly. Please tell your administrator.";
}

/* Whoever looks after mfad is told what to run. */
static const char *reason_for(int fd, const struct mfa_frame *frame, int error)
{
	static const int of_store[] = { -ESTALE, -EMEDIUMTYPE, -EACCES, -EPERM, -ENOENT, -ENOKEY, -EKEYREJECTED, -EBADMSG };
	size_t i;

	if (mfa_frame_type(frame) != MFA_SIGNIN && peer_of(fd, 0, (uid_t)-1, (uid_t)-1, (uid_t)-1).kind == PEER_ROOT)
		for (i = 0; i < sizeof(of_store) / sizeof(of_store[0]); i++)
			if (of_store[i] == error)
				return failure_of_store();
	return reason_of(error);
}

void request_refuse(const struct mfa_conf *conf, int fd, enum mfa_result result, bool gone, int error)
{
	struct mfa_frame *frame = malloc(sizeof(*frame));
	const char *reason = reason_of(error);

	if (frame == NULL)
		return;
	if (mfa_frame_recv(fd, frame, CONVERSATION_REQUEST_MS) == 0) {
		reason = reason_for(fd, frame, error);
		if (mfa_frame_type(frame) == MFA_SIGNIN)
			result = gone ? MFA_RESULT_UNAVAILABLE : MFA_RESULT_FAILED;
		if (mfa_frame_type(frame) == MFA_SIGNIN && gone && opens(conf, fd, frame))
			result = MFA_RESULT_OK;
	}
	mfa_frame_start(frame, MFA_DONE);
	mfa_frame_put_byte(frame, MFA_FIELD_RESULT, (uint8_t)result);
	if (result != MFA_RESULT_OK)
		mfa_frame_put_text(frame, MFA_FIELD_TEXT, reason);
	(void)mfa_frame_send(fd, frame, 0);
	free(frame);
}
