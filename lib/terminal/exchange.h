/* The client's half of a conversation with mfad (doc/PROTOCOL), for the tools. */
#ifndef MFA_EXCHANGE_H
#define MFA_EXCHANGE_H

#include <stdbool.h>

#include "wire/dial.h"
#include "wire/frame.h"

/* How long mfad may take for a step. */
#define MFA_EXCHANGE_TIMEOUT_MS 120000

struct mfa_exchange {
	int fd;			/* of a conversation that goes on (IMPORT); mfa_exchange_run dials if
				 * it is -1, and it is -1 again afterwards */
	const struct mfa_dial *dial;
	/* Each returns 0, or a negative errno, which ends the conversation.  NULL: such a
	 * frame is -EPROTO.  The strings are wiped after the call. */
	int (*on_key)(void *ctx, const char *uri, const char *label);
	int (*on_row)(void *ctx, const char *json);
	void *ctx;
};

/* Sends request, shows INFO on stdout and ERROR on stderr, asks what mfad asks,
 * hands KEY and ROW to the callbacks, and shows DONE's text (on stderr unless all is well).
 *
 * End of input (Ctrl-D) is told to mfad as "no answer"; mfad then ends the conversation.
 *
 * Returns 0 with *result, which is MFA_RESULT_FAILED otherwise; -EINTR: Ctrl-C at a question,
 * nothing more was said to mfad; what mfa_dial returns; -ETIMEDOUT, -EPIPE, -EBADMSG, -EPROTO. */
int mfa_exchange_run(struct mfa_exchange *x, const struct mfa_frame *request,
		     enum mfa_result *result);
/* One part of a request that goes on (IMPORT): like mfa_exchange_run, but also returns, with
 * *done false, at an INFO without text; x->fd then stays open for the next part. */
int mfa_exchange_part(struct mfa_exchange *x, const struct mfa_frame *request, bool *done,
		      enum mfa_result *result);
/* Hangs up, if the conversation is still open. */
void mfa_exchange_close(struct mfa_exchange *x);

#endif
