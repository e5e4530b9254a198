/* SPDX-License-Identifier: BSD-2-Clause */
/* Showing recovery codes, the only time that anybody sees them. */
#ifndef MFAD_RECOVERY_H
#define MFAD_RECOVERY_H

#include "factor/factor.h"
#include "mfad/base/conversation.h"

void recovery_show(struct conversation *c, char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE]);

#endif
