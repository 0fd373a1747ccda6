# SPDX-License-Identifier: ISC
"""files.atomic where a directory on the way to the upload is renamed before
CLOSE, by another session or by somebody else: the file is published in its
directory, if the session can still get there and may. $SERVER is the server.
"""

import os
import shutil

from atomic import (DENIED, KEEP, LOG, NEW, NO_FILE, OK, OLD, PART, YES,
                    AtomicTest, marks_work)
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
