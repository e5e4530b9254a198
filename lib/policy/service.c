/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy/service.h"

#include <stddef.h>
#include <string.h>

enum { AT_HOST = 1, HIDES_CALLER = 2, GIVES_ADDRESS = 4 };

/* By their names in /etc/pam.d, as Debian, Fedora and Arch ship them. */
static const struct { const char *name; unsigned is; } services[] = {
	{ "login", AT_HOST },
	{ "su", AT_HOST },
	{ "su-l", AT_HOST },
	{ "sudo", AT_HOST },
	{ "sudo-i", AT_HOST },
	{ "runuser", AT_HOST },
	{ "runuser-l", AT_HOST },
	{ "doas", AT_HOST },
	/* Since polkit 127 systemd starts its helper for every user. */
	{ "polkit-1", AT_HOST | HIDES_CALLER },
	{ "vlock", AT_HOST },
	{ "mfa-enroll", AT_HOST },
	{ "gdm-password", AT_HOST },
	{ "lightdm", AT_HOST },
	{ "sddm", AT_HOST },
	{ "greetd", AT_HOST },
	{ "i3lock", AT_HOST },
	{ "swaylock", AT_HOST },
	{ "xscreensaver", AT_HOST },
	{ "sshd", GIVES_ADDRESS },
};

static bool is(const char *service, unsigned what)
{
	size_t i;

	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(services[i].name, service) == 0)
			return (services[i].is & what) != 0;
	return false;
}

bool mfa_service_is_local(enum mfa_on_host said, const char *service, bool own_terminal)
{
	if (said != MFA_ON_HOST_BY_NAME)
		return said == MFA_ON_HOST_YES;
	return own_terminal || is(service, AT_HOST);
}

bool mfa_service_hides_caller(const char *service)
{
	return is(service, HIDES_CALLER);
}

bool mfa_service_gives_address(const char *service)
{
	return is(service, GIVES_ADDRESS);
}
