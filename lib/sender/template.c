/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/template.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"

#define BASIC_MAX 1024		/* bytes of account:key */

/* In the order of names. */
enum name { NUMBER, DIGITS, TEXT, FROM, ACCOUNT, KEY, BASIC, NAME_COUNT };

static const struct { const char *text; bool in_header; } names[] = {
	[NUMBER] = { "{number}", false }, [DIGITS] = { "{digits}", false }, [TEXT] = { "{text}", false },
	[FROM] = { "{from}", true }, [ACCOUNT] = { "{account}", true }, [KEY] = { "{key}", true },
	[BASIC] = { "{basic}", true },
};

struct output {
	char *text;
	size_t at, size;
	bool full;
};

static void put(struct output *out, const char *text, size_t len)
{
	if (out->full || len >= out->size - out->at) {
		out->full = true;
		return;
	}
	memcpy(out->text + out->at, text, len);
	out->at += len;
	out->text[out->at] = '\0';
}

/* RFC 3986 section 2.3: what stands for itself everywhere; a blank is %20 in forms, too. */
static void put_percent(struct output *out, const char *character, size_t len)
{
	static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	char escaped[4];
	size_t i;

	for (i = 0; i < len; i++) {
		if (strchr(unreserved, character[i]) != NULL) {
			put(out, character + i, 1);
			continue;
		}
		(void)snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)character[i]);
		put(out, escaped, 3);
	}
}

/* RFC 8259 section 7. */
static void put_json(struct output *out, const char *character, size_t len, uint32_t value)
{
	char escaped[32];

	if (value < 0x80 && value != '"' && value != '\\') {
		put(out, character, len);
		return;
	}
	if (value < 0x10000)
		(void)snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned)value);
	else
		(void)snprintf(escaped, sizeof(escaped), "\\u%04x\\u%04x",
			       (unsigned)(0xd800 + ((value - 0x10000) >> 10)),
			       (unsigned)(0xdc00 + ((value - 0x10000) & 0x3ff)));
	put(out, escaped, strlen(escaped));
}

static int put_value(struct output *out, const char *text, enum mfa_template_place place)
{
	uint32_t value;
	size_t len;

	if (text == NULL || text[0] == '\0')
		return -ENODATA;
	for (; *text != '\0'; text += len) {
		len = mfa_text_character(text, strlen(text), &value);
		if (len == 0)
			return -EINVAL;
		if (place == MFA_TEMPLATE_HEADER)
			put(out, text, len);
		else if (place == MFA_TEMPLATE_JSON)
			put_json(out, text, len, value);
		else
			put_percent(out, text, len);
	}
	return 0;
}

static int put_basic(struct output *out, const struct mfa_template_values *values, enum mfa_template_place place)
{
	char plain[BASIC_MAX], encoded[BASIC_MAX / 3 * 4 + 8];
	int n = 0, r = -ENODATA;

	if (values->account != NULL && values->account[0] != '\0' && values->key != NULL && values->key[0] != '\0')
		n = snprintf(plain, sizeof(plain), "%s:%s", values->account, values->key);
	if (n >= (int)sizeof(plain))
		r = -EMSGSIZE;
	else if (n > 0) {
		(void)EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)plain, n);
		r = put_value(out, encoded, place);
	}
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(encoded, sizeof(encoded));
	return r;
}

static int put_name(struct output *out, enum name name, const struct mfa_template_values *values,
		    enum mfa_template_place place)
{
	const char *digits = values->number != NULL ? values->number + strspn(values->number, "+") : NULL;

	if (place == MFA_TEMPLATE_HEADER && !names[name].in_header)
		return -EINVAL;
	switch (name) {
	case NUMBER: return put_value(out, values->number, place);
	case DIGITS: return put_value(out, digits, place);
	case TEXT: return put_value(out, values->text, place);
	case FROM: return put_value(out, values->from, place);
	case ACCOUNT: return put_value(out, values->account, place);
	case KEY: return put_value(out, values->key, place);
	default: return put_basic(out, values, place);
	}
}

/* Which name stands at text; NAME_COUNT: none. */
static enum name name_at(const char *text)
{
	int i;

	for (i = 0; i < NAME_COUNT; i++)
		if (strncmp(text, names[i].text, strlen(names[i].text)) == 0)
			return (enum name)i;
	return NAME_COUNT;
}

int mfa_template_fill(const char *template, enum mfa_template_place place, const struct mfa_template_values *values,
		      char *out, size_t size)
{
	struct output output = { .text = out, .size = size };
	int r = 0;

	out[0] = '\0';
	while (*template != '\0' && r == 0) {
		enum name name = name_at(template);

		if (name == NAME_COUNT) {
			put(&output, template++, 1);
			continue;
		}
		r = put_name(&output, name, values, place);
		template += strlen(names[name].text);
	}
	if (r == 0 && output.full)
		r = -EMSGSIZE;
	if (r != 0)
		explicit_bzero(out, size);
	return r;
}

bool mfa_template_names(const char *template, const char *name)
{
	return template != NULL && strstr(template, name) != NULL;
}
