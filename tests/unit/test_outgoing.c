/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "outgoing/outgoing.h"

#define QUEUE 3
#define WAIT_MS 30000

struct message {
	struct mfa_outgoing_request request;
	const char *path;
	char body[64], head[256];
};

/* A server that says one thing to whoever connects, by the path asked for. */
static int server = -1;
static unsigned short port;
static pthread_t thread;

static const struct { const char *path, *answer; size_t more; } answers[] = {
	{ "/ok", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0 },
	{ "/no", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 0 },
	{ "/moved", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n", 0 },
	{ "/large", "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n", 20000 },
	{ "/silent", "", 0 },
};

static void answer(int fd, const char *request)
{
	size_t i, k;

	for (i = 0; i < ROWS(answers); i++) {
		size_t len = strlen(answers[i].path);

		if (strncmp(request + strlen("GET "), answers[i].path, len) != 0 || request[strlen("GET ") + len] != ' ')
			continue;
		(void)send(fd, answers[i].answer, strlen(answers[i].answer), MSG_NOSIGNAL);
		for (k = 0; k < answers[i].more; k++)
			(void)send(fd, "x", 1, MSG_NOSIGNAL);
	}
}

static void *serve(void *ctx)
{
	char request[1024];
	ssize_t n;
	int fd;

	(void)ctx;
	while ((fd = accept(server, NULL, NULL)) >= 0) {
		n = read(fd, request, sizeof(request) - 1);
		if (n > 0) {
			request[n] = '\0';
			answer(fd, request);
		}
		(void)close(fd);
	}
	return NULL;
}

static int start_server(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);

	(void)state;
	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server, 16), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&address, &len), 0);
	port = ntohs(address.sin_port);
	return pthread_create(&thread, NULL, serve, NULL);
}

static int stop_server(void **state)
{
	(void)state;
	(void)shutdown(server, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	return close(server);
}

static bool prepare(struct mfa_outgoing_request *request, CURL *curl)
{
	const struct message *message = (const struct message *)request;
	char url[64];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", port, message->path);
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK;
}

static bool prepare_nothing(struct mfa_outgoing_request *request, CURL *curl)
{
	(void)request, (void)curl;
	return false;
}

static bool nobody(const struct mfa_outgoing_request *request, const struct sockaddr *address)
{
	(void)request;
	assert_int_equal(address->sa_family, AF_INET);
	return false;
}

static void on_body(struct mfa_outgoing_request *request, const char *data, size_t len)
{
	struct message *message = (struct message *)request;

	(void)snprintf(message->body, sizeof(message->body), "%.*s", (int)len, data);
}

static void on_head(struct mfa_outgoing_request *request, const char *data, size_t len)
{
	struct message *message = (struct message *)request;
	size_t at = strlen(message->head);

	(void)snprintf(message->head + at, sizeof(message->head) - at, "%.*s", (int)len, data);
}

static struct message *wait_answer(struct mfa_outgoing *o)
{
	struct pollfd fd = { .fd = mfa_outgoing_fd(o), .events = POLLIN };
	struct mfa_outgoing_request *request;

	while ((request = mfa_outgoing_answered(o)) == NULL)
		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	return (struct message *)request;
}

static void drop_none(struct mfa_outgoing_request *request)
{
	fail_msg("%s was not answered", ((struct message *)request)->path);
}

static void test_answers(void **state)
{
	static const struct {
		const char *path; bool refuse; bool (*prepare)(struct mfa_outgoing_request *, CURL *);
		CURLcode code; int status; bool began, refused; const char *body;
	} rows[] = {
		{ "/ok", false, prepare, CURLE_OK, 200, true, false, "hello" },
		{ "/no", false, prepare, CURLE_OK, 403, true, false, "" },
		{ "/moved", false, prepare, CURLE_OK, 302, true, false, "" },
		{ "/large", false, prepare, CURLE_WRITE_ERROR, 200, true, false, NULL },
		{ "/silent", false, prepare, CURLE_GOT_NOTHING, 0, true, false, "" },
		{ "/ok", true, prepare, CURLE_COULDNT_CONNECT, 0, false, true, "" },
		{ "/ok", false, prepare_nothing, CURLE_FAILED_INIT, 0, false, false, "" },
	};
	struct mfa_outgoing *o;
	struct message message;
	size_t i;

	(void)state;
	assert_int_equal(mfa_outgoing_new(QUEUE, &o), 0);
	for (i = 0; i < ROWS(rows); i++) {
		memset(&message, 0, sizeof(message));
		message.path = rows[i].path;
		message.request = (struct mfa_outgoing_request){
			.prepare = rows[i].prepare, .may_connect = rows[i].refuse ? nobody : NULL,
			.on_body = on_body, .on_head = on_head, .timeout_ms = WAIT_MS,
		};
		assert_int_equal(mfa_outgoing_send(o, &message.request), 0);
		assert_ptr_equal(wait_answer(o), &message);
		if (message.request.code != rows[i].code || message.request.status != rows[i].status ||
		    message.request.began != rows[i].began || message.request.refused != rows[i].refused ||
		    (message.request.error[0] == '\0') != (rows[i].code == CURLE_OK) ||
		    (rows[i].body != NULL && strcmp(message.body, rows[i].body) != 0))
			fail_msg("%s: code %d, status %d, began %d, refused %d, body %s, %s", rows[i].path,
				 (int)message.request.code, message.request.status, message.request.began,
				 message.request.refused, message.body, message.request.error);
	}
	mfa_outgoing_free(&o, drop_none);
	assert_null(o);
	mfa_outgoing_free(&o, drop_none);
}

/* Its connection is kept, for the next one, and is closed when nobody remembers the request. */
static void test_connection_outlives_request(void **state)
{
	long size = sysconf(_SC_PAGESIZE);
	struct mfa_outgoing *o;
	struct message *message;

	(void)state;
	assert_in_range(sizeof(*message), 1, size);
	message = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(message, MAP_FAILED);
	*message = (struct message){ .path = "/ok", .request = { .prepare = prepare, .timeout_ms = WAIT_MS } };
	assert_int_equal(mfa_outgoing_new(QUEUE, &o), 0);
	assert_int_equal(mfa_outgoing_send(o, &message->request), 0);
	assert_ptr_equal(wait_answer(o), message);
	assert_int_equal(message->request.status, 200);
	/* Whoever looks at it now ends by a signal. */
	assert_int_equal(mprotect(message, (size_t)size, PROT_NONE), 0);
	mfa_outgoing_free(&o, drop_none);
	assert_int_equal(munmap(message, (size_t)size), 0);
}

/* Nobody listens where nobody did: what was to be sent has surely not been. */
static void test_nobody_there(void **state)
{
	struct message message = { .path = "/ok", .request = { .prepare = prepare, .timeout_ms = WAIT_MS } };
	struct mfa_outgoing *o;
	unsigned short kept = port;

	(void)state;
	port = 1;
	assert_int_equal(mfa_outgoing_new(QUEUE, &o), 0);
	assert_int_equal(mfa_outgoing_send(o, &message.request), 0);
	assert_ptr_equal(wait_answer(o), &message);
	assert_int_equal(message.request.code, CURLE_COULDNT_CONNECT);
	assert_false(message.request.began);
	mfa_outgoing_free(&o, drop_none);
	port = kept;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* Holds the thread, so that what comes behind waits. */
static bool prepare_held(struct mfa_outgoing_request *request, CURL *curl)
{
	(void)pthread_mutex_lock(&gate);
	(void)pthread_mutex_unlock(&gate);
	return prepare(request, curl);
}

static size_t dropped;

static void drop(struct mfa_outgoing_request *request)
{
	(void)request;
	dropped++;
}

/* Too many wait: those that come then are told; and each is handed back at the end. */
static void test_full(void **state)
{
	struct message messages[QUEUE + 3];
	struct mfa_outgoing *o;
	size_t i, taken = 0;

	(void)state;
	(void)pthread_mutex_lock(&gate);
	assert_int_equal(mfa_outgoing_new(QUEUE, &o), 0);
	for (i = 0; i < ROWS(messages); i++) {
		messages[i] = (struct message){
			.path = "/silent", .request = { .prepare = prepare_held, .timeout_ms = WAIT_MS },
		};
		if (mfa_outgoing_send(o, &messages[i].request) == 0)
			taken++;
		else
			assert_int_equal(mfa_outgoing_send(o, &messages[i].request), -EBUSY);
	}
	/* The thread has one of them in hand, or has not come to it yet. */
	assert_in_range(taken, QUEUE, QUEUE + 1);
	(void)pthread_mutex_unlock(&gate);
	dropped = 0;
	mfa_outgoing_free(&o, drop);
	assert_int_equal(dropped, taken);
}

static void test_header(void **state)
{
	static const struct { const char *value; bool expect; } rows[] = {
		{ "Bearer x", true }, { "", true }, { "a\r\nBcc: b", false }, { "a\nb", false }, { "a\x7f", false },
	};
	struct curl_slist *list = NULL;
	char large[2000];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(mfa_outgoing_header(&list, "Authorization", rows[i].value), rows[i].expect);
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_false(mfa_outgoing_header(&list, "X", large));
	assert_string_equal(list->data, "Authorization: Bearer x");
	assert_null(list->next->next);
	curl_slist_free_all(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_connection_outlives_request),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
