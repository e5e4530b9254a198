/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/phones/push.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "encoding/base64url.h"
#include "json/fields.h"
#include "log/log.h"
#include "mfad/base/metrics.h"
#include "mfad/phones/feed.h"
#include "mfad/phones/vapid.h"
#include "table/table.h"
#include "text/text.h"

#define NOTIFIED_SECONDS 1	/* that a prompt may wait for a push service */
#define PAIRING_SECONDS 120
#define VAPID_SECONDS 43200	/* RFC 8292 section 2: at most a day */
#define PAYLOAD_MAX 128
#define TOPIC_SIZE 32		/* RFC 8030 section 5.4 */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(pushes, push) under_way = LIST_HEAD_INITIALIZER(under_way);

static const struct mfa_vault *vault_of(const struct conversation *c)
{
	return mfa_accounts_vault(c->verifier->accounts);
}

/* Messages. */

/* "https://host[:port]" of a URL (RFC 8292 section 2). */
static int origin_of(const char *url, char *out, size_t size)
{
	size_t len = strlen("https://");

	len += strcspn(url + len, "/?#");
	if (len >= size)
		return -ENOBUFS;
	(void)snprintf(out, size, "%.*s", (int)len, url);
	return 0;
}

static int encrypt(const struct mfa_phone *phone, const char *plain, char *out, size_t size)
{
	uint8_t body[MFA_WEBPUSH_BODY_SIZE(PAYLOAD_MAX)];
	size_t n = strlen(plain);
	int r;

	if (n > PAYLOAD_MAX)
		return -EMSGSIZE;
	r = mfa_webpush_encrypt(&phone->push, (const uint8_t *)plain, n, body);
	return r == 0 ? mfa_base64url_encode(body, MFA_WEBPUSH_BODY_SIZE(n), out, size) : r;
}

int push_send(const struct conversation *c, const struct mfa_phone *phone, const struct push_letter *letter)
{
	const struct mfa_portal_conf *portal = &c->conf->portal;
	char body[MFA_BASE64URL_SIZE(MFA_WEBPUSH_BODY_SIZE(PAYLOAD_MAX))], header[MFA_VAPID_HEADER_MAX];
	char origin[MFA_ENDPOINT_MAX];
	struct mfa_p256 key;
	int r = vapid_key(c->verifier, &key);

	if (r == 0)
		r = origin_of(phone->endpoint, origin, sizeof(origin));
	if (r == 0)
		r = mfa_vapid_header(&key, origin, portal->contact, mfa_clock_now() + VAPID_SECONDS, header);
	if (r == 0)
		r = encrypt(phone, letter->plain, body, sizeof(body));
	if (r == 0)
		r = feed_send(json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "event", "push",
			"id", letter->id, "endpoint", phone->endpoint, "authorization", header,
			"ttl", (json_int_t)letter->seconds, "topic", letter->topic, "body", body));
	explicit_bzero(&key, sizeof(key));
	return r;
}

/* Only the request's id and a language go through other people's hands, and these encrypted. */
static int send_message(const struct push *push, const struct mfa_phone *phone, const char *id)
{
	char plain[PAYLOAD_MAX + 1];
	struct push_letter letter = {
		.id = id, .topic = push->request.id, .plain = plain,
		.seconds = push->request.expires - mfa_clock_now(),
	};

	(void)snprintf(plain, sizeof(plain), "{\"request\":\"%s\",\"language\":\"%s\"}", push->request.id,
		       phone->language);
	return push_send(push->c, phone, &letter);
}

bool push_message_done(const char *id, int status, char account[MFA_ACCOUNT_NAME_MAX + 1],
		       uint64_t *device, uint64_t *endpoint)
{
	struct push *push;
	bool known = false;
	size_t i;

	(void)pthread_mutex_lock(&lock);
	LIST_FOREACH(push, &under_way, others) {
		for (i = 0; i < push->count; i++) {
			if (strcmp(push->messages[i].id, id) != 0)
				continue;
			known = true;
			push->messages[i].status = status;
			*device = push->messages[i].device;
			*endpoint = push->messages[i].endpoint;
			(void)snprintf(account, MFA_ACCOUNT_NAME_MAX + 1, "%s", push->request.account);
			waiter_wake(&push->waiter);
		}
	}
	(void)pthread_mutex_unlock(&lock);
	return known;
}

/* Both ways to a phone: the page that is open, and its push service. */
static void reach(struct push *push, uint64_t device, const struct mfa_phone *phone)
{
	char id[MFA_PHONE_REQUEST_ID_SIZE], account[MFA_ACCOUNT_NAME_MAX + 1];
	uint64_t endpoint = mfa_text_hash(phone->endpoint);
	int r;

	push->devices[push->device_count++] = device;
	feed_changed(device);
	if (!phone->subscribed)
		return;
	/* Its answer may come before this goes on. */
	(void)pthread_mutex_lock(&lock);
	(void)snprintf(id, sizeof(id), "%.*s%zu", MFA_PHONE_REQUEST_ID_SIZE - 4, push->request.id, push->count);
	memcpy(push->messages[push->count].id, id, sizeof(id));
	push->messages[push->count].device = device;
	push->messages[push->count].endpoint = endpoint;
	push->messages[push->count++].status = -1;
	(void)pthread_mutex_unlock(&lock);
	r = send_message(push, phone, id);
	if (r == 0)
		return;
	(void)push_message_done(id, 0, account, &device, &endpoint);
	mfa_log_message(LOG_ERR, "push", "a notification can't be made", r);
}

/* Returns 1: one was taken by its push service; 0: none was; -1: it is not known yet. */
static int notified(struct push *push)
{
	int state = 0;
	size_t i;

	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < push->count && state != 1; i++) {
		if (push->messages[i].status < 0)
			state = -1;
		else if (push->messages[i].status >= 200 && push->messages[i].status < 300)
			state = 1;
	}
	(void)pthread_mutex_unlock(&lock);
	return state;
}

bool push_notified(struct push *push)
{
	int64_t until = mfa_clock_now() + NOTIFIED_SECONDS;
	int state;

	while ((state = notified(push)) < 0)
		if (waiter_wait(&push->waiter, -1, until) == 0)
			break;
	return state == 1;
}

/* Asking. */

static bool can_answer(const struct mfa_device *device, const struct mfa_policy *policy)
{
	return device->type == MFA_DEVICE_PUSH &&
	       (policy->verify_user != MFA_VERIFY_REQUIRED || device->phone->credential_len > 0);
}

static bool has_phone(const struct mfa_account *account, const struct mfa_policy *policy)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if (can_answer(&account->devices[i], policy))
			return true;
	return false;
}

static void join(struct push *push)
{
	(void)pthread_mutex_lock(&lock);
	LIST_INSERT_HEAD(&under_way, push, others);
	(void)pthread_mutex_unlock(&lock);
}

static void leave(struct push *push)
{
	(void)pthread_mutex_lock(&lock);
	LIST_REMOVE(push, others);
	(void)pthread_mutex_unlock(&lock);
}

void push_host(char *out, size_t size)
{
	if (gethostname(out, size) != 0)
		(void)snprintf(out, size, "?");
	out[size - 1] = '\0';
}

/* Puts the request where phones find it. */
static int begin(struct push *push, struct conversation *c)
{
	struct mfa_phone_request *request = &push->request;
	uint64_t version = 0;
	int r;

	push->c = c;
	push_host(request->host, sizeof(request->host));
	mfa_phone_request_key(request->account, request->id, push->key);
	r = waiter_begin(&push->waiter, push->key);
	if (r != 0)
		return r;
	r = mfa_phone_request_put(vault_of(c), request, &version);
	if (r != 0) {
		waiter_end(&push->waiter);
		return r;
	}
	push->active = true;
	metrics_push_asked();
	join(push);
	return 0;
}

struct counted {
	struct push *push;
	enum mfa_voice voice;
	enum mfa_push_block block;
};

static int count_in(void *ctx, struct mfa_record *record, bool again)
{
	struct counted *counted = ctx;
	struct push *push = counted->push;

	(void)again;
	push->asked_at = mfa_clock_now();
	counted->block = mfa_push_blocked(record->account, counted->voice, push->c->conf->push_limit, push->asked_at);
	if (counted->block != MFA_PUSH_FREE)
		return 1;
	mfa_push_ask(record->account, counted->voice, push->asked_at);
	return 0;
}

/* The request counts before any phone hears of it. */
static int count_request(struct push *push, struct mfa_record *record, const struct push_subject *subject,
			 enum push_offer *offer)
{
	struct counted counted = { .push = push, .voice = subject->voice };
	int r = mfa_accounts_change(push->c->verifier->accounts, record, count_in, &counted);

	*offer = r == 0 ? PUSH_ASKED : PUSH_NONE;
	if (r == 1)
		*offer = counted.block == MFA_PUSH_STOPPED ? PUSH_STOPPED : PUSH_LIMITED;
	if (r == 1)
		return 0;
	return subject_still(r);
}

int push_begin(struct push *push, struct conversation *c, struct mfa_record *record,
	       const struct push_subject *subject, enum push_offer *offer)
{
	struct mfa_phone_request *request = &push->request;
	size_t i;
	int r;

	memset(push, 0, sizeof(*push));
	push->waiter.fd = -1;
	push->c = c;
	*offer = PUSH_NONE;
	if (c->conf->portal.url == NULL || (subject->policy->methods & MFA_METHOD_PUSH) == 0 || record->decoy ||
	    !has_phone(record->account, subject->policy))
		return 0;
	if (!feed_heard()) {
		*offer = PUSH_UNREACHABLE;
		return 0;
	}
	r = count_request(push, record, subject, offer);
	if (r != 0 || *offer != PUSH_ASKED)
		return r;
	r = mfa_phone_request_new(request);
	if (r != 0)
		return r;
	request->kind = MFA_PHONE_REQUEST_SIGNIN;
	request->created = mfa_clock_now();
	request->expires = request->created + c->conf->push_timeout;
	request->claim = subject->voice != MFA_VOICE_ROOT;
	request->by_caller = subject->voice == MFA_VOICE_CALLER;
	request->verify = subject->policy->verify_user;
	mfa_text_copy(request->account, sizeof(request->account), record->account->name);
	mfa_text_copy(request->service, sizeof(request->service), subject->service);
	mfa_text_copy(request->address, sizeof(request->address), subject->address);
	mfa_text_copy(request->command, sizeof(request->command), subject->command);
	r = begin(push, c);
	for (i = 0; r == 0 && i < record->account->device_count; i++)
		if (can_answer(&record->account->devices[i], subject->policy))
			reach(push, record->account->devices[i].id, record->account->devices[i].phone);
	return r;
}

int push_begin_test(struct push *push, struct conversation *c, const struct mfa_pairing *pairing,
		    const char *service)
{
	struct mfa_phone_request *request = &push->request;
	int r;

	memset(push, 0, sizeof(*push));
	push->waiter.fd = -1;
	r = mfa_phone_request_new(request);
	if (r != 0)
		return r;
	request->kind = MFA_PHONE_REQUEST_TEST;
	request->device = pairing->device;
	request->created = mfa_clock_now();
	request->expires = request->created + PAIRING_SECONDS;
	request->verify = pairing->verify;
	mfa_text_copy(request->account, sizeof(request->account), pairing->account);
	mfa_text_copy(request->service, sizeof(request->service), service);
	r = begin(push, c);
	if (r == 0)
		reach(push, pairing->device, &pairing->phone);
	return r;
}

/* What comes of it. */

enum push_outcome push_look(struct push *push)
{
	static const enum push_outcome outcomes[] = {
		[MFA_PHONE_REQUEST_PENDING] = PUSH_PENDING, [MFA_PHONE_REQUEST_APPROVED] = PUSH_APPROVED,
		[MFA_PHONE_REQUEST_DENIED] = PUSH_DENIED, [MFA_PHONE_REQUEST_WRONG] = PUSH_WRONG,
		[MFA_PHONE_REQUEST_REFUSING] = PUSH_PENDING,
	};
	MFA_TABLE_FITS(outcomes, MFA_PHONE_REQUEST_STATES);
	struct mfa_phone_request now;
	int r;

	if (!push->active)
		return PUSH_EXPIRED;
	r = mfa_phone_request_get(vault_of(push->c), push->request.account, push->request.id, &now, NULL);
	if (r == -ENOENT)
		return PUSH_EXPIRED;
	if (r != 0)
		return PUSH_FAILED;
	push->request.device = now.device;
	if (outcomes[now.state] == PUSH_PENDING && mfa_clock_now() >= now.expires)
		return PUSH_EXPIRED;
	return outcomes[now.state];
}

/* The client has said something: enough of waiting, or nothing any more. */
static enum push_outcome heard(struct push *push)
{
	struct conversation *c = push->c;
	int r;

	do {
		r = mfa_frame_recv(c->fd, &c->frame, 0);
	} while (r == -EINTR);
	if (r != 0 || mfa_frame_type(&c->frame) != MFA_ENOUGH)
		return PUSH_GONE;
	/* Whoever could not read what to do is asked as one who sees texts with a question only. */
	if (mfa_frame_byte(&c->frame, MFA_FIELD_CANNOT_SHOW, 0) == 1)
		c->waits = false;
	return PUSH_ENOUGH;
}

static enum push_outcome wait_for_answer(struct push *push)
{
	enum push_outcome outcome;
	int event;

	while ((outcome = push_look(push)) == PUSH_PENDING) {
		event = waiter_wait(&push->waiter, push->c->fd, push->request.expires);
		if (event == 2)
			return heard(push);
		if (event == 0)
			return push_look(push) == PUSH_PENDING ? PUSH_EXPIRED : push_look(push);
	}
	return outcome;
}

enum push_outcome push_wait(struct push *push)
{
	enum push_outcome outcome;

	conversation_waits_for_phone(push->c, true);
	outcome = wait_for_answer(push);
	conversation_waits_for_phone(push->c, false);
	return outcome;
}

void push_end(struct push *push)
{
	size_t i;

	if (!push->active)
		return;
	push->active = false;
	mfa_phone_request_drop(vault_of(push->c), push->request.account, push->request.id);
	leave(push);
	for (i = 0; i < push->device_count; i++)
		feed_changed(push->devices[i]);
	waiter_end(&push->waiter);
}
