# SPDX-License-Identifier: ISC
"""Names and copies in versions 4 to 6: REALPATH with its control byte, end
of file and of list, LINK, copies, free space and folders. 5.4, 6.1, 6.4,
6.9 and 8.3 of the protocol notes; draft-13 8.
"""

import os
import pwd
import stat
import unittest

import sftpwire as sw
from sftpwire import APPEND, CREAT, READ, WRITE
from versions import ALL, SENT, VersionsTest, in_versions

NO_CHECK, STAT_IF, STAT_ALWAYS = 1, 2, 3
NEW = (4, 5, 6)
OK, NO_FILE, FAILURE = 0, 2, 4
NO_DIRECTORY = (NO_FILE, NO_FILE, NO_FILE, 19)
EXISTS = (FAILURE, 11, 11, 11)
QUOTA = 15


class Realpath(VersionsTest):
    def fresh_directory(self):
        super().fresh_directory()
        self.dir = os.path.realpath(self.dir)

    def real(self, session, *values):
        """The name and the attributes; exactly one, and no end of list."""
        reply = session.call("realpath", *values)
        self.assertEqual(reply.kind, "name", "%s: %s" % (values, reply))
        self.assertEqual((len(reply.names), reply.eof), (1, None))
        name, _, attrs = reply.names[0]
        return os.fsdecode(name), attrs

    def below(self, name):
        return os.path.normpath(os.path.join(self.dir, name))

    @in_versions(6)
    def test_no_check(self, _, s):
        """By its letters only, without a control byte as well."""
        self.plant()
        for path, want in (
                (".", "."), ("", "."), ("f", "f"), ("l", "l"), ("ld/..", "."),
                ("loop/x", "loop/x"), ("dangling", "dangling"),
                ("nope/x/../y", "nope/y"), ("f/x", "f/x"),
                ("a//b/./c/", "a/b/c"), ("../" * 99, "/"), ("/", "/"),
                ("//", "/"), ("/..", "/"), ("/a/../../b", "/b"),
                ("/nope/./x/", "/nope/x"), ("x" * 255, "x" * 255)):
            for control in ((), (NO_CHECK,)):
                name, attrs = self.real(s, path, *control)
                self.assertEqual(name, self.below(want), path)
                self.assertEqual(attrs, {"flags": 0, "type": 5})

    @in_versions(6)
    def test_stat_if(self, _, s):
        """Links are resolved as far as there is something; a failure is
        type UNKNOWN, never an error."""
        self.plant()
        for path, want, kind in (
                (".", ".", 2), ("l", "f", 1), ("ld", "d", 2), ("f", "f", 1),
                ("ld/x", "d/x", 5), ("ld/x/y/../z", "d/x/z", 5),
                ("nope", "nope", 5), ("nope/x/y", "nope/x/y", 5),
                ("dangling", "nope", 5), ("loop", "loop", 5),
                ("fifo", "fifo", 9), ("f/x", "f/x", 5), ("/", "/", 2)):
            name, attrs = self.real(s, path, STAT_IF)
            self.assertEqual((name, attrs["type"]), (self.below(want), kind),
                             path)
            self.assertEqual(attrs["flags"] & ~0x10,
                             0 if kind == 5 else SENT[6], path)

    @in_versions(6)
    def test_stat_always(self, _, s):
        self.plant()
        for path, want, kind in ((".", ".", 2), ("l", "f", 1), ("ld/", "d", 2),
                                 ("ld/..", ".", 2), ("full/in", "full/in", 1)):
            name, attrs = self.real(s, path, STAT_ALWAYS)
            self.assertEqual((name, attrs["type"]), (self.below(want), kind))
            self.assertEqual(attrs["flags"] & ~0x10, SENT[6])
        for path, code in (("nope", 2), ("nope/x", 2), ("dangling", 2),
                           ("f/x", 19), ("loop", 21)):
            self.check(s, [(("realpath", path, STAT_ALWAYS), code)])

    @in_versions(6)
    def test_other_control_bytes(self, _, s):
        """Among them 0, which older drafts' layout shows up as."""
        for control in (0, 4, 5, 127, 255):
            for more in ((), ("x",), ("a", "b")):
                self.check(s, [(("realpath", ".", control, *more), 23)])

    @in_versions(6)
    def test_compose_paths(self, _, s):
        self.plant()
        for parts, want in (
                (("d",), "d"), (("a", "b", "c"), "a/b/c"), (("a", ".."), "."),
                (("", "f", ""), "f"), (("a", "/etc", "b"), "/etc/b"),
                (("/",), "/"), (("..",), ".."), (("a/b", "../c"), "a/c"),
                (("x",) * 100, "x/" * 100), (("a", "./"), "a")):
            for control in (NO_CHECK, STAT_IF):
                name, _ = self.real(s, ".", control, *parts)
                self.assertEqual(name, self.below(want), parts)
        self.assertEqual(self.real(s, "full", STAT_ALWAYS, "d", "..", "in"),
                         self.real(s, "full/in", STAT_ALWAYS))
        # An empty one is not a slash, which a file cannot have.
        self.assertEqual(self.real(s, "f", STAT_ALWAYS, "", "")[1]["type"], 1)
        self.assertEqual(self.real(s, "", NO_CHECK, "ld")[0], self.below("ld"))
        self.assertEqual(self.real(s, "/", NO_CHECK, "a")[0], "/a")
        self.assertEqual(self.real(s, "ld", STAT_IF, "x", "y")[0],
                         self.below("d/x/y"))

    @in_versions(6)
    def test_bad_compose_paths(self, _, s):
        self.check(s, [
            (("realpath", ".", NO_CHECK, b"a\0b"), 20),
            (("realpath", ".", NO_CHECK, *["x" * 255] * 17), 20),
            (("realpath", "x" * 5000, NO_CHECK), 20)])
        _, whole = s.payload("realpath", ".", NO_CHECK, "abc", ident=1)
        for length in range(len(whole) - 6, len(whole)):
            self.assert_code(s.call_raw(whole[:length]), 5)

    @in_versions(3, 4, 5)
    def test_before_version_6(self, _, s):
        """As OpenSSH: only the last component may be missing."""
        self.plant()
        for path, want in (("", "."), (".", "."), ("l", "f"), ("ld/..", "."),
                           ("nope", "nope"), ("d/nope", "d/nope"), ("/", "/")):
            name, _ = self.real(s, path)
            self.assertEqual(name, self.below(want), path)
        self.check(s, [(("realpath", "nope/x"), 2), (("realpath", "f/x"), 2)])


class Ends(VersionsTest):
    @in_versions(*ALL)
    def test_of_files(self, version, s):
        """True when the end was met, else not there (draft-13 9.3)."""
        self.put("f", b"x" * 1000)
        self.put("empty")
        h = self.open(s, "f", READ)
        true = True if version == 6 else None
        for offset, length, end in ((0, 1000, None), (0, 1001, true),
                                    (0, 999, None), (999, 1, None),
                                    (999, 2, true), (0, 0, None),
                                    (500, 100000, true), (5000, 0, None)):
            reply = s.call("read", h, offset, length)
            self.assertEqual((len(reply.data), reply.eof),
                             (max(0, min(length, 1000 - offset)), end))
        self.check(s, [(("read", h, 1000, 1), 1)])
        self.check(s, [(("read", self.open(s, "empty", READ), 0, 1), 1)])

    @in_versions(6)
    def test_of_what_is_no_file(self, _, s):
        h = self.open(s, "/dev/zero", READ)
        self.assertIsNone(s.call("read", h, 0, 10).eof)
        self.check(s, [(("read", self.open(s, "/dev/null", READ), 0, 1), 1)])

    def listing(self, s, count):
        for i in range(count):
            self.put("entry-%04d" % i)
        h = self.opendir(s)
        seen, ends = [], []
        while True:
            reply = s.call("readdir", h)
            if reply.kind == "status":
                break
            self.assertTrue(reply.names)
            seen += [n for n, _, _ in reply.names]
            ends.append(reply.eof)
        self.assert_code(reply, 1)
        for _ in range(3):
            self.check(s, [(("readdir", h), 1)])
        self.assertEqual(sorted(seen), sorted(
            os.fsencode(n) for n in self.names() + [".", ".."]))
        return ends

    @in_versions(*ALL)
    def test_of_lists(self, version, s):
        for count in (0, 1, 400, 2000):
            ends = self.listing(s, count)
            self.assertEqual(set(ends[:-1]), {None} if len(ends) > 1 else set())
            self.assertIn(ends[-1], (True, None) if version == 6 else (None,))
            if version == 6 and count < 2:
                self.assertEqual(ends, [True])
        self.assertGreater(len(ends), 1)

    @in_versions(*NEW)
    def test_pipelined_readdir(self, _, s):
        """More of them than there are replies with names."""
        for i in range(300):
            self.put("entry-%03d" % i)
        h = self.opendir(s)
        for _ in range(32):
            s.start("readdir", h)
        replies = [s.result() for _ in range(32)]
        names = [r for r in replies if r.kind == "name"]
        self.assertEqual(sum(len(r.names) for r in names), 302)
        self.assertEqual(replies[:len(names)], names)
        for reply in replies[len(names):]:
            self.assert_code(reply, 1)

    @in_versions(*ALL)
    def test_of_a_directory_that_is_gone(self, _, s):
        """It is at its end, and not missing: before the first READDIR and
        behind one, and again."""
        for reads in (0, 1):
            os.mkdir(self.path("d"))
            h = self.opendir(s, "d")
            for _ in range(reads):
                self.assertEqual(s.call("readdir", h).kind, "name")
            self.check(s, [(("rmdir", "d"), 0), (("readdir", h), 1),
                           (("readdir", h), 1), (("close", h), 0)])

    @in_versions(*NEW)
    def test_odd_names(self, _, s):
        """Raw bytes: what is listed can be opened."""
        odd = [b"latin\xe9", b"a b", b"\n", b"\xff\xfe", "\u65e5".encode(),
               b"n" * 255, b"back\\slash"]
        for name in odd:
            with open(os.path.join(os.fsencode(self.dir), name), "wb"):
                pass
        names = [n for n, _, _ in s.call("readdir", self.opendir(s)).names]
        self.assertEqual(sorted(names), sorted(odd + [b".", b".."]))
        for name in odd:
            self.assertEqual(self.attrs(s, name)["type"], 1)
            self.check(s, [(("remove", name), 0)])

    @in_versions(*ALL, user="nobody")
    def test_what_cannot_be_looked_at(self, version, s):
        """A directory that may be read and not searched: version 3 passes
        its entries over, the others have name and type."""
        os.makedirs(self.dir + "/d/sub")
        self.put("d/f")
        os.chmod(self.dir, 0o755)
        os.chmod(self.dir + "/d", 0o444)
        if os.getuid() != 0:
            self.addCleanup(os.chmod, self.dir + "/d", 0o755)
        reply = s.call("readdir", s.call("opendir", "d").handle)
        if version == 3:
            return self.assert_code(reply, 1)
        found = {n: a for n, _, a in reply.names}
        for name, kind in ((b"f", 1), (b"sub", 2)):
            self.assertEqual(found[name], {"flags": 0, "type": kind})


class Link(VersionsTest):
    """draft-13 8.5: the new name comes first, whatever kind it is."""

    @in_versions(6)
    def test_symbolic(self, _, s):
        for text in ("f", "../x", "/nope", "a b", b"\xff", "x" * 4095):
            for true in (1, 2, 255):
                self.check(s, [(("link", "new", text, true), 0)])
                self.assertEqual(os.fsencode(os.readlink(self.path("new"))),
                                 sw.to_bytes(text))
                os.unlink(self.path("new"))
        self.plant()
        before = self.state()
        self.check(s, [
            (("link", "f", "x", True), 11), (("link", "l", "x", True), 11),
            (("link", "d", "x", True), 11), (("link", "nope/x", "x", True), 2),
            (("link", "f/x", "x", True), 19),
            (("link", "loop/x", "y", True), 21),
            (("link", "new", "", True), 20), (("link", "", "x", True), 2),
            (("link", b"a\0", "x", True), 20),
            (("link", "new", b"a\0", True), 20),
            (("link", "n" * 256, "x", True), 20),
            (("link", "new", "x" * 4096, True), 20)])
        self.assertEqual(self.state(), before)

    @in_versions(6)
    def test_hard(self, _, s):
        self.plant()
        self.check(s, [(("link", "new", "f", False), 0)])
        self.assertEqual(os.stat(self.path("new")).st_nlink, 2)
        # The link itself, not its target.
        self.check(s, [(("link", "newer", "dangling", False), 0)])
        self.assertEqual(os.readlink(self.path("newer")), "nope")
        before = self.state()
        self.check(s, [
            (("link", "x", "nope", False), 2),
            (("link", "f", "other", False), 11),
            (("link", "l", "f", False), 11), (("link", "x", "d", False), 24),
            (("link", "x", "f/x", False), 19),
            (("link", "nope/x", "f", False), 2),
            (("link", "", "f", False), 2), (("link", "x", "", False), 2),
            (("link", "x", b"f\0", False), 20),
            (("link", "f", "f", False), 11)])
        self.assertEqual(self.state(), before)

    @in_versions(3, 4, 5)
    def test_symlink_before_version_6(self, _, s):
        """OpenSSH's order, unless the drafts' is chosen."""
        self.check(s, [(("symlink", "target", "link"), 0)])
        self.assertEqual(os.readlink(self.path("link")), "target")

    @in_versions(3, 4, 5, args=("-o", "protocol.symlink_order=draft"))
    def test_symlink_by_the_drafts(self, _, s):
        self.check(s, [(("symlink", "link", "target"), 0)])
        self.assertEqual(os.readlink(self.path("link")), "target")

    @in_versions(6, args=("-o", "protocol.symlink_order=draft"))
    def test_link_has_but_one_order(self, _, s):
        self.check(s, [(("link", "link", "target", True), 0)])
        self.assertEqual(os.readlink(self.path("link")), "target")


class Rename(VersionsTest):
    def rename(self, version, s, old, new):
        return s.call("rename", old, new, *[0] * (version >= 5))

    @in_versions(*ALL)
    def test_what_has_no_name(self, version, s):
        """Of a directory that is named by a dot, or by the root's slash."""
        self.plant()
        for old in ".", "d/.", "d/..", "./", "/":
            self.assert_code(self.rename(version, s, old, "new"), FAILURE)
            self.assertFalse(os.path.lexists(self.path("new")))
        names = [".", "d/.."]
        # The kernel says first that a name is on another file system.
        if os.stat("/").st_dev == os.stat(self.path(".")).st_dev:
            names.append("/")
        for new in names:
            for old in "d", "f":
                self.assert_code(self.rename(version, s, old, new), EXISTS)
            self.assert_code(self.rename(version, s, "nope", new), NO_FILE)

    @in_versions(*ALL)
    def test_onto_a_name_with_a_slash(self, version, s):
        """The name exists, and may be that of a link."""
        self.plant()
        for new in "f/", "other/", "d/", "full//", "l/", "ld/", "dangling/":
            self.assert_code(self.rename(version, s, "f", new), EXISTS)
            self.assert_code(self.rename(version, s, "nope", new), NO_FILE)
        for new in "full/", "ld/":
            self.assert_code(self.rename(version, s, "d", new), EXISTS)
        for old, new in ("f", "new/"), ("d", "f/"):
            self.assert_code(self.rename(version, s, old, new), NO_DIRECTORY)
        self.assert_code(self.rename(version, s, "d", "new/"), OK)
        self.assertEqual(self.get("f"), b"hello\n")


class CopyFile(VersionsTest):
    DATA = bytes(range(256)) * 20000		# 5 MB: more than one step

    @in_versions(*ALL)
    def test_copies(self, _, s):
        self.put("f", self.DATA)
        self.put("g", b"g" * 10)
        os.symlink("f", self.path("l"))
        self.check(s, [
            (("copy-file", "f", "new", 0), 0),
            (("copy-file", "l", "by-link", 0), 0),
            (("copy-file", "f", "new", 0), (4, 11, 11, 11)),
            (("copy-file", "f", "g", 1), 0),
            (("copy-file", "f", "newer", 1), 0)])
        for name in ("new", "by-link", "g", "newer"):
            self.assertEqual(self.get(name), self.DATA)
            self.assertFalse(os.path.islink(self.path(name)))

    @in_versions(*ALL)
    def test_onto_links(self, _, s):
        """They stay, and lead to the copy; as cp(1) does."""
        self.put("f", b"new")
        self.put("g", b"longer")
        os.mkdir(self.path("d"))
        links = {"l": "g", "up": "d/chain", "d/chain": "../h", "lost": "made"}
        self.put("h", b"")
        for name, target in links.items():
            os.symlink(target, self.path(name))
        for name in ("l", "up", "lost"):
            self.check(s, [(("copy-file", "f", name, 0), (4, 11, 11, 11)),
                           (("copy-file", "f", name, 1), 0)])
            self.assertEqual(self.get(name), b"new", name)
        for name, target in links.items():
            self.assertEqual(os.readlink(self.path(name)), target)

    @in_versions(*ALL)
    def test_order_with_others(self, _, s):
        """Requests behind it wait for it."""
        self.put("f", self.DATA)
        s.start("copy-file", "f", "g", 0)
        s.start("stat", "g", *([0] if s.version > 3 else []))
        s.start("remove", "f")
        self.assert_code(s.result(), 0)
        self.assertEqual(s.result().attrs["size"], len(self.DATA))
        self.assert_code(s.result(), 0)

    @in_versions(*ALL, umask=0o022)
    def test_mode_bits(self, _, s):
        self.put("f", b"#!")
        for mode in (0o755, 0o600, 0o751, 0o444):
            os.chmod(self.path("f"), mode)
            self.check(s, [(("copy-file", "f", "g", 0), 0)])
            self.assertEqual(os.stat(self.path("g")).st_mode,
                             stat.S_IFREG | mode)
            os.unlink(self.path("g"))

    @in_versions(*ALL)
    def test_onto_itself(self, _, s):
        """By another name too, and through a link: the data stays."""
        self.put("f", b"precious")
        os.link(self.path("f"), self.path("h"))
        os.symlink("f", self.path("l"))
        for target in ("f", "./f", "h", "l"):
            for overwrite in (0, 1):
                reply = s.call("copy-file", "f", target, overwrite)
                self.assertNotEqual(reply.code, 0, target)
                self.assertEqual(self.get("f"), b"precious", target)

    @in_versions(*ALL)
    def test_refused(self, _, s):
        self.plant()
        before = self.state()
        self.check(s, [
            (("copy-file", "d", "new", 0), (4, 4, 4, 24)),
            (("copy-file", "d", "new", 1), (4, 4, 4, 24)),
            (("copy-file", "f", "d", 1), (4, 4, 4, 24)),
            (("copy-file", "f", "d", 0), (4, 11, 11, 11)),
            (("copy-file", "f", "dangling", 0), (4, 11, 11, 11)),
            (("copy-file", "dangling", "new", 0), 2),
            (("copy-file", "loop", "new", 0), (2, 2, 2, 21)),
            (("copy-file", "f", "f/x", 0), (2, 2, 2, 19))])
        self.assertEqual(self.state(), before)

    @in_versions(*ALL, fsize=1 << 20)
    def test_what_fails_half_way_is_removed(self, _, s):
        self.put("f", self.DATA)
        self.check(s, [(("copy-file", "f", "new", 0), 4)])
        self.assertEqual(self.names(), ["f"])


class CopyData(VersionsTest):
    DATA = os.urandom(3000000)

    def same(self, s, row, code, want=None):
        """Within one file, through one handle and through two."""
        for handles in (1, 2):
            self.put("f", b"0123456789")
            one = self.open(s, "f", READ | WRITE)
            two = one if handles == 1 else self.open(s, "f", READ | WRITE)
            self.check(s, [(("copy-data", one, row[0], row[1], two, row[2]),
                            code)])
            self.assertEqual(self.get("f"), want or b"0123456789", row)
            s.call("close", one)
            if two != one:
                s.call("close", two)

    @in_versions(*ALL)
    def test_between_files(self, _, s):
        self.put("f", self.DATA)
        self.put("g", b"-" * 20)
        f, g = self.open(s, "f", READ), self.open(s, "g", WRITE)
        self.check(s, [(("copy-data", f, 10, 5, g, 2), 0)])
        self.assertEqual(self.get("g"), b"--" + self.DATA[10:15] + b"-" * 13)
        self.check(s, [(("copy-data", f, 0, 0, g, 0), 0)])
        self.assertEqual(self.get("g"), self.DATA)
        # The file ends before a length that was asked for.
        self.check(s, [
            (("copy-data", f, len(self.DATA) - 5, 6, g, 0), 1),
            (("copy-data", f, len(self.DATA), 1, g, 0), 1),
            (("copy-data", f, len(self.DATA), 0, g, 0), 0),
            (("copy-data", g, 0, 1, f, 0), (2, 3, 3, 3)),
            (("copy-data", f, 1 << 63, 1, g, 0), (5, 4, 4, 23)),
            (("copy-data", f, 0, 1, g, 1 << 63), (5, 4, 4, 23))])

    @in_versions(*ALL)
    def test_onto_an_appending_handle(self, _, s):
        self.put("f", b"data")
        self.put("g", b"g")
        f, g = self.open(s, "f", READ), self.open(s, "g", WRITE | APPEND)
        self.check(s, [(("copy-data", f, 0, 0, g, 0), 0),
                       (("copy-data", f, 2, 2, g, 1 << 63), 0)])
        self.assertEqual(self.get("g"), b"gdatata")

    @in_versions(3)
    def test_same_file_in_version_3(self, _, s):
        for row in ((0, 2, 5), (0, 0, 5), (0, 2, 0)):
            self.same(s, row, 4)

    @in_versions(*NEW, fsize=1 << 20)
    def test_same_file(self, _, s):
        """Where the ranges do not meet."""
        self.same(s, (0, 3, 5), 0, b"0123401289")
        self.same(s, (5, 3, 0), 0, b"5673456789")
        self.same(s, (0, 5, 5), 0, b"0123401234")
        self.same(s, (5, 5, 10), 0, b"012345678956789")
        for row in ((0, 3, 2), (2, 3, 0), (0, 3, 0), (0, 6, 5), (9, 1, 9),
                    (0, 0, 5), (5, 0, 0), (0, 1 << 63, 5)):
            self.same(s, row, (0, 4, 4, 23))

    @in_versions(*NEW, fsize=4 << 20)
    def test_ranges_that_wrap_around(self, _, s):
        """A length so large that the end is before the start: a copy of a
        file onto itself without end."""
        self.put("f", b"x" * 600000)
        h = self.open(s, "f", READ | WRITE)
        self.check(s, [(("copy-data", h, 100000, (1 << 64) - 400000, h,
                         500000), (0, 4, 4, 23))])
        self.assertEqual(len(self.get("f")), 600000)

    @in_versions(*NEW, fsize=1 << 20)
    def test_same_file_by_appending(self, _, s):
        """The bytes go to the end, whatever offset the client names."""
        for row, code, size in (
                ((0, 4000, 5000), (0, 4, 4, 23), 1000),
                ((0, 1001, 5000), (0, 4, 4, 23), 1000),
                ((0, 0, 1 << 40), (0, 4, 4, 23), 1000),
                ((500, 501, 0), (0, 4, 4, 23), 1000),
                ((0, 1000, 0), 0, 2000), ((999, 1, 0), 0, 1001),
                ((500, 500, 600), 0, 1500)):
            self.put("f", b"x" * 1000)
            f = self.open(s, "f", READ)
            g = self.open(s, "f", READ | WRITE | APPEND)
            for source in f, g:
                self.check(s, [(("copy-data", source, row[0], row[1], g,
                                 row[2]), code)])
                self.assertEqual(len(self.get("f")), size, row)
                os.truncate(self.path("f"), 1000)
            s.call("close", f)
            s.call("close", g)

    def sparse(self, name, *blocks, size=8 << 20):
        """A file of that size with some blocks of data; -> what it holds."""
        want = bytearray(size)
        with open(self.path(name), "wb") as out:
            for at in blocks:
                want[at:at + 65536] = os.urandom(65536)
                out.seek(at)
                out.write(want[at:at + 65536])
            out.truncate(size)
        return bytes(want)

    def space(self, name):
        return os.stat(self.path(name)).st_blocks * 512

    def sparse_files(self):
        """A name, what it holds, and the most it may take in a copy. That
        holes are kept here is asked of the file system."""
        for name, blocks in (("none", ()), ("first", (0,)),
                             ("last", ((8 << 20) - 65536,)),
                             ("some", (65536, 3 << 20, 7 << 20))):
            want = self.sparse(name, *blocks)
            if self.space(name) >= len(want):
                self.skipTest("there are no holes in files here")
            yield name, want, self.space(name) + 65536

    @in_versions(*ALL)
    def test_holes(self, _, s):
        """They are holes in a new file, and zeros in an old one."""
        for name, want, space in self.sparse_files():
            f = self.open(s, name, READ)
            for old in (b"", b"-" * 5000, b"-" * (9 << 20)):
                self.put("g", old)
                g = self.open(s, "g", WRITE)
                self.check(s, [(("copy-data", f, 0, 0, g, 0), 0)])
                self.assertTrue(self.get("g") == want + old[len(want):], name)
                self.assertLessEqual(self.space("g") - len(old[len(want):]),
                                     space, (name, len(old)))
                # A part, which begins and ends in holes or is all in one.
                self.put("g", old)
                self.check(s, [(("copy-data", f, 70000, 4000000, g, 3), 0)])
                self.assertTrue(self.get("g") == old[:3].ljust(3, b"\0") +
                                want[70000:4070000] + old[4000003:], name)
                s.call("close", g)
            self.check(s, [
                (("copy-file", name, "copy", 1), 0),
                (("copy-data", f, 8000000, 8000000, f, 0),
                 (4, 3, 3, 3))])
            self.assertTrue(self.get("copy") == want, name)
            self.assertLessEqual(self.space("copy"), space, name)
            s.call("close", f)

    @in_versions(6, args=("-o", "limits.file_size=1M"))
    def test_holes_count_for_limits(self, _, s):
        self.sparse("f")
        f, g = self.open(s, "f", READ), self.open(s, "g", WRITE | CREAT)
        self.check(s, [(("copy-data", f, 0, 0, g, 0), QUOTA),
                       (("copy-data", f, 0, 1 << 20, g, 0), 0)])
        self.assertEqual(self.get("g"), bytes(1 << 20))

    @in_versions(3, 6)
    def test_holes_behind_which_others_append(self, _, s):
        """Zeros are appended, too, and cut nothing off."""
        want = self.sparse("f", 65536)
        self.put("g", b"log:")
        f, g = self.open(s, "f", READ), self.open(s, "g", WRITE | APPEND)
        self.check(s, [(("copy-data", f, 0, 0, g, 0), 0)])
        self.assertTrue(self.get("g") == b"log:" + want)

    @in_versions(*NEW)
    def test_same_file_by_another_name(self, _, s):
        self.put("f", b"0123456789")
        os.link(self.path("f"), self.path("g"))
        f, g = self.open(s, "f", READ), self.open(s, "g", WRITE)
        self.check(s, [(("copy-data", f, 0, 5, g, 4), (0, 4, 4, 23)),
                       (("copy-data", f, 0, 5, g, 5), 0)])
        self.assertEqual(self.get("f"), b"0123401234")


class Places(VersionsTest):
    @in_versions(*ALL)
    def test_space_available(self, _, s):
        """Five numbers in bytes, as statvfs(3) has them; a directory with
        another file system gives others."""
        self.put("f")
        for path in (".", "f", "/proc"):
            before = os.statvfs(self.path(path))
            reply = s.call("space-available", path)
            after = os.statvfs(self.path(path))
            self.assertEqual(reply.kind, "extended-reply")
            size, free, for_us, free_for_us, unit = reply.fields
            n = before.f_frsize
            self.assertEqual((size, unit), (before.f_blocks * n, n))
            lowest, highest = (sorted((getattr(before, key) * n,
                                       getattr(after, key) * n))
                               for key in ("f_bfree", "f_bavail"))
            for got, (low, high) in ((free, lowest), (free_for_us, highest)):
                slack = 64 << 20	# others write meanwhile
                self.assertTrue(low - slack <= got <= high + slack, path)
            self.assertEqual(for_us, size - free + free_for_us)

    @in_versions(*ALL, env={"HOME": "/nonsense"})
    def test_home_directory(self, _, s):
        ours = pwd.getpwuid(os.getuid())
        for user, home in (("", ours.pw_dir), (ours.pw_name, ours.pw_dir),
                           ("nobody", pwd.getpwnam("nobody").pw_dir)):
            reply = s.call("home-directory", user)
            self.assertEqual([os.fsdecode(n) for n, _, _ in reply.names],
                             [home])
            self.assertIsNone(reply.eof)

    def test_temp_folders(self):
        for version in ALL:
            with self.subTest(version=version):
                self.fresh_directory()
                self.version = version
                os.mkdir(self.path("tmp"))
                os.symlink("tmp", self.path("link"))
                s = self.session(version=version,
                                 env={"TMPDIR": self.path("link")})
                real = os.path.realpath(self.path("tmp"))
                self.assertEqual(s.call("get-temp-folder").names[0][0],
                                 os.fsencode(real))
                made = [os.fsdecode(s.call("make-temp-folder").names[0][0])
                        for _ in range(3)]
                self.assertEqual(len(set(made)), 3)
                for path in made:
                    self.assertEqual(os.path.dirname(path), real)
                    self.assertEqual(os.lstat(path).st_mode,
                                     stat.S_IFDIR | 0o700)
                    self.check(s, [(("rmdir", path), 0)])
                os.rmdir(self.path("tmp"))
                self.check(s, [(("make-temp-folder",), 2)])
                self.assertEqual(s.finish(), 0)

    @in_versions(*ALL, env={"TMPDIR": None})
    def test_temp_folder_by_default(self, _, s):
        self.assertEqual(s.call("get-temp-folder").names[0][0],
                         os.fsencode(os.path.realpath("/tmp")))

    @in_versions(*ALL)
    def test_names_that_need_no_charset(self, _, s):
        for yes in (0, 1):
            self.check(s, [(("filename-translation-control", yes), 8)])


if __name__ == "__main__":
    unittest.main()
