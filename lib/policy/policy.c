/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "language/language.h"
#include "table/table.h"

const char *mfa_decision_word(enum mfa_decision_kind kind)
{
	static const char *const words[] = {
		[MFA_DECISION_REFUSE] = "refuse",
		[MFA_DECISION_REQUIRE] = "require",
		[MFA_DECISION_ENROL] = "enrol",
		[MFA_DECISION_ALLOW] = "allow",
	};
	MFA_TABLE_FITS(words, MFA_DECISION_COUNT);

	return words[kind];
}

static struct mfa_decision decision(enum mfa_decision_kind kind, const char *rule)
{
	return (struct mfa_decision){ .kind = kind, .rule = rule };
}

const char *mfa_place_word(enum mfa_place place)
{
	static const char *const words[] = {
		[MFA_PLACE_NOT_KNOWN] = "not known",
		[MFA_PLACE_ADDRESS] = "address",
		[MFA_PLACE_HERE] = "this host",
	};
	MFA_TABLE_FITS(words, MFA_PLACE_COUNT);

	return words[place];
}

enum mfa_place mfa_policy_place(const struct mfa_policy_facts *facts)
{
	if (facts->rhost != NULL && facts->rhost[0] != '\0')
		return MFA_PLACE_ADDRESS;
	return facts->here ? MFA_PLACE_HERE : MFA_PLACE_NOT_KNOWN;
}

/* The network of a list that an address is in: only a literal. */
static const struct mfa_network *network_of(const struct mfa_networks *list,
					    const struct mfa_policy_facts *facts)
{
	struct mfa_address address;
	size_t i;

	if (mfa_policy_place(facts) != MFA_PLACE_ADDRESS ||
	    mfa_address_parse(facts->rhost, &address) != 0)
		return NULL;
	for (i = 0; i < list->count; i++)
		if (mfa_network_has(&list->rows[i], &address))
			return &list->rows[i];
	return NULL;
}

/* Only on root's word, or a caller's where the rules say so. */
static const struct mfa_network *exempt_network(const struct mfa_policy *policy, const struct mfa_policy_facts *facts)
{
	if (facts->local && !(facts->by_caller && policy->callers_exempt))
		return NULL;
	return network_of(&policy->exempt_networks, facts);
}

/* Only on root's word. */
static const struct mfa_network *enrol_network(const struct mfa_policy *policy, const struct mfa_policy_facts *facts)
{
	return facts->local ? NULL : network_of(&policy->enrol_networks, facts);
}

static bool enrols_from(const struct mfa_policy *policy, const struct mfa_policy_facts *facts)
{
	return facts->devices == 0 && policy->enrolment != MFA_ENROLMENT_OFF && !facts->by_another &&
	       enrol_network(policy, facts) != NULL;
}

/* Whether the service asks nothing of this person here.  What a program claims to be
 * spares nobody: then only the rules of every service count.  One of the service's callers is what it says. */
static bool spared(const struct mfa_policy *policy, const struct mfa_policy_facts *facts,
		   struct mfa_decision *out)
{
	const struct mfa_network *network;

	if (facts->local && !facts->by_caller && policy->service != NULL)
		return false;
	if (policy->optional) {
		*out = decision(MFA_DECISION_ALLOW, "required=no");
		return true;
	}
	/* A look-up that failed never spares. */
	if (policy->except_groups.count > 0 && facts->in_except_groups == MFA_MEMBER_YES) {
		*out = decision(MFA_DECISION_ALLOW, "except_groups");
		return true;
	}
	if (policy->groups.count > 0 && facts->in_groups == MFA_MEMBER_NO) {
		*out = decision(MFA_DECISION_ALLOW, "groups");
		return true;
	}
	network = exempt_network(policy, facts);
	/* Whoever must or may enrol from just there is led through it: nobody else would ask them. */
	if (network == NULL || enrols_from(policy, facts))
		return false;
	*out = decision(MFA_DECISION_ALLOW, "exempt_networks");
	mfa_network_format(network, out->detail);
	return true;
}

bool mfa_policy_may_enrol_here(const struct mfa_policy *policy, const struct mfa_policy_facts *facts)
{
	/* Whoever begins su is there, and not the one whose password is typed. */
	if (facts->by_another)
		return false;
	if (mfa_policy_place(facts) == MFA_PLACE_HERE)
		return policy->enrol_local;
	return enrol_network(policy, facts) != NULL;
}

bool mfa_policy_may_remember(const struct mfa_policy *policy, const struct mfa_policy_facts *facts)
{
	struct mfa_address address;

	if (policy->remember <= 0 || facts->local)
		return false;
	if (mfa_policy_place(facts) != MFA_PLACE_ADDRESS)
		return facts->here;	/* by its login session */
	return mfa_address_parse(facts->rhost, &address) == 0 && !mfa_address_is_loopback(&address);
}

/* Why there is no first device, where one is due.  The log has it in English, and `mfa-admin explain` in its reader's
 * language. */
static const char *why_not_here(const struct mfa_policy_facts *facts)
{
	if (facts->by_another)
		return N_("no first device of another's account");
	if (mfa_policy_place(facts) == MFA_PLACE_NOT_KNOWN)
		return N_("no first device, not known from where");
	return N_("no first device from here");
}

/* An offer that may be put off no more is a demand. */
static void weigh_offer(const struct mfa_policy *policy, const struct mfa_policy_facts *facts,
			struct mfa_decision *out)
{
	unsigned times = policy->offer_times;

	if (policy->enrolment != MFA_ENROLMENT_OFFER)
		return;
	if (times == 0 && policy->offer_until == 0)
		times = MFA_OFFER_TIMES;
	if (times > 0 && facts->postponed >= times)
		return;
	if (policy->offer_until != 0 && facts->now >= policy->offer_until)
		return;
	out->rule = "enrolment=offer";
	out->may_postpone = true;
	out->left = times > 0 ? times - facts->postponed : 0;
}

/* The first of them is the rule. */
static const char *stand_in_word(unsigned stand_ins)
{
	return mfa_method_word((enum mfa_method_kind)(stand_ins & -stand_ins));
}

static struct mfa_decision without_device(const struct mfa_policy *policy,
					  const struct mfa_policy_facts *facts)
{
	bool due = policy->enrolment != MFA_ENROLMENT_OFF && !facts->local && !facts->unlisted;
	struct mfa_decision d;

	if ((facts->stand_ins & policy->methods) != 0)
		return decision(MFA_DECISION_REQUIRE, stand_in_word(facts->stand_ins & policy->methods));
	if (due && mfa_policy_may_enrol_here(policy, facts)) {
		d = decision(MFA_DECISION_ENROL, "enrolment=require");
		weigh_offer(policy, facts, &d);
		return d;
	}
	d = policy->unenrolled == MFA_UNENROLLED_ALLOW
		? decision(MFA_DECISION_ALLOW, "unenrolled=allow")
		: decision(MFA_DECISION_REFUSE, "unenrolled=deny");
	if (due)
		(void)snprintf(d.detail, sizeof(d.detail), "%s", why_not_here(facts));
	else if (facts->unlisted)
		(void)snprintf(d.detail, sizeof(d.detail), N_("neither imported nor with a pass"));
	return d;
}

struct mfa_decision mfa_policy_decide(const struct mfa_policy *policy,
				      const struct mfa_policy_facts *facts)
{
	struct mfa_decision d;

	if (policy->nss && !facts->known)
		return decision(MFA_DECISION_REFUSE, "unknown-name");
	if (facts->barred != NULL)
		return decision(MFA_DECISION_REFUSE, facts->barred);
	if (spared(policy, facts, &d))
		return d;
	if (facts->devices == 0)
		return without_device(policy, facts);
	if (facts->remembered && mfa_policy_may_remember(policy, facts))
		return decision(MFA_DECISION_ALLOW, "remember");
	if (((facts->methods | facts->stand_ins) & policy->methods) == 0)
		return decision(MFA_DECISION_REFUSE, "methods");
	return decision(MFA_DECISION_REQUIRE, "enrolled");
}

const char *mfa_policy_bars_own_first(const struct mfa_policy *policy, bool here)
{
	if (!policy->enrol_local)
		return "enrol_local=no";
	return here ? NULL : "local=no";
}

struct mfa_decision mfa_policy_decide_own(const struct mfa_policy *policy, const struct mfa_policy_facts *facts)
{
	const char *bar = mfa_policy_bars_own_first(policy, facts->here);

	/* Whoever is nobody to the system has no programs. */
	if (facts->by_another || !facts->known)
		return decision(MFA_DECISION_REFUSE, "not-own");
	if (facts->devices > 0)
		return decision(MFA_DECISION_REQUIRE, "enrolled");
	if (facts->stand_ins != 0)
		return decision(MFA_DECISION_REQUIRE, stand_in_word(facts->stand_ins));
	return bar != NULL ? decision(MFA_DECISION_REFUSE, bar) : decision(MFA_DECISION_ENROL, "enrol_local=yes");
}

struct mfa_decision mfa_policy_decide_more(const struct mfa_policy *policy,
					   const struct mfa_policy_facts *facts,
					   enum mfa_method_kind shown)
{
	struct mfa_decision d = decision(MFA_DECISION_ALLOW, "enough");
	const struct mfa_method *method = mfa_method_of(shown);

	if (policy->enrolment == MFA_ENROLMENT_OFF || facts->local)
		return d;
	if (method != NULL && method->stands_in) {
		/* For the phone, until it ends. */
		d = decision(MFA_DECISION_ENROL, method->word);
		d.may_postpone = true;
		d.stood_in = true;
	} else if (facts->devices < policy->minimum) {
		d = decision(MFA_DECISION_ENROL, "minimum");
		weigh_offer(policy, facts, &d);
	}
	return d;
}
