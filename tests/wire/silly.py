# SPDX-License-Identifier: ISC
"""Silly names: who may make them, who sees them, and who removes those that a
killed session left behind, and when. silly.bats runs these; $SERVER is the
server.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import signal
import struct
import subprocess
import time
import unittest

import mounts
import sftpwire as sw
from atomic import (DENIED, FAILURE, KEEP, LOG, MARK, NEW, OK, OLD, ROOT,
                    YES, AtomicTest, marks_work)
from session import SERVER
from sftpwire import CREAT, EXCL, READ, TRUNC, WRITE
from versions import ALL

NOBODY = pwd.getpwnam("nobody")
RANDOM = "x" * 22
NAMES = [".slipway-%s-%s" % (RANDOM, suffix) for suffix in ("part", "old")]

# Sessions that make silly names, and sessions that do not.
MAKERS = {
    "atomic": YES,
    "keep": ("-o", "files.atomic=keep"),
    "reopen": ("-o", "rename.open_handles=reopen"),
    "webex": ("-o", "profile=webex"),
    "a path rule": 'paths = ( { match = "/nowhere"; '
                   'files = { atomic = "yes"; }; } );',
    "another": 'paths = ( { match = "/nowhere"; '
               'rename = { open_handles = "reopen"; }; } );',
}
OTHERS = {
    "no policy": (),
    "close": ("-o", "profile=force-close"),
    "hide": ("-o", "files.hide=secret"),
    "a path rule": 'paths = ( { match = "/nowhere"; '
                   'files = { fsync = true; }; } );',
}


class SillyTest(AtomicTest):
    def sessions(self, settings, versions=ALL):
        for name, setting in settings.items():
            for self.version in versions:
                self.fresh_directory()
                yield from self.told(self.session(
                    *self.options(setting), *LOG, version=self.version),
                    "%s, version %d" % (name, self.version))


class Reserved(SillyTest):
    def makers(self, s, name):
        """Every request that would make something of that name."""
        yield "open", name, WRITE | CREAT | TRUNC
        yield "open", name, WRITE | CREAT
        yield "open", name, WRITE | CREAT | EXCL
        yield "mkdir", name, {}
        yield "symlink", "f", name
        yield "hardlink@openssh.com", "f", name
        yield "rename", "f", name
        yield "posix-rename@openssh.com", "f", name
        yield "copy-file", "f", name, False
        yield "copy-file", "f", name, True

    def test_by_sessions_that_make_them(self):
        for s in self.sessions(MAKERS):
            self.put("f", OLD)
            for name in NAMES:
                for ask in self.makers(s, name):
                    self.assert_code(self.ask(s, *ask), DENIED, str(ask))
            self.assert_only(f=OLD)

    def test_not_by_others(self):
        """A client may be a server like this one."""
        for s in self.sessions(OTHERS):
            for name in NAMES:
                for ask in self.makers(s, name):
                    self.put("f", OLD)
                    reply = self.ask(s, *ask)
                    if reply.kind == "handle":
                        self.close(s, reply.handle)
                    else:
                        self.assert_code(reply, OK, str(ask))
                    self.assertIn(name, self.names())
                    ask = "rmdir" if ask[0] == "mkdir" else "remove"
                    self.assert_code(s.call(ask, name), OK)

    def test_a_server_behind_a_server(self):
        """The directory of one is mounted by way of the other."""
        reason = mounts.Sshfs.unusable()
        if reason:
            self.skipTest(reason)
        self.version = 3
        self.fresh_directory()
        self.put("f", OLD)
        source = self.dir
        mount = mounts.Sshfs(self.dir, SERVER)
        self.addCleanup(mount.unmount)
        self.dir = mount.path
        for setting in MAKERS.values():
            s = self.session(*self.options(setting), *LOG)
            self.close(s, self.upload(s, "f"))
            self.assert_code(
                s.call("posix-rename@openssh.com", "f", "g"), OK)
            self.assertEqual(mounts.names_in(source), ["g"])
            self.assertEqual(self.get("g"), NEW)
            self.assertEqual(s.finish(), 0)
            os.rename(self.path("g"), self.path("f"))

    def test_uploads_one_after_another_by_sshfs(self):
        """A search for stale names that continues: sshfs 3.7 ends by an
        assertion when a directory is opened and read from its middle."""
        server, reason = mounts.openssh_server(), mounts.Sshfs.unusable()
        if reason or server is None:
            self.skipTest(reason or "OpenSSH's server is not installed")
        self.version = 3
        for count in (0, 3000):
            for how in (YES, KEEP):
                self.doCleanups()
                self.fresh_directory()
                for i in range(count):
                    self.put("some-other-file-%d" % i)
                mount = mounts.Sshfs(self.dir, server)
                self.addCleanup(mount.unmount)
                self.dir = mount.path
                s = self.session(*how, *LOG)
                for name in ("f", "g", "h"):
                    self.close(s, self.upload(s, name))
                    self.assertEqual(self.get(name), NEW)
                self.assertEqual(s.finish(), 0)


NOT_EMPTY = (FAILURE, FAILURE, FAILURE, 18)
OLDER, YOUNGER = 90000, 85000		# seconds: a day is 86400


class Stale(SillyTest):
    """A file system on which what was there before has not changed for long,
    or whose clock is wrong."""

    def setUp(self):
        super().setUp()
        reason = mounts.Refusefs.unusable()
        if reason:
            self.skipTest(reason)

    def leave(self, *names):
        """Files as a killed session leaves them."""
        for name in names or NAMES:
            self.put(name, b"left")

    def mount(self, options, leave):
        """Leaves files, and mounts their directory."""
        self.doCleanups()
        self.fresh_directory()
        leave()
        self.source = self.dir
        others = ",allow_other" if ROOT else ""
        self.refusefs = mounts.Refusefs(self.dir, "errno=none," + options
                                        + others)
        self.addCleanup(self.refusefs.unmount)
        self.dir = self.refusefs.path

    def begin(self, setting, options, leave=None, version=3, **kwargs):
        """Mounts the file system and returns a session there."""
        self.mount(options, leave or self.leave)
        self.version = version
        return self.session(*self.options(setting), *LOG, version=version,
                            **kwargs)

    def left(self, *where):
        return sorted(n for n in os.listdir(os.path.join(self.source, *where))
                      if n.startswith(".slipway-"))

    def settle(self, s):
        """Returns once the server has searched for stale names: it does so
        before it reads a request that comes after all others were answered."""
        s.call("realpath", ".")

    def test_listing(self):
        for setting in MAKERS.values():
            for version in (3, 6):
                s = self.begin(setting, "aged=%d" % OLDER, version=version)
                self.assertEqual(self.listing(s), [])
                self.assertEqual(self.left(), [])
                self.assertEqual(s.finish(), 0)

    def test_younger_than_a_day(self):
        for setting in MAKERS.values():
            s = self.begin(setting, "aged=%d" % YOUNGER)
            self.assertEqual(self.listing(s), [])
            self.assertEqual(self.left(), sorted(NAMES))
            self.assertEqual(s.finish(), 0)

    def test_by_the_clock_of_the_file_system(self):
        """It goes slow by more than a day, or the files are old as well."""
        for options, left in (("behind=%d" % OLDER, sorted(NAMES)),
                              ("behind=%d,aged=%d" % (OLDER, OLDER), []),
                              ("behind=10,aged=%d" % OLDER, [])):
            s = self.begin(YES, options)
            self.assertEqual(self.listing(s), [])
            self.assertEqual(self.left(), left)
            self.assertEqual(s.finish(), 0)

    def test_nothing_is_made_to_ask_the_time(self):
        """Unless there is something that may be stale."""
        for options, leave in (("aged=0", self.leave),
                               ("aged=%d" % OLDER, lambda: self.put("f"))):
            s = self.begin(YES, options, leave)
            before = os.stat(self.source).st_mtime_ns
            self.listing(s)
            self.assertEqual(os.stat(self.source).st_mtime_ns, before)
            self.assertEqual(s.finish(), 0)

    @contextlib.contextmanager
    def locked(self, name, how, kind):
        """As a session on this machine locks it."""
        fd = os.open(self.path(name), how)
        fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", kind, os.SEEK_SET,
                                        (1 << 63) - 1, 1, 0))
        try:
            yield
        finally:
            os.close(fd)

    def test_locked(self):
        """In use, by a session that writes or one that reads."""
        for mode in (0o644, 0o444):
            def leave(mode=mode):
                self.leave()
                for name in NAMES:
                    os.chmod(self.path(name), mode)
                    if ROOT:
                        os.chown(self.path(name), NOBODY.pw_uid,
                                 NOBODY.pw_gid)
            # Only root opens what has such a mode, to hold the lock.
            hows = [(NAMES[1], os.O_RDONLY, fcntl.F_RDLCK)]
            if ROOT or mode == 0o644:
                hows.append((NAMES[0], os.O_RDWR, fcntl.F_WRLCK))
            for name, how, kind in hows:
                s = self.begin(YES, "aged=%d" % OLDER, leave, user="nobody")
                with self.locked(name, how, kind):
                    self.assertEqual(self.listing(s), [])
                    self.assertEqual(self.left(), [name])
                self.listing(s)
                # The mode of a file that cannot be written to was changed and
                # put back to try the lock: it is young again. Root is served
                # by a file system that opens any file.
                young = not ROOT and mode == 0o444
                self.assertEqual(self.left(), [name] if young else [])
                self.assertEqual(s.finish(), 0)

    def is_locked(self, name):
        """True if a session has locked the file to write to it."""
        with open(name, "rb") as file:
            got = fcntl.fcntl(file, 36, struct.pack(
                "hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, (1 << 63) - 1, 1, 0))
        return struct.unpack("hhqqi4x", got)[0] != fcntl.F_UNLCK

    def test_lock_of_several_handles(self):
        """The lock lasts until the last handle that writes is closed,
        whichever was opened first, also after handles were let go."""
        for order in (0, 1, 2), (2, 1, 0), (1, 0, 2):
            for resting in False, True:
                s = self.begin(("-o", "profile=webex", "-o",
                                "rename.when=always", "-o",
                                "files.atomic=yes"), "aged=0",
                               lambda: os.mkdir(self.path("d")))
                name = "e/f" if resting else "d/f"
                handles = [self.upload(s, "d/f"),
                           self.open(s, "d/f", WRITE),
                           self.open(s, "d/f", READ | WRITE)]
                if resting:
                    self.assert_code(s.call("rename", "d", "e"), OK)
                    for h in handles:
                        self.write(s, h, NEW)
                part = self.part(name[0])
                for i in order:
                    self.assertTrue(self.is_locked(part))
                    self.close(s, handles[i])
                self.assertEqual(self.get(name), NEW)
                self.assertEqual(s.finish(), 0)

    def test_let_go_for_a_rename(self):
        """An upload that rested for a day: without its lock it must not look
        stale."""
        for how in ("yes", "keep"):
            s = self.begin(("-o", "profile=webex", "-o", "rename.when=always",
                            "-o", "files.atomic=" + how), "aged=%d" % OLDER,
                           lambda: os.mkdir(self.path("d")))
            h = self.upload(s, "d/f")
            part = self.part("d")
            self.refusefs.child.send_signal(signal.SIGUSR1)
            while os.stat(part).st_ctime > time.time() - OLDER:
                pass
            self.assert_code(s.call("rename", "d", "e"), OK)
            other = self.session(*YES, *LOG)
            self.assertEqual(self.listing(other, "e"), [])
            self.close(other, self.upload(other, "e/g"))
            self.settle(other)
            self.write(s, h, b" and more", 3)
            self.close(s, h)
            self.assertEqual(self.get("e/f"), b"new and more")
            self.assertEqual((s.finish(), other.finish()), (0, 0))

    def test_first_upload_into_a_directory(self):
        """An upload cleans its directory, because clients that only upload
        never list it."""
        def leave():
            os.mkdir(self.path("d"))
            self.leave(*NAMES, *["d/" + n for n in NAMES])
        upload_only = ("-o", "access.rights=create,modify,delete,replace")
        for more in ((), upload_only):
            s = self.begin(YES + more, "aged=%d" % OLDER, leave)
            self.close(s, self.upload(s, "f"))
            self.settle(s)
            self.assertEqual(self.left(), [])
            self.assertEqual(self.left("d"), sorted(NAMES))
            self.close(s, self.upload(s, "d/f"))
            self.settle(s)
            self.assertEqual(self.left("d"), [])
            self.assertEqual(s.finish(), 0)

    def test_when_an_upload_has_ended(self):
        """The search waits until no upload is under way, at most to the end of
        the session."""
        for version in (3, 6):
            s = self.begin(YES, "aged=%d" % OLDER, version=version)
            h, g = self.upload(s, "f"), self.upload(s, "g")
            self.close(s, h)
            self.settle(s)
            self.assertEqual(len(self.left()), 3)
            self.close(s, g)
            self.settle(s)
            self.assertEqual(self.left(), [])
            self.assertEqual(s.finish(), 0)
            s = self.begin(YES, "aged=%d" % OLDER, version=version)
            self.upload(s, "f")
            self.settle(s)
            self.assertEqual(len(self.left()), 3)
            self.assertEqual(s.finish(), 0)
            self.assertEqual(self.left(), [])

    def test_many_directories(self):
        """More than the server has notes on, while an upload is under way."""
        where = ["d%d" % i for i in range(40)]

        def leave():
            for d in where:
                os.mkdir(self.path(d))
                self.leave(*[d + "/" + n for n in NAMES])
            self.put("f", OLD)
        s = self.begin(YES, "aged=%d" % OLDER, leave)
        self.upload(s, "f")
        for d in where:
            self.close(s, self.upload(s, d + "/f"))
        self.settle(s)
        self.assertEqual(sum(self.left(d) == [] for d in where),
                         len(where) - 16)
        self.assertEqual(s.finish(), 0)
        self.assertEqual([d for d in where if self.left(d)], [])

    def test_large_directory(self):
        """Some hundred entries are looked at with each upload."""
        def leave():
            self.leave()
            for n in range(3000):
                self.put("name-%d" % n)
        s = self.begin(YES, "aged=%d" % OLDER, leave)
        uploads = 0
        while self.left():
            self.close(s, self.upload(s, "f"))
            uploads += 1
            self.assertLess(uploads, 100)
        self.assertEqual(s.finish(), 0)

    def test_rmdir(self):
        """Stale ones go with their directory; for others it stays, and the
        client learns why."""
        def leave():
            os.mkdir(self.path("d"))
            self.leave(*["d/" + n for n in NAMES])
        for version in (3, 6):
            for setting in MAKERS.values():
                s = self.begin(setting, "aged=%d" % OLDER, leave,
                               version=version)
                self.assert_code(s.call("rmdir", "d"), OK)
                self.assertEqual(s.finish(), 0)
                s = self.begin(setting, "aged=%d" % YOUNGER, leave,
                               version=version)
                reply = s.call("rmdir", "d")
                self.assert_code(reply, NOT_EMPTY)
                self.assertIn(b"upload is under way", reply.message)
                self.assertEqual(self.left("d"), sorted(NAMES))
                self.put("d/f")
                reply = s.call("rmdir", "d")
                self.assert_code(reply, NOT_EMPTY)
                self.assertNotIn(b"upload", reply.message)
                self.assertEqual(s.finish(), 0)

    # Sessions that have silly names, or had, and may not remove them.
    NOT_ALLOWED = {
        "read-only": YES + ("-R",),
        "no right": YES + ("-o", "access.rights=list,stat,read,create,modify,"
                           "rename,mkdir,rmdir,setstat"),
        "REMOVE denied": YES + ("-P", "remove"),
        "REMOVE not allowed": YES + ("-p", "open,close,write,opendir,readdir,"
                                     "realpath,stat,lstat,rmdir"),
        "no right here": 'files = { atomic = "yes"; }; paths = ( { '
                         'match = "%s"; rights = [ "list", "stat", "read", '
                         '"create", "modify", "mkdir", "rmdir" ]; } );',
        "no right to them": 'files = { atomic = "yes"; }; paths = ( { '
                            'match = "%s/d/.slipway*"; rights = "none"; }, { '
                            'match = "%s/.slipway*"; rights = "none"; } );',
        "a dropbox": YES + ("-o", "profile=dropbox"),
        "write-once": YES + ("-o", "profile=write-once"),
        **OTHERS,
    }

    def test_not_by_who_may_not_delete(self):
        """But for temporary files, by an upload that makes one there."""
        def leave():
            os.mkdir(self.path("d"))
            self.leave(*NAMES, *["d/" + n for n in NAMES])
        for name, setting in self.NOT_ALLOWED.items():
            for version in (3, 6):
                with self.subTest(setting=name, version=version):
                    s = self.begin(setting, "aged=%d" % OLDER, leave,
                                   version=version)
                    self.ask(s, "opendir", ".")
                    if s.call("opendir", ".").kind == "handle":
                        self.assertFalse(set(self.listing(s)) & set(NAMES))
                    reply = self.ask(s, "open", "f", WRITE | CREAT)
                    uploads = reply.kind == "handle"
                    if uploads:
                        s.call("close", reply.handle)
                    self.assertNotEqual(s.call("rmdir", "d").code, OK)
                    self.assertEqual(self.left(), [NAMES[1]] if uploads and
                                     name not in OTHERS else sorted(NAMES))
                    self.assertEqual(self.left("d"), sorted(NAMES))
                    self.assertEqual(s.finish(), 0)

    @unittest.skipUnless(ROOT, "takes root, to make files of another user")
    def test_of_another_user(self):
        """They are seen, and stay."""
        def leave():
            os.mkdir(self.path("d"))
            self.leave(*NAMES, *["d/" + n for n in NAMES])
            for name in NAMES:
                for where in ("", "d/"):
                    os.chown(self.path(where + name), 65533, 65533)
        s = self.begin(YES, "aged=%d" % OLDER, leave)
        self.assertEqual(self.listing(s), sorted(NAMES + ["d"]))
        self.assert_code(s.call("rmdir", "d"), NOT_EMPTY)
        self.close(s, self.upload(s, "f"))
        self.settle(s)
        self.assertEqual(self.left(), sorted(NAMES))
        self.assertEqual(self.left("d"), sorted(NAMES))
        self.assertEqual(s.finish(), 0)

    def test_what_is_no_file(self):
        def leave():
            os.mkdir(self.path(NAMES[0]))
            os.symlink("f", self.path(NAMES[1]))
            self.put("f", OLD)
        s = self.begin(YES, "aged=%d" % OLDER, leave)
        self.listing(s)
        self.close(s, self.upload(s, "g"))
        self.settle(s)
        self.assertEqual(self.left(), sorted(NAMES))
        self.assertEqual(self.get("f"), OLD)
        self.assertEqual(s.finish(), 0)

    @unittest.skipUnless(marks_work(), "no user attributes here")
    def test_kept(self):
        """A file that is kept for a name stays, whatever its age, until the
        directory goes; what a killed session kept is stale then."""
        for mark in (b"f", b"/f"):
            def leave(mark=mark):
                os.mkdir(self.path("d"))
                self.leave("d/" + NAMES[0])
                os.setxattr(self.path("d/" + NAMES[0]), MARK, mark)
            s = self.begin(KEEP, "aged=%d" % OLDER, leave)
            self.listing(s, "d")
            self.close(s, self.upload(s, "d/g"))
            self.assert_code(s.call("remove", "d/g"), OK)
            self.assertEqual(self.left("d"), NAMES[:1])
            self.assert_code(s.call("rmdir", "d"), OK)
            self.assertEqual(s.finish(), 0)

    def test_in_a_directory_that_left_the_root(self):
        def leave():
            os.makedirs(self.path("in/d"))
            self.leave(*["in/d/" + n for n in NAMES])
        for sandbox in ("auto", "off"):
            self.mount("aged=%d" % OLDER, leave)
            s = self.session(*YES, "-o", "root=" + self.path("in"), "-o",
                             "sandbox=" + sandbox, *LOG)
            h = self.opendir(s, "d")
            os.rename(self.path("in/d"), self.path("d"))
            while s.call("readdir", h).kind == "name":
                pass
            self.assertEqual(self.left("d"), sorted(NAMES))
            self.assertEqual(s.finish(), 0)


def can_inject():
    """True if strace(1) can make a call fail here, tried on a program that is
    none of ours."""
    if shutil.which("strace") is None:
        return False
    r = subprocess.run(["strace", "-o", "/dev/null", "-e",
                        "inject=unlinkat,unlink:error=EBUSY", "rm", "-f",
                        "/nonexistent/x"], capture_output=True, check=False)
    return b"ptrace" not in r.stderr and r.returncode in (0, 1)


@unittest.skipUnless(can_inject(), "strace cannot make calls fail here")
class Patience(SillyTest):
    """A file system may count a file as open for a while after it was closed:
    then a removal, or giving a file its name back, is tried six times, and
    meanwhile the session goes on. strace makes the calls fail, and tells in
    which order they were made."""

    REOPEN = ("-o", "rename.open_handles=reopen", "-o", "rename.when=always")

    def begin(self, *expressions, options=REOPEN):
        """A session under strace with these, in a fresh directory."""
        self.fresh_directory()
        self.version = 3
        self.log = self.dir + ".strace"
        self.addCleanup(os.unlink, self.log)
        s = sw.Session(["strace", "-f", "-o", self.log,
                        *[word for e in expressions for word in ("-e", e)],
                        SERVER, *options, *LOG], cwd=self.dir, env={
                            # It cannot look for leaks under strace.
                            "ASAN_OPTIONS": os.environ.get(
                                "ASAN_OPTIONS", "") + ":detect_leaks=0"})
        self.addCleanup(s.destroy)
        s.init(3)
        return s

    def refusing(self, refusals, options=REOPEN):
        """So many removals are refused."""
        inject = ["inject=unlinkat:error=EBUSY:when=1..%d" % refusals] \
            if refusals else []
        return self.begin("trace=write,unlinkat", *inject, options=options)

    def calls(self):
        """The calls, in order: `send`, or what failed or worked."""
        with open(self.log) as lines:
            found = re.findall(
                r"(write(?=\(1,)|unlinkat|renameat2?)\(.* = (\S+)",
                lines.read())
        return ["send" if call == "write" else
                "ok" if result == "0" else "refused"
                for call, result in found]

    def removed(self, refusals):
        """Plays a REMOVE of an open file, whose CLOSE removes the silly name.
        Returns the session and the calls; the sends between the tries are
        replies to earlier requests."""
        s = self.refusing(refusals)
        self.put("f", OLD)
        h = self.open(s, "f", READ)
        self.assert_code(s.call("remove", "f"), OK)
        self.assertEqual(len(self.names()), 1)
        # At once, so that the server takes all three in one go.
        asked = [s.payload(*ask) for ask in (("stat", "."), ("close", h),
                                             ("stat", "."))]
        s.pending = [(ident, None) for ident, _ in asked]
        s.send(b"".join(sw.frame(payload) for _, payload in asked))
        self.assertEqual(s.result().kind, "attrs")
        self.assert_code(s.result(), OK)
        self.assertEqual(s.result().kind, "attrs")
        self.assertEqual(s.finish(), 0)
        return s, self.calls()

    def test_removing(self):
        for refusals in range(6):
            s, calls = self.removed(refusals)
            self.assertEqual(self.names(), [])
            self.assertNotIn(b"cannot remove", s.stderr())
            self.assertEqual([c for c in calls if c != "send"],
                             ["refused"] * refusals + ["ok"])

    def test_removing_at_last(self):
        s, calls = self.removed(6)
        self.assertEqual(len(self.names()), 1)
        self.assertIn(b"cannot remove", s.stderr())
        self.assertEqual(calls.count("refused"), 6)
        self.assertEqual(calls.count("ok"), 0)

    def test_the_session_goes_on(self):
        """Earlier replies are sent while the removal is tried again."""
        _, calls = self.removed(5)
        tries = [n for n, c in enumerate(calls) if c in ("refused", "ok")]
        self.assertIn("send", calls[tries[0]:tries[1]], calls)

    def test_an_upload_that_was_replaced(self):
        """Its temporary file is to go with the rename, and goes with its
        close."""
        s = self.refusing(5, YES)
        self.put("x", OLD)
        h = self.upload(s, "f")
        self.assert_code(s.call("posix-rename@openssh.com", "x", "f"), OK)
        self.close(s, h)
        self.assert_only(f=OLD)
        self.assertEqual(s.finish(), 0)

    def test_a_session_that_ends(self):
        """It tries to the end, and then it says so."""
        for refusals in (5, 6):
            s = self.refusing(refusals, YES)
            self.upload(s, "f")
            self.assertEqual(s.finish(), 0)
            self.assertEqual(len(self.names()), refusals - 5)

    def aside(self, refusals):
        """A session without links, where a target that is open is moved aside
        by the first renameat. The rename itself, the second, fails; and so do
        as many tries to give the target its name back, which are renameat2."""
        inject = ["inject=renameat2:error=EBUSY:when=1..%d"
                  % refusals] if refusals else []
        return self.begin("trace=linkat,renameat,renameat2",
                          "inject=linkat:error=EPERM",
                          "inject=renameat:error=EXDEV:when=2+", *inject)

    def test_moving_back_at_the_end(self):
        """A signal, while it is tried: the target has its name in the end."""
        s = self.aside(5)
        self.put("f", OLD)
        self.put("g", NEW)
        self.open(s, "f", READ)
        s.start("posix-rename@openssh.com", "g", "f")
        while self.calls().count("refused") < 2:
            pass
        with open(self.log) as log:
            os.kill(int(log.read().split()[0]), signal.SIGTERM)
        s.wait()
        self.assert_only(f=OLD, g=NEW)

    def test_moving_back(self):
        for refusals in (0, 5, 6):
            s = self.aside(refusals)
            self.put("f", OLD)
            self.put("g", NEW)
            h = self.open(s, "f", READ)
            reply = s.call("posix-rename@openssh.com", "g", "f")
            self.assert_code(reply, FAILURE)
            self.assertEqual(s.call("read", h, 0, 100).data, OLD)
            self.assertEqual(self.get("g"), NEW)
            self.assertEqual(os.path.exists(self.path("f")), refusals < 6)
            self.assertEqual(b"its name \"f\" back" in s.stderr(),
                             refusals == 6)
            self.close(s, h)
            self.assertEqual(s.finish(), 0)


class TwoHosts(SillyTest):
    """Two mounts of one directory, across which no lock is seen: what one
    session uploads no other takes away, whatever it asks."""

    def by_sshfs(self):
        """Two machines that mount a third one's directory. One of our servers
        there would leave out the names in its listings."""
        server = mounts.openssh_server()
        if server is None:
            self.skipTest("OpenSSH's server is not installed")
        source = self.dir
        for _ in range(2):
            mount = mounts.Sshfs(source, server)
            self.addCleanup(mount.unmount)
            yield mount.path

    def by_bindfs(self):
        """A bindfs, and the directory behind it."""
        mount = mounts.Bindfs(self.dir)
        self.addCleanup(mount.unmount)
        yield mount.path
        yield self.dir

    def ask_all(self, s):
        """Sends each request that removes old silly names or looks for kept
        files."""
        self.listing(s)
        self.listing(s, "d")
        for name in ("missing", "f", "d/f"):
            self.ask(s, "stat", name)
        self.close(s, self.upload(s, "theirs"))
        self.close(s, self.upload(s, "d/theirs"))
        for name in ("theirs", "d/theirs"):
            self.assert_code(self.ask(s, "remove", name), OK)
        s.call("rmdir", "d")

    def play(self, paths, mine, others):
        where = list(paths)
        os.mkdir(os.path.join(where[0], "d"))
        for one, two in (where, where[::-1]):
            for other in others:
                self.dir = one
                s = self.session(*self.options(mine), *LOG)
                hs = [self.upload(s, name) for name in ("f", "d/f")]
                self.dir = two
                o = self.session(*self.options(other), *LOG)
                self.ask_all(o)
                self.dir = one
                for h in hs:
                    self.write(s, h, b" and more", 3)
                    self.close(s, h)
                for name in ("f", "d/f"):
                    self.assertEqual(self.get(name), b"new and more")
                    os.unlink(self.path(name))
                self.assertEqual(s.finish(), 0)
                self.dir = two
                self.assertEqual(o.finish(), 0)

    def test_two_mounts(self):
        self.version = 3
        for kind, paths in ((mounts.Sshfs, self.by_sshfs),
                            (mounts.Bindfs, self.by_bindfs)):
            reason = kind.unusable()
            if reason:
                self.skipTest(reason)
            for mine in (YES, KEEP):
                self.doCleanups()
                self.fresh_directory()
                self.play(paths(), mine,
                          list(MAKERS.values()) + [()])

    def test_old_times(self):
        """sshfs takes the time of the last write for that of the last change:
        an upload that is given an old one must not look stale."""
        self.version = 3
        reason = mounts.Sshfs.unusable()
        if reason:
            self.skipTest(reason)
        for how in (YES, KEEP, YES + ("-o", "root=%s")):
            for ask in ("setstat", "fsetstat"):
                for renames in (False, True):
                    self.doCleanups()
                    self.fresh_directory()
                    source = self.dir
                    one, two = self.by_sshfs()
                    self.dir = one
                    s = self.session(*[w.replace("%s", one) for w in how],
                                     *LOG)
                    h = self.upload(s, "f")
                    self.assert_code(s.call(
                        ask, "f" if ask == "setstat" else h,
                        {"atime": 1000, "mtime": 2000}), OK)
                    self.dir = two
                    o = self.session(*YES, *LOG)
                    self.assertEqual(self.listing(o), [])
                    self.close(o, self.upload(o, "theirs"))
                    self.dir = one
                    if renames:
                        self.assert_code(s.call("rename", "f", "g"), OK)
                    self.close(s, h)
                    name = "g" if renames else "f"
                    st = os.stat(os.path.join(source, name))
                    self.assertEqual((st.st_size, st.st_atime, st.st_mtime),
                                     (len(NEW), 1000, 2000))
                    self.assertEqual((s.finish(), o.finish()), (0, 0))

    def test_begun_anew(self):
        """The same name is uploaded by both: each is whole, the last wins."""
        self.version = 3
        for kind, paths in ((mounts.Sshfs, self.by_sshfs),
                            (mounts.Bindfs, self.by_bindfs)):
            reason = kind.unusable()
            if reason:
                self.skipTest(reason)
            for how in (YES, KEEP):
                self.doCleanups()
                self.fresh_directory()
                one, two = paths()
                self.dir = one
                a = self.session(*how, *LOG)
                ha = self.upload(a, "f", b"a" * 100)
                self.dir = two
                b = self.session(*how, *LOG)
                hb = self.upload(b, "f", b"b")
                self.close(a, ha)
                self.assertEqual(self.get("f"), b"a" * 100)
                self.close(b, hb)
                self.assertEqual(self.get("f"), b"b")
                self.assertEqual((a.finish(), b.finish()), (0, 0))
                self.assertEqual(self.parts(), [])
