/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfad asks mfa-sender to send, what that says back, and the words that are made of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address/email.h"
#include "address/number.h"
#include "json/read.h"
#include "sender/gsm7.h"
#include "sender/letter.h"
#include "sender/order.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_letters(const struct mfa_order *order)
{
	struct mfa_letter letter;
	char text[MFA_LETTER_SMS_SIZE];
	int septets;
	size_t i;

	mfa_letter_write(order, &letter);
	for (i = 0; letter.body[i] != '\0'; i++)
		if ((unsigned char)letter.body[i] < ' ' && letter.body[i] != '\r' && letter.body[i] != '\n')
			abort();
	if (!mfa_text_printable(letter.subject))
		abort();
	mfa_letter_sms(order, text);
	septets = mfa_gsm7_septets(text);
	if (septets < 0 || septets > MFA_GSM7_PART || !mfa_text_printable(text))
		abort();
}

static void check_order(const json_t *row)
{
	struct mfa_order order;

	if (mfa_order_read(row, &order) != 0)
		return;
	if (order.id[0] == '\0' || (order.method == MFA_ORDER_EMAIL ? !mfa_email_valid(order.to) : !mfa_number_valid(order.to)) ||
	    strspn(order.code, "0123456789") != strlen(order.code) || !mfa_text_printable(order.account) ||
	    !mfa_text_printable(order.host) || !mfa_text_printable(order.service) || !mfa_text_printable(order.address))
		abort();
	/* Further than any clock goes, and no year has so many digits. */
	if (order.time < INT64_C(1) << 40 && order.until < INT64_C(1) << 40)
		check_letters(&order);
}

static void check_report(const json_t *row)
{
	struct mfa_order_report report, again;
	json_t *json;

	if (mfa_order_report_read(row, &report) != 0)
		return;
	json = mfa_order_report_json(&report);
	if (json == NULL || mfa_order_report_read(json, &again) != 0 || memcmp(&report, &again, sizeof(report)) != 0)
		abort();
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *row = mfa_json_read(data, size);

	check_order(row);
	check_report(row);
	json_decref(row);
	return 0;
}
