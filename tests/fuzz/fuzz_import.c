/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of accounts from elsewhere. */
#include <stdlib.h>

#include "import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_bad(void *ctx, uint32_t number, const char *why)
{
	if (number == 0 || why == NULL)
		abort();
	++*(size_t *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mfa_import import;
	size_t bad = 0, i;
	int r = mfa_import_parse((const char *)data, size, on_bad, &bad, &import);

	if ((r == 0) != (bad == 0) || (r != 0 && import.lines != NULL) ||
	    (import.count > 0 && import.lines == NULL))
		abort();
	for (i = 0; import.lines != NULL && i < import.count; i++)
		if (import.lines[i].user_len == 0 || import.lines[i].number == 0)
			abort();
	mfa_import_release(&import);
	return 0;
}
