# SPDX-License-Identifier: ISC
"""Conversations as clients that speak versions 4 to 6 hold them, replayed
with what each is known to rely on. The packets that matter are written out
by hand; sections are the protocol notes'.
"""

import os
import struct
import unittest

import sftpwire as sw
from sftpwire import CREAT, READ, TRUNC, WRITE
from versions import (CREATE_NEW, CREATE_TRUNCATE, F_APPEND, F_TEXT,
                      OPEN_EXISTING, OPEN_OR_CREATE, SENT, VersionsTest,
                      in_versions)

STAT_ALWAYS = 3


def text(value):
    return sw.put("s", value)


class ClientTest(VersionsTest):
    def raw(self, session, number, body, name=None):
        """A request whose fields are written out."""
        ident = session.next_id
        session.next_id += 1
        return session.start_raw(struct.pack(">BI", number, ident) + body,
                                 name)

    def results(self, session, count):
        return [session.result() for _ in range(count)]

    def fill(self, count):
        for i in range(count):
            self.put("file-%03d" % i, b"x" * i)


class Winscp(ClientTest):
    """Offers 6 to OpenSSH's banner (trap 2), so this is how most of its
    users work."""

    @in_versions(6)
    def test_start(self, _, s):
        """Where am I: exactly one name, with attributes (6.9)."""
        self.raw(s, 16, text(".") + b"\3")
        reply = s.result()
        (name, _, attrs), = reply.names
        self.assertEqual(os.fsdecode(name), os.path.realpath(self.dir))
        self.assertEqual((attrs["type"], attrs["flags"] & ~0x10),
                         (2, SENT[6]))
        # limits must be an EXTENDED_REPLY (trap 34).
        self.assertEqual(s.call("limits@openssh.com").fields[:3],
                         [262144, 261120, 261120])
        # A path that is missing fails, and then its parent is asked for.
        self.raw(s, 16, text("nope") + b"\3")
        self.assert_code(s.result(), 2)

    @in_versions(6)
    def test_listing(self, _, s):
        """READDIRs ahead of the replies, and CLOSE while some are out."""
        self.fill(300)
        self.raw(s, 11, text(self.dir))
        h = s.result().handle
        for _ in range(8):
            self.raw(s, 12, text(h))
        self.raw(s, 4, text(h))
        replies = self.results(s, 9)
        lists = [r for r in replies if r.kind == "name"]
        self.assertEqual(sum(len(r.names) for r in lists), 302)
        self.assertEqual([r.eof for r in lists[:-1]],
                         [None] * (len(lists) - 1))
        for reply in replies[len(lists):8]:
            self.assert_code(reply, 1)
        self.assert_code(replies[8], 0)
        sizes = {n: a["size"] for r in lists for n, _, a in r.names}
        self.assertEqual(sizes[b"file-123"], 123)

    def upload(self, s, name, access, flags, attrs, data, offset=0):
        """OPEN, WRITEs ahead, CLOSE, and SETSTAT at once behind it (1.6)."""
        self.raw(s, 3, text(name) + struct.pack(">II", access, flags) + attrs)
        reply = s.result()
        self.assertEqual(reply.kind, "handle", str(reply))
        for at in range(0, len(data), 32768):
            self.raw(s, 6, text(reply.handle) + struct.pack(
                ">Q", offset + at) + text(data[at:at + 32768]))
            count = at // 32768 + 1
        self.raw(s, 4, text(reply.handle))
        # PERMISSIONS, ACCESSTIME, MODIFYTIME; type regular.
        self.raw(s, 9, text(name) + b"\0\0\0\x2c\1\0\0\1\xa4"
                 + struct.pack(">qq", 1000000001, 1000000002))
        for reply in self.results(s, count + 2):
            self.assert_code(reply, 0)
        st = os.stat(self.path(name))
        self.assertEqual((st.st_atime_ns, st.st_mtime_ns, st.st_mode & 0o7777),
                         (1000000001 * 10**9, 1000000002 * 10**9, 0o644))

    @in_versions(6)
    def test_upload(self, _, s):
        """It asks first, with flags 0xAD; then the size goes into OPEN as
        ALLOCATION_SIZE (trap 20); access is WRITE_DATA and APPEND_DATA, and
        the offsets count (trap 23)."""
        data = os.urandom(300000)
        self.raw(s, 7, text("new") + b"\0\0\0\xad")
        self.assert_code(s.result(), 2)
        space = b"\0\0\4\0\1" + struct.pack(">Q", len(data))
        self.upload(s, "new", 6, CREATE_TRUNCATE, space, data)
        self.assertEqual(self.get("new"), data)
        self.upload(s, "new", 6, CREATE_TRUNCATE, space, data[::-1])
        self.assertEqual(self.get("new"), data[::-1])

    @in_versions(6)
    def test_an_upload_that_stops_is_not_complete(self, _, s):
        """The space is reserved, and the size says how far it came."""
        self.raw(s, 3, text("part") + struct.pack(">II", 6, CREATE_TRUNCATE)
                 + b"\0\0\4\0\1" + struct.pack(">Q", 1000000))
        h = s.result().handle
        self.raw(s, 6, text(h) + struct.pack(">Q", 0) + text(b"x" * 1000))
        self.assert_code(s.result(), 0)
        self.raw(s, 17, text("part") + b"\0\0\0\xad")
        self.assertEqual(s.result().attrs["size"], 1000)

    @in_versions(6)
    def test_resume(self, _, s):
        none = b"\0\0\0\0\1"
        self.put("part", b"first ")
        self.upload(s, "part", 6, OPEN_EXISTING, none, b"second ", 6)
        self.assertEqual(self.get("part"), b"first second ")
        self.upload(s, "part", 6, OPEN_EXISTING | F_APPEND, none, b"third", 0)
        self.assertEqual(self.get("part"), b"first second third")

    @in_versions(6)
    def test_ascii_upload(self, _, s):
        """In text mode offsets mean nothing; the newline is the client's
        work (trap 29)."""
        self.upload(s, "t", 6, CREATE_TRUNCATE | F_TEXT, b"\0\0\0\0\1",
                    b"line\n" * 20000)
        self.assertEqual(self.get("t"), b"line\n" * 20000)

    @in_versions(6)
    def test_download(self, _, s):
        """Until EOF, with READs ahead beyond it."""
        data = os.urandom(100000)
        self.put("f", data)
        self.raw(s, 3, text("f") + b"\0\0\0\1\0\0\0\2\0\0\0\0\1")
        h = s.result().handle
        self.raw(s, 8, text(h) + b"\0\0\0\x20")
        self.assertEqual(s.result().attrs.keys(), {"flags", "type", "mtime"})
        for at in range(0, 6 * 32768, 32768):
            self.raw(s, 5, text(h) + struct.pack(">QI", at, 32768))
        replies = self.results(s, 6)
        self.assertEqual(b"".join(r.data for r in replies[:4]), data)
        self.assertEqual([r.eof for r in replies[:4]],
                         [None, None, None, True])
        for reply in replies[4:]:
            self.assert_code(reply, 1)

    @in_versions(6)
    def test_rename_onto_what_exists(self, _, s):
        """Flags 0: it is told so with 11, removes and tries again."""
        self.put("f.filepart", b"new")
        self.put("f", b"old")
        row = text("f.filepart") + text("f") + b"\0\0\0\0"
        self.raw(s, 18, row)
        self.raw(s, 13, text("f"))
        self.raw(s, 18, row)
        for reply, code in zip(self.results(s, 3), (11, 0, 0)):
            self.assert_code(reply, code)
        self.assertEqual((self.names(), self.get("f")), (["f"], b"new"))

    @in_versions(6)
    def test_links(self, _, s):
        """New name first (5.4); READLINK and STAT in one go."""
        self.put("f", b"12345")
        self.raw(s, 21, text("soft") + text("f") + b"\1")
        self.raw(s, 21, text("hard") + text("f") + b"\0")
        self.raw(s, 19, text("soft"))
        self.raw(s, 17, text("soft") + b"\0\0\0\xad")
        soft, hard, target, attrs = self.results(s, 4)
        self.assert_code(soft, 0)
        self.assert_code(hard, 0)
        self.assertEqual(target.names, [(b"f", None, {"flags": 0, "type": 5})])
        self.assertIsNone(target.eof)
        self.assertEqual(attrs.attrs["size"], 5)
        self.assertEqual(os.stat(self.path("f")).st_nlink, 2)

    @in_versions(6)
    def test_properties(self, _, s):
        """chmod, chown and touch, each with only its own fields."""
        self.put("f")
        user, group = (text(str(i)) for i in (os.getuid(), os.getgid()))
        self.raw(s, 9, text("f") + b"\0\0\0\4\1\0\0\1\x80")
        self.raw(s, 9, text("f") + b"\0\0\0\x80\1" + user + group)
        self.raw(s, 9, text("f") + b"\0\0\0\x80\1" + text("") + group)
        self.raw(s, 9, text("f") + b"\0\0\0\x20\1" + struct.pack(">q", -5))
        for reply in self.results(s, 4):
            self.assert_code(reply, 0)
        st = os.stat(self.path("f"))
        self.assertEqual((st.st_mode & 0o7777, st.st_mtime), (0o600, -5))

    @in_versions(6)
    def test_extensions(self, _, s):
        self.put("f", b"data")
        self.raw(s, 200, text("copy-file") + text("f") + text("g") + b"\0",
                 "copy-file")
        self.raw(s, 200, text("copy-file") + text("f") + text("g") + b"\0",
                 "copy-file")
        self.raw(s, 200, text("space-available") + text("/"),
                 "space-available")
        copied, again, space = self.results(s, 3)
        self.assert_code(copied, 0)
        self.assert_code(again, 11)
        self.assertEqual(len(space.raw), 5 + 4 * 8 + 4)
        self.assertEqual(self.get("g"), b"data")

    @in_versions(4, 5)
    def test_upload_in_older_versions(self, version, s):
        """The size is in OPEN, as a hint (trap 21); bit 0x2, which some
        server once sent, comes back without a field (3.9)."""
        how = struct.pack(">I", WRITE | CREAT | TRUNC) if version == 4 else \
            struct.pack(">II", 6, CREATE_TRUNCATE)
        self.raw(s, 3, text("f") + how + b"\0\0\0\3\1"
                 + struct.pack(">Q", 1 << 40))
        h = s.result().handle
        self.raw(s, 6, text(h) + struct.pack(">Q", 0) + text(b"data"))
        self.raw(s, 4, text(h))
        for reply in self.results(s, 2):
            self.assert_code(reply, 0)
        self.assertEqual(self.get("f"), b"data")


class Asyncssh(ClientTest):
    """Takes each reply to the last byte, and VERSION's structures too; it
    asks for all that a version has, and it rejects flags beyond that."""

    MASK = {4: 0x800001FD, 5: 0x800003FD, 6: 0xFFFD}

    @in_versions(4, 5, 6)
    def test_stat(self, version, s):
        self.put("f", b"12345")
        flags = struct.pack(">I", self.MASK[version])
        h = self.open(s, "f", READ)
        self.raw(s, 17, text("f") + flags)
        self.raw(s, 7, text("f") + flags)
        self.raw(s, 8, text(h) + flags)
        replies = self.results(s, 3)
        self.assertEqual(len({r.raw[5:] for r in replies}), 1)
        self.assertEqual(replies[0].attrs["flags"] & ~self.MASK[version], 0)
        self.assertEqual(replies[0].attrs["size"], 5)

    @in_versions(4, 5, 6)
    def test_replies_that_are_not_status_ok(self, version, s):
        """A request whose success has a reply of its own never gets STATUS OK
        (2.2)."""
        self.put("f", b"x")
        self.check(s, [
            (("open", "f", READ, {}), "handle"), (("opendir", "."), "handle"),
            (("stat", "f"), "attrs"), (("realpath", "."), "name"),
            (("limits@openssh.com",), "extended-reply"),
            (("statvfs@openssh.com", "."), "extended-reply")])
        h = self.open(s, "f", READ)
        self.assertEqual(s.call("read", h, 0, 0).kind, "data")

    @in_versions(4, 5)
    def test_nothing_behind_older_replies(self, version, s):
        """Lengths counted by hand."""
        self.put("f", b"x" * 10)
        h = self.open(s, "f", READ)
        self.assertEqual(len(s.call("read", h, 0, 100).raw), 1 + 4 + 4 + 10)
        reply = s.call("readdir", self.opendir(s))
        self.assertIsNone(reply.eof)
        reply = s.call("close", h)
        self.assertEqual(reply.raw[9:], text(reply.message) + text("en"))

    @in_versions(5, 6)
    def test_unknown_owner(self, version, s):
        """The names stand bare behind the language (trap 26)."""
        self.put("f")
        self.raw(s, 9, text("f") + b"\0\0\0\x80\1" + text("no-such-user")
                 + text("no-such-group"))
        reply = s.result()
        self.assertEqual(reply.raw[5:], b"\0\0\0\x10" + text(reply.message)
                         + text("en") + text("no-such-user")
                         + text("no-such-group"))

    @in_versions(5, 6)
    def test_open_modes(self, version, s):
        """r, w, a, x and r+ as it maps them (4.4)."""
        none = b"\0\0\0\0\1"
        for access, flags, want in (
                (0x102, CREATE_NEW, b"w"), (0x102, CREATE_TRUNCATE, b"w"),
                (0x106, OPEN_OR_CREATE | F_APPEND, b"ww"),
                (0x183, OPEN_EXISTING, b"ww"), (0x81, OPEN_EXISTING, b"ww")):
            self.raw(s, 3, text("f") + struct.pack(">II", access, flags)
                     + none)
            h = s.result().handle
            reply = s.call("write", h, 0, b"w")
            self.assert_code(reply, 3 if access == 0x81 else 0)
            self.assert_code(s.call("close", h), 0)
            self.assertEqual(self.get("f"), want, hex(access))

    @in_versions(6)
    def test_realpath(self, _, s):
        """Always a control byte; compose paths one by one."""
        os.mkdir(self.path("d"))
        self.raw(s, 16, text(self.dir) + b"\1" + text("d") + text("x"))
        self.raw(s, 16, text("d") + b"\2")
        self.raw(s, 16, text("d") + b"\3")
        for reply, want in zip(self.results(s, 3), ("d/x", "d", "d")):
            self.assertEqual(os.path.realpath(os.fsdecode(reply.names[0][0])),
                             os.path.realpath(self.path(want)))

    @in_versions(5, 6)
    def test_renames(self, version, s):
        for flags, code in ((0, 11), (1, 0), (2, 0)):
            self.put("f", b"f")
            self.put("g", b"g")
            self.raw(s, 18, text("f") + text("g") + struct.pack(">I", flags))
            self.assert_code(s.result(), code)


class Mina(ClientTest):
    """Apache MINA's client, as a Java program uses it through the JDK's file
    system: what fails behind the last WRITE has it delete the file."""

    def sets(self, s, number, target):
        """Access, creation and modification, in this order (3.3)."""
        self.raw(s, number, text(target) + b"\0\0\0\x38\1"
                 + struct.pack(">qqq", 10**9, 10**9 + 1, 10**9 + 2))
        self.assert_code(s.result(), 0)
        st = os.stat(self.path("f"))
        self.assertEqual((st.st_atime, st.st_mtime), (10**9, 10**9 + 2))
        os.utime(self.path("f"))

    @in_versions(4, 5, 6)
    def test_upload_that_keeps_times(self, version, s):
        h = self.open(s, "f", WRITE | CREAT | TRUNC)
        self.raw(s, 6, text(h) + struct.pack(">Q", 0) + text(b"java"))
        self.assert_code(s.result(), 0)
        self.sets(s, 10, h)
        self.raw(s, 4, text(h))
        self.assert_code(s.result(), 0)
        self.sets(s, 9, "f")
        self.assertEqual(self.get("f"), b"java")

    @in_versions(4, 5, 6)
    def test_reads_what_it_asks_for(self, version, s):
        """It asks for all that there is, and finds what there is."""
        self.put("f", b"java")
        self.raw(s, 17, text("f") + b"\0\0\xff\xfd")
        attrs = s.result().attrs
        self.assertEqual((attrs["size"], attrs["type"]), (4, 1))
        self.assertEqual(attrs["flags"] & SENT[version], SENT[version])


class Libssh(ClientTest):
    """Speaks version 4 with pflags, and RENAME with the flags of 5."""

    @in_versions(4)
    def test_rename(self, _, s):
        self.put("f", b"new")
        self.put("g", b"old")
        self.raw(s, 18, text("f") + text("g"))
        self.raw(s, 18, text("f") + text("g") + b"\0\0\0\0")
        self.raw(s, 18, text("f") + text("g") + b"\0\0\0\1")
        for reply, code in zip(self.results(s, 3), (11, 11, 0)):
            self.assert_code(reply, code)
        self.assertEqual((self.names(), self.get("g")), (["g"], b"new"))

    @in_versions(4)
    def test_files(self, _, s):
        """OPEN with PERMISSIONS only; owner names in what comes back."""
        self.raw(s, 3, text("f") + b"\0\0\0\x1a" + b"\0\0\0\4\1\0\0\1\xa0")
        h = s.result().handle
        self.raw(s, 6, text(h) + struct.pack(">Q", 0) + text(b"data"))
        self.raw(s, 8, text(h) + b"\0\0\0\xfd")
        self.raw(s, 4, text(h))
        written, attrs, closed = self.results(s, 3)
        self.assert_code(written, 0)
        self.assert_code(closed, 0)
        self.assertEqual((attrs.attrs["size"], attrs.attrs["permissions"],
                          attrs.attrs["type"]), (4, 0o640, 1))
        self.assertTrue(attrs.attrs["owner"] and attrs.attrs["group"])


class Lftp(ClientTest):
    """Asks for nothing, takes what it gets, and knows no ALLOCATION_SIZE
    nor an ACL with a length (trap 4)."""

    @in_versions(4, 5, 6)
    def test_directories(self, version, s):
        """STAT with flags 0 for the type; REALPATH without a control
        byte; listings of types 1, 2, 3 and 5 with no risky field."""
        self.plant()
        self.raw(s, 16, text("."))
        self.raw(s, 17, text("d") + b"\0\0\0\0")
        path, attrs = self.results(s, 2)
        self.assertEqual(os.path.realpath(os.fsdecode(path.names[0][0])),
                         os.path.realpath(self.dir))
        self.assertEqual((attrs.attrs["type"], attrs.attrs["flags"] & ~0x10),
                         (2, SENT[version]))
        names = s.call("readdir", self.opendir(s)).names
        self.assertEqual({a["flags"] & ~0x10 for _, _, a in names},
                         {SENT[version]})
        kinds = {n: a["type"] for n, _, a in names}
        self.assertEqual([kinds[n] for n in (b"f", b"d", b"l")], [1, 2, 3])

    @in_versions(4, 5, 6)
    def test_upload(self, version, s):
        """FSETSTAT of size and time on a handle that only writes, then
        CLOSE (trap 19)."""
        h = self.open(s, "f", WRITE | CREAT)
        s.start("write", h, 0, b"0123456789")
        self.raw(s, 10, text(h) + b"\0\0\0\x21\5" + struct.pack(
            ">Qq", 8, 1000000000))
        s.start("close", h)
        for reply in self.results(s, 3):
            self.assert_code(reply, 0)
        self.assertEqual(self.get("f"), b"01234567")
        self.assertEqual(os.stat(self.path("f")).st_mtime, 1000000000)

    @in_versions(4)
    def test_move(self, _, s):
        """REMOVE and RENAME at once, and MKDIRs in a row (1.6)."""
        self.put("f", b"new")
        self.put("g", b"old")
        s.start("remove", "g")
        s.start("rename", "f", "g")
        for name in ("a", "a/b", "a/b/c", "a"):
            s.start("mkdir", name, {})
        for reply, code in zip(self.results(s, 6), (0, 0, 0, 0, 0, 11)):
            self.assert_code(reply, code)
        self.assertEqual(self.get("g"), b"new")
        self.assertTrue(os.path.isdir(self.path("a/b/c")))


if __name__ == "__main__":
    unittest.main()
