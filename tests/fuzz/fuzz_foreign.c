/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of other modules, which their users wrote: what comes out must be lines that ours takes, or a complaint. */
#include <stdint.h>
#include <stdlib.h>

#include "import/foreign.h"
#include "import/import.h"

static unsigned notes;

static void note(void *ctx, uint32_t number, const char *what)
{
	(void)ctx;
	if (number == 0 || what == NULL)
		abort();
	notes++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct mfa_foreign lines = { NULL, 0, 0 };
	struct mfa_import import;
	int kind, r;

	for (kind = 0; kind < 2; kind++) {
		notes = 0;
		r = kind == 0 ? mfa_foreign_google("alice", text, size, note, NULL, &lines)
			      : mfa_foreign_oath(text, size, note, NULL, &lines);
		/* No error without a word. */
		if (r != 0 && notes == 0)
			abort();
		if (lines.text != NULL) {
			(void)mfa_import_parse(lines.text, lines.len, note, NULL, &import);
			mfa_import_release(&import);
		}
		mfa_foreign_release(&lines);
	}
	return 0;
}
