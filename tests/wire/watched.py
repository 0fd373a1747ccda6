# SPDX-License-Identifier: ISC
"""Events seen by a program that watches a directory with inotify(7), as
systemd's path units and incron do. It takes a name that is moved there, or the
close of a writable descriptor, for the end of an upload: so only an upload may
cause such an event. $SERVER is the server.
"""

import ctypes
import os
import struct

from atomic import KEEP, LOG, OK, OLD, PART, YES, AtomicTest
from sftpwire import CREAT, EXCL, READ, TRUNC, WRITE
from versions import ALL

NAMES = {0x2: "MODIFY", 0x4: "ATTRIB", 0x8: "CLOSE_WRITE", 0x40: "MOVED_FROM",
         0x80: "MOVED_TO", 0x100: "CREATE", 0x200: "DELETE"}
# The events on which such programs usually act.
ENDS = ("CLOSE_WRITE", "MOVED_TO")


class Watch:
    """The events in a directory, as (event, name); a temporary file's name
    is PART."""

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.fd == -1 or libc.inotify_add_watch(
                self.fd, os.fsencode(path), sum(NAMES)) == -1:
            raise OSError(ctypes.get_errno(), "inotify")

    def events(self):
        """Returns the events since the last call."""
        found = []
        while True:
            try:
                data = os.read(self.fd, 1 << 16)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                _, mask, _, size = struct.unpack_from("iIII", data, at)
                name = os.fsdecode(data[at + 16:at + 16 + size].rstrip(b"\0"))
                at += 16 + size
                found += [(NAMES[bit], "PART" if PART.match(name) else name)
                          for bit in NAMES if mask & bit]

    def ends(self):
        return [e for e in self.events() if e[0] in ENDS]

    def close(self):
        os.close(self.fd)


class Watched(AtomicTest):
    def sessions(self, *settings, versions=ALL):
        for options in settings:
            for self.version in versions:
                self.fresh_directory()
                self.put("f", OLD)
                options = self.options(options)
                for s in self.told(self.session(*options, *LOG,
                                                version=self.version),
                                   "%s, version %d" % (options,
                                                       self.version)):
                    watch = Watch(self.dir)
                    yield s, watch
                    watch.close()

    WALKED = "files = { hide = \"secret\"; };"
    ATOMIC = (YES, KEEP, YES + ("-o", "files.hide=secret"))

    def test_upload(self):
        """The name is moved there once, when the file is whole."""
        for s, watch in self.sessions(*self.ATOMIC):
            for name, flags in (("new", WRITE | CREAT), ("f", WRITE | TRUNC),
                                ("f", WRITE | CREAT | TRUNC)):
                h = self.open(s, name, flags)
                self.assertEqual(watch.ends(), [])
                self.write(s, h)
                self.assertEqual(watch.ends(), [])
                self.close(s, h)
                self.assertEqual(watch.ends(), [
                    ("CLOSE_WRITE", "PART"), ("MOVED_TO", name)])

    def test_upload_that_is_renamed(self):
        for s, watch in self.sessions(*self.ATOMIC):
            h = self.upload(s, "f.tmp")
            self.assert_code(
                s.call("posix-rename@openssh.com", "f.tmp", "f"), OK)
            self.assertEqual(watch.ends(), [("MOVED_TO", "f")])
            self.close(s, h)
            self.assertEqual(watch.ends(), [("CLOSE_WRITE", "f")])

    def test_looking_at_a_file(self):
        """While an upload of it goes on, and when none does."""
        for s, watch in self.sessions(*self.ATOMIC, (), self.WALKED):
            for _ in range(2):
                for ask in (("stat", "f"), ("lstat", "f"),
                            ("stat", "missing"), ("realpath", "f"),
                            ("setstat", "f", {"permissions": 0o640}),
                            ("setstat", "f", {"size": 3}),
                            ("lsetstat@openssh.com", "f",
                             {"atime": 1, "mtime": 1}),
                            ("setstat", "missing", {"size": 3}),
                            ("check-file-name", "f", "crc32", 0, 0, 0),
                            ("copy-file", "f", "f", True),
                            ("copy-file", "f", "./f", False)):
                    self.ask(s, *ask)
                if s.version == 6:
                    s.call("setstat", "f", {"allocation_size": 2})
                    s.call("setstat", "f", {"allocation_size": 1})
                self.listing(s)
                r = self.open(s, "f", READ)
                self.close(s, r)
                self.assertEqual(watch.ends(), [])
                h = self.open(s, "f", WRITE | TRUNC)
            self.close(s, h)

    def test_refused(self):
        """An upload that cannot begin, or does not end."""
        for s, watch in self.sessions(*self.ATOMIC):
            self.ask(s, "open", "f", WRITE | CREAT | EXCL)
            os.mkdir(self.path("d"))
            self.ask(s, "open", "d", WRITE | TRUNC)
            self.upload(s, "f")
            self.assertEqual(s.finish(), 0)
            self.assertEqual([e for e in watch.ends() if e[1] != "PART"], [])

    def test_in_place(self):
        """As without the setting: the end of the descriptor."""
        for s, watch in self.sessions(*self.ATOMIC, ()):
            self.close(s, self.upload(s, "f", flags=WRITE))
            self.assertEqual(watch.ends(), [("CLOSE_WRITE", "f")])
