/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module/quote.h"
#include "module/sudo.h"

#define LINE_MAX_BYTES (8 << 20)	/* more than the kernel lets a program have */
/* So that none can push what runs out of sight. */
#define MARKS_MOST 92
#define MARK_MOST 32
#define VARIABLES_MOST 48

/* What is said of each, in this order. */
static const struct { enum mfa_sudo_meaning meaning; const char *word; } marks[] = {
	{ MFA_SUDO_LOGIN, "login shell" }, { MFA_SUDO_SHELL, "shell" }, { MFA_SUDO_EDIT, "edit" },
	{ MFA_SUDO_LIST, "list" }, { MFA_SUDO_OF, "of" }, { MFA_SUDO_VALIDATE, "validate" },
	{ MFA_SUDO_ROOT, "chroot" }, { MFA_SUDO_IN, "in" }, { MFA_SUDO_ON, "on" },
	{ MFA_SUDO_KEEP, "environment kept" }, { MFA_SUDO_ROLE, "role" }, { MFA_SUDO_TYPE, "type" },
};

/* Adds a value, quoted, and no longer than one may be. */
static void add_value(struct mfa_quote *q, const char *before, const char *value)
{
	struct mfa_quote word = { .text = NULL };

	mfa_quote_word(&word, value);
	if (word.text != NULL) {
		mfa_quote_cut(word.text, MARK_MOST);
		mfa_quote_add(q, before);
		mfa_quote_add(q, word.text);
	}
	q->failed |= word.failed;
	mfa_quote_release(&word);
}

/* As whom, how and where, between parentheses: no word has any outside of quotes. */
static void add_marks(struct mfa_quote *q, const struct mfa_sudo *sudo)
{
	const char *user = sudo->values[MFA_SUDO_USER], *group = sudo->values[MFA_SUDO_GROUP], *value;
	size_t i;

	if (user != NULL)
		add_value(q, "(as ", user);
	if (group != NULL)
		add_value(q, user != NULL ? ":" : "(as :", group);
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		value = sudo->values[marks[i].meaning];
		if (value == NULL)
			continue;
		mfa_quote_add(q, q->len == 0 ? "(" : ", ");
		mfa_quote_add(q, marks[i].word);
		if (value[0] != '\0')
			add_value(q, " ", value);
	}
	if (q->len > 0)
		mfa_quote_add(q, ")");
}

static void on_variable(void *ctx, const char *text)
{
	mfa_quote_word(ctx, text);
}

/* Appends a part, cut to what it may have, and to what there is. */
static void put(struct mfa_quote *part, size_t most, char out[MFA_COMMAND_SIZE])
{
	size_t at = strlen(out), blank = at > 0, room = MFA_COMMAND_SIZE - 1 - at - blank;

	if (part->text == NULL)
		return;
	mfa_quote_cut(part->text, most < room ? most : room);
	(void)snprintf(out + at, MFA_COMMAND_SIZE - at, "%s%s", blank ? " " : "", part->text);
}

static void show(size_t argc, const char *const *argv, bool is_sudo, char out[MFA_COMMAND_SIZE])
{
	struct mfa_quote said = { .text = NULL }, variables = said, words = said;
	struct mfa_sudo sudo = { .command = 1 };
	size_t i;

	if (is_sudo && mfa_sudo_parse(argc, argv, on_variable, &variables, &sudo) != 0) {
		mfa_quote_release(&variables);
		mfa_quote_add(&said, "(not understood)");
		sudo.command = 1;
	} else {
		add_marks(&said, &sudo);
	}
	/* A program whose name has = in it is no variable. */
	for (i = sudo.command; i < argc; i++)
		if (is_sudo && i == sudo.command && strchr(argv[i], '=') != NULL)
			mfa_quote_quoted(&words, argv[i]);
		else
			mfa_quote_word(&words, argv[i]);
	if (!said.failed && !variables.failed && !words.failed) {
		put(&said, MARKS_MOST, out);
		put(&variables, VARIABLES_MOST, out);
		put(&words, MFA_COMMAND_SIZE, out);
	}
	mfa_quote_release(&said);
	mfa_quote_release(&variables);
	mfa_quote_release(&words);
}

/* The words of args, which the result points into; NULL: there are none, or memory runs out.  The caller frees it. */
static const char **words_of(const char *args, size_t len, size_t *argc)
{
	const char **argv, *at, *end = args + len;

	*argc = 0;
	for (at = args; at < end; at += strlen(at) + 1)
		(*argc)++;
	argv = *argc > 0 ? calloc(*argc + 1, sizeof(*argv)) : NULL;
	if (argv == NULL)
		return NULL;
	for (at = args, *argc = 0; at < end; at += strlen(at) + 1)
		argv[(*argc)++] = at;
	return argv;
}

void mfa_command_show(const char *args, size_t len, bool is_sudo, char out[MFA_COMMAND_SIZE])
{
	const char **argv;
	size_t argc;

	out[0] = '\0';
	argv = words_of(args, len, &argc);
	if (argv != NULL)
		show(argc, argv, is_sudo, out);
	free(argv);
}

static void pass_over(void *ctx, const char *text)
{
	(void)ctx, (void)text;
}

bool mfa_command_has_askpass(const char *args, size_t len)
{
	struct mfa_sudo sudo = { .command = 0 };
	const char **argv;
	size_t argc;

	argv = words_of(args, len, &argc);
	/* What comes before an option that is not known counts. */
	if (argv != NULL)
		(void)mfa_sudo_parse(argc, argv, pass_over, NULL, &sudo);
	free(argv);
	return sudo.values[MFA_SUDO_ASKPASS] != NULL;
}

/* All that can be read, and a NUL behind it; NULL if not all can.  The caller wipes and frees it. */
static char *read_all(int fd, size_t *len)
{
	size_t size = 1 << 16;
	char *text = malloc(size), *grown;
	ssize_t n = 0;

	for (*len = 0; text != NULL && (n = read(fd, text + *len, size - 1 - *len)) > 0;) {
		*len += (size_t)n;
		if (*len < size - 1)
			continue;
		grown = size < LINE_MAX_BYTES ? malloc(2 * size) : NULL;
		if (grown != NULL)
			memcpy(grown, text, *len);
		explicit_bzero(text, size);
		free(text);
		text = grown;
		size *= 2;
	}
	if (text != NULL && n < 0) {
		free(text);
		text = NULL;
	}
	if (text != NULL)
		text[*len] = '\0';
	return text;
}

/* The words of this process.  NULL: they can't be read.  The caller wipes and frees them. */
static char *read_line(size_t *len)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_all(fd, len);
	(void)close(fd);
	return text;
}

void mfa_command_line(bool is_sudo, char out[MFA_COMMAND_SIZE])
{
	size_t len;
	char *text = read_line(&len);

	out[0] = '\0';
	if (text == NULL)
		return;
	mfa_command_show(text, len, is_sudo, out);
	explicit_bzero(text, len);
	free(text);
}

bool mfa_command_line_has_askpass(void)
{
	size_t len;
	char *text = read_line(&len);
	bool has;

	if (text == NULL)
		return false;
	has = mfa_command_has_askpass(text, len);
	explicit_bzero(text, len);
	free(text);
	return has;
}

bool mfa_command_of_service(const char *service, bool *is_sudo)
{
	static const struct { const char *service; bool is_sudo; } services[] = {
		{ "sudo", true }, { "sudo-i", true }, { "doas", false },
	};
	size_t i;

	*is_sudo = false;
	for (i = 0; service != NULL && i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcmp(services[i].service, service) != 0)
			continue;
		*is_sudo = services[i].is_sudo;
		return true;
	}
	return false;
}
