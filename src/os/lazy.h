/* SPDX-License-Identifier: ISC */
/*
 * Libraries that most sessions never call. Each that the loader maps and binds
 * costs 50 to 130 us at every start, where OpenSSH's whole server takes 770;
 * so they are opened when first used, or, since a confined session could not
 * do that any more, before it is confined.
 */
#ifndef OS_LAZY_H
#define OS_LAZY_H

#include <stdbool.h>
#include <stdint.h>

struct lazy {
	const char	*soname;
	void		*library;	/* NULL: not open, or not yet */
	bool		 failed;	/* that was logged */
};

/* Opens it if it is not open yet; false if that fails. */
bool	 lazy_open(struct lazy *);

/* What it defines by that name, opened if need be; NULL if there is none. */
void	*lazy_symbol(struct lazy *, const char *name);

/*
 * Says in the program's own file what it opens, as a linked library would be
 * said there: the "ELF dlopen metadata" of uapi-group.org, from which packages
 * take their dependencies. One for each struct lazy, with its soname; priority
 * is "required", "recommended" or "suggested".
 */
#define LAZY_NOTE(name, feature, description, priority, soname)		\
	LAZY_NOTE_TEXT(name, "[{\"feature\":\"" feature			\
	    "\",\"description\":\"" description "\",\"priority\":\""	\
	    priority "\",\"soname\":[\"" soname "\"]}]")
#define LAZY_NOTE_TEXT(name, text)					\
	__attribute__((used, section(".note.dlopen"), aligned(4)))	\
	static const struct {						\
		uint32_t	 owner_size, text_size, type;		\
		char		 owner[4];				\
		_Alignas(4) char json[sizeof(text)];			\
	} name = { 4, sizeof(text), 0x407c0c0a, "FDO", text }

#endif
