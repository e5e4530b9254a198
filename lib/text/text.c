#include "text/text.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the printable character at p[0..left), or 0. */
static size_t character(const unsigned char *p, size_t left)
{
	static const struct { uint8_t mask, lead; uint32_t least; } forms[] = {
		{ 0xe0, 0xc0, 0xa0 },	/* from U+00A0: U+0080 to U+009F are controls */
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	uint32_t value;
	size_t i, n;

	if (left == 0)
		return 0;
	if (*p < 0x80)
		return *p >= ' ' && *p != 0x7f;
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
	return n + 2;
}

bool mfa_text_printable_bytes(const char *text, size_t len)
{
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = character((const unsigned char *)text + at, len - at);
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
	const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);
	size_t at = 0, n;

	while (p < end) {
		n = character(p, (size_t)(end - p));
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
