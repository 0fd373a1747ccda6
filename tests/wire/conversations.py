# SPDX-License-Identifier: ISC
"""The input of differ.py: TALKS, version 3 conversations, each a function that
is given a Recorder, and COMMAND_LINES.

Nothing may block OpenSSH's server or run for ever in it: no FIFO is opened,
and no file is copied onto itself. Nothing may harm the machine when root runs
it: paths that lead out of the tree are only looked at.
"""

import os
import random
import stat
import struct
import time

import sftpwire as sw
from sftpwire import APPEND, CREAT, EXCL, READ, TRUNC, WRITE

NOW = int(time.time())
OLD = 981173106			# 2001-02-03 04:05:06
TALKS = []
LEVELS = ("DEBUG3", "VERBOSE", "INFO", "ERROR")
TWO_LEVELS = ("DEBUG3", "INFO")		# for the long ones


class Talk:
    def __init__(self, name, run, plant, options, user, fsize, env, umask,
                 offer, levels):
        self.name, self.run, self.plant = name, run, plant
        self.options, self.user, self.fsize = options, user, fsize
        self.env = env
        self.umask, self.offer, self.levels = umask, offer, levels


def put_file(root, name, data=b"", mode=0o644, mtime=OLD):
    path = os.path.join(root, name)
    with open(path, "wb") as out:
        out.write(data)
    os.chmod(path, mode)
    os.utime(path, (OLD, mtime))


def plant_tree(root):
    """The tree that most conversations start from."""
    put_file(root, "f", b"hello, world\n")
    put_file(root, "empty")
    put_file(root, "big", bytes(range(256)) * 1200)
    put_file(root, "secret", b"s", 0o000)
    for name in ("d", "d/sub", "void", "locked"):
        os.mkdir(os.path.join(root, name))
    put_file(root, "d/a", b"a", 0o600)
    put_file(root, "d/b", b"bb", 0o755)
    put_file(root, "locked/in", b"in")
    put_file(root, "one", b"1")
    os.link(os.path.join(root, "one"), os.path.join(root, "uno"))
    for name, target in (("l", "f"), ("ld", "d"), ("dangling", "nope"),
                         ("loop", "loop"), ("far", "nope/x"),
                         ("long", "x" * 255), ("up", "d/../f")):
        os.symlink(target, os.path.join(root, name))
        os.utime(os.path.join(root, name), (OLD, OLD), follow_symlinks=False)
    os.mkfifo(os.path.join(root, "fifo"), 0o622)
    for name in ("fifo", "d/sub", "d", "void", "locked"):
        os.utime(os.path.join(root, name), (OLD, OLD))
    os.chmod(os.path.join(root, "locked"), 0o555)
    os.utime(root, (OLD, OLD))


def plant_listing(root):
    """A directory entry of each look that a long name can have."""
    half_year = 365 * 24 * 3600 // 2
    for name, mtime in (("old", OLD), ("epoch", 0), ("before-epoch", -86400),
                        ("future", NOW + 30 * 86400), ("soon", NOW + 3600),
                        ("far-future", 7258118400),
                        ("recent", NOW - 100 * 86400),
                        ("just-within", NOW - half_year + 3600),
                        ("just-beyond", NOW - half_year - 3600)):
        put_file(root, name, b"x" * 7, mtime=mtime)
    for mode in (0o4755, 0o4644, 0o2755, 0o2644, 0o1755, 0o1644, 0o7777,
                 0o7000, 0o0000, 0o111, 0o222):
        put_file(root, "mode-%04o" % mode, b"", mode)
    for mode in (0o1777, 0o2775, 0o0700):
        path = os.path.join(root, "dir-%04o" % mode)
        os.mkdir(path)
        os.chmod(path, mode)
        os.utime(path, (OLD, OLD))
    for name in (b"a b", b"tab\there", b"line\nfeed", b"\x1b[31m",
                 b"back\\slash",
                 "gr\u00fc\u00df".encode(), "\u65e5\u672c".encode(),
                 b"latin\xe9", b"%s%n", b'"quoted"', b"-dash", b".hidden",
                 b"n" * 255):
        put_file(os.fsencode(root), name)
    for name, size in (("g8", 12345678), ("g9", 123456789), ("g12", 1 << 40)):
        put_file(root, name)
        os.truncate(os.path.join(root, name), size)
        os.utime(os.path.join(root, name), (OLD, OLD))
    for i in range(12):
        os.link(os.path.join(root, "old"), os.path.join(root, "link%d" % i))
    os.symlink("old", os.path.join(root, "symlink"))
    os.utime(os.path.join(root, "symlink"), (OLD, OLD), follow_symlinks=False)
    os.mkfifo(os.path.join(root, "fifo"))
    os.mknod(os.path.join(root, "socket"), stat.S_IFSOCK | 0o755)
    for name in ("fifo", "socket"):
        os.utime(os.path.join(root, name), (OLD, OLD))
    if os.getuid() == 0:
        for name, uid, gid in (("no-user", 54321, 0), ("no-group", 0, 54322),
                               ("neither", 4294967, 4294968),
                               ("max", 0xFFFFFFFE, 0xFFFFFFFE),
                               ("daemon", 1, 1), ("nobody", 65534, 65534)):
            put_file(root, name)
            os.chown(os.path.join(root, name), uid, gid)
        try:
            for name, kind in (("char", stat.S_IFCHR), ("block", stat.S_IFBLK)):
                os.mknod(os.path.join(root, name), kind | 0o640,
                         os.makedev(1, 3))
                os.utime(os.path.join(root, name), (OLD, OLD))
        except PermissionError:
            pass
    os.utime(root, (OLD, OLD))


def plant_many(root):
    """More entries than one NAME holds."""
    for i in range(450):
        put_file(root, "entry-%03d" % i)
    os.utime(root, (OLD, OLD))


def plant_copies(root):
    put_file(root, "source", b"0123456789abcdef" * 10000)
    put_file(root, "target", b"-" * 20)


def talk(plant=plant_tree, options=(), user=None, fsize=64 << 20, env=None,
         umask=0o022, offer=3, name=None, levels=LEVELS):
    """Makes a conversation of a function."""
    def add(run):
        TALKS.append(Talk(name or run.__name__.replace("_", "-"), run, plant,
                          list(options), user, fsize,
                          dict({"SSH_ORIGINAL_COMMAND": "sftp"}, **(env or {})),
                          umask, offer, levels))
        return run
    return add


def flags_of(letters):
    table = {"r": READ, "w": WRITE, "a": APPEND, "c": CREAT, "t": TRUNC,
             "x": EXCL}
    return sum(table[letter] for letter in letters)


# --- OPEN, READ, WRITE, CLOSE ---

@talk(levels=TWO_LEVELS)
def open_flags(c):
    """Every combination of the six flags, on a file that is there, one that
    is not, a link to each, and in a directory that is not there."""
    for name in ("f", "new", "l", "dangling", "nope/x", "far"):
        for flags in range(64):
            h = c.handle("open", name, flags, {})
            if flags & WRITE:
                c("write", h, 2, b"W")
            c("read", h, 0, 5)
            c("close", h)
            if name in ("new", "dangling"):
                c("remove", "new")
                c("remove", "nope")
            if flags & (WRITE | TRUNC):
                c("setstat", "f", {"size": 9})


@talk(levels=TWO_LEVELS)
def open_others(c):
    for name in ("", ".", "/", "d", "ld", "d/", "f/", "f/x", "loop", "loop/x",
                 "secret", "locked/in", "locked/new", "n" * 255, "n" * 256,
                 "n/" * 2100, "/dev/null", "/proc/self/nope", "./f", "d/../f",
                 "d//a", "far/y", "f.."):
        for letters in ("r", "w", "rw", "rwc", "wct", "wcx", "rc", ""):
            h = c.handle("open", name, flags_of(letters), {})
            c("fstat", h)
            c("close", h)
            c("remove", "f..")
            c("remove", "n" * 255)
            c("remove", "locked/new")
    c("open", "f", 0x40 | READ, {})
    c("open", "f", 0xFFFFFF00 | READ, {})


@talk(umask=0o027)
def open_modes(c):
    for mode in (0o777, 0o666, 0o7777, 0o4755, 0o100644, 0o0, 0o1777777):
        for letters in ("wc", "rwc"):
            c.handle("open", "m%o%s" % (mode, letters), flags_of(letters),
                     {"permissions": mode})
    for attrs in ({}, {"size": 100}, {"atime": 1, "mtime": 2},
                  {"uid": 1, "gid": 1}, {"extended": [("a", "b")]},
                  {"size": 5, "permissions": 0o600, "flags": 0x25}):
        c("open", "a%d" % len(attrs), flags_of("wc"), attrs)
        c("open", "f", flags_of("rw"), attrs)


@talk()
def read_and_write(c):
    h = c.handle("open", "big", flags_of("rw"), {})
    for offset, length in ((0, 0), (0, 1), (1, 255), (307199, 1), (307199, 9),
                           (307200, 1), (307200, 0), (400000, 10),
                           (0, 261120), (0, 261121), (0, 262144),
                           (0, 0xFFFFFFFF), (1 << 40, 1), ((1 << 63) - 1, 1),
                           (1 << 63, 1), ((1 << 64) - 1, 1),
                           ((1 << 63) - 1, 0), (1 << 63, 0)):
        c("read", h, offset, length)
    for offset, data in ((0, b""), (0, b"x"), (400000, b"hole"), (5, b""),
                         (100, b"z" * 261120), (1 << 63, b"x"),
                         ((1 << 64) - 1, b""), ((1 << 63) - 1, b"x"),
                         (1 << 26, b"limit"), ((1 << 26) + 1, b"beyond")):
        c("write", h, offset, data)
    c("fstat", h)
    c("close", h)
    for letters in ("r", "w", "rwa", "wa", "a", "ra"):
        h = c.handle("open", "f", flags_of(letters), {})
        c("write", h, 3, b"%s" % letters.encode())
        c("write", h, 1 << 63, b"high")
        c("write", h, (1 << 63) - 1, b"higher than most file systems")
        c("read", h, (1 << 63) - 1, 1)
        c("read", h, 0, 100)
        c("fstat", h)
        c("fsetstat", h, {"size": 10})
        c("close", h)


@talk()
def handles(c):
    """Handles that are closed, invented, of the wrong kind or length."""
    f = c.handle("open", "f", flags_of("rw"), {})
    d = c.handle("opendir", "d")
    gone = c.handle("open", "one", READ, {})
    c("close", gone)
    for h in (d, gone, b"", b"\0", b"\0\0\0\1\0", b"none", b"h" * 255,
              b"h" * 256, b"h" * 1000):
        c("read", h, 0, 10)
        c("write", h, 0, b"x")
        c("fsetstat", h, {"permissions": 0o600})
        c("fsync@openssh.com", h)
        c("fstatvfs@openssh.com", h)
        c("copy-data", h, 0, 5, f, 0)
        c("copy-data", f, 0, 5, h, 0)
        c("copy-data", h, 0, 0, h, 0)
        if h != d:
            c("fstat", h)
            c("readdir", h)
            c("close", h)
    c("fstat", d)
    c("readdir", f)
    c("fsync@openssh.com", f)
    c("fstatvfs@openssh.com", f)
    c("close", d)
    c("close", f)
    c("close", f)
    for _ in range(3):
        c("close", c.handle("open", "f", READ, {}))
    c.handle("open", "f", READ, {})
    c.handle("opendir", "d")


# No server gave these out: of a wrong length, or numbers that no session here
# comes to.
NEVER_GIVEN = (b"", b"\xff", b"\0\0\0", b"bad!", b"\xff\xff\xff\xff",
               b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\x10\0",
               b"\0\0\0\0\0", b"\0" * 8, b"\xff" * 8, b"h" * 9, b"h" * 300)


def ask_by_handle(c, h, good, asks=None):
    """Every request that takes a handle, or those that are told, by one that
    is none; `good` is one that is."""
    requests = [("read", h, 0, 10), ("read", h, 1 << 63, 0),
                ("write", h, 0, b"x"), ("write", h, 0, b""),
                ("fstat", h), ("fsetstat", h, {}),
                ("fsetstat", h, {"size": 0}),
                ("fsetstat", h, {"permissions": 0o600, "atime": 1,
                                 "mtime": 2}),
                ("readdir", h), ("fsync@openssh.com", h),
                ("fstatvfs@openssh.com", h), ("copy-data", h, 0, 5, good, 0),
                ("copy-data", good, 0, 5, h, 0), ("copy-data", h, 0, 0, h, 0),
                ("close", h)]
    for at in range(len(requests)) if asks is None else asks:
        c(*requests[at % len(requests)])


@talk(levels=TWO_LEVELS)
def stale_handles(c):
    """Handles after their CLOSE, beside one that is open. OpenSSH gives the
    number out again, so that nothing may be opened meanwhile."""
    good = c.handle("open", "one", flags_of("rw"), {})
    for opener in (("open", "f", flags_of("r"), {}),
                   ("open", "f", flags_of("rw"), {}),
                   ("open", "new", flags_of("wcx"), {}), ("opendir", "d")):
        h = c.handle(*opener)
        c("close", h)
        ask_by_handle(c, h, good)
        c("fstat", good)
        c("read", good, 0, 10)
    c("close", good)
    ask_by_handle(c, good, good)


@talk(levels=TWO_LEVELS)
def handles_never_given(c):
    """Before anything is open, beside what is, and made from what is."""
    for h in NEVER_GIVEN[::3]:
        ask_by_handle(c, h, b"bad!")
    good = c.handle("open", "one", flags_of("rw"), {})
    c.handle("opendir", "d")
    for h in NEVER_GIVEN:
        ask_by_handle(c, h, good)
    for told, h in (("changed", bytes([good[0] ^ 0x80]) + good[1:]),
                    ("short", good[:-1]), ("long", good + b"\0"),
                    ("twice", good + good)):
        c.symbols[h] = "#1 " + told
        ask_by_handle(c, h, good)
    c("fstat", good)
    c("read", good, 0, 10)


@talk()
def unlinked_and_renamed(c):
    """Handles live on when the names change."""
    h = c.handle("open", "f", flags_of("rw"), {})
    c("rename", "f", "g")
    c("write", h, 0, b"HELLO")
    c("fstat", h)
    c("remove", "g")
    c("write", h, 0, b"gone!")
    c("read", h, 0, 100)
    c("fstat", h)
    c("fsetstat", h, {"permissions": 0o600, "size": 3})
    c("close", h)
    d = c.handle("opendir", "void")
    c("rmdir", "void")
    c("readdir", d)
    c("close", d)


# --- names and attributes ---

@talk()
def stats(c):
    for name in ("f", "empty", "d", "d/", "l", "ld", "ld/", "ld/a", "dangling",
                 "loop", "far", "fifo", "secret", "locked", "locked/in", "",
                 ".", "..", "/", "//", "nope", "nope/x", "f/", "f/x",
                 "n" * 255, "n" * 256, "d/../f", "x/" * 2100, "/dev/null",
                 "gr\u00fc\u00df", b"\xff", b"new\nline", b"\x07\\", "%s%n"):
        for request in ("stat", "lstat", "readlink", "statvfs@openssh.com"):
            c(request, name)


@talk()
def realpaths(c):
    for name in ("", ".", "..", "/", "//", "///x", "./f", "f", "f/", "f/.",
                 "f/..", "d", "d/", "d/.", "d/..", "d/../d/./a", "ld", "ld/",
                 "ld/..", "ld/a", "l", "l/x", "up", "dangling", "dangling/",
                 "dangling/x", "loop", "loop/x", "far", "nope", "nope/",
                 "nope/.", "nope/..", "nope/x", "d/nope", "d//nope///",
                 "../../../../../../../..", "/..", "/../tmp/.", "secret",
                 "locked/in/..", "n" * 255, "n" * 256, "x" * 4095, "x" * 5000,
                 "/" * 5000, "./" * 2000, "./" * 2048 + "f", "long",
                 "gr\u00fc\u00df", b"\xff\xfe", b"a\nb", "~", "~/f", "%d"):
        c("realpath", name)
        c("expand-path@openssh.com", name)
    for name in ("~", "~/", "~//f", "~/nope", "~/nope/x", "~root", "~root/",
                 "~root/x", "~nobody-such", "~nobody-such/x", "~daemon",
                 "~.", "~~", "~" * 300, "f~", "~/..", "~/../.."):
        c("expand-path@openssh.com", name)
    for name in ("", "root", "daemon", "nobody-such", "~", "/", "x" * 400):
        c("home-directory", name)


@talk()
def long_chains(c):
    """Links of links, up to and beyond what a resolver follows."""
    c("symlink", "f", "c0")
    for i in range(1, 45):
        c("symlink", "c%d" % (i - 1), "c%d" % i)
    for i in (10, 30, 31, 32, 33, 39, 40, 41, 44):
        c("stat", "c%d" % i)
        c("realpath", "c%d" % i)
    c("symlink", "t" * 4000, "wide")
    c("readlink", "wide")
    c("symlink", "t" * 4095, "wider")
    c("readlink", "wider")
    c("symlink", "t" * 4096, "widest")


@talk()
def directories(c):
    for name in ("d", "new", "new/x/y", "f", "f/x", "l", "ld", "dangling",
                 "", ".", "/", "locked/x", "n" * 256, "void/",
                 "gr\u00fc\u00df"):
        c("mkdir", name, {})
        c("opendir", name)
    for mode in (0, 0o700, 0o777, 0o1777, 0o2755, 0o4755, 0o7777, 0o40755):
        c("mkdir", "m%o" % mode, {"permissions": mode})
    for attrs in ({"size": 1}, {"uid": 1, "gid": 1}, {"atime": 1, "mtime": 1}):
        c("mkdir", "a%d" % len(attrs), attrs)
    for name in ("/", ".", "", "..", "d", "f", "l", "ld", "ld/", "nope",
                 "nope/x", "void/.", "void/..", "void", "locked/in", "loop",
                 "fifo", "n" * 256):
        c("rmdir", name)


@talk()
def removals(c):
    for name in ("", ".", "/", "d", "d/", "ld/", "nope", "nope/x", "f/x",
                 "f/", "loop/x", "n" * 256, "locked/in", "secret", "loop",
                 "dangling", "ld", "l", "fifo", "uno", "f"):
        c("remove", name)


@talk(levels=TWO_LEVELS)
def renames(c):
    """The cases of rename(2), link(2) and their likes; each is made anew."""
    olds = ("f", "one", "d", "void", "l", "ld", "dangling", "loop", "fifo",
            "nope", "nope/x", "f/x", "", ".", "locked/in", "n" * 256, "f/")
    news = ("new", "empty", "uno", "f", "d", "void", "d/new", "d/sub", "l",
            "ld", "ld/new", "dangling", "loop", "fifo", "nope/x", "f/x",
            "", ".", "locked/new", "n" * 256, "empty/", "d/", "ld/", "l/",
            "new/")
    for request in ("rename", "posix-rename@openssh.com",
                    "hardlink@openssh.com"):
        c("mkdir", request, {})
        for old in olds:
            for new in news:
                if request == "posix-rename@openssh.com" and old != "f":
                    continue
                if new in ("dangling", "loop") and old not in (
                        "f", "one", "locked/in"):
                    continue	# renames_to_a_dangling_link
                reply = c(request, old, new)
                if getattr(reply, "code", 1) != 0:
                    continue
                if request == "hardlink@openssh.com":
                    c("remove", new)
                elif old != new:
                    c("lstat", new)
                    c("rename", new.replace("ld/", "d/"), old)


@talk()
def posix_renames(c):
    for old, new in (("f", "empty"), ("empty", "f"), ("one", "uno"),
                     ("one", "one"), ("l", "empty"), ("empty", "l"),
                     ("d", "void"),
                     ("void", "d/sub"), ("d", "d/sub/x"), ("d", "f2"),
                     ("f2", "one"), ("one", "f2"), ("nope", "x"),
                     ("one", "nope/x"), ("one", "dangling"), ("loop", "y")):
        c("posix-rename@openssh.com", old, new)


@talk()
def renames_to_a_dangling_link(c):
    """OpenSSH asks stat(new), so for directories and links the name is free
    and what stands there is replaced."""
    c("rename", "dangling", "dangling")
    c("rename", "ld", "dangling")
    c("rename", "void", "far")
    c("rename", "f", "loop")


@talk()
def symlinks(c):
    for target, link in (("f", "s1"), ("nope", "s2"), ("/", "s3"), ("", "s4"),
                         ("f", "f"), ("f", "d"), ("f", "dangling"),
                         ("f", ""), ("f", "nope/x"), ("f", "f/x"),
                         ("f", "locked/x"), ("f", "n" * 256), ("../..", "s5"),
                         ("a\nb", "s6"), (b"\xff", b"\xfe"), ("f", "s7/"),
                         ("f", ".")):
        c("symlink", target, link)
        c("readlink", link)
    for name in ("f", "d", "nope", "", ".", "loop", "dangling", "f/x"):
        c("readlink", name)


@talk(levels=TWO_LEVELS)
def setstats(c):
    attrs = (
        {}, {"size": 5}, {"size": 50}, {"size": 0}, {"size": 1 << 26},
        {"size": (1 << 26) + 1}, {"size": 1 << 63}, {"size": (1 << 64) - 1},
        {"permissions": 0o600}, {"permissions": 0o107644},
        {"permissions": 0xFFFFFFFF}, {"permissions": 0},
        {"atime": 5, "mtime": 6}, {"atime": 0, "mtime": 0},
        {"atime": 0x7FFFFFFF, "mtime": 0x80000000},
        {"atime": 0xFFFFFFFF, "mtime": 0xFFFFFFFF},
        {"uid": os.getuid(), "gid": os.getgid()},
        {"uid": 0xFFFFFFFF, "gid": 0xFFFFFFFF}, {"uid": 12345, "gid": 54321},
        {"size": 3, "permissions": 0o640, "atime": 7, "mtime": 8},
        {"extended": [("a@b", "c")]},
        {"extended": [], "permissions": 0o644},
        {"permissions": 0o644, "flags": 0x7FFFFF04},
    )
    for name in ("f", "l", "d", "ld", "secret", "dangling", "loop", "nope",
                 "nope/x", "", ".", "f/", "locked/in"):
        for attr in attrs:
            c("setstat", name, attr)
            if name != ".":
                c("lsetstat@openssh.com", name, attr)
    for letters in ("r", "w", "rw", "rwa"):
        h = c.handle("open", "f", flags_of(letters), {})
        for attr in attrs:
            c("fsetstat", h, attr)
        c("fstat", h)
        c("close", h)


@talk()
def setstat_order(c):
    """Owner and set-id mode in one request; owner and times."""
    who = {"uid": 1234 if os.getuid() == 0 else os.getuid(),
           "gid": 1234 if os.getuid() == 0 else os.getgid()}
    for i, mode in enumerate((0o4755, 0o2755, 0o6711)):
        c("close", c.handle("open", "own%d" % i, flags_of("rwc"), {}))
        c("setstat", "own%d" % i, dict(who, permissions=mode, size=5, atime=4,
                                       mtime=5))
    h = c.handle("open", "fown", flags_of("rwc"), {})
    c("fsetstat", h, dict(who, permissions=0o4711))
    c("lsetstat@openssh.com", "one", dict(who, permissions=0o4755))
    c("lsetstat@openssh.com", "l", dict(who, atime=9, mtime=9))


@talk(umask=0)
def set_ids(c):
    """Set-id bits of what is made, of what is set, and of what is written
    to; and names that a login reads."""
    for mode in (0o4755, 0o2755, 0o6711, 0o1777, 0o7777):
        h = c.handle("open", "f%o" % mode, flags_of("rwc"),
                     {"permissions": mode})
        c("fstat", h)
        c("fsetstat", h, {"permissions": mode})
        c("fstat", h)
        c("write", h, 0, b"set")
        c("fstat", h)
        c("fsetstat", h, {"permissions": mode, "size": 1})
        c("close", h)
        c("mkdir", "d%o" % mode, {"permissions": mode})
        for name in ("f%o" % mode, "d%o" % mode, "one", "d"):
            c("setstat", name, {"permissions": mode})
            c("stat", name)
            c("lsetstat@openssh.com", name, {"permissions": mode})
            c("stat", name)
    for name in (".bashrc", ".profile", ".zshenv", ".pam_environment"):
        h = c.handle("open", name, flags_of("wct"), {"permissions": 0o644})
        c("write", h, 0, b"echo\n")
        c("close", h)
    c("mkdir", ".ssh", {"permissions": 0o700})
    c("close", c.handle("open", ".ssh/authorized_keys", flags_of("wc"), {}))
    c("rename", ".bashrc", ".bash_login")
    c("symlink", "/", ".config")
    c("hardlink@openssh.com", ".profile", ".login")


@talk(user="nobody")
def not_permitted(c):
    """Requests that the system denies to an ordinary user."""
    names = ["/etc/passwd", "/", "secret", "locked/in", "/root/x"]
    # In a container, the first process may be the user's own.
    if os.stat("/proc/1").st_uid == 0:
        names.append("/proc/1/root/x")
    for name in names:
        c("setstat", name, {"permissions": 0o600})
        c("setstat", name, {"atime": 1, "mtime": 2})
        c("setstat", name, {"uid": 1, "gid": 1})
        c("setstat", name, {"size": 5, "permissions": 0o640, "uid": 0,
                            "gid": 0})
        for letters in ("r", "w", "rwc"):
            h = c.handle("open", name, flags_of(letters), {})
            c("fsetstat", h, {"uid": 0, "gid": 0, "permissions": 0o4755})
            c("close", h)
        c("remove", name)
        c("rmdir", name)
        c("mkdir", name, {})
        c("rename", name, "x")
        c("rename", "one", name)
        c("symlink", "x", name)
        c("hardlink@openssh.com", name, "hl")
        c("opendir", name)
        c("realpath", name)
        c("readlink", name)
    c("remove", "locked/in")
    c("rename", "locked/in", "out")
    c("mkdir", "locked/new", {})


# --- listings ---

@talk(plant=plant_listing, fsize=None)
def longnames(c):
    d = c.handle("opendir", ".")
    c.listing(d)
    c("readdir", d)
    c("readdir", d)
    c("close", d)
    for name in ("before-epoch", "far-future", "epoch", "g12"):
        c("stat", name)


@talk()
def listings(c):
    for name in ("d", "d/", "ld", "ld/", "void", "", "/proc/self/fdinfo/..x",
                 "f", "nope", "locked", "loop"):
        d = c.handle("opendir", name)
        c("readdir", d)
        c("readdir", d)
        c("close", d)


@talk(plant=plant_many)
def long_listings(c):
    d = c.handle("opendir", ".")
    c.listing(d)
    c("readdir", d)
    c("close", d)


@talk()
def listing_while_it_changes(c):
    d = c.handle("opendir", "d")
    c("remove", "d/a")
    c("rmdir", "d/sub")
    c("mkdir", "d/fresh", {})
    c.listing(d)
    c("close", d)


@talk()
def listing_of_a_moved_directory(c):
    """OpenSSH looks for the entries under the old name."""
    d = c.handle("opendir", "d")
    c("rename", "d", "moved")
    c.listing(d)


# --- extensions ---

@talk()
def extensions(c):
    c("limits@openssh.com")
    for uids, gids in ((b"", b""), (b"\0\0\0\0", b""), (b"", b"\0\0\0\0"),
                       (struct.pack(">5I", 0, 1, 54321, 65534, 0xFFFFFFFF),
                        struct.pack(">4I", 0, 5, 54321, 1))):
        c("users-groups-by-id@openssh.com", uids, gids)
    for name in ("", "nope@example.com", "statvfs", "POSIX-rename@openssh.com",
                 "x" * 200, b"\xff\n", "limits@openssh.com "):
        c(name, b"\0\0\0\1")
    for path in (".", "d", "f", "l", "dangling", "/proc", "/sys", "/dev/shm"):
        c("statvfs@openssh.com", path)
    h = c.handle("open", "f", READ, {})
    c("fsync@openssh.com", h)


@talk(plant=plant_copies)
def copies(c):
    """Never of a file onto itself: old servers copy for ever."""
    source = c.handle("open", "source", READ, {})
    target = c.handle("open", "target", flags_of("rw"), {})
    appended = c.handle("open", "appended", flags_of("wca"), {})
    for offset, length, at in ((0, 10, 0), (0, 0, 0), (159990, 10, 5),
                               (160000, 0, 0), (200000, 0, 0),
                               (100, 65536, 1), (0, 131072, 0),
                               (0, 160000, 7), (1 << 63, 0, 0),
                               (0, 1, 1 << 63)):
        c("copy-data", source, offset, length, target, at)
        c("fstat", target)
    for at in (0, 3, 1 << 62):
        c("copy-data", source, 0, 7, appended, at)
    c("read", target, 0, 20)
    for h in (source, target, appended):
        c("close", h)


@talk(plant=plant_copies)
def copies_that_end_early(c):
    source = c.handle("open", "source", READ, {})
    target = c.handle("open", "target", flags_of("rw"), {})
    c("copy-data", source, 159990, 20, target, 0)
    c("copy-data", source, 160000, 20, target, 0)


@talk(plant=plant_copies)
def copies_that_end_much_too_early(c):
    source = c.handle("open", "source", READ, {})
    target = c.handle("open", "target", flags_of("rw"), {})
    c("copy-data", source, 0, 1000000, target, 0)


@talk(plant=plant_copies, fsize=70000)
def copies_that_fail(c):
    """The error is in the last piece."""
    source = c.handle("open", "source", READ, {})
    target = c.handle("open", "target", flags_of("rw"), {})
    unreadable = c.handle("open", "wo", flags_of("wc"), {})
    c("copy-data", source, 0, 80000, target, 0)
    c("copy-data", target, 0, 5, source, 0)
    c("copy-data", unreadable, 0, 5, target, 0)


@talk(fsize=70000)
def file_size_limit(c):
    h = c.handle("open", "new", flags_of("rwc"), {})
    c("write", h, 60000, b"x" * 10000)
    c("write", h, 70000, b"x")
    c("fsetstat", h, {"size": 70001})
    c("setstat", "new", {"size": 70001})
    c("write", h, 60000, b"x" * 20000)


# --- what is refused, and the session itself ---

def every_request(c):
    """Each request once, so that it is seen which are refused."""
    f = c.handle("open", "f", READ, {})
    w = c.handle("open", "f", WRITE, {})
    for letters in ("rw", "rc", "rt", "wct", "a", "ra", "rx", ""):
        c("open", "f", flags_of(letters), {})
    c("open", "nope", READ, {})
    c("open", "nope", WRITE, {})
    d = c.handle("opendir", "d")
    c("read", f, 0, 5)
    c("write", w, 0, b"H")
    c("lstat", "l")
    c("stat", "l")
    c("fstat", f)
    c("setstat", "one", {"permissions": 0o640})
    c("fsetstat", w, {"permissions": 0o640})
    c("readdir", d)
    c("mkdir", "made", {})
    c("rmdir", "made")
    c("realpath", ".")
    c("rename", "one", "eins")
    c("readlink", "l")
    c("symlink", "x", "y")
    c("remove", "y")
    c("posix-rename@openssh.com", "eins", "one")
    c("statvfs@openssh.com", ".")
    c("fstatvfs@openssh.com", f)
    c("hardlink@openssh.com", "one", "zwei")
    c("fsync@openssh.com", f)
    c("lsetstat@openssh.com", "l", {"atime": 1, "mtime": 1})
    c("limits@openssh.com")
    c("expand-path@openssh.com", "~")
    c("copy-data", f, 0, 1, w, 3)
    c("home-directory", "")
    c("users-groups-by-id@openssh.com", b"\0\0\0\0", b"")
    c("nope@example.com", b"")
    c("close", f)
    c("close", d)


EVERY = ("open close read write lstat fstat setstat fsetstat opendir readdir "
         "remove mkdir rmdir realpath stat rename readlink symlink "
         "posix-rename statvfs fstatvfs hardlink fsync lsetstat limits "
         "expand-path copy-data home-directory users-groups-by-id").split()

for _name, _options in (
        ("plain", []),
        ("read-only", ["-R"]),
        ("denied-all", ["-P", ",".join(EVERY)]),
        ("denied-half", ["-P", ",".join(EVERY[::2])]),
        ("denied-other-half", ["-P", ",".join(EVERY[1::2])]),
        ("allowed-half", ["-p", ",".join(EVERY[::2])]),
        ("allowed-other-half", ["-p", ",".join(EVERY[1::2])]),
        ("allowed-and-denied", ["-p", "open,close,stat,read", "-P", "read"]),
        ("read-only-and-allowed", ["-R", "-p", "open,write,read,mkdir"])):
    talk(options=_options, name="requests-" + _name)(every_request)
    if _options == ["-R"]:
        talk(options=_options, name="restricted-not-forced",
             env={"SSH_ORIGINAL_COMMAND": None})(lambda c: c("stat", "f"))


@talk(options=["-R"], levels=TWO_LEVELS)
def read_only_opens(c):
    for flags in range(64):
        for name in ("f", "nope", "dangling", "d"):
            c("open", name, flags, {"permissions": 0o600})


for _i, _version in enumerate((0, 1, 2, 3, 4, 6, 7, 0xFFFFFFFF)):
    def _offer(c):
        c("stat", "f")
        c("stat", "nope")
    talk(offer=_version, name="offer-%d" % _version)(_offer)

for _name, _env in (
        ("no-address", {"SSH_CONNECTION": None}),
        ("address-only", {"SSH_CONNECTION": "203.0.113.7"}),
        ("address-empty", {"SSH_CONNECTION": ""}),
        ("address-v6", {"SSH_CONNECTION": "2001:db8::1 22 2001:db8::2 22"}),
        ("other-home", {"HOME": "/nonexistent"}),
        ("other-zone", {"TZ": "America/New_York"}),
        ("other-zone-file", {"TZ": None})):
    def _where(c):
        c("setstat", "f", {"atime": 86400 * 200, "mtime": 86400 * 20})
        c("expand-path@openssh.com", "~/x")
    talk(env=_env, name=_name)(_where)

for _name, _options in (("umask", ["-u", "077"]), ("umask-0", ["-u", "0"]),
                        ("directory", ["-d", "d"]),
                        ("directory-missing", ["-d", "/nonexistent"]),
                        ("directory-home", ["-d", "%d"]),
                        ("directory-user", ["-d", "/tmp/..%u%U%%"]),
                        ("directory-tilde", ["-d", "~"]),
                        ("facility", ["-f", "LOCAL0"]),
                        ("facility-wrong", ["-f", "nope"]),
                        ("level-wrong", ["-l", "nope"]),
                        ("option-last-wins", ["-l", "FATAL", "-l", "DEBUG1"]),
                        ("shell", ["-c", "ls", "-z", "-R"]),
                        ("quiet", ["-l", "QUIET"])):
    def _made(c):
        c("realpath", ".")
        c("expand-path@openssh.com", "~")
        if c.root in str(getattr(c("realpath", "."), "names", "")):
            c("open", "new", flags_of("wc"), {})
            c("open", "new2", flags_of("wc"), {"permissions": 0o777})
            c("mkdir", "newd", {})
            c("setstat", "newd", {"permissions": 0o777})
    talk(options=_options, name="option-" + _name)(_made)


@talk()
def second_init(c):
    c("stat", "f")
    c.session.send(sw.frame(sw.request("init", 0, 3)))
    c.note("init again", "reply", str(c.session.expect_version(3)))
    c.note_log("init again")
    c("stat", "f")


# --- malformed, where the two differ on purpose: one case a session ---

def _malformed():
    def payload(number, body):
        return struct.pack(">BI", number, 77) + body

    yield "no-fields", payload(17, b"")
    yield "short-string", payload(17, struct.pack(">I", 9) + b"f")
    yield "huge-string", payload(17, struct.pack(">I", 0xFFFFFFFF) + b"f")
    yield "short-number", payload(3, sw.put("s", "f") + b"\0\0")
    yield "short-attrs", payload(9, sw.put("s", "f") + struct.pack(">I", 4))
    yield "many-extended", payload(9, sw.put("s", "f") + struct.pack(
        ">II", 0x80000000, 0x00FFFFFF))
    yield "no-extension-name", payload(200, b"")
    yield "short-extension", payload(200, sw.put("s", "statvfs@openssh.com"))
    yield "nul-in-path", payload(17, sw.put("s", b"f\0x"))
    yield "nul-in-extension", payload(200, sw.put("s", b"limits@\0openssh.com"))
    yield "nul-at-the-end", payload(17, sw.put("s", b"f\0"))
    yield "ids-not-of-four", payload(200, sw.put(
        "s", "users-groups-by-id@openssh.com") + sw.put("s", b"abc")
        + sw.put("s", b""))


for _name, _payload in _malformed():
    def _bad(c, name=_name, payload=_payload):
        c("stat", "f")
        c.raw(name, payload)
    talk(name="malformed-" + _name)(_bad)


@talk()
def unknown_types(c):
    for number in (0, 2, 21, 22, 23, 24, 99, 101, 105, 199, 201, 255):
        c.raw("type %d" % number, struct.pack(">BI", number, 99) + b"junk")


@talk()
def trailing_bytes(c):
    for payload in (sw.request("stat", 5, "f"),
                    sw.request("open", 6, "f", 1, {}),
                    sw.extended("limits@openssh.com", 7)):
        c.raw("trailing", payload + b"trailing bytes")


@talk()
def length_too_small(c):
    c("stat", "f")
    c.session.send(b"\0\0\0\4\x11\0\0\0")
    c.over = True


@talk()
def length_too_large(c):
    c("stat", "f")
    c.session.send(struct.pack(">I", 262145) + b"\x11\0\0\0\7")
    c.over = True


# --- random requests, as a user who may do no harm ---

def _random_talk(seed):
    names = ["f", "big", "d", "d/a", "d/b", "d/sub", "d/sub/x", "ld", "ld/a",
             "l", "new", "new2", "d/new", "dangling", "nope", "nope/x",
             "loop", "one", "uno", "void", "void/x", "locked/in", "secret",
             "n" * 300, "gr\u00fc\u00df"]

    links = ["ld", "ld/a", "l", "dangling", "loop"]
    if seed % 2:
        names = [name for name in names if name not in links]

    def run(c):
        dice = random.Random(seed)
        files, dirs = [], []

        def name():
            return dice.choice(names)

        def attrs():
            out = {}
            if dice.random() < 0.3:
                out["size"] = dice.choice((0, 1, 100, 5000, 1 << 20, 1 << 63))
            if dice.random() < 0.4:
                out["permissions"] = dice.choice((0o600, 0o644, 0o755, 0o4755,
                                                  0o444, 0o700))
            if dice.random() < 0.3:
                out["atime"] = dice.randrange(1 << 30)
                out["mtime"] = dice.randrange(1 << 30)
            return out

        def some(pool):
            return dice.choice(pool) if pool and dice.random() < 0.95 \
                else dice.choice(NEVER_GIVEN)

        def open_file():
            letters = dice.choice(("r", "w", "rw", "rwc", "wct", "rwcx",
                                   "wca", "rt", "a"))
            files.append(c.handle("open", name(), flags_of(letters),
                                  attrs() if dice.random() < 0.3 else {}))

        def open_dir():
            dirs.append(c.handle("opendir", name()))

        def close():
            pool = dice.choice((files, dirs))
            h = some(pool)
            c("close", h)
            if h in pool:
                pool.remove(h)
                ask_by_handle(c, h, some(files), [
                    dice.randrange(100) for _ in range(dice.randrange(3))])

        deeds = [
            (12, open_file), (4, open_dir), (8, close),
            (10, lambda: c("read", some(files), dice.randrange(400000),
                           dice.choice((0, 1, 100, 32768, 261121)))),
            (10, lambda: c("write", some(files), dice.randrange(1 << 20),
                           bytes([dice.randrange(256)])
                           * dice.choice((0, 1, 1000, 50000)))),
            (3, lambda: c.listing(some(dirs)) if dirs else None),
            (4, lambda: c("stat", name())), (4, lambda: c("lstat", name())),
            (4, lambda: c("fstat", some(files))),
            (5, lambda: c("setstat", name(), attrs())),
            (4, lambda: c("fsetstat", some(files), attrs())),
            (2, lambda: c("lsetstat@openssh.com", name(), attrs())),
            (4, lambda: c("remove", name())),
            (4, lambda: c("mkdir", name(), {})),
            (3, lambda: c("rmdir", name())),
            (4, lambda: c("realpath", name())),
            # OpenSSH's rename replaces dangling links: not both together.
            (6 * (seed % 2), lambda: c("rename", name(), name())),
            (5, lambda: c("posix-rename@openssh.com", name(), name())),
            (3, lambda: c("hardlink@openssh.com", name(), name())),
            (3 * (1 - seed % 2), lambda: c("symlink", name(), name())),
            (2, lambda: c("readlink", name())),
            (1, lambda: c("fsync@openssh.com", some(files))),
        ]
        weights = [weight for weight, _ in deeds]
        for _ in range(400):
            dice.choices([deed for _, deed in deeds], weights)[0]()

    return run


for _seed in range(1, 13):
    talk(user="nobody", fsize=1 << 20, levels=TWO_LEVELS,
         name="random-%d" % _seed)(
        _random_talk(_seed))

# --- what -R, -p and -P bring with them: what they forbid, and nothing else ---

_BESIDE = "users-groups-by-id"		# which none of these conversations asks
_CHANGES_NOTHING = ("stats", "realpaths", "longnames", "listings",
                    "long-listings")
for _talk in list(TALKS):
    if not (_talk.name in _CHANGES_NOTHING + (
            "open-others", "open-modes", "read-and-write", "handles",
            "unlinked-and-renamed", "directories", "removals", "renames",
            "posix-renames", "symlinks", "setstats", "setstat-order",
            "set-ids", "not-permitted", "copies", "file-size-limit")
            or _talk.name.startswith("random-1")):
        continue
    for _letter, _options in (
            ("R", ["-R"]), ("P", ["-P", _BESIDE]),
            ("p", ["-p", ",".join(n for n in EVERY if n != _BESIDE)])):
        if _letter != "R" or _talk.name in _CHANGES_NOTHING:
            TALKS.append(Talk(
                "beside-%s-%s" % (_letter, _talk.name), _talk.run, _talk.plant,
                _talk.options + _options, _talk.user, _talk.fsize, _talk.env,
                _talk.umask, _talk.offer, ("INFO",)))

COMMAND_LINES = [
    ["-h"], ["-?"], ["-z"], ["--help"], ["-d"], ["-f"], ["-l"], ["-P"],
    ["-p"], ["-Q"], ["-u"], ["-u", ""], ["-u", "8"], ["-u", "-1"],
    ["-u", "1000"], ["-u", "777x"], ["-u", "0x1f"],
    ["-u", "99999999999999999999"], ["-Q", "nope"], ["-Q", "requests"],
    ["-Q", "REQUESTS"], ["-Qrequests"], ["-p", "a", "-p", "b"],
    ["-P", "a", "-P", "b"], ["-R", "-Q", "requests"], ["-h", "-Q", "requests"],
    ["-e", "-h"], ["-eh"], ["-e", "-u", "9"],
    ["-e", "-p", "stat", "-p", "stat"],
    ["-e", "-l", "nope"], ["-e", "-f", "nope"], ["-e", "-l", "debug3"],
    ["-e", "-l", "VERBOSE"], ["-c", "ls", "-z"], ["-cls"], ["-e", "-c", "x"],
    ["-c", "ls", "-h"], ["-e", "-l", "INFO", "-R"], ["-d", "%x"],
    ["-d", "%"], ["-e", "-d", "~nobody-such"], ["-e", "-d", "/nonexistent"],
    ["-e", "-d", "", "-l", "INFO"], ["-e", "-d", "%%", "-l", "INFO"],
    ["-e", "-l", "INFO", "operand"], ["-e", "-l", "INFO", "-p", "nonsense"],
    ["-e", "-l", "INFO", "-P", "nonsense"], ["-e", "--", "-h"],
    ["-e", "-l", "INFO", "--", "host", "sftp"], ["--", "::1", "sftp"],
]
