# SPDX-License-Identifier: ISC
# PuTTY's psftp and pscp.

load ../lib/clients

setup_file()
{
	clients_begin psftp pscp puttygen
}

batch() { psftp_batch "$@"; }

# quote WORD: only quotes are special, and doubled.
quote()
{
	printf '"%s"' "${1//\"/\"\"}"
}

# Its patterns know a backslash that takes the magic away.
escape()
{
	local path=${1//\\/\\\\}

	path=${path//\*/\\*}
	path=${path//\?/\\?}
	quote "${path//\[/\\[}"
}

put() { echo "put $(quote "$1") $(quote "$2")"; }
get() { echo "get $(quote "$1") $(quote "$2")"; }
client_put() { batch "$(put "$@")"; }
client_get() { batch "$(get "$@")"; }
client_put_all() { batch_each put "$@"; }
client_get_all() { batch_each get "$@"; }
client_put_again() { batch "reput $(quote "$1") $(quote "$2")"; }
client_get_again() { batch "reget $(quote "$1") $(quote "$2")"; }
client_rename() { batch "mv $(escape "$1") $(quote "$2")"; }
client_remove() { batch "rm $(escape "$1")"; }
client_mkdir() { batch "mkdir $(quote "$1")"; }
client_rmdir() { batch "rmdir $(escape "$1")"; }
client_chmod() { batch "chmod $1 $(escape "$2")"; }
# Prints what the server made of the names. Eight words stand before each, as
# wide as the names of users make them, and one space.
client_names()
{
	batch "cd $(quote "$1")" ls | grep -aE '^[-dl][-rwxst]{9}' |
	    LC_ALL=C sed -E 's/^([^ ]+ +){7}[^ ]+ //; s/ -> .*//'
}

@test "psftp: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "psftp: a shorter file replaces a longer one" {
	check_overwrite
}

@test "psftp: transfers files with difficult names" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}"
}

@test "psftp: transfers a file whose name is not UTF-8" {
	check_names "$LATIN1_NAME"
}

@test "psftp: lists every name in a directory" {
	check_listing "${EASY_NAMES[@]}"
}

@test "psftp: lists 20000 names" {
	check_long_listing
}

@test "psftp: renames files and directories" {
	check_rename
}

@test "psftp: rename does not replace a file" {
	check_rename_not_over
	assert_failure
}

@test "psftp: resumes a download" {
	check_resume_get
}

@test "psftp: resumes an upload" {
	check_resume_put
}

@test "psftp: makes and removes directories" {
	check_directories
}

@test "psftp: uploads and downloads a tree" {
	make_tree "$L/tree"
	batch "put -r $(quote "$L/tree") $(quote "$R/tree")"
	same_tree "$L/tree" "$R/tree"
	batch "get -r $(quote "$R/tree") $(quote "$L/back")"
	same_tree "$L/tree" "$L/back"
}

@test "psftp: changes the mode of a file" {
	check_chmod
}

@test "psftp: reports that a file is missing" {
	check_missing 2 "$(shown "$R")/missing: open for read: no such$(:
	    ) file or directory"
}

@test "psftp: a read-only server permits only downloads" {
	check_denied 2 "$(shown "$R")/f: open for write: permission denied"
}

@test "pscp: -p keeps modification times" {
	client_put_times() { putty pscp -q -sftp -p "$1" "127.0.0.1:$2"; }
	client_get_times() { putty pscp -q -sftp -p "127.0.0.1:$1" "$2"; }
	check_times
}

@test "pscp: -r uploads and downloads a tree" {
	make_tree "$L/tree"
	# To pscp, also this ends the name of a local directory.
	rm "$L/tree/a dir/back\\slash"
	putty pscp -q -sftp -r "$L/tree" "127.0.0.1:$R"
	same_tree "$L/tree" "$R/tree"
	putty pscp -q -sftp -r "127.0.0.1:$R/tree" "$L/back"
	same_tree "$L/tree" "$L/back"
}

@test "pscp: reports that a file is missing" {
	client_get() { putty pscp -sftp "127.0.0.1:$1" "$2"; }
	check_missing 1 "unable to identify $R/missing"
}
