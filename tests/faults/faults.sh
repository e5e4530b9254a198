# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For tests of faults: something that a program needs fails at the nth time, for each n until it is needed no more.
#
# A sign-in may be refused for it.  It must not let anybody in by a wrong code or by one that was used, nor take a code
# twice, nor keep anybody out once it has passed, nor leave an mfad that does not answer.
#
#	. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
#	. "$TOP/tests/faults/faults.sh"

codes=$BED/codes	# that were typed, a line each
injected=0	# how often something failed
ends=0		# how often mfad ended, which it may: something starts it again
bad=()		# what must not be

wrongly() { bad+=("$*"); diag "$*"; }
# none NAME: nothing was wrong since the last time, and something was injected.
none() {
	diag "$1: $injected faults, mfad ended $ends times"
	ok "$1: something failed" [ "$injected" -gt 0 ]
	is "$1: and nothing came of it but refusals" "$(printf '%s\n' "${bad[@]}")" ''
	bad=() injected=0 ends=0
}

# more_than COUNT WHAT: it failed more often than that, or this is no test of it.
more_than() { [ "$injected" -gt "$1" ] || wrongly "$2: it never failed"; }
# no_code_logged: neither what was typed nor what codes are made of.
no_code_logged() {
	ok 'codes were typed' [ -s "$codes" ]
	is 'no code is in the log' "$(log_text | grep -wFf "$codes")" ''
	log_unlike 'no key is in the log' "$(secret_of user)"
}

# So many that none gets to where wrong codes of a month stop it.
readonly VICTIMS=60
victim=0
# site [LINE]...: a configuration with these, and accounts.
site() {
	write_conf '[policy]' 'nss = no' "$@"
	new_store || bail 'mfa-admin init failed'
	seq 1 $VICTIMS | sed "s,.*,user&\totpauth://totp/Bed:user&?secret=$(secret_of user)\&issuer=Bed," >"$BED/import"
	mfa-admin import "$BED/import" >/dev/null || bail 'mfa-admin import failed'
	pam_service code 'auth required pam_mfa.so'
}

let_in() { [[ $SCREEN == *PAM_SUCCESS* ]]; }

revive() {
	ended "$MFAD_PID" 2>/dev/null || return 0
	ends=$((ends + 1))
	start_mfad || bail 'mfad does not start again'
}

# sign_in_under CASE WHAT ARM DISARM: a sign-in (right, wrong or used) between two commands, and what comes of it.
sign_in_under() {
	local code given first='' user

	victim=$((victim % VICTIMS + 1)) user=user$victim
	tick
	code=$(code_now user) given=$code
	case $1 in
	wrong) given=$(wrong_code user) ;;
	used)
		pam_try -q code $user "$code"
		let_in || wrongly "$2: no sign-in before it"
		;;
	esac
	printf '%s\n' "$code" "$given" >>"$codes"
	$3
	pam_try -q code $user "$given"
	! let_in || first=in
	$4
	revive
	if [ "$1" = right ]; then
		pam_try -q code $user "$code"
		[ "$first" = '' ] || ! let_in || wrongly "$2, $1: the same code twice"
	elif [ "$first" = in ]; then
		wrongly "$2, $1: let in"
	fi
	tick
	pam_try -q code $user "$(code_now user)"
	let_in || wrongly "$2, $1: the next one is kept out"
}

# --- system calls ----------------------------------------------------------------

INJECTION='' TRACER=''
FRESH=''	# not empty: by an mfad that has just begun
arm_call() {
	if [ -n "$FRESH" ]; then
		stop_mfad
		start_mfad || bail 'mfad does not start again'
	fi
	: >"$BED/trace"
	strace -f -qq -o "$BED/trace" -e "trace=${INJECTION%%:*}" -e "inject=$INJECTION" -p "$MFAD_PID" 2>/dev/null &
	TRACER=$!
	disown
	wait_for grep -q '^TracerPid:.*[1-9]' "/proc/$MFAD_PID/status" || bail 'strace does not attach'
}
disarm_call() {
	kill "$TRACER" 2>/dev/null
	wait_for ended "$TRACER"
	injected=$((injected + $(grep -c INJECTED "$BED/trace")))
}

# each_call CALL ERROR [MOST]: in the running mfad, by the thread that serves.
each_call() {
	local n before first=$injected

	for ((n = 1; n <= ${3:-40}; n++)); do
		before=$injected
		for case in right wrong used; do
			INJECTION=$1:error=$2:when=$n
			sign_in_under $case "$1 $n, $2" arm_call disarm_call
		done
		[ $injected -gt $before ] || break
	done
	more_than "$first" "$1, $2"
}

# --- syncs of a command ------------------------------------------------------------

# each_sync HOW BEFORE AFTER COMMAND...: the command with its nth sync failing (error=EIO) or its process killed there
# (signal=KILL).  BEFORE is run first; then COMMAND once more, as somebody would; AFTER must succeed then.
each_sync() {
	local how=$1 before=$2 after=$3 first=$injected n
	shift 3

	for ((n = 1; ; n++)); do
		$before
		strace -f -qq -o "$BED/trace" -e trace=fsync,fdatasync -e "inject=fsync,fdatasync:$how:when=$n" \
			"$@" </dev/null >"$BED/said" 2>&1
		grep -qE 'INJECTED|killed by' "$BED/trace" || break
		injected=$((injected + 1))
		"$@" </dev/null >"$BED/said" 2>&1 || $after >/dev/null 2>&1 ||
			wrongly "$how at sync $n of $*: $(cat "$BED/said")"
		$after >"$BED/said" 2>&1 || wrongly "$how at sync $n of $*, then: $(cat "$BED/said")"
	done
	more_than "$first" "$how at a sync of $*"
}

no_site() { rm -f "$STORE" "$STORE"* /etc/mfa/master.key*; }
is_sound() { mfa-admin check-store </dev/null; }

# --- memory ------------------------------------------------------------------------

export MFA_FAILING=$BED/failing
# shellcheck disable=SC2034
readonly FAILING=/mnt/helpers/preload/failing.so
# As long as tests/preload/failing.c says; in place, for it is mapped.
set_failing() { perl -e 'open(my $f, "+<", $ENV{MFA_FAILING}) or die; print $f pack("iiII", @ARGV, 0, 0)' "$1" "$2"; }
NTH=0
arm_memory() { set_failing "$NTH" "${LASTS:-0}"; }
disarm_memory() {
	injected=$((injected + $(perl -e 'open(my $f, "<", $ENV{MFA_FAILING}); read($f, my $d, 16);
		print((unpack("iiII", $d))[3])')))
	set_failing 0 0
}
prepare_memory() {
	head -c 16 /dev/zero >"$MFA_FAILING"
	chmod 666 "$MFA_FAILING"
}

# each_allocation CASE [MOST [STEP]]: in the running mfad, which was started with $FAILING.
each_allocation() {
	local before first=$injected misses=0

	for ((NTH = 1; NTH <= ${2:-2000} && misses < 3; NTH += ${3:-1})); do
		before=$injected
		sign_in_under "$1" "allocation $NTH${LASTS:+ and on}" arm_memory disarm_memory
		[ $injected -gt $before ] && misses=0 || misses=$((misses + 1))
	done
	more_than "$first" "$1: an allocation"
}

# A store in $BED/lost, without its log, in which user1 has used $USED.
lose_log() {
	pam_service helper "auth required pam_mfa.so socket=$BED/none"
	start_mfad || bail 'mfad does not start'
	USED=$(code_now user)
	pam_try code user1 "$USED"
	accepted 'what the log alone has'
	kill_mfad
	rm "$STORE-wal" "$STORE-shm"
	cp -p "$STORE" "$BED/lost"
}

# each_look [STEP]: check-store of a sound store, with the nth allocation failing: it finds no fault that is not there.
each_look() {
	local before misses=0 said

	for ((NTH = 1; misses < 3; NTH += ${1:-1})); do
		before=$injected
		arm_memory
		said=$(LD_PRELOAD=$FAILING mfa-admin check-store </dev/null 2>&1)
		disarm_memory
		[[ $said != *"can't be read"* && $said != *damaged* ]] || wrongly "allocation $NTH of check-store: $said"
		[ $injected -gt $before ] && misses=0 || misses=$((misses + 1))
	done
}

# each_accept LOST USER CODE [STEP]: check-store --accept of LOST, a store without its log in which that code was used:
# it is accepted with the code used up, or as it was.
each_accept() {
	local before misses=0 status

	for ((NTH = 1; misses < 3; NTH += ${4:-1})); do
		rm -f "$STORE"*
		cp -p "$1" "$STORE"
		before=$injected status=0
		arm_memory
		LD_PRELOAD=$FAILING mfa-admin check-store --accept </dev/null >"$BED/said" 2>&1 || status=$?
		disarm_memory
		if [ $status = 0 ]; then
			pam_try -q helper "$2" "$3"
			! let_in || wrongly "allocation $NTH of --accept: the used code is good again"
			is_sound >"$BED/said" 2>&1 || wrongly "allocation $NTH of --accept: $(cat "$BED/said")"
		elif ! cmp -s "$1" "$STORE" || [ "$(ls /var/lib/mfa)" != mfa.db ]; then
			wrongly "allocation $NTH of --accept: it failed, and left $(ls /var/lib/mfa): $(cat "$BED/said")"
		fi
		[ $injected -gt $before ] && misses=0 || misses=$((misses + 1))
	done
}
