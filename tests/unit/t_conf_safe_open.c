/* SPDX-License-Identifier: ISC */
/*
 * Policy files that are accepted and rejected because of their owner or mode.
 * The program must belong to the user who runs it; if it does not, it runs a
 * copy of itself. Only root can also give files to other users.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/fs.h"
#include "policy_case.h"
#include "scratch.h"
#include "tap.h"

static const char policy_text[] =
    "rules = ( { log = { level = \"INFO\"; }; } );\n";

static void
write_file(const char *path, const char *text, mode_t mode)
{
	scratch_file(path, text);
	if (chmod(path, mode) < 0) {
		perror(path);
		exit(1);
	}
}

/*
 * Checks that the file is accepted (`end` NULL), or rejected with a line that
 * ends so.
 */
static void
expect(const char *what, const char *path, const char *end)
{
	struct conf *c = conf_new(case_requests, case_extensions);
	struct error e;
	char line[ERROR_LINE_MAX] = "accepted";
	size_t n;

	if (conf_file(c, path, &case_facts, &e) < 0)
		error_line(&e, line);
	n = strlen(line);
	if (end == NULL)
		end = "accepted";
	if (!ok(n >= strlen(end) && strcmp(line + n - strlen(end), end) == 0,
	    "%s: %s", what, end))
		printf("# not %s\n", line);
	conf_free(c);
}

static void
check_files(void)
{
	write_file("good", policy_text, 0644);
	expect("a file", "good", NULL);
	expect("a file by way of ..", "dir/../good", NULL);
	expect("a file with slashes", ".///good", NULL);
	expect("no file", "absent", "absent: there is no such file");
	expect("no directory", "absent/good",
	    "absent/good: there is no such file");
	expect("a directory", "dir", "dir: is a directory");
	expect("a file as a directory", "good/x",
	    "good/x: \"good\": Not a directory");
	expect("a file with a slash behind it", "good/",
	    "good/: \"good\": Not a directory");
	mkfifo("fifo", 0644);
	expect("a pipe", "fifo", "fifo: \"fifo\" is not a regular file");

	write_file("webex.conf", policy_text, 0644);
	write_file("1234%.conf", policy_text, 0644);
	expect("one file per user", "%u.conf", NULL);
	expect("one file per uid", "%U%%.conf", NULL);
	expect("another token", "%d.conf", "%d.conf: there is no token %d");

	write_file("bad", "rules = (", 0644);
	expect("a file with an error", "bad", "bad:1: syntax error (the "
	    "file ends, and the bracket of line 1 is still open)");
}

static void
check_modes(void)
{
	write_file("group", policy_text, 0664);
	expect("the group may write it", "group", "group: \"group\" can be "
	    "written by others than its owner (mode 664; try chmod go-w)");
	write_file("other", policy_text, 0646);
	expect("anybody may write it", "other", "other: \"other\" can be "
	    "written by others than its owner (mode 646; try chmod go-w)");
	write_file("dir/file", policy_text, 0644);
	expect("in a directory", "dir/file", NULL);
	chmod("dir", 0775);
	expect("the directory's group may write it", "dir/file",
	    "dir/file: \"dir\" can be written by others than its owner "
	    "(mode 775; try chmod go-w)");
	chmod("dir", 0777);
	expect("anybody may write the directory", "dir/file",
	    "dir/file: \"dir\" can be written by others than its owner "
	    "(mode 777; try chmod go-w)");
	chmod("dir", 01777);
	expect("a sticky directory", "dir/file", NULL);
	chmod("dir", 0755);
}

static void
check_links(void)
{
	char absolute[PATH_MAX];

	if (symlink("good", "link") < 0 || symlink("dir", "dirlink") < 0 ||
	    symlink("nowhere", "dangling") < 0 ||
	    symlink("loop", "loop") < 0 || symlink("dir/", "slash") < 0 ||
	    symlink("good/", "fileslash") < 0 ||
	    symlink("open/file", "into") < 0 || symlink("open", "toopen") < 0)
		perror("symlink");
	expect("a link", "link", NULL);
	expect("a directory by a link", "dirlink/file", NULL);
	expect("... with a slash behind it", "slash/file", NULL);
	expect("a file by a link with a slash behind it", "fileslash",
	    "fileslash: \"good\": Not a directory");
	expect("nothing in a file by a link", "link/absent",
	    "link/absent: \"good\": Not a directory");
	expect("no file by way of a link and ..", "dirlink/../absent",
	    "dirlink/../absent: there is no such file");
	expect("a dangling link is not a missing file", "dangling",
	    "dangling: \"nowhere\": No such file or directory");
	expect("a missing file behind a link", "dirlink/absent",
	    "dirlink/absent: there is no such file");
	expect("a loop", "loop", "loop: \"loop\": too many links");
	if (realpath("good", absolute) != NULL &&
	    symlink(absolute, "absolute") == 0)
		expect("a link from the root", "absolute", NULL);
	mkdir("open", 0755);
	chmod("open", 0777);
	write_file("open/file", policy_text, 0644);
	expect("a link into a directory that anybody may write", "into",
	    "into: \"open\" can be written by others than its owner "
	    "(mode 777; try chmod go-w)");
	expect("a link to a directory that anybody may write", "toopen/file",
	    "toopen/file: \"open\" can be written by others than its owner "
	    "(mode 777; try chmod go-w)");
}

static void
check_size(void)
{
	static const size_t mib = 1024 * 1024;
	char *text = malloc(mib + 2);

	memset(text, ' ', mib + 1);
	text[mib] = '\0';
	write_file("large", text, 0644);
	expect("1 MiB", "large", NULL);
	text[mib] = ' ';
	text[mib + 1] = '\0';
	write_file("large", text, 0644);
	expect("more than 1 MiB", "large", "large: is larger than 1 MiB");
	free(text);
}

/*
 * As root: files of another user. As another user: a file that cannot be read.
 */
static void
check_owners(void)
{
	if (geteuid() != 0) {
		write_file("secret", policy_text, 0);
		expect("a file that this user cannot read", "secret",
		    "(every user reads the policy: mode 644, and 755 for "
		    "directories)");
		return;
	}
	write_file("foreign", policy_text, 0644);
	if (chown("foreign", 4321, 0) < 0 || lchown("link", 4321, 0) < 0)
		perror("chown");
	expect("another user's file", "foreign", "foreign: \"foreign\" belongs "
	    "to uid 4321 (it must belong to root)");
	expect("another user's link", "link", "link: \"link\" belongs to uid "
	    "4321 (it must belong to root)");
	if (chown("dir", 4321, 0) < 0 || chmod("dir", 01755) < 0)
		perror("chown");
	expect("another user's directory, sticky or not", "dir/file",
	    "dir/file: \"dir\" belongs to uid 4321 (it must belong to root)");
}

/* Runs a copy of this program, which belongs to the user who runs it. */
static void
run_own_copy(void)
{
	char copy[sizeof(scratch) + 8];

	snprintf(copy, sizeof(copy), "%s/copy", scratch);
	if (system("cp /proc/$PPID/exe copy && chmod 755 copy") == 0)
		execl(copy, copy, scratch, (char *)NULL);
	perror(copy);
	exit(1);
}

int
main(int argc, char **argv)
{
	umask(022);
	scratch_enter();
	if (fs_program_owner() != geteuid() && argc == 1)
		run_own_copy();
	if (argc > 1 && (unlink(argv[0]) != 0 || rmdir(argv[1]) != 0))
		perror(argv[1]);
	if (mkdir("dir", 0755) < 0) {
		perror("dir");
		return 1;
	}
	check_files();
	check_modes();
	check_links();
	check_size();
	check_owners();
	return done();
}
