# SPDX-License-Identifier: ISC
"""The common part of the tests of versions 4 to 6: a session in each version,
requests whose fields differ by version, and tables of statuses.
versions_*.py hold the tests.
"""

import functools
import os
import pwd
import shutil
import stat
import tempfile
import time
import unittest

from session import SessionTest
from sftpwire import APPEND, CREAT, EXCL, READ, TEXT, TRUNC, WRITE

# Codes of version 4 and later (draft-13 9.1).
INVALID_HANDLE, NO_SUCH_PATH, FILE_ALREADY_EXISTS = 9, 10, 11
UNKNOWN_PRINCIPAL, LOCK_CONFLICT, DIR_NOT_EMPTY = 16, 17, 18
NOT_A_DIRECTORY, INVALID_FILENAME, LINK_LOOP = 19, 20, 21
INVALID_PARAMETER, FILE_IS_A_DIRECTORY = 23, 24
BYTE_RANGE_LOCK_REFUSED, NO_MATCHING_BYTE_RANGE_LOCK = 26, 31

# Access and flags of OPEN since version 5 (draft-13 8.1.1).
READ_DATA, WRITE_DATA, APPEND_DATA = 0x1, 0x2, 0x4
CREATE_NEW, CREATE_TRUNCATE, OPEN_EXISTING, OPEN_OR_CREATE, \
    TRUNCATE_EXISTING = range(5)
F_APPEND, F_APPEND_ATOMIC, F_TEXT = 0x8, 0x10, 0x20
BLOCK_READ, BLOCK_WRITE, BLOCK_DELETE, BLOCK_ADVISORY = 0x40, 0x80, 0x100, 0x200
SHARED = BLOCK_WRITE | BLOCK_ADVISORY
EXCLUSIVE = BLOCK_READ | BLOCK_WRITE | BLOCK_ADVISORY
NOFOLLOW, DELETE_ON_CLOSE = 0x400, 0x800

# The attributes that each version sends of a file unasked (0x10, the time of
# birth, only where the file system has it).
SENT = {3: 0xF, 4: 0x1AD, 5: 0x1AD, 6: 0xA1AD}

ALL = (3, 4, 5, 6)


def knows_long_times():
    """On machines of 32 bits not every Python does, for files of any time."""
    try:
        time.gmtime(1 << 33)
    except OverflowError:
        return False
    return True


long_times = unittest.skipUnless(knows_long_times(),
                                 "the times of this Python end in 2038")


def in_versions(*numbers, args=(), **kwargs):
    """A test that is run in each of these versions, in a session and an
    empty directory of its own: the method gets both after self. Replies that
    are left unread at the end, and a bad exit status, are failures."""
    def wrap(method):
        @functools.wraps(method)
        def run(self):
            for version in numbers:
                with self.subTest(version=version):
                    self.fresh_directory()
                    self.version = version
                    session = self.session(*args, version=version, **kwargs)
                    self.assertEqual(session.version, version)
                    method(self, version, session)
                    self.assertEqual(session.finish(), 0)
        return run
    return wrap


def open_fields(version, path, pflags, attrs=None):
    """OPEN as version 3 would say it, in the words of each version."""
    attrs = attrs or {}
    if version < 5:
        return ("open", path, pflags, attrs)
    access = (READ_DATA | 0x80 if pflags & READ else 0) \
        | (WRITE_DATA | 0x100 if pflags & WRITE else 0)
    if pflags & CREAT:
        flags = CREATE_NEW if pflags & EXCL else \
            CREATE_TRUNCATE if pflags & TRUNC else OPEN_OR_CREATE
    else:
        flags = TRUNCATE_EXISTING if pflags & TRUNC else OPEN_EXISTING
    flags |= F_APPEND if pflags & APPEND else 0
    flags |= F_TEXT if pflags & TEXT else 0
    return ("open", path, access, flags, attrs)


def fields(version, name, *values):
    """A request as version 3 has it, with what later ones add."""
    if name == "open":
        return open_fields(version, *values)
    if name in ("stat", "lstat", "fstat") and version > 3:
        return (name, *values, 0)
    if name == "rename" and version > 4:
        return (name, *values, 0)
    if name == "symlink" and version > 5:		# text, new name
        return ("link", values[1], values[0], True)
    return (name, *values)


class VersionsTest(SessionTest):
    def fresh_directory(self):
        self.dir = tempfile.mkdtemp(prefix="wire.")
        self.addCleanup(shutil.rmtree, self.dir)
        os.chmod(self.dir, 0o777)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def get(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def names(self):
        return sorted(os.listdir(self.dir))

    def plant(self):
        """One of each kind."""
        self.put("f", b"hello\n")
        self.put("other", b"other")
        os.chmod(self.path("f"), 0o644)
        for name in ("d", "full", "full/d"):
            os.mkdir(self.path(name))
        self.put("full/in", b"in")
        for name, target in (("l", "f"), ("ld", "d"), ("dangling", "nope"),
                             ("loop", "loop")):
            os.symlink(target, self.path(name))
        os.mkfifo(self.path("fifo"))
        os.mknod(self.path("socket"), stat.S_IFSOCK | 0o644)

    def ask(self, session, name, *values):
        """A request of version 3, in the session's version."""
        return session.call(*fields(session.version, name, *values))

    def open(self, session, path, pflags, attrs=None):
        reply = self.ask(session, "open", path, pflags, attrs)
        self.assertEqual(reply.kind, "handle", "%s: %s" % (path, reply))
        return reply.handle

    def opendir(self, session, path="."):
        reply = session.call("opendir", path)
        self.assertEqual(reply.kind, "handle", str(reply))
        return reply.handle

    def attrs(self, session, path, flags=0, name="lstat"):
        reply = session.call(name, path, *([flags] if session.version > 3
                                           else []))
        self.assertEqual(reply.kind, "attrs", str(reply))
        return reply.attrs

    def assert_code(self, reply, codes, told=""):
        """A STATUS with this code, or with the one of a tuple for versions
        3 to 6; or a reply of this kind. A STATUS has a text in every version,
        and a language since version 4."""
        want = codes[self.version - 3] if isinstance(codes, tuple) else codes
        if isinstance(want, str):
            self.assertEqual(reply.kind, want, "%s: %s" % (told, reply))
            return
        self.assertEqual((reply.kind, getattr(reply, "code", None)),
                         ("status", want), "%s: %s" % (told, reply))
        self.assertTrue(reply.message)
        self.assertEqual(reply.lang, b"" if self.version == 3 else b"en")

    def check(self, session, rows):
        """Requests of version 3 and the codes of their replies."""
        for values, codes in rows:
            self.assert_code(self.ask(session, *values), codes, str(values))

    def state(self):
        """All that a request could have changed here."""
        found = {}
        for top, dirs, files in os.walk(self.dir):
            for name in dirs + files:
                path = os.path.join(top, name)
                st = os.lstat(path)
                found[path] = (st.st_mode, st.st_size, st.st_uid, st.st_gid,
                               st.st_nlink, st.st_mtime_ns,
                               os.readlink(path) if os.path.islink(path)
                               else "")
        return found


def user_name(uid):
    try:
        return os.fsencode(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return b"%d" % uid
