/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that are sent, by mfa-admin's test: from the request to "sent", beside the bare library call, with a mail server
 * and a gateway that do as little as there is to do; and a queue that is full.
 *
 *	sends SOCKET SENDER-PID SMTP-PORT HTTP-PORT	a figure a line
 *	sends --mail SOCKET SMTP-PORT			the same of e-mail alone, with a mail server that is there
 *	sends --hold SOCKET SMTP-PORT COUNT		so many under way, to a mail server that says nothing, until stdin ends
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/dial.h"
#include "wire/frame.h"

#define TURNS 300
#define WARM 20

static void die(const char *what)
{
	(void)fprintf(stderr, "sends: %s\n", what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_median(const char *name, double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	(void)printf("%s %.0f\n", name, values[count / 2]);
}

/* Servers: each connection by a thread. */

static int listen_at(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 256) != 0)
		die("can't listen");
	return fd;
}

static void say(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void *serve_mail(void *ctx)
{
	int fd = (int)(long)ctx;
	FILE *from = fdopen(fd, "r");
	char line[2048];
	bool in_data = false;

	say(fd, "220 bench\r\n");
	while (from != NULL && fgets(line, sizeof(line), from) != NULL) {
		if (in_data && strcmp(line, ".\r\n") != 0)
			continue;
		if (!in_data && strncmp(line, "QUIT", 4) == 0)
			break;
		say(fd, !in_data && strncmp(line, "DATA", 4) == 0 ? "354 go on\r\n" : "250 ok\r\n");
		in_data = !in_data && strncmp(line, "DATA", 4) == 0;
	}
	if (from != NULL)
		(void)fclose(from);
	return NULL;
}

static void *serve_gate(void *ctx)
{
	int fd = (int)(long)ctx;
	char request[4096];
	size_t len = 0;
	ssize_t n;
	const char *body;

	while (len < sizeof(request) - 1 && (n = read(fd, request + len, sizeof(request) - 1 - len)) > 0) {
		len += (size_t)n;
		request[len] = '\0';
		body = strstr(request, "\r\n\r\n");
		/* The bench's bodies end so. */
		if (body != NULL && strchr(body, '}') != NULL)
			break;
	}
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
	(void)close(fd);
	return NULL;
}

static void *serve_nothing(void *ctx)
{
	(void)ctx;	/* it stays open */
	return NULL;
}

struct server {
	int fd;
	void *(*serve)(void *ctx);
};

static void *accept_all(void *ctx)
{
	const struct server *server = ctx;
	pthread_t thread;
	int fd;

	while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		if (pthread_create(&thread, NULL, server->serve, (void *)(long)fd) == 0)
			(void)pthread_detach(thread);
	return NULL;
}

static void start_server(int port, void *(*serve)(void *ctx), struct server *server)
{
	pthread_t thread;

	*server = (struct server){ .fd = listen_at(port), .serve = serve };
	if (pthread_create(&thread, NULL, accept_all, server) != 0)
		die("no thread");
	(void)pthread_detach(thread);
}

/* The bare library call. */

struct body { const char *text; size_t at; };

static size_t read_body(char *out, size_t size, size_t count, void *ctx)
{
	struct body *body = ctx;
	size_t left = strlen(body->text) - body->at, n = size * count < left ? size * count : left;

	memcpy(out, body->text + body->at, n);
	body->at += n;
	return n;
}

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
	(void)data, (void)ctx;
	return size * count;
}

static double bare_mail(int port)
{
	struct body body = { "From: <mfa@example.org>\r\nTo: <jan@example.org>\r\nSubject: code\r\n\r\n482913 is your code.\r\n", 0 };
	struct curl_slist *to = curl_slist_append(NULL, "<jan@example.org>");
	char url[64];
	double began = now_us();
	CURL *curl = curl_easy_init();
	CURLcode code;

	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%d/example.org", port);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "<mfa@example.org>");
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_body);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, &body);
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	code = curl_easy_perform(curl);
	began = now_us() - began;
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	if (code != CURLE_OK)
		die(curl_easy_strerror(code));
	return began;
}

static double bare_gate(int port)
{
	char url[64];
	double began = now_us();
	CURL *curl = curl_easy_init();
	CURLcode code;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{\"n\":\"31612345678\",\"t\":\"482913 is your code.\"}");
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	code = curl_easy_perform(curl);
	began = now_us() - began;
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		die(curl_easy_strerror(code));
	return began;
}

/* mfad's way. */

static struct mfa_frame frame;

static int begin_send(const char *socket_path, const char *method, const char *to)
{
	char json[128];
	int fd;

	if (mfa_dial_daemon(socket_path, &fd) != 0)
		die("mfad does not answer");
	(void)snprintf(json, sizeof(json), "{\"method\":\"%s\",\"to\":\"%s\"}", method, to);
	mfa_frame_start(&frame, MFA_TEST_SEND);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&frame, MFA_FIELD_JSON, json);
	if (mfa_frame_send(fd, &frame, 5000) != 0)
		die("mfad does not take it");
	return fd;
}

static double by_sender(const char *socket_path, const char *method, const char *to)
{
	double began = now_us();
	int fd = begin_send(socket_path, method, to);
	struct mfa_field field;
	bool sent = false;

	while (!sent) {
		if (mfa_frame_recv(fd, &frame, 30000) != 0 || mfa_frame_type(&frame) != MFA_ROW ||
		    mfa_frame_find(&frame, MFA_FIELD_JSON, &field) != 0)
			die("it was not sent");
		sent = memmem(field.data, field.len, "\"sent\"", 6) != NULL;
	}
	began = now_us() - began;
	(void)close(fd);
	return began;
}

static long private_kib(const char *pid)
{
	char path[64], line[256];
	long sum = 0, kib;
	FILE *from;

	(void)snprintf(path, sizeof(path), "/proc/%s/smaps_rollup", pid);
	from = fopen(path, "r");
	if (from == NULL)
		die("the memory of mfa-sender can't be read");
	while (fgets(line, sizeof(line), from) != NULL)
		if (sscanf(line, "Private_Dirty: %ld", &kib) == 1)
			sum += kib;
	(void)fclose(from);
	return sum;
}

static int measure_mail(const char *socket_path, int mail)
{
	static double bare[TURNS], sent[TURNS];
	int i;

	for (i = -WARM; i < TURNS; i++) {
		double b = bare_mail(mail), s = by_sender(socket_path, "email", "jan@example.org");

		if (i >= 0) {
			bare[i] = b;
			sent[i] = s;
		}
	}
	print_median("email_bare_us", bare, TURNS);
	print_median("email_sent_us", sent, TURNS);
	return 0;
}

static int measure(const char *socket_path, const char *pid, int mail, int gate)
{
	static double bare[TURNS], sent[TURNS];
	struct server mail_server, gate_server;
	int i;

	start_server(mail, serve_mail, &mail_server);
	start_server(gate, serve_gate, &gate_server);
	(void)measure_mail(socket_path, mail);
	for (i = -WARM; i < TURNS; i++) {
		double b = bare_gate(gate), s = by_sender(socket_path, "sms", "+31612345678");

		if (i >= 0) {
			bare[i] = b;
			sent[i] = s;
		}
	}
	print_median("sms_bare_us", bare, TURNS);
	print_median("sms_sent_us", sent, TURNS);
	(void)printf("sender_kib %ld\n", private_kib(pid));
	return 0;
}

static int hold(const char *socket_path, int mail, int count)
{
	struct server server;
	char line[8];
	int i;

	start_server(mail, serve_nothing, &server);
	for (i = 0; i < count; i++)
		(void)begin_send(socket_path, "email", "jan@example.org");
	(void)printf("held %d\n", count);
	(void)fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL)
		;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "--hold") == 0)
		return hold(argv[2], atoi(argv[3]), atoi(argv[4]));
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	if (argc == 4 && strcmp(argv[1], "--mail") == 0)
		return measure_mail(argv[2], atoi(argv[3]));
	if (argc != 5)
		die("usage: sends SOCKET SENDER-PID SMTP-PORT HTTP-PORT");
	return measure(argv[1], argv[2], atoi(argv[3]), atoi(argv[4]));
}
