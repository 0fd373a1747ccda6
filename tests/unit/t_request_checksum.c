/* SPDX-License-Identifier: ISC */
/* The state of a hash between two steps, which no test on the wire can time. */
#include "config.h"

#include <string.h>

#include "conf/setting.h"
#include "paths/locate.h"
#include "request/ops.h"
#include "request/session.h"
#include "request/table.h"
#include "request/task.h"
#include "scratch.h"
#include "tap.h"
#include "wire/sftp.h"

#define MIB		(1024 * 1024)
#define MOST_STEPS	1000

static struct session session;
static struct request request;

/* check-file-name of a sparse file, with crc32, as the gate would run it. */
static void
begin(off_t size, uint32_t block)
{
	static char list[] = "crc32";

	scratch_file("f", "");
	if (truncate("f", size) == -1)
		exit(1);
	session.out.len = 0;
	session.ending = false;
	request = (struct request){ .object.path = "f", .algorithms = list,
	    .block_size = block };
	(void)table_find_extended(&request, (struct slice){
	    (uint8_t *)(uintptr_t)"check-file-name", 15 }, 3);
	(void)locate_path(&session.fs, "f", PLACE_FOLLOW,
	    &request.object.place);
}

static int
finish(void)
{
	int r = PENDING, steps;

	for (steps = 0; r == PENDING && steps < MOST_STEPS; steps++)
		r = request.task->step(&session, &request);
	task_end(&request);
	return r;
}

/* Returns the lowest free descriptor. */
static int
free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

static void
test_steps(void)
{
	int fd = free_fd(), r;

	begin(8 * MIB, 0);
	r = op_check_file(&session, &request);
	ok(r == PENDING && session.out.len == 0 && free_fd() > fd,
	    "8 MiB take more than one step");
	ok(finish() == 0 && session.out.len == 9 + 4 + 5 + 4,
	    "after some steps there is one reply");
	ok(free_fd() == fd,
	    "its descriptor is closed");
	begin(1000, 0);
	ok(op_check_file(&session, &request) == 0, "1000 bytes are one step");
	task_end(&request);
}

static void
test_ending(void)
{
	int fd = free_fd();

	begin(8 * MIB, 0);
	(void)op_check_file(&session, &request);
	session.ending = true;
	ok(finish() == FX_FAILURE && free_fd() == fd &&
	    session.out.len == 0, "the end of the session ends it");
}

static void
test_changes(void)
{
	int fd = free_fd();

	begin(8 * MIB, MIB);
	(void)op_check_file(&session, &request);
	ok(truncate("f", 3 * MIB) == 0 && finish() == 0 &&
	    session.out.len == 9 + 4 + 5 + 3 * 4,
	    "a file that shrinks has the blocks that are left");
	begin(8 * MIB, MIB);
	(void)op_check_file(&session, &request);
	ok(truncate("f", 10 * MIB) == 0 && finish() == 0 &&
	    session.out.len == 9 + 4 + 5 + 10 * 4,
	    "a file that grows has the blocks that were added");
	begin(8 * MIB, 256);
	(void)op_check_file(&session, &request);
	ok(truncate("f", 32 * MIB) == 0 && finish() == FX_FAILURE &&
	    session.out.len == 0,
	    "a file that grows too much for one reply fails");
	begin(8 * MIB, 256);
	(void)op_check_file(&session, &request);
	ok(unlink("f") == 0 && finish() == 0,
	    "a file that is removed stays open");
	ok(free_fd() == fd,
	    "their descriptors are closed");
}

int
main(void)
{
	scratch_enter();
	setting_defaults(&session.policy);
	session.version = 3;
	test_steps();
	test_ending();
	test_changes();
	buf_free(&session.out);
	return done();
}
