# SPDX-License-Identifier: ISC
"""log.checksum: the sum of an upload in its record, and when there is none.
$SERVER is the server.
"""

import hashlib
import os
import unittest

import sftpwire as sw
from session import NETTLE
from sftpwire import APPEND, CREAT, READ, TRUNC, WRITE
from transfers import TransfersTest
from versions import fields

DATA = bytes(range(256)) * 200


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@unittest.skipUnless(NETTLE, "built without nettle")
class Checksum(TransfersTest):
    def started(self, *options, **kwargs):
        return self.sessions("log.checksum=sha256", *options, **kwargs)

    def upload(self, s, name, parts, pflags=WRITE | CREAT | TRUNC, between=()):
        """Sends (offset, data)s, then plays requests, and closes. Returns the
        sum of the record."""
        h = self.open(s, name, pflags)
        for off, data in parts:
            s.call("write", h, off, data)
        for ask in between:
            s.call(*(h if word == "$h" else word for word in ask))
        self.records()
        self.assert_status(s.call("close", h), sw.OK)
        return self.one(op="close", path=self.at(name)).get("sha256")

    def test_in_order(self):
        for s in self.started():
            self.assertEqual(self.upload(s, "new", [
                (off, DATA[off:off + 777])
                for off in range(0, len(DATA), 777)]), sha256(DATA))
            self.assertEqual(self.upload(s, "f", [(0, DATA)]), sha256(DATA))
            self.assertEqual(self.upload(s, "empty", []), sha256(b""))

    def test_pipelined(self):
        """WRITEs that are merged into one call; and how many there are."""
        for s in self.started():
            h = self.open(s, "new", WRITE | CREAT)
            for off in range(0, len(DATA), 100):
                s.start("write", h, off, DATA[off:off + 100])
            for off in range(0, len(DATA), 100):
                self.assert_status(s.result(), sw.OK)
            s.call("close", h)
            self.assertEqual(self.one(op="close")["sha256"], sha256(DATA))

    def test_two_at_a_time(self):
        for s in self.started():
            handles = [self.open(s, name, WRITE | CREAT) for name in "ab"]
            for off in 0, 3:
                for n, h in enumerate(handles):
                    s.call("write", h, off, b"%d%d%d" % (n, off, n))
            for n, h in enumerate(handles):
                s.call("close", h)
                self.assertEqual(self.one(op="close")["sha256"],
                                 sha256(b"%d0%d%d3%d" % (n, n, n, n)))

    def test_atomic(self):
        for s in self.started("files.atomic=yes"):
            for name in "f", "new":
                self.assertEqual(self.upload(s, name, [(0, DATA)]),
                                 sha256(DATA))

    def test_renamed_and_set(self):
        """As sshfs and lftp do before the close."""
        for s in self.started():
            flags = [0] * (s.version > 4)
            self.assertEqual(self.upload(s, "new", [(0, DATA)], between=[
                ("fsetstat", "$h", {"size": len(DATA)}),
                ("fsetstat", "$h", {"permissions": 0o600}),
                ("setstat", "new", {"size": len(DATA)})]), sha256(DATA))
            h = self.open(s, "part", WRITE | CREAT)
            s.call("write", h, 0, DATA)
            s.call("rename", "part", "whole", *flags)
            self.records()
            s.call("close", h)
            self.assertEqual(self.one(op="close", path=self.at("whole"))
                             ["sha256"], sha256(DATA))

    def test_none(self):
        """Everything that is not one upload from its beginning to its end."""
        for s in self.started():
            for what, parts, pflags, between in (
                    ("order", [(3, b"def"), (0, b"abc")],
                     WRITE | CREAT | TRUNC, ()),
                    ("hole", [(0, b"abc"), (4, b"e")],
                     WRITE | CREAT | TRUNC, ()),
                    ("twice", [(0, b"abc"), (0, b"abc")],
                     WRITE | CREAT | TRUNC, ()),
                    ("resumed", [(7, b"!")], WRITE | CREAT, ()),
                    ("not emptied", [(0, b"c")], WRITE, ()),
                    ("rewritten", [(0, b"CONTENT")], WRITE, ()),
                    ("appended", [(0, b"abc")], WRITE | CREAT | APPEND, ()),
                    ("cut, and as long again", [(0, b"abc")],
                     WRITE | CREAT | TRUNC,
                     [("fsetstat", "$h", {"size": 1}),
                      ("fsetstat", "$h", {"size": 3})]),
                    ("cut by name", [(0, b"abc")], WRITE | CREAT | TRUNC,
                     [("setstat", "f", {"size": 1}),
                      ("setstat", "f", {"size": 3})]),
                    ("extended", [(0, b"abc")], WRITE | CREAT | TRUNC,
                     [("fsetstat", "$h", {"size": 9})]),
                    ("copied onto", [(0, b"abc")], WRITE | CREAT | TRUNC,
                     [("copy-file", "g", "f", True)]),
                    ("only read", [], READ, ())):
                with self.subTest(what):
                    self.put("f", b"content")
                    self.put("g", b"ABC")
                    self.assertIsNone(self.upload(s, "f", parts, pflags,
                                                  between))

    def test_two_handles(self):
        for s in self.started():
            a = self.open(s, "new", WRITE | CREAT)
            s.call("write", a, 0, b"abc")
            b = self.open(s, "new", WRITE)
            s.call("write", b, 0, b"x")
            for h in b, a:
                s.call("close", h)
            self.assertEqual([r.get("sha256") for r in self.records()],
                             [None, None])
            a, b = [self.open(s, "other", WRITE | CREAT) for _ in "ab"]
            s.call("write", a, 0, b"abc")
            s.call("write", b, 1, b"x")
            for h in a, b:
                s.call("close", h)
            self.assertEqual([r.get("sha256") for r in self.records()],
                             [None, None])

    def test_writers_without_a_sum(self):
        """A handle that has lost its sum can still write to the file."""
        for s in self.started():
            a = self.open(s, "new", WRITE | CREAT)
            s.call("write", a, 5, b"z")
            b = self.open(s, "new", WRITE | CREAT | TRUNC)
            s.call("write", b, 0, b"good")
            s.call("write", a, 0, b"evil")
            for h in b, a:
                s.call("close", h)
            self.assertEqual([r.get("sha256") for r in self.records()],
                             [None, None])
            handles = [self.open(s, "three", WRITE | CREAT | TRUNC)
                       for _ in "abc"]
            for h in reversed(handles):
                s.call("write", h, 0, b"data")
                s.call("close", h)
            self.assertEqual([r.get("sha256") for r in self.records()],
                             [None, None, None])

    def test_copied_into(self):
        for s in self.started():
            source = self.open(s, "f", READ)
            h = self.open(s, "new", WRITE | CREAT)
            s.call("write", h, 0, b"abc")
            self.assert_status(
                s.call("copy-data", source, 0, 1, h, 0), sw.OK)
            self.records()
            s.call("close", h)
            self.assertNotIn("sha256", self.one(op="close"))

    def test_outside(self):
        """Another program makes the file longer."""
        for s in self.started():
            h = self.open(s, "new", WRITE | CREAT)
            s.call("write", h, 0, b"abc")
            with open(os.path.join(self.dir, "new"), "ab") as out:
                out.write(b"d")
            s.call("close", h)
            self.assertNotIn("sha256", self.one(op="close"))

    def test_cut_off(self):
        for s in self.started():
            h = self.open(s, "new", WRITE | CREAT)
            s.call("write", h, 0, b"abc")
            self.assertEqual(s.finish(), 0)
            self.assertNotIn("sha256", self.one(op="close", end="forced"))

    def test_failed(self):
        for s in self.started(fsize=1000):
            h = self.open(s, "new", WRITE | CREAT)
            s.call("write", h, 0, DATA[:900])
            self.assertNotEqual(s.call("write", h, 900, DATA[:900]).code,
                                sw.OK)
            s.call("close", h)
            self.assertNotIn("sha256", self.one(op="close"))

    def test_text_mode(self):
        for s in self.started(versions=(4, 5, 6)):
            ask = fields(s.version, "open", "t", WRITE | CREAT, {})
            if s.version == 4:
                ask = ("open", "t", WRITE | CREAT | 0x40, {})
            else:
                ask = (*ask[:3], ask[3] | 0x20, *ask[4:])
            h = s.call(*ask).handle
            s.call("write", h, 0, b"abc")
            s.call("close", h)
            self.assertNotIn("sha256", self.one(op="close"))

    def test_in_a_sandbox(self):
        for s in self.started("sandbox=auto", "root=" + self.dir):
            self.assertEqual(s.call(*fields(s.version, "open", "/n", WRITE
                                            | CREAT, {})).kind, "handle")
        for s in self.started("access.deny=mkdir"):
            self.assertEqual(self.upload(s, "new", [(0, DATA)]), sha256(DATA))

    def test_not_asked_for(self):
        for s in self.sessions():
            self.assertIsNone(self.upload(s, "new", [(0, DATA)]))


if __name__ == "__main__":
    unittest.main()
