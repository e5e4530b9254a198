/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that sshd's settings come from. */
#ifndef SSHD_CONFIG_H
#define SSHD_CONFIG_H

/* Names each Match block, with its file and line, in sshd_config and what it includes: `sshd -T` shows what
 * holds for everybody, and a block may say otherwise for some.  What can't be read is passed over: sshd -T
 * has read it, or has failed. */
void sshd_config_tell_of_match(void);

#endif
