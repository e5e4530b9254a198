/* What may be asked of mfad, and by whom: one table.  Anything else ends the
 * connection. */
#ifndef MFAD_REQUESTS_H
#define MFAD_REQUESTS_H

#include "mfad/base/conversation.h"

/* Runs a conversation to its end, also for a client that says nothing or nonsense.  on_request
 * (may be NULL) is called when the client has spoken; lasts: it stays for as long as mfad does.
 * Does not close fd. */
void request_run(struct verifier *verifier, int fd, void (*on_request)(void *ctx, bool lasts), void *ctx);

/* For an mfad that can't serve: waits for the request, and tells that it is not set up properly.
 * gone: store, key or configuration isn't there at all.  That alone is MFA_RESULT_UNAVAILABLE to a sign-in, and
 * lets it in where its policy says failmode = open, on root's word; what is damaged, unreadable or another's is
 * not.  conf may be NULL. */
void request_refuse(const struct mfa_conf *conf, int fd, enum mfa_result result, bool gone);

/* The handlers.  Each ends with conversation_done. */
void request_signin(struct conversation *c);	/* signin.c */
/* The log's line of a sign-in that failmode = open has let in. */
void signin_log_open(const char *user, const char *service, const char *why);
void request_enrol(struct conversation *c);	/* enrol.c */
void request_status(struct conversation *c);
void request_replace(struct conversation *c);
void request_devices(struct conversation *c);	/* devices.c */
void request_rename(struct conversation *c);
void request_remove(struct conversation *c);
void request_test(struct conversation *c);
void request_codes(struct conversation *c);
void request_list(struct conversation *c);	/* admin.c */
void request_show(struct conversation *c);
void request_reset(struct conversation *c);
void request_unlock(struct conversation *c);
void unlock_all_clocks(struct conversation *c);	/* clocks.c */
void request_pass(struct conversation *c);
void request_forget(struct conversation *c);
void request_import(struct conversation *c);	/* import.c */
void request_report(struct conversation *c);	/* report.c */
void request_metrics(struct conversation *c);	/* metrics.c */
void request_explain(struct conversation *c);	/* explain.c */
void request_phone(struct conversation *c);	/* phone.c */
void request_events(struct conversation *c);	/* events.c */

#endif
