/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/language.h"
#include "text/text.h"

#define FILE_MAX 8192

static const struct { const char *key; size_t at; } keys[] = {
	{ "email_password", offsetof(struct mfa_secrets, email_password) },
	{ "sms_key", offsetof(struct mfa_secrets, sms_key) },
};

static int fail(char *error, const char *name, unsigned line, const char *what)
{
	if (line > 0)
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s:%u: %s", name, line, what);
	else
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s: %s", name, what);
	return -EINVAL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **text, size_t *len)
{
	while (*len > 0 && is_blank(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && is_blank((*text)[*len - 1]))
		(*len)--;
}

/* NULL: there is no such key. */
static char *value_of(struct mfa_secrets *secrets, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].key) == len && memcmp(keys[i].key, key, len) == 0)
			return (char *)secrets + keys[i].at;
	return NULL;
}

static const char *read_line(const char *text, size_t len, struct mfa_secrets *out)
{
	const char *equals, *value;
	size_t key_len, value_len;
	char *to;

	trim(&text, &len);
	if (len == 0 || *text == '#')
		return NULL;
	equals = memchr(text, '=', len);
	if (equals == NULL)
		return _("not a line of the form key = value");
	key_len = (size_t)(equals - text);
	value = equals + 1;
	value_len = len - key_len - 1;
	trim(&text, &key_len);
	trim(&value, &value_len);
	to = value_of(out, text, key_len);
	if (to == NULL)
		return _("there is no such key here; email_password and sms_key are");
	if (to[0] != '\0')
		return _("the key is there twice");
	if (value_len == 0 || value_len > MFA_SECRET_MAX)
		return _("the value is empty or too long");
	if (!mfa_text_printable_bytes(value, value_len))
		return _("there is a control character in the value");
	memcpy(to, value, value_len);
	return NULL;
}

int mfa_secrets_parse(const char *name, const char *text, size_t len, struct mfa_secrets *out,
		      char error[MFA_CONF_ERROR_SIZE])
{
	const char *end, *wrong = NULL;
	unsigned line = 0;
	size_t n;

	memset(out, 0, sizeof(*out));
	error[0] = '\0';
	while (len > 0 && wrong == NULL) {
		end = memchr(text, '\n', len);
		n = end != NULL ? (size_t)(end - text) : len;
		line++;
		wrong = read_line(text, n, out);
		n += end != NULL;
		text += n;
		len -= n;
	}
	if (wrong == NULL)
		return 0;
	mfa_secrets_wipe(out);
	return fail(error, name, line, wrong);
}

static int read_file(int fd, const char *path, char text[FILE_MAX], size_t *len, char *error)
{
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IWGRP | S_IRWXO)) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid())) {
		(void)fail(error, path, 0, _("it must be a file of root's (or your own) that its group can't write and "
					     "others can't read"));
		return -EPERM;
	}
	while (*len < FILE_MAX && (n = read(fd, text + *len, FILE_MAX - *len)) > 0)
		*len += (size_t)n;
	if (n < 0)
		return -errno;
	return *len < FILE_MAX ? 0 : -EFBIG;
}

int mfa_secrets_load(const char *path, struct mfa_secrets *out, char error[MFA_CONF_ERROR_SIZE])
{
	char text[FILE_MAX];
	size_t len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), r;

	memset(out, 0, sizeof(*out));
	error[0] = '\0';
	if (fd < 0 && errno == ENOENT)
		return 0;
	r = fd < 0 ? -errno : read_file(fd, path, text, &len, error);
	if (r == 0)
		r = mfa_secrets_parse(path, text, len, out, error);
	if (r != 0 && error[0] == '\0')
		(void)fail(error, path, 0, strerror(-r));
	explicit_bzero(text, sizeof(text));
	if (fd >= 0)
		(void)close(fd);
	return r;
}

void mfa_secrets_wipe(struct mfa_secrets *secrets)
{
	explicit_bzero(secrets, sizeof(*secrets));
}
