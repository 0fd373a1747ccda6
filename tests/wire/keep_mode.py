# SPDX-License-Identifier: ISC
"""rename.keep_mode: a file that a RENAME puts in the place of another has the
mode, group and ACL of that. $SERVER is the server, $DIR a directory on a file
system with ACLs.
"""

import os
import stat
import subprocess
import unittest

import sftpwire as sw
from group import GIVEN, ROOT
from modes import ModesTest, needs_acls
from session import SERVER
from sftpwire import CREAT, TRUNC, WRITE
from versions import ALL

OK, DENIED, OVERWRITE = 0, 3, 1
NOBODY = 65534 if ROOT else os.getuid()
OWN = 65534 if ROOT else os.getgid()


class KeepMode(ModesTest):
    def start(self, *options, version=3, groups=None, user="nobody"):
        args = [w for o in options for w in ("-o", o)]
        os.chmod(self.dir, 0o777)
        session = sw.Session([SERVER, "-e", "-l", "INFO"] + args,
                             cwd=self.dir, up_to=version, user=user,
                             groups=[GIVEN] if groups is None else groups)
        self.addCleanup(session.destroy)
        session.init(version)
        return session

    def each(self, *options, keep="true", **kwargs):
        """A session in each version, in an empty directory, with a file to
        replace and one to replace it."""
        for version in ALL:
            self.doCleanups()
            self.setUp()
            self.make_file("old", 0o640)
            self.make_file("new", 0o604)
            with self.subTest(version=version, options=options):
                yield version, self.start("rename.keep_mode=" + keep,
                                          *options, version=version, **kwargs)

    def make_file(self, name, mode, gid=OWN):
        with open(self.path(name), "w") as out:
            out.write(name)
        os.chown(self.path(name), NOBODY, gid)
        os.chmod(self.path(name), mode)

    def seen(self, name):
        st = os.stat(self.path(name))
        with open(self.path(name)) as file:
            return file.read(), stat.S_IMODE(st.st_mode), st.st_gid

    def ways(self, version):
        """The requests that replace."""
        yield "posix-rename@openssh.com", "new", "old"
        if version > 4:
            yield "rename", "new", "old", OVERWRITE

    def test_mode(self):
        for version, s in self.each():
            for ask in self.ways(version):
                self.make_file("new", 0o604)
                self.assert_status(s.call(*ask), OK)
                self.assertEqual(self.seen("old"), ("new", 0o640, OWN))

    def test_not_asked_for(self):
        for version, s in self.each(keep="false"):
            for ask in self.ways(version):
                self.make_file("new", 0o604)
                self.assert_status(s.call(*ask), OK)
                self.assertEqual(self.seen("old"), ("new", 0o604, OWN))

    def test_forced(self):
        """A plain RENAME that replaces by rename.overwrite, and one that finds
        nothing to replace."""
        for version, s in self.each("rename.overwrite=always"):
            flags = [0] * (version > 4)
            self.assert_status(s.call("rename", "new", "old", *flags), OK)
            self.assertEqual(self.seen("old"), ("new", 0o640, OWN))
            self.make_file("new", 0o604)
            self.assert_status(s.call("rename", "new", "free", *flags), OK)
            self.assertEqual(self.seen("free"), ("new", 0o604, OWN))

    @unittest.skipIf(GIVEN is None, "this user is in one group only")
    def test_group(self):
        for version, s in self.each():
            self.make_file("old", 0o660, GIVEN)
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assertEqual(self.seen("old"), ("new", 0o660, GIVEN))

    @unittest.skipUnless(ROOT, "takes root, to make files of another group")
    def test_group_of_others(self):
        """One that cannot be given: the group of the file has no more rights
        than anybody."""
        for version, s in self.each(groups=[]):
            self.make_file("old", 0o664, GIVEN)
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assertEqual(self.seen("old"), ("new", 0o644, OWN))

    @unittest.skipUnless(ROOT, "takes root, to make files of another user")
    def test_owner(self):
        """The owner does not change. The mode of another user's old file is
        kept; that of another user's new file is not set."""
        for user, owner in (("root", 0), ("nobody", 65534)):
            for version, s in self.each(user=user):
                os.chown(self.path("old"), 12345, OWN)
                os.chown(self.path("new"), owner, OWN)
                self.assert_status(s.call(*next(self.ways(version))), OK)
                self.assertEqual(self.seen("old"), ("new", 0o640, OWN))
                self.assertEqual(os.stat(self.path("old")).st_uid, owner)
        for version, s in self.each():
            os.chown(self.path("new"), 12345, 12345)
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assertEqual(self.seen("old"), ("new", 0o604, 12345))
            self.assertIn(b"is not kept: Operation not permitted", s.stderr())

    def test_unreadable(self):
        for version, s in self.each():
            self.make_file("new", 0o200)
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assertEqual(self.mode("old"), 0o640)

    def test_failure(self):
        """A file that keeps its name keeps its mode."""
        for version, s in self.each():
            os.mkdir(self.path("d"))
            self.make_file("d/old", 0o640)
            os.chown(self.path("d"), NOBODY, OWN)
            os.chmod(self.path("d"), 0o555)
            if os.access(self.path("d"), os.W_OK) and not ROOT:
                self.skipTest("a directory that cannot be written is needed")
            reply = s.call("posix-rename@openssh.com", "new", "d/old")
            os.chmod(self.path("d"), 0o755)
            self.assert_status(reply, DENIED)
            self.assertEqual(self.seen("new"), ("new", 0o604, OWN))

    def test_set_id(self):
        """Restricted sessions give no set-id bits in this way either."""
        for options, want in (([], 0o6755), (["access.deny=mkdir"], 0o755)):
            for version, s in self.each(*options):
                self.make_file("old", 0o6755)
                self.assert_status(s.call(*next(self.ways(version))), OK)
                self.assertEqual(self.mode("old"), want)

    @needs_acls
    def test_acl(self):
        for version, s in self.each():
            subprocess.run(["setfacl", "-m", "u:12345:rw",
                            self.path("old")], check=True)
            before = os.getxattr(self.path("old"), "system.posix_acl_access")
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assertEqual(before, os.getxattr(self.path("old"),
                                                 "system.posix_acl_access"))
            self.make_file("new", 0o600)
            subprocess.run(["setfacl", "-b", self.path("old")], check=True)
            subprocess.run(["setfacl", "-m", "u:12345:rw",
                            self.path("new")], check=True)
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assertNotIn("system.posix_acl_access",
                             os.listxattr(self.path("old")))

    def test_links_and_directories(self):
        """Only a file that replaces another file gets its mode."""
        for version, s in self.each():
            os.symlink("new", self.path("l"))
            self.assert_status(
                s.call("posix-rename@openssh.com", "new", "l"), OK)
            self.assertEqual(self.seen("l"), ("new", 0o604, OWN))
            os.link(self.path("l"), self.path("same"))
            self.assert_status(
                s.call("posix-rename@openssh.com", "l", "same"), OK)
            self.assertEqual(self.mode("same"), 0o604)
            for name, mode in ("d", 0o700), ("e", 0o755):
                os.mkdir(self.path(name), mode)
                os.chown(self.path(name), NOBODY, OWN)
            self.assert_status(
                s.call("posix-rename@openssh.com", "d", "e"), OK)
            self.assertEqual(self.mode("e"), 0o700)

    def test_open(self):
        """sshfs renames before it closes."""
        for version, s in self.each():
            h = self.open(s, "new", WRITE)
            self.assert_status(s.call(*next(self.ways(version))), OK)
            self.assert_status(s.call("write", h, 0, b"new"), OK)
            self.assert_status(s.call("close", h), OK)
            self.assertEqual(self.seen("old"), ("new", 0o640, OWN))

    def test_uploads(self):
        """With files.atomic: a RENAME before the close; and the close, which
        leaves a mode that the client has set meanwhile."""
        for version, s in self.each("files.atomic=yes"):
            h = self.open(s, "part", attrs={"permissions": 0o604})
            self.assert_status(s.call("write", h, 0, b"x"), OK)
            self.assert_status(
                s.call("posix-rename@openssh.com", "part", "old"), OK)
            self.assertEqual(self.seen("old"), ("x", 0o640, OWN))
            self.assert_status(s.call("close", h), OK)
            h = self.open(s, "old", WRITE | CREAT | TRUNC)
            self.assert_status(s.call("close", h), OK)
            self.assertEqual(self.mode("old"), 0o640)
            h = self.open(s, "old", WRITE | CREAT | TRUNC)
            self.assert_status(
                s.call("fsetstat", h, {"permissions": 0o600}), OK)
            self.assert_status(s.call("close", h), OK)
            self.assertEqual(self.mode("old"), 0o600)

    def test_of_a_path(self):
        for name in "in", "out":
            os.mkdir(self.path(name))
            os.chown(self.path(name), NOBODY, OWN)
            self.make_file(name + "/old", 0o640)
            self.make_file(name + "/new", 0o604)
        policy = self.path("policy")
        with open(policy, "w") as out:
            out.write('rules = ( { paths = ( { match = "%s/in"; '
                      'rename = { keep_mode = true; }; } ); } );'
                      % os.path.realpath(self.dir))
        # A policy and its directory must be safe from changes by others.
        os.chmod(policy, 0o644)
        os.chmod(self.dir, 0o755)
        s = sw.Session([SERVER, "-F", policy], cwd=self.dir, user="nobody")
        self.addCleanup(s.destroy)
        s.init(3)
        for name, mode in ("in", 0o640), ("out", 0o604):
            self.assert_status(s.call("posix-rename@openssh.com",
                                      name + "/new", name + "/old"), OK)
            self.assertEqual(self.mode(name + "/old"), mode)


if __name__ == "__main__":
    unittest.main()
