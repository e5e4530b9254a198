/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/sudo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum takes { NONE, VALUE, MAYBE };

static const struct option {
	char letter;			/* 0: it has none */
	const char *name;		/* NULL: it has none */
	enum takes takes;		/* MAYBE: only in the same word */
	enum mfa_sudo_meaning meaning;
} options[] = {
	{ 'A', "askpass", NONE, MFA_SUDO_ASKPASS },
	{ 'a', "auth-type", VALUE, MFA_SUDO_NOTHING },
	{ 'B', "bell", NONE, MFA_SUDO_NOTHING },
	{ 'b', "background", NONE, MFA_SUDO_NOTHING },
	{ 'C', "close-from", VALUE, MFA_SUDO_NOTHING },
	{ 'c', "login-class", VALUE, MFA_SUDO_NOTHING },
	{ 'D', "chdir", VALUE, MFA_SUDO_IN },
	{ 'E', NULL, NONE, MFA_SUDO_KEEP },
	{ 0, "preserve-env", MAYBE, MFA_SUDO_KEEP },
	{ 'e', "edit", NONE, MFA_SUDO_EDIT },
	{ 'g', "group", VALUE, MFA_SUDO_GROUP },
	{ 'H', "set-home", NONE, MFA_SUDO_NOTHING },
	{ 'h', NULL, MAYBE, MFA_SUDO_ON },
	{ 0, "host", VALUE, MFA_SUDO_ON },
	{ 0, "help", NONE, MFA_SUDO_HELP },
	{ 'i', "login", NONE, MFA_SUDO_LOGIN },
	{ 'K', "remove-timestamp", NONE, MFA_SUDO_NOTHING },
	{ 'k', "reset-timestamp", NONE, MFA_SUDO_NOTHING },
	{ 'l', "list", NONE, MFA_SUDO_LIST },
	{ 'N', "no-update", NONE, MFA_SUDO_NOTHING },
	{ 'n', "non-interactive", NONE, MFA_SUDO_NOTHING },
	{ 'P', "preserve-groups", NONE, MFA_SUDO_NOTHING },
	{ 'p', "prompt", VALUE, MFA_SUDO_NOTHING },
	{ 'R', "chroot", VALUE, MFA_SUDO_ROOT },
	{ 'r', "role", VALUE, MFA_SUDO_ROLE },
	{ 'S', "stdin", NONE, MFA_SUDO_NOTHING },
	{ 's', "shell", NONE, MFA_SUDO_SHELL },
	{ 'T', "command-timeout", VALUE, MFA_SUDO_NOTHING },
	{ 't', "type", VALUE, MFA_SUDO_TYPE },
	{ 'U', "other-user", VALUE, MFA_SUDO_OF },
	{ 'u', "user", VALUE, MFA_SUDO_USER },
	{ 'V', "version", NONE, MFA_SUDO_HELP },
	{ 'v', "validate", NONE, MFA_SUDO_VALIDATE },
};
#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

struct walk {
	size_t argc, at;
	const char *const *argv;
	struct mfa_sudo *out;
};

static const struct option *by_letter(char letter)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (letter != '\0' && options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* A name may be cut short where no other begins so. */
static const struct option *by_name(const char *name, size_t len)
{
	const struct option *found = NULL;
	size_t i, same = 0;

	for (i = 0; i < OPTION_COUNT; i++) {
		if (options[i].name == NULL || strncmp(options[i].name, name, len) != 0)
			continue;
		if (options[i].name[len] == '\0')
			return &options[i];
		found = &options[i];
		same++;
	}
	return same == 1 ? found : NULL;
}

static int take(struct walk *w, const struct option *option, const char *value)
{
	if (option->meaning == MFA_SUDO_HELP)
		return -EINVAL;
	if (option->meaning != MFA_SUDO_NOTHING)
		w->out->values[option->meaning] = value;
	return 0;
}

static bool is_variable(const char *word)
{
	return word[0] != '/' && strchr(word, '=') != NULL;
}

/* The value of a word that has none in itself is the next one. */
static int take_next(struct walk *w, const struct option *option)
{
	if (w->at >= w->argc)
		return -EINVAL;
	return take(w, option, w->argv[w->at++]);
}

static int long_option(struct walk *w, const char *word)
{
	const char *equals = strchr(word, '=');
	const struct option *option = by_name(word, equals != NULL ? (size_t)(equals - word) : strlen(word));

	if (option == NULL || (option->takes == NONE && equals != NULL))
		return -EINVAL;
	if (equals != NULL)
		return take(w, option, equals + 1);
	return option->takes == VALUE ? take_next(w, option) : take(w, option, "");
}

/* -h alone takes the next word if that can be a host, and is a call for help otherwise. */
static int host_option(struct walk *w, const struct option *option, const char *word)
{
	const char *next = w->at < w->argc ? w->argv[w->at] : NULL;

	if (word[2] != '\0' || next == NULL || next[0] == '-' || is_variable(next))
		return -EINVAL;
	return take_next(w, option);
}

/* word: with its dash.  Several letters may share one; the first that takes a value takes the rest. */
static int short_options(struct walk *w, const char *word)
{
	const char *letter;
	int r = 0;

	for (letter = word + 1; r == 0 && *letter != '\0'; letter++) {
		const struct option *option = by_letter(*letter);

		if (option == NULL)
			return -EINVAL;
		if (option->takes == NONE)
			r = take(w, option, "");
		else if (letter[1] != '\0')
			return take(w, option, letter + 1);
		else if (option->takes == VALUE)
			return take_next(w, option);
		else
			return host_option(w, option, word);
	}
	return r;
}

/* It goes by the last letters of its name. */
static bool is_sudoedit(const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t len;

	name = slash != NULL ? slash + 1 : name;
	len = strlen(name);
	return len > 4 && strcmp(name + len - 4, "edit") == 0;
}

int mfa_sudo_parse(size_t argc, const char *const *argv, mfa_sudo_variable *on_variable, void *ctx,
		   struct mfa_sudo *out)
{
	struct walk w = { .argc = argc, .at = 1, .argv = argv, .out = out };
	const char *word;
	int r = 0;

	*out = (struct mfa_sudo){ .command = argc };
	if (is_sudoedit(argv[0]))
		out->values[MFA_SUDO_EDIT] = "";
	while (r == 0 && w.at < argc) {
		word = argv[w.at];
		if (word[0] == '-' && word[1] != '\0') {
			w.at++;
			if (strcmp(word, "--") == 0)
				break;
			r = word[1] == '-' ? long_option(&w, word + 2) : short_options(&w, word);
		} else if (is_variable(word) && strcmp(argv[w.at - 1], "--") != 0) {
			on_variable(ctx, word);
			w.at++;
		} else {
			break;
		}
	}
	out->command = w.at;
	return r;
}
