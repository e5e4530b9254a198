#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# Each system call of a running mfad fails once, at each place where a sign-in makes it.
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
. "$TOP/tests/faults/faults.sh"

site
start_mfad || bail 'mfad does not start'

calls() {
	local call errors error

	while read -r call errors; do
		for error in $errors; do
			each_call "$call" "$error" 8
		done
	done
}
calls <<-END
	accept4 EMFILE ENOMEM
	openat EIO EMFILE
	newfstatat EIO EACCES
	read EIO
	pwrite64 EIO ENOSPC
	fdatasync EIO ENOSPC
	fcntl EIO
	getrandom EAGAIN
	getsockopt ENOTCONN
	recvmsg EIO EINTR
	sendto EPIPE EINTR
	poll EINTR ENOMEM
	lseek EIO
	close EIO
END
# What it does for its first sign-ins, and then has.
FRESH=1
calls <<-END
	pread64 EIO
	mmap ENOMEM
	munmap EINVAL
	clone3 EAGAIN
END
none 'system calls of mfad'
no_code_logged

done_testing
