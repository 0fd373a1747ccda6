/* SPDX-License-Identifier: ISC */
/*
 * Upgrades turn the fields of an older version into version 6 terms, and note
 * what the request takes where its kind does not say it all. They see the
 * fields and no file. Each returns 0 or the outcome.
 */
#ifndef REQUEST_UPGRADE_H
#define REQUEST_UPGRADE_H

struct policy;
struct request;

int	upgrade_open_v3(const struct policy *, struct request *);
int	upgrade_open_v4(const struct policy *, struct request *);
int	upgrade_open_v5(const struct policy *, struct request *);
int	upgrade_open_v6(const struct policy *, struct request *);
int	upgrade_posix_rename(const struct policy *, struct request *);
int	upgrade_rename_v3(const struct policy *, struct request *);
int	upgrade_rename_v5(const struct policy *, struct request *);
int	upgrade_rename_v4(const struct policy *, struct request *);
int	upgrade_symlink(const struct policy *, struct request *);
int	upgrade_link(const struct policy *, struct request *);
int	upgrade_copy_file(const struct policy *, struct request *);
int	upgrade_realpath(const struct policy *, struct request *);
int	upgrade_realpath_v6(const struct policy *, struct request *);
int	upgrade_expand_path(const struct policy *, struct request *);
int	upgrade_setstat(const struct policy *, struct request *);
int	upgrade_mkdir(const struct policy *, struct request *);
int	upgrade_temp_folder(const struct policy *, struct request *);

#endif
