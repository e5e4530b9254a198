/* SPDX-License-Identifier: BSD-2-Clause */
/* Each key of mfa.conf: what it may say, and where that goes. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/duration.h"
#include "conf/loader.h"
#include "language/language.h"
#include "method/list.h"
#include "text/text.h"

#define REMEMBER_MAX (90 * 86400)
#define OFFER_TIMES_MAX 1000
#define TEXT_MAX 160
#define PUSH_TIMEOUT_MIN 30
#define PUSH_TIMEOUT_MAX 300

int conf_fail(struct loader *l, const char *format, ...)
{
	va_list args;
	int n;

	if (l->failed)
		return 0;
	l->failed = true;
	n = snprintf(l->error, MFA_CONF_ERROR_SIZE, "%s:%d: ", l->name, l->line);
	if (n < 0 || n >= MFA_CONF_ERROR_SIZE)
		return 0;
	va_start(args, format);
	(void)vsnprintf(l->error + n, MFA_CONF_ERROR_SIZE - (size_t)n, _(format), args);
	va_end(args);
	return 0;
}

void *conf_keep(struct loader *l, void *p)
{
	struct mfa_conf *conf = l->conf;
	void **grown = p != NULL ? reallocarray(conf->kept, conf->kept_count + 1, sizeof(*grown)) : NULL;

	if (grown == NULL) {
		free(p);
		(void)conf_fail(l, "out of memory");
		return NULL;
	}
	conf->kept = grown;
	conf->kept[conf->kept_count++] = p;
	return p;
}

struct mfa_policy *conf_policy(struct loader *l)
{
	return &l->conf->policies[l->conf->policy_count - 1];
}

/* A choice of words for a value. */
struct word {
	const char *text;
	int value;
};
static const struct word yes_no[] = { { "yes", true }, { "no", false }, { NULL, 0 } };
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

static int choose(struct loader *l, const char *key, const char *value, const struct word *words,
		  int *out)
{
	char list[80] = "";
	size_t i;

	for (i = 0; words[i].text != NULL; i++) {
		if (strcmp(words[i].text, value) == 0) {
			*out = words[i].value;
			return 1;
		}
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			       i == 0 ? "" : words[i + 1].text != NULL ? ", " : _(" or "), words[i].text);
	}
	return conf_fail(l, "%s = %s: it must be %s", key, value, list);
}

static int choose_bool(struct loader *l, const char *key, const char *value,
		       const struct word *words, bool *out)
{
	int chosen = false;

	if (!choose(l, key, value, words, &chosen))
		return 0;
	*out = chosen != 0;
	return 1;
}

int conf_set_copy(struct loader *l, const char *value, const char **out)
{
	*out = conf_keep(l, strdup(value));
	return *out != NULL;
}

/* [store], [seal], [throttle], [totp], [enrol] */

static int set_store(struct loader *l, const char *key, const char *value)
{
	if (strncmp(value, "sqlite:///", 10) != 0)
		return conf_fail(l, "%s = %s: it must begin with sqlite:///", key, value);
	return conf_set_copy(l, value, &l->conf->store_url);
}

static int set_key_file(struct loader *l, const char *key, const char *value)
{
	if (value[0] != '/')
		return conf_fail(l, "%s = %s: it must be an absolute path", key, value);
	return conf_set_copy(l, value, &l->conf->key_file);
}

static int set_throttle(struct loader *l, const char *key, const char *value)
{
	return choose_bool(l, key, value, yes_no, &l->conf->throttle);
}

int conf_set_number(struct loader *l, const char *key, const char *value, unsigned min, unsigned max,
		    unsigned *out)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number = digits > 0 && digits < 10 ? strtoul(value, NULL, 10) : 0;

	if (digits == 0 || digits >= 10 || value[digits] != '\0' || number < min || number > max)
		return conf_fail(l, "%s = %s: it must be a number from %u to %u", key, value, min, max);
	*out = (unsigned)number;
	return 1;
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

/* Lists. */

/* The next word of a list, "a, b": *at goes on behind it.  Returns 1, 0 at the end, or -1: an empty one. */
static int next_word(const char **at, char *out, size_t size)
{
	const char *start = *at, *end;
	size_t len;

	if (start == NULL)
		return 0;
	end = strchr(start, ',');
	*at = end != NULL ? end + 1 : NULL;
	len = end != NULL ? (size_t)(end - start) : strlen(start);
	while (len > 0 && isspace((unsigned char)*start)) {
		start++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)start[len - 1]))
		len--;
	if (len == 0 || len >= size)
		return -1;
	memcpy(out, start, len);
	out[len] = '\0';
	return 1;
}

/* Room for one row more; the rows that are there are copied, for others may have them too. */
void *conf_grow(struct loader *l, const void *rows, size_t count, size_t size)
{
	char *grown = conf_keep(l, calloc(count + 1, size));

	if (grown != NULL && count > 0)
		memcpy(grown, rows, count * size);
	return grown;
}

/* Hands each word of a list to add, which returns 1, or 0 when it has complained. */
int conf_each_word(struct loader *l, const char *key, const char *value,
		   int (*add)(struct loader *l, const char *key, const char *word, void *list),
		   void *list)
{
	char word[LINE_SIZE];
	int r;

	while ((r = next_word(&value, word, sizeof(word))) > 0)
		if (!add(l, key, word, list))
			return 0;
	return r == 0 ? 1 : conf_fail(l, "%s: there is an empty place in the list", key);
}

static int add_network(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_networks *list = to;
	struct mfa_network network, *grown;
	int r = mfa_network_parse(word, &network);

	if (r == -EDOM)
		return conf_fail(l, "%s: %s has bits set behind its prefix", key, word);
	if (r != 0)
		return conf_fail(l, "%s: %s is not an address or a network such as 192.0.2.0/24", key,
				 word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	grown[list->count] = network;
	list->rows = grown;
	list->count++;
	return 1;
}

int conf_set_networks(struct loader *l, const char *key, const char *value, struct mfa_networks *list)
{
	if (!l->again)
		*list = (struct mfa_networks){ NULL, 0 };
	return conf_each_word(l, key, value, add_network, list);
}

static int add_group(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_groups *list = to;
	struct mfa_group *grown;

	if (strpbrk(word, " \t:/") != NULL || !mfa_text_printable(word))
		return conf_fail(l, "%s: %s is not the name of a group", key, word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	list->rows = grown;
	grown[list->count].line = l->line;
	grown[list->count].name = conf_keep(l, strdup(word));
	if (grown[list->count].name == NULL)
		return 0;
	list->count++;
	return 1;
}

static int set_group_list(struct loader *l, const char *key, const char *value,
			  struct mfa_groups *list)
{
	if (!l->again)
		*list = (struct mfa_groups){ NULL, 0 };
	return conf_each_word(l, key, value, add_group, list);
}

/* [policy] */

static int set_nss(struct loader *l, const char *key, const char *value)
{
	return choose_bool(l, key, value, yes_no, &conf_policy(l)->nss);
}

static int set_names(struct loader *l, const char *key, const char *value)
{
	return choose_bool(l, key, value, spellings, &conf_policy(l)->names_exact);
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
	return choose_bool(l, key, value, yes_no, &conf_policy(l)->realms_are_one);
}

static int set_required(struct loader *l, const char *key, const char *value)
{
	bool required = true;

	if (!choose_bool(l, key, value, yes_no, &required))
		return 0;
	conf_policy(l)->optional = !required;
	return 1;
}

static int set_groups(struct loader *l, const char *key, const char *value)
{
	return set_group_list(l, key, value, &conf_policy(l)->groups);
}

static int set_except_groups(struct loader *l, const char *key, const char *value)
{
	return set_group_list(l, key, value, &conf_policy(l)->except_groups);
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
	if (!choose(l, key, word, words, &method))
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

int conf_set_default_methods(struct loader *l)
{
	return set_methods(l, "methods", MFA_METHODS_DEFAULT);
}

static int set_unenrolled(struct loader *l, const char *key, const char *value)
{
	int what = 0;

	if (!choose(l, key, value, deny_allow, &what))
		return 0;
	conf_policy(l)->unenrolled = (enum mfa_unenrolled)what;
	return 1;
}

static int set_enrolment(struct loader *l, const char *key, const char *value)
{
	int what = 0;

	if (!choose(l, key, value, enrolments, &what))
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

static int set_enrol_local(struct loader *l, const char *key, const char *value)
{
	return choose_bool(l, key, value, yes_no, &conf_policy(l)->enrol_local);
}

/* Of one service: for all of them it would say of every daemon that it serves nobody but this host. */
static int set_local(struct loader *l, const char *key, const char *value)
{
	bool local = false;

	if (conf_policy(l)->service == NULL)
		return conf_fail(l, "%s belongs to one service: [policy SERVICE]", key);
	if (!choose_bool(l, key, value, yes_no, &local))
		return 0;
	conf_policy(l)->on_host = local ? MFA_ON_HOST_YES : MFA_ON_HOST_NO;
	return 1;
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

	if (!choose(l, key, value, verify_user, &what))
		return 0;
	conf_policy(l)->verify_user = (enum mfa_verify_user)what;
	return 1;
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

static int set_failmode(struct loader *l, const char *key, const char *value)
{
	return choose_bool(l, key, value, failmodes, &conf_policy(l)->fail_open);
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

const struct conf_key conf_keys[] = {
	{ "store", "url", false, set_store },
	{ "seal", "key_file", false, set_key_file },
	{ "throttle", "enabled", false, set_throttle },
	{ "totp", "window", false, set_window },
	{ "enrol", "issuer", false, set_issuer },
	{ "portal", "url", false, conf_set_portal_url },
	{ "portal", "listen", true, conf_set_portal_listen },
	{ "portal", "certificate", false, conf_set_portal_certificate },
	{ "portal", "key", false, conf_set_portal_key },
	{ "portal", "contact", false, conf_set_portal_contact },
	{ "portal", "push_networks", true, conf_set_push_networks },
	{ "push", "timeout", false, set_push_timeout },
	{ "push", "limit", false, set_push_limit },
	{ POLICY_SECTION, "nss", false, set_nss },
	{ POLICY_SECTION, "names", false, set_names },
	{ POLICY_SECTION, "realms", true, set_realms },
	{ POLICY_SECTION, "realms_are_one", false, set_realms_are_one },
	{ POLICY_SECTION, "required", false, set_required },
	{ POLICY_SECTION, "groups", true, set_groups },
	{ POLICY_SECTION, "except_groups", true, set_except_groups },
	{ POLICY_SECTION, "exempt_networks", true, set_exempt_networks },
	{ POLICY_SECTION, "methods", true, set_methods },
	{ POLICY_SECTION, "unenrolled", false, set_unenrolled },
	{ POLICY_SECTION, "enrolment", false, set_enrolment },
	{ POLICY_SECTION, "offer_times", false, set_offer_times },
	{ POLICY_SECTION, "offer_until", false, set_offer_until },
	{ POLICY_SECTION, "enrol_networks", true, set_enrol_networks },
	{ POLICY_SECTION, "enrol_local", false, set_enrol_local },
	{ POLICY_SECTION, "local", false, set_local },
	{ POLICY_SECTION, "minimum", false, set_minimum },
	{ POLICY_SECTION, "remember", false, set_remember },
	{ POLICY_SECTION, "verify_user", false, set_verify_user },
	{ POLICY_SECTION, "failmode", false, set_failmode },
	{ POLICY_SECTION, "language", false, set_language },
	{ POLICY_SECTION, "prompt", false, set_prompt },
	{ POLICY_SECTION, "intro", false, set_intro },
	{ POLICY_SECTION, "help", false, set_help },
};
const size_t conf_key_count = sizeof(conf_keys) / sizeof(conf_keys[0]);
_Static_assert(sizeof(conf_keys) / sizeof(conf_keys[0]) <= 64, "loader.given has a bit for each");
