/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "wire.h"

static void
add_u8(struct packet *p, unsigned v)
{
	p->data[p->len++] = (uint8_t)v;
}

static void
add_u32(struct packet *p, uint32_t v)
{
	int shift;

	for (shift = 24; shift >= 0; shift -= 8)
		add_u8(p, v >> shift & 0xff);
}

static void
add_u64(struct packet *p, uint64_t v)
{
	add_u32(p, (uint32_t)(v >> 32));
	add_u32(p, (uint32_t)v);
}

static void
add_bytes(struct packet *p, const void *s, size_t len)
{
	add_u32(p, (uint32_t)len);
	memcpy(p->data + p->len, s, len);
	p->len += len;
}

static void
add_text(struct packet *p, const char *s)
{
	add_bytes(p, s, strlen(s));
}

static void
add_path(struct packet *p, int path)
{
	add_text(p, path_rows[path].text);
}

static void
add_attrs(struct packet *p, int size, unsigned mode)
{
	add_u32(p, (size >= 0 ? 1u : 0) | (mode != 0 ? 4u : 0));
	if (p->version >= 4)
		add_u8(p, 1);
	if (size >= 0)
		add_u64(p, (uint64_t)size);
	if (mode != 0)
		add_u32(p, mode);
}

static void
begin_extended(struct packet *p, const char *name)
{
	p->data[0] = T_EXTENDED;
	add_text(p, name);
}

/* Add pflags, or the equivalent access and flags of version 5 and later. */
static void
add_open(struct packet *p, const struct way *how)
{
	if (p->version < 5) {
		add_u32(p, (how->reads ? 1u : 0) | (how->writes ? 2u : 0) |
		    (how->appends ? 4u : 0) | (how->creates ? 8u : 0) |
		    (how->truncates ? 0x10u : 0) |
		    (how->excludes ? 0x20u : 0));
	} else {
		add_u32(p, (how->reads ? 0x81u : 0) |
		    (how->writes ? 0x102u : 0) | (how->appends ? 4u : 0));
		add_u32(p, (how->excludes ? 0 : how->creates ?
		    (how->truncates ? 1u : 3u) : how->truncates ? 4u : 2u) |
		    (how->appends ? 8u : 0) | (how->removes ? 0x800u : 0));
	}
	add_attrs(p, -1, how->mode);
}

static void
add_rename(struct packet *p, const struct letter *l)
{
	p->data[0] = T_RENAME;
	if (l->how == RENAME_POSIX)
		begin_extended(p, "posix-rename@openssh.com");
	add_path(p, l->path);
	add_path(p, l->path2);
	if (p->version >= 5 && l->how != RENAME_POSIX)
		add_u32(p, l->how == RENAME_OVERWRITE);
}

static void
add_symlink(struct packet *p, const struct letter *l)
{
	if (p->version >= 6) {
		p->data[0] = T_LINK;
		add_path(p, l->path);
		add_path(p, l->path2);
		add_u8(p, 1);
		return;
	}
	p->data[0] = T_SYMLINK;
	add_path(p, l->path2);
	add_path(p, l->path);
}

static void
add_link(struct packet *p, const struct letter *l)
{
	if (p->version >= 6) {
		p->data[0] = T_LINK;
		add_path(p, l->path2);
		add_path(p, l->path);
		add_u8(p, 0);
		return;
	}
	begin_extended(p, "hardlink@openssh.com");
	add_path(p, l->path);
	add_path(p, l->path2);
}

static const uint8_t types[] = {
	[OP_OPEN] = T_OPEN, [OP_CLOSE] = T_CLOSE, [OP_READ] = T_READ,
	[OP_WRITE] = T_WRITE, [OP_FSTAT] = T_FSTAT,
	[OP_FSETSIZE] = T_FSETSTAT, [OP_FSETMODE] = T_FSETSTAT,
	[OP_STAT] = T_STAT, [OP_LSTAT] = T_LSTAT, [OP_SETSIZE] = T_SETSTAT,
	[OP_SETMODE] = T_SETSTAT, [OP_REMOVE] = T_REMOVE,
	[OP_MKDIR] = T_MKDIR, [OP_RMDIR] = T_RMDIR, [OP_OPENDIR] = T_OPENDIR,
	[OP_READDIR] = T_READDIR, [OP_LIST] = T_OPENDIR, [OP_END] = 0,
};

/* Add the fields of a request on a handle. */
static void
add_on_handle(struct packet *p, const struct letter *l,
    const struct handle_id *id)
{
	add_bytes(p, id->bytes, HANDLE_LEN);
	switch (l->op) {
	case OP_READ:
		add_u64(p, 0);
		add_u32(p, 100);
		break;
	case OP_WRITE:
		add_u64(p, 0);
		add_text(p, WRITTEN);
		break;
	case OP_FSTAT:
		if (p->version >= 4)
			add_u32(p, 5);
		break;
	case OP_FSETSIZE:
		add_attrs(p, SET_SIZE, 0);
		break;
	case OP_FSETMODE:
		add_attrs(p, -1, SET_MODE);
		break;
	default:
		break;
	}
}

static void
add_on_path(struct packet *p, const struct letter *l)
{
	add_path(p, l->path);
	switch (l->op) {
	case OP_OPEN:
		add_open(p, &ways[l->how]);
		break;
	case OP_STAT:
	case OP_LSTAT:
		if (p->version >= 4)
			add_u32(p, 5);
		break;
	case OP_SETSIZE:
		add_attrs(p, SET_SIZE, 0);
		break;
	case OP_SETMODE:
		add_attrs(p, -1, SET_MODE);
		break;
	case OP_MKDIR:
		add_attrs(p, -1, 0);
		break;
	default:
		break;
	}
}

void
packet_make(struct packet *p, int version, const struct letter *l,
    const struct handle_id *id)
{
	p->version = version;
	p->len = 0;
	add_u8(p, l->op < nelems(types) ? types[l->op] : 0);
	add_u32(p, 1);
	switch (l->op) {
	case OP_RENAME:
		add_rename(p, l);
		break;
	case OP_LINK:
		add_link(p, l);
		break;
	case OP_SYMLINK:
		add_symlink(p, l);
		break;
	case OP_CLOSE:
	case OP_READ:
	case OP_WRITE:
	case OP_FSTAT:
	case OP_FSETSIZE:
	case OP_FSETMODE:
	case OP_READDIR:
		add_on_handle(p, l, id);
		break;
	default:
		add_on_path(p, l);
		break;
	}
}

