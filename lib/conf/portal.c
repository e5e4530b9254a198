/* SPDX-License-Identifier: BSD-2-Clause */
/* [portal]: where phones find their page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "address/network.h"
#include "conf/sections.h"
#include "conf/value.h"
#include "text/text.h"

#define URL_MAX 160
#define LISTEN_TLS "[::]:443"
#define LISTEN_PLAIN "127.0.0.1:8480"

/* The letters of a host's name; an address in brackets is none: browsers give no passkeys for one. */
static bool is_host(const char *text, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";

	return len > 0 && len <= 253 && strspn(text, letters) >= len && text[0] != '.' && text[0] != '-';
}

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = digits > 0 && digits <= 5 ? strtoul(text, NULL, 10) : 0;

	return text[digits] == '\0' && port >= 1 && port <= 65535 && text[0] != '0';
}

/* An origin as browsers spell it (RFC 6454 section 6.2): answers are signed with it. */
static bool is_origin(const char *url, const char **host, size_t *host_len)
{
	bool plain = strncmp(url, "http://", 7) == 0;
	const char *port;

	if (!plain && strncmp(url, "https://", 8) != 0)
		return false;
	*host = url + (plain ? 7 : 8);
	*host_len = strcspn(*host, ":");
	port = *host + *host_len;
	if (!is_host(*host, *host_len))
		return false;
	if (*port == ':' && (!is_port(port + 1) || strcmp(port + 1, plain ? "80" : "443") == 0))
		return false;
	/* Browsers give keys to a page without TLS on this machine only. */
	return !plain || (*host_len == 9 && strncmp(*host, "localhost", 9) == 0);
}

static int set_url(struct loader *l, const char *key, const char *value)
{
	struct mfa_portal_conf *portal = &l->conf->portal;
	const char *host = NULL;
	size_t len = 0;

	if (strlen(value) > URL_MAX || !is_origin(value, &host, &len))
		return conf_fail(l, "%s = %s: it must be like https://mfa.example.org, in small letters, "
				 "without a path", key, value);
	portal->host = conf_keep(l, strndup(host, len));
	return portal->host != NULL && conf_set_copy(l, value, &portal->url);
}

/* Returns whether it is ADDRESS:PORT, and whether only this machine can reach it. */
static bool is_listen(const char *value, bool *loopback)
{
	struct mfa_address address;
	char text[64];
	const char *colon = strrchr(value, ':');
	size_t len = colon != NULL ? (size_t)(colon - value) : 0;
	bool v6 = len > 2 && value[0] == '[' && value[len - 1] == ']';

	*loopback = false;
	if (strncmp(value, "unix:/", 6) == 0) {
		*loopback = true;
		return strlen(value) - 5 < sizeof(((struct sockaddr_un *)0)->sun_path);
	}
	if (len == 0 || len >= sizeof(text) || !is_port(colon + 1))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", (int)(v6 ? len - 2 : len), value + (v6 ? 1 : 0));
	if (mfa_address_parse(text, &address) != 0 || (strchr(text, ':') != NULL) != v6)
		return false;
	*loopback = mfa_address_is_loopback(&address);
	return true;
}

static int add_listen(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_texts *list = to;
	const char **grown;
	bool loopback;

	if (!is_listen(word, &loopback))
		return conf_fail(l, "%s: %s is not like 192.0.2.1:443, [::]:443 or unix:/run/mfa-portal/http.sock",
				 key, word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	list->rows = grown;
	grown[list->count] = conf_keep(l, strdup(word));
	if (grown[list->count] == NULL)
		return 0;
	list->count++;
	return 1;
}

static int set_listen(struct loader *l, const char *key, const char *value)
{
	return conf_each_word(l, key, value, add_listen, &l->conf->portal.listen);
}

static int set_certificate(struct loader *l, const char *key, const char *value)
{
	return conf_set_path(l, key, value, &l->conf->portal.certificate);
}

static int set_key(struct loader *l, const char *key, const char *value)
{
	return conf_set_path(l, key, value, &l->conf->portal.key);
}

static int set_contact(struct loader *l, const char *key, const char *value)
{
	if ((strncmp(value, "mailto:", 7) != 0 && strncmp(value, "https://", 8) != 0) ||
	    strlen(value) > URL_MAX || strpbrk(value, " \"\\<>") != NULL || !mfa_text_printable(value))
		return conf_fail(l, "%s = %s: it must be like mailto:admin@example.org or https://example.org",
				 key, value);
	return conf_set_copy(l, value, &l->conf->portal.contact);
}

static int set_push_networks(struct loader *l, const char *key, const char *value)
{
	return conf_set_networks(l, key, value, &l->conf->portal.push_networks);
}

const struct conf_key conf_portal_keys[] = {
	{ "url", false, set_url },
	{ "listen", true, set_listen },
	{ "certificate", false, set_certificate },
	{ "key", false, set_key },
	{ "contact", false, set_contact },
	{ "push_networks", true, set_push_networks },
	{ NULL },
};

int conf_complete_portal(struct loader *l)
{
	struct mfa_portal_conf *portal = &l->conf->portal;
	bool tls = portal->certificate != NULL, loopback;
	size_t i;

	if (portal->url == NULL)
		return portal->listen.count == 0 && !tls && portal->key == NULL
			? 1 : conf_fail(l, "[portal] url is missing");
	if (tls != (portal->key != NULL))
		return conf_fail(l, "[portal] certificate and key go together");
	for (i = 0; i < portal->listen.count; i++)
		if (is_listen(portal->listen.rows[i], &loopback) && !loopback && !tls)
			return conf_fail(l, "[portal] listen = %s: without a certificate only a proxy on this machine "
					 "may be served, on 127.0.0.1, [::1] or unix:", portal->listen.rows[i]);
	if (portal->listen.count == 0 && !add_listen(l, "listen", tls ? LISTEN_TLS : LISTEN_PLAIN, &portal->listen))
		return 0;
	if (portal->contact == NULL)
		portal->contact = portal->url;
	return 1;
}
