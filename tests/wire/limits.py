# SPDX-License-Identifier: ISC
"""limits.*: handles, sizes of files, and rates. $SERVER is the server.
"""

import os
import signal

import sftpwire as sw
from session import SessionTest
from sftpwire import APPEND, CREAT, READ, TRUNC, WRITE
from versions import ALL, fields

FAILURE, QUOTA = 4, 15
MAX = 10000


class LimitsTest(SessionTest):
    def path(self, name):
        return os.path.join(self.dir, name)

    def size(self, name):
        return os.stat(self.path(name)).st_size

    def sessions(self, *options, versions=ALL, **kwargs):
        args = [w for o in options for w in ("-o", o)]
        for version in versions:
            for name in os.listdir(self.dir):
                os.unlink(self.path(name))
            with self.subTest(version=version):
                s = self.session(*args, version=version, **kwargs)
                yield version, s
                self.assertEqual(s.finish(), 0)

    def ask(self, s, name, pflags, attrs=None):
        return s.call(*fields(s.version, "open", name, pflags, attrs or {}))

    def open(self, s, name, pflags, attrs=None):
        reply = self.ask(s, name, pflags, attrs)
        self.assertEqual(reply.kind, "handle", str(reply))
        return reply.handle

    def assert_too_large(self, s, reply):
        self.assert_status(reply, QUOTA if s.version >= 5 else FAILURE)
        self.assertIn(b"larger than the server permits", reply.message)


class Handles(LimitsTest):
    def test_handles(self):
        """Files and directories; a close makes room, and nothing is made by
        what is refused."""
        for _, s in self.sessions("limits.handles=3"):
            self.put("f")
            held = [self.open(s, "f", READ), s.call("opendir", ".").handle,
                    self.open(s, "f", WRITE)]
            for reply in (self.ask(s, "f", READ), s.call("opendir", "."),
                          self.ask(s, "new", WRITE | CREAT),
                          self.ask(s, "f", WRITE | TRUNC)):
                self.assert_status(reply, FAILURE)
                self.assertEqual(reply.message, b"too many open handles")
            self.assertEqual(os.listdir(self.dir), ["f"])
            self.assertEqual(s.call("realpath", ".").kind, "name")
            self.assert_status(s.call("close", held.pop()), sw.OK)
            held.append(self.open(s, "new", WRITE | CREAT))
            self.assert_status(s.call("opendir", "."), FAILURE)

    def test_handles_that_were_let_go(self):
        """The system does not count handles whose files were closed."""
        for _, s in self.sessions("rename.open_handles=close",
                                  "rename.when=always", versions=(3, 6)):
            names, handles = ["a", "b"], []
            # An OPEN that fails late gives no room for another handle.
            os.mkdir(self.path("d"))
            for _ in range(3 * (s.version > 3)):
                self.assertEqual(self.ask(s, "d", READ).code, 24)
            os.rmdir(self.path("d"))
            for _ in range(1024):
                handles.append(self.open(s, names[0], WRITE | CREAT))
                self.assert_status(s.call("posix-rename@openssh.com", *names),
                                   sw.OK)
                names.reverse()
            for _ in range(2):
                reply = self.ask(s, names[0], WRITE)
                self.assertEqual((reply.code, reply.message),
                                 (FAILURE, b"too many open handles"))
            self.assert_status(s.call("opendir", "."), FAILURE)
            self.assert_status(s.call("close", handles.pop()), sw.OK)
            self.open(s, names[0], WRITE)
            self.open(s, names[0], WRITE)
            for h in handles:
                self.assert_status(s.call("close", h), sw.OK)

    def test_checksums_take_none(self):
        for _, s in self.sessions("limits.handles=1"):
            self.put("f", b"x")
            self.open(s, "f", READ)
            reply = s.call("check-file-name", "f", "crc32", 0, 0, 0)
            self.assertEqual(reply.kind, "extended-reply", str(reply))

    def test_announced(self):
        for limit, nofile, told in ((7, 100, 7), (1000, 100, 95),
                                    (None, 100, 95)):
            options = () if limit is None else ("limits.handles=%d" % limit,)
            for _, s in self.sessions(*options, versions=(3, 6),
                                      nofile=nofile):
                self.assertEqual(
                    s.call("limits@openssh.com").fields[3], told)


class Size(LimitsTest):
    LIMIT = "limits.file_size=%d" % MAX

    def test_write(self):
        for _, s in self.sessions(self.LIMIT):
            h = self.open(s, "f", WRITE | CREAT)
            self.assert_status(s.call("write", h, MAX - 10, b"x" * 10), sw.OK)
            for off, count in ((MAX - 10, 11), (MAX, 1), (0, MAX + 1),
                               (MAX + 1, 1), (1 << 62, 5), ((1 << 64) - 3, 5)):
                self.assert_too_large(s, s.call("write", h, off, b"y" * count))
            self.assertEqual(self.size("f"), MAX)
            with open(self.path("f"), "rb") as f:
                self.assertNotIn(b"y", f.read())
            self.assert_status(s.call("write", h, 0, b"x" * MAX), sw.OK)
            self.assert_status(s.call("close", h), sw.OK)

    def test_what_is_larger_already(self):
        """It can be read and overwritten as far as a new one could be."""
        for _, s in self.sessions(self.LIMIT):
            self.put("f", b"x" * (2 * MAX))
            h = self.open(s, "f", READ | WRITE)
            self.assert_too_large(s, s.call("write", h, MAX, b"y"))
            self.assert_status(s.call("write", h, 0, b"y"), sw.OK)
            self.assertEqual(len(s.call("read", h, MAX, MAX).data), MAX)

    def test_append(self):
        """The limit counts the present size, with data of other writers."""
        for _, s in self.sessions(self.LIMIT):
            self.put("f", b"x" * (MAX - 10))
            h = self.open(s, "f", WRITE | APPEND)
            self.assert_status(s.call("write", h, 0, b"y" * 5), sw.OK)
            with open(self.path("f"), "ab") as f:
                f.write(b"z" * 3)
            self.assert_too_large(s, s.call("write", h, 0, b"y" * 3))
            self.assert_status(s.call("write", h, 1 << 63, b"y" * 2), sw.OK)
            self.assertEqual(self.size("f"), MAX)

    def test_text(self):
        for version, s in self.sessions(self.LIMIT, versions=(4, 5, 6)):
            h = self.open(s, "f", WRITE | CREAT | sw.TEXT)
            self.assert_status(s.call("write", h, 0, b"x" * (MAX - 1)), sw.OK)
            self.assert_too_large(s, s.call("write", h, 0, b"yy"))
            self.assert_status(s.call("write", h, 0, b"y"), sw.OK)

    def test_merged(self):
        """WRITEs side by side share a system call, and are judged alone."""
        for _, s in self.sessions(self.LIMIT):
            h = self.open(s, "f", WRITE | CREAT)
            data = b"".join(
                sw.frame(s.payload("write", h, i * 1000, b"x" * 1000,
                                   ident=1000 + i)[1]) for i in range(15))
            s.pending += [(1000 + i, "write") for i in range(15)]
            s.send(data)
            for i in range(15):
                reply = s.result()
                if i < 10:
                    self.assert_status(reply, sw.OK)
                else:
                    self.assert_too_large(s, reply)
            self.assertEqual(self.size("f"), MAX)

    def test_attributes(self):
        for version, s in self.sessions(self.LIMIT):
            self.put("f", b"x")
            h = self.open(s, "f", WRITE)
            for request, name in (("setstat", "f"), ("fsetstat", h)):
                self.assert_too_large(s, s.call(request, name, {
                    "size": MAX + 1, "permissions": 0o600}))
                self.assertEqual(self.size("f"), 1)
                self.assert_status(s.call(request, name, {"size": MAX}), sw.OK)
                self.assert_status(s.call(request, name, {"size": 1}), sw.OK)
            self.assertNotEqual(os.stat(self.path("f")).st_mode & 0o777, 0o600)
            if version < 6:
                continue
            self.assert_too_large(s, s.call("setstat", "f", {
                "allocation_size": MAX + 1}))
            self.assert_status(s.call("setstat", "f", {
                "allocation_size": MAX}), sw.OK)
            self.assert_too_large(s, self.ask(s, "new", WRITE | CREAT, {
                "allocation_size": MAX + 1}))
            self.assertFalse(os.path.exists(self.path("new")))

    def test_copy_data(self):
        for _, s in self.sessions(self.LIMIT):
            self.put("small", b"s" * (MAX // 2))
            self.put("large", b"l" * (MAX + 1))
            small, large = self.open(s, "small", READ), \
                self.open(s, "large", READ)
            for source, off, count, to, want in (
                    (large, 0, 0, 0, None), (large, 1, 0, 0, MAX),
                    (large, 0, MAX, 0, MAX), (large, 0, MAX, 1, None),
                    (small, 0, 0, MAX // 2, MAX),
                    (small, 0, 0, MAX // 2 + 1, None),
                    (small, 0, 1 << 40, MAX // 2, MAX),
                    (small, 0, 1 << 40, MAX // 2 + 1, None),
                    (small, 0, 1, 1 << 62, None)):
                h = self.open(s, "to", WRITE | CREAT | TRUNC)
                reply = s.call("copy-data", source, off, count, h, to)
                if want is None:
                    self.assert_too_large(s, reply)
                    self.assertEqual(self.size("to"), 0)
                else:
                    self.assert_status(reply, 1 if count > MAX else sw.OK)
                    self.assertEqual(self.size("to"), want)
                s.call("close", h)
            h = self.open(s, "small", WRITE | APPEND)
            self.assert_too_large(s, s.call("copy-data", large, 0,
                                            MAX // 2 + 1, h, 0))
            self.assert_status(s.call("copy-data", large, 0, MAX // 2, h, 0),
                               sw.OK)
            self.assertEqual(self.size("small"), MAX)

    def test_copy_file(self):
        for _, s in self.sessions(self.LIMIT):
            self.put("fits", b"f" * MAX)
            self.put("large", b"l" * (MAX + 1))
            self.put("old", b"old")
            self.assert_too_large(s, s.call("copy-file", "large", "new", 0))
            self.assertFalse(os.path.exists(self.path("new")))
            self.assert_too_large(s, s.call("copy-file", "large", "old", 1))
            self.assertEqual(self.size("old"), 3)
            self.assert_status(s.call("copy-file", "fits", "old", 1), sw.OK)
            self.assertEqual(self.size("old"), MAX)

    def test_atomic(self):
        """An upload that lost a WRITE to the limit is not published."""
        for _, s in self.sessions(self.LIMIT, "files.atomic=yes"):
            h = self.open(s, "f", WRITE | CREAT | TRUNC)
            self.assert_status(s.call("write", h, 0, b"x"), sw.OK)
            self.assert_too_large(s, s.call("write", h, MAX, b"y"))
            self.assert_status(s.call("close", h), QUOTA if s.version >= 5
                               else FAILURE)
            self.assertEqual(os.listdir(self.dir), [])


class Rates(LimitsTest):
    """Never by the clock: how fast is t_session_rate's."""

    def writes(self, s, handle, count, size):
        s.pending += [(1000 + i, "write") for i in range(count)]
        return b"".join(sw.frame(s.payload(
            "write", handle, i * size, b"x" * size, ident=1000 + i)[1])
            for i in range(count))

    def test_answers_in_order(self):
        for option in ("limits.write_rate=256K", "limits.read_rate=256K",
                       "limits.write_rate=256K"):
            for _, s in self.sessions(option, versions=(3, 6)):
                h = self.open(s, "f", READ | WRITE | CREAT)
                s.send(self.writes(s, h, 10, 20000))
                for _ in range(10):
                    self.assert_status(s.result(), sw.OK)
                for i in range(10):
                    s.start("read", h, i * 20000, 20000)
                for _ in range(10):
                    self.assertEqual(s.result().data, b"x" * 20000)

    def test_nothing_is_read_meanwhile(self):
        """A session that waits for its rate reads no request, and ends at a
        signal."""
        for option, first in (
                ("write_rate",
                 lambda s, h: s.call("write", h, 0, b"x" * 200000)),
                ("read_rate", lambda s, h: s.call("read", h, 0, 200000))):
            s = self.session("-o", "limits.%s=1K" % option)
            with open(self.path("f"), "wb") as f:
                f.truncate(200000)
            h = self.open(s, "f", READ | WRITE)
            first(s, h)
            data = self.writes(s, h, 400, 20000)
            taken = s.send(data, read_too=False)
            self.assertLess(taken, len(data))
            s.child.send_signal(signal.SIGTERM)
            self.assertEqual(s.wait(), 0)

    def test_what_was_read_waits(self):
        """Behind a request that took more than the rate, in one send."""
        s = self.session("-o", "limits.write_rate=1K")
        h = self.open(s, "f", WRITE | CREAT)
        s.send(self.writes(s, h, 1, 200000) + sw.frame(
            s.payload("mkdir", "d", {})[1]))
        self.assert_status(s.result(), sw.OK)
        self.assertFalse(os.path.exists(self.path("d")))

    def test_what_was_sent_is_run(self):
        """The end of input is not the end of what is in the buffer."""
        s = self.session("-o", "limits.write_rate=256K")
        h = self.open(s, "f", WRITE | CREAT)
        s.send(self.writes(s, h, 10, 20000))
        s.end_input()
        self.assertEqual(s.wait(), 0)
        self.assertEqual(self.size("f"), 200000)

    def test_nobody_is_there(self):
        """The server does not wait for the rate once the client is gone."""
        s = self.session("-o", "limits.write_rate=1K")
        h = self.open(s, "f", WRITE | CREAT)
        self.assert_status(s.call("write", h, 0, b"x" * 200000), sw.OK)
        s.hang_up()
        self.assertEqual(s.child.wait(s.timeout), 0)

    def test_timers_go_on(self):
        s = self.session("-o", "limits.write_rate=1K",
                         "-o", "session.max_time=1s")
        h = self.open(s, "f", WRITE | CREAT)
        self.assert_status(s.call("write", h, 0, b"x" * 3000), sw.OK)
        s.start("close", h)
        self.assert_status(s.result(), sw.OK)
        self.assert_ends(s, 0)
