#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# libconfig 1.5 reads an integer that does not fit as another one, without an
# error: a number beyond 32 bits loses its upper bits, so that a limit of
# 4294967297 becomes 1; 20 digits become -1, or with an L behind them the
# largest number. config_lookup_int() of a number with an L that does not fit
# yields 0 and reports success. A leading zero makes no octal number: 022 is 22.
#
# Seen with libconfig9 1.5-0.4 (Debian 12). A program that takes sizes, limits
# or modes as integers has to look at the text before libconfig does, or to take
# them as strings. Takes a C compiler and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='libconfig9=1.5-0.4 libconfig-dev=1.5-0.4'

T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done

cat >read.c <<'END'
#include <stdio.h>

#include <libconfig.h>

int
main(int argc, char **argv)
{
	config_t c;
	char text[64];
	int i, found, number;
	long long wide;

	for (i = 1; i < argc; i++) {
		config_init(&c);
		snprintf(text, sizeof(text), "n = %s;", argv[i]);
		if (!config_read_string(&c, text)) {
			printf("%s: %s\n", argv[i], config_error_text(&c));
			continue;
		}
		number = -7;
		wide = -7;
		found = config_lookup_int(&c, "n", &number);
		config_lookup_int64(&c, "n", &wide);
		printf("%s: found %d, int %d, int64 %lld\n", argv[i], found,
		    number, wide);
		config_destroy(&c);
	}
	return 0;
}
END
lib=$(dirname "$(find . -name 'libconfig.so.9')")
cc -Iusr/include -o read read.c "$lib/libconfig.so.9"
LD_LIBRARY_PATH=$PWD/$lib ./read 2147483648 4294967297 0x1FFFFFFFF \
    99999999999999999999 99999999999999999999L 4294967296L 022 | tee said

cmp said - <<'END'
2147483648: found 1, int -2147483648, int64 -2147483648
4294967297: found 1, int 1, int64 1
0x1FFFFFFFF: found 1, int -1, int64 -1
99999999999999999999: found 1, int -1, int64 -1
99999999999999999999L: found 1, int 0, int64 9223372036854775807
4294967296L: found 1, int 0, int64 4294967296
022: found 1, int 22, int64 22
END
