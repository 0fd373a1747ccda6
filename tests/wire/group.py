# SPDX-License-Identifier: ISC
"""files.group: the group of files, directories and links that a session makes.
$SERVER is the server, $DIR a directory on a file system with ACLs.
"""

import os
import subprocess
import unittest

import sftpwire as sw
from modes import ModesTest
from session import SERVER
from sftpwire import CREAT, EXCL, TRUNC, WRITE
from versions import ALL

OK, DENIED = 0, 3
ROOT = os.getuid() == 0
# A group that the user of the sessions is in, and that is not the primary one.
GIVEN = 31337 if ROOT else next(
    (g for g in os.getgroups() if g != os.getgid()), None)


@unittest.skipIf(GIVEN is None, "this user is in one group only")
class Group(ModesTest):
    def start(self, *options, version=3, **kwargs):
        args = [w for o in options for w in ("-o", o)]
        os.chmod(self.dir, 0o777)
        session = sw.Session([SERVER, "-e", "-l", "INFO"] + args,
                             cwd=self.dir, up_to=version, user="nobody",
                             groups=[GIVEN], **kwargs)
        self.addCleanup(session.destroy)
        session.init(version)
        return session

    def group(self, name):
        return os.lstat(self.path(name)).st_gid

    def each(self, *options):
        """A session with the group in each version, in an empty directory."""
        for version in ALL:
            self.doCleanups()
            self.setUp()
            with self.subTest(version=version, options=options):
                yield version, self.start("files.group=%d" % GIVEN, *options,
                                          version=version)

    def test_files(self):
        for version, s in self.each():
            for n, how in enumerate((0, EXCL, TRUNC)):
                self.make(s, "f%d" % n, 0o640, WRITE | CREAT | how)
                self.assertEqual(self.group("f%d" % n), GIVEN)
                self.assertEqual(self.mode("f%d" % n), 0o640)

    def test_directories_and_links(self):
        for version, s in self.each():
            self.mkdir(s, "d", 0o750)
            self.assertEqual((self.group("d"), self.mode("d")),
                             (GIVEN, 0o750))
            if version == 6:
                self.assert_status(s.call("link", "l", "none", True), OK)
            else:
                self.assert_status(s.call("symlink", "none", "l"), OK)
            self.assertEqual(self.group("l"), GIVEN)

    def test_copies(self):
        for version, s in self.each():
            self.make(s, "f", 0o600)
            os.chown(self.path("f"), -1, os.getgid())
            self.assert_status(s.call("copy-file", "f", "g", False), OK)
            self.assertEqual(self.group("g"), GIVEN)

    def test_temporary_folders(self):
        s = self.start("files.group=%d" % GIVEN,
                       env={"TMPDIR": self.dir})
        made = s.call("make-temp-folder").names[0][0]
        self.assertEqual(os.stat(made).st_gid, GIVEN)

    def test_uploads(self):
        """A temporary file has the group from the start; one that replaces a
        file has that file's."""
        for version, s in self.each("files.atomic=yes"):
            h = self.open(s, "f")
            part, = os.listdir(self.dir)
            self.assertEqual(self.group(part), GIVEN)
            self.assert_status(s.call("close", h), OK)
            self.assertEqual(self.group("f"), GIVEN)
            own = os.stat(self.path("f")).st_uid
            mine = 65534 if ROOT else os.getgid()
            os.chown(self.path("f"), own, mine)
            self.assert_status(
                s.call("close", self.open(s, "f", WRITE | CREAT | TRUNC)), OK)
            self.assertEqual(self.group("f"), mine)

    def test_behind_a_link(self):
        for version, s in self.each():
            os.symlink("target", self.path("l"))
            self.open(s, "l")
            self.assertEqual(self.group("target"), GIVEN)

    def test_what_exists_keeps_its_group(self):
        for version, s in self.each():
            self.put("f", 0o666)
            self.open(s, "f", WRITE | CREAT | TRUNC)
            self.assertNotEqual(self.group("f"), GIVEN)

    def test_modes(self):
        """chown(2) clears set-id bits; the client, and set, still have them."""
        for version, s in self.each():
            self.make(s, "f", 0o6755)
            self.assertEqual(self.mode("f"), 0o6755)
        for version, s in self.each("files.mode=set=0020",
                                    "files.dir_mode=set=2070"):
            self.assertEqual(self.make(s, "f", 0o600), 0o620)
            self.assertEqual(self.mkdir(s, "d", 0o700), 0o2770)

    def test_the_policy_comes_before_the_client(self):
        """A client of version 4 or later can ask for a group."""
        mine = str(65534 if ROOT else os.getgid())
        user = "nobody" if ROOT else str(os.getuid())
        for version, s in self.each():
            if version > 3:
                self.make(s, "f", 0o600, owner=user, group=mine)
                self.assertEqual(self.group("f"), GIVEN)

    def test_of_a_path(self):
        os.mkdir(self.path("in"))
        os.chmod(self.path("in"), 0o777)
        policy = self.path("policy")
        with open(policy, "w") as out:
            out.write('rules = ( { paths = ( { match = "%s/in"; '
                      'files = { group = "%d"; }; } ); } );'
                      % (os.path.realpath(self.dir), GIVEN))
        # A policy must be in a directory that nobody else can change.
        os.chmod(self.dir, 0o755)
        s = sw.Session([SERVER, "-F", policy], cwd=self.dir, user="nobody",
                       groups=[GIVEN])
        self.addCleanup(s.destroy)
        s.init(3)
        os.chmod(self.dir, 0o777)
        self.make(s, "in/f")
        self.make(s, "f")
        self.mkdir(s, "in/d")
        self.assertEqual([self.group(f) for f in ("in/f", "in/d")],
                         [GIVEN, GIVEN])
        self.assertNotEqual(self.group("f"), GIVEN)


class Errors(ModesTest):
    def run_server(self, *args):
        def become_nobody():
            if ROOT:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
        return subprocess.run([SERVER, *args], stdin=subprocess.DEVNULL,
                              capture_output=True, cwd="/",
                              preexec_fn=become_nobody)

    def test_unknown_and_foreign(self):
        for group, why in (("no-such-group", b"there is no group"),
                           ("4000000000", b"is not in the group")):
            for check in (["-t"], ["-T"], ["-e"]):
                with self.subTest(group=group, check=check):
                    r = self.run_server("-o", "files.group=" + group, *check)
                    self.assertEqual(r.returncode, 78, r.stderr)
                    self.assertIn(b"-o: files.group: ", r.stderr)
                    self.assertIn(why, r.stderr)

    def test_of_another_user(self):
        """-C names the user whose groups count."""
        args = ["-T", "-C", "user=root", "-o", "files.group=4000000000"]
        self.assertEqual(self.run_server(*args).returncode, 0)
        args[2] = "user=nobody"
        r = self.run_server(*args)
        self.assertEqual(r.returncode, 78)
        self.assertIn(b"nobody is not in the group", r.stderr)


if __name__ == "__main__":
    unittest.main()
