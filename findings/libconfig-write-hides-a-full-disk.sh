#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# config_write_file() of libconfig 1.5 empties the file, writes it anew, and
# returns CONFIG_TRUE although the disk was full: it looks at no result of the
# writes nor of fclose(3). The settings that were there before are lost. The
# next config_read_file() can report success as well, since a setting may end
# without its semicolon: a number that was cut is another number, and for all
# that is missing the program goes on with its defaults.
#
# Seen with libconfig9 1.5-0.4 (Debian 12). A program adds to the 200 settings
# of a file, each of them the number 123456789, on a store that has 4096 bytes
# for the file:
#
#	write 300 settings: CONFIG_TRUE, 4096 of 5400 bytes arrived
#	read again: CONFIG_TRUE, 228 settings, the last is 123
#
# A program has to call config_write() with a stream of its own, on a temporary
# file, and to rename that only after ferror(3), fsync(2) and fclose(3) found no
# error. Takes a C compiler, apt-get, and a user who may mount in a namespace of
# his own. Exits 0 if it is still so.
set -eu

PACKAGES='libconfig9=1.5-0.4 libconfig-dev=1.5-0.4'

T=$(mktemp -d)
trap 'cd / && rm -rf --one-file-system "$T"' EXIT
mkdir "$T/store"
cd "$T"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done

cat >add.c <<'END'
#include <stdio.h>
#include <sys/stat.h>

#include <libconfig.h>

#define VALUE	123456789

static const char *
told(int result)
{
	return result == CONFIG_TRUE ? "CONFIG_TRUE" : "CONFIG_FALSE";
}

int
main(int argc, char *argv[])
{
	config_t config;
	config_setting_t *root;
	struct stat st;
	char name[8];
	int i, n, result;

	(void)argc;
	config_init(&config);
	if (config_read_file(&config, argv[1]) != CONFIG_TRUE)
		return 1;
	root = config_root_setting(&config);
	for (i = 300; i < 400; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		config_setting_set_int(config_setting_add(root, name,
		    CONFIG_TYPE_INT), VALUE);
	}
	n = config_setting_length(root);
	result = config_write_file(&config, argv[1]);
	if (stat(argv[1], &st) != 0)
		return 1;
	printf("write %d settings: %s, %d of %d bytes arrived\n", n,
	    told(result), (int)st.st_size,
	    n * snprintf(NULL, 0, "s100 = %d;\n", VALUE));
	config_destroy(&config);

	config_init(&config);
	result = config_read_file(&config, argv[1]);
	root = config_root_setting(&config);
	n = config_setting_length(root);
	printf("read again: %s, %d settings, the last is %d\n", told(result), n,
	    n > 0 ? config_setting_get_int_elem(root, n - 1) : 0);
	config_destroy(&config);
	return 0;
}
END
library=$(dirname "$(find "$T/usr/lib" -name 'libconfig.so.9')")
cc -Iusr/include -o add add.c -L"$library" -Wl,-rpath,"$library" -lconfig

for ((i = 100; i < 300; i++)); do
	echo "s$i = 123456789;"
done >settings
unshare -rm sh -eu -c '
	mount -t tmpfs -o size=16k tmpfs store
	cp settings store
	head -c 12288 /dev/zero >store/full
	./add store/settings' | tee said

cmp said - <<'END'
write 300 settings: CONFIG_TRUE, 4096 of 5400 bytes arrived
read again: CONFIG_TRUE, 228 settings, the last is 123
END
