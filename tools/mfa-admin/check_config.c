/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_pam.h"
#include "check_sender.h"
#include "command.h"
#include "conf/conf.h"
#include "language/language.h"
#include "names.h"
#include "seal/seal.h"
#include "terminal/exit.h"

/* Whether a first device would be enrolled at the service by those on this host, but nothing says that
 * whoever gives no address is there. */
static bool enrols_nobody(const struct mfa_policy *policy)
{
	bool tool = policy->service != NULL && strcmp(policy->service, "mfa-enroll") == 0;

	return policy->service != NULL && policy->enrol_local && (tool || policy->enrolment != MFA_ENROLMENT_OFF) &&
	       !mfa_service_gives_address(policy->service) &&
	       !mfa_service_is_local(policy->on_host, policy->service, false);
}

/* Rules that say something else than it looks.  Each returns whether it is so for a service's rules. */
static bool groups_of_strangers(const struct mfa_policy *p)
{
	return !p->nss && (p->groups.count > 0 || p->except_groups.count > 0);
}

static bool strangers_unenrolled(const struct mfa_policy *p)
{
	return !p->nss && p->unenrolled == MFA_UNENROLLED_ALLOW;
}

static bool realms_of_nobody(const struct mfa_policy *p)
{
	return p->realms.count > 0 && (p->nss || p->names_exact);
}

/* Those that `order` names. */
static unsigned ordered(const struct mfa_policy *p)
{
	unsigned set = 0;
	size_t i;

	for (i = 0; i < p->order_count; i++)
		set |= 1U << p->order[i];
	return set;
}

/* A section that has it from [policy] need not take all of it. */
static bool orders_of_nobody(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return (ordered(p) & ~p->methods) != 0 && (p == all || ordered(p) != ordered(all));
}

/* What holds by itself says nothing: only what mfa.conf names beyond that. */
static bool alone_of_nobody(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return (p->alone & ~p->methods & ~mfa_methods_alone()) != 0 && (p == all || p->alone != all->alone);
}

static bool nothing_alone(const struct mfa_policy *p, const struct mfa_policy *all)
{
	bool enrols = p == all || p->enrolment != MFA_ENROLMENT_OFF || strcmp(p->service, "mfa-enroll") == 0;

	return enrols && (p->alone & p->methods) == 0;
}

/* The same, of a section beside [policy], all. */
static const struct {
	bool (*holds)(const struct mfa_policy *policy, const struct mfa_policy *all);
	const char *text;
} doubts_beside[] = {
	{ orders_of_nobody, N_("order names what methods does not: nobody is asked for that") },
	{ alone_of_nobody, N_("alone names what methods does not: a device of that lets nobody in") },
	{ nothing_alone, N_("nothing that alone names is in methods: nobody can enrol a first device") },
};

static bool has_all(const struct mfa_networks *networks)
{
	size_t i;

	for (i = 0; i < networks->count; i++)
		if (networks->rows[i].bits == 0)
			return true;
	return false;
}

static bool exempts_all(const struct mfa_policy *p)
{
	return has_all(&p->exempt_networks);
}

static bool enrols_all(const struct mfa_policy *p)
{
	return p->enrolment != MFA_ENROLMENT_OFF && has_all(&p->enrol_networks);
}

static bool exempt_without_callers(const struct mfa_policy *p)
{
	return p->callers_exempt && (p->callers.count == 0 || p->exempt_networks.count == 0);
}

/* Its programs are root's, or people's own. */
static bool callers_of_nobody(const struct mfa_policy *p)
{
	return p->callers.count > 0 && (mfa_service_is_local(MFA_ON_HOST_BY_NAME, p->service, false) ||
					mfa_service_gives_address(p->service));
}

static const struct {
	bool (*holds)(const struct mfa_policy *policy);
	const char *text;
} doubts[] = {
	{ groups_of_strangers,
	  N_("nss = no, but groups are the system's: of a name that it does not know they are not known, so such names are always asked") },
	{ strangers_unenrolled,
	  N_("nss = no and unenrolled = allow: any name that has nothing enrolled gets in, another spelling of somebody's, too") },
	{ enrols_nobody,
	  N_("enrol_local = yes has no effect here: sign-ins without an address may come from the network. If only people at "
	     "this machine use the service, say local = yes; otherwise enrol_local = no.") },
	{ exempts_all, N_("exempt_networks has every address there is: nobody with an address is asked") },
	{ enrols_all,
	  N_("enrol_networks has every address there is: whoever has stolen a password can enrol a phone of his own") },
	{ realms_of_nobody, N_("realms are taken off only where nss = no and names = fold") },
	{ exempt_without_callers, N_("callers_exempt has no effect without callers and exempt_networks") },
	{ callers_of_nobody, N_("the programs of this service are root's, or people's own: callers has no use here") },
};

static bool same_networks(const struct mfa_networks *a, const struct mfa_networks *b)
{
	return a->rows == b->rows && a->count == b->count;
}

static bool own_networks(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return !same_networks(&p->enrol_networks, &all->enrol_networks);
}

static bool own_enrolment(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return p->enrolment != MFA_ENROLMENT_OFF && p->enrolment != all->enrolment;
}

static bool own_enrol_local(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return p->enrol_local && !all->enrol_local;
}

static bool own_minimum(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return p->minimum > all->minimum;
}

static bool own_remember(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return p->remember > all->remember;
}

static bool own_failmode(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return p->fail_open && !all->fail_open;
}

static bool own_exemption(const struct mfa_policy *p, const struct mfa_policy *all)
{
	return !p->callers_exempt && p->exempt_networks.count > 0 &&
	       !same_networks(&p->exempt_networks, &all->exempt_networks);
}

/* What callers never get, and a section of theirs says all the same: keys.  What [policy] says, all: is meant for
 * root's. */
static const struct {
	bool (*holds)(const struct mfa_policy *policy, const struct mfa_policy *all);
	const char *key;
} not_for_callers[] = {
	{ own_enrolment, "enrolment" }, { own_networks, "enrol_networks" }, { own_enrol_local, "enrol_local" },
	{ own_minimum, "minimum" }, { own_remember, "remember" }, { own_failmode, "failmode" },
};
#define NOT_FOR_CALLERS (sizeof(not_for_callers) / sizeof(not_for_callers[0]))

static void warn(const char *path, const struct mfa_policy *policy, const char *text)
{
	(void)fprintf(stderr, _("%s: warning: [policy%s%s]: %s\n"), path, policy->service != NULL ? " " : "",
		      policy->service != NULL ? policy->service : "", text);
}

static unsigned check_keys_of_callers(const char *path, const struct mfa_policy *policy, const struct mfa_policy *all)
{
	char keys[160] = "", text[400];
	size_t i, n = 0;

	for (i = 0; i < NOT_FOR_CALLERS; i++)
		if (not_for_callers[i].holds(policy, all))
			n += (size_t)snprintf(keys + n, sizeof(keys) - n, "%s%s", n > 0 ? ", " : "", not_for_callers[i].key);
	if (n == 0)
		return 0;
	(void)snprintf(text, sizeof(text), _("for root's programs alone, and not for callers: %s"), keys);
	warn(path, policy, text);
	return 1;
}

/* A section of callers whose service nobody has is a slip of the pen: what was to get in does not. */
static unsigned check_service_of_callers(const char *path, const struct mfa_policy *policy)
{
	char text[400];

	if (pam_service_exists(policy->service))
		return 0;
	(void)snprintf(text, sizeof(text), _("it has callers, but there is no /etc/pam.d/%s"), policy->service);
	warn(path, policy, text);
	return 1;
}

static unsigned check_callers(const char *path, const struct mfa_policy *policy, const struct mfa_policy *all)
{
	unsigned found;

	if (policy->callers.count == 0 || policy->service == NULL)
		return 0;
	found = check_keys_of_callers(path, policy, all) + check_service_of_callers(path, policy);
	if (!own_exemption(policy, all))
		return found;
	warn(path, policy, _("exempt_networks does not hold for callers: if what they say of an address\n"
			     "  is to spare people, say callers_exempt = yes"));
	return found + 1;
}

static unsigned check_rules(const char *path, const struct mfa_conf *conf)
{
	unsigned found = 0;
	size_t i, k;

	for (i = 0; i < conf->policy_count; i++) {
		const struct mfa_policy *policy = &conf->policies[i];

		for (k = 0; k < sizeof(doubts) / sizeof(doubts[0]); k++) {
			if (doubts[k].holds(policy)) {
				warn(path, policy, _(doubts[k].text));
				found++;
			}
		}
		for (k = 0; k < sizeof(doubts_beside) / sizeof(doubts_beside[0]); k++) {
			if (doubts_beside[k].holds(policy, &conf->policies[0])) {
				warn(path, policy, _(doubts_beside[k].text));
				found++;
			}
		}
		found += check_callers(path, policy, &conf->policies[0]);
	}
	return found;
}

/* Programs that compare what is asked (OpenVPN's plugin, expect) have been told the one question; where phones are asked
 * it is another, which says what to do.  Nothing is wrong with the rules: this is no warning. */
static void note_questions(const char *path, const struct mfa_conf *conf)
{
	size_t i;

	for (i = 0; conf->portal.url != NULL && i < conf->policy_count; i++) {
		const struct mfa_policy *p = &conf->policies[i];
		bool is_vpn = p->service != NULL && strncmp(p->service, "openvpn", strlen("openvpn")) == 0;

		if ((p->methods & ~mfa_methods_typed()) == 0 || (p->prompt == NULL && !is_vpn))
			continue;
		(void)printf(_("%s: note: [policy%s%s]: where a phone is asked, the question is not `prompt` but \"Enter 71 on "
			       "your phone, ...\"; programs that compare it (OpenVPN's plugin) need methods without push\n"),
			     path, p->service != NULL ? " " : "", p->service != NULL ? p->service : "");
	}
}

static const struct mfa_policy *policy_of_strangers(const struct mfa_conf *conf)
{
	size_t i;

	for (i = 0; i < conf->policy_count; i++)
		if (!conf->policies[i].nss)
			return &conf->policies[i];
	return NULL;
}

static unsigned warn_of_names(const char *path, const struct mfa_policy *policy, const struct names_counts *counts)
{
	const struct { bool holds; unsigned number; const char *text; } rows[] = {
		{ !counts->folded && !counts->damaged && !policy->names_exact, 0,
		  N_("nss = no, and each spelling of a name is an account of its own in this store, whatever `names` says") },
		{ counts->damaged, 0, N_("what says how names are spelt in the store is damaged, and names that the system does "
					 "not know are refused") },
		{ counts->folded && counts->rename > 0, counts->rename,
		  N_("names wait to be changed into lower case, and are refused meanwhile") },
		{ counts->conflicts > 0, counts->conflicts, N_("names are in conflict with another account's") },
		{ counts->folded && counts->lost > 0, counts->lost,
		  N_("accounts can't sign in where nss = no: a realm that is taken off, or other letters than a to z") },
	};
	unsigned found = 0;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].holds)
			continue;
		found++;
		(void)fprintf(stderr, _("%s: warning: "), path);
		(void)fputs(_(rows[i].text), stderr);
		if (rows[i].number > 0)
			(void)fprintf(stderr, " (%u)", rows[i].number);
		(void)fputs(": mfa-admin names\n", stderr);
	}
	return found;
}

/* What the store says of names; where it can't be looked at, mfad will say what is wrong. */
static unsigned check_names(const char *path, struct mfa_conf *conf)
{
	const struct mfa_policy *policy = policy_of_strangers(conf);
	struct site site = { .conf = conf };
	struct names_counts counts;

	if (geteuid() == 0)
		site.owner = getpwnam(MFA_USER);
	if (policy == NULL || (geteuid() == 0 && site.owner == NULL) || names_look(&site, &counts) != 0)
		return 0;
	return warn_of_names(path, policy, &counts);
}

static int check_key(const struct mfa_conf *conf)
{
	struct mfa_keyring *ring;
	int r = mfa_keyring_load(conf->key_file, &ring);

	mfa_keyring_free(&ring);
	if (r == -ENOENT)
		(void)fprintf(stderr, _("%s: it is not there; `mfa-admin init` makes it\n"), conf->key_file);
	else if (r == -EPERM)
		(void)fprintf(stderr, _("%s: it must be root's (or your own), and neither writable by "
					"its group nor open to others\n"), conf->key_file);
	else if (r == -EBADMSG)
		(void)fprintf(stderr, _("%s: it is damaged\n"), conf->key_file);
	else if (r != 0)
		(void)fprintf(stderr, "%s: %s\n", conf->key_file, strerror(-r));
	return r;
}

static int check(const struct command_options *options, struct mfa_conf *conf)
{
	const char *path = options->dial.conf;
	char error[MFA_CONF_ERROR_SIZE];
	unsigned warnings = 0;

	if (mfa_conf_check_groups(path, conf, error) != 0 || mfa_conf_find_callers(path, conf, error) != 0) {
		(void)fprintf(stderr, "%s\n", error);
		return MFA_EXIT_INVALID;
	}
	if (check_key(conf) != 0 || check_sender(options, conf, &warnings) != 0)
		return MFA_EXIT_INVALID;
	warnings += check_rules(path, conf) + check_names(path, conf);
	note_questions(path, conf);
	if (warnings > 0 && options->strict)
		return MFA_EXIT_REFUSED;
	(void)printf(_("%s: ok\n"), path);
	return MFA_EXIT_OK;
}

int command_check_config(const struct command_options *options, int argc, char **argv)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	int r;

	(void)argc, (void)argv;
	if (mfa_conf_load(options->dial.conf, &conf, error) != 0) {
		(void)fprintf(stderr, "%s\n", error);
		return MFA_EXIT_INVALID;
	}
	r = check(options, conf);
	mfa_conf_free(&conf);
	return r;
}
