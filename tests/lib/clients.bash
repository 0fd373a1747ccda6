# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Functions that the tests of real clients share. A bats file for a client loads
# this file at the top, calls clients_begin in setup_file with the programs that
# it needs, and defines how the client does a thing:
#
#	client_put LOCAL REMOTE		client_get REMOTE LOCAL
#	client_names DIR		prints a name a line, in any order
#	client_rename OLD NEW		client_remove FILE
#	client_mkdir DIR		client_rmdir DIR
#	client_symlink TARGET LINK	client_chmod MODE FILE
#	client_put_again LOCAL REMOTE	client_get_again REMOTE LOCAL (resume)
#	client_put_times LOCAL REMOTE	client_get_times REMOTE LOCAL
#					(they keep modification times)
#
# all with absolute paths, and failing when the client fails. Its tests then
# call the check_ functions below. R is the directory on the server, L the one
# of the client, both fresh for each test; BIG, EMPTY and TEXT are files.

load_libraries()
{
	load /usr/lib/bats/bats-support/load
	load /usr/lib/bats/bats-assert/load
}

# shellcheck source=tests/lib/sshd.bash
. "${BASH_SOURCE[0]%/*}/sshd.bash"
# shellcheck source=tests/lib/programs.bash
. "${BASH_SOURCE[0]%/*}/programs.bash"

# Names that a file can have. The last ones only some clients can utter.
EASY_NAMES=(plain 'two words' ' edges ' "it's" '-dash' '#hash' 'semi;colon'
    '100%25' 'tilde~' '$HOME' 'grün-日本語')
QUOTED_NAMES=('say "hi"' 'back\slash' '*' 'a?[b]{c,d}')
NEWLINE_NAME=$'two\nlines'
LATIN1_NAME=$'caf\xe9'

# clients_begin PROGRAM ...: for setup_file. Starts sshd and makes the files,
# or sets E2E_SKIP to the reason why the tests of this file cannot be run.
clients_begin()
{
	local program

	export E2E_SKIP='' LC_ALL=C.UTF-8 TZ=UTC
	export HOME=$BATS_FILE_TMPDIR/home
	export SERVER=${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}
	export SERVER_LOG=$BATS_FILE_TMPDIR/server.log
	export FILES=$BATS_FILE_TMPDIR/files
	export BIG=$FILES/big EMPTY=$FILES/empty TEXT=$FILES/text

	SERVER=$(realpath "$SERVER")
	for program; do
		type -P "$program" >/dev/null ||
		    { E2E_SKIP="$program is not installed"; return 0; }
	done
	E2E_SKIP=$(sshd_unusable) && return 0
	[[ -x $SERVER ]] || { echo "$SERVER is not built"; return 1; }
	mkdir "$HOME" "$FILES"
	head -c $((3 * 1024 * 1024 + 7)) /dev/urandom >"$BIG"
	: >"$EMPTY"
	printf 'one\ntwo\r\nthree' >"$TEXT"
	fresh_log
	clients_server "$BATS_FILE_TMPDIR/sshd"
}

# server_of_tests: for setup_file, before clients_begin. The server is a script
# that writes its process to $PID_FILE and starts $REAL_SERVER with the options
# in $OPTIONS.
server_of_tests()
{
	export REAL_SERVER PID_FILE=$BATS_FILE_TMPDIR/pid
	export OPTIONS=$BATS_FILE_TMPDIR/options
	REAL_SERVER=$(realpath \
	    "${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}")
	export SERVER=$BATS_FILE_TMPDIR/server
	printf '#!/bin/sh\necho $$ >"%s"\nexec "%s" "$@" $(cat "%s")\n' \
	    "$PID_FILE" "$REAL_SERVER" "$OPTIONS" >"$SERVER"
	chmod +x "$SERVER"
	: >"$OPTIONS"
}

# client_is COMMAND ...: each client_VERB that a library's own program does by
# that verb is COMMAND VERB.
client_is()
{
	local verb

	for verb in put get put_all get_all put_again get_again put_times \
	    get_times names rename remove mkdir rmdir symlink chmod; do
		eval "client_$verb() { $* $verb \"\$@\"; }"
	done
}

teardown_file()
{
	[[ -z ${SSHD_PID:-} ]] || clients_server_end
}

# clients_server DIR [OPTION ...]: starts the server under test with these
# options behind a sshd of its own.
clients_server()
{
	local dir=$1

	shift
	sshd_start "$dir" "$(server_command "$@")" || return
	# Clients that use ssh(1) share one connection, each with a server of
	# its own: most of the time would go into logging in. The name of the
	# socket, and what ssh appends to it at first, must fit its address.
	[[ ${#SSHD_DIR} -lt 80 ]] || return 0
	printf '\tControlPath "%s"\n' "$SSHD_DIR/mux" >>"$SSH_CONFIG"
	ssh -F "$SSH_CONFIG" -MNf slipway 3>&- 4>&-
}

# server_command OPTION ...: the server under test with these options, for sh;
# and with $SERVER_OPTIONS, which a file has for all of its tests.
# UP_TO is the highest version it speaks, for clients that offer more than 3.
server_command()
{
	echo "'$SERVER' -e -l INFO ${SERVER_OPTIONS-} $*" \
	    "${UP_TO:+-o protocol.max_version=$UP_TO} 2>>'$SERVER_LOG'"
}

# speaks_all: from here to the end of the test, sessions speak all versions.
speaks_all()
{
	UP_TO=6
	clients_options
}

# clients_options OPTION ...: what sessions that begin from here to the end of
# the test have.
clients_options()
{
	sshd_command "$(server_command "$@")"
}

# clients_server_end: ends what clients_server started last.
clients_server_end()
{
	ssh -F "$SSH_CONFIG" -O exit slipway 2>/dev/null
	sshd_stop
}

setup()
{
	bats_require_minimum_version 1.5.0
	[[ -z $E2E_SKIP ]] || skip "$E2E_SKIP"
	load_libraries
	FILE_SSHD_PID=$SSHD_PID
	clients_options
	fresh
}

teardown()
{
	teardown_client
}

# For a file with a teardown of its own.
teardown_client()
{
	[[ -z $E2E_SKIP ]] || return 0
	[[ $SSHD_PID == "$FILE_SSHD_PID" ]] || clients_server_end
	# The end of the server's log helps to understand a failure.
	[[ -n ${BATS_TEST_COMPLETED:-} ]] ||
	    { echo "-- end of the server's log"; tail -n 15 "$SERVER_LOG"; }
	chmod -R u+rwX "$BATS_TEST_TMPDIR"
}

# Prints the path of OpenSSH's server, or fails if there is none.
openssh_server()
{
	local path

	for path in /usr/lib{,exec}/{openssh,ssh}/sftp-server \
	    /usr/libexec/sftp-server; do
		[[ -x $path ]] && { echo "$path"; return 0; }
	done
	return 1
}

# Empties R and L, for a test that runs its steps more than once.
fresh()
{
	R=$BATS_TEST_TMPDIR/remote
	L=$BATS_TEST_TMPDIR/local
	rm -rf "$R" "$L"
	mkdir "$R" "$L"
}

# From here on the log tells of the sessions that begin from here on: what one
# that has not ended yet will still say goes into the file that is removed.
fresh_log()
{
	rm -f "$SERVER_LOG"
	: >"$SERVER_LOG"
}

# From here to the end of the test the server is read-only (-R).
become_read_only()
{
	clients_server "$BATS_TEST_TMPDIR/sshd-read-only" -R
}

# assert_names DIR LISTING: LISTING, a name a line, is what DIR holds.
assert_names()
{
	local differ=0

	diff <(cd "$1" && find . -mindepth 1 -maxdepth 1 -printf '%P\n' |
	    LC_ALL=C sort) <(LC_ALL=C sort <<<"$2" |
	    grep -avxE '\.\.?/?' | sed '/^$/d') \
	    >"$BATS_TEST_TMPDIR/diff" || differ=1
	head -n 20 "$BATS_TEST_TMPDIR/diff"
	return "$differ"
}

# assert_mode PATH OCTAL
assert_mode()
{
	assert_equal "$(stat -c %a "$1")" "$2"
}

# assert_same_mtime A B: to the second, which is what SFTP v3 can carry.
assert_same_mtime()
{
	assert_equal "$(stat -c %Y "$1")" "$(stat -c %Y "$2")"
}

# damaged_start FILE: what FILE looks like after a transfer that stopped on
# the way, with zeros for data so that starting over is told from resuming.
damaged_start()
{
	head -c 1000003 /dev/zero
}

# Prints what a resumed transfer of BIG must lead to.
resumed_whole()
{
	damaged_start
	tail -c +1000004 "$BIG"
}

check_transfer()
{
	client_put_all "$FILES" "$R" big empty text
	same_tree "$FILES" "$R"
	client_get_all "$R" "$L" big empty text
	same_tree "$FILES" "$L"
}

# A shorter file takes the place of a longer one, in both directions.
check_overwrite()
{
	cp "$BIG" "$R/f"
	client_put "$TEXT" "$R/f"
	cmp "$TEXT" "$R/f"
	cp "$BIG" "$L/f"
	client_get "$R/f" "$L/f"
	cmp "$TEXT" "$L/f"
}

# check_names NAME ...
check_names()
{
	local name

	mkdir "$L/from" "$L/to"
	for name; do
		printf 'This is %s.\n' "$name" >"$L/from/$name"
	done
	client_put_all "$L/from" "$R" "$@"
	same_tree "$L/from" "$R"
	client_get_all "$R" "$L/to" "$@"
	same_tree "$L/from" "$L/to"
}

# client_put_all LOCAL-DIR REMOTE-DIR NAME ... and client_get_all the other way
# round: many transfers. A client that is slow to begin does them in one
# session, by way of batch_each.
client_put_all()
{
	local name

	for name in "${@:3}"; do
		client_put "$1/$name" "$2/$name"
	done
}

client_get_all()
{
	local name

	for name in "${@:3}"; do
		client_get "$1/$name" "$2/$name"
	done
}

# batch_each LINE FROM-DIR TO-DIR NAME ...: calls the client's function batch
# with what its function LINE prints for each name.
batch_each()
{
	local name lines=()

	for name in "${@:4}"; do
		lines+=("$("$1" "$2/$name" "$3/$name")")
	done
	batch "${lines[@]}"
}

# check_listing NAME ...: files, a directory and a link are listed by name.
check_listing()
{
	local name

	for name; do
		: >"$R/$name"
	done
	mkdir "$R/dir" "$R/.hidden"
	ln -s nowhere "$R/link"
	assert_names "$R" "$(client_names "$R")"
}

check_long_listing()
{
	(cd "$R" && seq -f 'name-%05.0f' 20000 | xargs touch)
	assert_names "$R" "$(client_names "$R")"
}

check_rename()
{
	cp "$TEXT" "$R/old name"
	mkdir "$R/dir"
	client_rename "$R/old name" "$R/new name"
	cmp "$TEXT" "$R/new name"
	[[ ! -e "$R/old name" ]]
	client_rename "$R/new name" "$R/dir/newer"
	cmp "$TEXT" "$R/dir/newer"
	client_rename "$R/dir" "$R/dir2"
	cmp "$TEXT" "$R/dir2/newer"
}

# The client may overwrite.
check_rename_over()
{
	cp "$TEXT" "$R/new"
	cp "$BIG" "$R/old"
	client_rename "$R/new" "$R/old"
	cmp "$TEXT" "$R/old"
	[[ ! -e $R/new ]]
}

# The client must not overwrite.
check_rename_not_over()
{
	cp "$TEXT" "$R/new"
	cp "$BIG" "$R/old"
	run client_rename "$R/new" "$R/old"
	cmp "$TEXT" "$R/new"
	cmp "$BIG" "$R/old"
}

check_directories()
{
	client_mkdir "$R/a dir"
	[[ -d $R/a\ dir ]]
	: >"$R/a dir/file"
	run client_rmdir "$R/a dir"
	[[ -e $R/a\ dir/file ]]
	client_remove "$R/a dir/file"
	[[ ! -e $R/a\ dir/file ]]
	client_rmdir "$R/a dir"
	[[ ! -e $R/a\ dir ]]
}

check_symlink()
{
	cp "$TEXT" "$R/target"
	client_symlink target "$R/link"
	assert_equal "$(readlink "$R/link")" target
	client_get "$R/link" "$L/f"
	cmp "$TEXT" "$L/f"
}

check_chmod()
{
	cp "$TEXT" "$R/f"
	chmod 644 "$R/f"
	client_chmod 750 "$R/f"
	assert_mode "$R/f" 750
}

check_times()
{
	cp "$TEXT" "$L/old"
	touch -d '2001-02-03 04:05:06' "$L/old"
	client_put_times "$L/old" "$R/old"
	cmp "$TEXT" "$R/old"
	assert_same_mtime "$L/old" "$R/old"
	client_get_times "$R/old" "$L/back"
	assert_same_mtime "$R/old" "$L/back"
}

check_resume_get()
{
	damaged_start >"$L/f"
	cp "$BIG" "$R/f"
	client_get_again "$R/f" "$L/f"
	cmp <(resumed_whole) "$L/f"
}

check_resume_put()
{
	damaged_start >"$R/f"
	client_put_again "$BIG" "$R/f"
	cmp <(resumed_whole) "$R/f"
}

# shown PATH: what the server calls that path, by its real name: beneath a root,
# which is then SERVED_ROOT, another than we do.
shown()
{
	echo "${1#"${SERVED_ROOT:-}"}"
}

# check_missing STATUS TEXT: getting what is not there ends with this exit
# status and says so.
check_missing()
{
	run -"$1" client_get "$R/missing" "$L/f"
	assert_output --partial "$2"
	[[ ! -s $L/f ]]
}

# check_denied STATUS TEXT: so does putting what may not be put.
check_denied()
{
	become_read_only
	run -"$1" client_put "$TEXT" "$R/f"
	assert_output --partial "$2"
	[[ ! -e $R/f ]]
	cp "$TEXT" "$R/g"
	client_get "$R/g" "$L/g"
	cmp "$TEXT" "$L/g"
}

# make_tree DIR [NAME ...]: files of several sizes with all sorts of names, and
# these, at several depths, an empty directory, a mode and a time.
make_tree()
{
	local name

	mkdir -p "$1/a dir/deeper/deepest" "$1/empty dir"
	for name in "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}" "${@:2}"; do
		cp "$TEXT" "$1/a dir/$name"
	done
	cp "$BIG" "$1/a dir/deeper/deepest/big"
	cp "$EMPTY" "$1/a dir/deeper/empty"
	chmod 640 "$1/a dir/deeper/empty"
	touch -d '2001-02-03 04:05:06' "$1/a dir/plain"
}

# same_tree A B: names, types and contents agree.
same_tree()
{
	diff <(cd "$1" && find . -printf '%p %y\n' | LC_ALL=C sort) \
	    <(cd "$2" && find . -printf '%p %y\n' | LC_ALL=C sort)
	diff -r "$1" "$2"
}
