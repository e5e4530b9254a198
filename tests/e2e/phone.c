/* SPDX-License-Identifier: BSD-2-Clause */
/* A phone without a screen, and mfa-portal's half of its conversation with mfad.
 *
 *	phone STATE pair SOCKET ORIGIN TOKEN NAME [ENDPOINT] [passkey=HOW]	prints the number it would show
 *	phone STATE list
 *	phone STATE approve NUMBER [KEY=VALUE]...
 *	phone STATE deny [KEY=VALUE]...
 *	phone STATE subscribe ENDPOINT | unpair
 *	phone - events SOCKET			prints each event
 *	phone - call SOCKET JSON
 *
 * STATE is the file of its key.  approve and deny answer the newest request; KEY=VALUE puts something else into the
 * payload, "signature=bad" spoils that, "state=FILE" signs with another phone's key, "copies=N" sends the very same on
 * N connections at the same instant and prints what each was told.
 *
 * Its own unlock is a passkey (WebAuthn level 2) that "pair" makes with passkey=HOW, and that signs an answer with
 * assertion=HOW.  HOW is "right", or what is wrong with it: "locked" (nobody was recognised), "type" (made for used, or
 * the other way round), "about" (over something else than this token or payload), "host", "origin", "signature";
 * passkey=bare sends the key without proof; assertion=of:FILE is another phone's, assertion=by:FILE that under this
 * one's id.
 * Prints "STATUS BODY" of the last call; exits with 0 if the status was 200. */
#include <jansson.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "json/fields.h"
#include "encoding/base64url.h"
#include "crypto/p256_openssl.h"
#include "webpush/webpush.h"
#include "wire/frame.h"

#define WAIT_MS 60000
#define COPIES_MAX 16

static struct mfa_frame frame;

static void die(const char *what)
{
	(void)fprintf(stderr, "phone: %s\n", what);
	exit(2);
}

static json_t *must(json_t *json)
{
	if (json == NULL)
		die("JSON");
	return json;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text != NULL ? text : "";
}

static int open_to(const char *path)
{
	int fd = connect_to(path);

	if (fd < 0)
		die("no mfad there");
	return fd;
}

static void send_json(int fd, enum mfa_frame_type type, const char *json)
{
	mfa_frame_start(&frame, type);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&frame, MFA_FIELD_JSON, json);
	if (mfa_frame_send(fd, &frame, WAIT_MS) != 0)
		die("it can't be sent");
}

static json_t *next_row(int fd)
{
	struct mfa_field field;

	if (mfa_frame_recv(fd, &frame, WAIT_MS) != 0 || mfa_frame_find(&frame, MFA_FIELD_JSON, &field) != 0)
		return NULL;
	return json_loadb((const char *)field.data, field.len, 0, NULL);
}

/* One call, on a connection of its own. */
static json_t *call(const char *path, json_t *what)
{
	char *text = mfa_json_dump(what);
	int fd = open_to(path);
	json_t *reply;

	if (text == NULL)
		die("JSON");
	send_json(fd, MFA_PHONE, text);
	reply = next_row(fd);
	if (reply == NULL)
		die("no answer");
	free(text);
	(void)close(fd);
	return reply;
}

/* mfad's idea of the time, as the page takes it. */
static json_t *now(const char *path)
{
	json_t *reply = call(path, must(json_pack("{s:s}", "call", "hello")));

	return json_incref(json_object_get(json_object_get(reply, "body"), "time"));
}

static int report(json_t *reply)
{
	char *body = json_dumps(json_object_get(reply, "body"), JSON_COMPACT);
	int status = (int)json_integer_value(json_object_get(reply, "status"));

	(void)printf("%d %s\n", status, body);
	free(body);
	return status == 200 ? 0 : 1;
}

/* Keys. */

static json_t *encoded(const uint8_t *bytes, size_t len)
{
	char text[256];

	if (mfa_base64url_encode(bytes, len, text, sizeof(text)) != 0)
		die("base64url");
	return json_string(text);
}

static struct mfa_p256 key_of(const json_t *state)
{
	struct mfa_p256 key = { .private_key = { 0 } };

	if (!mfa_json_base64url_exact(json_object_get(state, "private"), key.private_key, sizeof(key.private_key)) ||
	    !mfa_json_base64url_exact(json_object_get(state, "public"), key.public_key, sizeof(key.public_key)))
		die("no key in the state");
	return key;
}

/* The passkey: an object of its own in the state, with "private", "public" and "id". */

#define HASH_SIZE 32
#define HEAD_SIZE 37		/* rpIdHash, flags, signCount */
#define FLAG_PRESENT 0x01
#define FLAG_VERIFIED 0x04
#define FLAG_CREDENTIAL 0x40
#define ID_SIZE 16

static bool is(const char *how, const char *what)
{
	return strcmp(how, what) == 0;
}

static void digest(const void *data, size_t len, uint8_t out[HASH_SIZE])
{
	if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1)
		die("SHA-256");
}

static json_t *new_passkey(void)
{
	struct mfa_p256 key;

	if (mfa_p256_generate(&key) != 0)
		die("no key");
	return must(json_pack("{s:o, s:o, s:o}", "private", encoded(key.private_key, sizeof(key.private_key)),
			      "public", encoded(key.public_key, sizeof(key.public_key)),
			      "id", encoded(key.public_key + 1, ID_SIZE)));
}

/* authenticatorData but for what a new credential adds.  Returns its size. */
static size_t head(const char *origin, const char *how, uint8_t out[HEAD_SIZE])
{
	const char *host = is(how, "host") ? "evil.example" : origin + strlen("https://");

	memset(out, 0, HEAD_SIZE);
	digest(host, strlen(host), out);
	out[HASH_SIZE] = is(how, "locked") ? FLAG_PRESENT : FLAG_PRESENT | FLAG_VERIFIED;
	return HEAD_SIZE;
}

static void client_data(const char *type, const char *origin, const char *about, const char *how, char *out, size_t size)
{
	uint8_t hash[HASH_SIZE];
	char text[64];

	if (is(how, "about"))
		about = "something else";
	digest(about, strlen(about), hash);
	if (mfa_base64url_encode(hash, sizeof(hash), text, sizeof(text)) != 0)
		die("base64url");
	(void)snprintf(out, size, "{\"type\":\"webauthn.%s\",\"challenge\":\"%s\",\"origin\":\"%s\"}", type, text,
		       is(how, "origin") ? "https://evil.example" : origin);
}

/* That the passkey was made, for this token. */
static json_t *attestation(const json_t *passkey, const char *origin, const char *token, const char *how)
{
	static const uint8_t before_x[] = { 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20 };
	static const uint8_t before_y[] = { 0x22, 0x58, 0x20 };
	struct mfa_p256 key = key_of(passkey);
	uint8_t data[256] = { 0 }, *at = data + head(origin, how, data);
	char about[64], client[512];

	data[HASH_SIZE] |= FLAG_CREDENTIAL;
	at += 16;	/* AAGUID */
	*at++ = 0;
	*at++ = ID_SIZE;
	at = (uint8_t *)mempcpy(at, key.public_key + 1, ID_SIZE);
	at = (uint8_t *)mempcpy(at, before_x, sizeof(before_x));
	at = (uint8_t *)mempcpy(at, key.public_key + 1, 32);
	at = (uint8_t *)mempcpy(at, before_y, sizeof(before_y));
	at = (uint8_t *)mempcpy(at, key.public_key + 33, 32);
	(void)snprintf(about, sizeof(about), "mfa-pair:%s", token);
	client_data(is(how, "type") ? "get" : "create", origin, about, how, client, sizeof(client));
	return must(json_pack("{s:o, s:o}", "clientData", encoded((const uint8_t *)client, strlen(client)),
			      "authenticatorData", encoded(data, (size_t)(at - data))));
}

/* ECDSA in DER, over the authenticator's data and the hash of the client's. */
static json_t *sign_use(const json_t *passkey, const uint8_t *data, size_t len, const char *client, bool spoil)
{
	struct mfa_p256 key = key_of(passkey);
	EVP_PKEY *pkey = p256_pair(&key);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t hash[HASH_SIZE], signature[80];
	size_t size = sizeof(signature);

	digest(client, strlen(client), hash);
	hash[0] ^= spoil ? 1 : 0;
	if (EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, pkey) != 1 || EVP_DigestSignUpdate(md, data, len) != 1 ||
	    EVP_DigestSignUpdate(md, hash, sizeof(hash)) != 1 || EVP_DigestSignFinal(md, signature, &size) != 1)
		die("it can't be signed");
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(pkey);
	return encoded(signature, size);
}

static const json_t *passkey_of(const char *file)
{
	return json_object_get(must(json_load_file(file, 0, NULL)), "passkey");
}

/* That it was used, for this payload. */
static json_t *assertion(const json_t *state, const char *payload, const char *how)
{
	const char *origin = text_of(state, "origin");
	const json_t *own = json_object_get(state, "passkey"), *signer = own, *named;
	uint8_t data[HEAD_SIZE];
	char client[512];

	if (strncmp(how, "of:", 3) == 0 || strncmp(how, "by:", 3) == 0)
		signer = passkey_of(how + 3);
	named = how[0] == 'b' ? own : signer;
	if (signer == NULL || named == NULL)
		die("no passkey in the state");
	(void)head(origin, how, data);
	client_data(is(how, "type") ? "create" : "get", origin, payload, how, client, sizeof(client));
	return must(json_pack("{s:O, s:o, s:o, s:o}", "id", json_object_get(named, "id"),
			      "clientData", encoded((const uint8_t *)client, strlen(client)),
			      "authenticatorData", encoded(data, sizeof(data)),
			      "signature", sign_use(signer, data, sizeof(data), client, is(how, "signature"))));
}

static json_t *sign(const char *name, json_t *payload, const json_t *state, bool spoil)
{
	uint8_t signature[MFA_P256_SIGNATURE_SIZE];
	struct mfa_p256 key = key_of(state);
	char *text = mfa_json_dump(payload);

	if (text == NULL || mfa_p256_sign(&key, (const uint8_t *)text, strlen(text), signature) != 0)
		die("it can't be signed");
	signature[7] ^= spoil ? 1 : 0;
	return must(json_pack("{s:s, s:s, s:o}", "call", name, "payload", text, "signature",
			      encoded(signature, sizeof(signature))));
}

/* A browser's subscription, with a key that a push service could hand out. */
static json_t *subscription(const char *endpoint)
{
	uint8_t auth[MFA_WEBPUSH_AUTH_SIZE] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	struct mfa_p256 key;

	if (endpoint == NULL)
		return json_null();
	if (mfa_p256_generate(&key) != 0)
		die("no key");
	return json_pack("{s:s, s:o, s:o}", "endpoint", endpoint, "p256dh",
			 encoded(key.public_key, sizeof(key.public_key)), "auth", encoded(auth, sizeof(auth)));
}

static int pair(const char *file, char **args)
{
	const char *path = args[0], *origin = args[1], *token = args[2], *endpoint = NULL, *how = NULL;
	struct mfa_p256 key;
	json_t *state, *reply, *payload, *passkey, *whole;
	size_t i;

	for (i = 4; args[i] != NULL; i++) {
		if (strncmp(args[i], "passkey=", 8) == 0)
			how = args[i] + 8;
		else
			endpoint = args[i];
	}
	if (mfa_p256_generate(&key) != 0)
		die("no key");
	state = must(json_pack("{s:s, s:s, s:o, s:o}", "socket", path, "origin", origin,
			       "private", encoded(key.private_key, sizeof(key.private_key)),
			       "public", encoded(key.public_key, sizeof(key.public_key))));
	payload = must(json_pack("{s:s, s:s, s:s, s:o, s:s, s:O, s:s, s:o, s:n}", "type", "pair",
				 "origin", origin, "token", token, "time", now(path), "name", args[3],
				 "key", json_object_get(state, "public"), "language", "en",
				 "subscription", subscription(endpoint), "credential"));
	passkey = how != NULL ? new_passkey() : NULL;
	if (passkey != NULL) {
		(void)json_object_set(state, "passkey", passkey);
		(void)json_object_set_new(payload, "credential", must(json_pack("{s:O, s:O}",
			"id", json_object_get(passkey, "id"), "key", json_object_get(passkey, "public"))));
	}
	whole = sign("pair", payload, state, false);
	if (passkey != NULL && !is(how, "bare"))
		(void)json_object_set_new(whole, "attestation", attestation(passkey, origin, token, how));
	reply = call(path, whole);
	(void)json_object_update(state, json_object_get(reply, "body"));
	if (json_dump_file(state, file, 0) != 0)
		die("the state can't be written");
	return report(reply);
}

static json_t *common(const json_t *state, const char *type)
{
	return must(json_pack("{s:s, s:O, s:O, s:O, s:o}", "type", type, "origin", json_object_get(state, "origin"),
			      "account", json_object_get(state, "account"), "device", json_object_get(state, "device"),
			      "time", now(text_of(state, "socket"))));
}

static json_t *list(const json_t *state)
{
	return call(text_of(state, "socket"), sign("list", common(state, "list"), state, false));
}

/* The same on several connections, whose threads in mfad all stand ready. */
static int at_once(const char *path, json_t *what, unsigned copies)
{
	char *text = mfa_json_dump(what);
	int fds[COPIES_MAX], status = 0;
	json_t *reply;
	unsigned i;

	if (text == NULL || copies > COPIES_MAX)
		die("copies");
	for (i = 0; i < copies; i++) {
		fds[i] = open_to(path);
		send_json(fds[i], MFA_PHONE, "{\"call\":\"hello\"}");
		if (next_row(fds[i]) == NULL)
			die("no answer");
	}
	for (i = 0; i < copies; i++)
		send_json(fds[i], MFA_PHONE, text);
	for (i = 0; i < copies; i++) {
		reply = next_row(fds[i]);
		if (reply == NULL)
			die("no answer");
		status |= report(reply);
	}
	return status;
}

static int answer(const json_t *state, const char *decision, const char *number, char **overrides)
{
	static const char *const shown[] = { "host", "service", "address", "command", "claim", "expires" };
	json_t *row = json_array_get(json_object_get(json_object_get(list(state), "body"), "requests"), 0);
	json_t *payload = common(state, "answer");
	const json_t *signer = state;
	const char *how = NULL;
	unsigned copies = 0;
	bool spoil = false;
	size_t i;

	(void)json_object_set_new(payload, "decision", json_string(decision));
	(void)json_object_set(payload, "request", json_object_get(row, "id"));
	if (number != NULL)
		(void)json_object_set_new(payload, "number", json_string(number));
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		(void)json_object_set(payload, shown[i], json_object_get(row, shown[i]));
	for (; *overrides != NULL; overrides++) {
		char *value = strchr(*overrides, '=');

		if (value == NULL)
			die("KEY=VALUE");
		*value++ = '\0';
		if (strcmp(*overrides, "signature") == 0)
			spoil = true;
		else if (strcmp(*overrides, "state") == 0)
			signer = must(json_load_file(value, 0, NULL));
		else if (strcmp(*overrides, "copies") == 0)
			copies = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(*overrides, "assertion") == 0)
			how = value;
		else if (strcmp(*overrides, "payload") == 0)
			payload = must(json_loads(value, 0, NULL));
		else if (strcmp(*overrides, "print") == 0)
			(void)fprintf(stderr, "%s\n", json_dumps(payload, JSON_COMPACT));
		else
			(void)json_object_set_new(payload, *overrides, json_string(value));
	}
	payload = sign("answer", payload, signer, spoil);
	if (how != NULL)
		(void)json_object_set_new(payload, "assertion", assertion(state, text_of(payload, "payload"), how));
	return copies > 0 ? at_once(text_of(state, "socket"), payload, copies)
			  : report(call(text_of(state, "socket"), payload));
}

static int events(const char *path)
{
	int fd = open_to(path);
	json_t *row;

	send_json(fd, MFA_EVENTS, "{}");
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	while ((row = next_row(fd)) != NULL) {
		(void)json_dumpf(row, stdout, JSON_COMPACT);
		(void)putchar('\n');
		json_decref(row);
	}
	return 0;
}

static int run(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[2] : "";
	json_t *state, *payload;

	if (argc == 3)
		what = argv[2];
	if (strcmp(what, "events") == 0)
		return events(argv[3]);
	if (strcmp(what, "call") == 0 && argc == 5)
		return report(call(argv[3], must(json_loads(argv[4], 0, NULL))));
	if (strcmp(what, "pair") == 0 && argc >= 7)
		return pair(argv[1], argv + 3);
	state = argc > 2 ? json_load_file(argv[1], 0, NULL) : NULL;
	if (state == NULL)
		die("no such state");
	if (strcmp(what, "list") == 0)
		return report(list(state));
	if (strcmp(what, "approve") == 0 && argc > 3)
		return answer(state, "approve", argv[3], argv + 4);
	if (strcmp(what, "deny") == 0)
		return answer(state, "deny", NULL, argv + 3);
	payload = common(state, what);
	if (strcmp(what, "subscribe") == 0 && argc > 3) {
		(void)json_object_set_new(payload, "subscription", subscription(argv[3]));
		(void)json_object_set_new(payload, "language", json_string("nl"));
	} else if (strcmp(what, "unpair") != 0) {
		die("usage: see the head of phone.c");
	}
	return report(call(text_of(state, "socket"), sign(what, payload, state, false)));
}

/* What it has is let go by ending, and leaks of it are no finding. */
int main(int argc, char **argv)
{
	int status = run(argc, argv);

	_exit(fflush(stdout) == 0 ? status : 2);
}
