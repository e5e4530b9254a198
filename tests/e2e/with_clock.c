/* SPDX-License-Identifier: BSD-2-Clause */
/* with_clock: stands where a program is installed and becomes its test build,
 * whose time is in the bed's clock file.  A program and not a script, because
 * the module executes its helper by descriptor and with an empty environment. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEST_BUILDS "/usr/local/lib/mfa-test"
#define CLOCK_FILE "/mnt/bed/clock"

int main(int argc, char **argv)
{
	char path[256];
	int n;

	n = snprintf(path, sizeof(path), TEST_BUILDS "/%s", basename(argv[0]));
	if (n < 0 || (size_t)n >= sizeof(path) || setenv("MFA_TEST_CLOCK", CLOCK_FILE, 1) != 0)
		return 127;
	(void)execv(path, argv);
	return 127;
}
