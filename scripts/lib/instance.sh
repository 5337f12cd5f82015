# shellcheck shell=bash
# The files of an instance, made by scripts/run. Needs common.sh, instance_paths, and port. Every function may be repeated.

# What the programs read. Written anew at every start: the port may have changed.
make_configuration() {
	mkdir -p -- "$log" "$var/public/crl" "$var/public/ca" "$var/mail" "$var/ocsp" "$var/watchdog"
	[[ -s $var/secret ]] || { openssl rand -hex 32 >"$var/secret.new" && mv -- "$var/secret.new" "$var/secret"; } || return 1
	cat >"$var/cabinet.conf" <<-END
		# Written by scripts/run.
		mode = demo
		site = https://localhost:$port
		plain_site = http://localhost:$((port + 1))
		oid_arc = 1.3.6.1.4.1.32473
		support_phone = ${CABINET_SUPPORT_PHONE:-1414}
		support_email = support@cabinet.example
		views = $root/views
		secret_file = $var/secret
		db_socket = $run/mariadb.sock
		db_name = cabinet
		db_password_dir = $var/passwords
		tries_per_address = ${CABINET_TRIES:-1000000}
		logins_per_person = ${CABINET_LOGINS:-1000000}
		apply_per_address = ${CABINET_APPLY_ADDRESS:-500}
		apply_per_iin = ${CABINET_APPLY_IIN:-10}
		${CABINET_CONF_EXTRA:-}

		[ocsp]
		responder_file = $var/ocsp/responder.pem
		signature_file = $run/ocsp.signatures
		${CABINET_CONF_OCSP:-}

		[watchdog]
		report_file = $var/watchdog/report

		[mailer]
		mail_dir = $var/mail
		mail_from = cabinet@cabinet.example
		mail_lock_file = $run/mailer.lock

		[publisher]
		ca_certificate = $var/ca/ca.pem
		root_certificate = $var/ca/root.pem
		ca_key = $var/ca/ca.key
		ca_passphrase_file = $var/ca/ca.passphrase
		profiles = $root/conf/profiles
		crl_dir = $var/public/crl
		ca_dir = $var/public/ca
		lock_file = $run/publisher.lock
	END
}

# Server certificates for localhost: EC first, RSA for who needs it; renewed a week before their end.
make_tls() {
	local kind new
	local -A key=([ec]='ec -pkeyopt ec_paramgen_curve:P-256' [rsa]='rsa:2048')
	mkdir -p -- "$var/tls"
	for kind in ec rsa; do
		openssl x509 -in "$var/tls/$kind.pem" -noout -checkend 604800 >/dev/null 2>&1 && continue
		new=$var/tls/$kind.new
		# shellcheck disable=SC2086
		openssl req -x509 -newkey ${key[$kind]} -nodes -days 365 -sha256 -subj "/CN=localhost" \
			-addext "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1" -addext "keyUsage=critical,digitalSignature" \
			-addext "extendedKeyUsage=serverAuth" -addext "basicConstraints=critical,CA:FALSE" \
			-keyout "$new.key" -out "$new.pem" >"$log/tls.log" 2>&1 || return 1
		mv -f -- "$new.key" "$var/tls/$kind.key" && mv -f -- "$new.pem" "$var/tls/$kind.pem" || return 1
	done
}

# The same files that an existing nginx includes, with a server around them and this instance's values.
make_nginx() {
	local file user='' listen_site listen_plain
	mkdir -p -- "$var/nginx/cabinet" "$run/nginx"
	for file in "$root"/conf/nginx/*.conf; do
		ln -sfn -- "$file" "$var/nginx/cabinet/${file##*/}"
	done
	rm -f -- "$var/nginx/cabinet/cabinet-values.conf" "$var/nginx/cabinet/cabinet-limits.conf"
	cat >"$var/nginx/cabinet/cabinet-values.conf" <<-END
		map "" \$cabinet_origin        { default "https://localhost:$port"; }
		map "" \$cabinet_sockets       { default "$run"; }
		map "" \$cabinet_views         { default "$root/views"; }
		map "" \$cabinet_public        { default "$var/public"; }
		map "" \$cabinet_support_phone { default "${CABINET_SUPPORT_PHONE:-1414}"; }
		geo \$cabinet_monitor { default 0; 127.0.0.0/8 1; ::1 1; }
		limit_req_zone \$cabinet_client zone=cabinet_request:1m rate=${CABINET_RATE:-500}r/s;
		limit_req_zone \$cabinet_act zone=cabinet_act:1m rate=${CABINET_ACT_RATE:-500}r/s;
		limit_conn_zone \$cabinet_client zone=cabinet_connection:1m;
		limit_conn_zone \$cabinet_route zone=cabinet_program:1m;
		limit_req_zone \$cabinet_client zone=cabinet_ocsp:1m rate=${CABINET_RATE_OCSP:-500}r/s;
	END
	cat >"$var/nginx/cabinet/cabinet-limits.conf" <<-END
		limit_req zone=cabinet_request burst=${CABINET_BURST:-500} nodelay;
		limit_req zone=cabinet_act burst=${CABINET_ACT_BURST:-500} nodelay;
		limit_conn cabinet_connection ${CABINET_CONNECTIONS:-500};
		limit_conn cabinet_program 500;
		limit_req_status 429;
		limit_conn_status 429;
	END
	((EUID != 0)) || user="user root;"
	listen_site="listen 127.0.0.1:$port ssl http2;" listen_plain="listen 127.0.0.1:$((port + 1));"
	if grep -qs '^0*1 ' /proc/net/if_inet6; then
		listen_site+=" listen [::1]:$port ssl http2;" listen_plain+=" listen [::1]:$((port + 1));"
	fi
	cat >"$var/nginx/nginx.conf" <<-END
		# Written by scripts/run.
		$user
		worker_processes 2;
		worker_rlimit_nofile 8192;
		pid "$run/nginx.master";
		error_log stderr warn;
		events { worker_connections 2048; }
		http {
			include /etc/nginx/mime.types;
			default_type application/octet-stream;
			include cabinet/cabinet-values.conf;
			include cabinet/cabinet-http.conf;
			access_log "$log/access.log" cabinet;
			server_tokens off;
			sendfile on;
			tcp_nopush on;
			keepalive_timeout 65s;
			client_header_timeout ${CABINET_HEADER_SECONDS:-15}s;
			send_timeout 30s;
			reset_timedout_connection on;
			large_client_header_buffers 4 8k;
			client_body_temp_path "$run/nginx/body";
			fastcgi_temp_path "$run/nginx/fastcgi";
			proxy_temp_path "$run/nginx/proxy";
			uwsgi_temp_path "$run/nginx/uwsgi";
			scgi_temp_path "$run/nginx/scgi";
			ssl_protocols TLSv1.2 TLSv1.3;
			ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
			ssl_prefer_server_ciphers off;
			ssl_session_cache shared:cabinet:4m;
			ssl_session_timeout 1h;
			ssl_session_tickets off;
			server {
				$listen_site
				server_name localhost;
				ssl_certificate "$var/tls/ec.pem";
				ssl_certificate_key "$var/tls/ec.key";
				ssl_certificate "$var/tls/rsa.pem";
				ssl_certificate_key "$var/tls/rsa.key";
				include cabinet/cabinet-headers.conf;
				include cabinet/cabinet-errors.conf;
				include cabinet/cabinet-site.conf;
				# the site is the cabinet alone: any other address gets its «not found»
				location / { set \$cabinet_route home; include cabinet/cabinet-route.conf; }
			}
			server {
				$listen_plain
				server_name localhost;
				include cabinet/cabinet-headers.conf;
				include cabinet/cabinet-errors.conf;
				include cabinet/cabinet-plain.conf;
			}
		}
	END
	PATH=$PATH:/usr/sbin nginx -p "$run/" -c "$var/nginx/nginx.conf" -t -q
}

# An own server: no network, its socket below run/; root of the database is whoever can reach that folder.
make_mariadb() {
	cat >"$var/mariadb.cnf" <<-END
		# Written by scripts/run.
		[mariadbd]
		user = $me
		datadir = $var/mariadb
		tmpdir = $run
		innodb_log_file_size = 16M
		socket = $run/mariadb.sock
		pid-file = $run/mariadb.server
		!include $root/conf/mariadb/cabinet.cnf
	END
	[[ -d $var/mariadb ]] && return
	local try
	for try in first second; do
		rm -rf -- "$var/mariadb.new"
		mariadb-install-db --no-defaults --user="$me" --datadir="$var/mariadb.new" --skip-test-db --innodb-log-file-size=16M \
			--auth-root-authentication-method=normal >"$log/mariadb-install-db.log" 2>&1 && mv -- "$var/mariadb.new" "$var/mariadb" && return
		# seen once on a crowded machine, without its reason: here it is
		echo "mariadb-install-db, $try try:"
		tail -n 20 -- "$log/mariadb-install-db.log" "$var/mariadb.new"/*.err 2>/dev/null
	done
	return 1
}

# Waits until the database answers; fails when it died.
wait_for_database() {
	local deadline=$((SECONDS + 60))
	until mariadb-admin --no-defaults --socket="$run/mariadb.sock" --user=root ping >/dev/null 2>&1; do
		is_alive mariadbd && ((SECONDS < deadline)) || return 1
		nap 0.2
	done
}
