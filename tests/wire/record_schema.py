# SPDX-License-Identifier: ISC
"""Each record of the transfer log fits the JSON schema that slipway.conf(5)
has: for every request that is in the matrix of rights, by every way to reach a
file, granted and refused, in every version. $SERVER is the server.
"""

import copy
import os
import shutil
import sys
import unittest

from rights import ACTIONS, WAYS, Path, make_tree
from session import NETTLE
from sftpwire import CREAT, READ, WRITE
from transfers import TransfersTest
from versions import ALL

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../lib"))
import schema


class Records(TransfersTest):
    """TransfersTest.records() compares each record with the schema."""

    seen = set()

    def records(self):
        got = super().records()
        for record in got:
            self.seen.update(record)
            self.seen.add("op " + record["op"])
        return got

    def play(self, version, *options):
        args = ["-o", "log.transfers=%s/s" % self.base]
        for option in options:
            args += ["-o", option]
        s = self.session(*args, version=version)
        here = os.fsencode(os.path.realpath(self.dir))
        for act in ACTIONS:
            if not act[2] <= version <= act[3]:
                continue
            for way in WAYS:
                if not way.applies(act[4], act[5]):
                    continue
                shutil.rmtree(here)
                os.mkdir(here)
                make_tree(here)
                act[6](s, Path(here, here, way, act[4],
                               late=act[5] == "handle"))
                self.records()
        self.assertEqual(s.finish(), 0)
        self.records()

    def test_granted(self):
        for version in ALL:
            with self.subTest(version=version):
                self.play(version)

    def test_refused(self):
        for version in ALL:
            for rights in "list,stat", "none":
                with self.subTest(version=version, rights=rights):
                    self.play(version, "access.rights=" + rights)
            with self.subTest(version=version, names="refused"):
                self.play(version, "access.read_only=true")

    def test_everything_is_seen(self):
        """The schema has no key and no operation that no record has."""
        by = schema.schema()
        self.seen.clear()
        self.play(6, "log.checksum=sha256")
        for s in self.sessions("root=" + self.dir, fsize=100):
            for name in b"\xff", b"\x85":
                s.call("open", b"/none/" + name, *[WRITE | CREAT] if
                       s.version < 5 else [2, 0], {})
            h = self.open(s, "/f2", WRITE | CREAT)
            s.call("write", h, 0, b"x" * 200)
            s.call("close", h)
            h = self.open(s, "/f4", WRITE | CREAT)
            s.call("remove", "/f4")
            s.call("copy-data", self.open(s, "/f2", READ), 0, 0, h, 0)
            s.call("close", h)
            self.open(s, "/f3", WRITE | CREAT)
            self.records()
            self.reader.close()
            s.call("mkdir", "/d", {"type": 2})
            os.unlink(self.base + "/s")
            self.listen()
            s.call("mkdir", "/e", {"type": 2})
            self.records()
            self.assertEqual(s.finish(), 0)
            self.records()
        names = set(by["properties"]) | {
            "op " + op for op in by["properties"]["op"]["enum"]}
        self.assertEqual(names - self.seen,
                         set() if NETTLE else {"sha256"})
        self.assertTrue({key for key in self.seen if key.endswith("_hex")})

    def test_the_validator(self):
        """It finds what it is for."""
        by = schema.schema()
        good = {"time": "2026-11-22T13:07:41.250Z", "host": "h",
                "session": "0" * 16, "pid": 1, "user": "u", "client": "c",
                "op": "close",
                "result": "Success"}
        self.assertEqual(list(schema.errors(good, by)), [])
        for change in ({"time": "now"}, {"pid": "1"}, {"pid": 0}, {"pid": True},
                       {"op": "read"}, {"other": 1}, {"path_hex": "f"},
                       {"end": "x"}, {"sha256": "0"}):
            bad = dict(copy.copy(good), **change)
            self.assertEqual(len(list(schema.errors(bad, by))), 1, change)
        del good["result"]
        self.assertEqual(len(list(schema.errors(good, by))), 1)


if __name__ == "__main__":
    unittest.main()
