/* SPDX-License-Identifier: BSD-2-Clause */
#include "portal/ticket.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "encoding/base64url.h"

#define MAC_SIZE 32
#define BODY_SIZE 24

static void put(uint8_t *out, uint64_t value)
{
	int i;

	for (i = 7; i >= 0; i--, value >>= 8)
		out[i] = (uint8_t)value;
}

static uint64_t get(const uint8_t *in)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

int mfa_ticket_make(const uint8_t key[MFA_TICKET_KEY_SIZE], const struct mfa_ticket *ticket,
		    char out[MFA_TICKET_SIZE])
{
	uint8_t bytes[BODY_SIZE + MAC_SIZE];
	unsigned len = MAC_SIZE;

	put(bytes, ticket->device);
	put(bytes + 8, ticket->serial);
	put(bytes + 16, (uint64_t)ticket->time);
	if (HMAC(EVP_sha256(), key, MFA_TICKET_KEY_SIZE, bytes, BODY_SIZE, bytes + BODY_SIZE, &len) == NULL)
		return -EIO;
	return mfa_base64url_encode(bytes, sizeof(bytes), out, MFA_TICKET_SIZE);
}

int mfa_ticket_read(const uint8_t key[MFA_TICKET_KEY_SIZE], const char *text, int64_t now,
		    struct mfa_ticket *out)
{
	uint8_t bytes[BODY_SIZE + MAC_SIZE], mac[MAC_SIZE];
	unsigned len = MAC_SIZE;
	size_t got;

	memset(out, 0, sizeof(*out));
	if (mfa_base64url_decode(text, strlen(text), bytes, sizeof(bytes), &got) != 0 || got != sizeof(bytes) ||
	    HMAC(EVP_sha256(), key, MFA_TICKET_KEY_SIZE, bytes, BODY_SIZE, mac, &len) == NULL ||
	    CRYPTO_memcmp(mac, bytes + BODY_SIZE, MAC_SIZE) != 0)
		return -EACCES;
	out->device = get(bytes);
	out->serial = get(bytes + 8);
	out->time = (int64_t)get(bytes + 16);
	return now >= out->time - 60 && now < out->time + MFA_TICKET_SECONDS ? 0 : -EACCES;
}

void mfa_ring_add(struct mfa_ring *ring, uint64_t device)
{
	ring->serial++;
	ring->devices[ring->serial % MFA_RING_SIZE] = device;
}

void mfa_ring_miss(struct mfa_ring *ring)
{
	ring->serial += MFA_RING_SIZE;
}

bool mfa_ring_has(const struct mfa_ring *ring, uint64_t device, uint64_t serial)
{
	uint64_t at;

	/* What is not remembered any more may have been one. */
	if (serial > ring->serial || ring->serial - serial >= MFA_RING_SIZE)
		return true;
	for (at = serial + 1; at <= ring->serial; at++)
		if (ring->devices[at % MFA_RING_SIZE] == device)
			return true;
	return false;
}
