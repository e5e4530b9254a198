/* SPDX-License-Identifier: BSD-2-Clause */
#include "otp/otpauth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "encoding/base32.h"
#include "language/language.h"
#include "otp/totp.h"
#include "table/table.h"
#include "text/text.h"

#define DIGITS_DEFAULT 6

static const char scheme[] = "otpauth://";
static const char *const type_names[] = {
	[MFA_OTPAUTH_TOTP] = "totp",
	[MFA_OTPAUTH_HOTP] = "hotp",
};
MFA_TABLE_FITS(type_names, MFA_OTPAUTH_COUNT);

#define TYPES (sizeof(type_names) / sizeof(type_names[0]))

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The steps of the parser return what is wrong, NULL if nothing. */

/* In place: escapes can only get shorter. */
static const char *unescape(char *text, bool plus_is_space)
{
	char *in = text, *out = text;
	int high, low;

	for (; *in != '\0'; in++) {
		if (*in == '%') {
			high = hex_value(in[1]);
			low = high < 0 ? -1 : hex_value(in[2]);
			if (low < 0)
				/* xgettext:no-c-format */
				return N_("a % is not followed by two hexadecimal digits");
			*out++ = (char)(high << 4 | low);
			in += 2;
		} else {
			*out++ = *in == '+' && plus_is_space ? ' ' : *in;
		}
	}
	*out = '\0';
	if (!mfa_text_printable_bytes(text, (size_t)(out - text)))
		return N_("there is a control character or invalid UTF-8");
	return NULL;
}

/* Without the spaces around it, which the format allows after the colon. */
static bool copy_name(char *text, char out[MFA_OTPAUTH_NAME_MAX + 1])
{
	size_t len;

	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len > MFA_OTPAUTH_NAME_MAX)
		return false;
	memset(out, 0, MFA_OTPAUTH_NAME_MAX + 1);
	memcpy(out, text, len);
	return true;
}

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	uint64_t value = 0, digit;

	*out = 0;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		digit = (uint64_t)(*text - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < least || value > most)
		return false;
	*out = value;
	return true;
}

static const char *take_secret(struct mfa_otpauth *out, char *value)
{
	int r = mfa_base32_decode(value, strlen(value), out->secret, sizeof(out->secret),
				  &out->secret_len);

	if (r == -ENOBUFS)
		return N_("the secret is too long");
	if (r != 0)
		return N_("the secret is not base 32");
	return out->secret_len > 0 ? NULL : "the secret is empty";
}

static const char *take_issuer(struct mfa_otpauth *out, char *value)
{
	char issuer[MFA_OTPAUTH_NAME_MAX + 1];

	if (!copy_name(value, issuer))
		return N_("the issuer is too long");
	if (issuer[0] != '\0')		/* an empty one takes nothing from the label's */
		memcpy(out->issuer, issuer, sizeof(issuer));
	return NULL;
}

static const char *take_algorithm(struct mfa_otpauth *out, char *value)
{
	if (mfa_hash_from_name(value, strlen(value), &out->hash) != 0)
		return N_("the algorithm is not SHA1, SHA256 or SHA512");
	return NULL;
}

static const char *take_digits(struct mfa_otpauth *out, char *value)
{
	uint64_t digits;

	if (!read_number(value, MFA_OTP_DIGITS_MIN, MFA_OTP_DIGITS_MAX, &digits))
		return N_("digits is not a number from 6 to 8");
	out->digits = (unsigned)digits;
	return NULL;
}

static const char *take_period(struct mfa_otpauth *out, char *value)
{
	uint64_t period;

	if (!read_number(value, MFA_TOTP_PERIOD_MIN, MFA_TOTP_PERIOD_MAX, &period))
		return N_("the period is not a number of seconds from 5 to 300");
	out->period = (unsigned)period;
	return NULL;
}

static const char *take_counter(struct mfa_otpauth *out, char *value)
{
	if (!read_number(value, 0, UINT64_MAX, &out->counter))
		return N_("the counter is not a number");
	return NULL;
}

#define FOR(type) (1U << (type))
#define FOR_ANY (FOR(MFA_OTPAUTH_TOTP) | FOR(MFA_OTPAUTH_HOTP))

enum { SECRET, ISSUER, ALGORITHM, DIGITS, PERIOD, COUNTER, PARAMS };

static const struct {
	const char *name;
	unsigned types;		/* unknown to the others */
	const char *(*take)(struct mfa_otpauth *out, char *value);
} params[PARAMS] = {
	[SECRET] = { "secret", FOR_ANY, take_secret },
	[ISSUER] = { "issuer", FOR_ANY, take_issuer },
	[ALGORITHM] = { "algorithm", FOR_ANY, take_algorithm },
	[DIGITS] = { "digits", FOR_ANY, take_digits },
	[PERIOD] = { "period", FOR(MFA_OTPAUTH_TOTP), take_period },
	[COUNTER] = { "counter", FOR(MFA_OTPAUTH_HOTP), take_counter },
};

static const char *parse_param(char *name, struct mfa_otpauth *out, unsigned *seen)
{
	char *value = strchr(name, '=');
	const char *wrong;
	size_t i;

	if (value != NULL)
		*value++ = '\0';
	else
		value = name + strlen(name);
	wrong = unescape(name, true);
	if (wrong == NULL)
		wrong = unescape(value, true);
	if (wrong != NULL)
		return wrong;
	/* Case does not matter: an ignored "Digits=8" would make six digits of it. */
	for (i = 0; i < PARAMS; i++)
		if (strcasecmp(name, params[i].name) == 0)
			break;
	if (i == PARAMS || !(params[i].types & FOR(out->type)))
		return NULL;
	if (*seen & 1U << i)
		return N_("a parameter is given twice");
	*seen |= 1U << i;
	return params[i].take(out, value);
}

static const char *parse_params(char *query, struct mfa_otpauth *out)
{
	const char *wrong;
	unsigned seen = 0;
	char *param;

	while ((param = strsep(&query, "&")) != NULL) {
		wrong = parse_param(param, out, &seen);
		if (wrong != NULL)
			return wrong;
	}
	if (!(seen & 1U << SECRET))
		return N_("there is no secret");
	if (out->type == MFA_OTPAUTH_HOTP && !(seen & 1U << COUNTER))
		return N_("there is no counter");
	return NULL;
}

/* [issuer (":" / "%3A")] account.  A colon as such divides before an escaped
 * one, so that a name with a colon inside survives being written and read. */
static const char *parse_label(char *label, struct mfa_otpauth *out)
{
	char *account = strchr(label, ':');
	const char *wrong = NULL;

	if (account != NULL) {
		*account++ = '\0';
		wrong = unescape(account, false);
	}
	if (wrong == NULL)
		wrong = unescape(label, false);
	if (wrong != NULL)
		return wrong;
	if (account == NULL) {
		account = strchr(label, ':');
		if (account != NULL)
			*account++ = '\0';
	}
	if (account != NULL && !copy_name(label, out->issuer))
		return N_("the issuer is too long");
	if (!copy_name(account != NULL ? account : label, out->account))
		return N_("the account name is too long");
	return out->account[0] != '\0' ? NULL : "there is no account name";
}

static const char *parse_type(const char *name, struct mfa_otpauth *out)
{
	size_t i;

	for (i = 0; i < TYPES; i++) {
		if (strcasecmp(name, type_names[i]) == 0) {
			out->type = (enum mfa_otpauth_type)i;
			return NULL;
		}
	}
	return N_("the type is not totp or hotp");
}

static const char *parse(char *uri, struct mfa_otpauth *out)
{
	char *type, *label, *query;
	const char *wrong;

	if (strncasecmp(uri, scheme, strlen(scheme)) != 0)
		return N_("it does not start with otpauth://");
	/* Surely a '#' in a name that somebody forgot to escape. */
	if (strchr(uri, '#') != NULL)
		return N_("there is a # that is not escaped");
	type = uri + strlen(scheme);
	query = strchr(type, '?');
	if (query != NULL)
		*query++ = '\0';
	label = strchr(type, '/');
	if (label == NULL)
		return N_("there is no account name");
	*label++ = '\0';
	wrong = parse_type(type, out);
	if (wrong == NULL)
		wrong = parse_label(label, out);
	if (wrong == NULL)
		wrong = query != NULL ? parse_params(query, out) : "there is no secret";
	return wrong;
}

int mfa_otpauth_parse(const char *uri, size_t len, struct mfa_otpauth *out,
		      const char **why)
{
	char copy[MFA_OTPAUTH_URI_MAX + 1];
	const char *wrong = NULL;

	memset(out, 0, sizeof(*out));
	out->hash = MFA_HASH_SHA1;
	out->digits = DIGITS_DEFAULT;
	out->period = MFA_TOTP_PERIOD_DEFAULT;
	if (len > MFA_OTPAUTH_URI_MAX)
		wrong = N_("it is too long");
	else if (memchr(uri, '\0', len) != NULL)
		wrong = N_("there is a control character or invalid UTF-8");
	if (wrong == NULL) {
		memcpy(copy, uri, len);
		copy[len] = '\0';
		wrong = parse(copy, out);
		OPENSSL_cleanse(copy, len);
	}
	if (wrong != NULL)
		mfa_otpauth_wipe(out);
	if (why != NULL)
		*why = wrong;
	return wrong == NULL ? 0 : -EINVAL;
}

struct writer {
	char *at;
	size_t room;		/* with the NUL's; 0 once something did not fit */
};

static void put(struct writer *w, const char *text, size_t len)
{
	if (len >= w->room) {
		w->room = 0;
		return;
	}
	memcpy(w->at, text, len);
	w->at += len;
	w->room -= len;
	*w->at = '\0';
}

static void put_text(struct writer *w, const char *text)
{
	put(w, text, strlen(text));
}

static void put_number(struct writer *w, const char *before, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	put_text(w, before);
	put_text(w, digits);
}

/* RFC 3986 section 2.1; '@' may stand in a path and in a query as it is. */
static void put_escaped(struct writer *w, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~@";
	char escape[4];

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL) {
			put(w, text, 1);
		} else {
			snprintf(escape, sizeof(escape), "%%%02X", (unsigned char)*text);
			put(w, escape, 3);
		}
	}
}

static bool name_is_valid(const char name[MFA_OTPAUTH_NAME_MAX + 1])
{
	size_t len = strnlen(name, MFA_OTPAUTH_NAME_MAX + 1);

	if (len > MFA_OTPAUTH_NAME_MAX || !mfa_text_printable_bytes(name, len))
		return false;
	/* Readers drop spaces around names: it would not come back as it went. */
	return len == 0 || (name[0] != ' ' && name[len - 1] != ' ');
}

static bool is_valid(const struct mfa_otpauth *in)
{
	if ((size_t)in->type >= TYPES || mfa_hash_name(in->hash) == NULL)
		return false;
	if (in->digits < MFA_OTP_DIGITS_MIN || in->digits > MFA_OTP_DIGITS_MAX)
		return false;
	if (in->type == MFA_OTPAUTH_TOTP &&
	    (in->period < MFA_TOTP_PERIOD_MIN || in->period > MFA_TOTP_PERIOD_MAX))
		return false;
	if (in->secret_len < 1 || in->secret_len > sizeof(in->secret))
		return false;
	return name_is_valid(in->issuer) && name_is_valid(in->account) && in->account[0] != '\0';
}

static void put_label(struct writer *w, const struct mfa_otpauth *in)
{
	put_text(w, scheme);
	put_text(w, type_names[in->type]);
	put_text(w, "/");
	put_escaped(w, in->issuer);
	/* With a colon in the account and no issuer, a reader would find one. */
	if (in->issuer[0] != '\0' || strchr(in->account, ':') != NULL)
		put_text(w, ":");
	put_escaped(w, in->account);
}

static void put_params(struct writer *w, const struct mfa_otpauth *in, const char *secret)
{
	put_text(w, "?secret=");
	put_text(w, secret);
	if (in->issuer[0] != '\0') {
		put_text(w, "&issuer=");
		put_escaped(w, in->issuer);
	}
	if (in->hash != MFA_HASH_SHA1) {
		put_text(w, "&algorithm=");
		put_text(w, mfa_hash_name(in->hash));
	}
	if (in->digits != DIGITS_DEFAULT)
		put_number(w, "&digits=", in->digits);
	if (in->type == MFA_OTPAUTH_TOTP && in->period != MFA_TOTP_PERIOD_DEFAULT)
		put_number(w, "&period=", in->period);
	if (in->type == MFA_OTPAUTH_HOTP)
		put_number(w, "&counter=", in->counter);
}

int mfa_otpauth_format(const struct mfa_otpauth *in, char *buf, size_t size)
{
	struct writer w = { .at = buf, .room = size };
	char secret[MFA_BASE32_SIZE(MFA_OTP_SECRET_MAX)];
	int r = -EINVAL;

	if (size > 0)
		buf[0] = '\0';
	if (!is_valid(in))
		return r;
	r = mfa_base32_encode(in->secret, in->secret_len, secret, sizeof(secret));
	if (r != 0)
		goto out;
	put_label(&w, in);
	put_params(&w, in, secret);
	if (w.room == 0)
		r = -ENOBUFS;
out:
	OPENSSL_cleanse(secret, sizeof(secret));
	if (r != 0 && size > 0)
		OPENSSL_cleanse(buf, (size_t)(w.at - buf) + 1);
	return r;
}

void mfa_otpauth_wipe(struct mfa_otpauth *otpauth)
{
	OPENSSL_cleanse(otpauth, sizeof(*otpauth));
}
