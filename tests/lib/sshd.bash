# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A private sshd(8) on loopback whose sftp subsystem is ours, for a test or a
# trial. It runs as whoever calls, root or not, lets in that user alone, or
# $SSHD_LOGIN where root calls, with keys made for the occasion, and touches
# nothing outside the directory it is given (and /run/sshd, which sshd insists
# on when root starts it).
#
#	. tests/lib/sshd.bash
#	reason=$(sshd_unusable) && echo "no sshd: $reason"
#	sshd_start DIR "$PWD/build/sftp-server -l INFO" ['sshd_config line' ...]
#	sftp -F "$SSH_CONFIG" slipway
#	sshd_command 'another command'		for sessions from now on
#	sshd_stop
#
# $SSHD_KEY has the options of ssh-keygen(1) for keys of another kind, for
# clients that do not know ed25519: SSHD_KEY='-t ecdsa -m PEM'. If
# $SSHD_PASSWORD is set, sshd takes passwords, too.
#
# sshd_start sets and exports
#	SSHD_DIR	the directory, as an absolute path
#	SSHD_PORT	the port on 127.0.0.1
#	SSHD_PID	the listening sshd
#	SSHD_USER	who can log in
#	SSH_CONFIG	a ssh_config(5) with that server as host "slipway"
# and leaves in the directory, for clients that do not read ssh_config(5):
#	user_key user_key.pub known_hosts host_key.pub

# Prints the first of the given programs that exists, also from the
# directories that only root has in PATH: sshd wants its absolute path.
sshd_find()
{
	PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin type -P sshd
}

# Says why no sshd can be started here and returns 0, or returns 1.
sshd_unusable()
{
	local tool shell

	sshd_find >/dev/null || { echo 'sshd is not installed'; return 0; }
	for tool in ssh ssh-keygen; do
		command -v "$tool" >/dev/null ||
		    { echo "$tool is not installed"; return 0; }
	done
	# sshd hands the subsystem's command to the login shell.
	shell=$(getent passwd "$(id -u)" | cut -d: -f7)
	[[ ${shell:-/bin/sh} != */@(nologin|false) ]] ||
	    { echo "$(id -un) has no login shell"; return 0; }
	return 1
}

# sshd_start DIR COMMAND [LINE ...]: COMMAND is a simple command of sh(1) with
# its redirections, paths absolute, as it runs in the user's home; each LINE
# goes to the end of sshd_config, where a Match may stand. Returns 1, with the
# log on stderr, if sshd does not come up.
sshd_start()
{
	local command=$2 sshd try

	sshd=$(sshd_find) || { sshd_unusable >&2; return 1; }
	mkdir -p "$1" && SSHD_DIR=$(cd "$1" && pwd) || return 1
	shift 2
	SSHD_USER=${SSHD_LOGIN:-$(id -un)}
	SSH_CONFIG=$SSHD_DIR/ssh_config
	sshd_make_keys || return 1
	sshd_command "$command"

	# A port cannot be reserved for sshd, so it tries until one is free.
	for ((try = 0; try < 20; try++)); do
		SSHD_PORT=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
		sshd_write_config "$@"
		: >"$SSHD_DIR/sshd.log"
		"$sshd" -D -e -f "$SSHD_DIR/sshd_config" \
		    </dev/null >>"$SSHD_DIR/sshd.log" 2>&1 3>&- 4>&- &
		SSHD_PID=$!
		if sshd_wait; then
			export SSHD_DIR SSHD_PORT SSHD_PID SSHD_USER SSH_CONFIG
			return 0
		fi
		sshd_stop
		grep -q 'Address already in use' "$SSHD_DIR/sshd.log" || break
	done
	sshd_log >&2
	return 1
}

# sshd_command COMMAND: what sessions run from now on. A script of its own,
# because sshd versions differ in what they leave of quotes in a Subsystem line.
sshd_command()
{
	printf 'exec %s\n' "$1" >"$SSHD_DIR/subsystem"
}

# Ends the sshd that sshd_start started, and waits until its port is free.
# Sessions that are still open live until their clients leave.
sshd_stop()
{
	local i

	[[ -n ${SSHD_PID:-} ]] || return 0
	kill "$SSHD_PID" 2>/dev/null
	# Another shell than the one that started sshd can stop it.
	if ! wait "$SSHD_PID" 2>/dev/null; then
		for ((i = 0; i < 1200; i++)); do
			kill -0 "$SSHD_PID" 2>/dev/null || break
			sshd_pause
		done
	fi
	unset SSHD_PID
}

# Prints what sshd logged since the start.
sshd_log()
{
	cat "$SSHD_DIR/sshd.log"
}

# The rest is for this file only.

sshd_make_keys()
{
	local key

	for key in host_key user_key; do
		# shellcheck disable=SC2086	# several options
		[[ -e $SSHD_DIR/$key ]] || ssh-keygen -q \
		    ${SSHD_KEY:--t ed25519} -N '' -C "slipway $key" \
		    -f "$SSHD_DIR/$key" || return 1
	done
	cp "$SSHD_DIR/user_key.pub" "$SSHD_DIR/authorized_keys" || return 1
	if [[ $(id -u) -eq 0 ]]; then
		mkdir -p /run/sshd && chmod 755 /run/sshd
	fi
}

# An account that is locked in shadow(5) gets in through PAM only; the
# throw-away sshd does without PAM wherever it can.
sshd_needs_pam()
{
	[[ $(id -u) -eq 0 && -e /etc/pam.d/sshd &&
	    $(getent shadow "$SSHD_USER" | cut -d: -f2) == '!'* ]]
}

sshd_write_config()
{
	local pam=no

	sshd_needs_pam && pam=yes
	cat >"$SSHD_DIR/sshd_config" <<-END
	ListenAddress 127.0.0.1
	Port $SSHD_PORT
	HostKey "$SSHD_DIR/host_key"
	AuthorizedKeysFile "$SSHD_DIR/authorized_keys"
	AuthenticationMethods publickey${SSHD_PASSWORD:+ password}
	StrictModes no
	UsePAM $pam
	UseDNS no
	PidFile none
	LogLevel VERBOSE
	AllowUsers $SSHD_USER
	PermitRootLogin yes
	PermitUserRC no
	PrintMotd no
	MaxStartups 100:30:200
	Subsystem sftp /bin/sh "$SSHD_DIR/subsystem"
	$(printf '%s\n' "$@")
	END
	printf '[127.0.0.1]:%d %s\n' "$SSHD_PORT" \
	    "$(cut -d' ' -f1,2 "$SSHD_DIR/host_key.pub")" \
	    >"$SSHD_DIR/known_hosts"
	cat >"$SSH_CONFIG" <<-END
	Host slipway
		HostName 127.0.0.1
		Port $SSHD_PORT
		User $SSHD_USER
		IdentityFile "$SSHD_DIR/user_key"
		IdentitiesOnly yes
		IdentityAgent none
		UserKnownHostsFile "$SSHD_DIR/known_hosts"
		GlobalKnownHostsFile /dev/null
		StrictHostKeyChecking yes
		UpdateHostKeys no
		BatchMode yes
		ConnectTimeout 20
		LogLevel ERROR
	END
}

# Waits until sshd says that it listens. A connection would tell as well, but
# newer versions of sshd punish whoever connects and does not log in.
sshd_wait()
{
	local i

	for ((i = 0; i < 1200; i++)); do
		grep -q '^Server listening on' "$SSHD_DIR/sshd.log" && return 0
		kill -0 "$SSHD_PID" 2>/dev/null || return 1
		sshd_pause
	done
	return 1
}

# A moment between two attempts, without a process: nothing ever comes
# through a pipe whose writer is its reader.
sshd_pause()
{
	[[ -n ${SSHD_PAUSE_FD:-} ]] ||
	    exec {SSHD_PAUSE_FD}<> <(:)
	read -r -t 0.05 -u "$SSHD_PAUSE_FD" _ ||:
}
