# SPDX-License-Identifier: ISC
"""A server on a file system that refuses, for tables of tests.

A World is a directory, a server started in it with a policy on its command
line and the shim preloaded, and one session. A cell of a table is a function
that plays requests in a World and checks what comes of them; a group is a
generator of (label, function) pairs. main() plays groups and prints, of each
cell that went wrong, what was wanted, what came, and the calls of the server.
"""

import functools
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "wire"))
import sftpwire as sw  # noqa: E402

SERVER = os.environ.get("SERVER") or "build/sftp-server"
SHIM = os.path.join(os.environ.get("BUILD") or "build", "tests", "shim.so")
HIDDEN = re.compile(r"\.slipway-[0-9A-Za-z]{22}-(old|part)$")
REFUSES = "rename,renameflags,unlink open EBUSY\n"

OK, EOF, NO_FILE, DENIED, FAILURE = range(5)
INVALID_HANDLE, EXISTS, LOCK_CONFLICT = 9, 11, 17
OVERWRITE, ATOMIC, NATIVE = 1, 2, 4

# Letters of World.open(): v3 and v4 pflags; v5 and v6 access and flags.
PFLAGS = {"r": 1, "w": 2, "a": 4, "c": 8, "t": 16, "x": 32}
ACCESS = {"r": 0x81, "w": 0x102}


class Mismatch(Exception):
    """A cell got another answer than it expects."""


def check(what, got, want):
    wanted = want if isinstance(want, (set, tuple)) and \
        not isinstance(got, type(want)) else (want,)
    if got not in wanted:
        raise Mismatch("%s: %s, not %s" % (
            what, short(got), " or ".join(short(w) for w in wanted)))


def short(value):
    text = repr(value)
    return text if len(text) <= 200 else \
        "%s ... %s (%d)" % (text[:80], text[-80:], len(value))


def exists(version):
    """The status of `there is one already`."""
    return FAILURE if version == 3 else EXISTS


def invalid(version, request=None):
    """The status of a handle that is none."""
    if version >= 4:
        return INVALID_HANDLE
    return NO_FILE if request in ("close", "fsync@openssh.com") else FAILURE


@functools.cache
def preload():
    """The shim, behind the address sanitizer if the server has it."""
    libs = subprocess.run(["ldd", SERVER], capture_output=True, text=True)
    asan = re.findall(r"libasan\S* => (\S+)", libs.stdout)
    return ":".join(asan + [os.path.realpath(SHIM)])


class World:
    """files: name -> content; "name/" is a directory. policy: dotted names
    with values, or the text of a file, in which %DIR is the directory. user:
    whose server it is, if we are root."""

    def __init__(self, files=None, version=3, policy=None, rules="",
                 user=None):
        self.base = tempfile.mkdtemp(prefix="slipway-refuse-")
        os.chmod(self.base, 0o755)
        self.dir = os.path.join(os.path.realpath(self.base), "d")
        self.user = user if os.getuid() == 0 else None
        os.mkdir(self.dir)
        for name in ("rules", "log"):
            open(self.base + "/" + name, "w").close()
            os.chmod(self.base + "/" + name, 0o666)
        self.own(self.dir)
        for name, content in (files or {}).items():
            self.put(name, content)
        self.read = 0
        self.rules(rules)
        if isinstance(policy, str):
            with open(self.base + "/policy", "w") as f:
                f.write(policy.replace("%DIR", self.dir))
            self.options = ["-F", self.base + "/policy"]
        else:
            self.options = [word for item in (policy or {}).items()
                            for word in ("-o", "%s=%s" % item)]
        self.sessions = []
        try:
            self.s = self.session(version)
        except BaseException:
            self.destroy()
            raise

    def destroy(self):
        for s in self.sessions:
            s.destroy()
        shutil.rmtree(self.base)

    def session(self, version):
        """Another session of the same server, beside the first."""
        s = sw.Session(
            [SERVER, "-e", "-l", "INFO"] + self.options, cwd=self.dir,
            up_to=version, user=self.user, env={
                "LD_PRELOAD": preload(), "SLIPWAY_SHIM_DIR": self.dir,
                "SLIPWAY_SHIM_RULES": self.base + "/rules",
                "SLIPWAY_SHIM_LOG": self.base + "/log"})
        self.sessions.append(s)
        self.announced = s.init(version).pairs
        if s.version != version:
            raise Mismatch("version %d, not %d" % (s.version, version))
        return s

    # ---- the disk, without the server --------------------------------

    def path(self, name):
        return os.path.join(self.dir, name)

    def own(self, path):
        if self.user:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def put(self, name, content=""):
        path = self.path(name)
        if name.endswith("/"):
            os.mkdir(path)
        else:
            with open(path, "w") as f:
                f.write(content)
        self.own(path)

    def text(self, name):
        with open(self.path(name), "rb") as f:
            return f.read().decode()

    def names(self):
        """Everything below the directory, without silly names."""
        return {os.path.relpath(os.path.join(top, name), self.dir)
                for top, dirs, files in os.walk(self.dir)
                for name in dirs + files if not HIDDEN.match(name)}

    def silly_names(self):
        """The silly names."""
        return [name for _, dirs, files in os.walk(self.dir)
                for name in dirs + files if HIDDEN.match(name)]

    def rules(self, text):
        """The shim's rules from now on; their counts begin anew."""
        with open(self.base + "/new", "w") as f:
            f.write("# %d\n%s" % (self.read, text))
        os.chmod(self.base + "/new", 0o666)
        os.rename(self.base + "/new", self.base + "/rules")

    def calls(self, *kinds):
        """The server's system calls since the last time, as in the shim's
        log; of the given kinds only, or all but looks at what is there."""
        with open(self.base + "/log") as f:
            f.seek(self.read)
            lines = f.read().splitlines()
            self.read = f.tell()
        return [line for line in lines if not kinds
                or line.split(" ", 1)[0] in kinds]

    # ---- requests ----------------------------------------------------

    def open(self, name, how="rw", attrs=None):
        if self.s.version < 5:
            flags = (sum(PFLAGS[letter] for letter in how),)
        else:
            creating = {"c": 3, "ct": 1, "cx": 0}
            flags = (sum(ACCESS.get(letter, 0) for letter in how),
                     creating.get("".join(c for c in how if c in "ctx"), 2)
                     | (8 if "a" in how else 0))
        reply = self.s.call("open", name, *flags, attrs or {})
        check("OPEN %s %s" % (name, how), reply.kind, "handle")
        return reply.handle

    def status(self, request, *fields):
        """The status of a request; OK for replies of other kinds."""
        reply = self.s.call(request, *fields)
        return reply.code if reply.kind == "status" else OK

    def expect(self, want, request, *fields):
        shown = " ".join(f if isinstance(f, str) else "..." for f in fields)
        check("%s %s" % (request, shown), self.status(request, *fields), want)

    def rename(self, old, new, how="plain"):
        """`how`: plain, posix, or flags of v5 and v6."""
        if how == "posix":
            return self.status("posix-rename@openssh.com", old, new)
        if self.s.version < 5:
            return self.status("rename", old, new)
        return self.status("rename", old, new, 0 if how == "plain" else how)

    def content(self, handle):
        reply = self.s.call("read", handle, 0, 65536)
        return reply.data.decode() if reply.kind == "data" else reply.code

    def size(self, handle):
        more = (1,) if self.s.version >= 4 else ()
        reply = self.s.call("fstat", handle, *more)
        return reply.attrs["size"] if reply.kind == "attrs" else -reply.code

    def listing(self, name="."):
        """The names that the client sees, without . and .."""
        handle = self.s.call("opendir", name).handle
        names = []
        while True:
            reply = self.s.call("readdir", handle)
            if reply.kind != "name":
                break
            names += [os.fsdecode(n[0]) for n in reply.names]
        check("end of READDIR", reply.code, EOF)
        self.expect(OK, "close", handle)
        return sorted(set(names) - {".", ".."})


def play(label, cell):
    """Plays one cell; what went wrong, or None. A cell takes a function
    that makes the World, so that its end can be told."""
    worlds = []

    def world(*args, **kwargs):
        worlds.append(World(*args, **kwargs))
        return worlds[-1]

    try:
        cell(world)
        return None
    except (Mismatch, sw.WireError, sw.Hung, sw.Ended) as e:
        calls = []
        if worlds:
            worlds[-1].read = 0
            calls = worlds[-1].calls()
        return "%s\n    %s: %s\n%s" % (
            label, type(e).__name__, e,
            "".join("      | %s\n" % line for line in calls[-12:]))
    finally:
        for w in worlds:
            w.destroy()


def cells(functions, versions=(3, 6)):
    """A cell for each of the functions in each of the versions."""
    for function in functions:
        for version in versions:
            yield ("v%d %s" % (version, function.__name__[5:]),
                   lambda world, f=function, v=version: f(world, v))


def main(names):
    """Plays the groups named on the command line, which are functions called
    group_NAME, or all; 1 if a cell is wrong."""
    if not os.access(SERVER, os.X_OK):
        print("no server: " + SERVER)
        return 2
    wrong, count = [], 0
    for name in sys.argv[1:] or [n[6:] for n in names if n[:6] == "group_"]:
        for label, cell in names["group_" + name]():
            count += 1
            problem = play(label, cell)
            if problem:
                wrong.append(problem)
    if wrong:
        print("%d of %d are wrong:" % (len(wrong), count))
        print("\n".join(wrong[:15]))
        print("..." if len(wrong) > 15 else "", end="")
    else:
        print("%d cells, all right" % count)
    return 1 if wrong or not count else 0
