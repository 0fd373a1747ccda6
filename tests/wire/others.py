# SPDX-License-Identifier: ISC
"""Names and homes of users: all of them for those who could list them anyway,
the session's own for one in a root or a drop box. $SERVER is the server.
"""

import grp
import os
import pwd
import struct

from session import SessionTest

OK, FAILURE = 0, 4
NOBODY_AT_ALL = 4000000000


def unpack(strings):
    """A string of strings -> a list of them."""
    found = []
    while strings:
        length, = struct.unpack_from(">I", strings)
        found.append(strings[4:4 + length])
        strings = strings[4 + length:]
    return found


class Others(SessionTest):
    def setUp(self):
        super().setUp()
        # More than are looked up in one step, known and unknown in turns.
        self.users = {u.pw_uid: pwd.getpwuid(u.pw_uid).pw_name
                      for u in pwd.getpwall()}
        self.groups = {g.gr_gid: grp.getgrgid(g.gr_gid).gr_name
                       for g in grp.getgrall()}
        self.users[NOBODY_AT_ALL] = self.groups[NOBODY_AT_ALL] = ""

    def asked(self, s):
        """Returns the server's answer about all users and groups."""
        ids = [list(known) * (1 + 150 // len(known))
               for known in (self.users, self.groups)]
        s.start("users-groups-by-id@openssh.com",
                *[struct.pack(">%dI" % len(part), *part) for part in ids])
        s.start("readlink", "none")
        names = [unpack(field) for field in s.result().fields]
        self.assertNotEqual(s.result().code, OK)
        for part, found in zip(ids, names):
            self.assertEqual(len(part), len(found))
        return [dict(zip(part, map(bytes.decode, found)))
                for part, found in zip(ids, names)]

    def other(self):
        return next(u for u in pwd.getpwall() if u.pw_uid != os.getuid())

    def test_without_a_policy(self):
        for version in 3, 6:
            s = self.session(version=version)
            self.assertEqual(self.asked(s), [self.users, self.groups])
            self.assert_status(s.call("users-groups-by-id@openssh.com", b"",
                                      b"\0"), 5)
            other = self.other()
            self.assertEqual(s.call("home-directory", other.pw_name)
                             .names[0][0], other.pw_dir.encode())

    def test_in_a_root_or_a_drop_box(self):
        own = [{os.getuid()}, set(os.getgroups()) | {os.getgid()}]
        alone = [{i: name if i in ids else "" for i, name in known.items()}
                 for ids, known in zip(own, (self.users, self.groups))]
        self.assertIn(self.users[os.getuid()], alone[0].values())
        for args in (["root=" + self.dir], ["profile=dropbox"],
                     ["access.rights=create"], ["access.listings=empty"]):
            for version in 3, 6:
                s = self.session("-o", *args, version=version)
                self.assertEqual(self.asked(s), alone)
                other = self.other().pw_name
                self.assert_status(s.call("home-directory", other), FAILURE)
                self.assertEqual(s.call("expand-path@openssh.com",
                                        "~" + other).kind, "status")
                for me in "", self.users[os.getuid()]:
                    self.assertEqual(s.call("home-directory", me).kind, "name")
        s = self.session("-o", "access.rights=list,stat,read")
        self.assertEqual(self.asked(s), [self.users, self.groups])
