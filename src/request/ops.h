/* SPDX-License-Identifier: ISC */
/*
 * The handlers of table.c. Each does what the request asks, within its ruling,
 * and returns the outcome or PENDING; the gate answers.
 */
#ifndef REQUEST_OPS_H
#define REQUEST_OPS_H

struct request;
struct session;

/* file.c */
int	op_open(struct session *, struct request *);
int	op_close(struct session *, struct request *);
int	op_read(struct session *, struct request *);
int	op_write(struct session *, struct request *);
int	op_text_seek(struct session *, struct request *);
int	op_fsync(struct session *, struct request *);
int	op_ranges(struct session *, struct request *);
int	op_block(struct session *, struct request *);
int	op_unblock(struct session *, struct request *);

/* dir.c */
int	op_opendir(struct session *, struct request *);
int	op_readdir(struct session *, struct request *);
int	op_mkdir(struct session *, struct request *);
int	op_rmdir(struct session *, struct request *);

/* names.c */
int	op_realpath(struct session *, struct request *);
int	op_realpath_v6(struct session *, struct request *);
int	op_expand_path(struct session *, struct request *);
int	op_readlink(struct session *, struct request *);
int	op_symlink(struct session *, struct request *);
int	op_hardlink(struct session *, struct request *);
int	op_get_temp_folder(struct session *, struct request *);
int	op_make_temp_folder(struct session *, struct request *);

/* rename.c */
int	op_remove(struct session *, struct request *);
int	op_rename(struct session *, struct request *);

/* attrs.c */
int	op_stat(struct session *, struct request *);
int	op_setstat(struct session *, struct request *);
int	op_fsetstat(struct session *, struct request *);

/* copy.c */
int	op_copy_data(struct session *, struct request *);
int	op_copy_file(struct session *, struct request *);

/* checksum.c */
int	op_check_file(struct session *, struct request *);
int	op_md5_hash(struct session *, struct request *);

/* info.c */
int	op_statvfs(struct session *, struct request *);
int	op_limits(struct session *, struct request *);
int	op_home_directory(struct session *, struct request *);
int	op_users_groups(struct session *, struct request *);
int	op_space_available(struct session *, struct request *);
int	op_version_select(struct session *, struct request *);
int	op_translation_control(struct session *, struct request *);
int	op_vendor_id(struct session *, struct request *);

#endif
