/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes as they are typed, and as phones and mail paste them. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "factor/factor.h"
#include "text/text.h"

/* Blanks, hyphens, and marks that nobody sees: they part groups, or came along. */
static bool is_between(uint32_t c)
{
	static const struct { uint32_t from, to; } rows[] = {
		{ '\t', '\r' }, { ' ', ' ' }, { '-', '-' },
		{ 0x00a0, 0x00a0 }, { 0x00ad, 0x00ad },			/* no-break space, soft hyphen */
		{ 0x061c, 0x061c }, { 0x1680, 0x1680 },
		{ 0x2000, 0x200f },					/* spaces, joiners, marks of direction */
		{ 0x2010, 0x2015 },					/* hyphens and dashes */
		{ 0x2028, 0x202f }, { 0x205f, 0x2064 }, { 0x2066, 0x2069 },
		{ 0x2212, 0x2212 }, { 0x3000, 0x3000 },			/* minus, ideographic space */
		{ 0xfe58, 0xfe58 }, { 0xfe63, 0xfe63 }, { 0xff0d, 0xff0d },
		{ 0xfeff, 0xfeff },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c >= rows[i].from && c <= rows[i].to)
			return true;
	return false;
}

/* What stands for a digit or a letter of ASCII elsewhere; 0: it stands for none. */
static char plain_of(uint32_t c)
{
	static const struct { uint32_t from, to; char first; } rows[] = {
		{ 0x0660, 0x0669, '0' }, { 0x06f0, 0x06f9, '0' },	/* Arabic-Indic, and extended */
		{ 0xff10, 0xff19, '0' }, { 0xff21, 0xff3a, 'A' }, { 0xff41, 0xff5a, 'a' },	/* full width */
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c >= rows[i].from && c <= rows[i].to)
			return (char)(rows[i].first + (char)(c - rows[i].from));
	return '\0';
}

void mfa_typed_plain(const char *typed, char out[MFA_ANSWER_MAX])
{
	size_t left = typed != NULL ? strlen(typed) : 0, n = 0, bytes;
	uint32_t c;

	memset(out, 0, MFA_ANSWER_MAX);
	for (; left > 0; typed += bytes, left -= bytes) {
		bytes = mfa_text_character(typed, left, &c);
		if (bytes == 0) {
			bytes = 1;
			c = (unsigned char)*typed < 0x80 ? (unsigned char)*typed : UINT32_MAX;
		}
		if (is_between(c))
			continue;
		if (plain_of(c) != '\0' && n + 1 < MFA_ANSWER_MAX) {
			out[n++] = plain_of(c);
		} else if (n + bytes < MFA_ANSWER_MAX) {
			memcpy(out + n, typed, bytes);
			n += bytes;
		} else {
			/* Longer than any code. */
			explicit_bzero(out, MFA_ANSWER_MAX);
			return;
		}
	}
}

/* Of all languages that there are: people type what they are used to. */
enum mfa_typed_word mfa_typed_word(const char *typed)
{
	static const struct { const char *text; enum mfa_typed_word word; } rows[] = {
		{ "", MFA_TYPED_NOTHING },
		{ "ok", MFA_TYPED_YES }, { "y", MFA_TYPED_YES }, { "yes", MFA_TYPED_YES }, { "j", MFA_TYPED_YES },
		{ "ja", MFA_TYPED_YES }, { "o", MFA_TYPED_YES }, { "oui", MFA_TYPED_YES },
		{ "n", MFA_TYPED_NO }, { "no", MFA_TYPED_NO }, { "nee", MFA_TYPED_NO }, { "non", MFA_TYPED_NO },
	};
	enum mfa_typed_word word = MFA_TYPED_OTHER;
	char plain[MFA_ANSWER_MAX];
	size_t i;

	mfa_typed_plain(typed, plain);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcasecmp(plain, rows[i].text) == 0)
			word = rows[i].word;
	explicit_bzero(plain, sizeof(plain));
	return word;
}

/* What people type where they are told to press Enter. */
bool mfa_typed_is_enter(const char *typed)
{
	enum mfa_typed_word word = mfa_typed_word(typed);

	return word == MFA_TYPED_NOTHING || word == MFA_TYPED_YES;
}
