/* SPDX-License-Identifier: BSD-2-Clause */
/* What a service asks of whom: the rules of mfa.conf, and the one place where
 * they are weighed.  Pure: no I/O. */
#ifndef MFA_POLICY_H
#define MFA_POLICY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address/network.h"
#include "method/method.h"
#include "name/name.h"
#include "policy/service.h"

/* Whether an account without a factor gets in. */
enum mfa_unenrolled { MFA_UNENROLLED_DENY, MFA_UNENROLLED_ALLOW };
/* Whether a sign-in leads through enrolment. */
enum mfa_enrolment { MFA_ENROLMENT_OFF, MFA_ENROLMENT_OFFER, MFA_ENROLMENT_REQUIRE };

/* Whether a phone asks for its own unlock before it confirms. */
enum mfa_verify_user { MFA_VERIFY_OFF, MFA_VERIFY_PREFERRED, MFA_VERIFY_REQUIRED, MFA_VERIFY_COUNT };

#define MFA_OFFER_TIMES 3		/* where neither a number nor a date is set */

struct mfa_networks {
	const struct mfa_network *rows;
	size_t count;
};

/* Names of the system's groups. */
struct mfa_group {
	const char *name;
	int line;			/* of mfa.conf, for complaints */
};
struct mfa_groups {
	const struct mfa_group *rows;
	size_t count;
};

/* Users whose programs may sign in anybody at one service. */
struct mfa_caller {
	const char *name;
	int line;			/* of mfa.conf, for complaints */
	atomic_bool found;		/* the name was looked up, and may be one; else nobody is it */
	uint32_t uid;			/* does not change once it is found */
};
struct mfa_callers {
	struct mfa_caller *rows;
	size_t count;
};

/* The rules of a service.  What it points to is its mfa_conf's. */
struct mfa_policy {
	const char *service;		/* NULL: every service without rules of its own */
	bool nss;			/* names must be known to the system */
	bool names_exact;		/* where they need not be: each spelling is another name */
	struct mfa_realms realms;	/* the same: what is taken off them */
	bool realms_are_one;		/* there may be more than one realm */
	int realms_line;		/* where they are configured, for complaints */
	bool optional;			/* required = no */
	struct mfa_groups groups;	/* if any: required of their members only */
	struct mfa_groups except_groups;	/* never of theirs */
	struct mfa_networks exempt_networks;	/* nor from there */
	unsigned methods;		/* enum mfa_method_kind */
	enum mfa_method_id order[MFA_METHOD_COUNT];	/* which is asked for before which; those that are not named come */
	size_t order_count;		/* after these, in the table's order */
	unsigned alone;			/* of which one is enough for an account: enum mfa_method_kind */
	enum mfa_unenrolled unenrolled;
	enum mfa_enrolment enrolment;
	unsigned offer_times;		/* how often it may be put off; 0: as often as one likes until the date */
	int64_t offer_until;		/* when it no longer may be; 0: no date */
	struct mfa_networks enrol_networks;	/* where a first device may be enrolled without a pass */
	bool enrol_local;		/* the same, for whoever is on this host */
	enum mfa_on_host on_host;	/* local: whether no address is said to mean this host */
	struct mfa_callers callers;	/* none in the rules of every service */
	bool callers_exempt;		/* exempt_networks holds for addresses that these claim, too */
	unsigned minimum;		/* devices that an account should have */
	int64_t remember;		/* seconds that a success spares the next one; 0: never */
	bool remember_sent;		/* also one by a code that was sent */
	enum mfa_verify_user verify_user;
	bool fail_open;			/* where mfad has no key or store */
	const char *language;		/* "nl"; NULL: the client's */
	const char *prompt;		/* NULL: the usual */
	const char *intro;		/* before the prompt; NULL: nothing */
	const char *help;		/* after a refusal; NULL: nothing */
};

enum mfa_decision_kind {
	MFA_DECISION_REFUSE = 0,	/* no entry; ask all the same, so that it does not show */
	MFA_DECISION_REQUIRE,		/* a factor must be shown */
	MFA_DECISION_ENROL,		/* a first device must be enrolled now, or put off if it may be */
	MFA_DECISION_ALLOW,		/* no factor asked */
	MFA_DECISION_COUNT
};

#define MFA_DECISION_DETAIL_MAX 80

struct mfa_decision {
	enum mfa_decision_kind kind;
	const char *rule;		/* constant, for log and explain: which rule decided */
	char detail[MFA_DECISION_DETAIL_MAX];	/* the network or group of the rule; may be empty */
	bool may_postpone;		/* ENROL */
	unsigned left;			/* with may_postpone: how often still; 0: until the date */
	bool stood_in;			/* ENROL: something stands in for a device meanwhile; putting it off is not counted */
};

/* Whether somebody is in a list's groups.  Not known is what a failed look-up leaves. */
enum mfa_membership { MFA_MEMBER_NOT_KNOWN = 0, MFA_MEMBER_NO, MFA_MEMBER_YES, MFA_MEMBER_COUNT };

/* Where somebody signs in.  That no address is given proves nothing: a daemon may serve the network and
 * not say so. */
enum mfa_place { MFA_PLACE_NOT_KNOWN = 0, MFA_PLACE_ADDRESS, MFA_PLACE_HERE, MFA_PLACE_COUNT };

/* What the decision is about. */
struct mfa_policy_facts {
	bool known;			/* the system knows the name */
	const char *barred;		/* constant: why the name may be nobody's here (a rule of the decision); NULL: it
					 * is not */
	bool unlisted;			/* the store knows those that the system does not know by an administrator's
					 * word alone, and not this one */
	bool local;			/* service and address are no more than a program's claim; */
	bool by_caller;			/* it is one of the policy's callers, so that only the address is */
	const char *rhost;		/* as PAM has it; NULL or "": no address, */
	bool here;			/* and then: on this host */
	bool by_another;		/* somebody else than the account's owner or root has started the program */
	enum mfa_membership in_groups;	/* of those named by the policy */
	enum mfa_membership in_except_groups;
	unsigned devices;		/* of the account */
	unsigned methods;		/* of its devices: enum mfa_method_kind */
	unsigned stand_ins;		/* methods that count for it without a device now, as a pass does */
	bool remembered;		/* a success here was remembered, and is good still */
	unsigned postponed;		/* how often enrolment was put off */
	int64_t now;
};

struct mfa_decision mfa_policy_decide(const struct mfa_policy *policy,
				      const struct mfa_policy_facts *facts);

/* The same for mfa-enroll, which is no sign-in: whoever has a device shows it, and a first one depends on a pass,
 * enrol_local and local alone.  facts: with policy, those of the service mfa-enroll. */
struct mfa_decision mfa_policy_decide_own(const struct mfa_policy *policy,
					  const struct mfa_policy_facts *facts);
/* Why somebody's own mfa-enroll adds no first device without a pass: the rule; NULL: it does.  here: the service
 * mfa-enroll is local. */
const char *mfa_policy_bars_own_first(const struct mfa_policy *policy, bool here);

/* After a factor was shown: whether more must be enrolled.  A pass is for enrolling a phone, and
 * `minimum` may ask for a second device.  Returns ENROL or ALLOW. */
struct mfa_decision mfa_policy_decide_more(const struct mfa_policy *policy,
					   const struct mfa_policy_facts *facts,
					   enum mfa_method_kind shown);

/* An address (or a name in its place), this host, or not known. */
enum mfa_place mfa_policy_place(const struct mfa_policy_facts *facts);
/* Whether a first device may be enrolled from where the facts say (without a pass). */
bool mfa_policy_may_enrol_here(const struct mfa_policy *policy,
			       const struct mfa_policy_facts *facts);
/* Whether a success may be remembered there at all: never on a claim, a name or loopback, nor where it is
 * not known from where. */
bool mfa_policy_may_remember(const struct mfa_policy *policy, const struct mfa_policy_facts *facts);

/* What a decision, a place is called in mfa.conf, log and explain. */
const char *mfa_decision_word(enum mfa_decision_kind kind);
const char *mfa_place_word(enum mfa_place place);

#endif
