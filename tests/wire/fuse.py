# SPDX-License-Identifier: ISC
"""Habits of file systems in FUSE: some have no hard links and no
RENAME_NOREPLACE, some know files by their names only. refusefs has an option
for each habit; bindfs is one that knows files by name.
"""

import os
import shutil
import tempfile
import unittest

from sftpwire import CREAT, EXCL, OK, READ, WRITE
import mounts
import sftpwire as sw

SERVER = os.environ.get("SERVER") or os.path.join(mounts.BUILD, "sftp-server")
FAILURE = 4


class FuseTest(unittest.TestCase):
    """A directory and, with show(), a file system that shows it."""

    def setUp(self):
        self.source = tempfile.mkdtemp(prefix="wire-fuse.")
        self.addCleanup(shutil.rmtree, self.source)

    def show(self, kind, *args):
        reason = kind.unusable()
        if reason:
            self.skipTest(reason)
        mount = kind(self.source, *args)
        self.addCleanup(mount.unmount)
        self.mount = mount.path

    def put(self, name, content=b""):
        with open(os.path.join(self.source, name), "wb") as out:
            out.write(content)

    def text(self, name):
        with open(os.path.join(self.source, name), "rb") as file:
            return file.read()

    def names(self):
        return sorted(os.listdir(self.source))

    def session(self, *settings, version=3):
        words = [word for setting in settings for word in ("-o", setting)]
        s = sw.Session([SERVER, "-e", "-l", "INFO"] + words, cwd=self.mount,
                       up_to=version)
        self.addCleanup(s.destroy)
        s.init(version)
        return s

    def expect(self, s, code, *request):
        self.assertEqual(s.call(*request).code, code, request)

    def upload(self, s, name, content, flags=CREAT | WRITE):
        h = s.call("open", name, flags, {}).handle
        self.expect(s, OK, "write", h, 0, content)
        self.expect(s, OK, "close", h)


class NoLinks(FuseTest):
    """Neither RENAME_NOREPLACE nor hard links, as in mounts by rclone."""

    def each_session(self, *settings):
        for error in "EIO", "EPERM", "EOPNOTSUPP":
            self.show(mounts.Refusefs, "errno=none,noflags,nolink=" + error)
            yield self.session(*settings)

    def test_rename(self):
        for s in self.each_session():
            self.put("old", b"old")
            self.put("new", b"new")
            self.expect(s, FAILURE, "rename", "old", "new")
            self.assertEqual(self.text("new"), b"new")
            os.unlink(os.path.join(self.source, "new"))
            self.expect(s, OK, "rename", "old", "new")
            self.assertEqual(self.names(), ["new"])
            self.assertEqual(self.text("new"), b"old")

    def test_upload_of_a_new_file(self):
        """What OPEN makes with EXCL gets its name at CLOSE."""
        for s in self.each_session("files.atomic=yes"):
            self.upload(s, "new", b"data", CREAT | WRITE | EXCL)
            self.assertEqual(self.names(), ["new"])
            self.assertEqual(self.text("new"), b"data")
            h = s.call("open", "other", CREAT | WRITE | EXCL, {}).handle
            self.put("other", b"somebody else's")
            self.expect(s, FAILURE, "close", h)
            self.assertEqual(self.text("other"), b"somebody else's")
            self.assertEqual(self.names(), ["new", "other"])
            for name in self.names():
                os.unlink(os.path.join(self.source, name))


class ByName(FuseTest):
    def test_rename_of_a_file_that_is_being_written(self):
        """The new name has what WRITE brought behind RENAME at once."""
        self.show(mounts.Bindfs)
        s = self.session()
        h = s.call("open", "old", CREAT | WRITE | READ, {}).handle
        self.expect(s, OK, "write", h, 0, b"x" * 1000)
        self.expect(s, OK, "rename", "old", "new")
        for i in range(1, 20):
            self.expect(s, OK, "write", h, i * 1000, b"x" * 1000)
        self.expect(s, OK, "close", h)
        self.assertEqual(s.call("stat", "new").attrs["size"], 20000)
        self.assertEqual(self.names(), ["new"])


if __name__ == "__main__":
    unittest.main()
