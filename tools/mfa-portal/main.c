/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-portal: the phone's page and the way from it to mfad.  Holds no secret. */
#include <errno.h>
#include <event2/thread.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "connections.h"
#include "http.h"
#include "json/fields.h"
#include "log/log.h"
#include "pages.h"
#include "phone/pairing.h"
#include "portal.h"
#include "portal/body.h"
#include "privilege/privilege.h"
#include "pusher.h"
#include "tls.h"
#include "upstream.h"
#include "waits.h"
#include "wire/dial.h"

#define HEADERS_MAX 8192
#define TIMEOUT_S 65		/* of a connection that says nothing; longer than a wait */
#define DESCRIPTORS 20480
#define LISTEN_MAX 16
#define BACKLOG 1024

enum { EXIT_OK = 0, EXIT_FAULT = 1, EXIT_USAGE = 2 };

struct options {
	const char *conf, *socket, *pages;
	bool foreground_log;
};

static const char usage[] =
	"usage: mfa-portal [OPTION]...\n"
	"\n"
	"  --config FILE    the configuration (default " MFA_CONF_DEFAULT ")\n"
	"  --socket PATH    where mfad listens (default " MFA_SOCKET_DEFAULT ")\n"
	"  --pages FOLDER   the phone's page (default " MFA_PAGESDIR ")\n"
	"  --stderr         log to standard error as well\n"
	"  --version, --help\n";

/* Returns -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "pages", required_argument, NULL, 'p' },
		{ "stderr", no_argument, NULL, 'e' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*out = (struct options){ .conf = MFA_CONF_DEFAULT, .socket = MFA_SOCKET_DEFAULT, .pages = MFA_PAGESDIR };
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (opt) {
		case 'c': out->conf = optarg; break;
		case 's': out->socket = optarg; break;
		case 'p': out->pages = optarg; break;
		case 'e': out->foreground_log = true; break;
		case 'V': (void)puts("mfa-portal " MFA_VERSION); return EXIT_OK;
		case 'h': (void)fputs(usage, stdout); return EXIT_OK;
		default: (void)fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	(void)fputs(usage, stderr);
	return EXIT_USAGE;
}

/* Listening: while still root, for ports below 1024. */

static int listen_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;
	mode_t before;
	int r = -1;

	memcpy(address.sun_path, path, strlen(path) + 1);	/* its length was checked with the configuration */
	/* One of our own from before; anything else is left alone. */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	/* For everybody from the first instant: the folder is the portal's own user's, who could put another file into
	 * its place before a chmod came. */
	before = umask(0111);
	if (fd >= 0)
		r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)umask(before);
	if (r == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int listen_tcp(const char *text)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				  .ai_socktype = SOCK_STREAM }, *found = NULL;
	const char *port = strrchr(text, ':') + 1;
	char host[64];
	int fd = -1, on = 1, off = 0;
	bool v6 = text[0] == '[';

	(void)snprintf(host, sizeof(host), "%.*s", (int)(port - text) - (v6 ? 3 : 1), text + (v6 ? 1 : 0));
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		/* [::] is everybody's address. */
		if (v6)
			(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static int listen_all(const struct mfa_conf *conf, int fds[LISTEN_MAX], size_t *count)
{
	const struct mfa_texts *list = &conf->portal.listen;
	size_t i;

	*count = 0;
	for (i = 0; i < list->count && i < LISTEN_MAX; i++) {
		errno = 0;
		fds[i] = strncmp(list->rows[i], "unix:", 5) == 0 ? listen_unix(list->rows[i] + 5)
								 : listen_tcp(list->rows[i]);
		if (fds[i] < 0) {
			int error = errno != 0 ? -errno : -EINVAL;

			mfa_log_message(LOG_CRIT, "listen", list->rows[i], error);
			return error;
		}
		(*count)++;
	}
	return 0;
}

static void want_descriptors(void)
{
	struct rlimit rl, more;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0)
		return;
	more = (struct rlimit){ DESCRIPTORS, rl.rlim_max > DESCRIPTORS ? rl.rlim_max : DESCRIPTORS };
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return;
	/* Root of a container may not raise it. */
	rl.rlim_cur = rl.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &rl);
}

/* What mfad tells. */

static void on_event(struct portal *portal, const json_t *event)
{
	const char *name = json_string_value(json_object_get(event, "event"));
	const char *id = json_string_value(json_object_get(event, "device"));
	uint64_t device;

	if (event == NULL) {
		mfa_ring_miss(&portal->ring);
		waits_wake_all(portal->waits);
		return;
	}
	if (name != NULL && strcmp(name, "push") == 0)
		pusher_send(portal->pusher, event);
	if (name == NULL || strcmp(name, "changed") != 0 || id == NULL || mfa_device_id_parse(id, &device) != 0)
		return;
	mfa_ring_add(&portal->ring, device);
	waits_wake(portal->waits, device);
}

static void ignore(void *ctx, int status, json_t *body)
{
	(void)ctx, (void)status;
	json_decref(body);
}

static void on_pushed(struct portal *portal, const char *id, int status)
{
	if (portal->upstream == NULL)
		return;
	upstream_call(portal->upstream,
		      mfa_json_dump(json_pack("{s:s, s:s, s:i}", "call", "pushed", "id", id, "status", status)),
		      ignore, portal);
}

/* Signals. */

static void on_stop(evutil_socket_t signal, short what, void *ctx)
{
	struct portal *portal = ctx;

	(void)signal, (void)what;
	(void)event_base_loopbreak(portal->base);
}

static void on_reload(evutil_socket_t signal, short what, void *ctx)
{
	struct portal *portal = ctx;
	SSL_CTX *fresh;

	(void)signal, (void)what;
	if (!portal->tls)
		return;
	if (tls_load(portal->conf->portal.certificate, portal->conf->portal.key, &fresh) != 0) {
		mfa_log_message(LOG_ERR, "reload", "the certificate stays as it was", 0);
		return;
	}
	SSL_CTX_free(portal->ssl);
	portal->ssl = fresh;
	mfa_log_message(LOG_INFO, "reload", "the certificate was read again", 0);
}

static int serve(struct portal *portal, const struct options *options, const int *fds, size_t count)
{
	static const struct { int signal; event_callback_fn fn; } signals[] = {
		{ SIGTERM, on_stop }, { SIGINT, on_stop }, { SIGHUP, on_reload },
	};
	struct event *events[3] = { NULL };
	size_t i;
	int r;

	portal->http = evhttp_new(portal->base);
	if (portal->http == NULL)
		return -ENOMEM;
	evhttp_set_max_headers_size(portal->http, HEADERS_MAX);
	evhttp_set_max_body_size(portal->http, MFA_BODY_MAX);
	evhttp_set_timeout(portal->http, TIMEOUT_S);
	/* Each gets an answer of ours, if only that it is not allowed. */
	evhttp_set_allowed_methods(portal->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
				   EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_gencb(portal->http, http_on_request, portal);
	r = connections_new(portal, &portal->connections);
	if (r == 0)
		r = waits_new(portal, &portal->waits);
	if (r == 0)
		r = pusher_new(portal, on_pushed, &portal->pusher);
	if (r == 0)
		r = upstream_new(portal, options->socket, on_event, &portal->upstream);
	for (i = 0; r == 0 && i < count; i++)
		r = connections_listen(portal->connections, fds[i]);
	for (i = 0; r == 0 && i < 3; i++) {
		events[i] = evsignal_new(portal->base, signals[i].signal, signals[i].fn, portal);
		r = events[i] != NULL && event_add(events[i], NULL) == 0 ? 0 : -ENOMEM;
	}
	if (r == 0) {
		mfa_log_message(LOG_INFO, "start", "mfa-portal " MFA_VERSION " is ready", 0);
		(void)event_base_dispatch(portal->base);
		mfa_log_message(LOG_INFO, "stop", "mfa-portal has ended", 0);
	}
	for (i = 0; i < 3; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	return r;
}

static void tidy(struct portal *portal)
{
	pusher_free(&portal->pusher);
	if (portal->waits != NULL)
		waits_free(&portal->waits);
	upstream_free(&portal->upstream);
	if (portal->http != NULL)
		evhttp_free(portal->http);
	connections_free(&portal->connections);
	pages_free(&portal->pages);
	SSL_CTX_free(portal->ssl);
	if (portal->base != NULL)
		event_base_free(portal->base);
	free(portal->ratelimit);
	mfa_conf_free(&portal->conf);
}

static int load(struct portal *portal, const struct options *options)
{
	char error[MFA_CONF_ERROR_SIZE];
	int r = mfa_conf_load(options->conf, &portal->conf, error);

	if (r != 0) {
		mfa_log_message(LOG_CRIT, "config", error, 0);
		return r;
	}
	if (portal->conf->portal.url == NULL) {
		mfa_log_message(LOG_CRIT, "config", "[portal] url is missing: there is nothing to serve", 0);
		return -EINVAL;
	}
	r = pages_load(options->pages, portal->conf->issuer, &portal->pages);
	if (r != 0)
		mfa_log_message(LOG_CRIT, "pages", options->pages, r);
	return r;
}

int main(int argc, char **argv)
{
	static struct portal portal;
	struct options options;
	int fds[LISTEN_MAX], r = read_options(argc, argv, &options);
	size_t count = 0;

	if (r >= 0)
		return r;
	mfa_privilege_harden();
	(void)setenv("LANGUAGE", "en", 1);	/* of the log */
	(void)signal(SIGPIPE, SIG_IGN);
	mfa_log_open("mfa-portal", options.foreground_log || isatty(STDERR_FILENO));
	want_descriptors();
	r = load(&portal, &options);
	if (r == 0)
		r = listen_all(portal.conf, fds, &count);
	if (r == 0)
		r = mfa_privilege_drop(MFA_PORTAL_USER);
	/* As the user that it stays: what can be read now can be read again. */
	portal.tls = r == 0 && portal.conf->portal.certificate != NULL;
	if (portal.tls)
		r = tls_load(portal.conf->portal.certificate, portal.conf->portal.key, &portal.ssl);
	if (r == 0)
		r = mfa_ratelimit_new(&portal.ratelimit);
	if (r == 0 && RAND_bytes(portal.ticket_key, sizeof(portal.ticket_key)) != 1)
		r = -EIO;
	if (r == 0 && (evthread_use_pthreads() != 0 || (portal.base = event_base_new()) == NULL))
		r = -ENOMEM;
	if (r == 0)
		r = serve(&portal, &options, fds, count);
	tidy(&portal);
	return r == 0 ? EXIT_OK : EXIT_FAULT;
}
