/* SPDX-License-Identifier: BSD-2-Clause */
#include "text/text.h"

#include <stdint.h>
#include <string.h>

size_t mfa_text_character(const char *text, size_t left, uint32_t *out)
{
	static const struct { uint8_t mask, lead; uint32_t least; } forms[] = {
		{ 0xe0, 0xc0, 0xa0 },	/* from U+00A0: U+0080 to U+009F are controls */
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	const unsigned char *p = (const unsigned char *)text;
	uint32_t value;
	size_t i, n;

	*out = 0;
	if (left == 0)
		return 0;
	if (*p < 0x80) {
		*out = *p;
		return *p >= ' ' && *p != 0x7f;
	}
	for (n = 0; n < 3; n++)
		if ((*p & forms[n].mask) == forms[n].lead)
			break;
	if (n == 3 || left < n + 2)
		return 0;
	value = *p & (uint32_t)(uint8_t)~forms[n].mask;
	for (i = 1; i <= n + 1; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3fU);
	}
	if (value < forms[n].least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*out = value;
	return n + 2;
}

bool mfa_text_visible(uint32_t value)
{
	/* By the Unicode Character Database, version 15: Cc, Cf, Zs, Zl, Zp, Co, Cs and noncharacters; what else is
	 * blank or ignorable (DerivedCoreProperties); marks that lie over any letter; and what is written from right
	 * to left (DerivedBidiClass: R, AL, AN), which takes digits and signs beside it along. */
	static const struct { uint32_t from, to; } rows[] = {
		{ 0x0000, 0x0020 }, { 0x007f, 0x00a0 }, { 0x00ad, 0x00ad }, { 0x0300, 0x036f }, { 0x0483, 0x0489 },
		{ 0x0590, 0x08ff }, { 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f },
		{ 0x20d0, 0x20ff }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xd800, 0xf8ff },
		{ 0xfb1d, 0xfdff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfe70, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xffff }, { 0x10800, 0x10fff }, { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
		{ 0x13430, 0x1345f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0x1e800, 0x1efff },
		{ 0xe0000, 0x10ffff },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (value >= rows[i].from && value <= rows[i].to)
			return false;
	return value <= 0x10ffff;
}

bool mfa_text_printable_bytes(const char *text, size_t len)
{
	size_t at, n;
	uint32_t value;

	for (at = 0; at < len; at += n) {
		n = mfa_text_character(text + at, len - at, &value);
		if (n == 0)
			return false;
	}
	return true;
}

bool mfa_text_printable(const char *text)
{
	return mfa_text_printable_bytes(text, strlen(text));
}

void mfa_text_copy(char *out, size_t size, const char *text)
{
	const char *p = text, *end = p + strlen(text);
	size_t at = 0, n;
	uint32_t value;

	while (p < end) {
		n = mfa_text_character(p, (size_t)(end - p), &value);
		if (at + (n > 0 ? n : 1) >= size)
			break;
		if (n > 0)
			memcpy(out + at, p, n);
		else
			out[at] = '?';
		at += n > 0 ? n : 1;
		p += n > 0 ? n : 1;
	}
	out[at] = '\0';
}

/* Whether a line is words: pictures are drawn of blanks, of '#', of ESC sequences and of U+2580 and its like. */
static bool is_words(const char *line)
{
	unsigned char c = (unsigned char)line[0];

	return (c > ' ' && c < 0x7f && c != '#') || (c & 0xfc) == 0xc0;
}

static size_t columns(const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

/* The last blank before which there are no more than `most` columns; NULL: there is none. */
static char *last_blank(char *line, size_t len, size_t most)
{
	char *found = NULL;
	size_t i, n = 0;

	for (i = 0; i < len && n <= most; i++) {
		if (line[i] == ' ' && i > 0)
			found = line + i;
		n += ((unsigned char)line[i] & 0xc0) != 0x80;
	}
	return found;
}

void mfa_text_wrap(char *text, size_t first, size_t others)
{
	size_t most = first, len, next;
	char *blank;

	for (; *text != '\0'; text += text[len] == '\n' ? len + 1 : len, most = others) {
		len = strcspn(text, "\n");
		blank = is_words(text) && columns(text, len) > most ? last_blank(text, len, most) : NULL;
		if (blank == NULL)
			continue;
		*blank = '\n';
		next = text[len] == '\n' ? strcspn(text + len + 1, "\n") : 0;
		/* Then that one may be too long, and comes next; but nothing is pushed into another sentence. */
		if (next > 0 && is_words(text + len + 1) &&
		    (strchr(".:!?", text[len - 1]) == NULL ||
		     columns(blank + 1, (size_t)(text + len - blank) + next) <= others))
			text[len] = ' ';
		len = (size_t)(blank - text);
	}
}

uint64_t mfa_text_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3U;
	return hash;
}
