/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to other servers by libcurl, many at once, in a thread of their own. */
#ifndef MFA_OUTGOING_H
#define MFA_OUTGOING_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define MFA_OUTGOING_CONCURRENT 64	/* at once; others wait */
#define MFA_OUTGOING_ANSWER_MAX 16384	/* bytes of an answer, with its head; more of it ends the request */

/* Stands first in what its owner makes of it, who fills the first part and leaves it alone until it is answered. */
struct mfa_outgoing_request {
	/* Sets what this request needs, beside what all have; in the thread.  Returns whether all could be set. */
	bool (*prepare)(struct mfa_outgoing_request *request, CURL *curl);
	/* Whether the connection may go to this address, which no name that changes its mind gets past; in the thread.
	 * NULL: to any. */
	bool (*may_connect)(const struct mfa_outgoing_request *request, const struct sockaddr *address);
	/* What the other side says, as it comes; in the thread.  NULL: it is nobody's business. */
	void (*on_body)(struct mfa_outgoing_request *request, const char *data, size_t len);
	void (*on_head)(struct mfa_outgoing_request *request, const char *data, size_t len);
	long timeout_ms;

	/* What came of it. */
	CURLcode code;			/* CURLE_OK: there is an answer, whatever it says */
	int status;			/* of HTTP or SMTP, the last; 0: none */
	bool began;			/* the connection stood, TLS included, and the request was about to go out */
	bool refused;			/* may_connect said no */
	size_t got;
	char error[CURL_ERROR_SIZE];	/* words for the log; "" where code is CURLE_OK */

	CURL *curl;			/* the thread's, while it is under way */
	curl_socket_t sockets[2];	/* likewise: the one that was opened last, and the one before; CURL_SOCKET_BAD */
	STAILQ_ENTRY(mfa_outgoing_request) others;
};

struct mfa_outgoing;

/* Starts the thread.  queue_max: requests that may wait.  Returns 0 or a negative errno; end it with
 * mfa_outgoing_free. */
int mfa_outgoing_new(size_t queue_max, struct mfa_outgoing **out);
/* Readable when something was answered. */
int mfa_outgoing_fd(const struct mfa_outgoing *o);
/* Returns 0, and the request is the thread's until it is answered; or -EBUSY: too many wait. */
int mfa_outgoing_send(struct mfa_outgoing *o, struct mfa_outgoing_request *request);
/* The next one that was answered, which is the caller's again; NULL: no more just now. */
struct mfa_outgoing_request *mfa_outgoing_answered(struct mfa_outgoing *o);
/* In on_head or on_body: whatever the other side may still say is not waited for. */
void mfa_outgoing_hear_no_more(const struct mfa_outgoing_request *request);
/* Ends the thread, hands each request that was not answered, or not asked for, to drop; sets NULL. */
void mfa_outgoing_free(struct mfa_outgoing **outgoing, void (*drop)(struct mfa_outgoing_request *request));

/* Adds "NAME: VALUE" to a list of headers.  Returns whether it could; never with a control character in it. */
bool mfa_outgoing_header(struct curl_slist **list, const char *name, const char *value);

#endif
