/* SPDX-License-Identifier: BSD-2-Clause */
/* A code in a text message. */
#include <errno.h>
#include <stdio.h>

#include "mfad/ask/sent.h"

extern const struct ask ask_sms;

static bool reaches(const struct mfa_conf *conf, const char *address)
{
	return conf->sms.numbers != NULL && mfa_number_allowed(address, conf->sms.numbers);
}

static void made_up(const struct mfa_conf *conf, uint32_t name, char out[MFA_MASK_SIZE])
{
	mfa_mask_made_up_number(name, conf->sms.country, conf->sms.numbers != NULL ? conf->sms.numbers : "", out);
}

static void question(const struct conversation *c, char *out, size_t size)
{
	if (c->conf->sms.country != 0)
		(void)snprintf(out, size, conversation_words(c,
			N_("Mobile number, with country code or as dialled in +%u: ")), c->conf->sms.country);
	else
		(void)snprintf(out, size, "%s", conversation_words(c, N_("Mobile number, with country code (+...): ")));
}

static int read_number(const struct mfa_conf *conf, const char *typed, char out[MFA_RECIPIENT_SIZE])
{
	char number[MFA_NUMBER_SIZE];
	int r = mfa_number_parse(typed, conf->sms.country, number);

	(void)snprintf(out, MFA_RECIPIENT_SIZE, "%s", number);
	return r;
}

static const struct sent_way way = {
	.method = MFA_METHOD_ID_SMS,
	.ask_again = "sms",
	.configured = mfa_conf_has_sms,
	.reaches = reaches,
	.mask = mfa_mask_number,
	.made_up = made_up,
	.question = question,
	.read = read_number,
	.invalid = N_("That is not a telephone number, such as +31612345678."),
	.unreachable = N_("Text messages are not sent to such numbers from here. Ask your administrator."),
};

SENT_FUNCTIONS(way)

const struct ask ask_sms = {
	.method = MFA_METHOD_ID_SMS,
	.choice = N_("code in a text message"),
	.brief = N_("code in a text message"),
	SENT_MEMBERS,
	.word = "sms",
	.not_offered = N_("Codes in text messages are not set up on this system, or mfa-sender does not run.\n"
			  "`mfa-enroll add --totp` sets up an authenticator app."),
	.way = N_("code in a text message"),
	.way_brief = N_("SMS"),
};
