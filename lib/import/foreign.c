/* SPDX-License-Identifier: BSD-2-Clause */
#include "import/foreign.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoding/base32.h"
#include "language/language.h"
#include "otp/hotp.h"

#define LINE_MAX_LEN 1024
#define WORDS_MAX 7

static int add(struct mfa_foreign *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int add(struct mfa_foreign *out, const char *format, ...)
{
	char line[LINE_MAX_LEN + 256], *grown;
	size_t room;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(line))
		return -EINVAL;
	if (out->len + (size_t)n + 1 > out->room) {
		/* Not realloc: what it leaves behind would hold secrets. */
		room = 2 * (out->room + sizeof(line));
		grown = malloc(room);
		if (grown == NULL)
			return -ENOMEM;
		if (out->len > 0)
			memcpy(grown, out->text, out->len);
		if (out->text != NULL)
			explicit_bzero(out->text, out->len);
		free(out->text);
		out->text = grown;
		out->room = room;
	}
	memcpy(out->text + out->len, line, (size_t)n + 1);
	out->len += (size_t)n;
	explicit_bzero(line, sizeof(line));
	return 0;
}

void mfa_foreign_release(struct mfa_foreign *foreign)
{
	if (foreign->text != NULL)
		explicit_bzero(foreign->text, foreign->len);
	free(foreign->text);
	*foreign = (struct mfa_foreign){ NULL, 0, 0 };
}

/* The next line, copied; cut off spaces at its end.  Returns false at the end of the text. */
static bool next_line(const char **at, const char *end, uint32_t *number, char line[LINE_MAX_LEN], bool *whole)
{
	const char *newline;
	size_t len;

	if (*at >= end)
		return false;
	newline = memchr(*at, '\n', (size_t)(end - *at));
	len = (size_t)((newline != NULL ? newline : end) - *at);
	*whole = len < LINE_MAX_LEN && memchr(*at, '\0', len) == NULL;
	if (*whole)
		memcpy(line, *at, len);
	while (*whole && len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	line[*whole ? len : 0] = '\0';
	*at = newline != NULL ? newline + 1 : end;
	(*number)++;
	return true;
}

static bool parse_number(const char *text, uint64_t most, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	*out = 0;
	if (digits == 0 || digits > 18 || text[digits] != '\0')
		return false;
	*out = strtoull(text, NULL, 10);
	return *out <= most;
}

struct google {
	char secret[LINE_MAX_LEN];
	bool counts;
	uint64_t counter, step;
};

/* A line "NAME VALUE", without the quote and space before it. */
static bool google_option(struct google *g, const char *line, uint32_t number,
			  mfa_foreign_note_fn *note, void *ctx)
{
	static const char *const dropped[] = { "RATE_LIMIT", "WINDOW_SIZE", "DISALLOW_REUSE", "TIME_SKEW",
					       "RESETTING_TIME_SKEW", "LAST", "RELAXED" };
	size_t i;

	if (strcmp(line, "TOTP_AUTH") == 0)
		return true;
	if (strncmp(line, "HOTP_COUNTER ", 13) == 0) {
		g->counts = true;
		return parse_number(line + 13, INT64_MAX, &g->counter);
	}
	if (strncmp(line, "STEP_SIZE ", 10) == 0)
		return parse_number(line + 10, 300, &g->step);
	for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
		if (strncmp(line, dropped[i], strlen(dropped[i])) != 0)
			continue;
		if (i < 2)
			note(ctx, number, i == 0 ? N_("RATE_LIMIT is not kept: [throttle] does that for everybody")
						 : N_("WINDOW_SIZE is not kept: window in [totp] is for everybody"));
		return true;
	}
	note(ctx, number, N_("this option is not known, and not kept"));
	return true;
}

static bool is_scratch(const char *line)
{
	return strlen(line) == 8 && strspn(line, "0123456789") == 8;
}

int mfa_foreign_google(const char *name, const char *text, size_t len, mfa_foreign_note_fn *note,
		       void *ctx, struct mfa_foreign *out)
{
	struct google g = { .step = 30 };
	const char *at = text, *end = text + len;
	char line[LINE_MAX_LEN];
	uint32_t number = 0;
	bool whole;
	int r = 0;

	while (r == 0 && next_line(&at, end, &number, line, &whole)) {
		if (!whole) {
			note(ctx, number, N_("not a line of such a file"));
			r = -EINVAL;
		} else if (number == 1) {
			(void)strcpy(g.secret, line);
		} else if (strncmp(line, "\" ", 2) == 0) {
			if (!google_option(&g, line + 2, number, note, ctx)) {
				note(ctx, number, N_("the value of this option makes no sense"));
				r = -EINVAL;
			}
		} else if (is_scratch(line)) {
			r = add(out, "%s\trecovery:%s\n", name, line);
		} else if (line[0] != '\0') {
			note(ctx, number, N_("neither an option nor a scratch code"));
			r = -EINVAL;
		}
	}
	if (r == 0 && (g.secret[0] == '\0' || g.secret[strspn(g.secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")] != '\0')) {
		note(ctx, 1, N_("the first line is not a secret in base 32"));
		r = -EINVAL;
	}
	if (r == 0 && g.counts)
		r = add(out, "%s\totpauth://hotp/x?secret=%s&counter=%llu\n", name, g.secret,
			(unsigned long long)g.counter);
	else if (r == 0)
		r = add(out, "%s\totpauth://totp/x?secret=%s&period=%llu\n", name, g.secret,
			(unsigned long long)g.step);
	explicit_bzero(&g, sizeof(g));
	explicit_bzero(line, sizeof(line));
	return r;
}

/* HOTP, HOTP/E/DIGITS, HOTP/Tstep, HOTP/Tstep/DIGITS.  *step is 0 for a counter. */
static bool oath_kind(char *word, uint64_t *step, uint64_t *digits)
{
	char *rest = NULL, *part = strtok_r(word, "/", &rest);

	*step = 0;
	*digits = 6;
	if (part == NULL || strcmp(part, "HOTP") != 0)
		return false;
	part = strtok_r(NULL, "/", &rest);
	if (part == NULL)
		return true;
	if (part[0] == 'T' && !parse_number(part + 1, 300, step))
		return false;
	if (part[0] != 'T' && strcmp(part, "E") != 0)
		return false;
	part = strtok_r(NULL, "/", &rest);
	return part == NULL || (parse_number(part, 8, digits) && *digits >= 6 && strtok_r(NULL, "/", &rest) == NULL);
}

static bool secret_from_hex(const char *hex, char *out, size_t size)
{
	uint8_t secret[MFA_OTP_SECRET_MAX];
	size_t n = strlen(hex) / 2, i;
	unsigned byte;
	bool ok = n > 0 && n <= sizeof(secret) && strlen(hex) % 2 == 0 &&
		  hex[strspn(hex, "0123456789abcdefABCDEF")] == '\0';

	for (i = 0; ok && i < n; i++) {
		ok = sscanf(hex + 2 * i, "%2x", &byte) == 1;
		secret[i] = (uint8_t)byte;
	}
	ok = ok && mfa_base32_encode(secret, n, out, size) == 0;
	explicit_bzero(secret, sizeof(secret));
	return ok;
}

static int oath_line(char *line, uint32_t number, mfa_foreign_note_fn *note, void *ctx,
		     struct mfa_foreign *out)
{
	char *words[WORDS_MAX] = { NULL }, *rest = NULL, secret[MFA_BASE32_SIZE(MFA_OTP_SECRET_MAX)];
	uint64_t step, digits, counter = 0;
	size_t n = 0;
	int r;

	for (words[0] = strtok_r(line, " \t", &rest); n < WORDS_MAX - 1 && words[n] != NULL;)
		words[++n] = strtok_r(NULL, " \t", &rest);
	if (words[3] == NULL || !oath_kind(words[0], &step, &digits) ||
	    !secret_from_hex(words[3], secret, sizeof(secret)) ||
	    (words[4] != NULL && !parse_number(words[4], INT64_MAX - 1, &counter))) {
		note(ctx, number, N_("not a line of a usersfile: TYPE USER PIN SECRET [COUNTER [CODE TIME]]"));
		return -EINVAL;
	}
	if (strcmp(words[2], "-") != 0)
		note(ctx, number, N_("its PIN is not kept: the password takes its place"));
	if (step > 0) {
		r = add(out, "%s\totpauth://totp/x?secret=%s&digits=%llu&period=%llu\n", words[1], secret,
			(unsigned long long)digits, (unsigned long long)step);
	} else {
		/* What stands there was used, if a code stands behind it. */
		counter += words[5] != NULL ? 1 : 0;
		r = add(out, "%s\totpauth://hotp/x?secret=%s&digits=%llu&counter=%llu\n", words[1], secret,
			(unsigned long long)digits, (unsigned long long)counter);
	}
	explicit_bzero(secret, sizeof(secret));
	return r;
}

int mfa_foreign_oath(const char *text, size_t len, mfa_foreign_note_fn *note, void *ctx,
		     struct mfa_foreign *out)
{
	const char *at = text, *end = text + len;
	char line[LINE_MAX_LEN];
	uint32_t number = 0;
	bool whole, bad = false;
	int r = 0;

	while ((r == 0 || r == -EINVAL) && next_line(&at, end, &number, line, &whole)) {
		if (whole && (line[0] == '\0' || line[0] == '#'))
			continue;
		if (!whole)
			note(ctx, number, N_("the line is too long"));
		r = whole ? oath_line(line, number, note, ctx, out) : -EINVAL;
		bad |= r == -EINVAL;
	}
	explicit_bzero(line, sizeof(line));
	return r == -ENOMEM ? r : bad ? -EINVAL : 0;
}
