/* SPDX-License-Identifier: ISC */
/*
 * One server under load: started as sshd starts it, fed with requests up to
 * a window, every reply held against what it has to be. A wrong reply, or a
 * server that falls silent, ends the program with a message that names both.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "codec.h"

struct handle {
	uint32_t	len;
	uint8_t		bytes[256];
};

/* What a listing found so far; name() judges one entry. */
struct listing {
	uint64_t	 entries;	/* without . and .. */
	bool		 ended;
	void		(*name)(struct listing *, const char *,
			    const struct attrs *);
	uint8_t		*seen;		/* one byte an entry */
	uint64_t	 size;		/* of seen */
};

/* What a reply has to be. Unset members are not compared. */
struct expect {
	enum packet		 type;
	uint32_t		 status;	/* STATUS: this code */
	const uint8_t		*data;		/* DATA: these bytes */
	uint32_t		 len;
	struct handle		*handle;	/* HANDLE: kept here */
	struct listing		*listing;	/* NAME, or STATUS EOF */
	uint64_t		 size;		/* ATTRS: a file of this size */
};

struct launch {
	char	**argv;
	int	  version;
	bool	  pipes;	/* two pipes in place of a socket pair */
	unsigned  cpus;		/* for both: one, one each, or 0: any */
};

/* What a finished server has used. */
struct usage {
	uint64_t	cpu_ns;		/* user and system, wait4() */
	uint64_t	rss_kib;	/* the peak, 0 if it is not known */
};

struct client;

/* Spawns the server; nothing is sent. */
struct client	*client_start(const struct launch *, unsigned window);
/*
 * INIT and VERSION. False if the server speaks only an older version; a row
 * that needs this one then does not apply.
 */
bool		 client_hello(struct client *);
/* Did VERSION announce this extension? */
bool		 client_announced(const struct client *, const char *name);
/* End of input, the server's exit, which must be clean; frees the client. */
struct usage	 client_end(struct client *);

int		 client_version(const struct client *);
uint64_t	 client_requests(const struct client *);
/* CPU of the running server so far, all its threads. */
uint64_t	 client_cpu_ns(const struct client *);
uint64_t	 client_rss_kib(const struct client *);

/*
 * A request: begin, the put_ calls of codec.h, then end with what is
 * expected. begin makes room in the window first, by taking replies. Nothing
 * needs to be sent before the window is full or client_drain() is called.
 */
struct bytes	*client_begin(struct client *, enum packet);
void		 client_end_request(struct client *, const struct expect *);
/* Sends everything and takes every reply that is due. */
void		 client_drain(struct client *);
/*
 * Sends as much as the server takes without reading any reply; returns when
 * all is sent or nothing moved for a while.
 */
void		 client_push(struct client *);

/* The requests the rows are made of; all expect to succeed. */
void		 send_open(struct client *, const char *path, enum how,
		    struct handle *);
void		 send_opendir(struct client *, const char *path,
		    struct handle *);
void		 send_readdir(struct client *, const struct handle *,
		    struct listing *);
void		 send_close(struct client *, const struct handle *);
void		 send_read(struct client *, const struct handle *,
		    uint64_t offset, const uint8_t *data, uint32_t len);
void		 send_write(struct client *, const struct handle *,
		    uint64_t offset, const uint8_t *data, uint32_t len);
void		 send_stat(struct client *, enum packet, const char *path,
		    uint64_t size);
void		 send_absent(struct client *, const char *path);
void		 send_fstat(struct client *, const struct handle *,
		    uint64_t size);
void		 send_remove(struct client *, const char *path);
void		 send_rename(struct client *, const char *from,
		    const char *to);
void		 send_copy(struct client *, const struct handle *from,
		    const struct handle *to, uint64_t len);

/* The monotonic clock. */
uint64_t	 now_ns(void);

#endif
