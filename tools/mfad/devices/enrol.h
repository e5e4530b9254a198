/* Enrolling a device: what mfa-enroll and an enrolment within a sign-in share.  A key is shown,
 * and saved only when a code from the phone was right; or a phone is paired. */
#ifndef MFAD_ENROL_H
#define MFAD_ENROL_H

#include "mfad/devices/change.h"

struct enrolment {
	/* How it is to be done. */
	enum mfa_device_type type;	/* TOTP or PUSH */
	bool first;		/* nothing was shown to allow it: who enrols meanwhile has it */
	const char *service;	/* for the record's list of events */
	const char *prompt;	/* for the code */
	/* Shows the key; uri is wiped afterwards.  Returns 0 or a negative errno. */
	int (*show)(struct change *ch, const struct enrolment *e, const char *uri);
	/* An answer that is no code but wants it shown differently.  May be NULL. */
	bool (*wants_other)(struct enrolment *e, const char *answer);
	unsigned view;		/* of show and wants_other */
	const char *replaces;	/* label of the device whose place it takes; NULL: none */
	int64_t until;		/* when there is no time left; 0: as long as somebody answers */
	/* What comes of it. */
	struct mfa_device device;
	struct mfa_phone phone;		/* the device's, where it has one */
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	bool new_codes;
};

/* Which kind of device, where there is more than one: a menu. asked: "totp", "push", or "" for no
 * choice yet.  Returns 0, -EINVAL (there is none such here, *type is as it was) or as conversation_ask. */
int enrol_choose_type(struct conversation *c, const struct mfa_policy *policy, const char *asked,
		      enum mfa_device_type *type);

/* Leads to the end: ch->result is MFA_RESULT_OK when the device is saved durably.  label: ""
 * for one that is free.  Nothing of the recovery codes has been told yet. */
void enrol_device(struct change *ch, struct enrolment *e, const char *label);
/* The recovery codes of a first device, and what they are for.  Returns 0 or a negative errno. */
int enrol_tell_codes(struct conversation *c, struct enrolment *e);
/* Wipes. */
void enrolment_wipe(struct enrolment *e);

#endif
