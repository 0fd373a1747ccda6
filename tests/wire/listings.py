# SPDX-License-Identifier: ISC
"""Listings that are open while their directory is renamed and handles let go:
each name comes once, and the session keeps no more than 16 MiB of them.
$SERVER is the server.
"""

import os
import unittest

import mounts
from session import SessionTest, sanitized

EOF, OK = 1, 0
MANY = 3000
LONG = "x" * 200


class Listings(SessionTest):
    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.dir, "top", "d"))

    def fill(self, count, tail=LONG):
        self.all = sorted([".", ".."] + ["%05d%s" % (i, tail)
                                         for i in range(count)])
        for name in self.all[2:]:
            self.put("top/d/" + name)

    def begin(self, count, handles="reopen", version=3):
        """A session with so many listings, of which each has begun."""
        s = self.session("-o", "rename.when=always",
                         "-o", "rename.open_handles=" + handles,
                         version=version)
        listings = []
        for _ in range(count):
            handle = s.call("opendir", "top/d").handle
            listings.append((handle, self.some(s, handle)))
        return s, listings

    def some(self, s, handle):
        return [n[0].decode() for n in s.call("readdir", handle).names]

    def check_rest(self, s, handle, names):
        """The other names, and then the end, again and again."""
        reply = s.call("readdir", handle)
        while reply.kind == "name":
            names += [n[0].decode() for n in reply.names]
            reply = s.call("readdir", handle)
        self.assert_status(reply, EOF)
        self.assert_status(s.call("readdir", handle), EOF)
        self.assertTrue(sorted(names) == self.all, len(names))
        self.assert_status(s.call("close", handle), OK)

    def test_memory(self):
        """Of 80, with 56 MiB of names; each was read whole."""
        self.fill(MANY)
        s, listings = self.begin(80)
        before = s.rss_peak()
        self.assert_status(s.call("rename", "top", "moved"), OK)
        if not sanitized():
            self.assertLess(s.rss_peak(), before + (18 << 10))
        # The first were kept, the last were not; then there is room again.
        for at in (0, 79, 40, 1, 78):
            self.check_rest(s, *listings[at])
        self.assert_status(s.call("rename", "moved", "again"), OK)
        for at in (2, 77, 39):
            self.check_rest(s, *listings[at])
        if not sanitized():
            self.assertLess(s.rss_peak(), before + (18 << 10))
        self.assertEqual(s.finish(), 0)

    def test_every_handle_for_good(self):
        """As test_memory, with handles that do not come back."""
        self.fill(MANY)
        s, listings = self.begin(40, "close")
        self.assert_status(s.call("rename", "top", "moved"), OK)
        for at in (0, 39):
            self.check_rest(s, *listings[at])
        self.assertEqual(s.finish(), 0)

    def test_opened_again_by_another_request(self):
        """FSETSTAT of version 6 does. The listing goes on where it was, and not
        at the beginning."""
        self.fill(MANY)
        s, listings = self.begin(40, version=6)
        self.assert_status(s.call("rename", "top", "moved", 0), OK)
        for at in (0, 38, 39):
            handle, names = listings[at]
            names += self.some(s, handle)
            self.assertNotEqual(s.call("fsetstat", handle, {"size": 0}).code,
                                OK)
            if at != 38:
                names += self.some(s, handle)
        self.assert_status(s.call("rename", "moved", "again", 0), OK)
        for at in (0, 38, 39):
            self.check_rest(s, *listings[at])
        self.assertEqual(s.finish(), 0)

    def test_by_sshfs(self):
        """A directory of sshfs 3.7 that is opened again cannot be read from its
        middle: sshfs ends by an assertion."""
        server, reason = mounts.openssh_server(), mounts.Sshfs.unusable()
        if reason or server is None:
            self.skipTest(reason or "OpenSSH's server is not installed")
        self.fill(MANY)
        mount = mounts.Sshfs(self.dir, server)
        self.addCleanup(mount.unmount)
        self.dir = mount.path
        for version in (3, 6):
            flags = [0] * (version > 4)
            s, listings = self.begin(30, version=version)
            self.assert_status(s.call("rename", "top", "moved", *flags), OK)
            for at in (0, 29):
                handle, names = listings[at]
                if version > 3:		# opens the directory again
                    self.assertNotEqual(s.call("fsetstat", handle,
                                               {"size": 0}).code, OK)
                self.check_rest(s, handle, names)
            self.assert_status(s.call("rename", "moved", "top", *flags), OK)
            self.assertEqual(s.finish(), 0)

    def test_removed(self):
        """Entries that were not read before their directory was removed are
        not listed."""
        self.fill(MANY)
        s, listings = self.begin(40)
        self.assert_status(s.call("rename", "top", "moved"), OK)
        for name in self.all[2:]:
            os.unlink(os.path.join(self.dir, "moved/d", name))
        os.rmdir(os.path.join(self.dir, "moved/d"))
        for handle, _ in listings:
            reply = s.call("readdir", handle)
            while reply.kind == "name":
                reply = s.call("readdir", handle)
            self.assert_status(reply, EOF)
        self.assertEqual(s.finish(), 0)


if __name__ == "__main__":
    unittest.main()
