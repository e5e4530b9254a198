/* SPDX-License-Identifier: BSD-2-Clause */
/* Within the configuration: the sections of mfa.conf, and the keys of each. */
#ifndef MFA_CONF_SECTIONS_H
#define MFA_CONF_SECTIONS_H

#include "conf/loader.h"

/* Both up to a row without a name. */
extern const struct conf_section conf_sections[];
extern const struct conf_key conf_preset_keys[];	/* of [sms] in a preset */
extern const struct conf_key conf_store_keys[], conf_seal_keys[], conf_throttle_keys[], conf_totp_keys[],
	conf_enrol_keys[], conf_portal_keys[], conf_push_keys[], conf_directory_keys[], conf_sender_keys[],
	conf_email_keys[], conf_sms_keys[], conf_policy_keys[];

/* [policy SERVICE] begins as [policy] is. */
int conf_begin_service(struct loader *l, const char *service);
/* The rules whose section is being read. */
struct mfa_policy *conf_policy(struct loader *l);
/* What [sender], [email] and [sms] are before anything is said. */
void conf_sender_defaults(struct mfa_conf *conf);
/* Of all rules, of [portal], and of [email] and [sms]: conf_complete's part. */
int conf_complete_policies(struct loader *l);
int conf_complete_portal(struct loader *l);
int conf_complete_sender(struct loader *l);

#endif
