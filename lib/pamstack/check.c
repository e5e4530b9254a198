/* Every way through a stack: for each rule, the set of states in which it can be reached.
 * Jumps only lead forward, so one pass over the rules finds them all. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack/rule.h"

#define MODULE "pam_mfa.so"

/* A state is a number of 7 bits. */
enum {
	POSITIVE = 1,		/* Linux-PAM's impression: a module was happy */
	NEGATIVE = 2,		/* or one was not */
	PROVED = 4,		/* a module that proves something (a password) succeeded */
	REFUSED = 8,		/* one refused */
	PASSED = 16,		/* pam_mfa succeeded */
	SKIPPED = 32,		/* a jump or an early end led past pam_mfa */
	ASKED = 64,		/* pam_mfa refused, and we go on */
	STATES = 128,
	IMPRESSION = POSITIVE | NEGATIVE,
};

/* Which rule brought a state about, for the message. */
struct origin {
	const struct rule *skip;
	const struct rule *refusal;
};

struct states {
	bool in[STATES];
	struct origin origin[STATES];
};

struct walk {
	mfa_pam_finding_fn *fn;
	void *ctx;
	size_t found;
	const struct rule *mfa;		/* pam_mfa's, the last that was reached */
	bool after_publickey;
	bool failed;			/* out of memory */
	struct {
		enum mfa_pam_finding_kind kind;
		const struct rule *rule;
	} told[64];
};

enum role { ROLE_OTHER, ROLE_PROOF, ROLE_DENY, ROLE_PERMIT, ROLE_ROOTOK, ROLE_QUIET, ROLE_MFA };

static enum role role_of(const struct rule *rule)
{
	static const struct { const char *module; enum role role; } roles[] = {
		{ MODULE, ROLE_MFA },
		{ "pam_unix.so", ROLE_PROOF }, { "pam_sss.so", ROLE_PROOF },
		{ "pam_ldap.so", ROLE_PROOF }, { "pam_krb5.so", ROLE_PROOF },
		{ "pam_winbind.so", ROLE_PROOF }, { "pam_systemd_home.so", ROLE_PROOF },
		{ "pam_userdb.so", ROLE_PROOF }, { "pam_radius_auth.so", ROLE_PROOF },
		{ "pam_tacplus.so", ROLE_PROOF }, { "pam_mysql.so", ROLE_PROOF },
		{ "pam_pgsql.so", ROLE_PROOF }, { "pam_u2f.so", ROLE_PROOF },
		{ "pam_fprintd.so", ROLE_PROOF }, { "pam_pkcs11.so", ROLE_PROOF },
		{ "pam_ssh_agent_auth.so", ROLE_PROOF },
		{ "pam_deny.so", ROLE_DENY }, { "pam_permit.so", ROLE_PERMIT },
		{ "pam_rootok.so", ROLE_ROOTOK },
		{ "pam_faildelay.so", ROLE_QUIET }, { "pam_env.so", ROLE_QUIET },
		{ "pam_cap.so", ROLE_QUIET }, { "pam_group.so", ROLE_QUIET },
		{ "pam_issue.so", ROLE_QUIET }, { "pam_keyinit.so", ROLE_QUIET },
		{ "pam_gnome_keyring.so", ROLE_QUIET }, { "pam_ecryptfs.so", ROLE_QUIET },
		{ "pam_mount.so", ROLE_QUIET }, { "pam_motd.so", ROLE_QUIET },
		{ "pam_warn.so", ROLE_QUIET }, { "pam_limits.so", ROLE_QUIET },
	};
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].module, rule->where.module) == 0)
			return roles[i].role;
	return ROLE_OTHER;
}

static bool can(enum role role, enum outcome outcome)
{
	static const unsigned outcomes[] = {
		[ROLE_OTHER] = 1U << OUTCOME_SUCCESS | 1U << OUTCOME_REFUSED | 1U << OUTCOME_IGNORE,
		[ROLE_PROOF] = 1U << OUTCOME_SUCCESS | 1U << OUTCOME_REFUSED |
			       1U << OUTCOME_UNKNOWN | 1U << OUTCOME_UNAVAILABLE,
		[ROLE_DENY] = 1U << OUTCOME_REFUSED,
		[ROLE_PERMIT] = 1U << OUTCOME_SUCCESS,
		[ROLE_ROOTOK] = 1U << OUTCOME_REFUSED,	/* for everybody but root */
		[ROLE_QUIET] = 1U << OUTCOME_SUCCESS | 1U << OUTCOME_IGNORE,
		[ROLE_MFA] = 1U << OUTCOME_SUCCESS | 1U << OUTCOME_REFUSED | 1U << OUTCOME_UNAVAILABLE,
	};

	return (outcomes[role] >> outcome & 1) != 0;
}

static void tell(struct walk *w, enum mfa_pam_finding_kind kind, const struct rule *rule)
{
	struct mfa_pam_finding finding = { .kind = kind };
	size_t i;

	for (i = 0; i < w->found; i++)
		if (w->told[i].kind == kind && w->told[i].rule == rule)
			return;
	if (w->found == sizeof(w->told) / sizeof(w->told[0]))
		return;
	w->told[w->found].kind = kind;
	w->told[w->found].rule = rule;
	w->found++;
	if (rule != NULL)
		finding.where = rule->where;
	w->fn(w->ctx, &finding);
}

static void add(struct states *to, unsigned state, const struct origin *origin)
{
	if (to->in[state])
		return;
	to->in[state] = true;
	to->origin[state] = *origin;
}

static bool contains_module(const struct mfa_pam_stack *stack, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to && i < stack->count; i++) {
		const struct rule *rule = &stack->rules[i];

		if (rule->substack != NULL ? contains_module(rule->substack, 0, rule->substack->count)
					   : role_of(rule) == ROLE_MFA)
			return true;
	}
	return false;
}

/* What a module's answer does to what is known, before its control has a say. */
static unsigned learn(struct walk *w, const struct rule *rule, enum role role, enum outcome outcome,
		      unsigned state, struct origin *origin)
{
	if (role == ROLE_PROOF && outcome == OUTCOME_SUCCESS)
		return state | PROVED;
	if (role == ROLE_PROOF) {
		if ((state & REFUSED) == 0)
			origin->refusal = rule;
		return state | REFUSED;
	}
	if (role != ROLE_MFA)
		return state;
	if (outcome == OUTCOME_SUCCESS)
		return state | PASSED;
	if ((state & (PROVED | REFUSED)) == REFUSED)
		tell(w, MFA_PAM_AFTER_WRONG, origin->refusal);
	else if ((state & (PROVED | REFUSED)) == 0 && !rule->after_publickey)
		tell(w, MFA_PAM_NO_FIRST, rule);
	return state | ASKED;
}

static unsigned impress(unsigned state, bool success)
{
	if ((state & NEGATIVE) != 0)
		return state;
	return success ? state | POSITIVE : (state & ~(unsigned)POSITIVE) | NEGATIVE;
}

/* Where a rule leads from a state with one outcome. */
static void follow(const struct mfa_pam_stack *stack, size_t at, enum outcome outcome,
		   unsigned state, struct origin origin, struct states *sets)
{
	const struct rule *rule = &stack->rules[at];
	int action = rule->actions[outcome];
	bool success = outcome == OUTCOME_SUCCESS;
	size_t next = at + 1;

	if (action == ACTION_OK || action == ACTION_DONE || action > 0) {
		if (success)
			state = impress(state, true);
		else if (action <= 0 && outcome != OUTCOME_IGNORE)
			state = impress(state, false);
	} else if (action == ACTION_BAD || action == ACTION_DIE) {
		state = impress(state, false);
	} else if (action == ACTION_RESET) {
		state &= ~(unsigned)IMPRESSION;
	}
	if (action > 0)
		next = at + 1 + (size_t)action;
	/* "done" ends only a stack that is not spoilt already. */
	if (action == ACTION_DIE || (action == ACTION_DONE && (state & IMPRESSION) == POSITIVE))
		next = stack->count;
	if (next > stack->count) {
		next = stack->count;
		state = impress(state, false);
	}
	if (next > at + 1 && contains_module(stack, at + 1, next) && (state & SKIPPED) == 0) {
		state |= SKIPPED;
		origin.skip = rule;
	}
	add(&sets[next], state, &origin);
}

static void run(struct walk *w, const struct mfa_pam_stack *stack, const struct states *start,
		struct states *end);

/* A substack has an impression of its own, and counts as one module that has it. */
static void run_substack(struct walk *w, const struct mfa_pam_stack *stack, size_t at,
			 unsigned state, struct states *sets)
{
	struct states inner = { .in = { false } }, out;
	unsigned result;

	add(&inner, state & ~(unsigned)IMPRESSION, &sets[at].origin[state]);
	run(w, stack->rules[at].substack, &inner, &out);
	for (result = 0; result < STATES; result++) {
		enum outcome outcome = (result & IMPRESSION) == POSITIVE ? OUTCOME_SUCCESS
								       : OUTCOME_REFUSED;

		if (out.in[result])
			follow(stack, at, outcome,
			       (result & ~(unsigned)IMPRESSION) | (state & IMPRESSION),
			       out.origin[result], sets);
	}
}

static void run_rule(struct walk *w, const struct mfa_pam_stack *stack, size_t at, unsigned state,
		     struct states *sets)
{
	const struct rule *rule = &stack->rules[at];
	enum role role = role_of(rule);
	unsigned outcome;

	if (rule->substack != NULL) {
		run_substack(w, stack, at, state, sets);
		return;
	}
	if (role == ROLE_MFA) {
		w->mfa = rule;
		w->after_publickey |= rule->after_publickey;
	}
	for (outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
		struct origin origin = sets[at].origin[state];
		unsigned learned;

		if (!can(role, outcome))
			continue;
		learned = learn(w, rule, role, outcome, state, &origin);
		follow(stack, at, outcome, learned, origin, sets);
	}
}

static void run(struct walk *w, const struct mfa_pam_stack *stack, const struct states *start,
		struct states *end)
{
	struct states *sets = calloc(stack->count + 1, sizeof(*sets));
	size_t at;
	unsigned state;

	memset(end, 0, sizeof(*end));
	if (sets == NULL) {
		w->failed = true;
		return;
	}
	sets[0] = *start;
	for (at = 0; at < stack->count; at++)
		for (state = 0; state < STATES; state++)
			if (sets[at].in[state])
				run_rule(w, stack, at, state, sets);
	*end = sets[stack->count];
	free(sets);
}

int mfa_pam_stack_check(const struct mfa_pam_stack *stack, mfa_pam_finding_fn *fn, void *ctx,
			bool *after_publickey)
{
	struct walk w = { .fn = fn, .ctx = ctx };
	struct states start = { .in = { [0] = true } }, end;
	unsigned state;

	run(&w, stack, &start, &end);
	*after_publickey = w.after_publickey;
	if (w.failed)
		return -ENOMEM;
	if (!contains_module(stack, 0, stack->count)) {
		tell(&w, MFA_PAM_ABSENT, NULL);
		return (int)w.found;
	}
	for (state = 0; state < STATES; state++) {
		if (!end.in[state] || (state & IMPRESSION) != POSITIVE || (state & PASSED) != 0)
			continue;
		if ((state & SKIPPED) != 0)
			tell(&w, MFA_PAM_JUMPED, end.origin[state].skip);
		else if ((state & ASKED) != 0)
			tell(&w, MFA_PAM_IGNORED, w.mfa);
	}
	return (int)w.found;
}
