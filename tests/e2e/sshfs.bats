# SPDX-License-Identifier: ISC
# Ordinary programs on a directory mounted with sshfs. The work_ functions run
# them in that directory, M; the same directory without sshfs between is R.

load ../lib/clients

setup_file()
{
	clients_begin
	[[ -n $E2E_SKIP ]] || E2E_SKIP=$(sshfs_unusable) || E2E_SKIP=
}

# The teardown of clients.bash, after unmounting.
teardown()
{
	local mount

	for mount in "$BATS_TEST_TMPDIR"/*mount; do
		mountpoint -q "$mount" 2>/dev/null && sshfs_unmount "$mount"
	done
	teardown_client
}

# on_mount WORK: mounts, does the work there, unmounts.
on_mount()
{
	M=$BATS_TEST_TMPDIR/mount
	sshfs_mount "$M"
	cd "$M"
	"$@"
	sshfs_unmount "$M"
}

# attributes DIR: of all below but links.
attributes()
{
	(cd "$1" && find . ! -type l -printf '%p %M %s %Ts\n' | sort)
}

work_copy()
{
	make_tree "$L/tree" "$NEWLINE_NAME" "$LATIN1_NAME"
	# A link to what is there already: sshfs sets owner and time through
	# it, and so not those of the link.
	ln -s . "$L/tree/link"
	cp -a "$L/tree" .
	diff -r --no-dereference "$L/tree" "$R/tree"
	diff <(attributes "$L/tree") <(attributes "$R/tree")
	cp -a tree "$L/back"
	diff -r --no-dereference "$L/tree" "$L/back"
	rm -r tree
	[[ ! -e $R/tree ]]
}

@test "sshfs: cp -a in both directions, and rm -r" {
	on_mount work_copy
}

work_listing()
{
	mkdir many "$L/many"
	(cd "$R/many" && seq -f 'name-%05.0f' 20000 | xargs touch)
	assert_names "$R/many" "$(ls many)"
	rm -r "$R/many"
}

@test "sshfs: lists 20000 names" {
	on_mount work_listing
}

work_replace()
{
	cp "$BIG" old
	cp "$TEXT" new
	mv new old
	cmp "$TEXT" "$R/old"
	[[ ! -e $R/new ]]
	mkdir dir
	mv old dir/
	cmp "$TEXT" "$R/dir/old"
	mv dir dir2
	cmp "$TEXT" dir2/old
}

@test "sshfs: mv renames files, also onto existing ones" {
	on_mount work_replace
}

# As editors do: a backup, the new text under another name, and a rename.
work_edit()
{
	printf 'old\n' >file
	chmod 640 file
	cp -p file file~
	printf 'new\n' >.file.new
	chmod --reference=file .file.new
	sync .file.new
	mv .file.new file
	assert_equal "$(cat "$R/file") $(cat "$R/file~")" 'new old'
	assert_mode "$R/file" 640
	rm file~
	# Other programs move the old file away and write a new one.
	mv file file~
	printf 'newer\n' >file
	rm file~
	assert_equal "$(cat "$R/file")" newer
	assert_names "$R" file
}

@test "sshfs: editors save in each of their ways" {
	on_mount work_edit
}

work_rename_open()
{
	exec 5>file
	printf 'before ' >&5
	mv file renamed
	printf 'after' >&5
	exec 5>&-
	assert_equal "$(cat "$R/renamed")" 'before after'
	[[ ! -e $R/file ]]
}

@test "sshfs: a file can be renamed while it is written" {
	on_mount work_rename_open
}

work_unlink_open()
{
	printf 'still here' >file
	exec 5<file
	rm file
	assert_equal "$(cat <&5)" 'still here'
	exec 5<&-
	assert_equal "$(ls -A)" ''
}

@test "sshfs: a file can be removed while it is read" {
	on_mount work_unlink_open
}

work_git()
{
	export GIT_CONFIG_GLOBAL=$L/gitconfig GIT_CONFIG_NOSYSTEM=1
	export GIT_{AUTHOR,COMMITTER}_NAME=tester
	export GIT_{AUTHOR,COMMITTER}_EMAIL=tester@example.org
	export GIT_{AUTHOR,COMMITTER}_DATE='2001-02-03 04:05:06 +0000'

	# The repository may belong to somebody else on the other side.
	# Maintenance that goes on in the background would outlast the mount.
	printf '[safe]\n\tdirectory = *\n[maintenance]\n\tauto = false\n' \
	    >"$GIT_CONFIG_GLOBAL"
	git init -q -b main repo
	cp "$BIG" repo/big
	cp "$TEXT" repo/text
	git -C repo add .
	git -C repo commit -q -m first
	printf more >>repo/text
	git -C repo commit -q -a -m second
	git -C repo branch other HEAD~1
	git -C repo gc -q
	git -C repo fsck --strict
	git -C repo checkout -q other
	cmp "$TEXT" repo/text
	git clone -q --no-local repo "$L/clone"
	diff -r --exclude .git repo "$L/clone"
	rm -rf "$L/clone"
}

@test "sshfs: git init, add, commit, gc, fsck, checkout and clone work" {
	type -P git >/dev/null || skip 'git is not installed'
	on_mount work_git
}

work_tar()
{
	[[ -e $L/tree ]] || make_tree "$L/tree" "$NEWLINE_NAME"
	tar -C "$L" -cf tree.tar tree
	tar -xf tree.tar
	diff -r "$L/tree" "$R/tree"
	tar -df tree.tar
	rm -r tree tree.tar
}

@test "sshfs: tar packs and unpacks" {
	on_mount work_tar
}

work_append()
{
	local i

	: >file
	for i in {1..20}; do
		printf 'line %d\n' "$i" >>file
	done
	cmp <(printf 'line %d\n' {1..20}) "$R/file"
}

@test "sshfs: programs can append to a file" {
	on_mount work_append
}

work_truncate()
{
	cp "$BIG" file
	truncate -s 1000 file
	cmp <(head -c 1000 "$BIG") "$R/file"
	truncate -s 2000 file
	cmp <(head -c 1000 "$BIG"; head -c 1000 /dev/zero) "$R/file"
	: >file
	[[ -e $R/file && ! -s $R/file ]]
}

@test "sshfs: truncate shortens and extends a file" {
	on_mount work_truncate
}

work_patch()
{
	cp "$BIG" file
	cp "$BIG" "$L/file"
	for f in file "$L/file"; do
		dd if="$TEXT" of="$f" bs=1 seek=1234567 conv=notrunc \
		    status=none
	done
	cmp "$L/file" "$R/file"
	dd if=file bs=4096 skip=99 count=3 status=none |
	    cmp - <(dd if="$L/file" bs=4096 skip=99 count=3 status=none)
}

@test "sshfs: dd conv=notrunc writes in the middle of a file" {
	on_mount work_patch
}

work_links()
{
	cp "$TEXT" target
	ln -s target link
	assert_equal "$(readlink "$R/link")" target
	cmp "$TEXT" link
	ln target hard
	assert_equal "$(stat -c %i "$R/hard")" "$(stat -c %i "$R/target")"
	assert_equal "$(stat -c %h "$R/hard")" 2
}

@test "sshfs: ln and ln -s make links" {
	on_mount work_links
}

work_attributes()
{
	: >file
	chmod 751 file
	assert_mode "$R/file" 751
	touch -d '2001-02-03 04:05:06' file
	assert_equal "$(stat -c %Y "$R/file")" \
	    "$(date -d '2001-02-03 04:05:06' +%s)"
	assert_equal "$(stat -c '%a %s %Y' file)" \
	    "$(stat -c '%a %s %Y' "$R/file")"
}

@test "sshfs: chmod and touch change modes and times" {
	on_mount work_attributes
}

work_sizes()
{
	mkdir dir
	cp "$BIG" dir/
	assert_equal "$(du --apparent-size -sb .)" \
	    "$(cd "$R" && du --apparent-size -sb .)"
	assert_equal "$(df -k --output=size . | tail -n 1)" \
	    "$(df -k --output=size "$R" | tail -n 1)"
}

@test "sshfs: du and df agree with the file system" {
	on_mount work_sizes
}

work_many_files()
{
	local i

	mkdir small
	for i in {1..200}; do
		printf '%d\n' "$i" >"small/$i"
	done
	cmp <(seq 200) <(cat small/{1..200})
	cmp <(seq 200) <(cd "$R/small" && cat {1..200})
	rm -r small
	[[ ! -e $R/small ]]
}

@test "sshfs: many small files can be made and removed" {
	on_mount work_many_files
}

work_errors()
{
	mkdir full
	: >full/file
	run cat missing
	assert_output 'cat: missing: No such file or directory'
	run rmdir full
	assert_failure
	[[ -e $R/full/file ]]
	run mkdir full
	assert_failure
	set -C
	run eval ': >full/file'
	assert_failure
	set +C
}

@test "sshfs: programs see the errors of the server" {
	on_mount work_errors
}

@test "sshfs: a read-only server permits only reading" {
	become_read_only
	cp "$TEXT" "$R/file"
	on_mount eval '
		cmp "$TEXT" file
		run -1 touch new
		assert_output --partial "Permission denied"
		run -1 rm file
		assert_output --partial "Permission denied"
	'
	cmp "$TEXT" "$R/file"
}

# Prints what a server logs at INFO while all of the above is done, without
# what differs from one time to the next.
log_of_all_work()
{
	local work works

	fresh
	fresh_log
	works=$(compgen -A function work_)
	for work in $works; do
		rm -rf "${R:?}"/* "${L:?}"/*
		on_mount "$work" >&2
	done
	# A session of OpenSSH's server has been seen to outlive its mount by a
	# minute, until the connection that it shared was closed.
	wait_for_sessions "$(wc -w <<<"$works")" ||
	    { ssh -F "$SSH_CONFIG" -O exit slipway
	    wait_for_sessions "$(wc -w <<<"$works")"; } >&2
	# Whether a file is gone before it is removed is a race in sshfs. Quotes
	# in names are escaped in our log, so that no name can forge a line.
	# Git touches an object that is there already if it is a second old.
	# Lines that only a policy causes are not compared. sshfs does not wait
	# for its last CLOSE, which may arrive after the session has ended.
	sed -E "/\.fuse_hidden/d
	    /^(forced close|session closed) /d
	    s,$R,R,g
	    /\.git\/objects\/.* modtime /d
	    /^(restricted but not forced|session confined)/d
	    s/\\\\\"/\"/g
	    s/modtime [0-9:-]+/modtime T/
	    s/bytes read [0-9]+ written [0-9]+/bytes/
	    s/(tmp_(obj|pack|idx|rev|graph)_|\.tmp-)[0-9A-Za-z]+/\1X/g
	    s/pack-[0-9a-f]+/pack-X/g
	    s/_[0-9A-Za-z]{6}\"/_X\"/g
	    s,/t[0-9A-Za-z]{6}\",/tX\",g" "$SERVER_LOG" | sort -u
}

# wait_for_sessions N: until that many have begun and no server writes to the
# log any more. OpenSSH's server (9.2) does not log the end of every session,
# so that those lines can neither be waited for nor compared.
wait_for_sessions()
{
	local i

	for ((i = 0; i < 1200; i++)); do
		[[ $(grep -c '^session opened' "$SERVER_LOG") -lt $1 ]] ||
		    log_is_open || return 0
		sshd_pause
	done
	echo "of $1 sessions these have ended:" >&2
	grep -n '^session' "$SERVER_LOG" >&2
	return 1
}

log_is_open()
{
	local fd

	for fd in /proc/[0-9]*/fd/2; do
		[[ ! $fd -ef $SERVER_LOG ]] || return 0
	done
	return 1
}

@test "sshfs: the log has the lines of OpenSSH's server" {
	local reference

	reference=$(openssh_server) ||
	    skip "OpenSSH's sftp-server is not installed"
	log_of_all_work >"$BATS_TEST_TMPDIR/ours"
	SERVER=$reference clients_server "$BATS_TEST_TMPDIR/sshd-openssh"
	log_of_all_work >"$BATS_TEST_TMPDIR/theirs"
	comm -23 "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/theirs" \
	    >"$BATS_TEST_TMPDIR/more"
	# The last CLOSE of a mount may come too late for theirs, too.
	run awk '{ name = $0
		sub(/^[a-z]+ /, "", name)
		sub(/ (bytes|flags .*)$/, "", name) }
	    NR == FNR { opened[name] = opened[name] || $1 == "open"; next }
	    $1 != "close" || !opened[name]' \
	    "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/more"
	assert_output ''
}
