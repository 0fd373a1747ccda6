# SPDX-License-Identifier: ISC
# The examples of contrib/chroot: sshd's ChrootDirectory and internal-sftp
# before, slipway's root after. Only the paths in the files are changed for this
# machine; the users are made for the test and removed.

load ../lib/clients

setup_file()
{
	export E2E_SKIP='' LC_ALL=C.UTF-8 TZ=UTC
	export SERVER=${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}
	export CONTRIB=$BATS_TEST_DIRNAME/../../contrib/chroot

	E2E_SKIP=$(unusable) && return
	# sshd requires that only root can write to each directory from / on.
	W=$(mktemp -d /var/lib/slipway-test.XXXXXX)
	U=sw${W##*.}
	U=${U,,}
	export W U
	chmod 755 "$W"
	cp "$SERVER" "$W/sftp-server"
	mkdir -p "$W/home" "$W/keys" "$W/srv/sftp"
	groupadd "$U"
	useradd -M -d "$W/home/$U" -g "$U" -s /bin/sh -p '*' "$U"
	sed "s,/etc,$W,; s,/srv,$W/srv,; s,sftponly,$U," \
	    "$CONTRIB/slipway.conf" >"$W/slipway.conf"
	chmod 644 "$W/slipway.conf"
	SSHD_LOGIN=$U
}

# Prints why these tests cannot be run here, or returns 1.
unusable()
{
	local program

	[[ $(id -u) -eq 0 ]] || { echo 'only root can make users'; return 0; }
	for program in sftp useradd userdel groupadd; do
		type -P "$program" >/dev/null ||
		    { echo "$program is not installed"; return 0; }
	done
	[[ -w /var/lib && -w /etc/passwd ]] ||
	    { echo 'no user can be made here'; return 0; }
	sshd_unusable
}

teardown_file()
{
	[[ ${U:-} ]] || return 0
	userdel "$U" 2>/dev/null
	groupdel "$U" 2>/dev/null ||:
	rm -rf --one-file-system "$W"
}

setup()
{
	bats_require_minimum_version 1.5.0
	[[ -z $E2E_SKIP ]] || skip "$E2E_SKIP"
	load_libraries
	umask 022
	export SSHD_LOGIN=$U HOME=$BATS_TEST_TMPDIR
	ROOT=$W/srv/sftp/$U
	plant
}

teardown()
{
	[[ -z $E2E_SKIP ]] || return 0
	[[ -n ${BATS_TEST_COMPLETED:-} || ! ${SSHD_DIR:-} ]] || sshd_log
	sshd_stop
	rm -rf "$W/sshd"
	usermod -s /bin/sh "$U" >/dev/null
}

# The user's tree, as ChrootDirectory wants it, and what lies outside.
plant()
{
	rm -rf "$ROOT" "${W:?}/home/$U"
	mkdir -p "$ROOT/upload" "$ROOT/pub" "$W/home/$U"
	echo secret >"$W/outside"
	echo welcome >"$ROOT/pub/readme"
	ln -s /pub/readme "$ROOT/absolute"
	ln -s "$W/outside" "$ROOT/out"
	ln -s "../../../../../../..$W/outside" "$ROOT/out-by-dots"
	ln -s ../../.. "$ROOT/pub/up"
	ln -s loop "$ROOT/loop"
	echo old >"$ROOT/upload/old"
	chown -R "$U:" "$ROOT/upload" "$W/home/$U"
	find "$ROOT" -depth -exec touch -h -d '2001-02-03 04:05:06' {} +
}

# start before|after [LINE ...]: sshd with that example, and these lines in
# its Match block.
start()
{
	local keys=$W/keys/$U

	sshd_start "$W/sshd" "$W/sftp-server" \
	    "$(sed "s,/srv,$W/srv,; s,sftponly,$U,
	    s,/etc/slipway.conf,$W/slipway.conf,; s,/etc/ssh/keys,$W/keys,
	    s,/usr/libexec/slipway,$W," "$CONTRIB/sshd_config.$1")" "${@:2}"
	cp "$W/sshd/user_key.pub" "$keys"
	chmod 755 "$W/sshd"
	chmod 644 "$keys" "$W/sshd/authorized_keys"
}

# One of each, also of what fails. A sign for it before each command, lest a
# failure ends the batch.
conversation()
{
	cat >"$BATS_TEST_TMPDIR/put" <<<new
	chmod 640 "$BATS_TEST_TMPDIR/put"
	sftp_batch "lcd $BATS_TEST_TMPDIR" -pwd '-ls -lan' '-ls -lan /' \
	    '-ls -lan /..' '-ls -lan /pub/up/pub' '-cd /' '-cd ..' -pwd \
	    '-get absolute' '-get out' '-get out-by-dots' '-get loop' \
	    "-get $W/outside" "-get ../../../../..$W/outside" \
	    '-get /etc/passwd' '-get pub/up/pub/readme again' \
	    '-ls -1 /nowhere' "-ls -1 $ROOT" '-cd pub/up' -pwd \
	    '-put put /put' '-put put /out' '-put put /pub/readme' \
	    '-put -p put /upload/put' '-put put /upload/old' \
	    '-reput put /upload/old' '-cd /upload' '-put put /pub/up/x' \
	    '-mkdir /dir' '-mkdir dir' '-mkdir dir' '-mkdir dir/dir' \
	    '-rename put dir/put' '-rename dir /dir' '-rename nothing x' \
	    '-rename -l dir/put old' '-rename dir/put old' '-rmdir dir' \
	    '-rm /pub/readme' '-rm nothing' '-ln -s /upload/old soft' \
	    "-ln -s $W/outside soft-out" '-ln old hard' \
	    '-ln soft-out hard-out' "-ln $W/outside hard-outside" \
	    '-get soft' '-get soft-out' \
	    '-chmod 600 soft' '-chmod 600 soft-out' '-chmod 777 /pub' \
	    '-chown 0 old' '-cp old copy' '-cp /pub/readme copy2' \
	    '-put put soft-out' '-ls -1a' '-rmdir dir/dir' '-ls -1a /dir' 2>&1
}

# outcome EXAMPLE: the conversation and what it leaves, on both sides. A chroot
# without a passwd(5) shows numbers where there are names.
outcome()
{
	start "$1"
	conversation | sed -E \
	    "s/ +($U|$(id -u "$U")) +($U|$(id -g "$U")) +/ $U $U /
	    s/ +(root|0) +(root|0) +/ root root /"
	(cd "$ROOT" && find . -printf '%p %y %m %U %s %l\n' | LC_ALL=C sort)
	(cd "$BATS_TEST_TMPDIR" && find . -type f -exec sha256sum {} + |
	    LC_ALL=C sort -k 2)
	cat "$W/outside"
	sshd_stop
}

@test "before and after the move, replies and files are the same" {
	outcome before >"$W/before"
	plant
	rm -rf "${BATS_TEST_TMPDIR:?}"/*
	outcome after >"$W/after"
	diff -u "$W/before" "$W/after"
	# Lest it be the same failure.
	run -0 cat "$W/after"
	assert_line 'Remote working directory: /upload'
	assert_line --regexp '^\./upload/old f 600 '
	refute_output --partial "$(sha256sum <"$W/outside" | cut -c 1-64)"
}

@test "after: the user may own the root directory" {
	chown "$U:" "$ROOT"
	start before
	run -255 sftp_batch 'mkdir /mine'
	sshd_stop
	start after
	sftp_batch 'mkdir /mine'
	[[ -d $ROOT/mine ]]
}

@test "after: a user whose shell is nologin or false is locked out" {
	local shell

	for shell in nologin false; do
		usermod -s "$(PATH=$PATH:/usr/sbin:/sbin type -P "$shell")" "$U"
		start before
		sftp_batch pwd
		sshd_stop
		start after
		run -255 sftp_batch pwd
		sshd_stop
	done
}

# startup_files: writes files that shells, ssh and sshd would run or read before
# the server.
startup_files()
{
	local name

	cd "$W/home/$U" || return
	mkdir -p .ssh .config/fish/conf.d
	for name in .profile .shrc .bashrc .bash_profile .bash_login .zshenv \
	    .cshrc .tcshrc .kshrc .mkshrc .ssh/rc .config/fish/config.fish; do
		echo "echo $name >>$W/home/$U/ran" >"$name"
	done
	echo "ENV=$W/home/$U/.shrc" >.ssh/environment
	chown -R "$U:" .
	cd /
}

@test "after: no file of the home directory runs before the server" {
	startup_files
	start after
	run -0 sftp_batch pwd
	assert_line 'Remote working directory: /upload'
	run -0 ssh -F "$SSH_CONFIG" slipway true
	[[ ! -e $W/home/$U/ran ]]
}

@test "after: startup files are protected if the home is the root" {
	local before

	startup_files
	before=$(cd "$W/home/$U" && find . -type f -exec sha256sum {} + | sort)
	sed -i.bak 's,root = ".*",root = "%d",; /start_dir/d' "$W/slipway.conf"
	start after
	: >"$BATS_TEST_TMPDIR/put"
	run -0 sftp_batch "lcd $BATS_TEST_TMPDIR" '-put put .bashrc' \
	    '-put put .zshrc' '-rename .profile x' '-rm .cshrc' \
	    '-put put .ssh/authorized_keys' '-rename .ssh x' \
	    '-ln -s put .bash_login' '-mkdir .config/fish/functions' \
	    '-chmod 777 .ssh' '-ls -1 .ssh' 'put put file' 'rm file'
	mv "$W/slipway.conf.bak" "$W/slipway.conf"
	assert_equal "$(grep -c 'Permission denied' <<<"$output")" 9
	assert_line '.ssh/rc'
	assert_equal "$(cd "$W/home/$U" && find . -type f -exec sha256sum {} + |
	    sort)" "$before"
}

@test "after: a request for a command starts the server instead" {
	start after
	run -0 ssh -F "$SSH_CONFIG" slipway "touch $W/home/$U/ran" </dev/null
	refute_output
	[[ ! -e $W/home/$U/ran ]]
}

@test "after: all forwarding is refused" {
	start after
	run ! ssh -F "$SSH_CONFIG" -W "127.0.0.1:$SSHD_PORT" slipway </dev/null
	assert_output --partial 'stdio forwarding failed'
	run -255 timeout 30 ssh -F "$SSH_CONFIG" -N \
	    -o ExitOnForwardFailure=yes \
	    -R "$W/home/$U/socket:127.0.0.1:1" slipway
	[[ ! -e $W/home/$U/socket ]]
}

@test "after: a root that is missing or a link rejects the session" {
	start after
	mv "$ROOT" "$ROOT.moved"
	run -255 sftp_batch pwd
	assert_output --partial 'sftp policy error, ask the administrator'
	ln -s "$U.moved" "$ROOT"
	run -255 sftp_batch pwd
	assert_output --partial 'sftp policy error, ask the administrator'
	rm "$ROOT"
	mv "$ROOT.moved" "$ROOT"
	sftp_batch pwd
}
