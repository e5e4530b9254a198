/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa.conf: what the administrator says (mfa.conf(5)).  Const once loaded. */
#ifndef MFA_CONF_H
#define MFA_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

#define MFA_CONF_ISSUER_MAX 64
#define MFA_CONF_TOTP_WINDOW 1		/* steps either side of now (RFC 6238 section 5.2) */
#define MFA_CONF_TOTP_WINDOW_MAX 5
#define MFA_CONF_MINIMUM_MAX 4
#define MFA_CONF_PUSH_TIMEOUT 90	/* seconds that a sign-in waits for a phone */
#define MFA_CONF_PUSH_LIMIT 5		/* requests an hour that nobody answered */
#define MFA_CONF_PUSH_LIMIT_MAX 10
#define MFA_CONF_DIRECTORY_TIMEOUT 30	/* seconds that look-ups of users and groups may take */
#define MFA_CONF_DIRECTORY_TIMEOUT_MAX 50	/* less than a client that hears WORKING waits */

#define MFA_CONF_SENDER_HOUR 1000
#define MFA_CONF_SENDER_ACCOUNT_HOUR 5
#define MFA_CONF_SENDER_ADDRESS_HOUR 60
#define MFA_CONF_SENDER_LIFETIME 600
#define MFA_CONF_EMAIL_SERVER "smtp://127.0.0.1:25"
#define MFA_CONF_PRESETS MFA_DATADIR "/pam-mfa/sms"

struct mfa_texts {
	const char *const *rows;
	size_t count;
};

/* [portal]: where phones find their page. */
struct mfa_portal_conf {
	const char *url;		/* its origin, "https://mfa.example.org"; NULL: there is none */
	const char *host;		/* of the url, without a port */
	struct mfa_texts listen;	/* ADDRESS:PORT or unix:/PATH; at least one where there is a url */
	const char *certificate;	/* files; NULL: plain HTTP behind a proxy */
	const char *key;
	const char *contact;		/* for push services (RFC 8292 section 2.1) */
	struct mfa_networks push_networks;	/* that are not public, and yet have push services */
};

/* [sender]: of all codes that are sent. */
struct mfa_sender_conf {
	unsigned hour;			/* codes an hour, of each method */
	unsigned account_hour;		/* for one account */
	unsigned address_hour;		/* asked for from one address */
	unsigned lifetime;		/* seconds */
};

enum mfa_email_tls { MFA_EMAIL_TLS_UNSAID, MFA_EMAIL_TLS_REQUIRED, MFA_EMAIL_TLS_TRY, MFA_EMAIL_TLS_NO };

/* [email] */
struct mfa_email_conf {
	const char *server;		/* "smtp://HOST[:PORT]" or "smtps://..." */
	bool smtps, loopback;		/* of the server */
	enum mfa_email_tls tls;
	const char *user;		/* NULL: without a password */
	const char *from;		/* NULL: no e-mail is sent */
	const char *hello;		/* the name that the server is told */
	struct mfa_texts not_at;	/* domains whose mailboxes are no second factor here */
};

enum mfa_sms_type { MFA_SMS_UNSAID, MFA_SMS_JSON, MFA_SMS_FORM };

/* [sms]; or of a preset, which says no more than url, type, headers, body and success. */
struct mfa_sms_conf {
	const char *preset;		/* a name, or an absolute path */
	const char *url;		/* with what is filled in (sender/template.h) */
	enum mfa_sms_type type;
	struct mfa_texts headers;
	const char *body;
	const char *success;		/* what an answer must contain, besides a status of 2xx; NULL: nothing */
	const char *from;
	const char *account;
	const char *command;		/* in place of a gateway */
	unsigned country;		/* 0: numbers are typed with theirs */
	const char *numbers;		/* how those must begin that are sent to: "+316, +324" (address/number.h) */
};

struct mfa_conf {
	const char *store_url;		/* [store] url */
	const char *key_file;		/* [seal] key_file */
	bool throttle;			/* [throttle] enabled; true unless said otherwise */
	unsigned totp_window;		/* [totp] window */
	const char *issuer;		/* [enrol] issuer, as the app shows it; the host's name unless said otherwise */
	struct mfa_portal_conf portal;
	unsigned push_timeout;		/* [push] timeout, in seconds */
	unsigned push_limit;		/* [push] limit */
	unsigned directory_timeout;	/* [directory] timeout, in seconds */
	struct mfa_sender_conf sender;
	struct mfa_email_conf email;
	struct mfa_sms_conf sms;
	struct mfa_policy *policies;	/* the first is [policy]; count is at least 1 */
	size_t policy_count;
	void **kept;			/* memory that all this points to */
	size_t kept_count;
};

/* Room for "FILE:LINE: what is wrong". */
#define MFA_CONF_ERROR_SIZE 512

/* Reads the file.  An unknown section or key, a bad or an empty value, a key given twice, a line
 * that is too long, or a missing store or key: an error that
 * names file and line.  The file must not be writable by others than its owner and,
 * for root, be owned by root.
 * Returns 0, or -EINVAL (error says why), -EPERM (likewise), or a negative errno of open or
 * read (error says it too).  *out is NULL on error; the caller frees it with mfa_conf_free. */
int mfa_conf_load(const char *path, struct mfa_conf **out, char error[MFA_CONF_ERROR_SIZE]);
/* The same from text[0..len), named `name` in errors. */
int mfa_conf_parse(const char *name, const char *text, size_t len, struct mfa_conf **out,
		   char error[MFA_CONF_ERROR_SIZE]);
/* Whether the system has each group that the rules name.  Returns 0 (also where a look-up failed: that
 * is no error of the file's, and spares nobody) or -ENOENT: error names the file and the line. */
int mfa_conf_check_groups(const char *path, const struct mfa_conf *conf,
			  char error[MFA_CONF_ERROR_SIZE]);
/* Looks up the users that `callers` names: those that may be it are found, and have their uids.  Not root, nor a
 * user of our own, nor the uid that stands for those that are hidden.  Those that were found before stay so; others may
 * use the configuration meanwhile, but not call this.
 * Returns 0 (also where there are none), or -ENOENT: at least one is not found (also where a look-up failed), so that
 * nobody is it; error names the file, the line and the reason of the first. */
int mfa_conf_find_callers(const char *path, struct mfa_conf *conf, char error[MFA_CONF_ERROR_SIZE]);
/* The row of a uid among the callers of a service; NULL: it is none.  uid: not root's. */
const struct mfa_caller *mfa_conf_caller(const struct mfa_policy *policy, uint32_t uid);
/* Whether a uid is a caller of any service. */
bool mfa_conf_has_caller(const struct mfa_conf *conf, uint32_t uid);
/* Whether messages of that kind are configured. */
bool mfa_conf_has_email(const struct mfa_conf *conf);
bool mfa_conf_has_sms(const struct mfa_conf *conf);
/* The gateway that [sms] preset names, from its file (in folder, where it is a name), as mfa_conf_load: only
 * (*out)->sms holds something.  conf: with a preset. */
int mfa_conf_load_preset(const struct mfa_conf *conf, const char *folder, struct mfa_conf **out,
			 char error[MFA_CONF_ERROR_SIZE]);
/* The same from a text; for tests. */
int mfa_conf_parse_preset(const char *name, const char *text, size_t len, struct mfa_conf **out,
			  char error[MFA_CONF_ERROR_SIZE]);
/* [sms], and where it says nothing, what the preset says.  What *out points to stays theirs. */
void mfa_conf_join_preset(const struct mfa_sms_conf *own, const struct mfa_sms_conf *preset, struct mfa_sms_conf *out);

/* Frees, sets NULL. */
void mfa_conf_free(struct mfa_conf **conf);

/* The rules for a service: its own section, where keys that it does not name
 * have [policy]'s values, or [policy]. */
const struct mfa_policy *mfa_conf_policy(const struct mfa_conf *conf, const char *service);

#endif
