/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "language/language.h"
#include "table/table.h"

static bool set_path(const char **out, const char *value)
{
	*out = value;
	return value[0] == '/';
}

static bool set_socket(struct mfa_module_options *o, const char *value)
{
	return set_path(&o->dial.socket, value);
}

static bool set_conf(struct mfa_module_options *o, const char *value)
{
	return set_path(&o->dial.conf, value);
}

static bool set_helper(struct mfa_module_options *o, const char *value)
{
	return set_path(&o->dial.helper, value);
}

static bool set_failmode(struct mfa_module_options *o, const char *value)
{
	o->open_on_failure = strcmp(value, "open") == 0;
	return o->open_on_failure || strcmp(value, "closed") == 0;
}

static bool set_after(struct mfa_module_options *o, const char *value)
{
	o->after_publickey = true;
	return strcmp(value, "publickey") == 0;
}

static bool set_forward(struct mfa_module_options *o, const char *value)
{
	o->forward_digits = 6;
	if (value[0] == '\0')
		return true;
	o->forward_digits = (unsigned)(value[1] - '0');
	return value[0] == '=' && value[1] >= '6' && value[1] <= '8' && value[2] == '\0';
}

/* Also says that this line splits; forward_pass beside it, how many digits. */
static bool set_forward_words(struct mfa_module_options *o, const char *value)
{
	o->forward_words = true;
	if (o->forward_digits == 0)
		o->forward_digits = 6;
	return value[0] == '\0';
}

static bool set_try_first(struct mfa_module_options *o, const char *value)
{
	o->first_pass = true;
	return value[0] == '\0';
}

static bool set_use_first(struct mfa_module_options *o, const char *value)
{
	o->first_pass = o->no_prompt = true;
	return value[0] == '\0';
}

static bool set_echo(struct mfa_module_options *o, const char *value)
{
	o->echo = true;
	return value[0] == '\0';
}

static bool set_language(struct mfa_module_options *o, const char *value)
{
	if (strlen(value) != 2)
		return false;
	memcpy(o->language, value, 3);
	return strcmp(value, "en") == 0 || strcmp(value, "nl") == 0 || strcmp(value, "fr") == 0;
}

static bool set_debug(struct mfa_module_options *o, const char *value)
{
	o->debug = true;
	return value[0] == '\0';
}

/* A name that ends with = takes a value. */
static const struct {
	const char *name;
	bool (*set)(struct mfa_module_options *o, const char *value);
	const char *wants;
} option_table[] = {
	{ "socket=", set_socket, N_("an absolute path") },
	{ "conf=", set_conf, N_("an absolute path") },
	{ "mfad=", set_helper, N_("an absolute path") },
	{ "failmode=", set_failmode, N_("closed or open") },
	{ "after=", set_after, "publickey" },
	{ "forward_pass", set_forward, N_("no value, or how many digits a code has: =6, =7 or =8") },
	{ "forward_pass_words", set_forward_words, N_("no value") },
	{ "try_first_pass", set_try_first, N_("no value") },
	{ "use_first_pass", set_use_first, N_("no value") },
	{ "language=", set_language, N_("en, nl or fr") },
	{ "echo", set_echo, N_("no value") },
	{ "debug", set_debug, N_("no value") },
};

/* What people bring along from other modules, and what to write for it (doc/MIGRATING). */
static const struct { const char *name, *instead; } foreign_table[] = {
	{ "nullok", N_("unenrolled = allow, or enrolment = offer, in mfa.conf") },
	{ "secret=", N_("nothing: secrets are in mfad's store; mfa-admin import --from brings them over") },
	{ "user=", N_("nothing: mfad reads the store as a user of its own") },
	{ "usersfile=", N_("nothing: secrets are in mfad's store; mfa-admin import --from brings them over") },
	{ "no_strict_owner", N_("nothing") },
	{ "allowed_perm=", N_("nothing") },
	{ "noskewadj", N_("nothing: a phone's clock is followed within a bound") },
	{ "no_increment_hotp", N_("nothing: a token's code counts once") },
	{ "echo_verification_code", "echo" },
	{ "authtok_prompt=", N_("prompt = TEXT in mfa.conf") },
	{ "prompt=", N_("prompt = TEXT in mfa.conf") },
	{ "grace_period=", N_("remember = TIME in mfa.conf") },
	{ "alwaysok", N_("nothing: it would let everybody in") },
	{ "window=", N_("window = N in section [totp] of mfa.conf") },
	{ "digits=", N_("nothing: each device has its own") },
	{ "no_warn", N_("nothing") },
};

/* Whether an argument is the option of a name; its value, if that ends with =, may be anything. */
static bool is_named(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return name[len - 1] == '=' ? strncmp(arg, name, len) == 0 : strcmp(arg, name) == 0;
}

void mfa_module_defaults(struct mfa_module_options *options)
{
	*options = (struct mfa_module_options){
		.dial = { .socket = MFA_SOCKET_DEFAULT, .conf = MFA_CONF_DEFAULT, .helper = MFA_HELPER_DEFAULT },
	};
}

int mfa_module_option(const char *arg, struct mfa_module_options *options, struct mfa_option_fault *fault)
{
	size_t i, len;

	*fault = (struct mfa_option_fault){ .kind = MFA_OPTION_UNKNOWN, .text = "pam_mfa(8)" };
	for (i = 0; i < sizeof(option_table) / sizeof(option_table[0]); i++) {
		len = strlen(option_table[i].name);
		if (strncmp(arg, option_table[i].name, len) != 0)
			continue;
		if (option_table[i].name[len - 1] != '=' && arg[len] != '\0' && arg[len] != '=')
			continue;
		if (option_table[i].set(options, arg + len))
			return 0;
		*fault = (struct mfa_option_fault){ .kind = MFA_OPTION_VALUE, .text = option_table[i].wants };
		return -EINVAL;
	}
	for (i = 0; i < sizeof(foreign_table) / sizeof(foreign_table[0]); i++)
		if (is_named(arg, foreign_table[i].name))
			*fault = (struct mfa_option_fault){ .kind = MFA_OPTION_FOREIGN, .text = foreign_table[i].instead };
	return -EINVAL;
}

const char *mfa_option_words(enum mfa_option_fault_kind kind)
{
	static const char *const words[] = {
		[MFA_OPTION_VALUE] = N_("it takes"),
		[MFA_OPTION_FOREIGN] = N_("another module's; write instead"),
		[MFA_OPTION_UNKNOWN] = N_("unknown; see"),
	};
	MFA_TABLE_FITS(words, MFA_OPTION_FAULTS);

	return words[kind];
}
