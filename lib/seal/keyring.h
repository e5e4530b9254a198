/* What seal.c needs of a keyring; not for other rooms. */
#ifndef MFA_KEYRING_H
#define MFA_KEYRING_H

#include "seal/hkdf.h"
#include "seal/seal.h"

#define MFA_MASTER_KEY_SIZE 32
#define MFA_KEYS_MAX 16

struct mfa_master_key {
	uint32_t id;
	uint8_t bytes[MFA_MASTER_KEY_SIZE];
};

struct mfa_keyring {
	uint8_t store_id[MFA_STORE_ID_SIZE];
	uint8_t name_key[32];		/* of mfa_keyring_hash_name */
	size_t count;
	struct mfa_master_key keys[MFA_KEYS_MAX];	/* the newest last */
};

/* The key with an id, or NULL. */
const struct mfa_master_key *mfa_keyring_find(const struct mfa_keyring *ring, uint32_t id);

#endif
