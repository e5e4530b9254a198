/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes: cmocka wants these, in this order. */
#ifndef MFA_TEST_UNIT_H
#define MFA_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Of clock_test.c: what mfa_clock_now says; 0: the real time. */
extern int64_t mfa_clock_test_now;

/* Whatever methods there are. */
#define ALL_METHODS ((1U << MFA_METHOD_COUNT) - 1)

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#endif
