/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/ask.h"

#include <string.h>

#define ASK(name, METHOD) extern const struct ask ask_##name;
#include "method/list.h"

static const struct ask *const rows[] = {
#define ASK(name, METHOD) &ask_##name,
#include "method/list.h"
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct ask *ask_row(size_t at)
{
	return at < ROW_COUNT ? rows[at] : NULL;
}

const struct ask *ask_of(enum mfa_method_kind kind)
{
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (1U << rows[i]->method == (unsigned)kind)
			return rows[i];
	return NULL;
}

bool ask_is_allowed(const struct ask *row, unsigned methods)
{
	return (methods & (1U << row->method | row->covers)) != 0;
}

const struct ask *ask_way_of(enum mfa_method_id method)
{
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (rows[i]->way != NULL && ask_is_allowed(rows[i], 1U << method))
			return rows[i];
	return NULL;
}

void ask_tell_gone(struct conversation *c, const char *account, const struct gone *gone)
{
	const struct ask *row = ask_of(gone->kind);

	if (row != NULL && row->removed != NULL && gone->address[0] != '\0')
		row->removed(c, account, gone->address);
}

const struct ask *ask_by_word(const char *word)
{
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (rows[i]->enrol != NULL && strcmp(mfa_method(rows[i]->method)->word, word) == 0)
			return rows[i];
	return NULL;
}
