/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "language/language.h"
#include "sender/gsm7.h"

static int fail(char *error, const char *text)
{
	(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s", text);
	return -EINVAL;
}

int mfa_sender_check_email(const struct mfa_email_conf *email, const struct mfa_secrets *secrets,
			   char error[MFA_CONF_ERROR_SIZE])
{
	error[0] = '\0';
	if (email->user != NULL && secrets->email_password[0] == '\0')
		return fail(error, _("[email] user is given, and email_password is missing in sender.conf"));
	if (email->user == NULL && secrets->email_password[0] != '\0')
		return fail(error, _("email_password is in sender.conf, and [email] user is missing"));
	return 0;
}

#define FILLED_MAX 8192
#define FROM_LETTERS_MAX 11	/* of a name (3GPP TS 23.040 section 9.1.2.5) */
#define FROM_DIGITS_MAX 15

enum mfa_template_place mfa_sender_place(enum mfa_sms_type type)
{
	return type == MFA_SMS_JSON ? MFA_TEMPLATE_JSON : MFA_TEMPLATE_FORM;
}

/* Whether something that is posted names this. */
static bool names(const struct mfa_sms_conf *sms, const char *name)
{
	size_t i;

	for (i = 0; i < sms->headers.count; i++)
		if (mfa_template_names(sms->headers.rows[i], name))
			return true;
	return mfa_template_names(sms->url, name) || mfa_template_names(sms->body, name);
}

static bool from_fits(const char *from)
{
	const char *digits = from + strspn(from, "+");
	size_t len = strlen(digits);

	if (len > 0 && strspn(digits, "0123456789") == len)
		return len <= FROM_DIGITS_MAX;
	return strlen(from) <= FROM_LETTERS_MAX && mfa_gsm7_septets(from) >= 0;
}

/* As it would be sent, with a text that has all that needs escaping. */
static int try_body(const struct mfa_sms_conf *sms, const struct mfa_template_values *values, char *error)
{
	char *filled = malloc(FILLED_MAX);
	json_t *json = NULL;
	int r = -ENOMEM;

	if (filled != NULL)
		r = mfa_template_fill(sms->body != NULL ? sms->body : "", mfa_sender_place(sms->type), values, filled,
				      FILLED_MAX);
	if (r != 0)
		(void)fail(error, _("[sms] body can't be filled in: it is too long, or has a character that can't be "
				    "sent"));
	if (r == 0 && sms->body != NULL && sms->type == MFA_SMS_JSON) {
		json = mfa_json_read_text(filled);
		if (json == NULL)
			r = fail(error, _("[sms] body is no JSON when it is filled in; {text} and the others stand within "
					  "quotes"));
		json_decref(json);
	}
	if (filled != NULL)
		explicit_bzero(filled, FILLED_MAX);
	free(filled);
	return r == 0 ? 0 : -EINVAL;
}

static int try_rest(const struct mfa_sms_conf *sms, const struct mfa_template_values *values, char *error)
{
	char *filled = malloc(FILLED_MAX);
	int r = filled != NULL ? mfa_template_fill(sms->url, MFA_TEMPLATE_URL, values, filled, FILLED_MAX) : -ENOMEM;
	size_t i;

	if (r != 0)
		(void)fail(error, _("[sms] url can't be filled in: it is too long, or has a character that can't be "
				    "sent"));
	for (i = 0; r == 0 && i < sms->headers.count; i++) {
		r = mfa_template_fill(sms->headers.rows[i], MFA_TEMPLATE_HEADER, values, filled, FILLED_MAX);
		if (r != 0)
			(void)fail(error, _("[sms] header can't be filled in: neither the text nor the number goes into "
					    "one"));
	}
	if (filled != NULL)
		explicit_bzero(filled, FILLED_MAX);
	free(filled);
	return r == 0 ? 0 : -EINVAL;
}

int mfa_sender_check_sms(const struct mfa_sms_conf *sms, const struct mfa_secrets *secrets,
			 char error[MFA_CONF_ERROR_SIZE])
{
	const struct mfa_template_values values = {
		.number = "+31612345678", .text = "a \"b\" & \\c", .from = sms->from, .account = sms->account,
		.key = secrets->sms_key,
	};
	bool key = names(sms, "{key}") || names(sms, "{basic}");
	bool account = names(sms, "{account}") || names(sms, "{basic}");

	error[0] = '\0';
	if (sms->command != NULL)
		return 0;
	if (sms->url == NULL)
		return fail(error, _("[sms] url is missing, here and in the preset"));
	if (sms->body != NULL && sms->type == MFA_SMS_UNSAID)
		return fail(error, _("[sms] type is missing: what body is, json or form"));
	if (!names(sms, "{text}"))
		return fail(error, _("[sms] body has no {text}: nobody would get a code"));
	if (!names(sms, "{number}") && !names(sms, "{digits}"))
		return fail(error, _("[sms] body has neither {number} nor {digits}: nobody would get it"));
	if (names(sms, "{from}") && sms->from == NULL)
		return fail(error, _("[sms] from is missing: the gateway is told who it is from"));
	if (sms->from != NULL && !from_fits(sms->from))
		return fail(error, _("[sms] from is longer than 11 letters or 15 digits, or has one that can't be "
				     "sent"));
	if (account && sms->account == NULL)
		return fail(error, _("[sms] account is missing: the gateway is told whose it is"));
	if (key && secrets->sms_key[0] == '\0')
		return fail(error, _("sms_key is missing in sender.conf: the gateway wants the key of your account"));
	if (!key && secrets->sms_key[0] != '\0')
		return fail(error, _("sms_key is in sender.conf, and nothing in [sms] names it: {key} or {basic}"));
	return try_body(sms, &values, error) == 0 ? try_rest(sms, &values, error) : -EINVAL;
}
