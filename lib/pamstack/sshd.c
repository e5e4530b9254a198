#include "pamstack/sshd.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX 512

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

int mfa_sshd_check(const char *text, size_t len, bool password, bool after_publickey,
		   bool found[MFA_SSHD_FINDINGS])
{
	bool key_needed = !password && !after_publickey;
	char methods[VALUE_MAX], port[VALUE_MAX], grace[VALUE_MAX], *list, *rest = NULL;
	unsigned long seconds;

	memset(found, 0, MFA_SSHD_FINDINGS * sizeof(*found));
	find(text, len, "port", port);
	if (port[0] == '\0')
		return -EBADMSG;
	find(text, len, "logingracetime", grace);
	seconds = strtoul(grace, NULL, 10);
	found[MFA_SSHD_SHORT] = seconds > 0 && seconds < MFA_SSHD_GRACE_SECONDS;
	found[MFA_SSHD_NO_PAM] = !is_yes(text, len, "usepam");
	found[MFA_SSHD_NO_KEYBOARD] = !is_yes(text, len, "kbdinteractiveauthentication");
	found[MFA_SSHD_PASSWORD] = is_yes(text, len, "passwordauthentication");
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
