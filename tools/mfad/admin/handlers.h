/* SPDX-License-Identifier: BSD-2-Clause */
/* What administrators ask (mfad/requests has the table). */
#ifndef MFAD_ADMIN_HANDLERS_H
#define MFAD_ADMIN_HANDLERS_H

#include "mfad/base/conversation.h"

/* Each ends with conversation_done. */
void request_list(struct conversation *c);	/* admin.c */
void request_show(struct conversation *c);
void request_reset(struct conversation *c);
void request_unlock(struct conversation *c);
void request_pass(struct conversation *c);
void request_forget(struct conversation *c);
void request_import(struct conversation *c);	/* import.c */
void request_report(struct conversation *c);	/* report.c */
void request_metrics(struct conversation *c);
void request_explain(struct conversation *c);	/* explain.c */

/* An unlock of every account's clocks (clocks.c). */
void unlock_all_clocks(struct conversation *c);

#endif
