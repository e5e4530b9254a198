#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Options belong to commands: the manual pages, the help and what is refused say the same of which has which.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# of_man PAGE: "COMMAND OPTION" for each that its OPTIONS name, "* OPTION" where they name no command.
of_man() {
	perl -ne '
		if (/^\.Sh (.*)/) { done(); $here = $1 eq "OPTIONS" }
		next unless $here;
		if (/^\.(?:It|El)/) { done(); @options = /Fl -(\S+)/g }
		push @commands, map { s/ Fl .*//r } split / , /, $1 if /^\.Cm (.*) :$/;
		sub done { for my $o (@options) { print "$_ $o\n" for @commands ? @commands : "*" } @options = @commands = () }
	' "$TOP/man/$1" | sort
}
# Likewise what stands in the synopsis of each command.
of_synopses() { perl -ne 'my ($c, $rest) = /^\.It Cm (\S+)(.*)/ or next; print "$c $_\n" for $rest =~ /Fl -(\S+)/g' "$TOP/man/$1" | sort -u; }

# commands_of PROGRAM: the commands in its help.
commands_of() { "$1" --help | sed -n '/^$/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'; }

# --- mfa-admin -----------------------------------------------------------------

# of_help COMMAND: its own options.
of_help() { mfa-admin "$1" --help | sed -n '/^All commands:/q; s/^  --\([a-z-]*\) .*/\1/p'; }
of_all() { mfa-admin list --help | sed -n '1,/^All commands:/d; s/^  --\([a-z-]*\) .*/\1/p'; }
arguments_of() {
	case $1 in
	show | reset | unlock | pass | forget) echo alice ;;
	import | backup | restore | check-pam) echo "$BED/nothing" ;;
	esac
}

commands=$(commands_of mfa-admin)
of_commands=$(for command in $commands; do of_help "$command" | sed "s/^/$command /"; done | sort)
like 'commands are found in the help' " ${commands//$'\n'/ } " ' init .* unlock .* check-pam '
is 'the options of each command are those of the manual page' "$of_commands" "$(of_man mfa-admin.8 | grep -v '^\*')"
is 'so are those of all' "$(of_all | sort)" "$(of_man mfa-admin.8 | sed -n 's/^\* //p')"
is 'no synopsis names another' "$(comm -13 <(echo "$of_commands") <(of_synopses mfa-admin.8))" ''
is 'the commands are those of the manual page' "$(sort <<<"$commands")" \
	"$(sed -n '/^\.Sh DESC/,/^\.Sh OPT/s/^\.It Cm \([a-z-]*\).*/\1/p' "$TOP/man/mfa-admin.8" | sort -u)"
is 'the whole help has the same options' \
	"$(mfa-admin --help | sed -nE 's/^  --([a-z-]+) +([A-Z]+ +)?([a-z, -]+): .*/\3:\1/p' |
		perl -ne 'chomp; my ($c, $o) = split /:/; print "$_ $o\n" for split /, /, $c' | sort)" "$of_commands"

# With nobody to ask and nothing to start, whatever is begun ends otherwise than by status 2.
write_conf
begins() { mfa-admin --config "$CONF" --socket "$BED/none" --mfad /nonexistent "$@" 2>&1 </dev/null; }
wrong='' silent=''
mfa-admin --help | sed -nE 's/^  --([a-z-]+) ([A-Z]*) .*: .*/\1 \2/p' >"$BED/options"
for command in $commands; do
	has=$(of_help "$command") not=() status=0
	mapfile -t not < <(grep -vxFf <(echo "$has") <(cut -d' ' -f1 "$BED/options"))
	given=()
	for option in "${not[@]}"; do
		given+=("--$option")
		! grep -qE "^$option [A-Z]" "$BED/options" || given+=(x)
	done
	# shellcheck disable=SC2046
	said=$(begins "$command" $(arguments_of "$command") "${given[@]}") || status=$?
	[ $status = 2 ] || wrong+="$command: $status "
	want=$(printf ', --%s' "${not[@]}")
	want="mfa-admin: $command does not take ${want#, }. It$(
		[ -z "$has" ] && echo ' has no options but those of all commands.' && exit
		printf 's options are: --'
		sed ':a;N;$!ba;s/\n/, --/g' <<<"$has")"
	[ "$said" = "$want" ] || silent+="$command: $said (want $want) "
done
is 'options of other commands are refused' "$wrong" ''
is 'each by its name, and it is said which there are' "$silent" ''
ok 'nothing was done' test ! -e /etc/mfa/master.key -a ! -e "$STORE"
while IFS='|' read -r status arguments; do
	got=0
	# shellcheck disable=SC2086
	begins $arguments >"$BED/out" || got=$?
	is "$arguments" "$got" "$status" || diag "$(cat "$BED/out")"
done <<'END'
2|--strict init
2|--yes --json names
2|--user bob --drop-recovery check-config
2|check-config --drop-recovery --strict
3|--json list
3|reset --yes --pass 8h --uses 2 --new --json alice
3|--factor Phone reset alice
3|unlock --all --clocks --yes --json
2|unlock --all --yes
2|nothing --help
0|--help --json
2|explain --se sshd --user bob
2|reset --p 8h alice
3|list --js
0|list --version
END
ok 'still nothing' test ! -e /etc/mfa/master.key -a ! -e "$STORE"

# --- mfa-enroll ----------------------------------------------------------------

begins() { as alice mfa-enroll --config "$CONF" --socket "$BED/none" --mfad /nonexistent "$@" 2>&1 </dev/null; }
arguments_of() {
	case $1 in
	replace | remove) echo 1 ;;
	rename) echo '1 Other' ;;
	esac
}
wrong=''
commands=$(commands_of mfa-enroll)
of_commands=$(of_man mfa-enroll.1 | grep -v '^\*')
like 'commands of mfa-enroll' " ${commands//$'\n'/ } " ' add .* forget '
mapfile -t all < <(cut -d' ' -f2 <<<"$of_commands" | sort -u)
for command in $commands; do
	for option in "${all[@]}"; do
		want=2 status=0
		! grep -qxF "$command $option" <<<"$of_commands" || want=3
		case $option in label | png | svg) value="$BED/nothing" ;; *) value='' ;; esac
		# shellcheck disable=SC2046,SC2086
		said=$(begins "$command" $(arguments_of "$command") --"$option" $value) || status=$?
		[ $status = $want ] || wrong+="$command --$option: $status, not $want: $said "
	done
done
is 'each takes what the manual page says, and nothing else' "$wrong" ''

done_testing
