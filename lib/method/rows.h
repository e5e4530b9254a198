/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of method/list.h.  The tests build mfad with a file of this name in its place, which adds a method. */

#ifndef MFA_METHODS_DEFAULT
/* `methods` where mfa.conf does not say: in words, so that a method that comes with an upgrade lets nobody in. */
#define MFA_METHODS_DEFAULT "totp, hotp, push, recovery, pass"
#endif

BUDGET(CODE, "code", 1, true, N_("app codes"), N_("app codes, by the user's own programs"))
BUDGET(RECOVERY, "recovery", 1, false, N_("recovery codes"), N_("recovery codes, by the user's own programs"))
BUDGET(PASS, "pass", 2, false, N_("passes"), N_("passes, by the user's own programs"))

METHOD(TOTP, .word = "totp", .format = 1, .holds = MFA_HOLDS_CLOCK, .typed = true, .alone = true, .spares = true,
	.ends_push_stop = true, .label = "Phone", .counted = N_("with an authenticator app"),
	.option = N_("add, replace: codes from an authenticator app"))
METHOD(HOTP, .word = "hotp", .format = 2, .holds = MFA_HOLDS_COUNTER, .typed = true, .alone = true, .spares = true,
	.ends_push_stop = true, .label = "Token", .counted = N_("with a hardware token"))
METHOD(PUSH, .word = "push", .format = 3, .holds = MFA_HOLDS_PHONE, .alone = true, .spares = true,
	.lifts_total = true, .label = "Phone", .counted = N_("with number matching on a phone"),
	.option = N_("add, replace: number matching on a phone"))
METHOD(RECOVERY, .word = "recovery", .typed = true, .lifts_total = true, .ends_push_stop = true)
METHOD(PASS, .word = "pass", .typed = true, .stands_in = true, .lifts_total = true, .ends_push_stop = true)

FACTOR(recovery, RECOVERY, RECOVERY)
FACTOR(pass, PASS, PASS)
FACTOR(totp, TOTP, CODE)
FACTOR(hotp, HOTP, CODE)
FACTOR(scratch, RECOVERY, CODE)
FACTOR(push, PUSH, NONE)

ASK(push, PUSH)
ASK(totp, TOTP)
ASK(recovery, RECOVERY)
