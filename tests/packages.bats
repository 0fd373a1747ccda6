# SPDX-License-Identifier: ISC
# The packages that contrib/package makes, and the files that they bring beside
# the server: make check-all runs this.

setup_file()
{
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	unset CC CFLAGS CPPFLAGS LDFLAGS BUILD DESTDIR SAN
	SOURCE=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	SERVER=${SERVER:-$SOURCE/build/sftp-server}
	export SOURCE SERVER
}

setup()
{
	bats_load_library bats-support
	bats_load_library bats-assert
	# rpm and the checkers keep databases and settings at home.
	export HOME=$BATS_TEST_TMPDIR/home
	mkdir "$HOME"
	cd "$SOURCE" || return
}

# built_twice KIND TOOL ...: builds the package, and once more elsewhere, of
# files that are in no repository. Skips the test if a tool is not installed.
built_twice()
{
	local kind=$1 tool source=$BATS_TEST_TMPDIR/else/where

	for tool in git "${@:2}"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
	git rev-parse 2>/dev/null || skip 'not a clone of git'
	# The package is made of what is there now.
	mkdir -p "$BATS_TEST_TMPDIR/one" "$source" "$BATS_TEST_TMPDIR/tmp"
	git ls-files -z -co --exclude-standard | tar --null -cf - -T - |
	    tar -xf - -C "$source"
	contrib/package --no-check --to "$BATS_TEST_TMPDIR/one" "$kind"
	(
		umask 077
		cd "$source"
		HOME=$BATS_TEST_TMPDIR TMPDIR=$BATS_TEST_TMPDIR/tmp \
		    TZ=Asia/Kathmandu contrib/package --no-check \
		    --to "$BATS_TEST_TMPDIR/two" "$kind"
	)
}

# found_in FILES NAME ...
found_in()
{
	local name

	for name in "${@:2}"; do
		grep -qxF -e "$name" <<<"$1" || { echo "no $name"; return 1; }
	done
}

PAYLOAD='/usr/libexec/slipway/sftp-server
/usr/libexec/slipway/on-upload
/usr/bin/sftp-who
/usr/share/doc/slipway/examples/chroot/slipway.conf
/usr/share/doc/slipway/examples/slipway.conf
/usr/share/doc/slipway/log-readers
/usr/share/bash-completion/completions/sftp-server
/etc/apparmor.d/slipway
/usr/lib/tmpfiles.d/slipway.conf'
UNITS='/usr/lib/systemd/system/on-upload.service
/usr/lib/systemd/system/on-upload.socket'

@test "the deb is clean, the same twice, and its test logs in" {
	built_twice deb dpkg-buildpackage dh dh_apparmor fakeroot lintian blhc
	cd "$BATS_TEST_TMPDIR"
	for deb in one/*.deb; do
		run cmp "$deb" "two/${deb#one/}"
		assert_success
	done
	run lintian --allow-root --fail-on error,warning --pedantic \
	    one/*.changes
	assert_success
	refute_output --regexp '(^|\n)[EW]: '
	run blhc --all one/deb.log
	assert_success
	refute_output
	dpkg-deb -x one/slipway_*.deb root
	# shellcheck disable=SC2086	# one word a name
	found_in "$(find root -type f -printf '/%P\n' |
	    sed 's,^/lib/,/usr/lib/,')" $PAYLOAD $UNITS \
	    /usr/share/zsh/vendor-completions/_sftp-server
	SERVER=$PWD/root/usr/libexec/slipway/sftp-server \
	    run "$SOURCE/contrib/debian/tests/login"
	assert_success
	assert_output --partial 'slipway '
}

@test "the rpm is clean, and the same twice" {
	local package

	built_twice rpm rpmbuild rpmlint
	cd "$BATS_TEST_TMPDIR"
	# Some releases of rpm make a package of debugging data, too.
	for package in one/*.rpm; do
		cmp "$package" "two/${package#one/}"
	done
	run rpmlint -c "$SOURCE/contrib/rpm/rpmlint.toml" \
	    one/slipway-[0-9]*.rpm "$SOURCE/contrib/rpm/slipway.spec"
	assert_success
	assert_output --partial '0 errors, 0 warnings'
	# shellcheck disable=SC2086
	found_in "$(rpm -qpl one/*.rpm)" $PAYLOAD $UNITS \
	    /usr/share/zsh/site-functions/_sftp-server
}

# Runs the functions of a recipe as makepkg and abuild do, but for check, and
# without spending time on optimization.
recipe()
{
	local version

	version=$(sed -n 's/^AC_INIT([^,]*, \[\([^]]*\)\].*/\1/p' configure.ac)
	git rev-parse 2>/dev/null || skip 'not a clone of git'
	mkdir -p "$BATS_TEST_TMPDIR/slipway-$version"
	git ls-files -z -co --exclude-standard | tar --null -cf - -T - |
	    tar -xf - -C "$BATS_TEST_TMPDIR/slipway-$version"
	cd "$BATS_TEST_TMPDIR/slipway-$version"
	autoconf
	[[ $1 == alpine/* ]] || cd ..
	pkgdir=$BATS_TEST_TMPDIR/to
	# shellcheck disable=SC1090
	. "$SOURCE/contrib/$1"
	# shellcheck disable=SC2154
	assert_equal "$pkgver" "$version"
	(export CFLAGS=-O0; build)
	(package)
}

@test "the recipes of Arch and Alpine build and install" {
	recipe arch/PKGBUILD
	found_in "$(find "$pkgdir" -type f -printf '/%P\n')" \
	    /usr/lib/slipway/sftp-server /etc/apparmor.d/slipway \
	    /usr/share/licenses/slipway/LICENSE
	# The paths in what is installed are those that it is installed at.
	run grep -l /usr/lib/slipway/sftp-server \
	    "$pkgdir/etc/apparmor.d/slipway"
	assert_success
	run grep -l =/usr/lib/slipway/on-upload \
	    "$pkgdir/usr/lib/systemd/system/on-upload.service"
	assert_success
	rm -rf "$pkgdir" "$BATS_TEST_TMPDIR"/slipway-*
	cd "$SOURCE"
	recipe alpine/APKBUILD
	# shellcheck disable=SC2086
	found_in "$(find "$pkgdir" -type f -printf '/%P\n')" $PAYLOAD
	refute [ -e "$pkgdir/usr/lib/systemd" ]
}

@test "the packages have the version that configure.ac has" {
	local version

	version=$(sed -n 's/^AC_INIT([^,]*, \[\([^]]*\)\].*/\1/p' configure.ac)
	run sed -n '1s/.*(\(.*\)-.*/\1/p' contrib/debian/changelog
	assert_output "$version"
	run sed -n 's/^Version: *//p' contrib/rpm/slipway.spec
	assert_output "$version"
}

@test "the AppArmor profile parses, and confines where the kernel can" {
	command -v apparmor_parser >/dev/null ||
	    skip 'apparmor_parser is not installed'
	run apparmor_parser -QTK -M /etc/apparmor.d/abi/3.0 \
	    contrib/slipway.apparmor
	assert_success
	[[ -d /sys/kernel/security/apparmor && $(id -u) -eq 0 ]] ||
	    skip 'the kernel has no AppArmor, or this is not root'
	sed "s,^profile .* /usr,profile slipway-test.$$ /usr,
	    s,/usr/libexec/slipway/sftp-server,$SERVER," \
	    contrib/slipway.apparmor >"$BATS_TEST_TMPDIR/profile"
	apparmor_parser -rTK "$BATS_TEST_TMPDIR/profile"
	run tests/lib/pytap.py tests/wire/v3.py
	apparmor_parser -RTK "$BATS_TEST_TMPDIR/profile"
	assert_success
}

# complete_bash WORD ...: prints what bash offers for the last word.
complete_bash()
{
	(
		. contrib/completion/sftp-server.bash
		compopt() { :; }
		COMP_WORDS=("$SERVER" "$@")
		COMP_CWORD=$#
		_sftp_server "$SERVER" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
		[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
	)
}

@test "completions offer the options of the usage and the server's settings" {
	local options name profiles

	options=$("$SERVER" -h 2>&1 | grep -oE -- '-[a-zA-Z]+' |
	    grep -o '[a-zA-Z]' | grep -vx '[^edhRflPpuFmoQtTCV]' | sort -u)
	run complete_bash -
	assert_equal "$(tr -d - <<<"$output" | sort)" "$options"
	run grep -oE -- "^ +['\"][*]?-[a-zA-Z]" contrib/completion/_sftp-server
	assert_equal "$(grep -o '[a-zA-Z]' <<<"$output" | sort)" "$options"

	run complete_bash -o ''
	assert_equal "$(sort <<<"$output")" "$({ echo profile=
	    "$SERVER" -Q settings | sed 's/\t.*/=/'; } | sort)"
	run complete_bash -o rename.overwrite =
	assert_output $'if-asked\nalways\nnever'
	run complete_bash -o rename.overwrite = al
	assert_output always
	run complete_bash -o limits.handles =
	refute_output
	run complete_bash -p posix
	assert_output posix-rename

	# All profiles that are built in, and no other.
	profiles=$(sed -nE 's/^\t\{ "([a-z-]+)", (NULL|"[a-z-]+"),.*/\1/p' \
	    src/conf/rules.c | sort)
	run complete_bash -o profile =
	assert_equal "$(sort <<<"$output")" "$profiles"
	for name in $profiles; do
		grep -qw -- "$name" contrib/completion/_sftp-server
		"$SERVER" -t -o "profile=$name"
	done
	! command -v zsh >/dev/null || zsh -n contrib/completion/_sftp-server
}
