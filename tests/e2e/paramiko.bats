# SPDX-License-Identifier: ISC
# paramiko, the library under much of what Python does with SFTP.

load ../lib/clients

setup_file()
{
	clients_begin /usr/bin/python3
	[[ -n $E2E_SKIP ]] || /usr/bin/python3 -c 'import paramiko' ||
	    E2E_SKIP='paramiko is not installed'
}

client_is paramiko

@test "paramiko: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "paramiko: a shorter file replaces a longer one" {
	check_overwrite
}

@test "paramiko: transfers difficult names, also with a newline" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}" "$NEWLINE_NAME"
}

# Its own checks of an upload would list the name, which it takes for UTF-8.
@test "paramiko: downloads a file whose name is not UTF-8" {
	cp "$TEXT" "$R/$LATIN1_NAME"
	client_get "$R/$LATIN1_NAME" "$L/f"
	cmp "$TEXT" "$L/f"
}

@test "paramiko: lists every name in a directory" {
	check_listing "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}"
}

@test "paramiko: lists 20000 names" {
	check_long_listing
}

@test "paramiko: lists a directory with 50 requests under way" {
	client_names() { paramiko names_ahead "$@"; }
	check_long_listing
}

@test "paramiko: renames files and directories" {
	check_rename
}

@test "paramiko: rename does not replace a file" {
	check_rename_not_over
	assert_failure 1
}

@test "paramiko: posix_rename replaces a file" {
	client_rename() { paramiko posix_rename "$@"; }
	check_rename_over
}

@test "paramiko: appends to a file" {
	check_resume_put
}

@test "paramiko: reads from the middle to the end" {
	check_resume_get
}

@test "paramiko: writes in the middle of a file" {
	cp "$BIG" "$R/f"
	cp "$BIG" "$L/f"
	paramiko patch "$R/f" 1234567 hello
	printf hello | dd of="$L/f" bs=1 seek=1234567 conv=notrunc status=none
	cmp "$L/f" "$R/f"
}

@test "paramiko: reads several ranges at once" {
	cp "$BIG" "$R/f"
	run -0 paramiko scattered "$R/f" 0 3000000 99999 1500000
	assert_output "$(for offset in 0 3000000 99999 1500000; do
		od -An -v -tx1 -N10 -j"$offset" "$BIG" | tr -d ' '
	done)"
}

@test "paramiko: truncates a file" {
	cp "$BIG" "$R/f"
	paramiko truncate "$R/f" 1000
	cmp <(head -c 1000 "$BIG") "$R/f"
}

@test "paramiko: exclusive creation fails on an existing file" {
	paramiko exclusive "$R/f"
	[[ -f $R/f ]]
	run -1 paramiko exclusive "$R/f"
}

@test "paramiko: stat agrees with stat(1)" {
	cp "$BIG" "$R/f"
	chmod 640 "$R/f"
	run -0 paramiko stat "$R/f"
	assert_output "$(stat -c '0o100%a %s %u %g %Y' "$R/f")"
}

@test "paramiko: makes and removes directories" {
	check_directories
}

@test "paramiko: makes and follows symbolic links" {
	check_symlink
	run -0 paramiko readlink "$R/link"
	assert_output target
	run -0 paramiko normalize "$R/./link/../link"
	assert_output "$(shown "$(realpath "$R")")/target"
}

@test "paramiko: changes the mode of a file" {
	check_chmod
}

@test "paramiko: modification times are kept" {
	check_times
}

@test "paramiko: reports that a file is missing" {
	check_missing 1 'FileNotFoundError: [Errno 2] No such file'
}

@test "paramiko: a read-only server permits only downloads" {
	check_denied 1 'PermissionError: [Errno 13] Permission denied'
}
