/* SPDX-License-Identifier: BSD-2-Clause */
/* What this mfad has done since it started, for Prometheus. */
#ifndef MFAD_METRICS_H
#define MFAD_METRICS_H

#include <stdbool.h>
#include <stdint.h>

/* A sign-in that ended.  local: the service is a program's claim, and not counted by its name. */
void metrics_signin(const char *service, bool local, const char *method, const char *result);
/* An answer that was judged: how long that took, until it was durable; in microseconds. */
void metrics_judged(int64_t micros);
/* An answer that was not looked at, because of too many that were wrong. */
void metrics_throttled(void);
/* A conversation begins (1) or ends (-1). */
void metrics_conversations(int change);

/* A phone's call was answered, with a status of HTTP. */
void metrics_phone_call(int status);
/* Phones were asked: how many notifications are on their way. */
void metrics_push_asked(void);
/* What became of a notification: a status of HTTP, 0: no answer. */
void metrics_push_message(int status);

/* Whether an mfa-sender listens. */
void metrics_sender(bool listens);
/* The last word of a message: both are constant texts. */
void metrics_sent(const char *method, const char *result);

/* All of it in the text format, version 0.0.4; free() it.  NULL when memory ran out. */
char *metrics_format(void);

#endif
