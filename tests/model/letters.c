/* SPDX-License-Identifier: ISC */
/* The alphabet of a scope, and letters as lines for tests/wire/wire. */
#include "config.h"

#include <string.h>

#include "model.h"

const struct way ways[] = {
	{ "r", .reads = true },
	{ "rt", .reads = true, .truncates = true },
	{ "rc", .reads = true, .creates = true },
	{ "w", .writes = true },
	{ "wt", .writes = true, .truncates = true },
	{ "wc", .writes = true, .creates = true },
	{ "wct", .writes = true, .creates = true, .truncates = true },
	{ "wcx", .writes = true, .creates = true, .excludes = true,
	    .mode = 0444 },
	{ "wca", .writes = true, .creates = true, .appends = true },
	{ "rwct", .reads = true, .writes = true, .creates = true,
	    .truncates = true },
	{ "wct", .writes = true, .creates = true, .truncates = true,
	    .removes = true },
};
const size_t way_count = nelems(ways);

/* Paths of files, and the requests that are made of each. */
static const uint8_t files[] = { PATH_A, PATH_B, PATH_DA, PATH_LA, PATH_BA };
static const uint8_t on_files[] = { OP_REMOVE, OP_SETSIZE, OP_SETMODE,
    OP_STAT, OP_LSTAT };

/* Letters for directories and the link. This OPEN only reads. */
static const uint8_t others[][2] = {
	{ OP_OPEN, PATH_D }, { OP_REMOVE, PATH_D }, { OP_REMOVE, PATH_L },
	{ OP_SETMODE, PATH_D }, { OP_SETSIZE, PATH_D }, { OP_STAT, PATH_L },
	{ OP_LSTAT, PATH_L }, { OP_OPENDIR, PATH_D }, { OP_OPENDIR, PATH_L },
	{ OP_OPENDIR, PATH_TOP }, { OP_LIST, PATH_TOP }, { OP_LIST, PATH_D },
	{ OP_LIST, PATH_B }, { OP_MKDIR, PATH_B }, { OP_MKDIR, PATH_D },
	{ OP_RMDIR, PATH_A }, { OP_RMDIR, PATH_B }, { OP_RMDIR, PATH_D },
	{ OP_RMDIR, PATH_L },
};

/* Old and new names. */
static const uint8_t renames[][2] = {
	{ PATH_A, PATH_B }, { PATH_B, PATH_A }, { PATH_A, PATH_DA },
	{ PATH_DA, PATH_A }, { PATH_DA, PATH_B }, { PATH_LA, PATH_B },
	{ PATH_A, PATH_LA }, { PATH_D, PATH_B }, { PATH_B, PATH_D },
	{ PATH_L, PATH_B },
};

/* Files and their new names. */
static const uint8_t links[][2] = {
	{ PATH_A, PATH_B }, { PATH_B, PATH_A }, { PATH_DA, PATH_B },
	{ PATH_A, PATH_LA },
};

/* New names and their targets. */
static const uint8_t symlinks[][2] = {
	{ PATH_B, PATH_A }, { PATH_A, PATH_DA },
};

static const uint8_t on_handles[] = { OP_CLOSE, OP_READ, OP_READDIR, OP_FSTAT,
    OP_FSETSIZE, OP_FSETMODE, OP_WRITE };

/* A list of letters, and the session of letters that are added. */
struct list {
	struct letter	*to;
	size_t		 len;
	uint8_t		 session;
};

static void
add(struct list *list, enum op op, int path, int path2, int handle, int how)
{
	list->to[list->len++] = (struct letter){ (uint8_t)op, list->session,
	    (uint8_t)path, (uint8_t)path2, (uint8_t)handle, (uint8_t)how };
}

static void
add_pairs(struct list *list, enum op op, const uint8_t (*pairs)[2], size_t n,
    int how)
{
	size_t i;

	for (i = 0; i < n; i++)
		add(list, op, pairs[i][0], pairs[i][1], 0, how);
}

static void
add_on_paths(const struct scope *sc, struct list *list)
{
	size_t i, k;

	for (i = 0; i < nelems(files); i++) {
		for (k = 0; k < way_count; k++)
			if (!ways[k].removes || sc->version >= 6)
				add(list, OP_OPEN, files[i], 0, 0, (int)k);
		for (k = 0; k < nelems(on_files); k++)
			add(list, on_files[k], files[i], 0, 0, 0);
	}
	for (i = 0; i < nelems(others); i++)
		add(list, others[i][0], others[i][1], 0, 0, 0);
	add_pairs(list, OP_LINK, links, nelems(links), 0);
	add_pairs(list, OP_SYMLINK, symlinks, nelems(symlinks), 0);
	add_pairs(list, OP_RENAME, renames, nelems(renames), RENAME_PLAIN);
	add_pairs(list, OP_RENAME, renames, nelems(renames), RENAME_POSIX);
	if (sc->version >= 6)
		add_pairs(list, OP_RENAME, renames, nelems(renames),
		    RENAME_OVERWRITE);
}

static void
add_on_handles(const struct scope *sc, struct list *list)
{
	int i, how;
	size_t k;

	for (i = 0; i < HANDLES; i++) {
		for (k = 0; k < nelems(on_handles); k++)
			add(list, on_handles[k], 0, 0, i, 0);
		for (how = WRITE_REFUSED; sc->faults &&
		    how <= WRITE_LOST_AT_CLOSE; how++)
			add(list, OP_WRITE, 0, 0, i, how);
	}
}

size_t
letters_make(const struct scope *sc, struct letter *to)
{
	struct list list = { .to = to };

	for (; list.session < sc->sessions; list.session++) {
		add_on_paths(sc, &list);
		add_on_handles(sc, &list);
		if (sc->policy->uploads == UPLOADS_KEPT)
			add(&list, OP_END, 0, 0, 0, 0);
	}
	return list.len;
}

static const char *const verbs[] = {
	[OP_CLOSE] = "close", [OP_FSTAT] = "fstat", [OP_READDIR] = "readdir",
	[OP_FSETSIZE] = "fsetstat", [OP_FSETMODE] = "fsetstat",
	[OP_STAT] = "stat", [OP_LSTAT] = "lstat", [OP_SETSIZE] = "setstat",
	[OP_SETMODE] = "setstat", [OP_REMOVE] = "remove",
	[OP_MKDIR] = "mkdir", [OP_RMDIR] = "rmdir",
	[OP_OPENDIR] = "opendir",
};

static void
print_open(FILE *f, const struct letter *l)
{
	const struct way *how = &ways[l->how];

	if (how->removes)
		fprintf(f, "open %s WRITE_DATA|WRITE_ATTRIBUTES "
		    "CREATE_TRUNCATE|DELETE_ON_CLOSE",
		    path_rows[l->path].text);
	else
		fprintf(f, "open %s %s", path_rows[l->path].text, how->text);
	if (how->mode != 0)
		fprintf(f, " mode=%o", how->mode);
}

/* Print a request on two paths, whose order depends on the version. */
static void
print_pair(FILE *f, const struct scope *sc, const struct letter *l)
{
	const char *first = path_rows[l->path].text;
	const char *second = path_rows[l->path2].text;

	if (l->op == OP_SYMLINK && sc->version >= 6)
		fprintf(f, "link %s %s 1", first, second);
	else if (l->op == OP_SYMLINK)
		fprintf(f, "symlink %s %s", second, first);
	else if (l->op == OP_LINK && sc->version >= 6)
		fprintf(f, "link %s %s 0", second, first);
	else if (l->op == OP_LINK)
		fprintf(f, "hardlink@openssh.com %s %s", first, second);
	else if (l->how == RENAME_POSIX)
		fprintf(f, "posix-rename@openssh.com %s %s", first, second);
	else
		fprintf(f, "rename %s %s%s", first, second,
		    l->how == RENAME_OVERWRITE ? " OVERWRITE" : "");
}

static void
print_on_handle(FILE *f, const struct letter *l)
{
	static const char *const faults[] = { "", "\t# the write fails",
	    "\t# lost; the next flush or close reports it",
	    "\t# lost; the next close reports it" };

	if (l->op == OP_READ)
		fprintf(f, "read $h%d 0 100", l->handle);
	else if (l->op == OP_WRITE)
		fprintf(f, "write $h%d 0 %s%s", l->handle, WRITTEN,
		    faults[l->how]);
	else
		fprintf(f, "%s $h%d", verbs[l->op], l->handle);
}

void
letter_print(FILE *f, const struct scope *sc, const struct letter *l)
{
	if (l->op == OP_OPEN)
		print_open(f, l);
	else if (l->op == OP_RENAME || l->op == OP_LINK ||
	    l->op == OP_SYMLINK)
		print_pair(f, sc, l);
	else if (l->op == OP_LIST)
		fprintf(f, "opendir %s -> list\nreaddir $list\nreaddir $list\n"
		    "close $list", path_rows[l->path].text);
	else if (l->op == OP_END)
		fprintf(f, "eof\nexit\nsession %d", l->session);
	else if (is_on_handle(l->op))
		print_on_handle(f, l);
	else
		fprintf(f, "%s %s", verbs[l->op], path_rows[l->path].text);
	if (l->op == OP_SETSIZE || l->op == OP_FSETSIZE)
		fprintf(f, " size=%d", SET_SIZE);
	if (l->op == OP_SETMODE || l->op == OP_FSETMODE)
		fprintf(f, " mode=%o", SET_MODE);
}
