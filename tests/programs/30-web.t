#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# apache's mod_authnz_pam and nginx's auth_pam, as www-data: pages behind a password and a code.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly APACHE_PORT=8081 NGINX_PORT=8082

needs apache2 /usr/lib/apache2/modules/mod_authnz_pam.so nginx /usr/lib/nginx/modules/ngx_http_auth_pam_module.so
ready alice
code_services code
forward_services apache nginx
# pam_unix reads the passwords itself where its program is no root.
usermod -aG shadow www-data
mkdir -p /srv/bed && mount -t tmpfs bed /srv
mkdir /srv/page && echo 'in as the page says' >/srv/page/index.html

install -d -o root -g adm /var/log/apache2 /var/log/nginx
install -d /run/apache2 /run/lock/apache2
rm -f /etc/apache2/sites-enabled/* /etc/nginx/sites-enabled/*
a2enmod -q authnz_pam auth_basic authn_core authz_user >/dev/null || bail 'a2enmod'
echo "Listen 127.0.0.1:$APACHE_PORT" >/etc/apache2/ports.conf
cat >/etc/apache2/sites-enabled/bed.conf <<CONF
ServerName localhost
<VirtualHost 127.0.0.1:$APACHE_PORT>
	DocumentRoot /srv/page
	<Location />
		AuthType Basic
		AuthName "password and code"
		AuthBasicProvider PAM
		AuthPAMService apache
		Require valid-user
	</Location>
</VirtualHost>
CONF
cat >/etc/nginx/sites-enabled/bed <<CONF
server {
	listen 127.0.0.1:$NGINX_PORT;
	root /srv/page;
	auth_pam "password and code";
	auth_pam_service_name "nginx";
}
CONF
serve apache $APACHE_PORT sh -c '. /etc/apache2/envvars && exec apache2 -D FOREGROUND'
serve nginx $NGINX_PORT nginx -g 'daemon off;'
ok 'apache works as www-data' pgrep -u www-data -x apache2
ok 'so does nginx' pgrep -u www-data -x nginx

# get PORT USER TYPED: SCREEN is the status of HTTP.
get() {
	SCREEN=$(curl -s -o /dev/null -w '%{http_code}' --max-time "$PATIENCE" --user "$2:$3" "http://127.0.0.1:$1/index.html")
}
let_in() { is "$1" "$SCREEN" 200; }
kept_out() { is "$1" "$SCREEN" 401; }

for server in apache nginx; do
	port=$APACHE_PORT
	[ $server = apache ] || port=$NGINX_PORT
	new_rules
	tick
	log_mark
	get $port alice "$PASSWORD$(code_now alice)"
	kept_out "$server: a user of no root signs nobody in"
	log_like "$server: the log names the key to set" 'callers'
	is "$server: and nothing is counted" "$(wrong_in_a_row alice)" 0

	new_rules "[policy $server]" 'callers = www-data'
	get $port alice "$PASSWORD$(code_now alice)"
	let_in "$server: callers: password and code"
	get $port alice "$PASSWORD$(code_now alice)"
	kept_out "$server: the same again, as browsers send it with each request"
	tick
	get $port alice "$PASSWORD$(wrong_code alice)"
	kept_out "$server: a wrong code"
	get $port alice "$PASSWORD"
	kept_out "$server: the password alone"
	get $port alice "not-it$(code_now alice)"
	kept_out "$server: a wrong password"
	get $port alice "$PASSWORD$(code_now alice)"
	let_in "$server: none of which stands in the way"
	as_user www-data code alice "$PASSWORD" "$(code_now alice 1)"
	denied "$server: another service"
	is "$server: nothing of all that is root's" "$(wrong_in_a_row alice)" 0
done

done_testing
