# SPDX-License-Identifier: ISC
"""BLOCK, UNBLOCK and the block modes of OPEN in version 6, within a session
and between two: 4.3, 4.4 and 6.10 of the protocol notes, draft-13 8.8.
"""

import fcntl
import os
import struct
import unittest

from sftpwire import READ, WRITE
from versions import (CREATE_NEW, CREATE_TRUNCATE, EXCLUSIVE, OPEN_EXISTING,
                      OPEN_OR_CREATE, READ_DATA, SHARED, TRUNCATE_EXISTING,
                      WRITE_DATA, VersionsTest, in_versions)

RW = READ_DATA | WRITE_DATA
OLD = b"0123456789"
FAILURE, REFUSED, NO_MATCH, CONFLICT = 4, 26, 31, 17
TOP = 1 << 63


class LockTest(VersionsTest):
    def file(self, session, pflags=READ | WRITE):
        if "f" not in self.names():
            self.put("f", OLD)
        return self.open(session, "f", pflags)

    def block(self, session, h, offset, length, mask, code):
        self.assert_code(session.call("block", h, offset, length, mask), code,
                         "block %d %d 0x%x" % (offset, length, mask))

    def unblock(self, session, h, offset, length, code):
        self.assert_code(session.call("unblock", h, offset, length), code,
                         "unblock %d %d" % (offset, length))

    def locked(self, kind, offset, length=1):
        """True if the kernel refuses another process this lock."""
        fd = os.open(self.path("f"), os.O_RDWR)
        try:
            lock = struct.pack("hhqqi4x", kind, os.SEEK_SET, offset, length, 0)
            found = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, lock)
            return struct.unpack("hhqqi4x", found)[0] != fcntl.F_UNLCK
        finally:
            os.close(fd)


class Masks(LockTest):
    @in_versions(6)
    def test_every_mask(self, _, s):
        """Advisory ones that bar writing, or writing and reading, are had;
        none at all is remembered; what else the bits can say is not
        supported, and other bits are wrong."""
        h = self.file(s)
        for index in range(16):
            mask = index << 6
            if mask in (0, SHARED, EXCLUSIVE):
                self.block(s, h, 2, 3, mask, 0)
                self.assertEqual(self.locked(fcntl.F_WRLCK, 2), mask != 0)
                self.assertEqual(self.locked(fcntl.F_RDLCK, 2),
                                 mask == EXCLUSIVE)
                self.unblock(s, h, 2, 3, 0)
            else:
                self.block(s, h, 2, 3, mask, 8)
            self.assertFalse(self.locked(fcntl.F_WRLCK, 0, 0))
        for bit in range(32):
            if not 0x3C0 & 1 << bit:
                self.block(s, h, 0, 0, 1 << bit, 23)
                self.block(s, h, 0, 0, 1 << bit | EXCLUSIVE, 23)

    @in_versions(6)
    def test_access(self, _, s):
        """A shared lock takes a handle that reads, the other one that
        writes."""
        reader, writer = self.file(s, READ), self.file(s, WRITE)
        self.block(s, reader, 0, 1, EXCLUSIVE, 3)
        self.block(s, writer, 0, 1, SHARED, 3)
        self.assertFalse(self.locked(fcntl.F_WRLCK, 0, 0))
        self.block(s, reader, 0, 1, SHARED, 0)
        self.block(s, writer, 5, 1, EXCLUSIVE, 0)
        self.unblock(s, writer, 0, 1, NO_MATCH)

    @in_versions(6)
    def test_other_handles(self, _, s):
        directory = self.opendir(s)
        self.block(s, directory, 0, 0, EXCLUSIVE, 8)
        self.unblock(s, directory, 0, 0, NO_MATCH)
        self.block(s, b"\0" * 8, 0, 0, EXCLUSIVE, 9)
        self.unblock(s, b"\0" * 8, 0, 0, 9)


class Ranges(LockTest):
    @in_versions(6)
    def test_to_the_byte(self, _, s):
        h = self.file(s)
        self.block(s, h, 2, 3, EXCLUSIVE, 0)
        self.assertEqual([self.locked(fcntl.F_RDLCK, i) for i in range(7)],
                         [False, False, True, True, True, False, False])

    @in_versions(6)
    def test_overlap_on_one_handle(self, _, s):
        """Refused, though the kernel would merge them (draft-13 8.8)."""
        h = self.file(s)
        self.block(s, h, 10, 10, SHARED, 0)
        for offset, length in ((10, 10), (0, 11), (0, 100), (19, 1), (10, 1),
                               (12, 3), (15, 100), (0, TOP - 1)):
            for mask in (SHARED, EXCLUSIVE):
                self.block(s, h, offset, length, mask, REFUSED)
        for offset, length in ((0, 10), (20, 1), (21, TOP - 22)):
            self.block(s, h, offset, length, EXCLUSIVE, 0)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 10, 10))

    @in_versions(6)
    def test_overlap_on_two_handles(self, _, s):
        one, two = self.file(s), self.file(s)
        self.block(s, one, 10, 10, EXCLUSIVE, 0)
        for offset, length in ((10, 10), (0, 11), (19, 5), (0, TOP - 1)):
            for mask in (SHARED, EXCLUSIVE):
                self.block(s, two, offset, length, mask, REFUSED)
        self.unblock(s, two, 10, 10, NO_MATCH)
        self.block(s, two, 0, 10, EXCLUSIVE, 0)
        self.assert_code(s.call("close", two), 0)
        # The kernel's older locks would all be gone with that.
        self.assertTrue(self.locked(fcntl.F_RDLCK, 10))
        self.assertFalse(self.locked(fcntl.F_RDLCK, 0))

    @in_versions(6)
    def test_unlocking_is_exact(self, _, s):
        h = self.file(s)
        self.block(s, h, 10, 10, EXCLUSIVE, 0)
        self.block(s, h, 20, 10, EXCLUSIVE, 0)
        for offset, length in ((10, 9), (10, 11), (9, 11), (11, 9), (10, 20),
                               (0, 0), (10, 0), (0, TOP), ((1 << 64) - 1,) * 2):
            self.unblock(s, h, offset, length, NO_MATCH)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 10))
        self.unblock(s, h, 10, 10, 0)
        self.assertEqual((self.locked(fcntl.F_RDLCK, 10, 10),
                          self.locked(fcntl.F_RDLCK, 20)), (False, True))
        self.unblock(s, h, 10, 10, NO_MATCH)
        self.unblock(s, h, 20, 10, 0)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 0, 0))

    @in_versions(6)
    def test_to_the_end_as_it_is(self, _, s):
        """Length 0: what is appended later is not locked. It is unlocked by
        what was sent."""
        h = self.file(s)
        self.block(s, h, 4, 0, EXCLUSIVE, 0)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 9))
        self.assertFalse(self.locked(fcntl.F_RDLCK, 10))
        self.assert_code(s.call("write", h, 10, b"more"), 0)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 10))
        self.unblock(s, h, 4, 6, NO_MATCH)
        self.unblock(s, h, 4, 0, 0)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 0, 0))

    @in_versions(6)
    def test_behind_the_end(self, _, s):
        h = self.file(s)
        self.block(s, h, 100, 10, EXCLUSIVE, 0)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 105))
        # A lock of length 0 takes no lock of the kernel's; its key is kept.
        self.block(s, h, 10, 0, EXCLUSIVE, 0)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 10))
        self.unblock(s, h, 10, 0, 0)
        self.unblock(s, h, 10, 0, NO_MATCH)
        self.assertEqual(self.get("f"), OLD)

    @in_versions(6)
    def test_beyond_all_files(self, _, s):
        h = self.file(s)
        for offset, length in ((TOP, 0), (TOP, 1), (0, TOP), (1, TOP - 1),
                               (TOP - 1, 1), ((1 << 64) - 1, 1),
                               (1, (1 << 64) - 1), (1 << 32, TOP)):
            self.block(s, h, offset, length, EXCLUSIVE, 23)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 0, 0))
        for offset, length in ((TOP - 2, 1), (0, TOP - 2)):
            self.block(s, h, offset, length, EXCLUSIVE, 0)
            self.assertTrue(self.locked(fcntl.F_RDLCK, offset))

    @in_versions(6)
    def test_to_the_end_of_all_files(self, _, s):
        """Its end is as far as an UNBLOCK gets, so the last byte of all is
        none of the client's."""
        one, two = self.file(s), self.file(s)
        for offset, length in ((0, TOP - 1), (5, TOP - 6), (TOP - 2, 1)):
            for h in one, two:
                self.block(s, h, offset, length, EXCLUSIVE, 0)
                self.assertTrue(self.locked(fcntl.F_RDLCK, offset))
                self.unblock(s, h, offset, length, 0)
                self.assertFalse(self.locked(fcntl.F_RDLCK, 0, 0))

    @in_versions(6)
    def test_none_is_only_remembered(self, _, s):
        one, two = self.file(s), self.file(s)
        self.block(s, one, 0, 5, 0, 0)
        self.block(s, two, 0, 5, EXCLUSIVE, 0)
        self.unblock(s, one, 0, 5, 0)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 0))

    @in_versions(6)
    def test_many(self, _, s):
        """A session has 1024 locks at most, those of all handles together."""
        one, two = self.file(s), self.file(s)
        for i in range(1024):
            self.block(s, (one, two)[i % 2], 2 * i, 1, i % 3 and EXCLUSIVE, 0)
        for h in one, two:
            self.block(s, h, 9999, 1, SHARED, FAILURE)
        self.unblock(s, one, 0, 1, 0)
        self.block(s, two, 9999, 1, SHARED, 0)
        self.block(s, two, 9998, 1, SHARED, FAILURE)
        self.assert_code(s.call("close", one), 0)
        for i in range(511):
            self.block(s, two, 10000 + i, 1, SHARED, 0)
        self.block(s, two, 11000, 1, SHARED, FAILURE)

    @in_versions(6)
    def test_reading_and_writing_go_on(self, _, s):
        """Locks are advisory: other handles can read, write and rename."""
        one, two = self.file(s), self.file(s)
        self.block(s, one, 0, 10, EXCLUSIVE, 0)
        self.assertEqual(s.call("read", two, 0, 10).data, OLD)
        self.assert_code(s.call("write", two, 0, b"x"), 0)
        self.check(s, [(("rename", "f", "g"), 0), (("remove", "g"), 0)])


class TwoSessions(LockTest):
    @in_versions(6)
    def test_against_each_other(self, _, one):
        two = self.session(version=6)
        mine, other = self.file(one), self.file(two)
        self.block(one, mine, 0, 10, SHARED, 0)
        self.block(two, other, 5, 10, SHARED, 0)
        self.block(two, other, 0, 5, EXCLUSIVE, REFUSED)
        self.unblock(one, mine, 0, 10, 0)
        self.block(two, other, 0, 5, EXCLUSIVE, 0)
        self.block(one, mine, 0, 1, SHARED, REFUSED)
        self.block(one, mine, 14, 1, EXCLUSIVE, REFUSED)
        self.block(one, mine, 15, 1, EXCLUSIVE, 0)
        self.unblock(one, mine, 0, 5, NO_MATCH)
        self.assert_code(two.call("close", other), 0)
        self.block(one, mine, 0, 15, EXCLUSIVE, 0)
        self.assertEqual(two.finish(), 0)

    @in_versions(6)
    def test_a_refused_lock_leaves_no_key(self, _, one):
        two = self.session(version=6)
        mine, other = self.file(one), self.file(two)
        self.block(one, mine, 0, 10, EXCLUSIVE, 0)
        self.block(two, other, 0, 10, EXCLUSIVE, REFUSED)
        self.unblock(two, other, 0, 10, NO_MATCH)
        self.unblock(one, mine, 0, 10, 0)
        self.block(two, other, 0, 10, EXCLUSIVE, 0)
        self.assertEqual(two.finish(), 0)
        self.block(one, mine, 0, 10, EXCLUSIVE, 0)

    @in_versions(6)
    def test_the_end_of_a_session_frees(self, _, one):
        two = self.session(version=6)
        self.block(two, self.file(two), 0, 10, EXCLUSIVE, 0)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 0))
        two.destroy()
        self.block(one, self.file(one), 0, 10, EXCLUSIVE, 0)


class AtOpen(LockTest):
    """Block modes of OPEN: the whole file, until CLOSE."""

    def take(self, session, access, flags):
        reply = session.call("open", "f", access, flags, {})
        self.assertEqual(reply.kind, "handle", str(reply))
        return reply.handle

    @in_versions(6)
    def test_conflicts(self, _, one):
        """Two that share do; nothing goes beside an exclusive one."""
        two = self.session(version=6)
        for mine, others in ((SHARED, {SHARED: "handle", EXCLUSIVE: CONFLICT}),
                             (EXCLUSIVE, {SHARED: CONFLICT,
                                          EXCLUSIVE: CONFLICT})):
            self.put("f", OLD)
            h = self.take(one, RW, OPEN_EXISTING | mine)
            for session in (one, two):
                for other, code in others.items():
                    reply = session.call("open", "f", RW, OPEN_EXISTING
                                         | other, {})
                    self.assert_code(reply, code, (mine, other))
                    if code == "handle":
                        session.call("close", reply.handle)
                reply = session.call("open", "f", RW, OPEN_EXISTING, {})
                self.assertEqual(reply.kind, "handle")
                session.call("close", reply.handle)
            self.assert_code(one.call("close", h), 0)
            h = self.take(two, RW, OPEN_EXISTING | EXCLUSIVE)
            two.call("close", h)
        self.assertEqual(two.finish(), 0)

    @in_versions(6)
    def test_a_refused_open_changes_nothing(self, _, s):
        """Least of all does it truncate."""
        self.put("f", OLD)
        self.take(s, RW, OPEN_EXISTING | EXCLUSIVE)
        for d in (CREATE_TRUNCATE, TRUNCATE_EXISTING, OPEN_OR_CREATE):
            for mask in (SHARED, EXCLUSIVE):
                self.assert_code(s.call("open", "f", RW, d | mask, {}),
                                 CONFLICT)
                self.assertEqual(self.get("f"), OLD, d)

    @in_versions(6)
    def test_who_only_reads_cannot_write(self, _, s):
        """A handle opened to read cannot write, whatever its disposition."""
        opened = 0
        for d in (CREATE_TRUNCATE, OPEN_EXISTING, OPEN_OR_CREATE,
                  TRUNCATE_EXISTING):
            for mask in (0, SHARED):
                self.put("f", OLD)
                reply = s.call("open", "f", READ_DATA, d | mask, {})
                if reply.kind != "handle":
                    self.assertEqual(self.get("f"), OLD, (d, mask))
                    continue
                opened += 1
                was = self.get("f")
                self.assert_code(s.call("write", reply.handle, 0, b"x"), 3,
                                 (d, mask))
                self.assertEqual(self.get("f"), was, (d, mask))
                s.call("close", reply.handle)
        self.assertGreaterEqual(opened, 6)

    @in_versions(6)
    def test_without_the_access_it_takes(self, _, s):
        """An OPEN whose lock needs more access makes and truncates no file."""
        self.put("f", OLD)
        for access, mask in ((READ_DATA, EXCLUSIVE), (WRITE_DATA, SHARED)):
            for name, d in (("f", OPEN_EXISTING), ("f", TRUNCATE_EXISTING),
                            ("new", CREATE_NEW), ("new", OPEN_OR_CREATE)):
                self.assert_code(s.call("open", name, access, d | mask, {}),
                                 3, (name, d, access))
                self.assertEqual((self.names(), self.get("f")),
                                 (["f"], OLD), (d, access))

    @in_versions(6)
    def test_covers_the_whole_file(self, _, s):
        self.put("f", OLD)
        h = self.take(s, RW, OPEN_EXISTING | EXCLUSIVE)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 1 << 40))
        self.block(s, h, 0, 1, SHARED, REFUSED)
        self.block(s, self.file(s), 5, 1, SHARED, REFUSED)
        for offset, length in ((0, 0), (0, TOP - 1)):
            self.unblock(s, h, offset, length, NO_MATCH)
        self.assertTrue(self.locked(fcntl.F_RDLCK, 0))
        self.assert_code(s.call("close", h), 0)
        self.assertFalse(self.locked(fcntl.F_RDLCK, 0, 0))

    @in_versions(6)
    def test_with_a_new_file(self, _, s):
        for d in (CREATE_NEW, OPEN_OR_CREATE, CREATE_TRUNCATE):
            h = self.take(s, RW, d | EXCLUSIVE)
            self.assertTrue(self.locked(fcntl.F_RDLCK, 0))
            s.call("close", h)
            os.unlink(self.path("f"))


if __name__ == "__main__":
    unittest.main()
