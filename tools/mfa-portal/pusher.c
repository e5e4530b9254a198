/* SPDX-License-Identifier: BSD-2-Clause */
#include "pusher.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "encoding/base64url.h"
#include "log/log.h"
#include "portal/public.h"

#define QUEUE_MAX 4096
#define CONCURRENT_MAX 64
#define TIMEOUT_MS 10000
#define BODY_MAX 4096		/* RFC 8030 section 7.2 */
#define ANSWER_MAX 16384
#define POLL_MS 1000

struct message {
	struct message *next;
	struct pusher *pusher;
	char id[32];
	char *endpoint;
	struct curl_slist *headers;
	uint8_t body[BODY_MAX];
	size_t len, got;
	int status;
	bool refused;			/* its address is not a public one */
	char error[CURL_ERROR_SIZE];
};

struct queue {
	struct message *head, **tail;
	size_t count;
};

struct pusher {
	struct portal *portal;
	void (*done)(struct portal *portal, const char *id, int status);
	pthread_t thread;
	pthread_mutex_t lock;
	bool stopping;
	struct queue waiting, answered;
	CURLM *multi;
	int fd;				/* eventfd: something was answered */
	struct event *event;
};

static void append(struct queue *queue, struct message *message)
{
	message->next = NULL;
	*queue->tail = message;
	queue->tail = &message->next;
	queue->count++;
}

static struct message *take(struct queue *queue)
{
	struct message *message = queue->head;

	if (message == NULL)
		return NULL;
	queue->head = message->next;
	if (queue->head == NULL)
		queue->tail = &queue->head;
	queue->count--;
	return message;
}

static void free_message(struct message *message)
{
	curl_slist_free_all(message->headers);
	free(message->endpoint);
	free(message);
}

/* The thread. */

/* The address that the connection goes to: no name that changes its mind gets past this. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct message *message = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !mfa_address_may_be_pushed(&address->addr, &message->pusher->portal->conf->portal.push_networks)) {
		message->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What a push service says beyond its status is nobody's business; too much of it ends the request. */
static size_t on_answer(char *data, size_t size, size_t count, void *ctx)
{
	struct message *message = ctx;

	(void)data;
	message->got += size * count;
	return message->got > ANSWER_MAX ? 0 : size * count;
}

static CURL *make_request(struct message *message)
{
	CURL *curl = curl_easy_init();
	bool ok = curl != NULL;

	ok = ok && curl_easy_setopt(curl, CURLOPT_URL, message->endpoint) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	     /* A name whose servers never answer would be waited for beyond the time limit, by everybody's. */
	     curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, message) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_WRITEDATA, message) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_answer) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_HEADERDATA, message) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message->error) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message->body) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)message->len) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_HTTPHEADER, message->headers) == CURLE_OK &&
	     curl_easy_setopt(curl, CURLOPT_PRIVATE, message) == CURLE_OK;
	if (ok)
		return curl;
	curl_easy_cleanup(curl);
	return NULL;
}

static void answered(struct pusher *p, struct message *message)
{
	static const uint64_t one = 1;

	(void)pthread_mutex_lock(&p->lock);
	append(&p->answered, message);
	(void)pthread_mutex_unlock(&p->lock);
	(void)!write(p->fd, &one, sizeof(one));
}

static void start(struct pusher *p, struct message *message)
{
	CURL *curl = make_request(message);

	if (curl != NULL && curl_multi_add_handle(p->multi, curl) == CURLM_OK)
		return;
	curl_easy_cleanup(curl);
	answered(p, message);
}

static void collect(struct pusher *p)
{
	struct message *message = NULL;
	const CURLMsg *info;
	long status = 0;
	int left;

	while ((info = curl_multi_info_read(p->multi, &left)) != NULL) {
		CURL *curl = info->easy_handle;
		CURLcode code = info->data.result;

		if (info->msg != CURLMSG_DONE || curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **)&message) != CURLE_OK)
			continue;
		if (code == CURLE_OK && curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
			message->status = (int)status;
		else if (message->error[0] == '\0')
			(void)snprintf(message->error, sizeof(message->error), "%s", curl_easy_strerror(code));
		(void)curl_multi_remove_handle(p->multi, curl);
		curl_easy_cleanup(curl);
		answered(p, message);
	}
}

static void *run(void *ctx)
{
	struct pusher *p = ctx;
	struct message *message;
	int running = 0;
	bool stopping;

	do {
		(void)pthread_mutex_lock(&p->lock);
		stopping = p->stopping;
		message = running < CONCURRENT_MAX ? take(&p->waiting) : NULL;
		(void)pthread_mutex_unlock(&p->lock);
		if (message != NULL)
			start(p, message);
		(void)curl_multi_perform(p->multi, &running);
		collect(p);
		if (message == NULL && !stopping)
			(void)curl_multi_poll(p->multi, NULL, 0, POLL_MS, NULL);
	} while (!stopping);
	return NULL;
}

/* The portal's side. */

static void log_failure(const struct message *message)
{
	char host[256];
	struct mfa_log_line line;
	const char *at = message->endpoint + strlen("https://");

	/* The path of an endpoint is a secret between the phone and its push service. */
	(void)snprintf(host, sizeof(host), "%.*s", (int)strcspn(at, "/?#"), at);
	mfa_log_begin(&line, "push");
	mfa_log_text(&line, "result", message->refused ? "refused" : "failed");
	mfa_log_text(&line, "host", host);
	mfa_log_number(&line, "status", message->status);
	mfa_log_text(&line, "msg", message->refused ? "its address is not public; [portal] push_networks may allow it"
						   : message->error);
	mfa_log_write(&line, LOG_WARNING);
}

static void on_answered(evutil_socket_t fd, short what, void *ctx)
{
	struct pusher *p = ctx;
	struct message *message;
	uint64_t count;

	(void)what;
	(void)!read(fd, &count, sizeof(count));
	for (;;) {
		(void)pthread_mutex_lock(&p->lock);
		message = take(&p->answered);
		(void)pthread_mutex_unlock(&p->lock);
		if (message == NULL)
			return;
		if (message->status < 200 || message->status >= 300)
			log_failure(message);
		p->done(p->portal, message->id, message->status);
		free_message(message);
	}
}

int pusher_new(struct portal *portal, void (*done)(struct portal *portal, const char *id, int status),
	       struct pusher **out)
{
	struct pusher *p = calloc(1, sizeof(*p));

	*out = NULL;
	if (p == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(p);
		return -ENOMEM;
	}
	p->portal = portal;
	p->done = done;
	p->waiting.tail = &p->waiting.head;
	p->answered.tail = &p->answered.head;
	(void)pthread_mutex_init(&p->lock, NULL);
	p->multi = curl_multi_init();
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	p->event = p->fd >= 0 ? event_new(portal->base, p->fd, EV_READ | EV_PERSIST, on_answered, p) : NULL;
	if (p->multi == NULL || p->event == NULL || event_add(p->event, NULL) != 0 ||
	    pthread_create(&p->thread, NULL, run, p) != 0) {
		if (p->event != NULL)
			event_free(p->event);
		(void)curl_multi_cleanup(p->multi);
		free(p);
		return -ENOMEM;
	}
	*out = p;
	return 0;
}

static bool add_header(struct message *message, const char *name, const char *value)
{
	struct curl_slist *list;
	char line[1400];

	if (strpbrk(value, "\r\n") != NULL || snprintf(line, sizeof(line), "%s: %s", name, value) >= (int)sizeof(line))
		return false;
	list = curl_slist_append(message->headers, line);
	if (list == NULL)
		return false;
	message->headers = list;
	return true;
}

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text != NULL ? text : "";
}

static bool fill(struct message *message, const json_t *event)
{
	const char *body = text_of(event, "body");
	char ttl[24];

	(void)snprintf(message->id, sizeof(message->id), "%s", text_of(event, "id"));
	(void)snprintf(ttl, sizeof(ttl), "%lld", (long long)json_integer_value(json_object_get(event, "ttl")));
	message->endpoint = strdup(text_of(event, "endpoint"));
	return message->endpoint != NULL && strncmp(message->endpoint, "https://", 8) == 0 &&
	       mfa_base64url_decode(body, strlen(body), message->body, sizeof(message->body), &message->len) == 0 &&
	       add_header(message, "Content-Encoding", "aes128gcm") &&
	       add_header(message, "Content-Type", "application/octet-stream") &&
	       add_header(message, "TTL", ttl) && add_header(message, "Urgency", "high") &&
	       add_header(message, "Topic", text_of(event, "topic")) &&
	       add_header(message, "Authorization", text_of(event, "authorization")) &&
	       /* No "Expect: 100-continue" and its wait. */
	       add_header(message, "Expect", "");
}

void pusher_send(struct pusher *p, const json_t *event)
{
	struct message *message = calloc(1, sizeof(*message));
	bool full;

	if (message == NULL)
		return;
	message->pusher = p;
	(void)pthread_mutex_lock(&p->lock);
	full = p->waiting.count >= QUEUE_MAX;
	(void)pthread_mutex_unlock(&p->lock);
	if (full || !fill(message, event)) {
		p->done(p->portal, text_of(event, "id"), 0);
		free_message(message);
		return;
	}
	(void)pthread_mutex_lock(&p->lock);
	append(&p->waiting, message);
	(void)pthread_mutex_unlock(&p->lock);
	(void)curl_multi_wakeup(p->multi);
}

void pusher_free(struct pusher **pusher)
{
	struct pusher *p = *pusher;
	struct message *message;

	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->stopping = true;
	(void)pthread_mutex_unlock(&p->lock);
	(void)curl_multi_wakeup(p->multi);
	(void)pthread_join(p->thread, NULL);
	event_free(p->event);
	(void)close(p->fd);
	while ((message = take(&p->waiting)) != NULL || (message = take(&p->answered)) != NULL)
		free_message(message);
	(void)curl_multi_cleanup(p->multi);
	curl_global_cleanup();
	free(p);
	*pusher = NULL;
}
