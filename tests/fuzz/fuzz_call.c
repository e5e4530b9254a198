/* SPDX-License-Identifier: BSD-2-Clause */
/* What a phone's page sends to mfad, by way of a portal that may be anybody's. */
#include <stdlib.h>
#include <string.h>

#include "phone/call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mfa_phone_request request = { .id = "AAAAAAAAAAAAAAAAAAAAAA", .account = "alice" };
	struct mfa_phone phone = { .credential_len = 1 };
	struct mfa_call *call;

	if (mfa_call_parse((const char *)data, size, &call) != 0) {
		if (call != NULL)
			abort();
		return 0;
	}
	(void)mfa_call_shows(call, &request);
	if (call->payload != NULL) {
		/* No key is all zeros, and no signature is right by it. */
		if (mfa_call_verify(call, phone.key) == 0)
			abort();
		memcpy(phone.credential_key, call->phone.key, sizeof(phone.credential_key));
		(void)mfa_webauthn_check_made(call, "https://mfa.example.org", "mfa.example.org");
		(void)mfa_webauthn_check_used(call, &phone, "https://mfa.example.org", "mfa.example.org");
	}
	mfa_call_free(&call);
	return 0;
}
