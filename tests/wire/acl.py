# SPDX-License-Identifier: ISC
"""ACLs in versions 4 to 6, held to what getfacl says and setfacl sets. $SERVER
is the server, $DIR a directory on a file system with ACLs.
"""

import grp
import os
import pwd
import shutil
import struct
import subprocess
import tempfile
import unittest

import sftpwire as sw
from sftpwire import CREAT, READ, WRITE

SERVER = os.environ["SERVER"]
ACL = 0x40
ALLOWED, DENIED, AUDIT, ALARM = range(4)
INHERIT, INHERIT_ONLY, GROUP = 0x3, 0x8, 0x40
R, W, X, DELETE_CHILD = 0x1, 0x2 | 0x4, 0x20, 0x40
DW = W | DELETE_CHILD
ANYBODY = 0x80 | 0x20000 | 0x100000	# read attributes and ACL; synchronize
OWNER = ANYBODY | 0x100 | 0x40000	# and set them
INCLUDED, PRESENT = 1, 2
NOBODY = 54321		# an id without a user

USERS = [p for p in pwd.getpwall() if p.pw_uid not in (0, os.getuid())]
GROUPS = [g for g in grp.getgrall() if g.gr_gid not in (0, os.getgid())]
ALICE, BOB = USERS[0].pw_name, USERS[1].pw_name
STAFF, CREW = GROUPS[0].gr_name, GROUPS[1].gr_name


def unusable():
    """Why nothing can be tested here, or None: asked of the file system."""
    with tempfile.NamedTemporaryFile(dir=os.environ.get("DIR")) as probe:
        try:
            subprocess.run(["setfacl", "-m", "u:1:r", probe.name], check=True,
                           capture_output=True)
        except FileNotFoundError:
            return "setfacl is not installed (package acl)"
        except subprocess.CalledProcessError:
            return "the file system of %s has no ACLs" % probe.name
    return None


def setUpModule():
    if unusable():
        raise unittest.SkipTest(unusable())


PLAIN = [(ALLOWED, 0, R | W, "OWNER@"), (ALLOWED, 0, R, "GROUP@"),
         (ALLOWED, 0, R, "EVERYONE@")]
PLAIN_TEXT = "user::rw- group::r-- other::r--"


def acl(version, aces, flags=INCLUDED | PRESENT):
    """Returns the content of the acl field."""
    head = struct.pack(">I", flags) if version >= 6 else b""
    return head + struct.pack(">I", len(aces)) + b"".join(
        struct.pack(">III", *ace[:3]) + sw.put("s", ace[3]) for ace in aces)


class AclTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="acl.", dir=os.environ.get("DIR"))
        self.addCleanup(shutil.rmtree, self.dir)
        os.chmod(self.dir, 0o755)
        self.put("f")
        os.mkdir(self.path("d"), 0o755)

    def path(self, name):
        return os.path.join(self.dir, name)

    def put(self, name, mode=0o640):
        if os.path.exists(self.path(name)):
            os.unlink(self.path(name))    # its mode may forbid to open it
        with open(self.path(name), "wb"):
            pass
        os.chmod(self.path(name), mode)

    def session(self, version, **kwargs):
        session = sw.Session([SERVER], cwd=self.dir, up_to=version,
                             **kwargs)
        self.addCleanup(session.destroy)
        self.assertEqual(session.init(version).version, version)
        return session

    def sessions(self):
        for version in (4, 5, 6):
            with self.subTest(version=version):
                session = self.session(version)
                yield version, session
                self.assertEqual(session.finish(), 0)

    def setfacl(self, name, *entries):
        subprocess.run(["setfacl", "-m", ",".join(entries), self.path(name)],
                       check=True)

    def getfacl(self, name):
        """The entries, on one line, without the comments on the mask."""
        text = subprocess.run(["getfacl", "-cEp", self.path(name)],
                              check=True, capture_output=True, text=True)
        return " ".join(text.stdout.split())

    def get(self, session, name, request="stat"):
        """acl-flags and entries of a file."""
        attrs = session.call(request, name, ACL).attrs
        flags, aces = sw.parse_acl(attrs["acl"], session.version)
        self.assertEqual(flags, 3 if session.version >= 6 else None)
        return [(t, f, m, who.decode()) for t, f, m, who in aces]

    def assert_status(self, reply, code):
        self.assertEqual((reply.kind, getattr(reply, "code", None)),
                         ("status", code), str(reply))

    def assert_refused(self, session, name, content, code, **more):
        """Fails unless the ACL is refused and no attribute changes."""
        st, before = os.lstat(self.path(name)), self.getfacl(name)
        reply = session.call("setstat", name, dict(
            acl=content, permissions=0o600, mtime=1, **more))
        self.assert_status(reply, code)
        now = os.lstat(self.path(name))
        self.assertEqual((self.getfacl(name), now.st_mode, now.st_mtime),
                         (before, st.st_mode, st.st_mtime))
        return reply


class Get(AclTest):
    def test_a_mode_is_an_acl(self):
        for _, session in self.sessions():
            self.assertEqual(self.get(session, "f"), [
                (ALLOWED, 0, R | W | OWNER, "OWNER@"),
                (DENIED, 0, X, "OWNER@"),
                (ALLOWED, 0, R | ANYBODY, "GROUP@"),
                (DENIED, 0, W | X, "GROUP@"),
                (ALLOWED, 0, ANYBODY, "EVERYONE@")])

    def test_names_and_mask(self):
        self.setfacl("f", "u:%s:rwx" % ALICE, "u:%d:r" % NOBODY,
                     "g:%s:rx" % STAFF, "m::rx", "o::x")
        named = sorted([(USERS[0].pw_uid, ALICE, R | X),
                        (NOBODY, str(NOBODY), R)])
        want = [(ALLOWED, 0, R | W | OWNER, "OWNER@"),
                (DENIED, 0, X, "OWNER@")]
        for _, name, can in named:
            want += [(ALLOWED, 0, can | ANYBODY, name),
                     (DENIED, 0, (R | W | X) & ~can, name)]
        want += [(ALLOWED, 0, R | ANYBODY, "GROUP@"),
                 (ALLOWED, GROUP, R | X | ANYBODY, STAFF),
                 (DENIED, 0, W | X, "GROUP@"), (DENIED, GROUP, W, STAFF),
                 (ALLOWED, 0, X | ANYBODY, "EVERYONE@")]
        for _, session in self.sessions():
            self.assertEqual(self.get(session, "f"), want)

    def test_default(self):
        self.setfacl("d", "d:u::rwx", "d:g::r", "d:o::-")
        inherited = INHERIT | INHERIT_ONLY
        for _, session in self.sessions():
            self.assertEqual(self.get(session, "d"), [
                (ALLOWED, 0, R | DW | X | OWNER, "OWNER@"),
                (ALLOWED, 0, R | X | ANYBODY, "GROUP@"),
                (DENIED, 0, DW, "GROUP@"),
                (ALLOWED, 0, R | X | ANYBODY, "EVERYONE@"),
                (ALLOWED, inherited, R | DW | X | OWNER, "OWNER@"),
                (ALLOWED, inherited, R | ANYBODY, "GROUP@"),
                (DENIED, inherited, DW | X, "GROUP@"),
                (ALLOWED, inherited, ANYBODY, "EVERYONE@")])

    def test_all_ways_to_ask(self):
        self.setfacl("f", "u:%s:rwx" % ALICE)
        os.symlink("f", self.path("l"))
        for version, session in self.sessions():
            want = self.get(session, "f")
            self.assertEqual(self.get(session, "f", "lstat"), want)
            self.assertEqual(self.get(session, "l"), want)
            opening = (R, 2, {}) if version >= 5 else (READ, {})
            handle = session.call("open", "f", *opening).handle
            self.assertEqual(self.get(session, handle, "fstat"), want)
            listing = session.call("opendir", "d").handle
            self.assertEqual(self.get(session, listing, "fstat"),
                             self.get(session, "d"))

    def test_never_unasked(self):
        self.setfacl("f", "u:%s:rwx" % ALICE)
        os.symlink("f", self.path("l"))
        for version, session in self.sessions():
            for flags in (0, 0xFFFFFFFF & ~ACL & sw.ATTR_MASK[version]):
                self.assertNotIn("acl", session.call("stat", "f", flags).attrs)
            self.assertNotIn("acl", session.call("lstat", "l", ACL).attrs)
            handle = session.call("opendir", ".").handle
            for name, _, attrs in session.call("readdir", handle).names:
                self.assertNotIn("acl", attrs, name)

    def test_not_in_version_3(self):
        self.setfacl("f", "u:%s:rwx" % ALICE)
        session = self.session(3)
        self.assertEqual(session.call("stat", "f").attrs["flags"], 0xF)
        self.assertEqual(session.finish(), 0)


class RoundTrip(AclTest):
    def check(self, name):
        before = self.getfacl(name)
        for _, session in self.sessions():
            ctime = os.stat(self.path(name)).st_ctime_ns
            content = session.call("stat", name, ACL).attrs["acl"]
            self.assert_status(session.call(
                "setstat", name, {"acl": content}), sw.OK)
            self.assertEqual(self.getfacl(name), before)
            self.assertEqual(os.stat(self.path(name)).st_ctime_ns, ctime)

    def test_mode(self):
        for mode in (0, 0o400, 0o070, 0o007, 0o640, 0o755, 0o4711, 0o777):
            self.put("f", mode)
            self.check("f")

    def test_mask_that_takes_away(self):
        self.setfacl("f", "u:%s:rwx" % ALICE, "u:%d:wx" % NOBODY,
                     "g:%s:rw" % STAFF, "g:%d:-" % NOBODY, "m::r")
        self.check("f")

    def test_mask_that_gives_more(self):
        self.setfacl("f", "u:%s:r" % ALICE, "m::rwx")
        self.check("f")

    def test_default(self):
        self.setfacl("d", "u:%s:rwx" % ALICE, "m::r", "d:u:%s:rw" % BOB,
                     "d:g:%s:rwx" % STAFF, "d:m::x")
        self.check("d")

    def test_one_of_two(self):
        """A new default ACL leaves the mask of the other alone."""
        self.setfacl("d", "u:%s:rwx" % ALICE, "m::r", "d:u:%s:rw" % BOB)
        for version, session in self.sessions():
            access = [a for a in self.get(session, "d") if not a[1] & INHERIT]
            before = self.getfacl("d").split(" default:")[0]
            new = [(t, f | INHERIT | INHERIT_ONLY, m, who)
                   for t, f, m, who in access]
            self.assert_status(session.call("setstat", "d", {
                "acl": acl(version, access + new)}), sw.OK)
            after, *default = self.getfacl("d").split(" default:")
            self.assertEqual(after, before)
            self.assertIn("user:%s:r--" % ALICE, default)

    def test_many(self):
        entries = ["u:%d:rwx" % (NOBODY + i) for i in range(200)]
        self.setfacl("f", *entries)
        self.check("f")


class Set(AclTest):
    def test_plain(self):
        for version, session in self.sessions():
            self.setfacl("f", "u:%s:rwx" % ALICE)
            self.assert_status(session.call("setstat", "f", {
                "acl": acl(version, PLAIN)}), sw.OK)
            self.assertEqual(self.getfacl("f"), PLAIN_TEXT)

    def test_named(self):
        aces = [(ALLOWED, 0, R | W, "OWNER@"), (DENIED, 0, X, "OWNER@"),
                (ALLOWED, 0, R | X, ALICE), (DENIED, 0, W, ALICE),
                (DENIED, 0, R | W | X, BOB + "@example.org"),
                (ALLOWED, 0, R, str(NOBODY)), (DENIED, 0, W | X, str(NOBODY)),
                (ALLOWED, GROUP, R | X, STAFF), (ALLOWED, 0, R, "EVERYONE@")]
        for version, session in self.sessions():
            self.put("f")
            self.assert_status(session.call("setstat", "f", {
                "acl": acl(version, aces)}), sw.OK)
            got = self.getfacl("f").split()
            self.assertEqual(sorted(got), sorted([
                "user::rw-", "user:%s:r-x" % ALICE, "user:%s:---" % BOB,
                "user:%d:r--" % NOBODY, "group::r--",
                "group:%s:r-x" % STAFF, "mask::r-x", "other::r--"]))

    def test_default(self):
        aces = [(ALLOWED, INHERIT, R | DW | X, "OWNER@"),
                (DENIED, INHERIT | INHERIT_ONLY, X, ALICE),
                (ALLOWED, INHERIT, R | X, "EVERYONE@")]
        for version, session in self.sessions():
            self.assert_status(session.call("setstat", "d", {
                "acl": acl(version, aces)}), sw.OK)
            self.assertEqual(
                self.getfacl("d"), "user::rwx group::r-x other::r-x "
                "default:user::rwx default:user:%s:r-- default:group::r-x "
                "default:mask::r-x default:other::r-x" % ALICE)
            self.assert_refused(session, "f", acl(version, aces), 8)
            self.assert_status(session.call("setstat", "d", {
                "acl": acl(version, [(ALLOWED, 0, R | DW | X, "OWNER@")])}),
                               sw.OK)
            self.assertEqual(self.getfacl("d"),
                             "user::rwx group::--- other::---")

    def test_by_handle(self):
        for version, session in self.sessions():
            self.put("f")
            opening = (W, 2, {}) if version >= 5 else (WRITE, {})
            handle = session.call("open", "f", *opening).handle
            self.assert_status(session.call("fsetstat", handle, {
                "acl": acl(version, PLAIN)}), sw.OK)
            self.assertEqual(self.getfacl("f"), PLAIN_TEXT)

    def test_after_the_mode(self):
        for version, session in self.sessions():
            self.assert_status(session.call("setstat", "f", {
                "permissions": 0o4711, "acl": acl(version, PLAIN)}), sw.OK)
            self.assertEqual(os.stat(self.path("f")).st_mode & 0o7777, 0o4644)

    def test_refused(self):
        """An ACL that no POSIX ACL can express is refused."""
        self.setfacl("f", "u:%s:rwx" % ALICE, "m::r")
        for version, session in self.sessions():
            for aces in (
                    [(ALLOWED, 0, 2, "OWNER@")],
                    [(ALLOWED, 0, 0x10000, "OWNER@")],
                    [(DENIED, 0, 0x80, "EVERYONE@")],
                    [(AUDIT, 0, R, "EVERYONE@")],
                    [(ALARM, 0, R, "EVERYONE@")],
                    [(4, 0, R, "EVERYONE@")],
                    [(ALLOWED, 1, R, "OWNER@")],
                    [(DENIED, 0, R, "GROUP@"), (ALLOWED, GROUP, R, STAFF)],
                    [(DENIED, GROUP, R, STAFF), (ALLOWED, 0, R, "OWNER@")],
                    [(ALLOWED, 0, R, "INTERACTIVE@")],
                    [(ALLOWED, 0, R, "AUTHENTICATED@")],
                    PLAIN + [(AUDIT, 0, R, "no such user")]):
                self.assert_refused(session, "f", acl(version, aces), 8)

    def test_links(self):
        os.symlink("f", self.path("l"))
        for version, session in self.sessions():
            self.assert_status(session.call(
                "lsetstat@openssh.com", "l", {"acl": acl(version, PLAIN)}), 8)
            self.assert_status(session.call(
                "setstat", "l", {"acl": acl(version, PLAIN)}), sw.OK)
            self.assertEqual(self.getfacl("f"), PLAIN_TEXT)

    def test_unknown_names(self):
        for version, session in self.sessions():
            aces = [(ALLOWED, 0, R, "no such user"), (ALLOWED, 0, R, ALICE),
                    (ALLOWED, GROUP, R, "no such group")]
            reply = self.assert_refused(session, "f", acl(version, aces),
                                        4 if version == 4 else 16)
            self.assertEqual(reply.extra, [] if version == 4 else
                             [b"no such user", b"no such group"])

    def test_malformed(self):
        for version, session in self.sessions():
            good = acl(version, PLAIN)
            for content in (b"", b"\0", good[:-1], good + b"\0",
                            acl(version, [])[:-1] + b"\xff",
                            acl(version, [])[:-4] + b"\xff\xff\xff\xff"):
                self.assert_refused(session, "f", content, sw.BAD_MESSAGE)

    @unittest.skipUnless(os.getuid() == 0, "takes root, to be nobody")
    def test_not_the_owner(self):
        for version in (4, 5, 6):
            with self.subTest(version=version):
                session = self.session(version, user="nobody")
                before = self.getfacl("f")
                self.assert_status(session.call("setstat", "f", {
                    "acl": acl(version, [])}), 3)
                self.assertEqual(self.getfacl("f"), before)


class Flags(AclTest):
    """The acl-flags of version 6."""

    def setUp(self):
        super().setUp()
        self.setfacl("f", "u:%s:rwx" % ALICE, "m::r", "g::rwx")
        self.setfacl("d", "u:%s:rwx" % ALICE, "d:u:%s:rwx" % BOB)
        self.s = self.session(6)

    def set(self, name, flags, aces):
        return self.s.call("setstat", name, {"acl": acl(6, aces, flags)})

    def test_not_included_is_kept(self):
        for name in ("f", "d"):
            before = self.getfacl(name)
            for flags in (0, PRESENT):
                for aces in ([], PLAIN):
                    self.assert_status(self.set(name, flags, aces), sw.OK)
            self.assertEqual(self.getfacl(name), before)
        self.assert_refused(self.s, "f", acl(6, [(AUDIT, 0, R, "OWNER@")], 0),
                            8)

    def test_not_present_is_removed(self):
        self.assert_refused(self.s, "f", acl(6, PLAIN, INCLUDED), 23)
        self.assert_status(self.set("f", INCLUDED, []), sw.OK)
        self.assertEqual(self.getfacl("f"), "user::rw- group::r-- other::---")
        self.assert_status(self.set("d", INCLUDED, []), sw.OK)
        self.assertEqual(self.getfacl("d"), "user::rwx group::r-x other::r-x")

    def test_no_entries_deny_all(self):
        self.assert_status(self.set("f", INCLUDED | PRESENT, []), sw.OK)
        self.assertEqual(self.getfacl("f"), "user::--- group::--- other::---")

    def test_what_is_not_ours(self):
        for flag in (0x4, 0x10, 0x20, 0x8, 0x80000000):
            self.assert_refused(
                self.s, "f", acl(6, PLAIN, INCLUDED | PRESENT | flag), 8)


class New(AclTest):
    ACES = [(ALLOWED, 0, R | W, "OWNER@"), (DENIED, 0, X, "OWNER@"),
            (ALLOWED, 0, R, ALICE), (DENIED, 0, W | X, ALICE)]
    TEXT = "user::rw- user:%s:r-- group::--- mask::r-- other::---" % ALICE

    def open(self, session, name, aces):
        attrs = {"acl": acl(session.version, aces), "permissions": 0o666}
        opening = ((W, 3, attrs) if session.version >= 5 else
                   (WRITE | CREAT, attrs))
        return session.call("open", name, *opening)

    def test_open(self):
        for version, session in self.sessions():
            name = "new%d" % version
            self.assertEqual(self.open(session, name, self.ACES).kind,
                             "handle")
            self.assertEqual(self.getfacl(name), self.TEXT)

    def test_open_of_what_is_there(self):
        before = self.getfacl("f")
        for _, session in self.sessions():
            self.assertEqual(self.open(session, "f", self.ACES).kind, "handle")
            self.assertEqual(self.getfacl("f"), before)

    def test_refused_before_truncation(self):
        with open(self.path("f"), "w") as out:
            out.write("stays")
        for version, session in self.sessions():
            attrs = {"acl": acl(version, [(AUDIT, 0, R, "OWNER@")])}
            opening = ((W, 1, attrs) if version >= 5 else
                       (WRITE | CREAT | sw.TRUNC, attrs))
            self.assert_status(session.call("open", "f", *opening), 8)
            self.assertEqual(os.stat(self.path("f")).st_size, 5)

    def test_mkdir(self):
        for version, session in self.sessions():
            name = "new%d" % version
            aces = [(ALLOWED, INHERIT, R | DW | X, "OWNER@"),
                    (ALLOWED, INHERIT | INHERIT_ONLY, R, "EVERYONE@")]
            self.assert_status(session.call(
                "mkdir", name, {"acl": acl(version, aces)}), sw.OK)
            self.assertEqual(
                self.getfacl(name), "user::rwx group::--- other::--- "
                "default:user::rwx default:group::r-- default:other::r--")

    def test_refused(self):
        names = sorted(os.listdir(self.dir))
        for version, session in self.sessions():
            for who, code in (("BATCH@", 8), ("no such user",
                                              4 if version == 4 else 16)):
                aces = [(ALLOWED, 0, R, who)]
                reply = self.open(session, "new", aces)
                self.assert_status(reply, code)
                self.assertEqual(reply.extra,
                                 [who.encode()] if code == 16 else [])
                self.assert_status(session.call(
                    "mkdir", "new", {"acl": acl(version, aces)}), code)
            self.assertEqual(sorted(os.listdir(self.dir)), names)


class Announced(AclTest):
    def pairs(self, version):
        session = sw.Session([SERVER], cwd=self.dir, up_to=version)
        self.addCleanup(session.destroy)
        return dict(session.init(version).pairs)

    def test_everywhere(self):
        """Capabilities and both masks say the same, and it is true."""
        told = self.pairs(6)
        self.assertEqual(told[b"acl-supported"], b"\0\0\0\3")
        for data in (told[b"supported2"], self.pairs(5)[b"supported"]):
            self.assertEqual(struct.unpack(">I", data[:4])[0] & ACL, ACL)
        for _, session in self.sessions():
            attrs = session.call("stat", "f", ACL).attrs
            self.assertEqual(attrs["flags"] & ACL, ACL)


if __name__ == "__main__":
    unittest.main()
