/* SPDX-License-Identifier: ISC */
/*
 * usage: sequences [-l LEN] [-s SHARE] [-j WORKERS] [-f SCRIPTS] [-x LETTERS]
 *                  [PATTERN ...]
 *
 *   -l  requests in the longest sequences (6)
 *   -s  run one in SHARE (1) of the longest sequences, one in SHARE / 16 of
 *       those that are shorter by one request, and so on
 *   -j  processes (one for each processor)
 *   -f  scripts to print for the failures of a scope, at most (20)
 *   -x  leave out letters whose lines in a script match a pattern, so that
 *       other faults show beside a known one
 *
 * Run the scopes whose names match a pattern, or all. Print TAP, and a script
 * for tests/wire/wire for each kind of failure.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <grp.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/tap.h"
#include "explore.h"
#include "play.h"

#define NOBODY	65534

static const struct policy_row policies[] = {
	{ .name = "none", .options = { NULL } },
	{ .name = "webex", .options = { "profile=webex",
	    "rename.when=always" }, .overwrites = true,
	    .handles = HANDLES_COME_BACK },
	{ .name = "force-close", .options = { "profile=force-close" },
	    .overwrites = true, .handles = HANDLES_CLOSED },
	{ .name = "atomic", .options = { "files.atomic=yes" },
	    .uploads = UPLOADS_ATOMIC },
	{ .name = "keep", .options = { "files.atomic=keep" },
	    .uploads = UPLOADS_KEPT },
	{ .name = "root", .options = { NULL }, .root = true },
	{ .name = "root-atomic", .options = { "files.atomic=yes" },
	    .root = true, .uploads = UPLOADS_ATOMIC },
	{ .name = "root-keep", .options = { "files.atomic=keep" },
	    .root = true, .uploads = UPLOADS_KEPT },
	{ .name = "no-delete", .options = { "access.rights=list,stat,read,"
	    "create,modify,replace,rename,mkdir,rmdir,symlink,link,setstat" },
	    .no_delete = true },
};

/*
 * Kinds of scopes; each policy has one of each kind. Scopes that differ little
 * from the first, or that have very many sequences, end at length `most`.
 */
static const struct {
	const char	*name;
	int		 most;
	struct scope	 scope;
} kinds[] = {
	{ "v6", MAX_LEN, { .version = 6, .sessions = 1 } },
	{ "v3", 5, { .version = 3, .sessions = 1 } },
	{ "v3-bare", MAX_LEN, { .version = 3, .sessions = 1, .bare = true } },
	{ "v6-faults", 5, { .version = 6, .sessions = 1, .faults = true } },
	{ "v6-two", 5, { .version = 6, .sessions = 2 } },
};

static char dir[256];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static void
remove_dir(void)
{
	if (chdir("/") == 0)
		(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

/* Make and enter a directory, on a tmpfs if there is one. */
static void
enter_dir(void)
{
	const char *tmp = getenv("TMPDIR"), *in = "/dev/shm";
	struct statfs st;

	if (statfs(in, &st) == -1 || st.f_type != TMPFS_MAGIC ||
	    access(in, W_OK) == -1) {
		in = tmp == NULL ? "/tmp" : tmp;
		printf("# the trees are in %s, not in memory\n", in);
	}
	snprintf(dir, sizeof(dir), "%s/slipway.XXXXXX", in);
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1 ||
	    chdir(dir) == -1)
		die(dir);
}

/* Give up root, for which modes of files mean nothing. */
static void
become_nobody(void)
{
	if (geteuid() != 0)
		return;
	if (chown(".", NOBODY, NOBODY) == -1 || setgroups(0, NULL) == -1 ||
	    setgid(NOBODY) == -1 || setuid(NOBODY) == -1)
		die("to become nobody");
}

/* True if files can have the marks that files.atomic = keep needs. */
static bool
has_marks(void)
{
	int fd = open("mark", O_RDWR | O_CREAT, 0600);
	bool has = fd != -1 && fsetxattr(fd, "user.mark", "", 0, 0) == 0;

	(void)close(fd);
	(void)unlink("mark");
	return has;
}

static bool
is_asked_for(const char *name, char **patterns)
{
	if (*patterns == NULL)
		return true;
	for (; *patterns != NULL; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

static void
run_scope(const struct policy_row *policy, size_t kind,
    const struct plan *plan, char **patterns)
{
	struct scope sc = kinds[kind].scope;
	struct plan its = *plan;
	struct result r;
	char name[64];
	bool good;

	snprintf(name, sizeof(name), "%s-%s", policy->name, kinds[kind].name);
	if (!is_asked_for(name, patterns))
		return;
	if (policy->uploads == UPLOADS_KEPT && !has_marks()) {
		ok(true, "%s # skip no extended attributes here", name);
		return;
	}
	sc.policy = policy;
	its.len = plan->len < kinds[kind].most ? plan->len : kinds[kind].most;
	good = explore(&sc, &its, &r);
	ok(good, "%s: %llu sequences of up to %d requests, "
	    "by %llu worlds, in %.0f s", name,
	    (unsigned long long)r.sequences, its.len,
	    (unsigned long long)r.worlds, r.seconds);
	if (r.failures + r.crashes > 0)
		printf("# %llu fail, %llu crash\n",
		    (unsigned long long)r.failures,
		    (unsigned long long)r.crashes);
}

static void
usage(void)
{
	fprintf(stderr, "usage: sequences [-l len] [-s share] [-j workers] "
	    "[-f scripts] [-x letters] [pattern ...]\n");
	exit(2);
}

static void
parse(struct plan *plan, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "l:s:j:f:x:")) != -1)
		switch (c) {
		case 'l':
			plan->len = atoi(optarg);
			break;
		case 's':
			plan->share = (unsigned)atoi(optarg);
			break;
		case 'j':
			plan->workers = atoi(optarg);
			break;
		case 'f':
			plan->scripts = atoi(optarg);
			break;
		case 'x':
			plan->without = optarg;
			break;
		default:
			usage();
		}
	if (plan->len < 2 || plan->len > MAX_LEN || plan->share < 1 ||
	    plan->workers < 1 || plan->workers > MAX_WORKERS)
		usage();
}

int
main(int argc, char **argv)
{
	const struct rlimit limit = { 1 << 20, 1 << 20 };
	struct plan plan = { .len = 6, .share = 1, .scripts = 20,
	    .workers = (int)sysconf(_SC_NPROCESSORS_ONLN) };
	size_t kind, i;
	int r;

	parse(&plan, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGXFSZ, SIG_IGN);
	(void)setrlimit(RLIMIT_FSIZE, &limit);
	enter_dir();
	become_nobody();
	for (kind = 0; kind < nelems(kinds); kind++)
		for (i = 0; i < nelems(policies); i++)
			run_scope(&policies[i], kind, &plan, argv + optind);
	r = done();
	remove_dir();
	return r;
}
