/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks, the only way by which the programs learn the time.
 *
 * A test build links tests/unit/clock_test.c in place of clock.c; no
 * installed program has a way to set it. */
#ifndef MFA_CLOCK_H
#define MFA_CLOCK_H

#include <stdint.h>

/* Seconds since 1970-01-01 00:00:00 UTC; never negative. */
int64_t mfa_clock_now(void);

/* Milliseconds since some moment, whatever the wall clock is set to: for durations. */
int64_t mfa_clock_monotonic(void);

#endif
