/* SPDX-License-Identifier: BSD-2-Clause */
/* Lengths of time as people write them. */
#ifndef MFA_DURATION_H
#define MFA_DURATION_H

#include <stdint.h>

/* Reads a number with a unit: 90s, 30m, 8h, 7d, 2w.  Returns 0 and the seconds (at least 1, and
 * at most max), -EINVAL, or -ERANGE. */
int mfa_duration_parse(const char *text, int64_t max, int64_t *out);

#endif
