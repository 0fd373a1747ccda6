# SPDX-License-Identifier: ISC
"""check-file, md5-hash and ranges@asyncssh.com, in each version that has them;
the expected hashes are Python's. $SERVER is the server.
"""

import hashlib
import os
import random
import re
import socket
import struct
import unittest
import zlib

import sftpwire as sw
from session import NETTLE, SessionTest
from sftpwire import READ, TEXT, WRITE

MIB = 1 << 20
HUGE = 1 << 40			# sparse; hours of work
BITS_64 = (1 << 64) - 1
APPEND_FLAG, TEXT_FLAG = 0x08, 0x20	# OPEN, from version 5 on
SHA = ["sha1", "sha224", "sha256", "sha384", "sha512"]


needs_nettle = unittest.skipUnless(NETTLE, "built without nettle")


def crc32(data):
    return struct.pack(">I", zlib.crc32(data))


def digest(algorithm, data):
    if algorithm == "crc32":
        return crc32(data)
    return hashlib.new(algorithm, data).digest()


def blocks(algorithm, data, size):
    return b"".join(digest(algorithm, data[at:at + size])
                    for at in range(0, len(data), size))


class Codes:
    """Status codes of version 6, and those of the others in their place."""
    DENIED, FAILURE, UNSUPPORTED = (3,) * 4, (4,) * 4, (8,) * 4
    NO_SUCH_FILE = (2,) * 4
    BAD_HANDLE = (4, 9, 9, 9)
    NOT_A_DIRECTORY = (2, 2, 2, 19)
    BAD_NAME = (5, 5, 5, 20)
    LOOP = (2, 2, 2, 21)
    BAD_PARAMETER = (5, 4, 4, 23)
    IS_A_DIRECTORY = (4, 4, 4, 24)


class DigestTest(SessionTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(1)

    def contents(self, size, name="f"):
        data = self.random.randbytes(size)
        self.put(name, data)
        return data

    def sparse(self, size, name="huge"):
        self.put(name)
        try:
            os.truncate(os.path.join(self.dir, name), size)
        except OSError as error:
            self.skipTest("no file of %d bytes here: %s" % (size, error))

    def open(self, session, name, how="r"):
        """A handle; `how` of r, w, a for append, t for text."""
        v = session.version
        if v < 5:
            flags = ((READ if "r" in how else 0) | (WRITE if "w" in how else 0)
                     | (sw.APPEND if "a" in how else 0)
                     | (TEXT if "t" in how else 0))
            reply = session.call("open", name, flags, {})
        else:
            access = (0x1 if "r" in how else 0) | (0x2 if "w" in how else 0)
            flags = (2 | (APPEND_FLAG if "a" in how else 0)
                     | (TEXT_FLAG if "t" in how else 0))
            reply = session.call("open", name, access, flags, {})
        self.assertEqual(reply.kind, "handle", str(reply))
        return reply.handle

    def refused(self, session, codes, name, *values):
        self.assert_status(session.call(name, *values),
                           codes[session.version - 3])

    def answered(self, reply, *fields):
        self.assertEqual(reply.kind, "extended-reply", str(reply)[:200])
        self.assertEqual(reply.fields, list(fields))

    def ways(self, session, name, prefix):
        """The request by name and by handle."""
        yield prefix[0], name
        h = self.open(session, name)
        yield prefix[1], h
        session.call("close", h)


class CheckFile(DigestTest):
    NAMES = "check-file-name", "check-file-handle"

    def check(self, session, source, data, start=0, length=0, block=0,
              algorithm="crc32"):
        part = data[start:start + length if length else None]
        if block:
            expected = blocks(algorithm, part, block)
        else:
            expected = digest(algorithm, part)
        for name, what in self.ways(session, source, self.NAMES):
            self.answered(session.call(name, what, algorithm, start, length,
                                       block), algorithm.encode(), expected)

    @needs_nettle
    def test_every_algorithm(self):
        """Of no bytes, of one, and across the server's buffers."""
        for size in (0, 1, 1000, 3 * MIB + 1):
            data = self.contents(size)
            for _, session in self.versions():
                for algorithm in ["md5", "crc32"] + SHA:
                    self.check(session, "f", data, algorithm=algorithm)

    def test_the_first_of_the_list_that_is_known(self):
        data = self.contents(10)
        for _, session in self.versions():
            for wanted, taken in (("sha256,md5,crc32", "sha256"),
                                  ("md5,sha256,crc32", "md5"),
                                  ("tiger,x@example.org,sha1,crc32", "sha1"),
                                  (",,crc32", "crc32"), ("crc32,", "crc32")):
                if not NETTLE:
                    taken = "crc32"
                self.answered(
                    session.call("check-file-name", "f", wanted, 0, 0, 0),
                    taken.encode(), digest(taken, data))
            for wanted in ("", ",", "crc3", "crc322", "CRC32", "md5;sha1",
                           "tiger", "crc32 ", "x" * 1000):
                self.refused(session, Codes.UNSUPPORTED, "check-file-name",
                             "f", wanted, 0, 0, 0)

    def test_ranges(self):
        data = self.contents(1000)
        for _, session in self.versions():
            for start, length in ((0, 1), (0, 1000), (0, 1001), (1, 0), (1, 1),
                                  (999, 0), (999, 1), (999, 2), (1000, 0),
                                  (1001, 0), (1001, 5), (500, BITS_64),
                                  ((1 << 63) - 1, 0), ((1 << 63) - 1, 1)):
                self.check(session, "f", data, start, length)
            for start in 1 << 63, BITS_64:
                for name, what in self.ways(session, "f", self.NAMES):
                    self.refused(session, Codes.BAD_PARAMETER, name, what,
                                 "crc32", start, 0, 0)

    def test_blocks(self):
        data = self.contents(1024)
        for _, session in self.versions():
            for start, length in ((0, 0), (0, 512), (1, 512), (1024, 0),
                                  (3, 700)):
                for block in 256, 257, 511, 512, 1023, 1024, 1025, 0xFFFFFFFF:
                    self.check(session, "f", data, start, length, block)
            for block in 1, 16, 255:
                for name, what in self.ways(session, "f", self.NAMES):
                    self.refused(session, Codes.BAD_PARAMETER, name, what,
                                 "crc32", 0, 0, block)

    @needs_nettle
    def test_blocks_across_buffers(self):
        data = self.contents(5 * MIB + 77)
        for _, session in self.versions():
            for block in (65536, 100003, 262143, 262144, 262145, 2 * MIB - 1,
                          2 * MIB, 2 * MIB + 1, 5 * MIB + 77):
                self.check(session, "f", data, 0, 0, block, "sha1")
                self.check(session, "f", data, 13, 3 * MIB, block, "sha1")

    @needs_nettle
    def test_as_many_blocks_as_a_reply_holds(self):
        """A reply stays below 256 KiB; what would not is a FAILURE."""
        data = bytes(16384 * 256)
        self.put("f", data)
        for _, session in self.versions():
            for algorithm, size in (("md5", 16), ("sha512", 64)):
                fits = (262144 - 64) // size
                self.check(session, "f", data, 0, fits * 256, 256, algorithm)
                for name, what in self.ways(session, "f", self.NAMES):
                    self.refused(session, Codes.FAILURE, name, what, algorithm,
                                 0, 262144 // size * 256, 256)

    @needs_nettle
    def test_too_many_blocks_are_not_counted_out(self):
        self.sparse(HUGE)
        for _, session in self.versions():
            self.refused(session, Codes.FAILURE, "check-file-name", "huge",
                         "sha512", 0, 0, MIB)

    def test_names_that_are_no_files(self):
        self.put("f")
        os.mkdir(os.path.join(self.dir, "dir"))
        os.mkfifo(os.path.join(self.dir, "fifo"))
        for name, text in ("dangling", "none"), ("loop", "loop"), ("up", "dir"):
            os.symlink(text, os.path.join(self.dir, name))
        for version, session in self.versions():
            for name, codes in (("none", Codes.NO_SUCH_FILE),
                                ("none/f", Codes.NO_SUCH_FILE),
                                ("dangling", Codes.NO_SUCH_FILE),
                                ("f/f", Codes.NOT_A_DIRECTORY),
                                ("loop", Codes.LOOP),
                                ("dir", Codes.IS_A_DIRECTORY),
                                ("up", Codes.IS_A_DIRECTORY),
                                ("fifo", Codes.FAILURE),
                                ("/dev/zero", Codes.FAILURE),
                                ("a\0b", Codes.BAD_NAME),
                                ("", Codes.NO_SUCH_FILE if version == 3
                                 else Codes.IS_A_DIRECTORY)):
                self.refused(session, codes, "check-file-name", name, "crc32",
                             0, 0, 0)

    def test_a_link_is_followed(self):
        data = self.contents(100)
        os.symlink("f", os.path.join(self.dir, "link"))
        for _, session in self.versions():
            self.check(session, "link", data)

    def test_a_file_that_may_not_be_read(self):
        self.contents(10)
        os.chmod(self.dir, 0o755)
        os.chmod(os.path.join(self.dir, "f"), 0)
        for version in 3, 4, 5, 6:
            session = self.session(version=version, user="nobody")
            self.refused(session, Codes.DENIED, "check-file-name", "f",
                         "crc32", 0, 0, 0)
            self.assertEqual(session.finish(), 0)

    def test_handles_that_cannot_be_read(self):
        self.contents(10)
        for _, session in self.versions():
            writer = self.open(session, "f", "w")
            closed = self.open(session, "f")
            session.call("close", closed)
            directory = session.call("opendir", ".").handle
            self.refused(session, Codes.DENIED, "check-file-handle", writer,
                         "crc32", 0, 0, 0)
            for h in closed, directory, b"", b"1234", b"x" * 300:
                self.refused(session, Codes.BAD_HANDLE, "check-file-handle", h,
                             "crc32", 0, 0, 0)

    def test_a_directory_opened_as_a_file(self):
        session = self.session()
        h = session.call("open", ".", READ, {}).handle
        self.refused(session, Codes.IS_A_DIRECTORY, "check-file-handle", h,
                     "crc32", 0, 0, 0)

    def test_handles_of_all_kinds(self):
        """To append, to write as well, of text, without a name: the bytes are
        those on the wire, and the handle stays where it is."""
        data = b"one\r\ntwo\nthree"
        for version, session in self.versions():
            for how in "r", "rw", "rwa", "rt", "rwt":
                if version == 3 and "t" in how:
                    continue
                self.put("f", data)
                h = self.open(session, "f", how)
                self.answered(session.call("check-file-handle", h, "crc32", 3,
                                           0, 0), b"crc32", crc32(data[3:]))
                self.assertEqual(session.call("read", h, 0, 5).data, data[:5])
                session.call("remove", "f")
                self.answered(session.call("check-file-handle", h, "crc32", 3,
                                           0, 0), b"crc32", crc32(data[3:]))
                session.call("close", h)

    def test_what_was_just_written(self):
        self.put("f")
        for _, session in self.versions():
            h = self.open(session, "f", "rw")
            session.call("write", h, 0, b"new text")
            self.answered(session.call("check-file-handle", h, "crc32", 0, 0,
                                       0), b"crc32", crc32(b"new text"))

    def test_a_list_with_a_nul(self):
        self.contents(10)
        for _, session in self.versions():
            self.assertEqual(session.call("check-file-name", "f", "md5\0", 0,
                                          0, 0).kind, "status")

    def test_cut_anywhere(self):
        self.contents(10)
        for _, session in self.versions():
            for name in self.NAMES:
                _, whole = session.payload(name, "f", "md5", 0, 0, 0)
                for length in range(9 + len(name), len(whole)):
                    self.assert_status(session.call_raw(whole[:length], name),
                                       sw.BAD_MESSAGE)


@needs_nettle
class Md5Hash(DigestTest):
    NAMES = "md5-hash", "md5-hash-handle"

    def versions_with(self):
        for version, session in self.versions():
            if version >= 5:
                yield version, session

    def check(self, session, name, what, data, *fields):
        self.answered(session.call(name, what, *fields), b"md5-hash",
                      hashlib.md5(data).digest() if data is not None else b"")

    def test_ranges(self):
        data = self.contents(3 * MIB)
        for _, session in self.versions_with():
            for name, what in self.ways(session, "f", self.NAMES):
                for start, length in ((0, 0), (0, 1), (0, 2 * MIB), (7, 7),
                                      (0, BITS_64), (5, BITS_64),
                                      (3 * MIB - 1, 1), (3 * MIB - 1, 5),
                                      (3 * MIB, 5), ((1 << 63) - 1, 1)):
                    end = start + length if length else None
                    self.check(session, name, what, data[start:end], start,
                               length, "")
                # The draft has "the whole" only for two zeros.
                self.check(session, name, what, b"", 5, 0, "")
                self.refused(session, Codes.BAD_PARAMETER, name, what, 1 << 63,
                             1, "")

    def test_quick_check(self):
        """The MD5 of the first 2048 bytes of the range, or of all of it."""
        for size in 0, 1, 2047, 2048, 2049, MIB:
            data = self.contents(size)
            for _, session in self.versions_with():
                for name, what in self.ways(session, "f", self.NAMES):
                    for start, length in (0, 0), (0, 100), (3, 2048), (9, 5000):
                        part = data[start:start + length if length else None]
                        quick = hashlib.md5(part[:2048]).digest()
                        self.check(session, name, what, part, start, length,
                                   quick)
                        for wrong in (quick[:15], quick + b"\0", b"x",
                                      bytes(16), quick[:15] + bytes(
                                          [quick[15] ^ 1])):
                            self.check(session, name, what, None, start,
                                       length, wrong)

    def test_quick_check_spares_the_work(self):
        self.sparse(HUGE)
        for _, session in self.versions_with():
            self.check(session, "md5-hash", "huge", None, 0, 0, bytes(16))

    def test_refusals(self):
        self.contents(10)
        os.mkdir(os.path.join(self.dir, "dir"))
        os.mkfifo(os.path.join(self.dir, "fifo"))
        for _, session in self.versions_with():
            for name, codes in (("none", Codes.NO_SUCH_FILE),
                                ("dir", Codes.IS_A_DIRECTORY),
                                ("fifo", Codes.FAILURE),
                                ("a\0b", Codes.BAD_NAME)):
                self.refused(session, codes, "md5-hash", name, 0, 0, "")
            writer = self.open(session, "f", "w")
            directory = session.call("opendir", ".").handle
            self.refused(session, Codes.DENIED, "md5-hash-handle", writer, 0,
                         0, "")
            for h in directory, b"", b"12345678":
                self.refused(session, Codes.BAD_HANDLE, "md5-hash-handle", h,
                             0, 0, "")

    def test_cut_anywhere(self):
        for _, session in self.versions_with():
            for name in self.NAMES:
                _, whole = session.payload(name, "f", 0, 0, "q")
                for length in range(9 + len(name), len(whole)):
                    self.assert_status(session.call_raw(whole[:length], name),
                                       sw.BAD_MESSAGE)


class Steps(DigestTest):
    """A hash that takes its time."""

    @needs_nettle
    def test_others_wait_their_turn(self):
        """300 MiB, amid requests that would change the outcome if they were
        run before it or answered out of turn."""
        size = 300 * MIB
        expected = hashlib.md5()
        for _ in range(300):
            expected.update(bytes(MIB))
        for _, session in self.versions():
            self.sparse(size, "f")
            h = self.open(session, "f", "rw")
            session.start("realpath", ".")
            session.start("check-file-handle", h, "md5", 0, 0, 0)
            session.start("write", h, 0, b"changed")
            session.start("check-file-handle", h, "crc32", 0, 7, 0)
            session.start("read", h, 0, 7)
            session.start("close", h)
            session.start("check-file-name", "f", "crc32", 0, 4, 0)
            self.assertEqual(session.result().kind, "name")
            self.answered(session.result(), b"md5", expected.digest())
            self.assert_status(session.result(), sw.OK)
            self.answered(session.result(), b"crc32", crc32(b"changed"))
            self.assertEqual(session.result().data, b"changed")
            self.assert_status(session.result(), sw.OK)
            self.answered(session.result(), b"crc32", crc32(b"chan"))

    def test_input_is_read_and_output_written_meanwhile(self):
        """Far more than a socket holds is taken, and what was answered
        before arrives, while the hash has hours to go."""
        self.sparse(HUGE)
        session = self.session(pipes=False)
        many = sw.frame(sw.request("realpath", 9, "."))
        hashing = sw.frame(sw.extended("check-file-name", 1, "huge", "crc32",
                                       0, 0, 0))
        session.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        session.send(many + hashing)
        self.assertEqual(session.recv_frame()[0], 104)
        flood = many * (256 * 1024 // len(many))
        self.assertEqual(session.send(flood, read_too=False), len(flood))
        self.assertIsNone(session.child.poll())
        self.assertEqual(session.inbox, b"")

    def vanishes(self, **kwargs):
        self.sparse(HUGE)
        for name in "check-file-name", "check-file-handle":
            session = self.session(**kwargs)
            what = "huge" if name.endswith("name") else self.open(session,
                                                                  "huge")
            session.start("realpath", ".")
            session.start(name, what, "crc32", 0, 0, 0)
            self.assertEqual(session.result().kind, "name")
            yield session

    def ends(self, session):
        self.assertEqual(session.child.wait(session.timeout), 0)

    def test_the_client_vanishes(self):
        for pipes in True, False:
            for session in self.vanishes(pipes=pipes):
                session.hang_up()
                self.ends(session)

    def test_only_the_reader_vanishes(self):
        for session in self.vanishes():
            os.close(session.rx)
            session.rx = -1
            self.ends(session)

    def test_a_signal_ends_it(self):
        for session in self.vanishes():
            session.child.terminate()
            self.ends(session)

    def test_end_of_input_does_not_end_it(self):
        self.sparse(300 * MIB, "f")
        session = self.session()
        session.start("check-file-name", "f", "crc32", 0, 0, 0)
        session.end_input()
        self.assertEqual(session.result().kind, "extended-reply")
        self.assertEqual(session.finish(), 0)


class Permission(DigestTest):
    """The request name `read` governs checksums; denied ones are not
    announced."""

    EXTENSIONS = [("check-file-name", ("f", "crc32", 0, 0, 0)),
                  ("check-file-handle", ("f", "crc32", 0, 0, 0)),
                  ("md5-hash", ("f", 0, 0, "")),
                  ("md5-hash-handle", ("f", 0, 0, "")),
                  ("ranges@asyncssh.com", ("f", 0, 1))]

    def announced(self, pairs, version):
        """Names in VERSION, and names in supported or supported2."""
        listed = []
        for name, data in pairs:
            if name in (b"supported", b"supported2"):
                r = sw.Reader(data)
                if version == 5:
                    r.take(20)
                else:
                    r.take(24)
                    for _ in range(r.get("n")):
                        r.get("s")
                    r.get("n")
                while r.left():
                    listed.append(r.get("s"))
        return [name for name, _ in pairs], listed

    def test_announcements(self):
        for version in 3, 4, 5, 6:
            session = self.raw_session(up_to=6)
            pairs = session.init(version).pairs
            names, listed = self.announced(pairs, version)
            self.assertEqual(dict(pairs)[b"check-file"], b"1")
            self.assertEqual(dict(pairs)[b"ranges@asyncssh.com"], b"1")
            self.assertEqual(names.count(b"check-file"), 1)
            for name in b"check-file-name", b"check-file-handle", b"md5-hash":
                self.assertNotIn(name, names)
            expected = [] if version < 5 else [
                b"check-file", b"md5-hash", b"md5-hash-handle",
                b"ranges@asyncssh.com"]
            self.assertEqual(
                [n for n in listed if re.search(b"check|md5|ranges", n)],
                expected if NETTLE else [n for n in expected
                                         if b"md5" not in n])

    def test_md5_hash_begins_with_version_5(self):
        """md5-hash is answered from version 5 on, in a build with nettle."""
        self.contents(10)
        for version, session in self.versions():
            for name in "md5-hash", "md5-hash-handle":
                reply = session.call(name, b"f" * 8, 0, 0, "")
                self.assertEqual(reply.code == sw.OP_UNSUPPORTED,
                                 version < 5 or not NETTLE, str(reply))

    def test_denied_with_read(self):
        self.contents(10)
        for options in ("-P", "read"), ("-p", "open,close,stat"):
            for version in 3, 4, 5, 6:
                session = self.raw_session(*options, up_to=6)
                pairs = session.init(version).pairs
                for names in self.announced(pairs, version):
                    for name in names:
                        self.assertNotRegex(name, b"check-file|md5|ranges")
                for name, values in self.EXTENSIONS:
                    if "md5" in name and (version < 5 or not NETTLE):
                        continue
                    _, whole = session.payload(name, *values)
                    for payload in whole, whole[:-1]:
                        self.assert_status(session.call_raw(payload, name),
                                           sw.PERMISSION_DENIED)

    def test_allowed_to_a_reader(self):
        data = self.contents(10)
        for options in ("-R",), ("-p", "read"):
            for version in 3, 4, 5, 6:
                session = self.session(*options, version=version)
                self.answered(session.call("check-file-name", "f", "crc32", 0,
                                           0, 0), b"crc32", crc32(data))


class Ranges(DigestTest):
    def told(self, session, h, offset, length):
        """[(offset, length)...], at-end; None where there is no data."""
        reply = session.call("ranges@asyncssh.com", h, offset, length)
        if reply.kind == "status":
            self.assert_status(reply, sw.EOF)
            return None
        r = sw.Reader(reply.fields[1])
        ranges = [(r.get("o"), r.get("o")) for _ in range(reply.fields[0])]
        at_end = r.get("b")
        r.end()
        return ranges, at_end

    def there(self, offset, length):
        """The same, as Python finds it out."""
        fd = os.open(os.path.join(self.dir, "f"), os.O_RDONLY)
        found, end = [], min(offset + length, (1 << 63) - 1)
        try:
            while offset < end:
                offset = os.lseek(fd, offset, os.SEEK_DATA)
                hole = os.lseek(fd, offset, os.SEEK_HOLE)
                if offset < end:
                    found.append((offset, min(hole, end) - offset))
                offset = hole
        except OSError:
            pass
        os.close(fd)
        return found

    def islands(self, count):
        """64 KiB of data at every other 64 KiB, and a hole at the end."""
        with open(os.path.join(self.dir, "f"), "wb") as out:
            for i in range(count):
                out.seek(i * 131072)
                out.write(b"x" * 65536)
            out.truncate(count * 131072)

    def test_data_and_holes(self):
        self.islands(3)
        for _, session in self.versions():
            h = self.open(session, "f")
            for offset, length in ((0, BITS_64), (9, BITS_64), (0, 1), (1, 1),
                                   (0, 131072), (65535, 65538), (65536, 65536),
                                   (65536, 65537), (262144, 1),
                                   (327680, BITS_64), (393215, 1)):
                found = self.there(offset, length)
                told = self.told(session, h, offset, length)
                self.assertEqual(told and told[0], found or None)
                self.assertEqual(told and told[1], 1 if found else None)

    def test_no_data(self):
        self.put("f")
        self.put("g", b"text")
        for _, session in self.versions():
            h, g = self.open(session, "f"), self.open(session, "g")
            self.assertIsNone(self.told(session, h, 0, BITS_64))
            self.assertIsNone(self.told(session, g, 4, BITS_64))
            self.assertIsNone(self.told(session, g, 0, 0))
            self.assertIsNone(self.told(session, g, 1 << 63, 1))
            self.assertIsNone(self.told(session, g, BITS_64, BITS_64))
            self.assertEqual(self.told(session, g, 0, BITS_64),
                             ([(0, 4)], 1))

    def test_many_are_told_in_several_replies(self):
        self.islands(300)
        found = self.there(0, BITS_64)
        for _, session in self.versions():
            h, told, at_end, replies = self.open(session, "f"), [], 0, 0
            while not at_end:
                offset = sum(told[-1]) if told else 0
                more, at_end = self.told(session, h, offset, BITS_64 - offset)
                self.assertLessEqual(len(more), 128)
                told += more
                replies += 1
            self.assertEqual(told, found)
            self.assertEqual(replies, (len(found) + 127) // 128)

    def test_refusals(self):
        self.put("f", b"text")
        for _, session in self.versions():
            writer = self.open(session, "f", "w")
            directory = session.call("opendir", ".").handle
            self.refused(session, Codes.DENIED, "ranges@asyncssh.com", writer,
                         0, 1)
            for h in directory, b"", b"12345678":
                self.refused(session, Codes.BAD_HANDLE, "ranges@asyncssh.com",
                             h, 0, 1)

    def test_the_position_of_text_stays(self):
        self.put("f", b"one\ntwo\n")
        for version, session in self.versions():
            if version == 3:
                continue
            h = self.open(session, "f", "rt")
            self.assertEqual(session.call("read", h, 0, 4).data, b"one\n")
            self.assertEqual(self.told(session, h, 0, 8), ([(0, 8)], 1))
            self.assertEqual(session.call("read", h, 0, 4).data, b"two\n")


if __name__ == "__main__":
    unittest.main()
