/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "files/handle.h"
#include "os/log.h"
#include "request/field.h"
#include "request/request.h"
#include "wire/sftp.h"

const struct word field_pflags[] = {
	{ "READ", PF_READ }, { "WRITE", PF_WRITE }, { "APPEND", PF_APPEND },
	{ "CREATE", PF_CREAT }, { "TRUNCATE", PF_TRUNC }, { "EXCL", PF_EXCL },
	{ 0 }
};

void
field_words(const struct word *w, unsigned bits, char to[FIELD_WORDS_LEN])
{
	to[0] = '\0';
	for (; w->name != NULL; w++) {
		if ((bits & (unsigned)w->value) == 0)
			continue;
		if (to[0] != '\0')
			strlcat(to, ",", FIELD_WORDS_LEN);
		strlcat(to, w->name, FIELD_WORDS_LEN);
	}
}

static void
print_text(struct log_line *line, const void *member)
{
	log_put(line, *(const char *const *)member, true);
}

static const struct handle *
handle_of(const void *member)
{
	return *(struct handle *const *)member;
}

static void
print_handle(struct log_line *line, const void *member)
{
	const struct handle *h = handle_of(member);

	log_put(line, h == NULL ? NULL : h->name, true);
}

static void
print_number(struct log_line *line, const void *member)
{
	log_putf(line, "%d", handle_number(handle_of(member)));
}

static void
print_unsigned(struct log_line *line, const void *member)
{
	log_putf(line, "%u", (unsigned)handle_number(handle_of(member)));
}

static void
print_counts(struct log_line *line, const void *member)
{
	const struct handle *h = handle_of(member);

	log_putf(line, " bytes read %llu written %llu",
	    (unsigned long long)h->bytes_read,
	    (unsigned long long)h->bytes_written);
}

static void
print_u64(struct log_line *line, const void *member)
{
	log_putf(line, "%llu",
	    (unsigned long long)*(const uint64_t *)member);
}

static void
print_u32(struct log_line *line, const void *member)
{
	log_putf(line, "%u", *(const uint32_t *)member);
}

/* Prints flags with a sign, as OpenSSH does. */
static void
print_signed(struct log_line *line, const void *member)
{
	log_putf(line, "%d", (int)*(const uint32_t *)member);
}

static void
print_size(struct log_line *line, const void *member)
{
	log_putf(line, "%zu", ((const struct slice *)member)->len);
}

static void
print_pflags(struct log_line *line, const void *member)
{
	char names[FIELD_WORDS_LEN];

	field_words(field_pflags, *(const uint32_t *)member, names);
	log_put(line, names, false);
}

/* Prints the mode with which OPEN creates a file. */
static void
print_mode(struct log_line *line, const void *member)
{
	const struct attr *a = member;

	log_putf(line, "%o", (a->has & HAS_MODE) != 0 ? a->mode : 0666);
}

static void
print_dir_mode(struct log_line *line, const void *member)
{
	const struct attr *a = member;

	log_putf(line, "%o", (a->has & HAS_MODE) != 0 ? a->mode & 07777 :
	    0777);
}

#define AT(m)		offsetof(struct request, m)
#define OBJECT(h)	.member = AT(object.path), .type = FIELD_PATH, \
			.how = (h)
#define BY_HANDLE(w)	.member = AT(object.handle), .type = FIELD_HANDLE, \
			.how = (w)
#define PLAIN(n, m, t, p) { .name = (n), .member = AT(m), .type = (t), \
			.print = (p) }
#define U64(n, m, p)	PLAIN(n, m, FIELD_U64, p)
#define U32(n, m, p)	PLAIN(n, m, FIELD_U32, p)
#define U8(m)		PLAIN(NULL, m, FIELD_U8, NULL)
#define TEXT(n, m, p)	PLAIN(n, m, FIELD_TEXT, p)

/* A log line uses the first row of a name. */
const struct field_row field_rows[FIELDS] = {
[OPTIONAL]	= { .type = FIELD_OPTIONAL },
[PATH]		= { "path", .print = print_text, OBJECT(PLACE_FOLLOW) },
[PATH_ITSELF]	= { OBJECT(0) },
[PATH_NEW]	= { OBJECT(PLACE_CREATES) },
[PATH_OLD]	= { OBJECT(PLACE_NAME) },
[PATH_TEXT]	= { OBJECT(PLACE_NONE) },
[HANDLE]	= { "handle", .print = print_handle,
		    BY_HANDLE(WANTS_OPEN_FILE) },
[HANDLE_OF_FILE]	= { BY_HANDLE(WANTS_FILE) },
[HANDLE_OF_DIR]	= { BY_HANDLE(WANTS_DIR) },
[HANDLE_OF_ANY]	= { BY_HANDLE(WANTS_ANY) },
[TARGET_NEW]	= { "target", AT(target.path), FIELD_PATH, 1, PLACE_CREATES,
		    print_text },
[TARGET_HANDLE]	= { "target_handle", AT(target.handle), FIELD_HANDLE, 1,
		    WANTS_OPEN_FILE, print_handle },
[LINK_TEXT]	= PLAIN("link_text", link_text, FIELD_NAME, print_text),
[ATTRS]		= PLAIN(NULL, attr, FIELD_ATTRS, NULL),
[OFFSET]	= U64("offset", offset, print_u64),
[LENGTH]	= U64("length", length, print_u64),
[TARGET_OFFSET]	= U64("target_offset", target_offset, print_u64),
[COUNT]		= U32("count", count, print_u32),
[DATA]		= PLAIN("size", data, FIELD_DATA, print_size),
[DESIRED]	= U32("desired", desired, print_signed),
[FLAGS]		= U32(NULL, flags, NULL),
[WANTED]	= U32(NULL, wanted, NULL),
[LOCK_MASK]	= U32(NULL, lock_mask, NULL),
[BLOCK_SIZE]	= U32(NULL, block_size, NULL),
[CONTROL]	= U8(control),
[SYMBOLIC]	= U8(symbolic),
[OVERWRITE]	= U8(overwrite),
[TRANSLATE]	= U8(translate),
[ALGORITHMS]	= TEXT(NULL, algorithms, NULL),
[USER]		= TEXT("user", user, print_text),
[VERSION]	= TEXT("version", version, print_text),
[VENDOR]	= TEXT(NULL, vendor, NULL),
[PRODUCT]	= TEXT(NULL, product, NULL),
[RELEASE]	= TEXT("release", release, print_text),
[MORE_PATHS]	= PLAIN(NULL, more_paths, FIELD_REST, NULL),
[USER_IDS]	= PLAIN(NULL, user_ids, FIELD_DATA, NULL),
[GROUP_IDS]	= PLAIN(NULL, group_ids, FIELD_DATA, NULL),
[LINE]		= U64("line", line, print_u64),
[BUILD]		= U64(NULL, build, NULL),

[HANDLE_NUMBER]	= { "handle.number", AT(object.handle), .print = print_number },
[HANDLE_UNSIGNED] = { "handle.unsigned", AT(object.handle),
		    .print = print_unsigned },
[HANDLE_COUNTS]	= { "handle.counts", AT(object.handle),
		    .print = print_counts },
[TARGET_NUMBER]	= { "target_handle.number", AT(target.handle),
		    .print = print_number },
[PFLAGS]	= { "pflags", AT(pflags), .print = print_pflags },
[MODE]		= { "mode", AT(attr), .print = print_mode },
[DIR_MODE]	= { "dir_mode", AT(attr), .print = print_dir_mode },
};

const struct field_row *
field_named(const char *name, size_t len)
{
	const struct field_row *f;

	for (f = field_rows; f < field_rows + FIELDS; f++)
		if (f->name != NULL && strncmp(f->name, name, len) == 0 &&
		    f->name[len] == '\0')
			return f;
	return NULL;
}
