/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames: what module, tools and mfad say to each other (doc/PROTOCOL).
 *
 * A frame is one packet of a SOCK_SEQPACKET socket: a type (1 byte), then
 * fields: tag (1 byte), length (2 bytes, big endian), that many bytes.
 * libc only: the module links this. */
#ifndef MFA_FRAME_H
#define MFA_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define MFA_FRAME_MAX 16384	/* bytes, with the type */
#define MFA_PROTOCOL 1

enum mfa_frame_type {
	/* From a client: first one request, then an ANSWER to each ASK. */
	MFA_SIGNIN = 1,		/* PROTOCOL USER SERVICE [RHOST] [TTY] [SESSION] [ECHO] [WAIT] [COMMAND] [CODE]
				 * [OWN_TERMINAL] */
	MFA_ANSWER = 2,		/* [TEXT] [CANNOT_SHOW]; without TEXT no answer was given */
	MFA_ENROL = 3,		/* PROTOCOL USER [LABEL] [METHOD] [MODE] [WAIT]: add a device */
	MFA_DEVICES = 4,	/* PROTOCOL USER: a ROW for each */
	MFA_RENAME = 5,		/* PROTOCOL USER DEVICE LABEL */
	MFA_REMOVE = 6,		/* PROTOCOL USER DEVICE */
	MFA_TEST = 7,		/* PROTOCOL USER: try a code, as at sign-in */
	MFA_CODES = 8,		/* PROTOCOL USER: new recovery codes */
	MFA_STATUS = 9,		/* PROTOCOL USER: one ROW about one's own account */
	MFA_REPLACE = 10,	/* PROTOCOL USER DEVICE [LABEL] [METHOD] [WAIT]: another phone in a device's place */
	MFA_FORGET = 11,	/* PROTOCOL USER: end what is remembered */
	MFA_ENOUGH = 12,	/* [CANNOT_SHOW], to a WAIT: the person would rather answer something */
	MFA_LIST = 16,		/* PROTOCOL: a ROW for each account */
	MFA_SHOW = 17,		/* PROTOCOL USER: one ROW */
	MFA_RESET = 18,		/* PROTOCOL USER [DEVICE] */
	MFA_UNLOCK = 19,	/* PROTOCOL [USER] [MODE]; without USER, all accounts: ROWs of progress, then one of figures */
	MFA_IMPORT = 20,	/* PROTOCOL MODE, then USER URI [URI ...] again and again */
	MFA_EXPLAIN = 21,	/* PROTOCOL USER SERVICE [RHOST] [SESSION] [OWN_TERMINAL]: one ROW */
	MFA_PASS = 22,		/* PROTOCOL USER VALID USES [MODE]: a temporary access pass; one ROW */
	MFA_REPORT = 23,	/* PROTOCOL: ROWs of names and progress, then one of figures */
	MFA_METRICS = 24,	/* PROTOCOL: a ROW for each line of Prometheus' text format */
	MFA_TEST_SEND = 28,	/* PROTOCOL JSON: a message to try out; ROWs of what is said of it */
	MFA_PHONE = 32,		/* PROTOCOL JSON: a phone's call, from mfa-portal; one ROW, then the next */
	MFA_EVENTS = 33,	/* PROTOCOL: ROWs for mfa-portal, for as long as it listens */
	MFA_SENDER = 34,	/* PROTOCOL JSON: ROWs for mfa-sender, which answers with more of these */

	/* From mfad: steps, until DONE ends the conversation. */
	MFA_INFO = 64,		/* TEXT: show it */
	MFA_ERROR = 65,		/* TEXT: show it, it is a complaint */
	MFA_ASK = 66,		/* TEXT: a prompt, answer without echo */
	MFA_ASK_ECHO = 67,	/* TEXT: a prompt, answer with echo */
	MFA_KEY = 68,		/* URI LABEL: an otpauth URI to draw; only to whoever sent ENROL */
	MFA_ROW = 69,		/* JSON: a line of a list */
	MFA_DONE = 70,		/* RESULT [TEXT]: the last frame */
	MFA_WAIT = 71,		/* TEXT: show it at once; the next step comes when a phone has answered */
	MFA_WORKING = 72,	/* nothing to show: the next step takes a while; to whoever said KNOWS_WORKING */
};

enum mfa_field_tag {
	MFA_FIELD_PROTOCOL = 1,	/* 1 byte: MFA_PROTOCOL */
	MFA_FIELD_USER = 2,
	MFA_FIELD_SERVICE = 3,
	MFA_FIELD_RHOST = 4,
	MFA_FIELD_TTY = 5,
	MFA_FIELD_TEXT = 6,
	MFA_FIELD_RESULT = 7,	/* 1 byte: enum mfa_result */
	MFA_FIELD_URI = 8,
	MFA_FIELD_LABEL = 9,
	MFA_FIELD_DEVICE = 10,	/* a device's label or number */
	MFA_FIELD_JSON = 11,
	MFA_FIELD_MODE = 12,	/* 1 byte: of IMPORT: enum mfa_import_mode; of PASS: MFA_PASS_NEW; of ENROL:
				 * MFA_ENROL_NEW; of UNLOCK: MFA_UNLOCK_CLOCKS */
	MFA_FIELD_ECHO = 13,	/* 1 byte, 1: the code may be shown as it is typed */
	MFA_FIELD_SESSION = 14,	/* the login session that asks, where there is one */
	MFA_FIELD_LANGUAGE = 15,	/* of the client's locale, "nl" */
	MFA_FIELD_VALID = 16,	/* decimal seconds */
	MFA_FIELD_USES = 17,	/* decimal */
	MFA_FIELD_METHOD = 18,	/* of a device to enrol: "totp" or "push" */
	MFA_FIELD_WAIT = 19,	/* 1 byte, 1: texts are shown at once, and it can wait (WAIT) */
	MFA_FIELD_COMMAND = 20,	/* what sudo is asked to run, as the program says */
	MFA_FIELD_CODE = 21,	/* 1 byte, 1: of SIGNIN: a code is at hand, phones need not be asked; of ASK: it asks
				 * for a code, and for nothing else */
	MFA_FIELD_KNOWS_WORKING = 28,	/* 1 byte, 1: of a request: WORKING is understood; of mfad's first frame: it is
					 * sent whenever a step takes long, so that silence means that mfad has gone */
	MFA_FIELD_OWN_TERMINAL = 29,	/* 5 bytes: lib/wire/presence.h */
	MFA_FIELD_CANNOT_SHOW = 30,	/* 1 byte, 1: of the texts since the last question, some could not be shown */
};

#define MFA_IMPORT_ACCOUNTS_MAX 256	/* of one IMPORT frame */

/* Bits: 1 write, 2 replace, 4 add. */
enum mfa_import_mode {
	MFA_IMPORT_CHECK = 0,		/* say what would be refused, change nothing */
	MFA_IMPORT_WRITE = 1,
	MFA_IMPORT_CHECK_REPLACE = 2,	/* existing accounts lose their devices */
	MFA_IMPORT_WRITE_REPLACE = 3,
	MFA_IMPORT_CHECK_ADD = 4,	/* existing accounts get these devices beside theirs */
	MFA_IMPORT_WRITE_ADD = 5,
};

/* Of PASS: also for a name that neither the system nor the store knows. */
#define MFA_PASS_NEW 1

/* Of ENROL, from root: the same, without being asked. */
#define MFA_ENROL_NEW 1

/* Of UNLOCK: nothing but codes that were used in what is the future now. */
#define MFA_UNLOCK_CLOCKS 1

/* How a conversation ended.  The order is part of the protocol. */
enum mfa_result {
	MFA_RESULT_OK = 0,
	MFA_RESULT_DENIED = 1,		/* wrong, or not allowed */
	MFA_RESULT_MAXTRIES = 2,	/* wrong for the last time; do not ask again */
	MFA_RESULT_ABORTED = 3,		/* the user gave no answer */
	MFA_RESULT_REFUSED = 4,		/* something is wrong with this account's record or identity */
	MFA_RESULT_BUSY = 5,		/* too many at once, or a time-out */
	MFA_RESULT_UNAVAILABLE = 6,	/* to SIGNIN: store, key or configuration are missing, and nothing else:
					 * the only one to which failmode=open applies */
	MFA_RESULT_NOT_FOUND = 7,	/* tools: no such account or device */
	MFA_RESULT_EXISTS = 8,		/* tools: there already */
	MFA_RESULT_INVALID = 9,		/* tools: the request makes no sense */
	MFA_RESULT_FAILED = 10,		/* store full, read-only or damaged: nothing was changed */
};
#define MFA_RESULT_COUNT 11

struct mfa_frame {
	size_t len;
	uint8_t data[MFA_FRAME_MAX];
};

/* Builds a frame.  A put that does not fit, or of a field longer than 65535,
 * marks the frame as spoilt, and mfa_frame_send then refuses it with -EMSGSIZE;
 * so puts need no check of their own. */
void mfa_frame_start(struct mfa_frame *frame, enum mfa_frame_type type);
void mfa_frame_put(struct mfa_frame *frame, enum mfa_field_tag tag, const void *data, size_t len);
/* NULL text puts nothing. */
void mfa_frame_put_text(struct mfa_frame *frame, enum mfa_field_tag tag, const char *text);
void mfa_frame_put_byte(struct mfa_frame *frame, enum mfa_field_tag tag, uint8_t value);
/* Bytes that can still be put, heads of fields included. */
size_t mfa_frame_room(const struct mfa_frame *frame);

/* Whether the bytes are well-formed: a type, and fields that end where the frame ends.
 * Returns 0 or -EBADMSG. */
int mfa_frame_check(const struct mfa_frame *frame);
/* Type of a checked frame. */
uint8_t mfa_frame_type(const struct mfa_frame *frame);

struct mfa_field {
	uint8_t tag;
	uint16_t len;
	const uint8_t *data;	/* points into the frame */
};
/* Walks the fields of a checked frame: *at is 0 at first.  Returns 1, or 0 at the end. */
int mfa_frame_next(const struct mfa_frame *frame, size_t *at, struct mfa_field *out);
/* The first field with a tag: for fields that may come again, and for words to show.  Returns 0 or -ENOENT. */
int mfa_frame_find(const struct mfa_frame *frame, enum mfa_field_tag tag, struct mfa_field *out);
/* Copies a field's text with a NUL.  Returns 0, -ENOENT, -EBADMSG (a NUL in it, or the field is there
 * twice) or -ENOBUFS; out is "" on error. */
int mfa_frame_text(const struct mfa_frame *frame, enum mfa_field_tag tag, char *out, size_t size);
/* A field of one byte; fallback if it is absent, there twice or of another length. */
uint8_t mfa_frame_byte(const struct mfa_frame *frame, enum mfa_field_tag tag, uint8_t fallback);

/* Sends a frame as one packet, waiting at most timeout_ms (negative: for ever).
 * Never raises SIGPIPE.  Returns 0, -ETIMEDOUT, -EMSGSIZE, -EPIPE or another negative errno. */
int mfa_frame_send(int fd, const struct mfa_frame *frame, int timeout_ms);
/* Receives and checks one.  Returns 0, -ETIMEDOUT, -EPIPE (the peer has gone), -EINTR (a signal
 * came), -EBADMSG (malformed or too long) or another negative errno. */
int mfa_frame_recv(int fd, struct mfa_frame *frame, int timeout_ms);
/* The same, and leaves it there for the next who receives. */
int mfa_frame_peek(int fd, struct mfa_frame *frame, int timeout_ms);
/* Wipes what the frame holds; answers and keys pass through frames. */
void mfa_frame_wipe(struct mfa_frame *frame);

#endif
