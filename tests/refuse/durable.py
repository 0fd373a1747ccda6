#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""files.fsync: what is on disk before a request is answered, by the calls
that were made for it, and that an error of one of them is the answer. And that
without it, and without rules on modes, none of these calls is made.
"""

import os
import re
import sys

import world as wd
from world import FAILURE, OK, Mismatch, cells, check

FSYNC = {"files.fsync": "true"}
SYNCS = ("fsync", "fdatasync", "syncfs", "sync")
CHANGES = SYNCS + ("rename", "renameflags", "unlink", "rmdir", "link")
FILES = {"f": "content", "d/": "", "e/": "", "d/f": "content"}


def symlink(w):
    return ("symlink", "text", "d/new") if w.s.version < 6 else \
        ("link", "d/new", "text", True)


def hardlink(w):
    return ("hardlink@openssh.com", "f", "d/new") if w.s.version < 6 else \
        ("link", "d/new", "f", False)


def rename(w, old, new):
    return ("rename", old, new) + ((0,) if w.s.version >= 5 else ())


# Each request, and all calls that change or write out, in order. "." is the
# directory that is served.
REQUESTS = {
    "MKDIR": (lambda w: ("mkdir", "d/new", {"type": 2}), ["fsync ok d"]),
    "MKDIR beside": (lambda w: ("mkdir", "new", {"type": 2}), ["fsync ok ."]),
    "MKDIR with a slash": (lambda w: ("mkdir", "d/new/", {"type": 2}),
                           ["fsync ok d"]),
    "RMDIR": (lambda w: ("rmdir", "e"), ["rmdir ok e", "fsync ok ."]),
    "REMOVE": (lambda w: ("remove", "d/f"), ["unlink ok d/f", "fsync ok d"]),
    "RENAME": (lambda w: rename(w, "d/f", "e/f"),
               ["fsync ok d/f", "renameflags ok d/f e/f", "fsync ok d",
                "fsync ok e"]),
    "RENAME of a directory": (lambda w: rename(w, "d", "e/d"),
                              ["renameflags ok d e/d", "fsync ok .",
                               "fsync ok e"]),
    "posix-rename": (lambda w: ("posix-rename@openssh.com", "f", "d/f"),
                     ["fsync ok f", "rename ok f d/f", "fsync ok .",
                      "fsync ok d"]),
    "SYMLINK": (symlink, ["fsync ok d"]),
    "LINK": (hardlink, ["link ok f d/new", "fsync ok d"]),
    "copy-file": (lambda w: ("copy-file", "f", "d/new", False),
                  ["fsync ok d/new", "fsync ok d"]),
    "copy-file over another": (lambda w: ("copy-file", "f", "d/f", True),
                               ["fsync ok d/f", "fsync ok d"]),
    "SETSTAT": (lambda w: ("setstat", "f", {"permissions": 0o600}), []),
    "STAT": (lambda w: ("stat", "f") + ((1,) if w.s.version >= 4 else ()), []),
}


def play_request(world, version, name, policy):
    ask, calls = REQUESTS[name]
    w = world(FILES, version, policy)
    w.expect(OK, *ask(w))
    if not policy:
        calls = [c for c in calls if not c.startswith("fsync")]
    check("calls", w.calls(*CHANGES), calls)


def play_request_fails(world, version, name, nth):
    """The nth of the calls fails: that is the answer, and none is repeated."""
    ask, calls = REQUESTS[name]
    syncs = [n for n, c in enumerate(calls) if c.startswith("fsync")]
    if nth >= len(syncs):
        return
    failing = calls[syncs[nth]].split()[2]
    w = world(FILES, version, FSYNC, "fsync always EIO %s\n" % failing)
    w.expect(FAILURE, *ask(w))
    check("calls", w.calls("fsync"), [c for c in calls[:syncs[nth]]
                                      if c.startswith("fsync")]
          + ["fsync EIO %s" % failing])


def group_requests():
    for name in REQUESTS:
        for version in (3, 6):
            for policy in (FSYNC, {}):
                yield ("v%d %s, %s" % (version, name, policy or "no policy"),
                       lambda world, a=(version, name, policy):
                       play_request(world, *a))
            for nth in range(3):
                yield ("v%d %s whose fsync %d fails" % (version, name, nth),
                       lambda world, a=(version, name, nth):
                       play_request_fails(world, *a))


def play_upload(world, version):
    """The name is there when OPEN is answered, the data when CLOSE is."""
    w = world(FILES, version, FSYNC)
    h = w.open("d/new", "wc")
    check("calls of OPEN", w.calls(*CHANGES), ["fsync ok d"])
    w.expect(OK, "write", h, 0, b"data")
    check("calls of WRITE", w.calls(*CHANGES), [])
    w.expect(OK, "close", h)
    check("calls of CLOSE", w.calls(*CHANGES), ["fsync ok d/new"])


def play_upload_over_another(world, version):
    w = world(FILES, version, FSYNC)
    h = w.open("f", "wct")
    check("calls of OPEN", w.calls(*CHANGES), [])
    w.expect(OK, "close", h)
    check("calls of CLOSE", w.calls(*CHANGES), ["fsync ok f"])


def play_download(world, version):
    w = world(FILES, version, FSYNC)
    h = w.open("f", "r")
    check("data", w.content(h), "content")
    w.expect(OK, "close", h)
    w.expect(OK, "close", w.s.call("opendir", "d").handle)
    check("calls", w.calls(*CHANGES), [])


def play_behind_a_link(world, version):
    """The directory that got a new name is the one the link leads to."""
    w = world(FILES, version, FSYNC)
    os.symlink("../e/new", w.path("d/link"))
    w.expect(OK, "close", w.open("d/link", "wc"))
    check("calls", w.calls(*CHANGES), ["fsync ok e", "fsync ok e/new"])


def play_renamed_while_open(world, version):
    """The data is written out before the new name, even by another session."""
    w = world(FILES, version, FSYNC)
    h = w.open("d/new", "wc")
    w.expect(OK, "write", h, 0, b"data")
    w.calls()
    w.expect(OK, *rename(w, "d/new", "e/new"))
    check("calls", w.calls(*CHANGES), [
        "fsync ok d/new", "renameflags ok d/new e/new", "fsync ok d",
        "fsync ok e"])
    w.expect(OK, "close", h)
    check("calls of CLOSE", w.calls(*CHANGES), ["fsync ok e/new"])


def play_renamed_while_read(world, version):
    """The file is not opened again if any handle has it open."""
    w = world(FILES, version, FSYNC)
    h = w.open("f", "r")
    w.calls()
    w.expect(OK, *rename(w, "f", "d/g"))
    check("calls", w.calls("open", *CHANGES), [
        "fsync ok f", "renameflags ok f d/g", "open ok .", "fsync ok .",
        "open ok d/.", "fsync ok d"])
    w.expect(OK, "close", h)


def play_nameless(world, version):
    """A file system that knows files by name cannot store one without. That
    is no error of the handle, and nothing that a crash could lose."""
    for policy in FSYNC, {"rename.open_handles": "reopen",
                          "rename.when": "always"}:
        w = world(FILES, version, policy, "fsync,fdatasync always ENOENT f\n")
        h = w.open("f", "w")
        w.expect(OK, "write", h, 0, b"data")
        w.expect(OK, "fsync@openssh.com", h)
        w.expect(OK, "write", h, 4, b"more")
        w.expect(OK, *rename(w, "f", "d/g"))
        w.expect(OK, "close", h)
        check("content", w.text("d/g")[:8], "datamore")


def play_close_fails(world, version):
    """An error is told once; the handle is gone all the same."""
    w = world(FILES, version, FSYNC)
    h = w.open("f", "w")
    w.expect(OK, "write", h, 0, b"data")
    w.calls()
    w.rules("fsync always EIO f\n")
    w.expect(FAILURE, "close", h)
    check("calls", w.calls(*CHANGES), ["fsync EIO f"])
    check("CLOSE again", w.status("close", h) != OK, True)
    check("calls", w.calls(*CHANGES), [])


def play_open_fails(world, version):
    """A name that may not last is taken back."""
    w = world(FILES, version, FSYNC, "fsync always EIO d\n")
    flags = (0x102, 3) if version >= 5 else (10,)
    w.expect(FAILURE, "open", "d/new", *flags, {})
    check("names", w.names(), {"f", "d", "e", "d/f"})


def play_open_fails_meanwhile(world, version):
    """A file that took the name after OPEN made its own stays. The server
    waits for a reader of the log, which is a FIFO, when it has opened the
    file."""
    w = world(FILES, version, FSYNC, "fsync always EIO d\n")
    log = w.base + "/log"
    os.unlink(log)
    os.mkfifo(log)
    w.s.start("open", "d/new", *((0x102, 3) if version >= 5 else (10,)), {})
    while not (os.path.exists(w.path("d/new")) or w.s.ready()):
        pass
    os.rename(w.path("f"), w.path("d/new"))
    # From here on it waits no longer: a reader remains.
    reader = os.open(log, os.O_RDWR)
    try:
        check("OPEN", w.s.result().code, FAILURE)
        calls = os.read(reader, 65536).decode().splitlines()
    finally:
        os.close(reader)
        os.unlink(log)
        open(log, "w").close()
    check("calls", [c for c in calls if c.split()[0] in ("open", *CHANGES)],
          ["open ok d/new", "open ok d/.", "fsync EIO d"])
    check("content", w.text("d/new"), "content")


def play_what_is_no_file(world, version):
    w = world(FILES, version, FSYNC)
    os.mkfifo(w.path("fifo"))
    reader = os.open(w.path("fifo"), os.O_RDONLY | os.O_NONBLOCK)
    try:
        w.expect(OK, "close", w.open("fifo", "w"))
        w.expect(OK, *rename(w, "fifo", "d/fifo"))
    finally:
        os.close(reader)


def play_unreadable_directory(world, version):
    """It cannot be opened for fsync(2): its file system is written out by
    way of what is in it, or all of them when that is gone."""
    w = world(FILES, version, FSYNC, user="nobody")
    os.chmod(w.path("d"), 0o300)
    w.expect(OK, "close", w.open("d/new", "wc"))
    check("calls", w.calls(*SYNCS), ["syncfs ok d/new", "fsync ok d/new"])
    w.expect(OK, *rename(w, "f", "d/g"))
    check("calls", w.calls(*SYNCS), ["fsync ok f", "fsync ok .",
                                     "syncfs ok d/g"])
    w.expect(OK, "remove", "d/f")
    check("calls", w.calls(*SYNCS), ["sync ok "])
    # An ordinary user cannot remove what is in an unreadable directory.
    os.chmod(w.path("d"), 0o700)


def play_unreadable_file(world, version):
    w = world(FILES, version, FSYNC, user="nobody")
    os.chmod(w.path("f"), 0o200)
    w.expect(OK, *rename(w, "f", "d/g"))
    check("calls", w.calls(*SYNCS), ["syncfs ok .", "fsync ok .",
                                     "fsync ok d"])


def play_area(world, version):
    """Only beneath the path that says so; a name that comes or goes there."""
    w = world(FILES, version, """rules = ( { paths = (
        { match = "%DIR/d"; files = { fsync = true; }; } ); } );""")
    w.expect(OK, "mkdir", "d/new", {"type": 2})
    w.expect(OK, "close", w.open("d/f", "w"))
    check("calls", w.calls(*SYNCS), ["fsync ok d", "fsync ok d/f"])
    w.expect(OK, "mkdir", "e/new", {"type": 2})
    w.expect(OK, "close", w.open("f", "w"))
    check("calls", w.calls(*SYNCS), [])
    w.expect(OK, *rename(w, "d/f", "e/f"))
    check("calls", w.calls(*SYNCS), ["fsync ok d/f", "fsync ok d",
                                     "fsync ok e"])


def play_atomic(world, version):
    """A part has no name that could be lost; its data is there before it."""
    w = world(FILES, version, dict(FSYNC, **{"files.atomic": "yes"}))

    def calls():
        return [re.sub(r"\.slipway-\w+-(part|old)",
                       lambda m: m[1].upper(), c) for c in w.calls(*CHANGES)]

    h = w.open("d/new", "wc")
    check("calls of OPEN", calls(), [])
    w.expect(OK, "write", h, 0, b"data")
    w.expect(OK, "close", h)
    check("calls of CLOSE", calls(), [
        "fsync ok d/PART", "rename ok d/PART d/new", "fsync ok d"])
    h = w.open("f", "wct")
    calls()
    w.expect(OK, *rename(w, "f", "d/g"))
    check("calls of RENAME", calls(), [
        "fsync ok PART", "renameflags ok PART d/g", "rename ok f OLD",
        "unlink ok OLD", "fsync ok .", "fsync ok d"])
    w.expect(OK, "close", h)
    check("calls of CLOSE", calls(), ["fsync ok d/g"])


def play_atomic_fails(world, version):
    """An upload whose bytes were not all written is not published."""
    w = world(FILES, version, dict(FSYNC, **{"files.atomic": "yes"}))
    h = w.open("f", "wct")
    w.expect(OK, "write", h, 0, b"data")
    w.rules("fsync always EIO *-part\n")
    w.expect(FAILURE, "close", h)
    check("content", w.text("f"), "content")
    check("silly names", w.silly_names(), [])


def group_files():
    yield from cells([
        play_upload, play_upload_over_another, play_download,
        play_behind_a_link, play_renamed_while_open, play_renamed_while_read,
        play_nameless, play_close_fails, play_open_fails,
        play_open_fails_meanwhile, play_what_is_no_file, play_area,
        play_atomic, play_atomic_fails, play_unreadable_directory,
        play_unreadable_file])


# Options, how a file is opened, and all the calls of OPEN and CLOSE.
PLAIN = ["open ok new", "close ok new"]
KNOWING = ["open ok new", "stat ok new", "close ok new"]
CREATIONS = [
    ({}, PLAIN), ({"files.mode": "clear=0022"}, PLAIN),
    ({"files.dir_mode": "force=0700"}, PLAIN),
    ({"files.symlinks": "follow"}, PLAIN),
    ({"files.mode": "force=0640"}, KNOWING),
    ({"files.mode": "set=0040"}, KNOWING),
]


def play_creation(world, version, policy, calls):
    w = world({}, version, policy)
    w.expect(OK, "close", w.open("new", "wc"))
    seen = w.calls(*{c.split()[0] for c in KNOWING} | set(CHANGES))
    if seen != calls:
        raise Mismatch("calls: %s, not %s" % (seen, calls))


def group_creations():
    """A session makes no call for a setting that is off."""
    for policy, calls in CREATIONS:
        yield ("a file is made, %s" % policy,
               lambda world, a=(3, policy, calls): play_creation(world, *a))


if __name__ == "__main__":
    sys.exit(wd.main(globals()))
