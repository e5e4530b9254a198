/* SPDX-License-Identifier: BSD-2-Clause */
/* E-mail by SMTP (RFC 5321), as libcurl speaks it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "address/email.h"
#include "job.h"

static size_t read_body(char *out, size_t size, size_t count, void *ctx)
{
	struct job *job = ctx;
	size_t left = strlen(job->letter.body) - job->read, n = size * count < left ? size * count : left;

	/* Nobody asks for it before the server has (354). */
	job->body_begun = true;
	memcpy(out, job->letter.body + job->read, n);
	job->read += n;
	return n;
}

static int seek_body(void *ctx, curl_off_t offset, int origin)
{
	struct job *job = ctx;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > strlen(job->letter.body))
		return CURL_SEEKFUNC_CANTSEEK;
	job->read = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* RFC 5322 section 3.3, whatever the locale. */
static bool add_date(struct job *job)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)job->order.time;
	char text[64], zone[8];
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL || strftime(zone, sizeof(zone), "%z", &tm) == 0)
		return false;
	(void)snprintf(text, sizeof(text), "%.3s, %d %.3s %d %02d:%02d:%02d %s", days + 3 * tm.tm_wday, tm.tm_mday,
		       months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
	return mfa_outgoing_header(&job->headers, "Date", text);
}

/* Random, for another one's id tells how many there were; the same at each try, for they are one message. */
static bool add_message_id(struct job *job)
{
	char text[MFA_ORDER_ID_SIZE + MFA_EMAIL_MAX + 8];

	(void)snprintf(text, sizeof(text), "<%s@%s>", job->order.id, mfa_email_domain(job->sender->conf->email.from));
	return mfa_outgoing_header(&job->headers, "Message-ID", text);
}

static bool add_address(struct job *job, const char *name, const char *address)
{
	char text[MFA_EMAIL_MAX + 3];

	(void)snprintf(text, sizeof(text), "<%s>", address);
	return mfa_outgoing_header(&job->headers, name, text);
}

/* Words of an encoded header (RFC 2047): some subjects are not ASCII. */
static bool add_subject(struct job *job)
{
	char text[16 + 3 * MFA_LETTER_SUBJECT_SIZE] = "=?UTF-8?Q?";
	size_t at = strlen(text);
	const char *p;

	for (p = job->letter.subject; *p != '\0' && at + 8 < sizeof(text); p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');

		at += (size_t)snprintf(text + at, sizeof(text) - at, plain ? "%c" : "=%02X", (unsigned char)*p);
	}
	(void)snprintf(text + at, sizeof(text) - at, "?=");
	return mfa_outgoing_header(&job->headers, "Subject", text);
}

/* Nobody answers it, no list takes it, and no holiday's robot writes back (RFC 3834; Exchange). */
static bool add_headers(struct job *job)
{
	return add_date(job) && add_address(job, "From", job->sender->conf->email.from) &&
	       add_address(job, "To", job->order.to) && add_subject(job) && add_message_id(job) &&
	       mfa_outgoing_header(&job->headers, "Auto-Submitted", "auto-generated") &&
	       mfa_outgoing_header(&job->headers, "X-Auto-Response-Suppress", "All") &&
	       mfa_outgoing_header(&job->headers, "Content-Language",
				   job->order.language != NULL ? job->order.language : "en");
}

static bool set_mime(struct job *job, CURL *curl)
{
	curl_mimepart *part;

	job->mime = curl_mime_init(curl);
	part = job->mime != NULL ? curl_mime_addpart(job->mime) : NULL;
	return part != NULL &&
	       curl_mime_data_cb(part, (curl_off_t)strlen(job->letter.body), read_body, seek_body, NULL, job) == CURLE_OK &&
	       curl_mime_type(part, "text/plain; charset=UTF-8") == CURLE_OK &&
	       curl_mime_encoder(part, "quoted-printable") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MIMEPOST, job->mime) == CURLE_OK;
}

static bool set_login(const struct sender *sender, CURL *curl)
{
	return sender->conf->email.user == NULL ||
	       (curl_easy_setopt(curl, CURLOPT_USERNAME, sender->conf->email.user) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PASSWORD, sender->secrets.email_password) == CURLE_OK);
}

static bool prepare(struct mfa_outgoing_request *request, CURL *curl)
{
	struct job *job = (struct job *)request;
	const struct mfa_email_conf *email = &job->sender->conf->email;
	long tls = email->tls == MFA_EMAIL_TLS_REQUIRED ? CURLUSESSL_ALL
		   : email->tls == MFA_EMAIL_TLS_TRY ? CURLUSESSL_TRY : CURLUSESSL_NONE;
	char from[MFA_EMAIL_MAX + 3];

	(void)snprintf(from, sizeof(from), "<%s>", email->from);
	return job_in_time(job) && curl_easy_setopt(curl, CURLOPT_URL, job->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	       /* Of QUIT, too, after a recipient was refused: libcurl's own is two minutes, and for everybody's. */
	       curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, SENDER_TIMEOUT_MS / 1000L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USE_SSL, tls) == CURLE_OK && set_login(job->sender, curl) &&
	       curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, job->recipients) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, job->headers) == CURLE_OK && set_mime(job, curl);
}

/* Whether a line is the last one of a reply (RFC 5321 section 4.2.1). */
static bool ends_reply(const char *line, size_t len)
{
	return len > 3 && strspn(line, "0123456789") == 3 && line[3] != '-';
}

/* What the server says, each line of it. */
static void on_head(struct mfa_outgoing_request *request, const char *data, size_t len)
{
	struct job *job = (struct job *)request;

	job_keep(job, data, len);
	/* The last word was said.  libcurl says QUIT and waits for the answer, while the thread does nothing else: for
	 * two minutes at a server that gives none. */
	if (job->body_begun && ends_reply(data, len))
		mfa_outgoing_hear_no_more(request);
}

bool email_ready(struct job *job)
{
	const struct mfa_email_conf *email = &job->sender->conf->email;
	char recipient[MFA_EMAIL_MAX + 3];

	/* libcurl hands on what it gets: a line break would begin a command of somebody else's. */
	if (!mfa_email_valid(job->order.to) || !mfa_email_valid(email->from))
		return false;
	mfa_letter_write(&job->order, &job->letter);
	(void)snprintf(recipient, sizeof(recipient), "<%s>", job->order.to);
	job->recipients = curl_slist_append(NULL, recipient);
	/* The path is what libcurl says in EHLO. */
	if (asprintf(&job->url, "%s/%s", email->server, email->hello) < 0)
		job->url = NULL;
	job->request.prepare = prepare;
	job->request.on_head = on_head;
	job->request.timeout_ms = SENDER_TIMEOUT_MS;
	return job->recipients != NULL && job->url != NULL && add_headers(job);
}

struct mfa_outcome email_outcome(const struct job *job)
{
	return mfa_outcome_smtp(job->request.code, job->request.status, job->body_begun);
}

void email_host(const struct sender *sender, char *out, size_t size)
{
	const char *at = strstr(sender->conf->email.server, "://");

	(void)snprintf(out, size, "%s", at != NULL ? at + 3 : "");
}
