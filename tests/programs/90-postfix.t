#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes by e-mail through Postfix as Debian has it, in the bed: what it takes is in a mailbox, and what it takes without
# being able to deliver it is sent all the same.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/../e2e/sender.sh"

needs /usr/sbin/postfix /usr/share/postfix/master.cf.dist
readonly BOX=$BED/box

# Without chroots, which would want a copy of what is not in the bed.
install -d -o nobody "$BOX"
chmod a+rx "$BED"
install -d -o postfix /var/lib/postfix /var/spool/postfix
sed -E 's/^(\S+\s+(unix|inet|fifo|pass)\s+\S+\s+\S+\s+)y/\1n/' /usr/share/postfix/master.cf.dist >/etc/postfix/master.cf
grep -q '^postlog' /etc/postfix/master.cf || echo 'postlog unix-dgram n - n - 1 postlogd' >>/etc/postfix/master.cf
cat >/etc/postfix/main.cf <<CONF
compatibility_level = 3.6
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = school.example.org
mydestination = school.example.org
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.org
virtual_mailbox_base = $BOX
virtual_mailbox_maps = static:jan
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 100
maillog_file = /var/log/postfix.log
maillog_file_prefixes = /var
relayhost = [127.0.0.1]:2599
CONF
postfix start >"$BED/postfix.out" 2>&1
wait_for port_open 25 || bail "postfix does not start: $(cat "$BED/postfix.out" /var/log/postfix.log)"

write_conf '[email]' 'from = mfa@school.example.org'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender
try email jan@example.org
came 'a mailbox here' 0 'Sent: the other side has taken it'
like 'in Postfix'"'"'s words' "$SCREEN" '250 2\.0\.0 Ok: queued as'
arrived() { grep -q 'This is a test' "$BOX/jan"; }
ok 'it is in the mailbox' wait_for arrived
like 'Postfix has added nothing to it that says who asked' "$(grep -c '^Received:' "$BOX/jan")" '^1$'
try email jan@elsewhere.example.net
came 'a mailbox elsewhere, whose server is down: it is Postfix that tries again' 0 'Sent'
deferred() { grep -q 'status=deferred' /var/log/postfix.log; }
ok 'as its queue says' wait_for deferred
try email nobodyhere@school.example.org
came 'nobody of that name' 1 'status: 550'
postfix stop >/dev/null 2>&1
wait_for port_closed 25
mfa-admin test-send email jan@example.org </dev/null >"$BED/later" 2>&1 &
later=$!
ok 'Postfix is stopped: it waits' wait_for grep -q 'Not taken yet' "$BED/later"
postfix start >/dev/null 2>&1
ok 'and when it is there again' wait "$later"
like 'it is sent' "$(cat "$BED/later")" '^Sent'
stop_sender
postfix stop >/dev/null 2>&1
done_testing
