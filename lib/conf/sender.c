/* SPDX-License-Identifier: BSD-2-Clause */
/* [sender], [email] and [sms]: codes that are sent.  Passwords stand in a file of mfa-sender's own (secrets.h). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address/email.h"
#include "address/number.h"
#include "address/server.h"
#include "clock/duration.h"
#include "conf/sections.h"
#include "conf/value.h"
#include "text/text.h"

#define LIFETIME_MIN 120
#define LIFETIME_MAX 3600
#define HOUR_MAX 100000		/* what a bucket counts (ratelimit.h) has no room for one of many millions */
#define ACCOUNT_HOUR_MAX 10
#define BODY_MAX 2000

/* [sender] */

static int set_hour(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, HOUR_MAX, &l->conf->sender.hour);
}

static int set_account_hour(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, ACCOUNT_HOUR_MAX, &l->conf->sender.account_hour);
}

static int set_address_hour(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, HOUR_MAX, &l->conf->sender.address_hour);
}

static int set_lifetime(struct loader *l, const char *key, const char *value)
{
	int64_t seconds = 0;

	if (mfa_duration_parse(value, LIFETIME_MAX, &seconds) != 0 || seconds < LIFETIME_MIN)
		return conf_fail(l, "%s = %s: it must be a time from 2m to 1h", key, value);
	l->conf->sender.lifetime = (unsigned)seconds;
	return 1;
}

const struct conf_key conf_sender_keys[] = {
	{ "hour", false, set_hour },
	{ "account_hour", false, set_account_hour },
	{ "address_hour", false, set_address_hour },
	{ "lifetime", false, set_lifetime },
	{ NULL },
};

/* A value that goes into another protocol. */
static int set_text(struct loader *l, const char *key, const char *value, const char **out)
{
	if (!mfa_text_printable(value))
		return conf_fail(l, "%s: there is a character in it that can't be shown", key);
	return conf_set_copy(l, value, out);
}

static int add_text(struct loader *l, const char *word, struct mfa_texts *list)
{
	const char **grown = conf_grow(l, list->rows, list->count, sizeof(*grown));

	if (grown == NULL || !conf_set_copy(l, word, &grown[list->count]))
		return 0;
	list->rows = grown;
	list->count++;
	return 1;
}

/* [email] */

static int set_server(struct loader *l, const char *key, const char *value)
{
	struct mfa_email_conf *email = &l->conf->email;
	bool tls = strncmp(value, "smtps://", 8) == 0;
	struct mfa_server server;

	if ((!tls && strncmp(value, "smtp://", 7) != 0) || mfa_server_parse(value + (tls ? 8 : 7), &server) != 0 ||
	    value[(tls ? 8 : 7) + server.len] != '\0')
		return conf_fail(l, "%s = %s: it must be like smtp://mail.example.org:587 or "
				 "smtps://mail.example.org", key, value);
	email->smtps = tls;
	email->loopback = server.loopback;
	return conf_set_copy(l, value, &email->server);
}

static int set_tls(struct loader *l, const char *key, const char *value)
{
	static const struct word words[] = {
		{ "required", MFA_EMAIL_TLS_REQUIRED }, { "try", MFA_EMAIL_TLS_TRY }, { "no", MFA_EMAIL_TLS_NO },
		{ NULL, 0 },
	};
	int chosen;

	if (!conf_choose(l, key, value, words, &chosen))
		return 0;
	l->conf->email.tls = (enum mfa_email_tls)chosen;
	return 1;
}

static int set_user(struct loader *l, const char *key, const char *value)
{
	return set_text(l, key, value, &l->conf->email.user);
}

/* The letters of a domain's name. */
static bool is_domain(const char *value)
{
	struct mfa_server server;

	return mfa_server_parse(value, &server) == 0 && value[server.len] == '\0' && server.port == 0 &&
	       value[0] != '[';
}

static int set_from(struct loader *l, const char *key, const char *value)
{
	if (!mfa_email_valid(value))
		return conf_fail(l, "%s = %s: it must be an address such as mfa@example.org", key, value);
	return conf_set_copy(l, value, &l->conf->email.from);
}

static int set_hello(struct loader *l, const char *key, const char *value)
{
	if (!is_domain(value))
		return conf_fail(l, "%s = %s: it must be the name of a host", key, value);
	return conf_set_copy(l, value, &l->conf->email.hello);
}

static int add_domain(struct loader *l, const char *key, const char *word, void *to)
{
	if (!is_domain(word))
		return conf_fail(l, "%s: %s is not a domain such as example.org", key, word);
	return add_text(l, word, to);
}

static int set_not_at(struct loader *l, const char *key, const char *value)
{
	return conf_each_word(l, key, value, add_domain, &l->conf->email.not_at);
}

const struct conf_key conf_email_keys[] = {
	{ "server", false, set_server },
	{ "tls", false, set_tls },
	{ "user", false, set_user },
	{ "from", false, set_from },
	{ "hello", false, set_hello },
	{ "not_at", true, set_not_at },
	{ NULL },
};

/* [sms] */

static int set_preset(struct loader *l, const char *key, const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	if (value[0] != '/' && strspn(value, letters) < strlen(value))
		return conf_fail(l, "%s = %s: it must be a name such as messagebird, or the absolute path of "
				 "a file", key, value);
	return set_text(l, key, value, &l->conf->sms.preset);
}

static int set_url(struct loader *l, const char *key, const char *value)
{
	bool plain = strncmp(value, "http://", 7) == 0;
	struct mfa_server server;

	if ((!plain && strncmp(value, "https://", 8) != 0) || mfa_server_parse(value + (plain ? 7 : 8), &server) != 0)
		return conf_fail(l, "%s = %s: it must begin with https:// and the name of a host", key, value);
	/* Code and key of the gateway would go over the network for everybody to read. */
	if (plain && !server.loopback)
		return conf_fail(l, "%s = %s: without TLS only a gateway on this machine may be used", key, value);
	if (strchr(value, ' ') != NULL)
		return conf_fail(l, "%s = %s: a blank in it must be %%20", key, value);
	return set_text(l, key, value, &l->conf->sms.url);
}

static int set_type(struct loader *l, const char *key, const char *value)
{
	static const struct word words[] = { { "json", MFA_SMS_JSON }, { "form", MFA_SMS_FORM }, { NULL, 0 } };
	int chosen;

	if (!conf_choose(l, key, value, words, &chosen))
		return 0;
	l->conf->sms.type = (enum mfa_sms_type)chosen;
	return 1;
}

/* RFC 9110 section 5.1; what says how long the body is, and of what type, is ours to say. */
static int set_header(struct loader *l, const char *key, const char *value)
{
	size_t name = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	if (name == 0 || value[name] != ':' || value[name + 1] != ' ' || !mfa_text_printable(value))
		return conf_fail(l, "%s = %s: it must be like Authorization: Bearer {key}", key, value);
	if (strncasecmp(value, "Content-", 8) == 0 || strncasecmp(value, "Transfer-Encoding", 17) == 0 ||
	    strncasecmp(value, "Expect:", 7) == 0 || strncasecmp(value, "Host:", 5) == 0)
		return conf_fail(l, "%s = %s: this header is not for mfa.conf to say", key, value);
	return add_text(l, value, &l->conf->sms.headers);
}

/* Longer ones stand on several lines, each with its key. */
static int set_body(struct loader *l, const char *key, const char *value)
{
	const char *before = l->again ? l->conf->sms.body : "";
	char *text = NULL;

	if (!mfa_text_printable(value))
		return conf_fail(l, "%s: there is a character in it that can't be shown", key);
	if (strlen(before) + strlen(value) > BODY_MAX)
		return conf_fail(l, "%s is longer than %d bytes", key, BODY_MAX);
	l->conf->sms.body = conf_keep(l, asprintf(&text, "%s%s", before, value) >= 0 ? text : NULL);
	return l->conf->sms.body != NULL;
}

static int set_success(struct loader *l, const char *key, const char *value)
{
	return set_text(l, key, value, &l->conf->sms.success);
}

static int set_sms_from(struct loader *l, const char *key, const char *value)
{
	return set_text(l, key, value, &l->conf->sms.from);
}

static int set_account(struct loader *l, const char *key, const char *value)
{
	return set_text(l, key, value, &l->conf->sms.account);
}

static int set_country(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, MFA_COUNTRY_MAX, &l->conf->sms.country);
}

static int set_numbers(struct loader *l, const char *key, const char *value)
{
	const char *before = l->again ? l->conf->sms.numbers : NULL;
	char *text = NULL;

	if (mfa_number_prefixes_count(value) == 0)
		return conf_fail(l, "%s = %s: it must be how numbers begin, such as +316, +324", key, value);
	if (asprintf(&text, "%s%s%s", before != NULL ? before : "", before != NULL ? ", " : "", value) < 0)
		text = NULL;
	l->conf->sms.numbers = conf_keep(l, text);
	return l->conf->sms.numbers != NULL;
}

static int set_command(struct loader *l, const char *key, const char *value)
{
	if (!mfa_text_printable(value) || strpbrk(value, " \t") != NULL)
		return conf_fail(l, "%s = %s: it must be the path of one program, without blanks", key, value);
	return conf_set_path(l, key, value, &l->conf->sms.command);
}

const struct conf_key conf_sms_keys[] = {
	{ "preset", false, set_preset },
	{ "url", false, set_url },
	{ "type", false, set_type },
	{ "header", true, set_header },
	{ "body", true, set_body },
	{ "success", false, set_success },
	{ "from", false, set_sms_from },
	{ "account", false, set_account },
	{ "country", false, set_country },
	{ "numbers", true, set_numbers },
	{ "command", false, set_command },
	{ NULL },
};

/* What a preset says of a gateway; what is the site's own stays in mfa.conf. */
const struct conf_key conf_preset_keys[] = {
	{ "url", false, set_url },
	{ "type", false, set_type },
	{ "header", true, set_header },
	{ "body", true, set_body },
	{ "success", false, set_success },
	{ NULL },
};

void conf_sender_defaults(struct mfa_conf *conf)
{
	conf->sender = (struct mfa_sender_conf){
		.hour = MFA_CONF_SENDER_HOUR, .account_hour = MFA_CONF_SENDER_ACCOUNT_HOUR,
		.address_hour = MFA_CONF_SENDER_ADDRESS_HOUR, .lifetime = MFA_CONF_SENDER_LIFETIME,
	};
	conf->email.loopback = true;
}

static int complete_email(struct loader *l)
{
	struct mfa_email_conf *email = &l->conf->email;

	if (email->from == NULL)
		return email->server == NULL && email->tls == MFA_EMAIL_TLS_UNSAID && email->user == NULL &&
		       email->hello == NULL && email->not_at.count == 0 ? 1 : conf_fail(l, "[email] from is missing");
	if (email->server == NULL)
		email->server = MFA_CONF_EMAIL_SERVER;
	if (email->hello == NULL)
		email->hello = mfa_email_domain(email->from);
	if (email->smtps && (email->tls == MFA_EMAIL_TLS_NO || email->tls == MFA_EMAIL_TLS_TRY))
		return conf_fail(l, "[email] tls: a server of smtps:// has it in any case");
	if (email->tls == MFA_EMAIL_TLS_UNSAID)
		email->tls = email->loopback && !email->smtps ? MFA_EMAIL_TLS_NO : MFA_EMAIL_TLS_REQUIRED;
	if (email->user != NULL && email->tls != MFA_EMAIL_TLS_REQUIRED && !email->loopback)
		return conf_fail(l, "[email] user: the password would go over the network for everybody to read; "
				 "tls = required");
	return 1;
}

static int complete_sms(struct loader *l)
{
	const struct mfa_sms_conf *sms = &l->conf->sms;
	bool http = sms->url != NULL || sms->preset != NULL;

	if (!mfa_conf_has_sms(l->conf))
		return sms->type == MFA_SMS_UNSAID && sms->headers.count == 0 && sms->body == NULL &&
		       sms->success == NULL && sms->from == NULL && sms->account == NULL && sms->country == 0 && sms->numbers == NULL
			? 1 : conf_fail(l, "[sms] preset, url or command is missing");
	if (http && sms->command != NULL)
		return conf_fail(l, "[sms] command stands in place of preset and url, not beside them");
	if (sms->numbers == NULL)
		return conf_fail(l, "[sms] numbers is missing: whom messages may go to, such as +316");
	return 1;
}

int conf_complete_sender(struct loader *l)
{
	return complete_email(l) && complete_sms(l);
}

bool mfa_conf_has_email(const struct mfa_conf *conf)
{
	return conf->email.from != NULL;
}

bool mfa_conf_has_sms(const struct mfa_conf *conf)
{
	return conf->sms.url != NULL || conf->sms.preset != NULL || conf->sms.command != NULL;
}

void mfa_conf_join_preset(const struct mfa_sms_conf *own, const struct mfa_sms_conf *preset, struct mfa_sms_conf *out)
{
	*out = *own;
	if (out->url == NULL)
		out->url = preset->url;
	if (out->type == MFA_SMS_UNSAID)
		out->type = preset->type;
	if (out->headers.count == 0)
		out->headers = preset->headers;
	if (out->body == NULL)
		out->body = preset->body;
	if (out->success == NULL)
		out->success = preset->success;
}
