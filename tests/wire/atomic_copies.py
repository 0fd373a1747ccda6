# SPDX-License-Identifier: ISC
"""files.atomic where a file comes from the server itself: copy-file, and hard
links; and files that have more than one name. $SERVER is the server.
"""

import os
import signal
import stat

import mounts
from atomic import (DENIED, EXISTS, FAILURE, KEEP, LOG, MAKE, MARK, NEW,
                    NO_FILE, OK, OLD, YES, AtomicTest, atomic, kept)
from sftpwire import EXCL, READ
from versions import ALL
from watched import Watch

LIMIT = 1 << 16
NO_SPACE = 14


class Copying(AtomicTest):
    def copy(self, s, source, target, code=OK, overwrite=True):
        self.assert_code(s.call("copy-file", source, target, overwrite), code)

    def big(self, name, size=2 * LIMIT):
        with open(self.path(name), "wb") as out:
            out.write(os.urandom(1000) * (size // 1000 + 1))
            out.truncate(size)

    @atomic()
    def test_onto_a_file(self, _, s):
        """It is replaced by one with its rights."""
        self.put("x", NEW)
        self.put("f", OLD)
        os.chmod(self.path("f"), 0o604)
        ino = os.stat(self.path("f")).st_ino
        with open(self.path("f"), "rb") as reader:
            self.copy(s, "x", "f")
            self.assertEqual(reader.read(), OLD)
        self.assert_only(f=NEW, x=NEW)
        st = os.stat(self.path("f"))
        self.assertNotEqual(st.st_ino, ino)
        self.assertEqual(stat.S_IMODE(st.st_mode), 0o604)

    @atomic()
    def test_new(self, _, s):
        self.put("x", NEW)
        os.chmod(self.path("x"), 0o640)
        self.copy(s, "x", "f", overwrite=False)
        self.copy(s, "x", "f", EXISTS, overwrite=False)
        self.assert_only(f=NEW, x=NEW)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("f")).st_mode), 0o640)

    @atomic()
    def test_behind_a_link(self, _, s):
        self.put("x", NEW)
        os.mkdir(self.path("d"))
        self.put("d/f", OLD)
        os.symlink("d/f", self.path("l"))
        self.copy(s, "x", "l")
        self.assertEqual(self.get("d/f"), NEW)
        self.assertTrue(os.path.islink(self.path("l")))
        self.assertEqual(os.listdir(self.path("d")), ["f"])

    @atomic(fsize=LIMIT)
    def test_too_large(self, _, s):
        """A copy that fails leaves the directory as it was."""
        self.big("x")
        self.put("f", OLD)
        for name in ("f", "new"):
            self.assertNotEqual(s.call("copy-file", "x", name, True).code, OK)
        self.assertEqual(self.names(), ["f", "x"])
        self.assertEqual(self.get("f"), OLD)

    @atomic(args=YES + ("-o", "limits.file_size=64K"))
    def test_limit(self, _, s):
        self.big("x")
        self.put("f", OLD)
        self.assertNotEqual(s.call("copy-file", "x", "f", True).code, OK)
        self.assertEqual(self.get("f"), OLD)
        self.assertEqual(self.names(), ["f", "x"])

    def test_full_disk(self):
        reason = mounts.Tmpfs.unusable()
        if reason:
            self.skipTest(reason)
        for how in (YES, KEEP):
            for self.version in (3, 6):
                disk = mounts.Tmpfs("600k")
                self.addCleanup(disk.unmount)
                self.dir = disk.path
                self.big("x", 400000)
                self.put("f", OLD)
                s = self.session(*how, *LOG, version=self.version)
                for name in ("f", "new"):
                    self.assertNotEqual(
                        s.call("copy-file", "x", name, True).code, OK)
                self.assertEqual(self.names(), ["f", "x"])
                self.assertEqual(self.get("f"), OLD)
                self.assertEqual(s.finish(), 0)

    def test_replaced_meanwhile(self):
        """A copy that fails leaves a file alone that another session has put
        in the place of the one it made."""
        reason = mounts.Tmpfs.unusable()
        if reason:
            self.skipTest(reason)
        disk = mounts.Tmpfs("24m")
        self.addCleanup(disk.unmount)
        self.dir, self.version = disk.path, 6
        self.big("x", 16 << 20)
        s = self.session(*LOG, version=6)
        tries = met = 0
        while met < 5 and tries < 1000:
            tries += 1
            self.put("theirs", OLD)
            s.start("copy-file", "x", "new", False)
            while not (os.path.exists(self.path("new")) or s.ready()):
                pass
            # The server stops between two steps of the copy.
            os.kill(s.child.pid, signal.SIGSTOP)
            os.waitpid(s.child.pid, os.WUNTRACED)
            amid = os.path.exists(self.path("new")) and \
                os.stat(self.path("new")).st_size < 4 << 20
            if amid:
                os.rename(self.path("theirs"), self.path("new"))
            os.kill(s.child.pid, signal.SIGCONT)
            self.assert_code(s.result(), NO_SPACE)
            if amid:
                met += 1
                self.assertEqual(self.get("new"), OLD)
                os.unlink(self.path("new"))
        self.assertGreater(met, 0)
        self.assertEqual(s.finish(), 0)

    @atomic()
    def test_onto_itself(self, _, s):
        self.put("f", OLD)
        os.symlink("f", self.path("l"))
        for name in ("f", "./f", "l"):
            self.copy(s, "f", name, FAILURE)
        self.assertEqual(self.get("f"), OLD)
        self.assertEqual(self.parts(), [])

    @atomic()
    def test_data_onto_itself(self, _, s):
        """The cp of sftp(1) truncates the file before it copies the data."""
        self.put("f", OLD)
        r = self.open(s, "f", READ)
        h = self.open(s, "f", MAKE)
        self.assert_code(s.call("copy-data", r, 0, 0, h, 0), OK)
        self.close(s, h)
        self.assert_only(f=OLD)

    @atomic()
    def test_several_links(self, _, s):
        self.put("x", NEW)
        self.put("f", OLD)
        os.link(self.path("f"), self.path("g"))
        self.copy(s, "x", "f")
        self.assert_in_place(s, b"it has other links")
        self.assert_only(f=NEW, g=NEW, x=NEW)

    @atomic()
    def test_of_an_upload_that_goes_on(self, _, s):
        self.put("f", OLD)
        h = self.upload(s, "f")
        self.copy(s, "f", "g")
        self.assertEqual(self.get("g"), NEW)
        self.close(s, h)
        self.assert_only(f=NEW, g=NEW)

    @atomic()
    def test_watched(self, _, s):
        self.put("x", NEW)
        self.put("f", OLD)
        watch = Watch(self.dir)
        self.addCleanup(watch.close)
        for name in ("f", "g"):
            self.copy(s, "x", name)
            self.assertEqual(watch.ends(), [("CLOSE_WRITE", "PART"),
                                            ("MOVED_TO", name)])

    def test_rights(self):
        """An atomic copy needs the rights of a copy in place."""
        for rights, new, old in (("read,create", OK, DENIED),
                                 ("read,replace,delete", DENIED, OK),
                                 ("read,create,replace,delete", OK, OK)):
            for self.version in ALL:
                self.fresh_directory()
                self.put("x", NEW)
                self.put("f", OLD)
                s = self.session(*YES, *LOG, "-o", "access.rights=" + rights,
                                 version=self.version)
                self.copy(s, "x", "g", new)
                self.copy(s, "x", "f", old)
                self.assertEqual(self.get("f"), NEW if old == OK else OLD)
                self.assertEqual(self.parts(), [])
                self.assertEqual(s.finish(), 0)

    def test_path_rules(self):
        """The path rule of the target decides, not that of the source."""
        policy = ('paths = ( { match = "%s/d"; files = { atomic = "yes"; }; '
                  '} );' % ("" if self.rooted else "%s"))
        for self.version in ALL:
            self.fresh_directory()
            os.mkdir(self.path("d"))
            for name in ("f", "x", "d/f", "d/x"):
                self.put(name, name.encode())
            s = self.session(*self.options(policy), *LOG,
                             version=self.version)
            for source, target, same in (("d/x", "f", True),
                                         ("x", "d/f", False)):
                ino = os.stat(self.path(target)).st_ino
                self.copy(s, source, target)
                self.assertEqual(self.get(target), source.encode())
                self.assertEqual(os.stat(self.path(target)).st_ino == ino,
                                 same)
            self.assertEqual(s.finish(), 0)

    @kept
    def test_beside_a_kept_file(self):
        """A copy begins anew."""
        self.put("x", NEW)
        name = ".slipway-%s-part" % ("x" * 22)
        self.put(name, OLD)
        os.setxattr(self.path(name), MARK, b"f")
        s = self.session(*KEEP, *LOG, version=self.version)
        self.copy(s, "x", "f")
        self.assert_only(f=NEW, x=NEW)
        self.assertEqual(os.listxattr(self.path("f")), [])

    @atomic()
    def test_of_a_large_file(self, _, s):
        """In steps, and then it is published."""
        self.big("x", 5 << 20)
        self.put("f", OLD)
        s.start("copy-file", "x", "f", True)
        s.start("stat", "f", *([0] if s.version > 3 else []))
        self.assert_code(s.result(), OK)
        self.assertEqual(s.result().attrs["size"], 5 << 20)
        self.assertEqual(self.get("f"), self.get("x"))


class Linking(AtomicTest):
    """A hard link to a file that is being uploaded."""

    def link(self, s, old, new, code=OK):
        if s.version == 6:
            reply = s.call("link", new, old, False)
        else:
            reply = s.call("hardlink@openssh.com", old, new)
        self.assert_code(reply, code)

    @atomic()
    def test_to_itself(self, _, s):
        self.put("f", OLD)
        for name in ("f", "new"):
            h = self.upload(s, name)
            for other in (name, "./" + name, self.absolute(name)):
                self.link(s, name, other, EXISTS)
            self.assertEqual(len(self.parts()), 1)
            self.close(s, h)
        self.assert_only(f=NEW, new=NEW)
        for name in ("f", "new"):
            self.assertEqual(os.stat(self.path(name)).st_nlink, 1)

    @atomic()
    def test_to_another_upload(self, _, s):
        h, g = self.upload(s, "f"), self.upload(s, "g", b"g")
        self.link(s, "f", "g", EXISTS)
        self.assertEqual(len(self.parts()), 2)
        self.close(s, h)
        self.close(s, g)
        self.assert_only(f=NEW, g=b"g")

    @atomic()
    def test_refused(self, _, s):
        """Then nothing has changed: it has no name yet."""
        self.put("x", OLD)
        h = self.upload(s, "f")
        self.link(s, "f", "x", EXISTS)
        self.link(s, "f", "nope/x", NO_FILE)
        self.assertEqual(len(self.parts()), 1)
        self.assertFalse(os.path.exists(self.path("f")))
        self.close(s, h)
        self.assert_only(f=NEW, x=OLD)

    @atomic()
    def test_over_a_name_that_was_taken(self, _, s):
        """An upload whose name was taken by another file gets neither its own
        name nor the link's."""
        h = self.upload(s, "f", flags=MAKE | EXCL)
        self.put("f", OLD)
        self.link(s, "f", "g", EXISTS)
        self.assertFalse(os.path.exists(self.path("g")))
        self.close(s, h, EXISTS)
        self.assert_only(f=OLD)


class SecondNames(AtomicTest):
    """Silly names of the file that is to be replaced are no other links: a
    session may have been killed while it renamed."""

    @atomic()
    def test_silly_ones(self, _, s):
        self.put("f", OLD)
        for n, suffix in enumerate(("old", "part", "old")):
            os.link(self.path("f"),
                    self.path(".slipway-%s-%s" % (str(n) * 22, suffix)))
        ino = os.stat(self.path("f")).st_ino
        self.close(s, self.upload(s, "f"))
        self.assertNotIn(b"in place", s.stderr())
        self.assertEqual(self.get("f"), NEW)
        self.assertNotEqual(os.stat(self.path("f")).st_ino, ino)

    @atomic()
    def test_others(self, _, s):
        self.put("f", OLD)
        os.link(self.path("f"), self.path(".slipway-%s-old" % ("x" * 22)))
        os.link(self.path("f"), self.path("g"))
        self.close(s, self.upload(s, "f"))
        self.assertIn(b"it has other links", s.stderr())
        self.assertEqual(self.get("g"), NEW)

    @atomic()
    def test_in_another_directory(self, _, s):
        """It is not looked for there."""
        self.put("f", OLD)
        os.mkdir(self.path("d"))
        os.link(self.path("f"), self.path("d/.slipway-%s-old" % ("x" * 22)))
        self.close(s, self.upload(s, "f"))
        self.assertIn(b"it has other links", s.stderr())


class RootedCopying(Copying):
    rooted = True


class RootedLinking(Linking):
    rooted = True


class RootedSecondNames(SecondNames):
    rooted = True
