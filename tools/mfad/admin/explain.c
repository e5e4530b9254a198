/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules say of a sign-in, and why; nothing is changed by asking. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "account/decoy.h"
#include "clock/clock.h"
#include "factor/factor.h"
#include "mfad/admin/handlers.h"
#include "mfad/ask/ways.h"
#include "mfad/base/subject.h"
#include "mfad/signin/facts.h"
#include "mfad/signin/remember.h"
#include "policy/service.h"
#include "table/table.h"

#define TEXT_MAX 256
#define OWN_PROGRAM "mfa-enroll"	/* no sign-in, with rules of its own */

struct explain {
	char service[TEXT_MAX];
	char rhost[TEXT_MAX];
	char session[TEXT_MAX];
	struct mfa_presence presence;
	struct subject subject;
	const struct mfa_policy *policy;
	struct mfa_policy_facts facts;
	struct mfa_record record, bare;
	struct mfa_decision decision;
};

static const char *membership_word(const struct mfa_groups *groups, enum mfa_membership membership)
{
	static const char *const words[] = {
		[MFA_MEMBER_NOT_KNOWN] = "not known", [MFA_MEMBER_NO] = "no", [MFA_MEMBER_YES] = "yes",
	};
	MFA_TABLE_FITS(words, MFA_MEMBER_COUNT);

	return groups->count > 0 ? words[membership] : words[MFA_MEMBER_NO];
}

static json_t *method_list(unsigned methods)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		if ((methods & 1U << i) != 0)
			(void)json_array_append_new(list, json_string(mfa_method((enum mfa_method_id)i)->word));
	return list;
}

/* Each way to sign in, and how it stands for the account. */
static json_t *way_list(struct conversation *c, const struct explain *e)
{
	/* Of a decoy nothing is told: what it stands in for counts. */
	struct mfa_record record = e->record.decoy ? e->bare : e->record;
	const struct challenge challenge = { .c = c, .policy = e->policy, .record = &record };
	json_t *list = json_array();
	const struct ask *row;
	size_t i;

	for (i = 0; (row = ask_row(i)) != NULL; i++)
		if (row->way != NULL)
			(void)json_array_append_new(list, json_pack("{s:s, s:s, s:b}",
				"way", mfa_method(row->method)->word, "standing", ways_standing(&challenge, row),
				"sends", row->sends));
	return list;
}

/* NULL when memory ran out. */
static char *format(struct conversation *c, const struct explain *e)
{
	const struct mfa_account *account = e->record.decoy ? e->bare.account : e->record.account;
	const struct mfa_policy_facts *f = &e->facts;
	const struct mfa_decision *d = &e->decision;
	bool refused = e->subject.refusal != NULL;
	int64_t wait = 0;
	json_t *json;
	char *text;

	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s, s:s, s:s, s:b, s:i, s:b, s:i, s:o, s:o, s:o, s:b, s:b, s:I, s:i, "
			 "s:s, s:s, s:b, s:s, s:b, s:s*}",
			 "user", e->subject.identity.name, "asked_as", e->subject.asked_as,
			 "other", e->subject.other, "service", e->service, "rhost", e->rhost,
			 "section", e->policy->service,
			 "decision", mfa_decision_word(refused ? MFA_DECISION_REFUSE : d->kind),
			 "rule", refused ? e->subject.refusal : d->rule, "detail", refused ? "" : d->detail,
			 "may_postpone", d->may_postpone, "left", (int)d->left,
			 "known", f->known, "devices", (int)f->devices,
			 "methods", method_list(f->methods), "allowed", method_list(e->policy->methods),
			 "ways", way_list(c, e),
			 "pass", f->stand_ins != 0, "remembered", f->remembered,
			 "remember", (json_int_t)e->policy->remember, "postponed", (int)f->postponed,
			 "in_groups", membership_word(&e->policy->groups, f->in_groups),
			 "in_except_groups", membership_word(&e->policy->except_groups, f->in_except_groups),
			 "locked", account != NULL && mfa_factor_codes_blocked(account, subject_voice(&e->subject), f->now,
								      &wait) != MFA_VERDICT_RIGHT,
			 "place", mfa_place_word(mfa_policy_place(f)), "by_another", f->by_another,
			 "caller", e->subject.caller);
	text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

/* Whether the service's programs are root's, whoever has started them, as far as anybody can say. */
static bool programs_are_roots(const struct explain *e)
{
	return e->policy->callers.count == 0 &&
	       (mfa_service_is_local(e->policy->on_host, e->service, false) || mfa_service_gives_address(e->service) ||
		strcmp(e->service, OWN_PROGRAM) == 0);
}

/* Where another's programs ask by themselves, the one that is named does: one of the service's callers, or somebody who
 * may ask for his own account alone. */
static void ask_as_caller(struct explain *e)
{
	const struct mfa_caller *caller;

	if (!e->presence.told || e->presence.uid == 0 || programs_are_roots(e))
		return;
	caller = mfa_conf_caller(e->policy, e->presence.uid);
	e->subject.local = true;
	if (caller != NULL)
		e->subject.caller = caller->name;
	else if (!e->subject.identity.known || e->subject.identity.uid != e->presence.uid)
		e->subject.refusal = subject_not_own;
}

static int explain(struct conversation *c, struct explain *e)
{
	const struct mfa_identity *id = &e->subject.identity;
	struct mfa_remember_place place = { .service = e->service, .rhost = e->rhost,
					    .session = e->session };
	int r;

	e->policy = mfa_conf_policy(c->conf, e->service);
	r = subject_read(c, e->policy, &e->subject);
	if (r != 0)
		return r;
	ask_as_caller(e);
	r = mfa_accounts_load_or_decoy(c->verifier->accounts, id->name,
				       e->subject.barred == NULL && (id->known || !e->policy->nss),
				       mfa_clock_now(), &e->record, &e->bare);
	if (r == 0)
		r = subject_check_record(c, &e->subject,
					 e->bare.account != NULL ? &e->bare : &e->record);
	/* That an account is nobody's to use is an explanation. */
	if (r != 0 && e->subject.refusal == NULL)
		return r;
	r = facts_gather(c, &e->subject, e->policy, e->record.decoy ? e->bare.account : e->record.account,
			 e->rhost, &e->facts);
	if (r != 0)
		return r;
	facts_place(&e->subject, e->policy, e->service, &e->presence, &e->facts);
	place.name = id->name;
	e->facts.remembered = remember_check(c, e->policy, &e->facts, &place, &e->record);
	e->decision = strcmp(e->service, OWN_PROGRAM) == 0 ? mfa_policy_decide_own(e->policy, &e->facts)
							   : mfa_policy_decide(e->policy, &e->facts);
	return 0;
}

void request_explain(struct conversation *c)
{
	struct explain e = { .service = "" };
	struct failure failure;
	char *row = NULL;
	int r = mfa_frame_text(&c->frame, MFA_FIELD_SERVICE, e.service, sizeof(e.service));

	if (r == 0) {
		r = mfa_frame_text(&c->frame, MFA_FIELD_RHOST, e.rhost, sizeof(e.rhost));
		r = r == -ENOENT ? 0 : r;
	}
	if (r == 0) {
		r = mfa_frame_text(&c->frame, MFA_FIELD_SESSION, e.session, sizeof(e.session));
		r = r == -ENOENT ? 0 : r;
	}
	mfa_presence_read(&c->frame, &e.presence);
	if (r != 0 || e.service[0] == '\0') {
		conversation_done(c, MFA_RESULT_INVALID, "Which service?");
		return;
	}
	r = explain(c, &e);
	if (r == 0) {
		row = format(c, &e);
		r = row != NULL ? conversation_row(c, row) : -ENOMEM;
	}
	failure = failure_to(c, r);
	conversation_done(c, r == 0 ? MFA_RESULT_OK : failure.result, r == 0 ? NULL : failure.text);
	free(row);
	mfa_record_release(&e.record);
	mfa_record_release(&e.bare);
}
