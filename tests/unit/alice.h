/* SPDX-License-Identifier: BSD-2-Clause */
/* An account with a phone that shows codes, and what is judged of the answers to it. */
#ifndef MFA_TEST_ALICE_H
#define MFA_TEST_ALICE_H

#include "codes.h"
#include "factor/factor.h"

#define NOW 1800000000
#define PERIOD 30

/* *state is her struct mfa_account. */
int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* key: 20 bytes. */
void add_device(struct mfa_account *a, const char *label, const char *key, unsigned digits, enum mfa_hash hash);
/* Of her first device. */
const char *code(const struct mfa_account *a, int64_t time, int64_t steps);
/* By every method, with the throttles, on root's word. */
struct mfa_judgement judge(struct mfa_account *a, const char *answer, int64_t now);
void expect(struct mfa_account *a, const char *answer, int64_t now, enum mfa_verdict verdict);

#endif
