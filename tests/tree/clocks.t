#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A clock that is set, forward or back, must stop no wait and no upkeep: what lasts is measured by CLOCK_MONOTONIC.
# So nobody but these asks for the time of day, and nobody waits by it.
. "${BASH_SOURCE[0]%/*}/tap.sh"

asks() { grep -rlE '\btime\(NULL\)|CLOCK_REALTIME|\bgettimeofday\(' lib tools pam_mfa.c | sort; }
# The programs' clock; what stands before a line of syslog's; the portal's, for tickets that have an hour.
same 'who asks for the time of day' "$(asks)" "$(printf '%s\n' lib/clock/clock.c lib/log/log.c tools/mfa-portal/time.c)"
# A condition waits by the time of day unless it was made otherwise.
same 'who waits by a clock that can not be set' "$(grep -rl 'pthread_cond_timedwait' lib tools | sort)" \
	"$(grep -rl 'pthread_condattr_setclock' lib tools | sort)"
done_testing
