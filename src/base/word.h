/* SPDX-License-Identifier: ISC */
/* Tables of words that stand for numbers. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

/* A row of a table, which ends with a row whose `name` is NULL. */
struct word {
	const char	*name;
	int		 value;
};

/* Returns the row of that name, ignoring case, or NULL. */
const struct word *word_find(const struct word *, const char *name);

/* Returns the first row with that value, or NULL. A NULL table has none. */
const struct word *word_of(const struct word *, long long value);

#endif
