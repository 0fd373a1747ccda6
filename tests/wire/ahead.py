# SPDX-License-Identifier: ISC
"""READs and WRITEs that share a system call answer as each would alone. A
model in memory says how. $SERVER is the server.
"""

import fcntl
import os
import random
import sys
import termios
import time
import unittest

from session import SessionTest
from sftpwire import CREAT, READ, TRUNC, WRITE
import sftpwire as sw

EOF, FAILURE = 1, 4
ROOT = os.getuid() == 0
READ_DATA, OPEN_EXISTING = 1, 2		# of an OPEN of version 5 and later
SIZES = 1, 7, 512, 4096, 32767, 32768, 65536


class Batches(SessionTest):
    def open(self, s, name, pflags=READ | WRITE | CREAT | TRUNC):
        return s.call("open", name, pflags, {}).handle

    def batch(self, s, requests):
        """Sends all at once, so that the server has them side by side."""
        frames = []
        for request in requests:
            ident, payload = s.payload(*request)
            s.pending.append((ident, request[0]))
            frames.append(sw.frame(payload))
        s.send(b"".join(frames))
        return [s.result() for _ in requests]

    def expect_read(self, reply, content, off, length):
        want = bytes(content[off:off + length])
        if length > 0 and not want:
            self.assert_status(reply, EOF)
        else:
            self.assertEqual(reply.kind, "data", str(reply))
            self.assertEqual(reply.data, want)


class Ahead(Batches):
    def test_a_run_of_writes_and_a_run_of_reads(self):
        for size in SIZES:
            with self.subTest(size=size):
                s = self.session()
                h = self.open(s, b"f")
                content = random.Random(size).randbytes(size * 20 + 3)
                pieces = range(0, len(content), size)
                for reply in self.batch(s, [
                        ("write", h, off, content[off:off + size])
                        for off in pieces]):
                    self.assert_status(reply, 0)
                with open(self.dir + "/f", "rb") as f:
                    self.assertEqual(f.read(), content)
                # Two more than there are: the end of the file is among them.
                offs = [i * size for i in range(len(pieces) + 2)]
                for off, reply in zip(offs, self.batch(s, [
                        ("read", h, off, size) for off in offs])):
                    self.expect_read(reply, content, off, size)

    def random_requests(self, rng, handles, files):
        """Requests in one batch, and what each must answer, as a function."""
        off, requests, checks = 0, [], []
        for _ in range(60):
            n = rng.randrange(2)
            size, kind = rng.choice(SIZES[:5]), rng.randrange(10)
            if rng.random() < .2:
                off = rng.randrange(100000)
            content = files[n]
            if kind < 4:
                data = rng.randbytes(size)
                requests.append(("write", handles[n], off, data))
                if len(content) < off:
                    content.extend(bytes(off - len(content)))
                content[off:off + size] = data
                checks.append(lambda r: self.assert_status(r, 0))
            elif kind < 9:
                requests.append(("read", handles[n], off, size))
                seen = bytes(content)
                checks.append(lambda r, c=seen, o=off, l=size:
                              self.expect_read(r, c, o, l))
            else:
                length = rng.randrange(100000)
                requests.append(("fsetstat", handles[n], {"size": length}))
                del content[length:]
                content.extend(bytes(length - len(content)))
                checks.append(lambda r: self.assert_status(r, 0))
                continue
            off += size
        return requests, checks

    def test_whatever_stands_side_by_side(self):
        """Writes, truncations and reads mixed, on two handles."""
        for seed in range(60):
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                s = self.session()
                files = [bytearray(), bytearray()]
                handles = [self.open(s, b"a"), self.open(s, b"b")]
                requests, checks = self.random_requests(rng, handles, files)
                for check, reply in zip(checks, self.batch(s, requests)):
                    check(reply)
                for name, content in zip("ab", files):
                    with open(os.path.join(self.dir, name), "rb") as f:
                        self.assertEqual(f.read(), bytes(content))
                self.assertEqual(s.finish(), 0)

    def test_two_handles_on_one_file(self):
        s = self.session()
        h, g = self.open(s, b"f"), self.open(s, b"f", READ)
        replies = self.batch(s, [
            ("write", h, 0, b"one"), ("write", h, 3, b"two"),
            ("read", g, 0, 3), ("read", g, 3, 3), ("write", h, 0, b"ONE"),
            ("read", g, 0, 3), ("read", g, 3, 9), ("read", g, 6, 1)])
        self.assertEqual([getattr(r, "data", None) for r in replies],
                         [None, None, b"one", b"two", None, b"ONE", b"two",
                          None])

    def test_an_error_in_the_middle(self):
        """Where a file may not grow, the first to cross the line fails."""
        limit = 10000
        s = self.session(fsize=limit)
        h = self.open(s, b"f")
        replies = self.batch(s, [("write", h, i * 4096, bytes([i]) * 4096)
                                 for i in range(4)])
        self.assertEqual([r.code for r in replies],
                         [0, 0, FAILURE, FAILURE])
        self.assertEqual(s.call("read", h, 4096, 4096).data, b"\1" * 4096)

    def test_replies_are_not_changed_by_what_follows(self):
        """Later requests on the file do not change the data of an earlier
        READ's reply."""
        for size in SIZES:
            with self.subTest(size=size):
                s = self.session()
                h = self.open(s, b"f")
                before, after = b"b" * size * 3, b"a" * size * 3
                s.call("write", h, 0, before)
                replies = self.batch(s, [
                    ("read", h, 0, size), ("read", h, size, size),
                    ("write", h, 0, after), ("read", h, 0, size),
                    ("fsetstat", h, {"size": 0}), ("read", h, 0, size)])
                self.assertEqual(replies[0].data, b"b" * size)
                self.assertEqual(replies[1].data, b"b" * size)
                self.assertEqual(replies[3].data, b"a" * size)
                self.assert_status(replies[5], EOF)

    def test_replies_are_not_changed_by_a_replacement(self):
        """Replies stay the same when a rename or a removal puts another file
        in the place of the first."""
        for size in SIZES:
            with self.subTest(size=size):
                s = self.session()
                before, after = b"b" * size * 3, b"a" * size * 3
                with open(self.dir + "/f", "wb") as f:
                    f.write(before)
                with open(self.dir + "/g", "wb") as f:
                    f.write(after)
                h = self.open(s, b"f", READ)
                replies = self.batch(s, [
                    ("read", h, 0, size), ("read", h, size, size),
                    ("posix-rename@openssh.com", b"g", b"f"),
                    ("read", h, 0, size), ("read", h, size, size),
                    ("remove", b"f"), ("read", h, 0, size)])
                for i in 0, 1, 3, 4, 6:
                    self.assertEqual(replies[i].data, b"b" * size)

    def test_replies_that_wait_are_not_changed_by_others(self):
        """Another process changes the file while replies wait to be sent."""
        for size in SIZES:
            with self.subTest(size=size):
                s = self.session()
                with open(self.dir + "/f", "wb") as f:
                    f.write(b"b" * size * 3)
                h = self.open(s, b"f", READ)
                for request in (("read", h, 0, size), ("read", h, size, size),
                                ("mkdir", b"done", {})):
                    ident, payload = s.payload(*request)
                    s.pending.append((ident, request[0]))
                    s.send(sw.frame(payload), read_too=False)
                # All of them were run once the last one was.
                until = time.monotonic() + s.timeout
                while not os.path.exists(self.dir + "/done"):
                    self.assertLess(time.monotonic(), until)
                    os.sched_yield()
                with open(self.dir + "/f", "r+b") as f:
                    f.write(b"a" * size)
                    f.truncate(size // 2)
                os.rmdir(self.dir + "/done")
                for _ in range(2):
                    self.assertEqual(s.result().data, b"b" * size)
                self.assert_status(s.result(), 0)


ZERO = "-o", "files.zero_copy=true"


def lends_pages(directory):
    """Asks the kernel if what is written to a file there changes bytes that
    splice(2) put into a pipe before."""
    name = os.path.join(directory, "lends")
    with open(name, "w+b") as f:
        f.write(b"b" * 4096)
        f.flush()
        out, into = os.pipe()
        os.splice(f.fileno(), into, 4096, offset_src=0)
        os.pwrite(f.fileno(), b"a" * 4096, 0)
        got = os.read(out, 4096)
        os.close(out)
        os.close(into)
    os.unlink(name)
    return got[:1] == b"a"


class Piped(Batches):
    """Files that are never changed in place, behind pipes: from 16 KiB on, the
    data of a READ is not copied, except for the first and last of a file."""

    def piped(self, content, *args, **kwargs):
        """Session, handle; the first READ is behind us."""
        with open(self.dir + "/f", "wb") as f:
            f.write(content)
        s = self.session(*(args or ("-R",) + ZERO), pipes=True, **kwargs)
        h = self.open(s, b"f", READ) if s.version < 5 else \
            s.call("open", b"f", READ_DATA, OPEN_EXISTING, {}).handle
        self.assertEqual(s.call("read", h, 0, 1).data, content[:1])
        return s, h

    def rule(self, settings, outside=""):
        """Arguments for a path rule for where we are."""
        conf = self.dir + "/conf"
        with open(conf, "w", encoding="utf-8") as out:
            out.write("rules = ( { %s paths = ( { match = \"%s\"; %s } ); } );"
                      % (outside, self.dir, settings))
        os.chmod(conf, 0o644)
        return "-F", conf

    def reads_before_change(self, *args, size=32768):
        """Asks for data, changes it in the file once it is in the pipe, and
        only then reads; -> the data."""
        s, h = self.piped(b"b" * size * 2, *args)
        ident, payload = s.payload("read", h, 0, size)
        s.pending.append((ident, "read"))
        s.send(sw.frame(payload), read_too=False)
        waits = bytearray(4)
        while int.from_bytes(waits, sys.byteorder) < size:
            fcntl.ioctl(s.rx, termios.FIONREAD, waits)
        with open(self.dir + "/f", "r+b") as f:
            f.write(b"a" * size)
        reply = s.result()
        self.assertEqual(len(reply.data), size)
        self.assertEqual(s.finish(), 0)
        return reply.data

    def expect_each(self, data, *sessions):
        for args in sessions:
            with self.subTest(args=args):
                self.assertEqual(self.reads_before_change(*args),
                                 data * 32768)

    def test_copies(self):
        """Without the setting, and where the session can change files, a reply
        has what was in the file when it was made."""
        self.expect_each(
            b"b", ("-l", "QUIET"), ("-R",), ZERO,
            (*ZERO, "-o", "access.rights=read,create"),
            (*ZERO, "-o", "access.rights=stat,read,link"),
            (*ZERO, "-o", "access.rights=read,stat", "-o",
             "access.own_rights=modify"))

    @unittest.skipUnless(ROOT, "takes root, whose policy files obey")
    def test_path_rule_copies(self):
        """The same by a path rule, which also takes the setting back."""
        rights = 'rights = "%s"; files = { zero_copy = true; };'
        self.expect_each(
            b"b", self.rule(rights % "read,modify"),
            self.rule(rights % "read,create"),
            self.rule('files = { zero_copy = false; };',
                      "access = { read_only = true; };"
                      " files = { zero_copy = true; };"))

    def test_does_not_copy(self):
        """With it, and where the session cannot, the reply is the file."""
        if not lends_pages(self.dir):
            self.skipTest("pages are copied on this file system")
        self.expect_each(
            b"a", ("-R", *ZERO),
            (*ZERO, "-o", "access.rights=stat,read"),
            (*ZERO, "-o", "access.rights=stat,read,delete,rename"))

    @unittest.skipUnless(ROOT, "takes root, whose policy files obey")
    def test_path_rule_does_not_copy(self):
        """The same by a path rule, or with rights by a path rule."""
        if not lends_pages(self.dir):
            self.skipTest("pages are copied on this file system")
        self.expect_each(
            b"a", self.rule('rights = "read,stat"; '
                            'files = { zero_copy = true; };'),
            self.rule('rights = "read,stat";',
                      "files = { zero_copy = true; };"))

    def test_every_size(self):
        """Whole READs and shorter ones, from anywhere, to the end."""
        content = random.Random(1).randbytes(600000)
        for version, begin in (3, 0), (3, 1), (6, 4095):
            for size in 16383, 16384, 16385, 32768, 65537, 131072, 261120:
                with self.subTest(version=version, size=size, begin=begin):
                    s, h = self.piped(content, version=version)
                    offs = range(begin, len(content) + size, size)
                    for off, reply in zip(offs, self.batch(s, [
                            ("read", h, off, size) for off in offs])):
                        self.expect_read(reply, content, off, size)
                        if version == 6 and reply.kind == "data":
                            self.assertEqual(bool(reply.eof),
                                             len(reply.data) < size)
                    self.assertEqual(s.finish(), 0)

    def test_between_others(self):
        """Replies stay in order, whatever stands between."""
        for seed in range(8):
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                content = rng.randbytes(500000)
                s, h = self.piped(content)
                asked = [(rng.randrange(600000), rng.choice((1, 20000, 200000)))
                         if rng.randrange(3) else None for _ in range(60)]
                replies = self.batch(s, [
                    ("read", h, *what) if what else ("fstat", h)
                    for what in asked])
                for what, reply in zip(asked, replies):
                    if what:
                        self.expect_read(reply, content, *what)
                    else:
                        self.assertEqual(reply.attrs["size"], len(content))
                self.assertEqual(s.finish(), 0)

    def test_as_long_as_promised(self):
        """Another process that shortens the file may change the bytes of a
        reply under way, never its length."""
        for size in 16384, 65536, 261120:
            with self.subTest(size=size):
                s, h = self.piped(b"b" * size * 4)
                for off in range(3):
                    ident, payload = s.payload("read", h, off * size, size)
                    s.pending.append((ident, "read"))
                    s.send(sw.frame(payload), read_too=False)
                os.truncate(self.dir + "/f", size)
                self.assertEqual(s.result().data, b"b" * size)
                for reply in s.result(), s.result():
                    self.assertIn(reply.kind, ("data", "status"))
                self.assertEqual(s.call("fstat", h).attrs["size"], size)
                self.assertEqual(s.finish(), 0)

    def test_nobody_takes_it(self):
        """A client that goes away while data is under way to it."""
        s, h = self.piped(b"b" * 1000000)
        for off in range(3):
            s.send(sw.frame(s.payload("read", h, off * 261120, 261120)[1]),
                   read_too=False)
        os.close(s.rx)
        os.close(s.tx)
        self.assertEqual(s.child.wait(s.timeout), 0)
        s.tx = s.rx = -1
