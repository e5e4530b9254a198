/* What a program was asked to run.  libc only: the module links this. */
#ifndef MFA_COMMAND_H
#define MFA_COMMAND_H

#include <stddef.h>

/* The arguments of this process, without its name, cut to what fits; "" if they can't be read.  It is
 * what its caller wrote: a claim, to be shown and never to be believed. */
void mfa_command_line(char *out, size_t size);

#endif
