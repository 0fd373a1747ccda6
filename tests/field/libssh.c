/* SPDX-License-Identifier: ISC */
/*
 * libssh, as tests/field/clients/libssh calls it: the library of KDE, QEMU,
 * nbdkit, FFmpeg and yafc. Downloads have several READs in flight.
 */
#include <sys/stat.h>
#include <sys/time.h>

#include <err.h>
#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE		16
#define PIECE		32000

static ssh_session ssh;
static sftp_session sftp;

struct verb {
	const char	*name;
	void		(*run)(const char *, const char *);
};

static void
check(int failed, const char *path)
{
	if (failed)
		errx(1, "%s: %s (%d)", path, ssh_get_error(ssh),
		    sftp ? sftp_get_error(sftp) : 0);
}

static int
open_here(const char *path, int flags)
{
	int fd;

	if ((fd = open(path, flags, 0666)) == -1)
		err(1, "%s", path);
	return fd;
}

static sftp_file
open_there(const char *path, int flags)
{
	sftp_file f;

	f = sftp_open(sftp, path, flags, 0666);
	check(f == NULL, path);
	return f;
}

static void
upload(const char *from, const char *to, int flags, int again)
{
	char data[PIECE];
	sftp_attributes a;
	sftp_file f = open_there(to, O_WRONLY | O_CREAT | flags);
	ssize_t n;
	int fd = open_here(from, O_RDONLY);

	if (again) {
		check((a = sftp_fstat(f)) == NULL, to);
		check(sftp_seek64(f, a->size) != 0, to);
		if (lseek(fd, (off_t)a->size, SEEK_SET) == -1)
			err(1, "%s", from);
		sftp_attributes_free(a);
	}
	while ((n = read(fd, data, sizeof(data))) > 0)
		check(sftp_write(f, data, (size_t)n) != n, to);
	if (n == -1)
		err(1, "%s", from);
	close(fd);
	if (sftp_extension_supported(sftp, "fsync@openssh.com", "1"))
		check(sftp_fsync(f) != 0, to);
	check(sftp_close(f) != SSH_NO_ERROR, to);
}

/*
 * Answers come in the order of the requests. The server may answer with less
 * than was asked for, at the end of the file only.
 */
static void
download(const char *from, const char *to, int again)
{
	char data[PIECE];
	sftp_file f = open_there(from, O_RDONLY);
	uint32_t id[AT_ONCE];
	off_t end;
	unsigned int asked = 0, got = 0;
	int fd, n = 1;

	fd = open_here(to, again ? O_WRONLY : O_WRONLY | O_CREAT | O_TRUNC);
	if ((end = lseek(fd, 0, SEEK_END)) == -1)
		err(1, "%s", to);
	check(sftp_seek64(f, (uint64_t)end) != 0, from);
	while (n > 0) {
		for (; asked - got < AT_ONCE; asked++) {
			n = sftp_async_read_begin(f, sizeof(data));
			check(n < 0, from);
			id[asked % AT_ONCE] = (uint32_t)n;
		}
		n = sftp_async_read(f, data, sizeof(data), id[got % AT_ONCE]);
		check(n < 0, from);
		if (n > 0 && write(fd, data, (size_t)n) != n)
			err(1, "%s", to);
		got++;
	}
	for (; got < asked; got++)
		sftp_async_read(f, data, sizeof(data), id[got % AT_ONCE]);
	check(sftp_close(f) != SSH_NO_ERROR, from);
	if (close(fd) == -1)
		err(1, "%s", to);
}

static void
put(const char *from, const char *to)
{
	upload(from, to, O_TRUNC, 0);
}

static void
put_again(const char *from, const char *to)
{
	upload(from, to, 0, 1);
}

static void
get(const char *from, const char *to)
{
	download(from, to, 0);
}

static void
get_again(const char *from, const char *to)
{
	download(from, to, 1);
}

static void
put_times(const char *from, const char *to)
{
	struct stat st;
	struct timeval times[2] = {{0}, {0}};

	put(from, to);
	if (stat(from, &st) == -1)
		err(1, "%s", from);
	times[0].tv_sec = st.st_atime;
	times[1].tv_sec = st.st_mtime;
	check(sftp_utimes(sftp, to, times) != 0, to);
}

static void
get_times(const char *from, const char *to)
{
	sftp_attributes a;
	struct timeval times[2] = {{0}, {0}};

	get(from, to);
	check((a = sftp_stat(sftp, from)) == NULL, from);
	times[0].tv_sec = a->atime;
	times[1].tv_sec = a->mtime;
	sftp_attributes_free(a);
	if (utimes(to, times) == -1)
		err(1, "%s", to);
}

static void
names(const char *path, const char *unused)
{
	sftp_attributes a;
	sftp_dir d;

	(void)unused;
	check((d = sftp_opendir(sftp, path)) == NULL, path);
	while ((a = sftp_readdir(sftp, d)) != NULL) {
		puts(a->name);
		sftp_attributes_free(a);
	}
	check(!sftp_dir_eof(d), path);
	check(sftp_closedir(d) != SSH_NO_ERROR, path);
}

static void
rename_file(const char *old, const char *new)
{
	check(sftp_rename(sftp, old, new) != 0, old);
}

static void
remove_file(const char *path, const char *unused)
{
	(void)unused;
	check(sftp_unlink(sftp, path) != 0, path);
}

static void
make_link(const char *target, const char *link)
{
	check(sftp_symlink(sftp, target, link) != 0, link);
}

static void
make_dir(const char *path, const char *unused)
{
	(void)unused;
	check(sftp_mkdir(sftp, path, 0777) != 0, path);
}

static void
remove_dir(const char *path, const char *unused)
{
	(void)unused;
	check(sftp_rmdir(sftp, path) != 0, path);
}

static void
set_mode(const char *mode, const char *path)
{
	check(sftp_chmod(sftp, path, (mode_t)strtol(mode, NULL, 8)) != 0, path);
}

static const struct verb verbs[] = {
	{ "put",	put },		{ "put_again",	put_again },
	{ "get",	get },		{ "get_again",	get_again },
	{ "put_times",	put_times },	{ "get_times",	get_times },
	{ "names",	names },	{ "rename",	rename_file },
	{ "remove",	remove_file },	{ "symlink",	make_link },
	{ "mkdir",	make_dir },	{ "rmdir",	remove_dir },
	{ "chmod",	set_mode },
};

static void
log_in(void)
{
	char key_file[4096];
	ssh_key key;
	unsigned int port = (unsigned int)atoi(getenv("SSHD_PORT"));
	int no = 0;

	snprintf(key_file, sizeof(key_file), "%s/user_key", getenv("SSHD_DIR"));
	if ((ssh = ssh_new()) == NULL)
		errx(1, "no session");
	ssh_options_set(ssh, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(ssh, SSH_OPTIONS_HOST, "127.0.0.1");
	ssh_options_set(ssh, SSH_OPTIONS_PORT, &port);
	ssh_options_set(ssh, SSH_OPTIONS_USER, getenv("SSHD_USER"));
	check(ssh_connect(ssh) != SSH_OK, "connect");
	check(ssh_pki_import_privkey_file(key_file, NULL, NULL, NULL, &key) !=
	    SSH_OK, key_file);
	check(ssh_userauth_publickey(ssh, NULL, key) != SSH_AUTH_SUCCESS,
	    "login");
	ssh_key_free(key);
	sftp_session new = sftp_new(ssh);
	check(new == NULL || sftp_init(new) != SSH_OK, "sftp");
	sftp = new;
}

int
main(int argc, char **argv)
{
	const char *word[3];
	size_t v;
	int i, n;

	log_in();
	for (i = 1; i < argc; i++) {
		word[1] = word[2] = "";
		for (n = 0; i < argc && strcmp(argv[i], "then") != 0; i++)
			if (n < 3)
				word[n++] = argv[i];
		for (v = 0; n > 0 && v < sizeof(verbs) / sizeof(*verbs); v++)
			if (strcmp(word[0], verbs[v].name) == 0)
				verbs[v].run(word[1], word[2]);
	}
	sftp_free(sftp);
	ssh_disconnect(ssh);
	ssh_free(ssh);
	return 0;
}
