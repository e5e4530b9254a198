/* SPDX-License-Identifier: BSD-2-Clause */
/* Recovery codes: the only time that anybody sees them, and how many are left. */
#include "mfad/ask/recovery.h"

#include <stdio.h>
#include <string.h>

#include "language/language.h"
#include "mfad/ask/ask.h"

#define RECOVERY_FEW 3

extern const struct ask ask_recovery;

void recovery_show(struct conversation *c, char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE])
{
	char text[800];
	size_t i, n;

	n = (size_t)snprintf(text, sizeof(text), "%s", conversation_words(c,
		"\nRecovery codes, for when the phone is lost. Each lets you in once.\n"
		"Write them down now and keep them safe; they are never shown again.\n\n"));
	for (i = 0; i < MFA_RECOVERY_COUNT && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "    %s%s", codes[i],
				      i % 2 == 1 ? "\n" : "");
	(void)conversation_say(c, MFA_INFO, text);
	explicit_bzero(text, sizeof(text));
}

static void told(struct conversation *c, const struct mfa_account *account)
{
	char text[160];

	(void)snprintf(text, sizeof(text), account->recovery_count <= RECOVERY_FEW
		       ? conversation_words(c, "Recovery codes left: %zu. Make new ones with: mfa-enroll codes")
		       : conversation_words(c, "Recovery codes left: %zu."), account->recovery_count);
	(void)conversation_say(c, MFA_INFO, text);
}

static bool has(const struct challenge *ch)
{
	return ch->record->account->recovery_count > 0;
}

const struct ask ask_recovery = {
	.method = MFA_METHOD_ID_RECOVERY,
	.way = N_("recovery code"),
	.way_brief = N_("recovery code"),
	.has = has,
	.told = told,
};
