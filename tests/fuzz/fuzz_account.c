/* A record as it comes out of the seal: what is read is written the same. */
#include <stdlib.h>
#include <string.h>

#include "account/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mfa_account *account, *again;
	char *text, *second;
	size_t len, second_len;

	if (mfa_account_parse((const char *)data, size, &account) != 0) {
		if (account != NULL)
			abort();
		return 0;
	}
	if (mfa_account_format(account, &text, &len) != 0 ||
	    mfa_account_parse(text, len, &again) != 0 ||
	    mfa_account_format(again, &second, &second_len) != 0 || strcmp(text, second) != 0)
		abort();
	free(text);
	free(second);
	mfa_account_free(&account);
	mfa_account_free(&again);
	return 0;
}
