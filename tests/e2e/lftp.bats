# SPDX-License-Identifier: ISC
# lftp, which speaks versions 3 to 6.

load ../lib/clients

setup_file()
{
	export UP_TO=6
	clients_begin lftp
}

batch() { lftp_batch "$@"; }

# each_version FUNCTION [ARG ...]: calls it for each version, in fresh
# directories.
each_version()
{
	for VERSION in 3 4 5 6; do
		echo "# version $VERSION"
		fresh
		"$@"
	done
}

# quote WORD
quote()
{
	local word=${1//\\/\\\\}

	printf '"%s"' "${word//\"/\\\"}"
}

put() { echo "put $(quote "$1") -o $(quote "$2")"; }
get() { echo "get $(quote "$1") -o $(quote "$2")"; }
client_put() { batch "$(put "$@")"; }
client_get() { batch "$(get "$@")"; }
client_put_all() { batch_each put "$@"; }
client_get_all() { batch_each get "$@"; }
client_put_times() { client_put "$@"; }
client_get_times() { client_get "$@"; }
client_put_again() { batch "put -c $(quote "$1") -o $(quote "$2")"; }
client_get_again() { batch "get -c $(quote "$1") -o $(quote "$2")"; }
client_names() { batch "cd $(quote "$1")" 'cls -1 -a' | sed 's,[/@]$,,'; }
client_rename() { batch "mv $(quote "$1") $(quote "$2")"; }
client_remove() { batch "rm $(quote "$1")"; }
client_mkdir() { batch "mkdir $(quote "$1")"; }
client_rmdir() { batch "rmdir $(quote "$1")"; }
client_symlink() { batch "ln -s $(quote "$1") $(quote "$2")"; }
client_chmod() { batch "chmod $1 $(quote "$2")"; }

check_version()
{
	run -0 batch 'debug 9' "cls -d $(quote "$R")"
	assert_output --partial "protocol version set to $VERSION"
}

@test "lftp: the session speaks the version it asks for" {
	each_version check_version
}

@test "lftp: uploads and downloads 3 MiB, 0 bytes and text" {
	each_version check_transfer
}

@test "lftp: a shorter file replaces a longer one" {
	each_version check_overwrite
}

@test "lftp: transfers files with difficult names" {
	each_version check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}"
}

@test "lftp: transfers a name that is not UTF-8, in version 3" {
	VERSION=3 check_names "$LATIN1_NAME"
}

@test "lftp: lists every name in a directory" {
	each_version check_listing "${EASY_NAMES[@]}"
}

@test "lftp: lists 20000 names" {
	each_version check_long_listing
}

check_long_names()
{
	cp -p "$TEXT" "$R/file"
	chmod 640 "$R/file"
	mkdir -m 755 "$R/dir"
	run batch "cd $(quote "$R")" 'ls'
	assert_success
	for name in file dir; do
		assert_line --regexp \
		    "$(stat -c '^%A .* %U[ /]+%G +%s ' "$R/$name").* $name\$"
	done
}

@test "lftp: a long listing agrees with stat(1)" {
	each_version check_long_names
}

@test "lftp: mv renames files and directories" {
	each_version check_rename
}

@test "lftp: resumes a download" {
	each_version check_resume_get
}

@test "lftp: resumes an upload" {
	each_version check_resume_put
}

@test "lftp: makes and removes directories" {
	each_version check_directories
}

check_mirror()
{
	make_tree "$L/tree" "$NEWLINE_NAME"
	batch "mirror -R $(quote "$L/tree") $(quote "$R/tree")"
	same_tree "$L/tree" "$R/tree"
	assert_same_mtime "$L/tree/a dir/plain" "$R/tree/a dir/plain"
	batch "mirror $(quote "$R/tree") $(quote "$L/back")"
	same_tree "$L/tree" "$L/back"
	assert_same_mtime "$L/tree/a dir/plain" "$L/back/a dir/plain"
}

@test "lftp: mirrors a tree in both directions" {
	each_version check_mirror
}

check_mirror_delete()
{
	make_tree "$L/tree" "$NEWLINE_NAME"
	make_tree "$R/tree"
	touch "$R/tree/too much"
	rm "$R/tree/a dir/plain"
	batch "mirror -R --delete $(quote "$L/tree") $(quote "$R/tree")"
	same_tree "$L/tree" "$R/tree"
}

@test "lftp: mirror --delete removes extra files" {
	each_version check_mirror_delete
}

@test "lftp: makes and follows symbolic links" {
	each_version check_symlink
}

@test "lftp: changes the mode of a file" {
	each_version check_chmod
}

@test "lftp: modification times are kept" {
	each_version check_times
}

@test "lftp: downloads a file in four parts at a time" {
	cp "$BIG" "$R/f"
	batch "pget -n 4 $(quote "$R/f") -o $(quote "$L/f")"
	cmp "$BIG" "$L/f"
}

@test "lftp: reports that a file is missing" {
	each_version check_missing 1 'No such file'
}

@test "lftp: a read-only server permits only downloads" {
	check_denied 1 'Permission denied'
}
