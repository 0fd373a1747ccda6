# SPDX-License-Identifier: ISC
"""OPEN as versions 5 and 6 have it: each disposition, with each access, on
each kind of file, and what is there afterwards. 4.2 to 4.5 of the protocol
notes, draft-05 6.3, draft-13 8.1.1; text mode is 6.8.
"""

import os
import stat
import unittest

import sftpwire as sw
from sftpwire import APPEND, CREAT, READ, TEXT, TRUNC, WRITE
from versions import (APPEND_DATA, CREATE_NEW, CREATE_TRUNCATE,
                      DELETE_ON_CLOSE, EXCLUSIVE, F_APPEND, F_APPEND_ATOMIC,
                      NOFOLLOW, OPEN_EXISTING, OPEN_OR_CREATE, READ_DATA,
                      SHARED, TRUNCATE_EXISTING, WRITE_DATA, VersionsTest,
                      in_versions)

ACCESSES = (0, READ_DATA, WRITE_DATA, READ_DATA | WRITE_DATA, APPEND_DATA,
            READ_DATA | APPEND_DATA, WRITE_DATA | APPEND_DATA)
DISPOSITIONS = (CREATE_NEW, CREATE_TRUNCATE, OPEN_EXISTING, OPEN_OR_CREATE,
                TRUNCATE_EXISTING)
CREATES = (CREATE_NEW, CREATE_TRUNCATE, OPEN_OR_CREATE)
TRUNCATES = (CREATE_TRUNCATE, TRUNCATE_EXISTING)
ANY_ACCESS = 0x1F01FF
OLD = b"0123456789"
WRITE_OWNER, BACKUP_STREAM, OVERRIDE_OWNER = 0x80000, 0x4000, 0x8000


def writes(access):
    return bool(access & (WRITE_DATA | APPEND_DATA))


class OpenTest(VersionsTest):
    def plant(self):
        for name in ("f", "g"):
            self.put(name, OLD)
        os.mkdir(self.path("d"))
        for name, target in (("l", "g"), ("ld", "d"), ("dangling", "made"),
                             ("loop", "loop"), ("lost", "nope/x")):
            os.symlink(target, self.path(name))
        os.mkfifo(self.path("fifo"))

    def try_open(self, session, path, access, flags, attrs=None):
        return session.call("open", path, access, flags, attrs or {})

    def expect_handle(self, session, path, access, flags):
        reply = self.try_open(session, path, access, flags)
        self.assertEqual(reply.kind, "handle", "%s access 0x%x flags 0x%x: %s"
                         % (path, access, flags, reply))
        return reply.handle

    def rights(self, session, h, access, told):
        """Fails unless the handle has just the access that was asked."""
        reads = bool(access & READ_DATA) or not writes(access)
        got = session.call("read", h, 0, 100)
        if reads:
            self.assertIn((got.kind, getattr(got, "code", 0)),
                          (("data", 0), ("status", sw.EOF)), told)
        else:
            self.assert_code(got, 3, told)
        self.assert_code(session.call("write", h, 0, b""),
                         0 if writes(access) else 3, told)


class Dispositions(OpenTest):
    """Each disposition on each kind of file: the reply, then the tree."""

    def each(self, session, path, code, after):
        """code(d, access) -> status, or "handle"; after(d, access) checks
        the tree. Each time on a tree of its own."""
        for d in DISPOSITIONS:
            for access in ACCESSES:
                told = "%s disposition %d access %d" % (path, d, access)
                self.plant_again()
                before = self.state()
                reply = self.try_open(session, path, access, d)
                want = code(d, access)
                self.assert_code(reply, want, told)
                if want == "handle":
                    self.rights(session, reply.handle, access, told)
                    self.assert_code(session.call("close", reply.handle), 0)
                    after(d, access)
                else:
                    self.assertEqual(self.state(), before, told)

    def plant_again(self):
        for name in self.names():
            path = self.path(name)
            (os.rmdir if os.path.isdir(path) and not os.path.islink(path)
             else os.unlink)(path)
        self.plant()

    @in_versions(5, 6)
    def test_missing(self, _, s):
        self.each(s, "new",
                  lambda d, a: "handle" if d in CREATES else 2,
                  lambda d, a: self.assertEqual(self.get("new"), b""))

    @in_versions(5, 6)
    def test_file(self, _, s):
        self.each(s, "f", lambda d, a: 11 if d == CREATE_NEW else "handle",
                  lambda d, a: self.assertEqual(
                      self.get("f"), b"" if d in TRUNCATES else OLD))

    @in_versions(5, 6)
    def test_link(self, _, s):
        self.each(s, "l", lambda d, a: 11 if d == CREATE_NEW else "handle",
                  lambda d, a: self.assertEqual(
                      (self.get("g"), os.readlink(self.path("l"))),
                      (b"" if d in TRUNCATES else OLD, "g")))

    @in_versions(5, 6)
    def test_dangling_link(self, _, s):
        """Its target is made, but never by CREATE_NEW."""
        self.each(s, "dangling", lambda d, a: 11 if d == CREATE_NEW else
                  "handle" if d in CREATES else 2,
                  lambda d, a: self.assertEqual(self.get("made"), b""))

    @in_versions(5, 6)
    def test_directory(self, version, s):
        is_directory = 24 if version > 5 else 4
        for path in ("d", "ld", "."):
            self.each(s, path, lambda d, a: 11 if d == CREATE_NEW else
                      is_directory, None)

    @in_versions(5, 6)
    def test_nowhere(self, version, s):
        for path, code in (("nope/x", 2), ("f/x", 2 if version < 6 else 19),
                           ("lost", 2), ("loop", 2 if version < 6 else 21)):
            self.each(s, path, lambda d, a, p=path, c=code:
                      11 if d == CREATE_NEW and p in ("lost", "loop") else c,
                      None)

    @in_versions(5, 6)
    def test_fifo(self, _, s):
        """OPEN of a FIFO never waits: a reader opens it, a writer fails."""
        self.plant()
        for d in DISPOSITIONS:
            for access in ACCESSES:
                told = "disposition %d access %d" % (d, access)
                reply = self.try_open(s, "fifo", access, d)
                if d == CREATE_NEW:
                    self.assert_code(reply, 11, told)
                elif writes(access) and not access & READ_DATA:
                    self.assert_code(reply, 4, told)
                else:
                    self.assert_code(reply, "handle", told)
                    self.assertIn(s.call("read", reply.handle, 0, 9).code,
                                  (sw.EOF, sw.FAILURE))
                    s.call("close", reply.handle)

    @in_versions(5, 6)
    def test_undefined(self, version, s):
        self.plant()
        before = self.state()
        for d in (5, 6, 7):
            for path in ("f", "new", "d"):
                self.assert_code(self.try_open(s, path, READ_DATA | WRITE_DATA,
                                               d), 8 if version < 6 else 23)
        self.assertEqual(self.state(), before)

    @in_versions(5, 6, user="nobody")
    def test_truncation_takes_rights(self, _, s):
        """Access none or read does not lend them."""
        self.put("f", OLD)
        if os.getuid() == 0:
            os.chown(self.path("f"), 65534, 65534)
        os.chmod(self.path("f"), 0o444)
        for d in TRUNCATES:
            for access in ACCESSES:
                self.assert_code(self.try_open(s, "f", access, d), 3)
        self.assertEqual(self.get("f"), OLD)

    @in_versions(5, 6, umask=0o027)
    def test_mode(self, _, s):
        """The umask counts, set-id bits do, type bits do not."""
        for name, attrs, mode in (
                ("a", {}, 0o640), ("b", {"permissions": 0o777}, 0o750),
                ("c", {"permissions": 0}, 0),
                ("d", {"permissions": 0o104755}, 0o4750)):
            reply = self.try_open(s, name, WRITE_DATA, CREATE_NEW, attrs)
            self.assertEqual(reply.kind, "handle")
            self.assertEqual(os.stat(self.path(name)).st_mode,
                             stat.S_IFREG | mode)


class Flags(OpenTest):
    @in_versions(5, 6)
    def test_append(self, _, s):
        """Each flag, or access that only adds; offsets mean nothing. The
        access bit with WRITE_DATA is a writer anywhere."""
        for access, flags, appends in (
                (WRITE_DATA, F_APPEND, True),
                (WRITE_DATA, F_APPEND_ATOMIC, True),
                (WRITE_DATA, F_APPEND | F_APPEND_ATOMIC, True),
                (WRITE_DATA | APPEND_DATA, F_APPEND, True),
                (APPEND_DATA, 0, True), (READ_DATA | APPEND_DATA, 0, True),
                (APPEND_DATA, F_APPEND, True),
                (READ_DATA | WRITE_DATA, F_APPEND_ATOMIC, True),
                (WRITE_DATA | APPEND_DATA, 0, False), (WRITE_DATA, 0, False)):
            self.put("f", OLD)
            h = self.expect_handle(s, "f", access, OPEN_EXISTING | flags)
            for offset, data in ((0, b"a"), (5, b"b")):
                self.assert_code(s.call("write", h, offset, data), 0)
            self.assertEqual(self.get("f"), OLD + b"ab" if appends else
                             b"a1234b6789", (access, flags))

    @in_versions(5, 6)
    def test_append_without_write_access(self, _, s):
        """No effect."""
        self.put("f", OLD)
        for flags in (F_APPEND, F_APPEND_ATOMIC):
            h = self.expect_handle(s, "f", READ_DATA, OPEN_EXISTING | flags)
            self.assertEqual(s.call("read", h, 2, 3).data, b"234")
            self.assert_code(s.call("write", h, 0, b"x"), 3)

    @in_versions(5, 6)
    def test_access_without_effect(self, version, s):
        """Attributes, ACLs, EXECUTE, SYNCHRONIZE ..., and unknown bits."""
        self.put("f", OLD)
        for extra in [ANY_ACCESS & ~7] + [1 << i for i in range(3, 32)]:
            for access in (0, READ_DATA, WRITE_DATA):
                h = self.expect_handle(s, "f", access | extra, OPEN_EXISTING)
                self.rights(s, h, access, hex(extra))
                s.call("close", h)

    @in_versions(6)
    def test_nofollow(self, _, s):
        self.plant()
        before = self.state()
        for d in DISPOSITIONS:
            for access in ACCESSES:
                for path in ("l", "ld", "dangling", "loop"):
                    reply = self.try_open(s, path, access, d | NOFOLLOW)
                    self.assert_code(reply, 11 if d == CREATE_NEW else 21,
                                     (path, d, access))
        self.assertEqual(self.state(), before)
        self.expect_handle(s, "f", READ_DATA, OPEN_EXISTING | NOFOLLOW)
        self.expect_handle(s, "new", WRITE_DATA, OPEN_OR_CREATE | NOFOLLOW)
        self.assert_code(self.try_open(s, "ld/x", READ_DATA, OPEN_EXISTING
                                       | NOFOLLOW), 2)

    @in_versions(6)
    def test_delete_on_close(self, _, s):
        """Gone from the directory, still there by the handle."""
        for d in DISPOSITIONS:
            for access in (READ_DATA, READ_DATA | WRITE_DATA):
                if d not in (CREATE_NEW,):
                    self.put("f", OLD)
                h = self.expect_handle(s, "f", access, d | DELETE_ON_CLOSE)
                if access & WRITE_DATA:
                    self.assert_code(s.call("write", h, 0, b"new"), 0)
                    self.assertEqual(s.call("read", h, 0, 3).data, b"new")
                self.assert_code(s.call("close", h), 0)
                self.assertEqual(self.names(), [])

    @in_versions(6)
    def test_delete_on_close_through_a_link(self, _, s):
        """The file goes, not the link to it."""
        self.put("f", OLD)
        os.symlink("f", self.path("l"))
        self.expect_handle(s, "l", READ_DATA, OPEN_EXISTING | DELETE_ON_CLOSE)
        self.assertEqual(self.names(), ["l"])

    @in_versions(6, user="nobody")
    def test_delete_on_close_that_may_not(self, _, s):
        """The unlink's status, and no handle."""
        os.mkdir(self.path("d"))
        self.put("d/f", OLD)
        os.chmod(self.path("d/f"), 0o666)
        os.chmod(self.path("d"), 0o555)
        self.addCleanup(os.chmod, self.path("d"), 0o700)
        self.assert_code(self.try_open(s, "d/f", READ_DATA, OPEN_EXISTING
                                       | DELETE_ON_CLOSE), 3)
        self.assertEqual(self.get("d/f"), OLD)

    @in_versions(6)
    def test_delete_on_close_of_a_directory(self, _, s):
        self.plant()
        self.assert_code(self.try_open(s, "d", READ_DATA, OPEN_EXISTING
                                       | DELETE_ON_CLOSE), 24)
        self.assertIn("d", self.names())

    @in_versions(5, 6)
    def test_every_flag(self, version, s):
        """Unknown flags and combinations that contradict themselves are refused
        and make no file; the audit and backup flags are ignored."""
        self.put("f", OLD)
        taken = 0x38 if version == 5 else 0x3C38
        for bit in range(3, 32):
            flag = 1 << bit
            for d, path in ((OPEN_EXISTING, "f"), (CREATE_NEW, "new")):
                reply = self.try_open(s, path, READ_DATA | WRITE_DATA,
                                      d | flag)
                if flag & taken:
                    self.assertEqual(reply.kind, "handle", hex(flag))
                    s.call("close", reply.handle)
                else:
                    self.assert_code(reply, 23 if version == 6 and flag ==
                                     OVERRIDE_OWNER else 8, hex(flag))
                    self.assertFalse(os.path.exists(self.path("new")))
            for name in self.names():
                os.unlink(self.path(name))
            self.put("f", OLD)

    @in_versions(6)
    def test_override_owner(self, _, s):
        """Only with WRITE_OWNER access."""
        self.put("f", OLD)
        for access in (READ_DATA, ANY_ACCESS & ~WRITE_OWNER):
            self.assert_code(self.try_open(s, "f", access, OPEN_EXISTING
                                           | OVERRIDE_OWNER), 23)
        self.expect_handle(s, "f", READ_DATA | WRITE_OWNER, OPEN_EXISTING
                           | OVERRIDE_OWNER)

    @in_versions(6)
    def test_block_vector(self, _, s):
        """Each combination: just those of supported-open-block-vector."""
        for index in range(16):
            self.put("f", OLD)
            mask = index << 6
            reply = self.try_open(s, "f", READ_DATA | WRITE_DATA,
                                  TRUNCATE_EXISTING | mask)
            if mask in (0, SHARED, EXCLUSIVE):
                self.assertEqual(reply.kind, "handle", hex(mask))
                s.call("close", reply.handle)
            else:
                self.assert_code(reply, 8, hex(mask))
                self.assertEqual(self.get("f"), OLD)

    @in_versions(5)
    def test_locks_of_version_5(self, _, s):
        """Locks of version 5 are mandatory, which the system does not offer,
        and so are unsupported."""
        for mask in range(0x40, 0x200, 0x40):
            self.assert_code(self.try_open(s, "new", 3, CREATE_NEW | mask), 8)
        self.assertEqual(self.names(), [])


class Version4(VersionsTest):
    """pflags as in version 3, TEXT, and a word for directories."""

    @in_versions(3, 4)
    def test_pflags(self, version, s):
        for pflags, existing, missing in (
                (READ, OLD, 2), (WRITE, OLD, 2), (0, OLD, 2),
                (READ | WRITE, OLD, 2), (WRITE | TRUNC, b"", 2),
                (READ | TRUNC, b"", 2), (WRITE | CREAT, OLD, "handle"),
                (READ | CREAT, OLD, "handle"),
                (WRITE | CREAT | TRUNC, b"", "handle"),
                (WRITE | CREAT | 0x20, (4, 11), "handle"),
                (WRITE | CREAT | TRUNC | 0x20, (4, 11), "handle"),
                (WRITE | 0x20, OLD, 2), (WRITE | APPEND, OLD, 2),
                (WRITE | 0x7FFFFF80, OLD, 2), (READ | TEXT, OLD, 2)):
            self.put("f", OLD)
            reply = s.call("open", "f", pflags, {})
            if isinstance(existing, tuple):
                self.assert_code(reply, existing[version - 3])
            else:
                self.assertEqual(reply.kind, "handle", (pflags, str(reply)))
                self.assertEqual(self.get("f"), existing, pflags)
            self.assert_code(s.call("open", "new", pflags, {}), missing,
                             pflags)
            if missing == "handle":
                self.assertEqual(self.get("new"), b"")
                os.unlink(self.path("new"))

    @in_versions(4)
    def test_directories(self, _, s):
        os.mkdir(self.path("d"))
        for pflags in (READ, WRITE, READ | WRITE, READ | TRUNC, 0,
                       WRITE | CREAT):
            self.assert_code(s.call("open", "d", pflags, {}), 4, pflags)

    @in_versions(3)
    def test_text_means_nothing_in_version_3(self, _, s):
        self.put("f", OLD)
        h = self.open(s, "f", READ | TEXT)
        self.assertEqual(s.call("read", h, 7, 2).data, b"78")


class Text(VersionsTest):
    LINES = b"one\ntwo\r\n\nfour\rstill four\n"

    @in_versions(4, 5, 6)
    def test_read_goes_on(self, _, s):
        """READ of a text file ignores the offset and converts no byte."""
        self.put("f", self.LINES)
        h = self.open(s, "f", READ | TEXT)
        got = b""
        for offset in (0, 99, 3, 1 << 63, 0, 7, 8, 9):
            reply = s.call("read", h, offset, 4)
            if reply.kind == "data":
                got += reply.data
        self.assertEqual(got, self.LINES)
        self.assert_code(s.call("read", h, 0, 4), 1)
        other = self.open(s, "f", READ | TEXT)
        self.assertEqual(s.call("read", other, 5, 100).data, self.LINES)

    @in_versions(4, 5, 6)
    def test_write_goes_on(self, _, s):
        h = self.open(s, "f", READ | WRITE | CREAT | TEXT)
        for offset, data in ((0, b"one\n"), (0, b"two\r\n"), (100, b"three")):
            self.assert_code(s.call("write", h, offset, data), 0)
        self.assertEqual(self.get("f"), b"one\ntwo\r\nthree")
        self.assert_code(s.call("read", h, 0, 100), 1)
        self.assert_code(s.call("text-seek", h, 1), 0)
        self.assert_code(s.call("write", h, 0, b"TWO"), 0)
        self.assertEqual(s.call("read", h, 0, 100).data, b"\r\nthree")
        self.assertEqual(self.get("f"), b"one\nTWO\r\nthree")

    @in_versions(4, 5, 6)
    def test_append(self, _, s):
        self.put("f", b"old\n")
        h = self.open(s, "f", READ | WRITE | APPEND | TEXT)
        for data in (b"one\n", b"two\n"):
            self.assert_code(s.call("write", h, 0, data), 0)
        self.assertEqual(self.get("f"), b"old\none\ntwo\n")
        # write(2) leaves the position at the end.
        self.assert_code(s.call("read", h, 0, 100), 1)
        self.assert_code(s.call("text-seek", h, 1), 0)
        self.assertEqual(s.call("read", h, 0, 100).data, b"one\ntwo\n")

    @in_versions(4, 5, 6)
    def test_seek(self, _, s):
        """Line 0 is byte 0, line n the byte behind the n-th newline."""
        self.put("f", self.LINES)
        h = self.open(s, "f", READ | TEXT)
        for line, rest in ((0, self.LINES), (1, b"two\r\n\nfour\rstill four\n"),
                           (2, b"\nfour\rstill four\n"),
                           (3, b"four\rstill four\n"), (0, self.LINES)):
            self.assert_code(s.call("text-seek", h, line), 0, line)
            self.assertEqual(s.call("read", h, 77, 100).data, rest)
        self.assert_code(s.call("text-seek", h, 4), 0)
        self.assert_code(s.call("read", h, 0, 1), 1)
        for line in (5, 6, 1 << 32, (1 << 64) - 1):
            self.assert_code(s.call("text-seek", h, line), 1, line)

    @in_versions(4, 5, 6)
    def test_seek_without_a_last_newline(self, _, s):
        self.put("f", b"one\ntwo")
        h = self.open(s, "f", READ | TEXT)
        self.assert_code(s.call("text-seek", h, 1), 0)
        self.assert_code(s.call("text-seek", h, 2), 1)
        self.put("empty")
        h = self.open(s, "empty", READ | TEXT)
        self.assert_code(s.call("text-seek", h, 0), 0)
        self.assert_code(s.call("text-seek", h, 1), 1)
        h = self.open(s, "f", WRITE | TEXT)
        self.assert_code(s.call("text-seek", h, 1), 3)

    @in_versions(4, 5, 6)
    def test_seek_far(self, _, s):
        """In steps, with requests waiting behind."""
        line = b"x" * 99 + b"\n"
        self.put("f", line * 50000)
        h = self.open(s, "f", READ | TEXT)
        s.start("text-seek", h, 49999)
        s.start("read", h, 0, 200)
        s.start("text-seek", h, 50001)
        s.start("realpath", ".")
        self.assert_code(s.result(), 0)
        self.assertEqual(s.result().data, line)
        self.assert_code(s.result(), 1)
        self.assertEqual(s.result().kind, "name")

    @in_versions(4, 5, 6)
    def test_parallel_requests(self, _, s):
        data = b"".join(b"%05d\n" % i for i in range(20000))
        h = self.open(s, "f", WRITE | CREAT | TEXT)
        for at in range(0, len(data), 1000):
            s.start("write", h, 0, data[at:at + 1000])
        for _ in range(0, len(data), 1000):
            self.assert_code(s.result(), 0)
        self.assertEqual(self.get("f"), data)
        h = self.open(s, "f", READ | TEXT)
        for _ in range(0, len(data), 1000):
            s.start("read", h, 0, 1000)
        self.assertEqual(b"".join(s.result().data for _ in
                                  range(0, len(data), 1000)), data)


if __name__ == "__main__":
    unittest.main()
