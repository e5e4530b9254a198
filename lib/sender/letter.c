/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/letter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "language/language.h"
#include "sender/gsm7.h"
#include "text/text.h"

/* The names of a text message: as they are, and then with less of them. */
static const struct { size_t service, host; } lengths[] = { { 40, 80 }, { 20, 24 }, { 12, 12 }, { 6, 6 } };

static void add(struct mfa_letter *letter, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A paragraph, whose lines get ends of SMTP's. */
static void add(struct mfa_letter *letter, const char *format, ...)
{
	char text[1024];
	size_t at = strlen(letter->body);
	const char *p;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (p = text; *p != '\0' && at + 3 < sizeof(letter->body); p++) {
		if (*p == '\n')
			letter->body[at++] = '\r';
		letter->body[at++] = *p;
	}
	letter->body[at] = '\0';
	explicit_bzero(text, sizeof(text));
}

static void format_time(int64_t when, char out[64])
{
	time_t seconds = (time_t)when;
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL || strftime(out, 64, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		out[0] = '\0';
}

static void add_row(struct mfa_letter *letter, const char *name, const char *value)
{
	if (value[0] != '\0')
		add(letter, "%s: %s\n", name, value);
}

/* Who, where, from where and when: what somebody who did not ask for it has to tell. */
static void add_facts(const struct mfa_order *order, struct mfa_letter *letter)
{
	char when[64];

	format_time(order->time, when);
	add_row(letter, mfa_translate(order->language, N_("Account")), order->account);
	add_row(letter, mfa_translate(order->language, N_("Service")), order->service);
	add_row(letter, mfa_translate(order->language, N_("Host")), order->host);
	add_row(letter, mfa_translate(order->language, N_("From address")), order->address);
	add_row(letter, mfa_translate(order->language, N_("Time")), when);
}

static const char *subject_of(enum mfa_order_kind kind)
{
	switch (kind) {
	case MFA_ORDER_CODE: return N_("Your code to sign in");
	case MFA_ORDER_ADDED: return N_("This address gets codes from now on");
	case MFA_ORDER_REMOVED: return N_("This address gets no more codes");
	default: return N_("A test of codes by e-mail");
	}
}

void mfa_letter_write(const struct mfa_order *order, struct mfa_letter *out)
{
	const char *language = order->language;
	int minutes = (int)((order->until - order->time) / 60);

	memset(out, 0, sizeof(*out));
	(void)snprintf(out->subject, sizeof(out->subject), "%s", mfa_translate(language, subject_of(order->kind)));
	switch (order->kind) {
	case MFA_ORDER_CODE:
		add(out, mfa_translate(language, N_("%s is your code to sign in. It is good for %d minutes.\n\n")),
		    order->code, minutes);
		break;
	case MFA_ORDER_ADDED:
		add(out, mfa_translate(language,
				       N_("Codes for this account are sent to this address from now on.\n\n")));
		break;
	case MFA_ORDER_REMOVED:
		add(out, mfa_translate(language,
				       N_("Codes for this account are not sent to this address any more.\n\n")));
		break;
	default:
		add(out, mfa_translate(language, N_("This is a test. Codes can be sent to this address.\n\n")));
	}
	add_facts(order, out);
	if (order->kind == MFA_ORDER_CODE)
		add(out, mfa_translate(language,
				       N_("\nNever give the code to anybody, whoever asks for it. Was it not you? Then "
					  "somebody knows your password: change it, and tell your administrator.\n")));
	else if (order->kind != MFA_ORDER_TEST)
		add(out, mfa_translate(language, N_("\nWas it not you? Tell your administrator at once.\n")));
}

static void write_sms(const struct mfa_order *order, const char *service, const char *host, char *out)
{
	const char *language = order->language;

	switch (order->kind) {
	case MFA_ORDER_CODE:
		(void)snprintf(out, MFA_LETTER_SMS_SIZE, mfa_translate(language,
			N_("Code %s for %s on %s. Never give it to anybody. Not you? Change your password.")),
			order->code, service, host);
		break;
	case MFA_ORDER_ADDED:
		(void)snprintf(out, MFA_LETTER_SMS_SIZE, mfa_translate(language,
			N_("This number gets codes for %s on %s from now on. Not you? Tell your administrator.")),
			service, host);
		break;
	case MFA_ORDER_REMOVED:
		(void)snprintf(out, MFA_LETTER_SMS_SIZE, mfa_translate(language,
			N_("This number gets no more codes for %s on %s. Not you? Tell your administrator.")),
			service, host);
		break;
	default:
		(void)snprintf(out, MFA_LETTER_SMS_SIZE, mfa_translate(language,
			N_("A test from %s: codes can be sent to this number.")), host);
	}
}

void mfa_letter_sms(const struct mfa_order *order, char out[MFA_LETTER_SMS_SIZE])
{
	/* A change is told of an account; its service is how it was made. */
	const char *first = order->kind == MFA_ORDER_CODE ? order->service : order->account;
	char service[48], host[96];
	int septets;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		mfa_gsm7_copy(service, lengths[i].service, first);
		mfa_gsm7_copy(host, lengths[i].host, order->host);
		write_sms(order, service, host, out);
		septets = mfa_gsm7_septets(out);
		if (septets >= 0 && septets <= MFA_GSM7_PART)
			return;
	}
}
