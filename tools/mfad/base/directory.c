/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/directory.h"

#include <errno.h>

#include "mfad/base/subject.h"

static void begin(struct conversation *c, const char *what, const char *name)
{
	working_look_up(&c->working, c->conf->directory_timeout, what, name,
			conversation_words(c, failure_of(-ETIME).text));
}

/* What came too late is not used: whoever asked was refused. */
static int end(struct conversation *c, int r)
{
	int late = working_looked_up(&c->working);

	return late != 0 ? late : r;
}

int directory_identity(struct conversation *c, const char *name, struct mfa_identity *out)
{
	begin(c, "user", name);
	return end(c, mfa_identity_of_name(name, out));
}

int directory_groups(struct conversation *c, const struct mfa_identity *identity, struct mfa_gids *out)
{
	int r;

	begin(c, "groups_of", identity->name);
	r = end(c, mfa_identity_groups(identity, out));
	if (r != 0)
		mfa_gids_free(out);
	return r;
}

int directory_group(struct conversation *c, const char *group, uint32_t *gid)
{
	begin(c, "group", group);
	return end(c, mfa_group_find(group, gid));
}
