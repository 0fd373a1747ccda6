/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dlfcn.h>

#include "os/lazy.h"
#include "os/log.h"

bool
lazy_open(struct lazy *l)
{
	if (l->library != NULL || l->failed)
		return l->library != NULL;
	if ((l->library = dlopen(l->soname, RTLD_NOW)) == NULL) {
		log_error("cannot open a library: %s", dlerror());
		l->failed = true;
	}
	return l->library != NULL;
}

void *
lazy_symbol(struct lazy *l, const char *name)
{
	return lazy_open(l) ? dlsym(l->library, name) : NULL;
}
