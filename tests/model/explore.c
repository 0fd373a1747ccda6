/* SPDX-License-Identifier: ISC */
/*
 * The exploration has two steps. First the model alone finds the worlds that
 * sequences lead to, by length; of several sequences that lead to equivalent
 * worlds, only the first is extended. Then workers run, for each world, its
 * sequence followed by each letter on the server. Letters that do not change
 * the world run in one go, one after the other. Each other letter has a run of
 * its own, after a letter that should not have changed anything.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "drive.h"
#include "explore.h"
#include "play.h"

#define MAX_CRASHES	20
#define SIGNATURES	64

/* A world, as a letter and the world (a node) that it was applied to. */
struct node {
	uint32_t	 parent;
	uint16_t	 letter, level;
};

struct search {
	const struct scope *sc;
	const struct plan *plan;
	struct letter	 letters[MAX_LETTERS];
	size_t		 letter_count;
	struct node	*nodes;
	size_t		 len, cap;
	uint64_t	*keys;		/* hash table of worlds; 0 is free */
	size_t		 key_count, key_cap;
};

/* The progress of a worker, in shared memory. */
struct progress {
	size_t		 node;		/* that it is running */
	uint64_t	 sequences, failures;
	struct sequence	 trace;
};

static void
key_put(struct search *x, uint64_t key)
{
	size_t i = key & (x->key_cap - 1);

	while (x->keys[i] != 0)
		i = (i + 1) & (x->key_cap - 1);
	x->keys[i] = key;
	x->key_count++;
}

static void
keys_grow(struct search *x)
{
	uint64_t *old = x->keys;
	size_t i, cap = x->key_cap;

	x->key_cap = cap == 0 ? 1 << 12 : cap * 2;
	x->keys = calloc(x->key_cap, sizeof(*x->keys));
	x->key_count = 0;
	for (i = 0; i < cap; i++)
		if (old[i] != 0)
			key_put(x, old[i]);
	free(old);
}

/* Add a key. Return false if it was there before. */
static bool
key_add(struct search *x, uint64_t key)
{
	size_t i;

	key += key == 0;
	if (x->key_count * 2 >= x->key_cap)
		keys_grow(x);
	for (i = key & (x->key_cap - 1); x->keys[i] != 0;
	    i = (i + 1) & (x->key_cap - 1))
		if (x->keys[i] == key)
			return false;
	key_put(x, key);
	return true;
}

static void
node_add(struct search *x, size_t parent, size_t letter, int level)
{
	if (x->len == x->cap) {
		x->cap = x->cap == 0 ? 1 << 10 : x->cap * 2;
		x->nodes = realloc(x->nodes, x->cap * sizeof(*x->nodes));
	}
	x->nodes[x->len++] = (struct node){ (uint32_t)parent,
	    (uint16_t)letter, (uint16_t)level };
}

static void
sequence_to(const struct search *x, size_t node, struct sequence *s)
{
	size_t i = x->nodes[node].level;

	for (s->len = i; i > 0; node = x->nodes[node].parent)
		s->letter[--i] = x->letters[x->nodes[node].letter];
}

static void
world_at(const struct search *x, size_t node, struct world *w)
{
	struct sequence s;
	struct expect e;
	size_t i;

	sequence_to(x, node, &s);
	world_begin(x->sc, w);
	for (i = 0; i < s.len; i++)
		(void)predict(x->sc, w, &s.letter[i], NULL, &e);
}

static void
extend(struct search *x, size_t node, int level)
{
	struct world w, next;
	struct expect e;
	size_t i;

	world_at(x, node, &w);
	for (i = 0; i < x->letter_count; i++) {
		next = w;
		if (predict(x->sc, &next, &x->letters[i], NULL, &e) &&
		    key_add(x, world_key(x->sc, &next)))
			node_add(x, node, i, level);
	}
}

static void
find_worlds(struct search *x)
{
	struct world w;
	size_t i;

	world_begin(x->sc, &w);
	(void)key_add(x, world_key(x->sc, &w));
	node_add(x, 0, 0, 0);
	for (i = 0; i < x->len && x->nodes[i].level + 1 < x->plan->len; i++)
		extend(x, i, x->nodes[i].level + 1);
}

static bool
is_bad(const struct sequence *s, void *player)
{
	return play(player, s, 0, NULL, 0) == PLAYED_BADLY;
}

/* True if a similar failure, or a sufficient number, has been printed. */
static bool
is_known(const struct plan *plan, const struct sequence *s, const char *why)
{
	static uint64_t known[SIGNATURES];
	static int count;
	const struct letter *last = &s->letter[s->len - 1];
	uint64_t sum = last->op * 31u + last->how;
	int i;

	for (; *why != '\0'; why++)
		sum = (sum ^ (uint8_t)*why) * 1099511628211u;
	for (i = 0; i < count; i++)
		if (known[i] == sum)
			return true;
	if (count == plan->scripts || count == SIGNATURES)
		return true;
	known[count++] = sum;
	return false;
}

static void
report(const struct search *x, struct player *p, struct progress *mine)
{
	struct sequence s = *p->trace;

	mine->failures++;
	shrink(&s, is_bad, p);
	/* Mark a failure that does not repeat. */
	if (!is_bad(&s, p))
		snprintf(p->why, sizeof(p->why), "not again");
	if (s.len == 0 || is_known(x->plan, &s, p->why))
		return;
	flock(STDOUT_FILENO, LOCK_EX);
	script_print(stdout, x->sc, &s, p->why);
	flock(STDOUT_FILENO, LOCK_UN);
}

/* Run a sequence followed by `before`, which may be NULL, and a letter. */
static void
run_letter(const struct search *x, struct player *p, struct progress *mine,
    const struct sequence *to, const struct letter *before,
    const struct letter *l)
{
	struct sequence s;

	s.len = to->len;
	memcpy(s.letter, to->letter, to->len * sizeof(s.letter[0]));
	if (before != NULL)
		s.letter[s.len++] = *before;
	s.letter[s.len++] = *l;
	mine->sequences++;
	if (play(p, &s, s.len - 1, NULL, 0) == PLAYED_BADLY)
		report(x, p, mine);
}

/*
 * Run the sequences of a node. Letters that do not change the world come
 * first; a failure before the first of them was reported for a shorter
 * sequence.
 */
static void
run_node(const struct search *x, struct player *p, struct progress *mine)
{
	struct letter same[MAX_LETTERS], other[MAX_LETTERS];
	struct world w, next;
	struct sequence s;
	struct expect e;
	size_t i, sames = 0, others = 0;

	sequence_to(x, mine->node, &s);
	world_at(x, mine->node, &w);
	for (i = 0; i < x->letter_count; i++) {
		next = w;
		if (!predict(x->sc, &next, &x->letters[i], NULL, &e))
			continue;
		if (world_key(x->sc, &next) == world_key(x->sc, &w))
			same[sames++] = x->letters[i];
		else
			other[others++] = x->letters[i];
	}
	mine->sequences += sames;
	if (play(p, &s, s.len, same, sames) == PLAYED_BADLY) {
		if (p->trace->len <= s.len)
			return;
		report(x, p, mine);
		sames = 0;
	}
	for (i = 0; i < others; i++)
		run_letter(x, p, mine, &s, sames == 0 ? NULL :
		    &same[(mine->node + i) % sames], &other[i]);
}

/*
 * True if a node belongs to the share of its length. Sequences that are longer
 * by one are some sixteen times as many, so that about equally many are run of
 * each length.
 */
static bool
is_chosen(const struct search *x, size_t node)
{
	int shorter = x->plan->len - 1 - x->nodes[node].level;
	unsigned share = x->plan->share >> 4 * shorter;

	return share <= 1 || (uint32_t)(node * 2654435761u) % share == 0;
}

static _Noreturn void
work(const struct search *x, struct progress *mine, int worker)
{
	struct player p = { .sc = x->sc, .trace = &mine->trace };
	const char *why;
	char dir[32];

	snprintf(dir, sizeof(dir), "worker%d", worker);
	(void)mkdir(dir, 0755);
	if (chdir(dir) == -1) {
		perror(dir);
		_exit(2);
	}
	disk_clear();
	if ((why = drive_init(x->sc)) != NULL) {
		fprintf(stderr, "%s: %s\n", x->sc->policy->name, why);
		_exit(2);
	}
	for (; mine->node < x->len; mine->node += (size_t)x->plan->workers)
		if (is_chosen(x, mine->node))
			run_node(x, &p, mine);
	drive_exit();
	exit(0);
}

static pid_t
start(const struct search *x, struct progress *p, int worker)
{
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0)
		work(x, p, worker);
	return pid;
}

/* True if a sequence crashes. It runs in a process of its own, silently. */
static bool
crashes(const struct sequence *s, void *arg)
{
	const struct search *x = arg;
	struct sequence trace;
	struct player p = { .sc = x->sc, .trace = &trace };
	pid_t pid;
	int status, null;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		null = open("/dev/null", O_WRONLY);
		(void)dup2(null, STDERR_FILENO);
		if (chdir("worker0") == -1)
			_exit(0);
		disk_clear();
		(void)drive_init(x->sc);
		(void)play(&p, s, 0, NULL, 0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status != 0;
}

static void
report_crash(const struct search *x, const struct progress *p)
{
	struct sequence s = p->trace;

	shrink(&s, crashes, (void *)(uintptr_t)x);
	script_print(stdout, x->sc, &s, "the server crashes");
}

/* Wait for a worker. Replace one that crashes, and skip its node. */
static void
await(const struct search *x, struct progress *p, int worker, pid_t pid,
    struct result *r)
{
	int status;

	while (waitpid(pid, &status, 0) == pid && status != 0) {
		if (p->node >= x->len || ++r->crashes > MAX_CRASHES) {
			r->crashes += p->node >= x->len;
			printf("# a worker ends with status %x\n", status);
			return;
		}
		report_crash(x, p);
		p->node += (size_t)x->plan->workers;
		pid = start(x, p, worker);
	}
}

static bool
is_left_out(const struct search *x, const struct letter *l)
{
	char *line = NULL;
	size_t size;
	FILE *f;
	bool fits;

	if (x->plan->without == NULL || (f = open_memstream(&line, &size)) ==
	    NULL)
		return false;
	letter_print(f, x->sc, l);
	fclose(f);
	fits = fnmatch(x->plan->without, line, 0) == 0;
	free(line);
	return fits;
}

static void
take_letters(struct search *x)
{
	struct letter all[MAX_LETTERS];
	size_t i, n = letters_make(x->sc, all);

	for (i = 0; i < n; i++)
		if (!is_left_out(x, &all[i]))
			x->letters[x->letter_count++] = all[i];
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

bool
explore(const struct scope *sc, const struct plan *plan, struct result *r)
{
	struct search x = { .sc = sc, .plan = plan };
	const size_t size = MAX_WORKERS * sizeof(struct progress);
	struct progress *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[MAX_WORKERS];
	double begin = seconds();
	int i;

	take_letters(&x);
	find_worlds(&x);
	*r = (struct result){ .worlds = x.len };
	for (i = 0; i < plan->workers; i++) {
		p[i].node = (size_t)i;
		pid[i] = start(&x, &p[i], i);
	}
	for (i = 0; i < plan->workers; i++) {
		await(&x, &p[i], i, pid[i], r);
		r->sequences += p[i].sequences;
		r->failures += p[i].failures;
	}
	r->seconds = seconds() - begin;
	munmap(p, size);
	free(x.nodes);
	free(x.keys);
	return r->failures + r->crashes == 0;
}
