#include "mfad/devices/recovery.h"

#include <stdio.h>
#include <string.h>

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
