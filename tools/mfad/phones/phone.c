/* SPDX-License-Identifier: BSD-2-Clause */
/* What phones say, by way of mfa-portal.  Nothing is taken on its word: a phone proves itself by
 * its key. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/decoy.h"
#include "account/spelling.h"
#include "clock/clock.h"
#include "encoding/base64url.h"
#include "factor/factor.h"
#include "json/fields.h"
#include "log/log.h"
#include "mfad/base/metrics.h"
#include "mfad/phones/feed.h"
#include "mfad/phones/handlers.h"
#include "mfad/phones/push.h"
#include "mfad/phones/vapid.h"
#include "name/name.h"
#include "phone/call.h"
#include "table/table.h"
#include "text/text.h"

#define CLOCK_SECONDS 300	/* that a page's idea of the time may be off */
#define REQUESTS_MAX 20		/* that a phone is shown at once */

struct exchange {
	struct conversation *c;
	const struct mfa_vault *vault;
	const struct mfa_portal_conf *portal;
	struct mfa_call *call;
	int64_t now;
	/* Whose phone it is. */
	struct mfa_record record;	/* of a phone that is paired */
	struct mfa_device *device;	/* in it; NULL: it is being paired */
	struct mfa_pairing pairing;
	uint64_t gone;			/* mfa_text_hash of where a push service knows nobody */
	/* The answer. */
	int status;
	json_t *body;
};

static void refuse(struct exchange *e, int status, const char *error)
{
	json_decref(e->body);
	e->status = status;
	e->body = json_pack("{s:s}", "error", error);
}

static void accept(struct exchange *e, json_t *body)
{
	json_decref(e->body);
	e->status = body != NULL ? 200 : 503;
	e->body = body;
}

/* What the store says, as HTTP would. */
static void fail(struct exchange *e, int error)
{
	mfa_log_message(LOG_ERR, "phone", "a phone can't be answered", error);
	refuse(e, 503, "unavailable");
}

static const char *verify_word(enum mfa_verify_user verify)
{
	static const char *const words[] = { [MFA_VERIFY_OFF] = "off", [MFA_VERIFY_PREFERRED] = "preferred",
					     [MFA_VERIFY_REQUIRED] = "required" };
	MFA_TABLE_FITS(words, MFA_VERIFY_COUNT);

	return words[verify];
}

static void log_phone(const struct exchange *e, const char *event, const char *result, int priority)
{
	char id[MFA_DEVICE_ID_SIZE];
	struct mfa_log_line line;

	mfa_device_id_format(e->call->device, id);
	mfa_log_begin(&line, event);
	mfa_log_text(&line, "result", result);
	mfa_log_text(&line, "user", e->call->account);
	mfa_log_text(&line, "device", e->device != NULL ? e->device->label : id);
	mfa_log_write(&line, priority);
}

/* A phone that was paired before the store's names were folded knows its account by the old spelling.  The same is
 * read whether there is such an account or not. */
static int spell_account(struct exchange *e)
{
	char key[MFA_STORE_KEY_MAX + 1], name[MFA_ACCOUNT_NAME_MAX + 1];
	struct mfa_entry entry;
	bool fold;
	int there, r;

	if (mfa_name_is_folded(e->call->account))
		return 0;
	mfa_account_key(e->call->account, key);
	there = mfa_store_get(e->vault->store, key, &entry);
	mfa_entry_release(&entry);
	r = mfa_spelling_folded(e->vault, &fold);
	if (r != 0 || there != -ENOENT)
		return r != 0 ? r : there;
	if (fold) {
		mfa_name_fold(e->call->account, name);
		memcpy(e->call->account, name, strlen(name) + 1);
	}
	return 0;
}

/* Whose key a call is signed with: a device's, or that of a phone which is being paired.  Answers where
 * it is nobody's.  Whoever knows no id of a device does not learn from the time which names have enrolled. */
static const struct mfa_phone *find_phone(struct exchange *e)
{
	int r = spell_account(e);

	if (r == 0)
		r = mfa_accounts_load_device(e->c->verifier->accounts, e->call->account, e->call->device, &e->record);
	if (r == 0)
		e->device = mfa_account_device_by_id(e->record.account, e->call->device);
	if (e->device != NULL && e->device->phone != NULL)
		return e->device->phone;
	e->device = NULL;
	if (r == 0 || r == -ENOENT)
		r = mfa_pairing_get(e->vault, e->call->device, &e->pairing, NULL);
	if (r == 0 && e->pairing.claimed && strcmp(e->pairing.account, e->call->account) == 0)
		return &e->pairing.phone;
	if (r == 0 || r == -ENOENT)
		refuse(e, 403, "unpaired");
	else
		fail(e, r);
	return NULL;
}

static bool is_of_now(const struct exchange *e)
{
	return e->call->time >= e->now - CLOCK_SECONDS && e->call->time <= e->now + CLOCK_SECONDS;
}

/* Whether a signed call is this phone's, of this page, and (but for answers, which name what they
 * answer) of now. */
static const struct mfa_phone *authenticate(struct exchange *e)
{
	const struct mfa_phone *phone = find_phone(e);
	/* Nobody's call is checked too, against a key that is anybody's: what comes of it counts for nothing. */
	int r = mfa_call_verify(e->call, phone != NULL ? phone->key : mfa_p256_base);

	if (phone == NULL)
		return NULL;
	if (r != 0) {
		log_phone(e, "phone", "bad-signature", LOG_WARNING);
		refuse(e, 403, "signature");
		return NULL;
	}
	if (strcmp(e->call->origin, e->portal->url) != 0) {
		refuse(e, 400, "invalid");
		return NULL;
	}
	if (e->call->kind != MFA_CALL_ANSWER && !is_of_now(e)) {
		refuse(e, 400, "time");
		return NULL;
	}
	return phone;
}

static void hello(struct exchange *e)
{
	char key[MFA_BASE64URL_SIZE(MFA_P256_PUBLIC_SIZE)];
	struct mfa_p256 vapid;
	int r = vapid_key(e->c->verifier, &vapid);

	if (r == 0)
		r = mfa_base64url_encode(vapid.public_key, sizeof(vapid.public_key), key, sizeof(key));
	if (r == 0)
		accept(e, json_pack("{s:I, s:s, s:s}", "time", (json_int_t)e->now, "key", key,
				    "name", e->c->conf->issuer));
	else
		fail(e, r);
	explicit_bzero(&vapid, sizeof(vapid));
}

/* The pairing of the call's token. */
static int find_pairing(struct exchange *e, uint64_t *version)
{
	uint8_t hash[MFA_TOKEN_HASH_SIZE];
	int r = mfa_token_hash(e->call->token, &e->call->device, hash);

	if (r == 0)
		r = mfa_pairing_get(e->vault, e->call->device, &e->pairing, version);
	if (r == 0 && (memcmp(hash, e->pairing.hash, sizeof(hash)) != 0 || e->now >= e->pairing.expires))
		r = -ENOENT;
	return r == -EINVAL ? -ENOENT : r;
}

static void look(struct exchange *e)
{
	const struct mfa_pairing *p = &e->pairing;
	char host[MFA_PHONE_REQUEST_TEXT_MAX + 1];
	int r = find_pairing(e, NULL);

	push_host(host, sizeof(host));
	if (r == -ENOENT || (r == 0 && p->claimed))
		refuse(e, 404, "gone");
	else if (r != 0)
		fail(e, r);
	else
		accept(e, json_pack("{s:s, s:s, s:s, s:I, s:s}", "account", p->account, "host", host,
				    "name", e->c->conf->issuer, "expires", (json_int_t)p->expires,
				    "verify", verify_word(p->verify)));
}

/* The first phone that comes has the pairing; the terminal asks for the number that it alone shows. */
static int claim(struct exchange *e, uint64_t version)
{
	struct mfa_pairing *p = &e->pairing;
	int r = mfa_number_new(&p->number);

	if (r != 0)
		return r;
	p->claimed = true;
	memcpy(p->name, e->call->name, sizeof(p->name));
	p->phone = e->call->phone;
	return mfa_pairing_put(e->vault, p, version);
}

static void pair(struct exchange *e)
{
	const struct mfa_phone *phone = &e->call->phone;
	char id[MFA_DEVICE_ID_SIZE], number[3];
	uint64_t version = 0;
	int r = find_pairing(e, &version);

	if (r == -ENOENT) {
		refuse(e, 404, "gone");
		return;
	}
	if (r == 0 && e->pairing.claimed) {
		refuse(e, 409, "used");
		return;
	}
	if (r == 0 && (mfa_call_verify(e->call, phone->key) != 0 || strcmp(e->call->origin, e->portal->url) != 0)) {
		refuse(e, 403, "signature");
		return;
	}
	if (r == 0 && !is_of_now(e)) {
		refuse(e, 400, "time");
		return;
	}
	if (r == 0 && ((phone->credential_len > 0 &&
			mfa_webauthn_check_made(e->call, e->portal->url, e->portal->host) != 0) ||
		       (phone->credential_len == 0 && e->pairing.verify == MFA_VERIFY_REQUIRED))) {
		refuse(e, 403, "verify");
		return;
	}
	if (r == 0)
		r = claim(e, version);
	if (r == -EAGAIN) {
		refuse(e, 409, "used");
	} else if (r != 0) {
		fail(e, r);
	} else {
		mfa_device_id_format(e->pairing.device, id);
		(void)snprintf(number, sizeof(number), "%02u", e->pairing.number % 100);
		accept(e, json_pack("{s:s, s:s, s:s}", "device", id, "account", e->pairing.account,
				    "number", number));
	}
}

/* Requests that wait for this phone. */

struct waiting {
	const struct exchange *e;
	size_t count;
	struct mfa_phone_request rows[REQUESTS_MAX];
};

/* The newest are kept, the newest first. */
static int on_request(void *ctx, const struct mfa_phone_request *c)
{
	struct waiting *w = ctx;
	const struct exchange *e = w->e;
	size_t at = w->count;

	if (c->state != MFA_PHONE_REQUEST_PENDING || e->now >= c->expires ||
	    (c->kind == MFA_PHONE_REQUEST_TEST ? c->device != e->call->device : e->device == NULL))
		return 0;
	while (at > 0 && w->rows[at - 1].created < c->created)
		at--;
	if (at == REQUESTS_MAX)
		return 0;
	if (w->count < REQUESTS_MAX)
		w->count++;
	memmove(&w->rows[at + 1], &w->rows[at], (w->count - at - 1) * sizeof(*c));
	w->rows[at] = *c;
	return 0;
}

static json_t *request_to_json(const struct mfa_phone_request *c)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:s}", "id", c->id,
			 "kind", c->kind == MFA_PHONE_REQUEST_TEST ? "test" : "signin", "account", c->account,
			 "host", c->host, "service", c->service, "address", c->address,
			 "command", c->command, "claim", c->claim, "created", (json_int_t)c->created,
			 "expires", (json_int_t)c->expires, "verify", verify_word(c->verify));
}

static void list(struct exchange *e)
{
	const struct mfa_phone *phone = authenticate(e);
	char id[MFA_DEVICE_ID_SIZE];
	struct waiting *w;
	json_t *rows = json_array();
	size_t i;
	int r;

	w = calloc(1, sizeof(*w));
	if (phone != NULL && w != NULL && rows != NULL) {
		w->e = e;
		r = mfa_phone_request_list(e->vault, e->call->account, on_request, w);
		for (i = 0; i < w->count; i++)
			(void)json_array_append_new(rows, request_to_json(&w->rows[i]));
		mfa_device_id_format(e->call->device, id);
		if (r != 0)
			fail(e, r);
		else
			accept(e, json_pack("{s:O, s:s, s:s, s:b, s:s, s:b}", "requests", rows, "device", id,
				"label", e->device != NULL ? e->device->label : e->pairing.name,
				"paired", e->device != NULL,
				"pushes", e->device != NULL && e->record.account->push.stopped != 0 ? "stopped" : "on",
				"subscribed", phone->subscribed));
	}
	json_decref(rows);
	free(w);
}

/* Answers. */

struct refusing {
	const struct exchange *e;
	const struct mfa_phone_request *request;
};

static int refuse_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct refusing *refusing = ctx;
	const struct exchange *e = refusing->e;
	const struct mfa_phone_request *request = refusing->request;
	enum mfa_voice voice = !request->claim ? MFA_VOICE_ROOT : request->by_caller ? MFA_VOICE_CALLER : MFA_VOICE_OWN;
	char service[sizeof(MFA_CALLER) + MFA_PHONE_REQUEST_TEXT_MAX];

	(void)again;
	if (e->call->approves)
		mfa_push_mistake(record->account, voice, e->now);
	else
		mfa_push_refuse(record->account, voice, e->now);
	(void)snprintf(service, sizeof(service), "%s%s", request->by_caller ? MFA_CALLER : "", request->service);
	mfa_account_add_event(record->account, e->now, service, request->address, "push",
			      e->call->approves ? "wrong" : "not-me");
	return 0;
}

/* What a refusal does to the account is done before the sign-in hears of it, and also where that has
 * given up meanwhile. */
static int note_refusal(struct exchange *e, const struct mfa_phone_request *request)
{
	struct refusing refusing = { .e = e, .request = request };
	int r = mfa_accounts_change(e->c->verifier->accounts, &e->record, refuse_in, &refusing);

	/* It points into what was read before. */
	e->device = NULL;
	return r;
}

static void log_refusal(const struct exchange *e, const struct mfa_phone_request *request)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "phone");
	mfa_log_text(&line, "result", e->call->approves ? "wrong-number" : "not-me");
	mfa_log_text(&line, "user", e->call->account);
	mfa_log_text(&line, request->claim ? "claimed_service" : "service", request->service);
	mfa_log_text(&line, request->claim ? "claimed_rhost" : "rhost", request->address);
	if (!e->call->approves)
		mfa_log_text(&line, "msg", "somebody who knows the password is not its owner; phones are not asked "
			     "until a sign-in by another method, or mfa-admin unlock");
	mfa_log_write(&line, e->call->approves ? LOG_WARNING : LOG_ALERT);
}

/* Whether the phone was unlocked for it, where that is asked for. */
static bool is_verified(const struct exchange *e, const struct mfa_phone *phone,
			const struct mfa_phone_request *request)
{
	if (request->verify == MFA_VERIFY_OFF)
		return true;
	if (!e->call->webauthn.given)
		return request->verify == MFA_VERIFY_PREFERRED;
	return mfa_webauthn_check_used(e->call, phone, e->portal->url, e->portal->host) == 0;
}

/* What a refusal does is done by the answer that counts, once, and before the sign-in hears of it. */
static int refuse_first(struct exchange *e, const struct mfa_phone_request *request, uint64_t *version)
{
	struct mfa_phone_request reserved = *request;
	int r;

	reserved.state = MFA_PHONE_REQUEST_REFUSING;
	r = mfa_phone_request_put(e->vault, &reserved, version);
	if (r != 0)
		return r;
	r = note_refusal(e, request);
	log_refusal(e, request);
	if (r == 0)
		return 0;
	/* It can be sent again. */
	reserved.state = MFA_PHONE_REQUEST_PENDING;
	reserved.device = 0;
	(void)mfa_phone_request_put(e->vault, &reserved, version);
	return r;
}

/* One answer counts: the one that finds the request as it was read. */
static void decide(struct exchange *e, struct mfa_phone_request *request, uint64_t version)
{
	static const char *const words[] = {
		[MFA_PHONE_REQUEST_APPROVED] = "approved", [MFA_PHONE_REQUEST_DENIED] = "denied",
		[MFA_PHONE_REQUEST_WRONG] = "wrong",
	};
	int r = 0;

	if (!e->call->approves)
		request->state = MFA_PHONE_REQUEST_DENIED;
	else
		request->state = e->call->number == request->number ? MFA_PHONE_REQUEST_APPROVED
								       : MFA_PHONE_REQUEST_WRONG;
	request->device = e->call->device;
	if (request->state != MFA_PHONE_REQUEST_APPROVED && request->kind == MFA_PHONE_REQUEST_SIGNIN)
		r = refuse_first(e, request, &version);
	if (r == 0)
		r = mfa_phone_request_put(e->vault, request, &version);
	if (r == -EAGAIN)
		refuse(e, 409, "answered");
	else if (r != 0)
		fail(e, r);
	else
		accept(e, json_pack("{s:s}", "result", words[request->state]));
}

static void answer(struct exchange *e)
{
	const struct mfa_phone *phone = authenticate(e);
	struct mfa_phone_request request;
	uint64_t version = 0;
	int r;

	if (phone == NULL)
		return;
	r = mfa_phone_request_get(e->vault, e->call->account, e->call->shown.id, &request, &version);
	if (r != 0 && r != -ENOENT)
		fail(e, r);
	else if (r == -ENOENT || e->now >= request.expires)
		refuse(e, 410, "expired");
	else if (request.kind == MFA_PHONE_REQUEST_TEST ? request.device != e->call->device : e->device == NULL)
		refuse(e, 403, "unpaired");
	else if (request.state != MFA_PHONE_REQUEST_PENDING)
		refuse(e, 409, "answered");
	else if (!mfa_call_shows(e->call, &request))
		refuse(e, 403, "shown");
	else if (e->call->approves && !is_verified(e, phone, &request))
		refuse(e, 403, "verify");
	else
		decide(e, &request, version);
}

/* Changes of a phone that is paired. */

typedef int device_fn(struct exchange *e, struct mfa_device *device);

struct changing {
	struct exchange *e;
	device_fn *fn;
};

static int change_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct changing *changing = ctx;
	struct mfa_device *device = mfa_account_device_by_id(record->account, changing->e->call->device);

	(void)again;
	if (device == NULL || device->phone == NULL)
		return -ENOENT;
	return changing->fn(changing->e, device);
}

/* Applies fn to the device, and saves it.  fn returns as mfa_record_change. */
static int change_device(struct exchange *e, device_fn *fn)
{
	struct changing changing = { .e = e, .fn = fn };
	int r = mfa_accounts_change(e->c->verifier->accounts, &e->record, change_in, &changing);

	e->device = NULL;
	return r;
}

static void change_phone(struct exchange *e, const char *what,
			 int (*fn)(struct exchange *e, struct mfa_device *device))
{
	int r;

	if (authenticate(e) == NULL)
		return;
	if (e->device == NULL) {
		refuse(e, 403, "unpaired");
		return;
	}
	log_phone(e, what, "asked", LOG_INFO);
	r = change_device(e, fn);
	if (r == -ENOENT)
		refuse(e, 403, "unpaired");
	else if (r == -EBUSY || r == -ENOTEMPTY)
		refuse(e, 409, r == -EBUSY ? "busy" : "last");
	else if (r < 0)
		fail(e, r);
	else
		accept(e, json_object());
}

static int set_subscription(struct exchange *e, struct mfa_device *device)
{
	const struct mfa_phone *from = &e->call->phone;
	struct mfa_phone *phone = device->phone;

	/* The same once more changes nothing. */
	if (phone->subscribed == from->subscribed && strcmp(phone->endpoint, from->endpoint) == 0 &&
	    strcmp(phone->language, from->language) == 0 && memcmp(&phone->push, &from->push, sizeof(phone->push)) == 0)
		return 1;
	memcpy(phone->language, from->language, sizeof(phone->language));
	memcpy(phone->endpoint, from->endpoint, sizeof(phone->endpoint));
	phone->subscribed = from->subscribed;
	phone->push = from->push;
	return 0;
}

/* Not the last device: what an account without one means is said where its owner sits, by mfa-enroll. */
static int unpair(struct exchange *e, struct mfa_device *device)
{
	struct mfa_account *account = e->record.account;

	if (account->device_count == 1)
		return -ENOTEMPTY;
	mfa_account_add_event(account, e->now, "phone", "", "push", "removed");
	mfa_account_drop_device(account, device);
	return 0;
}

/* Unless it has another by now. */
static int forget_subscription(struct exchange *e, struct mfa_device *device)
{
	if (mfa_text_hash(device->phone->endpoint) != e->gone)
		return 1;
	device->phone->subscribed = false;
	return 0;
}

/* What came of a message.  A push service that no longer knows a phone is not asked again. */
static void pushed(struct exchange *e)
{
	int status = (int)e->call->status;
	struct mfa_call *call = e->call;

	accept(e, json_object());
	metrics_push_message(status);
	if (!push_message_done(call->push, status, call->account, &call->device, &e->gone) ||
	    (status != 404 && status != 410))
		return;
	if (mfa_accounts_load(e->c->verifier->accounts, call->account, &e->record) == 0)
		(void)change_device(e, forget_subscription);
}

static void handle(struct exchange *e)
{
	switch (e->call->kind) {
	case MFA_CALL_HELLO: hello(e); break;
	case MFA_CALL_LOOK: look(e); break;
	case MFA_CALL_PAIR: pair(e); break;
	case MFA_CALL_LIST: list(e); break;
	case MFA_CALL_ANSWER: answer(e); break;
	case MFA_CALL_SUBSCRIBE: change_phone(e, "phone-subscribe", set_subscription); break;
	case MFA_CALL_UNPAIR: change_phone(e, "phone-unpair", unpair); break;
	case MFA_CALL_PUSHED: pushed(e); break;
	}
}

/* One call, and its answer as a row. */
static int serve(struct conversation *c, const struct mfa_conf *conf)
{
	struct exchange e = { .c = c, .vault = mfa_accounts_vault(c->verifier->accounts),
			      .portal = &conf->portal, .now = mfa_clock_now(), .status = 503 };
	struct mfa_field field;
	char *row;
	int r = mfa_frame_find(&c->frame, MFA_FIELD_JSON, &field);

	if (r == 0)
		r = mfa_call_parse((const char *)field.data, field.len, &e.call);
	if (r != 0)
		refuse(&e, 400, "invalid");
	else if (conf->portal.url == NULL)
		refuse(&e, 503, "unavailable");
	else
		handle(&e);
	metrics_phone_call(e.status);
	row = mfa_json_dump(json_pack("{s:i, s:o}", "status", e.status, "body", e.body));
	r = row != NULL ? conversation_row(c, row) : -ENOMEM;
	free(row);
	mfa_call_free(&e.call);
	mfa_record_release(&e.record);
	explicit_bzero(&e.pairing, sizeof(e.pairing));
	return r;
}

/* The connection serves call after call, each under the configuration of its time. */
void request_phone(struct conversation *c)
{
	struct conf_ref *conf;
	int r = 0;

	while (r == 0 && mfa_frame_type(&c->frame) == MFA_PHONE) {
		conf = verifier_get_conf(c->verifier);
		c->conf = conf_ref_conf(conf);
		r = serve(c, c->conf);
		verifier_put_conf(c->verifier, conf);
		while (r == 0) {
			r = mfa_frame_recv(c->fd, &c->frame, -1);
			if (r != -EINTR && r != -EAGAIN)
				break;
			r = 0;
		}
	}
}
