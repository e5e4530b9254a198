/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/sections.h"

const struct conf_section conf_sections[] = {
	{ "store", .keys = conf_store_keys },
	{ "seal", .keys = conf_seal_keys },
	{ "throttle", .keys = conf_throttle_keys },
	{ "totp", .keys = conf_totp_keys },
	{ "enrol", .keys = conf_enrol_keys },
	{ "portal", .keys = conf_portal_keys },
	{ "push", .keys = conf_push_keys },
	{ "directory", .keys = conf_directory_keys },
	{ "sender", .keys = conf_sender_keys },
	{ "email", .keys = conf_email_keys },
	{ "sms", .keys = conf_sms_keys },
	{ "policy", .keys = conf_policy_keys },
	{ "policy", .argument = true, .after = "policy", .begin = conf_begin_service, .keys = conf_policy_keys },
	{ NULL },
};
