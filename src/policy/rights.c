/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy/rights.h"

const struct right_name rights_names[] = {
	{ "list", RIGHT_LIST }, { "stat", RIGHT_STAT }, { "read", RIGHT_READ },
	{ "create", RIGHT_CREATE }, { "modify", RIGHT_MODIFY },
	{ "replace", RIGHT_REPLACE }, { "delete", RIGHT_DELETE },
	{ "rename", RIGHT_RENAME }, { "rename_file", RIGHT_RENAME_FILE },
	{ "rename_dir", RIGHT_RENAME_DIR }, { "mkdir", RIGHT_MKDIR },
	{ "rmdir", RIGHT_RMDIR }, { "symlink", RIGHT_SYMLINK },
	{ "link", RIGHT_LINK }, { "setstat", RIGHT_SETSTAT }, { 0 }
};

/* Returns the right or rights that `len` bytes name, or 0. */
static unsigned
find(const char *name, size_t len)
{
	const struct right_name *n;

	for (n = rights_names; n->name != NULL; n++)
		if (strlen(n->name) == len &&
		    strncasecmp(n->name, name, len) == 0)
			break;
	return n->right;
}

long long
rights_read(const char *list)
{
	unsigned right, rights = 0;
	size_t n;

	if (strcasecmp(list, "all") == 0)
		return RIGHTS_ALL;
	if (strcasecmp(list, "none") == 0)
		return 0;
	do {
		list += strspn(list, " ");
		n = strcspn(list, ", ");
		if ((right = find(list, n)) == 0)
			return -1;
		rights |= right;
		list += n;
		list += strspn(list, " ");
	} while (*list++ == ',');
	return list[-1] == '\0' ? (long long)rights : -1;
}

char *
rights_format(unsigned rights, char *buf, size_t size)
{
	const struct right_name *n;
	size_t used = 0;

	if (rights == 0 || rights == RIGHTS_ALL) {
		snprintf(buf, size, "%s", rights == 0 ? "none" : "all");
		return buf;
	}
	for (n = rights_names; n->name != NULL && used < size; n++) {
		if ((rights & n->right) != n->right)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
		    used > 0 ? "," : "", n->name);
		rights &= ~n->right;
	}
	return buf;
}
