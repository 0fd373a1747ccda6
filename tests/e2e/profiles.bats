# SPDX-License-Identifier: ISC
# The profiles dropbox, write-once and read-only, and access.listings, as each
# client meets them:
# what they permit works with all that the client asks for on the way, what they
# forbid fails with a word of why and changes nothing. WinSCP and FileZilla are
# replayed, in the order of their requests.

load ../lib/clients

setup_file()
{
	clients_begin
}

# ---- the clients ------------------------------------------------------------
#
#	CLIENT_put LOCAL NAME	looks about as the client does, then sends
#	CLIENT_get NAME LOCAL	CLIENT_names
#	CLIENT_remove NAME	CLIENT_rename OLD NEW	CLIENT_mkdir NAME

sftp_put() { sftp_batch "cd $R" 'ls -la' "put -p $1 $2"; }
sftp_get() { sftp_batch "get $R/$1 $2"; }
sftp_names() { sftp_batch "cd $R" 'ls -1' | grep -v '^sftp> '; }
sftp_remove() { sftp_batch "rm $R/$1"; }
sftp_rename() { sftp_batch "rename $R/$1 $R/$2"; }
sftp_mkdir() { sftp_batch "mkdir $R/$1"; }

# FileZilla's fzsftp is made from this one.
psftp_put() { psftp_batch "cd $R" ls "put $1 $2"; }
psftp_get() { psftp_batch "get $R/$1 $2"; }
psftp_names() { psftp_batch "ls $R" | sed -n 's/^-.* //p'; }
psftp_remove() { psftp_batch "rm $R/$1"; }
psftp_rename() { psftp_batch "mv $R/$1 $R/$2"; }
psftp_mkdir() { psftp_batch "mkdir $R/$1"; }

lftp_put() { lftp_batch "cd $R" 'cls -l' "put $1 -o $2"; }
lftp_get() { lftp_batch "get $R/$1 -o $2"; }
lftp_names() { lftp_batch "cls -1 --sort=name $R/" | sed 's,.*/,,'; }
lftp_remove() { lftp_batch "rm $R/$1"; }
lftp_rename() { lftp_batch "mv $R/$1 $R/$2"; }
lftp_mkdir() { lftp_batch "mkdir $R/$1"; }

rclone_put() { rclone_do $(rclone_in_place) copyto "$1" "slipway:$R/$2"; }
rclone_get() { rclone_do copyto "slipway:$R/$1" "$2"; }
rclone_names() { rclone_do lsf "slipway:$R"; }
rclone_remove() { rclone_do deletefile "slipway:$R/$1"; }
rclone_rename() { rclone_do moveto "slipway:$R/$1" "slipway:$R/$2"; }
rclone_mkdir() { rclone_do mkdir "slipway:$R/$1"; }

# conversation VERSION: the requests on stdin, by way of sshd. Fails, too, when
# the server does not last until the end.
conversation()
{
	local said

	said=$("$BATS_TEST_DIRNAME/../wire/wire" -v "$1" -- \
	    ssh -F "$SSH_CONFIG" -s slipway sftp) || { echo "$said"; return 1; }
	echo "$said"
	! grep -q '^exit' <<<"$said"
}

# quoted FILE: prints the bytes of a file that holds text, as a script of
# tests/wire/wire writes them.
quoted()
{
	sed -e 's/\r/\\r/g' -e 's/$/\\n/' "$1" | tr -d '\n' |
	    sed -e 's/\\n$//' -e 's/.*/"&"/'
}

# WinSCP offers 6 to sshd. It shows the directory and, where that is empty, asks
# for "..". It asks whether the file is there, makes it if it is not, and sets
# the times at once behind CLOSE.
winscp_put()
{
	conversation 6 <<-END
	realpath . 3
	expect name
	limits@openssh.com
	expect extended-reply
	realpath $R 3
	expect name
	$(winscp_look)
	lstat $R/$2 0xad
	open $R/$2 6 ${HOW:-CREATE_NEW} allocation_size=$(stat -c %s "$1") -> h
	expect handle
	send write \$h 0 $(quoted "$1")
	send close \$h
	send setstat $R/$2 mtime=981173106 atime=981173106
	recv 1
	expect status 0
	recv 1
	expect status 0
	recv 1
	expect status 0
	$(winscp_look)
	END
}

# When one says that the file may be replaced.
winscp_over() { HOW=CREATE_TRUNCATE winscp_put "$@"; }

winscp_look()
{
	cat <<-END
	opendir $R -> d
	expect handle
	readdir \$d
	readdir \$d
	expect status 1
	close \$d
	expect status 0
	lstat $R/.. 0xad
	END
}

# From 100 KiB on a file is sent under another name; what is there under that
# name already, or under its own, it asks before.
winscp_put_part()
{
	conversation 6 <<-END
	lstat $R/$2 0xad
	expect status 2
	lstat $R/$2.filepart 0xad
	expect status 2
	open $R/$2.filepart 6 CREATE_NEW allocation_size=300000 -> h
	expect handle
	send write \$h 0 "x"*32768
	send write \$h 32768 "x"*32768
	send close \$h
	recv 1
	expect status 0
	recv 1
	expect status 0
	recv 1
	expect status 0
	rename $R/$2.filepart $R/$2 0
	expect status 0
	setstat $R/$2 mtime=981173106 atime=981173106
	expect status 0
	END
}

# It asks what the file is, opens it and reads ahead.
winscp_get()
{
	conversation 6 <<-END
	lstat $R/$1 0xad
	expect attrs
	open $R/$1 1 OPEN_EXISTING -> h
	expect handle
	fstat \$h 0x20
	expect attrs
	$(reads_ahead)
	! cp $R/$1 $2
	END
}

# reads_ahead: prints the rest of a download, once the file is open.
reads_ahead()
{
	cat <<-END
	send read \$h 0 32768
	send read \$h 32768 32768
	recv 1
	expect data 14
	recv 1
	expect status 1
	close \$h
	expect status 0
	END
}

# listed VERSION SIGN: prints the names in $R. In that version the sign follows
# each in the reply.
listed()
{
	conversation "$1" <<-END | sed -n 's/^name [0-9]* //p' |
	opendir $R -> d
	readdir \$d
	readdir \$d
	close \$d
	END
	    grep -oE "\"[^\"]*\" [$2]" | tr -d '"{ '
}

# succeeds VERSION REQUEST
succeeds() { printf '%s\n' "$2" 'expect status 0' | conversation "$1"; }

winscp_names() { listed 6 '{'; }
winscp_remove() { succeeds 6 "remove $R/$1"; }
winscp_rename() { succeeds 6 "rename $R/$1 $R/$2 0"; }
winscp_mkdir() { succeeds 6 "mkdir $R/$1"; }

# FileZilla speaks version 3, lists before it sends, makes or truncates, and
# asks and sets the time by path afterwards.
filezilla_put()
{
	conversation 3 <<-END
	realpath .
	expect name
	realpath $R
	expect name
	$(filezilla_look)
	open $R/$2 wct -> h
	expect handle
	send write \$h 0 $(quoted "$1")
	send close \$h
	recv 1
	expect status 0
	recv 1
	expect status 0
	setstat $R/$2 atime=981173106 mtime=981173106
	expect status 0
	$(filezilla_look)
	END
}

filezilla_look()
{
	cat <<-END
	opendir $R -> d
	expect handle
	readdir \$d
	readdir \$d
	expect status 1
	close \$d
	expect status 0
	END
}

filezilla_get()
{
	conversation 3 <<-END
	stat $R/$1
	expect attrs
	open $R/$1 r -> h
	expect handle
	fstat \$h
	expect attrs
	$(reads_ahead)
	! cp $R/$1 $2
	END
}

filezilla_names() { listed 3 '"'; }
filezilla_remove() { succeeds 3 "remove $R/$1"; }
filezilla_rename() { succeeds 3 "rename $R/$1 $R/$2"; }
filezilla_mkdir() { succeeds 3 "mkdir $R/$1"; }

needs()
{
	local program

	for program; do
		type -P "$program" >/dev/null ||
		    skip "$program is not installed"
	done
}

# ---- the profiles -----------------------------------------------------------

# profile NAME: sessions from now on have it, and R has what others put there.
profile()
{
	echo "# $1${VERSION:+, version $VERSION}"
	clients_options -o "profile=$1"
	fresh
	cp "$TEXT" "$R/old"
	mkdir "$R/dir"
	printf 'something else now' >"$L/new"
	touch -d '2001-02-03 04:05:06' "$L/new"
}

# state: of all that is in R.
state()
{
	(cd "$R" && find . -printf '%p %y %m %u %g %s %l %T@\n' | sort &&
	    find . -type f -exec sha256sum {} + | sort)
}

# works COMMAND ...
works()
{
	echo "# $*"
	run "$@"
	assert_success
}

# fails SAYING COMMAND ...: that it does, with such a line, and nothing changed.
fails()
{
	local before

	echo "# $*"
	before=$(state)
	run "${@:2}"
	assert_failure
	assert_output --regexp "$1"
	assert_equal "$(state)" "$before"
}

DENIED='[Pp]ermission denied'
# The message for a file that the session cannot see. Clients that look for it
# first say that it is missing.
UNSEEN="$DENIED"'|not found|[Nn]o such file|NO_SUCH_FILE'
# One that is told to make a file, which is there, hears so.
EXISTS="$DENIED"'|FILE_ALREADY_EXISTS'

in_dropbox()
{
	profile dropbox
	works "$1_put" "$L/new" new
	cmp "$L/new" "$R/new"
	[[ ! ${2-} ]] || works "$2" "$L/new" big
	fails "$EXISTS" "$1_put" "$L/new" old
	run "$1_names"
	refute_output --regexp 'old|new|dir'
	fails "$UNSEEN" "$1_get" old "$L/got"
	fails "$UNSEEN" "$1_remove" old
	fails "$UNSEEN" "$1_rename" old third
	fails "$UNSEEN" "$1_mkdir" other
	# In another session it is nobody's.
	fails "$UNSEEN" "$1_get" new "$L/got"
	fails "$UNSEEN" "$1_remove" new
	[[ ! -e $L/got ]]
}

in_write_once()
{
	profile write-once
	works "$1_put" "$L/new" new
	cmp "$L/new" "$R/new"
	[[ ! ${2-} ]] || works "$2" "$L/new" big
	assert_equal "$("$1_names" | grep -xE 'old|new' | sort | xargs)" \
	    'new old'
	works "$1_get" old "$L/got"
	cmp "$TEXT" "$L/got"
	works "$1_mkdir" other
	[[ -d $R/other ]]
	fails "$EXISTS" "$1_put" "$L/new" old
	fails "$DENIED" "$1_remove" old
	fails "$DENIED" "$1_rename" old third
	fails "$EXISTS" "$1_put" "$TEXT" new
	fails "$DENIED" "$1_remove" new
}

in_read_only()
{
	profile read-only
	assert_equal "$("$1_names" | grep -xE 'old|new' | sort | xargs)" old
	works "$1_get" old "$L/got"
	cmp "$TEXT" "$L/got"
	fails "$DENIED" "$1_put" "$L/new" new
	fails "$DENIED" "$1_put" "$L/new" old
	fails "$DENIED" "$1_remove" old
	fails "$DENIED" "$1_rename" old third
	fails "$DENIED" "$1_mkdir" other
}

# in_permitted CLIENT: listings leave out what the session has no right to.
in_permitted()
{
	profile read-only
	cat >"$L/policy" <<-END
	rules = ( { access = { listings = "permitted"; };
	  paths = ( { match = "$R/old"; rights = "none"; },
	            { match = "$R/di*"; rights = "none"; } ); } );
	END
	clients_options -F "'$L/policy'"
	cp "$TEXT" "$R/new"
	assert_equal "$("$1_names" | grep -xE 'old|new|dir/?' | xargs)" new
	works "$1_get" new "$L/got"
	cmp "$TEXT" "$L/got"
	fails "$UNSEEN" "$1_get" old "$L/got2"
}

# sends_tree COMMAND ...: a tree arrives at $R/tree, in write-once.
sends_tree()
{
	profile write-once
	mkdir -p "$L/tree/sub"
	cp "$TEXT" "$L/tree/text"
	cp "$L/new" "$L/tree/sub/new"
	works "$@"
	same_tree "$L/tree" "$R/tree"
}

# in_each CLIENT [PUT]: in all three of them. PUT is another way to send.
in_each()
{
	in_dropbox "$@"
	in_write_once "$@"
	in_read_only "$1"
}

@test "sftp: each profile permits and refuses as documented" {
	needs sftp
	in_each sftp
	in_dropbox sftp sftp_put_plain
	sends_tree sftp_batch "put -R $L/tree $R/tree"
	# It may set the modes of the directories that it made.
	refute_output --regexp "$DENIED"
}

sftp_put_plain() { sftp_batch "put $1 $R/$2"; }

@test "psftp: each profile permits and refuses as documented" {
	needs psftp puttygen
	in_each psftp
}

@test "lftp: each profile permits and refuses as documented" {
	needs lftp
	UP_TO=6
	for VERSION in 3 4 5 6; do
		in_each lftp lftp_put_temp
	done
	sends_tree lftp_batch "mirror -R $L/tree $R/tree"
}

# Under another name first.
lftp_put_temp()
{
	lftp_batch 'set xfer:use-temp-file yes' "put $1 -o $R/$2"
}

@test "rclone: each profile permits and refuses as documented" {
	needs rclone
	in_each rclone
	# It sets times by another connection than it sends by.
	sends_tree rclone_do --sftp-set-modtime=false $(rclone_in_place) \
	    copy "$L/tree" "slipway:$R/tree"
}

@test "profiles: rclone, 40 files by several sessions" {
	local profile

	needs rclone
	for profile in dropbox write-once; do
		profile "$profile"
		mkdir "$L/many" "$R/many"
		for n in {1..40}; do
			echo "$n" >"$L/many/$n"
		done
		touch -d '2001-02-03 04:05:06' "$L/many"/*
		works rclone_do --sftp-set-modtime=false $(rclone_in_place) \
		    copy "$L/many" "slipway:$R/many"
		same_tree "$L/many" "$R/many"
	done
}

@test "winscp: each profile permits and refuses as documented" {
	needs python3
	UP_TO=6
	in_dropbox winscp winscp_put_part
	fails "$DENIED" winscp_over "$L/new" old
	fails "$UNSEEN" winscp_one "realpath $R/old 3"
	in_write_once winscp winscp_put_part
	fails "$DENIED" winscp_over "$L/new" old
	in_read_only winscp
	fails "$DENIED" winscp_over "$L/new" old
}

@test "filezilla: each profile permits and refuses as documented" {
	needs python3
	in_each filezilla
}

@test "files may be renamed, and directories not" {
	local client

	for client in sftp psftp lftp rclone filezilla; do
		[[ $client = filezilla ]] || type -P "$client" >/dev/null ||
		    { echo "# $client is not installed"; continue; }
		profile read-only
		clients_options -o \
		    access.rights=list,stat,read,create,rename_file
		works "${client}_rename" old third
		[[ -e $R/third ]]
		# rclone moves a directory file by file, unless it is one file.
		[[ $client = rclone ]] ||
		    fails "$DENIED" "${client}_rename" dir other
	done
}

@test "sftp uploads to a temporary name, and the file keeps its mode" {
	needs sftp
	profile read-only
	clients_options -o rename.keep_mode=true
	chmod 640 "$R/old"
	chmod 604 "$L/new"
	stat -c '%a %g' "$R/old" >"$L/before"
	works sftp_put "$L/new" part
	works sftp_rename part old
	cmp "$L/new" "$R/old"
	stat -c '%a %g' "$R/old" | cmp - "$L/before"
	# The control: without the setting they change.
	clients_options
	printf 'other' >"$L/new"
	works sftp_put "$L/new" part
	works sftp_rename part old
	cmp "$L/new" "$R/old"
	! stat -c '%a %g' "$R/old" | cmp - "$L/before"
}

@test "permitted listings" {
	local client

	for client in sftp psftp lftp rclone filezilla; do
		[[ $client = filezilla ]] || type -P "$client" >/dev/null ||
		    { echo "# $client is not installed"; continue; }
		in_permitted "$client"
	done
}
