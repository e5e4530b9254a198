/* SPDX-License-Identifier: BSD-2-Clause */
#include "log/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool also_stderr;

void mfa_log_open(const char *ident, bool to_stderr)
{
	also_stderr = to_stderr;
	openlog(ident, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

static void append(struct mfa_log_line *line, const char *text, size_t len)
{
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
}

static bool plain(const char *value)
{
	for (; *value != '\0'; value++)
		if (!isalnum((unsigned char)*value) && strchr("-_.:/@+,%", *value) == NULL)
			return false;
	return true;
}

/* Four bytes at most for each: \xNN. */
static size_t escape(const char *value, char *out, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; *value != '\0' && n + 5 < size; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < ' ' || c >= 0x7f) {
			out[n++] = '\\';
			out[n++] = 'x';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		} else {
			out[n++] = (char)c;
		}
	}
	return n;
}

static void field(struct mfa_log_line *line, const char *key, const char *value, bool quoted)
{
	char text[640];
	size_t key_len = strlen(key), len;

	len = escape(value, text, sizeof(text));
	if (line->len + key_len + len + 5 > sizeof(line->text))
		return;
	append(line, " ", 1);
	append(line, key, key_len);
	append(line, quoted ? "=\"" : "=", quoted ? 2 : 1);
	append(line, text, len);
	append(line, "\"", quoted ? 1 : 0);
}

void mfa_log_begin(struct mfa_log_line *line, const char *event)
{
	int n = snprintf(line->text, sizeof(line->text), "event=%s", event);

	line->len = n > 0 && (size_t)n < sizeof(line->text) ? (size_t)n : 0;
}

void mfa_log_text(struct mfa_log_line *line, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		field(line, key, value, !plain(value));
}

void mfa_log_number(struct mfa_log_line *line, const char *key, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	field(line, key, text, false);
}

void mfa_log_write(const struct mfa_log_line *line, int priority)
{
	syslog(priority, "%s", line->text);
	if (also_stderr)
		(void)dprintf(STDERR_FILENO, "%s: %s\n", program_invocation_short_name, line->text);
}

void mfa_log_message(int priority, const char *event, const char *message, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, event);
	mfa_log_text(&line, "msg", message);
	if (r < 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, priority);
}
