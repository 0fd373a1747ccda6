# SPDX-License-Identifier: ISC
# The policy's manual and examples agree with the program.
bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

manual=man/slipway.conf.5

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
}

# name and default, of each setting that the program has
settings() {
	"$SERVER" -Q settings | awk -F '\t' 'NF == 4 { print $1, $4 }' | sort
}

# the same of each that the manual has an entry for
entries() {
	awk '$1 == ".It" && $4 == "Pq" && $5 == "default" { print $3, $7 }' \
	    "$manual" | sort
}

# Writes the policies of the manual, or of $2, to files $1.1, $1.2 and so on.
examples() {
	awk -v to="$1" '
	/^\.Bd/ { block = ""; inside = 1; next }
	/^\.Ed/ {
		if (block ~ /^(rules|profiles) = /)
			printf "%s", block >(to "." ++n)
		inside = 0
	}
	inside { block = block $0 "\n" }' "${2:-$manual}"
}

# assert_only_unknown_names: fails unless each message of -t on an example is
# about a user, a group or a root that this machine lacks, or a profile that no
# rule names.
assert_only_unknown_names() {
	run grep -vE 'there is no (user |group |)"|: no rule names it$' \
	    <<<"$output"
	assert_output ''
}

@test "slipway.conf(5) has the entry and default of each setting" {
	run settings
	assert_success
	assert [ "${#lines[@]}" -gt 20 ]
	assert_equal "$(entries)" "$output"
}

@test "each setting that slipway.conf(5) names exists" {
	local name
	while read -r name; do
		run grep -qxF "$name" <(settings | cut -d ' ' -f 1)
		assert_success
	done < <(grep -oE '^\.(It )?(Ic|Cm) [a-z]+\.[a-z_]+( |$)' "$manual" |
	    awk '{ print $NF }')
}

@test "each policy in slipway.conf(5) is correct" {
	local f n=0
	examples "$BATS_TEST_TMPDIR/example"
	for f in "$BATS_TEST_TMPDIR"/example.*; do
		chmod go-w "$f"
		run "$SERVER" -t -F "$f"
		assert_success
		assert_only_unknown_names
		n=$((n + 1))
	done
	assert [ "$n" -ge 6 ]
}

@test "each policy in slipway(8), README and contrib/chroot is correct" {
	local f=$BATS_TEST_TMPDIR/example n=0
	examples "$f" man/slipway.8
	sed -n '/^\trules = ($/,/^\t);$/p' README >"$f.readme"
	cp contrib/chroot/slipway.conf "$f.chroot"
	for f in "$f".*; do
		chmod go-w "$f"
		run "$SERVER" -t -F "$f"
		assert_success
		assert_only_unknown_names
		n=$((n + $(grep -c 'rules = ' "$f")))
	done
	assert [ "$n" -eq 4 ]
}

@test "contrib/slipway.conf is correct, also with its last rule" {
	local f=$BATS_TEST_TMPDIR/slipway.conf
	sed 's/^  #  ,{/  ,{/' contrib/slipway.conf >"$f"
	chmod go-w "$f"
	run "$SERVER" -t -F "$f"
	assert_success
	assert_line --partial 'session.access: refuses everybody, since no'
	sed -i 's/profile = "webex";/& session = { access = "allow"; };/' "$f"
	run "$SERVER" -t -F "$f"
	assert_success
	assert_only_unknown_names
	run grep -c '^  ,{ session' "$f"
	assert_output 1
}

@test "slipway.conf(5) is well-formed" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	run mandoc -Tlint -W warning "$manual"
	assert_success
	refute_output
}

@test "-t reports a charset that cannot hold file names" {
	local charset

	run "$SERVER" -t -o protocol.charset=no-such
	[ "$status" -eq 78 ]
	[ "$output" = "-o: protocol.charset: \"no-such\" is not a charset$(:
	    ) that this system can convert file names to" ]
	for charset in UTF-16 UTF-16LE UCS-4 EBCDIC-US UTF-7 ISO-2022-JP \
	    ISO-2022-KR ISO-2022-CN ISO-8859-15//TRANSLIT \
	    ISO-8859-15//IGNORE UTF-8// ISO-10646/UTF8/TRANSLIT; do
		echo "$charset"
		run "$SERVER" -t -o protocol.charset=$charset
		[ "$status" -eq 78 ]
	done
	for charset in ISO-8859-15 CP1252 UTF-8 SHIFT_JIS EUC-JP BIG5 GB18030 \
	    KOI8-R; do
		echo "$charset"
		run "$SERVER" -t -o protocol.charset=$charset
		[ "$status" -eq 0 ]
	done
}

@test "-t reports a missing root with file and line" {
	local file=$BATS_TEST_TMPDIR/conf

	printf '%s\n' 'rules = (' '  { root = "/nowhere/%U"; }' ');' >"$file"
	run --separate-stderr "$SERVER" -e -F "$file" </dev/null
	assert_failure 78
	assert_equal "${stderr%$'\r'}" "$file:2: root: \"/nowhere/$(id -u)\":\
 \"/nowhere\" cannot be opened: No such file or directory"
}

@test "-F with an empty name is an error" {
	run "$SERVER" -t -F ''
	[ "$status" -eq 78 ]
	[ "$output" = '-F: names no file' ]
}

@test "-t also reports errors in OpenSSH's options" {
	run "$SERVER" -t -u 999
	[ "$status" -eq 255 ]
	[ "$output" = 'Invalid umask "999"' ]
}

# ---- -t and -T -----------------------------------------------------------

# policy TEXT: a policy file, in $FILE.
policy() {
	FILE=$BATS_TEST_TMPDIR/policy.conf
	printf '%s\n' "$1" >"$FILE"
	chmod 644 "$FILE"
}

@test "-t exits 78 for an error and 0 for a warning, both on stderr" {
	policy 'rules = ( { rename = { overwrite = "yes"; }; } );'
	run --separate-stderr -78 "$SERVER" -t -F "$FILE"
	refute_output
	assert_regex "$stderr" "^$FILE:1: rename.overwrite: must be "
	policy 'rules = ( { match = { user = "no-such-user"; };
	    profile = "webex"; } );'
	run --separate-stderr -0 "$SERVER" -t -F "$FILE"
	refute_output
	assert_equal "$stderr" \
	    "$FILE:1: warning: rule 1: there is no user \"no-such-user\""
}

@test "-T prints each setting of the caller and its source" {
	policy "rules = ( { match = { user = \"$(id -un)\";
	    group = \"$(id -gn)\"; }; profile = \"webex\"; } );"
	run -0 env -u LOGNAME "$SERVER" -T -F "$FILE" -o protocol.max_version=4
	assert_equal "$(grep -v '^#' <<<"$output" | cut -d ' ' -f 1)" \
	    "$("$SERVER" -Q settings | cut -f 1)"
	assert_line \
	    "rename.overwrite always   # rule 1, $FILE:2 (profile webex)"
	assert_line 'protocol.max_version 4   # -o'
	assert_line 'log.level ERROR   # default'
}

@test "-T -C exits 1 if a fact that a rule asks for is not given" {
	policy 'rules = ( { match = { user = "root"; address = "10.0.0.0/8"; };
	    access = { read_only = true; }; } );'
	run -1 "$SERVER" -T -C user=root -F "$FILE"
	assert_line "# undecided: rule 1, $FILE:1 needs address"
	assert_line 'access.read_only false   # default'
	run -0 "$SERVER" -T -C user=root,address=10.1.2.3 -F "$FILE"
	assert_line "access.read_only true   # rule 1, $FILE:2"
	run -0 "$SERVER" -T -C user=nobody,address=10.1.2.3 -F "$FILE"
	assert_line 'access.read_only false   # default'
	run -78 "$SERVER" -T -C uid=0 -F "$FILE"
}

@test "-T -C path= prints the settings of one path and their rules" {
	policy 'rules = ( { match = { user = "root"; };
	    access = { rights = [ "list", "read" ]; };
	    paths = (
	      { match = "/in/%u"; rights = "create"; hide = "*.tmp";
	        rename = { overwrite = "always"; }; } ); } );'
	run -0 "$SERVER" -T -C user=root,path=/in/root/a,b -F "$FILE"
	assert_line "rights create   # rule 1, $FILE:4"
	assert_line "rename.overwrite always   # rule 1, $FILE:5"
	assert_line "hide *.tmp   # rule 1, $FILE:4"
	assert_line 'files.atomic no   # default'
	refute_output --partial '# hidden'
	run -0 "$SERVER" -T -C user=root,path=/in/root/a.tmp -F "$FILE"
	assert_output --partial '# hidden'
	run -0 "$SERVER" -T -C user=root,path=/in -F "$FILE"
	assert_line "rights list,read   # rule 1, $FILE:2"
	assert_line '# path rules lie below it, so that it cannot be renamed'
	run -0 "$SERVER" -T -C user=nobody,path=/in -F "$FILE"
	assert_line 'rights all   # default'
	for path in in ./in /in/../x ''; do
		run -78 "$SERVER" -T -C "user=root,path=$path" -F "$FILE"
		assert_output --partial 'must be absolute, without . and ..'
	done
}

@test "-T fails where the session would be rejected" {
	local dir=$BATS_TEST_TMPDIR

	run -78 "$SERVER" -T -C user=.. -o root=/srv/%u
	assert_output '-o: root: %u is "..", which is not safe in a path'
	run -78 "$SERVER" -T -C user=somebody -o "root=$dir/%u"
	assert_line "root \"$dir/%u\"   # -o; here \"$dir/somebody\""
	assert_line --partial 'cannot be opened: No such file or directory'
	assert_line '# there is no user "somebody"'
	mkdir "$dir/somebody"
	run -0 "$SERVER" -T -C user=somebody -o "root=$dir/%u"
	refute_output --partial '# refused'
}

@test "-t warns of a root that is not there" {
	local dir=$BATS_TEST_TMPDIR

	policy "rules = ( { match = { user = \"root\"; };
	      root = \"$dir/x/y/%u\"; },
	    { match = { user = \"nobody\"; }; root = \"$dir/x\"; } );"
	run -0 "$SERVER" -t -F "$FILE"
	assert_output "$FILE:1: warning: rule 1: root: there is no \"$dir/x/y\"
$FILE:3: warning: rule 2: root: there is no \"$dir/x\""
	mkdir -p "$dir/x/y"
	run -0 "$SERVER" -t -F "$FILE"
	assert_output ''
}

@test "-t says nothing of a root that its user cannot see" {
	local dir=$BATS_TEST_TMPDIR/closed as=()

	mkdir -m 0 "$dir"
	[[ $EUID -ne 0 ]] || as=(setpriv --reuid 65534 --regid 65534
	    --clear-groups)
	run -0 "${as[@]}" "$SERVER" -t -o "root=$dir/x"
	chmod 700 "$dir"
	assert_output ''
}

@test "-t warns of a file that others cannot read" {
	policy 'rules = ( );'
	for mode in 600 400; do
		chmod $mode "$FILE"
		run -0 "$SERVER" -t -F "$FILE"
		assert_output --partial 'warning: only its owner can read it'
	done
	chmod 644 "$FILE"
	run -0 "$SERVER" -t -F "$FILE"
	assert_output ''
}


@test "-m is the same as files.mode.force" {
	run -0 "$SERVER" -T -m 640 -o files.mode=set=7
	assert_line 'files.mode force=0640   # -m'
}

@test "a rule by group asks for the groups of the process" {
	policy "rules = ( { match = { group = \"$(id -gn)\"; };
	    session = { access = \"refuse\"; message = \"Not you\"; }; } );"
	run -0 tests/wire/wire -v 3 -- "$SERVER" -F "$FILE" <<<'stat .'
	assert_line --index 0 --regexp '"Not you"'
}

@test "an unknown address rejects sessions that rules by address restrict" {
	local given

	policy 'rules = ( { match = { address = "10.0.0.0/8"; };
	    access = { read_only = true; }; } );'
	for given in '' 'SSH_CONNECTION=UNKNOWN 65535 UNKNOWN 65535'; do
		run --separate-stderr env -u SSH_CONNECTION ${given:+"$given"} \
		    "$SERVER" -e -F "$FILE" </dev/null
		assert_equal "$status" 78
		assert_regex "$stderr" "whether it applies is unknown"
	done
	run --separate-stderr env SSH_CONNECTION='::ffff:10.1.2.3 1 ::1 22' \
	    "$SERVER" -e -F "$FILE" </dev/null
	assert_equal "$status" 0
	assert_regex "$stderr" 'restricted but not forced'
}
