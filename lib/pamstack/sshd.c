/* SPDX-License-Identifier: BSD-2-Clause */
#include "pamstack/sshd.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX MFA_SSHD_VALUE_SIZE
#define BLANKS " \t\r\f"

/* The value of a setting, "" if it is not there. */
static void find(const char *text, size_t len, const char *key, char out[VALUE_MAX])
{
	const char *at = text, *end = text + len, *newline;
	size_t key_len = strlen(key), n;

	out[0] = '\0';
	for (; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (newline == NULL)
			newline = end;
		n = (size_t)(newline - at);
		if (n > key_len && n - key_len <= VALUE_MAX && at[key_len] == ' ' &&
		    strncasecmp(at, key, key_len) == 0) {
			memcpy(out, at + key_len + 1, n - key_len - 1);
			out[n - key_len - 1] = '\0';
			return;
		}
	}
}

static bool is_yes(const char *text, size_t len, const char *key)
{
	char value[VALUE_MAX];

	find(text, len, key, value);
	return strcasecmp(value, "yes") == 0;
}

static bool begins(const char *method, const char *name)
{
	size_t len = strlen(name);

	return strncmp(method, name, len) == 0 &&
	       (method[len] == '\0' || method[len] == ':');
}

/* One list of AuthenticationMethods: methods with commas between them, in their order. */
static void check_list(char *list, bool key_needed, bool found[MFA_SSHD_FINDINGS])
{
	bool key = false, pam = false;
	char *method, *rest = NULL;

	for (method = strtok_r(list, ",", &rest); method != NULL; method = strtok_r(NULL, ",", &rest)) {
		if (begins(method, "publickey") || begins(method, "hostbased") ||
		    begins(method, "gssapi-with-mic"))
			key = true;
		if (begins(method, "keyboard-interactive")) {
			pam = true;
			if (key_needed && !key)
				found[MFA_SSHD_NO_KEY_FIRST] = true;
		}
		if (begins(method, "password"))
			pam = true;
	}
	if (!pam)
		found[MFA_SSHD_KEY_ALONE] = true;
}

/* Of "crash:90 authfail:5 ..." the seconds of one; 0 if it is not there. */
static double penalty(const char *penalties, const char *kind)
{
	const char *at = penalties;
	size_t len = strlen(kind);

	while (at != NULL) {
		at += strspn(at, BLANKS);
		if (strncmp(at, kind, len) == 0 && at[len] == ':')
			return strtod(at + len + 1, NULL);
		at = strchr(at, ' ');
	}
	return 0;
}

/* sshd before 8.5 has no PerSourceMaxStartups and says nothing of it, that before 9.8 no PerSourcePenalties. */
static void check_limits(const char *text, size_t len, unsigned long grace, bool found[MFA_SSHD_FINDINGS])
{
	char each[VALUE_MAX], penalties[VALUE_MAX], exempt[VALUE_MAX];

	find(text, len, "persourcemaxstartups", each);
	find(text, len, "persourcepenalties", penalties);
	find(text, len, "persourcepenaltyexemptlist", exempt);
	found[MFA_SSHD_PLACES] = (grace == 0 || grace > MFA_SSHD_GRACE_USUAL) && strcasecmp(each, "none") == 0;
	found[MFA_SSHD_PENALTIES] = (exempt[0] == '\0' || strcasecmp(exempt, "none") == 0) &&
		(penalty(penalties, "authfail") > MFA_SSHD_PENALTY_SECONDS ||
		 penalty(penalties, "grace-exceeded") > MFA_SSHD_PENALTY_SECONDS);
}

int mfa_sshd_check(const char *text, size_t len, const struct mfa_sshd_stack *stack,
		   bool found[MFA_SSHD_FINDINGS])
{
	bool key_needed = !stack->password && !stack->after_publickey;
	bool password = is_yes(text, len, "passwordauthentication");
	bool keyboard = is_yes(text, len, "kbdinteractiveauthentication");
	char methods[VALUE_MAX], port[VALUE_MAX], grace[VALUE_MAX], service[VALUE_MAX], *list, *rest = NULL;
	unsigned long seconds;

	memset(found, 0, MFA_SSHD_FINDINGS * sizeof(*found));
	find(text, len, "port", port);
	if (port[0] == '\0')
		return -EBADMSG;
	find(text, len, "logingracetime", grace);
	seconds = strtoul(grace, NULL, 10);
	/* Whoever can't be asked enrols elsewhere. */
	found[MFA_SSHD_SHORT] = keyboard && seconds > 0 && seconds < MFA_SSHD_GRACE_SECONDS;
	check_limits(text, len, seconds, found);
	/* Its own look-up comes before PAM's, and is enough (auth-passwd.c). */
	found[MFA_SSHD_TICKETS] = password && is_yes(text, len, "kerberosauthentication");
	find(text, len, "pamservicename", service);
	found[MFA_SSHD_OTHER_SERVICE] = service[0] != '\0' && strcmp(service, "sshd") != 0;
	found[MFA_SSHD_NO_PAM] = !is_yes(text, len, "usepam");
	found[MFA_SSHD_NO_KEYBOARD] = !keyboard && !(stack->splits && password);
	found[MFA_SSHD_PASSWORD] = password && !stack->splits;
	find(text, len, "authenticationmethods", methods);
	if (methods[0] == '\0' || strcasecmp(methods, "any") == 0) {
		found[MFA_SSHD_KEY_ALONE] = is_yes(text, len, "pubkeyauthentication") ||
					    is_yes(text, len, "hostbasedauthentication") ||
					    is_yes(text, len, "gssapiauthentication");
		found[MFA_SSHD_NO_KEY_FIRST] = key_needed;
		return 0;
	}
	for (list = strtok_r(methods, " ", &rest); list != NULL; list = strtok_r(NULL, " ", &rest))
		check_list(list, key_needed, found);
	return 0;
}

/* What follows a keyword, without the = that may stand there; NULL if the line has another one. */
static const char *after_keyword(const char *line, const char *keyword)
{
	size_t len = strlen(keyword);

	line += strspn(line, BLANKS "\"");
	if (strncasecmp(line, keyword, len) != 0 || line[len] == '\0' || strchr(BLANKS "\"=", line[len]) == NULL)
		return NULL;
	line += len;
	return line + strspn(line, BLANKS "\"=");
}

bool mfa_sshd_config_next(const char **at, unsigned *line, const char *keyword, char value[MFA_SSHD_VALUE_SIZE])
{
	const char *found = NULL;
	size_t len;

	value[0] = '\0';
	while (found == NULL && **at != '\0') {
		found = after_keyword(*at, keyword);
		len = strcspn(*at, "\n");
		if (found != NULL && found <= *at + len)
			(void)snprintf(value, MFA_SSHD_VALUE_SIZE, "%.*s", (int)(*at + len - found), found);
		*at += len + ((*at)[len] == '\n');
		++*line;
	}
	return found != NULL;
}
