/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/gsm7.h"

#include <stdint.h>
#include <string.h>

#include "text/text.h"

static const char basic[] = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
			    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static const char extension[] = "^{}\\[~]|€";

/* Whether the character of len bytes at text is one of a list's. */
static int is_of(const char *list, const char *text, size_t len)
{
	uint32_t value;
	size_t n;

	for (; *list != '\0'; list += n) {
		n = mfa_text_character(list, strlen(list), &value);
		if (n == len && memcmp(list, text, len) == 0)
			return 1;
		if (n == 0)
			return 0;
	}
	return 0;
}

int mfa_gsm7_septets(const char *text)
{
	uint32_t value;
	int septets = 0;
	size_t len;

	for (; *text != '\0'; text += len) {
		if (*text == '\n' || *text == '\r') {
			len = 1;
			septets++;
			continue;
		}
		len = mfa_text_character(text, strlen(text), &value);
		if (len > 0 && is_of(basic, text, len))
			septets++;
		else if (len > 0 && is_of(extension, text, len))
			septets += 2;
		else
			return -1;
	}
	return septets;
}

void mfa_gsm7_copy(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < size; text++) {
		/* Of a character of several bytes, one mark. */
		if (((unsigned char)*text & 0xc0) == 0x80)
			continue;
		out[n++] = *text >= ' ' && *text <= '~' && is_of(basic, text, 1) ? *text : '?';
	}
	out[n] = '\0';
}
