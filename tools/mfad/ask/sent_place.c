/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/sent_place.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "address/network.h"

#define HOST_SIZE 65
#define NETWORK_V4 24
#define NETWORK_V6 64

/* Each part with its end, or one could run into the next. */
static int add(EVP_MD_CTX *md, const char *part)
{
	return EVP_DigestUpdate(md, part, strlen(part) + 1);
}

static void write_network(const char *rhost, char out[MFA_NETWORK_TEXT_MAX])
{
	struct mfa_network network = { .bits = NETWORK_V4 };
	size_t i;

	out[0] = '\0';
	if (mfa_address_parse(rhost, &network.address) != 0)
		return;
	if (!network.address.v4)
		network.bits = NETWORK_V6;
	for (i = network.bits / 8; i < sizeof(network.address.bytes); i++)
		network.address.bytes[i] = 0;
	mfa_network_format(&network, out);
}

int sent_place(const char *account, const char *service, const char *rhost, const char *session, const char *tty,
	       uint8_t out[MFA_PLACE_SIZE])
{
	char host[HOST_SIZE] = "", network[MFA_NETWORK_TEXT_MAX];
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok;

	(void)gethostname(host, sizeof(host) - 1);
	write_network(rhost, network);
	ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 && add(md, account) == 1 &&
	     add(md, host) == 1 && add(md, service) == 1 && add(md, network) == 1 && add(md, network[0] == '\0' ? rhost : "") == 1 &&
	     add(md, rhost[0] == '\0' ? session : "") == 1 && add(md, rhost[0] == '\0' ? tty : "") == 1 &&
	     EVP_DigestFinal_ex(md, digest, NULL) == 1;
	EVP_MD_CTX_free(md);
	memset(out, 0, MFA_PLACE_SIZE);
	if (ok)
		memcpy(out, digest, MFA_PLACE_SIZE);
	return ok ? 0 : -EIO;
}
