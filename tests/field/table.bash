# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# The table of clients.

TABLE=$(cd "${BASH_SOURCE[0]%/*}/../e2e" && pwd)/CLIENTS

# table_row CLIENT VERSION: prints the client's row: the last one of its name
# that is for this version, as NAME>=VERSION is for later ones.
table_row()
{
	local row name found=

	while read -r row; do
		name=${row%%[[:space:]]*}
		[[ ${name%%>=*} == "$1" ]] || continue
		[[ $name == "$1" ]] || printf '%s\n' "${name#*>=}" "$2" |
		    sort -CV || continue
		found=$row
	done < <(grep -v '^#' "$TABLE")
	[[ ! $found ]] || tr -s ' ' <<<"$found"
}

# version_of SCRIPT: prints the version of the client, in a home directory of
# its own, since Ansible makes directories at home even for that.
version_of()
{
	local home status

	home=$(mktemp -d) || return
	HOME=$home "$1" version
	status=$?
	rm -r "$home"
	return "$status"
}
