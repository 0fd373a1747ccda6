/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "os/place.h"

struct place
place_fd(int fd, const char *shown)
{
	return (struct place){ .dirfd = fd, .name = "", .flags = PLACE_FD,
	    .shown = shown };
}

struct place
place_entry(int dirfd, const char *name)
{
	return (struct place){ .dirfd = dirfd, .name = name, .shown = name };
}
