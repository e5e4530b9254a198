/* SPDX-License-Identifier: BSD-2-Clause */
/* The product's rows, and a method of the tests' own: an account's name backwards. */

#include "../../../lib/method/rows.h"

BUDGET(REVERSED, "reversed", 3, true, "names backwards", "names backwards, by the user's own programs")

METHOD(REVERSED, .word = "reversed", .format = 4, .holds = MFA_HOLDS_NAME, .typed = true, .label = "Mirror",
	.counted = "with a mirror", .option = "add, replace: the account's name backwards")

FACTOR(reversed, REVERSED, REVERSED)

ASK(reversed, REVERSED)
