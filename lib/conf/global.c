/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections of the verifier as a whole: what each key may say, and where that goes. */
#include <string.h>

#include "clock/duration.h"
#include "conf/sections.h"
#include "conf/value.h"

#define PUSH_TIMEOUT_MIN 30
#define PUSH_TIMEOUT_MAX 300

static int set_store(struct loader *l, const char *key, const char *value)
{
	if (strncmp(value, "sqlite:///", 10) != 0)
		return conf_fail(l, "%s = %s: it must begin with sqlite:///", key, value);
	return conf_set_copy(l, value, &l->conf->store_url);
}

static int set_key_file(struct loader *l, const char *key, const char *value)
{
	return conf_set_path(l, key, value, &l->conf->key_file);
}

static int set_throttle(struct loader *l, const char *key, const char *value)
{
	return conf_set_yes(l, key, value, &l->conf->throttle);
}

static int set_window(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 0, MFA_CONF_TOTP_WINDOW_MAX, &l->conf->totp_window);
}

static int set_issuer(struct loader *l, const char *key, const char *value)
{
	const char *p;

	if (strlen(value) > MFA_CONF_ISSUER_MAX)
		return conf_fail(l, "%s is longer than %d bytes", key, MFA_CONF_ISSUER_MAX);
	for (p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == ':' || *p == 0x7f)
			return conf_fail(l, "%s may have neither colons nor control characters", key);
	return conf_set_copy(l, value, &l->conf->issuer);
}

static int set_push_timeout(struct loader *l, const char *key, const char *value)
{
	int64_t seconds = 0;

	if (mfa_duration_parse(value, PUSH_TIMEOUT_MAX, &seconds) != 0 || seconds < PUSH_TIMEOUT_MIN)
		return conf_fail(l, "%s = %s: it must be a time from 30s to 5m", key, value);
	l->conf->push_timeout = (unsigned)seconds;
	return 1;
}

static int set_push_limit(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, MFA_CONF_PUSH_LIMIT_MAX, &l->conf->push_limit);
}

static int set_directory_timeout(struct loader *l, const char *key, const char *value)
{
	int64_t seconds = 0;

	if (mfa_duration_parse(value, MFA_CONF_DIRECTORY_TIMEOUT_MAX, &seconds) != 0 || seconds < 1)
		return conf_fail(l, "%s = %s: it must be a time from 1s to %ds", key, value, MFA_CONF_DIRECTORY_TIMEOUT_MAX);
	l->conf->directory_timeout = (unsigned)seconds;
	return 1;
}

const struct conf_key conf_store_keys[] = {
	{ "url", false, set_store },
	{ NULL },
};

const struct conf_key conf_seal_keys[] = {
	{ "key_file", false, set_key_file },
	{ NULL },
};

const struct conf_key conf_throttle_keys[] = {
	{ "enabled", false, set_throttle },
	{ NULL },
};

const struct conf_key conf_totp_keys[] = {
	{ "window", false, set_window },
	{ NULL },
};

const struct conf_key conf_enrol_keys[] = {
	{ "issuer", false, set_issuer },
	{ NULL },
};

const struct conf_key conf_push_keys[] = {
	{ "timeout", false, set_push_timeout },
	{ "limit", false, set_push_limit },
	{ NULL },
};

const struct conf_key conf_directory_keys[] = {
	{ "timeout", false, set_directory_timeout },
	{ NULL },
};
