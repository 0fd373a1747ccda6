# SPDX-License-Identifier: ISC
"""Sessions where no /proc is mounted: what they need of it they do otherwise.
$SERVER is the server.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

from escape import can_unshare
from jail import BUILD, NOBODY, SERVER, Jail, Watched, reading, writing

WITHOUT = os.path.join(BUILD, "tests", "without")
OK, MISSING, DENIED = 0, 2, 3


@unittest.skipUnless(can_unshare(), "takes root, and a mount namespace")
class NoProc(Jail):
    POLICY = b"""rules = ( { paths = (
        { match = "/dir/deep"; rights = ( "list", "stat" ); },
        { match = "/hidden"; hide = "f"; } ); } );\n"""

    def setUp(self):
        super().setUp()
        # A policy that a user could write would be none.
        self.etc = tempfile.mkdtemp(prefix="wire.")
        self.addCleanup(shutil.rmtree, self.etc)
        os.chmod(self.etc, 0o755)
        self.policy = os.path.join(self.etc, "policy")
        with open(self.policy, "wb") as f:
            f.write(self.POLICY)

    def sessions(self, *options, versions=(3, 6)):
        """By openat2(2), without it, and on an old kernel altogether."""
        self.needs(WITHOUT)
        for lacks in ((), ("openat2",), ("openat2", "fchmodat2")):
            for version in versions:
                self.contents(("l", "f"), ("out", "../outside/secret"))
                self.make("jail/hidden/f")
                self.own()
                before = [WITHOUT, *lacks, "--"] if lacks else []
                s = Watched(
                    ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc "
                     '&& exec setpriv "$@"', "sh", "--reuid", "nobody",
                     "--regid", str(NOBODY.pw_gid), "--clear-groups", "--"]
                    + before + [SERVER, "-o", "root=" + self.jail]
                    + list(options), cwd="/", up_to=version)
                self.addCleanup(s.destroy)
                s.init(version)
                try:
                    yield version, s
                except GeneratorExit:
                    print("version %d, without /proc and %s"
                          % (version, lacks))
                    raise
                self.assertEqual(s.finish(), 0, s.stderr())
                self.assert_untouched()

    def test_proc_is_not_there(self):
        r = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs none "
                            "/proc && test ! -e /proc/self"], check=False)
        self.assertEqual(r.returncode, 0)

    def test_files(self):
        for version, s in self.sessions():
            for name in "f", "l":
                self.assertEqual(s.call("stat", name).attrs["size"], 6)
                h = s.call("open", name, *writing(version), {}).handle
                self.assertEqual(s.call("read", h, 0, 9).data, b"inside")
                self.assert_status(s.call("fsetstat", h, {
                    "permissions": 0o610}), OK)
                self.assert_status(s.call("close", h), OK)
            self.assert_status(s.call("stat", "out"), MISSING)
            self.assertEqual(s.call("readlink", "l").names[0][0], b"f")
            self.assertEqual(s.call("realpath", "l").names[0][0],
                             b"/l" if version == 6 else b"/f")

    def test_attributes_through_a_link(self):
        path = self.path("jail/f")
        for version, s in self.sessions():
            owner = {"uid": NOBODY.pw_uid, "gid": NOBODY.pw_gid} \
                if version == 3 else {"owner": "nobody", "group": ""}
            for attrs in ({"permissions": 0o601}, {"atime": 5, "mtime": 6},
                          owner, {"size": 3}):
                self.assert_status(s.call("setstat", "l", attrs), OK)
                if "mtime" in attrs:
                    self.assertEqual(os.stat(path).st_mtime, 6)
            st = os.stat(path)
            self.assertEqual((st.st_mode & 0o7777, st.st_size), (0o601, 3))
            # A directory that is opened as a whole.
            self.assert_status(s.call("setstat", "dir/.", {
                "permissions": 0o711}), OK)
            st = os.stat(self.path("jail/dir"))
            self.assertEqual(st.st_mode & 0o7777, 0o711)
            self.assertTrue(os.path.islink(self.path("jail/l")))
            self.assert_status(s.call("lsetstat@openssh.com", "l", {
                "atime": 7, "mtime": 8}), OK)
            self.assertEqual(os.lstat(self.path("jail/l")).st_mtime, 8)

    def test_names(self):
        for version, s in self.sessions():
            flags = () if version == 3 else (0,)
            self.assert_status(s.call("rename", "f", "dir/g", *flags), OK)
            self.assert_status(s.call("rename", "dir/g", "f", *flags), OK)
            self.assert_status(s.call("mkdir", "dir/new", {}), OK)
            self.assert_status(s.call("rename", "dir", "d", *flags), OK)
            h = s.call("opendir", "d").handle
            self.assertEqual({n[0] for n in s.call("readdir", h).names},
                             {b".", b"..", b"deep", b"new"})
            self.assert_status(s.call("rmdir", "d/new"), OK)

    def test_uploads(self):
        """New ones, and in place of a file, whose rights they get; also
        where the directory was renamed meanwhile."""
        for how in "yes", "keep":
            for version, s in self.sessions("-o", "files.atomic=" + how):
                flags = (0x1a, {}) if version == 3 else (2, 1, {})
                os.chmod(self.path("jail/f"), 0o604)
                for name in "f", "l", "new", "dir/new":
                    h = s.call("open", name, *flags).handle
                    self.assert_status(s.call("write", h, 0, b"upload"), OK)
                    if name == "new":
                        self.assertFalse(os.path.exists(
                            self.path("jail/new")))
                    if name == "dir/new":
                        self.assert_status(s.call(
                            "rename", "dir", "d",
                            *[0] * (version > 4)), OK)
                        name = "d/new"
                    self.assert_status(s.call("close", h), OK)
                    with open(self.path("jail/" + name), "rb") as f:
                        self.assertEqual(f.read(), b"upload")
                mode = os.stat(self.path("jail/f")).st_mode
                self.assertEqual(mode & 0o777, 0o604)
                self.assertNotIn(b"in place", s.stderr())

    def test_upload_whose_directory_another_renames(self):
        """The directory cannot be found: CLOSE fails, and nothing
        is left."""
        for version, s in self.sessions("-o", "files.atomic=keep"):
            flags = (0x1a, {}) if version == 3 else (2, 1, {})
            h = s.call("open", "dir/new", *flags).handle
            self.assert_status(s.call("write", h, 0, b"upload"), OK)
            before = os.listdir(self.path("jail/dir"))
            os.rename(self.path("jail/dir"), self.path("jail/d"))
            self.assert_status(s.call("close", h), MISSING)
            after = os.listdir(self.path("jail/d"))
            self.assertEqual(len(after), len(before) - 1)
            self.assertFalse([n for n in after if n.startswith(".slipway")])

    def test_rules_on_paths(self):
        """They go by resolved names, which the walk tells."""
        for version, s in self.sessions("-F", self.policy):
            os.symlink("dir/deep", self.path("jail/way"))
            for path in "dir/deep/f", "way/f", "dir/../way/f":
                self.assertIn("attrs", str(s.call("stat", path)))
                self.assert_status(
                    s.call("open", path, *reading(version), {}), DENIED)
                self.assert_status(
                    s.call("setstat", path, {"permissions": 0o600}), DENIED)
                self.assert_status(s.call("remove", path), DENIED)
            for path in "hidden/f", "dir/../hidden/f":
                self.assert_status(s.call("stat", path), MISSING)
            self.assertEqual(
                s.call("open", "l", *reading(version), {}).kind, "handle")
