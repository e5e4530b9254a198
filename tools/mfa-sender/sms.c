/* SPDX-License-Identifier: BSD-2-Clause */
/* Text messages by a gateway, as [sms] describes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address/number.h"
#include "job.h"
#include "sender/check.h"
#include "sender/template.h"

#define FILLED_MAX 8192

/* A template's text, malloc'd; NULL: it can't be filled in. */
static char *fill(const char *template, enum mfa_template_place place, const struct mfa_template_values *values)
{
	char *out = malloc(FILLED_MAX);

	if (out != NULL && mfa_template_fill(template, place, values, out, FILLED_MAX) == 0)
		return out;
	free(out);
	return NULL;
}

static bool add_header(struct job *job, const char *template, const struct mfa_template_values *values)
{
	char *line = fill(template, MFA_TEMPLATE_HEADER, values), *value;
	bool ok = false;

	value = line != NULL ? strstr(line, ": ") : NULL;
	if (value != NULL) {
		*value = '\0';
		ok = mfa_outgoing_header(&job->headers, line, value + 2);
	}
	if (line != NULL)
		explicit_bzero(line, FILLED_MAX);
	free(line);
	return ok;
}

static bool add_headers(struct job *job, const struct mfa_template_values *values)
{
	const struct mfa_sms_conf *sms = &job->sender->sms;
	size_t i;

	for (i = 0; i < sms->headers.count; i++)
		if (!add_header(job, sms->headers.rows[i], values))
			return false;
	/* No "Expect: 100-continue" and its wait. */
	return mfa_outgoing_header(&job->headers, "Content-Type", sms->type == MFA_SMS_JSON ?
				   "application/json; charset=utf-8" : "application/x-www-form-urlencoded") &&
	       mfa_outgoing_header(&job->headers, "Expect", "");
}

/* One request on one connection: on one that was used before, libcurl would send it twice if that had just been
 * closed. */
static bool prepare(struct mfa_outgoing_request *request, CURL *curl)
{
	struct job *job = (struct job *)request;

	return job_in_time(job) && curl_easy_setopt(curl, CURLOPT_URL, job->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, job->body) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, job->headers) == CURLE_OK;
}

static void on_body(struct mfa_outgoing_request *request, const char *data, size_t len)
{
	job_keep((struct job *)request, data, len);
}

bool sms_allowed(const struct job *job)
{
	return mfa_number_allowed(job->order.to, job->sender->sms.numbers);
}

bool sms_ready(struct job *job)
{
	const struct sender *sender = job->sender;
	const struct mfa_sms_conf *sms = &sender->sms;
	char text[MFA_LETTER_SMS_SIZE];
	const struct mfa_template_values values = {
		.number = job->order.to, .text = text, .from = sms->from, .account = sms->account,
		.key = sender->secrets.sms_key,
	};
	bool ok;

	/* Each costs money, and those of some countries a lot: also here, and not only where it was typed. */
	if (!sms_allowed(job))
		return false;
	mfa_letter_sms(&job->order, text);
	job->url = fill(sms->url, MFA_TEMPLATE_URL, &values);
	job->body = fill(sms->body != NULL ? sms->body : "", mfa_sender_place(sms->type), &values);
	ok = job->url != NULL && job->body != NULL && add_headers(job, &values);
	explicit_bzero(text, sizeof(text));
	job->request.prepare = prepare;
	job->request.on_body = on_body;
	job->request.timeout_ms = SENDER_TIMEOUT_MS;
	return ok;
}

struct mfa_outcome sms_outcome(const struct job *job)
{
	return mfa_outcome_http(job->request.code, job->request.status, job->request.began, job->sender->sms.success,
				job->kept);
}

void sms_host(const struct sender *sender, char *out, size_t size)
{
	const char *at = sender->sms.url != NULL ? strstr(sender->sms.url, "://") : NULL;

	/* The path may have names and keys in it. */
	(void)snprintf(out, size, "%.*s", at != NULL ? (int)strcspn(at + 3, "/?#") : 0, at != NULL ? at + 3 : "");
}
