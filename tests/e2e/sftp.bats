# SPDX-License-Identifier: ISC
# OpenSSH's sftp(1), driven by batches.

load ../lib/clients

setup_file()
{
	clients_begin sftp
}

batch() { sftp_batch "$@"; }

# quote PATH: as a word for sftp, which takes nothing else in quotes for magic.
quote()
{
	local path=${1//\\/\\\\}

	printf '"%s"' "${path//\"/\\\"}"
}

put() { echo "put -- $(quote "$1") $(quote "$2")"; }
get() { echo "get -- $(quote "$1") $(quote "$2")"; }
client_put() { batch "$(put "$@")"; }
client_get() { batch "$(get "$@")"; }
client_put_all() { batch_each put "$@"; }
client_get_all() { batch_each get "$@"; }
client_put_times() { batch "put -p $(quote "$1") $(quote "$2")"; }
client_get_times() { batch "get -p $(quote "$1") $(quote "$2")"; }
client_put_again() { batch "reput $(quote "$1") $(quote "$2")"; }
client_get_again() { batch "reget $(quote "$1") $(quote "$2")"; }
client_names() { batch "cd $(quote "$1")" 'ls -1a' | grep -v '^sftp> '; }
client_rename() { batch "rename $(quote "$1") $(quote "$2")"; }
client_remove() { batch "rm $(quote "$1")"; }
client_mkdir() { batch "mkdir $(quote "$1")"; }
client_rmdir() { batch "rmdir $(quote "$1")"; }
client_symlink() { batch "ln -s $(quote "$1") $(quote "$2")"; }
client_chmod() { batch "chmod $1 $(quote "$2")"; }

@test "sftp: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "sftp: a shorter file replaces a longer one" {
	check_overwrite
}

@test "sftp: transfers files with difficult names" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}"
}

@test "sftp: transfers a file whose name is not UTF-8" {
	check_names "$LATIN1_NAME"
}

@test "sftp: lists every name in a directory" {
	check_listing "${EASY_NAMES[@]}"
}

@test "sftp: lists 20000 names" {
	check_long_listing
}

@test "sftp: a long listing agrees with stat(1)" {
	cp -p "$TEXT" "$R/file"
	chmod 640 "$R/file"
	ln -s file "$R/link"
	mkdir -m 755 "$R/dir"
	run batch "cd $(quote "$R")" 'ls -l'
	assert_success
	for name in file link dir; do
		assert_line --regexp "$(stat -c '^%A +(%h|[?]) +%U +%G +%s ' \
		    "$R/$name").* $name\$"
	done
}

@test "sftp: renames files and directories" {
	check_rename
}

@test "sftp: rename replaces a file" {
	check_rename_over
}

@test "sftp: rename -l does not replace a file" {
	client_rename() { batch "rename -l $(quote "$1") $(quote "$2")"; }
	check_rename_not_over
	assert_failure
}

@test "sftp: resumes a download" {
	check_resume_get
}

@test "sftp: resumes an upload" {
	check_resume_put
}

@test "sftp: makes and removes directories" {
	check_directories
}

@test "sftp: uploads and downloads a tree with difficult names" {
	make_tree "$L/tree" "$NEWLINE_NAME"
	batch "put -R $(quote "$L/tree") $(quote "$R")"
	same_tree "$L/tree" "$R/tree"
	batch "get -R $(quote "$R/tree") $(quote "$L/back")"
	same_tree "$L/tree" "$L/back"
}

@test "sftp: makes symbolic and hard links" {
	check_symlink
	batch "ln $(quote "$R/target") $(quote "$R/hard")"
	assert_equal "$(stat -c %i "$R/hard")" "$(stat -c %i "$R/target")"
}

@test "sftp: changes the mode of a file" {
	check_chmod
}

@test "sftp: modification times are kept" {
	check_times
}

@test "sftp: copies a file on the server" {
	cp "$BIG" "$R/f"
	batch "cp $(quote "$R/f") $(quote "$R/copy")"
	cmp "$BIG" "$R/copy"
}

@test "sftp: df reports the size of the file system" {
	run batch "df $(quote "$R")"
	assert_success
	assert_line --regexp "^ *$(df -k --output=size "$R" | tail -n 1) "
}

@test "sftp: reports that a file is missing" {
	check_missing 1 "File \"$R/missing\" not found."
	run -1 batch "rm $(quote "$R/missing")"
	assert_output --partial 'No such file or directory'
}

@test "sftp: a read-only server permits only downloads" {
	check_denied 1 "dest open \"$R/f\": Permission denied"
	run -1 batch "rm $(quote "$R/g")"
	assert_output --partial 'Permission denied'
	cmp "$TEXT" "$R/g"
}
