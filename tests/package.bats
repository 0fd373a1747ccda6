# SPDX-License-Identifier: ISC
# Promises that packagers rely on: a release that builds without git
# and autoconf, that installs where it is told, uses the flags it is given and
# comes out the same in every directory.

setup_file()
{
	# make hands its variables down, and these are makes of their own.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	unset CC CFLAGS CPPFLAGS LDFLAGS BUILD DESTDIR SAN
	SOURCE=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	TREE=$BATS_FILE_TMPDIR/one
	export SOURCE TREE
	copy_source "$TREE"
	cd "$TREE" || return
	[[ -e configure ]] || autoconf
	./configure --quiet --prefix=/opt/slipway CFLAGS='-O0 -g'
	make -s
}

setup()
{
	bats_load_library bats-support
	bats_load_library bats-assert
	cd "$TREE" || return
}

# copy_source DIR: this source there, with nothing configured or built.
copy_source()
{
	mkdir "$1"
	tar -C "$SOURCE" -cf - --exclude=./.git --exclude='./config.*' \
	    --exclude=./build --exclude='./slipway-*' . | tar -C "$1" -xf -
}

# Prints every command that make would run for a build from nothing.
commands()
{
	make -Bn -o configure -o config.mk -o config.h "$@"
}

# A directory of programs, all there are but autoconf, for PATH.
without_autoconf()
{
	mkdir "$BATS_TEST_TMPDIR/bin"
	find /usr/bin/ ! -type d ! -name 'auto*' \
	    -exec ln -s -t "$BATS_TEST_TMPDIR/bin" {} +
	echo "$BATS_TEST_TMPDIR/bin"
}

@test "install writes everything below DESTDIR, as any user" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/to"
	run find "$BATS_TEST_TMPDIR/to" -type f -printf '%m /%P\n'
	assert_line '755 /opt/slipway/libexec/slipway/sftp-server'
	assert_line '644 /opt/slipway/share/man/man8/slipway.8'
	assert_line '644 /opt/slipway/share/man/man7/slipway-protocol.7'
	assert_line '644 /opt/slipway/share/man/man5/slipway.conf.5'
	refute_line --regexp '^[0-9]+ /(usr|etc|root|home|tmp)/'
	assert_equal "$(find "$BATS_TEST_TMPDIR/to" -name '*.[1-9]' | wc -l)" \
	    "$(find man -name '*.[1-9]' | wc -l)"
}

@test "installed manuals name the installed paths" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/to"
	cd "$BATS_TEST_TMPDIR/to/opt/slipway/share/man"
	run grep -hoE '(/[a-z]+)+/slipway(/sftp-server|[.]conf)' \
	    man5/slipway.conf.5 man7/slipway-protocol.7 man8/slipway.8
	assert_line /opt/slipway/libexec/slipway/sftp-server
	assert_line /opt/slipway/etc/slipway.conf
	refute_line --regexp '^/(usr|etc)/'
}

@test "install-extras installs programs and units that fit together" {
	local to=$BATS_TEST_TMPDIR/to program

	make -s install install-extras DESTDIR="$to"
	run find "$to" -type f -printf '%m /%P\n'
	assert_line '755 /opt/slipway/libexec/slipway/on-upload'
	assert_line '755 /opt/slipway/bin/sftp-who'
	assert_line '644 /opt/slipway/share/man/man1/sftp-who.1'
	assert_line '644 /opt/slipway/lib/systemd/system/on-upload.socket'
	assert_line '644 /opt/slipway/lib/systemd/system/on-upload.service'
	assert_line '644 /opt/slipway/share/doc/slipway/SECURITY'
	refute_line --regexp '^[0-9]+ /(usr|etc|root|home|tmp)/'
	program=$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' \
	    "$to/opt/slipway/lib/systemd/system/on-upload.service")
	assert [ -x "$to$program" ]
	"$to$program" -h
	"$to/opt/slipway/bin/sftp-who" -h
}

# The manual's example, the units and the directory that tmpfiles.d makes.
@test "one path of a socket stands in all that is installed" {
	make -s install install-extras DESTDIR="$BATS_TEST_TMPDIR/to"
	run grep -rhoE '/run/slipway[a-z./]*' "$BATS_TEST_TMPDIR/to"
	assert_equal "$(sort -u <<<"$output")" \
	    $'/run/slipway\n/run/slipway/transfers'
}

@test "an installed README names what is installed" {
	local to=$BATS_TEST_TMPDIR/to doc name

	make -s install install-extras DESTDIR="$to"
	doc=$to/opt/slipway/share/doc/slipway
	run grep -E 'contrib/|make |configure|HACKING|LICENSE' "$doc/README"
	refute_output
	for name in $(sed -n '/^Read on/,$s/^	\([^	]*\).*/\1/p' \
	    "$doc/README"); do
		case $name in
		*'('?')')	name=/opt/slipway/share/man/man${name: -2:1}/$(
				    sed 's/(/./; s/)//' <<<"$name") ;;
		/*)		;;
		*)		name=${doc#"$to"}/$name ;;
		esac
		assert [ -e "$to$name" ]
	done
}

@test "uninstall leaves no file or directory of its own, and can be repeated" {
	make -s install install-extras DESTDIR="$BATS_TEST_TMPDIR/to"
	mkdir "$BATS_TEST_TMPDIR/to/opt/slipway/libexec/other"
	make -s uninstall DESTDIR="$BATS_TEST_TMPDIR/to"
	run find "$BATS_TEST_TMPDIR/to" -type f -o -path '*/slipway/*/slipway'
	refute_output
	assert [ -d "$BATS_TEST_TMPDIR/to/opt/slipway/libexec/other" ]
	run make -s uninstall DESTDIR="$BATS_TEST_TMPDIR/to"
	assert_success
	refute_output
}

@test "flags given to make are in each command that they belong to" {
	run commands CC=my-cc CPPFLAGS=-DMY_CPP CFLAGS=-DMY_C
	assert_line --regexp '^my-cc .* -c '
	refute_line --regexp '^gcc '
	[[ $(grep -c -- ' -c ' <<<"$output") -eq \
	    $(grep -c -- '-DMY_CPP .*-DMY_C .* -c ' <<<"$output") ]]
	run commands LDFLAGS=-Lmy-ld DEPS_LIBS=-lmy-deps
	assert_line --regexp ' -Lmy-ld .* -o build/sftp-server .* -lmy-deps'
}

@test "flags given to configure are kept" {
	run grep -x 'CFLAGS = -O0 -g' config.mk
	assert_success
	touch configure.ac
	make -s config.mk
	run grep -x 'CFLAGS = -O0 -g' config.mk
	assert_success
	run grep -x 'prefix = /opt/slipway' config.mk
	assert_success
}

@test "the binary does not depend on the directory of the build" {
	copy_source "$BATS_TEST_TMPDIR/another directory"
	cd "$BATS_TEST_TMPDIR/another directory"
	[[ -e configure ]] || autoconf
	./configure --quiet --prefix=/opt/slipway CFLAGS='-O0 -g'
	make -s
	run cmp "$TREE/build/sftp-server" build/sftp-server
	assert_success
	run grep -cF -e "$BATS_FILE_TMPDIR" "$TREE/build/sftp-server"
	assert_output 0
}

@test "make -s prints nothing, from configuring to installing" {
	copy_source "$BATS_TEST_TMPDIR/quiet"
	cd "$BATS_TEST_TMPDIR/quiet"
	run make -s install DESTDIR="$BATS_TEST_TMPDIR/to"
	assert_success
	refute_output
}

@test "make distclean needs no configuration and leaves none" {
	command -v autoconf >/dev/null || skip 'autoconf is not installed'
	copy_source "$BATS_TEST_TMPDIR/clean"
	cd "$BATS_TEST_TMPDIR/clean"
	rm -rf configure autom4te.cache
	make clean
	refute [ -e configure ]
	make -s config.mk
	make distclean
	run find . -maxdepth 1 -name 'conf*'
	assert_equal "$(sort <<<"$output")" $'./configure\n./configure.ac'
	make maintainer-clean
	run find . -maxdepth 1 -name 'conf*'
	assert_output ./configure.ac
}

@test "a build outside the source tree makes the same binary" {
	copy_source "$BATS_TEST_TMPDIR/source"
	cd "$BATS_TEST_TMPDIR/source"
	[[ -e configure ]] || autoconf
	# The source tree is not for writing, not even for what tests make.
	mkdir ../there
	cd ../there
	../source/configure --quiet --prefix=/opt/slipway CFLAGS='-O0 -g'
	make -s all build/unit/t_wire_status
	run cmp "$TREE/build/sftp-server" build/sftp-server
	assert_success
	run build/unit/t_wire_status
	assert_success
	make -s install DESTDIR="$BATS_TEST_TMPDIR/to"
	cd "$BATS_TEST_TMPDIR/to/opt/slipway"
	assert [ -e share/man/man8/slipway.8 ]
	cd -
	# A template that changes is noticed from there.
	touch ../source/src/config.mk.in
	run make -s all
	assert_success
	run find ../source -newer config.status ! -type d \
	    ! -name config.mk.in
	refute_output
	make -s distclean
	run ls
	refute_output
}

@test "a configure that failed is not repeated with other arguments" {
	local asked=(./configure --quiet CC=no-such-compiler)

	copy_source "$BATS_TEST_TMPDIR/failed"
	cd "$BATS_TEST_TMPDIR/failed"
	[[ -e configure ]] || autoconf
	run "${asked[@]}"
	assert_failure
	run make -s all
	assert_failure
	assert_output --partial 'configure failed, see config.log'
	refute [ -e build ]

	# An earlier one that succeeded is no answer either.
	./configure --quiet
	run "${asked[@]}"
	assert_failure
	run make -s all
	assert_failure
	assert_output --partial 'configure failed, see config.log'
	refute [ -e build ]

	# Without arguments, make asks for what it would ask for anyhow.
	PKG_CONFIG=/bin/false run make -s all
	assert_failure
	make -s distclean
	PKG_CONFIG=/bin/false run make -s all
	assert_failure
	assert_output --partial 'libbsd is required'
	run make -s config.mk
	assert_success
}

@test "autoreconf makes the same configure, and leaves the templates" {
	command -v autoreconf >/dev/null || skip 'autoreconf is not installed'
	copy_source "$BATS_TEST_TMPDIR/again"
	cd "$BATS_TEST_TMPDIR/again"
	run autoreconf -fi
	assert_success
	run diff -r src "$SOURCE/src"
	assert_success
	./configure --quiet --prefix=/opt/slipway CFLAGS='-O0 -g'
	run cmp config.h "$TREE/config.h"
	assert_success
}

@test "gcc and clang give no warning with LTO and FORTIFY_SOURCE" {
	local cc flags=(-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)

	for cc in gcc clang; do
		command -v $cc >/dev/null || skip "$cc is not installed"
		[[ $cc != gcc ]] || flags+=(-flto=auto)
		run make -s BUILD="$BATS_TEST_TMPDIR/$cc" CC=$cc \
		    CFLAGS="${flags[*]}" all
		assert_success
		refute_output
	done
}

@test "a release holds the tracked files and configure, and builds alone" {
	local tool bin
	for tool in git autoconf; do
		command -v $tool >/dev/null || skip "$tool is not installed"
	done
	git -C "$SOURCE" rev-parse 2>/dev/null || skip 'not a clone of git'

	cd "$BATS_TEST_TMPDIR"
	git clone -q "$SOURCE" clone
	make -s -C clone dist
	tar -xzf clone/slipway-*.tar.gz
	cd slipway-*/
	{ git -C ../clone ls-files; echo configure; } | sort >../expected
	find . ! -type d -printf '%P\n' | sort >../found
	run diff ../expected ../found
	assert_success

	# As unpackers and importers do that keep no times.
	touch configure.ac
	bin=$(without_autoconf)
	PATH=$bin run make -s CFLAGS=-O0 everything
	assert_success
	assert_output 'no autoconf here: taking configure as it is'
	assert [ -x build/sftp-server ]
}

@test "-V names the optional libraries, and the server opens each of them" {
	local noted

	run build/sftp-server -V
	assert_output --regexp '^slipway [0-9.]+( \([a-z, ]+\))?$'
	command -v readelf >/dev/null || skip 'readelf is not installed'
	noted=$(readelf -p .note.dlopen build/sftp-server)
	if [[ $output == *nettle* ]]; then
		assert_regex "$noted" '"soname":\["libnettle\.so\.[0-9]+"\]'
	else
		[[ $noted != *libnettle* ]]
	fi
	# Each costs every session a tenth of its start.
	run bash -c 'readelf -d build/sftp-server | grep NEEDED'
	refute_output --regexp 'libnettle'
}

@test "configure --without-nettle leaves nettle out though it is there" {
	copy_source ../bare
	cd ../bare
	./configure --quiet --without-nettle
	run grep -hE 'HAVE_NETTLE|BUILT_WITH|nettle' config.h config.mk
	assert_output --regexp '#define HAVE_NETTLE 0'
	refute_output --regexp '\(.*nettle|-lnettle'
}

@test "a build without optional parts works, and -V says so" {
	local plain=$BATS_TEST_TMPDIR/plain

	copy_source "$plain"
	cd "$plain"
	[[ -e configure ]] || autoconf
	./configure --quiet --without-nettle --without-landlock \
	    --without-seccomp CFLAGS=-O0
	make -s all build/unit/t_request_table
	run build/sftp-server -V
	assert_output --regexp '^slipway [0-9.]+$'
	run build/unit/t_request_table
	assert_success
	export SERVER=$plain/build/sftp-server
	# Tests that take nettle skip themselves; the others must not miss it.
	run tests/lib/pytap.py tests/wire/digest.py \
	    CheckFile.test_every_algorithm CheckFile.test_blocks Ranges
	assert_success
	run tests/lib/pytap.py tests/wire/versions_hello.py
	assert_success
	run tests/lib/pytap.py tests/wire/rights.py Paths.test_hidden
	assert_success
}
