/* SPDX-License-Identifier: BSD-2-Clause */
/* What a phone waits with: that it has shown its key, and what it has been told of by then. */
#ifndef MFA_PORTAL_TICKET_H
#define MFA_PORTAL_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#define MFA_TICKET_KEY_SIZE 32
#define MFA_TICKET_SIZE 88		/* with the NUL */
#define MFA_TICKET_SECONDS 600

struct mfa_ticket {
	uint64_t device;
	uint64_t serial;		/* of the last event before it was told */
	int64_t time;			/* when */
};

/* Returns 0 or -EIO. */
int mfa_ticket_make(const uint8_t key[MFA_TICKET_KEY_SIZE], const struct mfa_ticket *ticket,
		    char out[MFA_TICKET_SIZE]);
/* Returns 0, or -EACCES: it is not of this key, or too old. */
int mfa_ticket_read(const uint8_t key[MFA_TICKET_KEY_SIZE], const char *text, int64_t now,
		    struct mfa_ticket *out);

/* The last events: whose they were. */
#define MFA_RING_SIZE 65536
struct mfa_ring {
	uint64_t serial;		/* of the newest; 0: there were none */
	uint64_t devices[MFA_RING_SIZE];
};
void mfa_ring_add(struct mfa_ring *ring, uint64_t device);
/* There may have been some that nobody told us of: every ticket is behind. */
void mfa_ring_miss(struct mfa_ring *ring);
/* Whether there was one for a device after serial, or may have been. */
bool mfa_ring_has(const struct mfa_ring *ring, uint64_t device, uint64_t serial);

#endif
