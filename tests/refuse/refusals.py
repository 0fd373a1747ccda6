#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Errors of the system that a rename meets, and how the server reacts to each:
fallbacks, errors that it must report, retries. Retries are proved by counting
calls, never by the clock.
"""

import itertools
import os
import stat
import sys

import world as wd
from world import (ATOMIC, DENIED, FAILURE, LOCK_CONFLICT, OK, OVERWRITE,
                   REFUSES, cells, check, exists, invalid)

REOPEN = {"rename.open_handles": "reopen"}
CIFS = "statfs always 0xff534d42\n"
EXT4 = "statfs always 0xef53\n"
RENAMES = ("rename", "renameflags")
CHANGES = RENAMES + ("link", "unlink")
NO_LINK = ("EPERM", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK", "EIO",
           "EINVAL", "EREMOTEIO")
FINAL = (("EEXIST", "exists"), ("ENOENT", 2), ("EACCES", DENIED),
         ("ENOTDIR", "ENOTDIR"), ("EROFS", "EROFS"), ("ENOSPC", "ENOSPC"),
         ("EDQUOT", "EDQUOT"), ("EBUSY", FAILURE), ("ETXTBSY", FAILURE))


# ---- without RENAME_NOREPLACE, without links --------------------------
# rules | names before | status | the calls that change something, all

FALLBACKS = [
    ("renameflags always %s" % flags, {"src": "S"}, OK,
     ["renameflags %s src dst" % flags, "link ok src dst", "unlink ok src"])
    for flags in ("EINVAL", "ENOSYS")
] + [
    ("renameflags always EINVAL\nlink always %s" % link, {"src": "S"}, OK,
     ["renameflags EINVAL src dst", "link %s src dst" % link,
      "rename ok src dst"])
    for link in NO_LINK
] + [
    ("renameflags always EINVAL\nlink always %s" % link,
     {"src": "S", "dst": "T"}, "exists",
     ["renameflags EINVAL src dst", "link %s src dst" % link])
    for link in NO_LINK
] + [
    ("renameflags always EINVAL\nlink always %s" % error, {"src": "S"},
     status, ["renameflags EINVAL src dst", "link %s src dst" % error])
    for error, status in FINAL
] + [
    ("renameflags always EINVAL", {"src": "S", "dst": "T"}, "exists",
     ["renameflags EINVAL src dst", "link EEXIST src dst"]),
    ("renameflags always EINVAL", {"src/": "", "src/f": "S"}, OK,
     ["renameflags EINVAL src dst", "rename ok src dst"]),
    ("renameflags always EINVAL", {"src/": "", "dst/": ""}, "exists",
     ["renameflags EINVAL src dst"]),
    ("renameflags always EINVAL\nunlink always EIO src", {"src": "S"},
     FAILURE, ["renameflags EINVAL src dst", "link ok src dst",
               "unlink EIO src", "unlink ok dst"]),
    ("", {"src": "S", "dst": "T"}, "exists", ["renameflags EEXIST src dst"]),
    ("renameflags always EXDEV", {"src": "S"}, FAILURE,
     ["renameflags EXDEV src dst"]),
    ("renameflags always EROFS", {"src": "S"}, "EROFS",
     ["renameflags EROFS src dst"]),
    ("renameflags always EACCES", {"src": "S"}, DENIED,
     ["renameflags EACCES src dst"]),
]
STATUSES = {		# by version 3, 4, 5, 6
    "exists": (4, 11, 11, 11), "ENOSPC": (4, 4, 14, 14),
    "EROFS": (4, 12, 12, 12), "EDQUOT": (4, 4, 15, 15),
    "ENOTDIR": (2, 2, 2, 19),
}


def play_fallback(world, version, policy, rules, files, status, calls):
    w = world(files, version, policy, rules)
    before = w.names()
    want = STATUSES[status][version - 3] if status in STATUSES else status
    check("RENAME", w.rename("src", "dst"), want)
    check("calls", w.calls(*CHANGES), calls)
    check("names", w.names(), before if want != OK else
          {name.replace("src", "dst") for name in before})


def fallbacks(policy, versions):
    for version, row in itertools.product(versions, FALLBACKS):
        yield ("v%d %s, %s" % (version, row[0].replace("\n", ", "), row[1]),
               lambda world, a=row, v=version:
               play_fallback(world, v, policy, *a))


def group_fallbacks():
    """These need no policy."""
    return fallbacks({}, (3, 4, 5, 6))


def group_fallbacks_reopen():
    """Returns the fallbacks under open_handles=reopen, which changes nothing
    while no handle is open."""
    return fallbacks(REOPEN, (3, 6))


def play_fallback_refused(world, version):
    """link(2) works but the unlink(2) behind it is refused: no second name
    may stay, and with the handle let go the rename goes through."""
    for policy, want in ({}, FAILURE), (REOPEN, OK):
        w = world({"src": "S"}, version, policy,
                  REFUSES + "renameflags always EINVAL\n")
        h = w.open("src")
        check("RENAME", w.rename("src", "dst"), want)
        check("names", w.names() | set(w.silly_names()),
              {"src" if want else "dst"})
        w.expect(OK, "write", h, 1, b"!")
        w.expect(OK, "close", h)
        check("content", w.text("src" if want else "dst"), "S!")


def play_no_links(world, version):
    """Only where there are no links is the target renamed aside. Its random
    name takes no RENAME_NOREPLACE."""
    for error in NO_LINK:
        w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN,
                  REFUSES + "renameflags always EINVAL\n"
                  "link always %s\n" % error)
        h = w.open("dst")
        check("RENAME", w.rename("src", "dst", "posix"), OK)
        check("silly names", len(w.silly_names()), 1)
        check("content", w.text("dst"), "SOURCE")
        check("READ", w.content(h), "TARGET")
        w.expect(OK, "close", h)
        check("names", w.names() | set(w.silly_names()), {"dst"})


def play_keep_mode(world, version):
    """rename.keep_mode, by the link, aside, and when all is refused. The file
    itself is closed when it is renamed."""
    policy = dict(REOPEN, **{"rename.keep_mode": "true"})
    for rules, want in (("", OK), ("link always EPERM\n", OK),
                        ("rename always EBUSY\nrenameflags always EBUSY\n",
                         FAILURE)):
        w = world({"src": "SOURCE", "dst": "TARGET"}, version, policy,
                  REFUSES + rules)
        os.chmod(w.path("src"), 0o604)
        os.chmod(w.path("dst"), 0o640)
        h = w.open("dst")
        check("RENAME", w.rename("src", "dst", "posix"), want)
        kept = {name: stat.S_IMODE(os.stat(w.path(name)).st_mode)
                for name in w.names()}
        check("modes", kept, {"dst": 0o640} if want == OK else
              {"dst": 0o640, "src": 0o604})
        w.expect(OK, "close", h)


def play_links(world, version):
    """Where there are, no moment is without a target."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN, REFUSES)
    h = w.open("dst")
    w.calls()
    check("RENAME", w.rename("src", "dst", "posix"), OK)
    done = [line for line in w.calls(*CHANGES) if line.split()[1] == "ok"]
    check("the target moved", [line for line in done
                               if line.startswith(("unlink ok dst",
                                                   "rename ok dst",
                                                   "renameflags ok dst"))],
          [])
    check("links", len([c for c in done if c.startswith("link ok")]), 1)
    check("READ", w.content(h), "TARGET")
    w.expect(OK, "close", h)


def play_atomic(world, version):
    """An ATOMIC rename is atomic or not at all."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN,
              REFUSES + "link always EPERM\n")
    h = w.open("dst")
    check("RENAME", w.rename("src", "dst", ATOMIC | OVERWRITE), FAILURE)
    check("names", w.names() | set(w.silly_names()), {"src", "dst"})
    check("content", w.text("dst"), "TARGET")
    check("READ", w.content(h), "TARGET")
    w.expect(OK, "write", h, 0, b"t")
    w.expect(OK, "close", h)
    check("content in the end", w.text("dst"), "tARGET")


def play_roll_back(world, version):
    """The target comes back when the source cannot take its place."""
    for link in ("", "link always EPERM\n"):
        w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN,
                  REFUSES + link + "rename,renameflags always EIO src\n")
        h, g = w.open("dst"), w.open("src")
        check("RENAME", w.rename("src", "dst", "posix"), FAILURE)
        check("names", w.names() | set(w.silly_names()), {"src", "dst"})
        for handle, name, text in (h, "dst", "TARGET"), (g, "src", "SOURCE"):
            check("content", w.text(name), text)
            check("READ", w.content(handle), text)
            w.expect(OK, "write", handle, 6, b"!")
            w.expect(OK, "close", handle)
            check("content in the end", w.text(name), text + "!")


def play_remove_no_links(world, version):
    """A removed file that is open gets its random name by one call."""
    w = world({"src": "SOURCE"}, version, REOPEN,
              REFUSES + "renameflags,link always EIO\n")
    h = w.open("src")
    w.expect(OK, "remove", "src")
    check("hidden", len(w.silly_names()), 1)
    check("READ", w.content(h), "SOURCE")
    w.expect(OK, "close", h)
    check("names", w.names() | set(w.silly_names()), set())


def play_written(world, version):
    """A file that this session is writing is not linked: on a file system
    that knows files by name the second name would not grow with the first."""
    for target in {}, {"dst": "TARGET"}:
        for how in "w", "rw", "r":
            w = world({"src": "SOURCE", **target}, version, {},
                      "renameflags always EINVAL\n")
            h = w.open("./src", how)
            w.calls()
            check("RENAME", w.rename("src", "dst"),
                  STATUSES["exists"][version - 3] if target else OK)
            want = ["link EEXIST src dst" if target else "link ok src dst",
                    "unlink ok src"][:1 if target else 2]
            if how != "r":
                want = [] if target else ["rename ok src dst"]
            check("calls", w.calls(*CHANGES),
                  ["renameflags EINVAL src dst"] + want)
            w.expect(OK, "close", h)
            check("names", w.names(), {"src", *target} if target else {"dst"})


def group_targets():
    yield from cells([play_fallback_refused, play_no_links, play_keep_mode,
                      play_links, play_roll_back, play_remove_no_links,
                      play_written])
    yield from cells([play_atomic], (5, 6))


# ---- what must not be let go ------------------------------------------

def play_lock(world, version):
    """A lock does not survive close(2): such a handle is never let go."""
    w = world({"src": "SOURCE"}, version, REOPEN, REFUSES)
    h = w.open("src")
    w.expect(OK, "block", h, 0, 0, 0x2c0)	# READ, WRITE, ADVISORY
    check("RENAME", w.rename("src", "dst"), LOCK_CONFLICT)
    check("names", w.names(), {"src"})
    check("closes", w.calls("close").count("close ok src"), 0)
    w.expect(OK, "unblock", h, 0, 0)
    check("RENAME", w.rename("src", "dst"), OK)
    w.expect(OK, "close", h)


def play_unopenable(world, version):
    """No handle is let go if one of them could not be opened again."""
    w = world({"src": "SOURCE"}, version, REOPEN, user="nobody")
    os.chown(w.path("src"), 0, 0)
    os.chmod(w.path("src"), 0o666)
    h = w.open("src")
    os.chmod(w.path("src"), 0o644)
    w.rules(REFUSES)
    w.calls()
    check("RENAME", w.rename("src", "dst"), FAILURE)
    check("names", w.names(), {"src"})
    check("closes", [c for c in w.calls("close") if c == "close ok src"], [])
    w.expect(OK, "write", h, 0, b"s")
    w.expect(OK, "close", h)
    check("content", w.text("src"), "sOURCE")


def play_mixed(world, version):
    """One handle that cannot be opened again keeps all of them open."""
    w = world({"src": "SOURCE"}, version, REOPEN, user="nobody")
    os.chown(w.path("src"), 0, 0)
    os.chmod(w.path("src"), 0o666)
    handles = [w.open("src", "r"), w.open("src", "w")]
    os.chmod(w.path("src"), 0o644)
    w.rules(REFUSES)
    check("RENAME", w.rename("src", "dst"), FAILURE)
    check("READ", w.content(handles[0]), "SOURCE")
    w.expect(OK, "write", handles[1], 0, b"s")


def play_foreign_handle(world, version):
    """Another session's handle is not ours to close: the error is told."""
    w = world({"src": "SOURCE"}, version, REOPEN,
              "rename,renameflags always EBUSY\n")
    check("RENAME", w.rename("src", "dst"), FAILURE)
    check("names", w.names(), {"src"})
    check("calls", len(w.calls(*RENAMES)), 1)


def group_held():
    yield from cells([play_lock], (6,))
    yield from cells([play_foreign_handle])
    if os.getuid() == 0:
        yield from cells([play_unopenable, play_mixed])


# Errors that count as refused because the file is open.
# errno | type of the file system | true if the handle is let go

REFUSALS = [
    ("EBUSY", EXT4, True), ("ETXTBSY", EXT4, True), ("EEXIST", EXT4, True),
    ("EACCES", EXT4, False), ("EPERM", EXT4, False),
    ("EACCES", CIFS, True), ("EPERM", CIFS, True),
    ("EIO", CIFS, False), ("EXDEV", CIFS, False), ("EROFS", CIFS, False),
]
PLAIN_STATUS = {"EACCES": DENIED, "EPERM": DENIED}


def play_refusal(world, version, how, error, kind, counts):
    """Errors that do not count stay plain, quick refusals."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN,
              kind + "rename,unlink open %s\n" % error)
    h = w.open("dst")
    w.calls()
    if how == "REMOVE":
        got = w.status("remove", "dst")
    else:
        got = w.rename("src", "dst", how)
    want = PLAIN_STATUS.get(error, got)
    check(how, got, OK if counts else want)
    check("is let go", "close ok dst" in w.calls(), counts)
    check("number of silly names", len(w.silly_names()), int(counts))
    check("READ", w.content(h), "TARGET")
    w.expect(OK, "close", h)
    check("names", w.names() | set(w.silly_names()),
          {"src", "dst"} if not counts else
          {"src"} if how == "REMOVE" else {"dst"})


def group_errnos():
    for version, how in (3, "posix"), (3, "REMOVE"), (6, OVERWRITE):
        for row in REFUSALS:
            if how == "REMOVE" and row[0] == "EEXIST":
                continue
            yield "v%d %s %s" % (version, how, row), \
                lambda world, a=(version, how) + row: play_refusal(world, *a)


# ---- data that did not arrive -----------------------------------------

def play_sticky(world, version, handles):
    """An error of fdatasync(2), which the system tells once, is told by
    each RENAME, by fsync, and once by CLOSE; the old file is not replaced."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version,
              {"rename.open_handles": handles},
              REFUSES + "fdatasync,fsync always,first=1 EIO\n")
    h = w.open("src")
    w.expect(OK, "write", h, 0, b"s")
    for _ in range(2):
        check("RENAME", w.rename("src", "dst", "posix"), FAILURE)
        check("content", w.text("dst"), "TARGET")
    w.expect(FAILURE, "fsync@openssh.com", h)
    w.expect(FAILURE, "close", h)
    w.expect(invalid(version, "close"), "close", h)
    check("RENAME", w.rename("src", "dst", "posix"), OK)
    check("names", w.names() | set(w.silly_names()), {"dst"})


def play_flush_first(world, version, handles):
    """All that was written is flushed before anything is closed, what was
    only read is not flushed at all."""
    w = world({"src": "SOURCE"}, version, {"rename.open_handles": handles},
              REFUSES)
    h, g = w.open("src"), w.open("src", "r")
    w.expect(OK, "write", h, 0, b"s")
    w.calls()
    check("RENAME", w.rename("src", "dst"), OK)
    calls = [c for c in w.calls() if c.split()[2] in ("src", "dst")]
    flushes = [i for i, c in enumerate(calls) if c == "fdatasync ok src"]
    closes = [i for i, c in enumerate(calls) if c == "close ok src"]
    moved = [i for i, c in enumerate(calls) if "ok src dst" in c]
    check("flushes", len(flushes), 1)
    check("flushed, closed, renamed, in this order",
          bool(closes and moved) and flushes[0] < closes[0] and
          closes[-1] < moved[0], True)
    for handle in (h, g):
        w.expect(OK, "close", handle)


def play_close_error(world, version, handles):
    """Some file systems tell only at close(2) that data did not arrive: that
    replaces nothing either."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version,
              {"rename.open_handles": handles},
              REFUSES + "close always,first=1 EIO src\n")
    h = w.open("src")
    w.expect(OK, "write", h, 0, b"s")
    check("RENAME", w.rename("src", "dst", "posix"), FAILURE)
    check("content", w.text("dst"), "TARGET")
    w.expect(FAILURE, "close", h)


def play_failed_open(world, version):
    """An OPEN that fails after it has opened the file closes it again; that
    close may take the error of a WRITE, which the writer's CLOSE reports."""
    w = world({"src": "SOURCE"}, version, {}, "unlink always EACCES\n"
              "close always,first=1 EIO src\n")
    wd.os.symlink("src", w.path("link"))
    h = w.open("src")
    w.expect(OK, "write", h, 0, b"s")
    w.expect(DENIED, "open", "link", 2, 2 | 0x800, {})
    w.expect(FAILURE, "close", h)


def play_keep_flushes_nothing(world, version):
    for policy, rules in ({}, REFUSES), (REOPEN, ""):
        w = world({"src": "SOURCE"}, version, policy, rules)
        h = w.open("src")
        w.expect(OK, "write", h, 0, b"s")
        w.rename("src", "dst")
        w.expect(OK, "close", h)
        check("flushes", w.calls("fsync", "fdatasync"), [])


def play_write_error(world, version):
    """WRITE tells the system's error after a reopening as before it."""
    w = world({"src": ""}, version, REOPEN,
              REFUSES + "write after=10 ENOSPC\n")
    h = w.open("src")
    w.expect(OK, "write", h, 0, b"123456")
    check("RENAME", w.rename("src", "dst"), OK)
    w.expect(FAILURE if version < 5 else 14, "write", h, 6, b"7890ab")
    w.status("close", h)


def group_data():
    for play, version, handles in itertools.product(
            (play_sticky, play_flush_first, play_close_error), (3, 6),
            ("reopen", "close")):
        yield ("v%d %s open_handles=%s" % (version, play.__name__[5:],
                                           handles),
               lambda world, p=play, a=(version, handles): p(world, *a))
    yield from cells([play_keep_flushes_nothing, play_write_error])
    yield from cells([play_failed_open], (6,))


# ---- retries ----------------------------------------------------------

def timeout(duration):
    return {"rename.busy_timeout": duration}


# policy | rules | status | calls of rename(2) for one RENAME: exactly, or
# from - to. No handle is open.
RETRIES = [
    ({}, "rename always EBUSY", FAILURE, 1),
    (REOPEN, "rename always EBUSY", FAILURE, 1),
    (timeout("5s"), "rename always,first=3 EBUSY", OK, 4),
    (timeout("5s"), "rename always,first=3 ETXTBSY", OK, 4),
    (timeout("5s"), "rename always EXDEV", FAILURE, 1),
    (timeout("5s"), "rename always EIO", FAILURE, 1),
    (timeout("5s"), "rename always ENOSPC", None, 1),
    (timeout("5s"), "rename always EACCES", DENIED, 1),
    (timeout("5s"), "rename always EPERM", DENIED, 1),
    (timeout("5s"), CIFS + "rename always,first=3 EACCES", OK, 4),
    (timeout("5s"), CIFS + "rename always,first=3 EPERM", OK, 4),
    (timeout("1s"), "rename always EBUSY", FAILURE, (2, 200)),
]


def play_retry(world, version, how, policy, rules, status, calls):
    rules = rules.replace("rename ", "rename,renameflags,unlink ")
    w = world({"src": "SOURCE"}, version, policy, rules)
    if how == "REMOVE":
        got = w.status("remove", "src")
    else:
        got = w.rename("src", "dst", how)
    if status is not None:
        check("status", got, status)
    check("names", w.names(), {"src"} if got != OK else
          set() if how == "REMOVE" else {"dst"})
    lowest, highest = calls if isinstance(calls, tuple) else (calls, calls)
    made = len(w.calls(*RENAMES, "unlink"))
    check("%d calls are %d to %d" % (made, lowest, highest),
          lowest <= made <= highest, True)


def group_retries():
    for row in RETRIES:
        for version, how in ((3, "plain"), (3, "posix"), (3, "REMOVE"),
                             (6, OVERWRITE)):
            yield ("v%d %s: %s, %s" % (version, how, row[0],
                                       row[1].replace("\n", ", ")),
                   lambda world, a=(version, how) + row:
                   play_retry(world, *a))


def play_read_only_tree(world, version):
    """rm -r in a tree that is not writable is one call a file."""
    files = {"dir/": ""}
    files.update({"dir/%d" % i: "" for i in range(20)})
    w = world(files, version, dict(timeout("5s"), **REOPEN), CIFS,
              user="nobody")
    os.chmod(w.path("dir"), 0o555)
    handle = w.open("dir/0", "r")
    w.calls()
    for i in range(20):
        w.expect(DENIED, "remove", "dir/%d" % i)
        check("RENAME", w.rename("dir/%d" % i, "dir/x"), DENIED)
    made = w.calls(*RENAMES, "unlink")
    check("calls", len(made), 40)
    w.expect(OK, "close", handle)
    os.chmod(w.path("dir"), 0o755)


def play_read_only_upload(world, version):
    """An upload is not tried again if its directory became read-only."""
    w = world({"dir/": ""}, version, {"files.atomic": "yes"}, user="nobody")
    handle = w.open("dir/f", "wct")
    os.chmod(w.path("dir"), 0o555)
    w.calls()
    w.expect(DENIED, "close", handle)
    check("calls", len(w.calls("unlink")) <= 2, True)
    os.chmod(w.path("dir"), 0o755)


def play_sticky_directory(world, version):
    """A rename is not tried again where the sticky bit forbids it."""
    w = world({"dir/": "", "dir/f": ""}, version,
              dict(timeout("5s"), **REOPEN), CIFS, user="nobody")
    os.chown(w.path("dir"), 0, 0)
    os.chmod(w.path("dir"), 0o1777)
    os.chown(w.path("dir/f"), 0, 0)
    handle = w.open("dir/f", "r")
    w.expect(DENIED, "remove", "dir/f")
    check("RENAME", w.rename("dir/f", "dir/x"), DENIED)
    check("calls", len(w.calls(*RENAMES, "unlink")), 2)
    w.expect(OK, "close", handle)


def play_budget(world, version):
    """At most 5 s a minute: 40 refusals of up to a second each."""
    w = world({"%d" % i: "" for i in range(40)}, version, timeout("1s"),
              "unlink always EBUSY\n")
    for i in range(40):
        w.expect(FAILURE, "remove", "%d" % i)
    made = w.calls("unlink")
    tries = [made.count("unlink EBUSY %d" % i) for i in range(40)]
    check("the first is retried", tries[0] > 1, True)
    check("the last is not waited for", tries[-1] <= 2, True)
    check("40 were waited for, or nearly",
          sum(n > 2 for n in tries) > 12, False)


def play_late_close(world, version):
    """A server that processes the close later: the rename is tried for at
    least 250 ms after a handle was let go."""
    for refusals in (2, 4):
        w = world({"src": "SOURCE"}, version, REOPEN, "rename,renameflags "
                  "always,first=%d EBUSY\n" % refusals)
        h = w.open("src")
        check("RENAME", w.rename("src", "dst"), OK)
        check("calls", len(w.calls(*RENAMES)), refusals + 1)
        w.expect(OK, "write", h, 0, b"s")
        w.expect(OK, "close", h)


def play_handles_come_back(world, version):
    """If it fails all the same, everything is as it was."""
    w = world({"src": "SOURCE", "dst": "TARGET"}, version, REOPEN,
              "rename,renameflags always EBUSY\n")
    h, g = w.open("src"), w.open("dst")
    check("RENAME", w.rename("src", "dst", "posix"), FAILURE)
    check("names", w.names() | set(w.silly_names()), {"src", "dst"})
    for handle, name in (h, "src"), (g, "dst"):
        w.expect(OK, "write", handle, 0, b"_")
        w.expect(OK, "close", handle)
        check("content", w.text(name)[0], "_")


def play_client_gone(world, version):
    """A client that goes away ends the wait: five seconds of doubled pauses
    would be ten calls."""
    w = world({"f": ""}, version, timeout("5s"), "unlink always EBUSY\n")
    w.s.start("remove", "f")
    made = []
    while not made:
        made = w.calls("unlink")
    w.s.hang_up()
    w.s.child.wait(wd.sw.TIMEOUT)
    check("calls end", len(made + w.calls("unlink")) < 9, True)


def group_tries():
    yield from cells([play_late_close, play_handles_come_back])
    yield from cells([play_budget, play_client_gone], (3,))
    if os.getuid() == 0:
        yield from cells([play_sticky_directory])
    yield from cells([play_read_only_tree, play_read_only_upload])


# ---- names of one file, directories -----------------------------------
# overwrite | files | links | old, new | how | status

SAME = [
    ("always", {"a": "A"}, [], "a", "./a", "plain", OK),
    ("always", {"a": "A"}, ["b"], "a", "b", "plain", OK),
    ("if-asked", {"a": "A"}, ["b"], "a", "b", "posix", OK),
    ("if-asked", {"a": "A"}, ["b"], "a", "b", "plain", "exists"),
    ("if-asked", {"a": "A"}, [], "a", "./a", "plain", "exists"),
    ("always", {"a/": "", "b/": ""}, [], "a", "b", "plain", "refused"),
    ("always", {"a": "A", "b/": ""}, [], "a", "b", "plain", "refused"),
    ("always", {"a/": "", "b": ""}, [], "a", "b", "plain", "refused"),
    ("never", {"a": "A", "b": "B"}, [], "a", "b", "posix", "exists"),
    ("never", {"a": "A"}, [], "a", "c", "posix", OK),
]


def play_same(world, version, overwrite, files, links, old, new, how, want):
    policy = {} if overwrite == "if-asked" else {"rename.overwrite": overwrite}
    w = world(files, version, policy)
    for link in links:
        os.link(w.path("a"), w.path(link))
    before = w.names()
    got = w.rename(old, new, how)
    if want == "refused":
        check("is refused", got != OK, True)
    else:
        check("RENAME", got, exists(version) if want == "exists" else want)
    moved = got == OK and new == "c"
    check("names", w.names(), {"c"} if moved else before)


def group_same():
    for version, row in itertools.product((3, 6), SAME):
        yield "v%d %s" % (version, row), \
            lambda world, v=version, a=row: play_same(world, v, *a)


def play_never_announced(world, version):
    """posix-rename is not announced where the policy forbids to replace, and no
    flag permits it."""
    name = b"posix-rename@openssh.com"
    for overwrite, want in ("if-asked", True), ("never", False):
        w = world({"src": "S", "dst": "T"}, version,
                  {"rename.overwrite": overwrite})
        check("announced", name in dict(w.announced), want)
    hows = ["posix"] + [OVERWRITE, ATOMIC, wd.NATIVE] * (version >= 5)
    for how in hows:
        check("RENAME %s" % how, w.rename("src", "dst", how), exists(version))
    if "copy-file" in {name.decode() for name, _ in w.announced}:
        w.expect(exists(version), "copy-file", "src", "dst", True)
    check("content", w.text("dst"), "T")


def group_overwrite():
    return cells([play_never_announced], (3, 5, 6))


if __name__ == "__main__":
    sys.exit(wd.main(globals()))
