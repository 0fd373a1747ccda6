# SPDX-License-Identifier: ISC
"""access.protect_startup for a user whose home is where the test wants it:
missing, reached by links or by mounts, deep. Each session has a namespace of
its own, with another /etc/passwd. $SERVER is the server.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

import mounts
from session import SERVER, SessionTest
from sftpwire import CREAT, READ, WRITE, Session

OK, DENIED = 0, 3
WITHOUT_PROC = "mount -t tmpfs none /proc"


def unshare():
    """The command that gives a mount namespace in which / belongs to root,
    without which no policy is safe, or []. In a namespace that an ordinary
    user makes, / belongs to nobody."""
    command = ["unshare", "-m"]
    script = 'mount --bind /etc /etc && test "$(stat -c %u /)" = 0'
    if shutil.which("unshare") and subprocess.run(
            [*command, "sh", "-c", script], stderr=subprocess.DEVNULL,
            check=False).returncode == 0:
        return command
    return []


UNSHARE = unshare()


@unittest.skipUnless(UNSHARE, "takes root, and a mount namespace")
class Homes(SessionTest):
    def setUp(self):
        super().setUp()
        self.dir = os.path.realpath(self.dir)
        # A mount over it is in the way of the names there.
        self.etc = tempfile.mkdtemp(prefix="wire.")
        self.addCleanup(shutil.rmtree, self.etc)
        with open(os.path.join(self.etc, "nsswitch.conf"), "wb") as f:
            f.write(b"passwd: files\n")

    def path(self, name):
        return os.path.join(self.dir, name)

    def make(self, *names):
        for name in names:
            os.makedirs(self.path(name), exist_ok=True)

    def at(self, home, *args, mounts=()):
        """A session whose user's home has that name below self.dir. Before
        that, pairs of directories there are mounted, the first at the second;
        a single command is run."""
        with open(os.path.join(self.etc, "passwd"), "w",
                  encoding="ascii") as f:
            f.write("root:x:0:0::%s:/bin/sh\n" % self.path(home))
        script = ["mount --bind '%s' /etc" % self.etc] + [
            m if isinstance(m, str) else "mount --bind '%s' '%s'" % tuple(
                self.path(name) for name in m) for m in mounts]
        s = Session([*UNSHARE, "sh", "-c",
                     " && ".join(script) + ' && exec "$@"', "sh", SERVER,
                     "-o", "access.protect_startup=true", *args],
                    cwd=self.dir)
        self.addCleanup(s.destroy)
        s.init(3)
        return s

    def creates(self, s, path):
        reply = s.call("open", path, WRITE | CREAT, {})
        if reply.kind == "handle":
            self.assert_status(s.call("close", reply.handle), OK)
            self.assert_status(s.call("remove", path), OK)
            return True
        self.assert_status(reply, DENIED)
        return False

    def assert_protected(self, s, home):
        """Fails unless the startup files below this home are protected."""
        for name in ".bashrc", ".profile", ".zsomething":
            self.assertFalse(self.creates(s, "%s/%s" % (home, name)), name)
        for name in ".ssh", ".znew":
            self.assert_status(s.call("mkdir", "%s/%s" % (home, name), {}),
                               DENIED)
        self.assertTrue(self.creates(s, home + "/other"))
        # No directory can be renamed to such a name, and home keeps its own.
        other = os.path.dirname(home) + "/x" if "/" in home else "x"
        self.assert_status(s.call("mkdir", other, {}), OK)
        for request in "rename", "posix-rename@openssh.com":
            self.assert_status(s.call(request, other, home + "/.ssh"), DENIED)
            self.assert_status(s.call(request, other, home), DENIED)
            self.assert_status(s.call(request, home, other + "/home"), DENIED)
        self.assert_status(s.call("rmdir", other), OK)
        self.assert_status(s.call("rmdir", home), DENIED)

    def test_missing(self):
        """It may be made; from then on it is as any other."""
        for home, made in (("user", ["user"]), ("homes/user", ["homes",
                           "homes/user"]), ("link", ["far"])):
            os.symlink("far", self.path("link"))
            for mounts in (), (WITHOUT_PROC,):
                s = self.at(home, mounts=mounts)
                for name in made:
                    self.assertFalse(self.creates(s, name))
                    self.make("full/user")
                    self.assert_status(s.call("rename", "full", name), DENIED)
                    self.assert_status(s.call("symlink", "full", name), DENIED)
                    self.assert_status(s.call("mkdir", name, {}), OK)
                self.assert_protected(s, made[-1])
                if home == "link":
                    self.assert_protected(s, home)
                self.assertEqual(s.finish(), 0)
                for name in reversed(made):
                    os.rmdir(self.path(name))
            os.unlink(self.path("link"))

    def test_made_by_others(self):
        s = self.at("user")
        self.assertTrue(self.creates(s, "file"))
        self.make("user")
        self.assert_protected(s, "user")

    def test_by_another_mount(self):
        """In the root of a session, whose own names say nothing of it."""
        self.make("user/sub", "jail/home/deep", "jail/all", "homes")
        root = ("-o", "root=" + self.path("jail"))
        s = self.at("user", *root, mounts=[("user", "jail/home")])
        self.assert_protected_below(s, "/home")
        s = self.at("homes/user", *root, mounts=[("homes", "jail/all")])
        self.assert_status(s.call("mkdir", "/all/user", {}), OK)
        self.assert_protected(s, "/all/user")
        s = self.at("user", "-o", "root=" + self.path("user/sub"))
        self.assertTrue(self.creates(s, "/.bashrc"))

    def assert_protected_below(self, s, home):
        """The same where home is a mount, which nothing renames."""
        for name in ".bashrc", ".zsomething", "sub/../.profile":
            self.assertFalse(self.creates(s, home + "/" + name), name)
        self.assert_status(s.call("mkdir", home + "/.ssh", {}), DENIED)
        for name in "other", "sub/.bashrc":
            self.assertTrue(self.creates(s, home + "/" + name), name)

    def test_names_not_files(self):
        """A file that was read at login and has another name now is one like
        others, as one is that gets its inode."""
        self.make("user/.ssh")
        for name in ".ssh/authorized_keys", ".bashrc":
            self.put("user/" + name, b"text")
            s = self.at("user")
            self.assertFalse(self.creates(s, "user/" + name))
            handle = s.call("open", "user/" + name, READ, {}).handle
            mode = {"permissions": 0o640}
            self.assert_status(s.call("fsetstat", handle, mode), DENIED)
            os.rename(self.path("user/" + name), self.path("upload"))
            self.assert_status(s.call("fsetstat", handle, mode), OK)
            self.assert_status(s.call("setstat", "upload", mode), OK)
            self.assert_status(s.call("rename", "upload", "moved"), OK)
            self.assert_status(s.call("remove", "moved"), OK)
            self.assert_status(s.call("fsetstat", handle, mode), OK)
            self.assertFalse(self.creates(s, "user/" + name))

    def test_links(self):
        """The targets of links with names of startup files are protected."""
        self.make("user/dots/zsh", "keys", "user/free")
        for name, text in ((".ssh", "../keys/."), (".zsh", "dots/zsh"),
                           (".profile", "dots/profile")):
            os.symlink(text, self.path("user/" + name))
        s = self.at("user")
        for name in ("keys/authorized_keys", "user/.ssh/rc", "user/dots/zsh/f",
                     "user/dots/profile"):
            self.assertFalse(self.creates(s, name), name)
        for name in "user/dots/other", "user/free/profile", "other":
            self.assertTrue(self.creates(s, name), name)
        for name in "keys", "user/dots", "user/.ssh":
            self.assert_status(s.call("rename", name, "x"), DENIED)

    def test_out_of_descriptors(self):
        """A client that has opened so many files that links in home cannot be
        looked at is told so; it changes nothing until they can."""
        self.make("user", "keys")
        os.symlink("../keys/profile", self.path("user/.profile"))
        for left in range(6):
            self.put("keys/mine")
            s = self.at("user", mounts=["ulimit -n 24"])
            handles, many = self.use_up_descriptors(s)
            for h in handles[:left]:
                self.assert_status(s.call("close", h), OK)
            new = "keys/mine", "keys/profile"
            reply = s.call("posix-rename@openssh.com", *new)
            if left > 2 and str(reply) != many:
                self.assert_status(reply, DENIED)
            else:
                self.assertEqual(str(reply), many)
            for h in handles[left:]:
                self.assert_status(s.call("close", h), OK)
            self.assert_status(s.call("posix-rename@openssh.com", *new),
                               DENIED)
            self.assert_status(s.call("remove", "keys/mine"), OK)

    @unittest.skipIf(mounts.Refusefs.unusable(), "refusefs does not mount")
    def test_aliases(self):
        """A name that does not fit DOS has a second one on some file systems,
        such as BASHRC~1 for .bashrc."""
        self.make("src/long user name/.config/environment.d",
                  "src/long user name/.ssh", "src/long user name/sub",
                  "homes")
        for name in ".bashrc", ".profile", ".ssh/authorized_keys":
            self.put("src/long user name/" + name)
        m = mounts.Refusefs(self.path("src"), "fold")
        self.addCleanup(m.unmount)
        s = self.at("homes/long user name", mounts=[(m.path, "homes")])
        for home in "homes/long user name/", "homes/LONG U~1/":
            for name in ("BASHRC~1", "profil~1", "SSH~1/rc", ".SSH/rc",
                         "SSH~1/AUTHOR~1", "CONFIG~1/environment.d/f",
                         ".config/ENVIRO~1/f", "zsh~1"):
                self.assertFalse(self.changes(s, home + name), home + name)
            for name in "file", "sub/FILE~1", "sub~x":
                self.assertTrue(self.changes(s, home + name), home + name)
        for name in "homes/LONG U~1", "homes/long user name/SSH~1":
            self.assert_status(s.call("rename", name, "homes/x"), DENIED)
        self.make("user")
        self.assertTrue(self.changes(self.at("user"), "user/BASHRC~1"))

    def changes(self, s, path):
        """Writes a file, which is there or not."""
        reply = s.call("open", path, WRITE | CREAT, {})
        if reply.kind == "handle":
            self.assert_status(s.call("close", reply.handle), OK)
            return True
        self.assert_status(reply, DENIED)
        return False

    def test_deep(self):
        """1,100 levels down: no reason to refuse, and no way out."""
        down = "/d" * 1100
        # Deeper than shutil.rmtree() goes.
        self.addCleanup(subprocess.run, ["rm", "-rf", self.path("user")],
                        check=True)
        for top in "user/free", "user/.zdir":
            self.make(top)
            for levels in range(100, 1101, 100):
                os.makedirs(self.path(top + down[:2 * levels]))
        s = self.at("user")
        self.assertTrue(self.creates(s, "user/free" + down + "/f"))
        self.assertFalse(self.creates(s, "user/.zdir" + down + "/f"))
        # The outcome for one directory is not used for another.
        self.assertTrue(self.creates(s, "user/free/d/f"))
        self.assertFalse(self.creates(s, "user/.zdir/d/f"))

    def test_without_proc(self):
        self.make("user/sub/deep", "user/.config", "user/.zdir/sub")
        for rules in (), ("-o", "files.hide=no-such-name"):
            s = self.at("user", *rules, mounts=[WITHOUT_PROC])
            for name in (".config/fish", ".zdir/sub/f", ".ssh",
                         "sub/../.profile"):
                self.assertFalse(self.creates(s, "user/" + name), name)
            for name in ".config/f", "sub/deep/.bashrc":
                self.assertTrue(self.creates(s, "user/" + name), name)
            self.assert_protected(s, "user")
