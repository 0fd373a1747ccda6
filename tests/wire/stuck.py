# SPDX-License-Identifier: ISC
"""Sessions that go on where something does not: no file, no system call and
no long request makes one hang. $SERVER is the
server.
"""

import os

from session import SessionTest

OK = 0


class Stuck(SessionTest):
    def path(self, name):
        return os.path.join(self.dir, name)

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
