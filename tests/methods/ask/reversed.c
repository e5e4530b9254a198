/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding a device of the tests' own method (tests/methods/factor). */
#include <errno.h>
#include <string.h>

#include "clock/clock.h"
#include "mfad/ask/ask.h"

extern const struct ask ask_reversed;

static bool offered(const struct conversation *c, const struct mfa_policy *policy)
{
	return (policy->methods & MFA_METHOD_REVERSED) != 0;
}

static bool enrol(struct change *ch, struct enrolment *e)
{
	char answer[MFA_ANSWER_MAX];

	if (conversation_ask(ch->c, true, "Your name backwards: ", answer, sizeof(answer)) != 0) {
		change_stop(ch, MFA_RESULT_ABORTED, "Nothing was saved.");
		return false;
	}
	if (strlen(answer) != strlen(ch->record.account->name)) {
		change_stop(ch, MFA_RESULT_DENIED, "That is not your name backwards. Nothing was saved.");
		return false;
	}
	e->device.type = MFA_DEVICE_REVERSED;
	e->device.created = mfa_clock_now();
	return true;
}

const struct ask ask_reversed = {
	.method = MFA_METHOD_ID_REVERSED,
	.choice = "your name backwards",
	.brief = "your name backwards",
	.offered = offered,
	.enrol = enrol,
	.proven = "That is it.",
};
