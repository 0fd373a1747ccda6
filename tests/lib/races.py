#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Programs that race a close(2) on a FUSE mount, and sessions that end.

usage: races.py unlink|rename COUNT             in the working directory
       races.py two|held|late|ends|killed SERVED SSH_CONFIG PID_FILE
                                                    by way of sshd

The kernel tells FUSE of a close(2) only after it has returned, so on a mount
the server hears of an unlink or a rename before, or after, it hears of the
close. Each of COUNT rounds must do what it does on a disk.

The others play two sessions of a real sshd in SERVED, a directory that refuses
to rename what is open. PID_FILE is where a server leaves its process id.
"""
import collections
import concurrent.futures
import os
import re
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "wire"))
import sftpwire as sw  # noqa: E402

AHEAD = 64 * 1024       # what one READ of the kernel gets
AT_A_TIME = 4           # files, for the time that a round takes is latency
TIMEOUT = 60
HIDDEN = re.compile(r"\.slipway-[0-9A-Za-z]{22}-(old|part)$")


# ---- races ------------------------------------------------------------

def race_unlink(name, text):
    with open(name, "w") as f:
        f.write(text)
    os.unlink(name)
    if os.path.lexists(name):
        raise AssertionError(name + " is still there")


def race_rename(name, text):
    """Read, close, rename over the file of the round before. The kernel is
    asked to read ahead, and tells of the close when that has come."""
    text *= AHEAD // len(text)
    with open(name, "w") as f:
        f.write(text)
    with open(name, "rb", buffering=0) as f:
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
    os.rename(name, name + ".to")
    with open(name + ".to") as f:
        if f.read() != text:
            raise AssertionError(name + " holds something else")


def race(play, count):
    """Prints how many rounds failed, and the most frequent ways to."""

    def rounds(lane):
        failures = collections.Counter()
        for i in range(lane, count, AT_A_TIME):
            try:
                play("f%d" % lane, "this is round %d\n" % i)
            except (OSError, AssertionError) as e:
                failures[str(e)] += 1
        return failures

    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as lanes:
        failures = sum(lanes.map(rounds, range(AT_A_TIME)),
                       collections.Counter())
    print("%d of %d failed" % (failures.total(), count))
    for text, times in failures.most_common(5):
        print("%d times: %s" % (times, text))


# ---- sessions ---------------------------------------------------------

class Failed(Exception):
    """A promise that was not kept."""


def check(what, got, want):
    if got != want:
        raise Failed("%s: %r, not %r" % (what, got, want))


def wait_until(what, condition):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise Failed("waited in vain until " + what)
        time.sleep(0.01)


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def log():
    """Returns the text that the servers wrote to stderr."""
    with open(os.environ["SERVER_LOG"]) as f:
        return f.read()


class Place:
    """SERVED, and sessions in it."""

    def __init__(self, served, ssh_config, pid_file):
        self.dir, self.ssh_config, self.pid_file = served, ssh_config, pid_file

    def path(self, name):
        return os.path.join(self.dir, name)

    def put(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def text(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def silly_names(self):
        return sorted(filter(HIDDEN.match, os.listdir(self.dir)))

    def clear(self):
        for name in os.listdir(self.dir):
            os.unlink(self.path(name))

    def session(self):
        """The client is ssh; `pid` is the server's."""
        if os.path.exists(self.pid_file):
            os.unlink(self.pid_file)
        s = sw.Session(["ssh", "-F", self.ssh_config, "-s", "slipway",
                        "sftp"], timeout=TIMEOUT)
        s.init(3)
        with open(self.pid_file) as f:
            s.pid = int(f.read())
        return s

    def open(self, s, name, flags=sw.READ | sw.WRITE):
        reply = s.call("open", self.path(name), flags, {})
        check("OPEN " + name, reply.kind, "handle")
        return reply.handle

    def expect(self, s, request, *fields):
        reply = s.call(request, *fields)
        check(request, sw.STATUS_NAMES[reply.code], "OK")

    def rename(self, s, old, new):
        self.expect(s, "posix-rename@openssh.com", self.path(old),
                    self.path(new))

    def content(self, s, handle):
        reply = s.call("read", handle, 0, 99)
        return reply.data.decode() if reply.kind == "data" else str(reply)

    def listing(self, s):
        handle = s.call("opendir", self.dir).handle
        names = []
        while (reply := s.call("readdir", handle)).kind == "name":
            names += [os.fsdecode(n[0]) for n in reply.names]
        self.expect(s, "close", handle)
        return sorted(set(names) - {".", ".."})


def displaced(place, s):
    """A file that is open was replaced: it has a silly name now."""
    place.put("dst", "TARGET")
    place.put("src", "SOURCE")
    handle = place.open(s, "dst")
    before = place.silly_names()
    place.rename(s, "src", "dst")
    check("number of new silly names",
          len(set(place.silly_names()) - set(before)), 1)
    return handle


def play_two(place):
    """Two sessions do not touch each other's silly names."""
    one, two = place.session(), place.session()
    first = displaced(place, one)
    kept = place.silly_names()
    second = displaced(place, two)
    check("LISTING of the first", place.listing(one), ["dst"])
    check("LISTING of the second", place.listing(two), ["dst"])
    check("number of silly names", len(place.silly_names()), 2)
    check("READ of the first", place.content(one, first), "TARGET")
    check("READ of the second", place.content(two, second), "TARGET")
    place.expect(two, "close", second)
    check("silly names of the first", place.silly_names(), kept)
    place.expect(two, "remove", place.path("dst"))
    check("exit of the second", two.finish(), 0)
    check("silly names of the first", place.silly_names(), kept)
    check("READ of the first", place.content(one, first), "TARGET")
    place.expect(one, "close", first)
    check("silly names", place.silly_names(), [])
    check("exit of the first", one.finish(), 0)


def held(place):
    """The file is another session's, as with sshfs -o max_conns: nobody here
    can let go of it. Its rename has been asked for."""
    holder, mover = place.session(), place.session()
    place.put("src", "SOURCE")
    handle = place.open(holder, "src")
    mover.start("posix-rename@openssh.com", place.path("src"),
                place.path("dst"))
    return holder, mover, handle


def play_held(place):
    """The session does not wait for another one to close the file."""
    holder, mover, handle = held(place)
    check("RENAME", sw.STATUS_NAMES[mover.result().code], "FAILURE")
    place.expect(holder, "close", handle)
    check("src", place.text("src"), "SOURCE")
    for s in holder, mover:
        check("exit", s.finish(), 0)


def play_late(place):
    """It is closed while the rename is being tried."""
    holder, mover, handle = held(place)
    wait_until("the rename is being tried", lambda: "posix-rename" in log())
    place.expect(holder, "close", handle)
    check("RENAME", sw.STATUS_NAMES[mover.result().code], "OK")
    check("dst", place.text("dst"), "SOURCE")
    for s in holder, mover:
        check("exit", s.finish(), 0)


def start_rename(place, s):
    """A rename over a file that the session lets go of, of one that this
    process holds: it is in the middle of its tries when we come back."""
    place.put("dst", "TARGET")
    place.put("src", "SOURCE")
    place.open(s, "dst")
    ours = open(place.path("src"))
    s.start("posix-rename@openssh.com", place.path("src"), place.path("dst"))
    wait_until("a silly name is there", place.silly_names)
    return ours


def end_input(s):
    s.end_input()


def vanish(s):
    s.child.kill()


def ending_by(number):
    def end(s):
        os.kill(s.pid, number)
    return end


ENDINGS = {
    "the end of its input": end_input,
    "a client that vanishes": vanish,
    "SIGTERM": ending_by(signal.SIGTERM),
    "SIGHUP": ending_by(signal.SIGHUP),
    "SIGINT": ending_by(signal.SIGINT),
}


def play_one_end(place, end, during):
    """-> the text of `dst` in the end."""
    s = place.session()
    ours = start_rename(place, s) if during else None
    if not during:
        displaced(place, s)
    try:
        end(s)
        wait_until("the server has ended", lambda: not is_running(s.pid))
    finally:
        if ours:
            ours.close()
        s.destroy()
    return place.text("dst")


def play_ends(place):
    """No way for a session to end leaves silly names."""
    wrong = []
    for name, end in ENDINGS.items():
        for during in (False, True):
            moment = "in a rename" if during else "after a rename"
            try:
                text = play_one_end(place, end, during)
                check("silly names", place.silly_names(), [])
                check("dst", text, "TARGET" if during else "SOURCE")
            except Failed as e:
                wrong.append("%s, %s: %s" % (name, moment, e))
            place.clear()
    if wrong:
        raise Failed("\n".join(wrong))


def play_killed(place):
    """A silly name that SIGKILL left behind is not listed. It stays for a day,
    since no server can tell that no session uses it."""
    for during in (False, True):
        play_one_end(place, ending_by(signal.SIGKILL), during)
        check("number of silly names left", len(place.silly_names()), 1)
        s = place.session()
        check("LISTING", place.listing(s), ["dst", "src"][:1 + during])
        check("number of silly names left", len(place.silly_names()), 1)
        check("exit", s.finish(), 0)
        place.clear()


def main():
    verb, *arguments = sys.argv[1:]
    if verb in ("unlink", "rename"):
        race(globals()["race_" + verb], int(arguments[0]))
        return
    try:
        globals()["play_" + verb](Place(*arguments))
    except (Failed, sw.WireError, sw.Hung, sw.Ended) as e:
        sys.exit("%s: %s" % (type(e).__name__, e))


main()
