# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# An ordinary user for a test, who has nothing but a directory.
#
#	reason=$(ordinary_unusable) && echo "no such user: $reason"
#	ordinary DIR COMMAND ...

# Prints why root cannot become one here, or returns 1.
ordinary_unusable()
{
	local program

	[[ $(id -u) -eq 0 ]] || return 1
	for program in unshare setpriv; do
		type -P "$program" >/dev/null ||
		    { echo "$program is not installed"; return 0; }
	done
	unshare -m mount --bind /etc /etc 2>/dev/null ||
	    { echo 'nothing can be mounted here'; return 0; }
	return 1
}

# ordinary DIR [NAME=VALUE ...] COMMAND ...: runs the command as a user whose
# home is DIR and who exists for the command only. If we are not root, it runs
# as the user that we are. Its environment has only the variables given.
ordinary()
{
	local dir=$1 uid=64242 gid run

	run=(env -i PATH="${PATH#*libexec/bats-core:}" HOME="$1" TERM=dumb
	    "${@:2}")
	[[ $(id -u) -eq 0 ]] || { "${run[@]}"; return; }
	gid=$(id -g nobody)
	# Copy all of /etc: a program that adds users renames a new passwd.
	cp -a /etc "$dir.etc"
	echo "ordinary:-:$uid:$gid::$dir:/bin/sh" >>"$dir.etc/passwd"
	chown "$uid:$gid" "$dir"
	# Mounting is for everybody on most machines, and not on others.
	[[ ! -c /dev/fuse ]] || { cp -a /dev/fuse "$dir.fuse" &&
	    chmod 666 "$dir.fuse"; }
	unshare -m sh -c 'mount --bind "$1.etc" /etc &&
	    { ! test -c "$1.fuse" || mount --bind "$1.fuse" /dev/fuse; } &&
	    shift && exec setpriv "$@"' sh "$dir" \
	    --reuid "$uid" --regid "$gid" --clear-groups -- \
	    "${run[@]}"
}
