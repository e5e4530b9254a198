/* SPDX-License-Identifier: BSD-2-Clause */
/* In which language a person is spoken to: gettext's catalogues, chosen by name for each
 * conversation and not by the locale of the process, so that one mfad can speak to all and
 * no locale need be installed. */
#ifndef MFA_LANGUAGE_H
#define MFA_LANGUAGE_H

/* Marks a text for translation where it stands; xgettext finds it. */
#define N_(text) text

/* The language of a name, a locale's name or a list of them ("nl", "nl_BE.UTF-8", "de:fr"), if there is
 * a catalogue of it.  Returns "en", "nl" or "fr" (constant), or NULL: none of these. */
const char *mfa_language_find(const char *name);
/* That of this process's environment when it was first asked for (LANGUAGE, LC_ALL, LC_MESSAGES, LANG, in
 * gettext's order); "en" if it says nothing that is known. */
const char *mfa_language_of_environment(void);

/* Makes ready what mfa_translate needs; before there are threads, and after any setlocale
 * of the program's own.  Otherwise the first mfa_translate does it. */
void mfa_language_open(void);
/* A text in a language (one of mfa_language_find's, or NULL for English); the text itself where there is no
 * translation.  Constant, like text; in UTF-8. */
const char *mfa_translate(const char *language, const char *text) __attribute__((format_arg(2)));
/* The same in the environment's language: for the tools. */
#define _(text) mfa_translate(mfa_language_of_environment(), text)

#endif
