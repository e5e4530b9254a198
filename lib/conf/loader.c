/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/loader.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/language.h"

#define NEITHER N_("neither a [section] nor a line of the form key = value")
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
/* inih cuts longer names of sections, too. */
#define SECTION_MAX 48

int conf_fail(struct loader *l, const char *format, ...)
{
	va_list args;
	int n;

	if (l->failed)
		return 0;
	l->failed = true;
	n = snprintf(l->error, MFA_CONF_ERROR_SIZE, "%s:%d: ", l->name, l->line);
	if (n < 0 || n >= MFA_CONF_ERROR_SIZE)
		return 0;
	va_start(args, format);
	(void)vsnprintf(l->error + n, MFA_CONF_ERROR_SIZE - (size_t)n, _(format), args);
	va_end(args);
	return 0;
}

void *conf_keep(struct loader *l, void *p)
{
	struct mfa_conf *conf = l->conf;
	void **grown = p != NULL ? reallocarray(conf->kept, conf->kept_count + 1, sizeof(*grown)) : NULL;

	if (grown == NULL) {
		free(p);
		(void)conf_fail(l, "out of memory");
		return NULL;
	}
	conf->kept = grown;
	conf->kept[conf->kept_count++] = p;
	return p;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Notes that a key of a section, or the section itself (""), is there; *again: it was there before.  No
 * line has a line feed in it, so the two cannot be mistaken for others. */
static int note(struct loader *l, const char *section, const char *key, bool *again)
{
	char *text = NULL;
	char **there;

	*again = false;
	if (asprintf(&text, "%s\n%s", section, key) < 0)
		return conf_fail(l, "out of memory");
	there = tsearch(text, &l->given, compare);
	*again = there != NULL && *there != text;
	if (there == NULL || *again)
		free(text);
	return there != NULL ? 1 : conf_fail(l, "out of memory");
}

static const struct conf_section *find_section(const struct loader *l, const char *text)
{
	const struct conf_section *row, *found = NULL;

	for (row = l->sections; row->name != NULL; row++) {
		size_t len = strlen(row->name);

		if (strncmp(text, row->name, len) == 0 && text[len] == (row->argument ? ' ' : '\0') &&
		    (found == NULL || len > strlen(found->name)))
			found = row;
	}
	return found;
}

/* What builds on a section takes it as it is then. */
static int check_order(struct loader *l)
{
	const struct conf_section *row;

	for (row = l->sections; row->name != NULL; row++) {
		const char *begun = l->begun[row - l->sections];

		if (!l->row->argument && begun != NULL && row->after != NULL && strcmp(row->after, l->row->name) == 0)
			return conf_fail(l, "[%s] must come before [%s], which builds on it", l->row->name, begun);
	}
	return 1;
}

static int begin_section(struct loader *l, const char *section)
{
	const char *argument = NULL;
	bool again;

	if (strlen(section) > SECTION_MAX)
		return conf_fail(l, "the name of the section is longer than %d bytes", SECTION_MAX);
	(void)snprintf(l->section, sizeof(l->section), "%s", section);
	l->row = find_section(l, section);
	if (l->row == NULL)
		return conf_fail(l, "there is no section [%s]", section);
	if (!note(l, section, "", &again))
		return 0;
	if (l->row->argument) {
		argument = section + strlen(l->row->name) + 1;
		if (again)
			return conf_fail(l, "[%s] is there twice", section);
	}
	if (!check_order(l))
		return 0;
	l->begun[l->row - l->sections] = conf_keep(l, strdup(section));
	return !l->failed && (l->row->begin == NULL || l->row->begin(l, argument));
}

/* inih says nothing of a section without keys, nor of what stands behind its name. */
static int section_line(struct loader *l, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len), *rest;
	char name[LINE_SIZE];

	if (end == NULL)
		return conf_fail(l, "a [section] that is not closed");
	for (rest = end + 1; rest < line + len && isspace((unsigned char)*rest); rest++)
		;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(end - line - 1), line + 1);
	if (rest < line + len && *rest != ';' && *rest != '#')
		return conf_fail(l, "there is something behind [%s]", name);
	return begin_section(l, name);
}

static const struct conf_key *find_key(const struct conf_section *row, const char *name)
{
	const struct conf_key *key;

	for (key = row->keys; key != NULL && key->key != NULL; key++)
		if (strcmp(key->key, name) == 0)
			return key;
	return row->any.set != NULL && name[0] != '\0' ? &row->any : NULL;
}

static int on_key(void *ctx, const char *section, const char *name, const char *value)
{
	struct loader *l = ctx;
	const struct conf_key *key;

	if (l->failed)
		return 0;
	if (section[0] == '\0')
		return conf_fail(l, "%s stands before the first [section]", name);
	/* inih took a line for a section that was none to us. */
	if (strcmp(section, l->section) != 0)
		return conf_fail(l, NEITHER);
	key = find_key(l->row, name);
	if (key == NULL)
		return conf_fail(l, "[%s] has no key %s", section, name);
	if (!note(l, section, name, &l->again))
		return 0;
	if (l->again && !key->list)
		return conf_fail(l, "%s is there twice in [%s]", name, section);
	if (value[0] == '\0')
		return conf_fail(l, "%s has no value", name);
	return key->set(l, name, value);
}

/* Hands inih a line, and remembers which one. */
static char *next_line(char *out, int size, void *ctx)
{
	struct loader *l = ctx;
	const char *start = l->text + l->at, *end;
	size_t left = l->len - l->at, n;

	if (left == 0 || l->failed)
		return NULL;
	l->line++;
	end = memchr(start, '\n', left);
	n = end != NULL ? (size_t)(end - start) + 1 : left;
	l->at += n;
	if (n >= LINE_SIZE - 1 || n >= (size_t)size) {
		(void)conf_fail(l, "the line is longer than %d bytes", LINE_SIZE - 3);
		return NULL;
	}
	if (memchr(start, '\0', n) != NULL) {
		(void)conf_fail(l, "there is a NUL byte in the line");
		return NULL;
	}
	/* inih would take an indented line as more of the value before it. */
	while (n > 1 && isspace((unsigned char)*start)) {
		start++;
		n--;
	}
	if (*start == '[' && section_line(l, start, n) == 0)
		return NULL;
	memcpy(out, start, n);
	out[n] = '\0';
	return out;
}

static void read_lines(struct loader *l)
{
	int r;

	if (l->len >= strlen(BYTE_ORDER_MARK) && memcmp(l->text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		l->at = strlen(BYTE_ORDER_MARK);
	r = conf_set_default_methods(l) ? ini_parse_stream(next_line, l, on_key, l) : 0;
	if (r != 0 && !l->failed) {
		l->line = r > 0 ? r : l->line;
		(void)conf_fail(l, NEITHER);
	}
}

static int parse(const char *name, const char *text, size_t len, const struct conf_section *sections,
		 int (*complete)(struct loader *l), struct mfa_conf **out, char *error)
{
	struct loader l = { .sections = sections, .name = name, .text = text, .len = len, .error = error };
	size_t count = 0;
	int r = -ENOMEM;

	*out = NULL;
	error[0] = '\0';
	while (sections[count].name != NULL)
		count++;
	l.conf = conf_new();
	l.begun = calloc(count + 1, sizeof(*l.begun));
	if (l.conf == NULL || l.begun == NULL) {
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s: %s", name, _("out of memory"));
		goto out;
	}
	r = -EINVAL;
	read_lines(&l);
	if (!l.failed && complete(&l)) {
		*out = l.conf;
		l.conf = NULL;
		r = 0;
	}
out:
	tdestroy(l.given, free);
	free(l.begun);
	mfa_conf_free(&l.conf);
	return r;
}

int conf_parse(const char *name, const char *text, size_t len, const struct conf_section *sections,
	       struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE])
{
	return parse(name, text, len, sections, conf_complete, out, error);
}

static int nothing_missing(struct loader *l)
{
	(void)l;
	return 1;
}

int conf_parse_part(const char *name, const char *text, size_t len, const struct conf_section *sections,
		    struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE])
{
	return parse(name, text, len, sections, nothing_missing, out, error);
}
