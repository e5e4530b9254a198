/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfad counts over all accounts, for other commands than `report`. */
#ifndef MFA_ADMIN_FIGURES_H
#define MFA_ADMIN_FIGURES_H

#include <jansson.h>

#include "command.h"

/* Figures by their keys (mfa-admin(8), report), the caller's; NULL: no mfad answers, or it has none for this user. */
json_t *report_figures(const struct command_options *options);

#endif
