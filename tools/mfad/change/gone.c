/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/change/gone.h"

#include <stdio.h>

void gone_note(struct gone *gone, const struct mfa_device *device)
{
	gone->kind = mfa_device_kind(device);
	(void)snprintf(gone->address, sizeof(gone->address), "%s", device->address != NULL ? device->address : "");
}
