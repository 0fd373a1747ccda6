/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <string.h>

#include "policy/area.h"
#include "policy/match.h"

void
policy_area(const struct policy *p, const char *resolved, struct area *a)
{
	(void)resolved;
	*a = (struct area){
		.rights = p->access.rights,
		.own_rights = p->access.own_rights,
		.empty_listings = p->access.empty_listings,
		.files = p->files,
		.rename = p->rename,
	};
}

bool
policy_hides(const struct policy *p, const char *resolved)
{
	size_t n;

	if (p->files.hide == NULL)
		return false;
	for (; *resolved != '\0'; resolved += n) {
		resolved += strspn(resolved, "/");
		n = strcspn(resolved, "/");
		if (match_part_list(resolved, n, p->files.hide))
			return true;
	}
	return false;
}

bool
policy_has_below(const struct policy *p, const char *resolved)
{
	(void)p;
	(void)resolved;
	return false;
}
