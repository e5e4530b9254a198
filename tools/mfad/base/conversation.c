/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/conversation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language/language.h"
#include "text/text.h"

#define WORKING_FIELD 4		/* bytes */

static int send_frame(struct conversation *c)
{
	bool is_question = mfa_frame_type(&c->frame) == MFA_ASK || mfa_frame_type(&c->frame) == MFA_ASK_ECHO;
	int r;

	if (c->working.knows && !c->working.told && mfa_frame_room(&c->frame) >= WORKING_FIELD)
		mfa_frame_put_byte(&c->frame, MFA_FIELD_KNOWS_WORKING, 1);
	c->working.told = true;
	working_end(&c->working);
	r = mfa_frame_send(c->fd, &c->frame, CONVERSATION_SEND_MS);
	if (r == 0 && !is_question)
		working_begin(&c->working, false);
	c->unheard |= r != 0 && !c->left;
	mfa_frame_wipe(&c->frame);
	return r;
}

const char *conversation_words(const struct conversation *c, const char *text)
{
	return mfa_translate(c->language, text);
}

/* Translations and an administrator's words have lines of any length. */
static void put_words(struct conversation *c, const char *text)
{
	const char *words = text != NULL ? conversation_words(c, text) : NULL;
	bool is_text = mfa_frame_type(&c->frame) == MFA_INFO || mfa_frame_type(&c->frame) == MFA_ERROR ||
		       mfa_frame_type(&c->frame) == MFA_DONE;
	char *wrapped = words != NULL && is_text && c->first_columns > 0 ? strdup(words) : NULL;

	if (wrapped != NULL)
		mfa_text_wrap(wrapped, c->first_columns, CONVERSATION_COLUMNS);
	mfa_frame_put_text(&c->frame, MFA_FIELD_TEXT, wrapped != NULL ? wrapped : words);
	if (wrapped != NULL)
		explicit_bzero(wrapped, strlen(wrapped));
	free(wrapped);
}

int conversation_say(struct conversation *c, enum mfa_frame_type type, const char *text)
{
	mfa_frame_start(&c->frame, type);
	put_words(c, text);
	/* For what the module says by itself later. */
	mfa_frame_put_text(&c->frame, MFA_FIELD_LANGUAGE, c->language != NULL ? c->language : "en");
	if (c->asks_code && (type == MFA_ASK || type == MFA_ASK_ECHO))
		mfa_frame_put_byte(&c->frame, MFA_FIELD_CODE, 1);
	return send_frame(c);
}

int conversation_ask(struct conversation *c, bool echo, const char *prompt,
		     char *answer, size_t size)
{
	int r;

	answer[0] = '\0';
	c->unshown = false;
	r = conversation_say(c, echo ? MFA_ASK_ECHO : MFA_ASK, prompt);
	if (r != 0)
		return r;
	/* Somebody may have had enough of a wait that had just ended. */
	do {
		r = mfa_frame_recv(c->fd, &c->frame, CONVERSATION_ANSWER_MS);
	} while (r == -EINTR || r == -EAGAIN || (r == 0 && mfa_frame_type(&c->frame) == MFA_ENOUGH));
	c->left = r != 0;
	if (r != 0)
		return r;
	conversation_heard(c);
	if (mfa_frame_type(&c->frame) != MFA_ANSWER) {
		mfa_frame_wipe(&c->frame);
		return -EBADMSG;
	}
	c->unshown = mfa_frame_byte(&c->frame, MFA_FIELD_CANNOT_SHOW, 0) == 1;
	r = mfa_frame_text(&c->frame, MFA_FIELD_TEXT, answer, size);
	mfa_frame_wipe(&c->frame);
	return r == -ENOENT ? -ECANCELED : r == -ENOBUFS ? -EBADMSG : r;
}

void conversation_heard(struct conversation *c)
{
	working_begin(&c->working, false);
}

void conversation_waits_for_phone(struct conversation *c, bool waits)
{
	working_begin(&c->working, waits);
}

int conversation_wait(struct conversation *c, const char *text)
{
	return conversation_say(c, MFA_WAIT, text);
}

int conversation_key(struct conversation *c, const char *uri, const char *label)
{
	mfa_frame_start(&c->frame, MFA_KEY);
	mfa_frame_put_text(&c->frame, MFA_FIELD_URI, uri);
	mfa_frame_put_text(&c->frame, MFA_FIELD_LABEL, label);
	return send_frame(c);
}

int conversation_row(struct conversation *c, const char *json)
{
	mfa_frame_start(&c->frame, MFA_ROW);
	mfa_frame_put_text(&c->frame, MFA_FIELD_JSON, json);
	return send_frame(c);
}

void conversation_done(struct conversation *c, enum mfa_result result, const char *text)
{
	mfa_frame_start(&c->frame, MFA_DONE);
	mfa_frame_put_byte(&c->frame, MFA_FIELD_RESULT, (uint8_t)result);
	put_words(c, text);
	(void)send_frame(c);
}

void conversation_refuse(int fd, int timeout_ms, enum mfa_result result, const char *text)
{
	struct mfa_frame frame;

	/* A socket that is closed with something unread takes back what it has sent. */
	(void)mfa_frame_recv(fd, &frame, timeout_ms);
	mfa_frame_start(&frame, MFA_DONE);
	mfa_frame_put_byte(&frame, MFA_FIELD_RESULT, (uint8_t)result);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, text);
	(void)mfa_frame_send(fd, &frame, 0);
}
