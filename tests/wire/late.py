# SPDX-License-Identifier: ISC
"""Errors of writing that come after WRITE was answered OK. A file system tells
of them once, at the next close of whatever descriptor of the file: CLOSE has
to tell them all the same, and with files.atomic the old file stays. Three
such file systems: FUSE with a cache for writes, sshfs in front of a disk that
fills up, and the shim, whose close(2) fails. $SERVER is the server.
"""

import os
import re
import subprocess

import mounts
from atomic import LOG, NEW, OK, OLD, AtomicTest
from session import SERVER
from sftpwire import CREAT, EXCL, READ, WRITE

SETTINGS = {
    "none": (),
    "root": ("root=%s",),
    "yes": ("files.atomic=yes",),
    "keep": ("files.atomic=keep",),
    "root and yes": ("root=%s", "files.atomic=yes"),
    "webex and yes": ("profile=webex", "files.atomic=yes"),
    "when=always and yes": ("profile=webex", "rename.when=always",
                            "files.atomic=yes"),
    "fsync and yes": ("files.fsync=true", "files.atomic=yes"),
    "fsync": ("files.fsync=true",),
}


class LateTest(AtomicTest):
    def begin(self, name, version, *args, **kwargs):
        self.version = version
        options = [word % self.dir if "%s" in word else word
                   for word in SETTINGS[name]]
        return self.session(*[w for o in options for w in ("-o", o)], *LOG,
                            *args, version=version, **kwargs)


class Once(LateTest):
    """Each act_ method sends a request on the file while it is written, and
    says since which version that request exists."""

    def act_nothing(self, s):
        pass

    def act_rename(self, s):
        self.ask(s, "rename", "f.tmp", "g")

    def act_rename_over(self, s):
        s.call("posix-rename@openssh.com", "f.tmp", "f")

    def act_rename_to_itself(self, s):
        s.call("posix-rename@openssh.com", "f.tmp", "./f.tmp")

    def act_hardlink(self, s):
        s.call("hardlink@openssh.com", "f.tmp", "g")

    def act_copy(self, s):
        s.call("copy-file", "f.tmp", "g", False)

    def act_copy_from_a_handle(self, s):
        r = self.open(s, "f.tmp", READ)
        g = self.open(s, "g", WRITE | CREAT)
        s.call("copy-data", r, 0, 0, g, 0)
        s.call("close", r)
        s.call("close", g)

    def act_checksum(self, s):
        s.call("check-file-name", "f.tmp", "crc32", 0, 0, 0)

    def act_set_size(self, s):
        s.call("setstat", "f.tmp", {"size": 2})

    def act_set_mode(self, s):
        s.call("setstat", "f.tmp", {"permissions": 0o600})

    def act_set_space(self, s):
        if s.version == 6:
            s.call("setstat", "f.tmp", {"allocation_size": 1 << 20})

    def act_set_bits(self, s):
        if s.version == 6:
            s.call("setstat", "f.tmp", {"bits": 0, "bits_valid": 0x400})

    def act_stat(self, s):
        self.ask(s, "stat", "f.tmp")
        self.ask(s, "stat", "missing")

    def act_list(self, s):
        self.listing(s)

    def act_read(self, s):
        r = self.open(s, "f.tmp", READ)
        s.call("read", r, 0, 10)
        s.call("close", r)

    def act_fsync(self, s):
        """Without files.atomic its answer is enough, as for OpenSSH."""
        self.told = s.call("fsync@openssh.com", self.handle).code != OK

    def act_open_and_fail(self, s):
        self.ask(s, "open", "f.tmp", WRITE | CREAT | EXCL)
        self.ask(s, "opendir", "f.tmp")

    def act_write_through_another(self, s):
        g = self.open(s, "f.tmp", WRITE)
        s.call("close", g)

    def actions(self):
        return sorted(name for name in dir(self) if name.startswith("act_"))

    def play(self, act, name, version):
        """f.tmp is written and acted upon; its CLOSE is no success, and f is
        what it was unless a plain RENAME came before the error."""
        s = self.begin(name, version)
        self.put("f", OLD)
        self.arm(act)
        atomic = "files.atomic=" in " ".join(SETTINGS[name])
        h = self.handle = self.open(s, "f.tmp", WRITE | CREAT)
        self.told = False
        self.write(s, h, NEW)
        getattr(self, act)(s)
        reply = s.call("close", h)
        self.assertEqual(reply.kind, "status")
        if atomic or not self.told:
            self.assertNotEqual(reply.code, OK)
        if atomic:
            self.assertEqual(self.get("f"), OLD)
            self.assertFalse(os.path.exists(self.path("f.tmp")))
            if act in ("act_rename", "act_hardlink"):
                self.assertFalse(os.path.exists(self.path("g")))
        self.assertEqual(s.finish(), 0)

    def arm(self, act):
        """From here on the first bytes of a file are lost."""

    def play_all(self, names, versions=(3,)):
        for name in names:
            for version in versions:
                for act in self.actions():
                    with self.subTest(settings=name, version=version,
                                      act=act):
                        # Remove the mounts, servers and files of the last case.
                        self.doCleanups()
                        self.fresh_directory()
                        self.store()
                        self.play(act, name, version)


class Cached(Once):
    """FUSE whose writes the kernel caches; the first one is lost."""

    def setUp(self):
        super().setUp()
        reason = mounts.Refusefs.unusable()
        if reason:
            self.skipTest(reason)

    def store(self):
        self.source = self.dir
        mount = mounts.Refusefs(self.dir, "errno=none,writeback,lose=EIO")
        self.addCleanup(mount.unmount)
        self.dir = mount.path

    def put(self, name, data=b""):
        """Past the file system, which would lose it."""
        with open(os.path.join(self.source, name), "wb") as out:
            out.write(data)

    def test_every_setting(self):
        self.play_all(SETTINGS)

    def test_version_6(self):
        self.play_all(("none", "yes"), versions=(6,))


class Shimmed(Once):
    """The first close(2) of the file fails, whose ever it is."""

    def setUp(self):
        super().setUp()
        shim = os.path.join(mounts.BUILD, "tests", "shim.so")
        if not os.path.exists(shim):
            self.skipTest("no build/tests/shim.so (it takes glibc and a "
                          "long of 64 bits)")
        libs = subprocess.run(["ldd", SERVER], capture_output=True, text=True,
                              check=True)
        self.preload = ":".join(re.findall(r"libasan\S* => (\S+)",
                                           libs.stdout) +
                                [os.path.realpath(shim)])

    def store(self):
        self.rules = self.dir + ".rules"
        open(self.rules, "w").close()
        self.addCleanup(os.unlink, self.rules)

    def begin(self, name, version, *args):
        # Landlock would keep the shim from its rules.
        return super().begin(name, version, "-o", "sandbox=off", env={
            "LD_PRELOAD": self.preload,
            "SLIPWAY_SHIM_DIR": os.path.realpath(self.dir),
            "SLIPWAY_SHIM_RULES": self.rules,
            "SLIPWAY_SHIM_LOG": "/dev/null"})

    def arm(self, act):
        with open(self.rules, "w") as out:
            for name in ("f.tmp", "f", "g", "*-part"):
                out.write("close always,first=1 EIO %s\n" % name)

    def test_every_setting(self):
        self.play_all(SETTINGS)

    def test_version_6(self):
        self.play_all(("none", "yes"), versions=(6,))


class Full(LateTest):
    """sshfs onto a disk that is full before the end. The server behind it is
    slow, so that WRITE is answered long before it is refused."""

    def setUp(self):
        super().setUp()
        reason = mounts.Sshfs.unusable() or mounts.Tmpfs.unusable()
        if reason:
            self.skipTest(reason)

    def store(self):
        disk = mounts.Tmpfs("600k")
        self.addCleanup(disk.unmount)
        far = mounts.Sshfs(disk.path, SERVER + " -o limits.write_rate=4M")
        self.addCleanup(far.unmount)
        self.disk, self.dir = disk.path, far.path

    def upload_too_much(self, s, *renames):
        """OPEN, WRITE, what comes before CLOSE, CLOSE: all at once."""
        h = self.open(s, "f.tmp", WRITE | CREAT)
        for at in range(20):
            s.start("write", h, at * 32500, b"x" * 32500)
        for ask in renames:
            s.start(*ask)
        s.start("close", h)
        return [s.result().code for _ in range(len(s.pending))]

    def test_rename_before_close(self):
        for name in SETTINGS:
            with self.subTest(settings=name):
                self.doCleanups()
                self.store()
                with open(os.path.join(self.disk, "f"), "wb") as out:
                    out.write(OLD)
                s = self.begin(name, 3)
                codes = self.upload_too_much(
                    s, ("posix-rename@openssh.com", "f.tmp", "f"))
                self.assertNotEqual(codes[-1], OK, codes)
                if "files.atomic=" in " ".join(SETTINGS[name]):
                    self.assertNotEqual(codes[-2], OK, codes)
                    self.assertEqual(mounts.names_in(self.disk), ["f"])
                    self.assertEqual(self.get("f"), OLD)
                self.assertEqual(s.finish(), 0)

    def test_close(self):
        for name in ("none", "yes", "root and yes"):
            with self.subTest(settings=name):
                self.doCleanups()
                self.store()
                s = self.begin(name, 3)
                codes = self.upload_too_much(s)
                self.assertNotEqual(codes[-1], OK, codes)
                self.assertEqual(s.finish(), 0)
