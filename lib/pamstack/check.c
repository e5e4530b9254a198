/* SPDX-License-Identifier: BSD-2-Clause */
/* Every way through a stack: for each rule, the set of states in which it can be reached.
 * Jumps only lead forward, so one pass over the rules finds them all. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack/rule.h"

/* A state is a number of 13 bits: flags, Linux-PAM's impression of the stack so far, and the
 * impressions with which each substack was entered (`reset` goes back to them). */
enum {
	PROVED = 1,		/* a module that proves something (a password) succeeded */
	REFUSED = 2,		/* one refused */
	PASSED = 4,		/* pam_mfa succeeded */
	SKIPPED = 8,		/* a jump or an early end led past pam_mfa */
	ASKED = 16,		/* pam_mfa refused, and we go on */
	IMPRESSION_SHIFT = 5,
	IMPRESSION_BITS = 2,
	STATES = 1 << (IMPRESSION_SHIFT + IMPRESSION_BITS * LEVELS_MAX),
};

enum impression {
	IMPRESSION_NONE,
	IMPRESSION_POSITIVE,
	IMPRESSION_SPOILT,	/* positive for Linux-PAM, but with an error that will be returned */
	IMPRESSION_NEGATIVE,
};

/* The rules that brought a state about, for the message. */
#define NO_RULE RULES_MAX
struct origin {
	uint8_t skip;
	uint8_t refusal;
};

struct states {
	bool in[STATES];
	struct origin origin[STATES];
};

struct walk {
	mfa_pam_finding_fn *fn;
	void *ctx;
	size_t found;
	bool callers;			/* the program runs for whoever has started it, and not as root for anybody */
	const struct rule *mfa;		/* pam_mfa's, the last that was reached */
	struct mfa_pam_options options;
	struct {
		enum mfa_pam_finding_kind kind;
		const struct rule *rule;
	} told[64];
};

enum role { ROLE_OTHER, ROLE_PROOF, ROLE_DENY, ROLE_PERMIT, ROLE_MFA, ROLE_SPLIT };

static enum role role_of(const struct rule *rule)
{
	static const struct { const char *module; enum role role; } roles[] = {
		{ MFA_PAM_MODULE, ROLE_MFA },
		{ "pam_unix.so", ROLE_PROOF }, { "pam_sss.so", ROLE_PROOF },
		{ "pam_ldap.so", ROLE_PROOF }, { "pam_krb5.so", ROLE_PROOF },
		{ "pam_winbind.so", ROLE_PROOF }, { "pam_systemd_home.so", ROLE_PROOF },
		{ "pam_userdb.so", ROLE_PROOF }, { "pam_radius_auth.so", ROLE_PROOF },
		{ "pam_tacplus.so", ROLE_PROOF }, { "pam_mysql.so", ROLE_PROOF },
		{ "pam_pgsql.so", ROLE_PROOF }, { "pam_u2f.so", ROLE_PROOF },
		{ "pam_fprintd.so", ROLE_PROOF }, { "pam_pkcs11.so", ROLE_PROOF },
		{ "pam_ssh_agent_auth.so", ROLE_PROOF },
		{ "pam_deny.so", ROLE_DENY }, { "pam_permit.so", ROLE_PERMIT },
	};
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]) && !rule->substack; i++)
		if (strcmp(roles[i].module, rule->where.module) == 0)
			return roles[i].role == ROLE_MFA && rule->splits ? ROLE_SPLIT : roles[i].role;
	return ROLE_OTHER;
}

/* Programs whose real uid is their caller's when they ask PAM. */
static bool is_callers(const char *service)
{
	static const char *const names[] = { "su", "su-l", "sudo", "sudo-i", "runuser", "runuser-l", "chfn", "chsh" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], service) == 0)
			return true;
	return false;
}

/* Everything that a module could return, unless it is known better. */
static bool can(const struct walk *w, const struct rule *rule, unsigned code)
{
	enum role role = role_of(rule);

	if (w->callers && strcmp(rule->where.module, "pam_rootok.so") == 0)
		role = ROLE_DENY;	/* which it is for everybody but root */
	switch (role) {
	case ROLE_DENY:
		return code == CODE_AUTH_ERR;
	case ROLE_PERMIT:
		return code == CODE_SUCCESS;
	case ROLE_PROOF:
	case ROLE_MFA:
		return code != CODE_IGNORE && code != CODE_INCOMPLETE;
	case ROLE_SPLIT:
		return code != CODE_SUCCESS && code != CODE_INCOMPLETE;
	case ROLE_OTHER:
		break;
	}
	return code != CODE_INCOMPLETE;
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
	if (rule != NULL) {
		finding.where = rule->where;
		finding.option = rule->option;
		finding.fault = rule->fault;
	}
	w->fn(w->ctx, &finding);
}

static bool contains_module(const struct mfa_pam_stack *stack, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		if (role_of(&stack->rules[i]) == ROLE_MFA)
			return true;
	return false;
}

/* The impression with which a level was entered; the place of level 0 has the present one. */
static enum impression entered(unsigned state, unsigned level)
{
	unsigned shift = IMPRESSION_SHIFT + IMPRESSION_BITS * level;

	return level == 0 ? IMPRESSION_NONE : (enum impression)(state >> shift & 3);
}

static unsigned enter(unsigned state, unsigned level, enum impression impression)
{
	unsigned shift = IMPRESSION_SHIFT + IMPRESSION_BITS * level;

	return (state & ~(3U << shift)) | (unsigned)impression << shift;
}

static enum impression now(unsigned state)
{
	return (enum impression)(state >> IMPRESSION_SHIFT & 3);
}

static unsigned impress(unsigned state, enum impression impression)
{
	return (state & ~(3U << IMPRESSION_SHIFT)) | (unsigned)impression << IMPRESSION_SHIFT;
}

/* What a module's answer does to what is known, before its control has a say. */
static unsigned learn(struct walk *w, const struct mfa_pam_stack *stack, size_t at, unsigned code,
		      unsigned state, struct origin *origin)
{
	const struct rule *rule = &stack->rules[at];
	enum role role = role_of(rule);

	/* A password that has to be changed was right. */
	if (role == ROLE_PROOF && (code == CODE_SUCCESS || code == CODE_NEW_AUTHTOK_REQD))
		return state | PROVED;
	if (role == ROLE_PROOF) {
		if ((state & REFUSED) == 0)
			origin->refusal = (uint8_t)at;
		return state | REFUSED;
	}
	w->options.splits |= role == ROLE_SPLIT;
	if (role != ROLE_MFA)
		return state;
	w->mfa = rule;
	w->options.after_publickey |= rule->after_publickey;
	if (code == CODE_SUCCESS)
		return state | PASSED;
	if ((state & (PROVED | REFUSED)) == REFUSED)
		tell(w, MFA_PAM_AFTER_WRONG, &stack->rules[origin->refusal]);
	else if ((state & (PROVED | REFUSED)) == 0 && !rule->after_publickey)
		tell(w, MFA_PAM_NO_FIRST, rule);
	return state | ASKED;
}

/* What a control makes of it. */
static unsigned judge(const struct rule *rule, unsigned code, unsigned state)
{
	switch (rule->actions[code]) {
	case ACTION_OK:
	case ACTION_DONE:
		if (now(state) == IMPRESSION_NONE || now(state) == IMPRESSION_POSITIVE)
			return impress(state, code == CODE_SUCCESS ? IMPRESSION_POSITIVE
								    : IMPRESSION_SPOILT);
		return state;
	case ACTION_BAD:
	case ACTION_DIE:
		return impress(state, IMPRESSION_NEGATIVE);
	case ACTION_RESET:
		return impress(state, entered(state, rule->level));
	default:
		return state;
	}
}

/* The rule behind the last of this level, where "done" and "die" lead. */
static size_t end_of_level(const struct mfa_pam_stack *stack, size_t at)
{
	size_t next = at + 1;

	while (next < stack->count && stack->rules[next].level >= stack->rules[at].level)
		next++;
	return next;
}

/* A substack is jumped as one rule.  *left: how many there were too few. */
static size_t jump(const struct mfa_pam_stack *stack, size_t at, int rules, int *left)
{
	unsigned level = stack->rules[at].level;
	size_t next = at + 1;

	for (; rules > 0 && next < stack->count && stack->rules[next].level >= level; rules--)
		for (next++; next < stack->count && stack->rules[next].level > level; next++)
			;
	*left = rules;
	return next;
}

/* Where a rule leads from a state with one answer. */
static void follow(const struct mfa_pam_stack *stack, size_t at, unsigned code, unsigned state,
		   struct origin origin, struct states *sets)
{
	const struct rule *rule = &stack->rules[at];
	int action = rule->actions[code], left = 0;
	unsigned level, ends_in;
	size_t next = at + 1;

	state = judge(rule, code, state);
	if (action > 0)
		next = jump(stack, at, action, &left);
	else if (action == ACTION_DIE || (action == ACTION_DONE && now(state) != IMPRESSION_NEGATIVE))
		next = end_of_level(stack, at);
	if (left > 0)
		state = impress(state, IMPRESSION_NEGATIVE);
	if (contains_module(stack, at + 1, next) && (state & SKIPPED) == 0) {
		state |= SKIPPED;
		origin.skip = (uint8_t)at;
	}
	/* What a substack was entered with is of no use behind it. */
	ends_in = next < stack->count ? stack->rules[next].level : 0;
	for (level = rule->level; level > ends_in; level--)
		state = enter(state, level, IMPRESSION_NONE);
	if (!sets[next].in[state]) {
		sets[next].in[state] = true;
		sets[next].origin[state] = origin;
	}
}

static void run_rule(struct walk *w, const struct mfa_pam_stack *stack, size_t at, unsigned state,
		     struct states *sets)
{
	const struct rule *rule = &stack->rules[at];
	struct origin origin = sets[at].origin[state];
	unsigned code;

	if (rule->substack) {
		if (at + 1 < stack->count && stack->rules[at + 1].level > rule->level)
			state = enter(state, rule->level + 1, now(state));
		sets[at + 1].in[state] = true;
		sets[at + 1].origin[state] = origin;
		return;
	}
	for (code = 0; code < CODE_COUNT; code++) {
		struct origin from = origin;

		if (can(w, rule, code))
			follow(stack, at, code, learn(w, stack, at, code, state, &from), from, sets);
	}
}

/* What a stack ends with. */
static void judge_end(struct walk *w, const struct mfa_pam_stack *stack, const struct states *end)
{
	unsigned state;

	for (state = 0; state < STATES; state++) {
		enum impression last = now(state);

		if (!end->in[state] || (state & PASSED) != 0)
			continue;
		/* Where nothing counted, nobody gets in: until a rule that succeeds is added. */
		if ((state & SKIPPED) != 0 && (last == IMPRESSION_POSITIVE || last == IMPRESSION_NONE))
			tell(w, MFA_PAM_JUMPED, &stack->rules[end->origin[state].skip]);
		else if ((state & ASKED) != 0 && last == IMPRESSION_POSITIVE)
			tell(w, MFA_PAM_IGNORED, w->mfa);
	}
}

int mfa_pam_stack_check(const struct mfa_pam_stack *stack, const char *service, mfa_pam_finding_fn *fn, void *ctx,
			struct mfa_pam_options *options)
{
	struct walk w = { .fn = fn, .ctx = ctx, .callers = is_callers(service) };
	struct states *sets;
	unsigned state;
	size_t at;

	*options = (struct mfa_pam_options){ .splits = false };
	if (!contains_module(stack, 0, stack->count)) {
		tell(&w, MFA_PAM_ABSENT, NULL);
		return (int)w.found;
	}
	for (at = 0; at < stack->count; at++)
		if (stack->rules[at].option[0] != '\0')
			tell(&w, MFA_PAM_OPTION, &stack->rules[at]);
	sets = calloc(stack->count + 1, sizeof(*sets));
	if (sets == NULL)
		return -ENOMEM;
	sets[0].in[0] = true;
	sets[0].origin[0] = (struct origin){ NO_RULE, NO_RULE };
	for (at = 0; at < stack->count; at++)
		for (state = 0; state < STATES; state++)
			if (sets[at].in[state])
				run_rule(&w, stack, at, state, sets);
	judge_end(&w, stack, &sets[stack->count]);
	free(sets);
	*options = w.options;
	return (int)w.found;
}
