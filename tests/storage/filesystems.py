# SPDX-License-Identifier: ISC
"""The file systems of tests/storage, a class each:

    fs = KINDS["bindfs"](base, user)
    fs.unusable()	why it cannot be had here, or None; the kernel is asked
    fs.prepare()	what root does: servers, images
    fs.up(), fs.down()	what the user does: mounts
    fs.clean()		what root undoes

Between up() and down(), fs.path is a directory to write in, and fs.look the
same directory by another way, where there is one. fs.fill is where a file takes
away the space that fs.path has.

tests/storage/run calls this in namespaces of its own, which end whatever is
still running or mounted; without them only programs that this started are
ended.
"""

import os
import shutil
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.realpath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILD") or
                        os.path.join(HERE, "../../build"))
NPM = os.path.join(BUILD, "npm", "node_modules")
SAMBA = os.path.join(HERE, "../lib/samba.bash")
KINDS = {}


def kind(name):
    def add(cls):
        cls.name = name
        KINDS[name] = cls
        return cls
    return add


def wait_until(what, true, seconds=60):
    """Polls, as neither mounts nor servers tell when they are ready."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("%s: not within %d s" % (what, seconds))
        time.sleep(0.02)


class FileSystem:
    """A directory. A tmpfs of limited size is below all that is stored."""

    programs = ()	# what must be installed
    fuse = True		# /dev/fuse is needed
    root = False	# root is needed, and namespaces
    module = None	# a file system of the kernel
    size = 128		# MiB of the store
    big = True		# files above 4 GiB can have holes
    small = False	# each request takes long
    clients = False	# programs run on it, through sshd and sshfs
    skips = {}		# scenario: why it is not played
    settings = ()	# those that are played, if not all
    seldom = ()		# scenarios that are played in few settings

    def __init__(self, base, user):
        self.base, self.user = base, user
        self.store = os.path.join(base, "store")
        self.mount = self.path = self.look = os.path.join(base, "m")
        self.fill = self.store
        self.children = []

    # To be overridden.

    def prepare_more(self):
        pass

    def up(self):
        raise NotImplementedError

    def down(self):
        self.unmount()

    # All have these in common.

    def unusable(self):
        if self.root and os.getuid() != 0:
            return "it takes root"
        for program in self.programs:
            if shutil.which(program) is None:
                return "%s is not installed" % program
        if self.module and not self.known(self.module):
            return "the kernel has no %s" % self.module
        if self.fuse and not os.access("/dev/fuse", os.R_OK | os.W_OK):
            return "/dev/fuse cannot be opened"
        return None

    @staticmethod
    def known(module):
        with open("/proc/filesystems") as types:
            return module in [line.split()[-1] for line in types]

    def prepare(self):
        for path in (self.store, self.mount):
            os.mkdir(path)
        if os.getuid() == 0:
            self.run("mount", "-t", "tmpfs", "-o", "size=%dM" % self.size,
                     "tmpfs", self.store)
        self.give(self.store, self.mount)
        self.prepare_more()

    def clean(self):
        if os.path.ismount(self.store):
            self.run("umount", "-l", self.store)

    def give(self, *paths):
        """To the user."""
        if os.getuid() == 0:
            for path in paths:
                os.chown(path, self.user, self.user)

    def part(self, *names):
        """Directories in the store; -> their paths."""
        paths = [os.path.join(self.store, name) for name in names]
        for path in paths:
            os.makedirs(path, exist_ok=True)
        return paths

    def run(self, *argv, stdin=""):
        """Comes back when it is done, or mounted and gone to the back."""
        with open(os.path.join(self.base, "log-%d" % os.getuid()), "a+") as log:
            start = log.tell()
            done = subprocess.run(argv, input=stdin, text=True, stdout=log,
                                  stderr=log, check=False, cwd=self.base)
            if done.returncode != 0:
                log.seek(start)
                raise RuntimeError("%s: %s" % (argv[0], log.read()[-2000:]))

    def start(self, *argv, env=None):
        """A program that stays, until stop()."""
        with open(os.path.join(self.base, "log-%d" % os.getuid()), "a") as log:
            self.children.append(subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.base, env=dict(os.environ, **(env or {}))))
        return self.children[-1]

    def stop(self):
        for child in self.children:
            child.terminate()
        self.wait()

    def wait(self):
        """For programs that end with their mount."""
        for child in self.children:
            child.wait(60)
        self.children = []

    def unmount(self, path=None):
        """Once nobody is busy there: programs close files late."""
        path = path or self.mount
        if not os.path.ismount(path):
            return
        command = ["umount", path] if os.getuid() == 0 else [
            "fusermount3", "-u", path]
        wait_until("unmount", lambda: subprocess.run(
            command, check=False, stderr=subprocess.DEVNULL).returncode == 0)

    def mounted(self):
        return os.path.ismount(self.mount)

    def listens(self, port):
        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_until("port %d" % port, answers)


@kind("tmpfs")
class Tmpfs(FileSystem):
    """The file system that the others are compared with."""

    fuse = False
    clients = True

    def up(self):
        self.path = self.look = self.store

    def down(self):
        pass

    def mounted(self):
        return True


# File systems of the kernel, in image files.

class Image(FileSystem):
    fuse = False
    root = True
    image = 96		# MiB
    make = ()

    def unusable(self):
        return FileSystem.unusable(self) or (
            None if os.path.exists("/dev/loop-control") else
            "there are no loop devices")

    def prepare_more(self):
        self.file = os.path.join(self.base, "image")
        with open(self.file, "wb") as out:
            out.truncate(self.image << 20)
        self.run(*self.make, self.file)
        self.attach()
        if os.stat(self.mount).st_mode & 0o777 != 0o777:
            self.give(self.mount)
        self.fill = self.mount

    def attach(self):
        self.run("mount", "-t", self.module, "-o", "loop", self.file,
                 self.mount)

    def up(self):
        pass

    def down(self):
        os.sync()

    def clean(self):
        self.unmount()
        FileSystem.clean(self)


@kind("ext4")
class Ext4(Image):
    module = "ext4"
    programs = ("mkfs.ext4",)
    make = ("mkfs.ext4", "-q", "-F", "-m", "0")


@kind("xfs")
class Xfs(Image):
    module = "xfs"
    programs = ("mkfs.xfs",)
    make = ("mkfs.xfs", "-q")
    image = 320		# the least that mkfs.xfs makes is 300


@kind("btrfs")
class Btrfs(Image):
    module = "btrfs"
    programs = ("mkfs.btrfs",)
    make = ("mkfs.btrfs", "-q", "--mixed")
    image = 128
    skips = {"no_space": "btrfs cannot say how much space it has"}


class Foreign(Image):
    """A disk of another system, which root mounts for all users."""

    fuse = True
    big = False
    image = 64

    def unusable(self):
        return FileSystem.unusable(self)

    def clean(self):
        Image.clean(self)
        self.stop()


@kind("ntfs-3g")
class Ntfs(Foreign):
    programs = ("ntfs-3g", "mkfs.ntfs")
    make = ("mkfs.ntfs", "-q", "-Q", "-F", "-s", "512")

    def attach(self):
        self.run("ntfs-3g", "-o", "umask=0", self.file, self.mount)


@kind("exfat-fuse")
class Exfat(Foreign):
    programs = ("mount.exfat-fuse", "mkfs.exfat")
    make = ("mkfs.exfat",)

    def attach(self):
        self.run("mount", "-t", "exfat-fuse", "-o", "loop,umask=0", self.file,
                 self.mount)


# Directories shown by a program.

@kind("bindfs")
class Bindfs(FileSystem):
    programs = ("bindfs", "fusermount3")
    clients = True

    def up(self):
        self.look, = self.part("below")
        self.run("bindfs", "--no-allow-other", self.look, self.mount)


@kind("unionfs-fuse")
class Unionfs(FileSystem):
    programs = ("unionfs", "fusermount3")

    def up(self):
        upper, lower = self.part("upper", "lower")
        self.run("unionfs", "-o", "cow", "%s=RW:%s=RO" % (upper, lower),
                 self.mount)


@kind("fuse-overlayfs")
class FuseOverlayfs(FileSystem):
    programs = ("fuse-overlayfs", "fusermount3")

    def up(self):
        parts = self.part("lower", "upper", "work")
        self.run("fuse-overlayfs", "-o",
                 "lowerdir=%s,upperdir=%s,workdir=%s" % tuple(parts),
                 self.mount)


@kind("rclone")
class Rclone(FileSystem):
    programs = ("rclone", "fusermount3")
    clients = True
    skips = {"no_space": "rclone waits until its cache has space again"}

    def up(self):
        remote, cache = self.part("remote", "cache")
        self.start("rclone", "mount", "--vfs-cache-mode", "writes",
                   "--cache-dir", cache, "--config", "/dev/null",
                   ":local:" + remote, self.mount)
        wait_until("rclone", self.mounted)

    def down(self):
        self.unmount()
        self.wait()


@kind("gocryptfs")
class Gocryptfs(FileSystem):
    programs = ("gocryptfs", "fusermount3")

    def up(self):
        cipher, = self.part("cipher")
        password = ("-q", "-extpass", "echo secret")
        if not os.listdir(cipher):
            self.run("gocryptfs", *password, "-init", "-scryptn", "10",
                     cipher)
        self.run("gocryptfs", *password, cipher, self.mount)


class Encfs(FileSystem):
    programs = ("encfs", "fusermount3")

    def up(self):
        cipher, = self.part("cipher")
        self.run("encfs", "--stdinpass", self.level, cipher, self.mount,
                 stdin="secret\n")


@kind("encfs")
class EncfsStandard(Encfs):
    level = "--standard"


@kind("encfs-paranoia")
class EncfsParanoia(Encfs):
    level = "--paranoia"


class Sshfs(FileSystem):
    """A directory as sshfs shows it, from a server that is its child."""

    programs = ("sshfs", "fusermount3")

    def server(self):
        raise NotImplementedError

    def up(self):
        below, = self.part("below")
        command = os.path.join(self.store, "ssh")
        with open(command, "w") as out:
            out.write("#!/bin/sh\nexec %s\n" % self.server())
        os.chmod(command, 0o755)
        self.start("sshfs", "-f", "-o", "ssh_command=" + command,
                   "host:" + below, self.mount)
        wait_until("sshfs", self.mounted)

    def down(self):
        self.unmount()
        self.wait()


@kind("sshfs-openssh")
class SshfsOpenssh(Sshfs):
    def server(self):
        return os.environ["OPENSSH"]


@kind("sshfs-slipway")
class SshfsSlipway(Sshfs):
    def server(self):
        return "'%s' -o profile=sshfs" % os.environ["SERVER"]


@kind("sshfs-atomic")
class SshfsAtomic(Sshfs):
    """Both servers make silly names."""

    def server(self):
        return "'%s' -o profile=sshfs -o files.atomic=yes" % (
            os.environ["SERVER"])


# Mounted by root for all users.

class RootMounts(FileSystem):
    root = True

    def up(self):
        pass

    def down(self):
        pass

    def clean(self):
        self.unmount()
        self.stop()
        FileSystem.clean(self)


@kind("mergerfs")
class Mergerfs(RootMounts):
    """Two branches. Debian's mergerfs cannot be mounted by others."""

    programs = ("mergerfs",)

    def prepare_more(self):
        branches = self.part("a", "b")
        self.give(*branches)
        self.run("mergerfs", "-o", "allow_other,minfreespace=4K",
                 ":".join(branches),
                 self.mount)


@kind("glusterfs")
class Glusterfs(RootMounts):
    """A volume on two bricks, mounted twice: one mount is for the server, the
    other for the test."""

    programs = ("glusterd", "gluster", "glusterfs", "ip")
    address = "192.0.2.1"
    skips = {"no_space": "a brick that is full hangs its volume"}
    small = True

    def prepare_more(self):
        self.start("glusterd", "--no-daemon", "--log-file=/dev/null")
        # It takes no loopback address.
        self.run("ip", "addr", "add", self.address + "/32", "dev", "lo")
        bricks = [self.address + ":" + path
                  for path in self.part("one", "two")]
        wait_until("glusterd", lambda: subprocess.run(
            ["gluster", "volume", "list"], check=False,
            capture_output=True).returncode == 0)
        for words in (["create", "v", "replica", "2", *bricks, "force"],
                      ["set", "v", "storage.reserve", "0"], ["start", "v"]):
            self.run("gluster", "--mode=script", "volume", *words)
        self.other = os.path.join(self.base, "other")
        os.mkdir(self.other)
        for path, options in ((self.mount, []), (self.other, [
                "--attribute-timeout=0", "--entry-timeout=0"])):
            self.run("glusterfs", "--volfile-server=" + self.address,
                     "--volfile-id=v", "--log-file=/dev/null", *options, path)
            wait_until("the volume", lambda: os.path.ismount(path))
        self.give(self.mount)
        self.look = self.other

    def clean(self):
        self.unmount(self.other)
        RootMounts.clean(self)


# Network file systems.

def samba(function, *arguments, **kwargs):
    """Calls a function of tests/lib/samba.bash."""
    subprocess.run(["bash", "-c", '. "$0"; "$@"', SAMBA, function,
                    *arguments], check=True, **kwargs)


@kind("smbnetfs")
class Smbnetfs(FileSystem):
    """A share of Samba. smbd takes port 445 of a network of its own."""

    programs = ("smbd", "smbnetfs", "fusermount3")
    root = True
    clients = True
    small = True
    seldom = ("fsetstat",)	# smbnetfs repeats for 4 s before it refuses

    def prepare_more(self):
        share, private = self.part("share", "samba")
        self.give(share)
        config = os.path.join(private, "smb.conf")
        with open(config, "w") as out:
            samba("samba_config", private, share, "ordinary", stdout=out)
        self.start("smbd", "--foreground", "--no-process-group",
                   "--configfile", config)
        self.listens(445)

    def up(self):
        samba("samba_client_config", os.environ["HOME"])
        self.run("smbnetfs", self.mount)
        self.path = self.look = os.path.join(self.mount, "127.0.0.1", "share")
        wait_until("the share", lambda: os.path.isdir(self.path))

    def clean(self):
        self.stop()
        FileSystem.clean(self)


@kind("s3fs")
class S3fs(FileSystem):
    """A bucket of s3rver, which npm has."""

    programs = ("s3fs", "node", "fusermount3")
    small = True
    big = False
    skips = {"no_space": "s3fs needs as much for itself",
             "long_name": "s3rver cannot store it, and s3fs asks again"}
    settings = ("openssh", "none/3", "webex-always/6", "atomic/3", "fsync/3")

    def unusable(self):
        return FileSystem.unusable(self) or (
            None if os.path.isdir(os.path.join(NPM, "s3rver")) else
            "npm cannot install s3rver")

    def up(self):
        data, cache = self.part("s3", "tmp")
        if not self.children:
            self.start("node", os.path.join(NPM, "s3rver/bin/s3rver.js"),
                       "--directory", data, "--address", "127.0.0.1",
                       "--port", "4568", "--configure-bucket", "bucket",
                       "--silent")
            self.listens(4568)
        keys = os.path.join(self.store, "keys")
        with open(keys, "w") as out:
            out.write("S3RVER:S3RVER\n")
        os.chmod(keys, 0o600)
        self.run("s3fs", "bucket", self.mount, "-o",
                 "url=http://127.0.0.1:4568,use_path_request_style,"
                 "passwd_file=%s,tmpdir=%s" % (keys, cache))
        wait_until("the bucket", lambda: os.access(self.mount, os.W_OK))
