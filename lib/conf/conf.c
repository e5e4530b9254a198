/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/loader.h"
#include "language/language.h"

#define FILE_SIZE_MAX (1 << 20)
#define NEITHER N_("neither a [section] nor a line of the form key = value")
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
/* inih cuts longer names of sections, too. */
#define SECTION_MAX 48

/* [policy SERVICE]: a new row that starts as [policy] is, so [policy] comes first. */
static int begin_service(struct loader *l, const char *service)
{
	struct mfa_conf *conf = l->conf;
	struct mfa_policy *grown;
	size_t i;

	if (service[0] == '\0' || strpbrk(service, " \t/") != NULL)
		return conf_fail(l, "[policy %s]: not the name of a service", service);
	for (i = 1; i < conf->policy_count; i++)
		if (strcmp(conf->policies[i].service, service) == 0)
			return conf_fail(l, "[policy %s] is there twice", service);
	grown = reallocarray(conf->policies, conf->policy_count + 1, sizeof(*grown));
	if (grown == NULL)
		return conf_fail(l, "out of memory");
	conf->policies = grown;
	memcpy(&grown[conf->policy_count], &grown[0], sizeof(*grown));
	grown[conf->policy_count].service = conf_keep(l, strdup(service));
	if (grown[conf->policy_count].service == NULL)
		return 0;
	conf->policy_count++;
	l->given = 0;
	return 1;
}

static bool is_service(const char *section)
{
	return strncmp(section, POLICY_SECTION " ", strlen(POLICY_SECTION) + 1) == 0;
}

static int begin_section(struct loader *l, const char *section)
{
	size_t i;

	if (strlen(section) > SECTION_MAX)
		return conf_fail(l, "the name of the section is longer than %d bytes", SECTION_MAX);
	(void)snprintf(l->section, sizeof(l->section), "%s", section);
	if (is_service(section))
		return begin_service(l, section + strlen(POLICY_SECTION) + 1);
	if (strcmp(section, POLICY_SECTION) == 0 && l->conf->policy_count > 1)
		return conf_fail(l, "[policy] must come before [policy %s], which builds on it", conf_policy(l)->service);
	for (i = 0; i < conf_key_count; i++)
		if (strcmp(conf_keys[i].section, section) == 0)
			return 1;
	return conf_fail(l, "there is no section [%s]", section);
}

/* inih says nothing of a section without keys, nor of what stands behind its name. */
static int section_line(struct loader *l, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len), *rest;
	char name[LINE_SIZE];

	if (end == NULL)
		return conf_fail(l, "a [section] that is not closed");
	for (rest = end + 1; rest < line + len && isspace((unsigned char)*rest); rest++)
		;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(end - line - 1), line + 1);
	if (rest < line + len && *rest != ';' && *rest != '#')
		return conf_fail(l, "there is something behind [%s]", name);
	return begin_section(l, name);
}

static int on_key(void *ctx, const char *section, const char *key, const char *value)
{
	struct loader *l = ctx;
	bool service = is_service(section);
	uint64_t *given = service ? &l->given : &l->given_global;
	size_t i;

	if (l->failed)
		return 0;
	if (section[0] == '\0')
		return conf_fail(l, "%s stands before the first [section]", key);
	/* inih took a line for a section that was none to us. */
	if (strcmp(section, l->section) != 0)
		return conf_fail(l, NEITHER);
	for (i = 0; i < conf_key_count; i++) {
		if (strcmp(conf_keys[i].section, service ? POLICY_SECTION : section) != 0 ||
		    strcmp(conf_keys[i].key, key) != 0)
			continue;
		l->again = (*given & (UINT64_C(1) << i)) != 0;
		if (l->again && !conf_keys[i].list)
			return conf_fail(l, "%s is there twice in [%s]", key, section);
		*given |= UINT64_C(1) << i;
		if (value[0] == '\0')
			return conf_fail(l, "%s has no value", key);
		return conf_keys[i].set(l, key, value);
	}
	return conf_fail(l, "[%s] has no key %s", section, key);
}

/* Hands inih a line, and remembers which one. */
static char *next_line(char *out, int size, void *ctx)
{
	struct loader *l = ctx;
	const char *start = l->text + l->at, *end;
	size_t left = l->len - l->at, n;

	if (left == 0 || l->failed)
		return NULL;
	l->line++;
	end = memchr(start, '\n', left);
	n = end != NULL ? (size_t)(end - start) + 1 : left;
	l->at += n;
	if (n >= LINE_SIZE - 1 || n >= (size_t)size) {
		(void)conf_fail(l, "the line is longer than %d bytes", LINE_SIZE - 3);
		return NULL;
	}
	if (memchr(start, '\0', n) != NULL) {
		(void)conf_fail(l, "there is a NUL byte in the line");
		return NULL;
	}
	/* inih would take an indented line as more of the value before it. */
	while (n > 1 && isspace((unsigned char)*start)) {
		start++;
		n--;
	}
	if (*start == '[' && section_line(l, start, n) == 0)
		return NULL;
	memcpy(out, start, n);
	out[n] = '\0';
	return out;
}

/* Where two realms are taken off, alice of the one has the account of alice of the other. */
static int check_realms(struct loader *l)
{
	size_t i;

	for (i = 0; i < l->conf->policy_count; i++) {
		const struct mfa_policy *policy = &l->conf->policies[i];

		l->line = policy->realms_line;
		if (policy->realms.count > 1 && !policy->realms_are_one)
			return conf_fail(l, "[policy%s%s]: with more than one of realms, the same name in each is one "
					 "person's: say so with realms_are_one = yes", i > 0 ? " " : "",
					 i > 0 ? policy->service : "");
	}
	l->line = 0;
	return 1;
}

static int complete(struct loader *l)
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
	return conf->issuer != NULL && check_realms(l) && conf_complete_portal(l);
}

static struct mfa_conf *conf_new(void)
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
	conf->push_limit = MFA_CONF_PUSH_LIMIT;
	conf->policies[0] = (struct mfa_policy){ .nss = true };
	return conf;
}

int mfa_conf_parse(const char *name, const char *text, size_t len, struct mfa_conf **out,
		   char error[MFA_CONF_ERROR_SIZE])
{
	struct loader l = { .name = name, .text = text, .len = len, .error = error };
	int r;

	*out = NULL;
	error[0] = '\0';
	l.conf = conf_new();
	if (l.conf == NULL) {
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s: %s", name, _("out of memory"));
		return -ENOMEM;
	}
	if (len >= strlen(BYTE_ORDER_MARK) &&
	    memcmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		l.at = strlen(BYTE_ORDER_MARK);
	r = conf_set_default_methods(&l) ? ini_parse_stream(next_line, &l, on_key, &l) : 0;
	if (r != 0 && !l.failed) {
		l.line = r > 0 ? r : l.line;
		(void)conf_fail(&l, NEITHER);
	}
	if (l.failed || !complete(&l)) {
		mfa_conf_free(&l.conf);
		return -EINVAL;
	}
	*out = l.conf;
	return 0;
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

/* Who could write this file decides who gets in. */
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

int mfa_conf_load(const char *path, struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE])
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
		r = mfa_conf_parse(path, text, len, out, error);
	else if (error[0] == '\0')
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, "%s: %s", path, strerror(-r));
	free(text);
	if (fd >= 0)
		(void)close(fd);
	return r;
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
