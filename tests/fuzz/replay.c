/* SPDX-License-Identifier: ISC */
/*
 * Runs the inputs that are its arguments, without libFuzzer, and prints TAP. A
 * failing input aborts. The log is written to /dev/null, so that making it is
 * tested.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/tap.h"
#include "fuzz.h"

#define INPUT_SIZE	(1 << 20)

static size_t
load(const char *path, uint8_t *to)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd == -1 || (n = read(fd, to, INPUT_SIZE)) == -1) {
		perror(path);
		exit(1);
	}
	close(fd);
	return (size_t)n;
}

static void
silence(void)
{
	int fd = open("/dev/null", O_WRONLY);

	if (fd == -1 || dup2(fd, STDERR_FILENO) == -1)
		exit(1);
	close(fd);
}

int
main(int argc, char **argv)
{
	static uint8_t input[INPUT_SIZE];
	char **path = calloc((size_t)argc, sizeof(*path));
	int i;

	/* The target changes to a directory of its own. */
	for (i = 1; i < argc; i++)
		if ((path[i] = realpath(argv[i], NULL)) == NULL) {
			perror(argv[i]);
			return 1;
		}
	LLVMFuzzerInitialize(&argc, &argv);
	if (getenv("FUZZ_LOG") == NULL)
		silence();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc; i++) {
		size_t len = load(path[i], input);
		/*
		 * Allocate exactly this size so that ASan detects a read beyond
		 * the end.
		 */
		uint8_t *copy = malloc(len);

		memcpy(copy, input, len);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
		ok(true, "%s", argv[i]);
		free(path[i]);
	}
	free(path);
	return done();
}
