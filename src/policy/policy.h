/* SPDX-License-Identifier: ISC */
/*
 * What the administrator said, as one plain struct, and the function that
 * rules on a request by it. Nothing here does I/O or changes anything:
 * facts in, ruling out. Handlers get the ruling; they never see the policy.
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
enum symlinks { SYMLINKS_FOLLOW, SYMLINKS_NO_CREATE, SYMLINKS_NO_FOLLOW };

/* So many bytes of a packet are not for what a READ returns. */
#define READ_ROOM	1024

/* Bits that no file gets from a client in a restricted session. */
#define POLICY_SETID	06000

/*
 * What becomes of a mode; each at most 07777. Nothing is { 0, 0, -1 }, and
 * mode_rule_apply() below is how it is meant.
 */
struct mode_rule {
	unsigned	 set, clear;	/* bits that are added, removed */
	int		 force;		/* exactly this, or -1 */
};

/* Patterns separated by commas, as -p and -P take them; NULL is no list. */
struct policy {
	struct {
		bool		 refuse;	/* session.access = refuse */
		const char	*message;	/* what a refused user reads */
		unsigned	 idle_timeout;	/* seconds, 0 is none */
		unsigned	 max_time;	/* seconds, 0 is none */
		bool		 title;		/* ps(1) shows what it does */
	} session;
	const char	*root;			/* expanded, absolute, without
						 * "//", "." and ".."; or NULL */
	size_t		 root_fixed;		/* so many bytes of it hold for
						 * everybody: links are followed
						 * in them and nowhere else */
	const char	*start_dir;		/* -d, expanded; NULL is home */
	enum sandbox	 sandbox;
	struct {
		int		 max_version;	/* 3 to 6 */
		enum messages	 messages;
		enum symlink_order symlink_order;
		const char	*hide_extensions;
		uint32_t	 max_packet;	/* bytes of a frame's body */
		uint32_t	 max_read;	/* bytes of one READ */
		const char	*charset;
	} protocol;
	struct {
		bool		 read_only;	/* -R */
		const char	**allow;	/* -p: all lists must admit,
						 * NULL-terminated, or NULL */
		const char	*deny;		/* -P: none may match */
		unsigned	 rights;	/* of enum right (rights.h) */
		unsigned	 own_rights;	/* also, for files that this
						 * session made */
		bool		 empty_listings; /* a directory can be opened
						 * and looked at without the
						 * rights, and has no entries */
		bool		 protect_startup; /* what shells read at login
						 * may not be changed */
	} access;
	struct subtrees	*paths;			/* rules beneath subtrees, for
						 * area.h; or NULL */
	struct rename_policy {
		enum overwrite	 overwrite;
		enum open_handles open_handles;
		enum rename_when when;
		unsigned	 busy_timeout;	/* milliseconds */
	} rename;
	struct setstat_policy {
		enum apply	 mode, owner, times, size;
		bool		 ignore_denied;
	} setstat;
	struct files_policy {
		int		 umask;		/* -u, or -1: the process's */
		struct mode_rule mode;		/* of files; -m is its force */
		struct mode_rule dir_mode;
		enum atomic	 atomic;
		bool		 fsync;
		const char	*hide;		/* names; see subtree_hides() */
		enum symlinks	 symlinks;
	} files;
	struct {				/* 0 is none */
		uint64_t	 handles;	/* open at a time */
		uint64_t	 file_size;	/* bytes */
		uint64_t	 read_rate;	/* bytes a second */
		uint64_t	 write_rate;
	} limits;
	struct {
		int		 level;		/* 0 QUIET, 1 FATAL, 2 ERROR,
						 * 3 INFO, 4 VERBOSE, 5 to 7
						 * DEBUG1 to DEBUG3 */
		int		 facility;	/* LOG_AUTH and so on */
		const char	*transfers;	/* "syslog", or a unix datagram
						 * socket; or NULL */
	} log;
	bool		 walks;			/* names are resolved and judged;
						 * else the client's path is used
						 * as it is */
	bool		 restricted;		/* something is forbidden that a
						 * shell would permit */
	bool		 restricted_here;	/* ... by more than -R, -p and
						 * -P, which OpenSSH has too and
						 * which change nothing else */
	struct arena	 strings;		/* all of the above */
};

/* The mode that a file gets for which `mode` was asked. */
static inline unsigned
mode_rule_apply(const struct mode_rule *r, unsigned mode)
{
	return r->force >= 0 ? (unsigned)r->force :
	    (mode & ~r->clear) | r->set;
}

/* Can it give bits that a umask, or a default ACL, would have taken? */
static inline bool
mode_rule_gives(const struct mode_rule *r)
{
	return r->force >= 0 || r->set != 0;
}

/* What a RENAME, or a copy, asked about a target that exists. */
enum replace_wish {
	REPLACE_UNSAID,		/* v3, v4: the request cannot say */
	REPLACE_NO,		/* v5, v6 without a flag; copy-file */
	REPLACE_YES,		/* OVERWRITE, ATOMIC, NATIVE; posix-rename */
};

/* The facts of one request that a ruling depends on. */
struct ask {
	enum replace_wish replace;
};

/* Which outcome would tell what exists to those without the right. */
enum conceal {
	CONCEAL_NOTHING,
	CONCEAL_ABSENT,		/* that there is nothing: denied */
	CONCEAL_PRESENT,	/* that there is something: denied */
	CONCEAL_ALL,		/* whatever went wrong: nothing there */
};

/* What may happen, decided before anything does. */
struct ruling {
	bool		 replace;	/* a target that exists may go */
	bool		 forced;	/* ... though nobody asked for it */
	enum open_handles open_handles;
	enum rename_when when;
	unsigned	 busy_timeout;	/* milliseconds */
	enum atomic	 atomic;	/* of what OPEN makes or empties */
	struct mode_rule mode, dir_mode;	/* of files, of directories */
	bool		 fsync;		/* what is done is on disk when said */
	bool		 no_symlinks;	/* none may be made */
	uint64_t	 max_size;	/* of a file; 0 is none */
	bool		 other_users;	/* may be spoken of, and their groups */
	const struct setstat_policy *setstat;

	/* What rights have to say, in a session that is judged by them; all of
	 * RIGHT_*. */
	bool		 must_exist;	/* nothing new may be made */
	bool		 must_not_exist; /* what is there may not be touched */
	bool		 write_only;	/* though it was to be read as well */
	bool		 empty;		/* only directories, without entries */
	enum conceal	 conceal;
	unsigned	 granted;	/* what goes with a new handle, ... */
	unsigned	 granted_new;	/* ... also, when it made the file */
	unsigned	 own_rights;	/* worth remembering the file for */
	bool		 keeps;		/* a handle keeps what it is granted as
					 * it makes its file */
	unsigned	 kept;		/* of handles on what is renamed */
};

/* Why a request's name is refused, as the log line needs to know. */
enum permit { PERMIT, REFUSE_READ_ONLY, REFUSE_DENIED, REFUSE_NOT_ALLOWED };

/* Frees what a policy from config_resolve() owns. */
void	policy_free(struct policy *);

/*
 * May a request of this name be made at all (-R, -p, -P)? `writes` says that
 * it changes something, which a read-only session refuses.
 */
enum permit policy_permits(const struct policy *, const char *name,
	    bool writes);

/* May nothing at all be changed, whatever the request? */
bool	policy_changes_nothing(const struct policy *);

/* By what holds where it is to happen; NULL is the session as a whole. */
struct subtree;
struct ruling policy_decide(const struct policy *, const struct subtree *,
	    const struct ask *);

#endif
