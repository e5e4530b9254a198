/* SPDX-License-Identifier: BSD-2-Clause */
#include "outgoing/outgoing.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POLL_MS 1000
#define HEADER_MAX 1400

STAILQ_HEAD(requests, mfa_outgoing_request);

struct mfa_outgoing {
	pthread_t thread;
	pthread_mutex_t lock;
	bool stopping;
	struct requests waiting, answered;
	size_t count, max;		/* of those that wait */
	struct requests under_way;	/* the thread's alone */
	CURLM *multi;
	int fd;				/* eventfd: something was answered */
};

static struct mfa_outgoing_request *take(struct requests *queue)
{
	struct mfa_outgoing_request *request = STAILQ_FIRST(queue);

	if (request != NULL)
		STAILQ_REMOVE_HEAD(queue, others);
	return request;
}

/* curl's memory.  Requests have codes and passwords in them, and its buffers keep them until somebody else needs the
 * room: all that it frees is wiped. */

static void wipe_free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *wipe_realloc(void *p, size_t size)
{
	size_t had = p != NULL ? malloc_usable_size(p) : 0;
	void *grown = malloc(size);

	if (grown == NULL)
		return NULL;
	if (had > 0)
		memcpy(grown, p, had < size ? had : size);
	wipe_free(p);
	return grown;
}

/* The thread. */

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct mfa_outgoing_request *request = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    (request->may_connect != NULL && !request->may_connect(request, &address->addr))) {
		request->refused = true;
		return CURL_SOCKET_BAD;
	}
	/* Of two addresses the second is tried beside the first, and whichever comes too late is closed. */
	request->sockets[1] = request->sockets[0];
	request->sockets[0] = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	return request->sockets[0];
}

/* A connection is kept for the next request to the same server, and outlives the one that it was opened for. */
static int close_socket(void *ctx, curl_socket_t fd)
{
	struct mfa_outgoing *o = ctx;
	struct mfa_outgoing_request *request;

	STAILQ_FOREACH(request, &o->under_way, others) {
		if (fd != request->sockets[0] && fd != request->sockets[1])
			continue;
		if (fd == request->sockets[0])
			request->sockets[0] = request->sockets[1];
		request->sockets[1] = CURL_SOCKET_BAD;
	}
	return close(fd);
}

void mfa_outgoing_hear_no_more(const struct mfa_outgoing_request *request)
{
	if (request->sockets[0] != CURL_SOCKET_BAD)
		(void)shutdown(request->sockets[0], SHUT_RD);
}

/* Too much of an answer ends the request. */
static size_t take_answer(struct mfa_outgoing_request *request, const char *data, size_t len,
			  void (*fn)(struct mfa_outgoing_request *request, const char *data, size_t len))
{
	request->got += len;
	if (request->got > MFA_OUTGOING_ANSWER_MAX)
		return 0;
	if (fn != NULL)
		fn(request, data, len);
	return len;
}

static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
	struct mfa_outgoing_request *request = ctx;

	return take_answer(request, data, size * count, request->on_body);
}

static size_t on_head(char *data, size_t size, size_t count, void *ctx)
{
	struct mfa_outgoing_request *request = ctx;

	return take_answer(request, data, size * count, request->on_head);
}

static CURL *make_request(struct mfa_outgoing *o, struct mfa_outgoing_request *request)
{
	CURL *curl = curl_easy_init();
	bool ok = curl != NULL;

	ok = ok && curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	     /* A name whose servers never answer would be waited for beyond the time limit, by everybody's. */
	     curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, request) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, o) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_WRITEDATA, request) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_HEADERDATA, request) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, request->error) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_PRIVATE, request) == CURLE_OK &&
	     request->prepare(request, curl);
	if (ok)
		return curl;
	curl_easy_cleanup(curl);
	return NULL;
}

static void answered(struct mfa_outgoing *o, struct mfa_outgoing_request *request)
{
	static const uint64_t one = 1;

	(void)pthread_mutex_lock(&o->lock);
	STAILQ_INSERT_TAIL(&o->answered, request, others);
	(void)pthread_mutex_unlock(&o->lock);
	(void)!write(o->fd, &one, sizeof(one));
}

static void start(struct mfa_outgoing *o, struct mfa_outgoing_request *request)
{
	request->code = CURLE_FAILED_INIT;
	request->status = 0;
	request->began = request->refused = false;
	request->got = 0;
	request->error[0] = '\0';
	request->sockets[0] = request->sockets[1] = CURL_SOCKET_BAD;
	request->curl = make_request(o, request);
	if (request->curl != NULL && curl_multi_add_handle(o->multi, request->curl) == CURLM_OK) {
		STAILQ_INSERT_TAIL(&o->under_way, request, others);
		return;
	}
	curl_easy_cleanup(request->curl);
	(void)snprintf(request->error, sizeof(request->error), "%s", curl_easy_strerror(CURLE_FAILED_INIT));
	answered(o, request);
}

static void note_outcome(struct mfa_outgoing_request *request, CURLcode code)
{
	CURL *curl = request->curl;
	curl_off_t micros = 0;
	long status = 0;

	request->code = code;
	if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
		request->status = (int)status;
	if (curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &micros) == CURLE_OK)
		request->began = micros > 0;
	if (code == CURLE_OK)
		request->error[0] = '\0';
	else if (request->error[0] == '\0')
		(void)snprintf(request->error, sizeof(request->error), "%s", curl_easy_strerror(code));
}

static void end_handle(struct mfa_outgoing *o, struct mfa_outgoing_request *request)
{
	(void)curl_multi_remove_handle(o->multi, request->curl);
	curl_easy_cleanup(request->curl);
	request->curl = NULL;
}

static void collect(struct mfa_outgoing *o)
{
	struct mfa_outgoing_request *request = NULL;
	const CURLMsg *info;
	int left;

	while ((info = curl_multi_info_read(o->multi, &left)) != NULL) {
		if (info->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(info->easy_handle, CURLINFO_PRIVATE, (char **)&request) != CURLE_OK)
			continue;
		note_outcome(request, info->data.result);
		end_handle(o, request);
		STAILQ_REMOVE(&o->under_way, request, mfa_outgoing_request, others);
		answered(o, request);
	}
}

static struct mfa_outgoing_request *next_waiting(struct mfa_outgoing *o, int running, bool *stopping)
{
	struct mfa_outgoing_request *request;

	(void)pthread_mutex_lock(&o->lock);
	*stopping = o->stopping;
	request = running < MFA_OUTGOING_CONCURRENT && !o->stopping ? take(&o->waiting) : NULL;
	if (request != NULL)
		o->count--;
	(void)pthread_mutex_unlock(&o->lock);
	return request;
}

static void *run(void *ctx)
{
	struct mfa_outgoing *o = ctx;
	struct mfa_outgoing_request *request;
	int running = 0;
	bool stopping;

	do {
		request = next_waiting(o, running, &stopping);
		if (request != NULL)
			start(o, request);
		(void)curl_multi_perform(o->multi, &running);
		collect(o);
		if (request == NULL && !stopping)
			(void)curl_multi_poll(o->multi, NULL, 0, POLL_MS, NULL);
	} while (!stopping);
	return NULL;
}

/* The owner's side. */

int mfa_outgoing_new(size_t queue_max, struct mfa_outgoing **out)
{
	struct mfa_outgoing *o = calloc(1, sizeof(*o));

	*out = NULL;
	if (o == NULL || curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free, wipe_realloc, strdup,
						 calloc) != CURLE_OK) {
		free(o);
		return -ENOMEM;
	}
	o->max = queue_max;
	STAILQ_INIT(&o->waiting);
	STAILQ_INIT(&o->answered);
	STAILQ_INIT(&o->under_way);
	(void)pthread_mutex_init(&o->lock, NULL);
	o->multi = curl_multi_init();
	o->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (o->multi == NULL || o->fd < 0 || pthread_create(&o->thread, NULL, run, o) != 0) {
		if (o->fd >= 0)
			(void)close(o->fd);
		(void)curl_multi_cleanup(o->multi);
		curl_global_cleanup();
		free(o);
		return -ENOMEM;
	}
	*out = o;
	return 0;
}

int mfa_outgoing_fd(const struct mfa_outgoing *o)
{
	return o->fd;
}

int mfa_outgoing_send(struct mfa_outgoing *o, struct mfa_outgoing_request *request)
{
	int r = -EBUSY;

	(void)pthread_mutex_lock(&o->lock);
	if (o->count < o->max) {
		STAILQ_INSERT_TAIL(&o->waiting, request, others);
		o->count++;
		r = 0;
	}
	(void)pthread_mutex_unlock(&o->lock);
	if (r == 0)
		(void)curl_multi_wakeup(o->multi);
	return r;
}

struct mfa_outgoing_request *mfa_outgoing_answered(struct mfa_outgoing *o)
{
	struct mfa_outgoing_request *request;
	uint64_t count;

	(void)!read(o->fd, &count, sizeof(count));
	(void)pthread_mutex_lock(&o->lock);
	request = take(&o->answered);
	(void)pthread_mutex_unlock(&o->lock);
	return request;
}

/* What curl has in hand of a request goes before the request does. */
static void let_go(struct mfa_outgoing *o)
{
	struct mfa_outgoing_request *request;

	while ((request = take(&o->under_way)) != NULL) {
		end_handle(o, request);
		STAILQ_INSERT_TAIL(&o->answered, request, others);
	}
	(void)curl_multi_cleanup(o->multi);
}

void mfa_outgoing_free(struct mfa_outgoing **outgoing, void (*drop)(struct mfa_outgoing_request *request))
{
	struct mfa_outgoing *o = *outgoing;
	struct mfa_outgoing_request *request;

	if (o == NULL)
		return;
	(void)pthread_mutex_lock(&o->lock);
	o->stopping = true;
	(void)pthread_mutex_unlock(&o->lock);
	(void)curl_multi_wakeup(o->multi);
	(void)pthread_join(o->thread, NULL);
	let_go(o);
	(void)close(o->fd);
	while ((request = take(&o->waiting)) != NULL || (request = take(&o->answered)) != NULL)
		drop(request);
	(void)pthread_mutex_destroy(&o->lock);
	curl_global_cleanup();
	free(o);
	*outgoing = NULL;
}

bool mfa_outgoing_header(struct curl_slist **list, const char *name, const char *value)
{
	struct curl_slist *grown;
	char line[HEADER_MAX];
	const char *p;

	for (p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	if (snprintf(line, sizeof(line), "%s: %s", name, value) >= (int)sizeof(line))
		return false;
	grown = curl_slist_append(*list, line);
	explicit_bzero(line, sizeof(line));	/* a password may be in it */
	if (grown == NULL)
		return false;
	*list = grown;
	return true;
}
