# SPDX-License-Identifier: ISC
"""The title of a session in ps: session.title. $SERVER is the server."""

import os
import pwd
import unittest

from session import SERVER, SessionTest, kernel_has
from sftpwire import CREAT, READ, WRITE

USER = pwd.getpwuid(os.getuid()).pw_name
# The title takes the room that arguments and environment had.
ROOM = {"LOGNAME": USER, "SSH_CONNECTION": "10.9.0.3 50000 192.0.2.1 22",
        "ROOM": "x" * 300}


@unittest.skipUnless(kernel_has("title"), "the kernel shows no titles")
class Title(SessionTest):
    def begin(self, *args, version=3, env=None):
        return self.session("-l", "QUIET", *args, version=version,
                            env=dict(env or ROOM))

    def command(self, s):
        """The words of the command line; ps does not show blanks behind."""
        with open("/proc/%d/cmdline" % s.child.pid, "rb") as words:
            return words.read().rstrip(b"\0 ").decode().split("\0")

    def assert_title(self, s, what):
        self.assertEqual(self.command(s), [
            "sftp-server: %s [10.9.0.3] %s" % (USER, what)])

    def test_user_address_and_version(self):
        for version in (3, 6):
            s = self.begin("-o", "protocol.max_version=6", version=version)
            self.assert_title(s, "v%d" % version)
            self.assertEqual(s.finish(), 0)

    def test_a_file_is_shown_from_its_first_write_to_its_close(self):
        s = self.begin()
        h = s.call("open", "backup.tar", WRITE | CREAT, {}).handle
        self.assert_title(s, "v3")
        s.call("write", h, 0, b"x")
        self.assert_title(s, "v3 put backup.tar")
        s.call("write", h, 1, b"x")
        s.call("stat", ".")
        self.assert_title(s, "v3 put backup.tar")
        s.call("close", h)
        self.assert_title(s, "v3")
        self.assertEqual(s.finish(), 0)

    def test_a_file_that_is_read(self):
        self.put("f", b"content")
        s = self.begin()
        h = s.call("open", os.path.join(self.dir, "f"), READ, {}).handle
        s.call("read", h, 0, 10)
        self.assert_title(s, "v3 get %s/f" % self.dir)
        self.assertEqual(s.finish(), 0)

    def test_a_title_with_a_file_stands_for_a_while(self):
        """The second file has to wait; the end of the first does not."""
        self.put("a", b"a")
        self.put("b", b"b")
        s = self.begin()
        a = s.call("open", "a", READ, {}).handle
        b = s.call("open", "b", READ, {}).handle
        s.call("read", a, 0, 1)
        s.call("read", b, 0, 1)
        if self.command(s)[0].endswith(" b"):
            self.skipTest("this machine took two seconds for a request")
        self.assert_title(s, "v3 get a")
        s.call("close", b)
        self.assert_title(s, "v3 get a")
        s.call("close", a)
        self.assert_title(s, "v3")
        self.assertEqual(s.finish(), 0)

    def test_control_characters_are_not_shown(self):
        name = b"a\x1b[2Jb\nc\x7fd\xc2\x9be\xc3\xa9%s%n"
        s = self.begin()
        h = s.call("open", name, WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x")
        self.assert_title(s, "v3 put a?[2Jb?c?d??e\xe9%s%n")
        self.assertEqual(s.finish(), 0)

    def test_a_title_is_cut_to_the_room_there_is(self):
        """Also where there is no environment at all."""
        name = "n" * 250
        for env in ({"A": "b"}, ROOM):
            s = self.begin(env=env)
            h = s.call("open", name, WRITE | CREAT, {}).handle
            s.call("write", h, 0, b"x")
            line = self.command(s)[0]
            self.assertTrue(line.startswith("sftp-server: " + USER), line)
            self.assertLess(len(line), 300)
            self.assertEqual(s.call("close", h).code, 0)
            self.assertEqual(s.finish(), 0)

    def test_false_leaves_the_command_line(self):
        for option in ("session.title=false", "profile=openssh"):
            s = self.begin("-o", option)
            h = s.call("open", "f", WRITE | CREAT, {}).handle
            s.call("write", h, 0, b"x")
            self.assertEqual(self.command(s),
                             [SERVER, "-l", "QUIET", "-o", option])
            self.assertEqual(s.finish(), 0)

    def test_options_and_environment_are_still_what_they_were(self):
        """The title is written over the memory they came in."""
        policy = os.path.join(self.dir, "policy")
        with open(policy, "w") as out:
            out.write('rules = ( { match = { address = "10.9.0.3"; };'
                      ' access = { read_only = true; }; } );\n')
        os.chmod(policy, 0o644)
        s = self.session("-e", "-l", "INFO", "-F", policy, "-d", self.dir,
                         env=ROOM)
        self.assert_title(s, "v3")
        self.assertEqual(s.call("open", "f", WRITE | CREAT, {}).code, 3)
        self.assertEqual(s.call("realpath", ".").names[0][0],
                         self.dir.encode())
        self.assertEqual(s.finish(), 0)
        self.assertIn(b"from [10.9.0.3]", s.stderr())
