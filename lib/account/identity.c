/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST 2048
#define BUFFER_LAST (1 << 20)
#define GROUPS_FIRST 32
#define GROUPS_LAST 65536

static int look_up(const char *name, struct passwd *pw, struct passwd **found, char **buffer)
{
	size_t size;
	char *grown;
	int r;

	for (size = BUFFER_FIRST; size <= BUFFER_LAST; size *= 4) {
		grown = realloc(*buffer, size);
		if (grown == NULL)
			return -ENOMEM;
		*buffer = grown;
		do {
			r = getpwnam_r(name, pw, *buffer, size, found);
		} while (r == EINTR);
		if (r != ERANGE)
			return -r;
	}
	return -ERANGE;
}

int mfa_identity_of_name(const char *name, struct mfa_identity *out)
{
	struct passwd pw, *found = NULL;
	char *buffer = NULL;
	int r;

	memset(out, 0, sizeof(*out));
	if (!mfa_account_name_valid(name))
		return -EINVAL;
	r = look_up(name, &pw, &found, &buffer);
	if (r == 0 && found != NULL && !mfa_account_name_valid(found->pw_name))
		r = -EINVAL;
	if (r == 0) {
		out->known = found != NULL;
		out->uid = out->known ? found->pw_uid : 0;
		out->gid = out->known ? found->pw_gid : 0;
		(void)snprintf(out->name, sizeof(out->name), "%s",
			       out->known ? found->pw_name : name);
	}
	free(buffer);
	return r;
}

int mfa_group_find(const char *group, uint32_t *gid)
{
	struct group gr, *found = NULL;
	char *buffer = NULL, *grown;
	int r = -ERANGE;
	size_t size;

	*gid = 0;
	for (size = BUFFER_FIRST; r == -ERANGE && size <= BUFFER_LAST; size *= 4) {
		grown = realloc(buffer, size);
		if (grown == NULL) {
			r = -ENOMEM;
			break;
		}
		buffer = grown;
		do {
			r = -getgrnam_r(group, &gr, buffer, size, &found);
		} while (r == -EINTR);
	}
	if (r == 0 && found == NULL)
		r = -ENOENT;
	if (r == 0)
		*gid = found->gr_gid;
	free(buffer);
	return r;
}

int mfa_identity_groups(const struct mfa_identity *identity, struct mfa_gids *out)
{
	int count = GROUPS_FIRST, had, r;
	gid_t *grown;

	*out = (struct mfa_gids){ .rows = NULL };
	/* Another source may have it in any group: not to know is not to be in none. */
	if (!identity->known)
		return -ENODATA;
	/* It says how many there are where they do not fit. */
	do {
		had = count;
		grown = reallocarray(out->rows, (size_t)count, sizeof(*out->rows));
		if (grown == NULL) {
			mfa_gids_free(out);
			return -ENOMEM;
		}
		out->rows = grown;
		r = getgrouplist(identity->name, identity->gid, out->rows, &count);
	} while (r < 0 && count > had && count <= GROUPS_LAST);
	if (r < 0) {
		mfa_gids_free(out);
		return -EIO;
	}
	out->count = (size_t)count;
	return 0;
}

void mfa_gids_free(struct mfa_gids *gids)
{
	free(gids->rows);
	*gids = (struct mfa_gids){ .rows = NULL };
}

bool mfa_gids_have(const struct mfa_gids *gids, uint32_t gid)
{
	size_t i;

	for (i = 0; i < gids->count; i++)
		if (gids->rows[i] == gid)
			return true;
	return false;
}

uint32_t mfa_identity_overflow_uid(void)
{
	FILE *f = fopen("/proc/sys/kernel/overflowuid", "re");
	unsigned uid = 65534;

	if (f != NULL) {
		if (fscanf(f, "%u", &uid) != 1)
			uid = 65534;
		(void)fclose(f);
	}
	return uid;
}
