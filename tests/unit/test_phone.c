/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/p256_openssl.h"
#include "encoding/base64url.h"
#include "json/fields.h"
#include "json/read.h"
#include "phone/call.h"
#include "phone/pairing.h"
#include "phone/request.h"

#define NOW 1800000000
#define ORIGIN "https://mfa.example.org"
#define HOST "mfa.example.org"

struct fixture {
	char folder[SCRATCH_FOLDER];
	struct mfa_keyring *ring;
	struct mfa_vault vault;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char url[SCRATCH_URL];

	if (f == NULL)
		return -1;
	*state = f;
	mfa_clock_test_now = NOW;
	if (scratch_make(f->folder, url) != 0)
		return -1;
	if (mfa_keyring_new(&f->ring) != 0)
		return -1;
	f->vault.ring = f->ring;
	return mfa_store_open(url, MFA_STORE_CREATE, &f->vault.store);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int r;

	mfa_clock_test_now = 0;
	mfa_store_close(&f->vault.store);
	mfa_keyring_free(&f->ring);
	r = scratch_remove(f->folder);
	free(f);
	return r;
}

/* Challenges. */

static struct mfa_phone_request request_of(const char *account)
{
	struct mfa_phone_request c;

	assert_int_equal(mfa_phone_request_new(&c), 0);
	(void)snprintf(c.account, sizeof(c.account), "%s", account);
	(void)strcpy(c.host, "server");
	(void)strcpy(c.service, "sshd");
	(void)strcpy(c.address, "192.0.2.7");
	(void)strcpy(c.command, "a \"b\" \\ c");
	c.verify = MFA_VERIFY_PREFERRED;
	c.by_caller = true;
	c.created = NOW;
	c.expires = NOW + 90;
	return c;
}

static int count_one(void *ctx, const struct mfa_phone_request *c)
{
	(void)c;
	++*(unsigned *)ctx;
	return 0;
}

static void test_requests(void **state)
{
	struct fixture *f = *state;
	struct mfa_phone_request c = request_of("alice"), other = request_of("alicea"), got;
	uint64_t version, first = 0, second = 0, old;
	unsigned count = 0;

	assert_true(mfa_phone_request_id_valid(c.id));
	assert_string_not_equal(c.id, other.id);
	assert_int_equal(mfa_phone_request_put(&f->vault, &c, &first), 0);
	assert_int_equal(mfa_phone_request_put(&f->vault, &other, &second), 0);
	assert_int_equal(mfa_phone_request_get(&f->vault, "alice", c.id, &got, &version), 0);
	assert_memory_equal(&c, &got, sizeof(c));
	assert_true(version != 0 && version == first);
	assert_int_equal(mfa_phone_request_get(&f->vault, "bob", c.id, &got, NULL), -ENOENT);
	/* One answer counts, from when it is reserved. */
	old = version;
	c.state = MFA_PHONE_REQUEST_REFUSING;
	c.device = 7;
	assert_int_equal(mfa_phone_request_put(&f->vault, &c, &version), 0);
	assert_int_not_equal(version, old);
	c.state = MFA_PHONE_REQUEST_APPROVED;
	assert_int_equal(mfa_phone_request_put(&f->vault, &c, &old), -EAGAIN);
	c.state = MFA_PHONE_REQUEST_DENIED;
	assert_int_equal(mfa_phone_request_put(&f->vault, &c, &version), 0);
	assert_int_equal(mfa_phone_request_get(&f->vault, "alice", c.id, &got, NULL), 0);
	assert_int_equal(got.state, MFA_PHONE_REQUEST_DENIED);
	/* Those of a name, and not of one that begins like it. */
	assert_int_equal(mfa_phone_request_list(&f->vault, "alice", count_one, &count), 0);
	assert_int_equal(count, 1);
	mfa_phone_request_drop(&f->vault, "alice", c.id);
	mfa_phone_request_drop(&f->vault, "alice", c.id);
	assert_int_equal(mfa_phone_request_get(&f->vault, "alice", c.id, &got, NULL), -ENOENT);
	/* It ends by itself. */
	mfa_clock_test_now = NOW + 90;
	assert_int_equal(mfa_phone_request_get(&f->vault, "alicea", other.id, &got, NULL), -ENOENT);
}

static void test_pairings(void **state)
{
	struct fixture *f = *state;
	uint8_t hash[MFA_TOKEN_HASH_SIZE];
	char token[MFA_TOKEN_SIZE], text[MFA_DEVICE_ID_SIZE];
	struct mfa_pairing p, got;
	uint64_t id, version;

	assert_int_equal(mfa_pairing_new(&p, token), 0);
	assert_int_equal(strlen(token), MFA_TOKEN_SIZE - 1);
	assert_int_equal(mfa_token_hash(token, &id, hash), 0);
	assert_int_equal(id, p.device);
	assert_memory_equal(hash, p.hash, sizeof(hash));
	mfa_device_id_format(id, text);
	assert_int_equal(mfa_device_id_parse(text, &version), 0);
	assert_int_equal(version, id);
	(void)strcpy(p.account, "alice");
	p.created = NOW;
	p.expires = NOW + 600;
	assert_int_equal(mfa_pairing_put(&f->vault, &p, 0), 0);
	assert_int_equal(mfa_pairing_get(&f->vault, id, &got, &version), 0);
	assert_memory_equal(&p, &got, sizeof(p));
	p.claimed = true;
	p.number = 42;
	(void)strcpy(p.name, "Pixel");
	p.phone = (struct mfa_phone){ .language = "nl", .subscribed = true, .endpoint = "https://push.example.org/x" };
	memset(p.phone.key, 4, sizeof(p.phone.key));
	assert_int_equal(mfa_pairing_put(&f->vault, &p, version), 0);
	/* The first phone has it. */
	assert_int_equal(mfa_pairing_put(&f->vault, &p, version), -EAGAIN);
	assert_int_equal(mfa_pairing_get(&f->vault, id, &got, NULL), 0);
	assert_memory_equal(&p, &got, sizeof(p));
	mfa_pairing_drop(&f->vault, id);
	assert_int_equal(mfa_pairing_get(&f->vault, id, &got, NULL), -ENOENT);
}

static void test_ids(void **state)
{
	static const char *const bad_devices[] = {
		"", "0000000000000000", "ffffffffffffffff", "00000000000000AB", "00000000000000a", "00000000000000abc",
		"0x000000000000ab", " 000000000000001",
	};
	static const char *const bad_tokens[] = {
		"", "AAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAA+",
		"AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	bool seen[100] = { false };
	uint8_t hash[MFA_TOKEN_HASH_SIZE];
	unsigned number, i, missing = 0;
	uint64_t id;

	(void)state;
	for (i = 0; i < ROWS(bad_devices); i++)
		if (mfa_device_id_parse(bad_devices[i], &id) != -EINVAL)
			fail_msg("%s", bad_devices[i]);
	for (i = 0; i < ROWS(bad_tokens); i++)
		if (mfa_token_hash(bad_tokens[i], &id, hash) != -EINVAL)
			fail_msg("%s", bad_tokens[i]);
	/* Two digits, and all of them: one is missing by a chance of one in 10^17. */
	for (i = 0; i < 4000; i++) {
		assert_int_equal(mfa_number_new(&number), 0);
		assert_in_range(number, MFA_NUMBER_MIN, MFA_NUMBER_MAX);
		seen[number] = true;
	}
	for (i = MFA_NUMBER_MIN; i <= MFA_NUMBER_MAX; i++)
		missing += !seen[i];
	assert_int_equal(missing, 0);
}

/* Calls. */

static json_t *encoded(const uint8_t *bytes, size_t len)
{
	char *text = malloc(MFA_BASE64URL_SIZE(len));
	json_t *json;

	assert_non_null(text);
	assert_int_equal(mfa_base64url_encode(bytes, len, text, MFA_BASE64URL_SIZE(len)), 0);
	json = json_string(text);
	free(text);
	return json;
}

static char *call_text(const char *name, json_t *payload, const struct mfa_p256 *key, json_t *more)
{
	uint8_t signature[MFA_P256_SIGNATURE_SIZE];
	char *text = mfa_json_dump(payload), *whole;
	json_t *json;

	assert_non_null(text);
	assert_int_equal(mfa_p256_sign(key, (const uint8_t *)text, strlen(text), signature), 0);
	json = json_pack("{s:s, s:s, s:o}", "call", name, "payload", text, "signature",
			 encoded(signature, sizeof(signature)));
	if (more != NULL)
		assert_int_equal(json_object_update(json, more), 0);
	json_decref(more);
	whole = mfa_json_dump(json);
	assert_non_null(whole);
	free(text);
	return whole;
}

static json_t *answer_payload(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I}", "type", "answer",
		"origin", ORIGIN, "account", "alice", "device", "00000000000000ab",
		"request", "AAAAAAAAAAAAAAAAAAAAAA", "decision", "approve", "number", "42", "host", "server",
		"service", "sshd", "address", "192.0.2.7", "command", "", "claim", 0, "expires",
		(json_int_t)(NOW + 90));
}

static void test_answer(void **state)
{
	struct mfa_phone_request c = request_of("alice");
	struct mfa_p256 key, other;
	struct mfa_call *call;
	char *text;

	(void)state;
	assert_int_equal(mfa_p256_generate(&key), 0);
	assert_int_equal(mfa_p256_generate(&other), 0);
	text = call_text("answer", answer_payload(), &key, NULL);
	assert_int_equal(mfa_call_parse(text, strlen(text), &call), 0);
	assert_int_equal(call->kind, MFA_CALL_ANSWER);
	assert_int_equal(call->device, 0xab);
	assert_true(call->approves);
	assert_int_equal(call->number, 42);
	assert_int_equal(mfa_call_verify(call, key.public_key), 0);
	assert_int_equal(mfa_call_verify(call, other.public_key), -EBADMSG);
	(void)strcpy(c.id, "AAAAAAAAAAAAAAAAAAAAAA");
	c.command[0] = '\0';
	assert_true(mfa_call_shows(call, &c));
	c.claim = true;
	assert_false(mfa_call_shows(call, &c));
	c.claim = false;
	c.expires++;
	assert_false(mfa_call_shows(call, &c));
	mfa_call_free(&call);
	free(text);
}

/* One thing wrong in an answer that is right otherwise. */
static void test_bad_answers(void **state)
{
	static const struct { const char *key, *value; int expect; unsigned number; } rows[] = {
		{ "decision", "\"approve\"", 0, 42 },
		{ "decision", "\"deny\"", 0, 0 },
		{ "decision", "\"Approve\"", -EBADMSG, 0 },
		{ "number", "\"7\"", 0, 0 },		/* nonsense is a wrong number */
		{ "number", "\"042\"", 0, 0 },
		{ "number", "42", 0, 0 },
		{ "number", "\"4x\"", 0, 0 },
		{ "number", "\"99999999999999\"", 0, 0 },
		{ "type", "\"list\"", -EBADMSG, 0 },
		{ "type", "7", -EBADMSG, 0 },
		{ "origin", "null", -EBADMSG, 0 },
		{ "account", "\"a/b\"", -EBADMSG, 0 },
		{ "account", "\"\"", -EBADMSG, 0 },
		{ "account", "\"a\\u0000b\"", -EBADMSG, 0 },
		{ "device", "\"00000000000000AB\"", -EBADMSG, 0 },
		{ "request", "\"../../account/alice\"", -EBADMSG, 0 },
		{ "request", "\"AAAAAAAAAAAAAAAAAAAAAAA\"", -EBADMSG, 0 },
		{ "host", "1", -EBADMSG, 0 },
		{ "service", "\"\\u001b\"", -EBADMSG, 0 },
		{ "address", "{}", -EBADMSG, 0 },
		{ "command", "null", -EBADMSG, 0 },
		{ "claim", "0", -EBADMSG, 0 },
		{ "expires", "-1", -EBADMSG, 0 },
		{ "expires", "1.5", -EBADMSG, 0 },
	};
	struct mfa_p256 key;
	struct mfa_call *call;
	json_t *payload;
	char *text;
	size_t i;

	(void)state;
	assert_int_equal(mfa_p256_generate(&key), 0);
	for (i = 0; i < ROWS(rows); i++) {
		payload = answer_payload();
		assert_int_equal(json_object_set_new(payload, rows[i].key,
						     json_loads(rows[i].value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL)), 0);
		text = call_text("answer", payload, &key, NULL);
		if (mfa_call_parse(text, strlen(text), &call) != rows[i].expect)
			fail_msg("%s = %s", rows[i].key, rows[i].value);
		if (call != NULL)
			assert_int_equal(call->number, rows[i].number);
		mfa_call_free(&call);
		free(text);
	}
}

static void test_other_calls(void **state)
{
	static const struct { const char *text; int expect; } rows[] = {
		{ "{\"call\":\"hello\"}", 0 },
		{ "{\"call\":\"look\",\"token\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", 0 },
		{ "{\"call\":\"look\",\"token\":\"AAAAAAAAAAAAAAAAAAAAAAA\"}", -EBADMSG },
		{ "{\"call\":\"look\"}", -EBADMSG },
		{ "{\"call\":\"pushed\",\"id\":\"x\",\"status\":201}", 0 },
		{ "{\"call\":\"pushed\",\"id\":\"x\",\"status\":1000}", -EBADMSG },
		{ "{\"call\":\"pushed\",\"id\":\"x\",\"status\":\"201\"}", -EBADMSG },
		{ "{\"call\":\"nonsense\"}", -EBADMSG },
		{ "{\"call\":\"list\"}", -EBADMSG },
		{ "{\"call\":\"list\",\"payload\":{},\"signature\":\"\"}", -EBADMSG },
		{ "{\"call\":\"hello\",\"call\":\"hello\"}", -EBADMSG },
		{ "[\"hello\"]", -EBADMSG },
		{ "\"hello\"", -EBADMSG },
		{ "{\"call\":\"hello\"} x", -EBADMSG },
		{ "", -EBADMSG },
	};
	struct mfa_call *call;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (mfa_call_parse(rows[i].text, strlen(rows[i].text), &call) != rows[i].expect)
			fail_msg("%s", rows[i].text);
		mfa_call_free(&call);
	}
}

/* Where a phone says that pushes go: nothing is encrypted for what is no key. */
static void test_subscriptions(void **state)
{
	enum { RIGHT, OFF_CURVE, COMPRESSED };
	static const struct { const char *endpoint; int key; size_t auth; int expect; } rows[] = {
		{ "https://push.example.org/x", RIGHT, 16, 0 },
		{ "https://push.example.org/x", OFF_CURVE, 16, -EBADMSG },
		{ "https://push.example.org/x", COMPRESSED, 16, -EBADMSG },
		{ "https://push.example.org/x", RIGHT, 15, -EBADMSG },
		{ "http://push.example.org/x", RIGHT, 16, -EBADMSG },
		{ "https://push.example.org/\"x", RIGHT, 16, -EBADMSG },
	};
	static const uint8_t auth[16];
	uint8_t point[MFA_P256_PUBLIC_SIZE];
	struct mfa_p256 key;
	struct mfa_call *call;
	char *text;
	size_t i;

	(void)state;
	assert_int_equal(mfa_p256_generate(&key), 0);
	for (i = 0; i < ROWS(rows); i++) {
		memcpy(point, key.public_key, sizeof(point));
		/* With this y it is no point, but by a chance of 2^-255. */
		point[sizeof(point) - 1] ^= rows[i].key == OFF_CURVE ? 1 : 0;
		point[0] = rows[i].key == COMPRESSED ? 2 : point[0];
		text = call_text("subscribe", json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:{s:s, s:o, s:o}}",
			"type", "subscribe", "origin", ORIGIN, "account", "alice", "device", "00000000000000ab",
			"time", (json_int_t)NOW, "language", "nl", "subscription", "endpoint", rows[i].endpoint,
			"p256dh", encoded(point, sizeof(point)), "auth", encoded(auth, rows[i].auth)), &key, NULL);
		if (mfa_call_parse(text, strlen(text), &call) != rows[i].expect)
			fail_msg("row %zu", i);
		mfa_call_free(&call);
		free(text);
	}
}

/* Passkeys, by an authenticator made here from the specification. */

struct passkey {
	struct mfa_p256 key;
	uint8_t data[256];
	size_t data_len;
	char client[256];
	uint8_t signature[MFA_DER_SIGNATURE_MAX];
	size_t signature_len;
};

static void digest(const void *data, size_t len, uint8_t out[32])
{
	assert_int_equal(EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL), 1);
}

static void head(struct passkey *p, const char *host, uint8_t flags)
{
	memset(p->data, 0, sizeof(p->data));
	digest(host, strlen(host), p->data);
	p->data[32] = flags;
	p->data_len = 37;
}

static void client_data(struct passkey *p, const char *type, const char *origin, const char *about, bool cross)
{
	uint8_t hash[32];
	char text[64];

	digest(about, strlen(about), hash);
	assert_int_equal(mfa_base64url_encode(hash, sizeof(hash), text, sizeof(text)), 0);
	(void)snprintf(p->client, sizeof(p->client),
		       "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":%s}", type, text,
		       origin, cross ? "true" : "false");
}

static void sign_use(struct passkey *p)
{
	EVP_PKEY *pkey = p256_pair(&p->key);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t client[32];

	digest(p->client, strlen(p->client), client);
	p->signature_len = sizeof(p->signature);
	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, pkey), 1);
	assert_int_equal(EVP_DigestSignUpdate(md, p->data, p->data_len), 1);
	assert_int_equal(EVP_DigestSignUpdate(md, client, sizeof(client)), 1);
	assert_int_equal(EVP_DigestSignFinal(md, p->signature, &p->signature_len), 1);
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(pkey);
}

static void test_passkey_used(void **state)
{
	static const struct {
		const char *name, *type, *origin, *host; uint8_t flags; bool cross, other_payload, spoil, other_id;
		int expect;
	} rows[] = {
		{ "right", "webauthn.get", ORIGIN, HOST, 5, 0, 0, 0, 0, 0 },
		{ "more flags", "webauthn.get", ORIGIN, HOST, 0x1d, 0, 0, 0, 0, 0 },
		{ "not unlocked", "webauthn.get", ORIGIN, HOST, 1, 0, 0, 0, 0, -EBADMSG },
		{ "nobody there", "webauthn.get", ORIGIN, HOST, 4, 0, 0, 0, 0, -EBADMSG },
		{ "of a pairing", "webauthn.create", ORIGIN, HOST, 5, 0, 0, 0, 0, -EBADMSG },
		{ "of another page", "webauthn.get", "https://evil.example", HOST, 5, 0, 0, 0, 0, -EBADMSG },
		{ "for another host", "webauthn.get", ORIGIN, "evil.example", 5, 0, 0, 0, 0, -EBADMSG },
		{ "within a frame", "webauthn.get", ORIGIN, HOST, 5, 1, 0, 0, 0, -EBADMSG },
		{ "for another answer", "webauthn.get", ORIGIN, HOST, 5, 0, 1, 0, 0, -EBADMSG },
		{ "signed wrongly", "webauthn.get", ORIGIN, HOST, 5, 0, 0, 1, 0, -EBADMSG },
		{ "another passkey", "webauthn.get", ORIGIN, HOST, 5, 0, 0, 0, 1, -EBADMSG },
	};
	struct mfa_phone phone = { .credential_len = 4, .credential = { 1, 2, 3, 4 } };
	struct passkey p;
	struct mfa_p256 device;
	struct mfa_call *call;
	char *payload, *text;
	size_t i;

	(void)state;
	assert_int_equal(mfa_p256_generate(&device), 0);
	assert_int_equal(mfa_p256_generate(&p.key), 0);
	memcpy(phone.credential_key, p.key.public_key, sizeof(phone.credential_key));
	for (i = 0; i < ROWS(rows); i++) {
		payload = mfa_json_dump(answer_payload());
		head(&p, rows[i].host, rows[i].flags);
		client_data(&p, rows[i].type, rows[i].origin, rows[i].other_payload ? "another" : payload, rows[i].cross);
		sign_use(&p);
		p.data[36] ^= rows[i].spoil ? 1 : 0;
		text = call_text("answer", answer_payload(), &device, json_pack("{s:{s:o, s:o, s:o, s:o}}", "assertion",
			"id", encoded((const uint8_t *)(rows[i].other_id ? "\1\2\3\5" : "\1\2\3\4"), 4),
			"clientData", encoded((const uint8_t *)p.client, strlen(p.client)),
			"authenticatorData", encoded(p.data, p.data_len),
			"signature", encoded(p.signature, p.signature_len)));
		assert_int_equal(mfa_call_parse(text, strlen(text), &call), 0);
		if (mfa_webauthn_check_used(call, &phone, ORIGIN, HOST) != rows[i].expect)
			fail_msg("%s", rows[i].name);
		mfa_call_free(&call);
		free(text);
		free(payload);
	}
	/* Without one at all. */
	text = call_text("answer", answer_payload(), &device, NULL);
	assert_int_equal(mfa_call_parse(text, strlen(text), &call), 0);
	assert_int_equal(mfa_webauthn_check_used(call, &phone, ORIGIN, HOST), -EBADMSG);
	mfa_call_free(&call);
	free(text);
}

#define TOKEN "AAAAAAAAAAAAAAAAAAAAAA"

/* attestedCredentialData with a COSE key, byte by byte. */
static void credential(struct passkey *p)
{
	static const uint8_t before_x[] = { 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20 };
	uint8_t *at = p->data + 37 + 16;

	*at++ = 0;
	*at++ = 4;
	memcpy(at, "\1\2\3\4", 4);
	at += 4;
	memcpy(at, before_x, sizeof(before_x));
	at += sizeof(before_x);
	memcpy(at, p->key.public_key + 1, 32);
	at += 32;
	memcpy(at, "\x22\x58\x20", 3);
	at += 3;
	memcpy(at, p->key.public_key + 33, 32);
	p->data_len = (size_t)(at + 32 - p->data);
}

static void test_passkey_made(void **state)
{
	static const struct { const char *name; uint8_t flags; const char *about; size_t at; int expect; } rows[] = {
		{ "right", 0x45, "mfa-pair:" TOKEN, 0, 0 },
		{ "not unlocked", 0x41, "mfa-pair:" TOKEN, 0, -EBADMSG },
		{ "no credential in it", 0x05, "mfa-pair:" TOKEN, 0, -EBADMSG },
		{ "for another token", 0x45, "mfa-pair:" "BAAAAAAAAAAAAAAAAAAAAA", 0, -EBADMSG },
		{ "for a bare token", 0x45, TOKEN, 0, -EBADMSG },
		{ "another id's length", 0x45, "mfa-pair:" TOKEN, 54, -EBADMSG },
		{ "another id", 0x45, "mfa-pair:" TOKEN, 56, -EBADMSG },
		{ "another curve", 0x45, "mfa-pair:" TOKEN, 65, -EBADMSG },
		{ "another x", 0x45, "mfa-pair:" TOKEN, 70, -EBADMSG },
		{ "another y", 0x45, "mfa-pair:" TOKEN, 130, -EBADMSG },
	};
	struct mfa_p256 device;
	struct passkey p;
	struct mfa_call *call;
	json_t *payload;
	char *text;
	size_t i;

	(void)state;
	assert_int_equal(mfa_p256_generate(&device), 0);
	assert_int_equal(mfa_p256_generate(&p.key), 0);
	for (i = 0; i < ROWS(rows); i++) {
		head(&p, HOST, rows[i].flags);
		credential(&p);
		if (rows[i].at != 0)
			p.data[rows[i].at] ^= 1;
		client_data(&p, "webauthn.create", ORIGIN, rows[i].about, false);
		payload = json_pack("{s:s, s:s, s:s, s:I, s:s, s:o, s:s, s:n, s:{s:o, s:o}}", "type", "pair", "origin", ORIGIN,
			"token", TOKEN, "time", (json_int_t)NOW, "name", "Pixel", "key",
			encoded(device.public_key, sizeof(device.public_key)), "language", "nl", "subscription",
			"credential", "id", encoded((const uint8_t *)"\1\2\3\4", 4),
			"key", encoded(p.key.public_key, sizeof(p.key.public_key)));
		text = call_text("pair", payload, &device, json_pack("{s:{s:o, s:o}}", "attestation",
			"clientData", encoded((const uint8_t *)p.client, strlen(p.client)),
			"authenticatorData", encoded(p.data, p.data_len)));
		assert_int_equal(mfa_call_parse(text, strlen(text), &call), 0);
		assert_int_equal(mfa_call_verify(call, call->phone.key), 0);
		if (mfa_webauthn_check_made(call, ORIGIN, HOST) != rows[i].expect)
			fail_msg("%s", rows[i].name);
		/* Cut short anywhere, it is none. */
		for (call->webauthn.data_len--; call->webauthn.data_len > 0; call->webauthn.data_len--)
			assert_int_equal(mfa_webauthn_check_made(call, ORIGIN, HOST), -EBADMSG);
		mfa_call_free(&call);
		free(text);
	}
}

/* Arrays within each other. */
static json_t *nested(unsigned depth)
{
	json_t *json = json_array(), *outer;

	for (; depth > 1; depth--) {
		outer = json_array();
		assert_int_equal(json_array_append_new(outer, json), 0);
		json = outer;
	}
	return json;
}

/* What is signed, and what a passkey signs, may be anybody's: neither is read deeper than the call that it came in. */
static void test_depth(void **state)
{
	static const struct { unsigned depth; int expect; } rows[] = {
		{ 1, 0 }, { MFA_JSON_DEPTH_MAX - 1, 0 }, { MFA_JSON_DEPTH_MAX, -EBADMSG }, { 2000, -EBADMSG },
	};
	struct mfa_phone phone = { .credential_len = 4, .credential = { 1, 2, 3, 4 } };
	struct mfa_p256 device;
	struct passkey p;
	struct mfa_call *call;
	char *text, *deep, *payload;
	json_t *json;
	size_t i;

	(void)state;
	assert_int_equal(mfa_p256_generate(&device), 0);
	assert_int_equal(mfa_p256_generate(&p.key), 0);
	memcpy(phone.credential_key, p.key.public_key, sizeof(phone.credential_key));
	payload = mfa_json_dump(answer_payload());
	for (i = 0; i < ROWS(rows); i++) {
		json = answer_payload();
		assert_int_equal(json_object_set_new(json, "more", nested(rows[i].depth)), 0);
		text = call_text("answer", json, &device, NULL);
		if (mfa_call_parse(text, strlen(text), &call) != rows[i].expect)
			fail_msg("a payload, %u deep", rows[i].depth);
		mfa_call_free(&call);
		free(text);
		head(&p, HOST, 5);
		client_data(&p, "webauthn.get", ORIGIN, payload, false);
		deep = mfa_json_dump(nested(rows[i].depth));
		if (strlen(p.client) + strlen(deep) + 10 > sizeof(p.client)) {
			free(deep);
			continue;
		}
		(void)sprintf(p.client + strlen(p.client) - 1, ",\"more\":%s}", deep);
		free(deep);
		sign_use(&p);
		text = call_text("answer", answer_payload(), &device, json_pack("{s:{s:o, s:o, s:o, s:o}}", "assertion",
			"id", encoded((const uint8_t *)"\1\2\3\4", 4),
			"clientData", encoded((const uint8_t *)p.client, strlen(p.client)),
			"authenticatorData", encoded(p.data, p.data_len),
			"signature", encoded(p.signature, p.signature_len)));
		assert_int_equal(mfa_call_parse(text, strlen(text), &call), 0);
		if (mfa_webauthn_check_used(call, &phone, ORIGIN, HOST) != rows[i].expect)
			fail_msg("a passkey's word, %u deep", rows[i].depth);
		mfa_call_free(&call);
		free(text);
	}
	free(payload);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_requests), TEST(test_pairings), cmocka_unit_test(test_ids),
		cmocka_unit_test(test_answer), cmocka_unit_test(test_bad_answers), cmocka_unit_test(test_other_calls),
		cmocka_unit_test(test_subscriptions),
		cmocka_unit_test(test_passkey_used), cmocka_unit_test(test_passkey_made), cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
