# SPDX-License-Identifier: ISC
"""Transfers behind pipes: wider pipes while they last, and writes that wait
for the reader. $SERVER is the server.
"""

import errno
import fcntl
import os
import pwd
import random
import resource
import signal
import time
import traceback
import unittest

from session import BUILD, SessionTest
from sftpwire import CREAT, READ, TRUNC, WRITE
import sftpwire as sw

ROOT = os.getuid() == 0
GET, SET = 1032, 1031		# F_GETPIPE_SZ, F_SETPIPE_SZ
NORMAL, WIDE = 65536, 262144
PAGE = resource.getpagesize()
BLOCK = 32768


def size_of(fd):
    return fcntl.fcntl(fd, GET)


def soft_limit():
    """Pages that the pipes of a user may hold; 0: no limit."""
    with open("/proc/sys/fs/pipe-user-pages-soft", "rb") as f:
        return int(f.read())


def budget_left():
    """True if the kernel lets this user widen a pipe and make another one of
    1 MiB, as the server wants it. Other programs of the user share the limit.
    """
    pipes = [os.pipe(), os.pipe()]
    try:
        for pipe, size in zip(pipes, (WIDE, 1 << 20)):
            fcntl.fcntl(pipe[0], SET, size)
        return True
    except PermissionError:
        return False
    finally:
        for fd in sum(pipes, ()):
            os.close(fd)


def lonely_user():
    """Returns a user for whom nothing else is likely to run."""
    users = [u for u in pwd.getpwall() if 0 < u.pw_uid < 1000]
    return users[os.getpid() % len(users)] if users else pwd.getpwnam("nobody")


def apart(function):
    """Runs the test in a process of another user without privileges, who has
    made the pipes. The user who runs this has other programs, which would
    be left without pipes and would free some meanwhile."""

    def test(self):
        if not ROOT:
            self.skipTest("it takes root to use up the pipes of another user")
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(out)
                user = lonely_user()
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
                function(self)
                status = 0
            except unittest.SkipTest as skip:
                os.write(into, str(skip).encode())
                status = 2
            except BaseException:       # pylint: disable=broad-except
                os.write(into, traceback.format_exc()[-4000:].encode())
            finally:
                os._exit(status)
        os.close(into)
        with os.fdopen(out, "rb") as f:
            text = f.read().decode()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == 2:
            self.skipTest(text)
        self.assertEqual(status, 0, text)

    test.__doc__, test.__name__ = function.__doc__, function.__name__
    return test


class Streams(SessionTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.dir, 0o777)
        self.content = random.Random(1).randbytes(4 << 20)
        with open(self.dir + "/f", "wb") as f:
            f.write(self.content)

    def open(self, s, name=b"f", pflags=READ):
        return s.call("open", name, pflags, {}).handle

    def ask(self, s, h, offs, length=BLOCK):
        """Sends READs at once and reads nothing; -> whether all were taken."""
        frames = []
        for off in offs:
            ident, payload = s.payload("read", h, off, length)
            s.pending.append((ident, "read"))
            frames.append(sw.frame(payload))
        data = b"".join(frames)
        return s.send(data, read_too=False) == len(data)

    def take(self, s, offs, length=BLOCK):
        for off in offs:
            reply = s.result()
            self.assertEqual(reply.kind, "data", str(reply))
            self.assertEqual(reply.data, self.content[off:off + length])

    def begin(self, s, h):
        """Downloads 2 MiB, so that a transfer is under way. The server never
        waits meanwhile: it would narrow the pipe of a slow reader, and on a
        busy machine this is one."""
        offs = range(0, 2 << 20, BLOCK)
        for off in offs:
            self.ask(s, h, [off])
            self.take(s, [off])
        return offs

    def assert_wide(self, fd):
        size = size_of(fd)
        if size == NORMAL and not budget_left():
            self.skipTest("this user's pipes hold nearly what they may")
        self.assertEqual(size, WIDE)

    def until(self, fd, size):
        deadline = time.monotonic() + 30
        while size_of(fd) != size:
            self.assertLess(time.monotonic(), deadline, size_of(fd))
            time.sleep(0.01)

    def test_download(self):
        """The pipe of the replies is wide from the first quarter of a MiB to
        the last CLOSE; that of the requests stays as it was."""
        s = self.session(pipes=True)
        before = size_of(s.rx)
        h, other = self.open(s), self.open(s)
        s.call("read", h, 0, BLOCK)
        self.assertEqual(size_of(s.rx), before)
        self.begin(s, h)
        self.assert_wide(s.rx)
        self.assertEqual(size_of(s.tx), before)
        self.assert_status(s.call("close", h), 0)
        self.assert_wide(s.rx)
        self.assert_status(s.call("close", other), 0)
        self.until(s.rx, before)
        h = self.open(s)
        self.begin(s, h)
        self.assert_wide(s.rx)
        self.assertEqual(s.finish(), 0)

    def test_upload(self):
        """The same for the pipe of the requests."""
        s = self.session(pipes=True)
        before = size_of(s.tx)
        h = self.open(s, b"g", WRITE | CREAT | TRUNC)
        offs = range(0, len(self.content), BLOCK)
        for off in offs:
            s.start("write", h, off, self.content[off:off + BLOCK])
        for _ in offs:
            self.assert_status(s.result(), 0)
        self.assert_wide(s.tx)
        self.assertEqual(size_of(s.rx), before)
        self.assert_status(s.call("close", h), 0)
        self.until(s.tx, before)
        with open(self.dir + "/g", "rb") as f:
            self.assertEqual(f.read(), self.content)
        self.assertEqual(s.finish(), 0)

    def test_closed_before_it_is_read(self):
        """A pipe that is full at the last CLOSE is narrowed once it is empty,
        without a further request."""
        s = self.session(pipes=True)
        before = size_of(s.rx)
        h = self.open(s)
        self.begin(s, h)
        offs = range(0, 7 * BLOCK, BLOCK)
        self.ask(s, h, offs)
        s.send(sw.frame(s.payload("close", h)[1]), read_too=False)
        self.assert_wide(s.rx)
        self.take(s, offs)
        s.recv_frame()
        self.until(s.rx, before)
        self.assertEqual(s.finish(), 0)

    def test_rooted(self):
        """In a root, where there is a sandbox around it."""
        s = self.session("-o", "root=" + self.dir, pipes=True)
        h = self.open(s, b"/f")
        self.begin(s, h)
        self.assert_wide(s.rx)
        offs = range(0, 2 << 20, BLOCK)
        self.ask(s, h, offs)
        time.sleep(0.5)			# the server waits, and is waked
        self.take(s, offs)
        self.assertEqual(s.finish(), 0)

    def test_asks_before_it_reads(self):
        """The server takes as much input as its buffer holds while the client
        does not read."""
        s = self.session(pipes=True)
        h = self.open(s)
        self.begin(s, h)
        offs = range(0, 10000)
        self.assertTrue(self.ask(s, h, offs, 100))
        self.take(s, offs, 100)
        self.assertEqual(s.finish(), 0)

    def test_never_reads(self):
        """A client that never reads is not served without bound."""
        s = self.session(pipes=True)
        h = self.open(s)
        self.begin(s, h)
        self.assertFalse(self.ask(s, h, range(0, 60000), 261120))
        self.assertLess(s.rss_peak(), 16 * 1024)
        s.hang_up()
        self.assertEqual(s.child.wait(s.timeout), 0)

    def test_end_of_input(self):
        """Requests that came before the end are answered to a slow reader."""
        s = self.session(pipes=True)
        h = self.open(s)
        self.begin(s, h)
        offs = range(0, 4 << 20, BLOCK)
        self.ask(s, h, offs)
        s.end_input()
        time.sleep(0.3)
        self.take(s, offs)
        self.assertEqual(s.wait(), 0)

    def test_signal(self):
        """A signal ends a session that waits for its reader."""
        for sig in signal.SIGTERM, signal.SIGHUP:
            with self.subTest(sig=sig):
                s = self.session(pipes=True)
                h = self.open(s)
                self.begin(s, h)
                self.ask(s, h, range(0, 4 << 20, BLOCK))
                s.child.send_signal(sig)
                self.assertEqual(s.child.wait(s.timeout), 0)

    def test_reader_goes(self):
        """A session whose reader goes while it waits ends."""
        s = self.session(pipes=True)
        h = self.open(s)
        self.begin(s, h)
        self.ask(s, h, range(0, 4 << 20, BLOCK))
        s.hang_up()
        self.assertEqual(s.child.wait(s.timeout), 0)

    def test_slow_reader(self):
        """The pipe of a reader who takes little is narrowed while the transfer
        goes on, and the reader gets everything."""
        s = self.session(pipes=True)
        before = size_of(s.rx)
        h = self.open(s)
        self.begin(s, h)
        offs = range(0, 2 << 20, BLOCK)
        self.ask(s, h, offs)
        self.assert_wide(s.rx)
        deadline = time.monotonic() + 60
        while size_of(s.rx) != before:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
            try:
                s.inbox += os.read(s.rx, 4096)
            except BlockingIOError:
                pass			# narrow, or about to be
        self.take(s, offs)
        self.assertEqual(s.finish(), 0)

    @apart
    def test_hundred_sessions(self):
        """A hundred sessions of a user transfer, and his next pipes are as
        large as ever."""
        before = size_of(os.pipe()[0])
        offs = range(0, 1 << 19, BLOCK)
        more = range(1 << 19, 3 << 19, BLOCK)
        sessions = []
        for _ in range(100):
            s = self.session(pipes=True)
            sessions.append((s, self.open(s)))
        for s, h in sessions:
            self.ask(s, h, offs)
            self.take(s, offs)
            self.ask(s, h, more)
        self.assertTrue(any(size_of(s.rx) == WIDE for s, _ in sessions))
        self.assertEqual(size_of(os.pipe()[0]), before)
        for s, h in sessions:
            self.take(s, more)
            self.assert_status(s.call("close", h), 0)
            self.until(s.rx, NORMAL)
            self.assertEqual(s.finish(), 0)

    def fill_budget(self):
        """Leaves a little more than 1 MiB of it; -> pipes."""
        fill = []
        for size in 1 << 20, 1 << 19, 1 << 18:
            try:
                while True:
                    fill.append(os.pipe())
                    fcntl.fcntl(fill[-1][0], SET, size)
            except OSError as e:
                self.assertEqual(e.errno, errno.EPERM)
        for fd in fill.pop(0):
            os.close(fd)
        return fill

    @apart
    def test_budget(self):
        """Where little is left of what a user's pipes may hold, a transfer
        takes none of it."""
        if soft_limit() == 0:
            self.skipTest("there is no limit here")
        # Another run of this test may have chosen the same user.
        for _ in range(10):
            fill = self.fill_budget()
            s = self.session(pipes=True)
            normal = size_of(s.rx)
            h = self.open(s)
            offs = self.begin(s, h)
            if size_of(s.rx) == normal:
                break
            s.destroy()
            for pipe in fill:
                for fd in pipe:
                    os.close(fd)
        else:
            self.fail("the pipe became %d bytes wide" % WIDE)
        self.assertEqual(size_of(os.pipe()[0]), NORMAL)
        self.ask(s, h, offs)
        time.sleep(0.3)
        self.take(s, offs)
        self.assertEqual(s.finish(), 0)

    def test_nothing_to_spare(self):
        """The same for a user whose pipes can be wide, and where nothing would
        be left to others."""
        without = [os.path.join(BUILD, "tests", "without"), "-p",
                   "fcntl:%d:%d" % (SET, 1 << 20), "--"]
        s = self.session(pipes=True, under=without)
        before = size_of(s.rx)
        h = self.open(s)
        offs = self.begin(s, h)
        self.assertEqual(size_of(s.rx), before)
        self.ask(s, h, offs)
        self.take(s, offs)
        self.assertEqual(s.finish(), 0)


if __name__ == "__main__":
    unittest.main()
