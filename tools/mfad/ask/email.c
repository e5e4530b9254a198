/* SPDX-License-Identifier: BSD-2-Clause */
/* A code by e-mail. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mfad/ask/sent.h"

extern const struct ask ask_email;

/* A mailbox that one gets at by this very sign-in is no second factor: not_at lists such domains, and what lies below
 * them. */
static bool is_at(const char *domain, const char *not_at)
{
	size_t len = strlen(domain), n = strlen(not_at);

	return len >= n && strcasecmp(domain + len - n, not_at) == 0 && (len == n || domain[len - n - 1] == '.');
}

static bool reaches(const struct mfa_conf *conf, const char *address)
{
	size_t i;

	if (!mfa_email_valid(address))
		return false;
	for (i = 0; i < conf->email.not_at.count; i++)
		if (is_at(mfa_email_domain(address), conf->email.not_at.rows[i]))
			return false;
	return true;
}

static void made_up(const struct mfa_conf *conf, uint32_t name, char out[MFA_MASK_SIZE])
{
	(void)conf;
	mfa_mask_made_up_email(name, out);
}

static void question(const struct conversation *c, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", conversation_words(c, N_("E-mail address: ")));
}

/* Blanks around it are no part of it. */
static int read_address(const struct mfa_conf *conf, const char *typed, char out[MFA_RECIPIENT_SIZE])
{
	size_t len;

	(void)conf;
	out[0] = '\0';
	typed += strspn(typed, " \t");
	len = strcspn(typed, " \t");
	if (typed[len + strspn(typed + len, " \t")] != '\0' || len >= MFA_RECIPIENT_SIZE)
		return -EINVAL;
	memcpy(out, typed, len);
	out[len] = '\0';
	if (mfa_email_valid(out))
		return 0;
	out[0] = '\0';
	return -EINVAL;
}

static const struct sent_way way = {
	.method = MFA_METHOD_ID_EMAIL,
	.ask_again = "mail",
	.configured = mfa_conf_has_email,
	.reaches = reaches,
	.mask = mfa_mask_email,
	.made_up = made_up,
	.question = question,
	.read = read_address,
	.invalid = N_("That is not an e-mail address, such as j.jansen@example.org."),
	.unreachable = N_("Codes can't be sent to mailboxes there: give one that you can read without this sign-in."),
};

SENT_FUNCTIONS(way)

const struct ask ask_email = {
	.method = MFA_METHOD_ID_EMAIL,
	.choice = N_("code by e-mail"),
	.brief = N_("code by e-mail"),
	SENT_MEMBERS,
	.word = "mail",
	.not_offered = N_("Codes by e-mail are not set up on this system, or mfa-sender does not run.\n"
			  "`mfa-enroll add --totp` sets up an authenticator app."),
	.way = N_("code by e-mail"),
	.way_brief = N_("mail"),
};
