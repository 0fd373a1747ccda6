# SPDX-License-Identifier: ISC
# curl, and so libssh2.

load ../lib/clients

setup_file()
{
	clients_begin curl
	[[ -n $E2E_SKIP ]] || curl -V | grep -q ' sftp\b' ||
	    E2E_SKIP='this curl does not speak SFTP'
}

quote()
{
	local path=${1//\\/\\\\}

	printf '"%s"' "${path//\"/\\\"}"
}

client_put() { curl_do -T "$1" "$(url "$2")"; }
client_get() { curl_do -o "$2" "$(url "$1")"; }
client_get_times() { curl_do -R -o "$2" "$(url "$1")"; }
client_put_again() { curl_do -C - -T "$1" "$(url "$2")"; }
client_get_again() { curl_do -C - -o "$2" "$(url "$1")"; }
client_names() { curl_do -l "$(url "$1/")"; }
client_rename() { curl_command "rename $(quote "$1") $(quote "$2")"; }
client_remove() { curl_command "rm $(quote "$1")"; }
client_mkdir() { curl_command "mkdir $(quote "$1")"; }
client_rmdir() { curl_command "rmdir $(quote "$1")"; }
# libssh2 1.10.0-3+deb12u1 calls a link that was made an unknown error.
client_symlink()
{
	curl_command "symlink $(quote "$1") $(quote "$2")" ||
	    [[ $? -eq 21 && -L $2 ]]
}
client_chmod() { curl_command "chmod $1 $(quote "$2")"; }

# curl keeps times on the way back only; on the way there it can be told.
client_put_times()
{
	client_put "$@"
	curl_command "mtime $(quote "$(date -r "$1" '+%d %b %Y %T')") \
	    $(quote "$2")"
}

# One session for many transfers, as long as it is one command.
many()
{
	local name args=() direction=$1

	for name in "${@:4}"; do
		case $direction in
		put) args+=(-T "$2/$name" "$(url "$3/$name")") ;;
		get) args+=(-o "$3/$name" "$(url "$2/$name")") ;;
		esac
	done
	curl_do "${args[@]}"
}
client_put_all() { many put "$@"; }
client_get_all()
{
	local name

	# From any server, curl 8.14.1 writes no file for an empty one that is
	# not the first of a command.
	if [[ $(curl --version) != 'curl 8.14.1 '* ]]; then
		many get "$@"
		return
	fi
	for name in "${@:3}"; do
		client_get "$1/$name" "$2/$name"
	done
}

@test "curl: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "curl: a shorter file replaces a longer one" {
	check_overwrite
}

@test "curl: transfers names with a newline and not in UTF-8" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}" \
	    "$NEWLINE_NAME" "$LATIN1_NAME"
}

@test "curl: lists every name in a directory" {
	check_listing "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}" "$LATIN1_NAME"
}

@test "curl: lists 20000 names" {
	check_long_listing
}

@test "curl: renames files and directories" {
	check_rename
}

@test "curl: resumes a download" {
	check_resume_get
}

@test "curl: resumes an upload" {
	check_resume_put
}

@test "curl: downloads a part of a file" {
	cp "$BIG" "$R/f"
	curl_do -r 1000000-1999999 -o "$L/f" "$(url "$R/f")"
	cmp <(tail -c +1000001 "$BIG" | head -c 1000000) "$L/f"
}

@test "curl: appends to a file" {
	cp "$TEXT" "$R/f"
	curl_do -a -T "$BIG" "$(url "$R/f")"
	cmp <(cat "$TEXT" "$BIG") "$R/f"
}

@test "curl: makes and removes directories" {
	check_directories
}

@test "curl: makes missing directories for an upload" {
	curl_do --ftp-create-dirs -T "$TEXT" "$(url "$R/a/b c/f")"
	cmp "$TEXT" "$R/a/b c/f"
}

@test "curl: makes and follows symbolic links" {
	check_symlink
}

@test "curl: changes the mode of a file" {
	check_chmod
}

@test "curl: modification times are kept" {
	check_times
}

@test "curl: reports that a file is missing" {
	check_missing 78 'No such file or directory'
}

@test "curl: reports a command that fails" {
	run -21 client_remove "$R/missing"
	# The command, or in newer versions the name behind it.
	assert_output --regexp \
	    "rm (command|\"$R/missing\") failed: No such file or directory"
}

@test "curl: a read-only server permits only downloads" {
	check_denied 9 'Permission denied'
}
