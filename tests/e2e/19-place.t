#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# No address proves nothing: which services are of this host, who stands at su and sudo, what a module of the
# version before gets, and what is said of all that.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly VPN=vpn-plugin		# no service that anybody knows
code_services sudo
for service in $VPN xrdp-sesman login polkit-1 code su; do
	pam_service "$service" 'auth required pam_mfa.so'
done
ready alice
install -m 4755 "$HELPERS/signin" /usr/local/bin/set-uid-signin

readonly DUE=('[policy]' 'enrolment = require' 'enrol_local = yes')
rules() { new_rules "${DUE[@]}" "$@"; }
user() { local name=$1; shift; setpriv --reuid "$name" --regid "$name" --init-groups "$@"; }

# led NAME, closed NAME: what the last try came to for somebody without a device.
led() { like "$1: led through enrolment" "$SCREEN" 'More information is required'; }
closed() {
	unlike "$1: no enrolment" "$SCREEN" 'More information|[Ss]can|QR'
	like "$1: by the usual question" "$SCREEN" 'Authenticator code:'
}

# --- a daemon of the network that sets no PAM_RHOST --------------------------------------

# daemon TRY-ARGUMENT...: of a session without a terminal.
daemon() {
	STATUS=0
	SCREEN=$(setsid -w "$HELPERS/signin" "$@" </dev/null 2>&1) || STATUS=$?
}
rules
log_mark
daemon $VPN carol
closed 'a daemon without an address'
log_like 'the log says why' "user=carol service=$VPN .*rule=\"unenrolled=deny\" detail=\"no first device, not known from where\""
daemon -r '' $VPN carol
closed 'an empty address'
daemon -t ssh xrdp-sesman carol
closed 'xrdp'
rules "[policy $VPN]" 'local = yes'
daemon $VPN carol
led 'local = yes'
daemon xrdp-sesman carol
closed 'for that service'
daemon -r 203.0.113.1 $VPN carol
closed 'but no address that there is'
rules 'enrol_networks = 192.0.2.0/24'
daemon -r 192.0.2.7 $VPN carol
led 'from a network, as ever'
rules "[policy $VPN]" 'local = yes' 'enrol_local = no'
daemon $VPN carol
closed 'local = yes, enrol_local = no'
rules
daemon login carol
led 'login, by its name'
rules '[policy login]' 'local = no'
daemon login carol
closed 'login, local = no'
new_rules '[policy]' 'enrolment = offer' 'enrol_local = yes' 'unenrolled = allow'
daemon $VPN carol
accepted 'unenrolled = allow lets in'
unlike 'and offers nothing' "$SCREEN" 'More information'

# --- a terminal of its own -------------------------------------------------------------

rules
# The picture asks for a code of the app; the usual question ends it, too.
# "... code: ", or "Code that the app shows ...".
stop_at_question() { printf 'end ode\n'; }
on_pty "$HELPERS/signin" -t ssh $VPN carol < <(stop_at_question)
closed 'root, on a terminal, another is named'
on_pty "$HELPERS/signin" $VPN carol < <(stop_at_question)
closed 'root, on a terminal that nothing names: a daemon in a shell'
on_pty sh -c "exec $HELPERS/signin -t \"\$(tty)\" $VPN carol" < <(stop_at_question)
led 'root, on a terminal that it names'
on_pty sh -c "exec $HELPERS/signin -t \"\$(tty)\" $VPN carol </dev/null" < <(stop_at_question)
closed 'root, reads from elsewhere'
on_pty setpriv --reuid carol --regid carol --init-groups set-uid-signin $VPN carol < <(stop_at_question)
led 'a set-uid program of her own'
on_pty setpriv --reuid alice --regid alice --init-groups set-uid-signin $VPN carol < <(stop_at_question)
closed "a set-uid program that another has started"
SCREEN=$(user carol setsid -w set-uid-signin $VPN carol </dev/null 2>&1)
closed 'a set-uid program without a terminal'
rules "[policy $VPN]" 'local = no'
on_pty setpriv --reuid carol --regid carol --init-groups set-uid-signin $VPN carol < <(stop_at_question)
closed 'local = no, whatever the terminal'
rules
on_pty setpriv --reuid carol --regid carol --init-groups "$HELPERS/signin" $VPN carol < <(stop_at_question)
closed "what a user's own program says"

# --- su and sudo are the presence of the caller ----------------------------------------

log_mark
on_pty setpriv --reuid alice --regid alice --init-groups su carol -c true < <(stop_at_question)
closed 'su carol, by alice'
log_like 'and the log says why' "user=carol service=su .*detail=\"no first device of another's account\""
SCREEN=$(user alice setsid -w su carol -c true </dev/null 2>&1)
closed 'su carol, by alice, without a terminal'
on_pty setpriv --reuid carol --regid carol --init-groups su carol -c true < <(stop_at_question)
led 'su carol, by carol'
on_pty su carol -c true < <(stop_at_question)
led 'su carol, by root'
su_try bob alice '' "$(code_now alice)"
entered 'who has a device is asked for it, whoever begins' alice
tick
echo "root:$PASSWORD" | chpasswd
echo 'Defaults:alice targetpw' >>/etc/sudoers
sudo_try alice "$PASSWORD"
refused 'sudo with the password of root, who has no device'
unlike 'enrols none of root' "$SCREEN" 'More information'
sed -i '/targetpw/d' /etc/sudoers
echo 'carol ALL = (ALL:ALL) ALL' >>/etc/sudoers
on_pty setpriv --reuid carol --regid carol --init-groups sudo -k true < <(
	printf 'expect assword\nsend %s\nend app shows\n' "$PASSWORD")
led 'sudo by carol'
daemon polkit-1 carol
closed "polkit's helper, which root starts for anybody"
daemon polkit-1 root
closed "polkit's helper, for root's own account"
like 'as explain says' "$(mfa-admin explain --user root --service polkit-1 </dev/null)" 'root: refused'
SCREEN=$(user carol setsid -w set-uid-signin polkit-1 carol </dev/null 2>&1)
led "polkit's helper, by carol"
SCREEN=$(user alice setsid -w set-uid-signin polkit-1 carol </dev/null 2>&1)
closed "polkit's helper, by alice"

# --- mfa-enroll ------------------------------------------------------------------------

rules
SCREEN=$(user carol mfa-enroll </dev/null 2>&1)
unlike 'mfa-enroll, enrol_local = yes' "$SCREEN" "can't be added from here"
rules '[policy mfa-enroll]' 'local = no'
log_mark
SCREEN=$(user carol mfa-enroll </dev/null 2>&1)
like 'mfa-enroll, local = no' "$SCREEN" "can't be added from here"
log_like 'is logged as such' 'event=enrol result=denied user=carol .*rule="local=no"'

# --- remember, by login session -----------------------------------------------------------

# twice SERVICE: of alice, in one session without a terminal; the second time with no code.
twice() {
	tick
	SCREEN=$(user alice setsid -w sh -c "set-uid-signin -q $1 alice $(code_now alice); set-uid-signin -q $1 alice" \
		</dev/null 2>&1)
}
new_rules '[policy]' 'remember = 8h'
twice $VPN
is 'not known from where: nothing is remembered by session' "$(tr '\n' ' ' <<<"$SCREEN")" 'PAM_SUCCESS 1 PAM_CONV_ERR 1 '
twice login
is 'a local service: it is' "$(tr '\n' ' ' <<<"$SCREEN")" 'PAM_SUCCESS 1 PAM_SUCCESS 1 '
new_rules '[policy]' 'remember = 8h' "[policy $VPN]" 'local = yes'
twice $VPN
is 'local = yes: it is' "$(tr '\n' ' ' <<<"$SCREEN")" 'PAM_SUCCESS 1 PAM_SUCCESS 1 '
new_rules '[policy]' 'remember = 8h' "[policy login]" 'local = no'
SCREEN=$(user alice setsid -w set-uid-signin login alice </dev/null 2>&1)
like 'local = no: and ends' "$SCREEN" 'Authenticator code:'

# --- a module of the version before, which says nothing of either ---------------------------

BOB=$(printf %08x "$(id -u bob)") CAROL=$(printf %08x "$(id -u carol)")
asks() { SCREEN=$("$HELPERS/asks" "$@" 2>&1); }
rules
while IFS='|' read -r how name presence service; do
	# shellcheck disable=SC2086
	asks ${presence:+-p $presence} $SOCKET.root "$service" bob
	$how "$name"
done <<END
led|it says nothing: login||login
led|it says nothing: su||su
led|it says nothing: sudo||sudo
closed|it says nothing: a service that nobody knows||$VPN
led|it says whose: su|00$BOB|su
closed|it says of another: su|00$CAROL|su
led|it says root: su|0000000000|su
led|a terminal|01$BOB|$VPN
led|root's terminal|0100000000|$VPN
closed|no terminal|00$BOB|$VPN
closed|a terminal of another's|01$CAROL|$VPN
closed|nothing that makes sense: su|01|su
closed|nothing that makes sense, and longer: su|01${BOB}00|su
closed|nothing that makes sense: a service that nobody knows|02$BOB|$VPN
END
new_rules '[policy]' 'remember = 8h'
while read -r service ends; do
	tick
	asks -s leader:x:1:1 $SOCKET.root "$service" alice "$(code_now alice)"
	asks -s leader:x:1:1 $SOCKET.root "$service" alice
	like "its session at $service" "$SCREEN" "^$ends"
done <<END
sudo done: 0
$VPN ask: Authenticator code:
END
# What a user's own program says of terminal and uid is a claim.
rules
SCREEN=$(as bob "$HELPERS/asks" -p "01$BOB" $SOCKET login bob 2>&1)
closed "a user's own program"

# --- what is said of it --------------------------------------------------------------------

explain() { mfa-admin explain --json --user carol "$@" </dev/null; }
field() { grep -oE "\"$1\":(\"[^\"]*\"|[^,}]*)" <<<"$OUT" | cut -d: -f2- | tr -d '"'; }
rules '[policy kiosk]' 'local = yes'
while IFS='|' read -r arguments decision place detail; do
	# shellcheck disable=SC2086
	OUT=$(explain $arguments)
	is "explain $arguments" "$(field decision)|$(field place)|$(field detail)" "$decision|$place|$detail"
done <<END
--service login|enrol|this host|
--service kiosk|enrol|this host|
--service $VPN|refuse|not known|no first device, not known from where
--service $VPN --terminal|enrol|this host|
--service $VPN --rhost 192.0.2.1|refuse|address|no first device from here
--service su --caller carol|enrol|this host|
--service su --caller root|enrol|this host|
--service su --caller bob|refuse|this host|no first device of another's account
--service polkit-1|refuse|this host|no first device of another's account
--service polkit-1 --caller carol|enrol|this host|
END
for enrol_local in yes no; do
	for local in yes no; do
		rules '[policy mfa-enroll]' "enrol_local = $enrol_local" "local = $local" 'enrolment = off'
		case $enrol_local$local in
		yesyes) expected='enrol enrol_local=yes' ;;
		yesno) expected='refuse local=no' ;;
		*) expected='refuse enrol_local=no' ;;
		esac
		OUT=$(explain --service mfa-enroll)
		is "explain mfa-enroll, enrol_local = $enrol_local, local = $local" "$(field decision) $(field rule)" "$expected"
		screen=$(as carol mfa-enroll add --label X 2>&1 </dev/null)
		case $expected in
		enrol*) unlike 'and it does' "$screen" "can.t be added from here" ;;
		*) like 'and it refuses' "$screen" "can.t be added from here" ;;
		esac
	done
done
OUT=$(explain --service mfa-enroll --caller bob)
is "explain mfa-enroll, of another's account" "$(field decision) $(field rule)" 'refuse not-own'
like 'an address is repeated' "$(mfa-admin explain --user carol --service sshd --rhost 192.0.2.9 </dev/null)" '^From: +192\.0\.2\.9$'
like 'and so is a name' "$(mfa-admin explain --user carol --service sshd --rhost pc.example.org </dev/null)" \
	'^From: +pc\.example\.org \(a name: no rule about networks holds\)$'
rules '[policy kiosk]' 'local = yes'
like 'in words' "$(mfa-admin explain --user carol --service $VPN </dev/null)" 'From: +not known: no address'
like 'by another, in words' "$(mfa-admin explain --user carol --service su --caller bob </dev/null)" 'Somebody else has started it'
mfa-admin explain --user carol --service su --caller nobody-of-that-name </dev/null >/dev/null 2>&1
is 'a caller that there is not' $? 2

# warned NAME, quiet NAME: of check-config, which ends well in either case.
check() { write_conf "$@"; OUT=$(mfa-admin --config $CONF check-config 2>&1); STATUS=$?; }
while IFS='|' read -r says name service line rest; do
	check "${DUE[@]}" ${service:+"[policy $service]"} ${line:+"$line"} ${rest:+"$rest"}
	is "check-config, $name: is content" "$STATUS $(tail -n 1 <<<"$OUT")" "0 $CONF: ok"
	case $says in
	warned) like "check-config, $name: warns" "$OUT" "\[policy $service\]: enrol_local = yes has no effect here" ;;
	quiet) unlike "check-config, $name: says nothing" "$OUT" 'has no effect' ;;
	esac
done <<'END'
quiet|no service||
warned|a service that nobody knows|xrdp-sesman|methods = totp
quiet|it is local|xrdp-sesman|local = yes
warned|it is not|xrdp-sesman|local = no
quiet|it enrols nobody|xrdp-sesman|enrolment = off
quiet|not without a pass|xrdp-sesman|enrol_local = no
quiet|login|login|methods = totp
warned|login, not local|login|local = no
quiet|sshd, which gives an address|sshd|methods = totp
warned|mfa-enroll, not local|mfa-enroll|local = no|enrolment = off
quiet|mfa-enroll|mfa-enroll|methods = totp
END

done_testing
