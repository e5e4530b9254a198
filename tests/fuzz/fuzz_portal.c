/* SPDX-License-Identifier: BSD-2-Clause */
/* What anybody on the Internet sends to mfa-portal: a call's body, a ticket, a proxy's header. */
#include <stdlib.h>
#include <string.h>

#include "phone/call.h"
#include "portal/body.h"
#include "portal/forwarded.h"
#include "portal/ticket.h"
#include "ratelimit/ratelimit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[MFA_TICKET_KEY_SIZE] = { 1 };
	struct mfa_address address;
	struct mfa_ticket ticket;
	struct mfa_call *call;
	char *text, *again, *copy;

	/* What comes out goes through unchanged the next time, and mfad can read it or refuse it. */
	if (mfa_body_rewrite("answer", (const char *)data, size, &text) == 0) {
		if (strlen(text) <= MFA_BODY_MAX) {
			if (mfa_body_rewrite("answer", text, strlen(text), &again) != 0 || strcmp(text, again) != 0)
				abort();
			free(again);
		}
		if (mfa_call_parse(text, strlen(text), &call) == 0)
			mfa_call_free(&call);
		free(text);
	}
	copy = strndup((const char *)data, size);
	if (copy == NULL)
		return 0;
	/* Nobody makes a ticket by chance. */
	if (mfa_ticket_read(key, copy, 1800000000, &ticket) == 0)
		abort();
	(void)mfa_forwarded_for(copy, &address);
	free(copy);
	return 0;
}
