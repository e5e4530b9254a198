/* SPDX-License-Identifier: BSD-2-Clause */
#include "language/language.h"

#include <ctype.h>
#include <libintl.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *domain; } catalogues[] = {
	{ "nl", "mfa-nl" },
	{ "fr", "mfa-fr" },
};
#define CATALOGUE_COUNT (sizeof(catalogues) / sizeof(catalogues[0]))
#define ENGLISH "en"

/* "nl", "nl_BE.UTF-8" and "nl-BE" begin with the language's two letters. */
static bool is_language(const char *name, size_t len, const char *language)
{
	return len >= 2 && memcmp(name, language, 2) == 0 && (len == 2 || !isalnum((unsigned char)name[2]));
}

const char *mfa_language_find(const char *name)
{
	size_t i, len;

	while (name != NULL && *name != '\0') {
		len = strcspn(name, ":");
		if (is_language(name, len, ENGLISH))
			return ENGLISH;
		for (i = 0; i < CATALOGUE_COUNT; i++)
			if (is_language(name, len, catalogues[i].name))
				return catalogues[i].name;
		name += len;
		name += *name == ':';
	}
	return NULL;
}

static const char *own;

static void read_environment(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = NULL, *list = getenv("LANGUAGE"), *found;
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]) && locale == NULL; i++) {
		locale = getenv(variables[i]);
		if (locale != NULL && *locale == '\0')
			locale = NULL;
	}
	own = ENGLISH;
	/* LANGUAGE says nothing where the locale is none. */
	if (locale == NULL || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		return;
	found = mfa_language_find(list);
	if (found == NULL)
		found = mfa_language_find(locale);
	if (found != NULL)
		own = found;
}

const char *mfa_language_of_environment(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, read_environment);
	return own;
}

/* A catalogue is found by its domain alone, below the folder of the locale C.UTF-8, which
 * every system has.  LANGUAGE would send gettext elsewhere. */
static void open_catalogues(void)
{
	size_t i;

	(void)mfa_language_of_environment();
	(void)unsetenv("LANGUAGE");
	(void)setlocale(LC_MESSAGES, "C.UTF-8");
	for (i = 0; i < CATALOGUE_COUNT; i++) {
		(void)bindtextdomain(catalogues[i].domain, MFA_LOCALEDIR);
		(void)bind_textdomain_codeset(catalogues[i].domain, "UTF-8");
	}
}

void mfa_language_open(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, open_catalogues);
}

const char *mfa_translate(const char *language, const char *text)
{
	size_t i;

	/* gettext's translation of nothing is the catalogue's head. */
	if (language == NULL || *text == '\0')
		return text;
	for (i = 0; i < CATALOGUE_COUNT; i++) {
		if (strcmp(catalogues[i].name, language) != 0)
			continue;
		mfa_language_open();
		return dgettext(catalogues[i].domain, text);
	}
	return text;
}
