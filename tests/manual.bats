# SPDX-License-Identifier: ISC
# Compares the manuals, README, HACKING and SECURITY with the program and the
# tree: all they name exists, and all that exists is named.

setup()
{
	bats_require_minimum_version 1.5.0
	bats_load_library bats-support
	bats_load_library bats-assert
	cd "$BATS_TEST_DIRNAME/.." || return
	manual=man/slipway.8
}

# section NAME: the lines of a section of the manual.
section()
{
	awk -v want="$1" '/^\.Sh / { on = substr($0, 5) == want; next } on' \
	    "$manual"
}

# letters: option letters from stdin, one a line, each once and sorted.
letters()
{
	grep -o '[A-Za-z]' | LC_ALL=C sort -u
}

# The options: what getopt(3) takes, what the manual describes, what its
# synopsis has, and what the program itself says.
taken()
{
	tr -s '[:space:]' ' ' <src/options.c |
	    grep -o 'getopt(argc, argv, "[^"]*"' | cut -d '"' -f 2 | letters
}

described()
{
	section OPTIONS | sed -n 's/^\.It Fl \([A-Za-z]\).*/\1/p' | letters
}

in_synopsis()
{
	section SYNOPSIS | grep -oE '\<Fl [A-Za-z]+' | cut -d ' ' -f 2 | letters
}

in_usage()
{
	"$SERVER" -h 2>&1 | grep -oE '(^|[][ |])-[A-Za-z]+' | letters
}

requests()
{
	section 'REQUESTS AND EXTENSIONS' | sed -n 's/^\.It Cm //p'
}

# The requests that the manual marks as refused by -R.
marked()
{
	section 'REQUESTS AND EXTENSIONS' |
	    awk '/^\.It Cm / { name = $3 } $0 == "W." { print name }' |
	    LC_ALL=C sort
}

# announced VERSION [OPTION ...]: the names in the answer to an INIT of this
# version, in its order; each is followed by its data.
announced()
{
	printf '\0\0\0\5\1\0\0\0\x'"$1" |
	    "$SERVER" "${@:2}" -o protocol.max_version=6 |
	    od -An -v -tu1 -w1 | awk '
	function string(    len, text) {
		len = b[i] * 16777216 + b[i + 1] * 65536 + b[i + 2] * 256 + \
		    b[i + 3]
		for (i += 4; len > 0; len--)
			text = text sprintf("%c", b[i++])
		return text
	}
	{ b[n++] = $1 }
	END { for (i = 9; i < n; string()) print string() }'
}

# OpenSSH's extensions, by the manual.
openssh_extensions()
{
	section 'REQUESTS AND EXTENSIONS' |
	    sed -n '/^\.Ss/q; s/^\.Li \(.*\) ,$/\1/p'
}

# draft_extensions: prints the extensions of the drafts that the manual lists:
# the name, and the first and last version in which it is announced, if it is.
draft_extensions()
{
	section 'REQUESTS AND EXTENSIONS' |
	    sed -n '/^\.Ss Ext/,$ { s/^\.It Li //; T; s/Pq\|to//g; p }'
}

# packet TYPE [NAME]: a request of that type that breaks off behind its id or,
# for an extended one, behind its name.
packet()
{
	local name=${2-} length=5

	[[ -z $name ]] || length=$((9 + ${#name}))
	printf '\0\0\0\x'"$(printf %02x $length)"'\x'"$(printf %02x "$1")"
	printf '\0\0\0\1'
	[[ -z $name ]] ||
	    printf '\0\0\0\x'"$(printf %02x ${#name})%s" "$name"
}

# The names a read-only session refuses, from its log. Every request is sent,
# none of them whole: a name is judged before there is anything to run.
refused()
{
	local type name

	{
		printf '\0\0\0\5\1\0\0\0\3'
		for type in {3..23}; do
			packet "$type"
		done
		while read -r name; do
			packet 200 "$name"
		done < <("$SERVER" -Q extensions)
	} | "$SERVER" -e -l VERBOSE -R 2>&1 >/dev/null |
	    sed -n 's/^Refusing \(.*\) request in read-only mode\r$/\1/p' |
	    LC_ALL=C sort -u
}

# The commands of the examples, with their arguments, one a line.
examples()
{
	section EXAMPLES | sed -e ':a' -e '/\\e$/{N;s/\\e\n */ /;ba' -e '}' |
	    sed -n 's,^.*/slipway/sftp-server\( -.*\)*$,server\1,p'
}

@test "mandoc finds no error in the manuals" {
	command -v mandoc >/dev/null || skip 'mandoc is not installed'
	# Whether other manuals are installed here says nothing about ours.
	run bash -c 'mandoc -Tlint -Wstyle man/*.[1-9] contrib/*.[1-9] \
	    2>/dev/null |
	    grep -v "referenced manual not found"'
	assert_output ''
}

# mandoc takes them for macros, and prints nothing for some.
@test "no word of the manuals is read as a macro" {
	run grep -nE '^\.(Dq|Em|Pq|Qq|Sh|Ss|Sy) (.* )?(An|At|Do|In|It|No|So) ' \
	    man/*.[1-9]
	assert_output ''
}

@test "the manual describes the options that the program takes" {
	run described
	assert_output "$(taken)"
}

@test "the synopsis has the options that the program takes" {
	run in_synopsis
	assert_output "$(taken)"
}

@test "the usage has the manual's options, except that of login shells" {
	run in_usage
	assert_output "$(described | grep -vx c)"
}

@test "the manual has every request, in the program's order" {
	run requests
	assert_output "$("$SERVER" -Q requests)"
}

@test "the manual marks the requests that a read-only session refuses" {
	run refused
	refute_output ''
	assert_output "$(marked)"
}

@test "the manual has every extension that is answered or announced" {
	local lacking='^md5-hash'

	"$SERVER" -V | grep -q nettle && lacking='^$'
	run sort -u <(openssh_extensions) \
	    <(draft_extensions | cut -d ' ' -f 1 | grep -v "$lacking")
	assert_output "$({
	    "$SERVER" -Q extensions
	    for version in 3 4 5 6; do
		    announced "$version" -o protocol.charset=ISO-8859-1
	    done
	} | sort -u)"
}

@test "the manual says which extensions are announced in which version" {
	local version

	for version in 3 4 5 6; do
		run announced "$version"
		assert_line 'posix-rename@openssh.com'
		assert_output "$(openssh_extensions
		    draft_extensions | awk -v v="$version" \
		    'NF > 1 && v >= $2 && v <= $NF { print $1 }')"
	done
}

@test "OpenSSH's extensions alone are announced when version 3 is the highest" {
	run announced 6 -o protocol.max_version=3
	assert_output "$(openssh_extensions)"
}

@test "the manual has every list of -Q" {
	local list

	run bash -c 'grep -o "^\.Fl Q Cm .*" man/slipway.8 | head -n 1 |
	    cut -d " " -f 4- | tr -d "|"'
	assert_output 'extensions  requests  rights  settings  versions'
	for list in $output; do
		run -0 "$SERVER" -Q "$list"
		refute_output ''
	done
	run -1 "$SERVER" -Q cipher
}

@test "-l accepts each log level of the manual" {
	local levels level

	levels=$(section LOGGING | sed -n 's/^\.It Cm //p' | tr -d ',')
	assert_regex "$levels" 'VERBOSE'
	for level in $levels; do
		run "$SERVER" -e -l "$level" </dev/null
		assert_success
	done
}

@test "each example of the manual is a command that starts a session" {
	local example

	run examples
	assert_line 'server'
	assert_line 'server -R'
	while read -r _ example; do
		# shellcheck disable=SC2086	# as sshd's shell has it
		run "$SERVER" $example </dev/null
		assert_success
	done < <(examples)
}

# protocol_rows NAME: the rows of that table of slipway-protocol(7): a name and
# the codes of versions 3 to 6.
protocol_rows()
{
	awk -v want="$1" '/^\.Bl -column/ { on = 0 }
	    $1 == ".It" && $2 == "Sy" && $3 == want { on = 1; next }
	    /^\.El/ { on = 0 }
	    on && $1 == ".It" { print $2, $4, $6, $8, $10 }' \
	    man/slipway-protocol.7
}

@test "slipway-protocol(7) lists the code of each system error" {
	run protocol_rows error
	assert_line 'others 4 4 4 4'
	assert_equal "$(grep -v '^others ' <<<"$output")" "$(
	    sed -n '/^} errors\[\]/,/^};/s/^	{ \(E.*\) } },$/\1/p' \
	    src/wire/status.c | tr -d '{' | tr -s ',\t ' ' ')"
}

# A code that no version 6 client is ever sent need not be there.
@test "slipway-protocol(7) gives each code's equivalent in older versions" {
	local name v3 v4 v5 v6 names

	# In the order of their numbers.
	mapfile -t names < <(sed -n '/FX_OK,/,/FX_LAST/p' src/wire/sftp.h |
	    grep -o 'FX_[A-Z_]*')
	run protocol_rows code
	assert_line 'OK 0 0 0 0'
	while read -r name v3 v4 v5 v6; do
		run grep -A 1 -F "[FX_$name] =" src/wire/status.c
		assert_regex "$(tr -d '\n\t' <<<"$output")" \
		    "\"[A-Za-z ]+\", \{ $v3, $v4, $v5 \}"
		assert_equal "${names[v6]}" "FX_$name"
	done < <(protocol_rows code)
}

@test "slipway-protocol(7) describes only extensions that are answered" {
	local name names

	names=$(awk '/^\.Sh/ { on = $2 == "EXTENSIONS" }
	    on && $1 == ".It" {
		gsub(",", "")
		for (i = 3; i <= NF; i++)
			print $i
	    }' man/slipway-protocol.7)
	assert_regex "$names" 'copy-data'
	for name in $names; do
		[[ $name != md5-* ]] || "$SERVER" -V | grep -q nettle ||
		    continue
		run grep -cxF "$name" <("$SERVER" -Q extensions)
		assert_output 1
	done
}

# named FILE ...: the files and directories of the source that they name.
named()
{
	grep -hoE '\<(src|tests|man|contrib)/[][A-Za-z0-9_./-]*[]A-Za-z0-9]' \
	    "$@"
	grep -howE \
	    'LICENSE|NEWS|README|HACKING|SECURITY|Makefile|configure\.ac' "$@"
}

@test "README, HACKING and SECURITY name only files that exist" {
	local name names

	names=$(named README HACKING SECURITY)
	assert_regex "$names" 'src/main\.c'
	for name in $names; do
		compgen -G "$name" >/dev/null || fail "$name is not there"
	done
}

@test "HACKING and SECURITY name only functions and tables that exist" {
	local name names

	names=$(grep -ohE '\<[a-z_]+(\(\)|\[\])' HACKING SECURITY | sort -u)
	assert_regex "$names" 'builtins\[\]'
	for name in $names; do
		[[ $name != 'assert()' ]] || continue
		grep -rqE --include='*.[chp]*' "\<${name%??}[[(]" src tests ||
		    fail "$name is not there"
	done
}

@test "README has at most 100 lines" {
	assert [ "$(wc -l <README)" -le 100 ]
}

@test "README, HACKING, SECURITY and NEWS have at most 80 columns" {
	run awk 'length > 80 { print FILENAME ":" FNR }' \
	    <(expand README) <(expand HACKING) <(expand SECURITY) <(expand NEWS)
	assert_output ''
}

# A line of HACKING that begins with a name describes that room or file.
@test "HACKING describes each room of the source" {
	local room

	for room in src/*/; do
		[[ $(grep -cE "^${room%/}[[:space:]]" HACKING) -eq 1 ]] ||
		    fail "HACKING has no line, or two, for ${room%/}"
	done
}

@test "HACKING describes each file of the source" {
	local file

	for file in src/*.c src/*/*.c; do
		[[ $(grep -cE "^${file//./\\.}[[:space:]]" HACKING) -eq 1 ]] ||
		    fail "HACKING has no line, or two, for $file"
	done
}
