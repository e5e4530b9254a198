/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/sections.h"
#include "language/language.h"

#define FILE_SIZE_MAX (1 << 20)

int conf_complete(struct loader *l)
{
	struct mfa_conf *conf = l->conf;
	char host[MFA_CONF_ISSUER_MAX + 1];

	l->line = 0;
	if (conf->store_url == NULL)
		return conf_fail(l, "[store] url is missing");
	if (conf->key_file == NULL)
		return conf_fail(l, "[seal] key_file is missing");
	if (conf->issuer == NULL) {
		if (gethostname(host, sizeof(host)) != 0 || host[0] == '\0')
			(void)strcpy(host, "Linux");
		host[sizeof(host) - 1] = '\0';
		conf->issuer = conf_keep(l, strdup(host));
	}
	return conf->issuer != NULL && conf_complete_policies(l) && conf_complete_portal(l) && conf_complete_sender(l);
}

struct mfa_conf *conf_new(void)
{
	struct mfa_conf *conf = calloc(1, sizeof(*conf));

	if (conf == NULL)
		return NULL;
	conf->policies = calloc(1, sizeof(*conf->policies));
	if (conf->policies == NULL) {
		free(conf);
		return NULL;
	}
	conf->policy_count = 1;
	conf->throttle = true;
	conf->totp_window = MFA_CONF_TOTP_WINDOW;
	conf->push_timeout = MFA_CONF_PUSH_TIMEOUT;
	conf->directory_timeout = MFA_CONF_DIRECTORY_TIMEOUT;
	conf->push_limit = MFA_CONF_PUSH_LIMIT;
	conf_sender_defaults(conf);
	conf->policies[0] = (struct mfa_policy){ .nss = true, .alone = mfa_methods_alone() };
	return conf;
}

int mfa_conf_parse(const char *name, const char *text, size_t len, struct mfa_conf **out,
		   char error[MFA_CONF_ERROR_SIZE])
{
	return conf_parse(name, text, len, conf_sections, out, error);
}

int mfa_conf_parse_preset(const char *name, const char *text, size_t len, struct mfa_conf **out,
			  char error[MFA_CONF_ERROR_SIZE])
{
	static const struct conf_section sections[] = { { "sms", .keys = conf_preset_keys }, { NULL } };

	return conf_parse_part(name, text, len, sections, out, error);
}

static int read_file(int fd, char **out, size_t *out_len)
{
	char *text = malloc(FILE_SIZE_MAX);
	size_t len = 0;
	ssize_t n = 0;

	*out = NULL;
	if (text == NULL)
		return -ENOMEM;
	while (len < FILE_SIZE_MAX && (n = read(fd, text + len, FILE_SIZE_MAX - len)) > 0)
		len += (size_t)n;
	if (n < 0 || len == FILE_SIZE_MAX) {
		int r = n < 0 ? -errno : -EFBIG;

		free(text);
		return r;
	}
	*out = text;
	*out_len = len;
	return 0;
}

/* Whoever could write this file decides who gets in. */
static int check_owner(int fd, const char *path, char *error)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid())) {
		(void)snprintf(error, MFA_CONF_ERROR_SIZE,
			       _("%s: it must be a file of root's (or your own) that nobody else can write"),
			       path);
		return -EPERM;
	}
	return 0;
}

typedef int parse_fn(const char *name, const char *text, size_t len, struct mfa_conf **out, char *error);

static int load(const char *path, parse_fn *parse, struct mfa_conf **out, char *error)
{
	char *text = NULL;
	size_t len = 0;
	int fd, r;

	*out = NULL;
	error[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	r = fd < 0 ? -errno : check_owner(fd, path, error);
	if (r == 0)
		r = read_file(fd, &text, &len);
	if (r == 0)
		r = parse(path, text, len, out, error);
	else if (error[0] == '\0')
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s: %s", path, strerror(-r));
	free(text);
	if (fd >= 0)
		(void)close(fd);
	return r;
}

int mfa_conf_load(const char *path, struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE])
{
	return load(path, mfa_conf_parse, out, error);
}

int mfa_conf_load_preset(const struct mfa_conf *conf, const char *folder, struct mfa_conf **out,
			 char error[MFA_CONF_ERROR_SIZE])
{
	const char *name = conf->sms.preset;
	char path[PATH_MAX];
	int n = name[0] == '/' ? snprintf(path, sizeof(path), "%s", name)
			       : snprintf(path, sizeof(path), "%s/%s.conf", folder, name);

	*out = NULL;
	if (n < 0 || (size_t)n >= sizeof(path)) {
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s: %s", name, strerror(ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	return load(path, mfa_conf_parse_preset, out, error);
}

void mfa_conf_free(struct mfa_conf **conf)
{
	size_t i;

	if (*conf == NULL)
		return;
	for (i = 0; i < (*conf)->kept_count; i++)
		free((*conf)->kept[i]);
	free((*conf)->kept);
	free((*conf)->policies);
	free(*conf);
	*conf = NULL;
}

const struct mfa_policy *mfa_conf_policy(const struct mfa_conf *conf, const char *service)
{
	size_t i;

	for (i = 1; i < conf->policy_count; i++)
		if (strcmp(conf->policies[i].service, service) == 0)
			return &conf->policies[i];
	return &conf->policies[0];
}
