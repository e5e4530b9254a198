/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages with or about a code: what signing in and adding an address have in common. */
#include <errno.h>
#include <string.h>

#include "clock/clock.h"
#include "log/log.h"
#include "mfad/ask/sent.h"

bool sent_offered(const struct sent_way *way, const struct conversation *c, const struct mfa_policy *policy)
{
	const char *word = mfa_method(way->method)->word;

	return (policy->methods & 1U << way->method) != 0 && way->configured(c->conf) && sender_can(word);
}

int sent_send(const struct conversation *c, const char *account, const struct sent_letter *letter,
	      struct sent_message *message)
{
	struct sending sending = {
		.method = mfa_method(letter->way->method)->word, .kind = letter->kind, .to = letter->to,
		.language = c->language, .code = letter->code, .account = account, .service = letter->service,
		.address = letter->address, .now = mfa_clock_now(), .until = letter->until,
	};

	return sender_send(message, &sending);
}

void sent_why(struct sent_message *message, char out[MFA_ORDER_WHY_SIZE])
{
	struct mfa_order_report last = { .why = "no-sender" };

	if (message != NULL)
		(void)sender_last(message, &last);
	memcpy(out, last.why, MFA_ORDER_WHY_SIZE);
}

void sent_log(const char *result, const char *reason, const struct sent_way *way, const char *user, const char *device)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "sent");
	mfa_log_text(&line, "result", result);
	mfa_log_text(&line, "reason", reason);
	mfa_log_text(&line, "method", mfa_method(way->method)->word);
	mfa_log_text(&line, "user", user);
	mfa_log_text(&line, "device", device);
	mfa_log_write(&line, strcmp(result, "sent") == 0 ? LOG_INFO : LOG_NOTICE);
}

const char *sent_limited(void)
{
	return N_("Too many codes were sent in the last hour. Please choose another way, or wait.");
}

bool sent_was_taken(const char *why)
{
	return strcmp(why, MFA_ORDER_WHY_ANSWER) == 0;
}

static bool has_network(const struct mfa_networks *list, const char *rhost)
{
	struct mfa_address address;
	size_t i;

	if (mfa_address_parse(rhost, &address) != 0)
		return false;
	for (i = 0; i < list->count; i++)
		if (mfa_network_has(&list->rows[i], &address))
			return true;
	return false;
}

bool sent_known_address(const struct mfa_policy *policy, const char *rhost)
{
	return has_network(&policy->exempt_networks, rhost) || has_network(&policy->enrol_networks, rhost);
}

/* A thief who takes an address out of an account can't do so unheard. */
void sent_removed(const struct sent_way *way, struct conversation *c, const char *account, const char *address)
{
	struct sent_letter letter = { .way = way, .to = address, .kind = "removed",
				      .until = mfa_clock_now() + c->conf->sender.lifetime };
	struct sent_message message;
	int r = -EPERM;

	if (way->configured(c->conf) && way->reaches(c->conf, address))
		r = sent_send(c, account, &letter, &message);
	if (r == 0)
		sender_forget(&message);
	else
		sent_log("failed", "removed", way, account, "");
}
