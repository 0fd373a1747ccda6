# SPDX-License-Identifier: ISC
"""A session beneath a root, while somebody else changes what its paths lead
through. $SERVER is the server.

A second process exchanges root/c with a directory, a link inwards and links
outwards, and moves root/d/e out of the root and back. The outside has the same
names as the inside, so that a request that goes astray meets a canary.
"""

import ctypes
import mmap
import os
import random
import signal
import stat
import struct

import sftpwire as sw
from jail import (BUILD, NOBODY, OFF, ROOT, SECRET, UNSEEN, Jail, Watched,
                  look, opens, reading, writing)
from session import LANDLOCK, SERVER, kernel_has
from sftpwire import CREAT, READ, TRUNC, WRITE

OPERATIONS = 100000
SWAPS = 5000			# at least so many in that time
BATCH = 400			# requests in flight

HANDLE, NAME, STATUS = 102, 104, 101
EXCHANGE = 2			# RENAME_EXCHANGE
renameat2 = ctypes.CDLL(None, use_errno=True).renameat2


def exchange(a, b):
    if renameat2(-100, a, -100, b, EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Swapper:
    """The second process. `count` says how often it has done something."""

    def __init__(self, top):
        self.counter = mmap.mmap(-1, 8)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                if ROOT:
                    os.setgroups([])
                    os.setgid(NOBODY.pw_gid)
                    os.setuid(NOBODY.pw_uid)
                os.chdir(top)
                self.swap()
            finally:
                os._exit(1)

    def swap(self):
        parked = [b"parked/%d" % n for n in range(4)]
        choose = random.Random(1).random
        count = 0
        while True:
            exchange(b"root/c", parked[int(choose() * len(parked))])
            exchange(b"root/d/e", b"away/e")
            count += 2
            self.counter[:8] = struct.pack("=Q", count)

    def count(self):
        return struct.unpack("=Q", self.counter[:8])[0]

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        return os.WIFSIGNALED(status)


class Race(Jail):
    OUTSIDE = ("outside",)

    def setUp(self):
        super().setUp()
        os.rename(self.jail, self.path("root"))
        self.jail = self.path("root")
        # The inside, and namesakes of all of it outside.
        for top in "root/in", "parked/0", "root/d/e", "away/e":
            self.make(top + "/f", b"inside")
            self.make(top + "/dir/f", b"inside")
        for name in "f", "dir/f", "in/f", "e/f", "e/dir/f", "d/e/f":
            self.make("outside/" + name, SECRET)
            os.chmod(self.path("outside/" + name), 0o646)
        # Where the directories go that are moved out.
        for name in "parked", "away", ".":
            for canary in "f", "g", "secret", UNSEEN.decode():
                self.make(name + "/" + canary, SECRET)
                os.chmod(self.path(name + "/" + canary), 0o646)
        os.symlink("in", self.path("root/c"))
        os.symlink("../outside", self.path("parked/1"))
        os.symlink("/../outside", self.path("parked/2"))
        os.symlink("d/../../outside", self.path("parked/3"))
        self.own(self.dir)
        self.before = self.look()

    def look(self):
        """Returns the state of the files that only the outside has, and the
        names in directories that hold files of the inside, too."""
        seen = [look(self.path(n)) for n in self.OUTSIDE]
        for top in "parked", "away", ".":
            names = os.listdir(self.path(top)) if os.path.isdir(
                self.path(top)) else []
            seen.append({n: os.lstat(self.path(top + "/" + n))
                         for n in names if self.is_canary(top, n)})
        return seen + [sorted(os.listdir(self.dir))]

    def is_canary(self, top, name):
        st = os.lstat(self.path(top + "/" + name))
        return stat.S_ISREG(st.st_mode) or name not in (
            {"parked": "0123", "away": "e"}.get(
                top, ("root", "parked", "away", "outside")))

    PATHS = ("c/f", "c/dir/f", "c/../f", "c/dir/../../in/f", "d/e/f", "c",
             "d/e/dir/f", "d/e/../f", "d/e/dir/../../../in/f", "d/e/../../g",
             "d/e", "c/", "c/dir", "d/e/dir/..", "d/e/dir/../..", "c/new",
             "d/e/new", "c/dir/..", "d/../c/f", "c/dir/../../d/e/dir/f")

    def requests(self, s, choose):
        """A batch of all sorts."""
        version = s.version
        other = "c/f", "d/e/f", "in/f", "c/new", "d/e/new", "c/dir/new"
        flags = () if version == 3 else (0,)
        # Do not rename or replace the directories that the swapper needs.
        leaves = [p for p in self.PATHS if p.rstrip("/") not in ("c", "d/e")]
        for _ in range(BATCH):
            path, second = choose(self.PATHS), choose(other)
            leaf = choose(leaves)
            yield choose((
                ("open", path) + choose(opens(version)) + ({},),
                ("open", path) + reading(version) + ({},),
                ("open", path) + writing(version) + ({},),
                ("open", second) + opens(version)[5] + ({},),
                ("stat", path), ("lstat", path), ("opendir", path),
                ("opendir", choose(("c", "d/e", "c/dir/..", "d/e/..",
                                    "d/e/dir/../.."))),
                ("readlink", path), ("realpath", path),
                ("setstat", path, {"permissions": 0o755}),
                ("setstat", path, {"atime": 1, "mtime": 2}),
                ("setstat", second, {"size": 3}),
                ("rename", leaf, second) + flags,
                ("rename", second, leaf) + flags,
                ("posix-rename@openssh.com", second, choose(other)),
                ("mkdir", second, {}), ("rmdir", second), ("remove", second),
                ("hardlink@openssh.com", path, second),
                ("link", second, "../../f", 1) if version == 6
                else ("symlink", "../../f", second),
                ("copy-file", path, second, 1),
                ("check-file-name", path, "crc32", 0, 0, 0),
            ))

    def answers(self, s, n):
        """The replies of a batch, looked at without decoding."""
        handles = []
        for _ in range(n):
            raw = s.recv_frame()
            self.assertIsNotNone(raw, s.stderr()[-500:])
            self.assertNotIn(b"temporarily unavailable", raw)
            for pattern in self.patterns:
                self.assertNotIn(pattern, raw[5:])
            if raw[0] == HANDLE:
                handles.append(raw[9:])
            self.succeeded += raw[0] != STATUS or raw[5:9] == bytes(4)
        return handles

    def ask(self, s, requests):
        blob = b"".join(sw.frame(s.payload(*r)[1]) for r in requests)
        s.send(blob)
        return self.answers(s, len(requests))

    def race(self, way, version):
        s = self.jailed(way, version, cwd=self.jail)
        size = struct.pack(">Q", len(SECRET))
        self.patterns = (size, struct.pack(">I", 0o100646))
        self.succeeded, done, n = 0, 0, 0
        choose = random.Random(version).choice
        batches = [list(self.requests(s, choose)) for _ in range(16)]
        swapper = Swapper(self.dir)
        try:
            while done < OPERATIONS or swapper.count() < SWAPS:
                batch = batches[n % len(batches)]
                handles = self.ask(s, batch)
                uses = [u for h in handles for u in (
                    ("fstat", h), ("read", h, 0, 100), ("readdir", h),
                    ("write", h, 0, b"written"), ("close", h))]
                self.ask(s, uses)
                done += len(batch)
                n += 1
                if n % 8 == 0:
                    self.refill()
        finally:
            self.assertTrue(swapper.end())
        self.assertEqual(s.finish(), 0)
        # All of it took place.
        self.assertGreater(self.succeeded, done // 20)
        self.assert_untouched()

    @staticmethod
    def mkdir(fd):
        os.mkdir("dir", dir_fd=fd)
        if ROOT:
            os.chown("dir", NOBODY.pw_uid, NOBODY.pw_gid, dir_fd=fd,
                     follow_symlinks=False)

    @staticmethod
    def touch(name, fd):
        made = os.open(name, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o666,
                       dir_fd=fd)
        if ROOT:
            os.fchown(made, NOBODY.pw_uid, NOBODY.pw_gid)
        os.close(made)

    def refill(self):
        """Makes the files anew that the session renamed or removed. The
        swapper moves the directories at any moment, hence the descriptors."""
        for name in "parked/0", "root/d/e", "away/e", "root/in":
            try:
                fd = os.open(self.path(name), os.O_PATH | os.O_NOFOLLOW
                             | os.O_DIRECTORY)
            except OSError:
                continue
            for make in (lambda: self.mkdir(fd),
                         lambda: self.touch("f", fd),
                         lambda: self.touch("dir/f", fd)):
                try:
                    make()
                except OSError:
                    pass
            os.close(fd)

    def test_openat2(self):
        self.race("openat2", 3)

    def test_openat2_version_6(self):
        self.race("openat2", 6)

    def test_components(self):
        self.race("components", 3)

    def test_rules_on_names(self):
        self.race("names", 6)

    def test_sandbox(self):
        self.race("sandbox", 3)


MEANWHILE = os.path.join(BUILD, "tests", "meanwhile")


class Moved(Jail):
    """A directory that is moved out of the root after a path has led to it
    and before what was asked is done: meanwhile.c sees to that. It can be
    done there, which is no longer inside; nothing but Landlock holds it. And
    Landlock has no say in attributes, nor in what is open already."""

    # The call, the request, and whether Landlock stops it.
    CASES = (
        ("mkdirat", ("mkdir", "d/new", {}), True),
        ("unlinkat", ("remove", "d/f"), True),
        ("unlinkat", ("rmdir", "d/dir"), True),
        ("symlinkat", ("symlink", "text", "d/new"), True),
        ("linkat", ("hardlink@openssh.com", "d/f", "d/new"), True),
        ("renameat2", ("rename", "d/f", "d/new"), True),
        ("openat", ("open", "d/new", WRITE | CREAT, {}), True),
        ("openat", ("open", "d/f", READ, {}), True),
        ("openat", ("open", "d/f", WRITE | TRUNC, {}), True),
        ("openat", ("setstat", "d/f", {"size": 1}), True),
        ("openat", ("opendir", "d/dir"), True),
        ("statx", ("lstat", "d/f"), False),
        ("fchmodat2", ("setstat", "d/f", {"permissions": 0o700}), False),
        ("utimensat", ("setstat", "d/f", {"atime": 1, "mtime": 1}), False),
    )

    def session_meanwhile(self, call, *options):
        """A session in which `call` comes after root/d is outside/d."""
        s = Watched([MEANWHILE, call, self.path("jail/d"),
                     self.path("outside/d"), "--", SERVER, "-o",
                     "root=" + self.jail] + list(options),
                    cwd="/", user=self.USER)
        self.addCleanup(s.destroy)
        s.init(3)
        return s

    def ask(self, case, *options):
        """-> what was answered, and whether it is so in outside/d."""
        call, request, _ = case
        self.needs(MEANWHILE)
        s = self.session_meanwhile(call, *options)
        self.contents()
        self.make("jail/d/f", b"content")
        self.make("jail/d/dir/f", b"content")
        os.unlink(self.path("jail/d/dir/f"))
        self.own()
        before = look(self.path("jail/d"))
        reply = s.call(*request)
        self.assertTrue(os.path.isdir(self.path("outside/d")), case)
        after = look(self.path("outside/d"))
        for name in os.listdir(self.path("outside/d")):
            path = self.path("outside/d/" + name)
            (os.rmdir if os.path.isdir(path) else os.unlink)(path)
        os.rmdir(self.path("outside/d"))
        # The move itself changed the times of what is beside it.
        self.before[0][self.path("outside")] = \
            self.look()[0][self.path("outside")]
        self.assert_untouched(case)
        changed = list(after.values())[1:] != list(before.values())[1:]
        return reply, changed

    def landlock(self):
        if not LANDLOCK or not kernel_has("landlock", "seccomp"):
            self.skipTest("this kernel, or this build, has no Landlock")

    def cases(self):
        """Yields the cases whose call a server makes here when it has the path.
        Without openat2(2), openat(2) opens each directory on the way."""
        lacks = [call for call in ("openat2", "fchmodat2")
                 if not kernel_has(call)]
        for case in self.CASES:
            if {"openat": "openat2"}.get(case[0], case[0]) not in lacks:
                yield case
        if lacks:
            self.skipTest("some cases: the kernel has no " + ", ".join(lacks))

    def test_without_landlock(self):
        """Without Landlock these requests reach the outside. The test records
        this limit."""
        for case in self.cases():
            reply, changed = self.ask(case, *OFF)
            self.assertTrue(reply.kind != "status" or reply.raw[5:9] ==
                            bytes(4), (case, str(reply)))
            reads = case[1][0] in ("lstat", "opendir") or READ in case[1]
            self.assertEqual(changed, not reads, case)

    def test_with_landlock(self):
        self.landlock()
        for case in self.cases():
            reply, changed = self.ask(case)
            if case[2]:
                self.assert_status(reply, 3)
                self.assertFalse(changed, case)
            else:
                self.assertTrue(reply.kind == "attrs" or reply.raw[5:9] ==
                                bytes(4), (case, str(reply)))

    def test_what_is_open_stays_open(self):
        """A file, and a directory, whose listing goes on out there."""
        self.landlock()
        for options in ((), OFF):
            self.contents()
            s = self.jailed("openat2", 3, *options)
            f = s.call("open", "dir/deep/f", READ | WRITE, {}).handle
            d = s.call("opendir", "dir/deep").handle
            os.rename(self.path("jail/dir/deep"), self.path("outside/deep"))
            self.assertEqual(s.call("read", f, 0, 4).data, b"deep")
            self.assert_status(s.call("write", f, 0, b"DEEP"), 0)
            self.assertIn(b"f", [n[0] for n in s.call("readdir", d).names])
            self.assertEqual(s.call("fstat", d).kind, "attrs")
            # No path leads into or out of the moved directory any more.
            for path in ("dir/deep", "dir/deep/f", "dir/deep/.."):
                self.assert_status(s.call("stat", path), 2)
            os.rename(self.path("outside/deep"), self.path("jail/dir/deep"))
