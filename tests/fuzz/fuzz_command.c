/* SPDX-License-Identifier: BSD-2-Clause */
/* What a caller of sudo has typed, as a phone shows it: the first byte says whether it is sudo, the rest is words. */
#include <stdlib.h>
#include <string.h>

#include "text/text.h"
#include "module/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[MFA_COMMAND_SIZE], *args;
	size_t at, n, len, blanks = 0;
	uint32_t c;

	if (size < 1)
		return 0;
	args = malloc(size);
	if (args == NULL)
		return 0;
	memcpy(args, data + 1, size - 1);
	args[size - 1] = '\0';
	mfa_command_show(args, size, (data[0] & 1) != 0, out);
	free(args);
	len = strnlen(out, sizeof(out));
	if (len == sizeof(out))
		abort();
	/* Nothing that is not seen but single blanks. */
	for (at = 0; at < len; at += n) {
		n = mfa_text_character(out + at, len - at, &c);
		if (n == 0 || (c != ' ' && !mfa_text_visible(c)))
			abort();
		blanks = c == ' ' ? blanks + 1 : 0;
		if (blanks > 2)	/* two where a cut stands beside one */
			abort();
	}
	return 0;
}
