#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Habits of real clients that no other test covers: handle ids, whole READs,
sessions without a request. README lists which test covers which habit."""

import os
import sys

import world as wd
from world import EOF, OK, REFUSES, cells, check, invalid

CLOSE = {"rename.open_handles": "close"}
REOPEN = {"rename.open_handles": "reopen"}
LEAST = 64 * 1024       # what clients ask for without asking what they may
MORE_THAN_A_READ = 5 * LEAST + 7


# ---- ids never repeat --------------------------------------------------

def play_id_of_a_closed_handle(world, version):
    """A handle that was closed under the client keeps its id until its CLOSE,
    and after: no listing that the client goes on with can be hit by it."""
    w = world({"src": "SOURCE"}, version, CLOSE, REFUSES)
    h = w.open("src")
    check("RENAME", w.rename("src", "dst"), OK)
    ids = {h}
    listing = w.s.call("opendir", ".").handle
    for _ in range(2000):
        other = w.open("dst", "r")
        check("an id that was there before", other in ids, False)
        ids.add(other)
        w.expect(OK, "close", other)
    check("an id that was there before", listing in ids, False)
    w.expect(OK, "close", h)
    w.expect(invalid(version, "close"), "close", h)
    check("READDIR", w.s.call("readdir", listing).kind, "name")
    w.expect(EOF, "readdir", listing)
    w.expect(OK, "close", listing)


def play_id_of_a_reopened_handle(world, version):
    """A handle that is reopened keeps its id, which no other handle gets."""
    w = world({"src": "SOURCE", "other": "OTHER"}, version, REOPEN, REFUSES)
    h = w.open("src")
    check("RENAME", w.rename("src", "dst"), OK)
    others = [w.open("other", "r") for _ in range(100)]
    check("ids", len(set(others) | {h}), 101)
    check("READ", w.content(h), "SOURCE")
    for other in others:
        check("READ of another", w.content(other), "OTHER")
        w.expect(OK, "close", other)
    check("READ", w.content(h), "SOURCE")
    w.expect(OK, "close", h)


def group_ids():
    yield from cells([play_id_of_a_closed_handle,
                      play_id_of_a_reopened_handle])


# ---- READs are filled --------------------------------------------------

def check_reads(w, handle, data, size):
    at = 0
    while at < len(data):
        reply = w.s.call("read", handle, at, size)
        check("kind of the READ at %d" % at, reply.kind, "data")
        check("length of the READ at %d" % at, len(reply.data),
              min(size, len(data) - at))
        check("READ at %d" % at, reply.data == data[at:at + size], True)
        at += size
    w.expect(EOF, "read", handle, at, size)


def noise(w, name):
    data = os.urandom(MORE_THAN_A_READ)
    with open(w.path(name), "wb") as f:
        f.write(data)
    w.own(w.path(name))
    return data


def play_least(world, version):
    """The smallest limit there can be fills what clients ask for."""
    w = world({}, version, {"protocol.max_read": "64K"})
    data = noise(w, "f")
    check_reads(w, w.open("f", "r"), data, LEAST)


def play_reopened(world, version):
    """Also by a handle that comes back; of a file that was replaced."""
    w = world({"src": "SOURCE"}, version, REOPEN, REFUSES)
    data = noise(w, "dst")
    h = w.open("dst", "r")
    reply = w.s.call("read", h, 0, LEAST)
    check("READ", reply.data == data[:LEAST], True)
    check("RENAME", w.rename("src", "dst", "posix"), OK)
    check_reads(w, h, data, LEAST)


def play_below(world, version):
    """A smaller limit is an error, which rejects the session."""
    w = world({}, version, {"protocol.max_read": "65535"})
    check("extensions", w.announced, [])
    reply = w.s.call("stat", ".")
    check("text", b"policy error" in reply.message, True)
    check("exit", w.s.wait(), 78)


def group_reads():
    yield from cells([play_least, play_reopened])
    yield from cells([play_below], (3,))


# ---- a session without a request --------------------------------------

IDLE = {"session.idle_timeout": "1s"}


def play_idle(world, version):
    """A session with an open handle outlives one that was quiet for less, and
    does not outlive its CLOSE for ever."""
    w = world({"f": "text"}, version, IDLE)
    h = w.open("f")
    check_outlives(w, h, version, "text")


def play_idle_let_go(world, version):
    """A handle that was let go is open, too: its client knows no better."""
    w = world({"src": "SOURCE"}, version, dict(REOPEN, **IDLE), REFUSES)
    h = w.open("src")
    check("RENAME", w.rename("src", "dst"), OK)
    check_outlives(w, h, version, "SOURCE")


def check_outlives(w, handle, version, text):
    """Fails unless the session, which was idle first, outlives another one,
    which its timeout ends."""
    other = w.session(version)
    check("exit of the other", other.wait(), 0)
    check("READ", w.content(handle), text)
    w.expect(OK, "close", handle)
    check("exit", w.s.wait(), 0)


def group_idle():
    yield from cells([play_idle, play_idle_let_go])


if __name__ == "__main__":
    sys.exit(wd.main(globals()))
