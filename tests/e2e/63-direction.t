#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A label, or an address that a program claims, may have characters that turn the direction
# of the text: the administrator's terminal does not get them.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly TURN=$'\u202e'

ready alice
pam_service code 'auth required pam_mfa.so'
mfa-enroll --user alice rename Phone "Téléphone${TURN}2.x" </dev/null >/dev/null
as alice "$HELPERS/signin" -r "192.0.2.1${TURN}7" code alice "$(code_now alice)" >/dev/null

SCREEN=$(mfa-admin show alice)
like 'show: a label as it is, but for what would turn it' "$SCREEN" '^  1\. Téléphone\?2\.x \(totp\), added '
like 'show: so is a claimed address' "$SCREEN" 'local:code +totp from 192\.0\.2\.1\?7$'
like 'list of the devices' "$(mfa-enroll --user alice list </dev/null)" 'Téléphone\?2\.x'
unlike 'nowhere else either' "$SCREEN$(mfa-admin list)" "$TURN"

done_testing
