/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "policy/rights.h"
#include "request/table.h"
#include "tap.h"
#include "wire/sftp.h"

/* OpenSSH's names, in the order of its -Q requests. */
static const char *const openssh[] = {
	"open", "close", "read", "write", "lstat", "fstat", "setstat",
	"fsetstat", "opendir", "readdir", "remove", "mkdir", "rmdir",
	"realpath", "stat", "rename", "readlink", "symlink", "posix-rename",
	"statvfs", "fstatvfs", "hardlink", "fsync", "lsetstat", "limits",
	"expand-path", "copy-data", "home-directory", "users-groups-by-id",
};

/* True if the form reads the member of that row. */
static bool
reads(const struct request_form *form, const struct field_row *f)
{
	const enum field *field;

	for (field = form->fields; *field != NOTHING; field++)
		if (*field != OPTIONAL && field_rows[*field].member ==
		    f->member)
			return true;
	return false;
}

/* True if the request has the member after the upgrade. */
static bool
has(const struct request_form *form, const struct field_row *f)
{
	if (f == &field_rows[PFLAGS])
		return reads(form, &field_rows[DESIRED]);
	return reads(form, f);
}

/* True if each field is read to a different place, and the form has an end. */
static bool
fits(const struct request_form *form)
{
	size_t i, k;

	for (i = 0; i < FORM_FIELDS && form->fields[i] != NOTHING; i++) {
		const struct field_row *f = &field_rows[form->fields[i]];

		if (form->fields[i] == OPTIONAL)
			continue;
		if (f->type == FIELD_NONE || f->member == 0)
			return false;
		for (k = 0; k < i; k++)
			if (form->fields[k] != OPTIONAL &&
			    field_rows[form->fields[k]].member == f->member)
				return false;
	}
	return i < FORM_FIELDS;
}

/* True if each name in braces is a field of the form that can be printed. */
static bool
line_fits(const struct line *line, const struct request_form *form)
{
	const struct field_row *f;
	const char *p = line->text;
	size_t len;

	while (p != NULL && (p = strchr(p, '{')) != NULL) {
		len = strcspn(++p, "}");
		if (p[len] != '}' || (f = field_named(p, len)) == NULL ||
		    f->print == NULL || !has(form, f))
			return false;
	}
	return true;
}

static size_t
operands(const struct request_form *form)
{
	const enum field *field;
	size_t n = 0;

	for (field = form->fields; *field != NOTHING; field++)
		n += field_rows[*field].type == FIELD_PATH ||
		    field_rows[*field].type == FIELD_HANDLE ||
		    field_rows[*field].type == FIELD_NAME;
	return n;
}

static bool
same_key(const struct request_kind *a, const struct request_kind *b)
{
	if (a->forms[0].type != b->forms[0].type ||
	    (a->wire == NULL) != (b->wire == NULL))
		return false;
	return a->wire == NULL || strcmp(a->wire, b->wire) == 0;
}

static bool
meet(const struct request_form *a, const struct request_form *b)
{
	return a != b && a->since <= b->until && b->since <= a->until;
}

static void
test_form(const struct request_kind *kind, const struct request_form *form)
{
	const struct request_kind *other;
	const struct request_form *f;
	bool alone = true;

	ok(form->since >= 3 && form->until <= 6 && form->since <= form->until,
	    "%s is of versions %d to %d", kind->name, form->since,
	    form->until);
	ok((kind->wire != NULL) == (form->type == FXP_EXTENDED) &&
	    form->type == kind->forms[0].type,
	    "%s is an extension if it has an extension's name", kind->name);
	ok(fits(form), "version %d: the fields of %s have room", form->since,
	    kind->name);
	ok(kind->rights[1] == 0 || operands(form) > 1,
	    "%s takes rights of what it names", kind->name);
	ok(line_fits(&kind->trace, form), "the trace of %s prints its fields",
	    kind->name);
	ok(line_fits(&kind->line, form) && line_fits(&kind->dir_line, form),
	    "the line of %s prints its fields", kind->name);
	for (other = table_kinds; other <= kind; other++)
		TABLE_EACH_FORM(f, other)
			alone &= !same_key(kind, other) || !meet(form, f);
	ok(alone, "%s is the only form of its kind in its versions",
	    kind->name);
}

static void
test_kind(const struct request_kind *kind)
{
	const struct request_form *form;

	ok(kind->name != NULL && kind->name[0] != '\0' && kind->run != NULL &&
	    kind->forms != NULL && kind->forms[0].since != 0,
	    "%s has a handler and a form", kind->name);
	ok((kind->openssh_data == NULL && kind->extra_pair == NULL) ||
	    (kind->wire != NULL && (kind->openssh_data == NULL ||
	    kind->extra_pair == NULL)), "%s is announced once if at all",
	    kind->name);
	ok((kind->rights[0] | kind->rights[1]) <= RIGHTS_ALL,
	    "%s takes rights that there are", kind->name);
	TABLE_EACH_FORM(form, kind)
		test_form(kind, form);
}

/* A name has only one kind. */
static void
test_fields(void)
{
	const struct field_row *f;
	bool named = true, inside = true;

	for (f = field_rows + OPTIONAL + 1; f < field_rows + FIELDS; f++) {
		named &= f->name == NULL || (f->print != NULL &&
		    field_named(f->name, strlen(f->name)) == f);
		inside &= f->member > 0 && f->member <= offsetof(struct request,
		    attr);
	}
	ok(named, "a name leads to its field, which can be printed");
	ok(inside, "each field is kept in the request");
	ok(field_named("handle", 4) == NULL && field_named("handle.", 7) ==
	    NULL && field_named("", 0) == NULL, "other names lead to none");
}

/* OpenSSH's names, each at its first occurrence, in OpenSSH's order. */
static void
test_names(void)
{
	size_t i, n = 0;
	bool right = true;

	for (i = 0; i < table_len; i++) {
		const struct request_kind *kind = &table_kinds[i];

		right &= strcmp(table_named(kind->name)->name, kind->name) == 0
		    && table_named(kind->name) <= kind;
		if (n < nitems(openssh) && table_named(kind->name) == kind)
			n += strcmp(kind->name, openssh[n]) == 0;
	}
	ok(n == nitems(openssh), "all %zu names of OpenSSH, in its order "
	    "(stuck at %s)", nitems(openssh),
	    n < nitems(openssh) ? openssh[n] : "none");
	ok(right, "a name leads to its first row");
}

static bool
finds(uint8_t type, int version)
{
	struct request q = { .id = 0 };
	struct table_index index = { 0 };

	return table_find(&index, &q, type, version);
}

/* Each packet type in each version: its form, or none. */
static void
test_find(void)
{
	struct table_index index = { 0 };
	struct request q;
	int v, type;
	bool right = true;
	size_t i;

	for (v = 3; v <= 6; v++)
		for (type = 0; type < 256; type++) {
			q = (struct request){ .id = 0 };
			right &= table_find(&index, &q, (uint8_t)type, v) ?
			    q.kind->wire == NULL && q.form->type == type &&
			    q.form->since <= v && v <= q.form->until :
			    q.kind == NULL && q.form == NULL;
		}
	ok(right, "a type is found only in its versions");
	for (i = 0, right = true; i < table_len; i++)
		for (v = 3; v <= 6; v++) {
			const struct request_kind *kind = &table_kinds[i];
			struct slice name = {
			    (uint8_t *)(uintptr_t)kind->wire,
			    kind->wire == NULL ? 0 : strlen(kind->wire) };

			if (kind->wire == NULL || table_form(kind, v) == NULL)
				continue;
			right &= table_find_extended(&q, name, v) &&
			    q.kind == kind && q.form == table_form(kind, v);
			name.len--;
			right &= !table_find_extended(&q, name, v) ||
			    q.kind != kind;
		}
	ok(right, "an extension is found by the whole of its name");
	ok(!finds(FXP_EXTENDED, 3) && !finds(FXP_INIT, 3) &&
	    !finds(FXP_STATUS, 3), "a type without a form is not found");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < table_len; i++)
		test_kind(&table_kinds[i]);
	test_fields();
	test_names();
	test_find();
	return done();
}
