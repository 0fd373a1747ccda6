/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"
#include "wire/status.h"

/* The last code of each version: draft-02 7, -04 7, -05 7, -13 9.1. */
static const uint32_t last_code[] = { [3] = 8, [4] = 13, [5] = 17, [6] = 31 };

/* An outcome and its code in versions 3, 4, 5 and 6. */
struct row {
	int		 outcome;
	uint32_t	 code[4];
};

/* Errors of the system. Version 3 has the codes of OpenSSH's server. */
static const struct row errnos[] = {
	{ -ENOENT,	{ 2, 2, 2, 2 } },
	{ -ENOTDIR,	{ 2, 2, 2, 19 } },
	{ -ELOOP,	{ 2, 2, 2, 21 } },
	{ -EBADF,	{ 2, 3, 3, 3 } },
	{ -EPERM,	{ 3, 3, 3, 3 } },
	{ -EACCES,	{ 3, 3, 3, 3 } },
	{ -EFAULT,	{ 3, 4, 4, 4 } },
	{ -ENAMETOOLONG, { 5, 5, 5, 20 } },
	{ -EINVAL,	{ 5, 4, 4, 23 } },
	{ -ENOSYS,	{ 8, 8, 8, 8 } },
	{ -EOPNOTSUPP,	{ 4, 8, 8, 8 } },
	{ -ENOTSUP,	{ 4, 8, 8, 8 } },
	{ -EEXIST,	{ 4, 11, 11, 11 } },
	{ -ENOTEMPTY,	{ 4, 4, 4, 18 } },
	{ -EISDIR,	{ 4, 4, 4, 24 } },
	{ -EROFS,	{ 4, 12, 12, 12 } },
	{ -ENOMEDIUM,	{ 4, 13, 13, 13 } },
	{ -ENOSPC,	{ 4, 4, 14, 14 } },
	{ -EDQUOT,	{ 4, 4, 15, 15 } },
	{ -EUCLEAN,	{ 4, 4, 4, 28 } },
	{ -EOVERFLOW,	{ 4, 4, 4, 23 } },
	{ -EIO,		{ 4, 4, 4, 4 } },
	{ -EFBIG,	{ 4, 4, 4, 4 } },
	{ -EXDEV,	{ 4, 4, 4, 4 } },
	{ -EMLINK,	{ 4, 4, 4, 4 } },
	{ -EBUSY,	{ 4, 4, 4, 4 } },
	{ -ETXTBSY,	{ 4, 4, 4, 4 } },
	{ -EMFILE,	{ 4, 4, 4, 4 } },
	{ -ENFILE,	{ 4, 4, 4, 4 } },
	{ -ENOMEM,	{ 4, 4, 4, 4 } },
	{ -ESPIPE,	{ 4, 4, 4, 4 } },
	{ -ENXIO,	{ 4, 4, 4, 4 } },
	{ -EAGAIN,	{ 4, 4, 4, 4 } },
	{ -ESTALE,	{ 4, 4, 4, 4 } },
	{ -4095,	{ 4, 4, 4, 4 } },
};

/* Errors of this server, mapped to the closest code that a version has. */
static const struct row verdicts[] = {
	{ 0,	{ 0, 0, 0, 0 } },
	{ 1,	{ 1, 1, 1, 1 } },
	{ 2,	{ 2, 2, 2, 2 } },
	{ 3,	{ 3, 3, 3, 3 } },
	{ 4,	{ 4, 4, 4, 4 } },
	{ 5,	{ 5, 5, 5, 5 } },
	{ 6,	{ 6, 6, 6, 6 } },
	{ 7,	{ 7, 7, 7, 7 } },
	{ 8,	{ 8, 8, 8, 8 } },
	{ 9,	{ 4, 9, 9, 9 } },
	{ 10,	{ 2, 10, 10, 10 } },
	{ 11,	{ 4, 11, 11, 11 } },
	{ 12,	{ 4, 12, 12, 12 } },
	{ 13,	{ 4, 13, 13, 13 } },
	{ 14,	{ 4, 4, 14, 14 } },
	{ 15,	{ 4, 4, 15, 15 } },
	{ 16,	{ 4, 4, 16, 16 } },
	{ 17,	{ 4, 4, 17, 17 } },
	{ 18,	{ 4, 4, 4, 18 } },
	{ 19,	{ 2, 2, 2, 19 } },
	{ 20,	{ 5, 5, 5, 20 } },
	{ 21,	{ 2, 2, 2, 21 } },
	{ 22,	{ 4, 4, 4, 22 } },
	{ 23,	{ 5, 4, 4, 23 } },
	{ 24,	{ 4, 4, 4, 24 } },
	{ 25,	{ 4, 4, 4, 25 } },
	{ 26,	{ 4, 4, 4, 26 } },
	{ 27,	{ 4, 4, 4, 27 } },
	{ 28,	{ 4, 4, 4, 28 } },
	{ 29,	{ 4, 4, 16, 29 } },
	{ 30,	{ 4, 4, 16, 30 } },
	{ 31,	{ 4, 4, 4, 31 } },
	{ 32,	{ 4, 4, 4, 4 } },
	{ 1000,	{ 4, 4, 4, 4 } },
};

static void
test_codes(const char *what, const struct row *rows, size_t n)
{
	size_t i;
	int v;

	for (i = 0; i < n; i++)
		for (v = 3; v <= 6; v++) {
			uint32_t code = status_code(rows[i].outcome, v);

			ok(code == rows[i].code[v - 3],
			    "%s %d in version %d is %u (said %u)", what,
			    rows[i].outcome, v, rows[i].code[v - 3], code);
		}
}

static void
test_last_code(void)
{
	int v, outcome;

	for (v = 3; v <= 6; v++) {
		int bad = 0;

		for (outcome = -5000; outcome <= 300; outcome++)
			bad += status_code(outcome, v) > last_code[v];
		ok(bad == 0, "version %d never sends more than %u (%d do)", v,
		    last_code[v], bad);
	}
}

/* OpenSSH's names of the codes of version 3. */
static const char *const openssh_names[] = {
	"Success", "End of file", "No such file", "Permission denied",
	"Failure", "Bad message", "No connection", "Connection lost",
	"Operation unsupported",
};

static void
test_names(void)
{
	uint32_t code, other;

	for (code = 0; code < nitems(openssh_names); code++)
		ok(strcmp(status_name(code), openssh_names[code]) == 0,
		    "code %u is called \"%s\"", code, openssh_names[code]);
	for (code = 0; code <= last_code[6]; code++) {
		bool unique = status_name(code)[0] != '\0';

		for (other = 0; other < code; other++)
			unique &= strcmp(status_name(code),
			    status_name(other)) != 0;
		ok(unique, "code %u has a name of its own", code);
	}
	ok(strcmp(status_name(32), "Unknown error") == 0 &&
	    strcmp(status_name(UINT32_MAX), "Unknown error") == 0,
	    "other codes have OpenSSH's name for them");
}

/* The message for an outcome, a version and `bare`. */
static const struct {
	int		 outcome, version, bare;
	const char	*text;
} texts[] = {
	{ 0, 3, 0, "Success" },
	{ 0, 6, 0, "Success" },
	{ 1, 3, 0, "End of file" },
	{ 1, 6, 1, "End of file" },
	/* Version 3 has OpenSSH's name of the code for any errno ... */
	{ -ENOENT, 3, 0, "No such file" },
	{ -ENOTDIR, 3, 0, "No such file" },
	{ -ELOOP, 3, 0, "No such file" },
	{ -EACCES, 3, 0, "Permission denied" },
	{ -EPERM, 3, 0, "Permission denied" },
	{ -EINVAL, 3, 0, "Bad message" },
	{ -ENOSYS, 3, 0, "Operation unsupported" },
	/* ... but a FAILURE says why, unless `bare`. */
	{ -EEXIST, 3, 0, "File exists" },
	{ -EEXIST, 3, 1, "Failure" },
	{ -ENOSPC, 3, 0, "No space left on device" },
	{ -ENOSPC, 3, 1, "Failure" },
	{ -ENOTEMPTY, 3, 0, "Directory not empty" },
	{ -ENOTEMPTY, 3, 1, "Failure" },
	{ -EFBIG, 3, 0, "File too large" },
	{ 4, 3, 0, "Failure" },
	/* Version 3 names the code that it is mapped to. */
	{ 18, 3, 0, "Failure" },
	{ 20, 3, 0, "Bad message" },
	{ 19, 3, 0, "No such file" },
	{ 32, 3, 0, "Failure" },
	/* Later versions have the system's text, even if the code is mapped. */
	{ -ENOENT, 4, 0, "No such file or directory" },
	{ -ENOTDIR, 4, 0, "Not a directory" },
	{ -ENOTDIR, 6, 1, "Not a directory" },
	{ -ENOSPC, 4, 0, "No space left on device" },
	{ -ENOSPC, 5, 1, "No space left on device" },
	{ -EACCES, 6, 0, "Permission denied" },
};

static void
test_texts(void)
{
	size_t i;

	for (i = 0; i < nitems(texts); i++) {
		const char *text = status_text(texts[i].outcome,
		    texts[i].version, texts[i].bare);

		ok(strcmp(text, texts[i].text) == 0,
		    "%d in version %d%s reads \"%s\" (\"%s\")",
		    texts[i].outcome, texts[i].version,
		    texts[i].bare ? ", bare," : "", texts[i].text, text);
	}
	/* Clients of versions 4 and 5 read what their code cannot say. */
	ok(strcmp(status_text(18, 4, 0), status_name(18)) == 0 &&
	    strcmp(status_text(18, 4, 0), status_name(4)) != 0,
	    "a mapped error keeps its message in version 4");
}

int
main(void)
{
	test_codes("errno", errnos, nitems(errnos));
	test_codes("verdict", verdicts, nitems(verdicts));
	test_last_code();
	test_names();
	test_texts();
	return done();
}
