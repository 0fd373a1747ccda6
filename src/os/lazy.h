/* SPDX-License-Identifier: ISC */
/*
 * Libraries that are opened at run time because most sessions never use them.
 * Each library that the loader maps and binds costs 50 to 130 us of each start,
 * of which OpenSSH's server takes 770 in all. A library is opened when it is
 * first used, or before the session is confined, which makes opening
 * impossible.
 */
#ifndef OS_LAZY_H
#define OS_LAZY_H

#include <stdbool.h>
#include <stdint.h>

struct lazy {
	const char	*soname;
	void		*library;	/* NULL: not open */
	bool		 failed;	/* opening failed and was logged */
};

/* Opens the library unless it is open; returns false if that fails. */
bool	 lazy_open(struct lazy *);

/*
 * Returns the address of a symbol, after opening the library if necessary, or
 * NULL if that fails or there is no such symbol.
 */
void	*lazy_symbol(struct lazy *, const char *name);

/*
 * Records in the program's file that it may open a library: the "ELF dlopen
 * metadata" of uapi-group.org, from which packaging tools derive dependencies.
 * Each struct lazy needs one, with the same soname. `priority` is "required",
 * "recommended" or "suggested".
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
