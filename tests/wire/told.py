# SPDX-License-Identifier: ISC
"""Attributes that STAT, LSTAT and FSTAT report in versions 4 to 6, sent back by
SETSTAT, lsetstat and FSETSTAT: alone and together, unchanged and changed, under
each value of setstat.times (3.9 of the protocol notes). $SERVER is the server.
"""

import os
import shutil
import tempfile
import time
import unittest

import sftpwire as sw
from sftpwire import READ, WRITE
from versions import FILE_IS_A_DIRECTORY, INVALID_PARAMETER, VersionsTest

NEW = (4, 5, 6)
OK, DENIED, FAILURE, UNSUPPORTED = \
    sw.OK, sw.PERMISSION_DENIED, sw.FAILURE, sw.OP_UNSUPPORTED
READONLY = 0x1			# an attribute bit that cannot be set here
# Whole seconds, since a time may be asked for without its nanoseconds.
WHEN, SOON = 10**9, int(time.time()) + 10**6
ALL = 0xFFFFFFFF

# The attributes that a client sends back, each with its own bit; nanoseconds
# are sent with their times.
KEYS = {"size": 0x1, "allocation_size": 0x400, "owner": 0x80,
        "permissions": 0x4, "atime": 0x8, "createtime": 0x10, "mtime": 0x20,
        "ctime": 0x8000, "acl": 0x40, "bits": 0x200, "link_count": 0x2000}
CANNOT = {"createtime", "ctime", "link_count", "bits"}
TIMES = ("atime", "mtime", "createtime", "ctime")
PAIRED = {"owner": ("group",), "bits": ("bits_valid",),
          "atime": ("atime_ns",), "mtime": ("mtime_ns",),
          "createtime": ("createtime_ns",), "ctime": ("ctime_ns",)}

NAMES = ("f", "holes", "setid", "d", "l")
# The ways to get and to set attributes: name, object, versions.
WAYS = [("path", name, NEW) for name in NAMES] + [
    ("link", name, NEW) for name in ("f", "d", "l")] + [
    ("handle", name, NEW) for name in ("f", "holes", "setid")] + [
    ("handle", "d", (6,))]
KIND = {"f": "file", "holes": "file", "setid": "file", "d": "dir"}
MODES = {"f": 0o640, "d": 0o2750, "setid": 0o6750}


def only(told, key):
    """Returns one of the reported attributes, with those paired with it."""
    keys = (key,) + PAIRED.get(key, ())
    return {k: told[k] for k in keys if k in told}


def changed(told, key):
    """The same with another value, and nothing else."""
    attrs = only(told, key)
    if key == "bits":
        attrs["bits"] ^= READONLY
        if "bits_valid" in attrs:
            attrs["bits_valid"] |= READONLY
    elif key == "permissions":
        attrs[key] ^= 0o001
    else:
        attrs[key] += 1 << 20 if key == "allocation_size" else 1
    return attrs


class Told(VersionsTest):
    def setUp(self):
        super().setUp()
        self.wrong = []

    def tearDown(self):
        super().tearDown()
        if self.wrong:
            self.fail("%d wrong:\n%s" % (len(self.wrong), "\n".join(
                str(wrong) for wrong in self.wrong[:12])))

    def places(self):
        """Directories on the file systems that are here in any case."""
        seen = set()
        for parent in (tempfile.gettempdir(), "/var/tmp", "/dev/shm"):
            if os.access(parent, os.W_OK) and \
                    os.stat(parent).st_dev not in seen:
                seen.add(os.stat(parent).st_dev)
                path = tempfile.mkdtemp(prefix="wire.", dir=parent)
                self.addCleanup(shutil.rmtree, path)
                yield path

    def plant(self):
        for name in ("f", "setid", "holes"):
            self.put(name, b"hello\n")
        os.truncate(self.path("holes"), 1 << 20)
        os.mkdir(self.path("d"))
        os.symlink("f", self.path("l"))
        self.restore_modes()

    def restore_modes(self):
        for name, mode in MODES.items():
            os.chmod(self.path(name), mode)

    def sessions(self, times):
        """A session in each version and place, with this setstat.times."""
        for self.dir in self.places():
            self.plant()
            for self.version in NEW:
                s = self.session("-o", "setstat.times=" + times,
                                 version=self.version)
                yield s
                self.assertEqual(s.finish(), 0)

    def rest(self):
        """Brings everything to where a change can be told. That a link was
        followed is told by no time of access that is still to come."""
        self.restore_modes()
        for name in NAMES:
            os.utime(self.path(name), (SOON, WHEN), follow_symlinks=False)

    def ways(self, s):
        """For each way and object: its words, ask(flags), order(attrs)."""
        for way, name, versions in WAYS:
            if self.version not in versions:
                continue
            kind = KIND.get(name, "file" if way == "path" else "link")
            target = name
            ask, order = {"path": ("stat", "setstat"),
                          "link": ("lstat", "lsetstat@openssh.com"),
                          "handle": ("fstat", "fsetstat")}[way]
            if way == "handle":
                target = self.opendir(s, name) if kind == "dir" else \
                    self.open(s, name, READ | WRITE)
            yield (way, name, kind), \
                lambda flags: self.attrs(s, target, flags, ask), \
                lambda attrs: s.call(order, target, attrs)
            if way == "handle":
                s.call("close", target)

    def keys(self, ask, *but):
        """Of KEYS those that are told, in their order."""
        told = ask(ALL)
        return [key for key in KEYS if key in told and key not in but]

    def state(self):
        """All that SETSTAT could change, but for the time of that."""
        found = {}
        for name in NAMES:
            st = os.lstat(self.path(name))
            found[name] = (oct(st.st_mode), st.st_size, st.st_blocks,
                           st.st_uid, st.st_gid, st.st_nlink,
                           st.st_atime_ns, st.st_mtime_ns)
        return found

    def expect(self, reply, code, same, told, count=8):
        """This status, and the state is this one, as far as its first items,
        or, for None, whatever."""
        if reply.code != code:
            self.wrong.append((self.dir, self.version, told,
                               "status %d, not %d" % (reply.code, code)))
        now = self.state()
        for name in NAMES if same else ():
            if now[name][:count] != same[name][:count]:
                self.wrong.append((self.dir, self.version, told, "changed",
                                   name, same[name], now[name]))

    def unchanged(self, ask, order, code, told, pick=dict):
        """Asks, sends of it what is picked, and nothing is another."""
        self.rest()
        attrs = pick(ask())
        # The kernel removes set-id bits when an ordinary user sets a size.
        if "size" in attrs and "permissions" not in attrs:
            os.truncate(self.path("setid"), os.stat(self.path("setid")).st_size)
        before = self.state()
        # A file cut off where it ends has been changed, if no time is set.
        cut = "size" in attrs and ("mtime" not in attrs or "ignore" in told)
        self.expect(order(attrs), code, before, told, 7 if cut else 8)

    def test_unchanged(self):
        """Reported attributes are accepted when sent back, and change
        nothing."""
        for times, code in (("apply", OK), ("ignore", OK), ("refuse", DENIED)):
            for s in self.sessions(times):
                for words, ask, order in self.ways(s):
                    # `refuse` is a restriction, which clears set-id bits.
                    if words[1] == "setid" and times == "refuse":
                        continue
                    self.each_unchanged(ask, order, words + (times,), code)
                    self.all_unchanged(ask, order, words + (times,), code)

    def each_unchanged(self, ask, order, words, code):
        for key in self.keys(ask):
            want = code if key in ("atime", "mtime") else OK
            self.unchanged(lambda: ask(KEYS[key]), order, want,
                           words + (key, "asked alone"))
            self.unchanged(lambda: ask(ALL), order, want,
                           words + (key, "sent alone"),
                           lambda told: only(told, key))

    def all_unchanged(self, ask, order, words, code):
        for flags in (0, ALL, 0xFD, 0x800001FD, 0xFFFD):
            self.unchanged(lambda: ask(flags), order, code,
                           words + (hex(flags),))
            self.unchanged(lambda: ask(flags), order, OK, words + (
                hex(flags), "without times"), lambda told: {
                    k: v for k, v in told.items()
                    if k.split("_ns")[0] not in TIMES and k != "flags"})

    def answer(self, key, words, times):
        """Returns the status of a SETSTAT of another value, sent alone."""
        way, _, kind = words
        if key in TIMES and times != "apply":
            return {"ignore": OK, "refuse": DENIED}[times]
        if key in ("size", "allocation_size") and way == "link":
            return sw.BAD_MESSAGE
        if key in ("size", "allocation_size") and kind == "dir":
            return (FAILURE, FAILURE, FILE_IS_A_DIRECTORY if way != "handle"
                    else INVALID_PARAMETER if key == "size" else DENIED
                    )[self.version - 4]
        if key == "permissions" and kind == "link":
            return UNSUPPORTED
        return {"createtime": UNSUPPORTED, "ctime": UNSUPPORTED,
                "bits": UNSUPPORTED, "link_count": INVALID_PARAMETER
                }.get(key, OK)

    def test_changed(self):
        """Alone, what can be set is, and what cannot changes nothing."""
        for times in ("apply", "ignore", "refuse"):
            for s in self.sessions(times):
                for words, ask, order in self.ways(s):
                    for key in self.keys(ask, "owner", "acl"):
                        self.change(ask, order, words, key, times)

    def change(self, ask, order, words, key, times):
        self.rest()
        told, before = ask(ALL), self.state()
        want = self.answer(key, words, times)
        sets = want == OK and not (key in TIMES and times == "ignore")
        words += (key, times)
        self.expect(order(changed(told, key)), want,
                    None if sets else before, words)
        if sets and self.state() == before:
            self.wrong.append((self.dir, self.version, words, "not changed"))
        if key == "allocation_size":	# what was reserved is given back
            os.truncate(self.path("f"), 6)
        elif sets:
            self.expect(order(only(told, key)), OK, None, words + ("back",))

    def test_changed_beside_the_others(self):
        """One that cannot be set has all of it refused, but for the time of
        birth: that is left out, and the others are set."""
        for s in self.sessions("apply"):
            for words, ask, order in self.ways(s):
                for key in set(self.keys(ask)) & CANNOT:
                    self.rest()
                    told, before = ask(ALL), self.state()
                    attrs = dict(told, **changed(told, key))
                    attrs["mtime"] += 5
                    born = key == "createtime"
                    self.expect(order(attrs), OK if born else
                                self.answer(key, words, "apply"),
                                None if born else before, words + (key,))
                    if born and self.state() == before:
                        self.wrong.append((words, "nothing is set"))

    def test_the_log_says_what_is_left_out(self):
        self.put("f")
        born = {"atime": 1, "createtime": 2, "mtime": 3}
        for level, attrs, said in (
                ("VERBOSE", born, True), ("INFO", born, False),
                ("VERBOSE", {"atime": 1, "mtime": 3}, False)):
            s = self.session("-e", "-l", level, version=6)
            self.assertEqual(s.call("setstat", "f", attrs).code, OK)
            self.assertEqual(s.finish(), 0)
            self.assertEqual(b'set "f": the creation time cannot be set and '
                             b'is left out\r\n' in s.stderr(), said)
            self.assertIn(b'set "f" modtime', s.stderr())


if __name__ == "__main__":
    unittest.main()
