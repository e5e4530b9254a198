/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-admin test-send: one message, and all that is said of it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address/email.h"
#include "address/number.h"
#include "clock/clock.h"
#include "json/fields.h"
#include "json/read.h"
#include "language/language.h"
#include "mfad/sender/handlers.h"
#include "mfad/sender/sender.h"

#define STEP_MS 500	/* how soon it is seen that the client has gone */

struct wish {
	char method[8];
	char to[MFA_EMAIL_MAX + 1];
};

static bool read_wish(const struct mfa_frame *frame, struct wish *out)
{
	struct mfa_field field;
	json_t *said = NULL;
	bool ok;

	if (mfa_frame_find(frame, MFA_FIELD_JSON, &field) == 0)
		said = mfa_json_read(field.data, field.len);
	ok = mfa_json_copy(json_object_get(said, "method"), out->method, sizeof(out->method));
	/* What can't be shown is no address either. */
	if (ok && !mfa_json_copy(json_object_get(said, "to"), out->to, sizeof(out->to)))
		out->to[0] = '\0';
	json_decref(said);
	return ok;
}

/* NULL: it may be sent there; wish->to is then as addresses are kept. */
static const char *fault_of(const struct mfa_conf *conf, struct wish *wish)
{
	char number[MFA_NUMBER_SIZE];

	if (strcmp(wish->method, mfa_order_methods[MFA_ORDER_EMAIL]) == 0) {
		if (!mfa_conf_has_email(conf))
			return N_("No e-mail is configured: [email] from in mfa.conf.");
		return mfa_email_valid(wish->to) ? NULL : N_("That is not an e-mail address.");
	}
	if (strcmp(wish->method, mfa_order_methods[MFA_ORDER_SMS]) != 0)
		return N_("There is no such method: email and sms can be sent.");
	if (!mfa_conf_has_sms(conf))
		return N_("No text messages are configured: [sms] in mfa.conf.");
	if (mfa_number_parse(wish->to, conf->sms.country, number) != 0)
		return N_("That is not a telephone number. Type it with its country's code, such as +31612345678.");
	if (!mfa_number_allowed(number, conf->sms.numbers))
		return N_("Messages may not go to that number: [sms] numbers in mfa.conf has no beginning that fits it.");
	(void)snprintf(wish->to, sizeof(wish->to), "%s", number);
	return NULL;
}

static int say_step(struct conversation *c, const char *step, const struct mfa_order_report *report)
{
	char *row = mfa_json_dump(json_pack("{s:s, s:s, s:i, s:s}", "step", step, "why", report->why,
					    "status", report->status, "answer", report->answer));
	int r = row != NULL ? conversation_row(c, row) : -ENOMEM;

	free(row);
	return r;
}

static bool has_gone(const struct conversation *c)
{
	struct pollfd fd = { .fd = c->fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

static void follow(struct conversation *c, struct sent_message *message)
{
	static const struct mfa_order_report nothing = { .why = "" };
	enum sender_state state = SENDER_UNDERWAY;
	struct mfa_order_report last;
	unsigned seen = 0, reports;
	int r = say_step(c, "handed", &nothing);

	while (r == 0 && state == SENDER_UNDERWAY) {
		state = sender_wait_report(message, seen, STEP_MS);
		reports = sender_last(message, &last);
		if (reports > seen)
			r = say_step(c, mfa_order_results[last.result], &last);
		seen = reports;
		if (state == SENDER_UNDERWAY && has_gone(c))
			return;
	}
	if (r == 0)
		conversation_done(c, MFA_RESULT_OK, NULL);
}

void request_test_send(struct conversation *c)
{
	struct wish wish;
	struct sent_message message;
	struct sending sending = {
		.kind = mfa_order_kinds[MFA_ORDER_TEST], .language = c->language, .now = mfa_clock_now(),
	};
	const char *fault;
	int r;

	if (!read_wish(&c->frame, &wish)) {
		conversation_done(c, MFA_RESULT_INVALID, "The request makes no sense.");
		return;
	}
	fault = fault_of(c->conf, &wish);
	if (fault != NULL) {
		conversation_done(c, MFA_RESULT_INVALID, fault);
		return;
	}
	sending.method = wish.method;
	sending.to = wish.to;
	sending.until = sending.now + c->conf->sender.lifetime;
	r = sender_send(&message, &sending);
	if (r == -ENOTCONN)
		conversation_done(c, MFA_RESULT_DENIED, "No mfa-sender listens that can send this. Does it run, and what does its "
				  "log say?  journalctl -u mfa-sender");
	else if (r != 0)
		conversation_done(c, MFA_RESULT_DENIED, "Too many messages are on their way already.");
	if (r != 0)
		return;
	follow(c, &message);
	sender_forget(&message);
}
