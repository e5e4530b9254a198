/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender/order.h"

#include <errno.h>
#include <string.h>

#include "address/number.h"
#include "json/fields.h"
#include "language/language.h"
#include "table/table.h"

#define TIME_MAX INT64_C(253402300799)	/* the end of the year 9999: whoever reckons with it has room to */

const char *const mfa_order_methods[] = { [MFA_ORDER_EMAIL] = "email", [MFA_ORDER_SMS] = "sms" };
MFA_TABLE_FITS(mfa_order_methods, MFA_ORDER_METHOD_COUNT);

const char *const mfa_order_kinds[] = {
	[MFA_ORDER_CODE] = "code", [MFA_ORDER_ADDED] = "added", [MFA_ORDER_REMOVED] = "removed",
	[MFA_ORDER_TEST] = "test",
};
MFA_TABLE_FITS(mfa_order_kinds, MFA_ORDER_KIND_COUNT);

const char *const mfa_order_results[] = {
	[MFA_ORDER_UNKNOWN] = "unknown", [MFA_ORDER_SENT] = "sent",
	[MFA_ORDER_FAILED] = "failed", [MFA_ORDER_RETRY] = "retry",
};
MFA_TABLE_FITS(mfa_order_results, MFA_ORDER_RESULT_COUNT);

/* The place of a member's text among words; -1: it is none of them. */
static int find(const json_t *row, const char *key, const char *const *words, size_t count)
{
	const char *text = json_string_value(json_object_get(row, key));
	size_t i;

	for (i = 0; text != NULL && i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return (int)i;
	return -1;
}

/* A member that may be missing. */
static bool copy_optional(const json_t *row, const char *key, char *out, size_t size)
{
	const json_t *value = json_object_get(row, key);

	return value == NULL || mfa_json_copy(value, out, size);
}

static bool is_id(const char *id)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	return id[0] != '\0' && strspn(id, letters) == strlen(id);
}

static bool code_fits(const struct mfa_order *order)
{
	size_t digits = strspn(order->code, "0123456789");

	return order->kind == MFA_ORDER_CODE ? digits >= 4 && order->code[digits] == '\0' : order->code[0] == '\0';
}

static bool address_fits(const struct mfa_order *order)
{
	return order->method == MFA_ORDER_EMAIL ? mfa_email_valid(order->to) : mfa_number_valid(order->to);
}

int mfa_order_read(const json_t *row, struct mfa_order *out)
{
	char language[16] = "";
	int method, kind;

	memset(out, 0, sizeof(*out));
	if (!mfa_json_copy(json_object_get(row, "id"), out->id, sizeof(out->id)) || !is_id(out->id)) {
		out->id[0] = '\0';
		return -EINVAL;
	}
	method = find(row, "method", mfa_order_methods, MFA_ORDER_METHOD_COUNT);
	kind = find(row, "kind", mfa_order_kinds, MFA_ORDER_KIND_COUNT);
	if (method < 0 || kind < 0 || !mfa_json_copy(json_object_get(row, "to"), out->to, sizeof(out->to)) ||
	    !copy_optional(row, "language", language, sizeof(language)) ||
	    !copy_optional(row, "code", out->code, sizeof(out->code)) ||
	    !copy_optional(row, "account", out->account, sizeof(out->account)) ||
	    !copy_optional(row, "host", out->host, sizeof(out->host)) ||
	    !copy_optional(row, "service", out->service, sizeof(out->service)) ||
	    !copy_optional(row, "address", out->address, sizeof(out->address)) ||
	    !mfa_json_int(row, "time", 0, TIME_MAX, &out->time) ||
	    !mfa_json_int(row, "until", 0, TIME_MAX, &out->until))
		return -EINVAL;
	out->method = (enum mfa_order_method)method;
	out->kind = (enum mfa_order_kind)kind;
	out->language = mfa_language_find(language);
	return code_fits(out) && address_fits(out) ? 0 : -EINVAL;
}

int mfa_order_report_read(const json_t *row, struct mfa_order_report *out)
{
	int64_t status;
	int result = find(row, "result", mfa_order_results, MFA_ORDER_RESULT_COUNT);

	memset(out, 0, sizeof(*out));
	if (result < 0 || !mfa_json_copy(json_object_get(row, "id"), out->id, sizeof(out->id)) || !is_id(out->id) ||
	    !copy_optional(row, "why", out->why, sizeof(out->why)) ||
	    !copy_optional(row, "answer", out->answer, sizeof(out->answer)) ||
	    !mfa_json_int_or(row, "status", 999, 0, &status))
		return -EINVAL;
	out->result = (enum mfa_order_result)result;
	out->status = (int)status;
	return 0;
}

json_t *mfa_order_report_json(const struct mfa_order_report *report)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:i}", "id", report->id, "result", mfa_order_results[report->result],
				"why", report->why, "status", report->status);

	if (row != NULL && report->answer[0] != '\0' &&
	    json_object_set_new(row, "answer", json_string(report->answer)) != 0) {
		json_decref(row);
		return NULL;
	}
	return row;
}
