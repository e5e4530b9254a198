/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding a device of the tests' own method (tests/methods/factor), and asking for it as for what is sent: it is begun
 * where somebody asks for it, or where the account has no other way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

static int begin(struct challenge *ch, int *error)
{
	ch->state = malloc(1);
	*error = ch->state != NULL ? 0 : -ENOMEM;
	if (*error != 0)
		return 0;
	ch->begun = &ask_reversed;
	ch->begun_at = mfa_clock_now();
	return conversation_say(ch->c, MFA_INFO, "A mirror is held up.");
}

static void prompt(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX])
{
	(void)recovery;
	(void)snprintf(out, CHALLENGE_PROMPT_MAX, "Your name backwards%s: ", challenge_hints(ch) ? " or ?" : "");
}

static bool answered(struct challenge *ch, const char *answer, enum mfa_result *result, int *error, bool *judge)
{
	(void)ch, (void)answer, (void)result, (void)error;
	*judge = true;
	return false;
}

static void settle(const struct challenge *ch, struct mfa_account *account, int64_t at)
{
	(void)ch;
	mfa_account_add_event(account, at, "mirror", "", "reversed", "taken-down");
}

static void end(struct challenge *ch)
{
	free(ch->state);
	ch->state = NULL;
	ch->begun = NULL;
}

const struct ask ask_reversed = {
	.method = MFA_METHOD_ID_REVERSED,
	.choice = "your name backwards",
	.brief = "your name backwards",
	.offered = offered,
	.enrol = enrol,
	.proven = "That is it.",
	.way = "your name backwards",
	.way_brief = "backwards",
	.sends = true,
	.begin = begin,
	.prompt = prompt,
	.answered = answered,
	.settle = settle,
	.end = end,
};
