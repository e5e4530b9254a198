/* SPDX-License-Identifier: BSD-2-Clause */
/* Number matching: how long it takes from a phone's answer until the module returns; how many sign-ins can wait,
 * and phones; what a notification costs.
 *
 *	phones CONF SOCKET PORT STACKS MFAD-PID PORTAL-PID
 *
 * CONF is of a new store with nss = no and [portal] url = http://localhost:PORT; STACKS has a service "phone".  Prints
 * lines "NAME VALUE". */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "account/accounts.h"
#include "conf/conf.h"
#include "encoding/base64url.h"
#include "json/fields.h"
#include "phone/pairing.h"
#include "webpush/webpush.h"
#include "wire/frame.h"

#define PHONES 10000
#define SIGNINS 2000
#define ROUNDS 200
#define PUSHES 1000
#define THREADS 8
#define WAIT_MS 60000

static struct mfa_p256 key;
static const char *origin = "http://localhost:";
static char url[64], root_socket[128];
static const char *socket_path, *stacks;
static int port;

static double seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void name_of(unsigned i, char name[16]) { (void)snprintf(name, 16, "p%07u", i); }
static uint64_t id_of(unsigned i) { return 1000 + i; }

/* Accounts, each with a phone; all have the same key. */
static void make_accounts(const struct mfa_conf *conf)
{
	struct mfa_phone phone = { .language = "nl" };
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
	struct mfa_record records[256];
	int results[256];
	unsigned i, n = 0;
	int r;

	r = mfa_keyring_load(conf->key_file, &ring);
	if (r == 0)
		r = mfa_accounts_open(conf->store_url, MFA_STORE_OPEN, ring, &accounts);
	if (r != 0)
		errx(1, "no store: %s", strerror(-r));
	memcpy(phone.key, key.public_key, sizeof(phone.key));
	for (i = 0; i < PHONES; i++) {
		struct mfa_device device = { .id = id_of(i), .label = "Phone", .type = MFA_DEVICE_PUSH, .phone = &phone };
		char name[16];

		name_of(i, name);
		memset(&records[n], 0, sizeof(records[n]));
		if (mfa_record_new(name, &records[n]) != 0 || mfa_account_add_device(records[n].account, &device) != 0)
			errx(1, "no account");
		if (++n < 256 && i + 1 < PHONES)
			continue;
		if (mfa_accounts_save_many(accounts, records, n, results) != 0)
			errx(1, "not saved");
		while (n > 0)
			mfa_record_release(&records[--n]);
	}
	mfa_accounts_close(&accounts);
	mfa_keyring_free(&ring);
}

/* As its owner, or the store would have files of root's. */
static void make_accounts_as_owner(const struct mfa_conf *conf)
{
	const struct passwd *pw = getpwnam(MFA_USER);
	int status = 1;
	pid_t pid;

	if (pw == NULL || mfa_p256_generate(&key) != 0)
		errx(1, "no user, or no key");
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
		    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
			err(1, "ids");
		make_accounts(conf);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		errx(1, "no accounts");
}

/* Calls. */

static char *sign(const char *call, json_t *payload)
{
	char *text = mfa_json_dump(payload), encoded[MFA_BASE64URL_SIZE(MFA_P256_SIGNATURE_SIZE)];
	uint8_t signature[MFA_P256_SIGNATURE_SIZE];
	json_t *json;

	if (text == NULL || mfa_p256_sign(&key, (const uint8_t *)text, strlen(text), signature) != 0 ||
	    mfa_base64url_encode(signature, sizeof(signature), encoded, sizeof(encoded)) != 0)
		errx(1, "not signed");
	json = json_pack("{s:s, s:s}", "payload", text, "signature", encoded);
	if (call != NULL)
		(void)json_object_set_new(json, "call", json_string(call));
	free(text);
	return mfa_json_dump(json);
}

static json_t *list_payload(unsigned i)
{
	char name[16], id[MFA_DEVICE_ID_SIZE];

	name_of(i, name);
	mfa_device_id_format(id_of(i), id);
	return json_pack("{s:s, s:s, s:s, s:s, s:I}", "type", "list", "origin", url, "account", name, "device", id,
			 "time", (json_int_t)time(NULL));
}

static json_t *answer_payload(unsigned i, const json_t *request, unsigned number)
{
	static const char *const shown[] = { "host", "service", "address", "command", "claim", "expires" };
	json_t *payload = list_payload(i);
	char digits[3];
	size_t j;

	(void)snprintf(digits, sizeof(digits), "%02u", number % 100);
	(void)json_object_set_new(payload, "type", json_string("answer"));
	(void)json_object_set_new(payload, "decision", json_string("approve"));
	(void)json_object_set_new(payload, "number", json_string(digits));
	(void)json_object_set(payload, "request", json_object_get(request, "id"));
	for (j = 0; j < sizeof(shown) / sizeof(shown[0]); j++)
		(void)json_object_set(payload, shown[j], json_object_get(request, shown[j]));
	return payload;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "%s", path);
	return fd;
}

/* One call on a line to mfad, as the portal has them. */
static json_t *ask_mfad(int fd, const char *text)
{
	struct mfa_frame frame;
	struct mfa_field field;

	mfa_frame_start(&frame, MFA_PHONE);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&frame, MFA_FIELD_JSON, text);
	if (mfa_frame_send(fd, &frame, WAIT_MS) != 0 || mfa_frame_recv(fd, &frame, WAIT_MS) != 0 ||
	    mfa_frame_find(&frame, MFA_FIELD_JSON, &field) != 0)
		errx(1, "mfad does not answer");
	return json_loadb((const char *)field.data, field.len, 0, NULL);
}

static json_t *request_of(int fd, unsigned i)
{
	char *text = sign("list", list_payload(i));
	json_t *reply = ask_mfad(fd, text), *row;

	row = json_incref(json_array_get(json_object_get(json_object_get(reply, "body"), "requests"), 0));
	json_decref(reply);
	free(text);
	return row;
}

/* HTTP, as far as it is needed. */

static int connect_portal(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "the portal");
	return fd;
}

static void post(int fd, unsigned from, const char *call, const char *body)
{
	char *text;
	int n = asprintf(&text, "POST /api/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
			 "X-Forwarded-For: 10.%u.%u.%u\r\nContent-Length: %zu\r\n\r\n%s", call, from >> 16 & 255,
			 from >> 8 & 255, from & 255, strlen(body), body);

	if (n < 0 || write(fd, text, (size_t)n) != n)
		err(1, "not sent");
	free(text);
}

/* The body of an answer that comes in one piece. */
static json_t *answer_of(int fd)
{
	char text[8192];
	ssize_t n, len = 0;
	const char *body;
	json_t *json;

	while ((n = read(fd, text + len, sizeof(text) - 1 - (size_t)len)) > 0) {
		len += n;
		text[len] = '\0';
		body = strstr(text, "\r\n\r\n");
		json = body != NULL ? json_loads(body + 4, 0, NULL) : NULL;
		if (json != NULL)
			return json;
	}
	err(1, "the portal does not answer, after %zd bytes", len);
}

/* From the answer to the module's return. */

struct signin {
	pthread_mutex_t lock;
	pthread_cond_t shown;
	unsigned account, number;
	double returned;
	int result;
};

static int converse(int n, const struct pam_message **msg, struct pam_response **resp, void *ctx)
{
	struct signin *s = ctx;
	const char *at;
	int i;

	*resp = calloc((size_t)n, sizeof(**resp));
	for (i = 0; i < n; i++) {
		at = strstr(msg[i]->msg, "Enter ");
		if (at != NULL) {
			(void)pthread_mutex_lock(&s->lock);
			s->number = (unsigned)strtoul(at + 6, NULL, 10);
			(void)pthread_cond_signal(&s->shown);
			(void)pthread_mutex_unlock(&s->lock);
		}
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*resp)[i].resp = strdup("");
	}
	return PAM_SUCCESS;
}

static void *sign_in(void *ctx)
{
	struct signin *s = ctx;
	const struct pam_conv conv = { converse, s };
	pam_handle_t *pam;
	char name[16];

	name_of(s->account, name);
	if (pam_start_confdir("phone", name, &conv, stacks, &pam) != PAM_SUCCESS)
		errx(1, "PAM");
	(void)pam_set_item(pam, PAM_TTY, "ssh");
	s->result = pam_authenticate(pam, 0);
	s->returned = seconds();
	(void)pam_end(pam, s->result);
	return NULL;
}

static void measure_latency(void)
{
	static double took[ROUNDS];
	int mfad = connect_unix(socket_path), portal = connect_portal();
	pthread_t thread;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		struct signin s = { .account = i };
		json_t *request = NULL;
		double begin;
		char *body;

		(void)pthread_mutex_init(&s.lock, NULL);
		(void)pthread_cond_init(&s.shown, NULL);
		if (pthread_create(&thread, NULL, sign_in, &s) != 0)
			errx(1, "no thread");
		(void)pthread_mutex_lock(&s.lock);
		while (s.number == 0)
			(void)pthread_cond_wait(&s.shown, &s.lock);
		(void)pthread_mutex_unlock(&s.lock);
		request = request_of(mfad, i);
		body = sign(NULL, answer_payload(i, request, s.number));
		begin = seconds();
		post(portal, i, "answer", body);
		json_decref(answer_of(portal));
		(void)pthread_join(thread, NULL);
		took[i] = (s.returned - begin) * 1e6;
		if (s.result != PAM_SUCCESS)
			errx(1, "a right answer was refused");
		json_decref(request);
		free(body);
	}
	qsort(took, ROUNDS, sizeof(took[0]), by_value);
	(void)printf("answer_p50 %.0f\nanswer_p99 %.0f\n", took[ROUNDS / 2], took[ROUNDS * 99 / 100]);
	(void)close(mfad);
	(void)close(portal);
}

/* Many. */

static long memory(const char *pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/status", pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file != NULL)
		(void)fclose(file);
	return kib;
}

/* Starts one, up to where it waits.  Returns its connection. */
static int start_waiting(unsigned i, unsigned *number)
{
	int fd = connect_unix(root_socket);
	struct mfa_frame frame;
	char name[16], text[512];

	name_of(i, name);
	mfa_frame_start(&frame, MFA_SIGNIN);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&frame, MFA_FIELD_USER, name);
	mfa_frame_put_text(&frame, MFA_FIELD_SERVICE, "sshd");
	if (mfa_frame_send(fd, &frame, WAIT_MS) != 0)
		errx(1, "not sent");
	do {
		if (mfa_frame_recv(fd, &frame, WAIT_MS) != 0)
			errx(1, "mfad hung up");
		(void)mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text));
		if (strstr(text, "Enter ") != NULL)
			*number = (unsigned)strtoul(strstr(text, "Enter ") + 6, NULL, 10);
	} while (mfa_frame_type(&frame) != MFA_ASK);
	mfa_frame_start(&frame, MFA_ANSWER);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, "");
	(void)mfa_frame_send(fd, &frame, WAIT_MS);
	return fd;
}

static char *answers[SIGNINS];

static void *send_answers(void *ctx)
{
	unsigned first = *(unsigned *)ctx, i;
	int fd = connect_unix(socket_path);

	for (i = first; i < SIGNINS; i += THREADS)
		json_decref(ask_mfad(fd, answers[i]));
	(void)close(fd);
	return NULL;
}

static void measure_many(const char *mfad_pid, const int *phones)
{
	static struct pollfd fds[SIGNINS];
	static unsigned numbers[SIGNINS];
	unsigned firsts[THREADS], i, done = 0, right = 0, woken = 0;
	pthread_t threads[THREADS];
	long before = memory(mfad_pid);
	struct pollfd one;
	double begin = seconds();
	int fd;

	for (i = 0; i < SIGNINS; i++)
		fds[i] = (struct pollfd){ .fd = start_waiting(i, &numbers[i]), .events = POLLIN };
	(void)printf("waiting_kib %.1f\n", (double)(memory(mfad_pid) - before) / SIGNINS);
	for (i = 0; i < SIGNINS; i++) {
		one = (struct pollfd){ .fd = phones[i], .events = POLLIN };
		woken += poll(&one, 1, 2000) == 1;
	}
	(void)printf("phones_woken %u\nphones_seconds %.2f\n", woken, seconds() - begin);
	/* Who connects and says nothing for five seconds is hung up on. */
	fd = connect_unix(socket_path);
	for (i = 0; i < SIGNINS; i++) {
		json_t *request = request_of(fd, i);

		answers[i] = sign("answer", answer_payload(i, request, numbers[i]));
		json_decref(request);
	}
	begin = seconds();
	for (i = 0; i < THREADS; i++) {
		firsts[i] = i;
		if (pthread_create(&threads[i], NULL, send_answers, &firsts[i]) != 0)
			errx(1, "no thread");
	}
	while (done < SIGNINS && poll(fds, SIGNINS, 20000) > 0) {
		for (i = 0; i < SIGNINS; i++) {
			struct mfa_frame frame;

			if (fds[i].fd < 0 || fds[i].revents == 0)
				continue;
			if (mfa_frame_recv(fds[i].fd, &frame, 0) == 0 && mfa_frame_type(&frame) != MFA_DONE)
				continue;
			right += mfa_frame_byte(&frame, MFA_FIELD_RESULT, 99) == MFA_RESULT_OK;
			(void)close(fds[i].fd);
			fds[i].fd = -1;
			done++;
		}
	}
	(void)printf("many_right %u\nmany_seconds %.2f\n", right, seconds() - begin);
	for (i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
}

/* Phones whose page is open. */
static void open_pages(int *phones, const char *portal_pid)
{
	long before = memory(portal_pid);
	unsigned i;

	for (i = 0; i < PHONES; i++) {
		char *body = sign(NULL, list_payload(i)), *wait;
		json_t *answer;

		phones[i] = connect_portal();
		post(phones[i], i, "list", body);
		answer = answer_of(phones[i]);
		wait = mfa_json_dump(json_pack("{s:O}", "ticket", json_object_get(answer, "ticket")));
		if (wait == NULL)
			errx(1, "no ticket");
		post(phones[i], i, "wait", wait);
		json_decref(answer);
		free(wait);
		free(body);
	}
	(void)printf("portal_before_mib %.1f\nportal_mib %.1f\n", (double)before / 1024, (double)memory(portal_pid) / 1024);
}

static void measure_push(void)
{
	struct mfa_subscription_keys to = { .auth = { 1 } };
	char header[MFA_VAPID_HEADER_MAX];
	uint8_t body[MFA_WEBPUSH_BODY_SIZE(64)];
	static const uint8_t plain[64];
	double begin;
	unsigned i;

	memcpy(to.p256dh, key.public_key, sizeof(to.p256dh));
	begin = seconds();
	for (i = 0; i < PUSHES; i++)
		if (mfa_webpush_encrypt(&to, plain, sizeof(plain), body) != 0 ||
		    mfa_vapid_header(&key, "https://push.example.org", "mailto:a@example.org", time(NULL) + 3600, header) != 0)
			errx(1, "not encrypted");
	(void)printf("push_us %.0f\n", (seconds() - begin) * 1e6 / PUSHES);
}

int main(int argc, char **argv)
{
	static int phones[PHONES];
	struct rlimit rl = { 40000, 40000 };
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;

	if (argc != 7)
		errx(1, "usage: phones CONF SOCKET PORT STACKS MFAD-PID PORTAL-PID");
	if (mfa_conf_load(argv[1], &conf, error) != 0)
		errx(1, "%s", error);
	(void)setrlimit(RLIMIT_NOFILE, &rl);
	socket_path = argv[2];
	port = atoi(argv[3]);
	stacks = argv[4];
	(void)snprintf(url, sizeof(url), "%s%d", origin, port);
	(void)snprintf(root_socket, sizeof(root_socket), "%s.root", socket_path);
	make_accounts_as_owner(conf);
	measure_push();
	measure_latency();
	open_pages(phones, argv[6]);
	measure_many(argv[5], phones);
	mfa_conf_free(&conf);
	return 0;
}
