# SPDX-License-Identifier: ISC
"""The client's own codec against bytes written by hand from the drafts, and
against replies that are wrong: a client that takes anything proves nothing.
"""

import sys
import unittest

import sftpwire as sw
from sftpwire import Reply, WireError


def h(text):
    return bytes.fromhex(text)


# version, ATTRS in hex, what it says
ATTRS = [
    (3, "00000000", {}),
    (3, "0000000f 0000000000000005 00000001 00000002 000081a4"
        " 00000007 ffffffff",
     {"size": 5, "uid": 1, "gid": 2, "permissions": 0o100644, "atime": 7,
      "mtime": 0xffffffff}),
    (3, "80000004 000001ed 00000001 00000001 61 00000002 6263",
     {"permissions": 0o755, "extended": [(b"a", b"bc")]}),
    (4, "00000000 05", {"type": 5}),
    (4, "000001ad 01 0000000000000005 00000001 75 00000002 6767 000001a4"
        " fffffffffffffffe 00000001 0000000000000009 3b9ac9ff",
     {"type": 1, "size": 5, "owner": b"u", "group": b"gg",
      "permissions": 0o644, "atime": -2, "atime_ns": 1, "mtime": 9,
      "mtime_ns": 999999999}),
    # SUBSECOND_TIMES without a time has no nanoseconds.
    (4, "00000101 01 0000000000000005", {"type": 1, "size": 5}),
    (5, "00000210 02 0000000000000001 00000004",
     {"type": 2, "createtime": 1, "bits": 4}),
    (6, "0000ff7d 09 0000000000000001 0000000000001000 000001ff"
        " 0000000000000002 00000003 0000000000000004 00000005"
        " 0000000000000006 00000007 0000000000000008 00000009"
        " 00000001 00 00000001 00000003 02 00000001 6d 00000002 00000001 6e",
     {"type": 9, "size": 1, "allocation_size": 4096, "permissions": 0o777,
      "atime": 2, "atime_ns": 3, "createtime": 4, "createtime_ns": 5,
      "mtime": 6, "mtime_ns": 7, "ctime": 8, "ctime_ns": 9, "acl": b"\0",
      "bits": 1, "bits_valid": 3, "text_hint": 2, "mime_type": b"m",
      "link_count": 2, "untranslated_name": b"n"}),
]

# version, request, values, payload in hex
REQUESTS = [
    (3, "init", (3, b""), "01 00000003"),
    (3, "open", ("f", 0x1a, {}), "03 00000007 00000001 66 0000001a 00000000"),
    (5, "open", ("f", 1, 2, {}),
     "03 00000007 00000001 66 00000001 00000002 00000000 05"),
    (3, "read", (b"hh", 1, 2),
     "05 00000007 00000002 6868 0000000000000001 00000002"),
    (3, "write", (b"h", 1, b"xy"),
     "06 00000007 00000001 68 0000000000000001 00000002 7879"),
    (3, "stat", ("f",), "11 00000007 00000001 66"),
    (4, "stat", ("f", 5), "11 00000007 00000001 66 00000005"),
    (3, "rename", ("a", "b"), "12 00000007 00000001 61 00000001 62"),
    (5, "rename", ("a", "b", 1),
     "12 00000007 00000001 61 00000001 62 00000001"),
    (6, "realpath", ("a",), "10 00000007 00000001 61"),
    (6, "realpath", ("a", 3, "b", "c"),
     "10 00000007 00000001 61 03 00000001 62 00000001 63"),
    (6, "link", ("n", "e", True), "15 00000007 00000001 6e 00000001 65 01"),
    (6, "block", (b"h", 1, 2, 0x280),
     "16 00000007 00000001 68 0000000000000001 0000000000000002 00000280"),
    (3, "copy-data", (b"r", 1, 2, b"w", 3),
     "c8 00000007 00000009 636f70792d64617461 00000001 72 0000000000000001"
     " 0000000000000002 00000001 77 0000000000000003"),
]

# version, reply in hex, as text
REPLIES = [
    (3, "02 00000003 00000001 61 00000001 31", 'version 3 "a"="1"'),
    (3, "65 00000007 00000000 00000007 53756363657373 00000000",
     'status 0 OK "Success" ""'),
    (5, "65 00000007 00000010 00000000 00000000 00000001 75",
     'status 16 UNKNOWN_PRINCIPAL "" "" "u"'),
    (3, "66 00000007 00000002 00ff", "handle 00ff"),
    (3, "67 00000007 00000002 0a22", r'data 2 "\n\""'),
    (6, "67 00000007 00000001 61", 'data 1 "a"'),
    (6, "67 00000007 00000001 61 01", 'data 1 "a" eof=1'),
    (3, "68 00000007 00000001 00000001 66 00000002 2d66 00000000",
     'name 1 "f" "-f" {flags=0x0}'),
    (4, "68 00000007 00000001 00000001 66 00000000 05",
     'name 1 "f" {flags=0x0 type=5}'),
    (6, "68 00000007 00000000 00", "name 0 eof=0"),
    (3, "69 00000007 00000004 000081a4", "attrs flags=0x4 mode=100644"),
    (3, "c9 00000007 616263", 'extended-reply "abc"'),
]

WRONG = [
    ("no type", 3, ""),
    ("a request as a reply", 3, "03 00000007"),
    ("an unknown type", 3, "6a 00000007"),
    ("a status of a later version", 3,
     "65 00000007 0000000b 00000000 00000000"),
    ("a status without a message", 3, "65 00000007 00000000"),
    ("a status with names", 5,
     "65 00000007 00000004 00000000 00000000 00000000"),
    ("an empty handle", 3, "66 00000007 00000000"),
    ("a handle of 257 bytes", 3, "66 00000007 00000101" + "00" * 257),
    ("a bool below v6", 5, "67 00000007 00000001 61 01"),
    ("a bool of 2", 6, "67 00000007 00000001 61 02"),
    ("flags of a later version", 3, "69 00000007 00000010 00000000"),
    ("the reserved flag", 4, "69 00000007 00000002 05"),
    ("type 0", 4, "69 00000007 00000000 00"),
    ("a type of v5", 4, "69 00000007 00000000 06"),
    ("too many nanoseconds", 4,
     "69 00000007 00000108 01 0000000000000000 3b9aca00"),
    ("fewer names than said", 3, "68 00000007 00000001"),
]


class CodecTest(unittest.TestCase):
    def test_attrs(self):
        for version, text, attrs in ATTRS:
            data = h(text)
            reader = sw.Reader(data)
            got = reader.attrs(version)
            reader.end()
            flags = got.pop("flags")
            self.assertEqual(got, attrs)
            self.assertEqual(
                sw.put_attrs(dict(attrs, flags=flags), version)[:4], data[:4])
            if flags != 0x101:
                self.assertEqual(sw.put_attrs(attrs, version), data)

    def test_requests(self):
        for version, name, values, text in REQUESTS:
            build = sw.request if name in sw.REQUESTS else sw.extended
            self.assertEqual(build(name, 7, *values, version=version), h(text))

    def test_replies(self):
        for version, text, shown in REPLIES:
            reply = Reply(h(text), version)
            self.assertEqual(str(reply), shown)
            if reply.kind != "version":
                self.assertEqual(reply.id, 7)

    def test_cut_and_long_replies(self):
        for version, text, shown in REPLIES:
            data = h(text)
            kind = shown.split()[0]
            for length in range(len(data)):
                # Replies that are valid when they end here.
                if kind == "extended-reply" and length >= 5:
                    continue
                if "eof" in shown and length == len(data) - 1:
                    continue
                if kind == "version" and length == 5:
                    continue
                if kind == "status" and version == 5 and length == 17:
                    continue
                with self.assertRaises(WireError, msg="%s cut at %d"
                                       % (text, length)):
                    Reply(data[:length], version)
            if kind != "extended-reply":
                with self.assertRaises(WireError, msg=text):
                    Reply(data + b"\2", version)

    def test_wrong_replies(self):
        for what, version, text in WRONG:
            with self.assertRaises(WireError, msg=what):
                Reply(h(text), version)

    def test_acl(self):
        ace = "00000001 00000002 00000003 00000006 4f574e455240"
        self.assertEqual(sw.parse_acl(h("00000001" + ace), 5),
                         (None, [(1, 2, 3, b"OWNER@")]))
        self.assertEqual(sw.parse_acl(h("00000003 00000001" + ace), 6),
                         (3, [(1, 2, 3, b"OWNER@")]))
        with self.assertRaises(WireError):
            sw.parse_acl(h("00000002" + ace), 5)


class FakeServerTest(unittest.TestCase):
    """The session against servers that misbehave."""

    def fake(self, program):
        session = sw.Session([sys.executable, "-c", "import os, time\n"
                              "def reply(text):\n"
                              "    data = bytes.fromhex(text)\n"
                              "    os.write(1, len(data).to_bytes(4, 'big')"
                              " + data)\n" + program], timeout=2)
        self.addCleanup(session.destroy)
        return session

    def test_silence_is_found(self):
        session = self.fake("time.sleep(60)")
        with self.assertRaises(sw.Hung):
            session.init(3)

    def test_an_end_is_found(self):
        session = self.fake("os._exit(7)")
        with self.assertRaises(sw.Ended):
            session.init(3)
        self.assertEqual(session.wait(), 7)

    def test_a_wrong_id_is_found(self):
        session = self.fake("reply('02 00000003'); os.read(0, 100)\n"
                            "reply('6900000009 00000000')\n"
                            "time.sleep(60)")
        session.init(3)
        with self.assertRaises(WireError):
            session.call("stat", "f")

    def test_half_a_packet_is_found(self):
        session = self.fake("os.write(1, b'\\0\\0\\0\\5\\2')")
        with self.assertRaises(WireError):
            session.init(3)

    def test_unasked_replies_are_found(self):
        session = self.fake("reply('02 00000003'); "
                            "reply('6900000009 00000000')")
        session.init(3)
        with self.assertRaises(WireError):
            session.finish()


if __name__ == "__main__":
    unittest.main()
