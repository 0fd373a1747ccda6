# SPDX-License-Identifier: ISC
# Some tests run as another user, who cannot read a clone below /root: it is
# shown to them in another place, in a mount namespace of the tests' own.
#
# elsewhere PROGRAM [ARG...]: to be called in the top directory of the clone. If
# others cannot read it, runs PROGRAM, a path below that directory, where they
# can, and exits with its status; otherwise returns.
elsewhere()
{
	local clone nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

	[ "$(id -u)" -eq 0 ] &&
	    ! $nobody test -x "$PWD/tests/lib" 2>/dev/null &&
	    clone=$(mktemp -d /tmp/slipway-clone.XXXXXX) || return 0
	# shellcheck disable=SC2064	# now
	trap "rmdir '$clone'" EXIT
	chmod 755 "$clone"
	unshare -m mount --bind "$PWD" "$clone" 2>/dev/null &&
	    $nobody test -x "$clone" || return 0
	BUILD=${BUILD:-build}
	BUILD=${BUILD/#"$PWD"/"$clone"} unshare -m sh -c '
		mount --bind "$1" "$2" && cd "$2" && shift 2 &&
		exec "$@"' sh "$PWD" "$clone" "$@"
	exit
}
