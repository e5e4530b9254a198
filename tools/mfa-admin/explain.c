/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a sign-in asks for a second factor, or does not. */
#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "address/network.h"
#include "check_pam.h"
#include "command.h"
#include "json/read.h"
#include "language/language.h"
#include "terminal/client.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"
#include "wire/presence.h"

#define OWN_PROGRAM "mfa-enroll"	/* no service of PAM's, with rules of its own */
#define NOT_OWN_ACCOUNT "not-own-account"

/* The first that fits; rule: NULL for any. */
static const struct { const char *decision, *rule, *words; } ends[] = {
	{ "allow", NULL, N_("no second factor is asked") },
	{ "require", NULL, N_("a second factor is asked") },
	{ "enrol", NULL, N_("the sign-in leads through enrolment") },
	{ "refuse", NOT_OWN_ACCOUNT, N_("refused, before anything is asked") },
	{ "refuse", NULL, N_("refused, with the same questions and words as after a wrong code") },
};

static const struct { const char *rule, *words; } rules[] = {
	{ NOT_OWN_ACCOUNT, N_("its program runs neither as root nor as the owner of this account, and `callers` of this\n"
			      "           service does not name that user") },
	{ "enrolled", N_("the account has a device, and no rule spares it") },
	{ "pass", N_("the account has a temporary access pass, and no device") },
	{ "remember", N_("a success there is remembered") },
	{ "methods", N_("the account has devices, but none of a kind that `methods` allows") },
	{ "unknown-name", N_("the system does not know this name, and nss = yes") },
	{ "name-letters", N_("nss = no, names = fold: the name has other letters than a to z, 0 to 9 and . _ @ -") },
	{ "name-of-root", N_("this spelling must not lead to root's account") },
	{ "name-like-another", N_("an account's name differs from it in capital letters alone: mfa-admin names") },
	{ "required=no", N_("required = no") },
	{ "groups", N_("the account is in none of `groups`") },
	{ "except_groups", N_("the account is in one of `except_groups`") },
	{ "exempt_networks", N_("the address is in `exempt_networks`") },
	{ "enrolment=require", N_("no device yet, and enrolment = require (or it was put off for the last time)") },
	{ "enrolment=offer", N_("no device yet, and enrolment = offer") },
	{ "lookup-failed", N_("the name can't be looked up just now, and nobody is spared by that") },
	{ "unenrolled=allow", N_("no device yet, and unenrolled = allow") },
	{ "unenrolled=deny", N_("no device yet, and unenrolled = deny") },
	{ "enrol_local=yes", N_("no device yet, and enrol_local = yes: mfa-enroll adds the first one") },
	{ "enrol_local=no", N_("no device yet, and enrol_local = no: mfa-enroll adds a first one only with a pass") },
	{ "local=no", N_("no device yet, and local = no: mfa-enroll adds a first one only with a pass") },
	{ "not-own", N_("mfa-enroll changes one's own account, and root's changes anybody's") },
	{ "uid-changed", N_("the record is of another uid: reset the account if that is right") },
	{ "name-gone", N_("the record has a uid, but the system no longer knows the name") },
	{ "uid-of-another-account", N_("another account has this uid") },
};

static const struct { const char *place, *words; } places[] = {
	{ "this host", N_("this host: no address, and the service is local (or is on a terminal of its own)") },
	{ "not known", N_("not known: no address, and the service is not local; see `local` in mfa.conf(5)") },
};

static const char *text(const json_t *json, const char *key)
{
	const char *value = json_string_value(json_object_get(json, key));

	return value != NULL ? value : "";
}

static const char *words_of_end(const char *decision, const char *rule)
{
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(ends[i].decision, decision) == 0 && (ends[i].rule == NULL || strcmp(ends[i].rule, rule) == 0))
			return _(ends[i].words);
	return decision;
}

static const char *words_of_rule(const char *rule)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].rule, rule) == 0)
			return _(rules[i].words);
	return rule;
}

static void print_list(const char *title, const json_t *list)
{
	size_t i;

	(void)printf("%s", title);
	for (i = 0; i < json_array_size(list); i++)
		(void)printf("%s%s", i > 0 ? ", " : " ", json_string_value(json_array_get(list, i)));
	(void)puts(json_array_size(list) == 0 ? " -" : "");
}

/* How a way stands, in mfad's word; one that knows none leaves the lines out. */
static const char *words_of_standing(const char *standing)
{
	static const struct { const char *standing, *words; } rows[] = {
		{ "first", N_("asked for first") },
		{ "offered", N_("when it is chosen (?)") },
		{ "not-set-up", N_("not set up for this account") },
		{ "not-ready", N_("not just now: what it needs does not run, or is not configured") },
		{ "not-allowed", N_("`methods` does not allow it") },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].standing, standing) == 0)
			return _(rows[i].words);
	return standing;
}

static void print_ways(const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *way = json_array_get(list, i);

		(void)printf("%s %s: %s\n", i == 0 ? _("Ways:     ") : "          ", text(way, "way"),
			     words_of_standing(text(way, "standing")));
	}
}

/* What would have spared somebody, had it been known. */
static void print_not_known(const json_t *json)
{
	static const struct { const char *key, *words; } rows[] = {
		{ "in_groups", N_("whether the account is in one of `groups`: so that does not spare it") },
		{ "in_except_groups", N_("whether the account is in one of `except_groups`: so that does not spare it") },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(text(json, rows[i].key), "not known") == 0)
			(void)printf("%s %s\n", _("Not known:"), _(rows[i].words));
}

/* A name that was mistyped gets the rules of all services, and would seem to be answered. */
static void print_unknown_service(const char *service)
{
	if (strcmp(service, OWN_PROGRAM) == 0 || pam_service_exists(service))
		return;
	(void)fputs(_("           Nothing is called so in /etc/pam.d, and no section is for it: "), stdout);
	mfa_terminal_show(stdout, service);
}

/* Where it comes from, with the address as it was given. */
static void print_rhost(const char *rhost)
{
	struct mfa_address address;

	(void)printf("%s ", _("From:     "));
	mfa_terminal_column(stdout, rhost, 0);
	(void)puts(mfa_address_parse(rhost, &address) == 0 ? "" : _(" (a name: no rule about networks holds)"));
}

static void print_caller(const char *caller)
{
	(void)printf("%s ", _("Asked by: "));
	mfa_terminal_column(stdout, caller, 0);
	(void)puts(_(", one of `callers`: nobody is enrolled, and nothing is remembered"));
}

/* Of mfad's words; one that knows none leaves the line out. */
static void print_place(const json_t *json)
{
	size_t i;

	if (strcmp(text(json, "place"), "address") == 0)
		print_rhost(text(json, "rhost"));
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].place, text(json, "place")) == 0)
			(void)printf("%s %s\n", _("From:     "), _(places[i].words));
	if (text(json, "caller")[0] != '\0')
		print_caller(text(json, "caller"));
	else if (strcmp(text(json, "rule"), NOT_OWN_ACCOUNT) == 0)
		(void)printf(_("           See callers in [policy %s], mfa.conf(5).\n"), text(json, "service"));
	else if (json_is_true(json_object_get(json, "by_another")))
		(void)puts(_("           Somebody else has started it, so that it enrols no first device."));
}

static int on_row(void *ctx, const char *row)
{
	const struct command_options *o = ctx;
	const char *section;
	json_t *json;

	if (o->json)
		return puts(row) < 0 ? -EIO : 0;
	json = mfa_json_read_text(row);
	if (json == NULL)
		return -EBADMSG;
	mfa_terminal_column(stdout, text(json, "user"), 0);
	if (text(json, "asked_as")[0] != '\0') {
		(void)fputs(_(" (asked as "), stdout);
		mfa_terminal_column(stdout, text(json, "asked_as"), 0);
		(void)fputs(")", stdout);
	}
	(void)printf(": %s\n", words_of_end(text(json, "decision"), text(json, "rule")));
	(void)printf("%s %s", _("Rule:     "), text(json, "rule"));
	if (text(json, "detail")[0] != '\0')
		(void)printf(" (%s)", _(text(json, "detail")));
	section = json_string_value(json_object_get(json, "section"));
	(void)printf("%s%s%s%s%s%s\n", _(", of "), "[policy", section != NULL ? " " : "",
		     section != NULL ? section : "", "] ", o->dial.conf);
	(void)printf("           %s\n", words_of_rule(text(json, "rule")));
	if (section == NULL)
		print_unknown_service(o->service);
	if (strcmp(text(json, "rule"), "name-letters") == 0 && strchr(text(json, "user"), '\\') != NULL)
		(void)puts(_("           A realm is taken off only if it stands in `realms`."));
	if (json_is_true(json_object_get(json, "may_postpone")))
		(void)printf(_("           It may be put off; %lld times are left (0: until the date).\n"),
			     (long long)json_integer_value(json_object_get(json, "left")));
	(void)printf("%s %lld", _("Devices:  "), (long long)json_integer_value(json_object_get(json, "devices")));
	print_list("", json_object_get(json, "methods"));
	print_list(_("Allowed:  "), json_object_get(json, "allowed"));
	print_ways(json_object_get(json, "ways"));
	print_not_known(json);
	(void)printf("%s %s\n", _("Pass:     "), json_is_true(json_object_get(json, "pass")) ? _("yes") : _("no"));
	print_place(json);
	if (o->session == NULL && json_integer_value(json_object_get(json, "remember")) > 0 &&
	    strcmp(text(json, "place"), "this host") == 0 && strcmp(text(json, "decision"), "require") == 0)
		(void)puts(_("           After a success it is spared for a while in the same login session (--session)."));
	if (json_is_true(json_object_get(json, "locked")))
		(void)puts(_("LOCKED:    app codes are refused just now; `mfa-admin unlock` ends that"));
	json_decref(json);
	return 0;
}

/* What the module would say of the program in question. */
static bool read_presence(const struct command_options *o, struct mfa_presence *out)
{
	const struct passwd *caller = o->caller != NULL ? getpwnam(o->caller) : NULL;

	*out = (struct mfa_presence){ .told = true, .own_terminal = o->terminal, .uid = 0 };
	if (caller != NULL)
		out->uid = caller->pw_uid;
	return o->caller == NULL || caller != NULL;
}

int command_explain(const struct command_options *o, int argc, char **argv)
{
	struct mfa_client x = { .dial = &o->dial, .on_row = on_row,
				  .ctx = (void *)(uintptr_t)o };
	struct mfa_presence presence;
	struct mfa_frame request;
	enum mfa_result result;
	int r;

	(void)argc, (void)argv;
	if (o->user == NULL || o->service == NULL) {
		(void)fputs(_("usage: mfa-admin explain --user USER --service SERVICE "
			      "[--rhost ADDRESS | --session NAME] [--terminal] [--caller USER]\n"), stderr);
		return MFA_EXIT_USAGE;
	}
	if (!read_presence(o, &presence)) {
		(void)fprintf(stderr, _("mfa-admin: the system does not know %s\n"), o->caller);
		return MFA_EXIT_USAGE;
	}
	mfa_frame_start(&request, MFA_EXPLAIN);
	mfa_frame_put_byte(&request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&request, MFA_FIELD_USER, o->user);
	mfa_frame_put_text(&request, MFA_FIELD_SERVICE, o->service);
	mfa_frame_put_text(&request, MFA_FIELD_RHOST, o->rhost);
	mfa_frame_put_text(&request, MFA_FIELD_SESSION, o->session);
	mfa_presence_put(&request, &presence);
	r = mfa_client_run(&x, &request, &result);
	if (r != 0)
		return mfa_exit_of_error("mfa-admin", &o->dial, r);
	return fflush(stdout) == 0 ? mfa_exit_of_result(result) : MFA_EXIT_FAILED;
}
