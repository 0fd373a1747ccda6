# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A share of Samba as a directory, for a test or a trial, by smbd and smbnetfs
# in namespaces of their own. There smbd has port 445, the only one that
# smbnetfs knows, and runs as nobody. It takes root: in a namespace of an
# ordinary user no directory is root's, and slipway trusts no policy there.
#
#	samba_unusable			prints why, or returns 1
#	samba_enter COMMAND ...		becomes this command, in the namespaces
#	samba_start DIR			in them; DIR is for smbd alone
#	samba_mount DIR MOUNTPOINT
#	samba_stop			after MOUNTPOINT was unmounted
#
# It takes tests/lib/sshd.bash, for a pause.
#
#	samba_config PRIVATE SHARE USER	prints a configuration of smbd, which
#					accesses the share as USER
#	samba_client_config HOME	writes that of smbnetfs
#
# samba_start and samba_mount set
#	SAMBA_PID	smbd, and SAMBA_CLIENT smbnetfs
#	SAMBA_FILES	the share, where it is mounted

samba_unusable()
{
	local program

	[[ $(id -u) -eq 0 ]] || { echo 'it takes root'; return 0; }
	for program in smbd smbnetfs fusermount3 ip unshare setpriv; do
		type -P "$program" >/dev/null ||
		    { echo "$program is not installed"; return 0; }
	done
	(samba_enter true) 2>/dev/null ||
	    { echo 'there are no namespaces here (a container?)'; return 0; }
	return 1
}

samba_enter()
{
	exec unshare --net --mount "$@"
}

samba_start()
{
	local i

	mkdir -p "$1/private" "$1/share" && chown -R nobody: "$1" &&
	    chmod 711 "${1%/*}" || return 1
	samba_config "$1/private" "$1/share" nobody >"$1.conf"
	ip link set lo up &&
	    echo 445 >/proc/sys/net/ipv4/ip_unprivileged_port_start ||
	    return 1
	setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups \
	    smbd --foreground --configfile "$1.conf" </dev/null 3>&- 4>&- &
	SAMBA_PID=$!
	for ((i = 0; i < 1200; i++)); do
		(: <>/dev/tcp/127.0.0.1/445) 2>/dev/null && return 0
		kill -0 "$SAMBA_PID" 2>/dev/null || break
		sshd_pause
	done
	cat "$1/private/log"
	return 1
}

samba_mount()
{
	local i

	mkdir -p "$2" "$1.home" || return 1
	samba_client_config "$1.home"
	HOME=$1.home smbnetfs -f "$2" </dev/null 3>&- 4>&- &
	SAMBA_CLIENT=$!
	SAMBA_FILES=$2/127.0.0.1/share
	for ((i = 0; i < 1200; i++)); do
		[[ ! -d $SAMBA_FILES ]] || return 0
		kill -0 "$SAMBA_CLIENT" 2>/dev/null || break
		sshd_pause
	done
	return 1
}

# The processes that smbd started end with it, a little later.
samba_stop()
{
	local children=() child

	[[ -z ${SAMBA_CLIENT:-} ]] || wait "$SAMBA_CLIENT"
	[[ -n ${SAMBA_PID:-} ]] || return 0
	read -ra children <"/proc/$SAMBA_PID/task/$SAMBA_PID/children"
	kill "$SAMBA_PID"
	wait "$SAMBA_PID"
	for child in "${children[@]}"; do
		while kill -0 "$child"; do
			sshd_pause
		done
	done
	unset SAMBA_CLIENT SAMBA_PID
} 2>/dev/null

samba_config()
{
	local name

	echo '[global]'
	for name in lock state cache pid; do
		echo "$name directory = $1"
	done
	cat <<-END
	private dir = $1
	ncalrpc dir = $1
	interfaces = lo
	bind interfaces only = yes
	disable netbios = yes
	disable spoolss = yes
	load printers = no
	map to guest = bad user
	guest account = $3
	log file = $1/log
	logging = file
	[share]
	path = $2
	guest only = yes
	read only = no
	END
}

samba_client_config()
{
	local dir=$1/.smb

	mkdir -p "$dir"
	echo '[global]' >"$dir/smb.conf"
	echo 'auth "guest" ""' >"$dir/smbnetfs.auth"
	echo 'host 127.0.0.1 visible=true' >"$dir/smbnetfs.host"
	printf 'include "smbnetfs.%s"\n' auth host >"$dir/smbnetfs.conf"
	chmod 600 "$dir"/*
}
