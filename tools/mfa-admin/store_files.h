/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's files as they lie there: what is missing or open to others, who goes on in what has gone, and what to do. */
#ifndef MFA_ADMIN_STORE_FILES_H
#define MFA_ADMIN_STORE_FILES_H

#include <limits.h>
#include <stdbool.h>

#include "holders.h"
#include "site.h"

struct store_files {
	const struct site *site;
	char paths[HOLDERS_FILES][PATH_MAX];
	bool log_missing;
	unsigned faults;
	unsigned parted;		/* processes that go on in files which have no name any more */
	struct holder last_copy;	/* one of them that has the store itself; pid 0: none */
};

/* Names them.  Returns 0, or MFA_EXIT_FAILED, and has said why. */
int store_files_name(struct store_files *files, const struct site *site);
/* Says on standard output what there is to say of each.  Returns 0: nothing keeps the store from being read; or
 * MFA_EXIT_REFUSED: something does, and what to do was said. */
int store_files_look(struct store_files *files);

#endif
