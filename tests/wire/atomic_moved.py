# SPDX-License-Identifier: ISC
"""files.atomic where a directory on the way to the upload is renamed before
CLOSE, by this session, another one or somebody else: the file is published in
its directory, if the session can still get there and may. $SERVER is the
server.
"""

import os
import shutil

from atomic import (DENIED, KEEP, LOG, NEW, NO_FILE, OK, OLD, PART, YES,
                    AtomicTest, marks_work)
from sftpwire import CREAT, WRITE
from versions import ALL


class Moved(AtomicTest):
    def sessions(self):
        """In each version a session of each kind that resolves names."""
        for version in ALL:
            for atomic in (YES, KEEP):
                for kind in ("plain", "root", "paths", "hide", "rights"):
                    self.version = version
                    self.fresh_directory()
                    os.makedirs(self.path("d/deep"))
                    options = {
                        "plain": (), "root": ("-o", "root=" + self.dir),
                        "paths": self.options(
                            'paths = ( { match = "/nowhere"; '
                            'rights = "none"; } );'),
                        "hide": ("-o", "files.hide=secret"),
                        "rights": ("-o", "access.rights=all"),
                    }[kind]
                    yield from self.told(
                        self.session(*options, *atomic, *LOG,
                                     version=version),
                        "%s, %s, version %d" % (kind, atomic[1], version))

    def test_by_this_session(self):
        """New files and those that replace one, as the directory gets another
        name and as one above it does."""
        for s in self.sessions():
            self.put("d/deep/old", OLD)
            hs = [self.upload(s, "d/deep/" + name) for name in ("new", "old")]
            for renamed in ("d/deep", "d/e"), ("d", "f"):
                self.assert_code(self.ask(s, "rename", *renamed), OK)
            for name in "new", "old":
                self.assertEqual(self.size(s, "f/e/" + name), len(NEW))
            self.assertEqual(self.get("f/e/old"), OLD)
            for h in hs:
                self.write(s, h, b"er", len(NEW))
                self.close(s, h)
            self.assertEqual(sorted(os.listdir(self.path("f/e"))),
                             ["new", "old"])
            for name in "new", "old":
                self.assertEqual(self.get("f/e/" + name), NEW + b"er")
            self.assertEqual(s.finish(), 0)
            self.assertEqual(self.names(), ["f"])

    def test_to_another_depth(self):
        """Far up, far down, and with another directory under its old name."""
        for s in self.sessions():
            for name in "a/b/c/d", "x/y":
                os.makedirs(self.path(name))
            h = self.upload(s, "a/b/c/d/f")
            for renamed in ("a/b", "x/y/z"), ("x", "w"), ("w/y/z/c/d", "e"):
                self.assert_code(self.ask(s, "rename", *renamed), OK)
            os.makedirs(self.path("a/b/c/d"))
            self.put("a/b/c/d/f", OLD)
            self.close(s, h)
            self.assertEqual(os.listdir(self.path("e")), ["f"])
            self.assertEqual(self.get("e/f"), NEW)
            self.assertEqual(self.get("a/b/c/d/f"), OLD)

    def test_cut_off_after_it(self):
        """With keep, the upload goes on in the renamed directory."""
        if not marks_work():
            self.skipTest("user attributes cannot be set here")
        for self.version in ALL:
            self.fresh_directory()
            os.makedirs(self.path("d/deep"))
            s = self.session(*KEEP, *LOG, version=self.version)
            self.upload(s, "d/deep/f")
            self.assert_code(self.ask(s, "rename", "d", "e"), OK)
            self.assertEqual(s.finish(), 0)
            s = self.session(*KEEP, *LOG, version=self.version)
            self.assertEqual(self.size(s, "e/deep/f"), len(NEW))
            h = self.open(s, "e/deep/f", WRITE | CREAT)
            self.write(s, h, b"er", len(NEW))
            self.close(s, h)
            self.assertEqual(os.listdir(self.path("e/deep")), ["f"])
            self.assertEqual(self.get("e/deep/f"), NEW + b"er")

    def test_out_of_the_root(self):
        """Only somebody else can do that. CLOSE fails; a sandbox keeps the
        session from removing the file, which the log says."""
        for self.version in ALL:
            for atomic in YES, KEEP:
                for sandbox in "auto", "off":
                    self.fresh_directory()
                    os.makedirs(self.path("root/d"))
                    s = self.session("-o", "root=" + self.path("root"),
                                     "-o", "sandbox=" + sandbox, *atomic,
                                     *LOG, version=self.version)
                    h = self.upload(s, "d/f")
                    os.rename(self.path("root/d"), self.path("secret"))
                    self.close(s, h, NO_FILE)
                    self.assertEqual(s.finish(), 0)
                    left = os.listdir(self.path("secret"))
                    says = s.stderr()
                    self.assertIn(b'" its name "f": No such file', says)
                    if atomic == KEEP and marks_work():
                        self.assertEqual(len(left), 1)
                    else:
                        self.assertEqual(len(left),
                                         says.count(b"cannot remove"))
                    if sandbox == "off":
                        self.assertNotIn(b"cannot remove", says)

    def test_file_that_is_gone(self):
        """The log names the temporary file that nobody has found."""
        for s in self.sessions():
            h = self.upload(s, "d/deep/f")
            part = self.part("d/deep")
            os.rename(part, self.path("away"))
            self.close(s, h, NO_FILE)
            self.assertIn(b'cannot give "%s" its name "f"' % os.path.basename(
                part).encode(), s.stderr())
            self.assertEqual(self.get("away"), NEW)

    def test_by_another_session(self):
        for s in self.sessions():
            other = self.session(version=self.version)
            h = self.upload(s, "d/deep/f")
            self.assert_code(self.ask(other, "rename", "d", "e"), OK)
            self.write(s, h, NEW)
            self.close(s, h)
            self.assertEqual(self.get("e/deep/f"), NEW)
            self.assertEqual(os.listdir(self.path("e/deep")), ["f"])

    def test_while_it_replaces(self):
        for s in self.sessions():
            self.put("d/deep/f", OLD)
            h = self.upload(s, "d/deep/f")
            os.rename(self.path("d/deep"), self.path("e"))
            self.close(s, h)
            self.assertEqual(self.get("e/f"), NEW)
            self.assertEqual(os.listdir(self.path("e")), ["f"])

    def test_behind_a_link(self):
        """The link went, or leads to another directory."""
        for s in self.sessions():
            os.mkdir(self.path("other"))
            os.symlink("d/deep", self.path("l"))
            one, two = self.upload(s, "l/one"), self.upload(s, "l/two")
            os.unlink(self.path("l"))
            self.close(s, one)
            os.symlink("other", self.path("l"))
            self.close(s, two)
            self.assertEqual(sorted(os.listdir(self.path("d/deep"))),
                             ["one", "two"])
            self.assertEqual(os.listdir(self.path("other")), [])

    def test_another_directory_has_the_name(self):
        for s in self.sessions():
            h = self.upload(s, "d/deep/f")
            os.rename(self.path("d"), self.path("e"))
            os.makedirs(self.path("d/deep"))
            self.put("d/deep/f", OLD)
            self.close(s, h)
            self.assertEqual(self.get("d/deep/f"), OLD)
            self.assertEqual(self.get("e/deep/f"), NEW)

    def test_removed(self):
        for s in self.sessions():
            h = self.upload(s, "d/deep/f")
            shutil.rmtree(self.path("d"))
            self.close(s, h, NO_FILE)
            self.assertEqual(self.names(), [])

    def limited(self, policy):
        """Sessions in which a path rule is for /secret, or its name hidden."""
        for self.version in ALL:
            for atomic in (YES, KEEP):
                self.fresh_directory()
                os.mkdir(self.path("d"))
                s = self.session(*self.options(policy), *atomic, *LOG,
                                 version=self.version)
                for s in self.told(s, "%s, version %d" % (
                        atomic[1], self.version)):
                    yield atomic, s

    def assert_not_published(self, s, atomic, h, code):
        self.close(s, h, code)
        self.assertEqual(s.finish(), 0)
        left = os.listdir(self.path("secret"))
        self.assertEqual(len(left), int(atomic == KEEP and marks_work()),
                         left)
        for name in left:
            self.assertRegex(name, PART)

    def test_to_where_nothing_may_be_made(self):
        for rights in ('"none"', '[ "list", "stat", "modify", "delete" ]'):
            policy = ('paths = ( { match = "%%s/secret"; rights = %s; } );'
                      % rights)
            for atomic, s in self.limited(policy):
                h = self.upload(s, "d/f")
                os.rename(self.path("d"), self.path("secret"))
                self.assert_not_published(s, atomic, h, DENIED)

    def test_to_where_all_is_hidden(self):
        for atomic, s in self.limited('files = { hide = "secret"; };'):
            h = self.upload(s, "d/f")
            os.rename(self.path("d"), self.path("secret"))
            self.assert_not_published(s, atomic, h, NO_FILE)

    def test_to_where_nothing_may_be_replaced(self):
        """A free name is given, one that is taken is not."""
        policy = ('paths = ( { match = "%s/secret"; '
                  'rights = [ "list", "create", "modify" ]; } );')
        for _, s in self.limited(policy):
            one, two = self.upload(s, "d/one"), self.upload(s, "d/two")
            os.rename(self.path("d"), self.path("secret"))
            self.put("secret/two", OLD)
            self.close(s, one)
            self.assertNotEqual(s.call("close", two).code, OK)
            self.assertEqual(sorted(os.listdir(self.path("secret"))),
                             ["one", "two"])
            self.assertEqual(self.get("secret/two"), OLD)
