/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "policy/policy.h"

#define NOW 1800000000
#define YES MFA_MEMBER_YES
#define NO MFA_MEMBER_NO
#define UNKNOWN MFA_MEMBER_NOT_KNOWN
#define REFUSE MFA_DECISION_REFUSE
#define REQUIRE MFA_DECISION_REQUIRE
#define ENROL MFA_DECISION_ENROL
#define ALLOW MFA_DECISION_ALLOW
#define ALL ALL_METHODS

static const struct mfa_network school_rows[] = {
	{ { true, { 192, 0, 2 } }, 24 },
	{ { false, { 0x20, 0x01, 0x0d, 0xb8 } }, 32 },
};
static const struct mfa_network lab_rows[] = { { { true, { 198, 51, 100, 0 } }, 24 } };
static const struct mfa_group staff_rows[] = { { "staff", 1 } };

#define SCHOOL .exempt_networks = { school_rows, 2 }
#define LAB .enrol_networks = { lab_rows, 1 }
#define STAFF .groups = { staff_rows, 1 }
#define EXCEPT_STAFF .except_groups = { staff_rows, 1 }
#define OFFER .enrolment = MFA_ENROLMENT_OFFER
#define DUE .enrolment = MFA_ENROLMENT_REQUIRE
#define LET .unenrolled = MFA_UNENROLLED_ALLOW
#define PHONE .known = true, .devices = 1, .methods = MFA_METHOD_TOTP
#define TOKEN .known = true, .devices = 1, .methods = MFA_METHOD_HOTP
#define BARE .known = true
#define HERE .here = true
#define CALLER .local = true, .by_caller = true
#define RADIUS .service = "radiusd", .nss = true

/* Each row's policy starts as [policy] does: names known to the system, all methods. */
static const struct row {
	const char *name;
	struct mfa_policy policy;
	struct mfa_policy_facts facts;
	enum mfa_decision_kind kind;
	const char *rule;
	const char *detail;
	bool may_postpone;
	unsigned left;
} rows[] = {
	/* Whose name it is. */
	{ "an unknown name", { .nss = true }, { .known = false, .devices = 1, .methods = 1 }, REFUSE,
	  "unknown-name" },
	{ "an unknown name, exempt", { .nss = true, .optional = true }, { .known = false }, REFUSE,
	  "unknown-name" },
	{ "an unknown name of a VPN, of a group perhaps", { .nss = false, STAFF, LET }, { .devices = 1, .methods = 1,
	  .in_groups = UNKNOWN }, REQUIRE, "enrolled" },
	{ "the same, without a device", { .nss = false, STAFF }, { .in_groups = UNKNOWN }, REFUSE, "unenrolled=deny" },
	{ "of a group that is spared, perhaps", { .nss = false, EXCEPT_STAFF }, { .devices = 1, .methods = 1,
	  .in_except_groups = UNKNOWN }, REQUIRE, "enrolled" },
	{ "a spelling that may be nobody's", { .nss = false, LET, SCHOOL }, { .barred = "name-letters",
	  .rhost = "192.0.2.1" }, REFUSE, "name-letters" },
	{ "the same, nothing required", { .nss = false, .optional = true }, { .barred = "name-letters" }, REFUSE,
	  "name-letters" },
	{ "a name that nobody has imported", { .nss = false, DUE, .enrol_local = true }, { .unlisted = true, HERE }, REFUSE,
	  "unenrolled=deny", "neither imported nor with a pass" },
	{ "the same, offered, from where one may", { .nss = false, OFFER, LAB }, { .unlisted = true,
	  .rhost = "198.51.100.1" }, REFUSE, "unenrolled=deny", "neither imported nor with a pass" },
	{ "the same, may pass", { .nss = false, DUE, .enrol_local = true, LET }, { .unlisted = true, HERE }, ALLOW,
	  "unenrolled=allow", "neither imported nor with a pass" },
	{ "one that has been", { .nss = false, DUE, .enrol_local = true }, { .known = false, HERE }, ENROL,
	  "enrolment=require" },
	{ "an unknown name, enrolment due", { .nss = true, DUE, .enrol_local = true }, { .known = false, HERE },
	  REFUSE, "unknown-name" },
	{ "an unknown name of a VPN", { .nss = false }, { .devices = 1, .methods = 1 }, REQUIRE, "enrolled" },
	{ "an unknown name of a VPN without a device", { .nss = false }, { .known = false }, REFUSE,
	  "unenrolled=deny" },

	/* Enrolled, or not. */
	{ "enrolled", { .nss = true }, { PHONE }, REQUIRE, "enrolled" },
	{ "enrolled, others may pass", { .nss = true, LET }, { PHONE }, REQUIRE, "enrolled" },
	{ "enrolled, enrolment due", { .nss = true, DUE, .enrol_local = true }, { PHONE, HERE }, REQUIRE, "enrolled" },
	{ "enrolled, once put off", { .nss = true, OFFER }, { PHONE, .postponed = 9 }, REQUIRE, "enrolled" },
	{ "nothing enrolled", { .nss = true }, { BARE }, REFUSE, "unenrolled=deny" },
	{ "nothing enrolled, may pass", { .nss = true, LET }, { BARE }, ALLOW, "unenrolled=allow" },
	{ "nothing enrolled, may pass, a program", { .nss = true, LET }, { BARE, .local = true }, ALLOW,
	  "unenrolled=allow" },

	/* required = no */
	{ "not required", { .nss = true, .optional = true }, { PHONE }, ALLOW, "required=no" },
	{ "not required, not enrolled", { .nss = true, .optional = true }, { BARE }, ALLOW, "required=no" },
	{ "not required, and enrolment due", { .nss = true, .optional = true, DUE, .enrol_local = true }, { BARE, HERE },
	  ALLOW, "required=no" },
	{ "not required of a service, says a program", { .service = "x", .nss = true, .optional = true },
	  { PHONE, .local = true }, REQUIRE, "enrolled" },
	{ "not required of any service", { .nss = true, .optional = true }, { PHONE, .local = true }, ALLOW,
	  "required=no" },

	/* Groups. */
	{ "of the group", { .nss = true, STAFF }, { PHONE, .in_groups = YES }, REQUIRE, "enrolled" },
	{ "not of the group", { .nss = true, STAFF }, { PHONE, .in_groups = NO }, ALLOW, "groups" },
	{ "not of the group, not enrolled", { .nss = true, STAFF }, { BARE, .in_groups = NO }, ALLOW, "groups" },
	{ "of the group, not enrolled", { .nss = true, STAFF }, { BARE, .in_groups = YES }, REFUSE,
	  "unenrolled=deny" },
	{ "the group can't be looked up", { .nss = true, STAFF }, { PHONE, .in_groups = UNKNOWN }, REQUIRE,
	  "enrolled" },
	{ "the group can't be looked up, not enrolled", { .nss = true, STAFF }, { BARE, .in_groups = UNKNOWN },
	  REFUSE, "unenrolled=deny" },
	{ "no groups are named", { .nss = true }, { PHONE, .in_groups = NO }, REQUIRE, "enrolled" },
	{ "of the group that is spared", { .nss = true, EXCEPT_STAFF }, { PHONE, .in_except_groups = YES },
	  ALLOW, "except_groups" },
	{ "not of the group that is spared", { .nss = true, EXCEPT_STAFF }, { PHONE, .in_except_groups = NO },
	  REQUIRE, "enrolled" },
	{ "the spared group can't be looked up", { .nss = true, EXCEPT_STAFF },
	  { PHONE, .in_except_groups = UNKNOWN }, REQUIRE, "enrolled" },
	{ "no group is spared", { .nss = true }, { PHONE, .in_except_groups = YES }, REQUIRE, "enrolled" },
	{ "required of them, but spared", { .nss = true, STAFF, EXCEPT_STAFF },
	  { PHONE, .in_groups = YES, .in_except_groups = YES }, ALLOW, "except_groups" },
	{ "a service's groups, says a program", { .service = "x", .nss = true, STAFF },
	  { PHONE, .local = true, .in_groups = NO }, REQUIRE, "enrolled" },
	{ "everybody's groups, a program", { .nss = true, STAFF }, { PHONE, .local = true, .in_groups = NO },
	  ALLOW, "groups" },

	/* Networks. */
	{ "from the school", { .nss = true, SCHOOL }, { PHONE, .rhost = "192.0.2.7" }, ALLOW,
	  "exempt_networks", "192.0.2.0/24" },
	{ "from the school, not enrolled", { .nss = true, SCHOOL }, { BARE, .rhost = "192.0.2.7" }, ALLOW,
	  "exempt_networks", "192.0.2.0/24" },
	{ "from the school by IPv6", { .nss = true, SCHOOL }, { PHONE, .rhost = "2001:db8::1" }, ALLOW,
	  "exempt_networks", "2001:db8::/32" },
	{ "from the school, mapped", { .nss = true, SCHOOL }, { PHONE, .rhost = "::ffff:192.0.2.7" }, ALLOW,
	  "exempt_networks", "192.0.2.0/24" },
	{ "from next to the school", { .nss = true, SCHOOL }, { PHONE, .rhost = "192.0.3.7" }, REQUIRE,
	  "enrolled" },
	{ "from elsewhere by IPv6", { .nss = true, SCHOOL }, { PHONE, .rhost = "2001:db9::1" }, REQUIRE,
	  "enrolled" },
	{ "a name that looks like it", { .nss = true, SCHOOL }, { PHONE, .rhost = "192.0.2.7.example.org" },
	  REQUIRE, "enrolled" },
	{ "a name", { .nss = true, SCHOOL }, { PHONE, .rhost = "school.example.org" }, REQUIRE, "enrolled" },
	{ "an odd spelling", { .nss = true, SCHOOL }, { PHONE, .rhost = "192.0.2.007" }, REQUIRE, "enrolled" },
	{ "a short spelling", { .nss = true, SCHOOL }, { PHONE, .rhost = "192.0.519" }, REQUIRE, "enrolled" },
	{ "a space before", { .nss = true, SCHOOL }, { PHONE, .rhost = " 192.0.2.7" }, REQUIRE, "enrolled" },
	{ "on this host", { .nss = true, SCHOOL }, { PHONE, HERE, .rhost = "" }, REQUIRE, "enrolled" },
	{ "no address at all", { .nss = true, SCHOOL }, { PHONE }, REQUIRE, "enrolled" },
	{ "from the school, says a program", { .nss = true, SCHOOL },
	  { PHONE, .local = true, .rhost = "192.0.2.7" }, REQUIRE, "enrolled" },

	/* Callers: the service is what they say, an address only where the rules take it. */
	{ "a caller", { RADIUS }, { PHONE, CALLER, .rhost = "192.0.2.7" }, REQUIRE, "enrolled" },
	{ "a caller, not required", { RADIUS, .optional = true }, { PHONE, CALLER }, ALLOW, "required=no" },
	{ "a caller, the service's groups", { RADIUS, STAFF }, { PHONE, CALLER, .in_groups = NO }, ALLOW, "groups" },
	{ "a caller, one of the groups", { RADIUS, STAFF }, { PHONE, CALLER, .in_groups = YES }, REQUIRE, "enrolled" },
	{ "a caller, from the school", { RADIUS, SCHOOL }, { PHONE, CALLER, .rhost = "192.0.2.7" }, REQUIRE, "enrolled" },
	{ "a caller who exempts, from the school", { RADIUS, SCHOOL, .callers_exempt = true },
	  { PHONE, CALLER, .rhost = "192.0.2.7" }, ALLOW, "exempt_networks", "192.0.2.0/24" },
	{ "a caller who exempts, from elsewhere", { RADIUS, SCHOOL, .callers_exempt = true },
	  { PHONE, CALLER, .rhost = "203.0.113.1" }, REQUIRE, "enrolled" },
	{ "a caller who exempts, without an address", { RADIUS, SCHOOL, .callers_exempt = true }, { PHONE, CALLER },
	  REQUIRE, "enrolled" },
	{ "another program where callers exempt", { RADIUS, SCHOOL, .callers_exempt = true },
	  { PHONE, .local = true, .rhost = "192.0.2.7" }, REQUIRE, "enrolled" },
	{ "root's word where callers do not exempt", { RADIUS, SCHOOL }, { PHONE, .rhost = "192.0.2.7" }, ALLOW,
	  "exempt_networks", "192.0.2.0/24" },
	{ "a caller, due, from the lab", { RADIUS, DUE, LAB, .callers_exempt = true },
	  { BARE, CALLER, .rhost = "198.51.100.9" }, REFUSE, "unenrolled=deny" },
	{ "a caller, offered, here", { RADIUS, OFFER, .enrol_local = true }, { BARE, CALLER, HERE }, REFUSE,
	  "unenrolled=deny" },
	{ "a caller, due where nothing is asked", { RADIUS, DUE, SCHOOL, .enrol_networks = { school_rows, 1 },
	  .callers_exempt = true }, { BARE, CALLER, .rhost = "192.0.2.7" }, ALLOW, "exempt_networks", "192.0.2.0/24" },
	{ "a caller, may pass", { RADIUS, LET }, { BARE, CALLER }, ALLOW, "unenrolled=allow" },
	{ "a caller, a pass", { RADIUS, DUE }, { BARE, CALLER, .stand_ins = MFA_METHOD_PASS }, REQUIRE, "pass" },
	{ "a caller, remembered", { RADIUS, .remember = 60, .callers_exempt = true },
	  { PHONE, CALLER, .remembered = true, .rhost = "203.0.113.1" }, REQUIRE, "enrolled" },
	{ "a caller, a name that the system does not know", { RADIUS }, { CALLER, .devices = 1, .methods = 1 }, REFUSE,
	  "unknown-name" },

	/* Methods. */
	{ "a phone where only tokens count", { .nss = true, .methods = MFA_METHOD_HOTP }, { PHONE }, REFUSE,
	  "methods" },
	{ "a token where only phones count", { .nss = true, .methods = MFA_METHOD_TOTP }, { TOKEN }, REFUSE,
	  "methods" },
	{ "a phone that is of no use does not make it a first one",
	  { .nss = true, .methods = MFA_METHOD_HOTP, DUE, .enrol_local = true, LET }, { PHONE, HERE }, REFUSE, "methods" },
	{ "a token", { .nss = true, .methods = MFA_METHOD_HOTP }, { TOKEN }, REQUIRE, "enrolled" },
	{ "a phone that is of no use, and a pass",
	  { .nss = true, .methods = MFA_METHOD_HOTP | MFA_METHOD_PASS }, { PHONE, .stand_ins = MFA_METHOD_PASS }, REQUIRE,
	  "enrolled" },
	{ "recovery codes alone open nothing", { .nss = true, .methods = MFA_METHOD_RECOVERY }, { PHONE },
	  REFUSE, "methods" },

	/* A pass. */
	{ "a pass", { .nss = true }, { BARE, .stand_ins = MFA_METHOD_PASS }, REQUIRE, "pass" },
	{ "a pass, others may pass without", { .nss = true, LET }, { BARE, .stand_ins = MFA_METHOD_PASS }, REQUIRE, "pass" },
	{ "a pass where none counts", { .nss = true, .methods = MFA_METHOD_TOTP }, { BARE, .stand_ins = MFA_METHOD_PASS },
	  REFUSE, "unenrolled=deny" },
	{ "a pass goes before enrolment", { .nss = true, DUE, .enrol_local = true }, { BARE, HERE, .stand_ins = MFA_METHOD_PASS },
	  REQUIRE, "pass" },

	/* Enrolment: where from. */
	{ "due, here", { .nss = true, DUE, .enrol_local = true }, { BARE, HERE }, ENROL, "enrolment=require" },
	{ "due, not here", { .nss = true, DUE }, { BARE, HERE }, REFUSE, "unenrolled=deny",
	  "no first device from here" },
	{ "due, not here, may pass", { .nss = true, DUE, LET }, { BARE, HERE }, ALLOW, "unenrolled=allow",
	  "no first device from here" },
	{ "due, from the lab", { .nss = true, DUE, LAB }, { BARE, .rhost = "198.51.100.9" }, ENROL,
	  "enrolment=require" },
	{ "due, from elsewhere", { .nss = true, DUE, LAB }, { BARE, .rhost = "203.0.113.1" }, REFUSE,
	  "unenrolled=deny", "no first device from here" },
	{ "due, from elsewhere, while enrol_local", { .nss = true, DUE, .enrol_local = true },
	  { BARE, .rhost = "203.0.113.1" }, REFUSE, "unenrolled=deny", "no first device from here" },
	{ "due, from a name", { .nss = true, DUE, LAB, .enrol_local = true }, { BARE, .rhost = "lab.example.org" },
	  REFUSE, "unenrolled=deny", "no first device from here" },
	{ "due, from the lab, says a program", { .nss = true, DUE, LAB },
	  { BARE, .local = true, .rhost = "198.51.100.9" }, REFUSE, "unenrolled=deny" },
	{ "due, a program here", { .nss = true, DUE, .enrol_local = true }, { BARE, HERE, .local = true }, REFUSE,
	  "unenrolled=deny" },
	/* No address is no place: a daemon may serve the network and not say so. */
	{ "due, not known from where", { .nss = true, DUE, .enrol_local = true }, { BARE }, REFUSE,
	  "unenrolled=deny", "no first device, not known from where" },
	{ "due, an empty address, not known from where", { .nss = true, DUE, .enrol_local = true },
	  { BARE, .rhost = "" }, REFUSE, "unenrolled=deny", "no first device, not known from where" },
	{ "due, not known from where, may pass", { .nss = true, DUE, .enrol_local = true, LET }, { BARE }, ALLOW,
	  "unenrolled=allow", "no first device, not known from where" },
	{ "offered, not known from where", { .nss = true, OFFER, .enrol_local = true }, { BARE }, REFUSE,
	  "unenrolled=deny", "no first device, not known from where" },
	{ "due, not known from where, with a pass", { .nss = true, DUE, .enrol_local = true },
	  { BARE, .stand_ins = MFA_METHOD_PASS }, REQUIRE, "pass" },
	{ "due, an address, whatever the service", { .nss = true, DUE, .enrol_local = true },
	  { BARE, HERE, .rhost = "203.0.113.1" }, REFUSE, "unenrolled=deny", "no first device from here" },
	{ "due, by another", { .nss = true, DUE, .enrol_local = true }, { BARE, HERE, .by_another = true }, REFUSE,
	  "unenrolled=deny", "no first device of another's account" },
	{ "due, by another, from the lab", { .nss = true, DUE, LAB },
	  { BARE, .by_another = true, .rhost = "198.51.100.9" }, REFUSE, "unenrolled=deny",
	  "no first device of another's account" },
	{ "due, by another, may pass", { .nss = true, DUE, .enrol_local = true, LET },
	  { BARE, HERE, .by_another = true }, ALLOW, "unenrolled=allow", "no first device of another's account" },
	{ "due, by another, with a pass", { .nss = true, DUE, .enrol_local = true },
	  { BARE, HERE, .by_another = true, .stand_ins = MFA_METHOD_PASS }, REQUIRE, "pass" },
	{ "due where nothing is asked, by another", { .nss = true, DUE, SCHOOL, .enrol_networks = { school_rows, 1 } },
	  { BARE, .by_another = true, .rhost = "192.0.2.7" }, ALLOW, "exempt_networks", "192.0.2.0/24" },
	{ "enrolled, by another", { .nss = true, DUE, .enrol_local = true }, { PHONE, HERE, .by_another = true },
	  REQUIRE, "enrolled" },
	{ "due, but not from there", { .nss = true, DUE, SCHOOL, LAB }, { BARE, .rhost = "192.0.2.7" }, ALLOW,
	  "exempt_networks", "192.0.2.0/24" },
	{ "due from where nothing is asked", { .nss = true, DUE, SCHOOL, .enrol_networks = { school_rows, 1 } },
	  { BARE, .rhost = "192.0.2.7" }, ENROL, "enrolment=require" },
	{ "offered where nothing is asked", { .nss = true, OFFER, SCHOOL, .enrol_networks = { school_rows, 1 } },
	  { BARE, .rhost = "192.0.2.7" }, ENROL, "enrolment=offer", NULL, true, MFA_OFFER_TIMES },
	{ "enrolled, where others enrol and nothing is asked",
	  { .nss = true, DUE, SCHOOL, .enrol_networks = { school_rows, 1 } }, { PHONE, .rhost = "192.0.2.7" },
	  ALLOW, "exempt_networks", "192.0.2.0/24" },

	/* Enrolment: how often it may be put off, and until when. */
	{ "an offer", { .nss = true, OFFER, .enrol_local = true }, { BARE, HERE }, ENROL, "enrolment=offer", NULL, true,
	  MFA_OFFER_TIMES },
	{ "an offer, put off twice", { .nss = true, OFFER, .enrol_local = true }, { BARE, HERE, .postponed = 2 }, ENROL,
	  "enrolment=offer", NULL, true, 1 },
	{ "an offer, put off for the last time", { .nss = true, OFFER, .enrol_local = true },
	  { BARE, HERE, .postponed = 3 }, ENROL, "enrolment=require" },
	{ "an offer, ten times", { .nss = true, OFFER, .enrol_local = true, .offer_times = 10 },
	  { BARE, HERE, .postponed = 3 }, ENROL, "enrolment=offer", NULL, true, 7 },
	{ "an offer, more often than there are", { .nss = true, OFFER, .enrol_local = true, .offer_times = 1 },
	  { BARE, HERE, .postponed = 7 }, ENROL, "enrolment=require" },
	{ "an offer until tomorrow", { .nss = true, OFFER, .enrol_local = true, .offer_until = NOW + 1 },
	  { BARE, HERE, .postponed = 99 }, ENROL, "enrolment=offer", NULL, true, 0 },
	{ "an offer until now", { .nss = true, OFFER, .enrol_local = true, .offer_until = NOW }, { BARE, HERE }, ENROL,
	  "enrolment=require" },
	{ "both, and the times are up",
	  { .nss = true, OFFER, .enrol_local = true, .offer_until = NOW + 1, .offer_times = 2 },
	  { BARE, HERE, .postponed = 2 }, ENROL, "enrolment=require" },
	{ "an offer from elsewhere", { .nss = true, OFFER, LET }, { BARE, .rhost = "203.0.113.1" }, ALLOW,
	  "unenrolled=allow", "no first device from here" },

	/* Remembering. */
	{ "remembered", { .nss = true, .remember = 60 }, { PHONE, .remembered = true, .rhost = "203.0.113.1" },
	  ALLOW, "remember" },
	{ "remembered in a session", { .nss = true, .remember = 60 }, { PHONE, HERE, .remembered = true }, ALLOW,
	  "remember" },
	{ "remembered, not known from where", { .nss = true, .remember = 60 }, { PHONE, .remembered = true },
	  REQUIRE, "enrolled" },
	{ "remembered, an empty address, not known from where", { .nss = true, .remember = 60 },
	  { PHONE, .remembered = true, .rhost = "" }, REQUIRE, "enrolled" },
	{ "remembered in a session, by another", { .nss = true, .remember = 60 },
	  { PHONE, HERE, .remembered = true, .by_another = true }, ALLOW, "remember" },
	{ "remembered, and no longer wanted", { .nss = true }, { PHONE, .remembered = true }, REQUIRE,
	  "enrolled" },
	{ "remembered, from a name", { .nss = true, .remember = 60 },
	  { PHONE, .remembered = true, .rhost = "pc.example.org" }, REQUIRE, "enrolled" },
	{ "remembered, from loopback", { .nss = true, .remember = 60 },
	  { PHONE, .remembered = true, .rhost = "127.0.0.1" }, REQUIRE, "enrolled" },
	{ "remembered, from loopback, mapped", { .nss = true, .remember = 60 },
	  { PHONE, .remembered = true, .rhost = "::ffff:127.9.9.9" }, REQUIRE, "enrolled" },
	{ "remembered, from loopback by IPv6", { .nss = true, .remember = 60 },
	  { PHONE, .remembered = true, .rhost = "::1" }, REQUIRE, "enrolled" },
	{ "remembered, says a program", { .nss = true, .remember = 60 },
	  { PHONE, HERE, .local = true, .remembered = true }, REQUIRE, "enrolled" },
	{ "remembered, all devices gone", { .nss = true, .remember = 60 },
	  { BARE, .remembered = true, .rhost = "203.0.113.1" }, REFUSE, "unenrolled=deny" },
	{ "not remembered", { .nss = true, .remember = 60 }, { PHONE, .rhost = "203.0.113.1" }, REQUIRE,
	  "enrolled" },
};

static void test_decide(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_policy policy = rows[i].policy;
		struct mfa_policy_facts facts = rows[i].facts;
		struct mfa_decision d;

		if (policy.methods == 0)
			policy.methods = ALL;
		facts.now = NOW;
		d = mfa_policy_decide(&policy, &facts);
		if (d.kind != rows[i].kind || strcmp(d.rule, rows[i].rule) != 0 ||
		    strcmp(d.detail, rows[i].detail != NULL ? rows[i].detail : "") != 0 ||
		    d.may_postpone != rows[i].may_postpone || d.left != rows[i].left)
			fail_msg("%s: %s by %s (%s), postpone %d %u", rows[i].name,
				 mfa_decision_word(d.kind), d.rule, d.detail, d.may_postpone, d.left);
	}
	assert_true(ROWS(rows) >= 60);
}

static void test_decide_more(void **state)
{
	static const struct {
		const char *name;
		struct mfa_policy policy;
		struct mfa_policy_facts facts;
		enum mfa_method_kind shown;
		enum mfa_decision_kind kind;
		const char *rule;
		bool may_postpone;
	} more[] = {
		{ "a code", { DUE }, { PHONE }, MFA_METHOD_TOTP, ALLOW, "enough", false },
		{ "a pass, nothing enrolled", { DUE }, { BARE }, MFA_METHOD_PASS, ENROL, "pass", true },
		/* The pass is the permission: the place no longer matters. */
		{ "a pass from elsewhere", { DUE }, { BARE, .rhost = "203.0.113.1" }, MFA_METHOD_PASS, ENROL, "pass",
		  true },
		{ "a pass, an offer", { OFFER }, { BARE, .postponed = 9 }, MFA_METHOD_PASS, ENROL, "pass", true },
		{ "a pass, a phone is there", { DUE }, { PHONE }, MFA_METHOD_PASS, ENROL, "pass", true },
		{ "a pass, no enrolment", { .enrolment = MFA_ENROLMENT_OFF }, { BARE }, MFA_METHOD_PASS, ALLOW, "enough", false },
		{ "a pass, a program", { DUE }, { BARE, .local = true }, MFA_METHOD_PASS, ALLOW, "enough", false },
		{ "one of two", { DUE, .minimum = 2 }, { PHONE }, MFA_METHOD_TOTP, ENROL, "minimum", false },
		{ "one of two, after a recovery code", { DUE, .minimum = 2 }, { PHONE }, MFA_METHOD_RECOVERY, ENROL,
		  "minimum", false },
		{ "one of two, may be put off", { OFFER, .minimum = 2 }, { PHONE }, MFA_METHOD_TOTP, ENROL,
		  "enrolment=offer", true },
		{ "two of two", { DUE, .minimum = 2 }, { .known = true, .devices = 2 }, MFA_METHOD_TOTP, ALLOW,
		  "enough", false },
		{ "one of two, no enrolment", { .minimum = 2 }, { PHONE }, MFA_METHOD_TOTP, ALLOW, "enough",
		  false },
		{ "a pass, a caller", { RADIUS, DUE }, { BARE, CALLER }, MFA_METHOD_PASS, ALLOW, "enough", false },
		{ "one of two, a caller", { RADIUS, DUE, .minimum = 2 }, { PHONE, CALLER }, MFA_METHOD_TOTP, ALLOW,
		  "enough", false },
		{ "one of two, a program", { DUE, .minimum = 2 }, { PHONE, .local = true }, MFA_METHOD_TOTP, ALLOW,
		  "enough", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(more); i++) {
		struct mfa_decision d = mfa_policy_decide_more(&more[i].policy, &more[i].facts, more[i].shown);

		if (d.kind != more[i].kind || strcmp(d.rule, more[i].rule) != 0 ||
		    d.may_postpone != more[i].may_postpone)
			fail_msg("%s: %s by %s", more[i].name, mfa_decision_word(d.kind), d.rule);
	}
}

/* What no address says of a service. */
static void test_services(void **state)
{
	static const char *const here[] = {
		"login", "su", "su-l", "sudo", "sudo-i", "runuser", "runuser-l", "doas", "polkit-1", "vlock",
		"mfa-enroll", "gdm-password", "lightdm", "sddm", "greetd", "i3lock", "swaylock", "xscreensaver",
	};
	static const char *const others[] = {
		"sshd", "xrdp-sesman", "imap", "openvpn", "other", "sud", "sudo2", "SUDO", "su ", "",
	};
	static const struct { const char *service; enum mfa_on_host said; bool terminal, local; } said[] = {
		{ "kiosk", MFA_ON_HOST_BY_NAME, true, true },
		/* The rules stand above the name and the terminal. */
		{ "kiosk", MFA_ON_HOST_YES, false, true }, { "kiosk", MFA_ON_HOST_NO, true, false },
		{ "sudo", MFA_ON_HOST_NO, true, false }, { "sudo", MFA_ON_HOST_YES, false, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(here); i++)
		if (!mfa_service_is_local(MFA_ON_HOST_BY_NAME, here[i], false))
			fail_msg("%s is not local", here[i]);
	for (i = 0; i < ROWS(others); i++)
		if (mfa_service_is_local(MFA_ON_HOST_BY_NAME, others[i], false))
			fail_msg("%s is local", others[i]);
	for (i = 0; i < ROWS(said); i++)
		if (mfa_service_is_local(said[i].said, said[i].service, said[i].terminal) != said[i].local)
			fail_msg("%s, %d", said[i].service, said[i].said);
	for (i = 0; i < ROWS(here); i++)
		assert_int_equal(mfa_service_hides_caller(here[i]), strcmp(here[i], "polkit-1") == 0);
	for (i = 0; i < ROWS(others); i++)
		assert_int_equal(mfa_service_gives_address(others[i]), strcmp(others[i], "sshd") == 0);
}

/* Three cases, and no other. */
static void test_places(void **state)
{
	static const struct { struct mfa_policy_facts facts; enum mfa_place place; const char *word; } places[] = {
		{ { BARE }, MFA_PLACE_NOT_KNOWN, "not known" },
		{ { BARE, .rhost = "" }, MFA_PLACE_NOT_KNOWN, "not known" },
		{ { BARE, HERE }, MFA_PLACE_HERE, "this host" },
		{ { BARE, HERE, .rhost = "" }, MFA_PLACE_HERE, "this host" },
		{ { BARE, .rhost = "192.0.2.1" }, MFA_PLACE_ADDRESS, "address" },
		{ { BARE, HERE, .rhost = "192.0.2.1" }, MFA_PLACE_ADDRESS, "address" },
		{ { BARE, HERE, .rhost = "pc" }, MFA_PLACE_ADDRESS, "address" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(places); i++) {
		assert_int_equal(mfa_policy_place(&places[i].facts), places[i].place);
		assert_string_equal(mfa_place_word(places[i].place), places[i].word);
	}
}

/* A decision, a rule or a fact that nobody filled in lets nobody in. */
static void test_default_deny(void **state)
{
	struct mfa_policy policy;
	struct mfa_policy_facts facts;

	(void)state;
	memset(&policy, 0, sizeof(policy));
	memset(&facts, 0, sizeof(facts));
	assert_int_equal(mfa_policy_decide(&policy, &facts).kind, REFUSE);
	facts.devices = 1;
	assert_int_equal(mfa_policy_decide(&policy, &facts).kind, REFUSE);
	assert_int_equal(REFUSE, 0);
	assert_int_equal(MFA_UNENROLLED_DENY, 0);
	assert_int_equal(UNKNOWN, 0);
	assert_int_equal(MFA_PLACE_NOT_KNOWN, 0);
	assert_false(mfa_policy_may_enrol_here(&policy, &facts));
	assert_false(mfa_policy_may_remember(&policy, &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_decide_more),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_default_deny),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
