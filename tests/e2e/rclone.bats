# SPDX-License-Identifier: ISC
# rclone's sftp backend, without a shell on the other side and so without
# hashes.

load ../lib/clients

setup_file()
{
	clients_begin rclone
}

client_put() { rclone_do copyto "$1" "slipway:$2"; }
client_get() { rclone_do copyto "slipway:$1" "$2"; }
client_put_times() { client_put "$@"; }
client_get_times() { client_get "$@"; }
client_names() { rclone_do lsf "slipway:$1" | sed 's,/$,,'; }
client_rename() { rclone_do moveto "slipway:$1" "slipway:$2"; }
client_remove() { rclone_do deletefile "slipway:$1"; }
client_mkdir() { rclone_do mkdir "slipway:$1"; }
client_rmdir() { rclone_do rmdir "slipway:$1"; }

@test "rclone: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "rclone: a shorter file replaces a longer one" {
	check_overwrite
}

@test "rclone: lists 20000 names" {
	check_long_listing
}

@test "rclone: lsl prints size, time and name" {
	cp "$BIG" "$R/f"
	touch -d '2001-02-03 04:05:06' "$R/f"
	run -0 rclone_do lsl "slipway:$R"
	assert_line "  3145735 2001-02-03 04:05:06.000000000 f"
}

@test "rclone: moveto renames a file" {
	check_rename
}

@test "rclone: moveto replaces a file" {
	check_rename_over
}

@test "rclone: makes and removes directories" {
	check_directories
}

@test "rclone: copies and checks a tree with difficult names" {
	make_tree "$L/tree"
	rmdir "$L/tree/empty dir"
	rclone_do copy "$L/tree" "slipway:$R/tree"
	same_tree "$L/tree" "$R/tree"
	rclone_do check --download "$L/tree" "slipway:$R/tree"
	rclone_do copy "slipway:$R/tree" "$L/back"
	same_tree "$L/tree" "$L/back"
	printf x >>"$R/tree/a dir/plain"
	run -1 rclone_do check --download "$L/tree" "slipway:$R/tree"
	assert_output --partial '1 differences found'
}

@test "rclone: sync removes extra files" {
	make_tree "$L/tree"
	make_tree "$R/tree"
	touch "$R/tree/too much"
	rm "$R/tree/a dir/plain"
	rclone_do sync "$L/tree" "slipway:$R/tree"
	same_tree "$L/tree" "$R/tree"
}

@test "rclone: purge removes a tree" {
	make_tree "$R/tree"
	rclone_do purge "slipway:$R/tree"
	[[ ! -e $R/tree ]]
}

@test "rclone: modification times are kept" {
	check_times
}

@test "rclone: about reports the size of the file system" {
	run -0 rclone_do about --json "slipway:$R"
	assert_output --regexp \
	    "\"total\": $(stat -f -c '%b %S' "$R" | { read -r b s
	    echo $((b * s)); })"
}

@test "rclone: reports that a file is missing" {
	check_missing 3 'not found'
}

@test "rclone: a read-only server permits only downloads" {
	check_denied 1 'permission denied'
}
