/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"

#define LEAST "[store]\nurl = sqlite:///s\n[seal]\nkey_file = /k\n"
#define OTHER 64999	/* nobody's uid */
#define LONG_40 "1234567890123456789012345678901234567890"

static int parse(const char *text, struct mfa_conf **conf, char error[MFA_CONF_ERROR_SIZE])
{
	return mfa_conf_parse("f", text, strlen(text), conf, error);
}

static void test_errors(void **state)
{
	static const struct { const char *text; const char *error; } rows[] = {
		{ "", "f:0: [store] url is missing" },
		{ "[store]\nurl = sqlite:///s\n", "f:0: [seal] key_file is missing" },
		{ "[store]\nurl = mysql://s\n", "f:2: url = mysql://s: it must begin with sqlite:///" },
		{ "[store]\nurl = sqlite://s\n", "f:2: url = sqlite://s: it must begin with sqlite:///" },
		{ "[store]\nurl =\n", "f:2: url has no value" },
		{ "[store]\nurl = sqlite:///a\nurl = sqlite:///b\n", "f:3: url is there twice in [store]" },
		{ "[seal]\nkey_file = k\n", "f:2: key_file = k: it must be an absolute path" },
		{ LEAST "[polcy]\nnss = no\n", "f:5: there is no section [polcy]" },
		{ LEAST "[polcy]\n", "f:5: there is no section [polcy]" },
		{ LEAST "[]\nnss = no\n", "f:5: there is no section []" },
		{ LEAST "[ policy ]\nnss = no\n", "f:5: there is no section [ policy ]" },
		{ LEAST "[Policy]\n", "f:5: there is no section [Policy]" },
		{ LEAST "[policysshd]\n", "f:5: there is no section [policysshd]" },
		{ LEAST "[policy] nss = no\n", "f:5: there is something behind [policy]" },
		{ LEAST "[policy]]\n", "f:5: there is something behind [policy]" },
		{ LEAST "[policy]\nns = no\n", "f:6: [policy] has no key ns" },
		{ LEAST "[policy]\nnames = lower\n", "f:6: names = lower: it must be fold or exact" },
		{ LEAST "[policy]\nrealms = @A.B\n", "f:6: realms: @A.B is not a realm such as EXAMPLE.ORG" },
		{ LEAST "[policy]\nrealms = A, B\n", "f:6: [policy]: with more than one of realms" },
		{ LEAST "[policy]\nrealms = A\n[policy vpn]\nrealms = A\nrealms = B\n",
		  "f:9: [policy vpn]: with more than one of realms" },
		{ LEAST "[policy]\nnss = maybe\n", "f:6: nss = maybe: it must be yes or no" },
		{ LEAST "[policy]\nunenrolled = let\n", "f:6: unenrolled = let: it must be deny or allow" },
		{ LEAST "[policy]\nenrolment = on\n",
		  "f:6: enrolment = on: it must be off, offer or require" },
		{ LEAST "[policy]\nrequired = maybe\n", "f:6: required = maybe: it must be yes or no" },
		{ LEAST "[policy]\nexempt_networks = 10.0.0.0/8, school.nl\n",
		  "f:6: exempt_networks: school.nl is not an address or a network such as 192.0.2.0/24" },
		{ LEAST "[policy]\nexempt_networks = 10.0.0.1/8\n",
		  "f:6: exempt_networks: 10.0.0.1/8 has bits set behind its prefix" },
		{ LEAST "[policy]\nexempt_networks =\n", "f:6: exempt_networks has no value" },
		{ LEAST "[policy]\nexempt_networks = ,\n", "f:6: exempt_networks: there is an empty place" },
		{ LEAST "[policy]\nenrol_networks = 10.0.0.0/8,,::1\n",
		  "f:6: enrol_networks: there is an empty place in the list" },
		{ LEAST "[policy]\nenrol_networks = 10.0.0.0/8 10.0.0.0/8\n",
		  "f:6: enrol_networks: 10.0.0.0/8 10.0.0.0/8: commas stand between what is in a list" },
		{ LEAST "[policy]\ngroups = staff,\n", "f:6: groups: there is an empty place in the list" },
		{ LEAST "[policy]\ngroups = the staff\n", "f:6: groups: the staff: commas stand between" },
		{ LEAST "[policy]\ncallers = freerad\n", "f:6: callers belongs to one service: [policy SERVICE]" },
		{ LEAST "[policy]\ncallers_exempt = yes\n", "f:6: callers_exempt belongs to one service: [policy SERVICE]" },
		{ LEAST "[policy x]\ncallers =\n", "f:6: callers has no value" },
		{ LEAST "[policy x]\ncallers = a,,b\n", "f:6: callers: there is an empty place in the list" },
		{ LEAST "[policy x]\ncallers = a b\n", "f:6: callers: a b: commas stand between" },
		{ LEAST "[policy x]\ncallers = a/b\n", "f:6: callers: a/b is not the name of a user" },
		{ LEAST "[policy x]\ncallers_exempt = maybe\n", "f:6: callers_exempt = maybe: it must be" },
		{ LEAST "[portal]\ncallers = a\n", "f:6: [portal] has no key callers" },
		{ LEAST "[policy]\nexcept_groups = a:b\n", "f:6: except_groups: a:b is not the name of" },
		{ LEAST "[policy]\nmethods = totp, voice\n",
		  "f:6: methods = voice: it must be totp, hotp, push, recovery, pass, email or sms" },
		{ LEAST "[policy]\norder = totp, push, totp\n", "f:6: order: totp stands there twice" },
		{ LEAST "[policy]\nalone = pass\n", "f:6: alone = pass: that is not a kind of device" },
		{ LEAST "[policy]\nmethods =\n", "f:6: methods has no value" },
		{ LEAST "[policy]\noffer_times = 0\n", "f:6: offer_times = 0: it must be a number from 1 to" },
		{ LEAST "[policy]\noffer_times = 3x\n", "f:6: offer_times = 3x: it must be a number" },
		{ LEAST "[policy]\noffer_times = -1\n", "f:6: offer_times = -1: it must be a number" },
		{ LEAST "[policy]\noffer_times = 99999999999999999999\n", "f:6: offer_times = " },
		{ LEAST "[policy]\noffer_until = tomorrow\n",
		  "f:6: offer_until = tomorrow: it must be a date such as 2027-01-31" },
		{ LEAST "[policy]\noffer_until = 2027-1-31\n", "f:6: offer_until = 2027-1-31: it must be a date" },
		{ LEAST "[policy]\noffer_until = 2027-02-29\n",
		  "f:6: offer_until = 2027-02-29: there is no such day" },
		{ LEAST "[policy]\noffer_until = 2027-01-31 \303\251\n", "f:6: offer_until" },
		{ LEAST "[policy]\nminimum = 5\n", "f:6: minimum = 5: it must be a number from 1 to 4" },
		{ LEAST "[policy]\nremember = 12\n", "f:6: remember = 12: it must be off, or a time" },
		{ LEAST "[policy]\nremember = 91d\n", "f:6: remember = 91d: it must be off, or a time" },
		{ LEAST "[policy]\nfailmode = yes\n", "f:6: failmode = yes: it must be closed or open" },
		{ LEAST "[policy]\nlanguage = de\n", "f:6: language = de: it must be auto, en, nl or fr" },
		{ LEAST "[policy]\nprompt = a\x1b[2J\n", "f:6: prompt may have no control characters" },
		{ LEAST "[policy]\nhelp = " LONG_40 LONG_40 LONG_40 LONG_40 "1\n",
		  "f:6: help is longer than 160 bytes" },
		{ LEAST "[totp]\nwindow = 6\n", "f:6: window = 6: it must be a number from 0 to 5" },
		{ LEAST "[policy x]\nlocal = maybe\n", "f:6: local = maybe: it must be yes or no" },
		{ LEAST "[policy]\nlocal = yes\n", "f:6: local belongs to one service: [policy SERVICE]" },
		{ LEAST "[policy]\nlocal = no\n", "f:6: local belongs to one service: [policy SERVICE]" },
		{ LEAST "[policy x]\nlocal = no\nlocal = no\n", "f:7: local is there twice in [policy x]" },
		{ LEAST "[policy sshd]\nissuer = x\n", "f:6: [policy sshd] has no key issuer" },
		{ LEAST "[policy sshd]\nnss = no\nnss = no\n", "f:7: nss is there twice in [policy sshd]" },
		{ LEAST "[policy sshd]\nnss = no\n[policy]\nnss = no\n",
		  "f:7: [policy] must come before [policy sshd], which builds on it" },
		{ LEAST "[policy sshd]\nnss = no\n[policy su]\nnss = no\n[policy sshd]\nenrol_local = no\n",
		  "f:9: [policy sshd] is there twice" },
		{ LEAST "[policy sshd]\nnss = no\n[policy sshd]\nenrol_local = no\n",
		  "f:7: [policy sshd] is there twice" },
		{ LEAST "[policy sshd]\n[policy sshd]\n", "f:6: [policy sshd] is there twice" },
		{ LEAST "[policy sshd]\n[policy]\n",
		  "f:6: [policy] must come before [policy sshd], which builds on it" },
		{ LEAST "[policy ]\n", "f:5: [policy ]: not the name of a service" },
		{ LEAST "[policy a/b]\n", "f:5: [policy a/b]: not the name of a service" },
		{ LEAST "[policy a b]\n", "f:5: [policy a b]: not the name of a service" },
		{ LEAST "[policy 12" LONG_40 "]\n",
		  "f:5: the name of the section is longer than 48 bytes" },
		{ LEAST "[policy]\nnss\n", "f:6: neither a [section] nor a line of the form" },
		{ LEAST "[policy]\nnss = yes\n  no\n",
		  "f:7: neither a [section] nor a line of the form" },
		{ LEAST "[policy]\n= yes\n", "f:6: [policy] has no key " },
		{ LEAST "[policy]\nNSS = yes\n", "f:6: [policy] has no key NSS" },
		{ LEAST "[policy]\nnss = YES\n", "f:6: nss = YES: it must be yes or no" },
		{ LEAST "[policy]\nnss = ; no\n", "f:6: nss has no value" },
		{ LEAST "\f[policy sshd]\nns = no\n", "f:6: [policy sshd] has no key ns" },
		{ LEAST "[store]\nurl = sqlite:///t\n", "f:6: url is there twice in [store]" },
		{ "\xef\xbb\xbf\xef\xbb\xbf[policy]\nnss = no\n", "f:" },
		{ LEAST "[enrol]\nissuer = a\x1b[2J\n",
		  "f:6: issuer may have neither colons nor control" },
		{ "url = sqlite:///s\n", "f:1: url stands before the first [section]" },
		{ "[store]\nurl\n", "f:2: neither a [section] nor a line of the form key = value" },
		{ "[store\nurl = sqlite:///s\n", "f:1: a [section] that is not closed" },
		{ "[store]\n# " LONG_40 LONG_40 LONG_40 LONG_40 LONG_40 "\n", "f:2: the line is longer" },
		{ LEAST "[enrol]\nissuer = a:b\n", "f:6: issuer may have neither colons" },
		{ LEAST "[enrol]\nissuer = " LONG_40 LONG_40 "\n", "f:6: issuer is longer than 64 bytes" },
		{ LEAST "[throttle]\nenabled = 1\n", "f:6: enabled = 1: it must be yes or no" },
		{ LEAST "[portal]\nurl = mfa.example.org\n", "f:6: url = mfa.example.org: it must be like https" },
		{ LEAST "[portal]\nurl = https://mfa.example.org/\n", "f:6: url = https://mfa.example.org/: it must" },
		{ LEAST "[portal]\nurl = https://Mfa.example.org\n", "f:6: url = https://Mfa.example.org: it must" },
		{ LEAST "[portal]\nurl = https://mfa.example.org:443\n", "f:6: url = https://mfa.example.org:443: it" },
		{ LEAST "[portal]\nurl = https://a@b.org\n", "f:6: url = https://a@b.org: it must be like" },
		{ LEAST "[portal]\nurl = https://[::1]\n", "f:6: url = https://[::1]: it must be like" },
		{ LEAST "[portal]\nurl = http://mfa.example.org\n", "f:6: url = http://mfa.example.org: it must" },
		{ LEAST "[portal]\nurl = https://\n", "f:6: url = https://: it must be like" },
		{ LEAST "[portal]\nlisten = [::1]:1\n", "f:0: [portal] url is missing" },
		{ LEAST "[portal]\nlisten = localhost:1\n", "f:6: listen: localhost:1 is not like" },
		{ LEAST "[portal]\nlisten = 127.0.0.1\n", "f:6: listen: 127.0.0.1 is not like" },
		{ LEAST "[portal]\nlisten = 127.0.0.1:0\n", "f:6: listen: 127.0.0.1:0 is not like" },
		{ LEAST "[portal]\nlisten = ::1:80\n", "f:6: listen: ::1:80 is not like" },
		{ LEAST "[portal]\nlisten = unix:http.sock\n", "f:6: listen: unix:http.sock is not like" },
		{ LEAST "[portal]\ncertificate = c\n", "f:6: certificate = c: it must be an absolute path" },
		{ LEAST "[portal]\nurl = https://a.org\nkey = /k\n", "f:0: [portal] certificate and key go" },
		{ LEAST "[portal]\nurl = https://a.org\nlisten = 192.0.2.1:80\n",
		  "f:0: [portal] listen = 192.0.2.1:80: without a certificate only a proxy" },
		{ LEAST "[portal]\ncontact = admin@a.org\n", "f:6: contact = admin@a.org: it must be like" },
		{ LEAST "[portal]\npush_networks = push.a.org\n", "f:6: push_networks: push.a.org is not" },
		{ LEAST "[push]\ntimeout = 5s\n", "f:6: timeout = 5s: it must be a time from 30s to 5m" },
		{ LEAST "[push]\ntimeout = 6m\n", "f:6: timeout = 6m: it must be a time" },
		{ LEAST "[directory]\ntimeout = 51s\n", "f:6: timeout = 51s: it must be a time from 1s to 50s" },
		{ LEAST "[directory]\ntimeout = 0s\n", "f:6: timeout = 0s: it must be a time" },
		{ LEAST "[push]\nlimit = 0\n", "f:6: limit = 0: it must be a number from 1 to 10" },
		{ LEAST "[policy]\nverify_user = yes\n",
		  "f:6: verify_user = yes: it must be off, preferred or required" },
	};
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(parse(rows[i].text, &conf, error), -EINVAL);
		assert_null(conf);
		if (strncmp(error, rows[i].error, strlen(rows[i].error)) != 0)
			fail_msg("row %zu: %s", i, error);
	}
	assert_int_equal(mfa_conf_parse("f", "[store]\nu\0rl", 12, &conf, error), -EINVAL);
	assert_string_equal(error, "f:2: there is a NUL byte in the line");
}

static void test_defaults(void **state)
{
	char error[MFA_CONF_ERROR_SIZE], host[256] = "";
	struct mfa_conf *conf;

	(void)state;
	assert_int_equal(parse(LEAST, &conf, error), 0);
	assert_string_equal(conf->store_url, "sqlite:///s");
	assert_string_equal(conf->key_file, "/k");
	assert_true(conf->throttle);
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	assert_memory_equal(conf->issuer, host, strlen(conf->issuer));
	assert_true(conf->policies[0].nss);
	assert_false(conf->policies[0].enrol_local);
	/* Whatever method comes with a later version, it is not among them. */
	assert_int_equal(conf->policies[0].methods, MFA_METHOD_TOTP | MFA_METHOD_HOTP | MFA_METHOD_PUSH |
			 MFA_METHOD_RECOVERY | MFA_METHOD_PASS);
	assert_int_equal(conf->policies[0].order_count, 0);
	assert_int_equal(conf->policies[0].alone, MFA_METHOD_TOTP | MFA_METHOD_HOTP | MFA_METHOD_PUSH);
	assert_int_equal(conf->policies[0].on_host, MFA_ON_HOST_BY_NAME);
	assert_int_equal(conf->totp_window, 1);
	assert_false(conf->policies[0].optional);
	assert_false(conf->policies[0].fail_open);
	assert_int_equal(conf->policies[0].unenrolled, MFA_UNENROLLED_DENY);
	assert_ptr_equal(mfa_conf_policy(conf, "sshd"), &conf->policies[0]);
	mfa_conf_free(&conf);
	assert_null(conf);
}

static void test_services_inherit(void **state)
{
	static const char text[] = LEAST
		"[throttle]\r\n  enabled = no ; not here\r\n"
		"[policy]\n\tunenrolled = allow\nenrol_local = yes\n"
		"[policy sshd]\nunenrolled = deny\n"
		"realms = A.B\n[policy vpn]\nnss = no\nlocal = no\n"
		"[policy radius]\nnames = exact\nrealms = A.B, AB\nrealms_are_one = yes\n"
		"[policy kiosk]\nlocal = yes\n";
	char error[MFA_CONF_ERROR_SIZE];
	const struct mfa_policy *sshd, *vpn, *radius;
	struct mfa_conf *conf;

	(void)state;
	assert_int_equal(parse(text, &conf, error), 0);
	assert_false(conf->throttle);
	sshd = mfa_conf_policy(conf, "sshd");
	assert_int_equal(sshd->unenrolled, MFA_UNENROLLED_DENY);
	assert_true(sshd->enrol_local);
	assert_true(sshd->nss);
	vpn = mfa_conf_policy(conf, "vpn");
	assert_int_equal(vpn->unenrolled, MFA_UNENROLLED_ALLOW);
	assert_false(vpn->nss);
	assert_false(vpn->names_exact);
	assert_int_equal(vpn->realms.count, 0);
	assert_int_equal(sshd->realms.count, 1);
	assert_string_equal(sshd->realms.rows[0], "A.B");
	radius = mfa_conf_policy(conf, "radius");
	assert_true(radius->names_exact);
	assert_int_equal(radius->realms.count, 2);
	assert_string_equal(radius->realms.rows[1], "AB");
	assert_int_equal(vpn->on_host, MFA_ON_HOST_NO);
	assert_int_equal(sshd->on_host, MFA_ON_HOST_BY_NAME);
	assert_int_equal(mfa_conf_policy(conf, "kiosk")->on_host, MFA_ON_HOST_YES);
	assert_int_equal(mfa_conf_policy(conf, "su")->unenrolled, MFA_UNENROLLED_ALLOW);
	mfa_conf_free(&conf);
}

static void test_rules(void **state)
{
	static const char text[] = LEAST
		"[totp]\nwindow = 2\n"
		"[policy]\nexempt_networks = 192.0.2.0/24, 2001:db8::/32\nexempt_networks = 198.51.100.7\n"
		"groups = staff , board\nmethods = totp, recovery\nlanguage = nl\n"
		"order = totp, push\norder = recovery\nalone = hotp, totp\n"
		"enrolment = offer\noffer_times = 5\noffer_until = 2027-01-31\nminimum = 2\n"
		"remember = 8h\nremember_sent = yes\nprompt = Your code\nintro = One\\nTwo\n"
		"[policy sshd]\nexempt_networks = 203.0.113.0/24\nexcept_groups = backup\n"
		"required = no\nmethods = hotp, email, sms\nremember = off\nlanguage = auto\nfailmode = open\n"
		"order = hotp\n";
	char error[MFA_CONF_ERROR_SIZE], network[MFA_NETWORK_TEXT_MAX];
	const struct mfa_policy *all, *sshd;
	struct mfa_conf *conf;

	(void)state;
	if (parse(text, &conf, error) != 0)
		fail_msg("%s", error);
	assert_int_equal(conf->totp_window, 2);
	all = mfa_conf_policy(conf, "su");
	sshd = mfa_conf_policy(conf, "sshd");
	/* A list may go on; in a section of a service it begins anew. */
	assert_int_equal(all->exempt_networks.count, 3);
	mfa_network_format(&all->exempt_networks.rows[2], network);
	assert_string_equal(network, "198.51.100.7/32");
	assert_int_equal(sshd->exempt_networks.count, 1);
	assert_int_equal(all->groups.count, 2);
	assert_string_equal(all->groups.rows[1].name, "board");
	assert_int_equal(all->groups.rows[1].line, 10);
	assert_int_equal(sshd->groups.count, 2);
	assert_true(all->remember_sent);
	assert_int_equal(all->except_groups.count, 0);
	assert_string_equal(sshd->except_groups.rows[0].name, "backup");
	assert_int_equal(all->methods, MFA_METHOD_TOTP | MFA_METHOD_RECOVERY);
	assert_int_equal(sshd->methods, MFA_METHOD_HOTP | MFA_METHOD_EMAIL | MFA_METHOD_SMS);
	assert_int_equal(all->order_count, 3);
	assert_int_equal(all->order[0], MFA_METHOD_ID_TOTP);
	assert_int_equal(all->order[1], MFA_METHOD_ID_PUSH);
	assert_int_equal(all->order[2], MFA_METHOD_ID_RECOVERY);
	assert_int_equal(sshd->order_count, 1);
	assert_int_equal(sshd->order[0], MFA_METHOD_ID_HOTP);
	assert_int_equal(sshd->alone, MFA_METHOD_TOTP | MFA_METHOD_HOTP);
	assert_int_equal(sshd->enrolment, MFA_ENROLMENT_OFFER);
	assert_int_equal(sshd->offer_times, 5);
	/* Through the end of that day. */
	assert_in_range(all->offer_until, 1801353600 - 86400, 1801353600 + 86400);
	assert_int_equal(all->minimum, 2);
	assert_int_equal(all->remember, 8 * 3600);
	assert_int_equal(sshd->remember, 0);
	assert_string_equal(all->language, "nl");
	assert_null(sshd->language);
	assert_string_equal(sshd->prompt, "Your code");
	assert_string_equal(sshd->intro, "One\nTwo");
	assert_false(all->optional);
	assert_true(sshd->optional);
	assert_false(all->fail_open);
	assert_true(sshd->fail_open);
	mfa_conf_free(&conf);
}

/* By names that every system has, and one that none has. */
static void test_callers(void **state)
{
	static const struct { const char *name, *list, *error; uint32_t uid; bool found; } callers[] = {
		{ "a user", "daemon", NULL, 1, true },
		{ "nobody's name", "mfa-no-such-user", "f:8: callers: mfa-no-such-user: there is no such user", 0, false },
		{ "root", "root", "f:8: callers: root: root can't be a caller: ", 0, false },
		{ "who stands for hidden ones", "nobody", "f:8: callers: nobody: who stands for users that are not known can't", 65534,
		  false },
		{ "one of two", "daemon, root", "f:8: callers: root: root can't", 1, true },
		{ "in another line", "daemon\ncallers = mfa-no-such-user", "f:9: callers: mfa-no-such-user: there is no", 1,
		  true },
	};
	char text[500], error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(callers); i++) {
		int r;

		(void)snprintf(text, sizeof(text), LEAST "[policy other]\nnss = no\n[policy x]\ncallers = %s\n",
			       callers[i].list);
		assert_int_equal(parse(text, &conf, error), 0);
		/* Nobody is it before that. */
		assert_false(mfa_conf_has_caller(conf, 1) || mfa_conf_has_caller(conf, 0));
		r = mfa_conf_find_callers("f", conf, error);
		if (r != (callers[i].error == NULL ? 0 : -ENOENT) ||
		    strncmp(error, callers[i].error != NULL ? callers[i].error : "", callers[i].error != NULL ?
			    strlen(callers[i].error) : 1) != 0)
			fail_msg("%s: %d, %s", callers[i].name, r, error);
		if ((mfa_conf_caller(mfa_conf_policy(conf, "x"), callers[i].uid) != NULL) != callers[i].found ||
		    mfa_conf_has_caller(conf, callers[i].uid) != callers[i].found)
			fail_msg("%s: found", callers[i].name);
		assert_null(mfa_conf_caller(mfa_conf_policy(conf, "other"), callers[i].uid));
		assert_null(mfa_conf_caller(mfa_conf_policy(conf, "sshd"), callers[i].uid));
		assert_false(mfa_conf_has_caller(conf, 0) || mfa_conf_has_caller(conf, OTHER));
		mfa_conf_free(&conf);
	}
	assert_int_equal(parse(LEAST "[policy x]\ncallers = a\ncallers_exempt = yes\n[policy y]\nnss = no\n", &conf, error), 0);
	assert_string_equal(mfa_conf_policy(conf, "x")->callers.rows[0].name, "a");
	assert_true(mfa_conf_policy(conf, "x")->callers_exempt);
	assert_false(mfa_conf_policy(conf, "y")->callers_exempt);
	assert_int_equal(mfa_conf_policy(conf, "y")->callers.count, 0);
	mfa_conf_free(&conf);
}

static void test_portal(void **state)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;

	(void)state;
	assert_int_equal(parse(LEAST "[portal]\nurl = https://mfa.example.org:8443\n", &conf, error), 0);
	assert_string_equal(conf->portal.host, "mfa.example.org");
	assert_int_equal(conf->portal.listen.count, 1);
	assert_string_equal(conf->portal.listen.rows[0], "127.0.0.1:8480");
	assert_string_equal(conf->portal.contact, "https://mfa.example.org:8443");
	assert_int_equal(conf->push_timeout, MFA_CONF_PUSH_TIMEOUT);
	assert_int_equal(conf->directory_timeout, MFA_CONF_DIRECTORY_TIMEOUT);
	assert_int_equal(conf->push_limit, MFA_CONF_PUSH_LIMIT);
	mfa_conf_free(&conf);
	assert_int_equal(parse(LEAST "[portal]\nurl = https://a.org\nlisten = 192.0.2.1:443, [2001:db8::1]:443\n"
			       "listen = unix:/run/x\ncertificate = /c\nkey = /k\ncontact = mailto:a@a.org\n"
			       "push_networks = 10.0.0.0/8\n[push]\ntimeout = 2m\nlimit = 3\n[directory]\ntimeout = 50s\n"
			       "[policy sshd]\nverify_user = required\nmethods = push\n", &conf, error), 0);
	assert_int_equal(conf->portal.listen.count, 3);
	assert_string_equal(conf->portal.listen.rows[2], "unix:/run/x");
	assert_string_equal(conf->portal.contact, "mailto:a@a.org");
	assert_int_equal(conf->portal.push_networks.count, 1);
	assert_int_equal(conf->push_timeout, 120);
	assert_int_equal(conf->directory_timeout, 50);
	assert_int_equal(conf->push_limit, 3);
	assert_int_equal(mfa_conf_policy(conf, "sshd")->verify_user, MFA_VERIFY_REQUIRED);
	assert_int_equal(mfa_conf_policy(conf, "sshd")->methods, MFA_METHOD_PUSH);
	assert_int_equal(mfa_conf_policy(conf, "su")->verify_user, MFA_VERIFY_OFF);
	mfa_conf_free(&conf);
	assert_int_equal(parse(LEAST "[portal]\nurl = http://localhost:8480\n", &conf, error), 0);
	mfa_conf_free(&conf);
}

static void test_accepted(void **state)
{
	static const struct { const char *name; const char *text; } rows[] = {
		{ "no line feed at the end", "[store]\nurl = sqlite:///s\n[seal]\nkey_file = /k" },
		{ "CRLF", "[store]\r\nurl = sqlite:///s\r\n[seal]\r\nkey_file = /k\r\n" },
		{ "indented", "  [store]\n\turl = sqlite:///s\n [seal]\n        key_file = /k\n" },
		{ "blank lines, comments", "\n\n# a\n  # b\n; c\n" LEAST "\n   \n" },
		{ "no spaces, many spaces, colons",
		  "[store]\nurl=sqlite:///s\n[seal]\nkey_file   :   /k  \n" },
		{ "a byte order mark", "\xef\xbb\xbf" LEAST },
		{ "comments behind",
		  "[store] # a\nurl = sqlite:///s ; b\n[seal];c\nkey_file = /k ;\n" },
		{ "a section in two parts",
		  "[store]\n[seal]\nkey_file = /k\n[store]\nurl = sqlite:///s\n" },
		{ "a section without keys", LEAST "[policy]\n[policy sshd]\n[policy su]\n" },
		{ "the longest name of a section", LEAST "[policy 1" LONG_40 "]\n" },
	};
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (parse(rows[i].text, &conf, error) != 0)
			fail_msg("%s: %s", rows[i].name, error);
		assert_string_equal(error, "");
		assert_string_equal(conf->store_url, "sqlite:///s");
		assert_string_equal(conf->key_file, "/k");
		mfa_conf_free(&conf);
	}
}

static void test_longest_line(void **state)
{
	char text[sizeof(LEAST) + 200], error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	int len;

	(void)state;
	for (len = 196; len <= 199; len++) {
		(void)snprintf(text, sizeof(text), LEAST "#%0*d\n", len - 1, 0);
		assert_int_equal(parse(text, &conf, error), len <= 197 ? 0 : -EINVAL);
		assert_string_equal(error, len <= 197 ? "" : "f:5: the line is longer than 197 bytes");
		mfa_conf_free(&conf);
	}
}

static void test_file(void **state)
{
	static const struct { mode_t mode; uid_t owner; gid_t group; int expect; } rows[] = {
		{ 0600, 0, 0, 0 }, { 0644, 0, 0, 0 }, { 0640, 0, OTHER, 0 },
		{ 0664, 0, 0, -EPERM }, { 0646, 0, 0, -EPERM }, { 0600, OTHER, 0, -EPERM },
	};
	char path[] = "/tmp/mfa-conf.XXXXXX", error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	int fd = mkstemp(path);
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, LEAST, strlen(LEAST)), strlen(LEAST));
	for (i = 0; i < ROWS(rows); i++) {
		if (geteuid() == 0)
			assert_int_equal(fchown(fd, rows[i].owner, rows[i].group), 0);
		else if (rows[i].owner != 0)
			break;
		assert_int_equal(fchmod(fd, rows[i].mode), 0);
		assert_int_equal(mfa_conf_load(path, &conf, error), rows[i].expect);
		assert_int_equal(error[0] == '\0', rows[i].expect == 0);
		mfa_conf_free(&conf);
	}
	assert_int_equal(fchown(fd, geteuid(), getegid()), 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(mfa_conf_load(path, &conf, error), -EFBIG);
	(void)close(fd);
	(void)unlink(path);
	/* A pipe would keep the verifier waiting. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(mfa_conf_load(path, &conf, error), -EPERM);
	(void)unlink(path);
	assert_int_equal(mfa_conf_load(path, &conf, error), -ENOENT);
	assert_non_null(strstr(error, path));
	assert_int_equal(mfa_conf_load("/", &conf, error), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_services_inherit),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_callers),
		cmocka_unit_test(test_portal),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
