# SPDX-License-Identifier: ISC
# Our server against OpenSSH's: see differ.py. differences.py lists the
# differences that are allowed. Each of OpenSSH's servers on this machine is
# compared; $OPENSSH_SFTP_SERVER names more, with colons between, each as PATH
# or PATH=VERSION. The version says which differences are expected; without one,
# that of the ssh(1) in the same prefix does.

load common

# Every conversation is in one of these groups; the last tests check that.
FILES=open-*,read-and-write,handles*,stale-handles,unlinked-*,file-size-limit
NAMES=stats,realpaths,long-chains,directories,removals,symlinks
RENAMES=renames*,posix-renames
ATTRIBUTES=setstat*,set-ids,not-permitted
LISTINGS=longnames,listing*,long-listings
EXTENSIONS=extensions,copies*
REFUSALS=requests-*,read-only-*,restricted-*,beside-*
SESSIONS=offer-*,second-init,address-*,no-address,other-*,option-*
BROKEN=malformed-*,unknown-types,trailing-bytes,length-*
RANDOM_TALK=random-*
COMMAND=command-lines
ALL=$FILES,$NAMES,$RENAMES,$ATTRIBUTES,$LISTINGS,$EXTENSIONS,$REFUSALS
ALL+=,$SESSIONS,$BROKEN,$RANDOM_TALK,$COMMAND

setup()
{
	require_server
	mapfile -t REFERENCES < <(openssh_servers)
	[ ${#REFERENCES[@]} -gt 0 ] || skip "no sftp-server of OpenSSH here"
}

# Compares one group and remembers which differences were seen.
same()
{
	echo "$1" >>"$BATS_FILE_TMPDIR/groups"
	differ "$BATS_FILE_TMPDIR/seen" -k "$1"
}

# version_of SERVER: prints which version of OpenSSH it is, if that is known.
version_of()
{
	local named=:${OPENSSH_SFTP_SERVER:-}: ssh

	named=${named##*":$1="}
	if [[ $named != :* ]]; then
		echo "${named%%:*}"
		return
	fi
	ssh=${1%%/lib*}/bin/ssh
	[[ ! -x $ssh ]] ||
	    "$ssh" -V 2>&1 | sed -nE 's/^OpenSSH_([0-9.]+).*/\1/p'
}

# differ SEEN OPTION ...: with each of OpenSSH's servers.
differ()
{
	local reference version

	for reference in "${REFERENCES[@]}"; do
		version=$(version_of "$reference")
		echo "# $reference ${version:-of an unknown version}"
		run python3 "$HERE/differ.py" -s "$1" "${@:2}" -v "$version" \
		    "$SERVER" "$reference"
		assert_success
	done
}

# So far go the times in some conversations.
require_long_times()
{
	python3 -c 'import versions as v; exit(not v.knows_long_times())' ||
	    skip 'the times of this Python end in 2038'
}

@test "as OpenSSH: open, read, write, close, handles" { same "$FILES"; }
@test "as OpenSSH: names, links, directories" { same "$NAMES"; }
@test "as OpenSSH: rename, posix-rename, hardlink" { same "$RENAMES"; }
@test "as OpenSSH: attributes" { require_long_times; same "$ATTRIBUTES"; }
@test "as OpenSSH: listings and long names" {
	require_long_times
	same "$LISTINGS"
}
@test "as OpenSSH: extensions and copies" { same "$EXTENSIONS"; }
@test "as OpenSSH: -R, -p, -P" { same "$REFUSALS"; }
@test "as OpenSSH: start, options, environment" { same "$SESSIONS"; }
@test "as OpenSSH: malformed and unknown requests" { same "$BROKEN"; }
@test "as OpenSSH: random requests of an ordinary user" { same "$RANDOM_TALK"; }
@test "as OpenSSH: command lines" { same "$COMMAND"; }

@test "with the profile openssh there are fewer differences" {
	local seen=$BATS_TEST_TMPDIR/seen

	"$SERVER" -h 2>&1 | grep -q -- '-o name=value' ||
	    skip "this server has no profiles"
	require_long_times
	differ "$seen" -o profile=openssh -k "$ALL"
	run grep -x failure-says-why "$seen"
	assert_output ''
}

@test "each conversation was played" {
	local name pattern found

	for name in $(python3 "$HERE/differ.py" -n); do
		found=no
		set -f
		for pattern in ${ALL//,/ }; do
			# shellcheck disable=SC2053 # a pattern is meant
			[[ $name != $pattern ]] || found=yes
		done
		set +f
		assert_equal "$name $found" "$name yes"
	done
}

@test "each listed difference was seen" {
	local played

	played=$(wc -l <"$BATS_FILE_TMPDIR/groups")
	[ "$played" -eq 11 ] || skip "only some groups were played"
	run python3 "$HERE/differ.py" -x "$BATS_FILE_TMPDIR/seen"
	assert_success
}
