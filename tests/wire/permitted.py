# SPDX-License-Identifier: ISC
"""access.listings = "permitted": a listing has the names that STAT would tell
of, and no others. $SERVER is the server.
"""

import os
import tempfile
import unittest

from session import SessionTest
from sftpwire import CREAT, WRITE
from versions import ALL, fields

OK, EOF, DENIED = 0, 1, 3


class Permitted(SessionTest):
    RULES = [("/", "list,stat,read"), ("/secret", "none"),
             ("/private", "none"), ("/private/below", "all"),
             ("/*.key", "read,delete"), ("/in", "list,create"),
             ("/users", "list,stat"), ("/users/*", "none"),
             ("/users/me", "all")]

    def setUp(self):
        super().setUp()
        for d in ("private/below", "in", "users/me", "users/you"):
            os.makedirs(os.path.join(self.dir, d))
        for f in ("secret", "a.key", "open", "in/old", "users/me/f"):
            self.put(f)
        os.symlink("secret", os.path.join(self.dir, "link"))

    def start(self, listings="permitted", version=3):
        rules = ", ".join('{ match = "%s"; rights = "%s"; }' % rule
                          for rule in self.RULES)
        return self.obeying('access = { listings = "%s"; }; paths = ( %s );'
                            % (listings, rules), version)

    def obeying(self, settings, version=3):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as policy:
            policy.write('rules = ( { root = "%s"; %s } );'
                         % (os.path.realpath(self.dir), settings))
            policy.flush()
            return self.session("-F", policy.name, version=version)

    def names(self, s, path):
        reply = s.call("opendir", path)
        self.assertEqual(reply.kind, "handle", str(reply))
        handle, names = reply.handle, []
        while (reply := s.call("readdir", handle)).kind == "name":
            names += [n[0].decode() for n in reply.names]
        self.assert_status(reply, EOF)
        return sorted(names)

    def test_left_out(self):
        for version in ALL:
            s = self.start(version=version)
            self.assertEqual(self.names(s, "/"),
                             [".", "..", "link", "open", "users"])
            self.assertEqual(self.names(s, "/users"), [".", "..", "me"])
            self.assertEqual(self.names(s, "/users/me"), [".", "..", "f"])
            self.assertEqual(self.names(s, "/in"), [".", ".."])
            self.assertEqual(self.names(s, "/private/below"), [".", ".."])

    def test_says_what_stat_does(self):
        """In every directory that can be listed, and for every name in it."""
        for version in ALL:
            s = self.start(version=version)
            for d in ("", "/in", "/users", "/users/me", "/private/below"):
                told = [".", ".."] + [
                    n for n in os.listdir(self.dir + d)
                    if s.call(*fields(version, "lstat", d + "/" + n)).kind
                    == "attrs"]
                self.assertEqual(self.names(s, d or "/"), sorted(told), d)

    def test_full(self):
        self.assertEqual(self.names(self.start("full"), "/"), [
            ".", "..", "a.key", "in", "link", "open", "private", "secret",
            "users"])

    def test_only_from_some_path_on(self):
        """The rule of the directory that is listed decides."""
        s = self.obeying(
            'paths = ( { match = "/users"; listings = "permitted"; }, '
            '{ match = "/users/*"; rights = "none"; listings = "full"; }, '
            '{ match = "/secret"; rights = "none"; listings = "permitted"; } '
            ');')
        self.assertEqual(self.names(s, "/users"), [".", ".."])
        self.assertIn("secret", self.names(s, "/"))

    def test_own(self):
        """A file that the session made, with the right to look at its own."""
        for own, want in (("stat", ["mine"]), ("read", [])):
            s = self.session("-o", "access.listings=permitted", "-o",
                             "access.rights=list,create", "-o",
                             "access.own_rights=" + own)
            reply = s.call("open", "mine", WRITE | CREAT, {})
            self.assertEqual(reply.kind, "handle", str(reply))
            self.assertEqual(self.names(s, "."), [".", ".."] + want)
            os.unlink(os.path.join(self.dir, "mine"))

    def test_own_directories(self):
        for own, want in (("stat", ["mine"]), ("read", [])):
            s = self.session("-o", "access.listings=permitted", "-o",
                             "access.rights=list,mkdir", "-o",
                             "access.own_rights=" + own)
            self.assert_status(s.call("mkdir", "mine", {}), OK)
            self.assertEqual(self.names(s, "."), [".", ".."] + want)
            os.rmdir(os.path.join(self.dir, "mine"))

    def test_many_left_out(self):
        """A listing goes on behind more names than one step looks at."""
        for i in range(5000):
            self.put("in/%d" % i)
        s = self.start()
        self.assertEqual(self.names(s, "/in"), [".", ".."])


if __name__ == "__main__":
    unittest.main()
