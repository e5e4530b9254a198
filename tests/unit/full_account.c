/* SPDX-License-Identifier: BSD-2-Clause */
#include "full_account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

struct mfa_account *full_account(void)
{
	struct mfa_account *a;
	size_t i;

	assert_int_equal(mfa_account_new("alice", &a), 0);
	a->has_uid = true;
	a->uid = UINT32_MAX;
	a->created = INT64_MAX;
	for (i = 0; i < MFA_DEVICES_MAX; i++) {
		struct mfa_device d = { .type = MFA_DEVICE_TOTP, .hash = (enum mfa_hash)(i % 3),
			.digits = 6 + i % 3, .period = i % 2 ? 300 : 5, .last_step = INT64_MAX,
			.drift = i % 2 ? 1000 : -1000, .created = 1, .used = INT64_MAX,
			.secret_len = i == 0 ? 1 : MFA_OTP_SECRET_MAX };

		if (i % 4 == 3) {
			d.type = MFA_DEVICE_HOTP;
			d.period = 0;
			d.last_step = 0;
			d.drift = 0;
			d.counter = INT64_MAX;
			d.resync = i % 8 == 3 ? INT64_MAX : 0;
			d.far_count = i % 8 == 3 ? MFA_FAR_MAX : 0;
			memset(d.far, i % 8 == 3 ? 0x7f : 0, sizeof(d.far));
		}
		memset(d.secret, (int)(0xff - i), d.secret_len);
		memset(d.label, '"', MFA_LABEL_MAX - 2);
		d.label[0] = (char)('a' + i);
		assert_int_equal(mfa_account_add_device(a, &d), 0);
		assert_int_equal(mfa_account_add_device(a, &d),
				 i == MFA_DEVICES_MAX - 1 ? -ENOSPC : -EEXIST);
	}
	a->recovery_count = MFA_RECOVERY_COUNT;
	memset(a->recovery, 0xa5, sizeof(a->recovery));
	memset(a->recovery_salt, 0x5a, sizeof(a->recovery_salt));
	a->pass = (struct mfa_pass){ .created = INT64_MAX, .until = INT64_MAX, .uses = UINT32_MAX };
	memset(a->pass.salt, 0x11, sizeof(a->pass.salt));
	memset(a->pass.hash, 0xee, sizeof(a->pass.hash));
	a->epoch = UINT32_MAX;
	a->postponed = UINT32_MAX;
	a->told = INT64_MAX;
	for (i = 0; i < MFA_BUDGET_COUNT; i++)
		a->throttles[i] = (struct mfa_throttle){ UINT32_MAX, INT64_MAX };
	for (i = 0; i < MFA_TOTAL_COUNT; i++) {
		a->totals[i] = (struct mfa_total){ .span = INT64_MAX, .more = MFA_TOTAL_LIFT, .lifted = INT64_MAX,
						   .lifted_again = INT64_MAX };
		memset(a->totals[i].wrong, 0xff, sizeof(a->totals[i].wrong));
	}
	for (i = 0; i < MFA_VOICE_COUNT; i++) {
		a->sent[i] = (struct mfa_sent){ .code = "999999", .method = MFA_METHOD_ID_SMS, .device = INT64_MAX,
						.created = INT64_MAX, .until = INT64_MAX, .said_at = INT64_MAX, .left = 100 };
		memset(a->sent[i].place, 0xff, sizeof(a->sent[i].place));
		a->asked_sent[i].count = MFA_ASKED_MAX;
		memset(a->asked_sent[i].times, 0x7f, sizeof(a->asked_sent[i].times));
	}
	memset(a->known.salt, 0x99, sizeof(a->known.salt));
	for (i = 0; i < MFA_KNOWN_MAX; i++)
		a->known.right.codes[i] = a->known.wrong.codes[i] =
			(struct mfa_known_code){ INT64_MAX, UINT32_MAX };
	a->known.right.count = a->known.wrong.count = MFA_KNOWN_MAX;
	for (i = 0; i < MFA_LATELY_MAX; i++)
		a->lately.names[i] = (struct mfa_lately_name){ UINT32_MAX, INT64_MAX, { UINT32_MAX, UINT32_MAX } };
	a->lately.count = MFA_LATELY_MAX;
	for (i = 0; i < MFA_FAILURES_MAX; i++) {
		char rhost[16];

		(void)snprintf(rhost, sizeof(rhost), "192.0.2.%zu", i);
		mfa_account_add_event(a, INT64_MAX, "a service \\\"x", i > 0 ? rhost : "", "", "wrong");
		a->failures[i].count = UINT32_MAX;
	}
	a->unheard = (struct mfa_unheard){ UINT32_MAX, INT64_MAX, INT64_MAX, INT64_MAX };
	for (i = 0; i < MFA_EVENTS_MAX + 3; i++)
		mfa_account_add_event(a, (int64_t)i, "a service \\\"x", i % 2 ? "192.0.2.1" : "",
				      "totp", "ok");
	return a;
}
