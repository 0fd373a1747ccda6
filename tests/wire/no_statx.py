# SPDX-License-Identifier: ISC
"""Sessions on a kernel without statx(2), for which the C library asks by
another call: the directory of an upload is known by device and inode there,
too. $SERVER is the server.
"""

import os
import unittest

from session import BUILD, SessionTest
from sftpwire import CREAT, TRUNC, WRITE

WITHOUT = os.path.join(BUILD, "tests", "without")
OK = 0


@unittest.skipUnless(os.path.exists(WITHOUT), "the helper was not built")
class NoStatx(SessionTest):
    def on_old_kernel(self, *settings):
        options = [w for s in settings for w in ("-o", s)]
        return self.session("-e", "-l", "INFO", *options,
                            under=(WITHOUT, "statx", "--"))

    def get(self, name):
        with open(os.path.join(self.dir, name), "rb") as file:
            return file.read()

    def test_upload_that_is_not_seen_before(self):
        for atomic in "yes", "keep":
            for before in (b"old", None):
                if before is not None:
                    self.put("f", before)
                s = self.on_old_kernel("files.atomic=" + atomic)
                h = s.call("open", "f", WRITE | CREAT | TRUNC, {}).handle
                self.assert_status(s.call("write", h, 0, b"upload"), OK)
                self.assertEqual(s.call("stat", "f").attrs["size"], 6)
                if before is None:
                    self.assertNotIn("f", os.listdir(self.dir))
                else:
                    self.assertEqual(self.get("f"), before)
                self.assert_status(s.call("close", h), OK)
                self.assertEqual(self.get("f"), b"upload")
                self.assertEqual(s.finish(), 0, s.stderr())
                self.assertEqual(os.listdir(self.dir), ["f"])
                os.unlink(os.path.join(self.dir, "f"))

    def test_upload_under_another_name(self):
        s = self.on_old_kernel("files.atomic=yes")
        h = s.call("open", "temporary", WRITE | CREAT, {}).handle
        self.assert_status(s.call("write", h, 0, b"upload"), OK)
        self.assert_status(s.call("rename", "temporary", "final"), OK)
        self.assert_status(s.call("close", h), OK)
        self.assertEqual(s.finish(), 0, s.stderr())
        self.assertEqual(os.listdir(self.dir), ["final"])
        self.assertEqual(self.get("final"), b"upload")


del SessionTest			# or it would run here as well


if __name__ == "__main__":
    unittest.main()
