# SPDX-License-Identifier: ISC
# Perl's Net::SFTP::Foreign.

load ../lib/clients

setup_file()
{
	clients_begin perl
	[[ -n $E2E_SKIP ]] || perl -MNet::SFTP::Foreign -e1 2>/dev/null ||
	    E2E_SKIP='Net::SFTP::Foreign is not installed'
}

foreign()
{
	perl "$BATS_TEST_DIRNAME/../lib/foreign_client.pl" "$@"
}

client_is foreign

@test "Net::SFTP::Foreign: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "Net::SFTP::Foreign: a shorter file replaces a longer one" {
	check_overwrite
}

@test "Net::SFTP::Foreign: transfers names with a newline and not in UTF-8" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}" \
	    "$NEWLINE_NAME" "$LATIN1_NAME"
}

@test "Net::SFTP::Foreign: lists every name in a directory" {
	check_listing "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}"
}

@test "Net::SFTP::Foreign: lists 20000 names" {
	check_long_listing
}

@test "Net::SFTP::Foreign: renames files and directories" {
	check_rename
}

@test "Net::SFTP::Foreign: rename does not replace a file by default" {
	check_rename_not_over
	assert_failure
}

@test "Net::SFTP::Foreign: rename replaces a file when told to" {
	client_rename() { foreign rename_over "$@"; }
	check_rename_over
}

@test "Net::SFTP::Foreign: an atomic upload leaves only the file" {
	cp "$TEXT" "$R/f"
	foreign put_atomic "$BIG" "$R/f"
	cmp "$BIG" "$R/f"
	assert_names "$R" f
}

@test "Net::SFTP::Foreign: resumes a download" {
	check_resume_get
}

@test "Net::SFTP::Foreign: resumes an upload" {
	check_resume_put
}

@test "Net::SFTP::Foreign: makes and removes directories" {
	check_directories
}

@test "Net::SFTP::Foreign: uploads, downloads and removes a tree" {
	make_tree "$L/tree"
	# The module's way back to the local side knows ASCII only.
	rm "$L/tree/a dir/grün-日本語"
	foreign rput "$L/tree" "$R/tree"
	same_tree "$L/tree" "$R/tree"
	foreign rget "$R/tree" "$L/back"
	same_tree "$L/tree" "$L/back"
	foreign rremove "$R/tree"
	[[ ! -e $R/tree ]]
}

@test "Net::SFTP::Foreign: finds files by pattern" {
	mkdir "$R/dir"
	touch "$R/a.c" "$R/dir/b.c" "$R/dir/c.h"
	run -0 foreign find "$R"
	assert_equal "$(sort <<<"$output")" "$(find "$R" | sort)"
	run -0 foreign glob "$R/*/*.c"
	assert_output "$R/dir/b.c"
}

@test "Net::SFTP::Foreign: makes symbolic and hard links" {
	check_symlink
	run -0 foreign readlink "$R/link"
	assert_output target
	foreign hardlink "$R/target" "$R/hard"
	assert_equal "$(stat -c %i "$R/hard")" "$(stat -c %i "$R/target")"
}

@test "Net::SFTP::Foreign: changes the mode of a file" {
	check_chmod
}

@test "Net::SFTP::Foreign: modification times are kept" {
	check_times
}

@test "Net::SFTP::Foreign: reports the size of the file system" {
	run -0 foreign size "$R"
	assert_output "$(stat -f -c %b "$R")"
}

@test "Net::SFTP::Foreign: reports that a file is missing" {
	check_missing 1 'No such file'
}

@test "Net::SFTP::Foreign: a read-only server permits only downloads" {
	check_denied 1 'Permission denied'
}
