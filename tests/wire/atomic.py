# SPDX-License-Identifier: ISC
"""files.atomic: what is seen of an upload before it is whole, by its session
and by others, and what becomes of it. $SERVER is the server.
"""

import errno
import fcntl
import functools
import os
import re
import shutil
import signal
import stat
import struct
import subprocess
import tempfile
import time
import unittest

from session import SERVER
from sftpwire import APPEND, CREAT, EXCL, READ, TRUNC, WRITE
from versions import (ALL, BLOCK_ADVISORY, BLOCK_WRITE, CREATE_TRUNCATE,
                      DELETE_ON_CLOSE, WRITE_DATA, VersionsTest, in_versions)

ROOT = os.getuid() == 0
PART = re.compile(r"^\.slipway-[0-9A-Za-z]{22}-part$")
MARK = "user.slipway.name"
YES = ("-o", "files.atomic=yes")
KEEP = ("-o", "files.atomic=keep")
LOG = ("-e", "-l", "INFO")
OK, EOF, NO_FILE, DENIED, FAILURE = 0, 1, 2, 3, 4
EXISTS = (FAILURE, 11, 11, 11)
NO_DIRECTORY = (NO_FILE, NO_FILE, NO_FILE, 19)
MAKE = WRITE | CREAT | TRUNC
OLD, NEW = b"the old content", b"new"


def atomic(*numbers, args=YES, **kwargs):
    return in_versions(*(numbers or ALL), args=args + LOG, **kwargs)


def marks_work():
    with tempfile.NamedTemporaryFile(dir=tempfile.gettempdir()) as f:
        try:
            os.setxattr(f.name, MARK, b"x")
        except OSError as e:
            return e.errno not in (errno.EOPNOTSUPP, errno.EPERM)
        return True


class AtomicTest(VersionsTest):
    rooted = False		# the session's root is the test's directory
    settings = ()		# further ones

    def session(self, *args, **kwargs):
        args += self.settings
        if self.rooted:
            args += ("-o", "root=" + self.dir)
        return super().session(*args, **kwargs)

    def options(self, setting):
        """Options of the server: themselves, or the text of a rule for a
        policy file, in which %s is the directory."""
        if not isinstance(setting, str):
            return setting
        etc = tempfile.mkdtemp(prefix="wire.")
        self.addCleanup(shutil.rmtree, etc)
        name = os.path.join(etc, "policy")
        with open(name, "w") as out:
            out.write("rules = ( { %s } );\n"
                      % setting.replace("%s", self.dir))
        return ("-F", name)

    def told(self, session, told):
        """The session, once; says in which one a test failed."""
        try:
            yield session
        except GeneratorExit:
            print("in a session with " + told)
            raise

    def absolute(self, name):
        return "/" + name if self.rooted else self.path(name)

    def parts(self, *where):
        return [n for n in os.listdir(self.path(*where)) if PART.match(n)]

    def part(self, *where):
        found = self.parts(*where)
        self.assertEqual(len(found), 1, found)
        return self.path(*where, found[0])

    def write(self, s, h, data=NEW, off=0):
        self.assert_code(s.call("write", h, off, data), OK)

    def close(self, s, h, code=OK):
        self.assert_code(s.call("close", h), code)

    def upload(self, s, name, data=NEW, flags=MAKE, **attrs):
        h = self.open(s, name, flags, attrs)
        self.write(s, h, data)
        return h

    def listing(self, s, path="."):
        h, names = self.opendir(s, path), []
        while (reply := s.call("readdir", h)).kind == "name":
            names += [os.fsdecode(n[0]) for n in reply.names]
        s.call("close", h)
        return sorted(set(names) - {".", ".."})

    def size(self, s, name, ask="stat"):
        return self.attrs(s, name, 1, ask)["size"]

    def assert_in_place(self, s, why):
        self.assertIn(b"written in place, " + why, s.stderr())
        self.assertEqual(self.parts(), [])

    def assert_only(self, **files):
        """Fails unless the directory holds just these files. All handles must
        be closed."""
        self.assertEqual(self.names(), sorted(files))
        for name, data in files.items():
            self.assertEqual(self.get(name), data, name)


class Publishing(AtomicTest):
    @atomic()
    def test_new(self, _, s):
        """Other sessions do not see a new file before CLOSE."""
        h = self.upload(s, "f", permissions=0o640)
        self.assertEqual(self.names(), self.parts())
        with open(self.part(), "rb") as part:
            self.assertEqual(part.read(), NEW)
        self.close(s, h)
        self.assert_only(f=NEW)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("f")).st_mode), 0o640)

    @atomic()
    def test_replacing(self, _, s):
        """The old file is there, whole, until the new one is; its mode and
        its inode tell which."""
        self.put("f", OLD)
        os.chmod(self.path("f"), 0o604)
        old = os.stat(self.path("f")).st_ino
        h = self.upload(s, "f", permissions=0o600)
        self.assertEqual(self.get("f"), OLD)
        self.close(s, h)
        self.assert_only(f=NEW)
        new = os.stat(self.path("f"))
        self.assertNotEqual(new.st_ino, old)
        self.assertEqual(stat.S_IMODE(new.st_mode), 0o604)

    @atomic()
    def test_reader_of_the_old_file_keeps_it(self, _, s):
        self.put("f", OLD)
        with open(self.path("f"), "rb") as reader:
            self.close(s, self.upload(s, "f"))
            self.assertEqual(reader.read(), OLD)

    @atomic()
    def test_mode_set_on_the_way(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f")
        self.assert_code(s.call("fsetstat", h, {"permissions": 0o611}), OK)
        self.close(s, h)
        self.assertEqual(
            stat.S_IMODE(os.stat(self.path("f")).st_mode), 0o611)

    @atomic()
    def test_read_only_mode(self, _, s):
        """As git and sshfs create theirs."""
        self.close(s, self.upload(s, "f", permissions=0o444))
        self.assert_only(f=NEW)
        self.assertEqual(
            stat.S_IMODE(os.stat(self.path("f")).st_mode), 0o444)

    @atomic()
    def test_create_new(self, _, s):
        self.put("f", OLD)
        flags = WRITE | CREAT | EXCL
        self.assert_code(self.ask(s, "open", "f", flags), EXISTS)
        h = self.upload(s, "g", flags=flags)
        self.assert_code(self.ask(s, "open", "g", flags), EXISTS)
        self.close(s, h)
        self.assert_only(f=OLD, g=NEW)

    @atomic()
    def test_create_new_when_somebody_was_faster(self, _, s):
        h = self.upload(s, "f", flags=WRITE | CREAT | EXCL)
        self.put("f", OLD)
        self.close(s, h, EXISTS)
        self.assert_only(f=OLD)
        h = self.upload(s, "g")
        self.put("g", OLD)
        self.close(s, h)
        self.assert_only(f=OLD, g=NEW)

    @atomic()
    def test_create_without_emptying(self, _, s):
        h = self.upload(s, "f", flags=WRITE | CREAT)
        self.assertEqual(self.names(), self.parts())
        self.close(s, h)
        self.assert_only(f=NEW)

    @atomic()
    def test_truncating_what_is_not_there(self, _, s):
        self.assert_code(self.ask(s, "open", "f", WRITE | TRUNC), NO_FILE)
        self.assert_only()

    @atomic()
    def test_truncating_what_is(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f", flags=WRITE | READ | TRUNC)
        self.assertEqual(s.call("read", h, 0, 10).data, NEW)
        self.assertEqual(self.get("f"), OLD)
        self.close(s, h)
        self.assert_only(f=NEW)

    @atomic()
    def test_link(self, _, s):
        """Resolved: the part is beside the target, which is replaced."""
        os.mkdir(self.path("d"))
        self.put("d/f", OLD)
        os.symlink("d/f", self.path("l"))
        os.symlink("d/new", self.path("dangling"))
        for link, target in (("l", "d/f"), ("dangling", "d/new")):
            h = self.upload(s, link)
            self.part("d")
            self.assertEqual(self.parts(), [])
            self.assertEqual(self.size(s, link), len(NEW))
            self.assertEqual(self.size(s, target), len(NEW))
            self.close(s, h)
            self.assertEqual(self.get(target), NEW)
            self.assertTrue(os.path.islink(self.path(link)))
            self.assertEqual(self.parts("d"), [])

    @atomic()
    def test_long_names(self, _, s):
        for name in ("n" * 250, "n" * 255):
            self.close(s, self.upload(s, name))
            self.assertEqual(self.get(name), NEW)
        self.assertNotIn(self.ask(s, "open", "n" * 256, MAKE).kind,
                         ("handle",))
        self.assertEqual(self.parts(), [])

    @atomic()
    def test_no_names(self, _, s):
        """As without the setting."""
        os.mkdir(self.path("d"))
        for name in ("d", "d/", ".", "..", "new/", "nope/f", ""):
            for flags in (MAKE, WRITE | CREAT, WRITE | CREAT | EXCL):
                reply = self.ask(s, "open", name, flags)
                self.assertEqual(reply.kind, "status", (name, flags))
        self.assertEqual(self.names(), ["d"])

    @atomic()
    def test_path_through_a_file(self, _, s):
        """A path that goes up from a file ("x/../f") names nothing."""
        self.put("x", OLD)
        os.mkdir(self.path("d"))
        self.put("d/f", OLD)
        for name in "x/../f", "x/../d/f", "x/./f":
            for flags in (MAKE, WRITE | CREAT, WRITE | CREAT | EXCL):
                self.assert_code(self.ask(s, "open", name, flags),
                                 NO_DIRECTORY[s.version - 3])
        self.assertEqual(self.names(), ["d", "x"])

    @atomic()
    def test_empty_file(self, _, s):
        self.close(s, self.open(s, "f", MAKE))
        self.assert_only(f=b"")

    @atomic()
    def test_many_at_a_time(self, _, s):
        names = ["f%d" % n for n in range(50)]
        hs = [self.upload(s, n, n.encode()) for n in names]
        self.assertEqual(len(self.parts()), 50)
        for h in reversed(hs):
            self.close(s, h)
        self.assert_only(**{n: n.encode() for n in names})

    @unittest.skipUnless(ROOT, "takes root, to see another's descriptors")
    @atomic()
    def test_nothing_left_open(self, _, s):
        """Descriptors, that is."""
        fds = "/proc/%d/fd" % s.child.pid
        before = len(os.listdir(fds))
        self.put("g", OLD)
        for name in ("f", "f", "g"):
            self.close(s, self.upload(s, name))
        self.upload(s, "h")
        self.assert_code(self.ask(s, "remove", "h"), OK)
        s.call("close", self.open(s, "f", READ))
        self.assertEqual(len(os.listdir(fds)), before + 2)

    @atomic()
    def test_pipelined(self, _, s):
        """All of it in one go; each CLOSE is done when it is answered."""
        data = os.urandom(200000)
        h = self.open(s, "f", MAKE)
        for off in range(0, len(data), 20000):
            s.start("write", h, off, data[off:off + 20000])
        s.start("close", h)
        s.start("stat", "f", *([0] if s.version > 3 else []))
        while s.pending:
            reply = s.result()
        self.assertEqual(reply.attrs["size"], len(data))
        self.assert_only(f=data)

    @atomic()
    def test_a_place_that_vanished(self, _, s):
        """Its CLOSE says so."""
        os.mkdir(self.path("d"))
        h = self.upload(s, "d/f")
        shutil.rmtree(self.path("d"))
        self.close(s, h, NO_FILE)
        self.put("g", OLD)
        h = self.upload(s, "g")
        os.unlink(self.part())
        self.close(s, h, NO_FILE)
        self.assert_only(g=OLD)

    @atomic()
    def test_what_is_not_ours_is_not_published(self, _, s):
        h = self.upload(s, "f")
        part = self.part()
        os.unlink(part)
        with open(part, "wb") as other:
            other.write(OLD)
        self.close(s, h, NO_FILE)
        self.assertEqual(self.names(), [os.path.basename(part)])

    @atomic()
    def test_a_directory_in_its_place(self, _, s):
        h = self.upload(s, "f")
        os.mkdir(self.path("f"))
        reply = s.call("close", h)
        self.assertIn(reply.code, (FAILURE, 24), str(reply))
        self.assertEqual(self.names(), ["f"])


class Meaning(AtomicTest):
    """Until it is published the visible name means the part."""

    @atomic()
    def test_stat(self, _, s):
        self.put("f", OLD)
        for name in ("f", "new"):
            h = self.upload(s, name, b"0123456789")
            for ask in ("stat", "lstat"):
                self.assertEqual(self.size(s, name, ask), 10)
                self.assertEqual(self.size(s, "./" + name, ask), 10)
                self.assertEqual(self.size(s, self.absolute(name), ask), 10)
            self.close(s, h)
            self.assertEqual(self.size(s, name), 10)

    @atomic()
    def test_a_link_that_another_session_made(self, _, s):
        """The name means the upload, wherever it leads for others."""
        self.put("g", OLD)
        before = os.stat(self.path("g"))
        h = self.upload(s, "f")
        os.symlink("g", self.path("f"))
        self.assertEqual(self.size(s, "f"), len(NEW))
        self.assert_code(s.call("setstat", "f", {"permissions": 0o600}), OK)
        self.assertEqual(os.stat(self.path("g")).st_mode, before.st_mode)
        self.close(s, h)
        self.assertFalse(os.path.islink(self.path("f")))
        self.assert_only(f=NEW, g=OLD)

    @atomic()
    def test_a_broken_link_that_another_session_made(self, _, s):
        """A loop, or a link into a directory that does not exist."""
        for name, target in (("f", "f"), ("g", "missing/x")):
            h = self.upload(s, name)
            os.symlink(target, self.path(name))
            self.assertEqual(self.size(s, name), len(NEW))
            self.assert_code(s.call("setstat", name, {"permissions": 0o600}),
                             OK)
            self.close(s, self.open(s, name, READ))
            self.close(s, h)
        self.assert_only(f=NEW, g=NEW)

    @atomic()
    def test_every_way_to_the_name(self, _, s):
        os.makedirs(self.path("d/e"))
        os.symlink("d", self.path("ld"))
        os.symlink("../d/f", self.path("d/lf"))
        h = self.upload(s, "d/f")
        for name in ("d/f", "d//f", "d/./f", "d/e/../f", "ld/f", "d/lf",
                     "ld/lf", self.absolute("ld/f")):
            self.assertEqual(self.size(s, name), len(NEW), name)
        for name in ("f", "d/e/f", "ld/e/f"):
            self.assert_code(self.ask(s, "stat", name), NO_FILE)
        self.close(s, h)

    @atomic()
    def test_setstat(self, _, s):
        self.put("f", OLD)
        for name in ("f", "new"):
            h = self.upload(s, name)
            self.assert_code(
                s.call("setstat", name, {"permissions": 0o640}), OK)
            self.assert_code(s.call("lsetstat@openssh.com", name,
                                    {"permissions": 0o641}), OK)
            self.assertEqual(
                stat.S_IMODE(os.stat(self.part()).st_mode), 0o641)
            self.close(s, h)
        self.assertEqual(
            stat.S_IMODE(os.stat(self.path("f")).st_mode), 0o641)

    @atomic()
    def test_size_set_by_name(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f", b"0123456789")
        self.assert_code(s.call("setstat", "f", {"size": 4}), OK)
        self.assertEqual(self.get("f"), OLD)
        self.close(s, h)
        self.assert_only(f=b"0123")

    @atomic()
    def test_reading(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f")
        r = self.open(s, "f", READ)
        self.assertEqual(s.call("read", r, 0, 100).data, NEW)
        self.close(s, h)
        self.assertEqual(s.call("read", r, 0, 100).data, NEW)
        self.close(s, r)
        self.assert_only(f=NEW)

    @atomic()
    def test_a_reader_that_closes_later(self, _, s):
        """Only who writes holds it up."""
        h = self.upload(s, "f")
        r = self.open(s, "f", READ)
        self.close(s, h)
        self.assert_only(f=NEW)
        self.close(s, r)

    @atomic()
    def test_two_that_write(self, _, s):
        """One part, published with the second CLOSE."""
        h = self.upload(s, "f", b"aaaa")
        g = self.open(s, "f", WRITE)
        self.write(s, g, b"bb", 4)
        self.assertEqual(len(self.parts()), 1)
        self.close(s, h)
        self.assertEqual(self.names(), self.parts())
        self.write(s, g, b"cc", 6)
        self.close(s, g)
        self.assert_only(f=b"aaaabbcc")

    @atomic()
    def test_opened_and_emptied_again(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f", b"0123456789")
        g = self.upload(s, "f", b"ab")
        self.assertEqual(len(self.parts()), 1)
        self.assertEqual(self.get("f"), OLD)
        self.close(s, g)
        self.close(s, h)
        self.assert_only(f=b"ab")

    @atomic()
    def test_create_new_finds_it(self, _, s):
        h = self.upload(s, "f")
        self.assert_code(
            self.ask(s, "open", "f", WRITE | CREAT | EXCL), EXISTS)
        self.close(s, h)

    @atomic()
    def test_appending_to_it(self, _, s):
        h = self.upload(s, "f", b"abc")
        g = self.open(s, "f", WRITE | APPEND)
        self.write(s, g, b"def", 0)
        self.close(s, h)
        self.close(s, g)
        self.assert_only(f=b"abcdef")

    @atomic()
    def test_remove(self, _, s):
        """REMOVE cancels the upload; an older file of that name is back."""
        self.put("f", OLD)
        for name in ("f", "new"):
            h = self.upload(s, name)
            self.assert_code(self.ask(s, "remove", name), OK)
            self.write(s, h, b"more", 10)
            self.close(s, h)
        self.assert_only(f=OLD)
        self.assert_code(self.ask(s, "remove", "f"), OK)
        self.assert_only()

    @atomic()
    def test_what_takes_the_name(self, _, s):
        """An upload counts as existing for requests that would make its
        name."""
        self.put("x", OLD)
        h = self.upload(s, "f")
        self.check(s, ((("mkdir", "f", {}), EXISTS),
                       (("symlink", "x", "f"), EXISTS),
                       (("hardlink@openssh.com", "x", "f"), EXISTS),
                       (("rename", "x", "f"), EXISTS),
                       (("rmdir", "f"), NO_DIRECTORY),
                       (("opendir", "f"), NO_DIRECTORY)))
        self.assertEqual(self.ask(s, "readlink", "f").kind, "status")
        self.close(s, h)
        self.assert_only(f=NEW, x=OLD)

    @atomic()
    def test_renamed_over(self, _, s):
        """A rename onto the upload's name replaces it. Its handle stays open,
        and CLOSE does not publish it."""
        self.put("x", OLD)
        h = self.upload(s, "f")
        self.assert_code(s.call("posix-rename@openssh.com", "x", "f"), OK)
        self.assert_only(f=OLD)
        self.write(s, h, b"more")
        self.close(s, h)
        self.assert_only(f=OLD)

    @atomic()
    def test_directory_renamed_over(self, _, s):
        """A directory does not replace the upload of a new file either."""
        os.mkdir(self.path("d"))
        h = self.upload(s, "f")
        self.check(s, ((("posix-rename@openssh.com", "d", "f"), NO_DIRECTORY),
                       (("rename", "d", "f"), EXISTS)))
        self.close(s, h)
        self.assertEqual(self.get("f"), NEW)
        self.assertEqual(self.names(), ["d", "f"])

    @atomic(3, args=YES + ("-o", "rename.overwrite=always"))
    def test_directory_renamed_over_by_the_policy(self, _, s):
        os.mkdir(self.path("d"))
        h = self.upload(s, "f")
        self.assert_code(s.call("rename", "d", "f"), FAILURE)
        self.close(s, h)
        self.assert_code(s.call("rename", "d", "f"), FAILURE)
        self.assertEqual(self.get("f"), NEW)

    @atomic()
    def test_renamed_over_by_another_part(self, _, s):
        h = self.upload(s, "f", b"f")
        g = self.upload(s, "g", b"g")
        self.assert_code(s.call("posix-rename@openssh.com", "g", "f"), OK)
        self.assert_only(f=b"g")
        self.close(s, h)
        self.close(s, g)
        self.assert_only(f=b"g")

    @atomic()
    def test_renamed_when_the_old_file_is_another(self, _, s):
        """An upload that was to replace a file is renamed: the file goes, but
        not one that somebody else has put in its place, even if that might get
        its inode number."""
        for others in False, True:
            self.put("f", OLD)
            h = self.upload(s, "f")
            was = os.stat(self.path("f")).st_ino
            if others:
                for _ in range(50):
                    os.unlink(self.path("f"))
                    self.put("f", b"else")
                    if os.stat(self.path("f")).st_ino == was:
                        break
            self.assert_code(s.call("posix-rename@openssh.com", "f", "g"), OK)
            self.close(s, h)
            self.assert_only(g=NEW, **({"f": b"else"} if others else {}))

    @atomic()
    def test_copies(self, _, s):
        """Copies from an upload take its data so far; copies onto it replace
        it."""
        h = self.upload(s, "f")
        self.assert_code(s.call("copy-file", "f", "g", False), OK)
        self.assertEqual(self.get("g"), NEW)
        self.put("x", OLD)
        self.assert_code(s.call("copy-file", "x", "f", False), EXISTS)
        self.assert_code(s.call("copy-file", "x", "f", True), OK)
        self.assertFalse(os.path.exists(self.path("f")))
        self.close(s, h)
        self.assert_only(f=OLD, g=NEW, x=OLD)

    @atomic()
    def test_copy_data(self, _, s):
        self.put("x", OLD)
        r = self.open(s, "x", READ)
        h = self.open(s, "f", MAKE)
        self.assert_code(s.call("copy-data", r, 0, 0, h, 0), OK)
        self.assertFalse(os.path.exists(self.path("f")))
        self.close(s, h)
        self.assert_only(f=OLD, x=OLD)

    @atomic()
    def test_check_file(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f")
        ask = ("check-file-name", "f", "crc32", 0, 0, 0)
        before = s.call(*ask)
        self.assertEqual(before.kind, "extended-reply", str(before))
        self.close(s, h)
        self.assertEqual(s.call(*ask).fields, before.fields)

    @atomic()
    def test_hardlink(self, _, s):
        """Takes its name at once, for it is to have two."""
        self.put("f", OLD)
        for name in ("f", "new"):
            h = self.upload(s, name)
            self.assert_code(
                s.call("hardlink@openssh.com", name, name + "2"), OK)
            self.assertTrue(os.path.samefile(self.path(name),
                                             self.path(name + "2")))
            self.write(s, h, b"+", 3)
            self.close(s, h)
        self.assert_only(f=b"new+", f2=b"new+", new=b"new+", new2=b"new+")

    @atomic(6)
    def test_realpath_says_it_is_there(self, _, s):
        h = self.upload(s, "f")
        reply = s.call("realpath", "f", 3)
        self.assertEqual(reply.kind, "name", str(reply))
        self.assertEqual(reply.names[0][2]["size"], len(NEW))
        self.close(s, h)

    @atomic(6)
    def test_delete_on_close(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f")
        reply = s.call("open", "f", WRITE_DATA, 2 | DELETE_ON_CLOSE, {})
        self.assertEqual(reply.kind, "handle", str(reply))
        self.close(s, reply.handle)
        self.close(s, h)
        self.assert_only(f=OLD)

    @atomic()
    def test_listings(self, _, s):
        """Have what others see: neither the part nor a name that is not
        published, and the old file's size."""
        self.put("f", OLD)
        hs = [self.upload(s, name) for name in ("f", "new")]
        self.assertEqual(self.listing(s), ["f"])
        for h in hs:
            self.close(s, h)
        self.assertEqual(self.listing(s), ["f", "new"])

    @atomic()
    def test_hidden_names_are_nobodys(self, _, s):
        h = self.upload(s, "f")
        part = os.path.basename(self.part())
        self.assert_code(s.call("posix-rename@openssh.com", "f", part),
                         DENIED)
        self.assert_code(self.ask(s, "open", part, MAKE), DENIED)
        self.close(s, h)
        self.assert_only(f=NEW)


class Renaming(AtomicTest):
    """RENAME before CLOSE."""

    @atomic()
    def test_publishes(self, _, s):
        h = self.upload(s, "f.tmp")
        self.assert_code(self.ask(s, "rename", "f.tmp", "f"), OK)
        self.assert_only(f=NEW)
        self.write(s, h, b" and more", 3)
        self.assert_code(self.ask(s, "stat", "f.tmp"), NO_FILE)
        self.close(s, h)
        self.assert_only(f=b"new and more")

    @atomic()
    def test_over_a_file(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f.tmp")
        self.assert_code(self.ask(s, "rename", "f.tmp", "f"), EXISTS)
        self.assertEqual(self.get("f"), OLD)
        self.assertEqual(self.size(s, "f.tmp"), len(NEW))
        self.assert_code(
            s.call("posix-rename@openssh.com", "f.tmp", "f"), OK)
        self.assert_only(f=NEW)
        self.close(s, h)
        self.assert_only(f=NEW)

    @atomic(args=YES + ("-o", "profile=webex"))
    def test_over_a_file_by_the_policy(self, version, s):
        if version > 4:
            return
        self.put("f", OLD)
        h = self.upload(s, "f.tmp")
        self.assert_code(self.ask(s, "rename", "f.tmp", "f"), OK)
        self.close(s, h)
        self.assert_only(f=NEW)

    @atomic()
    def test_refused_and_closed(self, _, s):
        """Then it has its own name."""
        self.put("f", OLD)
        h = self.upload(s, "g")
        self.assert_code(self.ask(s, "rename", "g", "f"), EXISTS)
        self.assert_code(self.ask(s, "rename", "g", "nope/f"), NO_FILE)
        self.close(s, h)
        self.assert_only(f=OLD, g=NEW)

    @atomic()
    def test_of_what_replaces(self, _, s):
        """The old file goes with the name, as it would have without."""
        self.put("f.tmp", OLD)
        h = self.upload(s, "f.tmp")
        self.assert_code(self.ask(s, "rename", "f.tmp", "f"), OK)
        self.assert_only(f=NEW)
        self.close(s, h)

    @atomic(3)
    def test_of_what_replaces_as_the_old_file_is_replaced(self, _, s):
        """A file that another session puts under the old name stays, at
        whatever moment of the rename that is."""
        for i in range(3000):
            self.put("f", OLD)
            self.put("other", b"other")
            h = self.upload(s, "f")
            s.start("posix-rename@openssh.com", "f", "g")
            until = time.perf_counter() + i % 100 * 1e-6
            while time.perf_counter() < until:
                pass
            os.rename(self.path("other"), self.path("f"))
            self.assert_code(s.result(), OK)
            self.close(s, h)
            self.assert_only(f=b"other", g=NEW)

    @atomic()
    def test_to_itself(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f")
        self.assert_code(self.ask(s, "rename", "f", "./f"), EXISTS)
        self.assert_code(s.call("posix-rename@openssh.com", "f", "./f"), OK)
        self.assertEqual(self.get("f"), OLD)
        self.close(s, h)
        self.assert_only(f=NEW)

    @atomic()
    def test_to_another_directory(self, _, s):
        os.mkdir(self.path("d"))
        h = self.upload(s, "f")
        self.assert_code(self.ask(s, "rename", "f", "d/g"), OK)
        self.assertEqual(self.get("d/g"), NEW)
        self.assertEqual(self.names(), ["d"])
        self.close(s, h)

    @atomic()
    def test_then_the_name_is_free(self, _, s):
        h = self.upload(s, "f.tmp", b"1")
        self.assert_code(self.ask(s, "rename", "f.tmp", "f1"), OK)
        g = self.upload(s, "f.tmp", b"2")
        self.assert_code(self.ask(s, "rename", "f.tmp", "f2"), OK)
        self.close(s, g)
        self.close(s, h)
        self.assert_only(f1=b"1", f2=b"2")

    @atomic()
    def test_of_the_directory(self, _, s):
        os.mkdir(self.path("d"))
        self.put("d/g", OLD)
        hs = [self.upload(s, "d/" + n) for n in ("f", "g")]
        self.assert_code(self.ask(s, "rename", "d", "e"), OK)
        for name in ("e/f", "e/g"):
            self.assertEqual(self.size(s, name), len(NEW))
        self.assert_code(self.ask(s, "stat", "d/f"), NO_FILE)
        for h in hs:
            self.close(s, h)
        self.assertEqual(sorted(os.listdir(self.path("e"))), ["f", "g"])
        self.assertEqual((self.get("e/f"), self.get("e/g")), (NEW, NEW))

    @atomic()
    def test_rmdir(self, _, s):
        """It is not empty, though it looks so."""
        os.mkdir(self.path("d"))
        h = self.upload(s, "d/f")
        self.assert_code(s.call("rmdir", "d"), (FAILURE, FAILURE, FAILURE, 18))
        self.close(s, h)
        self.assertEqual(os.listdir(self.path("d")), ["f"])




class Failing(AtomicTest):
    """A write that fails: nothing is published."""

    LIMIT = 1 << 16

    def overflow(self, s, h):
        reply = s.call("write", h, self.LIMIT - 1, b"ab")
        self.assertEqual(reply.kind, "status")
        self.assertNotEqual(reply.code, OK)
        return reply.code

    @atomic(fsize=LIMIT)
    def test_write(self, _, s):
        self.put("f", OLD)
        for name in ("f", "new"):
            h = self.upload(s, name)
            code = self.overflow(s, h)
            self.write(s, h, b"good again", 10)
            self.close(s, h, code)
        self.assert_only(f=OLD)

    @atomic(fsize=LIMIT)
    def test_rename(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f.tmp")
        code = self.overflow(s, h)
        self.assert_code(
            s.call("posix-rename@openssh.com", "f.tmp", "f"), code)
        self.assert_code(
            s.call("hardlink@openssh.com", "f.tmp", "g"), code)
        self.close(s, h, code)
        self.assert_only(f=OLD)

    @atomic(fsize=LIMIT)
    def test_of_another_handle(self, _, s):
        h = self.upload(s, "f")
        g = self.open(s, "f", WRITE)
        code = self.overflow(s, g)
        self.close(s, g, code)
        self.close(s, h, code)
        self.assert_only()

    @atomic(fsize=LIMIT)
    def test_copy_data(self, _, s):
        with open(self.path("big"), "wb") as big:
            big.truncate(2 * self.LIMIT)
        r = self.open(s, "big", READ)
        h = self.open(s, "f", MAKE)
        self.assertEqual(s.call("copy-data", r, 0, 0, h, 0).kind, "status")
        self.assertNotEqual(s.call("close", h).code, OK)
        self.assertEqual(self.names(), ["big"])


class InPlace(AtomicTest):
    @atomic()
    def test_not_emptied(self, _, s):
        self.put("f", OLD)
        for flags in (WRITE, WRITE | READ, WRITE | CREAT):
            ino = os.stat(self.path("f")).st_ino
            h = self.upload(s, "f", b"X", flags)
            self.assertEqual(self.get("f"), b"X" + OLD[1:])
            self.close(s, h)
            self.assertEqual(os.stat(self.path("f")).st_ino, ino)
            self.assert_in_place(s, b"it is not emptied")

    @atomic()
    def test_appended(self, _, s):
        self.put("f", OLD)
        for flags in (APPEND, APPEND | CREAT, APPEND | CREAT | TRUNC):
            self.close(s, self.upload(s, "f", b"+", WRITE | flags))
            self.assert_in_place(s, b"it is appended to")
        self.assert_only(f=b"+")

    @atomic()
    def test_links(self, _, s):
        self.put("f", OLD)
        os.link(self.path("f"), self.path("g"))
        h = self.upload(s, "f")
        self.assertEqual(self.get("g"), NEW)
        self.close(s, h)
        self.assert_in_place(s, b"it has other links")
        self.assertTrue(os.path.samefile(self.path("f"), self.path("g")))

    @atomic()
    def test_no_regular_file(self, _, s):
        os.mkfifo(self.path("fifo"))
        fd = os.open(self.path("fifo"), os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, fd)
        h = self.open(s, "fifo", WRITE | TRUNC)
        self.close(s, h)
        self.assert_in_place(s, b"it is no regular file")
        if not self.rooted:
            self.close(s, self.open(s, "/dev/null", MAKE))

    @atomic(6)
    def test_locked(self, _, s):
        self.put("f", OLD)
        reply = s.call("open", "f", WRITE_DATA, CREATE_TRUNCATE |
                       BLOCK_WRITE | BLOCK_ADVISORY | 0x40, {})
        self.assertEqual(reply.kind, "handle", str(reply))
        self.assert_in_place(s, b"it is locked")
        self.assert_only(f=b"")

    @atomic(6)
    def test_removed(self, _, s):
        reply = s.call("open", "f", WRITE_DATA,
                       CREATE_TRUNCATE | DELETE_ON_CLOSE, {})
        self.assertEqual(reply.kind, "handle", str(reply))
        self.assert_in_place(s, b"it is removed at its close")
        self.assert_only()

    @unittest.skipUnless(ROOT, "takes root, to be nobody")
    @atomic(6, user="nobody")
    def test_removal_that_fails(self, _, s):
        """An upload stays when it could not be removed."""
        h = self.upload(s, "f")
        os.chmod(self.dir, 0o755)
        self.assert_code(s.call("open", "f", WRITE_DATA, 2 | DELETE_ON_CLOSE,
                                {}), DENIED)
        os.chmod(self.dir, 0o777)
        self.close(s, h)
        self.assert_only(f=NEW)

    @unittest.skipUnless(ROOT, "takes root, to be nobody")
    @atomic(user="nobody")
    def test_directory_we_may_not_change(self, _, s):
        self.put("f", OLD)
        os.chmod(self.path("f"), 0o666)
        os.chmod(self.dir, 0o755)
        self.close(s, self.upload(s, "f"))
        self.assert_in_place(s, b"its directory cannot be changed")
        self.assert_only(f=NEW)
        self.assert_code(self.ask(s, "open", "g", MAKE), DENIED)

    @unittest.skipUnless(ROOT, "takes root, to be nobody")
    @atomic(user="nobody")
    def test_owner_that_cannot_be_had(self, _, s):
        """Another's file, in a directory that we may change."""
        self.put("f", OLD)
        os.chmod(self.path("f"), 0o666)
        self.close(s, self.upload(s, "f"))
        self.assert_in_place(s, b"Operation not permitted")
        self.assertEqual(os.stat(self.path("f")).st_uid, os.getuid())
        self.assert_only(f=NEW)

    @unittest.skipUnless(ROOT, "takes root, to be nobody")
    @atomic(user="nobody")
    def test_what_we_may_not_write(self, _, s):
        """A directory that we may change does not mean the file in it."""
        self.put("f", OLD)
        os.chmod(self.path("f"), 0o444)
        self.assert_code(self.ask(s, "open", "f", MAKE), DENIED)
        self.assert_only(f=OLD)

    @unittest.skipUnless(ROOT, "takes root, to have other groups")
    @atomic()
    def test_group_and_owner(self, _, s):
        self.put("f", OLD)
        os.chown(self.path("f"), 65534, 12345)
        os.chmod(self.path("f"), 0o2750)
        self.close(s, self.upload(s, "f"))
        st = os.stat(self.path("f"))
        self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o777),
                         (65534, 12345, 0o750))

    def acl(self, name):
        return os.getxattr(self.path(name), "system.posix_acl_access")

    @atomic()
    def test_acl(self, _, s):
        """The old file's; a default ACL gives none to what had none."""
        # user::rw- user:1:r-- group::r-- mask::r-- other::---
        acl = bytes.fromhex("02000000" "01000600ffffffff" "0200040001000000"
                            "04000400ffffffff" "10000400ffffffff"
                            "20000000ffffffff")
        self.put("f", OLD)
        self.put("plain", OLD)
        try:
            os.setxattr(self.path("f"), "system.posix_acl_access", acl)
            os.setxattr(self.dir, "system.posix_acl_default", acl)
        except OSError as e:
            self.skipTest("no ACLs in %s: %s" % (self.dir, e.strerror))
        before = os.stat(self.path("plain")).st_mode
        for name in ("f", "plain"):
            self.close(s, self.upload(s, name))
        self.assertEqual(self.acl("f"), acl)
        with self.assertRaises(OSError):
            self.acl("plain")
        self.assertEqual(os.stat(self.path("plain")).st_mode, before)


class Ending(AtomicTest):
    @atomic()
    def test_eof(self, _, s):
        """As a client that is killed; what was there stays."""
        self.put("f", OLD)
        for name in ("f", "new"):
            self.upload(s, name)
        self.assertEqual(len(self.parts()), 2)
        self.assertEqual(s.finish(), 0)
        self.assert_only(f=OLD)

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            self.fresh_directory()
            self.version = 3
            s = self.session(*YES)
            self.put("f", OLD)
            self.upload(s, "f")
            self.part()
            s.child.send_signal(number)
            s.wait()
            self.assert_only(f=OLD)

    def killed(self, *args):
        """A session that leaves a part behind."""
        self.version = 3
        s = self.session(*args)
        self.put("f", OLD)
        for name in ("f", "new"):
            self.upload(s, name)
        s.child.kill()
        s.wait()
        self.assertEqual(self.get("f"), OLD)
        self.assertEqual(len(self.parts()), 2)

    def test_sigkill(self):
        """The old file is whole. The temporary file is not listed, and stays
        for now: no server can tell that no session uses it."""
        for args in (YES, KEEP, ()):
            self.fresh_directory()
            self.killed(*YES)
            s = self.session(*args)
            self.assertEqual(self.listing(s), ["f"])
            self.assertEqual(self.get("f"), OLD)
            self.assertEqual(len(self.parts()), 2)

    def test_what_is_in_use_is_not_cleared(self):
        self.fresh_directory()
        self.version = 3
        s, other = self.session(*YES), self.session(*YES)
        h = self.upload(s, "f")
        self.assertEqual(self.listing(other), [])
        self.close(s, h)
        self.assert_only(f=NEW)

    def test_what_was_published_is_not_cleared(self):
        self.fresh_directory()
        self.version = 3
        s, other = self.session(*YES), self.session(*YES)
        self.close(s, self.upload(s, "f"))
        self.assertEqual(self.listing(other), ["f"])
        self.assert_only(f=NEW)

    def test_rmdir(self):
        self.fresh_directory()
        os.mkdir(self.path("d"))
        top, self.dir = self.dir, self.path("d")
        self.killed(*YES)
        os.unlink(self.path("f"))
        self.dir = top
        s = self.session(*YES)
        reply = s.call("rmdir", "d")
        self.assert_code(reply, FAILURE)
        self.assertIn(b"upload is under way", reply.message)

    def test_two_sessions(self):
        """The last CLOSE wins, and the file is never a mixture."""
        self.fresh_directory()
        self.version = 3
        a, b = self.session(*YES), self.session(*YES)
        ha, hb = self.upload(a, "f", b"a" * 100), self.upload(b, "f", b"b")
        self.assert_code(a.call("close", ha), OK)
        self.assertEqual(self.get("f"), b"a" * 100)
        self.assert_code(b.call("close", hb), OK)
        self.assert_only(f=b"b")


def kept(method):
    """Each version, in a directory where marks can be set."""
    @functools.wraps(method)
    def run(self):
        if not marks_work():
            self.skipTest("no user attributes in the directory for tests")
        for self.version in ALL:
            with self.subTest(version=self.version):
                self.fresh_directory()
                method(self)
    return run


class Keeping(AtomicTest):
    def start(self, **kwargs):
        return self.session(*KEEP, *LOG, version=self.version, **kwargs)

    def interrupt(self, *names, data=b"01234"):
        s = self.start()
        for name in names:
            self.upload(s, name, data)
        self.assertEqual(s.finish(), 0)

    @kept
    def test_publishes_like_yes(self):
        s = self.start()
        self.put("g", OLD)
        for name in ("f", "g"):
            self.close(s, self.upload(s, name))
        h = self.upload(s, "x")
        self.assert_code(self.ask(s, "rename", "x", "y"), OK)
        self.close(s, h)
        self.assert_only(f=NEW, g=NEW, y=NEW)
        for name in ("f", "g", "y"):
            self.assertEqual(os.listxattr(self.path(name)), [])

    @kept
    def test_resume(self):
        """STAT of the absent name says how far it is; OPEN goes on."""
        self.interrupt("f")
        self.assertEqual(os.getxattr(self.part(), MARK), b"f")
        s = self.start()
        self.assertEqual(self.listing(s), [])
        for ask in ("stat", "lstat"):
            self.assertEqual(self.size(s, "f", ask), 5)
        h = self.open(s, "f", WRITE | CREAT)
        self.assertEqual(self.names(), self.parts())
        self.write(s, h, b"56789", 5)
        self.close(s, h)
        self.assert_only(f=b"0123456789")
        self.assertEqual(os.listxattr(self.path("f")), [])

    @kept
    def test_resume_without_creating(self):
        self.interrupt("f")
        s = self.start()
        h = self.open(s, "f", WRITE)
        self.write(s, h, b"56789", 5)
        self.close(s, h)
        self.assert_only(f=b"0123456789")

    @kept
    def test_resume_by_appending(self):
        """As OpenSSH's reput does."""
        self.interrupt("f")
        s = self.start()
        h = self.open(s, "f", WRITE | CREAT | APPEND)
        self.write(s, h, b"56789", 5)
        self.close(s, h)
        self.assert_only(f=b"0123456789")

    @kept
    def test_interrupted_twice(self):
        self.interrupt("f")
        s = self.start()
        h = self.open(s, "f", WRITE)
        self.write(s, h, b"567", 5)
        self.assertEqual(s.finish(), 0)
        s = self.start()
        self.assertEqual(self.size(s, "f"), 8)
        self.close(s, self.open(s, "f", WRITE))
        self.assert_only(f=b"01234567")

    @kept
    def test_sigkill(self):
        s = self.start()
        self.upload(s, "f", b"01234")
        s.child.kill()
        s.wait()
        s = self.start()
        self.assertEqual(self.listing(s), [])
        self.assertEqual(self.size(s, "f"), 5)
        self.part()

    @kept
    def test_other_sessions_leave_it(self):
        self.interrupt("f")
        for args in (YES, ()):
            s = self.session(*args, version=self.version)
            self.assertEqual(self.listing(s), [])
            self.assert_code(self.ask(s, "stat", "f"), NO_FILE)
            self.part()

    @kept
    def test_started_anew(self):
        """OPEN that empties has no use for it."""
        self.interrupt("f")
        s = self.start()
        h = self.upload(s, "f", b"xy")
        self.assertEqual(len(self.parts()), 1)
        self.close(s, h)
        self.assert_only(f=b"xy")

    def kill(self, name):
        s = self.start()
        self.upload(s, name, b"01234")
        s.child.kill()
        s.wait()
        self.assertEqual(os.getxattr(self.part(), MARK),
                         b"/" + os.fsencode(name))

    @kept
    def test_started_anew_after_a_kill(self):
        """The first temporary file stays, because another session may still
        write to it, and is not resumed."""
        self.kill("f")
        s = self.start()
        self.close(s, self.upload(s, "f", b"xy"))
        self.assertEqual(self.get("f"), b"xy")
        self.assertEqual(os.listxattr(self.part()), [])
        self.assert_code(self.ask(s, "remove", "f"), OK)
        self.assert_code(self.ask(s, "stat", "f"), NO_FILE)

    @kept
    def test_removed_after_a_kill(self):
        self.kill("f")
        s = self.start()
        self.assertEqual(self.size(s, "f"), 5)
        self.assert_code(self.ask(s, "remove", "f"), OK)
        self.assert_code(self.ask(s, "stat", "f"), NO_FILE)
        self.assertEqual(os.listxattr(self.part()), [])

    @kept
    def test_the_one_that_was_left_in_order(self):
        """Of two for a name that is the one to go on with."""
        self.interrupt("f", data=b"0123456789")
        self.put(".slipway-%s-part" % ("0" * 22), b"other")
        self.put(".slipway-%s-part" % ("z" * 22), b"other")
        for letter in "0z":
            os.setxattr(self.path(".slipway-%s-part" % (letter * 22)), MARK,
                        b"/f")
        s = self.start()
        self.assertEqual(self.size(s, "f"), 10)

    @kept
    def test_no_right_to_make_files(self):
        """A session without the right to create cannot resume an upload."""
        self.interrupt("f")
        rights = "access.rights=list,stat,read,modify,delete,replace"
        s = self.session(*KEEP, *LOG, "-o", rights, version=self.version)
        self.assert_code(self.ask(s, "stat", "f"), NO_FILE)
        self.assert_code(self.ask(s, "open", "f", WRITE), NO_FILE)
        self.part()

    @kept
    def test_beside_a_file(self):
        """The old file is opened if it exists beside the kept upload."""
        self.put("f", OLD)
        self.interrupt("f")
        self.assertEqual(self.get("f"), OLD)
        s = self.start()
        self.assertEqual(self.size(s, "f"), len(OLD))
        self.close(s, self.upload(s, "f", b"X", WRITE))
        self.assertEqual(self.get("f"), b"X" + OLD[1:])

    @kept
    def test_remove(self):
        self.interrupt("f", "g")
        s = self.start()
        self.assert_code(self.ask(s, "remove", "f"), OK)
        self.assert_code(self.ask(s, "stat", "f"), NO_FILE)
        self.assertEqual(self.size(s, "g"), 5)

    @unittest.skipUnless(ROOT, "takes root, to be nobody")
    @kept
    def test_remove_where_nothing_can_be_removed(self):
        os.mkdir(self.path("d"))
        os.chmod(self.path("d"), 0o777)
        s = self.start(user="nobody")
        self.upload(s, "d/f")
        self.assertEqual(s.finish(), 0)
        os.chmod(self.path("d"), 0o555)
        s = self.start(user="nobody")
        self.assert_code(s.call("remove", "d/f"), DENIED)
        self.assertEqual(self.size(s, "d/f"), len(NEW))
        os.chmod(self.path("d"), 0o777)
        self.assert_code(s.call("remove", "d/f"), OK)
        self.assertEqual(self.parts("d"), [])

    @kept
    def test_rename(self):
        self.interrupt("f")
        s = self.start()
        self.assert_code(self.ask(s, "rename", "f", "g"), OK)
        self.assert_only(g=b"01234")
        self.assertEqual(os.listxattr(self.path("g")), [])

    @kept
    def test_reading_and_attributes(self):
        self.interrupt("f")
        s = self.start()
        h = self.open(s, "f", READ)
        self.assertEqual(s.call("read", h, 0, 10).data, b"01234")
        self.close(s, h)
        self.assert_code(s.call("setstat", "f", {"permissions": 0o600}), OK)
        self.assertEqual(stat.S_IMODE(os.stat(self.part()).st_mode), 0o600)

    @kept
    def test_many(self):
        names = ["f%d" % n for n in range(20)]
        self.interrupt(*names)
        s = self.start()
        for name in names:
            self.assertEqual(self.size(s, name), 5)
        self.assert_code(self.ask(s, "stat", "f20"), NO_FILE)
        h = self.open(s, "f7", WRITE)
        self.close(s, h)
        self.assertEqual(len(self.parts()), 19)

    @kept
    def test_nothing_to_keep(self):
        """An upload of which nothing came, or whose write failed."""
        s = self.start()
        self.open(s, "f", MAKE)
        self.assertEqual(s.finish(), 0)
        s = self.start(fsize=100)
        h = self.upload(s, "g")
        self.assertNotEqual(s.call("write", h, 99, b"ab").code, OK)
        self.assertEqual(s.finish(), 0)
        self.assert_only()

    @unittest.skipUnless(ROOT, "takes root, to be nobody")
    @kept
    def test_failed_where_nothing_can_be_removed(self):
        """The file stays; no later session takes it for an upload that was
        interrupted."""
        for end in ("close", "finish"):
            os.mkdir(self.path(end))
            os.chmod(self.path(end), 0o777)
            s = self.start(user="nobody", fsize=100)
            h = self.upload(s, end + "/f")
            self.assertNotEqual(s.call("write", h, 99, b"ab").code, OK)
            os.chmod(self.path(end), 0o555)
            if end == "close":
                self.assertNotEqual(s.call("close", h).code, OK)
            self.assertEqual(s.finish(), 0)
            s = self.start(user="nobody")
            self.assert_code(self.ask(s, "stat", end + "/f"), NO_FILE)
            self.assertEqual(os.listxattr(self.part(end)), [])

    @kept
    def test_in_use(self):
        """Only one session goes on with it."""
        self.interrupt("f")
        a, b = self.start(), self.start()
        h = self.open(a, "f", WRITE)
        self.assert_code(self.ask(b, "stat", "f"), NO_FILE)
        self.assert_code(self.ask(b, "open", "f", WRITE), NO_FILE)
        self.close(a, h)
        self.assertEqual(self.size(b, "f"), 5)

    @kept
    def test_rmdir(self):
        """Of a directory that holds nothing else."""
        os.mkdir(self.path("d"))
        self.interrupt("d/f")
        s = self.start()
        self.put("d/g")
        self.assertEqual(s.call("rmdir", "d").kind, "status")
        self.part("d")
        os.unlink(self.path("d/g"))
        self.assert_code(s.call("rmdir", "d"), OK)
        self.assert_only()

    @kept
    def test_long_and_odd_names(self):
        names = ["n" * 255, "two words", "\udcff\udcfe", "new\nline"]
        self.interrupt(*names)
        s = self.start()
        for name in names:
            self.assertEqual(self.size(s, name), 5)

    @kept
    def test_read_only_mode(self):
        s = self.start(user="nobody")
        self.upload(s, "f", permissions=0o444)
        self.close(s, self.upload(s, "g", permissions=0o444))
        self.assertEqual(s.finish(), 0)
        self.assertEqual(stat.S_IMODE(os.stat(self.part()).st_mode), 0o444)
        self.assertEqual(os.listxattr(self.path("g")), [])
        s = self.start(user="nobody")
        self.assertEqual(self.size(s, "f"), len(NEW))

    @unittest.skipUnless(ROOT and os.path.isdir("/dev/shm"),
                         "takes root and /dev/shm")
    def test_where_there_are_no_marks(self):
        """keep is yes there, and says so."""
        top = tempfile.mkdtemp(prefix="wire.")
        self.addCleanup(shutil.rmtree, top)
        mount = os.system("mount -t ramfs none %s 2>/dev/null" % top)
        if mount != 0:
            self.skipTest("nothing can be mounted")
        self.addCleanup(os.system, "umount " + top)
        self.dir, self.version = top, 3
        s = self.start()
        self.upload(s, "f")
        self.part()
        self.assertIn(b"could not be kept", s.stderr())
        self.assertEqual(s.finish(), 0)
        self.assertEqual(self.names(), [])


class RootedPublishing(Publishing):
    rooted = True


class RootedMeaning(Meaning):
    rooted = True


class RootedRenaming(Renaming):
    rooted = True


class RootedFailing(Failing):
    rooted = True


class RootedInPlace(InPlace):
    rooted = True


class RootedEnding(Ending):
    rooted = True


class RootedKeeping(Keeping):
    rooted = True


class Confined(AtomicTest):
    """Uploads in sessions with a root or with restricted rights."""

    rooted = True

    def below(self):
        """The root is a directory of the test's."""
        os.mkdir(self.path("in"))
        os.mkdir(self.path("in/d"))
        top, self.dir = self.dir, self.path("in")
        s = self.session(*YES, *LOG, version=self.version)
        self.dir = top
        return s

    def test_moved_out(self):
        """No file is published in a directory that left the root."""
        for self.version in ALL:
            self.fresh_directory()
            s = self.below()
            h = self.upload(s, "d/f")
            os.rename(self.path("in/d"), self.path("out"))
            self.put("out/f", OLD)
            self.close(s, h, NO_FILE)
            self.assertEqual(self.get("out/f"), OLD)

    def test_another_in_its_place(self):
        self.version = 3
        self.fresh_directory()
        s = self.below()
        h = self.upload(s, "d/f")
        name = os.path.basename(self.part("in/d"))
        os.rename(self.path("in/d"), self.path("out"))
        os.mkdir(self.path("in/d"))
        self.put("in/d/" + name, OLD)
        self.close(s, h, NO_FILE)
        self.assertEqual(os.listdir(self.path("in/d")), [name])

    def test_a_link_on_the_way_is_removed(self):
        """The temporary file outlives the name by which it was opened."""
        for how in (YES, KEEP):
            for self.version in ALL:
                self.fresh_directory()
                os.mkdir(self.path("d"))
                os.symlink("d", self.path("l"))
                s = self.session(*how, *LOG, version=self.version)
                h = self.upload(s, "l/f")
                self.assert_code(self.ask(s, "remove", "l"), OK)
                self.close(s, h)
                self.assertEqual(os.listdir(self.path("d")), ["f"])

    def test_moved_by_the_session(self):
        for self.version in ALL:
            self.fresh_directory()
            s = self.below()
            h = self.upload(s, "d/f")
            self.assert_code(s.call("mkdir", "e", {}), OK)
            self.assert_code(self.ask(s, "rename", "d", "e/d"), OK)
            self.close(s, h)
            self.assertEqual(self.get("in/e/d/f"), NEW)

    def rights(self, *rights):
        return ("-o", "access.rights=" + ",".join(rights)) + YES + LOG

    def test_no_right_to_replace(self):
        """Then it is modified, or nothing."""
        for lacks in ("replace", "delete", "modify"):
            rights = {"list", "stat", "read", "create", "modify", "replace",
                      "delete"} - {lacks}
            for self.version in ALL:
                self.fresh_directory()
                self.put("f", OLD)
                s = self.session(*self.rights(*rights), version=self.version)
                if lacks == "modify":
                    self.assertEqual(
                        self.ask(s, "open", "f", MAKE).kind, "status")
                    continue
                self.close(s, self.upload(s, "f"))
                self.assert_in_place(s, b"it may not be replaced")
                h = self.upload(s, "g")
                self.put("g", OLD)
                self.close(s, h, EXISTS)
                self.assert_only(f=NEW, g=OLD)

    def test_own_files(self):
        """A dropbox: what this session made it may look at and rename, also
        while it makes it."""
        for self.version in ALL:
            self.fresh_directory()
            self.put("old", OLD)
            s = self.session("-o", "profile=dropbox", *YES, *LOG,
                             version=self.version)
            h = self.upload(s, "f.tmp")
            self.assertEqual(self.size(s, "f.tmp"), len(NEW))
            self.assertEqual(self.ask(s, "rename", "f.tmp", "old").kind,
                             "status")
            self.assert_code(self.ask(s, "rename", "f.tmp", "f"), OK)
            self.close(s, h)
            self.close(s, self.upload(s, "g"))
            self.assertEqual(self.size(s, "g"), len(NEW))
            self.assert_only(f=NEW, g=NEW, old=OLD)


class Refusing(AtomicTest):
    """On a file system that refuses to rename and remove what is open."""

    def setUp(self):
        super().setUp()
        shim = os.path.join(os.path.dirname(__file__), "../..",
                            os.environ.get("BUILD", "build"), "tests/shim.so")
        if not os.path.exists(shim):
            self.skipTest("no build/tests/shim.so (it takes glibc and a "
                          "long of 64 bits)")
        libs = subprocess.run(["ldd", SERVER], capture_output=True, text=True)
        self.preload = ":".join(re.findall(r"libasan\S* => (\S+)",
                                           libs.stdout) +
                                [os.path.realpath(shim)])

    def each(self, *open_handles):
        """A session in each version with each of these settings."""
        for how in open_handles:
            for self.version in ALL:
                with self.subTest(open_handles=how, version=self.version):
                    self.fresh_directory()
                    rules = self.dir + ".rules"
                    with open(rules, "w") as out:
                        out.write("rename,renameflags,unlink open EBUSY\n")
                    self.addCleanup(os.unlink, rules)
                    yield how, self.session(
                        *YES, *LOG, "-o", "rename.open_handles=" + how,
                        version=self.version, env={
                            "LD_PRELOAD": self.preload,
                            "SLIPWAY_SHIM_DIR": os.path.realpath(self.dir),
                            "SLIPWAY_SHIM_RULES": rules,
                            "SLIPWAY_SHIM_LOG": "/dev/null"})

    BUSY = (FAILURE,) * 4

    def shimmed(self, rules, *args, log="/dev/null", **kwargs):
        """A session in a fresh directory with the shim and these rules."""
        self.fresh_directory()
        name = self.dir + ".rules"
        with open(name, "w") as out:
            out.write(rules)
        self.addCleanup(os.unlink, name)
        return self.session(*args, *LOG, version=self.version, env={
            "LD_PRELOAD": self.preload,
            "SLIPWAY_SHIM_DIR": os.path.realpath(self.dir),
            "SLIPWAY_SHIM_RULES": name, "SLIPWAY_SHIM_LOG": log}, **kwargs)

    def test_a_temporary_file_is_opened_as_it_is_made(self):
        """A second opening would find nothing when somebody removed it."""
        for self.version in ALL:
            for how in (YES, KEEP):
                s = self.shimmed("open always,skip=1 ENOENT *-part\n", *how)
                self.put("f", OLD)
                self.close(s, self.upload(s, "f", flags=WRITE | TRUNC))
                self.assert_only(f=NEW)

    def test_on_stable_storage(self):
        """With files.fsync: the data before the name, and then the name."""
        for self.version in ALL:
            self.fresh_directory()
            log = self.dir + ".log"
            open(log, "w").close()
            self.addCleanup(os.unlink, log)
            s = self.session(*YES, *LOG, "-o", "files.fsync=true",
                             version=self.version, env={
                                 "LD_PRELOAD": self.preload,
                                 "SLIPWAY_SHIM_DIR":
                                     os.path.realpath(self.dir),
                                 "SLIPWAY_SHIM_RULES": "/dev/null",
                                 "SLIPWAY_SHIM_LOG": log})
            self.close(s, self.upload(s, "f"))
            with open(log) as calls:
                calls = [line.split() for line in calls]
            calls = [c for c in calls if c[0] in ("fsync", "rename",
                                                  "renameflags")]
            self.assertEqual([c[:2] for c in calls],
                             [["fsync", "ok"], ["rename", "ok"],
                              ["fsync", "ok"]], calls)
            self.assertRegex(calls[0][2], PART.pattern)
            self.assertEqual(calls[1][3], "f")
            self.assertEqual(calls[2][2], ".")

    def test_close(self):
        """Our own lock is not in the way."""
        for _, s in self.each("keep", "reopen", "close"):
            self.put("f", OLD)
            for name in ("f", "new"):
                self.close(s, self.upload(s, name))
            self.assert_only(f=NEW, new=NEW)

    def test_rename_before_close(self):
        for how, s in self.each("keep", "reopen", "close"):
            self.put("f", OLD)
            h = self.upload(s, "f.tmp")
            ask = ("posix-rename@openssh.com", "f.tmp", "f")
            if how == "keep":
                self.assert_code(s.call(*ask), self.BUSY)
                self.close(s, h)
                self.assert_only(**{"f": OLD, "f.tmp": NEW})
                continue
            self.assert_code(s.call(*ask), OK)
            self.assert_only(f=NEW)
            if how == "reopen":
                self.write(s, h, b"er", 3)
            self.close(s, h)
            self.assert_only(f=b"newer" if how == "reopen" else NEW)

    def test_rename_and_more_that_was_lost(self):
        for _, s in self.each("close"):
            h = self.upload(s, "f.tmp")
            self.assert_code(self.ask(s, "rename", "f.tmp", "f"), OK)
            self.assertEqual(s.call("write", h, 3, b"er").kind, "status")
            self.assertNotEqual(s.call("close", h).code, OK)
            self.assert_only(f=NEW)

    def test_remove(self):
        for _, s in self.each("reopen", "close"):
            self.put("f", OLD)
            h = self.upload(s, "f")
            self.assert_code(self.ask(s, "remove", "f"), OK)
            self.close(s, h)
            self.assert_only(f=OLD)

    def test_of_the_directory(self):
        """The part is let go for it, and found again."""
        for how, s in self.each("keep", "reopen", "close"):
            os.mkdir(self.path("d"))
            h = self.upload(s, "d/f")
            reply = self.ask(s, "rename", "d", "e")
            if how == "keep":
                self.assert_code(reply, self.BUSY)
                self.close(s, h)
                self.assertEqual(self.get("d/f"), NEW)
                continue
            self.assert_code(reply, OK)
            if how == "reopen":
                self.write(s, h, b"er", 3)
            self.close(s, h)
            self.assertEqual(os.listdir(self.path("e")), ["f"])
            self.assertEqual(self.get("e/f"),
                             b"newer" if how == "reopen" else NEW)

    def test_let_go_for_good_and_written_to(self):
        """An upload that missed a byte is not published."""
        for _, s in self.each("close"):
            os.mkdir(self.path("d"))
            h = self.upload(s, "d/f")
            self.assert_code(self.ask(s, "rename", "d", "e"), OK)
            self.assertEqual(s.call("write", h, 3, b"er").kind, "status")
            self.assertNotEqual(s.call("close", h).code, OK)
            self.assertEqual(os.listdir(self.path("e")), [])

    def lockable(self, where):
        """True if no session has the temporary file there locked."""
        fd = os.open(self.part(where), os.O_RDWR)
        try:
            fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK,
                                            os.SEEK_SET, (1 << 63) - 1, 1, 0))
        except BlockingIOError:
            return False
        finally:
            os.close(fd)
        return True

    def test_taken_up_again_it_is_locked(self):
        for _, s in self.each("reopen"):
            os.mkdir(self.path("d"))
            h = self.upload(s, "d/f")
            self.assert_code(self.ask(s, "rename", "d", "e"), OK)
            self.assertTrue(self.lockable("e"))
            self.write(s, h, b"er", 3)
            self.assertFalse(self.lockable("e"))
            self.close(s, h)
            self.assertEqual(self.get("e/f"), b"newer")

    def test_old_file_that_is_read(self):
        """By this session: as with a rename over it."""
        for how, s in self.each("keep", "reopen", "close"):
            self.put("f", OLD)
            r = self.open(s, "f", READ)
            h = self.upload(s, "f")
            if how == "keep":
                self.close(s, h, self.BUSY)
                self.assert_only(f=OLD)
                continue
            self.close(s, h)
            self.assertEqual(self.get("f"), NEW)
            reply = s.call("read", r, 0, 100)
            self.assertEqual(reply.kind, "data" if how == "reopen" else
                             "status")
            if how == "reopen":
                self.assertEqual(reply.data, OLD)
            self.close(s, r)
            self.assert_only(f=NEW)

    def test_another_that_reads_it(self):
        """A part that is read by the session too."""
        for how, s in self.each("reopen", "close"):
            h = self.upload(s, "f")
            r = self.open(s, "f", READ)
            self.close(s, h)
            self.assert_only(f=NEW)
            self.close(s, r)
            self.assert_only(f=NEW)

    def test_end(self):
        for _, s in self.each("keep", "reopen", "close"):
            self.put("f", OLD)
            self.upload(s, "f")
            self.assertEqual(s.finish(), 0)
            self.assert_only(f=OLD)
