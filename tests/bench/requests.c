/* SPDX-License-Identifier: ISC */
#include "client.h"

static void
end_status(struct client *c, enum status code)
{
	client_end_request(c,
	    &(struct expect){ .type = STATUS, .status = code });
}

static void
end_handle(struct client *c, struct handle *h)
{
	client_end_request(c,
	    &(struct expect){ .type = HANDLE, .handle = h });
}

static struct bytes *
begin_handle(struct client *c, enum packet type, const struct handle *h)
{
	struct bytes *b = client_begin(c, type);

	put_str(b, h->bytes, h->len);
	return b;
}

static struct bytes *
begin_path(struct client *c, enum packet type, const char *path)
{
	struct bytes *b = client_begin(c, type);

	put_cstr(b, path);
	return b;
}

void
send_open(struct client *c, const char *path, enum how how, struct handle *h)
{
	put_open_flags(begin_path(c, OPEN, path), client_version(c), how);
	end_handle(c, h);
}

void
send_opendir(struct client *c, const char *path, struct handle *h)
{
	begin_path(c, OPENDIR, path);
	end_handle(c, h);
}

void
send_readdir(struct client *c, const struct handle *h, struct listing *l)
{
	begin_handle(c, READDIR, h);
	client_end_request(c,
	    &(struct expect){ .type = NAME, .listing = l });
}

void
send_close(struct client *c, const struct handle *h)
{
	begin_handle(c, CLOSE, h);
	end_status(c, ST_OK);
}

void
send_read(struct client *c, const struct handle *h, uint64_t offset,
    const uint8_t *data, uint32_t len)
{
	struct bytes *b = begin_handle(c, READ, h);

	put_u64(b, offset);
	put_u32(b, len);
	client_end_request(c,
	    &(struct expect){ .type = DATA, .data = data, .len = len });
}

void
send_write(struct client *c, const struct handle *h, uint64_t offset,
    const uint8_t *data, uint32_t len)
{
	struct bytes *b = begin_handle(c, WRITE, h);

	put_u64(b, offset);
	put_str(b, data, len);
	end_status(c, ST_OK);
}

/* Version 4 and later name the attributes they want: here, the usual ones. */
static void
put_wanted(struct client *c, struct bytes *b)
{
	if (client_version(c) > 3)
		put_u32(b, 0xad);
}

void
send_stat(struct client *c, enum packet type, const char *path, uint64_t size)
{
	put_wanted(c, begin_path(c, type, path));
	client_end_request(c,
	    &(struct expect){ .type = ATTRS, .size = size });
}

void
send_absent(struct client *c, const char *path)
{
	put_wanted(c, begin_path(c, LSTAT, path));
	end_status(c, ST_NO_SUCH_FILE);
}

void
send_fstat(struct client *c, const struct handle *h, uint64_t size)
{
	put_wanted(c, begin_handle(c, FSTAT, h));
	client_end_request(c,
	    &(struct expect){ .type = ATTRS, .size = size });
}

void
send_remove(struct client *c, const char *path)
{
	begin_path(c, REMOVE, path);
	end_status(c, ST_OK);
}

void
send_rename(struct client *c, const char *from, const char *to)
{
	struct bytes *b = begin_path(c, RENAME, from);

	put_cstr(b, to);
	if (client_version(c) > 4)
		put_u32(b, 0);
	end_status(c, ST_OK);
}

void
send_copy(struct client *c, const struct handle *from,
    const struct handle *to, uint64_t len)
{
	struct bytes *b = begin_path(c, EXTENDED, "copy-data");

	put_str(b, from->bytes, from->len);
	put_u64(b, 0);
	put_u64(b, len);
	put_str(b, to->bytes, to->len);
	put_u64(b, 0);
	end_status(c, ST_OK);
}
