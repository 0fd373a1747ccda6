#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Renames and open handles: what a policy promises, cell by cell.

The tables of renames are crossed from their dimensions, and what a cell must
answer is said once, by outcome() and its kin, not written down a thousand
times.
"""

import itertools
import sys

import world as wd
from world import (ATOMIC, EOF, FAILURE, NATIVE, NO_FILE, OK, OVERWRITE,
                   REFUSES, cells, check, exists, invalid)

HOWS = {3: ["plain", "posix"], 4: ["plain", "posix"],
        5: ["plain", "posix", OVERWRITE, ATOMIC, NATIVE],
        6: ["plain", "posix", OVERWRITE, ATOMIC, NATIVE, OVERWRITE | ATOMIC]}


class Cell:
    """One rename. opened names the file that this session has open; exists is
    true if the target exists, refuses if the file system refuses to rename an
    open file."""

    KEYS = ("version", "how", "overwrite", "handles", "when", "opened",
            "exists", "refuses")

    def __init__(self, *values):
        self.__dict__.update(zip(self.KEYS, values))

    def __str__(self):
        return "v%d %s overwrite=%s open_handles=%s when=%s, %s open, %s, " \
            "%s" % (self.version, self.how, self.overwrite, self.handles,
                    self.when, self.opened,
                    "target exists" if self.exists else "no target",
                    "refusing" if self.refuses else "ordinary")

    def policy(self):
        """Only what is not the default: a server without policies can play
        the cells that need none."""
        values = {"overwrite": (self.overwrite, "if-asked"),
                  "open_handles": (self.handles, "keep"),
                  "when": (self.when, "refused")}
        policy = {"rename." + name: value
                  for name, (value, default) in values.items()
                  if value != default}
        # A policy that restricts would also look at every name that changes.
        if self.overwrite == "never":
            policy["access.protect_startup"] = "false"
        return policy

    def may_replace(self):
        if self.overwrite == "never":
            return False
        return self.overwrite == "always" or self.how != "plain"

    def is_refused(self):
        """True if the file system would refuse the plain call."""
        return self.refuses and (
            self.opened in ("source", "its hard link") or
            self.opened == "target" and self.exists and self.may_replace())

    def outcome(self):
        if self.exists and not self.may_replace():
            # Of two reasons the system may tell either.
            return (FAILURE, exists(self.version)) if self.is_refused() \
                else exists(self.version)
        if self.is_refused() and self.handles == "keep":
            return FAILURE
        return OK

    def state(self):
        """Of the handle afterwards."""
        if self.handles == "keep" or self.opened == "nothing" or \
                self.when == "refused" and not self.is_refused():
            return "plain"
        if self.outcome() != OK:
            return "unsaid" if self.handles == "close" else "plain"
        if self.opened == "target" and not self.exists:
            return "plain"
        return "suspended" if self.handles == "reopen" else "closed"


def play_rename(cell, world):
    files = {"src": "SOURCE"}
    if cell.exists:
        files["dst"] = "TARGET"
    w = world(files, cell.version, cell.policy())
    if cell.opened == "its hard link":
        wd.os.link(w.path("src"), w.path("link"))
    before = w.names()
    name = {"nothing": None, "source": "src", "its hard link": "link",
            "target": "dst" if cell.exists else None}[cell.opened]
    handle = w.open(name) if name else None
    if cell.refuses:
        w.rules(REFUSES)
    w.calls()
    got = w.rename("src", "dst", cell.how)
    check("RENAME", got, cell.outcome())
    calls = w.calls()
    check_calls(cell, calls)
    after = before - {"src"} | {"dst"} if got == OK else before
    check("names", w.names(), after)
    for name in after:
        moved = name == "dst" and got == OK
        check("content of " + name, w.text(name),
              "TARGET" if name == "dst" and not moved else "SOURCE")
    if handle is None:
        check("silly names", w.silly_names(), [])
        return
    needs_old = cell.state() == "suspended" and cell.opened == "target"
    check("number of silly names", len(w.silly_names()), 1 if needs_old else 0)
    use_handle(cell, w, handle, got)
    check("names in the end", w.names(), after)
    check("silly names in the end", w.silly_names(), [])
    w.rules("")
    check("exit", w.s.finish(), 0)


def check_calls(cell, calls):
    """A rename that is not refused costs one system call, and no call is
    repeated. A refused one may be followed by a call that finds out why; with
    overwrite=always a second rename may replace the target that the first one
    met, once it is known not to be a directory."""
    if cell.state() == "plain" and cell.handles == "keep" or \
            cell.when == "refused" and not cell.is_refused():
        if cell.overwrite == "always" or cell.outcome() != OK:
            calls = [c for c in calls if c.split()[0] != "stat"]
        if cell.overwrite == "always":
            calls = [c for c in calls if not c.startswith("renameflags EEX")]
        check("system calls", len(calls), 1)


def use_handle(cell, w, handle, got):
    """The handle does afterwards what its state promises."""
    content = "TARGET" if cell.opened == "target" else "SOURCE"
    state = cell.state()
    if state == "unsaid":
        return
    if state == "closed":
        check("READ when closed", w.content(handle), invalid(cell.version))
        w.expect(OK, "fsync@openssh.com", handle)
    else:
        check("READ", w.content(handle), content)
        w.expect(OK, "write", handle, 6, b"+more")
        check("READ what was written", w.content(handle), content + "+more")
        check("FSTAT", w.size(handle), 11)
        w.expect(OK, "fsync@openssh.com", handle)
    w.expect(OK, "close", handle)
    w.expect(invalid(cell.version, "close"), "close", handle)
    name = "src" if got != OK and cell.opened != "target" else "dst"
    replaced = cell.opened == "target" and got == OK
    if state != "closed":
        check("content in the end", w.text(name),
              "SOURCE" if replaced else content + "+more")


def renames(**chosen):
    """Cells of all dimensions, or of the values chosen."""
    space = {
        "version": [3, 6], "how": None,
        "overwrite": ["if-asked", "always", "never"],
        "handles": ["keep", "reopen", "close"], "when": ["refused", "always"],
        "opened": ["nothing", "source", "its hard link", "target"],
        "exists": [False, True], "refuses": [False, True]}
    space.update(chosen)
    for version in space["version"]:
        space["how"] = chosen.get("how", HOWS[version])
        dims = [[version]] + [space[key] for key in Cell.KEYS[1:]]
        for values in itertools.product(*dims):
            cell = Cell(*values)
            yield str(cell), lambda world, c=cell: play_rename(c, world)


def group_keep():
    """Returns the renames that need no policy."""
    return renames(version=[3], overwrite=["if-asked"], handles=["keep"],
                   when=["refused"])


def group_rename_v3():
    return renames(version=[3])


def group_rename_v6():
    return renames(version=[6], how=["plain", OVERWRITE])


def group_rename_flags():
    """All flags, where they can make a difference."""
    return renames(version=[5, 6], overwrite=["if-asked", "never"],
                   handles=["reopen"], when=["refused"],
                   opened=["nothing", "target"])


# ---- requests on a handle that was let go -----------------------------

REOPEN = {"rename.open_handles": "reopen"}
CLOSE = {"rename.open_handles": "close"}
LOST = "open always ESTALE dst\n"


def let_go(world, version, state, how="rw"):
    """A World in which `h`, of a file `src` with the text SOURCE!, became
    one of the states by a rename to `dst`."""
    w = world({"src": "SOURCE"}, version, CLOSE if state == "closed"
              else REOPEN)
    h = w.open("src", how)
    w.expect(OK, "write", h, 6, b"!")
    w.rules(REFUSES)
    check("RENAME", w.rename("src", "dst"), OK)
    w.rules(LOST if state == "lost" else "")
    w.calls()
    return w, h


def bad(version):
    return FAILURE if version == 3 else wd.INVALID_HANDLE


# request, its fields behind the handle | suspended | lost | closed
# `invalid` is what a handle that is none would get.
REQUESTS = [
    ("read", (0, 99), OK, "invalid", "invalid"),
    ("write", (0, b"x"), OK, "invalid", "invalid"),
    ("fstat", (), OK, OK, OK),
    ("fsetstat", ({"permissions": 0o600},), OK, OK, OK),
    ("fsetstat", ({"atime": 7, "mtime": 7},), OK, OK, OK),
    ("fsetstat", ({"size": 3},), OK, FAILURE, FAILURE),
    ("block", (0, 0, 0x2c0), OK, FAILURE, FAILURE),
    ("fsync@openssh.com", (), OK, FAILURE, OK),
    ("close", (), OK, OK, OK),
]


def play_request(world, version, state, request, fields, want):
    w, h = let_go(world, version, state)
    if request == "fstat" and version >= 4:
        fields = (1,)
    if state == "lost" and request == "fsync@openssh.com":
        # No data was written since, so fsync may succeed or fail.
        w.expect((OK, FAILURE), request, h)
        w.expect(invalid(version), "write", h, 0, b"x")
    w.expect(bad(version) if want == "invalid" else want, request, h, *fields)
    if request == "write":
        check("content", w.text("dst"),
              "xOURCE!" if want == OK else "SOURCE!")
    if request == "fsetstat" and want == OK:
        st = wd.os.stat(w.path("dst"))
        got = {"size": st.st_size, "permissions": st.st_mode & 0o7777,
               "atime": int(st.st_atime), "mtime": int(st.st_mtime)}
        for attr, value in fields[0].items():
            check(attr, got[attr], value)
    if request == "close" and state == "suspended":
        check("opens for CLOSE", w.calls("open"), [])
    refused = want == "invalid" and request == "write" or \
        state == "lost" and request == "fsync@openssh.com"
    if request != "close":
        w.expect(FAILURE if refused else OK, "close", h)
    for after in ("close", "fsync@openssh.com", "read"):
        more = (0, 9) if after == "read" else ()
        w.expect(invalid(version, after), after, h, *more)
    check("names", w.names(), {"dst"})
    check("silly names", w.silly_names(), [])


def group_requests():
    for request, fields, *wants in REQUESTS:
        for state, want in zip(("suspended", "lost", "closed"), wants):
            for version in (6,) if request == "block" else (3, 4, 6):
                yield ("v%d %s%r on a handle that is %s"
                       % (version, request, fields, state),
                       lambda world, a=(version, state, request, fields,
                                        want): play_request(world, *a))


def play_fsync_refused(world, version):
    """By a closed handle: what was refused is not on the disk."""
    w, h = let_go(world, version, "closed")
    w.expect(OK, "fsync@openssh.com", h)
    w.expect(bad(version), "write", h, 0, b"x")
    w.expect(FAILURE, "fsync@openssh.com", h)
    w.expect(FAILURE, "close", h)
    w.expect(invalid(version, "close"), "close", h)


def play_fsync_lazy(world, version):
    """Of a suspended handle reopens only what was written since."""
    w, h = let_go(world, version, "suspended")
    w.expect(OK, "fsync@openssh.com", h)
    check("opens", w.calls("open"), [])
    w.expect(OK, "write", h, 0, b"x")
    w.expect(OK, "fsync@openssh.com", h)
    check("fsyncs", len(w.calls("fsync", "fdatasync")), 1)


def play_closed_fstat(world, version):
    """FSTAT of a closed handle goes by the path, while it is that file."""
    w, h = let_go(world, version, "closed")
    check("FSTAT", w.size(h), 7)
    wd.os.rename(w.path("dst"), w.path("elsewhere"))
    w.put("dst", "another file")
    check("FSTAT of another file", w.size(h), -FAILURE)
    w.expect(FAILURE, "fsetstat", h, {"permissions": 0o600})
    w.expect(OK, "close", h)


def play_follow(world, version):
    """A suspended handle is the file, wherever others move it."""
    w, h = let_go(world, version, "suspended")
    wd.os.rename(w.path("dst"), w.path("elsewhere"))
    w.put("dst", "another file")
    w.expect(OK, "write", h, 0, b"x")
    check("the file", w.text("elsewhere"), "xOURCE!")
    check("the other", w.text("dst"), "another file")
    w.expect(OK, "close", h)


def play_gone(world, version):
    """A file of the same name is not the file."""
    w, h = let_go(world, version, "suspended")
    wd.os.unlink(w.path("dst"))
    w.put("dst", "another file")
    status = w.status("write", h, 0, b"x")
    check("WRITE", status, (OK, bad(version)))
    check("the other", w.text("dst"), "another file")
    w.expect(OK if status == OK else FAILURE, "close", h)


def play_copy_data(world, version):
    w, h = let_go(world, version, "suspended")
    out = w.open("copy", "wct")
    w.expect(OK, "copy-data", h, 0, 0, out, 0)
    check("copy", w.text("copy"), "SOURCE!")
    w.expect(OK, "close", out)
    w.expect(OK, "close", h)


def play_append(world, version):
    """A handle for appending still appends, wherever WRITE points."""
    w = world({"log": "one\n"}, version, REOPEN, REFUSES)
    h = w.open("log", "wa")
    w.expect(OK, "write", h, 0, b"two\n")
    check("RENAME", w.rename("log", "log.1"), OK)
    w.expect(OK, "write", h, 0, b"three\n")
    w.expect(OK, "close", h)
    check("content", w.text("log.1"), "one\ntwo\nthree\n")


def play_no_trunc(world, version):
    """It is opened again without CREAT, TRUNC and EXCL."""
    for how in ("rwct", "rwcx"):
        w = world({}, version, REOPEN, REFUSES)
        h = w.open("src", how)
        w.expect(OK, "write", h, 0, b"kept")
        check("RENAME", w.rename("src", "dst"), OK)
        w.expect(OK, "write", h, 4, b"+more")
        w.expect(OK, "close", h)
        check("content", w.text("dst"), "kept+more")


def play_created_0444(world, version):
    """As git and sshfs make files; it stays read-only."""
    w = world({}, version, REOPEN, REFUSES, user="nobody")
    h = w.open("src", "wct", {"permissions": 0o444})
    w.expect(OK, "write", h, 0, b"one")
    check("RENAME", w.rename("src", "dst"), OK)
    w.expect(OK, "write", h, 3, b"two")
    check("mode", wd.os.stat(w.path("dst")).st_mode & 0o777, 0o444)
    w.expect(OK, "close", h)
    check("content", w.text("dst"), "onetwo")


def play_twice(world, version):
    """Several handles, several renames."""
    w = world({"a": "1"}, version, REOPEN, REFUSES)
    handles = [w.open("a"), w.open("a", "r"), w.open("a", "wa")]
    for old, new in ("ab", "bc", "cd"):
        check("RENAME", w.rename(old, new), OK)
        w.expect(OK, "write", handles[2], 0, new.encode())
    check("READ", w.content(handles[1]), "1bcd")
    w.expect(OK, "write", handles[0], 0, b"0")
    for h in handles:
        w.expect(OK, "close", h)
    check("content", w.text("d"), "0bcd")
    check("names", w.names() | set(w.silly_names()), {"d"})


def play_pipelined(world, version):
    """126 WRITEs ahead and 128 behind, in one go."""
    w = world({}, version, REOPEN, REFUSES)
    h = w.open("src", "wct")
    block = bytes(range(256)) * 128
    packets = []
    for i in range(254):
        if i == 126:
            more = (0,) if version >= 5 else ()
            packets.append(w.s.payload("rename", "src", "dst", *more))
        packets.append(w.s.payload("write", h, i * len(block), block))
    w.s.pending += [(ident, None) for ident, _ in packets]
    w.s.send(b"".join(wd.sw.frame(payload) for _, payload in packets))
    for _ in packets:
        check("reply", w.s.result().code, OK)
    w.expect(OK, "close", h)
    with open(w.path("dst"), "rb") as f:
        check("content is whole", f.read() == block * 254, True)


def play_logged(world, version):
    """Each emulated step is a line of the log: let go, opened again."""
    lines = []
    for rules in "", REFUSES:
        w = world({"src": "SOURCE"}, version, REOPEN, rules)
        h = w.open("src")
        check("RENAME", w.rename("src", "dst"), OK)
        check("READ", w.content(h), "SOURCE")
        check("exit", w.s.finish(), 0)
        lines.append(len(w.s.stderr().splitlines()))
    check("lines more", lines[1] - lines[0], 2)


PLAIN_CELLS = [play_fsync_refused, play_fsync_lazy, play_closed_fstat,
               play_follow, play_gone, play_copy_data, play_append,
               play_no_trunc, play_created_0444, play_twice, play_pipelined,
               play_logged]


def group_handles():
    return cells(PLAIN_CELLS)


# ---- directories ------------------------------------------------------

TREE = {"dir/": "", "dir/f": "F", "dir/sub/": "", "dir/sub/g": "G"}


def play_directory(world, version, handles, when):
    policy = {"rename.open_handles": handles, "rename.when": when}
    w = world(TREE, version, policy, REFUSES)
    f, g = w.open("dir/f"), w.open("dir/sub/g")
    if handles == "keep":
        check("RENAME", w.rename("dir", "new"), FAILURE)
        check("names", w.names(), {n.rstrip("/") for n in TREE})
        return
    check("RENAME", w.rename("dir", "new"), OK)
    want = OK if handles == "reopen" else bad(version)
    w.expect(want, "write", f, 1, b"1")
    w.expect(want, "write", g, 1, b"2")
    # The handles, open again, are known to be below the new name.
    check("RENAME below", w.rename("new/sub", "new/deep"), OK)
    w.expect(want, "write", g, 2, b"3")
    for h in (f, g):
        w.expect(OK if handles == "reopen" else FAILURE, "close", h)
    check("names", w.names(), {"new", "new/f", "new/deep", "new/deep/g"})
    if handles == "reopen":
        check("f", w.text("new/f"), "F1")
        check("g", w.text("new/deep/g"), "G23")


def play_by_link(world, version, handles, when):
    """Files that were opened through a link lie below the directory too."""
    policy = {"rename.open_handles": handles, "rename.when": when}
    w = world(TREE, version, policy, REFUSES)
    wd.os.symlink("dir", w.path("link"))
    f, g = w.open("link/f"), w.open("link/sub/g")
    if handles == "keep":
        check("RENAME", w.rename("dir", "new"), FAILURE)
        return
    check("RENAME", w.rename("dir", "new"), OK)
    want = OK if handles == "reopen" else bad(version)
    w.expect(want, "write", f, 1, b"1")
    w.expect(want, "write", g, 1, b"2")
    for h in (f, g):
        w.expect(OK if handles == "reopen" else FAILURE, "close", h)
    if handles == "reopen":
        check("f", w.text("new/f"), "F1")
        check("g", w.text("new/sub/g"), "G2")


def play_listing(world, version, handles, when):
    """A listing half read goes on across a rename of its directory."""
    policy = {"rename.open_handles": handles, "rename.when": when}
    files = {"dir/": ""}
    files.update({"dir/%04d" % i: "" for i in range(1500)})
    w = world(files, version, policy, REFUSES)
    listing = w.s.call("opendir", "dir").handle
    names = [n[0] for n in w.s.call("readdir", listing).names]
    check("more than one reply", len(names) < 1500, True)
    opened = w.open("dir/0001") if handles != "keep" else None
    check("RENAME", w.rename("dir", "new"), OK)
    reply = w.s.call("readdir", listing)
    while reply.kind == "name":
        names += [n[0] for n in reply.names]
        reply = w.s.call("readdir", listing)
    check("end", reply.code, EOF)
    w.expect(EOF, "readdir", listing)
    check("names once each", sorted(names), sorted(
        [b".", b".."] + [b"%04d" % i for i in range(1500)]))
    w.expect(OK, "close", listing)
    w.expect(invalid(version, "close"), "close", listing)
    if opened:
        w.expect(OK, "close", opened)


def group_directories():
    for play in (play_directory, play_by_link, play_listing):
        for version, handles, when in itertools.product(
                (3, 6), ("keep", "reopen", "close"), ("refused", "always")):
            yield ("v%d %s open_handles=%s when=%s"
                   % (version, play.__name__[5:], handles, when),
                   lambda world, p=play, a=(version, handles, when):
                   p(world, *a))


# ---- requests that fail or do nothing under each policy ---------------
# files | opened | request and its names | errno | handles | rules
# A request of these is one call, and what is open stays so, under each policy
# that lets go. The last row is of XFS, which says EEXIST of a directory that is
# not empty.

BELOW = {"d/": "", "d/f": "F", "e/": "", "f": "file"}
FUTILE = [
    (BELOW, "d/f", "remove", ("d",), "EISDIR", ""),
    (BELOW, "d", "remove", ("d",), "EISDIR", ""),
    (BELOW, "d", "posix", ("e", "d"), "ENOTEMPTY", ""),
    (BELOW, "d/f", "posix", ("e", "d"), "ENOTEMPTY", ""),
    (BELOW, "f", "plain", ("d", "f"), "EEXIST", ""),
    (BELOW, "d/f", "plain", ("d", "f"), "EEXIST", ""),
    (BELOW, "d/f", "plain", ("d", "e"), "EEXIST", ""),
    (BELOW, "f", "posix", ("d", "f"), "ENOTDIR", ""),
    (BELOW, "f", "posix", ("f", "e"), "EISDIR", ""),
    (BELOW, "f", "posix", ("none", "f"), "ENOENT", ""),
    (BELOW, "f", "plain", ("none", "f/below"), "ENOENT", ""),
    (BELOW, "f", "remove", ("none",), "ENOENT", ""),
    (BELOW, "f", "posix", ("f", "link"), None, ""),
    (BELOW, "f", "plain", ("f", "link"), None, ""),
    (BELOW, "d", "posix", ("e", "d"), "ENOTEMPTY", "rename always EEXIST"),
]
V3 = {None: OK, "ENOENT": NO_FILE, "ENOTDIR": NO_FILE}
V6 = {None: OK, "ENOENT": NO_FILE, "ENOTDIR": 19, "EISDIR": 24,
      "EEXIST": wd.EXISTS, "ENOTEMPTY": 18}


def play_futile(world, version, handles, when, row):
    files, opened, how, names, error, rules = row
    w = world(files, version, {"rename.open_handles": handles,
                               "rename.when": when,
                               "rename.overwrite": "always"})
    wd.os.link(w.path("f"), w.path("link"))
    before = w.names()
    is_dir = opened + "/" in files
    h = w.s.call("opendir", opened).handle if is_dir else w.open(opened)
    w.rules(rules + "\n")
    w.calls()
    got = w.status("remove", *names) if how == "remove" else \
        w.rename(*names, how)
    check("status", got, (V3 if version == 3 else V6).get(error, FAILURE))
    changes = w.calls("rename", "renameflags", "link", "unlink")
    check("changes", len(changes) <= (2 if how == "plain" else 1), True)
    check("names", w.names(), before)
    check("silly names", w.silly_names(), [])
    if not is_dir:
        w.expect(OK, "write", h, 0, b"x")
    w.expect(OK, "close", h)


def group_futile():
    for version, handles, when, row in itertools.product(
            (3, 6), ("reopen", "close"), ("refused", "always"), FUTILE):
        yield ("v%d open_handles=%s when=%s, %s of %s above %s%s"
               % (version, handles, when, row[2], row[3], row[1],
                  row[5] and ", " + row[5]),
               lambda world, a=(version, handles, when, row):
               play_futile(world, *a))


# ---- REMOVE and silly names ------------------------------------------

def play_remove(world, version, handles, when, opened, refuses):
    w = world({"f": "text"}, version, {"rename.open_handles": handles,
                                       "rename.when": when})
    h = w.open("f") if opened else None
    w.rules(REFUSES if refuses else "")
    w.calls()
    kept = handles == "keep" and opened and refuses
    w.expect(FAILURE if kept else OK, "remove", "f")
    check("names", w.names(), {"f"} if kept else set())
    emulated = opened and handles != "keep" and (refuses or when == "always")
    hides = emulated and handles == "reopen"
    check("number of silly names", len(w.silly_names()), int(hides))
    check("LISTING", w.listing(), ["f"] if kept else [])
    w.expect(OK if kept else NO_FILE, "lstat", "f",
             *((1,) if version >= 4 else ()))
    if not opened or not emulated and not kept:
        check("calls", w.calls("rename", "renameflags", "link", "unlink"),
              ["unlink ok f"])
    if h:
        if emulated and not hides:
            check("READ", w.content(h), bad(version))
        else:
            check("READ", w.content(h), "text")
            w.expect(OK, "write", h, 4, b"!")
            check("READ", w.content(h), "text!")
        w.expect(OK, "close", h)
    check("silly names in the end", w.silly_names(), [])


def group_remove():
    for version, handles, when, opened, refuses in itertools.product(
            (3, 6), ("keep", "reopen", "close"), ("refused", "always"),
            (False, True), (False, True)):
        yield ("v%d open_handles=%s when=%s, %s, %s" % (
            version, handles, when, "open" if opened else "not open",
            "refusing" if refuses else "ordinary"),
            lambda world, a=(version, handles, when, opened, refuses):
            play_remove(world, *a))


def play_remove_two_handles(world, version):
    """The last CLOSE removes it, not the first; a new file may come."""
    w = world({"f": "old"}, version, REOPEN, REFUSES)
    a, b = w.open("f"), w.open("f", "r")
    w.expect(OK, "remove", "f")
    new = w.open("f", "rwcx")
    w.expect(OK, "write", new, 0, b"new")
    w.expect(OK, "close", a)
    check("silly names", len(w.silly_names()), 1)
    check("READ", w.content(b), "old")
    w.expect(OK, "close", b)
    check("silly names", w.silly_names(), [])
    w.expect(OK, "close", new)
    check("content", w.text("f"), "new")


def play_names_of_250_bytes(world, version):
    old, new = "o" * 250, "n" * 255
    w = world({old: "SOURCE", new: "TARGET"}, version, REOPEN, REFUSES)
    source, target = w.open(old), w.open(new)
    check("RENAME", w.rename(old, new, "posix"), OK)
    check("silly names", len(w.silly_names()), 1)
    check("READ target", w.content(target), "TARGET")
    check("READ source", w.content(source), "SOURCE")
    w.expect(OK, "remove", new)
    check("READ removed", w.content(source), "SOURCE")
    w.expect(OK, "close", source)
    w.expect(OK, "close", target)
    check("names", w.names() | set(w.silly_names()), set())


def replaced(world, version, rules=REFUSES):
    """A World with a target that is open and was replaced."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN, rules)
    h = w.open("dst")
    check("RENAME", w.rename("src", "dst", "posix"), OK)
    check("silly names", len(w.silly_names()), 1)
    return w, h


def play_end_removes(world, version):
    """The end of input removes silly names."""
    w, _ = replaced(world, version)
    check("exit", w.s.finish(), 0)
    check("names", w.names() | set(w.silly_names()), {"dst"})
    check("content", w.text("dst"), "SOURCE")


def play_sigterm_removes(world, version):
    w, _ = replaced(world, version)
    w.s.child.terminate()
    w.s.wait()
    check("names", w.names() | set(w.silly_names()), {"dst"})


def play_in_use(world, version):
    """Another session neither sees nor clears what is in use."""
    w, h = replaced(world, version)
    first, w.s = w.s, w.session(version)
    check("LISTING", w.listing(), ["dst"])
    check("silly names", len(w.silly_names()), 1)
    w.s = first
    check("READ", w.content(h), "TARGET")
    w.expect(OK, "close", h)
    check("silly names", w.silly_names(), [])


def play_in_use_early(world, version):
    """The target is not moved aside before the rename, which is repeated."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version,
              dict(REOPEN, **{"rename.busy_timeout": "5s"}),
              "rename always,first=8 EBUSY\n")
    h = w.open("dst")
    w.s.start("posix-rename@openssh.com", "src", "dst")
    while not w.silly_names() and "rename ok src dst" not in w.calls():
        w.read = 0
    first, w.s = w.s, w.session(version)
    w.listing()
    w.s = first
    check("RENAME", w.s.result().code, OK)
    check("number of silly names", len(w.silly_names()), 1)
    check("READ", w.content(h), "TARGET")
    w.expect(OK, "close", h)
    check("silly names", w.silly_names(), [])


def play_left(world, version):
    """A silly name that a killed session left behind is not listed. It stays
    for a day: a session elsewhere may use it (wire/silly.py)."""
    w = world({"dir/": "", "dir/f": "x"}, version, REOPEN, REFUSES)
    w.open("dir/f")
    w.expect(OK, "remove", "dir/f")
    w.s.destroy()
    check("left behind", len(w.silly_names()), 1)
    w.s = w.session(version)
    check("LISTING", w.listing("dir"), [])
    check("RMDIR", w.status("rmdir", "dir") != OK, True)
    check("left behind", len(w.silly_names()), 1)


OTHER_NAMES = [".slipway-" + "x" * 21 + "-old", ".slipway-" + "x" * 23 + "-old",
               ".slipway-" + "x" * 22 + "-new", ".slipway-" + "_" * 22 + "-old",
               "x.slipway-" + "x" * 22 + "-old", ".slipway-" + "x" * 22]


def play_other_names(world, version):
    """Names that only look alike are anybody's."""
    w = world({name: "" for name in OTHER_NAMES}, version, REOPEN)
    check("LISTING", w.listing(), sorted(OTHER_NAMES))
    check("names", w.names(), set(OTHER_NAMES))
    w.expect(OK, "close", w.open(OTHER_NAMES[0], "wct"))


def play_foreign(world, version):
    """Another user's are not ours to clear, nor to leave out."""
    name = ".slipway-" + "x" * 22 + "-old"
    w = world({name: "theirs"}, version, REOPEN)
    wd.os.chown(w.path(name), 65533, 65533)
    check("LISTING", w.listing(), [name])
    check("silly names", w.silly_names(), [name])


def play_reserved(world, version):
    """Clients cannot make such names."""
    w = world({"f": "x"}, version, REOPEN)
    for suffix in ("-old", "-part"):
        name = ".slipway-" + "x" * 22 + suffix
        more = (3,) if version >= 5 else ()
        flags = (0x102,) + more if version >= 5 else (0x0a,)
        refused = {
            "OPEN": w.status("open", name, *flags, {}),
            "RENAME": w.rename("f", name),
            "posix-rename": w.rename("f", name, "posix"),
            "hardlink": w.status("hardlink@openssh.com", "f", name),
            "MKDIR": w.status("mkdir", name, {}),
        }
        if version < 6:
            refused["SYMLINK"] = w.status("symlink", "f", name)
        else:
            refused["LINK"] = w.status("link", name, "f", False)
            refused["symbolic LINK"] = w.status("link", name, "f", True)
        for what, status in refused.items():
            check(what + " is refused", status != OK, True)
    check("names", w.names() | set(w.silly_names()), {"f"})


HIDDEN_CELLS = [play_remove_two_handles, play_names_of_250_bytes,
                play_end_removes, play_sigterm_removes, play_in_use,
                play_in_use_early, play_left, play_other_names, play_reserved]


def group_silly_names():
    yield from cells(HIDDEN_CELLS)
    if wd.os.getuid() == 0:
        yield from cells([play_foreign])


if __name__ == "__main__":
    sys.exit(wd.main(globals()))
