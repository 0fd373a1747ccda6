# SPDX-License-Identifier: ISC
# OpenSSH's scp(1) in its SFTP mode.

load ../lib/clients

setup_file()
{
	clients_begin scp
	scp -s 2>&1 | grep -q 'option.*-- s' &&
	    E2E_SKIP='this scp does not speak SFTP' ||:
}

scp_with()
{
	scp -q -s -F "$SSH_CONFIG" "$@"
}

# The client expands patterns in remote paths.
escape()
{
	local path=${1//\\/\\\\}

	path=${path//\*/\\*}
	path=${path//\?/\\?}
	path=${path//\[/\\[}
	printf %s "${path//\{/\\{}"
}

client_put() { scp_with -- "$1" "slipway:$2"; }
client_get() { scp_with -- "slipway:$(escape "$1")" "$2"; }
client_put_times() { scp_with -p "$1" "slipway:$2"; }
client_get_times() { scp_with -p "slipway:$1" "$2"; }

@test "scp: uploads and downloads 3 MiB, 0 bytes and text" {
	check_transfer
}

@test "scp: a shorter file replaces a longer one" {
	check_overwrite
}

@test "scp: transfers files with difficult names" {
	check_names "${EASY_NAMES[@]}" "${QUOTED_NAMES[@]}" "$NEWLINE_NAME"
}

@test "scp: transfers a file whose name is not UTF-8" {
	check_names "$LATIN1_NAME"
}

@test "scp: -r uploads and downloads a tree with difficult names" {
	make_tree "$L/tree" "$NEWLINE_NAME" "$LATIN1_NAME"
	scp_with -r "$L/tree" "slipway:$R"
	same_tree "$L/tree" "$R/tree"
	scp_with -r "slipway:$R/tree" "$L/back"
	same_tree "$L/tree" "$L/back"
}

@test "scp: -p keeps modification times" {
	check_times
}

@test "scp: -p keeps modes" {
	cp "$TEXT" "$L/f"
	chmod 751 "$L/f"
	scp_with -p "$L/f" "slipway:$R/f"
	assert_mode "$R/f" 751
	chmod 604 "$R/f"
	scp_with -p "slipway:$R/f" "$L/g"
	assert_mode "$L/g" 604
}

@test "scp: expands patterns in remote names" {
	touch "$R"/{a,b}.c "$R/c.h"
	scp_with "slipway:$R/*.c" "$L"
	assert_names "$L" $'a.c\nb.c'
}

@test "scp: -3 copies from the server to the server" {
	cp "$BIG" "$R/f"
	scp_with -3 "slipway:$R/f" "slipway:$R/g"
	cmp "$BIG" "$R/g"
}

# scp starts the server itself, with words behind the options.
@test "scp: -D starts the server without ssh" {
	printf '#!/bin/sh\nexec %s\n' "$(server_command '"$@"')" >"$L/server"
	chmod +x "$L/server"
	cp "$BIG" "$L/f"
	scp -q -s -D "$L/server" "$L/f" "somewhere:$R/f"
	cmp "$BIG" "$R/f"
	scp -q -s -D "$SERVER" -r "user@[::1]:$R" "$L/back"
	same_tree "$R" "$L/back"
	scp -q -s -3 -D "$SERVER" "scp://one/$R/f" "scp://two/$R/g"
	cmp "$BIG" "$R/g"
}

@test "scp: reports that a file is missing" {
	check_missing 1 'No such file or directory'
}

@test "scp: a read-only server permits only downloads" {
	check_denied 1 "dest open \"$R/f\": Permission denied"
}
