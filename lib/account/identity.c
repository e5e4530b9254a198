#include "account/identity.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST 2048
#define BUFFER_LAST (1 << 20)

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
		(void)snprintf(out->name, sizeof(out->name), "%s",
			       out->known ? found->pw_name : name);
	}
	free(buffer);
	return r;
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
