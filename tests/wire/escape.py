# SPDX-License-Identifier: ISC
"""Each way out of a root that an SFTP server was ever published to have, and
what a confined session must not do besides. $SERVER is the server, $BUILD has
the programs that the tests need.
"""

import os
import pwd
import shutil
import socket
import stat
import subprocess
import unittest

from jail import (CREATE_NEW, CREATE_TRUNCATE, DELETE_ON_CLOSE, EXISTING,
                  NOBODY, OR_CREATE, R_DATA, ROOT, SECRET, W_DATA, WAYS, Jail,
                  Watched, all_requests, look, opens, reading, writing)
from session import SERVER
from sftpwire import APPEND, CREAT, EXCL, READ, TRUNC, WRITE

OK, EOF, MISSING, DENIED, FAILURE, UNSUPPORTED = 0, 1, 2, 3, 4, 8


def can_unshare():
    return ROOT and subprocess.run(
        ["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0


class Prefix(Jail):
    def test_a_name_that_begins_alike(self):
        """/home/bob is no prefix of /home/bobby."""
        self.sweep(["../jailbird/secret", "/../jailbird/secret", "bird",
                    "file", "absolute", "bird/secret", "bird/dir"],
                   [("bird", "../jailbird"), ("file", "../jailbird/secret"),
                    ("absolute", "/../jailbird/secret")])
        self.sweep([self.path("jailbird/secret"), self.jail + "bird"],
                   named=True)

    def test_a_directory_that_moves_beside_it(self):
        """A directory that moved from bob to bobby while it is open has no name
        in the session any more."""
        for version, s in self.jails((3, 6), user=None):
            shutil.rmtree(self.path("jailbird"))
            self.contents()
            h = s.call("opendir", "dir").handle
            os.rename(self.path("jail/dir"), self.path("jailbird"))
            self.assert_status(s.call("opendir", "dir"), MISSING)
            self.assertNotEqual(s.call("stat", "bird/deep").kind, "attrs")
            names = [n[0] for n in s.call("readdir", h).names]
            self.assertIn(b"deep", names)


class Link(Jail):
    def test_relative(self):
        self.sweep(["out", "out/", "up/outside/secret", "up/../outside/secret",
                    "dir/deep/out/secret", "dir/deep/out/dir"],
                   [("out", "../outside/secret"), ("up", ".."),
                    ("dir/deep/out", "../../../outside")])

    def test_absolute(self):
        real = self.path("outside")
        links = [("out", real + "/secret"), ("outdir", real),
                 ("top", self.dir)]
        paths = ["out", "outdir/secret", "outdir/dir", "top/outside/secret"]
        self.sweep(paths, links, named=True)
        # Where they lead to is beneath the root, and there is nothing.
        for version, s in self.jails():
            self.contents(*links)
            for path in paths:
                self.assert_status(s.call("stat", path), MISSING)
            self.make("jail" + real + "/secret", b"inside")
            self.own()
            self.assertEqual(s.call("stat", "out").attrs["size"], 6)
            self.assertEqual(s.call("stat", "outdir/secret").attrs["size"], 6)

    def test_chains(self):
        self.sweep(["a", "a/", "loop", "loop/x"],
                   [("a", "b"), ("b", "dir/c"), ("dir/c", "deep/d"),
                    ("dir/deep/d", "../../../outside/secret"),
                    ("loop", "loop2"), ("loop2", "../jail/loop")])

    def test_through_directories(self):
        self.sweep(["d/secret", "d/dir", "dir/e/secret", "dir/e/../secret",
                    "d/../../outside/secret", "d/dir/../../outside/secret"],
                   [("d", "../outside"), ("dir/e", "../../outside")])

    def test_made_by_the_client(self):
        for version, s in self.jails():
            for text in ("../outside", "/../outside", self.path("outside")):
                self.contents()
                if version == 6:
                    self.assert_status(s.call("link", "l", text, 1), OK)
                else:
                    self.assert_status(s.call("symlink", text, "l"), OK)
                for path in ("l/secret", "l/dir", "l"):
                    self.assert_status(s.call("stat", path), MISSING)
                r = s.call("open", "l/new", *opens(version)[5], {})
                self.assertIn(r.code, (MISSING, 10), str(r))
                self.assert_untouched()


class Shown(Jail):
    def test_realpath(self):
        cases = {".": "/", "..": "/", "/../..": "/", "dir/../..": "/",
                 "../outside/dir/..": None, "out": None, "up/dir": "/dir",
                 "dir/deep/up/f": "/f", "new": "/new", "up": "/",
                 "/dir/deep": "/dir/deep"}
        links = [("out", "../outside/secret"), ("up", "../.."),
                 ("dir/deep/up", "../../../..")]
        for version, s in self.jails():
            self.contents(*links)
            for path, want in cases.items():
                controls = [(), (1,), (2,), (3,)] if version == 6 else [()]
                for control in controls:
                    r = s.call("realpath", path, *control)
                    if r.kind == "status" or want is None:
                        continue
                    if control not in ((), (1,)) or version < 6:
                        self.assertEqual(r.names[0][0], want.encode(), path)
                    self.assertEqual(r.names[0][0][:1], b"/")

    def test_home_directory(self):
        me = NOBODY.pw_name if ROOT else pwd.getpwuid(os.getuid()).pw_name
        for version, s in self.jails():
            for name, want in (("", b"/"), (me, b"/"), ("root", None),
                               ("daemon", None), ("no-such-user", None)):
                r = s.call("home-directory", name)
                if want is None and name != me:
                    self.assert_status(r, FAILURE)
                else:
                    self.assertEqual(r.names[0][0], want)

    def test_expand_path(self):
        for version, s in self.jails():
            for path, want in (("~", b"/"), ("~/x", b"/x"), ("", b"/"),
                               ("x/..", b"/"), ("~/../..", b"/")):
                r = s.call("expand-path@openssh.com", path)
                if path == "x/..":
                    self.assertIn(r.kind, ("name", "status"))
                    continue
                self.assertEqual(r.names[0][0], want, path)
            # No user has a home, and a missing user gets the same answer.
            told = {s.call("expand-path@openssh.com", b"~" + name).raw[5:]
                    .replace(name, b"") for name in (b"root", b"zzzz")}
            self.assertEqual(len(told), 1, told)
            self.assert_status(s.call("expand-path@openssh.com", "~nil"),
                               MISSING)

    def test_temporary_folders(self):
        for version, s in self.jails():
            for name in ("get-temp-folder", "make-temp-folder"):
                self.assert_status(s.call(name), UNSUPPORTED)

    def test_a_home_beneath_the_root(self):
        """It is where the session starts, as after chroot(2)."""
        home = NOBODY.pw_dir if ROOT else os.path.expanduser("~")
        if home == "/":
            self.skipTest("the home is /")
        self.make("jail" + home + "/f")
        for version, s in self.jails((3, 6)):
            self.assertEqual(s.call("realpath", ".").names[0][0],
                             home.encode())
            self.assertEqual(s.call("home-directory", "").names[0][0],
                             home.encode())

    def test_what_the_root_is_called_is_for_the_log(self):
        s = self.jailed("openat2", 3, "-e", "-l", "INFO")
        s.call("open", "missing", READ, {})
        self.assertEqual(s.finish(), 0)
        self.assertIn(b'confined to "%s"' % os.fsencode(self.jail), s.stderr())


class Template(Jail):
    """A user's name that is no part of a path."""

    USER = "root"
    NAMES = ("..", ".", "a/b", "/", "-x", "a\tb", "a\nb", "\x7f", "../jail")

    def explain(self, *args):
        return subprocess.run([SERVER, "-T"] + list(args),
                              capture_output=True, check=False)

    def test_names_that_are_no_part_of_a_path(self):
        for name in self.NAMES:
            for root in ("/srv/%u", "/srv/%u/files", "/srv/x-%u"):
                r = self.explain("-C", "user=" + name, "-o", "root=" + root)
                self.assertEqual(r.returncode, 78, (name, root, r))
                self.assertIn(b"not safe in a path", r.stderr)
        for root in ("/", "//", "/./", "/srv/..", "/srv/../%u", "srv/%u"):
            r = self.explain("-o", "root=" + root)
            self.assertEqual(r.returncode, 78, (root, r))

    @unittest.skipUnless(can_unshare(), "takes root, and a mount namespace")
    def test_such_users_get_no_session(self):
        etc = self.path("etc")
        self.make("etc/nsswitch.conf", b"passwd: files\n")
        for name in ("..", ".", "a/b", "a\tb", "../outside"):
            self.put("etc/passwd",
                     b"%s:x:4242:4242::/:/bin/sh\n" % name.encode())
            r = subprocess.run(
                ["unshare", "-m", "sh", "-c", 'mount --bind "$1" /etc '
                 '&& exec setpriv --reuid 4242 --regid 4242 --clear-groups '
                 '"$2" -e -o root="$3/%u"', "sh", etc, SERVER, self.jail],
                input=b"\0\0\0\5\1\0\0\0\3", capture_output=True,
                check=False, env={"LOGNAME": name})
            self.assertEqual(r.returncode, 78, (name, r))
            self.assertIn(b"not safe in a path", r.stderr)

    def test_a_link_where_the_user_is_to_be(self):
        """The part that stands for a user is no link to elsewhere."""
        me = pwd.getpwuid(os.getuid()).pw_name
        os.symlink("../outside", self.path("jail/" + me))
        s = self.raw_session("-e", "-o", "root=" + self.jail + "/%u")
        s.init(3)
        r = s.call("stat", "secret")
        self.assert_status(r, FAILURE)
        self.assertNotIn(os.fsencode(self.dir), r.raw)
        self.assertEqual(s.finish(), 78)
        self.assertIn(b"cannot be opened", s.stderr())
        self.assertIn(os.fsencode(self.jail + "/" + me), s.stderr())


class Proc(Jail):
    """Links that are none, and memory: nothing leads there."""

    PATHS = ("/proc/self/mem", "/proc/self/fd/0", "/proc/self/fd/1",
             "/proc/self/fd", "/proc/self/fdinfo", "/proc/self/root",
             "/proc/self/root/etc/passwd", "/proc/self/cwd",
             "/proc/self/cwd/etc/passwd", "/proc/self/exe", "/proc/self/maps",
             "/proc/self/environ", "/proc/self/task", "/proc/1/root",
             "/proc/thread-self/mem", "/proc/thread-self/fd/0", "/proc/self",
             "/proc/sys/kernel/hostname", "/dev/fd/0", "/dev/stdin",
             "/proc/self/map_files", "/usr/../proc/self/mem",
             "//proc//self//fd/0")

    # Only requests that would do no harm if they reached the outside.
    def asks(self, version, path):
        yield ("open", path) + reading(version) + ({},)
        yield ("open", path) + writing(version) + ({},)
        yield "stat", path
        yield "opendir", path
        yield "check-file-name", path, "crc32", 0, 0, 0
        yield "statvfs@openssh.com", path
        yield "copy-file", path, self.path("copy"), 0

    def assert_nowhere(self, s, version, paths):
        for path in paths:
            for ask in self.asks(version, path):
                self.assertEqual(s.call(*ask).kind, "status", ask)
                self.assertFalse(os.path.exists(self.path("copy")))

    def at_slash(self, way, version, **kwargs):
        """A session without a root that walks nevertheless."""
        before, behind = WAYS[way]
        s = Watched(before + [SERVER, "-o", "files.symlinks=no-create"]
                    + behind, cwd="/", up_to=version, **kwargs)
        self.addCleanup(s.destroy)
        s.init(version)
        return s

    def test_in_a_session_with_rules(self):
        for user in ("nobody", "root") if ROOT else ("nobody",):
            for way in WAYS:
                for version in (3, 6):
                    with self.subTest(way=way, version=version, user=user):
                        s = self.at_slash(way, version, user=user)
                        self.assert_nowhere(s, version, self.PATHS)
                        self.assertEqual(s.call("stat", "/proc").kind, "attrs")
                        self.assertEqual(s.call("stat", "/etc").kind, "attrs")

    def test_by_a_link_of_the_clients(self):
        for way in WAYS:
            s = self.at_slash(way, 3)
            for path in self.PATHS:
                link = self.path("link")
                os.symlink(path, link)
                self.assert_nowhere(s, 3, [link, link + "/"])
                os.unlink(link)

    @unittest.skipUnless(can_unshare(), "takes root, and a mount namespace")
    def test_beneath_a_root(self):
        """A procfs beneath the root, as some jails have one."""
        os.mkdir(self.path("jail/proc"))
        os.symlink("proc/self/root/etc", self.path("jail/out"))
        os.symlink("proc/self/fd", self.path("jail/fd"))
        paths = [p for p in self.PATHS if p.startswith("/proc")] + [
            "out", "out/passwd", "fd/0", "fd/3", "proc/self/fd/3/.."]
        script = ('mount -t proc proc "$1/proc" && shift && exec "$@"')
        for way, (before, behind) in WAYS.items():
            for version in (3, 6):
                with self.subTest(way=way, version=version):
                    s = Watched(["unshare", "-m", "sh", "-c", script, "sh",
                                 self.jail] + before + [
                                     SERVER, "-o", "root=" + self.jail]
                                + behind, cwd="/", up_to=version)
                    self.addCleanup(s.destroy)
                    s.init(version)
                    self.assertEqual(s.call("stat", "/proc").kind, "attrs")
                    self.assert_nowhere(s, version, paths)
                    self.assertEqual(s.finish(), 0)


class Dangling(Jail):
    LINKS = [("in", "new"), ("out", "../outside/new"),
             ("absolute", "/outside/new"), ("chain", "out"),
             ("deep", "dir/deep/../../../outside/new")]

    def creates(self, version):
        if version < 5:
            return [(WRITE | CREAT,), (READ | WRITE | CREAT | TRUNC,),
                    (WRITE | CREAT | APPEND,)]
        return [(W_DATA, OR_CREATE), (R_DATA | W_DATA, CREATE_TRUNCATE)]

    def excludes(self, version):
        return [(WRITE | CREAT | EXCL,)] if version < 5 else [
            (W_DATA, CREATE_NEW)]

    def test_what_is_created_is_inside(self):
        for version, s in self.jails():
            for way in self.creates(version):
                for name, _ in self.LINKS[1:]:
                    self.contents(*self.LINKS)
                    r = s.call("open", name, *way, {})
                    self.assertIn(r.code, (MISSING, 10), str(r))
                    self.assert_untouched(name)
                    # The same, where the outside has a namesake inside.
                    self.make("jail/outside/x")
                    self.own()
                    r = s.call("open", name, *way, {})
                    self.assertEqual(r.kind, "handle", str(r))
                    s.call("write", r.handle, 0, b"in")
                    s.call("close", r.handle)
                    with open(self.path("jail/outside/new"), "rb") as f:
                        self.assertEqual(f.read(), b"in")
                    self.assert_untouched(name)
                self.contents(*self.LINKS)
                r = s.call("open", "in", *way, {})
                self.assertEqual(r.kind, "handle", str(r))
                s.call("close", r.handle)
                self.assertTrue(os.path.isfile(self.path("jail/new")))

    def test_nothing_new_through_a_link(self):
        for version, s in self.jails():
            for name, _ in self.LINKS:
                self.contents(*self.LINKS)
                self.make("jail/outside/x")
                self.own()
                for way in self.excludes(version):
                    r = s.call("open", name, *way, {})
                    self.assertEqual(r.kind, "status", str(r))
                self.assertEqual(s.call("mkdir", name, {}).kind, "status")
                self.assertNotEqual(
                    s.call("hardlink@openssh.com", "f", name).code, OK)
                self.assertEqual(os.listdir(self.path("jail/outside")), ["x"])
                self.assertFalse(os.path.exists(self.path("jail/new")))
                self.assert_untouched(name)


class HardLink(Jail):
    def ask(self, s, version, old, new):
        yield s.call("hardlink@openssh.com", old, new)
        if version == 6:
            yield s.call("link", new, old, 0)

    def test_to_the_outside(self):
        """A link is linked itself, never what it leads to."""
        links = [("out", "../outside/secret"), ("d", "../outside")]
        for version, s in self.jails():
            for old in ("out", "d/secret", "../outside/secret",
                        "up/outside/secret"):
                self.contents(*links, ("up", ".."))
                for r in self.ask(s, version, old, "new"):
                    if old != "out":
                        self.assertIn(r.code, (MISSING, 10), str(r))
                    if os.path.lexists(self.path("jail/new")):
                        self.assertTrue(
                            os.path.islink(self.path("jail/new")))
                        os.unlink(self.path("jail/new"))
                self.assert_untouched(old)

    @unittest.skipUnless(ROOT, "takes root, to have a file of another user")
    def test_to_what_one_may_not_read(self):
        """The system refuses it, where it is told to; in any case it gives
        no access that was not there."""
        with open("/proc/sys/fs/protected_hardlinks", "rb") as f:
            protected = f.read().strip() == b"1"
        for version, s in self.jails():
            self.contents()
            theirs = self.path("jail/theirs")
            with open(theirs, "wb") as f:
                f.write(SECRET)
            os.chmod(theirs, 0o600)
            before = os.lstat(theirs)
            for r in self.ask(s, version, "theirs", "mine"):
                self.assertEqual(r.kind, "status")
                if protected:
                    self.assert_status(r, DENIED)
                    self.assertFalse(os.path.exists(self.path("jail/mine")))
                for way in opens(version):
                    r = s.call("open", "mine", *way, {})
                    if r.kind == "handle":
                        size = s.call("fstat", r.handle).attrs["size"]
                        self.assertNotEqual(size, len(SECRET))
                        s.call("close", r.handle)
                s.call("setstat", "mine", {"permissions": 0o666})
                s.call("remove", "mine")
            after = os.lstat(theirs)
            self.assertEqual((before.st_mode, before.st_size, before.st_mtime),
                             (after.st_mode, after.st_size, after.st_mtime))


class Copy(Jail):
    DATA = bytes(range(256)) * 64

    def same(self, name="f"):
        with open(self.path("jail/" + name), "rb") as f:
            self.assertEqual(f.read(), self.DATA)

    def prepare(self):
        self.contents(("l", "f"), ("up", "../f"))
        self.make("jail/f", self.DATA)
        os.link(self.path("jail/f"), self.path("jail/hard"))
        self.own()

    def test_a_file_onto_itself(self):
        """By whatever name: refused, and the file is as it was."""
        for version, s in self.jails():
            for other in ("f", "./f", "l", "hard", "up", "dir/../f"):
                self.prepare()
                a = s.call("open", "f", *writing(version), {}).handle
                b = s.call("open", other, *writing(version), {}).handle
                for from_, to in ((a, b), (b, a), (a, a)):
                    for ranges in ((0, 0, 0), (0, 0, 100), (100, 0, 0),
                                   (0, len(self.DATA), 1)):
                        r = s.call("copy-data", from_, *ranges[:2], to,
                                   ranges[2])
                        self.assertNotEqual((r.kind, r.code), ("status", OK))
                        self.same()
                s.call("close", a)
                s.call("close", b)
                for overwrite in (0, 1):
                    r = s.call("copy-file", "f", other, overwrite)
                    self.assertEqual(r.kind, "status")
                    self.same()
                    self.same("hard")

    def test_to_and_from_the_outside(self):
        self.sweep(["out", "d/secret", "../outside/secret"],
                   [("out", "../outside/secret"), ("d", "../outside")], (3,))


class ReadOnly(Jail):
    """A file that is opened to be read is not created, emptied or removed."""

    def asks(self, version):
        if version < 5:
            for flags in (CREAT, TRUNC, CREAT | TRUNC, CREAT | EXCL, APPEND,
                          WRITE, WRITE | CREAT):
                yield flags & 0xffff | READ,
                yield flags,
            return
        for access in (0, R_DATA, W_DATA, 4):
            for disposition in range(5):
                yield access, disposition
                yield access, disposition | 0x8		# append
        if version == 6:
            yield R_DATA, 0x802				# delete on close
            yield 0x10000, 2				# may delete

    def test_create_and_truncate(self):
        for setting in ("-R", "-oaccess.read_only=true"):
            for version, s in self.jails((3, 4, 5, 6), setting):
                self.contents(("l", "f"), ("new", "nowhere"))
                before = look(self.jail)
                for path in ("f", "l", "missing", "new", "dir/missing"):
                    for way in self.asks(version):
                        r = s.call("open", path, *way, {"permissions": 0o777})
                        if r.kind == "handle":
                            self.use(s, r.handle, False)
                        self.assertEqual(look(self.jail), before,
                                         (path, way, str(r)))

    def test_all_other_requests(self):
        for version, s in self.jails((3, 4, 5, 6), "-R"):
            self.contents(("l", "f"))
            before = look(self.jail)
            for path in ("f", "l", "missing", "dir"):
                for name, *values in all_requests(version, path, "f"):
                    r = s.call(name, *values)
                    if r.kind == "handle":
                        self.use(s, r.handle, name == "opendir")
                    self.assertEqual(look(self.jail), before, (name, values))


class Setstat(Jail):
    ATTRS = {
        3: ({"size": 3}, {"permissions": 0o7777}, {"atime": 1, "mtime": 2},
            {"uid": 1, "gid": 1}),
        4: ({"size": 3}, {"permissions": 0o7777}, {"mtime": 2},
            {"owner": "daemon", "group": "daemon"}),
    }

    def attrs(self, version):
        return self.ATTRS[min(version, 4)]

    def test_by_path(self):
        """As root, too, which no mode would stop."""
        links = [("out", "../outside/secret"), ("d", "../outside"),
                 ("own", "f")]
        for user in ("root", "nobody") if ROOT else ("nobody",):
            for version, s in self.jails(user=user):
                self.contents(*links)
                for path in ("out", "d/secret", "d/dir", "d",
                             "../outside/secret"):
                    for attrs in self.attrs(version):
                        r = s.call("setstat", path, attrs)
                        self.assert_status(r, MISSING)
                        self.assert_untouched((path, attrs))
                        s.call("lsetstat@openssh.com", path, attrs)
                        self.assert_untouched((path, attrs))
                for attrs in self.attrs(version)[:3]:
                    self.assert_status(s.call("setstat", "own", attrs), OK)
                self.assertEqual(os.stat(self.path("jail/f")).st_size, 3)
                self.assertTrue(os.path.islink(self.path("jail/own")))

    def test_by_handle(self):
        """FSETSTAT changes the file that the handle has open, not another one
        that has its name by now."""
        for version, s in self.jails():
            self.contents()
            h = s.call("open", "f", *reading(version), {}).handle
            os.rename(self.path("jail/f"), self.path("jail/g"))
            os.symlink("../outside/secret", self.path("jail/f"))
            for attrs in self.attrs(version):
                s.call("fsetstat", h, attrs)
                self.assert_untouched(attrs)
            # A size is for handles that write.
            self.assertEqual(os.stat(self.path("jail/g")).st_size, 6)
            d = s.call("opendir", "dir").handle
            os.rename(self.path("jail/dir"), self.path("jail/e"))
            os.symlink("../outside/dir", self.path("jail/dir"))
            for attrs in self.attrs(version):
                s.call("fsetstat", d, attrs)
                self.assert_untouched(attrs)


class Special(Jail):
    """FIFOs, devices, sockets: nothing waits, and nothing goes on for ever."""

    def setUp(self):
        super().setUp()
        self.contents()

    def nodes(self):
        os.mkfifo(self.path("jail/node"), 0o666)
        yield "fifo"
        os.unlink(self.path("jail/node"))
        for name, device in (("zero", (1, 5)), ("null", (1, 3)),
                             ("full", (1, 7)), ("tty", (5, 0)),
                             ("ptmx", (5, 2)), ("none", (0, 4242))):
            try:
                self.node("node", *device)
            except PermissionError:
                continue
            yield name
            os.unlink(self.path("jail/node"))
        with socket.socket(socket.AF_UNIX) as sock:
            here = os.getcwd()
            os.chdir(self.jail)
            sock.bind("node")
            os.chdir(here)
            sock.listen()
            os.chmod(self.path("jail/node"), 0o666)
            yield "socket"
            os.unlink(self.path("jail/node"))

    def test_nothing_waits(self):
        for version, s in self.jails((3, 6), timeout=20):
            for node in self.nodes():
                for name, *values in all_requests(version, "node", "f"):
                    # Skip requests that would take the node away.
                    if name in ("remove", "rename", "link", "symlink",
                                "posix-rename@openssh.com") or \
                            DELETE_ON_CLOSE | EXISTING in values or \
                            (name == "copy-file" and values[0] == "node"):
                        continue
                    r = s.call(name, *values)
                    if r.kind == "handle":
                        self.play(s, version, r.handle)
                self.assertFalse(stat.S_ISREG(
                    os.lstat(self.path("jail/node")).st_mode), node)
                # The other file is still there, and the session answers.
                self.assertEqual(s.call("stat", "f").kind, "attrs")

    def play(self, s, version, h):
        for off in (0, 1 << 40):
            s.call("read", h, off, 65536)
            s.call("write", h, off, b"x" * 70000)
        s.call("fstat", h)
        s.call("fsync@openssh.com", h)
        s.call("fsetstat", h, {"size": 0})
        s.call("ranges@asyncssh.com", h, 0, 1 << 40)
        s.call("check-file-handle", h, "crc32", 0, 0, 0)
        s.call("close", h)

    def node(self, name, major, minor):
        path = self.path("jail/" + name)
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(path, 0o666)

    @unittest.skipUnless(ROOT, "takes root, to make a device")
    def test_endless_work_ends_with_the_client(self):
        """A device that never ends is read until its reader is gone."""
        self.node("zero", 1, 5)
        self.node("null", 1, 3)
        for ask in "copy-data", "text-seek":
            s = self.jailed("openat2", 6)
            zero, null = (s.call("open", name, *writing(6), {}).handle
                          for name in ("zero", "null"))
            s.start(ask, zero, *((0, 0, null, 0) if ask == "copy-data"
                                 else (1 << 40,)))
            s.hang_up()
            s.child.wait(20)

    def test_copies_end(self):
        """A device that never ends fills a disk, or its quota, and no more."""
        for version, s in self.jails((3, 6), timeout=60):
            for node in self.nodes():
                r = s.call("copy-file", "node", "copy", 1)
                self.assertEqual(r.kind, "status", node)
                if os.path.exists(self.path("jail/copy")):
                    os.unlink(self.path("jail/copy"))
