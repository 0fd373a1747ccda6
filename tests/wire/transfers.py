# SPDX-License-Identifier: ISC
"""log.transfers to a socket: what is told of, and that it is JSON whatever a
name holds, that no reader is waited for, that one may come back, and which
records are kept for it. $SERVER is the server.
"""

import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import unittest

import sftpwire as sw
from session import SessionTest
from sftpwire import CREAT, READ, TRUNC, WRITE
from versions import ALL, fields

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../lib"))
import schema

SCHEMA = schema.schema()


# Ends of lines and of paragraphs, and what turns the direction of writing.
TURNING = "".join(map(chr, [0x61c, 0x200e, 0x200f, *range(0x2028, 0x202f),
                            *range(0x2066, 0x206a)]))


class TransfersTest(SessionTest):
    def setUp(self):
        super().setUp()
        self.base = tempfile.mkdtemp(prefix="transfers.")
        self.addCleanup(shutil.rmtree, self.base)
        os.chmod(self.base, 0o755)
        self.listen()

    def listen(self):
        self.reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.reader.close)
        self.reader.bind(self.base + "/s")
        os.chmod(self.base + "/s", 0o666)
        self.reader.setblocking(False)

    def records(self):
        """Returns all records that came."""
        got = []
        while True:
            try:
                got.append(self.record())
            except BlockingIOError:
                return got

    def record(self):
        """Returns the next record: one JSON object, in UTF-8, on one line that
        is ended."""
        text = self.reader.recv(1 << 18).decode("utf-8", "strict")
        self.assertEqual(text[-1], "\n")
        self.assertFalse([c for c in text[:-1] if ord(c) < 0x20
                          or 0x7f <= ord(c) < 0xa0 or c in TURNING])
        record = json.loads(text)
        self.assertEqual(record.get("host"), os.uname().nodename)
        self.assertEqual(list(schema.errors(record, SCHEMA)), [])
        return record

    def sessions(self, *options, versions=ALL, **kwargs):
        args = ["-o", "log.transfers=%s/s" % self.base] + [
            w for o in options for w in ((o,) if o[0] == "-" else ("-o", o))]
        for version in versions:
            shutil.rmtree(self.dir)
            os.mkdir(self.dir)
            self.put("f", b"content")
            with self.subTest(version=version, options=options):
                yield self.session(*args, version=version, **kwargs)

    def open(self, s, name, pflags):
        reply = s.call(*fields(s.version, "open", name, pflags, {}))
        self.assertEqual(reply.kind, "handle", str(reply))
        return reply.handle

    def one(self, **want):
        """Just one record came, with these fields among others."""
        got = self.records()
        self.assertEqual(len(got), 1, got)
        self.assertEqual({k: got[0].get(k) for k in want}, want, got)
        return got[0]

    def at(self, name):
        return os.path.join(os.path.realpath(self.dir), name)


class Told(TransfersTest):
    def test_transfers(self):
        for s in self.sessions():
            h = self.open(s, "new", READ | WRITE | CREAT)
            s.call("write", h, 0, b"x" * 100)
            s.call("write", h, 100, b"y" * 20)
            s.call("read", h, 0, 50)
            self.assertEqual(self.records(), [])
            self.assert_status(s.call("close", h), sw.OK)
            record = self.one(op="close", path=self.at("new"), read=50,
                              written=120, end="client", result="Success",
                              pid=s.child.pid, client="192.0.2.1")
            self.assertRegex(record["time"],
                             r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertRegex(record["session"], "^[0-9a-f]{16}$")
            self.assertIn("user", record)
            s.call("close", s.call("opendir", ".").handle)
            s.call("close", h)
            self.assertEqual(self.records(), [])

    def test_changes(self):
        for s in self.sessions():
            v6 = s.version >= 6
            link = ("link", "l", "text", True) if v6 else \
                ("symlink", "text", "l")
            hard = ("link", "h", "f", False) if v6 else \
                ("hardlink@openssh.com", "f", "h")
            flags = (0,) if s.version >= 5 else ()
            for request, want in (
                    (("mkdir", "d", {"type": 2}),
                     {"op": "mkdir", "path": self.at("d")}),
                    (link, {"op": "symlink", "path": self.at("l"),
                            "text": "text"}),
                    (hard, {"op": "link", "path": self.at("f"),
                            "to": self.at("h")}),
                    (("rename", "h", "i") + flags,
                     {"op": "rename", "path": self.at("h"),
                      "to": self.at("i")}),
                    (("posix-rename@openssh.com", "i", "j"),
                     {"op": "rename", "path": self.at("i"),
                      "to": self.at("j")}),
                    (("setstat", "f", {"permissions": 0o100600, "size": 3}),
                     {"op": "setstat", "path": self.at("f"), "size": 3,
                      "sets": "size,mode", "mode": "0600"}),
                    (("copy-file", "f", "c", 0),
                     {"op": "copy", "path": self.at("f"),
                      "to": self.at("c")}),
                    (("remove", "j"), {"op": "remove", "path": self.at("j")}),
                    (("rmdir", "d"), {"op": "rmdir", "path": self.at("d")})):
                self.assert_status(s.call(*request), sw.OK)
                self.one(result="Success", **want)
            for request in (("stat", "f") + ((1,) if s.version > 3 else ()),
                            ("realpath", "."), ("readlink", "l")):
                s.call(*request)
            self.assertEqual(self.records(), [])

    def test_handles(self):
        for s in self.sessions():
            h, to = self.open(s, "f", READ), self.open(s, "to", WRITE | CREAT)
            self.assert_status(s.call("copy-data", h, 0, 0, to, 0), sw.OK)
            self.one(op="copy", path=self.at("f"), to=self.at("to"))
            self.assert_status(s.call("fsetstat", to, {"permissions": 0o640}),
                               sw.OK)
            self.one(op="setstat", path=self.at("to"), mode="0640")
            self.assert_status(s.call("close", to), sw.OK)
            self.one(op="close", written=7)

    def test_failures(self):
        for s in self.sessions("limits.file_size=10"):
            self.assert_status(s.call("remove", "nope"), 2)
            self.one(op="remove", path=self.at("nope"), result="No such file",
                     reason="No such file or directory")
            s.call(*fields(s.version, "open", "no/pe", WRITE | CREAT, {}))
            self.one(op="open", path=self.at("no/pe"), result="No such file")
            s.call(*fields(s.version, "open", "nope", READ, {}))
            self.assertEqual(self.records(), [])
            h = self.open(s, "f", WRITE | TRUNC)
            s.call("write", h, 0, b"x" * 11)
            s.call("close", h)
            self.one(op="close", written=0, error="Quota exceeded",
                     result="Success")

    def test_refused(self):
        """By name before anything is looked at, or by the policy later."""
        for s in self.sessions("-R"):
            flags = (0,) if s.version >= 5 else ()
            self.assert_status(s.call("rename", "f", "g", *flags), 3)
            self.one(op="rename", path=self.at("f"), to=self.at("g"),
                     result="Permission denied")
            s.call(*fields(s.version, "open", "f", WRITE | TRUNC, {}))
            self.one(op="open", path=self.at("f"), result="Permission denied")
            if s.version < 6:
                self.assert_status(s.call("symlink", "text", "l"), 3)
            else:
                self.assert_status(s.call("link", "l", "text", True), 3)
            self.one(op="symlink", path=self.at("l"), text="text")
        for s in self.sessions("setstat.mode=refuse"):
            s.call("setstat", "f", {"permissions": 0o600})
            self.one(op="setstat", mode="0600", result="Permission denied")

    def test_renamed_while_open(self):
        for s in self.sessions():
            flags = (0,) if s.version >= 5 else ()
            h = self.open(s, "a", WRITE | CREAT)
            self.assert_status(s.call("rename", "a", "b", *flags), sw.OK)
            self.records()
            s.call("close", h)
            self.one(op="close", path=self.at("b"))

    def test_without_a_name(self):
        """A file that was removed or replaced while it was open."""
        for options in (), ("files.atomic=yes",):
            for s in self.sessions(*options, versions=(3, 6)):
                for how in "remove", "posix-rename@openssh.com":
                    h = self.open(s, "a", WRITE | CREAT | TRUNC)
                    b = self.open(s, "b", WRITE | CREAT | TRUNC)
                    names = ("a",) if how == "remove" else ("b", "a")
                    self.assert_status(s.call(how, *names), sw.OK)
                    self.records()
                    self.assert_status(s.call("copy-data", self.open(
                        s, "f", READ), 0, 0, h, 0), sw.OK)
                    self.assertEqual(self.one(op="copy", to_was=self.at("a"))
                                     .get("to"), None)
                    self.assert_status(s.call("close", h), sw.OK)
                    got = self.one(op="close", path_was=self.at("a"))
                    self.assertNotIn("path", got)
                    s.call("close", b)
                    self.one(op="close", path=self.at(
                        "b" if how == "remove" else "a"))

    def test_forced(self):
        for how in ("eof", "signal"):
            for s in self.sessions(versions=(3, 6)):
                h = self.open(s, "f", WRITE)
                s.call("write", h, 0, b"x" * 5)
                s.call("opendir", ".")
                if how == "eof":
                    s.end_input()
                else:
                    s.child.send_signal(signal.SIGTERM)
                s.wait()
                self.one(op="close", path=self.at("f"), written=5,
                         end="forced", result="Connection lost")

    def test_copy_that_a_signal_ends(self):
        """No step of a copy is its outcome."""
        for s in self.sessions("-e", "-lDEBUG1", versions=(3, 6)):
            with open(self.at("f"), "wb") as file:
                file.truncate(1 << 40)
            h, to = self.open(s, "f", READ), self.open(s, "/dev/null", WRITE)
            logged = len(s.stderr())
            s.start("copy-data", h, 0, 0, to, 0)
            s.wait_for_sign(logged)
            s.child.send_signal(signal.SIGTERM)
            s.wait()
            got = [r for r in self.records() if r["op"] == "copy"]
            self.assertEqual([(r["result"], r.get("reason")) for r in got],
                             [("Failure", None)])

    def test_confined(self):
        for s in self.sessions("root=" + os.path.realpath(self.dir),
                               "start_dir=/", versions=(3, 6)):
            self.assert_status(s.call("mkdir", "d", {"type": 2}), sw.OK)
            self.one(op="mkdir", path="/d", root=os.path.realpath(self.dir))

    def test_off(self):
        s = self.session("-e", "-l", "DEBUG3")
        self.assert_status(s.call("mkdir", "d", {}), sw.OK)
        self.assertEqual(self.records(), [])


class Names(TransfersTest):
    NAMES = [b'quote" back\\slash', b"line\nend\ttab", b"\x01\x1b[2J\x7f",
             "ümläut €uro 𝄞".encode(), b"\xff\xfe", b"half \xe2\x82",
             b"over \xc0\xaf long", b"surrogate \xed\xa0\x80",
             "c1 \x9b31m".encode(), b"lat\xefn", "\ufffd".encode(),
             *[("a%sb" % c).encode() for c in TURNING],
             "\u2027\u202f\u2065\u206a\u200d".encode()]

    def test_any_bytes(self):
        for s in self.sessions():
            for name in self.NAMES:
                self.assert_status(s.call("mkdir", name, {"type": 2}), sw.OK)
                whole = os.fsencode(self.at("")) + name
                record = self.one(op="mkdir")
                if "path_hex" in record:
                    self.assertEqual(bytes.fromhex(record["path_hex"]), whole)
                    self.assertIn("\ufffd", record["path"])
                else:
                    self.assertEqual(record["path"].encode(), whole)

    def test_long(self):
        """Every name that can be has all of its bytes there."""
        for s in self.sessions(versions=(3, 6)):
            for part in (b"x" * 200, b"\x01" * 200, b"\xff" * 200):
                name = b"/".join([part] * 20)[:4090]
                s.call("remove", name)
                record = self.one(op="remove")
                whole = os.fsencode(self.at("")) + name
                if part[0] == ord("x"):
                    self.assertEqual(record["path"], os.fsdecode(whole))
                    continue
                self.assertLessEqual(len(record["path"].encode()), 8192)
                told = bytes.fromhex(record["path_hex"])
                self.assertEqual(told, whole[:4096])

    def test_both_long(self):
        for s in self.sessions(versions=(3,)):
            name = b"\x01" * 4000
            s.call("rename", name, b"\xff" + name)
            record = self.one(op="rename", result="Invalid file name")
            self.assertEqual(bytes.fromhex(record["to_hex"]),
                             os.fsencode(self.at("")) + b"\xff" + name)


@unittest.skipIf(os.getuid() != 0 or os.path.exists("/dev/log"),
                 "takes root, and a machine where nobody reads /dev/log")
class Syslog(SessionTest):
    def test_syslog(self):
        """A line as syslog(3) sends it, of at most 8 KiB."""
        reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(reader.close)
        reader.bind("/dev/log")
        self.addCleanup(os.unlink, "/dev/log")
        reader.settimeout(sw.TIMEOUT)
        for version in (3, 6):
            s = self.session("-e", "-o", "log.transfers=syslog", "-o",
                             "log.facility=LOCAL3", version=version)
            for name in (b"d%d" % version, b"\x01" * 4000, b"\xff" * 4000):
                s.call("mkdir", name, {"type": 2})
                tag = b"sftp-server[%d]: " % s.child.pid
                while tag not in (data := reader.recv(1 << 16)):
                    pass    # another server of this machine
                self.assertLessEqual(len(data), 8192)
                head = re.match(
                    rb"<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d "
                    rb"sftp-server\[\d+\]: ", data)
                self.assertEqual(head.group(1), b"158")
                record = json.loads(data[head.end():])
                self.assertEqual((record["op"], "result" in record),
                                 ("mkdir", True))


class Reader(TransfersTest):
    def test_comes_back(self):
        for s in self.sessions("-e", versions=(3, 6)):
            s.call("mkdir", "a", {"type": 2})
            self.one(op="mkdir")
            self.reader.close()
            os.unlink(self.base + "/s")
            s.call("mkdir", "b", {"type": 2})
            s.call("mkdir", "c", {"type": 2})
            self.listen()
            s.call("mkdir", "d", {"type": 2})
            self.one(path=self.at("d"), lost=2)
            s.call("mkdir", "e", {"type": 2})
            self.assertNotIn("lost", self.one(path=self.at("e")))
            self.assertEqual(s.finish(), 0)
            self.assertEqual(s.stderr().count(b"record of a transfer is lost"),
                             1)

    def test_comes_back_in_a_sandbox(self):
        for s in self.sessions("root=" + os.path.realpath(self.dir),
                               "start_dir=/", versions=(3,)):
            s.call("mkdir", "a", {"type": 2})
            self.one(path="/a")
            self.reader.close()
            os.unlink(self.base + "/s")
            self.listen()
            s.call("mkdir", "b", {"type": 2})
            self.one(path="/b")

    def test_is_not_there(self):
        self.reader.close()
        os.unlink(self.base + "/s")
        for s in self.sessions("-e", versions=(3, 6)):
            self.assert_status(s.call("mkdir", "a", {"type": 2}), sw.OK)
            self.assertEqual(s.finish(), 0)
            self.assertIn(b"nobody takes transfers", s.stderr())

    def fill(self, s, count, first=0):
        """Sends so many requests, whose records name their numbers, and takes
        the replies. The names are long, so that few records fill the
        memory that is kept for them."""
        for n in range(first, first + count):
            s.start("mkdir", "f/%s/%d" % ("x" * 200, n), {"type": 2})
        for _ in range(count):
            self.assertEqual(s.result().kind, "status")

    def number(self, record):
        return int(os.path.basename(record["path"]))

    def numbers(self, count):
        """Returns the numbers of the next records, of which none is lost."""
        self.reader.settimeout(sw.TIMEOUT)
        got = [self.record() for _ in range(count)]
        self.reader.setblocking(False)
        self.assertEqual([r for r in got if "lost" in r], [])
        return [self.number(r) for r in got]

    def test_is_late(self):
        """The records of a burst are kept for a reader that is busy, also
        when the client asks nothing more or has left."""
        for s in self.sessions("-e", versions=(3, 6)):
            self.fill(s, 300)
            self.assertEqual(self.numbers(300), list(range(300)))
            self.fill(s, 300)
            s.end_input()
            self.assertEqual(self.numbers(300), list(range(300)))
            self.assertEqual(s.wait(), 0)
            self.assertNotIn(b"is lost", s.stderr())

    def test_does_not_read(self):
        """Records for a reader that does not read are kept up to a limit and
        then lost, and the session does not wait."""
        for s in self.sessions("-e", versions=(3, 6)):
            self.fill(s, 3000)
            got, sent = [], 3000
            while not got or "lost" not in got[-1]:
                self.fill(s, 1, sent)
                sent += 1
                self.assertLess(sent, 9000)
                self.reader.settimeout(sw.TIMEOUT)
                got.append(self.record())
                self.reader.setblocking(False)
            *before, last = got
            self.assertEqual([self.number(r) for r in before],
                             list(range(len(before))))
            self.assertEqual(self.number(last), len(before) + last["lost"])
            self.assertGreater(len(before), 300)
            self.assertLess(len(before), 3000)
            self.assertEqual(s.finish(), 0)
            self.records()
            self.assertEqual(s.stderr().count(b"record of a transfer is lost"),
                             1)

    def test_never_reads(self):
        """The end of a session does not wait for long, and says what is
        lost."""
        for s in self.sessions("-e", versions=(3, 6)):
            self.fill(s, 300)
            self.assertEqual(s.finish(), 0)
            self.assertEqual(s.stderr().count(b"record of a transfer is lost"),
                             1)
            self.records()

    def test_leaves_records_that_are_kept(self):
        """A new reader gets them. If there is none, they count as lost, with
        those whose loss they would have told."""
        for again in True, False:
            for s in self.sessions("-e", versions=(3, 6)):
                self.fill(s, 300)
                s.child.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, s.child.pid, os.WSTOPPED | os.WNOWAIT)
                there = len(self.records())
                self.reader.close()
                os.unlink(self.base + "/s")
                if again:
                    self.listen()
                s.child.send_signal(signal.SIGCONT)
                if again:
                    self.assertEqual(self.numbers(300 - there),
                                     list(range(there, 300)))
                    continue
                self.fill(s, 1, 300)
                self.listen()
                self.fill(s, 1, 301)
                self.assertEqual(self.record()["lost"], 301 - there)
