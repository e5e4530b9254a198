/* SPDX-License-Identifier: BSD-2-Clause */
/* [sender], [email], [sms], presets, and sender.conf. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/secrets.h"
#include "scratch.h"

#define LEAST "[store]\nurl = sqlite:///s\n[seal]\nkey_file = /k\n"
#define SMS LEAST "[sms]\nurl = https://a.example\nnumbers = +31\n"
#define LONG_60 "123456789012345678901234567890123456789012345678901234567890"
#define LONG_180 LONG_60 LONG_60 LONG_60

static struct mfa_conf *read_conf(const char *text, char error[MFA_CONF_ERROR_SIZE])
{
	struct mfa_conf *conf;

	(void)mfa_conf_parse("f", text, strlen(text), &conf, error);
	return conf;
}

static void write_file(const char *path, const char *text)
{
	FILE *to = fopen(path, "w");

	assert_non_null(to);
	assert_true(fputs(text, to) >= 0);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* sends: by e-mail and by text message. */
static void expect_sender(const struct mfa_conf *conf, bool sends, struct mfa_sender_conf expect)
{
	assert_non_null(conf);
	assert_int_equal(mfa_conf_has_email(conf), sends);
	assert_int_equal(mfa_conf_has_sms(conf), sends);
	assert_int_equal(conf->sender.hour, expect.hour);
	assert_int_equal(conf->sender.account_hour, expect.account_hour);
	assert_int_equal(conf->sender.address_hour, expect.address_hour);
	assert_int_equal(conf->sender.lifetime, expect.lifetime);
}

/* Without a word of it nothing is sent. */
static void test_nothing_said(void **state)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf = read_conf(LEAST, error);

	(void)state;
	expect_sender(conf, false, (struct mfa_sender_conf){
		      .hour = 1000, .account_hour = 5, .address_hour = 60, .lifetime = 600 });
	mfa_conf_free(&conf);
}

static void test_values(void **state)
{
	static const char text[] = LEAST
		"[sender]\nhour = 50\naccount_hour = 3\naddress_hour = 300\nlifetime = 5m\n"
		"[email]\nserver = smtp://mail.example.org:587\nuser = mfa\nfrom = mfa@example.org\nnot_at = a.example, b.example\n"
		"not_at = c.example\n"
		"[sms]\nurl = https://sms.example/send\ntype = json\nheader = X-A: 1\nheader = X-B: 2\nbody = {\"a\":\"{number}\",\n"
		"body = \"b\":\"{text}\"}\nsuccess = ok\nfrom = School\naccount = AC1\ncountry = 31\nnumbers = +316, +324\nnumbers = +49\n";
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf = read_conf(text, error);

	(void)state;
	assert_string_equal(error, "");
	expect_sender(conf, true, (struct mfa_sender_conf){
		      .hour = 50, .account_hour = 3, .address_hour = 300, .lifetime = 300 });
	assert_string_equal(conf->email.server, "smtp://mail.example.org:587");
	assert_string_equal(conf->email.hello, "example.org");
	assert_int_equal(conf->email.not_at.count, 3);
	assert_string_equal(conf->email.not_at.rows[2], "c.example");
	assert_string_equal(conf->sms.body, "{\"a\":\"{number}\",\"b\":\"{text}\"}");
	assert_int_equal(conf->sms.headers.count, 2);
	assert_string_equal(conf->sms.headers.rows[1], "X-B: 2");
	assert_string_equal(conf->sms.numbers, "+316, +324, +49");
	assert_int_equal(conf->sms.country, 31);
	mfa_conf_free(&conf);
}

/* TLS is required, but not by a server on this machine. */
static void test_tls(void **state)
{
	static const struct { const char *lines; enum mfa_email_tls expect; } rows[] = {
		{ "", MFA_EMAIL_TLS_NO },
		{ "server = smtp://localhost\n", MFA_EMAIL_TLS_NO },
		{ "server = smtp://[::1]:25\n", MFA_EMAIL_TLS_NO },
		{ "server = smtps://localhost\n", MFA_EMAIL_TLS_REQUIRED },
		{ "server = smtp://mail.example.org\n", MFA_EMAIL_TLS_REQUIRED },
		{ "server = smtps://mail.example.org\n", MFA_EMAIL_TLS_REQUIRED },
		{ "server = smtp://192.0.2.1\n", MFA_EMAIL_TLS_REQUIRED },
		{ "server = smtp://192.0.2.1\ntls = try\n", MFA_EMAIL_TLS_TRY },
		{ "tls = no\nserver = smtp://192.0.2.1\n", MFA_EMAIL_TLS_NO },
		{ "tls = required\n", MFA_EMAIL_TLS_REQUIRED },
		{ "user = mfa\n", MFA_EMAIL_TLS_NO },
	};
	char error[MFA_CONF_ERROR_SIZE], text[512];
	struct mfa_conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		(void)snprintf(text, sizeof(text), LEAST "[email]\nfrom = a@b.example\n%s", rows[i].lines);
		conf = read_conf(text, error);
		if (conf == NULL || conf->email.tls != rows[i].expect)
			fail_msg("%s: %s", rows[i].lines, error);
		mfa_conf_free(&conf);
	}
}

static void test_mistakes(void **state)
{
	static const struct { const char *text, *error; } rows[] = {
		{ LEAST "[sender]\nhour = 0\n", "f:6: hour = 0: it must be a number from 1 to" },
		{ LEAST "[sender]\nhour = 100001\n", "f:6: hour = 100001: it must be a number from 1 to 100000" },
		{ LEAST "[sender]\naddress_hour = 100001\n", "f:6: address_hour = 100001: it must be a number from 1 to" },
		{ LEAST "[sender]\naccount_hour = 11\n", "f:6: account_hour = 11: it must be a number from 1 to 10" },
		{ LEAST "[sender]\naddress_hour = -1\n", "f:6: address_hour = -1: it must be a number" },
		{ LEAST "[sender]\nlifetime = 1m\n", "f:6: lifetime = 1m: it must be a time from 2m to 1h" },
		{ LEAST "[sender]\nlifetime = 2h\n", "f:6: lifetime = 2h: it must be a time from 2m to 1h" },
		{ LEAST "[sender]\nemail_password = x\n", "f:6: [sender] has no key email_password" },
		{ LEAST "[email]\nserver = smtp://127.0.0.1\n", "f:0: [email] from is missing" },
		{ LEAST "[email]\nnot_at = example.org\n", "f:0: [email] from is missing" },
		{ LEAST "[email]\ntls = no\n", "f:0: [email] from is missing" },
		{ LEAST "[email]\nserver = mail.example.org\n", "f:6: server = mail.example.org: it must be like smtp://" },
		{ LEAST "[email]\nserver = http://mail.example.org\n", "f:6: server = http://mail.example.org: it must" },
		{ LEAST "[email]\nserver = smtp://a@mail.example.org\n", "f:6: server = smtp://a@mail.example.org: it must" },
		{ LEAST "[email]\nserver = smtp://mail.example.org/x\n", "f:6: server = smtp://mail.example.org/x: it must" },
		{ LEAST "[email]\nserver = smtp://mail.example.org:x\n", "f:6: server = smtp://mail.example.org:x: it must" },
		{ LEAST "[email]\ntls = maybe\n", "f:6: tls = maybe: it must be required, try or no" },
		{ LEAST "[email]\nfrom = mfa\n", "f:6: from = mfa: it must be an address such as" },
		{ LEAST "[email]\nfrom = MFA <mfa@example.org>\n", "f:6: from = MFA <mfa@example.org>: it must be" },
		{ LEAST "[email]\nfrom = @example.org\n", "f:6: from = @example.org: it must be" },
		{ LEAST "[email]\nfrom = a@b@\n", "f:6: from = a@b@: it must be" },
		{ LEAST "[email]\nhello = a b\n", "f:6: hello = a b: it must be the name of a host" },
		{ LEAST "[email]\nnot_at = @example.org\n", "f:6: not_at: @example.org is not a domain" },
		{ LEAST "[email]\nnot_at = a.example b.example\n", "f:6: not_at: a.example b.example: commas stand between" },
		{ LEAST "[email]\nfrom = a@b.example\nserver = smtps://b.example\ntls = no\n", "f:0: [email] tls: a server of smtps" },
		{ LEAST "[email]\nfrom = a@b.example\nserver = smtp://b.example\ntls = try\nuser = x\n",
		  "f:0: [email] user: the password would go" },
		{ LEAST "[email]\nuser = a\tb\n", "f:6: user: there is a character in it" },
		{ LEAST "[email]\npassword = x\n", "f:6: [email] has no key password" },
		{ LEAST "[sms]\nnumbers = +31\n", "f:0: [sms] preset, url or command is missing" },
		{ LEAST "[sms]\nfrom = School\n", "f:0: [sms] preset, url or command is missing" },
		{ LEAST "[sms]\nurl = https://a.example\n", "f:0: [sms] numbers is missing" },
		{ LEAST "[sms]\ncommand = /bin/x\n", "f:0: [sms] numbers is missing" },
		{ SMS "command = /bin/x\n", "f:0: [sms] command stands in place of" },
		{ LEAST "[sms]\npreset = ../etc/x\n", "f:6: preset = ../etc/x: it must be a name" },
		{ LEAST "[sms]\nurl = ftp://a.example\n", "f:6: url = ftp://a.example: it must begin with https://" },
		{ LEAST "[sms]\nurl = http://a.example\n", "f:6: url = http://a.example: without TLS only" },
		{ LEAST "[sms]\nurl = http://127.0.0.1@a.example\n", "f:6: url = http://127.0.0.1@a.example: it must begin" },
		{ LEAST "[sms]\nurl = https://a.example/x y\n", "f:6: url = https://a.example/x y: a blank in it" },
		{ LEAST "[sms]\ntype = xml\n", "f:6: type = xml: it must be json or form" },
		{ LEAST "[sms]\nheader = Authorization\n", "f:6: header = Authorization: it must be like" },
		{ LEAST "[sms]\nheader = Content-Type: text/plain\n", "f:6: header = Content-Type: text/plain: this header is not" },
		{ LEAST "[sms]\nheader = content-length: 3\n", "f:6: header = content-length: 3: this header is not" },
		{ LEAST "[sms]\nheader = A: b\x01\n", "f:6: header = A: b\x01: it must be like" },
		{ LEAST "[sms]\nbody = a\x01\n", "f:6: body: there is a character in it" },
		{ LEAST "[sms]\nsuccess = \x1b[2J\n", "f:6: success: there is a character in it" },
		{ LEAST "[sms]\nbody = " LONG_180 "\nbody = " LONG_180 "\nbody = " LONG_180 "\nbody = " LONG_180 "\nbody = " LONG_180
		  "\nbody = " LONG_180 "\nbody = " LONG_180 "\nbody = " LONG_180 "\nbody = " LONG_180 "\nbody = " LONG_180
		  "\nbody = " LONG_180 "\nbody = " LONG_180 "\n", "f:17: body is longer than 2000 bytes" },
		{ LEAST "[sms]\ncountry = 0\n", "f:6: country = 0: it must be a number from 1 to 999" },
		{ LEAST "[sms]\ncountry = +31\n", "f:6: country = +31: it must be a number" },
		{ LEAST "[sms]\nnumbers = 316\n", "f:6: numbers = 316: it must be how numbers begin" },
		{ LEAST "[sms]\nnumbers = +\n", "f:6: numbers = +: it must be how numbers begin" },
		{ LEAST "[sms]\nnumbers = +0\n", "f:6: numbers = +0: it must be how numbers begin" },
		{ LEAST "[sms]\nnumbers = +31-6\n", "f:6: numbers = +31-6: it must be how numbers begin" },
		{ LEAST "[sms]\nnumbers = *\n", "f:6: numbers = *: it must be how numbers begin" },
		{ LEAST "[sms]\ncommand = send\n", "f:6: command = send: it must be an absolute path" },
		{ LEAST "[sms]\ncommand = /bin/send -x\n", "f:6: command = /bin/send -x: it must be the path of one program" },
		{ LEAST "[sms]\nkey = x\n", "f:6: [sms] has no key key" },
	};
	char error[MFA_CONF_ERROR_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_conf *conf = read_conf(rows[i].text, error);

		if (conf != NULL || strncmp(error, rows[i].error, strlen(rows[i].error)) != 0)
			fail_msg("%s: %s", rows[i].text, conf != NULL ? "taken" : error);
	}
}

static void test_preset(void **state)
{
	static const char preset[] = "[sms]\nurl = https://p.example\ntype = form\nheader = X: p\nbody = p\nsuccess = p\n";
	static const struct { const char *text, *error; } wrong[] = {
		{ "[sms]\nnumbers = +31\n", "p:2: [sms] has no key numbers" },
		{ "[sms]\npreset = x\n", "p:2: [sms] has no key preset" },
		{ "[sms]\ncommand = /x\n", "p:2: [sms] has no key command" },
		{ "[store]\nurl = sqlite:///s\n", "p:1: there is no section [store]" },
		{ "[sms]\nurl = http://p.example\n", "p:2: url = http://p.example: without TLS" },
	};
	char error[MFA_CONF_ERROR_SIZE], path[128], folder[SCRATCH_FOLDER], url[SCRATCH_URL];
	struct mfa_conf *conf = read_conf(LEAST "[sms]\npreset = one\nnumbers = +31\nsuccess = own\n", error), *other;
	struct mfa_sms_conf joined;
	size_t i;

	(void)state;
	assert_non_null(conf);
	assert_int_equal(mfa_conf_parse_preset("p", preset, strlen(preset), &other, error), 0);
	mfa_conf_join_preset(&conf->sms, &other->sms, &joined);
	assert_string_equal(joined.url, "https://p.example");
	assert_int_equal(joined.type, MFA_SMS_FORM);
	assert_int_equal(joined.headers.count, 1);
	assert_string_equal(joined.body, "p");
	assert_string_equal(joined.success, "own");
	assert_string_equal(joined.numbers, "+31");
	mfa_conf_free(&other);
	for (i = 0; i < ROWS(wrong); i++) {
		assert_int_equal(mfa_conf_parse_preset("p", wrong[i].text, strlen(wrong[i].text), &other, error), -EINVAL);
		if (strncmp(error, wrong[i].error, strlen(wrong[i].error)) != 0)
			fail_msg("%s: %s", wrong[i].text, error);
	}
	assert_int_equal(scratch_make(folder, url), 0);
	assert_int_equal(mfa_conf_load_preset(conf, folder, &other, error), -ENOENT);
	(void)snprintf(path, sizeof(path), "%s/one.conf", folder);
	write_file(path, preset);
	assert_int_equal(mfa_conf_load_preset(conf, folder, &other, error), 0);
	assert_string_equal(other->sms.body, "p");
	mfa_conf_free(&other);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(mfa_conf_load_preset(conf, folder, &other, error), -EPERM);
	mfa_conf_free(&conf);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(scratch_remove(folder), 0);
}

static void test_secrets(void **state)
{
	static const struct { const char *text; int r; const char *password, *key, *error; } rows[] = {
		{ "", 0, "", "", "" },
		{ "# nothing\n\n", 0, "", "", "" },
		{ "email_password = a b # c ; d = e\n", 0, "a b # c ; d = e", "", "" },
		{ "  email_password=x\r\n\tsms_key\t=\t\"y\"  ", 0, "x", "\"y\"", "" },
		{ "sms_key = \xc3\xa9\n", 0, "", "\xc3\xa9", "" },
		{ "email_password\n", -EINVAL, "", "", "f:1: not a line of the form" },
		{ "email_password =\n", -EINVAL, "", "", "f:1: the value is empty" },
		{ "\npassword = s3cret\n", -EINVAL, "", "", "f:2: there is no such key here" },
		{ "sms_key = s3cret\nsms_key = s3cret\n", -EINVAL, "", "", "f:2: the key is there twice" },
		{ "sms_key = s3cret\x01\n", -EINVAL, "", "", "f:1: there is a control character" },
		{ "[sender]\n", -EINVAL, "", "", "f:1: not a line" },
		{ "SMS_KEY = s3cret\n", -EINVAL, "", "", "f:1: there is no such key" },
	};
	char error[MFA_CONF_ERROR_SIZE], text[700];
	struct mfa_secrets secrets;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_secrets_parse("f", rows[i].text, strlen(rows[i].text), &secrets, error);

		if (r != rows[i].r || strcmp(secrets.email_password, rows[i].password) != 0 ||
		    strcmp(secrets.sms_key, rows[i].key) != 0 || strncmp(error, rows[i].error, strlen(rows[i].error)) != 0 ||
		    strstr(error, "s3cret") != NULL)
			fail_msg("%s: %d, %s, %s, %s", rows[i].text, r, secrets.email_password, secrets.sms_key, error);
	}
	for (i = 0; i < 2; i++) {
		int n = snprintf(text, sizeof(text), "sms_key = ");

		memset(text + n, 'k', MFA_SECRET_MAX + i);
		assert_int_equal(mfa_secrets_parse("f", text, (size_t)n + MFA_SECRET_MAX + i, &secrets, error),
				 i == 0 ? 0 : -EINVAL);
	}
	assert_int_equal(mfa_secrets_parse("f", "sms_key = a\0b\n", 14, &secrets, error), -EINVAL);
}

/* A file that others can read holds no secret. */
static void test_secrets_file(void **state)
{
	static const struct { mode_t mode; int expect; } rows[] = {
		{ 0600, 0 }, { 0640, 0 }, { 0400, 0 }, { 0644, -EPERM }, { 0660, -EPERM }, { 0604, -EPERM }, { 0602, -EPERM },
	};
	char error[MFA_CONF_ERROR_SIZE], folder[SCRATCH_FOLDER], url[SCRATCH_URL], path[128], other[128];
	struct mfa_secrets secrets;
	size_t i;

	(void)state;
	assert_int_equal(scratch_make(folder, url), 0);
	(void)snprintf(path, sizeof(path), "%s/sender.conf", folder);
	assert_int_equal(mfa_secrets_load(path, &secrets, error), 0);
	write_file(path, "sms_key = k\n");
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_int_equal(mfa_secrets_load(path, &secrets, error), rows[i].expect);
		assert_string_equal(secrets.sms_key, rows[i].expect == 0 ? "k" : "");
	}
	assert_int_equal(chmod(path, 0600), 0);
	(void)snprintf(other, sizeof(other), "%s/link", folder);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(mfa_secrets_load(other, &secrets, error), -ELOOP);
	assert_int_equal(mfa_secrets_load(folder, &secrets, error), -EPERM);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65533, 0), 0);
		assert_int_equal(mfa_secrets_load(path, &secrets, error), -EPERM);
	}
	assert_int_equal(unlink(other), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(scratch_remove(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_preset),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_secrets_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
