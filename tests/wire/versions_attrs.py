# SPDX-License-Identifier: ISC
"""ATTRS in versions 4 to 6, both ways: 3.1 to 3.10 of the protocol notes,
draft-04 5, draft-05 5, draft-13 7. ACLs are somebody else's.
"""

import fcntl
import grp
import os
import pwd
import struct
import subprocess
import unittest

import sftpwire as sw
from sftpwire import CREAT, EXCL, READ, TRUNC, WRITE
from versions import ALL, SENT, VersionsTest, in_versions, long_times, \
    user_name

SIZE, PERMISSIONS, ATIME, BTIME, MTIME, ACL = 0x1, 0x4, 0x8, 0x10, 0x20, 0x40
SUBSECOND, BITS, ALLOC, CTIME = 0x100, 0x200, 0x400, 0x8000
HIDDEN, COMPRESSED, SPARSE, APPEND_ONLY, IMMUTABLE, SYNC = \
    0x4, 0x40, 0x80, 0x100, 0x200, 0x400
NOT_SETTABLE = (0x1, 0x2, 0x8, 0x10, 0x20, 0x800, 0x1000, 0x80000000)
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS = 0x80086601, 0x40086602
NOBODY = "no-such-user-or-group"
NEW = (4, 5, 6)


def group_name(gid):
    try:
        return os.fsencode(grp.getgrgid(gid).gr_name)
    except KeyError:
        return b"%d" % gid


def known(st):
    """Returns the attributes that version 6 sends of this file, by the names of
    the drafts."""
    return {"size": st.st_size, "owner": user_name(st.st_uid),
            "group": group_name(st.st_gid),
            "permissions": st.st_mode & 0o7777,
            "atime": st.st_atime_ns // 10**9,
            "atime_ns": st.st_atime_ns % 10**9,
            "mtime": st.st_mtime_ns // 10**9,
            "mtime_ns": st.st_mtime_ns % 10**9,
            "ctime": st.st_ctime_ns // 10**9,
            "ctime_ns": st.st_ctime_ns % 10**9,
            "link_count": st.st_nlink}


class AttrsTest(VersionsTest):
    def three_ways(self, session, path, flags=0):
        """ATTRS by name, by link, and by handle."""
        h = self.open(session, path, READ)
        yield self.attrs(session, path, flags, "stat")
        yield self.attrs(session, path, flags, "lstat")
        yield self.attrs(session, h, flags, "fstat")
        session.call("close", h)

    def stat(self, name):
        return os.lstat(self.path(name))

    def set_both(self, session, attrs, code, told=""):
        """By name and by handle, on a file of 5 bytes, mode 644. The file's
        status after each is yielded."""
        for by_handle in (False, True):
            self.put("f", b"whole")
            os.chmod(self.path("f"), 0o644)
            os.utime(self.path("f"), ns=(10**18 + 1, 10**18 + 2))
            if by_handle:
                h = self.open(session, "f", WRITE)
                reply = session.call("fsetstat", h, attrs)
                session.call("close", h)
            else:
                reply = session.call("setstat", "f", attrs)
            self.assert_code(reply, code, told or str(attrs))
            self.extra = reply.extra
            yield self.stat("f")

    def refused(self, session, attrs, code, told=""):
        """Fails unless the attributes are refused and none is set."""
        attrs = dict(attrs)
        attrs.setdefault("permissions", 0o600)
        attrs.setdefault("mtime", 5)
        for st in self.set_both(session, attrs, code, told):
            self.assertEqual((st.st_mode & 0o7777, st.st_size, st.st_mtime_ns),
                             (0o644, 5, 10**18 + 2), told or str(attrs))


class Sent(AttrsTest):
    @in_versions(*NEW)
    def test_unasked_and_asked(self, version, session):
        """STAT answers what it was asked for, as far as the file has it, and
        the usual where it was asked for nothing (lftp). A listing cannot be
        asked."""
        self.put("f", b"x")
        born = self.attrs(session, "f", BTIME)["flags"]
        acl = self.attrs(session, "f", ACL)["flags"]
        has = SENT[version] | born | acl | (BITS if version > 4 else 0) | (
            ALLOC if version > 5 else 0)
        asked = [1 << n for n in range(32)] + [
            0xAD, 0xFD, 0x1FD, 0x800001FD, 0xFFFD, 0xFFFFFFFF, BITS | ALLOC,
            MTIME | SUBSECOND, SIZE | SUBSECOND]
        for flags in asked:
            want = flags & has
            if not want & (ATIME | BTIME | MTIME | CTIME):
                want &= ~SUBSECOND	# of no time there are none
            for got in self.three_ways(session, "f", flags):
                self.assertEqual(hex(got["flags"]), hex(want), hex(flags))
                self.assertEqual(got["type"], 1)
        for got in self.three_ways(session, "f", 0):
            self.assertEqual(got["flags"], SENT[version] | born)
        for _, _, got in session.call("readdir", self.opendir(session)).names:
            self.assertEqual(got["flags"] & ~BTIME, SENT[version])

    @in_versions(*ALL)
    def test_names_without_attributes(self, version, session):
        os.symlink("x", self.path("l"))
        self.put("f")
        for reply in (session.call("realpath", "f"),
                      session.call("readlink", "l"),
                      session.call("home-directory", ""),
                      session.call("expand-path@openssh.com", "~"),
                      session.call("get-temp-folder")):
            want = {"flags": 0} if version == 3 else {"flags": 0, "type": 5}
            self.assertEqual(reply.names[0][2], want)
            self.assertIsNone(reply.eof)

    @long_times
    @in_versions(*NEW)
    def test_values(self, version, session):
        self.put("f", b"x" * 70000)
        os.link(self.path("f"), self.path("g"))
        os.chmod(self.path("f"), 0o4751)
        for atime, mtime in (
                (10**9 * 1234567890 + 1, 10**9 * 2**32 + 999999999),
                (-1, -(10**9) * 2**31 + 500000000), (0, 1)):
            os.utime(self.path("f"), ns=(atime, mtime))
            want = known(self.stat("f"))
            for got in list(self.three_ways(session, "f")) + [
                    a for n, _, a in session.call(
                        "readdir", self.opendir(session)).names if n == b"f"]:
                self.assertEqual(got["type"], 1)
                for key, value in got.items():
                    if key in want:
                        self.assertEqual(value, want[key], key)
                self.assertEqual(want.keys() - got.keys(), set() if version > 5
                                 else {"ctime", "ctime_ns", "link_count"})

    @in_versions(6)
    def test_to_the_byte(self, _, session):
        """draft-13 7: the order of fields is not that of bits."""
        self.put(".sparse")
        os.truncate(self.path(".sparse"), 1 << 33)
        os.chmod(self.path(".sparse"), 0o640)
        os.utime(self.path(".sparse"), ns=(-1, 2 * 10**9 + 3))
        st = self.stat(".sparse")
        raw = session.call("stat", ".sparse",
                           SENT[6] | BTIME | BITS | ALLOC).raw
        flags = struct.unpack_from(">I", raw, 5)[0]
        birth = raw.index(struct.pack(">q", 2)) if flags & BTIME else 0
        known_bits = raw[-8:-4]
        self.assertEqual(
            raw[:5] + struct.pack(">I", flags & ~BTIME)
            + (raw[9:birth - 12] + raw[birth:] if birth else raw[9:]),
            b"\x69\0\0\0\1" + b"\0\0\xa7\xad" + b"\1"
            + b"\0\0\0\2\0\0\0\0" + struct.pack(">Q", st.st_blocks * 512)
            + sw.put("s", user_name(st.st_uid))
            + sw.put("s", group_name(st.st_gid)) + b"\0\0\1\xa0"
            + b"\xff" * 8 + struct.pack(">I", 999999999)
            + struct.pack(">qI", 2, 3)
            + struct.pack(">qI", *divmod(st.st_ctime_ns, 10**9))
            + b"\0\0\0\x84" + known_bits + b"\0\0\0\1")

    @in_versions(*NEW)
    def test_time_of_birth(self, _, session):
        """The time of birth is that of stat(1), or the field is absent."""
        self.put("f")
        born = int(subprocess.check_output(["stat", "-c", "%W",
                                            self.path("f")]))
        for got in self.three_ways(session, "f"):
            self.assertEqual(got.get("createtime", 0), born)

    @in_versions(*NEW)
    def test_types(self, version, session):
        """Version 4 has one for whatever is special."""
        self.plant()
        for name, code in (("f", 1), ("d", 2), ("l", 3), ("dangling", 3),
                           ("socket", 6), ("fifo", 9), ("/dev/null", 7)):
            want = 4 if version == 4 and code > 5 else code
            self.assertEqual(self.attrs(session, name)["type"], want, name)
        self.assertEqual(self.attrs(session, "l", name="stat")["type"], 1)
        self.assertEqual(self.attrs(session, "ld", name="stat")["type"], 2)
        kinds = {n: a["type"] for n, _, a in session.call(
            "readdir", self.opendir(session)).names}
        self.assertEqual((kinds[b"."], kinds[b"l"]), (2, 3))
        self.assertEqual(self.attrs(session, self.opendir(session, "d"),
                                    name="fstat")["type"], 2)

    @in_versions(*NEW)
    def test_owners_without_a_name(self, _, session):
        if os.getuid() != 0:
            return		# only root may make such a file
        self.put("f")
        os.chown(self.path("f"), 4294967, 4294968)
        got = self.attrs(session, "f")
        self.assertEqual((got["owner"], got["group"]),
                         (b"4294967", b"4294968"))

    @in_versions(5, 6)
    def test_bits(self, version, session):
        """HIDDEN by the name, SPARSE by the blocks; 5 has no second word."""
        for name in ("f", ".hidden"):
            self.put(name, b"x" * 10000)
            os.sync()
        for name in ("holes", ".both"):
            self.put(name)
            os.truncate(self.path(name), 1 << 20)
        os.mkdir(self.path(".d"))
        for name, want in (("f", 0), (".hidden", HIDDEN), ("holes", SPARSE),
                           (".both", HIDDEN | SPARSE), (".d", HIDDEN),
                           (".d/", HIDDEN), ("../" + os.path.basename(
                               self.dir), 0)):
            got = self.attrs(session, name, BITS)
            self.assertEqual(got["bits"], want, name)
            if version > 5:
                self.assertEqual(got["bits"] & ~got["bits_valid"], 0)
                self.assertEqual(got["bits_valid"] & (HIDDEN | SPARSE),
                                 HIDDEN | SPARSE)
                self.assertEqual(got["bits_valid"] & 0xFFFFF800, 0)
        h = self.open(session, ".both", READ)
        self.assertEqual(self.attrs(session, h, BITS, "fstat")["bits"],
                         HIDDEN | SPARSE)

    @in_versions(5, 6)
    def test_the_directory_itself_is_not_hidden(self, _, session):
        """`.` and `..` are no names that begin with a dot."""
        os.mkdir(self.path("d"))
        for name in (".", "..", "d/.", "d/..", "", "./"):
            self.assertEqual(self.attrs(session, name, BITS)["bits"] & HIDDEN,
                             0, name)

    @in_versions(6)
    def test_allocation_size(self, _, session):
        self.put("holes", b"x")
        os.truncate(self.path("holes"), 1 << 20)
        self.put("f", os.urandom(100000))
        os.sync()
        for name in ("holes", "f", "."):
            self.assertEqual(
                self.attrs(session, name, ALLOC)["allocation_size"],
                self.stat(name).st_blocks * 512)


class Times(AttrsTest):
    NS = (10**18 + 1, 10**18 + 2)

    def times(self, st):
        return st.st_atime_ns, st.st_mtime_ns

    @in_versions(*NEW)
    def test_each_alone(self, _, session):
        """An absent time stays as it is (draft-13 7.7); without SUBSECOND_TIMES
        the nanoseconds are 0."""
        a, m = self.NS
        for attrs, want in (
                ({"atime": 7}, (7 * 10**9, m)), ({"mtime": 7}, (a, 7 * 10**9)),
                ({"atime": 7, "atime_ns": 8}, (7 * 10**9 + 8, m)),
                ({"mtime": 7, "mtime_ns": 999999999}, (a, 8 * 10**9 - 1)),
                ({"atime": 1, "atime_ns": 2, "mtime": 3, "mtime_ns": 4},
                 (10**9 + 2, 3 * 10**9 + 4)),
                ({"atime": 1, "mtime": 3}, (10**9, 3 * 10**9)),
                ({"flags": SUBSECOND}, (a, m)), ({}, (a, m))):
            for st in self.set_both(session, attrs, 0):
                self.assertEqual(self.times(st), want, attrs)

    @long_times
    @in_versions(*NEW)
    def test_before_1970_and_after_2038(self, _, session):
        """i64: -0.5 s is -1 and 500000000 (draft-13 7.7)."""
        for seconds in (-1, -2, 1 - (1 << 31), 1 << 31, (1 << 32) - 1, 1 << 32):
            for ns in (0, 500000000):
                attrs = {"atime": seconds, "atime_ns": ns,
                         "mtime": seconds, "mtime_ns": ns}
                for st in self.set_both(session, attrs, 0):
                    self.assertEqual(self.times(st),
                                     (seconds * 10**9 + ns,) * 2)
                    got = self.attrs(session, "f")
                    self.assertEqual((got["mtime"], got["mtime_ns"]),
                                     (seconds, ns))

    @long_times
    @in_versions(3)
    def test_version_3_is_unsigned(self, _, session):
        for st in self.set_both(session, {"atime": 0xFFFFFFFF,
                                          "mtime": 1 << 31}, 0):
            self.assertEqual(self.times(st), (0xFFFFFFFF * 10**9,
                                              (1 << 31) * 10**9))
        for seconds, want in ((-1, 0xFFFFFFFF), (-(1 << 31), 1 << 31),
                              (1 << 32, 0xFFFFFFFF), ((1 << 32) - 1,) * 2):
            os.utime(self.path("f"), (seconds, seconds))
            got = self.attrs(session, "f")
            self.assertEqual((got["atime"], got["mtime"]), (want, want))

    @in_versions(*NEW)
    def test_too_many_nanoseconds(self, _, session):
        for key in ("atime", "mtime"):
            for ns in (10**9, 0xFFFFFFFF):
                self.refused(session, {key: 1, key + "_ns": ns},
                             (0, 4, 4, 23))

    @in_versions(*NEW)
    def test_times_that_cannot_be_set(self, version, session):
        for keys in ({"createtime": 1}, {"createtime": 1, "createtime_ns": 2}):
            for st in self.set_both(session, keys, 8):
                self.assertEqual(self.times(st), self.NS)
            for st in self.set_both(session, dict(keys, permissions=0o600), 8):
                self.assertEqual(st.st_mode & 0o7777, 0o644)
        if version > 5:
            self.refused(session, {"ctime": 1}, 8)
            self.refused(session, {"ctime": 1, "ctime_ns": 1}, 8)


class Sizes(AttrsTest):
    @in_versions(*ALL)
    def test_size(self, _, session):
        for size, want in ((0, b""), (3, b"who"), (5, b"whole"),
                           (7, b"whole\0\0")):
            for _ in self.set_both(session, {"size": size}, 0):
                self.assertEqual(self.get("f"), want)
        for st in self.set_both(session, {"size": (1 << 33) + 1}, 0):
            self.assertEqual(st.st_size, (1 << 33) + 1)
        for size in (1 << 63, (1 << 64) - 1):
            for st in self.set_both(session, {"size": size}, (5, 4, 4, 23)):
                self.assertEqual(st.st_size, 5)

    @in_versions(*NEW)
    def test_all_at_once(self, _, session):
        """Size, owner, mode, times, in the order that lets all of it last."""
        attrs = {"size": 2, "owner": str(os.getuid()),
                 "group": str(os.getgid()), "permissions": 0o6755,
                 "atime": 1, "mtime": 2, "mtime_ns": 3}
        for st in self.set_both(session, attrs, 0):
            self.assertEqual((st.st_size, st.st_mode & 0o7777,
                              st.st_atime_ns, st.st_mtime_ns),
                             (2, 0o6755, 10**9, 2 * 10**9 + 3))

    @in_versions(6)
    def test_allocation(self, _, session):
        """More is reserved behind the end, less cuts (draft-13 7.3)."""
        for st in self.set_both(session, {"allocation_size": 100000}, 0):
            self.assertEqual((st.st_size, self.get("f")), (5, b"whole"))
            self.assertGreaterEqual(st.st_blocks * 512, 100000)
            self.assertGreaterEqual(self.attrs(
                session, "f", ALLOC)["allocation_size"], 100000)
        for alloc, want in ((5, b"whole"), (2, b"wh"), (0, b"")):
            for _ in self.set_both(session, {"allocation_size": alloc}, 0):
                self.assertEqual(self.get("f"), want)
        for alloc in (1 << 63, (1 << 64) - 1):
            for st in self.set_both(session, {"allocation_size": alloc}, 4):
                self.assertEqual(st.st_size, 5)

    @in_versions(6)
    def test_size_and_allocation(self, _, session):
        self.refused(session, {"size": 3, "allocation_size": 2}, 23)
        for st in self.set_both(session, {"size": 3,
                                          "allocation_size": 9000}, 0):
            self.assertEqual(self.get("f"), b"who")
            self.assertGreaterEqual(st.st_blocks * 512, 9000)
        for _ in self.set_both(session, {"size": 3, "allocation_size": 3}, 0):
            self.assertEqual(self.get("f"), b"who")

    @in_versions(6)
    def test_allocation_of_what_is_no_file(self, _, session):
        self.plant()
        before = self.state()
        self.check(session, [
            (("setstat", "d", {"allocation_size": 1}), 24),
            (("setstat", "nope", {"allocation_size": 0}), 2),
            (("setstat", "dangling", {"allocation_size": 0}), 2)])
        h = self.open(session, "f", READ)
        reply = session.call("fsetstat", h, {"allocation_size": 100000})
        self.assertNotEqual(reply.code, 0)
        self.assertEqual(self.state(), before)

    @in_versions(6)
    def test_allocation_through_lsetstat(self, _, session):
        """A link has no size, and its target is not meant."""
        self.plant()
        before = self.state()
        for alloc in (1, 3, 100000):
            reply = session.call("lsetstat@openssh.com", "l",
                                 {"allocation_size": alloc})
            self.assertNotEqual(reply.code, 0)
        self.assertEqual(self.state(), before)
        self.assertEqual(self.get("f"), b"hello\n")
        self.assertLess(self.stat("f").st_blocks * 512, 100000)


class Owners(AttrsTest):
    def setUp(self):
        super().setUp()
        self.uid, self.gid = os.getuid(), os.getgid()
        if self.uid == 0:
            self.uid, self.gid = 1, 2		# daemon and bin, or so
        self.user, self.group = user_name(self.uid), group_name(self.gid)

    def spellings(self, name, number):
        yield name
        yield name + b"@localhost"
        yield name + b"@example.com"
        yield b"%d" % number

    @in_versions(*NEW)
    def test_names_and_numbers(self, _, session):
        for user in self.spellings(self.user, self.uid):
            for group in self.spellings(self.group, self.gid):
                for st in self.set_both(session, {"owner": user,
                                                  "group": group}, 0):
                    self.assertEqual((st.st_uid, st.st_gid),
                                     (self.uid, self.gid))
                    os.chown(self.path("f"), os.getuid(), os.getgid())

    @in_versions(*NEW)
    def test_empty_leaves_it_alone(self, _, session):
        ours = os.getuid(), os.getgid()
        for user, group, want in (
                (b"", b"", ours), (self.user, b"", (self.uid, ours[1])),
                (b"", self.group, (ours[0], self.gid))):
            for st in self.set_both(session, {"owner": user,
                                              "group": group}, 0):
                self.assertEqual((st.st_uid, st.st_gid), want)
                os.chown(self.path("f"), *ours)

    @in_versions(*NEW)
    def test_empty_names_change_nothing_at_all(self, _, session):
        """Empty names do not even clear set-id bits, as chown(2) would."""
        self.put("f")
        os.chmod(self.path("f"), 0o6755)
        self.check(session, [(("setstat", "f", {"owner": "", "group": ""}), 0)])
        self.assertEqual(self.stat("f").st_mode & 0o7777, 0o6755)

    def unknown(self, session, owner, group, extra):
        self.refused(session, {"owner": owner, "group": group, "size": 1},
                     (0, 4, 16, 16))
        self.assertEqual(self.extra, extra if session.version > 4 else [])

    @in_versions(*NEW)
    def test_unknown(self, _, session):
        """Each that is unknown is named behind the text (draft-13 9.1)."""
        bad = NOBODY.encode()
        self.unknown(session, bad, self.group, [bad])
        self.unknown(session, self.user, bad, [bad])
        self.unknown(session, bad, bad + b"2", [bad, bad + b"2"])
        self.unknown(session, b"", bad + b"@x", [bad + b"@x"])
        for odd in (b"@", b"@localhost", b"4294967296", b"4294967295",
                    b"-1", b"+1", b" 1", b"1 ", b"1x", b"0x1", b"root\0",
                    b"x" * 5000):
            self.unknown(session, odd, b"", [odd])

    @in_versions(*NEW)
    def test_not_ours_to_give(self, version, _):
        session = self.session(version=version, user="nobody")
        self.put("f", b"f")
        if os.getuid() == 0:
            os.chown(self.path("f"), 65534, 65534)
        self.check(session, [
            (("setstat", "f", {"owner": "0", "group": ""}), 3),
            (("setstat", "f", {"owner": "", "group": "0"}), 3)])
        self.assertEqual(session.finish(), 0)

    @in_versions(*NEW)
    def test_of_new_objects(self, version, session):
        attrs = {"owner": self.user, "group": self.group,
                 "permissions": 0o640}
        self.check(session, [(("open", "f", WRITE | CREAT, attrs), "handle"),
                             (("open", "g", WRITE | CREAT | EXCL, attrs),
                              "handle"),
                             (("mkdir", "d", attrs), 0)])
        for name in "fgd":
            st = self.stat(name)
            self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o7777),
                             (self.uid, self.gid, 0o640), name)

    @in_versions(*NEW, umask=0o022)
    def test_set_id_bits_of_new_files(self, version, session):
        """The owner does not take them away."""
        attrs = {"owner": self.user, "group": self.group,
                 "permissions": 0o6777}
        self.check(session, [(("open", "f", WRITE | CREAT, attrs), "handle")])
        st = self.stat("f")
        self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o7777),
                         (self.uid, self.gid, 0o6755))

    @in_versions(*NEW)
    def test_of_objects_that_are_not_made(self, version, session):
        attrs = {"owner": NOBODY, "group": ""}
        self.check(session, [
            (("open", "f", WRITE | CREAT, attrs), (0, 4, 16, 16)),
            (("mkdir", "d", attrs), (0, 4, 16, 16))])
        self.assertEqual(self.names(), [])
        session = self.session(version=version, user="nobody")
        attrs = {"owner": "0", "group": "0"}
        self.check(session, [(("open", "f", WRITE | CREAT, attrs), 3),
                             (("mkdir", "d", attrs), 3)])
        self.assertEqual(self.names(), [])
        self.assertEqual(session.finish(), 0)


class InodeFlags(AttrsTest):
    """The bits that are flags of an inode, which not every file system has,
    nor may everybody set: the server must fare as we do."""

    FLAGS = {COMPRESSED: 0x4, APPEND_ONLY: 0x20, IMMUTABLE: 0x10, SYNC: 0x8}

    def ioctl(self, name, change=None):
        """The flags, after a change; the errno if that fails."""
        fd = os.open(self.path(name), os.O_RDONLY)
        try:
            flags = struct.unpack("i", fcntl.ioctl(
                fd, FS_IOC_GETFLAGS, b"\0" * 4)[:4])[0]
            if change is None:
                return flags
            fcntl.ioctl(fd, FS_IOC_SETFLAGS, struct.pack("i", change(flags)))
            return 0
        except OSError as error:
            return error.errno
        finally:
            os.close(fd)

    def bits(self, version, bits, valid):
        return {"bits": bits, "bits_valid": valid} if version > 5 \
            else {"bits": bits}

    @in_versions(5, 6)
    def test_settable(self, version, session):
        for bit, flag in self.FLAGS.items():
            self.put("f", b"x")
            failed = self.ioctl("f", lambda old, f=flag: old | f)
            if not failed:
                self.ioctl("f", lambda old, f=flag: old & ~f)
            reply = session.call("setstat", "f", self.bits(version, bit, bit))
            self.assertEqual(reply.code != 0, failed != 0, hex(bit))
            self.assertEqual(bool(self.ioctl("f") & flag), not failed)
            reply = session.call("setstat", "f", self.bits(version, 0, bit))
            self.assert_code(reply, 0, hex(bit))
            self.assertFalse(self.ioctl("f") & flag)
            os.unlink(self.path("f"))

    @in_versions(5, 6)
    def test_others_are_refused_before_anything_changes(self, version, s):
        """Unless the bit is what it is to become."""
        for bit in NOT_SETTABLE:
            self.refused(s, self.bits(version, bit, bit), 8, hex(bit))
        self.refused(s, self.bits(version, HIDDEN, HIDDEN), 8)
        for _ in self.set_both(s, self.bits(version, 0, 0x3F), 0):
            pass
        self.put(".f")
        self.assert_code(s.call("setstat", ".f", self.bits(
            version, HIDDEN, HIDDEN)), 0)
        if version > 5:
            self.assert_code(s.call("setstat", ".f", self.bits(
                version, 0, HIDDEN)), 8)

    @in_versions(6)
    def test_bits_outside_the_valid_ones(self, version, s):
        for _ in self.set_both(s, self.bits(version, 0xFFFFFFFF, 0), 0):
            self.assertFalse(self.ioctl("f") & 0x3C)
        for _ in self.set_both(s, self.bits(version, 0xFFFFFFFB, HIDDEN), 0):
            pass

    @in_versions(5, 6)
    def test_one_that_this_file_cannot_have(self, version, s):
        """Unsupported: then nothing else is set (draft-13 7.1)."""
        for bit, flag in self.FLAGS.items():
            self.put("f", b"whole")
            failed = self.ioctl("f", lambda old, f=flag: old | f)
            if failed == 95:		# EOPNOTSUPP
                self.refused(s, self.bits(version, bit, bit), 8, hex(bit))
            elif not failed:
                self.ioctl("f", lambda old, f=flag: old & ~f)
        self.plant()
        os.chmod(self.path("fifo"), 0o644)
        self.assert_code(s.call("setstat", "fifo", {
            **self.bits(version, SYNC, SYNC), "permissions": 0o600}), 8)
        self.assertEqual(self.stat("fifo").st_mode & 0o7777, 0o644)

    @in_versions(5, 6)
    def test_what_it_has_not_may_be_cleared(self, version, s):
        self.plant()
        for name in ("fifo", "f", "d"):
            self.assert_code(s.call("setstat", name, self.bits(
                version, 0, 0x7C0)), 0, name)

    @in_versions(5, 6, user="nobody")
    def test_as_they_are(self, version, s):
        """A file that cannot be opened accepts the bits that were reported for
        it."""
        self.plant()
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody").pw_uid
            for name in self.names():
                os.lchown(self.path(name), nobody, -1)
        os.chmod(self.path("f"), 0o200)
        # In version 5 all bits count, one that was not sent as well.
        for name in ("l", "socket", "fifo") + (("f",) if version > 5 else ()):
            got = self.attrs(s, name, BITS)
            self.assertEqual(got["bits"], 0, name)
            reply = s.call("lsetstat@openssh.com", name, {
                "mtime": 5, **self.bits(version, got["bits"],
                                        got.get("bits_valid"))})
            self.assert_code(reply, 0, name)
            self.assertEqual(os.lstat(self.path(name)).st_mtime, 5, name)
        for name in ("l", "socket", "fifo"):
            reply = s.call("lsetstat@openssh.com", name, {
                "mtime": 6, **self.bits(version, SYNC, SYNC)})
            self.assert_code(reply, 8, name)


class Others(AttrsTest):
    SETTABLE = ("size", "owner", "group", "permissions", "atime", "atime_ns",
                "mtime", "mtime_ns", "bits", "bits_valid")

    @in_versions(*NEW)
    def test_round_trip(self, version, session):
        """Reported attributes are accepted when sent back, and change
        nothing."""
        for name in (".hidden", "f", "d", "sparse"):
            if name == "d":
                os.mkdir(self.path(name))
            else:
                self.put(name, b"whole")
            os.chmod(self.path(name), 0o6751)
        os.truncate(self.path("sparse"), 1 << 20)
        for name in self.names():
            os.utime(self.path(name), ns=(-5, 10**18 + 7))
            got = self.attrs(session, name, 0xFFFFFFFF)
            attrs = {key: got[key] for key in self.SETTABLE if key in got
                     and not (key == "size" and name == "d")}
            before = self.stat(name)
            self.check(session, [(("setstat", name, attrs), 0)])
            after = self.stat(name)
            for key in ("st_mode", "st_size", "st_uid", "st_gid", "st_blocks",
                        "st_atime_ns", "st_mtime_ns"):
                self.assertEqual(getattr(after, key), getattr(before, key),
                                 (name, key))

    @in_versions(6)
    def test_that_are_not_for_clients_to_set(self, _, session):
        """INVALID_PARAMETER where the draft forbids, else unsupported."""
        self.refused(session, {"text_hint": 0}, 23)
        self.refused(session, {"link_count": 2}, 23)
        self.refused(session, {"mime_type": "text/plain"}, 8)
        self.refused(session, {"untranslated_name": "f"}, 8)

    @in_versions(*ALL)
    def test_extended_pairs(self, version, session):
        """Ignored up to version 5, then unsupported (draft-13 7.1)."""
        pairs = {"permissions": 0o600, "extended": [("a@example.com", "b")]}
        if version == 6:
            self.refused(session, pairs, 8)
            self.check(session, [
                (("mkdir", "d", pairs), 8),
                (("open", "new", WRITE | CREAT, pairs), 8)])
            self.assertEqual(self.names(), ["f"])
        else:
            for st in self.set_both(session, pairs, 0):
                self.assertEqual(st.st_mode & 0o7777, 0o600)
        for st in self.set_both(session, {"permissions": 0o600,
                                          "extended": []}, 0):
            self.assertEqual(st.st_mode & 0o7777, 0o600)

    @in_versions(*ALL)
    def test_type_bits_in_permissions(self, _, session):
        """Masked: some clients send all of st_mode."""
        for mode in (0o100640, 0o040640, 0xFFFFF000 | 0o640):
            for st in self.set_both(session, {"permissions": mode}, 0):
                self.assertEqual(st.st_mode, 0o100000 | mode & 0o7777)

    @in_versions(*NEW)
    def test_the_type_byte_means_nothing(self, _, session):
        for kind in (0, 1, 2, 5, 9, 77, 255):
            for st in self.set_both(session, {"type": kind,
                                              "permissions": 0o600}, 0):
                self.assertEqual(st.st_mode, 0o100600)

    @in_versions(*NEW)
    def test_of_new_objects(self, version, session):
        """Mode and owner, space in version 6; the rest is ignored."""
        attrs = {"size": 9, "permissions": 0o106640, "atime": 1, "mtime": 1,
                 "createtime": 1}
        if version > 4:
            attrs["bits"] = 0
        if version > 5:
            attrs.update(text_hint=1, mime_type="text/plain", link_count=1,
                         untranslated_name="f", ctime=1, bits_valid=0)
        self.check(session, [(("open", "f", WRITE | CREAT, attrs), "handle"),
                             (("mkdir", "d", attrs), 0)])
        for name in ("f", "d"):
            st = self.stat(name)
            self.assertEqual(st.st_mode & 0o1777, 0o640)
            self.assertNotEqual(st.st_mtime, 1)
        self.assertEqual(self.stat("f").st_size, 0)

    @in_versions(6)
    def test_space_of_new_files(self, _, session):
        """Reserved, not part of the file; never for one that exists."""
        attrs = {"allocation_size": 100000}
        for name, pflags in (("a", WRITE | CREAT), ("b", WRITE | CREAT | EXCL),
                             ("c", WRITE | CREAT | TRUNC)):
            self.check(session, [(("open", name, pflags, attrs), "handle")])
            st = self.stat(name)
            self.assertEqual(st.st_size, 0)
            self.assertGreaterEqual(st.st_blocks * 512, 100000)
        self.put("old", b"old")
        for pflags in (WRITE, WRITE | CREAT):
            self.check(session, [(("open", "old", pflags, {
                "allocation_size": 1}), "handle")])
            self.assertEqual(self.get("old"), b"old")

    @in_versions(6)
    def test_space_that_there_is_not(self, _, session):
        """The file goes again (draft-13 7.3)."""
        for pflags in (WRITE | CREAT, WRITE | CREAT | EXCL,
                       WRITE | CREAT | TRUNC):
            reply = self.ask(session, "open", "f", pflags,
                             {"allocation_size": 1 << 62})
            self.assertEqual(reply.kind, "status")
            self.assertIn(reply.code, (sw.FAILURE, 14))
            self.assertEqual(self.names(), [])

    @in_versions(*NEW)
    def test_of_what_was_there_are_ignored(self, version, session):
        self.put("f", b"f")
        os.chmod(self.path("f"), 0o600)
        attrs = {"permissions": 0, "owner": "0", "group": "0", "size": 9}
        before = self.stat("f")
        for pflags in (READ, WRITE, WRITE | CREAT):
            self.check(session, [(("open", "f", pflags, attrs), "handle")])
        after = self.stat("f")
        self.assertEqual((before.st_mode, before.st_uid, after.st_size),
                         (after.st_mode, after.st_uid, 1))

    @in_versions(*NEW)
    def test_unknown_owner_of_what_was_there(self, version, session):
        """Ignored as well where nothing can be made."""
        self.put("f", b"f")
        self.check(session, [
            (("open", "f", READ, {"owner": NOBODY, "group": ""}), "handle"),
            (("open", "f", WRITE, {"atime": 1, "atime_ns": 1 << 31}),
             "handle")])


if __name__ == "__main__":
    unittest.main()
