# SPDX-License-Identifier: ISC
"""Sessions that go on where something does not: no file, no system call and
no long request makes one hang. $SERVER is the
server.
"""

import errno
import os
import struct
import subprocess
import unittest

from homes import UNSHARE
from session import SERVER, SessionTest
from sftpwire import APPEND, CREAT, READ, WRITE, Session

OK, EOF, FAILURE = 0, 1, 4
WITHOUT = os.path.join(os.environ.get("BUILD", os.path.dirname(SERVER)),
                       "tests", "without")


class Stuck(SessionTest):
    def path(self, name):
        return os.path.join(self.dir, name)

    def session_where(self, *calls, args=(), version=3):
        """A session where system calls answer so: NAME=ERRNO."""
        s = Session([WITHOUT, *calls, "--", SERVER, *args], cwd=self.dir)
        self.addCleanup(s.destroy)
        s.init(version)
        return s

    def test_writes_that_write_nothing(self):
        """pwrite(2) returns 0, as on a FUSE mount with direct I/O, or is
        interrupted each time: an error, of this request alone."""
        self.put("from", b"0123456789")
        for error in 0, errno.EINTR:
            for flags in WRITE | CREAT, WRITE | CREAT | APPEND:
                s = self.session_where(
                    "copy_file_range",
                    *["%s=%d" % (call, error) for call in
                      ("pwrite64", "pwritev")])
                handle = s.call("open", "f", flags, {}).handle
                source = s.call("open", "from", READ, {}).handle
                ids = [s.start("write", handle, off, b"1234")
                       for off in range(0, 40, 4)]
                for _ in ids:
                    self.assert_status(s.result(), FAILURE)
                self.assert_status(s.call("copy-data", source, 0, 0, handle,
                                          0), FAILURE)
                self.assert_status(s.call("copy-file", "from", "to", 0),
                                   FAILURE)
                self.assertFalse(os.path.exists(self.path("to")))
                self.assert_status(s.call("write", handle, 0, b""), OK)
                self.assert_status(s.call("close", handle), OK)
                self.assertEqual(s.finish(), 0)
                self.assertEqual(os.path.getsize(self.path("f")), 0)

    def test_listings_without_entries(self):
        """Entries that are passed over: the client is looked at between."""
        os.mkdir(self.path("d"))
        for i in range(10000):
            self.put("d/hidden%d" % i)
        self.put("d/seen")
        for version in 3, 6:
            s = self.session("-o", "files.hide=hidden*", version=version)
            handle = s.call("opendir", "d").handle
            names = []
            while (reply := s.call("readdir", handle)).kind == "name":
                names += [n[0] for n in reply.names]
            self.assert_status(reply, EOF)
            self.assertEqual(sorted(names), [b".", b"..", b"seen"])
            self.assertEqual(s.finish(), 0)

    def test_a_time_zone_that_is_no_file(self):
        """AcceptEnv may let a client choose it. Opening a FIFO would wait."""
        os.mkfifo(self.path("fifo"))
        os.symlink("fifo", self.path("link"))
        zones = [{"TZ": start + self.path(name)}
                 for start in ("", ":", "//") for name in ("fifo", "link")]
        zones += [{"TZ": "fifo", "TZDIR": self.dir},
                  {"TZ": "../../.." + self.path("fifo"),
                   "TZDIR": "/usr/share/zoneinfo"},
                  {"TZ": "/dev/zero"}, {"TZ": "/"}, {"TZ": ""}, {"TZ": ":"}]
        for env in zones:
            for args in (), ("-o", "access.rights=list,stat"):
                with self.subTest(env=env, args=args):
                    s = self.session(*args, env=env)
                    handle = s.call("opendir", ".").handle
                    self.assertEqual(s.call("readdir", handle).kind, "name")
                    self.assertEqual(s.finish(), 0)

    def test_names_of_many_ids(self):
        """Looked up in steps: a signal is heeded between them."""
        ids = struct.pack(">32000I", *range(2000000000, 2000032000))
        s = self.session("-e", "-l", "DEBUG3")
        logged = len(s.stderr())
        s.start("users-groups-by-id@openssh.com", ids, b"")
        s.wait_for_sign(logged)
        s.child.terminate()
        self.assertEqual(s.wait(), 0)
        looked_up = s.stderr().count(b"get_users_groups_by_id: uid ")
        self.assertGreater(looked_up, 0)
        self.assertLess(looked_up, 32000)

    def explain(self, files, policy):
        """-T -C user=many, with these files for /etc; -> what it prints."""
        files["passwd"] = "root:x:0:0::/:/bin/sh\nmany:x:4242:1::/:/bin/sh\n"
        files["nsswitch.conf"] = "passwd: files\ngroup: files\n"
        os.makedirs(self.path("etc"), exist_ok=True)
        for name, text in files.items():
            self.put("etc/" + name, text.encode())
        self.put("policy", policy)
        r = subprocess.run(
            [*UNSHARE, "sh", "-c", "mount --bind '%s' /etc && exec \"$@\""
             % self.path("etc"), "sh", SERVER, "-T", "-C", "user=many",
             "-F", self.path("policy")], timeout=60, capture_output=True,
            check=False)
        self.assertEqual(r.returncode, 0, r.stderr)
        return r.stdout

    @unittest.skipUnless(UNSHARE, "takes root, and a mount namespace")
    def test_a_user_of_65536_groups(self):
        """-T looks their names up together. It took minutes before."""
        files = {"group": "".join("group%d:x:%d:many\nalias%d:x:%d:many\n"
                                  % (n, n, n, n) for n in range(1, 65537))}
        self.assertIn(b'start_dir "/right"', self.explain(files, b"""rules = (
            { match = { group = "alias65536"; }; start_dir = "/wrong"; },
            { match = { group = "group65536"; }; start_dir = "/right"; } );"""))

    @unittest.skipUnless(UNSHARE, "takes root, and a mount namespace")
    def test_groups_that_no_rule_asks_for(self):
        """-T does not look for them: who reads this file waits for ever."""
        os.mkdir(self.path("etc"))
        os.mkfifo(self.path("etc/group"))
        self.assertIn(b'start_dir "/right"', self.explain(
            {}, b'rules = ( { start_dir = "/right"; } );'))
