/* SPDX-License-Identifier: ISC */
/*
 * A server under load: started as sshd starts it and fed with a window of
 * requests. Each reply is compared with the expected one. A wrong reply, or a
 * server that falls silent, ends the program with a message that names both.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "codec.h"

struct handle {
	uint32_t	len;
	uint8_t		bytes[256];
};

/* The entries of a listing so far; name() checks each. */
struct listing {
	uint64_t	 entries;	/* without . and .. */
	bool		 ended;
	void		(*name)(struct listing *, const char *,
			    const struct attrs *);
	uint8_t		*seen;		/* one byte per entry */
	size_t		 size;		/* of seen */
};

/* The expected reply. Unset members are not compared. */
struct expect {
	enum packet		 type;
	uint32_t		 status;	/* STATUS: this code */
	const uint8_t		*data;		/* DATA: these bytes */
	uint32_t		 len;
	struct handle		*handle;	/* HANDLE: stored here */
	struct listing		*listing;	/* NAME, or STATUS EOF */
	uint64_t		 size;		/* ATTRS: a file of this size */
};

struct launch {
	char	**argv;
	int	  version;
	bool	  pipes;	/* two pipes instead of a socket pair */
	unsigned  cpus;		/* one for both, one each, or 0: any */
};

/* Resources that a finished server used. */
struct usage {
	uint64_t	cpu_ns;		/* user and system, of wait4() */
	uint64_t	rss_kib;	/* peak; 0 if unknown */
};

struct client;

/* Starts the server; nothing is sent. */
struct client	*client_start(const struct launch *, unsigned window);
/*
 * Sends INIT and reads VERSION. False if the server speaks only an older
 * version; rows that need this one do not apply.
 */
bool		 client_hello(struct client *);
/* True if VERSION announced this extension. */
bool		 client_announced(const struct client *, const char *name);
/*
 * Closes the server's input, checks that it exits cleanly, and frees the
 * client.
 */
struct usage	 client_end(struct client *);

int		 client_version(const struct client *);
uint64_t	 client_requests(const struct client *);
/* Returns the CPU time of the running server so far, in all threads. */
uint64_t	 client_cpu_ns(const struct client *);
uint64_t	 client_rss_kib(const struct client *);

/*
 * Make a request: begin, append fields with the put_ functions of codec.h, end
 * with the expected reply. client_begin() first takes replies until there is
 * room in the window. Nothing needs to be sent before the window is full or
 * client_drain() is called.
 */
struct bytes	*client_begin(struct client *, enum packet);
void		 client_end_request(struct client *, const struct expect *);
/* Sends everything and takes all replies that are due. */
void		 client_drain(struct client *);
/*
 * Sends as much as the server takes without reading replies. Returns when
 * everything was sent or nothing moved for a while.
 */
void		 client_push(struct client *);

/* The requests of the rows; all are expected to succeed. */
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

/* Returns the monotonic clock in nanoseconds. */
uint64_t	 now_ns(void);

#endif
