/* SPDX-License-Identifier: BSD-2-Clause */
/* Which addresses anybody on the Internet may be sent to: a push service that a phone names must not
 * be a door into the network of this machine.  Pure. */
#ifndef MFA_PORTAL_PUBLIC_H
#define MFA_PORTAL_PUBLIC_H

#include <stdbool.h>
#include <sys/socket.h>

#include "policy/policy.h"

/* Whether an address is a public one, or in one of the networks.  Of what is no address: no. */
bool mfa_address_may_be_pushed(const struct sockaddr *address, const struct mfa_networks *networks);

#endif
