/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's files as they lie there: what is missing or open to others, who goes on in what has gone, and what to do. */
#ifndef MFA_ADMIN_STORE_FILES_H
#define MFA_ADMIN_STORE_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "holders.h"
#include "site.h"

struct store_files {
	const struct site *site;
	char paths[HOLDERS_FILES][PATH_MAX];
	bool log_missing;
	unsigned faults;
	unsigned parted;		/* processes that go on in files which have no name any more */
	struct holder last_copy;	/* one of them that has the store itself; pid 0: none */
	struct holder hidden;		/* one of which that is not known; pid 0: none */
	int proc_error;			/* not 0: of nobody is it known */
	FILE *to;			/* where each is named */
};

/* Names them.  Returns 0, or MFA_EXIT_FAILED, and has said why. */
int store_files_name(struct store_files *files, const struct site *site);
/* Says on standard output what there is to say of each.  Returns 0: nothing keeps the store from being read; or
 * MFA_EXIT_REFUSED: something does, and what to do was said. */
int store_files_look(struct store_files *files);
/* After that: whether somebody may have what is missing of whom that can't be known; who that is was said then. */
bool store_files_say_hidden(const struct store_files *files, FILE *to);
/* Then: that nothing was changed, and what to do first. */
void store_files_say_stop(FILE *to);
/* For who is about to put another store in place: whether somebody goes on in what has gone, or may.  Returns 0: nobody;
 * or the exit status, and has said on standard error what to do first. */
int store_files_refuse_parted(const struct site *site);

#endif
