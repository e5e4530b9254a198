/* SPDX-License-Identifier: BSD-2-Clause */
/* [policy] and [policy SERVICE]: what each key may say, and where that goes. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/duration.h"
#include "conf/sections.h"
#include "conf/value.h"
#include "method/list.h"
#include "text/text.h"

#define REMEMBER_MAX (90 * 86400)
#define OFFER_TIMES_MAX 1000
#define TEXT_MAX 160

struct mfa_policy *conf_policy(struct loader *l)
{
	return &l->conf->policies[l->conf->policy_count - 1];
}

int conf_begin_service(struct loader *l, const char *service)
{
	struct mfa_conf *conf = l->conf;
	struct mfa_policy *grown;

	if (service[0] == '\0' || strpbrk(service, " \t/") != NULL)
		return conf_fail(l, "[policy %s]: not the name of a service", service);
	grown = reallocarray(conf->policies, conf->policy_count + 1, sizeof(*grown));
	if (grown == NULL)
		return conf_fail(l, "out of memory");
	conf->policies = grown;
	memcpy(&grown[conf->policy_count], &grown[0], sizeof(*grown));
	grown[conf->policy_count].service = conf_keep(l, strdup(service));
	if (grown[conf->policy_count].service == NULL)
		return 0;
	conf->policy_count++;
	return 1;
}

/* Where two realms are taken off, alice of the one has the account of alice of the other. */
int conf_complete_policies(struct loader *l)
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

static const struct word spellings[] = { { "fold", false }, { "exact", true }, { NULL, 0 } };
static const struct word deny_allow[] = {
	{ "deny", MFA_UNENROLLED_DENY }, { "allow", MFA_UNENROLLED_ALLOW }, { NULL, 0 } };
static const struct word enrolments[] = {
	{ "off", MFA_ENROLMENT_OFF }, { "offer", MFA_ENROLMENT_OFFER },
	{ "require", MFA_ENROLMENT_REQUIRE }, { NULL, 0 } };
static const struct word failmodes[] = { { "closed", false }, { "open", true }, { NULL, 0 } };
static const struct word verify_user[] = {
	{ "off", MFA_VERIFY_OFF }, { "preferred", MFA_VERIFY_PREFERRED },
	{ "required", MFA_VERIFY_REQUIRED }, { NULL, 0 } };
static const char *const languages[] = { "en", "nl", "fr" };

static int set_nss(struct loader *l, const char *key, const char *value)
{
	return conf_set_yes(l, key, value, &conf_policy(l)->nss);
}

static int set_names(struct loader *l, const char *key, const char *value)
{
	return conf_choose_bool(l, key, value, spellings, &conf_policy(l)->names_exact);
}

static int add_realm(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_realms *list = to;
	const char **grown;

	if (strpbrk(word, " \t@\\/") != NULL || !mfa_text_printable(word))
		return conf_fail(l, "%s: %s is not a realm such as EXAMPLE.ORG", key, word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	list->rows = grown;
	return conf_set_copy(l, word, &grown[list->count++]);
}

static int set_realms(struct loader *l, const char *key, const char *value)
{
	struct mfa_realms *list = &conf_policy(l)->realms;

	if (!l->again)
		*list = (struct mfa_realms){ NULL, 0 };
	conf_policy(l)->realms_line = l->line;
	return conf_each_word(l, key, value, add_realm, list);
}

static int set_realms_are_one(struct loader *l, const char *key, const char *value)
{
	return conf_set_yes(l, key, value, &conf_policy(l)->realms_are_one);
}

static int set_required(struct loader *l, const char *key, const char *value)
{
	bool required = true;

	if (!conf_set_yes(l, key, value, &required))
		return 0;
	conf_policy(l)->optional = !required;
	return 1;
}

static int set_groups(struct loader *l, const char *key, const char *value)
{
	return conf_set_groups(l, key, value, &conf_policy(l)->groups);
}

static int set_except_groups(struct loader *l, const char *key, const char *value)
{
	return conf_set_groups(l, key, value, &conf_policy(l)->except_groups);
}

static int set_exempt_networks(struct loader *l, const char *key, const char *value)
{
	return conf_set_networks(l, key, value, &conf_policy(l)->exempt_networks);
}

static int set_enrol_networks(struct loader *l, const char *key, const char *value)
{
	return conf_set_networks(l, key, value, &conf_policy(l)->enrol_networks);
}

static int add_method(struct loader *l, const char *key, const char *word, void *to)
{
	unsigned *mask = to;
	struct word words[MFA_METHOD_COUNT + 1] = { { NULL, 0 } };
	int method = 0;
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		words[i] = (struct word){ mfa_method((enum mfa_method_id)i)->word, 1 << i };
	if (!conf_choose(l, key, word, words, &method))
		return 0;
	*mask |= (unsigned)method;
	return 1;
}

static int set_methods(struct loader *l, const char *key, const char *value)
{
	if (!l->again)
		conf_policy(l)->methods = 0;
	return conf_each_word(l, key, value, add_method, &conf_policy(l)->methods);
}

static int add_to_order(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_policy *policy = to;
	unsigned kind = 0;
	size_t i;

	if (!add_method(l, key, word, &kind))
		return 0;
	for (i = 0; i < policy->order_count; i++)
		if (1U << policy->order[i] == kind)
			return conf_fail(l, "%s: %s stands there twice", key, word);
	(void)mfa_method_by_word(word, &policy->order[policy->order_count++]);
	return 1;
}

static int set_order(struct loader *l, const char *key, const char *value)
{
	if (!l->again)
		conf_policy(l)->order_count = 0;
	return conf_each_word(l, key, value, add_to_order, conf_policy(l));
}

/* What is no device can't be somebody's only one. */
static int add_alone(struct loader *l, const char *key, const char *word, void *to)
{
	unsigned *mask = to, kind = 0;

	if (!add_method(l, key, word, &kind))
		return 0;
	if (mfa_method_of((enum mfa_method_kind)kind)->holds == MFA_HOLDS_NOTHING)
		return conf_fail(l, "%s = %s: that is not a kind of device", key, word);
	*mask |= kind;
	return 1;
}

static int set_alone(struct loader *l, const char *key, const char *value)
{
	if (!l->again)
		conf_policy(l)->alone = 0;
	return conf_each_word(l, key, value, add_alone, &conf_policy(l)->alone);
}

int conf_set_default_methods(struct loader *l)
{
	return set_methods(l, "methods", MFA_METHODS_DEFAULT);
}

static int set_unenrolled(struct loader *l, const char *key, const char *value)
{
	int what = 0;

	if (!conf_choose(l, key, value, deny_allow, &what))
		return 0;
	conf_policy(l)->unenrolled = (enum mfa_unenrolled)what;
	return 1;
}

static int set_enrolment(struct loader *l, const char *key, const char *value)
{
	int what = 0;

	if (!conf_choose(l, key, value, enrolments, &what))
		return 0;
	conf_policy(l)->enrolment = (enum mfa_enrolment)what;
	return 1;
}

static int set_offer_times(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, OFFER_TIMES_MAX, &conf_policy(l)->offer_times);
}

/* Through the end of that day, by the host's clock. */
static int set_offer_until(struct loader *l, const char *key, const char *value)
{
	struct tm tm = { .tm_isdst = -1 }, day;
	const char *end = strptime(value, "%Y-%m-%d", &tm);
	time_t until;

	if (end == NULL || *end != '\0' || strlen(value) != strlen("2027-01-31"))
		return conf_fail(l, "%s = %s: it must be a date such as 2027-01-31", key, value);
	day = tm;
	tm.tm_mday++;
	tm.tm_isdst = -1;
	until = mktime(&tm);
	day.tm_isdst = -1;
	/* mktime mends 2027-02-30 into March. */
	tm = day;
	if (until <= 0 || mktime(&day) == (time_t)-1 || day.tm_mday != tm.tm_mday)
		return conf_fail(l, "%s = %s: there is no such day", key, value);
	conf_policy(l)->offer_until = until;
	return 1;
}

static int set_remember_sent(struct loader *l, const char *key, const char *value)
{
	return conf_set_yes(l, key, value, &conf_policy(l)->remember_sent);
}

static int set_enrol_local(struct loader *l, const char *key, const char *value)
{
	return conf_set_yes(l, key, value, &conf_policy(l)->enrol_local);
}

/* For all of them at once it would open more than anybody means. */
static int of_one_service(struct loader *l, const char *key)
{
	return conf_policy(l)->service != NULL ? 1
		: conf_fail(l, "%s belongs to one service: [policy SERVICE]", key);
}

/* In [policy] it would say of every daemon that it serves nobody but this host. */
static int set_local(struct loader *l, const char *key, const char *value)
{
	bool local = false;

	if (!of_one_service(l, key) || !conf_set_yes(l, key, value, &local))
		return 0;
	conf_policy(l)->on_host = local ? MFA_ON_HOST_YES : MFA_ON_HOST_NO;
	return 1;
}

static int set_callers(struct loader *l, const char *key, const char *value)
{
	return of_one_service(l, key) && conf_set_callers(l, key, value, &conf_policy(l)->callers);
}

static int set_callers_exempt(struct loader *l, const char *key, const char *value)
{
	return of_one_service(l, key) && conf_set_yes(l, key, value, &conf_policy(l)->callers_exempt);
}

static int set_minimum(struct loader *l, const char *key, const char *value)
{
	return conf_set_number(l, key, value, 1, MFA_CONF_MINIMUM_MAX, &conf_policy(l)->minimum);
}

static int set_remember(struct loader *l, const char *key, const char *value)
{
	if (strcmp(value, "off") == 0) {
		conf_policy(l)->remember = 0;
		return 1;
	}
	if (mfa_duration_parse(value, REMEMBER_MAX, &conf_policy(l)->remember) != 0)
		return conf_fail(l, "%s = %s: it must be off, or a time such as 8h or 7d, up to 90d", key,
				 value);
	return 1;
}

static int set_verify_user(struct loader *l, const char *key, const char *value)
{
	int what = 0;

	if (!conf_choose(l, key, value, verify_user, &what))
		return 0;
	conf_policy(l)->verify_user = (enum mfa_verify_user)what;
	return 1;
}

static int set_failmode(struct loader *l, const char *key, const char *value)
{
	return conf_choose_bool(l, key, value, failmodes, &conf_policy(l)->fail_open);
}

static int set_language(struct loader *l, const char *key, const char *value)
{
	size_t i;

	if (strcmp(value, "auto") == 0) {
		conf_policy(l)->language = NULL;
		return 1;
	}
	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		if (strcmp(languages[i], value) == 0) {
			conf_policy(l)->language = languages[i];
			return 1;
		}
	}
	return conf_fail(l, "%s = %s: it must be auto, en, nl or fr", key, value);
}

/* \n begins a new line; anything else that is not plain text is refused. */
static int set_words(struct loader *l, const char *key, const char *value, bool lines,
		     const char **out)
{
	char text[LINE_SIZE];
	size_t n = 0;

	if (strlen(value) > TEXT_MAX)
		return conf_fail(l, "%s is longer than %d bytes", key, TEXT_MAX);
	if (!mfa_text_printable(value))
		return conf_fail(l, "%s may have no control characters", key);
	for (; *value != '\0'; value++) {
		bool new_line = lines && value[0] == '\\' && value[1] == 'n';

		text[n++] = new_line ? '\n' : *value;
		value += new_line ? 1 : 0;
	}
	text[n] = '\0';
	return conf_set_copy(l, text, out);
}

static int set_prompt(struct loader *l, const char *key, const char *value)
{
	return set_words(l, key, value, false, &conf_policy(l)->prompt);
}

static int set_intro(struct loader *l, const char *key, const char *value)
{
	return set_words(l, key, value, true, &conf_policy(l)->intro);
}

static int set_help(struct loader *l, const char *key, const char *value)
{
	return set_words(l, key, value, true, &conf_policy(l)->help);
}

const struct conf_key conf_policy_keys[] = {
	{ "nss", false, set_nss },
	{ "names", false, set_names },
	{ "realms", true, set_realms },
	{ "realms_are_one", false, set_realms_are_one },
	{ "required", false, set_required },
	{ "groups", true, set_groups },
	{ "except_groups", true, set_except_groups },
	{ "exempt_networks", true, set_exempt_networks },
	{ "methods", true, set_methods },
	{ "order", true, set_order },
	{ "alone", true, set_alone },
	{ "unenrolled", false, set_unenrolled },
	{ "enrolment", false, set_enrolment },
	{ "offer_times", false, set_offer_times },
	{ "offer_until", false, set_offer_until },
	{ "enrol_networks", true, set_enrol_networks },
	{ "enrol_local", false, set_enrol_local },
	{ "local", false, set_local },
	{ "callers", true, set_callers },
	{ "callers_exempt", false, set_callers_exempt },
	{ "minimum", false, set_minimum },
	{ "remember", false, set_remember },
	{ "remember_sent", false, set_remember_sent },
	{ "verify_user", false, set_verify_user },
	{ "failmode", false, set_failmode },
	{ "language", false, set_language },
	{ "prompt", false, set_prompt },
	{ "intro", false, set_intro },
	{ "help", false, set_help },
	{ NULL },
};
