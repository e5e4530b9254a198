/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/quote.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

#define SIZE_FIRST 256
#define ESCAPED_MAX 12
#define ELLIPSIS 0x2026

/* Not realloc: what it leaves behind would not be wiped. */
static void grow(struct mfa_quote *q, size_t size)
{
	char *grown = malloc(size);

	if (grown == NULL) {
		q->failed = true;
		return;
	}
	if (q->text != NULL) {
		memcpy(grown, q->text, q->len);
		explicit_bzero(q->text, q->len);
	}
	free(q->text);
	q->text = grown;
	q->size = size;
}

void mfa_quote_add(struct mfa_quote *q, const char *text)
{
	size_t size = q->size == 0 ? SIZE_FIRST : q->size, n = strlen(text);

	while (size < q->len + n + 1)
		size *= 2;
	if (!q->failed && size != q->size)
		grow(q, size);
	if (q->failed)
		return;
	memcpy(q->text + q->len, text, n + 1);
	q->len += n;
}

static bool is_bare(uint32_t c)
{
	if (c >= 0x80)
		return mfa_text_visible(c) && c != ELLIPSIS;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("_./:=,@%+-", (int)c) != NULL);
}

/* The character at `at`, as it is written between quotes; after_blank: it follows one.  Returns its bytes. */
static size_t escape(const char *at, size_t left, bool after_blank, char out[ESCAPED_MAX])
{
	uint32_t c;
	size_t n = mfa_text_character(at, left, &c);

	if (*at == '\'' || *at == '\\')
		(void)snprintf(out, ESCAPED_MAX, "\\%c", *at);
	else if (*at == '\n' || *at == '\t')
		(void)snprintf(out, ESCAPED_MAX, *at == '\n' ? "\\n" : "\\t");
	else if (n == 0 || (c == ' ' && after_blank))
		(void)snprintf(out, ESCAPED_MAX, "\\x%02x", (unsigned char)*at);
	else if (c < 0x80 || (mfa_text_visible(c) && c != ELLIPSIS))
		(void)snprintf(out, ESCAPED_MAX, "%.*s", (int)n, at);
	else
		(void)snprintf(out, ESCAPED_MAX, c <= 0xffff ? "\\u%04x" : "\\U%08x", (unsigned)c);
	return n > 0 ? n : 1;
}

static bool is_all_bare(const char *word)
{
	const char *end = word + strlen(word), *at = word;
	uint32_t c;
	size_t n;

	for (; at < end; at += n) {
		n = mfa_text_character(at, (size_t)(end - at), &c);
		if (n == 0 || !is_bare(c))
			return false;
	}
	return word != end;
}

void mfa_quote_quoted(struct mfa_quote *q, const char *word)
{
	const char *end = word + strlen(word), *at;
	char out[ESCAPED_MAX];
	size_t n;

	mfa_quote_add(q, q->len > 0 ? " '" : "'");
	for (at = word; at < end; at += n) {
		n = escape(at, (size_t)(end - at), at > word && at[-1] == ' ', out);
		mfa_quote_add(q, out);
	}
	mfa_quote_add(q, "'");
	explicit_bzero(out, sizeof(out));
}

void mfa_quote_word(struct mfa_quote *q, const char *word)
{
	if (!is_all_bare(word)) {
		mfa_quote_quoted(q, word);
		return;
	}
	if (q->len > 0)
		mfa_quote_add(q, " ");
	mfa_quote_add(q, word);
}

void mfa_quote_release(struct mfa_quote *q)
{
	if (q->text != NULL)
		explicit_bzero(q->text, q->len);
	free(q->text);
	*q = (struct mfa_quote){ .text = NULL };
}

/* Bytes of what may not be cut in two. */
static size_t unit(const char *at, size_t left)
{
	static const struct { char letter; size_t len; } rows[] = { { 'x', 4 }, { 'u', 6 }, { 'U', 10 } };
	size_t i, n = 2;
	uint32_t c;

	if (*at != '\\') {
		n = mfa_text_character(at, left, &c);
		return n > 0 ? n : 1;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (left > 1 && at[1] == rows[i].letter)
			n = rows[i].len;
	return n < left ? n : left;
}

void mfa_quote_cut(char *text, size_t most)
{
	size_t len = strlen(text), mark = strlen(MFA_QUOTE_CUT), room, at, head = 0, tail;

	if (len <= most)
		return;
	room = most - mark;
	for (at = 0; at <= room * 3 / 5; at += unit(text + at, len - at))
		head = at;
	for (tail = head; tail < len - (room - head);)
		tail += unit(text + tail, len - tail);
	memmove(text + head + mark, text + tail, len - tail + 1);
	memcpy(text + head, MFA_QUOTE_CUT, mark);
}
