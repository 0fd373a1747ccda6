/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stddef.h>
#include <strings.h>

#include "base/word.h"

const struct word *
word_find(const struct word *w, const char *name)
{
	for (; w->name != NULL; w++)
		if (strcasecmp(w->name, name) == 0)
			return w;
	return NULL;
}

const struct word *
word_of(const struct word *w, long long value)
{
	for (; w != NULL && w->name != NULL; w++)
		if (w->value == value)
			return w;
	return NULL;
}
