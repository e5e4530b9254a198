#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# Each system call of a running mfad fails once, at each place where a sign-in makes it.
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
. "$TOP/tests/faults/faults.sh"

site
start_mfad || bail 'mfad does not start'

while read -r call errors; do
	for error in $errors; do
		each_call "$call" "$error" 8
	done
done <<-END
	accept4 EMFILE ENOMEM
	openat EIO EMFILE
	newfstatat EIO EACCES
	read EIO
	pread64 EIO
	pwrite64 EIO ENOSPC
	fdatasync EIO ENOSPC
	fcntl EIO
	mmap ENOMEM
	munmap EINVAL
	clone3 EAGAIN
	getrandom EAGAIN
	getsockopt ENOTCONN
	recvmsg EIO EINTR
	recvfrom EIO EINTR
	sendto EPIPE EINTR
	sendmsg EPIPE EINTR
	poll EINTR ENOMEM
	lseek EIO
	close EIO
END
none 'system calls of mfad'
log_unlike 'no code and no key is in the log' "$(secret_of user)"

done_testing
