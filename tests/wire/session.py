# SPDX-License-Identifier: ISC
"""Properties of a session that no request changes: framing, malformed packets,
order, end of input, handles, back-pressure. $SERVER is the server.
"""

import errno
import os
import random
import resource
import shutil
import socket
import struct
import subprocess
import tempfile
import unittest

import sftpwire as sw
from sftpwire import CREAT, READ, TRUNC, WRITE

SERVER = os.environ["SERVER"]
BUILD = os.environ.get("BUILD", os.path.dirname(SERVER))
MAX_PACKET, MAX_READ = 262144, 261120

BUILT_WITH = subprocess.run([SERVER, "-V"], check=True,
                            capture_output=True).stdout
LANDLOCK = b"landlock" in BUILT_WITH
# Without it the only checksum is crc32.
NETTLE = b"nettle" in BUILT_WITH


def sanitized():
    """True if the server is built with ASan, under which its memory use shows
    nothing."""
    with open(SERVER, "rb") as program:
        return b"__asan_init" in program.read()


def reason(error):
    """Returns the text of an errno, as the server's C library has it."""
    return subprocess.run(
        [os.path.join(BUILD, "tests", "strerror"), str(error)], check=True,
        stdout=subprocess.PIPE, text=True).stdout.rstrip("\n")


def kernel_has(*features):
    """True if tests/lib/kernel.c finds these features in the kernel."""
    status = subprocess.run([os.path.join(BUILD, "tests", "kernel"), *features],
                            stdout=subprocess.DEVNULL).returncode
    assert status in (0, 1), status
    return status == 0


class SessionTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="wire.")
        self.addCleanup(shutil.rmtree, self.dir)

    def put(self, name, data=b""):
        with open(os.path.join(self.dir, name), "wb") as out:
            out.write(data)

    def raw_session(self, *args, under=(), **kwargs):
        """A session before INIT, of a server that a command runs."""
        kwargs.setdefault("cwd", self.dir)
        session = sw.Session([*under, SERVER, *args], **kwargs)
        self.addCleanup(session.destroy)
        return session

    def use_up_descriptors(self, s):
        """Opens a directory until the server has no descriptor left. -> the
        handles, and the text of the reply that says so."""
        handles, reply = [], s.call("opendir", ".")
        while reply.kind == "handle":
            handles.append(reply.handle)
            reply = s.call("opendir", ".")
        self.assertIn(reason(errno.EMFILE), str(reply))
        return handles, str(reply)

    def session(self, *args, version=3, **kwargs):
        session = self.raw_session(*args, up_to=version, **kwargs)
        session.init(version)
        return session

    def versions(self):
        """A session in each version that the server speaks."""
        for version in (3, 4, 5, 6):
            session = self.raw_session(up_to=version)
            if session.init(version).version == version:
                with self.subTest(version=version):
                    yield version, session
                    self.assertEqual(session.finish(), 0)

    def assert_status(self, reply, code):
        self.assertEqual((reply.kind, getattr(reply, "code", None)),
                         ("status", code), str(reply))

    def assert_ends(self, session, status):
        """The server ends by itself, and says nothing more."""
        self.assertEqual(session.wait(), status, session.stderr())
        self.assertEqual(bytes(session.inbox), b"")


class Malformed(SessionTest):
    def requests(self, session, version):
        """A well-formed request of each kind, without optional fields."""
        values = {"s": "victim", "h": b"\1" * 8, "d": b"data", "n": 1,
                  "o": 0, "b": 1, "B": 1, "a": {"permissions": 0o600,
                                                "atime": 1, "mtime": 1,
                                                "extended": [("a", "b")]}}
        names = [n for n in sw.REQUESTS if n != "init"] + [
            n for n in sw.EXTENSIONS if n != "version-select"]
        for name in names:
            if name in sw.REQUESTS:
                shapes = sw.REQUESTS[name][1]
                shape = shapes[max(v for v in shapes if v <= version)]
            else:
                shape = sw.EXTENSIONS[name][0]
            if shape is not None:
                needed = shape.split("?")[0]
                yield name, session.payload(
                    name, *[values[letter] for letter in needed],
                    ident=0x01020304)[1]

    def test_truncated_at_every_byte(self):
        """BAD_MESSAGE with the id, nothing done, and the session lives. An
        extension that this version does not have is unknown however it is
        cut behind its name."""
        for version, session in self.versions():
            for name, payload in self.requests(session, version):
                named = 5 + 4 + len(name) if payload[0] == sw.EXTENDED else 5
                seen = {True: set(), False: set()}
                for length in range(5, len(payload)):
                    reply = session.call_raw(payload[:length], name)
                    self.assertEqual(reply.kind, "status", name)
                    seen[length < named].add(reply.code)
                told = "%s in version %d" % (name, version)
                self.assertLessEqual(seen[True], {sw.BAD_MESSAGE}, told)
                if name in sw.REQUESTS or "openssh" in name:
                    self.assertLessEqual(seen[False], {sw.BAD_MESSAGE}, told)
                else:
                    self.assertIn(seen[False], (set(), {sw.BAD_MESSAGE},
                                                {sw.OP_UNSUPPORTED}), told)
            self.assertEqual(session.call("realpath", ".").kind, "name")
            self.assertEqual(os.listdir(self.dir), [])

    def test_counts_that_lie(self):
        """A length or a count greater than what is there, up to 2^32-1."""
        session = self.session()
        head = struct.pack(">BI", 17, 7)
        for length in (5, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFB, 0xFFFFFFFF):
            self.assert_status(session.call_raw(
                head + struct.pack(">I", length) + b"name"), sw.BAD_MESSAGE)
        head = struct.pack(">BI", 9, 7) + sw.put("s", "f")
        for count in (2, 0x10000, 0x1FFFFFFF, 0x20000000, 0xFFFFFFFF):
            self.assert_status(session.call_raw(
                head + struct.pack(">II", sw.ATTR_EXTENDED, count)
                + sw.put("s", "a") + sw.put("s", "b")), sw.BAD_MESSAGE)
        head = struct.pack(">BI", 6, 7) + sw.put("h", b"\0" * 8)
        self.assert_status(session.call_raw(
            head + struct.pack(">QI", 0, 0xFFFFFFF0) + b"x"), sw.BAD_MESSAGE)
        self.assertEqual(session.finish(), 0)

    def test_length_without_room_for_an_id(self):
        for length in range(1, 5):
            session = self.session()
            session.send(sw.frame(b"\x11" + b"\0" * (length - 1)))
            self.assert_ends(session, 255)

    def test_length_zero(self):
        session = self.session()
        session.send(b"\0\0\0\0" + sw.frame(sw.request("stat", 1, ".")))
        self.assertEqual(session.wait(), 255)

    def test_init_without_a_version(self):
        for length in range(1, 5):
            session = self.raw_session()
            session.send(sw.frame(b"\1" + b"\0" * (length - 1)))
            self.assert_ends(session, 255)

    def test_request_before_init(self):
        for payload in (sw.request("stat", 1, "."), sw.request("close", 2, b""),
                        sw.extended("limits@openssh.com", 3),
                        b"\xff\0\0\0\1"):
            session = self.raw_session()
            session.send(sw.frame(payload))
            self.assert_ends(session, 255)

    def test_length_above_the_limit(self):
        """Known from the length alone, so the end comes at once."""
        for length in (MAX_PACKET + 1, 1 << 24, 0x7FFFFFFF, 0x80000000,
                       0xFFFFFFFF):
            session = self.session()
            session.send(struct.pack(">I", length) + b"\x06")
            self.assert_ends(session, 11)

    def test_length_above_the_limit_in_init(self):
        session = self.raw_session()
        session.send(struct.pack(">I", MAX_PACKET + 1) + b"\1\0\0\0\3")
        self.assert_ends(session, 11)

    def test_replies_before_the_end_are_sent(self):
        session = self.session()
        session.send(sw.frame(sw.request("realpath", 1, "."))
                     + struct.pack(">I", MAX_PACKET + 1) + b"\x11")
        self.assertEqual(session.wait(), 11)
        reply = sw.Reply(session.recv_frame(), 3)
        self.assertEqual((reply.kind, reply.id), ("name", 1))

    def test_random_packets(self):
        """Each packet gets one reply with its id, even a random one."""
        for version in (3, 4, 5, 6):
            session = self.session(version=version, user="nobody",
                                   fsize=1 << 20)
            dice = random.Random(version)
            for _ in range(2000):
                number = dice.choice([dice.randrange(2, 256),
                                      dice.randrange(3, 24), 200])
                if number == 1:
                    continue
                body = bytes(dice.randrange(4) * dice.randrange(64)
                             for _ in range(dice.randrange(40)))
                session.call_raw(struct.pack(
                    ">BI", number, dice.getrandbits(32)) + body)
            self.assertEqual(session.finish(), 0)


class Order(SessionTest):
    def test_ids_come_back(self):
        session = self.session()
        for ident in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 5, 5):
            session.start("stat", ".", ident=ident)
        for _ in range(7):
            self.assertEqual(session.result().kind, "attrs")
        self.assertEqual(session.finish(), 0)

    def test_strict_order_of_everything(self):
        """3000 requests at once; result() insists on their order."""
        self.put("f", b"x" * 100000)
        session = self.session()
        h = session.call("open", "f", READ, {}).handle
        dice = random.Random(1)
        for _ in range(3000):
            session.start(*dice.choice([
                ("stat", "f"), ("realpath", "."), ("read", h, 0, 5),
                ("read", h, 0, 50000), ("lstat", "nope"), ("fstat", h),
                ("statvfs@openssh.com", "."), ("nope@example.com", b"")]))
        for _ in range(3000):
            session.result()
        self.assertEqual(session.finish(), 0)

    def test_input_behind_requests_in_steps(self):
        """3 MiB at once, several times what the server reads ahead: each
        request that takes many steps finds its ids, wherever it is in the
        input. Then one by one, with ids that take long to be looked up."""
        ext, other = "users-groups-by-id@openssh.com", "nope@example.com"
        session = self.session()
        root = session.call(ext, bytes(4), b"").fields[0]
        ids = range(3000000000, 3000000300)
        for rounds, sent, answer, behind in (
                (100, bytes(4 * 2000), 2000 * root, b"\xff"),
                (20, struct.pack(">300I", *ids), bytes(4 * 300), b"\0")):
            asked = [session.payload(*what) for _ in range(rounds)
                     for what in ((ext, sent, b""), (other, 20117 * behind))]
            session.pending = [(ident, ext if i % 2 == 0 else None)
                               for i, (ident, _) in enumerate(asked)]
            frames = [sw.frame(payload) for _, payload in asked]
            for part in [b"".join(frames)] if rounds == 100 else frames:
                session.send(part)
            for _ in range(rounds):
                self.assertEqual(session.result().fields[0], answer)
                self.assert_status(session.result(), sw.OP_UNSUPPORTED)
        self.assertEqual(session.finish(), 0)

    def test_one_byte_at_a_time(self):
        session = self.session()
        session.pending = [(1, None), (2, None)]
        for byte in (sw.frame(sw.request("realpath", 1, "."))
                     + sw.frame(sw.request("stat", 2, "."))):
            session.send(bytes([byte]))
        self.assertEqual(session.result().kind, "name")
        self.assertEqual(session.result().kind, "attrs")
        self.assertEqual(session.finish(), 0)

    def test_effects_are_in_order(self):
        """OPEN, WRITE, FSETSTAT, STAT, RENAME, STAT without waiting."""
        session = self.session()
        h = session.call("open", "f", WRITE | CREAT, {}).handle
        session.start("write", h, 0, b"x" * 1000)
        session.start("fsetstat", h, {"size": 10})
        session.start("stat", "f")
        session.start("rename", "f", "g")
        session.start("stat", "f")
        session.start("write", h, 10, b"y" * 10)
        session.start("close", h)
        session.start("stat", "g")
        replies = [session.result() for _ in range(8)]
        self.assertEqual(replies[2].attrs["size"], 10)
        self.assert_status(replies[4], sw.NO_SUCH_FILE)
        self.assertEqual(replies[7].attrs["size"], 20)
        self.assertEqual(session.finish(), 0)


class EndOfInput(SessionTest):
    def everything_is_run(self, pipes):
        """2000 WRITEs and at once the end; replies are read after it."""
        count, size = 2000, 4096
        session = self.session(pipes=pipes)
        h = session.call("open", "f", WRITE | CREAT, {}).handle
        frames = []
        for i in range(count):
            ident, payload = session.payload("write", h, i * size,
                                             bytes([i % 251]) * size)
            session.pending.append((ident, "write"))
            frames.append(sw.frame(payload))
        blob = b"".join(frames)
        self.assertEqual(session.send(blob), len(blob))
        session.end_input()
        for _ in range(count):
            self.assert_status(session.result(), sw.OK)
        self.assert_ends(session, 0)
        with open(os.path.join(self.dir, "f"), "rb") as file:
            self.assertEqual(file.read(), b"".join(
                bytes([i % 251]) * size for i in range(count)))

    def test_everything_sent_is_run_on_a_socket(self):
        self.everything_is_run(False)

    def test_everything_sent_is_run_on_pipes(self):
        self.everything_is_run(True)

    def test_replies_wait_for_a_slow_reader(self):
        """The end of input, with more replies than the socket holds."""
        self.put("f", b"x" * MAX_READ)
        session = self.session()
        h = session.call("open", "f", READ, {}).handle
        for _ in range(40):
            session.start("read", h, 0, MAX_READ)
        session.end_input()
        for _ in range(40):
            self.assertEqual(len(session.result().data), MAX_READ)
        self.assert_ends(session, 0)

    def test_half_a_packet_is_dropped(self):
        session = self.session()
        session.send(sw.frame(sw.request("mkdir", 1, "d", {}))[:-1])
        self.assertEqual(session.finish(), 0)
        self.assertEqual(os.listdir(self.dir), [])

    def test_no_input_at_all(self):
        self.assertEqual(self.raw_session().finish(), 0)

    def test_reader_gone(self):
        """EPIPE is the client's leaving, not an error."""
        for pipes in (False, True):
            session = self.session(pipes=pipes)
            if pipes:
                os.close(session.rx)
                session.rx = os.open("/dev/null", os.O_RDONLY)
                session.send(sw.frame(sw.request("stat", 1, ".")),
                             read_too=False)
            else:
                session.send(sw.frame(sw.request("stat", 1, ".")) * 10)
                # A close with replies unread would be a reset instead.
                session.sock.shutdown(socket.SHUT_RDWR)
            session.child.wait(session.timeout)
            self.assertEqual(session.child.returncode, 0)


class Sizes(SessionTest):
    def test_the_largest_packet(self):
        session = self.session()
        h = session.call("open", "f", READ | WRITE | CREAT, {}).handle
        overhead = len(session.payload("write", h, 0, b"")[1])
        data = os.urandom(MAX_PACKET - overhead)
        for _ in range(3):
            self.assert_status(session.call("write", h, 0, data), sw.OK)
        self.assertEqual(session.call("read", h, 0, 1 << 31).data,
                         data[:MAX_READ])
        self.assertEqual(session.call("read", h, MAX_READ, 1 << 31).data,
                         data[MAX_READ:])
        self.assertEqual(session.finish(), 0)

    def test_reads_are_full(self):
        """Every READ gets all that it asks for, up to the end."""
        data = os.urandom(700001)
        self.put("f", data)
        session = self.session()
        h = session.call("open", "f", READ, {}).handle
        for length in (997, 4096, 32768, 65536, 261119, MAX_READ):
            at = 0
            while at < len(data):
                reply = session.call("read", h, at, length)
                self.assertEqual(reply.data, data[at:at + length])
                at += length
            self.assert_status(session.call("read", h, at, length), sw.EOF)
        self.assertEqual(session.finish(), 0)

    def test_pipelined_reads_and_writes(self):
        """Neighbours may share a call; each has its own reply."""
        session = self.session()
        h = session.call("open", "f", READ | WRITE | CREAT | TRUNC, {}).handle
        want, at = b"", 0
        for i in range(300):
            data = bytes([i % 256]) * (1 + i * 37 % 9000)
            session.start("write", h, at, data)
            want, at = want + data, at + len(data)
        for _ in range(300):
            self.assert_status(session.result(), sw.OK)
        for at in range(0, len(want) + 9000, 3000):
            session.start("read", h, at, 3000)
        for at in range(0, len(want) + 9000, 3000):
            reply = session.result()
            if at < len(want):
                self.assertEqual(reply.data, want[at:at + 3000])
            else:
                self.assert_status(reply, sw.EOF)
        # A write between reads is seen by the read behind it alone.
        session.start("read", h, 0, 10)
        session.start("write", h, 5, b"HERE")
        session.start("read", h, 0, 10)
        first, _, second = [session.result() for _ in range(3)]
        self.assertEqual(first.data, want[:10])
        self.assertEqual(second.data, want[:5] + b"HERE" + want[9:10])
        self.assertEqual(session.finish(), 0)

    def test_writes_that_fail_amid_others(self):
        """Neighbours of a WRITE that fails have their own answers."""
        session = self.session(fsize=10000)
        h = session.call("open", "f", WRITE | CREAT, {}).handle
        for at in range(0, 16000, 4000):
            session.start("write", h, at, b"w" * 4000)
        session.start("write", h, 0, b"again")
        codes = [session.result().code for _ in range(5)]
        self.assertEqual(codes, [sw.OK, sw.OK, sw.FAILURE, sw.FAILURE, sw.OK])
        self.assertEqual(session.finish(), 0)

    def test_listings(self):
        """All entries, each once; packets filled by size, and bounded."""
        names = {"%04d%s" % (i, "x" * (i % 250)) for i in range(3000)}
        for name in names:
            self.put(name)
        session = self.session()
        h = session.call("opendir", ".").handle
        got, sizes = [], []
        while True:
            reply = session.call("readdir", h)
            if reply.kind == "status":
                break
            self.assertGreater(len(reply.names), 0)
            got += [name for name, _, _ in reply.names]
            sizes.append(len(reply.raw))
        self.assert_status(reply, sw.EOF)
        self.assertEqual(sorted(map(os.fsdecode, got)),
                         sorted(names | {".", ".."}))
        self.assertLessEqual(max(sizes), 34000)
        self.assertGreater(min(sizes[:-1]), 24000)
        self.assertEqual(session.finish(), 0)

    def test_version_is_small(self):
        for version in (3, 4, 5, 6):
            session = self.raw_session(up_to=6)
            self.assertLess(len(session.init(version).raw), 8192)


class Handles(SessionTest):
    def test_eight_bytes_and_never_again(self):
        self.put("f")
        session = self.session()
        seen = set()
        for _ in range(5000):
            for name in ("open", "opendir"):
                values = ("f", READ, {}) if name == "open" else (".",)
                session.start(name, *values)
                h = session.result().handle
                self.assertEqual(len(h), 8)
                self.assertNotIn(h, seen)
                seen.add(h)
                session.start("close", h)
                self.assert_status(session.result(), sw.OK)
        for h in list(seen)[:100]:
            self.assert_status(session.call("fstat", h), sw.FAILURE)
            self.assert_status(session.call("close", h), sw.NO_SUCH_FILE)
        self.assertEqual(session.finish(), 0)

    def test_too_many(self):
        """A FAILURE that says so; what is closed can be used again."""
        self.put("f")
        session = self.session(nofile=64)
        handles = []
        while True:
            reply = session.call("open", "f", READ, {})
            if reply.kind == "status":
                break
            handles.append(reply.handle)
            self.assertLess(len(handles), 64)
        self.assert_status(reply, sw.FAILURE)
        self.assertEqual(reply.message.decode(), reason(errno.EMFILE))
        self.assertGreater(len(handles), 40)
        self.assert_status(session.call("close", handles.pop()), sw.OK)
        self.assertEqual(session.call("open", "f", READ, {}).kind, "handle")
        self.assertEqual(session.finish(), 0)

    def test_thousands(self):
        self.put("f", b"data")
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        count = min(3000, limit - 64)
        session = self.session()
        handles = [session.call("open", "f", READ, {}).handle
                   for _ in range(count)]
        self.assertEqual(len(set(handles)), count)
        for h in handles[::7]:
            self.assertEqual(session.call("read", h, 0, 9).data, b"data")
        for h in handles:
            self.assert_status(session.call("close", h), sw.OK)
        self.assertEqual(session.finish(), 0)


class NeverBlocks(SessionTest):
    def test_fifo(self):
        path = os.path.join(self.dir, "fifo")
        os.mkfifo(path)
        session = self.session()
        reader = session.call("open", "fifo", READ, {})
        self.assertEqual(reader.kind, "handle")
        # No process has the other end open.
        reply = session.call("read", reader.handle, 0, 10)
        self.assertIn(reply.code, (sw.EOF, sw.FAILURE))
        # A process has it open and has written nothing.
        other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, other)
        reply = session.call("read", reader.handle, 0, 10)
        self.assert_status(reply, sw.FAILURE)
        # A full one.
        writer = session.call("open", "fifo", WRITE, {})
        for _ in range(100):
            reply = session.call("write", writer.handle, 0, b"x" * 65536)
            if reply.code != sw.OK:
                break
        self.assert_status(reply, sw.FAILURE)
        self.assertEqual(session.call("stat", ".").kind, "attrs")
        self.assertEqual(session.finish(), 0)

    def test_fifo_to_write_without_a_reader(self):
        os.mkfifo(os.path.join(self.dir, "fifo"))
        session = self.session()
        self.assert_status(session.call("open", "fifo", WRITE, {}), sw.FAILURE)
        self.assertEqual(session.finish(), 0)

    def test_terminal(self):
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        session = self.session()
        reply = session.call("open", os.ttyname(slave), READ, {})
        self.assertEqual(reply.kind, "handle")
        self.assert_status(session.call("read", reply.handle, 0, 10),
                           sw.FAILURE)
        self.assertEqual(session.finish(), 0)

    def test_devices(self):
        session = self.session()
        h = session.call("open", "/dev/zero", READ, {}).handle
        self.assertEqual(session.call("read", h, 0, 100).data, b"\0" * 100)
        h = session.call("open", "/dev/null", READ | WRITE, {}).handle
        self.assert_status(session.call("read", h, 0, 100), sw.EOF)
        self.assert_status(session.call("write", h, 0, b"x"), sw.OK)
        self.assertEqual(session.finish(), 0)


class BackPressure(SessionTest):
    """A client that sends and does not read."""

    def deep(self):
        """A directory whose path makes small REALPATHs large."""
        path = self.dir
        for _ in range(7):
            path = os.path.join(path, "d" * 250)
            os.mkdir(path)
        return path

    def flood(self, session, payload, size):
        """Sends copies of a request, `size` bytes, reading nothing; -> how
        many were taken whole."""
        one = sw.frame(payload)
        taken = session.send(one * (size // len(one)), read_too=False)
        return taken // len(one), taken % len(one)

    def count_replies(self, session, count):
        for _ in range(count):
            self.assertEqual(session.recv_frame()[0], 104)

    def test_memory_is_bounded(self):
        session = self.session(cwd=self.deep())
        taken, _ = self.flood(session, sw.request("realpath", 1, "."), 64 << 20)
        self.assertLess(taken * 14, 64 << 20, "it takes requests without end")
        if not sanitized():
            self.assertLess(session.rss_peak(), 16 << 10)
        self.count_replies(session, taken)
        if not sanitized():
            self.assertLess(session.rss_peak(), 16 << 10)

    def test_large_packets_without_end(self):
        self.put("f", b"x" * MAX_READ)
        session = self.session()
        h = session.call("open", "f", READ, {}).handle
        taken, _ = self.flood(session, sw.request("read", 1, h, 0, MAX_READ),
                              1 << 20)
        if not sanitized():
            self.assertLess(session.rss_peak(), 16 << 10)
        for _ in range(min(taken, 200)):
            self.assertEqual(len(session.recv_frame()), 9 + MAX_READ)

    def test_a_whole_window_first(self):
        """A client that reads only when it has sent its window (64 READs of
        32 KiB, or 256 KiB of small requests) is no deadlock."""
        self.put("f", b"x" * 32768)
        session = self.session(cwd=self.dir)
        h = session.call("open", "f", READ, {}).handle
        window = sw.frame(sw.request("read", 1, h, 0, 32768)) * 64
        self.assertEqual(session.send(window, read_too=False), len(window))
        for _ in range(64):
            self.assertEqual(len(session.recv_frame()), 9 + 32768)
        window = sw.frame(sw.request("realpath", 1, "./f")) * (256 * 64)
        self.assertEqual(session.send(window, read_too=False), len(window))
        self.count_replies(session, 256 * 64)
        self.assertEqual(session.finish(), 0)

    def test_writes_without_reading(self):
        """16 MiB of WRITEs: their replies fit into the socket."""
        session = self.session()
        h = session.call("open", "f", WRITE | CREAT, {}).handle
        window = sw.frame(sw.request("write", 1, h, 0, b"w" * 32768)) * 512
        self.assertEqual(session.send(window, read_too=False), len(window))
        for _ in range(512):
            self.assert_status(sw.Reply(session.recv_frame(), 3), sw.OK)
        self.assertEqual(session.finish(), 0)


if __name__ == "__main__":
    unittest.main()
