# SPDX-License-Identifier: ISC
# The client $CLIENT of tests/field/clients against the server: tests/field/play
# runs this file, once for each of them. A tag of a test names the verbs that it
# takes. tests/e2e/CLIENTS says what the client sends.

load ../lib/clients
load ../lib/refuse
load table

CLIENT_SCRIPT=$BATS_TEST_DIRNAME/clients/$CLIENT
MESSAGE='Come back on Monday'

setup_file()
{
	# Every client knows keys of this kind, and has them in this form, but
	# for those on libssh2 1.11.1-6 of Debian, which need others.
	export SSHD_KEY='-t ecdsa -m PEM'
	[[ $CLIENT != @(net-ssh2|php-ssh2) ]] || SSHD_KEY='-t ed25519'
	local version

	version=$(version_of "$CLIENT_SCRIPT") ||
	    { E2E_SKIP="$CLIENT is not installed"; export E2E_SKIP; return 0; }
	export TABLE_ROW
	TABLE_ROW=$(table_row "$CLIENT" "$version")
	export RECORDS=$BATS_FILE_TMPDIR/records
	export SERVER_OPTIONS="-o log.transfers=$RECORDS"
	python3 "$BATS_TEST_DIRNAME/../lib/schema.py" "$RECORDS" \
	    "$RECORDS.said" 3>&- &
	export READER=$!
	while [[ ! -w $RECORDS ]]; do
		kill -0 "$READER"
		sleep 0.01
	done
	clients_begin
}

teardown_file()
{
	[[ -z ${SSHD_PID:-} ]] || clients_server_end
	[[ -z ${READER:-} ]] || kill "$READER" || true
}

# client VERB ARG ... [then VERB ARG ...]: in one session, if it can.
client()
{
	timeout 60 "$CLIENT_SCRIPT" "$@"
}

for verb in put get names rename over remove mkdir rmdir symlink chmod \
    put_again get_again put_times get_times; do
	eval "client_$verb() { client $verb \"\$@\"; }"
done

# each VERB FROM TO NAME ...: for each name, in one session.
each()
{
	local name words=()

	for name in "${@:4}"; do
		words+=(then "$1" "$2/$name" "$3/$name")
	done
	client "${words[@]:1}"
}

client_put_all() { each put "$@"; }
client_get_all() { each get "$@"; }

# column NAME: of the row of this client in the table.
column()
{
	awk -v row="$TABLE_ROW" -v name="$1" '$1 == "#client" {
		split(row, value)
		for (i = 1; i <= NF; i++)
			if ($i == name)
				print value[i]
	    }' "$TABLE"
}

# versions COMMAND ...: in each version that it can speak.
versions()
{
	for UP_TO in $(column speaks | tr , ' '); do
		echo "# version $UP_TO"
		clients_options
		fresh
		"$@"
	done
}

# ---- what it sends ----------------------------------------------------------

# observe COMMAND ...: runs it in a session whose requests $SERVER_LOG has, and
# ends with its status.
observe()
{
	fresh_log
	clients_options -l DEBUG3
	"$@"
}

# sent NAME ...: the requests of these names since observe, joined by +.
sent()
{
	local IFS='|'

	sed -nE "s/^debug[13]: request [0-9]+: ($*)( .*|\r?$)/\1/p" \
	    "$SERVER_LOG" | paste -sd+ | grep . || echo -
}

# attributes: those set since observe, and by what: mode@handle,times@path.
attributes()
{
	awk '
	/: request [0-9]+: fsetstat/ || /^debug1: request [0-9]+: fsetstat/ {
		by = "handle" }
	/: request [0-9]+: (setstat|lsetstat)/ { by = "path" }
	/^set "/ {
		what = $0
		sub(/.*" /, "", what)
		sub(/ .*/, "", what)
		sub(/modtime/, "times", what)
		print what "@" by
	}' "$SERVER_LOG" | sort -u | paste -sd, | grep . || echo -
}

# highest: the version that it offered since observe.
offered()
{
	sed -n 's/^received client version //p' "$SERVER_LOG" | tr -d '\r' |
	    sort -n | tail -n 1
}

sessions()
{
	case $(grep -c '^session opened' "$SERVER_LOG") in
	1)	echo 1 ;;
	*)	echo more ;;
	esac
}

lacks()
{
	[[ ,$(column lacks), == *",$1,"* ]]
}

# try COMMAND ...: prints yes or no.
try()
{
	if "$@" >"$BATS_TEST_TMPDIR/said" 2>&1; then echo yes; else echo no; fi
}

# observed_rename: requests, for a new name and for one that is taken.
observed_rename()
{
	lacks rename && { echo - -; return; }
	fresh
	cp "$TEXT" "$R/a"
	observe client_rename "$R/a" "$R/b" >&2 || return
		sent rename posix-rename link remove | tr '\n' ' '
	cp "$EMPTY" "$R/a"
	observe client_rename "$R/a" "$R/b" >&2 ||:
	if [[ -e $R/a ]]; then
		cmp "$TEXT" "$R/b" >/dev/null && echo refused || echo lost
	else
		cmp "$EMPTY" "$R/b" >/dev/null &&
		    echo "$(sent rename posix-rename link remove)"
	fi
}

# observed_symlink: the order of the paths in SYMLINK. One in the other order
# makes a link in the wrong place, which is $R here.
observed_symlink()
{
	lacks symlink && { echo -; return; }
	fresh
	clients_options -l DEBUG3 -d "$R"
	fresh_log
	client_symlink target "$R/link" >&2
	if [[ -h $R/link ]]; then echo openssh; else echo draft; fi
}

# A server whose closes fail, since the file system reports an error there.
observed_close()
{
	lacks put && { echo -; return; }
	! shim_unusable || return
	shim_begin "$R"
	shim_rules <<<'close after=1 EIO'
	sshd_command "env LD_PRELOAD='$REFUSE_BUILD/shim.so' \
	    SLIPWAY_SHIM_DIR='$R' SLIPWAY_SHIM_LOG='$SHIM_LOG' \
	    SLIPWAY_SHIM_RULES='$SHIM_RULES' $(server_command)"
	case $(try client_put "$FILES/text" "$R/late") in
	no)	echo told ;;
	yes)	echo hidden ;;
	esac
	grep -q '^close EIO' "$SHIM_LOG" || echo 'but no close failed'
}

# in_profile NAME: whether an upload works in it, and leaves nothing else.
in_profile()
{
	lacks put && { echo -; return; }
	fresh
	clients_options -o "profile=$1"
	cp -p "$FILES/text" "$L/old"
	touch -d '2001-02-03 04:05:06' "$L/old"
	case $(try client_put "$L/old" "$R/f"),$(ls -A "$R") in
	yes,f)	echo yes ;;
	no,)	echo no ;;
	*)	echo leaves ;;
	esac
}

observed_message()
{
	clients_options -o session.access=refuse -o "'session.message=$MESSAGE'"
	run client "${PROBE[@]}"
	[[ $status -ne 0 ]] || { echo succeeds; return; }
	[[ $output == *"$MESSAGE"* ]] && echo shown || echo hidden
}

observed()
{
	local sets=- keeps=- sessions offers PROBE=(put "$L/old" "$R/x")

	cp "$TEXT" "$L/old"
	touch -d '2001-02-03 04:05:06' "$L/old"
	! lacks put || { cp "$TEXT" "$R/f"; PROBE=(get "$R/f" "$L/x"); }
	UP_TO=6
	observe client "${PROBE[@]}" >&2
	offers=$(offered)
	# Some clients send nothing to where the same file is.
	lacks put || rm -rf "${R:?}"/*
	UP_TO=3
	observe client "${PROBE[@]}" >&2
	sessions=$(sessions)
	lacks put || sets=$(attributes)
	if ! lacks put_times; then
		observe client_put_times "$L/old" "$R/kept" >&2
		keeps=$(attributes)
	fi
	echo "$(column '#client') $offers $(column speaks) $sessions" \
	    "$(observed_rename) $(observed_symlink)" \
	    "$sets $keeps $(observed_close)" \
	    "$(in_profile write-once) $(in_profile dropbox)" \
	    "$(observed_message) $(column lacks)"
}

@test "the requests that it sends are those of the table CLIENTS" {
	local row

	row=$(observed)
	[[ -z ${ROW-} ]] || echo "$row" >"$ROW"
	assert_equal "$row" "$TABLE_ROW"
}

# ---- what it can ------------------------------------------------------------

# bats test_tags=put,get,files
@test "uploads and downloads 3 MiB, 0 bytes and text" {
	versions check_transfer
}

# Programs for backups send what they make of the files.
check_backup()
{
	client put "$FILES" "$1" then get "$1" "$L/back"
	same_tree "$FILES" "$L/back"
}

# bats test_tags=backup
@test "makes and restores a backup" {
	versions check_backup "$R/f"
}

# bats test_tags=backup
@test "root: makes and restores a backup" {
	clients_options -o "root=$R"
	check_backup /f
}

# bats test_tags=put,get,files
@test "replaces a longer file by a shorter one" {
	check_overwrite
}

# bats test_tags=put,get,difficult,files
@test "transfers files with difficult names" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}"
}

# bats test_tags=names
@test "lists difficult names" {
	versions check_listing "${EASY_NAMES[@]}"
}

# bats test_tags=names
@test "lists 20000 names" {
	check_long_listing
}

# bats test_tags=rename
@test "renames files and directories" {
	versions check_rename
}


# bats test_tags=put_again
@test "resumes an upload" {
	check_resume_put
}

# bats test_tags=get_again
@test "resumes a download" {
	check_resume_get
}

# bats test_tags=put_times,get_times,files
@test "keeps modification times" {
	versions check_times
}

# bats test_tags=chmod
@test "sets modes" {
	versions check_chmod
}

# bats test_tags=mkdir,rmdir,remove
@test "makes and removes directories" {
	check_directories
}

# bats test_tags=symlink
@test "makes and follows symbolic links" {
	clients_options -o "protocol.symlink_order=$(column symlink)"
	check_symlink
}

# bats test_tags=get
@test "reports that a file is missing" {
	run client_get "$R/missing" "$L/f"
	assert_failure
	refute_output ''
	[[ ! -s $L/f ]]
}

# ---- in a policy ------------------------------------------------------------

# bats test_tags=put,files
@test "read_only: no file is written" {
	clients_options -o access.read_only=true
	cp "$BIG" "$R/old"
	run client_put "$TEXT" "$R/new"
	assert_failure
	run client_put "$TEXT" "$R/old"
	assert_failure
	cmp "$BIG" "$R/old"
	[[ ! -e $R/new ]]
}

# bats test_tags=get,files
@test "read_only: files can be read" {
	clients_options -o access.read_only=true
	cp "$BIG" "$R/old"
	client_get "$R/old" "$L/f"
	cmp "$BIG" "$L/f"
}

# bats test_tags=put,get,files
@test "root: uploads and downloads" {
	local root=$R

	clients_options -o "root=$root"
	client put "$BIG" /f then get /f "$L/f"
	cmp "$BIG" "$L/f"
	cmp "$BIG" "$root/f"
}

# bats test_tags=rename
@test "webex: a rename replaces a file" {
	clients_options -o profile=webex
	check_rename_over
}

# bats test_tags=put,get,files
@test "write-once: files that exist stay, sent files can be read" {
	[[ $(column write-once) == yes ]] || skip 'it cannot upload there'
	clients_options -o profile=write-once
	cp "$BIG" "$R/old"
	client_put "$TEXT" "$R/new"
	run client_put "$TEXT" "$R/old"
	assert_failure
	cmp "$BIG" "$R/old"
	client_get "$R/new" "$L/new"
	cmp "$TEXT" "$L/new"
}

# bats test_tags=put,files
@test "write-once, dropbox: no temporary file is left behind" {
	local profile

	for profile in write-once dropbox; do
		[[ $(column "$profile") == yes ]] || continue
		clients_options -o profile=$profile -o files.atomic=yes
		fresh
		client_put "$BIG" "$R/f"
		cmp "$BIG" "$R/f"
		assert_equal "$(ls -A "$R")" f
	done
}

# bats test_tags=put,files
@test "no right to delete or rename: a file is replaced whole or stays" {
	clients_options -o access.own_rights=all \
	    -o access.rights=list,stat,read,create,modify,setstat
	cp "$TEXT" "$R/f"
	case $(try client_put "$BIG" "$R/f") in
	yes)	cmp "$BIG" "$R/f" ;;
	no)	cmp "$TEXT" "$R/f" ;;
	esac
}

@test "each record of the transfer log fits its schema" {
	run grep -v '^op ' "$RECORDS.said"
	assert_output ''
	run grep -c '^op close' "$RECORDS.said"
	assert_success
}
