/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/say.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "table/table.h"

enum { ENGLISH, DUTCH, FRENCH, LANGUAGES };

static const char *const words[][LANGUAGES] = {
	[MFA_SAY_PASSWORD_AND_CODE] = {
		"Password, a code may follow it. Password: ",
		"Wachtwoord, met of zonder code erachter. Password: ",
		"Mot de passe, suivi ou non d'un code. Password: ",
	},
	[MFA_SAY_IS_PASSWORD] = {
		"That is your password.\nHere a code from your app is asked for.",
		"Dat is uw wachtwoord.\nHier wordt een code uit uw app gevraagd.",
		"C'est votre mot de passe.\nIci un code de votre application est demand\303\251.",
	},
	[MFA_SAY_IS_PASSWORD_HERE] = {
		"That is your password.\nHere something else is asked for.",
		"Dat is uw wachtwoord.\nHier wordt iets anders gevraagd.",
		"C'est votre mot de passe.\nIci autre chose est demand\303\251.",
	},
	[MFA_SAY_INTERRUPTED] = {
		"The second-factor service was interrupted.\nPlease try again.",
		"De dienst voor de tweede factor is onderbroken.\nProbeer het opnieuw.",
		"Le service du second facteur a \303\251t\303\251 interrompu.\nVeuillez recommencer.",
	},
	[MFA_SAY_UNREACHABLE] = {
		"The second-factor service can't be reached.\nPlease tell your administrator.",
		"De dienst voor de tweede factor is niet bereikbaar.\nMeld het uw beheerder.",
		"Le service du second facteur est injoignable.\nPr\303\251venez votre administrateur.",
	},
	[MFA_SAY_CANNOT_ENROL] = {
		"Please set up your phone first: sign in where questions\ncan be asked, or run mfa-enroll.",
		"Stel eerst uw telefoon in: meld u aan waar vragen gesteld\nkunnen worden, of gebruik mfa-enroll.",
		"Configurez d'abord votre t\303\251l\303\251phone : connectez-vous l\303\240 o\303\271\n"
		"des questions peuvent \303\252tre pos\303\251es, ou lancez mfa-enroll.",
	},
};
MFA_TABLE_FITS(words, MFA_SAY_COUNT);

/* A language's two letters, and no third. */
static int language_of(const char *locale)
{
	static const char *const names[LANGUAGES] = { [ENGLISH] = "en", [DUTCH] = "nl", [FRENCH] = "fr" };
	int language;

	for (language = 0; language < LANGUAGES; language++)
		if (strncmp(locale, names[language], 2) == 0 && strchr("_.@", locale[2]) != NULL)
			return language;
	return ENGLISH;
}

const char *mfa_say(enum mfa_say what, const char *language)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = setlocale(LC_MESSAGES, NULL), *value;
	bool is_set = locale != NULL && strcmp(locale, "C") != 0;
	size_t i;

	if (language[0] != '\0')
		return words[what][language_of(language)];
	for (i = 0; !is_set && i < sizeof(variables) / sizeof(variables[0]); i++) {
		value = getenv(variables[i]);
		is_set = value != NULL && value[0] != '\0';
		locale = is_set ? value : NULL;
	}
	return words[what][is_set ? language_of(locale) : ENGLISH];
}
