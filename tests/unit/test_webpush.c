/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "encoding/base64url.h"
#include "webpush/webpush.h"

static void bytes(const char *text, uint8_t *out, size_t size)
{
	size_t len;

	assert_int_equal(mfa_base64url_decode(text, strlen(text), out, size, &len), 0);
	assert_int_equal(len, size);
}

static void test_base64url(void **state)
{
	/* RFC 4648 section 10, without padding, and the two letters that differ. */
	static const struct { const char *plain; size_t len; const char *text; } rows[] = {
		{ "", 0, "" }, { "f", 1, "Zg" }, { "fo", 2, "Zm8" }, { "foo", 3, "Zm9v" },
		{ "foob", 4, "Zm9vYg" }, { "fooba", 5, "Zm9vYmE" }, { "foobar", 6, "Zm9vYmFy" },
		{ "\xfb\xff\xfe", 3, "-__-" }, { "\0\0\0\0", 4, "AAAAAA" },
	};
	static const char *const bad[] = {
		"Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm v", "Zm9v\n", "Zm9vY", "\xc3\xa9--",
	};
	uint8_t out[16];
	char text[32];
	size_t i, len;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(mfa_base64url_encode((const uint8_t *)rows[i].plain, rows[i].len, text,
						      MFA_BASE64URL_SIZE(rows[i].len)), 0);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(mfa_base64url_decode(rows[i].text, strlen(rows[i].text), out, sizeof(out),
						      &len), 0);
		assert_int_equal(len, rows[i].len);
		assert_memory_equal(out, rows[i].plain, len);
	}
	for (i = 0; i < ROWS(bad); i++)
		if (mfa_base64url_decode(bad[i], strlen(bad[i]), out, sizeof(out), &len) != -EINVAL)
			fail_msg("%s", bad[i]);
	assert_int_equal(mfa_base64url_decode("Zm9vYmFy", 8, out, 5, &len), -ENOBUFS);
	assert_int_equal(mfa_base64url_encode(out, 3, text, 4), -ENOBUFS);
	assert_int_equal(mfa_base64url_decode("Zm\0v", 4, out, sizeof(out), &len), -EINVAL);
}

/* RFC 8291 section 5 and appendix A. */
static void test_rfc8291(void **state)
{
	static const char plain[] = "When I grow up, I want to be a watermelon";
	static const char expect[] =
		"DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
		"mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
		"pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
	uint8_t salt[MFA_WEBPUSH_SALT_SIZE], body[MFA_WEBPUSH_BODY_SIZE(sizeof(plain) - 1)];
	char text[MFA_BASE64URL_SIZE(sizeof(body))];
	struct mfa_subscription_keys to;
	struct mfa_p256 own;

	(void)state;
	bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
	      to.p256dh, sizeof(to.p256dh));
	bytes("BTBZMqHH6r4Tts7J_aSIgg", to.auth, sizeof(to.auth));
	bytes("DGv6ra1nlYgDCS1FRnbzlw", salt, sizeof(salt));
	bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", own.private_key, sizeof(own.private_key));
	bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
	      own.public_key, sizeof(own.public_key));
	assert_int_equal(mfa_webpush_encrypt_with(&to, (const uint8_t *)plain, strlen(plain), &own, salt,
						  body), 0);
	assert_int_equal(mfa_base64url_encode(body, sizeof(body), text, sizeof(text)), 0);
	assert_string_equal(text, expect);
}

static void test_encrypt(void **state)
{
	static uint8_t plain[MFA_WEBPUSH_PLAIN_MAX + 1], one[MFA_WEBPUSH_BODY_SIZE(sizeof(plain))],
		two[sizeof(one)];
	struct mfa_subscription_keys to = { .auth = { 1 } };
	struct mfa_p256 browser;

	(void)state;
	assert_int_equal(mfa_p256_generate(&browser), 0);
	memcpy(to.p256dh, browser.public_key, sizeof(to.p256dh));
	/* No two messages share a key or a salt. */
	assert_int_equal(mfa_webpush_encrypt(&to, plain, 10, one), 0);
	assert_int_equal(mfa_webpush_encrypt(&to, plain, 10, two), 0);
	assert_memory_not_equal(one, two, MFA_WEBPUSH_SALT_SIZE);
	assert_memory_not_equal(one + 21, two + 21, MFA_P256_PUBLIC_SIZE);
	/* At most one record of 4096 bytes. */
	assert_int_equal(MFA_WEBPUSH_BODY_SIZE(MFA_WEBPUSH_PLAIN_MAX), 4096);
	assert_int_equal(mfa_webpush_encrypt(&to, plain, MFA_WEBPUSH_PLAIN_MAX, one), 0);
	assert_int_equal(mfa_webpush_encrypt(&to, plain, MFA_WEBPUSH_PLAIN_MAX + 1, one), -EMSGSIZE);
	/* Not on the curve, and other spellings of points. */
	to.p256dh[64] ^= 1;
	assert_int_equal(mfa_webpush_encrypt(&to, plain, 10, one), -EINVAL);
	assert_int_equal(mfa_p256_check(to.p256dh), -EINVAL);
	memset(to.p256dh, 0, sizeof(to.p256dh));
	assert_int_equal(mfa_webpush_encrypt(&to, plain, 10, one), -EINVAL);
	memcpy(to.p256dh, browser.public_key, sizeof(to.p256dh));
	assert_int_equal(mfa_p256_check(to.p256dh), 0);
	to.p256dh[0] = 6 + (to.p256dh[64] & 1);
	assert_int_equal(mfa_p256_check(to.p256dh), -EINVAL);
	assert_int_equal(mfa_p256_check(mfa_p256_base), 0);
}

static void test_signatures(void **state)
{
	static const uint8_t data[] = "what was signed";
	uint8_t signature[MFA_P256_SIGNATURE_SIZE], zeros[MFA_P256_PUBLIC_SIZE] = { 0 };
	struct mfa_p256 key, other;
	size_t i;

	(void)state;
	assert_int_equal(mfa_p256_generate(&key), 0);
	assert_int_equal(mfa_p256_generate(&other), 0);
	assert_int_equal(mfa_p256_sign(&key, data, sizeof(data), signature), 0);
	assert_int_equal(mfa_p256_verify(key.public_key, data, sizeof(data), signature), 0);
	assert_int_equal(mfa_p256_verify(other.public_key, data, sizeof(data), signature), -EBADMSG);
	assert_int_equal(mfa_p256_verify(key.public_key, data, sizeof(data) - 1, signature), -EBADMSG);
	assert_int_equal(mfa_p256_verify(key.public_key, data, sizeof(data), zeros), -EBADMSG);
	assert_int_equal(mfa_p256_verify(zeros, data, sizeof(data), signature), -EINVAL);
	for (i = 0; i < sizeof(signature); i++) {
		signature[i] ^= 1;
		assert_int_equal(mfa_p256_verify(key.public_key, data, sizeof(data), signature), -EBADMSG);
		signature[i] ^= 1;
	}
}

static void check_token(const char *header)
{
	const char *token = strstr(header, "t=") + 2, *end = strchr(token, ','), *dot = strrchr(token, '.');
	const char *k = strstr(header, "k=") + 2;
	uint8_t key[MFA_P256_PUBLIC_SIZE], signature[MFA_P256_SIGNATURE_SIZE];
	size_t len;

	bytes(k, key, sizeof(key));
	assert_int_equal(mfa_base64url_decode(dot + 1, (size_t)(end - dot - 1), signature,
					      sizeof(signature), &len), 0);
	assert_int_equal(len, sizeof(signature));
	assert_int_equal(mfa_p256_verify(key, (const uint8_t *)token, (size_t)(dot - token), signature), 0);
}

static void test_vapid(void **state)
{
	static const struct { const char *origin, *subject; int r; } rows[] = {
		{ "https://push.example.org", "mailto:a\"@b", -EINVAL },
		{ "https://push.example.org\n", "mailto:a@b", -EINVAL },
		{ "https://push.\\example.org", "mailto:a@b", -EINVAL },
		{ "https://p\xc3\xbcsh.example.org", "mailto:a@b", -EINVAL },
	};
	char out[MFA_VAPID_HEADER_MAX], claims[512], longest[600];
	struct mfa_p256 key;
	size_t i, len;

	(void)state;
	/* RFC 8292 section 2.4. */
	check_token("vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQi"
		"LCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_"
		"HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
		"k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs");
	assert_int_equal(mfa_p256_generate(&key), 0);
	assert_int_equal(mfa_vapid_header(&key, "https://push.example.org", "mailto:help@school.nl", 1800000000,
					  out), 0);
	assert_memory_equal(out, "vapid t=", 8);
	check_token(out);
	assert_int_equal(mfa_base64url_decode(strchr(out, '.') + 1,
					      strcspn(strchr(out, '.') + 1, "."), (uint8_t *)claims,
					      sizeof(claims) - 1, &len), 0);
	claims[len] = '\0';
	assert_string_equal(claims, "{\"aud\":\"https://push.example.org\",\"exp\":1800000000,"
			    "\"sub\":\"mailto:help@school.nl\"}");
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(mfa_vapid_header(&key, rows[i].origin, rows[i].subject, 1, out), rows[i].r);
		assert_string_equal(out, "");
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(mfa_vapid_header(&key, longest, "mailto:a@b", 1, out), -ENOBUFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_rfc8291),
		cmocka_unit_test(test_encrypt),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_vapid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
