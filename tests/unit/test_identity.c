/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a name is, by a directory that answers what each row says: a look-up of this program's own stands in the place of
 * the C library's. */
#include "unit.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>

#include "account/identity.h"

static struct {
	const char *name;	/* as the directory spells it; NULL: it knows none */
	uid_t uid;
	int error;
	unsigned interrupted;	/* that often EINTR comes first */
	size_t needs;		/* bytes of buffer */
} directory;

int getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size, struct passwd **found)
{
	(void)name;
	*found = NULL;
	if (directory.interrupted > 0) {
		directory.interrupted--;
		return EINTR;
	}
	if (size < directory.needs)
		return ERANGE;
	if (directory.error != 0 || directory.name == NULL)
		return directory.error;
	memset(pw, 0, sizeof(*pw));
	pw->pw_name = strcpy(buffer, directory.name);
	pw->pw_uid = directory.uid;
	*found = pw;
	return 0;
}

static void test_of_name(void **state)
{
	static const struct {
		const char *what, *asked, *spelt; uid_t uid; int error; unsigned interrupted; size_t needs;
		int expect; bool known; const char *name;
	} rows[] = {
		{ "known", "alice", "alice", 1000, 0, 0, 0, 0, true, "alice" },
		{ "another spelling of it", "ALICE", "alice", 1000, 0, 0, 0, 0, true, "alice" },
		{ "an alias", "al", "alice", 1000, 0, 0, 0, 0, true, "alice" },
		{ "root under another name", "toor", "root", 0, 0, 0, 0, 0, true, "root" },
		{ "not known", "ghost", NULL, 0, 0, 0, 0, 0, false, "ghost" },
		{ "a large entry", "alice", "alice", 1000, 0, 0, 100000, 0, true, "alice" },
		{ "one that is too large", "alice", "alice", 1000, 0, 0, 1 << 30, -ERANGE, false, "" },
		{ "after signals", "alice", "alice", 1000, 0, 3, 0, 0, true, "alice" },
		/* Not known is not the same as not to be known. */
		{ "a directory that is down", "alice", NULL, 0, EIO, 0, 0, -EIO, false, "" },
		{ "a directory that times out", "alice", NULL, 0, ETIMEDOUT, 0, 0, -ETIMEDOUT, false, "" },
		{ "no descriptor for it", "alice", NULL, 0, EMFILE, 0, 0, -EMFILE, false, "" },
		{ "what is no name", "a/b", "alice", 1000, 0, 0, 0, -EINVAL, false, "" },
		{ "what the directory makes of it is none", "alice", "a/b", 1000, 0, 0, 0, -EINVAL, false, "" },
	};
	struct mfa_identity id;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		directory.name = rows[i].spelt;
		directory.uid = rows[i].uid;
		directory.error = rows[i].error;
		directory.interrupted = rows[i].interrupted;
		directory.needs = rows[i].needs;
		if (mfa_identity_of_name(rows[i].asked, &id) != rows[i].expect || id.known != rows[i].known ||
		    strcmp(id.name, rows[i].name) != 0 || id.uid != (rows[i].known ? rows[i].uid : 0))
			fail_msg("%s: known %d, name %s, uid %u", rows[i].what, id.known, id.name, id.uid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
