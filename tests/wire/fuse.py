# SPDX-License-Identifier: ISC
"""Habits of file systems in FUSE: some have no hard links and no
RENAME_NOREPLACE, some know files by their names only. refusefs has an option
for each habit; bindfs is one that knows files by name.
"""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

from sftpwire import CREAT, EXCL, OK, READ, TRUNC, WRITE
import mounts
import sftpwire as sw

SERVER = os.environ.get("SERVER") or os.path.join(mounts.BUILD, "sftp-server")
FAILURE = 4
NO_SUCH_FILE = 2
BAD_MESSAGE, INVALID_FILENAME = 5, 20


class FuseTest(unittest.TestCase):
    """A directory and, with show(), a file system that shows it."""

    def setUp(self):
        self.source = tempfile.mkdtemp(prefix="wire-fuse.")
        self.addCleanup(shutil.rmtree, self.source)

    def show(self, kind, *args):
        reason = kind.unusable()
        if reason:
            self.skipTest(reason)
        mount = kind(self.source, *args)
        self.addCleanup(mount.unmount)
        self.mount = mount.path

    def put(self, name, content=b""):
        with open(os.path.join(self.source, name), "wb") as out:
            out.write(content)

    def text(self, name):
        with open(os.path.join(self.source, name), "rb") as file:
            return file.read()

    def names(self):
        return mounts.names_in(self.source)

    def session(self, *settings, version=3):
        words = [word for setting in settings for word in ("-o", setting)]
        s = sw.Session([SERVER, "-e", "-l", "INFO"] + words, cwd=self.mount,
                       up_to=version)
        self.addCleanup(s.destroy)
        s.init(version)
        return s

    def expect(self, s, code, *request):
        self.assertEqual(s.call(*request).code, code, request)

    def upload(self, s, name, content, flags=CREAT | WRITE):
        h = s.call("open", name, flags, {}).handle
        self.expect(s, OK, "write", h, 0, content)
        self.expect(s, OK, "close", h)


class NoLinks(FuseTest):
    """A file system without RENAME_NOREPLACE and hard links, as in mounts by
    rclone."""

    def each_session(self, *settings):
        for error in "EIO", "EPERM", "EOPNOTSUPP":
            self.show(mounts.Refusefs, "errno=none,noflags,nolink=" + error)
            yield self.session(*settings)

    def test_rename(self):
        for s in self.each_session():
            self.put("old", b"old")
            self.put("new", b"new")
            self.expect(s, FAILURE, "rename", "old", "new")
            self.assertEqual(self.text("new"), b"new")
            os.unlink(os.path.join(self.source, "new"))
            self.expect(s, OK, "rename", "old", "new")
            self.assertEqual(self.names(), ["new"])
            self.assertEqual(self.text("new"), b"old")

    def test_upload_of_a_new_file(self):
        """A file that OPEN makes with EXCL gets its name at CLOSE."""
        for s in self.each_session("files.atomic=yes"):
            self.upload(s, "new", b"data", CREAT | WRITE | EXCL)
            self.assertEqual(self.names(), ["new"])
            self.assertEqual(self.text("new"), b"data")
            h = s.call("open", "other", CREAT | WRITE | EXCL, {}).handle
            self.put("other", b"somebody else's")
            self.expect(s, FAILURE, "close", h)
            self.assertEqual(self.text("other"), b"somebody else's")
            self.assertEqual(self.names(), ["new", "other"])
            for name in self.names():
                os.unlink(os.path.join(self.source, name))


class ByName(FuseTest):
    def test_rename_of_a_file_that_is_being_written(self):
        """The new name has what WRITE brought behind RENAME at once."""
        self.show(mounts.Bindfs)
        s = self.session()
        h = s.call("open", "old", CREAT | WRITE | READ, {}).handle
        self.expect(s, OK, "write", h, 0, b"x" * 1000)
        self.expect(s, OK, "rename", "old", "new")
        for i in range(1, 20):
            self.expect(s, OK, "write", h, i * 1000, b"x" * 1000)
        self.expect(s, OK, "close", h)
        self.assertEqual(s.call("stat", "new").attrs["size"], 20000)
        self.assertEqual(self.names(), ["new"])

    def test_directory_of_an_upload(self):
        """The mount knows what is renamed through it, but not what is renamed
        behind it: then the file is lost, and CLOSE and the log say so."""
        for setting in "yes", "keep":
            for behind in False, True:
                self.show(mounts.Bindfs)
                os.makedirs(os.path.join(self.source, "d/deep"))
                s = self.session("files.atomic=" + setting)
                h = s.call("open", "d/deep/f", CREAT | WRITE, {}).handle
                self.expect(s, OK, "write", h, 0, b"data")
                if behind:
                    os.rename(os.path.join(self.source, "d"),
                              os.path.join(self.source, "e"))
                else:
                    self.expect(s, OK, "rename", "d", "e")
                self.expect(s, NO_SUCH_FILE if behind else OK, "close", h)
                self.assertEqual(s.finish(), 0)
                left = os.listdir(os.path.join(self.source, "e/deep"))
                self.assertEqual(len(left), 1, left)
                if behind:
                    self.assertIn(b'cannot give "%s" its name "f"'
                                  % left[0].encode(), s.stderr())
                else:
                    self.assertEqual(left, ["f"])
                shutil.rmtree(os.path.join(self.source, "e"))


class NewNumbers(FuseTest):
    """A file has another inode number once the kernel has forgotten it, as in
    exfat-fuse: after a rename that failed."""

    def test_a_name_that_cannot_be_had(self):
        """The temporary file does not stay."""
        for options in "", ",noflags,nolink":
            self.show(mounts.Refusefs, "errno=none,newino,nocolon" + options)
            for how in CREAT, CREAT | EXCL:
                s = self.session("files.atomic=yes")
                h = s.call("open", "a:b", how | WRITE, {}).handle
                self.expect(s, OK, "write", h, 0, b"data")
                self.expect(s, NO_SUCH_FILE, "close", h)
                self.assertEqual(self.names(), [])
                self.assertEqual(s.finish(), 0)


    def test_a_file_that_gives_way_to_a_renamed_upload(self):
        """An upload over it is renamed: the old file goes, whatever became of
        its number meanwhile."""
        self.show(mounts.Refusefs, "errno=none,newino,nocolon")
        for version in 3, 6:
            self.put("f", b"old")
            s = self.session("files.atomic=yes", version=version)
            how = (CREAT | TRUNC | WRITE,) if version < 5 else (2, 1)
            h = s.call("open", "f", *how, {}).handle
            self.expect(s, OK, "write", h, 0, b"new")
            with self.assertRaises(FileNotFoundError):
                os.rename(os.path.join(self.mount, "f"),
                          os.path.join(self.mount, "a:b"))
            self.expect(s, OK, "rename", "f", "g",
                        *((0,) if version >= 5 else ()))
            self.expect(s, OK, "close", h)
            self.assertEqual(self.names(), ["g"])
            self.assertEqual(self.text("g"), b"new")
            self.assertEqual(s.finish(), 0)
            os.unlink(os.path.join(self.source, "g"))


class LongNames(FuseTest):
    """Under files.atomic a name may be longer than there is room for beside a
    silly name's own letters, and longer than the file system permits."""

    LIMIT = 255

    def each_session(self):
        for setting in "yes", "keep":
            for version in 3, 6:
                yield self.session("files.atomic=" + setting, version=version)

    def open(self, s, name, *more):
        """Opens a new file, or one to be replaced; -> the reply."""
        excl = EXCL in more
        how = ((CREAT | WRITE | (EXCL if excl else TRUNC),) if s.version < 5
               else (2, 0 if excl else 1))
        return s.call("open", name, *how, {})

    def test_as_long_as_can_be(self):
        self.mount = self.source
        name = "n" * self.LIMIT
        for s in self.each_session():
            for more in (EXCL,), ():
                h = self.open(s, name, *more).handle
                self.expect(s, OK, "write", h, 0, b"data")
                self.expect(s, OK, "close", h)
                self.assertEqual(self.names(), [name])
                self.assertEqual(self.text(name), b"data")
            os.unlink(os.path.join(self.source, name))

    def test_longer(self):
        """OPEN says so."""
        self.mount = self.source
        for s in self.each_session():
            for more in (EXCL,), ():
                reply = self.open(s, "n" * (self.LIMIT + 1), *more)
                self.assertEqual(reply.code, BAD_MESSAGE if s.version == 3 else
                                 INVALID_FILENAME)
                self.assertEqual(self.names(), [])

    def test_longer_than_the_file_system_says(self):
        """CLOSE says so, and nothing stays."""
        self.show(mounts.Refusefs, "errno=none,namemax=100")
        for s in self.each_session():
            for more in (EXCL,), ():
                h = self.open(s, "n" * 101, *more).handle
                self.expect(s, OK, "write", h, 0, b"data")
                self.expect(s, BAD_MESSAGE if s.version == 3 else
                            INVALID_FILENAME, "close", h)
                self.assertEqual(self.names(), [])
            self.assertEqual(s.finish(), 0)


class TimesLost(FuseTest):
    """A rename sets the times of the file, as by smbnetfs."""

    def upload_and_set(self, s, name, mtime, data=b""):
        """Times are set, and then there may be one more WRITE."""
        flags = (CREAT | WRITE,) if s.version < 5 else (2, 3)
        h = s.call("open", name, *flags, {}).handle
        self.expect(s, OK, "write", h, 0, b"data")
        self.expect(s, OK, "fsetstat", h, {"atime": mtime, "mtime": mtime})
        if data:
            self.expect(s, OK, "write", h, 0, data)
        self.expect(s, OK, "close", h)
        return int(os.stat(os.path.join(self.source, name)).st_mtime)

    def test_upload_with_times(self):
        """The file has the times that the client set, old or new."""
        self.show(mounts.Refusefs, "errno=none,touch")
        now = int(time.time())
        for version in 3, 6:
            s = self.session("files.atomic=yes", version=version)
            for mtime in 1000000001, now - 3600, now + 3600:
                self.assertEqual(self.upload_and_set(s, "f", mtime), mtime)
                os.unlink(os.path.join(self.source, "f"))
            self.assertGreaterEqual(
                self.upload_and_set(s, "f", 1000000001, b"more"), now)
            os.unlink(os.path.join(self.source, "f"))
            self.assertEqual(s.finish(), 0)


class Astray(FuseTest):
    """A file that is open below a directory that is renamed cannot be opened
    again, and it seems that it can be renamed, as by rclone."""

    def test_an_upload_below_the_directory(self):
        self.show(mounts.Refusefs, "errno=none,astray")
        for version in 3, 6:
            s = self.session("files.atomic=yes", version=version)
            flags = (CREAT | WRITE,) if version < 5 else (2, 3)
            for name in "d", "d/below", "beside":
                os.mkdir(os.path.join(self.source, name))
            names = ["d/f", "d/below/g", "beside/h"]
            handles = [s.call("open", name, *flags, {}).handle
                       for name in names]
            for h in handles:
                self.expect(s, OK, "write", h, 0, b"da")
            self.expect(s, OK, "rename", "d", "e",
                        *((0,) if version >= 5 else ()))
            self.assertEqual(self.names(), ["beside", "e"])
            for h in handles:
                self.expect(s, OK, "write", h, 2, b"ta")
                self.expect(s, OK, "close", h)
            for name, last in ("e", "f"), ("e/below", "g"), ("beside", "h"):
                name = os.path.join(self.source, name)
                self.assertIn(last, os.listdir(name))
                self.assertEqual(self.text(os.path.join(name, last)), b"data")
                self.assertEqual([n for n in os.listdir(name)
                                  if n.startswith(".slipway")], [])
            self.assertEqual(s.finish(), 0)
            for name in self.names():
                shutil.rmtree(os.path.join(self.source, name))

    def test_handles_that_are_opened_anew(self):
        """With rename.when=always, handles go on with a file that cannot be
        opened again; rclone counts it as open for a while after its close.
        Others are opened anew: s3fs copies what is stored, and takes an open
        file for one at the old path."""
        for habit, again in ("astray,linger=60000", 0), ("noflags", 2):
            self.show(mounts.Refusefs, "errno=none," + habit)
            s = self.session("profile=webex", "rename.when=always")
            os.mkdir(os.path.join(self.source, "d"))
            h = s.call("open", "d/f", CREAT | READ | WRITE, {}).handle
            self.expect(s, OK, "write", h, 0, b"da")
            reader = s.call("open", "d/f", READ, {}).handle
            self.expect(s, OK, "rename", "d", "e")
            self.expect(s, OK, "write", h, 2, b"ta")
            for handle in h, reader:
                self.assertEqual(s.call("read", handle, 0, 9).data, b"data")
                self.expect(s, OK, "close", handle)
            self.assertEqual(self.text("e/f"), b"data")
            self.assertEqual(s.finish(), 0)
            self.assertEqual(s.stderr().count(b'opened "d/f" again'), again)
            shutil.rmtree(os.path.join(self.source, "e"))

    def test_a_directory_that_cannot_be_renamed(self):
        self.show(mounts.Refusefs, "errno=none,astray")
        for name in "d", "e":
            os.mkdir(os.path.join(self.source, name))
        self.put("e/file")
        s = self.session("files.atomic=yes")
        h = s.call("open", "d/f", CREAT | WRITE, {}).handle
        self.expect(s, OK, "write", h, 0, b"data")
        self.expect(s, FAILURE, "posix-rename@openssh.com", "d", "e")
        self.expect(s, OK, "close", h)
        self.assertEqual(self.text("d/f"), b"data")
        self.assertEqual(self.names(), ["d", "e"])


class Lingering(FuseTest):
    """A file counts as open for a while after its close, as on SMB."""

    def test_nothing_is_left(self):
        for errno in "EBUSY", "EACCES":
            self.show(mounts.Refusefs, "errno=%s,linger=60" % errno)
            s = self.session("rename.open_handles=reopen")
            self.expect(s, OK, "mkdir", "d", {})
            h = s.call("open", "d/f", CREAT | WRITE, {}).handle
            self.expect(s, OK, "write", h, 0, b"data")
            self.expect(s, OK, "remove", "d/f")
            self.expect(s, OK, "close", h)
            self.assertEqual(s.finish(), 0)
            self.assertEqual(os.listdir(os.path.join(self.source, "d")), [])
            os.rmdir(os.path.join(self.source, "d"))

    def test_without_room_for_a_new_file(self):
        """A file that finds out whether silly names are possible cannot be
        made; that says nothing of them."""
        small = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=3", "tmpfs",
                 self.source]
        if subprocess.run(small, stderr=subprocess.DEVNULL,
                          check=False).returncode != 0:
            self.skipTest("takes root, to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", self.source], check=True)
        self.show(mounts.Refusefs, "errno=EACCES,linger=60")
        self.put("f", b"data")
        self.put("g")
        s = self.session("rename.open_handles=reopen")
        h = s.call("open", "f", READ, {}).handle
        self.expect(s, OK, "remove", "f")
        self.assertEqual(s.call("read", h, 0, 9).data, b"data")
        self.expect(s, OK, "close", h)
        self.assertEqual(s.finish(), 0)
        self.assertEqual(self.names(), ["g"])


class Sizes(FuseTest):
    """A size is refused by name (encfs, rclone), or through a descriptor that
    is open for writing only (smbnetfs)."""

    CONFINED = ("root=%s", "files.hide=nothing")

    def set_sizes(self, s, top):
        for link in "", "link":
            self.put("f", b"0123456789")
            name = top + (link or "f")
            self.expect(s, OK, "setstat", name, {"size": 4})
            self.assertEqual(self.text("f"), b"0123")
            how = (WRITE,) if s.version < 5 else (2, 2)
            h = s.call("open", name, *how, {}).handle
            self.expect(s, OK, "fsetstat", h, {"size": 2})
            self.assertEqual(self.text("f"), b"01")
            self.expect(s, OK, "fsetstat", h, {"size": 12})
            self.expect(s, OK, "setstat", name, {"size": 3})
            self.expect(s, OK, "close", h)
            self.assertEqual(self.text("f"), b"01\0")

    def test_the_other_way(self):
        for habit in "truncate=%s", "ftruncate=%s":
            for error in "EIO", "EACCES", "EPERM", "EOPNOTSUPP":
                self.show(mounts.Refusefs, "errno=none," + habit % error)
                if not os.path.lexists(os.path.join(self.source, "link")):
                    os.symlink("f", os.path.join(self.source, "link"))
                for version in 3, 6:
                    self.set_sizes(self.session(version=version), "")
                for setting in self.CONFINED:
                    if "%" in setting:
                        setting %= self.mount
                    self.set_sizes(self.session(setting), "/" if setting[0] ==
                                   "r" else self.mount + "/")

    def test_space(self):
        """An allocation size below the size truncates."""
        for habit in "truncate=EIO", "ftruncate=EIO":
            self.show(mounts.Refusefs, "errno=none," + habit)
            self.put("f", b"0123456789")
            s = self.session(version=6)
            space = {"type": 1, "allocation_size": 8}
            self.expect(s, OK, "setstat", "f", space)
            h = s.call("open", "f", 2, 2, {}).handle
            space["allocation_size"] = 5
            self.expect(s, OK, "fsetstat", h, space)
            self.assertEqual(self.text("f"), b"01234")

    def test_no_way(self):
        """An error of both ways is reported, and changes nothing."""
        self.show(mounts.Refusefs, "errno=none,truncate=EIO,ftruncate=EIO")
        self.put("f", b"0123456789")
        s = self.session("setstat.on_error=ignore-denied")
        self.expect(s, FAILURE, "setstat", "f", {"size": 4})
        h = s.call("open", "f", WRITE, {}).handle
        self.expect(s, FAILURE, "fsetstat", h, {"size": 4})
        h = s.call("open", "f", READ, {}).handle
        self.assertNotEqual(s.call("fsetstat", h, {"size": 4}).code, OK)
        self.assertEqual(self.text("f"), b"0123456789")

    def test_open_for_reading(self):
        """A handle that cannot write cannot set a size in any way."""
        self.show(mounts.Refusefs, "errno=none")
        self.put("f", b"0123456789")
        s = self.session()
        h = s.call("open", "f", READ, {}).handle
        self.assertNotEqual(s.call("fsetstat", h, {"size": 4}).code, OK)
        self.assertEqual(self.text("f"), b"0123456789")


class NoSillyNames(FuseTest):
    """A mount by sshfs whose server, like this one, keeps silly names for
    itself: no temporary file can be made there."""

    INNER = SERVER + " -e -o rename.open_handles=reopen 2>/dev/null"

    def test_upload(self):
        self.show(mounts.Sshfs, self.INNER)
        for setting in "yes", "keep":
            for how in CREAT, CREAT | EXCL:
                s = self.session("files.atomic=" + setting)
                self.upload(s, "f", b"data", how | WRITE)
                self.assertEqual(self.text("f"), b"data")
                self.assertEqual(s.stderr().count(b"written in place"), 1)
                h = s.call("open", "f", CREAT | WRITE | EXCL, {})
                self.assertEqual(h.code, FAILURE)
                os.unlink(os.path.join(self.mount, "f"))
        self.assertEqual(self.names(), [])

    def test_copy(self):
        self.show(mounts.Sshfs, self.INNER)
        self.put("f", b"data")
        s = self.session("files.atomic=yes", version=6)
        self.expect(s, OK, "copy-file", "f", "g", False)
        self.assertEqual(self.text("g"), b"data")
        self.assertEqual(self.names(), ["f", "g"])


class OpenTargets(FuseTest):
    """A file that is open is replaced and removed as by OpenSSH's server, where
    it could only be kept under a silly name, and cannot have one: another
    server like this one keeps them for itself, or the rename must be atomic."""

    ALWAYS = ("profile=webex", "rename.when=always")

    def open_handles(self, s):
        """A handle that reads b, and one that writes it."""
        self.put("a", b"new")
        self.put("b", b"old content")
        flags = (READ,), (WRITE,)
        if s.version >= 5:
            flags = (1, 2), (2, 2)
        return [s.call("open", "b", *how, {}).handle for how in flags]

    def go_on(self, s, reader, writer):
        """The handles go on with the old content."""
        self.expect(s, OK, "write", writer, 0, b"OLD")
        self.assertEqual(s.call("read", reader, 0, 99).data, b"OLD content")
        for handle in reader, writer:
            self.expect(s, OK, "close", handle)

    def test_a_server_behind_the_server(self):
        self.show(mounts.Sshfs, SERVER + " -o profile=sshfs")
        s = self.session(*self.ALWAYS)
        for request in ("posix-rename@openssh.com", "rename"):
            handles = self.open_handles(s)
            self.expect(s, OK, request, "a", "b")
            self.go_on(s, *handles)
            self.assertEqual(self.text("b"), b"new")
        handles = self.open_handles(s)
        self.expect(s, OK, "remove", "b")
        self.go_on(s, *handles)
        self.assertEqual(s.finish(), 0)
        # libfuse keeps a file that was open by a name of its own.
        self.assertEqual([n for n in self.names() if n[0] != "."], ["a"])

    def test_an_atomic_rename_without_links(self):
        self.show(mounts.Refusefs, "errno=none,noflags,nolink")
        s = self.session(*self.ALWAYS, version=6)
        handles = self.open_handles(s)
        self.expect(s, OK, "rename", "a", "b", 2)
        self.go_on(s, *handles)
        self.assertEqual(self.text("b"), b"new")
        self.assertEqual(self.names(), ["b"])

    def test_a_refusal(self):
        """Where the plain call is refused as well, nothing is lost."""
        self.show(mounts.Refusefs, "noflags,nolink")
        s = self.session("profile=webex", version=6)
        handles = self.open_handles(s)
        self.expect(s, FAILURE, "rename", "a", "b", 2)
        self.go_on(s, *handles)
        self.assertEqual(self.text("a"), b"new")
        self.assertEqual(self.text("b"), b"OLD content")
        self.assertEqual(self.names(), ["a", "b"])


def on_handle(name, flags, *requests):
    """An action: opens, plays requests on the handle, closes."""
    def play(s, i):
        h = s.call("open", name % i, flags, {}).handle
        replies = [s.call(request[0], h, *request[1:])
                   for request in requests + (("close",),)]
        return [getattr(reply, "code", OK) for reply in replies]
    return play


def on_names(*request):
    def play(s, i):
        reply = s.call(*(word % i if isinstance(word, str) and "%" in word
                         else word for word in request))
        return [getattr(reply, "code", OK)]
    return play


WRITTEN = ("write", 0, b"x" * 1000)
UPLOAD = on_handle("new%d", CREAT | TRUNC | WRITE, WRITTEN)
ACTIONS = {
    "upload": UPLOAD,
    "upload, new": on_handle("new%d", CREAT | EXCL | WRITE, WRITTEN),
    "upload, over": on_handle("f%d", CREAT | TRUNC | WRITE, WRITTEN),
    "upload with attributes": on_handle(
        "new%d", CREAT | TRUNC | WRITE, WRITTEN,
        ("fsetstat", {"permissions": 0o600}),
        ("fsetstat", {"atime": 1, "mtime": 1})),
    "fsync": on_handle("new%d", CREAT | WRITE, WRITTEN,
                       ("fsync@openssh.com",)),
    "download": on_handle("f%d", READ, ("read", 0, 32768),
                          ("read", 7, 32768)),
    "size by handle": on_handle("f%d", WRITE, ("fsetstat", {"size": 3})),
    "stat": on_names("stat", "f%d"), "lstat": on_names("lstat", "f%d"),
    "mode": on_names("setstat", "f%d", {"permissions": 0o600}),
    "times": on_names("setstat", "f%d", {"atime": 1, "mtime": 1}),
    "size": on_names("setstat", "f%d", {"size": 3}),
    "remove": on_names("remove", "f%d"),
    "posix-rename": on_names("posix-rename@openssh.com", "f%d", "g%d"),
    "mkdir": on_names("mkdir", "new%d", {}),
    "rmdir": on_names("rmdir", "d%d"),
    "symlink": on_names("symlink", "text", "new%d"),
    "hard link": on_names("hardlink@openssh.com", "f%d", "new%d"),
    "statvfs": on_names("statvfs@openssh.com", "."),
    "rename, first": on_names("rename", "f%d", "new%d"),
    "rename": on_names("rename", "f%d", "new%d"),
    "rename a directory": on_names("rename", "d%d", "new%d"),
}
# A file system without RENAME_NOREPLACE is asked once for it, and then the
# kernel looks the new name up again.
MORE = {"rename, first": 2}


class Requests(FuseTest):
    """How often the kernel asks the file system, which may be far away."""

    def play(self, argv, actions):
        """Plays each action on names of its own; -> the requests of each."""
        for i in range(len(actions)):
            for name in "f%d", "g%d":
                self.put(name % i, b"content")
            os.mkdir(os.path.join(self.source, "d%d" % i))
        reason = mounts.CountedRefusefs.unusable()
        if reason:
            self.skipTest(reason)
        mount = mounts.CountedRefusefs(self.source)
        try:
            s = sw.Session(argv, cwd=mount.path)
            self.addCleanup(s.destroy)
            s.init(3)
            asked = []
            for i, action in enumerate(actions):
                mount.requests()
                self.assertEqual(set(action(s, i)) - {OK, 1}, set())
                # The server has done by then what waits until a client does.
                s.call("limits@openssh.com")
                asked.append(mount.requests())
            self.assertEqual(s.finish(), 0)
            return asked
        finally:
            mount.unmount()
            for name in os.listdir(self.source):
                path = os.path.join(self.source, name)
                (os.rmdir if os.path.isdir(path) else os.unlink)(path)

    def test_no_more_than_openssh(self):
        openssh = mounts.openssh_server()
        if openssh is None:
            self.skipTest("OpenSSH's server is not installed")
        theirs = self.play([openssh], ACTIONS.values())
        ours = self.play([SERVER], ACTIONS.values())
        for name, their, our in zip(ACTIONS, theirs, ours):
            with self.subTest(name):
                self.assertLessEqual(len(our), len(their) + MORE.get(name, 0),
                                     "%s; OpenSSH: %s" % (our, their))

    def test_atomic_upload(self):
        """After the first into a directory, the server looks for what was left
        there: once, and not before the answer of CLOSE. The kernel begins by
        reading the attributes of a directory that was changed, for OpenSSH's
        server too."""
        search = ["OPENDIR", "READDIR", "RELEASEDIR"]
        for action, limit in (UPLOAD, 10), (ACTIONS["upload, over"], 12):
            asked = self.play([SERVER, "-o", "files.atomic=yes"],
                              [action, action, action])
            for requests, then in zip(asked, (search, [], [])):
                end = requests.index("RENAME") + 1
                self.assertLessEqual(end - (requests[0] == "GETATTR"), limit,
                                     requests)
                # The directory has changed.
                self.assertIn(requests[end:], (then, ["GETATTR"] + then))


if __name__ == "__main__":
    unittest.main()
