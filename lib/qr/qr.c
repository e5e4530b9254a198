/* SPDX-License-Identifier: BSD-2-Clause */
#include "qr/qr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <qrencode.h>

struct mfa_qr {
	unsigned size;
	uint8_t dark[];		/* row by row, 0 or 1 */
};

static int copy_matrix(const QRcode *code, struct mfa_qr **out)
{
	size_t i, modules = (size_t)code->width * (size_t)code->width;
	struct mfa_qr *qr = calloc(1, sizeof(*qr) + modules);

	if (qr == NULL)
		return -ENOMEM;
	qr->size = (unsigned)code->width;
	for (i = 0; i < modules; i++)
		qr->dark[i] = code->data[i] & 1;
	*out = qr;
	return 0;
}

int mfa_qr_new(const char *text, struct mfa_qr **out)
{
	QRcode *code;
	int r;

	*out = NULL;
	/* Version 0: the smallest that holds it. */
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code == NULL) {
		if (errno == ERANGE)
			return -E2BIG;
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	}
	r = copy_matrix(code, out);
	OPENSSL_cleanse(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return r;
}

void mfa_qr_free(struct mfa_qr **qr)
{
	if (*qr == NULL)
		return;
	OPENSSL_cleanse(*qr, sizeof(**qr) + (size_t)(*qr)->size * (*qr)->size);
	free(*qr);
	*qr = NULL;
}

unsigned mfa_qr_size(const struct mfa_qr *qr)
{
	return qr->size;
}

bool mfa_qr_dark(const struct mfa_qr *qr, unsigned x, unsigned y)
{
	return x < qr->size && y < qr->size && qr->dark[(size_t)y * qr->size + x];
}
