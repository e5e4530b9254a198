/* SPDX-License-Identifier: BSD-2-Clause */
#include "import/import.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "language/language.h"
#include "otp/otpauth.h"

struct reader {
	struct mfa_import *out;
	size_t room;
	mfa_import_bad_fn *fn;
	void *ctx;
	bool bad;
};

static int complain(struct reader *r, uint32_t number, const char *why)
{
	r->bad = true;
	r->fn(r->ctx, number, why);
	return 0;
}

static bool user_valid(const char *user, size_t len)
{
	char name[MFA_ACCOUNT_NAME_MAX + 1];

	if (len > MFA_ACCOUNT_NAME_MAX || memchr(user, '\0', len) != NULL)
		return false;
	memcpy(name, user, len);
	name[len] = '\0';
	return mfa_account_name_valid(name);
}

static int append(struct reader *r, const struct mfa_import_line *line)
{
	struct mfa_import *out = r->out;

	if (out->count == r->room) {
		size_t room = r->room > 0 ? 2 * r->room : 1024;
		struct mfa_import_line *grown = reallocarray(out->lines, room, sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		out->lines = grown;
		r->room = room;
	}
	out->lines[out->count++] = *line;
	return 0;
}

static bool is_scratch(const struct mfa_import_line *line)
{
	size_t head = strlen(MFA_IMPORT_RECOVERY), i;

	if (line->uri_len != head + MFA_IMPORT_RECOVERY_DIGITS)
		return false;
	for (i = head; i < line->uri_len; i++)
		if (line->uri[i] < '0' || line->uri[i] > '9')
			return false;
	return true;
}

int mfa_import_recipient(const char *uri, size_t len, enum mfa_recipient_kind *kind, char out[MFA_RECIPIENT_SIZE],
			 const char **why)
{
	static const char *const wrong[] = {
		[MFA_RECIPIENT_EMAIL] = N_("not an e-mail address that codes can be sent to"),
		[MFA_RECIPIENT_NUMBER] = N_("not a telephone number with + and its country's code, such as tel:+31612345678"),
	};
	int r = mfa_recipient_parse(uri, len, kind, out);

	if (r == -EINVAL)
		*why = wrong[*kind];
	return r;
}

/* Returns 0, or -EINVAL and *why. */
static int check_uri(const struct mfa_import_line *line, const char **why)
{
	char address[MFA_RECIPIENT_SIZE];
	enum mfa_recipient_kind kind;
	struct mfa_otpauth otpauth;
	int r = mfa_import_recipient(line->uri, line->uri_len, &kind, address, why);

	if (r != -ENOENT)
		return r;
	r = mfa_otpauth_parse(line->uri, line->uri_len, &otpauth, why);
	if (r == 0 && otpauth.counter > INT64_MAX) {
		r = -EINVAL;
		*why = N_("the counter is too large");
	}
	mfa_otpauth_wipe(&otpauth);
	return r;
}

static int take_line(struct reader *r, const char *text, size_t len, uint32_t number)
{
	struct mfa_import_line line = { .user = text, .number = number };
	const char *tab, *why = NULL;

	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0 || text[0] == '#')
		return 0;
	tab = memchr(text, '\t', len);
	if (tab == NULL)
		return complain(r, number, N_("there is no tab between the name and the URI"));
	line.user_len = (uint32_t)(tab - text);
	line.uri = tab + 1;
	line.uri_len = (uint32_t)(len - line.user_len - 1);
	if (!user_valid(line.user, line.user_len))
		return complain(r, number, N_("what stands before the tab is not an account name"));
	if (line.uri_len >= strlen(MFA_IMPORT_RECOVERY) &&
	    memcmp(line.uri, MFA_IMPORT_RECOVERY, strlen(MFA_IMPORT_RECOVERY)) == 0)
		return is_scratch(&line) ? append(r, &line)
					 : complain(r, number, N_("a recovery code from elsewhere has eight digits"));
	return check_uri(&line, &why) != 0 ? complain(r, number, why) : append(r, &line);
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int r = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return r != 0 ? r : (a_len > b_len) - (a_len < b_len);
}

static int compare(const void *a, const void *b)
{
	const struct mfa_import_line *x = a, *y = b;
	int r = compare_bytes(x->user, x->user_len, y->user, y->user_len);

	return r != 0 ? r : (x->number > y->number) - (x->number < y->number);
}

static bool same(const struct mfa_import_line *x, const struct mfa_import_line *y)
{
	return compare_bytes(x->uri, x->uri_len, y->uri, y->uri_len) == 0;
}

/* Within an account's lines, of which there are few. */
static void find_repeated(struct reader *r)
{
	const struct mfa_import_line *lines = r->out->lines;
	size_t first = 0, i, j;
	char why[160];

	for (i = 0; i < r->out->count; i++) {
		if (compare_bytes(lines[i].user, lines[i].user_len, lines[first].user,
				  lines[first].user_len) != 0)
			first = i;
		if (i - first == MFA_DEVICES_MAX)
			(void)complain(r, lines[i].number, N_("an account can have no more than 16 devices"));
		if (i - first >= MFA_DEVICES_MAX)
			continue;
		for (j = first; j < i; j++) {
			if (!same(&lines[j], &lines[i]))
				continue;
			(void)snprintf(why, sizeof(why), _("it repeats line %u"), lines[j].number);
			(void)complain(r, lines[i].number, why);
			break;
		}
	}
}

int mfa_import_parse(const char *text, size_t len, mfa_import_bad_fn *fn, void *ctx,
		     struct mfa_import *out)
{
	struct reader reader = { .out = out, .fn = fn, .ctx = ctx };
	const char *at = text, *end = text + len, *newline;
	uint32_t number = 0;
	int r = 0;

	*out = (struct mfa_import){ NULL, 0 };
	while (r == 0 && at < end) {
		newline = memchr(at, '\n', (size_t)(end - at));
		r = take_line(&reader, at, (size_t)((newline != NULL ? newline : end) - at), ++number);
		at = newline != NULL ? newline + 1 : end;
	}
	if (r == 0 && out->count > 0) {
		qsort(out->lines, out->count, sizeof(*out->lines), compare);
		find_repeated(&reader);
	}
	if (r == 0 && reader.bad)
		r = -EINVAL;
	if (r != 0)
		mfa_import_release(out);
	return r;
}

void mfa_import_release(struct mfa_import *import)
{
	free(import->lines);
	*import = (struct mfa_import){ NULL, 0 };
}
