# SPDX-License-Identifier: ISC
"""A session beneath a root, and what lies beside that root, which no reply may
show and no request may touch. For tests of confinement.
"""

import os
import pwd
import stat

import sftpwire as sw
from session import SERVER, SessionTest
from sftpwire import APPEND, CREAT, EXCL, READ, TRUNC, WRITE

BUILD = os.environ.get("BUILD", os.path.dirname(SERVER))
ROOT = os.getuid() == 0
NOBODY = pwd.getpwnam("nobody")

# The ways a walking session resolves, what runs it and its options: by
# openat2(2); without it; each component by itself, because there are rules on
# names. None of them has a sandbox to hold what they let through; the last is
# as a session is.
OFF = ["-o", "sandbox=off"]
WAYS = {
    "openat2": ([], OFF),
    "components": ([os.path.join(BUILD, "tests", "without"), "openat2", "--"],
                   OFF),
    "names": ([], OFF + ["-o", "files.hide=no-such-name"]),
    "sandbox": ([], []),
}

# Marks that only files outside have: names and contents with this word, a file
# of this size and modes of no other file.
UNSEEN = b"do-not-show"
SECRET = (UNSEEN + b"\n") * 660 + b"."
OK = bytes(4)		# the code of a STATUS
MODES = {0o646, 0o757}

# Access, and flags, of versions 5 and 6.
R_DATA, W_DATA, A_DATA = 1, 2, 4
CREATE_NEW, CREATE_TRUNCATE, EXISTING, OR_CREATE, TRUNCATE = range(5)
DELETE_ON_CLOSE = 0x800


def opens(version):
    """Ways to open: the fields of OPEN between the path and ATTRS."""
    if version < 5:
        return [(f,) for f in (
            READ, WRITE, READ | WRITE, WRITE | APPEND, READ | CREAT,
            WRITE | CREAT, READ | TRUNC, WRITE | TRUNC,
            READ | WRITE | CREAT | TRUNC, WRITE | CREAT | EXCL)]
    ways = [(access, disposition)
            for access in (R_DATA, W_DATA, R_DATA | W_DATA, A_DATA)
            for disposition in range(5)]
    if version == 6:
        ways.append((R_DATA, DELETE_ON_CLOSE | EXISTING))
    return ways


def reading(version):
    """The fields of an OPEN that reads."""
    return (READ,) if version < 5 else (R_DATA, EXISTING)


def writing(version):
    """... and writes what is there, too."""
    return (READ | WRITE,) if version < 5 else (R_DATA | W_DATA, EXISTING)


def all_requests(version, path, inside):
    """Each request that takes a path, with `path`, and with the name of a
    file inside where there are two."""
    new = inside + ".new"
    for way in opens(version):
        yield ("open", path) + way + ({},)
    for attrs in ({"size": 1}, {"permissions": 0o600},
                  {"atime": 1, "mtime": 1}):
        yield "setstat", path, attrs
        yield "lsetstat@openssh.com", path, attrs
    for name in ("stat", "lstat", "opendir", "readlink", "realpath",
                 "statvfs@openssh.com", "space-available",
                 "expand-path@openssh.com", "remove", "rmdir"):
        yield name, path
    yield "mkdir", path, {}
    flags = () if version == 3 else (0,)
    yield ("rename", path, new) + flags
    yield ("rename", inside, path) + flags
    yield "posix-rename@openssh.com", path, new
    yield "posix-rename@openssh.com", inside, path
    yield "hardlink@openssh.com", path, new
    yield "hardlink@openssh.com", inside, path
    yield "copy-file", path, new, 1
    yield "copy-file", inside, path, 1
    yield "check-file-name", path, "crc32", 0, 0, 0
    if version == 6:
        for control in (1, 2, 3):
            yield "realpath", path, control
        yield "realpath", inside, 3, "..", path
        yield "link", path, "text", 1
        yield "link", path, inside, 0
        yield "link", new, path, 0
    else:
        yield "symlink", "text", path


class Watched(sw.Session):
    """Fails where a reply shows what is outside."""

    unseen = (UNSEEN,)

    def payload(self, name, *values, **kwargs):
        """Adds the flags field that STAT has since version 4, as zero."""
        if name in ("stat", "lstat", "fstat") and self.version > 3:
            values += (0,)
        return super().payload(name, *values, **kwargs)

    def recv_frame(self):
        raw = super().recv_frame()
        for word in self.unseen:
            if raw is not None and word in raw:
                raise AssertionError("shown: %s" % raw[:200])
        return raw

    def result(self):
        reply = super().result()
        seen = [reply.attrs] if reply.kind == "attrs" else []
        if reply.kind == "name":
            seen = [attrs for _, _, attrs in reply.names]
        for attrs in seen:
            if attrs.get("size") == len(SECRET) or \
                    attrs.get("permissions", 0) & 0o7777 in MODES:
                raise AssertionError("shown: %s" % reply)
        return reply


def look(top):
    """All there is to know of a tree but the times of access."""
    seen = {}
    for directory, _, names in os.walk(top):
        for path in [directory] + [os.path.join(directory, n) for n in names]:
            st = os.lstat(path)
            data = None
            if stat.S_ISREG(st.st_mode):
                with open(path, "rb") as f:
                    data = f.read()
            seen[path] = (st.st_ino, st.st_mode, st.st_nlink, st.st_uid,
                          st.st_gid, st.st_size, st.st_mtime_ns,
                          st.st_ctime_ns, data)
    return seen


class Jail(SessionTest):
    """jail/ is the root; jailbird/, whose name begins like it, and outside/
    lie beside it. All of it belongs to who runs the session, so that nothing
    but the confinement protects it."""

    USER = "nobody"
    OUTSIDE = ("outside", "jailbird")

    def setUp(self):
        super().setUp()
        os.chmod(self.dir, 0o755)
        self.jail = os.path.join(self.dir, "jail")
        os.mkdir(self.jail)
        for name in self.OUTSIDE:
            top = os.path.join(self.dir, name)
            self.make(name + "/secret", SECRET)
            self.make(name + "/dir/%s" % UNSEEN.decode(), SECRET)
            os.chmod(top + "/secret", 0o646)
            os.chmod(top + "/dir", 0o757)
            os.utime(top + "/secret", (1000, 2000))
        self.own(self.dir)
        self.before = self.look()

    def own(self, top=None):
        if ROOT and self.USER != "root":
            for directory, dirs, names in os.walk(top or self.jail):
                for name in dirs + names:
                    os.lchown(os.path.join(directory, name), NOBODY.pw_uid,
                              NOBODY.pw_gid)

    def path(self, name):
        return os.path.join(self.dir, name)

    def make(self, name, data=b""):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        self.put(name, data)

    def look(self):
        return [look(self.path(name)) for name in self.OUTSIDE] + [
            sorted(os.listdir(self.dir))]

    def assert_untouched(self, told=None):
        now = self.look()
        if now != self.before:
            for was, are in zip(self.before[:-1], now[:-1]):
                for path in was.keys() | are.keys():
                    self.assertEqual(are.get(path), was.get(path),
                                     (path, told))
            self.assertEqual(now[-1], self.before[-1], told)

    def contents(self, *links):
        """The root's content, made anew: files, and links as NAME, TEXT."""
        for entry in os.scandir(self.jail):
            if entry.is_dir(follow_symlinks=False):
                for directory, dirs, names in os.walk(entry, topdown=False):
                    for name in names + dirs:
                        path = os.path.join(directory, name)
                        (os.rmdir if name in dirs and not os.path.islink(path)
                         else os.unlink)(path)
                os.rmdir(entry)
            else:
                os.unlink(entry)
        self.make("jail/f", b"inside")
        self.make("jail/dir/deep/f", b"deep inside")
        for name, text in links:
            os.symlink(text, self.path("jail/" + name))
        self.own()

    def needs(self, *programs):
        for program in programs:
            self.assertTrue(os.access(program, os.X_OK), program)

    def jailed(self, way="openat2", version=3, *args, **kwargs):
        """A session beneath jail/."""
        before, behind = WAYS[way]
        self.needs(*before[:1])
        kwargs.setdefault("user", self.USER)
        kwargs.setdefault("fsize", 1 << 20)
        kwargs.setdefault("cwd", "/")
        root = kwargs.pop("root", self.jail)
        s = Watched(before + [SERVER, "-o", "root=" + root] + behind
                    + list(args), up_to=version, **kwargs)
        s.unseen = (UNSEEN, os.fsencode(self.dir))
        self.addCleanup(s.destroy)
        s.init(version)
        self.assertEqual(s.version, version)
        return s

    def jails(self, versions=(3, 4, 5, 6), *args, **kwargs):
        """A session of each version and way."""
        for way in WAYS:
            for version in versions:
                s = self.jailed(way, version, *args, **kwargs)
                try:
                    yield version, s
                except GeneratorExit:
                    print("version %d, by way of %s" % (version, way))
                    raise
                self.assertEqual(s.finish(), 0, s.stderr())
                s.destroy()

    def use(self, s, handle, listed):
        """Does to a handle what can be done to one."""
        if listed:
            while s.call("readdir", handle).kind == "name":
                pass
        else:
            s.call("read", handle, 0, 65536)
            s.call("write", handle, 0, b"owned")
        s.call("fstat", handle)
        s.call("fsetstat", handle, {"permissions": 0o600})
        s.call("close", handle)

    def sweep(self, paths, links=(), versions=(3, 6), named=False):
        """Every request on every path; nothing outside is seen or changed.
        `named`: the paths or links say themselves where the root is."""
        for version, s in self.jails(versions):
            if named:
                s.unseen = (UNSEEN,)
            for path in paths:
                self.contents(*links)
                for name, *values in all_requests(version, path, "f"):
                    reply = s.call(name, *values)
                    if reply.kind == "handle":
                        self.use(s, reply.handle, name == "opendir")
                    if reply.kind == "handle" or reply.raw[5:9] == OK:
                        self.contents(*links)
                self.assert_untouched(path)
            # The session goes on, and still sees files of the inside.
            self.contents()
            h = s.call("open", "dir/deep/f", *reading(version), {}).handle
            self.assertEqual(s.call("read", h, 0, 99).data, b"deep inside")
            s.call("close", h)
