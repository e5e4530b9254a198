# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What is in a program's memory; source it after lib.sh.

# found PID WORD...: those that are in its memory, with what stands around them; and a word if it can't be looked into.
found() {
	{ perl -e '
		my ($pid, @words) = @ARGV;
		my $any = join "|", map quotemeta, @words;
		open(my $maps, "<", "/proc/$pid/maps") or die;
		open(my $mem, "<:raw", "/proc/$pid/mem") or die;
		while (<$maps>) {
			/^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
			my ($from, $to, $data) = (hex $1, hex $2);
			$to - $from < 1 << 28 or next;	# more is the shadow of a sanitizer
			sysseek($mem, $from, 0) && sysread($mem, $data, $to - $from) or next;
			while ($data =~ /($any)/g) {
				print "$1: ", substr($data, $-[0] > 50 ? $-[0] - 50 : 0, 100) =~ s/[^ -~]/./gr, "\n";
			}
		}' "$@" || echo "$1 can't be looked into"; } | sort -u
}
