/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/method.h"

#include <errno.h>
#include <string.h>

#include "language/language.h"

static const struct mfa_method methods[MFA_METHOD_COUNT] = {
#define METHOD(NAME, ...) [MFA_METHOD_ID_##NAME] = { __VA_ARGS__ },
#include "method/list.h"
};
/* A set of them is an unsigned. */
_Static_assert(MFA_METHOD_COUNT < 32, "more methods than an unsigned has bits");

static const struct mfa_budget_row budgets[MFA_BUDGET_COUNT] = {
#define BUDGET(NAME, Word, Format, Stops, Words, Local_words, Caller_words) \
	[MFA_BUDGET_##NAME] = { .word = (Word), .format = (Format), .stops = (Stops), .words = (Words) }, \
	[MFA_BUDGET_LOCAL_##NAME] = { .word = "local_" Word, .format = (Format), .stops = (Stops), .words = (Local_words) }, \
	[MFA_BUDGET_CALLER_##NAME] = { .word = "caller_" Word, .format = (Format), .stops = (Stops), \
				       .words = (Caller_words) },
#include "method/list.h"
};

const struct mfa_method *mfa_method(enum mfa_method_id id)
{
	return &methods[id];
}

const struct mfa_method *mfa_method_of(enum mfa_method_kind kind)
{
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		if ((unsigned)kind == 1U << i)
			return &methods[i];
	return NULL;
}

int mfa_method_by_word(const char *word, enum mfa_method_id *out)
{
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		if (strcmp(methods[i].word, word) == 0) {
			*out = (enum mfa_method_id)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *mfa_method_word(enum mfa_method_kind kind)
{
	const struct mfa_method *method = mfa_method_of(kind);

	return method != NULL ? method->word : "none";
}

/* Those for which it holds. */
static unsigned set_of(bool (*holds)(const struct mfa_method *method))
{
	unsigned set = 0;
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		set |= holds(&methods[i]) ? 1U << i : 0;
	return set;
}

static bool is_typed(const struct mfa_method *method)
{
	return method->typed;
}

static bool is_alone(const struct mfa_method *method)
{
	return method->alone;
}

static bool lifts_total(const struct mfa_method *method)
{
	return method->lifts_total;
}

unsigned mfa_methods_typed(void)
{
	return set_of(is_typed);
}

unsigned mfa_methods_alone(void)
{
	return set_of(is_alone);
}

unsigned mfa_methods_open(unsigned allowed, enum mfa_method_kind begun)
{
	return allowed & (mfa_methods_typed() | (unsigned)begun);
}

unsigned mfa_methods_lifting_total(void)
{
	return set_of(lifts_total);
}

const struct mfa_budget_row *mfa_budget(enum mfa_budget budget)
{
	return &budgets[budget];
}
