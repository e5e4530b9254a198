/* SPDX-License-Identifier: BSD-2-Clause */
#include "sshd_config.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "language/language.h"
#include "pamstack/sshd.h"

#define FOLDER "/etc/ssh"
#define DEPTH_MAX 16	/* sshd's own */
#define FILE_SIZE_MAX (1 << 20)

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = file != NULL ? malloc(FILE_SIZE_MAX + 1) : NULL;

	if (text != NULL)
		text[fread(text, 1, FILE_SIZE_MAX, file)] = '\0';
	if (file != NULL)
		(void)fclose(file);
	return text;
}

static void tell_of_file(const char *path, unsigned depth);

/* Patterns with blanks between them; one that does not begin with / is of sshd's folder. */
static void tell_of_included(char *patterns, unsigned depth)
{
	char pattern[PATH_MAX], *word, *rest = NULL;
	glob_t found;
	size_t i;

	for (word = strtok_r(patterns, " \t\r\"", &rest); word != NULL; word = strtok_r(NULL, " \t\r\"", &rest)) {
		(void)snprintf(pattern, sizeof(pattern), "%s%s", word[0] == '/' ? "" : FOLDER "/", word);
		if (glob(pattern, 0, NULL, &found) != 0)
			continue;
		for (i = 0; i < found.gl_pathc; i++)
			tell_of_file(found.gl_pathv[i], depth + 1);
		globfree(&found);
	}
}

static void tell_of_file(const char *path, unsigned depth)
{
	char value[MFA_SSHD_VALUE_SIZE], *text;
	const char *at;
	unsigned line;

	text = depth < DEPTH_MAX ? read_file(path) : NULL;
	if (text == NULL)
		return;
	for (at = text, line = 0; mfa_sshd_config_next(&at, &line, "match", value);)
		if (strncasecmp(value, "all", 3) != 0)
			(void)printf(_("note: %s:%u: what this Match block says was not looked at.\n"), path, line);
	for (at = text, line = 0; mfa_sshd_config_next(&at, &line, "include", value);)
		tell_of_included(value, depth);
	free(text);
}

void sshd_config_tell_of_match(void)
{
	tell_of_file(FOLDER "/sshd_config", 0);
}
