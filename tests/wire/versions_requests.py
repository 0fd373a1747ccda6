# SPDX-License-Identifier: ISC
"""The answer to each request in each version, when it succeeds and when not:
sections 5.2 to 5.4, 6 and 7 of the protocol notes. A tuple has the codes of
versions 3, 4, 5 and 6.
"""

import os
import random
import struct
import unittest

import sftpwire as sw
from sftpwire import APPEND, CREAT, EXCL, READ, TEXT, TRUNC, WRITE
from versions import (ALL, CREATE_NEW, DELETE_ON_CLOSE, EXCLUSIVE,
                      OPEN_EXISTING, OPEN_OR_CREATE, READ_DATA, WRITE_DATA,
                      VersionsTest, fields, in_versions)

ENOENT, EACCES, ENOTDIR, ELOOP = 2, 3, (2, 2, 2, 19), (2, 2, 2, 21)
EEXIST, EISDIR, ENOTEMPTY = (4, 11, 11, 11), (4, 4, 4, 24), (4, 4, 4, 18)
EINVAL, ENAMETOOLONG, EBADF = (5, 4, 4, 23), (5, 5, 5, 20), (2, 3, 3, 3)
BAD_HANDLE, BAD_HANDLE_2 = (4, 9, 9, 9), (2, 9, 9, 9)
LONG = "n" * 256


class Statuses(VersionsTest):
    @in_versions(*ALL)
    def test_success(self, _, session):
        self.plant()
        self.check(session, [
            (("open", "f", READ, {}), "handle"), (("opendir", "."), "handle"),
            (("lstat", "l"), "attrs"), (("stat", "l"), "attrs"),
            (("setstat", "f", {"permissions": 0o600}), 0),
            (("mkdir", "new", {}), 0), (("rmdir", "new"), 0),
            (("remove", "other"), 0), (("remove", "l"), 0),
            (("realpath", "."), "name"), (("rename", "f", "g"), 0),
            (("rename", "full", "moved"), 0), (("rename", "loop", "hoop"), 0),
            (("readlink", "dangling"), "name"), (("symlink", "g", "l"), 0),
            (("posix-rename@openssh.com", "g", "f"), 0),
            (("statvfs@openssh.com", "."), "extended-reply"),
            (("hardlink@openssh.com", "f", "h"), 0),
            (("lsetstat@openssh.com", "l", {"atime": 1, "mtime": 2}), 0),
            (("limits@openssh.com",), "extended-reply"),
            (("expand-path@openssh.com", "~"), "name"),
            (("home-directory", ""), "name"),
            (("users-groups-by-id@openssh.com", b"\0\0\0\0", b""),
             "extended-reply"),
            (("space-available", "."), "extended-reply"),
            (("copy-file", "f", "copy", 0), 0),
            (("get-temp-folder",), "name"),
            (("vendor-id", "v", "p", "1", 7), 0),
        ])
        self.assertEqual(self.names(), sorted([
            "copy", "d", "dangling", "f", "fifo", "h", "hoop", "l", "ld",
            "moved", "socket"]))

    @in_versions(*ALL)
    def test_what_the_system_refuses(self, _, session):
        self.plant()
        before = self.state()
        self.check(session, [
            (("open", "nope", READ, {}), ENOENT),
            (("open", "nope/x", CREAT | WRITE, {}), ENOENT),
            (("open", "f/x", READ, {}), ENOTDIR),
            (("open", "loop", READ, {}), ELOOP),
            (("open", LONG, READ, {}), ENAMETOOLONG),
            (("open", "d", WRITE, {}), EISDIR),
            (("open", "f", WRITE | CREAT | EXCL, {}), EEXIST),
            (("open", "dangling", WRITE | CREAT | EXCL, {}), EEXIST),
            (("stat", "nope"), ENOENT), (("stat", "dangling"), ENOENT),
            (("stat", "loop"), ELOOP), (("lstat", "f/x"), ENOTDIR),
            (("lstat", LONG), ENAMETOOLONG),
            (("setstat", "nope", {"permissions": 0}), ENOENT),
            (("setstat", "d", {"size": 0}), EISDIR),
            (("setstat", "loop", {"size": 0}), ELOOP),
            (("setstat", "f", {"size": 1 << 63}), EINVAL),
            (("opendir", "nope"), ENOENT), (("opendir", "f"), ENOTDIR),
            (("opendir", "l"), ENOTDIR),
            (("remove", "d"), EISDIR), (("remove", "nope"), ENOENT),
            (("remove", "f/x"), ENOTDIR),
            (("rmdir", "full"), ENOTEMPTY), (("rmdir", "f"), ENOTDIR),
            (("rmdir", "ld"), ENOTDIR), (("rmdir", "nope"), ENOENT),
            (("rmdir", "."), EINVAL), (("rmdir", "/"), 4),
            (("mkdir", "d", {}), EEXIST), (("mkdir", "f", {}), EEXIST),
            (("mkdir", "dangling", {}), EEXIST),
            (("mkdir", "nope/x", {}), ENOENT), (("mkdir", "f/x", {}), ENOTDIR),
            (("readlink", "f"), EINVAL), (("readlink", "nope"), ENOENT),
            (("symlink", "x", "f"), EEXIST), (("symlink", "x", "l"), EEXIST),
            (("symlink", "x", "nope/y"), ENOENT),
            (("rename", "nope", "new"), ENOENT),
            (("rename", "f", "other"), EEXIST),
            (("rename", "f", "l"), EEXIST),
            (("rename", "f", "dangling"), EEXIST),
            (("rename", "f", "f"), EEXIST), (("rename", "f", "d"), EEXIST),
            (("rename", "d", "d/below"), EINVAL),
            (("rename", "f", "nope/x"), ENOENT),
            (("rename", "f", "l/x"), ENOTDIR),
            (("posix-rename@openssh.com", "f", "d"), EISDIR),
            (("posix-rename@openssh.com", "d", "f"), ENOTDIR),
            (("posix-rename@openssh.com", "d", "full"), ENOTEMPTY),
            (("posix-rename@openssh.com", "nope", "x"), ENOENT),
            (("statvfs@openssh.com", "nope"), ENOENT),
            (("hardlink@openssh.com", "nope", "x"), ENOENT),
            (("hardlink@openssh.com", "f", "other"), EEXIST),
            (("hardlink@openssh.com", "d", "x"), (3, 4, 4, 24)),
            (("lsetstat@openssh.com", "nope", {"permissions": 0}), ENOENT),
            (("lsetstat@openssh.com", "l", {"permissions": 0}), (4, 8, 8, 8)),
            (("lsetstat@openssh.com", "f", {"size": 0}), 5),
            (("expand-path@openssh.com", "~no-such-user"), ENOENT),
            (("expand-path@openssh.com", "nope/x"), ENOENT),
            (("home-directory", "no-such-user"), 4),
            (("users-groups-by-id@openssh.com", b"\0\0\0", b""), 5),
            (("users-groups-by-id@openssh.com", b"", b"\0\0\0"), 5),
            # Names that no packet holds.
            (("users-groups-by-id@openssh.com", b"\0" * 240000, b""), 4),
            (("space-available", "nope"), ENOENT),
            (("copy-file", "nope", "x", 0), ENOENT),
            (("copy-file", "d", "x", 0), EISDIR),
            (("copy-file", "f", "other", 0), EEXIST),
            (("copy-file", "f", "f", 0), 4), (("copy-file", "f", "f", 1), 4),
            (("copy-file", "f", "nope/x", 0), ENOENT),
        ])
        self.assertEqual(self.state(), before)

    def plant_forbidden(self):
        """Makes files that their owner may not touch for want of mode bits.
        They belong to us, or to nobody if we are root, whom mode bits do not
        stop."""
        self.put("secret", b"s")
        for name in ("locked", "locked/d", "closed"):
            os.mkdir(self.path(name))
        self.put("locked/in", b"in")
        if os.getuid() == 0:
            for top, dirs, files in os.walk(self.dir):
                for name in dirs + files:
                    os.chown(os.path.join(top, name), 65534, 65534)
        for name, mode in (("secret", 0), ("closed", 0), ("locked", 0o555)):
            os.chmod(self.path(name), mode)
            self.addCleanup(os.chmod, self.path(name), 0o700)

    @in_versions(*ALL, user="nobody")
    def test_without_rights(self, _, session):
        self.plant_forbidden()
        self.check(session, [
            (("open", "secret", READ, {}), EACCES),
            (("open", "secret", WRITE | TRUNC, {}), EACCES),
            (("open", "locked/new", WRITE | CREAT, {}), EACCES),
            (("setstat", "secret", {"size": 0}), EACCES),
            (("setstat", "/", {"permissions": 0o755}), EACCES),
            (("setstat", "/", {"atime": 1, "mtime": 1}), EACCES),
            (("opendir", "closed"), EACCES), (("stat", "closed/x"), EACCES),
            (("remove", "locked/in"), EACCES), (("rmdir", "locked/d"), EACCES),
            (("mkdir", "locked/new", {}), EACCES),
            (("rename", "locked/in", "mine"), EACCES),
            (("symlink", "x", "locked/new"), EACCES),
            (("hardlink@openssh.com", "locked/in", "locked/on"), EACCES),
            (("posix-rename@openssh.com", "locked/in", "mine"), EACCES),
            (("copy-file", "secret", "mine", 0), EACCES),
            (("copy-file", "locked/in", "locked/on", 0), EACCES),
        ])

    @in_versions(*ALL)
    def test_transfer(self, version, session):
        """READ and WRITE, on handles that are open for it and others."""
        self.plant()
        reader = self.open(session, "f", READ)
        writer = self.open(session, "f", WRITE)
        both = self.open(session, "f", READ | WRITE)
        neither = self.open(session, "f", 0)
        adds = self.open(session, "f", WRITE | APPEND)
        self.assertEqual(session.call("read", reader, 1, 3).data, b"ell")
        self.assertEqual(session.call("read", neither, 1, 3).data, b"ell")
        self.check(session, [
            (("read", writer, 0, 1), EBADF),
            (("write", reader, 0, b"x"), EBADF),
            (("write", neither, 0, b"x"), EBADF),
            (("read", reader, 6, 1), 1), (("read", reader, 1 << 40, 9), 1),
            (("read", reader, 1 << 63, 1), EINVAL),
            (("write", both, 1 << 63, b"x"), EINVAL),
            (("write", both, 8, b"!"), 0), (("write", both, 0, b""), 0),
            (("write", adds, 2, b"end"), 0),
            (("write", adds, 1 << 63, b"."), 0),
            (("fsetstat", reader, {"size": 0}), EINVAL),
            (("fsetstat", writer, {"size": 11}), 0),
            (("fsync@openssh.com", writer), 0),
            (("text-seek", reader, 0), (8, 0, 0, 0)),
        ])
        self.assertEqual(self.get("f"), b"hello\n\0\0!en")
        reply = session.call("read", both, 0, 0)
        self.assertEqual((reply.data, reply.eof), (b"", None))

    @in_versions(*ALL)
    def test_a_file_as_large_as_is_allowed(self, version, _):
        session = self.session(version=version, fsize=4096)
        h = self.open(session, "f", WRITE | CREAT)
        self.check(session, [
            (("write", h, 0, b"x" * 4096), 0), (("write", h, 4096, b"x"), 4),
            (("fsetstat", h, {"size": 4097}), 4),
            (("setstat", "f", {"size": 4097}), 4)])
        self.assertEqual(len(self.get("f")), 4096)


class Handles(VersionsTest):
    @in_versions(*ALL)
    def test_that_are_none(self, version, session):
        for h in (b"", b"\0\0\0\0", b"\0" * 8, b"\xff" * 8, b"x" * 256,
                  b"y" * 300):
            self.check(session, self.wrong_everywhere(version, h))

    def wrong_everywhere(self, version, h):
        rows = [
            (("close", h), BAD_HANDLE_2), (("read", h, 0, 1), BAD_HANDLE),
            (("write", h, 0, b"x"), BAD_HANDLE), (("fstat", h), BAD_HANDLE),
            (("fsetstat", h, {"permissions": 0}), BAD_HANDLE),
            (("readdir", h), BAD_HANDLE),
            (("fstatvfs@openssh.com", h), BAD_HANDLE),
            (("fsync@openssh.com", h), BAD_HANDLE_2),
            (("copy-data", h, 0, 0, h, 0), BAD_HANDLE_2)]
        if version > 3:
            rows.append((("text-seek", h, 0), 9))
        if version > 5:
            rows += [(("block", h, 0, 0, 0), 9), (("unblock", h, 0, 0), 9)]
        return rows

    @in_versions(*ALL)
    def test_that_were_closed(self, version, session):
        self.put("f", b"x")
        for h in (self.open(session, "f", READ), self.opendir(session)):
            self.check(session, [(("close", h), 0)])
            self.check(session, self.wrong_everywhere(version, h))

    @in_versions(*ALL)
    def test_of_the_wrong_kind(self, version, session):
        self.put("f", b"x")
        file, listing = self.open(session, "f", READ), self.opendir(session)
        self.check(session, [
            (("readdir", file), BAD_HANDLE),
            (("read", listing, 0, 1), BAD_HANDLE),
            (("write", listing, 0, b"x"), BAD_HANDLE),
            (("fstatvfs@openssh.com", listing), BAD_HANDLE),
            (("fsync@openssh.com", listing), BAD_HANDLE_2),
            (("copy-data", file, 0, 0, listing, 0), BAD_HANDLE_2),
            (("copy-data", listing, 0, 0, file, 0), BAD_HANDLE_2),
            # A directory's handle since version 6 (draft-13 8.6).
            (("fsetstat", listing, {"permissions": 0o700}), (4, 9, 9, 0)),
            (("fstat", listing), "attrs"),
            (("text-seek", listing, 0), (8, 9, 9, 9)),
        ])
        if version > 5:
            self.check(session, [
                (("block", listing, 0, 0, EXCLUSIVE), 8),
                (("unblock", listing, 0, 0), 31)])


class Spoilt(VersionsTest):
    """Requests that are no requests."""

    @in_versions(*ALL)
    def test_types_of_other_versions(self, version, session):
        """Types of other versions are unknown, like unassigned numbers."""
        body = struct.pack(">I", 7) + sw.put("s", "a") + sw.put("s", "b") \
            + b"\0" * 20
        unknown = [2, 101, 102, 103, 104, 105, 201, 0, 24, 99, 199, 202, 255]
        unknown += [20] if version == 6 else [21, 22, 23]
        for number in unknown:
            self.assert_code(session.call_raw(bytes([number]) + body), 8,
                             number)
        for name in (b"", b"nope@example.com", b"copy-data\0", b"Copy-Data",
                     b"versions", b"newline", b"supported2"):
            self.assert_code(session.call(name.decode(), b""), 8, name)
        self.assertEqual(self.names(), [])

    @in_versions(3)
    def test_text_seek_is_not_of_version_3(self, _, session):
        self.put("f")
        h = self.open(session, "f", READ)
        self.assert_code(session.call("text-seek", h, 0), 8)

    @in_versions(*ALL)
    def test_nul_in_a_name(self, version, session):
        self.plant()
        before = self.state()
        bad, code = b"f\0x", (5, 5, 5, 20)
        rows = [("open", bad, READ, {}), ("lstat", bad), ("stat", bad),
                ("setstat", bad, {}), ("opendir", bad), ("remove", bad),
                ("mkdir", bad, {}), ("rmdir", bad), ("realpath", bad),
                ("rename", bad, "g"), ("rename", "f", bad), ("readlink", bad),
                ("symlink", bad, "g"), ("symlink", "f", bad),
                ("posix-rename@openssh.com", "f", bad),
                ("statvfs@openssh.com", bad),
                ("hardlink@openssh.com", bad, "g"),
                ("lsetstat@openssh.com", bad, {}),
                ("expand-path@openssh.com", bad), ("home-directory", bad),
                ("space-available", bad), ("copy-file", "f", bad, 0)]
        self.check(session, [(row, code) for row in rows])
        self.assertEqual(self.state(), before)

    @in_versions(*ALL)
    def test_excess_bytes_are_ignored(self, version, session):
        """Where no field is optional (draft-13 4)."""
        self.plant()
        for values in (("lstat", "f"), ("stat", "f"), ("opendir", "d"),
                       ("readlink", "l"), ("remove", "other"),
                       ("mkdir", "new", {"permissions": 0o700}),
                       ("open", "f", READ, {}), ("setstat", "f", {}),
                       ("symlink", "f", "new-link"),
                       ("space-available", "."), ("limits@openssh.com",)):
            _, payload = session.payload(*fields(version, *values))
            reply = session.call_raw(payload + b"\xff" * 9, values[0])
            self.assertEqual(getattr(reply, "code", 0), 0, values)

    @in_versions(*ALL)
    def test_attributes_cut_short(self, version, session):
        """Every field at each byte, nothing of it is done."""
        self.put("f", b"whole")
        before = self.state()
        attrs = {key: {"s": b"root", "d": b""}.get(letter, 1)
                 for key, letter, _ in sw.ATTRS[version]}
        attrs["extended"] = [("a", "b"), ("c", "d")]
        for name in ("setstat", "mkdir", "lsetstat@openssh.com"):
            head = session.payload(name, "f", {}, ident=1)[1]
            whole = session.payload(name, "f", attrs, ident=1)[1]
            empty = 4 if version == 3 else 5
            for length in range(len(head) - empty, len(whole)):
                self.assert_code(session.call_raw(whole[:length], name), 5,
                                 "%s of %d bytes" % (name, length))
        self.assertEqual(self.state(), before)

    @in_versions(4, 5, 6)
    def test_unknown_flags_of_attributes(self, version, session):
        """An unknown flag is BAD_MESSAGE, since its field cannot be skipped;
        0x2 is ignored and has no field."""
        self.put("f", b"whole")
        os.chmod(self.path("f"), 0o644)
        before = self.state()
        known = sw.ATTR_MASK[version] | 2
        for bit in range(32):
            if not known & 1 << bit:
                self.check(session, [
                    (("setstat", "f", {"flags": 1 << bit | 4,
                                       "permissions": 0o600}), 5),
                    (("mkdir", "new", {"flags": 1 << bit}), 5),
                    (("open", "new", WRITE | CREAT, {"flags": 1 << bit}), 5)])
        self.assertEqual(self.state(), before)
        _, payload = session.payload("setstat", "f", {"permissions": 0o640})
        at = len(payload) - 9
        self.assertEqual(payload[at:at + 4], b"\0\0\0\4")
        self.assert_code(session.call_raw(
            payload[:at] + b"\0\0\0\6" + payload[at + 4:]), 0)
        self.assertEqual(os.stat(self.path("f")).st_mode & 0o7777, 0o640)


class Agreement(VersionsTest):
    """The same requests have the same effect in every version, and codes
    that older versions lack become the ones of table 7.2 and 7.3."""

    # Code in version 6 -> codes allowed in 3, 4 and 5.
    OLDER = {9: ((4, 2), (9,), (9,)), 11: ((4,), (11,), (11,)),
             18: ((4,), (4,), (4,)), 19: ((2,), (2,), (2,)),
             20: ((5,), (5,), (5,)), 21: ((2,), (2,), (2,)),
             23: ((5,), (4,), (4,)),
             # 3 in version 3: a hard link to a directory is EPERM.
             24: ((4, 3), (4,), (4,)),
             3: ((3, 2), (3,), (3,)), 8: ((4, 8), (8,), (8,))}
    NAMES = ["a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "l/a",
             "a/x", ".", "d/..", "./a", "nope/x"]

    def one_request(self, dice):
        """A request as version 3 has it; a number stands for a handle."""
        name, other = dice.choice(self.NAMES), dice.choice(self.NAMES)
        handle, at = dice.randrange(8), dice.randrange(20)
        return dice.choice([
            ("open", name, dice.choice([WRITE, READ | WRITE]) | dice.choice(
                [CREAT, CREAT | TRUNC, CREAT | EXCL, APPEND, TRUNC, 0]),
             {"permissions": dice.choice([0o600, 0o644, 0o755])}),
            ("open", name, READ | WRITE | CREAT, {}),
            ("write", handle, at, b"data" * dice.randrange(5)),
            ("write", handle, at, b"x"), ("read", handle, at, 100),
            ("close", handle), ("fstat", handle),
            ("fsetstat", handle, {"size": at}),
            ("lstat", name), ("stat", name), ("opendir", name),
            ("remove", name), ("rmdir", name),
            ("mkdir", name, {"permissions": dice.choice([0o700, 0o755])}),
            ("mkdir", name, {}), ("mkdir", "d", {}), ("mkdir", "d/e", {}),
            ("rename", name, other), ("rename", name, other),
            ("posix-rename@openssh.com", name, other),
            ("symlink", other, name), ("hardlink@openssh.com", name, other),
            ("setstat", name, {"permissions": 0o700 | at}),
            ("setstat", name, {"size": at}),
            ("setstat", name, {"atime": at, "mtime": at * at}),
            ("lsetstat@openssh.com", name, {"atime": at, "mtime": 7}),
            ("readlink", name),
            ("copy-file", name, other, dice.randrange(2))])

    def play(self, session, handles, values):
        """Sends it with this session's handles; -> what can be compared."""
        values = list(values)
        if isinstance(values[1], int):
            values[1] = handles[values[1] % len(handles)]
        reply = self.ask(session, *values)
        if values[0] == "open" and reply.kind == "handle":
            handles.append(reply.handle)
            if len(handles) > 8:
                session.call("close", handles.pop(0))
            return reply.kind, None
        if reply.kind == "handle":		# of a directory
            session.call("close", reply.handle)
            return reply.kind, None
        return reply.kind, {
            "status": lambda: reply.code, "data": lambda: reply.data,
            "name": lambda: reply.names[0][0],
            # A time that was set is small.
            "attrs": lambda: (reply.attrs["permissions"] & 0o7777,
                              min(reply.attrs["mtime"], 1000)),
        }[reply.kind]()

    def agree(self, values, version, got, newest):
        told = "%s: %s in version %d, %s in 6" % (values, got, version, newest)
        self.assertEqual(got[0], newest[0], told)
        if got[0] == "status":
            codes = self.OLDER.get(newest[1], ((newest[1],),) * 3)
            self.assertIn(got[1], codes[version - 3], told)
        else:
            self.assertEqual(got[1], newest[1], told)

    def test_thousands_of_requests(self):
        sessions = {}
        for version in ALL:
            self.fresh_directory()
            sessions[version] = s = self.session(version=version)
            s.top, s.handles = self.dir, [b"\0" * 8]
        dice = random.Random(6)
        for turn in range(4000):
            values = self.one_request(dice)
            got = {v: self.play(s, s.handles, values)
                   for v, s in sessions.items()}
            for version in (3, 4, 5):
                self.agree(values, version, got[version], got[6])
            if turn % 100 == 0:
                self.assertEqual(len({self.tree(s.top) for s in
                                      sessions.values()}), 1, turn)
        for s in sessions.values():
            self.assertEqual(s.finish(), 0)

    @staticmethod
    def tree(top):
        """Names, kinds, modes, contents, and the times that were set."""
        found = []
        for where, dirs, files in os.walk(top):
            for name in dirs + files:
                path = os.path.join(where, name)
                st = os.lstat(path)
                content = b""
                if os.path.islink(path):
                    content = os.readlink(path)
                elif os.path.isfile(path):
                    with open(path, "rb") as file:
                        content = file.read()
                found.append((os.path.relpath(path, top), st.st_mode,
                              st.st_nlink, content))
        return tuple(sorted(found))


class EmptyPaths(VersionsTest):
    @in_versions(*ALL)
    def test_where_nothing_changes(self, version, session):
        """Since version 4 the directory of the session (draft-13 6)."""
        self.put("f")
        found = 2 if version == 3 else "attrs"
        self.check(session, [
            (("stat", ""), found), (("lstat", ""), found),
            (("opendir", ""), 2 if version == 3 else "handle"),
            (("realpath", ""), "name"),
            (("open", "", READ, {}), (2, 4, 4, 24)),
            (("open", "", WRITE, {}), 2), (("open", "", READ | CREAT, {}), 2),
            (("setstat", "", {"permissions": 0o700}), 2),
            (("remove", ""), 2), (("rmdir", ""), 2), (("mkdir", "", {}), 2),
            (("rename", "", "g"), 2), (("rename", "f", ""), 2),
            (("symlink", "f", ""), 2), (("symlink", "", "g"), (2, 2, 2, 20)),
            (("hardlink@openssh.com", "", "g"), 2),
            (("hardlink@openssh.com", "f", ""), 2),
            (("posix-rename@openssh.com", "f", ""), 2),
            (("copy-file", "f", "", 0), 2), (("copy-file", "", "g", 0), 2),
        ])
        if version > 3:
            here = self.attrs(session, ".")
            for name in ("stat", "lstat"):
                got = self.attrs(session, "", name=name)
                self.assertEqual(got, {**here, "atime": got["atime"],
                                       "atime_ns": got["atime_ns"]})
            names = session.call("readdir", self.opendir(session, "")).names
            self.assertEqual(sorted(n for n, _, _ in names),
                             [b".", b"..", b"f"])
        self.assertEqual(session.call("realpath", "").names[0][0],
                         os.fsencode(os.path.realpath(self.dir)))
        self.assertEqual(self.names(), ["f"])


class Denied(VersionsTest):
    """Names that the administrator denied, and what goes by them."""

    def denied(self, session, *rows):
        self.check(session, [(row, 3) for row in rows])

    def allowed(self, session, *rows):
        for row in rows:
            reply = self.ask(session, *row)
            self.assertNotEqual(getattr(reply, "code", 0), 3, str(row))

    def test_read_only(self):
        for version in ALL:
            with self.subTest(version=version):
                self.fresh_directory()
                self.version = version
                self.plant()
                before = self.state()
                s = self.session("-R", version=version)
                h = self.open(s, "f", READ)
                self.denied(
                    s, ("open", "f", WRITE, {}), ("open", "new", CREAT, {}),
                    ("open", "f", READ | TRUNC, {}), ("write", h, 0, b"x"),
                    ("open", "nope", WRITE, {}),
                    ("setstat", "f", {"permissions": 0}),
                    ("fsetstat", h, {"permissions": 0}), ("remove", "f"),
                    ("mkdir", "new", {}), ("rmdir", "d"),
                    ("rename", "f", "g"), ("symlink", "x", "new"),
                    ("posix-rename@openssh.com", "f", "g"),
                    ("hardlink@openssh.com", "f", "g"),
                    ("fsync@openssh.com", h),
                    ("lsetstat@openssh.com", "l", {"atime": 1, "mtime": 1}),
                    ("copy-data", h, 0, 0, h, 100),
                    ("copy-file", "f", "g", 0), ("make-temp-folder",))
                self.allowed(
                    s, ("read", h, 0, 9), ("stat", "f"), ("readlink", "l"),
                    ("space-available", "."), ("get-temp-folder",),
                    ("vendor-id", "a", "b", "c", 1))
                if version == 4:
                    self.denied(s, ("rename", "f", "g", 1))
                if version > 4:
                    for flags in (1, 2, 4):
                        self.assert_code(s.call("rename", "f", "g", flags), 3)
                if version > 5:
                    self.denied(s, ("link", "new", "f", False),
                                ("link", "new", "f", True),
                                ("link", "new", "", True))
                    for access, flags in (
                            (READ_DATA, OPEN_EXISTING | DELETE_ON_CLOSE),
                            (0, OPEN_OR_CREATE), (0, CREATE_NEW)):
                        self.assert_code(s.call("open", "f", access, flags,
                                                {}), 3)
                    self.allowed(s, ("block", h, 0, 0, 0),
                                 ("unblock", h, 0, 0))
                self.assertEqual(s.finish(), 0)
                self.assertEqual(self.state(), before)

    @in_versions(6, args=("-P", "symlink"))
    def test_symlink(self, _, s):
        self.put("f")
        self.denied(s, ("link", "new", "f", True), ("link", "new", "", True))
        self.check(s, [(("link", "new", "f", False), 0)])
        self.assertEqual(self.names(), ["f", "new"])

    @in_versions(6, args=("-P", "hardlink"))
    def test_hardlink(self, _, s):
        self.put("f")
        self.denied(s, ("link", "new", "f", False),
                    ("link", "new", "nope", False))
        self.check(s, [(("link", "new", "f", True), 0)])
        self.assertTrue(os.path.islink(self.path("new")))

    @in_versions(6, args=("-P", "symlink,hardlink"))
    def test_denied_before_any_field_is_looked_at(self, _, s):
        self.assert_code(s.call_raw(b"\x15\0\0\0\1\xff"), 3)

    @in_versions(*ALL, args=("-P", "remove,rename,posix-rename,stat,block,"
                             "text-seek,copy-data,statvfs"))
    def test_denied_and_truncated_is_denied(self, version, s):
        numbers = [13, 18, 17] + ([22] if version > 5 else [])
        for number in numbers:
            self.assert_code(s.call_raw(bytes([number]) + b"\0\0\0\1\xff"), 3)
        names = ["copy-data", "copy-file", "space-available",
                 "statvfs@openssh.com"] + (["text-seek"] if version > 3 else [])
        for name in names:
            self.assert_code(s.call_raw(b"\xc8\0\0\0\1" + sw.put("s", name)),
                             3, name)

    @in_versions(4, 5, 6, args=("-P", "posix-rename"))
    def test_renames_that_replace(self, version, s):
        self.put("f", b"f")
        self.put("g", b"g")
        for flags in (1, 2, 3, 4, 7):
            self.assert_code(s.call("rename", "f", "g", flags), 3)
            self.assert_code(s.call("rename", "f", "new", flags), 3)
        self.assert_code(s.call("rename", "f", "g", 0), 11)
        self.check(s, [(("rename", "f", "new"), 0)])
        self.assertEqual(self.names(), ["g", "new"])

    @in_versions(4, 5, 6, args=("-P", "rename"))
    def test_renames_that_do_not(self, version, s):
        self.put("f", b"f")
        self.put("g", b"g")
        self.denied(s, ("rename", "f", "new"), ("rename", "nope", "new"))
        self.assert_code(s.call("rename", "f", "new", 0), 3)
        self.assert_code(s.call("rename", "f", "g", 1), 0)
        self.assertEqual(self.names(), ["g"])

    @in_versions(6, args=("-P", "remove"))
    def test_delete_on_close(self, _, s):
        self.put("f")
        for access in (READ_DATA, WRITE_DATA):
            self.assert_code(s.call("open", "f", access, OPEN_EXISTING
                                    | DELETE_ON_CLOSE, {}), 3)
            self.assert_code(s.call("open", "new", access, CREATE_NEW
                                    | DELETE_ON_CLOSE, {}), 3)
        self.assertEqual(self.names(), ["f"])

    @in_versions(6, args=("-P", "block"))
    def test_block(self, _, s):
        self.put("f")
        h = self.open(s, "f", READ | WRITE)
        self.denied(s, ("block", h, 0, 0, EXCLUSIVE), ("block", h, 0, 0, 0))
        self.assert_code(s.call("open", "f", 3, OPEN_EXISTING | EXCLUSIVE,
                                {}), 3)
        self.assert_code(s.call("unblock", h, 0, 0), 31)

    @in_versions(6, args=("-P", "unblock"))
    def test_unblock(self, _, s):
        self.put("f")
        h = self.open(s, "f", READ | WRITE)
        self.check(s, [(("block", h, 0, 0, EXCLUSIVE), 0),
                       (("unblock", h, 0, 0), 3)])

    @in_versions(4, 5, 6, args=("-P", "text-seek"))
    def test_text_seek(self, _, s):
        self.put("f")
        self.denied(s, ("text-seek", self.open(s, "f", READ | TEXT), 0))

    @in_versions(*ALL, args=("-P", "copy-data"))
    def test_copy_file(self, _, s):
        self.put("f")
        self.denied(s, ("copy-file", "f", "g", 0))
        self.assertEqual(self.names(), ["f"])

    @in_versions(*ALL, args=("-P", "statvfs"))
    def test_space_available(self, _, s):
        self.denied(s, ("space-available", "."), ("statvfs@openssh.com", "."))

    @in_versions(*ALL, args=("-P", "realpath"))
    def test_get_temp_folder(self, _, s):
        self.denied(s, ("get-temp-folder",), ("realpath", "."))

    @in_versions(*ALL, args=("-P", "mkdir"))
    def test_make_temp_folder(self, _, s):
        self.denied(s, ("make-temp-folder",), ("mkdir", "d", {}))

    @in_versions(4, 5, 6, args=("-P", "fsetstat,setstat"))
    def test_attributes_in_open(self, version, s):
        """All but the mode, of a file that may be new."""
        owner = {"owner": str(os.getuid()), "group": str(os.getgid())}
        self.denied(s, ("open", "f", WRITE | CREAT, owner))
        if version == 6:
            self.denied(s, ("open", "f", WRITE | CREAT,
                            {"allocation_size": 1}))
        self.assertEqual(self.names(), [])
        self.check(s, [(("open", "f", WRITE | CREAT,
                         {"permissions": 0o600}), "handle")])

    @in_versions(*ALL, args=("-P", "write"))
    def test_write_lets_open_create(self, _, s):
        """As in OpenSSH, which judges by name."""
        h = self.open(s, "f", WRITE | CREAT | TRUNC)
        self.denied(s, ("write", h, 0, b"x"))

    @in_versions(*ALL, args=("-p", "open,close,stat"))
    def test_all_but_a_few(self, version, s):
        h = self.open(s, "f", WRITE | CREAT)
        self.allowed(s, ("stat", "f"), ("vendor-id", "a", "b", "c", 1))
        self.denied(s, ("lstat", "f"), ("write", h, 0, b"x"),
                    ("rename", "f", "g"), ("symlink", "x", "l"),
                    ("limits@openssh.com",), ("copy-file", "f", "g", 0),
                    ("space-available", "."), ("get-temp-folder",),
                    ("make-temp-folder",))
        if version > 3:
            self.denied(s, ("text-seek", h, 0))
        if version > 5:
            self.denied(s, ("block", h, 0, 0, 0), ("unblock", h, 0, 0))
            self.assert_code(s.call("open", "f", 2, OPEN_EXISTING | EXCLUSIVE,
                                    {}), 3)
        self.allowed(s, ("close", h))


class Overwrite(VersionsTest):
    """RENAME by version and flags, and what the policy makes of it."""

    def play(self, version, session, *flags):
        """The code, and whether f replaced g."""
        self.put("f", b"f")
        self.put("g", b"g")
        os.makedirs(self.path("d"), exist_ok=True)
        os.makedirs(self.path("e"), exist_ok=True)
        reply = session.call("rename", "f", "g", *flags)
        replaced = self.get("g") == b"f"
        self.assertEqual(replaced, reply.code == 0)
        self.assertEqual(os.path.exists(self.path("f")), not replaced)
        return reply.code

    def directories(self, session, *flags):
        reply = session.call("rename", "d", "e", *flags)
        self.assertEqual(os.path.isdir(self.path("d")), reply.code != 0)
        return reply.code

    def each_cell(self, overwrite, want):
        """want(version, flags) -> code, with None for no flags at all."""
        for version in ALL:
            for flags in ([None] * (version < 5) +
                          list(range(8)) * (version > 3)):
                with self.subTest(version=version, flags=flags):
                    self.fresh_directory()
                    args = ["-o", "rename.overwrite=" + overwrite]
                    s = self.session(*args, version=version)
                    given = [] if flags is None else [flags]
                    files, directories = want(version, flags)
                    self.assertEqual(self.play(version, s, *given), files)
                    self.assertEqual(self.directories(s, *given), directories)
                    self.assertEqual(s.finish(), 0)

    def test_if_asked(self):
        self.each_cell("if-asked", lambda v, flags: (0, 0) if flags else
                       ((4, 4) if v == 3 else (11, 11)))

    def test_always(self):
        """rename.overwrite=always does not replace a directory unless the
        client asks to."""
        self.each_cell("always", lambda v, flags: (0, 0) if flags else
                       (0, 4 if v == 3 else 11))

    def test_never(self):
        self.each_cell("never", lambda v, flags: (4, 4) if v == 3 else
                       (11, 11))

    def test_posix_rename_never(self):
        for version in ALL:
            self.fresh_directory()
            self.version = version
            s = self.raw_session("-o", "rename.overwrite=never",
                                 up_to=version)
            self.assertNotIn(b"posix-rename@openssh.com",
                             dict(s.init(version).pairs))
            self.put("f", b"f")
            self.put("g", b"g")
            reply = s.call("posix-rename@openssh.com", "f", "g")
            self.assertNotEqual(reply.code, 0)
            self.check(s, [(("copy-file", "f", "g", 1), (4, 11, 11, 11))])
            self.assertEqual(self.get("g"), b"g")

    @in_versions(4, 5, 6)
    def test_flags_that_nobody_defined(self, version, s):
        self.put("f")
        for bit in range(3, 32):
            for flags in (1 << bit, 1 << bit | 1):
                self.assert_code(s.call("rename", "f", "new", flags), 8)
        self.assertEqual(self.names(), ["f"])

    @in_versions(4, 5, 6)
    def test_names_of_one_file(self, version, s):
        """rename(2) leaves both names; without OVERWRITE the new exists."""
        self.put("f")
        os.link(self.path("f"), self.path("g"))
        self.assert_code(s.call("rename", "f", "g", 0), 11)
        for flags in (1, 2, 4):
            self.assert_code(s.call("rename", "f", "g", flags), 0)
        self.assertEqual(self.names(), ["f", "g"])

    @in_versions(5, 6)
    def test_what_cannot_be_replaced(self, version, s):
        self.plant()
        for flags in (1, 2, 4):
            for old, new, codes in (
                    ("f", "d", (0, 0, 4, 24)), ("d", "f", (0, 0, 2, 19)),
                    ("d", "full", (0, 0, 4, 18)), ("d", "d/x", (0, 0, 4, 23)),
                    ("nope", "f", 2)):
                self.assert_code(s.call("rename", old, new, flags), codes,
                                 (old, new))


if __name__ == "__main__":
    unittest.main()
