/* SPDX-License-Identifier: BSD-2-Clause */
/* One sign-in in a fresh process, and what memory it left behind.
 *
 *   pammem CONFDIR SERVICE USER CODE
 *
 * Prints the Private_Dirty of the process in KiB after pam_authenticate and
 * before pam_end, when sshd or sudo would go on with the module loaded.  Links libpam and
 * nothing else, so that a module's libraries count as the module's. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

static int converse(int n, const struct pam_message **msg, struct pam_response **resp, void *ctx)
{
	struct pam_response *all = calloc((size_t)n, sizeof(*all));

	if (!all)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++)
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    msg[i]->msg_style == PAM_PROMPT_ECHO_ON)
			all[i].resp = strdup(ctx);
	*resp = all;
	return PAM_SUCCESS;
}

static long private_dirty(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "re");
	char line[256];
	long kib = -1;

	if (!f)
		err(1, "smaps_rollup");
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "Private_Dirty:", 14))
			kib = strtol(line + 14, NULL, 10);
	fclose(f);
	return kib;
}

int main(int argc, char **argv)
{
	struct pam_conv conv = { converse, NULL };
	pam_handle_t *pam = NULL;
	long kib;
	int ret;

	if (argc != 5)
		errx(2, "usage: pammem CONFDIR SERVICE USER CODE");
	conv.appdata_ptr = argv[4];
	if (pam_start_confdir(argv[2], argv[3], &conv, argv[1], &pam) != PAM_SUCCESS)
		errx(1, "pam_start");
	ret = pam_authenticate(pam, 0);
	kib = private_dirty();
	pam_end(pam, ret);
	if (ret != PAM_SUCCESS)
		errx(1, "%s refused: %d", argv[2], ret);
	printf("%ld\n", kib);
	return 0;
}
