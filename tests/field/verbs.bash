# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# For clients that are written in bash: verbs "$@" calls client_VERB ARG ... for
# each verb of the command line, up to one that fails. A script loads this file,
# defines these functions and client_version, and calls verbs last.

HERE=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# Files of the client's own.
STATE=${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/client
mkdir -p "$STATE" || exit 1

verbs()
{
	local line

	while (($#)); do
		line=()
		while (($#)) && [[ $1 != then ]]; do
			line+=("$1")
			shift
		done
		shift $(($# > 0))
		"client_${line[0]}" "${line[@]:1}" || return
	done
}

# uri SERVER PATH: the path there, with each byte but / as %XX.
uri()
{
	printf %s "$1"
	printf %s "$2" | od -An -v -tx1 | tr -d '\n' |
	    sed 's/ /%/g; s,%2f,/,g'
}

# debian PACKAGE: prints its version, for a client that does not say its own.
debian()
{
	dpkg-query -W -f '${Version}\n' "$1"
}
