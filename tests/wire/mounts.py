# SPDX-License-Identifier: ISC
"""File systems that are mounted for a test: a small tmpfs, sshfs without a
sshd, bindfs, and refusefs (tests/refuse/refusefs.c). Each class has unusable(),
which says why it cannot be mounted here, or None.

    mount = Refusefs(source, "lose=EIO,writeback")
    ... mount.path ...
    mount.unmount()
"""

import os
import re
import shutil
import subprocess
import tempfile

BUILD = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../..",
                     os.environ.get("BUILD", "build"))
REFUSEFS = os.path.join(BUILD, "tests", "refusefs")
ROOT = os.getuid() == 0


def openssh_server():
    """The path of OpenSSH's server, or None."""
    named = re.split("[:=]", os.environ.get("OPENSSH_SFTP_SERVER", ""))
    for path in (named[0],
                 "/usr/lib/openssh/sftp-server",
                 "/usr/libexec/openssh/sftp-server",
                 "/usr/libexec/sftp-server", "/usr/lib/ssh/sftp-server"):
        if os.access(path, os.X_OK):
            return path
    return None


def names_in(directory):
    """The names in a directory that sshfs or bindfs show elsewhere. libfuse
    renames a file that is removed while it is open, and removes it once the
    kernel tells of the last close: some time after close(2) has returned."""
    return sorted(name for name in os.listdir(directory)
                  if not name.startswith(".fuse_hidden"))


def no_fuse():
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse cannot be opened"
    if shutil.which("fusermount3") is None:
        return "fusermount3 is not installed"
    return None


class Mount:
    """A directory of its own, `path`, that something is mounted on."""

    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="wire-mount.")
        os.chmod(self.base, 0o755)
        self.path = os.path.join(self.base, "m")
        os.mkdir(self.path)
        self.child = None

    def run(self, *argv):
        """Comes back when it is mounted: the program goes on behind."""
        done = subprocess.run(argv, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            shutil.rmtree(self.base)
            raise RuntimeError("%s: %s" % (argv[0], done.stderr))

    def unmount(self):
        if os.path.ismount(self.path):
            subprocess.run(["umount", self.path] if ROOT else
                           ["fusermount3", "-u", self.path], check=True)
        if self.child is not None:
            self.child.wait(60)
            self.child.stdout.close()
        shutil.rmtree(self.base)


class Tmpfs(Mount):
    @staticmethod
    def unusable():
        return None if ROOT else "only root can mount a tmpfs"

    def __init__(self, size):
        super().__init__()
        self.run("mount", "-t", "tmpfs", "-o", "mode=1777,size=%s" % size,
                 "none", self.path)


class Sshfs(Mount):
    """A directory as sshfs shows it. There is no ssh between: the server is
    its child. `server` is its command."""

    @staticmethod
    def unusable():
        return no_fuse() or (None if shutil.which("sshfs") else
                             "sshfs is not installed")

    def __init__(self, source, server, *options):
        super().__init__()
        command = os.path.join(self.base, "ssh")
        with open(command, "w") as out:
            out.write("#!/bin/sh\nexec %s\n" % server)
        os.chmod(command, 0o755)
        words = [word for option in options for word in ("-o", option)]
        self.run("sshfs", "-o", "ssh_command=" + command, *words,
                 "host:" + source, self.path)


# Only root may show a mount to other users.
BINDFS = ["bindfs"] if ROOT else ["bindfs", "--no-allow-other"]


class Bindfs(Mount):
    @staticmethod
    def unusable():
        return no_fuse() or (None if shutil.which("bindfs") else
                             "bindfs is not installed")

    def __init__(self, source):
        super().__init__()
        self.run(*BINDFS, source, self.path)


class Refusefs(Mount):
    @staticmethod
    def unusable():
        return no_fuse() or (None if os.access(REFUSEFS, os.X_OK) else
                             "build/tests/refusefs has not been made")

    def __init__(self, source, options):
        super().__init__()
        self.start(source, options)

    def start(self, source, options, stderr=None):
        self.child = subprocess.Popen([REFUSEFS, source, self.path,
                                       "-o", options],
                                      stdout=subprocess.PIPE, stderr=stderr)
        if self.child.stdout.readline() != b"ready\n":
            raise RuntimeError("refusefs cannot be mounted")


class CountedRefusefs(Refusefs):
    """Refuses nothing and logs each request that the kernel makes. The kernel
    may cache what it has seen for longer than a test takes, which bindfs 1.18
    does not let it do, whatever attr_timeout and entry_timeout say."""

    def __init__(self, source):
        Mount.__init__(self)
        self.log = os.path.join(self.base, "log")
        with open(self.log, "wb") as log:
            self.start(source, "errno=none,noflags,cache=3600,"
                       "default_permissions,debug", log)
        # Once for each mount, the kernel asks for the time of birth in a way
        # that libfuse does not know, or not by this name.
        subprocess.run(["stat", "-c", "%w", self.path], check=True,
                       stdout=subprocess.DEVNULL)
        self.read = 0
        self.requests()

    def requests(self):
        """The requests since the last time, but for the kernel's own
        housekeeping. Comes back when all that was opened is released."""
        while True:
            with open(self.log, errors="replace") as log:
                names = re.findall(r"opcode: (\w+)", log.read())
            seen = [name for name in names if "FORGET" not in name]
            opened = sum(name in ("OPEN", "CREATE", "OPENDIR")
                         for name in seen)
            if opened == sum(name.startswith("RELEASE") for name in seen):
                break
        new, self.read = seen[self.read:], len(seen)
        return new
