# SPDX-License-Identifier: ISC
"""Silly names: who may make them, who sees them, and who removes those that a
killed session left behind, and when. silly.bats runs these; $SERVER is the
server.
"""

import os

import mounts
from atomic import DENIED, LOG, NEW, OK, OLD, YES, AtomicTest
from session import SERVER
from sftpwire import CREAT, EXCL, TRUNC, WRITE
from versions import ALL

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
            self.assertEqual(os.listdir(source), ["g"])
            self.assertEqual(self.get("g"), NEW)
            self.assertEqual(s.finish(), 0)
            os.rename(self.path("g"), self.path("f"))
