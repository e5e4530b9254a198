/* SPDX-License-Identifier: BSD-2-Clause */
/* Stacks and sshd's settings, as check-pam reads them. The input is the service's file; its
 * includes find the rest of it. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack/pamstack.h"
#include "pamstack/sshd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
	unsigned reads;
};

static int read_part(void *ctx, const char *name, char **text, size_t *len)
{
	struct input *in = ctx;
	size_t from = in->reads * in->size / 4;

	(void)name;
	if (in->reads++ == 4)
		return -ENOENT;
	*len = in->size - from;
	*text = malloc(*len + 1);
	if (*text == NULL)
		return -ENOMEM;
	memcpy(*text, in->data + from, *len);
	(*text)[*len] = '\0';
	return 0;
}

static void on_finding(void *ctx, const struct mfa_pam_finding *finding)
{
	(void)ctx;
	if (finding->kind >= MFA_PAM_KINDS || strlen(finding->where.module) >= 64)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size, 0 };
	bool found[MFA_SSHD_FINDINGS];
	char value[MFA_SSHD_VALUE_SIZE], *config;
	struct mfa_pam_options options;
	struct mfa_sshd_stack how = { .password = true };
	unsigned line = 0;
	const char *at;
	char error[MFA_PAM_ERROR_SIZE];
	struct mfa_pam_stack *stack;

	if (size == 0 || size > 4096)
		return 0;
	if (mfa_pam_stack_parse("service", read_part, &in, &stack, error) == 0) {
		(void)mfa_pam_stack_check(stack, size % 2 ? "su" : "sshd", on_finding, NULL, &options);
		mfa_pam_stack_free(&stack);
	} else if (stack != NULL || error[0] == '\0') {
		abort();
	}
	(void)mfa_sshd_check((const char *)data, size, &how, found);
	config = strndup((const char *)data, size);
	for (at = config; at != NULL && mfa_sshd_config_next(&at, &line, "match", value);)
		if (strlen(value) > size)
			abort();
	free(config);
	return 0;
}
