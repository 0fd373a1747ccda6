# SPDX-License-Identifier: ISC
# What the policy's manual and examples say is what the program does.
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

# Writes the manual's policies to files $1.1, $1.2 and so on.
examples() {
	awk -v to="$1" '
	/^\.Bd/ { block = ""; inside = 1; next }
	/^\.Ed/ {
		if (block ~ /^(rules|profiles) = /)
			printf "%s", block >(to "." ++n)
		inside = 0
	}
	inside { block = block $0 "\n" }' "$manual"
}

@test "each setting has its entry and default in slipway.conf(5), and no other" {
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

@test "each policy in slipway.conf(5) is a correct one" {
	local f n=0
	examples "$BATS_TEST_TMPDIR/example"
	for f in "$BATS_TEST_TMPDIR"/example.*; do
		chmod go-w "$f"
		run "$SERVER" -t -F "$f"
		assert_success
		n=$((n + 1))
	done
	assert [ "$n" -ge 6 ]
}

@test "contrib/slipway.conf is a correct policy, with nobody else too" {
	local f=$BATS_TEST_TMPDIR/slipway.conf
	sed 's/^  #  ,{/  ,{/' contrib/slipway.conf >"$f"
	chmod go-w "$f"
	run "$SERVER" -t -F "$f"
	assert_success
	run grep -c '^  ,{ session' "$f"
	assert_output 1
}

@test "slipway.conf(5) is well-formed" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	run mandoc -Tlint -W warning "$manual"
	assert_success
	refute_output
}

@test "-t finds a charset that the system does not know, where it stands" {
	run "$SERVER" -t -o protocol.charset=no-such
	[ "$status" -eq 78 ]
	[ "$output" = '-o: protocol.charset: "no-such" is no charset that this system knows' ]
	run "$SERVER" -t -o protocol.charset=ISO-8859-15
	[ "$status" -eq 0 ]
}

@test "-t says what is wrong with an option of OpenSSH's, too" {
	run "$SERVER" -t -u 999
	[ "$status" -eq 255 ]
	[ "$output" = 'Invalid umask "999"' ]
}
