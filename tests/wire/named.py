# SPDX-License-Identifier: ISC
"""-P and -p with the name of each request of version 3: which requests are
refused, and which extensions are announced. $SERVER is the server.
"""

import os
import subprocess

import sftpwire as sw
from session import SERVER, SessionTest
from sftpwire import READ, WRITE

BAD = b"\0"			# no handle; a refusal comes before that is seen
MODE = {"permissions": 0o644}
# A request with each name that -Q lists. Each succeeds or fails by itself where
# it is permitted, and never with PERMISSION_DENIED.
REQUESTS = (
    ("open", "f", READ | WRITE, {}), ("close", BAD), ("read", BAD, 0, 1),
    ("write", BAD, 0, "h"), ("lstat", "f"), ("fstat", BAD),
    ("setstat", "f", MODE), ("fsetstat", BAD, MODE), ("opendir", "."),
    ("readdir", BAD), ("remove", "gone"), ("mkdir", "new", {}),
    ("rmdir", "new"), ("realpath", "."), ("stat", "f"),
    ("rename", "nope", "x"), ("readlink", "l"), ("symlink", "f", "m"),
    ("posix-rename@openssh.com", "nope", "x"), ("statvfs@openssh.com", "."),
    ("fstatvfs@openssh.com", BAD), ("hardlink@openssh.com", "nope", "x"),
    ("fsync@openssh.com", BAD), ("lsetstat@openssh.com", "f", MODE),
    ("limits@openssh.com",), ("expand-path@openssh.com", "."),
    ("copy-data", BAD, 0, 0, BAD, 0), ("home-directory", ""),
    ("users-groups-by-id@openssh.com", "", ""))
PLAIN = 18			# of them; the others are extensions


class Named(SessionTest):
    def setUp(self):
        super().setUp()
        self.put("f", b"hello\n")
        os.symlink("f", os.path.join(self.dir, "l"))
        listed = subprocess.run([SERVER, "-Q", "requests"], check=True,
                                capture_output=True, text=True).stdout
        self.names = listed.split()[:len(REQUESTS)]

    def refused(self, *args):
        """Returns the names of the requests that are refused, and the
        extensions of version 3 that are announced."""
        session = self.raw_session(*args)
        pairs = dict(session.init().pairs)
        denied = []
        for name, request in zip(self.names, REQUESTS):
            reply = session.call(*request)
            if getattr(reply, "code", None) == sw.PERMISSION_DENIED:
                self.assertEqual(reply.message, b"Permission denied")
                denied.append(name)
        self.assertEqual(session.finish(), 0)
        for made in ("m", "new"):
            path = os.path.join(self.dir, made)
            if os.path.islink(path):
                os.remove(path)
            elif os.path.isdir(path):
                os.rmdir(path)
        extensions = [name for name, request in zip(
            self.names[PLAIN:], REQUESTS[PLAIN:])
            if request[0].encode() in pairs]
        return denied, extensions

    def test_everything_is_permitted_and_announced_without_an_option(self):
        self.assertEqual(self.refused(), ([], self.names[PLAIN:]))

    def test_a_denied_request_alone_is_refused_and_not_announced(self):
        for name in self.names:
            with self.subTest(name=name):
                denied, extensions = self.refused("-P", name)
                self.assertEqual(denied, [name])
                self.assertEqual(extensions, [
                    n for n in self.names[PLAIN:] if n != name])

    def test_an_allowed_request_alone_is_permitted_and_announced(self):
        for name in self.names:
            with self.subTest(name=name):
                denied, extensions = self.refused("-p", name)
                self.assertEqual(denied, [
                    n for n in self.names if n != name])
                self.assertEqual(extensions, [
                    n for n in self.names[PLAIN:] if n == name])
