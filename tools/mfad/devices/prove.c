/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/devices/prove.h"

#include <errno.h>
#include <stdlib.h>

#include "language/language.h"
#include "mfad/ask/sent_place.h"

#define SERVICE "mfa-enroll"

/* With all that it points to, for as long as it is looked at. */
struct proof {
	struct challenge challenge;
	uint8_t place[MFA_PLACE_SIZE];
};

static void after(struct change *ch)
{
	struct proof *proof = ch->after_ctx;

	challenge_aftermath(&proof->challenge);
	free(proof);
	ch->after_ctx = NULL;
}

void prove_ask(struct change *ch, struct mfa_judgement *judgement)
{
	struct proof *proof = calloc(1, sizeof(*proof));
	int r;

	if (proof == NULL) {
		change_fail(ch, -ENOMEM);
		return;
	}
	r = sent_place(ch->subject.identity.name, SERVICE, "", "", "", proof->place);
	proof->challenge = (struct challenge){
		.c = ch->c, .subject = &ch->subject, .record = &ch->record,
		.policy = mfa_conf_policy(ch->c->conf, SERVICE), .service = SERVICE, .rhost = "",
		.place = r == 0 ? proof->place : NULL, .command = "",
	};
	ch->after = after;
	ch->after_ctx = proof;
	ch->result = challenge_run(&proof->challenge, &ch->error);
	*judgement = proof->challenge.judgement;
	if (ch->error != 0)
		change_fail(ch, ch->error);
}

bool prove(struct change *ch)
{
	struct mfa_judgement judgement;

	if (!ch->subject.local || (ch->record.account->device_count == 0 && !ch->by_pass))
		return true;
	if (conversation_say(ch->c, MFA_INFO, ch->by_pass
			     ? N_("First type the pass that your administrator gave you, where a code is asked for.")
			     : N_("First show that it is you, with a device that you have now.")) != 0) {
		change_stop(ch, MFA_RESULT_ABORTED, NULL);
		return false;
	}
	prove_ask(ch, &judgement);
	if (ch->error == 0 && ch->result == MFA_RESULT_MAXTRIES)
		ch->text = "Nothing was changed.";
	if (ch->result != MFA_RESULT_OK)
		return false;
	change_take_proof(ch, &judgement);
	/* What is still to come must say itself that it has worked. */
	ch->result = MFA_RESULT_FAILED;
	return true;
}
