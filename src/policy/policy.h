/* SPDX-License-Identifier: ISC */
/*
 * The policy of a session, as one plain struct, and the function that decides
 * by it what a request may do. This module does no I/O and changes nothing: it
 * turns facts into a ruling. Handlers get the ruling and never see the policy.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum overwrite { OVERWRITE_IF_ASKED, OVERWRITE_ALWAYS, OVERWRITE_NEVER };
enum open_handles { HANDLES_KEEP, HANDLES_REOPEN, HANDLES_CLOSE };
enum rename_when { RENAME_WHEN_REFUSED, RENAME_WHEN_ALWAYS };
enum messages { MESSAGES_SYSTEM, MESSAGES_OPENSSH };
enum symlink_order { SYMLINK_ORDER_OPENSSH, SYMLINK_ORDER_DRAFT };
enum apply { APPLY, APPLY_IGNORE, APPLY_REFUSE };
enum sandbox { SANDBOX_AUTO, SANDBOX_REQUIRE, SANDBOX_OFF };
enum atomic { ATOMIC_NO, ATOMIC_YES, ATOMIC_KEEP };
enum listings { LISTINGS_FULL, LISTINGS_EMPTY, LISTINGS_PERMITTED };
enum checksum { CHECKSUM_NONE, CHECKSUM_SHA256 };
enum symlinks { SYMLINKS_FOLLOW, SYMLINKS_NO_CREATE, SYMLINKS_NO_FOLLOW };

/* Bytes of a packet that a READ's data cannot use. */
#define READ_ROOM	1024

/* Mode bits that clients cannot set in a restricted session. */
#define POLICY_SETID	06000

/*
 * A change to a mode; each member is at most 07777. { 0, 0, -1 } changes
 * nothing. mode_rule_apply() defines the meaning.
 */
struct mode_rule {
	unsigned	 set, clear;	/* bits to add, bits to remove */
	int		 force;		/* this mode exactly, or -1 */
};

/* The group of new files; zero changes nothing. */
struct group_rule {
	bool		 set;
	uint32_t	 gid;
};

/*
 * The policy of one session: the settings of slipway.conf(5) and the command
 * line after all rules were applied. Names of settings are in the manual.
 * Strings without another comment are comma-separated patterns, NULL for none.
 */
struct policy {
	struct {
		bool		 reject;	/* the session is rejected */
		const char	*message;	/* for a rejected user */
		unsigned	 idle_timeout;	/* seconds; 0: no limit */
		unsigned	 max_time;	/* seconds; 0: no limit */
		bool		 title;		/* shown by ps(1) */
	} session;
	const char	*root;			/* absolute, without "//", "."
						 * and ".."; or NULL */
	size_t		 root_fixed;		/* bytes of it that are the same
						 * for all users: links are
						 * followed only there */
	const char	*start_dir;		/* -d; NULL: home */
	enum sandbox	 sandbox;
	struct {
		int		 max_version;	/* 3 to 6 */
		enum messages	 messages;
		enum symlink_order symlink_order;
		const char	*hide_extensions;
		uint32_t	 max_packet;	/* bytes of a packet's body */
		uint32_t	 max_read;	/* bytes of one READ */
		const char	*charset;
	} protocol;
	struct {
		bool		 read_only;	/* -R */
		const char	**allow;	/* -p: each list must allow the
						 * request; NULL-terminated, or
						 * NULL */
		const char	*deny;		/* -P: no pattern may match */
		unsigned	 rights;	/* RIGHT_* of rights.h */
		unsigned	 own_rights;	/* added for files that this
						 * session created */
		enum listings	 listings;	/* EMPTY: without the right to
						 * list, a directory can be
						 * opened and is shown empty;
						 * PERMITTED: names that STAT
						 * would refuse are left out */
		bool		 protect_startup; /* files that shells read at
						   * login cannot be changed */
	} access;
	struct subtrees	*paths;			/* path rules, or NULL */
	struct rename_policy {
		enum overwrite	 overwrite;
		enum open_handles open_handles;
		enum rename_when when;
		unsigned	 busy_timeout;	/* seconds */
		bool		 keep_mode;	/* of the file that is replaced;
						 * its group, too */
	} rename;
	struct setstat_policy {
		enum apply	 mode, owner, times, size;
		bool		 ignore_denied;
	} setstat;
	struct files_policy {
		int		 umask;		/* -u; -1: the process's */
		struct mode_rule mode;		/* of files; -m sets force */
		struct mode_rule dir_mode;
		struct group_rule group;
		enum atomic	 atomic;
		bool		 fsync;
		bool		 zero_copy;	/* files are never changed in
						 * place */
		const char	*hide;		/* see subtree_hides() */
		enum symlinks	 symlinks;
	} files;
	struct {				/* 0: no limit */
		uint64_t	 handles;	/* open at a time */
		uint64_t	 file_size;	/* bytes */
		uint64_t	 read_rate;	/* bytes per second */
		uint64_t	 write_rate;
	} limits;
	struct {
		int		 level;		/* enum log_level of os/log.h */
		int		 facility;	/* LOG_AUTH, ... */
		const char	*transfers;	/* "syslog", the path of a unix
						 * socket, or NULL */
		enum checksum	 checksum;	/* of uploads, in `transfers` */
	} log;
	bool		 resolves;		/* paths are resolved and
						 * judged; otherwise the kernel
						 * resolves the client's path */
	bool		 restricted;		/* the policy forbids something
						 * that a shell would permit */
	bool		 restricted_here;	/* ... by more than -R, -p
						 * and -P, which OpenSSH has
						 * as well */
	struct arena	 strings;		/* memory of all of the above */
};

/* Returns the mode of a file that was requested with `mode`. */
static inline unsigned
mode_rule_apply(const struct mode_rule *r, unsigned mode)
{
	return r->force >= 0 ? (unsigned)r->force :
	    (mode & ~r->clear) | r->set;
}

/* True if the rule can add bits that a umask or a default ACL would remove. */
static inline bool
mode_rule_gives(const struct mode_rule *r)
{
	return r->force >= 0 || r->set != 0;
}

/* The request's wish about an existing target of a RENAME or a copy. */
enum replace_wish {
	REPLACE_UNSAID,		/* versions 3 and 4 cannot express it */
	REPLACE_NO,		/* versions 5 and 6 without a flag; copy-file */
	REPLACE_YES,		/* OVERWRITE, ATOMIC or NATIVE; posix-rename */
	REPLACE_WISHES
};

/* The facts about a request on which a ruling depends. */
struct ask {
	enum replace_wish replace;
};

/*
 * The results of a request that would reveal whether a file exists to a session
 * without the right to know, and that are therefore replaced by another error.
 */
enum conceal {
	CONCEAL_NOTHING,
	CONCEAL_ABSENT,		/* absence: reported as permission denied */
	CONCEAL_PRESENT,	/* existence: reported as permission denied */
	CONCEAL_ALL,		/* any error: reported as no such file */
};

/*
 * A decision about one request, made before it changes anything. Each request
 * gets a copy of its own, so the members are ordered to leave no holes.
 */
struct ruling {
	uint64_t	 max_size;	/* of a file, in bytes; 0: no limit */
	const struct setstat_policy *setstat;
	struct mode_rule mode, dir_mode;	/* of files; of directories */
	struct group_rule group;	/* of everything that is made */
	unsigned	 busy_timeout;	/* milliseconds */
	enum open_handles open_handles : 8;
	enum rename_when when : 8;
	enum atomic	 atomic : 8;	/* of files OPEN makes or empties */
	bool		 replace;	/* an existing target may be replaced */
	bool		 forced;	/* ... although not asked for */
	bool		 keep_mode;	/* of a file that RENAME replaces */
	bool		 fsync;		/* write to disk before replying */
	bool		 zero_copy;	/* READs may send the file's own pages:
					 * this session cannot change it */
	bool		 no_symlinks;	/* symbolic links cannot be created */
	bool		 other_users;	/* may be named; groups too */

	/*
	 * The members below are set only in sessions that are restricted by
	 * rights. Sets of rights are RIGHT_*.
	 */
	bool		 must_exist;	/* nothing new may be created */
	bool		 must_not_exist; /* no existing file is opened */
	bool		 write_only;	/* the file is opened for writing only,
					 * although reading was requested */
	bool		 empty;		/* a directory without entries */
	bool		 leaves_out;	/* ... without those STAT refuses */
	bool		 keeps;		/* the new handle keeps the rights it
					 * got for creating the file */
	enum conceal	 conceal : 8;
	unsigned	 granted;	/* rights of a new handle */
	unsigned	 granted_new;	/* ... more if it made the file */
	unsigned	 own_rights;	/* more, to what the session makes */
	unsigned	 kept;		/* of handles on a renamed file */
};

/* The reason why a request's name is refused, for the log line. */
enum permit { PERMIT, REFUSE_READ_ONLY, REFUSE_DENIED, REFUSE_NOT_ALLOWED };

/* Frees the memory of a policy. */
void	policy_free(struct policy *);

/* True if -R, -p and -P, of which none is given, refuse no request's name. */
static inline bool
policy_permits_all(const struct policy *p)
{
	return !p->access.read_only && p->access.deny == NULL &&
	    p->access.allow == NULL;
}

/*
 * Decides by -R, -p and -P if a request of this name is allowed. `writes` says
 * that it changes something, which a read-only session forbids.
 */
enum permit policy_permits(const struct policy *, const char *name,
	    bool writes);

/*
 * Decides what a request may do, by the settings of the subtree where it acts,
 * or of the whole session if that is NULL.
 */
struct subtree;
struct ruling policy_decide(const struct policy *, const struct subtree *,
	    const struct ask *);

#endif
