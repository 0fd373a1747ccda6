/* SPDX-License-Identifier: ISC */
/*
 * The lifts: what a request of an older version is in terms of version 6, and
 * what it takes. A lift sees the fields and no file; what it leaves alone is
 * as the row has it. Returns 0 or the outcome.
 */
#ifndef REQUEST_UPGRADE_H
#define REQUEST_UPGRADE_H

struct policy;
struct request;

int	lift_open_v3(const struct policy *, struct request *);
int	lift_open_v4(const struct policy *, struct request *);
int	lift_open_v5(const struct policy *, struct request *);
int	lift_open_v6(const struct policy *, struct request *);
int	lift_stat_v4(const struct policy *, struct request *);
int	lift_posix_rename(const struct policy *, struct request *);
int	lift_rename_v3(const struct policy *, struct request *);
int	lift_rename_v5(const struct policy *, struct request *);
int	lift_rename_v4(const struct policy *, struct request *);
int	lift_symlink(const struct policy *, struct request *);
int	lift_link(const struct policy *, struct request *);
int	lift_copy_file(const struct policy *, struct request *);
int	lift_realpath(const struct policy *, struct request *);
int	lift_realpath_v6(const struct policy *, struct request *);
int	lift_expand_path(const struct policy *, struct request *);
int	lift_setstat(const struct policy *, struct request *);
int	lift_mkdir(const struct policy *, struct request *);
int	lift_temp_folder(const struct policy *, struct request *);

#endif
