/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/ways.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "language/language.h"

#define NAME_BIT 16		/* of a name's hash: which of those without an account have no app */
#define NUMBER_DIGITS 2		/* of one that was meant for the menu */

static const struct {
	const char *text;
	enum mfa_method_id method;
} words[] = {
#define WORD(METHOD, text) { text, MFA_METHOD_ID_##METHOD },
#include "method/list.h"
};

/* Once, and only if the rules take it. */
static size_t add(const struct mfa_policy *policy, const struct ask *row, const struct ask **out, size_t count)
{
	size_t i;

	if (row == NULL || row->way == NULL || !ask_is_allowed(row, policy->methods))
		return count;
	for (i = 0; i < count; i++)
		if (out[i] == row)
			return count;
	out[count] = row;
	return count + 1;
}

size_t ways_allowed(const struct mfa_policy *policy, const struct ask *out[WAYS_MAX])
{
	const struct ask *row;
	size_t i, n = 0;

	for (i = 0; i < policy->order_count; i++)
		n = add(policy, ask_way_of(policy->order[i]), out, n);
	for (i = 0; (row = ask_row(i)) != NULL; i++)
		n = add(policy, row, out, n);
	return n;
}

size_t ways_offered(const struct conversation *c, const struct mfa_policy *policy, const struct ask *out[WAYS_MAX])
{
	size_t i, n = 0, count = ways_allowed(policy, out);

	for (i = 0; i < count; i++)
		if (out[i]->ready == NULL || out[i]->ready(c, policy))
			out[n++] = out[i];
	return n;
}

/* Where what is sent may be an account's only device, there are accounts that have nothing else, and their sign-ins begin
 * with it: so do those of some names without an account. */
static bool seems_sent_alone(const struct challenge *ch)
{
	const struct ask *rows[WAYS_MAX];
	size_t i, n = ways_allowed(ch->policy, rows);

	if (!ch->hopeless || (ch->record->name >> NAME_BIT & 1) == 0)
		return false;
	for (i = 0; i < n; i++)
		if (rows[i]->sends && (ch->policy->alone & 1U << rows[i]->method) != 0 && rows[i]->has(ch))
			return true;
	return false;
}

bool ways_has(const struct challenge *ch, const struct ask *row)
{
	if (row->has != NULL)
		return row->has(ch);
	if (!ways_is_paper(row) && seems_sent_alone(ch))
		return false;
	return ask_is_allowed(row, mfa_account_methods(ch->record->account) & ch->policy->methods);
}

bool ways_is_paper(const struct ask *row)
{
	return mfa_method(row->method)->holds == MFA_HOLDS_NOTHING;
}

const struct ask *ways_only(const struct challenge *ch, const struct ask *const *rows, size_t count)
{
	const struct ask *only = NULL;
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (ways_is_paper(rows[i]) || !ways_has(ch, rows[i]))
			continue;
		only = rows[i];
		n++;
	}
	return n == 1 ? only : NULL;
}

static bool is_ready(const struct challenge *ch, const struct ask *row)
{
	return row->ready == NULL || row->ready(ch->c, ch->policy);
}

/* What a sign-in begins with, or its question names.  NULL: nothing. */
static const struct ask *first(const struct challenge *ch)
{
	const struct ask *rows[WAYS_MAX], *only;
	size_t i, n = ways_allowed(ch->policy, rows);

	for (i = 0; i < n; i++)
		if (!rows[i]->sends && !ways_is_paper(rows[i]) && is_ready(ch, rows[i]) && ways_has(ch, rows[i]))
			return rows[i];
	only = ways_only(ch, rows, n);
	return only != NULL && is_ready(ch, only) ? only : NULL;
}

const char *ways_standing(const struct challenge *ch, const struct ask *row)
{
	if (!ask_is_allowed(row, ch->policy->methods))
		return "not-allowed";
	if (!is_ready(ch, row))
		return "not-ready";
	if (ch->record->account == NULL || !ways_has(ch, row))
		return "not-set-up";
	return first(ch) == row ? "first" : "offered";
}

void ways_line(const struct conversation *c, const struct ask *const *rows, size_t count,
	       char prompt[CHALLENGE_PROMPT_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < count && n < CHALLENGE_PROMPT_MAX; i++)
		n += (size_t)snprintf(prompt + n, CHALLENGE_PROMPT_MAX - n, "%s%zu %s", i > 0 ? ", " : "", i + 1,
				      conversation_words(c, rows[i]->way_brief));
	if (n < CHALLENGE_PROMPT_MAX)
		(void)snprintf(prompt + n, CHALLENGE_PROMPT_MAX - n, ": ");
}

int ways_say_menu(struct conversation *c, const struct mfa_policy *policy, char prompt[CHALLENGE_PROMPT_MAX])
{
	const char *title = conversation_words(c, N_("Sign in another way:"));
	const struct ask *rows[WAYS_MAX];
	size_t i, n, count = ways_offered(c, policy, rows);
	char text[800];

	if (!c->waits || c->unshown) {
		ways_line(c, rows, count, prompt);
		return conversation_say(c, MFA_INFO, title);
	}
	n = (size_t)snprintf(text, sizeof(text), "%s", title);
	for (i = 0; i < count && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\n  %zu. %s", i + 1,
				      conversation_words(c, rows[i]->way));
	(void)snprintf(prompt, CHALLENGE_PROMPT_MAX, "%s", conversation_words(c, N_("Your choice, or a code: ")));
	return conversation_say(c, MFA_INFO, text);
}

/* The way that a word stands for, offered or not.  NULL: it is no such word. */
static const struct ask *by_word(const char *plain)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(plain, words[i].text) == 0)
			return ask_way_of(words[i].method);
	return NULL;
}

enum ways_answer ways_read(const struct conversation *c, const struct mfa_policy *policy, const char *answer, bool menu,
			   const struct ask **out)
{
	const struct ask *rows[WAYS_MAX], *row;
	size_t i, count = ways_offered(c, policy, rows);
	char plain[MFA_ANSWER_MAX], number[24];
	enum ways_answer what = WAYS_OTHER;

	*out = NULL;
	mfa_typed_plain(answer, plain);
	row = by_word(plain);
	if (row != NULL)
		what = WAYS_CHOICE;
	else if (strcmp(plain, "?") == 0)
		what = WAYS_MENU;
	else if (menu && plain[0] == '\0')
		what = WAYS_BACK;
	else if (menu && strspn(plain, "0123456789") == strlen(plain) && strlen(plain) <= NUMBER_DIGITS)
		what = WAYS_NO_SUCH;
	for (i = 0; i < count; i++) {
		(void)snprintf(number, sizeof(number), "%zu", i + 1);
		if (rows[i] == row || (menu && strcmp(plain, number) == 0)) {
			what = WAYS_CHOICE;
			*out = rows[i];
		}
	}
	explicit_bzero(plain, sizeof(plain));
	return what;
}
