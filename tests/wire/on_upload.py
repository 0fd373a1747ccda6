# SPDX-License-Identifier: ISC
"""contrib/on-upload: one command for each file that arrived whole, whatever its
name is; records that are lost, repeated, forged or of no file. $SERVER is the
server.
"""

import hashlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc
import types
import unittest

import sftpwire as sw
from session import NETTLE, SessionTest
from sftpwire import CREAT, READ, TRUNC, WRITE

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "../../contrib/on-upload")
ROOT = os.getuid() == 0
# Appends its arguments, each in hexadecimal digits, to a file as one line.
COMMAND = """import sys, os
out = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(out, b" ".join(os.fsencode(a).hex().encode() or b"-"
                        for a in sys.argv[2:]) + b"\\n")
"""


def program():
    """Returns the program as a module, without what it says."""
    module = types.ModuleType("on_upload")
    with open(PROGRAM) as text:
        exec(compile(text.read(), PROGRAM, "exec"), module.__dict__)
    module.said = []
    module.say = lambda *words: module.said.append(" ".join(map(str, words)))
    return module


def become_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


class OnUpload(SessionTest):
    def setUp(self):
        super().setUp()
        self.base = tempfile.mkdtemp(prefix="on-upload.")
        self.addCleanup(shutil.rmtree, self.base)
        os.chmod(self.base, 0o755)
        os.chmod(self.dir, 0o777)
        self.said = self.base + "/said"
        self.command = self.base + "/command"
        with open(self.command, "w") as out:
            out.write("#!%s\n%s" % (sys.executable, COMMAND))
        os.chmod(self.command, 0o755)

    def start(self, *options, command=None, **kwargs):
        self.program = subprocess.Popen(
            [sys.executable, PROGRAM, "-s", self.base + "/s", *options, "--",
             *(command or [self.command, self.said])],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **kwargs)
        self.addCleanup(self.kill)
        self.wait_for(self.listens)

    def listens(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            return s.connect_ex(self.base + "/s") == 0 and os.stat(
                self.base + "/s").st_mode & 0o002

    def kill(self):
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        self.program.stderr.close()

    def wait_for(self, what):
        while not what():
            self.assertIsNone(self.program.poll(), "it has ended")
            time.sleep(0.01)

    def end(self):
        """Lets it finish what it has. Returns what it said, by the words of
        each line, and its own messages."""
        self.program.send_signal(signal.SIGTERM)
        _, messages = self.program.communicate()
        self.assertEqual(self.program.returncode, 0, messages)
        self.assertFalse(os.path.exists(self.base + "/s"))
        return self.lines(), messages.decode()

    def lines(self):
        try:
            with open(self.said) as file:
                return [[b"" if word == "-" else bytes.fromhex(word)
                         for word in line.split()] for line in file]
        except FileNotFoundError:
            return []

    def server(self, *options, **kwargs):
        args = [w for o in options for w in ("-o", o)]
        return self.session("-o", "log.transfers=%s/s" % self.base, *args,
                            **kwargs)

    def upload(self, s, name, data=b"data", pflags=WRITE | CREAT | TRUNC):
        h = s.call("open", name, pflags, {}).handle
        if data:
            self.assert_status(s.call("write", h, 0, data), sw.OK)
        self.assert_status(s.call("close", h), sw.OK)

    def at(self, name):
        return os.path.join(os.fsencode(os.path.realpath(self.dir)), name)

    def user(self):
        import pwd
        return pwd.getpwuid(os.getuid()).pw_name.encode()

    def send(self, **record):
        """A record that did not come from a server."""
        record = dict({"session": "s", "op": "close", "end": "client",
                       "user": self.user().decode(), "result": "Success",
                       "written": 4, "read": 0}, **record)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.connect(self.base + "/s")
            s.send(json.dumps(record).encode())

    def send_as_nobody(self, **record):
        child = os.fork()
        if child == 0:
            become_nobody()
            self.send(**record)
            os._exit(0)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def hold(self):
        """Lets each command, once it has said its arguments, wait for go()."""
        with open(self.command, "a") as out:
            out.write("import time\nwhile not os.path.exists(%r): "
                      "time.sleep(0.01)\n" % (self.base + "/go"))

    def looked_at(self):
        """Waits until the program has looked at all records that were sent:
        they are looked at in order, and it complains of the last."""
        self.send(user="no-such-user")
        while b"no-such-user" not in (line := self.program.stderr.readline()):
            self.assertTrue(line)

    def go(self):
        open(self.base + "/go", "w").close()

    def test_arguments(self):
        self.start()
        s = self.server(*["log.checksum=sha256"] * NETTLE)
        names = [b"plain", b"two words", b"-rf", b"$(touch x);`id`|&",
                 b"a'b\"c", b"line\nfeed", b"\xff\xfe",
                 "\u202e\u00e4".encode(), b"%s\\n"]
        for name in names:
            self.upload(s, name, name)
        lines, _ = self.end()
        self.assertEqual(lines, [
            [self.at(name), self.user(), b"%d" % len(name),
             hashlib.sha256(name).hexdigest().encode() if NETTLE else b"-"]
            for name in names])

    def test_only_what_is_whole(self):
        self.start()
        self.put("f", b"content")
        s = self.server()
        self.upload(s, "f", b"", READ)
        s.call("mkdir", "d", {})
        s.call("open", "d/none/x", WRITE | CREAT, {})
        h = s.call("open", "cut off", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x")
        self.assertEqual(s.finish(), 0)
        s = self.server(fsize=100)
        h = s.call("open", "too large", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x" * 90)
        s.call("write", h, 90, b"x" * 90)
        s.call("close", h)
        self.upload(s, "last")
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"last")])

    def test_files_that_lost_their_names(self):
        """Neither the directory nor a file that has the name now is taken for
        one that was removed or replaced before its close."""
        self.start("-a")
        self.put("new", b"new")
        s = self.server()
        for name in b"removed", b"replaced":
            h = s.call("open", name, WRITE | CREAT, {}).handle
            s.call("write", h, 0, b"x" * 100)
            if name == b"removed":
                s.call("remove", name)
            else:
                s.call("posix-rename@openssh.com", b"new", name)
            s.call("close", h)
        self.upload(s, b"last")
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines],
                         [self.at(b"last")])

    @unittest.skipUnless(NETTLE, "built without nettle")
    def test_empty(self):
        """An empty upload is known by its sum."""
        self.start()
        self.upload(self.server("log.checksum=sha256"), "empty", b"")
        lines, _ = self.end()
        self.assertEqual(lines, [[self.at(b"empty"), self.user(), b"0",
                                  hashlib.sha256().hexdigest().encode()]])

    def test_temporary_names(self):
        self.start("-t", "*.part", "-t", ".in.*")
        s = self.server()
        self.upload(s, "a.part", b"whole")
        self.assert_status(s.call("rename", "a.part", "a"), sw.OK)
        self.upload(s, ".in.b", b"12")
        self.assert_status(s.call("rename", ".in.b", "b.part"), sw.OK)
        self.assert_status(s.call("rename", "b.part", "b"), sw.OK)
        self.upload(s, "given up.part")
        self.put("old.part")
        self.assert_status(s.call("rename", "old.part", "old"), sw.OK)
        lines, _ = self.end()
        self.assertEqual([line[:3] for line in lines], [
            [self.at(b"a"), self.user(), b"5"],
            [self.at(b"b"), self.user(), b"2"]])

    def test_temporary_names_of_several_sessions(self):
        """rclone renames a file in any of its sessions."""
        self.start("-t", "*.part")
        sessions = [self.server() for _ in range(3)]
        for n in range(9):
            self.upload(sessions[n % 3], "%d.part" % n, b"x" * (n + 1))
        for n in range(9):
            self.assert_status(sessions[n // 3].call(
                "rename", "%d.part" % n, "%d" % n), sw.OK)
        # At its end a session delivers what found the queue full.
        for s in sessions:
            self.assertEqual(s.finish(), 0)
        lines, _ = self.end()
        # Records of several sessions have no order among each other.
        self.assertEqual(sorted(line[:3] for line in lines), [
            [self.at(b"%d" % n), self.user(), b"%d" % (n + 1)]
            for n in range(9)])

    def test_close_told_after_the_rename(self):
        """The record of a session that found the queue full comes late."""
        self.start("-t", "*.part")
        for name in "ab":
            with open(self.at(name.encode()), "w") as file:
                file.write("data")
        at = {name: self.at(name.encode()).decode()
              for name in ("a.part", "a", "b.part", "b")}
        for name in "ab":
            self.send(op="rename", path=at[name + ".part"], to=at[name],
                      time="2026-11-30T12:00:00.500Z")
        self.send(path=at["a.part"], time="2026-11-30T12:00:00.499Z")
        # This one is another file, which has not got its name yet.
        self.send(path=at["b.part"], time="2026-11-30T12:00:00.501Z")
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"a")])

    def test_renamed_before_it_was_looked_at(self):
        """The records of the close and the rename are there at once."""
        self.start()
        os.kill(self.program.pid, signal.SIGSTOP)
        s = self.server()
        self.upload(s, "a")
        self.assert_status(s.call("rename", "a", "b"), sw.OK)
        os.kill(self.program.pid, signal.SIGCONT)
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"b")])

    def test_root(self):
        os.mkdir(os.path.join(self.dir, "in"))
        self.start()
        self.upload(self.server("root=" + self.dir), "/in/f")
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"in/f")])

    def test_repeated(self):
        self.start()
        self.put("f", b"data")
        for n in range(3):
            self.send(path=self.at(b"f").decode(), time="1")
        self.wait_for(self.lines)
        self.send(path=self.at(b"f").decode(), time="1", lost=7)
        self.send(path=self.at(b"f").decode(), time="2")
        self.wait_for(lambda: len(self.lines()) > 1)
        lines, messages = self.end()
        self.assertEqual(len(lines), 2)
        self.assertIn("lost 7 records", messages)

    def test_many_of_one_file(self):
        """The last of those that wait."""
        self.hold()
        self.start()
        s = self.server()
        self.upload(s, "first")
        self.wait_for(self.lines)
        for n in range(1, 5):
            self.upload(s, "f", b"x" * n)
        self.looked_at()
        self.go()
        lines, _ = self.end()
        self.assertEqual([line[2] for line in lines], [b"4", b"4"])

    def test_lost(self):
        """By a reader that was away, which the server tells."""
        program = self.base + "/lost"
        with open(program, "w") as out:
            out.write("#!/bin/sh\necho \"$1\" >>%s.lost\n" % self.said)
        os.chmod(program, 0o755)
        self.start("-l", program)

        def reasons():
            try:
                with open(self.said + ".lost") as file:
                    return file.read().split()
            except FileNotFoundError:
                return []
        self.wait_for(reasons)
        s = self.server()
        self.end()
        self.upload(s, "a")
        self.upload(s, "b")
        self.start("-l", program)
        self.wait_for(lambda: len(reasons()) > 1)
        self.upload(s, "c")
        self.end()
        self.assertEqual(reasons(), ["start", "start", "2"])
        self.assertEqual([line[0] for line in self.lines()], [self.at(b"c")])

    def test_nonsense(self):
        self.start()
        self.put("f", b"data")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.connect(self.base + "/s")
            for data in (b"", b"{", b"[]", b"{}", b"null", b"\xff" * 99,
                         b"[" * 5000, b'{"user":1}', b'{"user":"nobody-here"}'):
                s.send(data)
        here = self.at(b"f").decode()
        for record in ({"path": "f"}, {"path": here + "\0x"}, {"path": 1}, {},
                       {"path": here, "written": "x", "op": ["close"]},
                       {"path": here, "user": "no-such-user"},
                       {"path": here, "root": "/usr"}, {"path": "/dev/null"},
                       {"path": here, "path_hex": "zz"},
                       {"path": self.dir}, {"path": here + ".gone"}):
            self.send(**record)
        self.send(path=here)
        lines, messages = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"f")])
        self.assertNotIn("Traceback", messages)

    @unittest.skipUnless(ROOT, "takes root, to be somebody else")
    def test_forged(self):
        """A user tells of another's files, or says to be another."""
        self.start()
        self.put("root's", b"data")
        for user in "root", "nobody":
            self.send_as_nobody(user=user, path=self.at(b"root's").decode())
        self.upload(self.server(user="nobody"), "nobody's")
        lines, messages = self.end()
        self.assertEqual([line[:2] for line in lines],
                         [[self.at(b"nobody's"), b"nobody"]])
        self.assertIn("is not from user root", messages)
        self.assertIn("it is another user's", messages)

    def nobodys(self):
        """Returns the name of a file that belongs to nobody."""
        self.put("nobody's", b"data")
        name = self.at(b"nobody's")
        os.chown(name, 65534, 65534)
        return name.decode()

    @unittest.skipUnless(ROOT, "takes root, to be somebody else")
    def test_forged_rename_of_one_that_waits(self):
        """It takes neither the place of the other's file nor its facts."""
        theirs = self.nobodys()
        self.hold()
        self.start()
        s = self.server()
        self.upload(s, "first")
        self.wait_for(self.lines)
        self.upload(s, "second", b"12345")
        self.send_as_nobody(user="nobody", op="rename", to=theirs,
                            path=self.at(b"second").decode())
        self.looked_at()
        self.go()
        lines, _ = self.end()
        self.assertEqual([line[:3] for line in lines], [
            [self.at(b"first"), b"root", b"4"],
            [self.at(b"second"), b"root", b"5"]])

    @unittest.skipUnless(ROOT, "takes root, to be somebody else")
    def test_forged_rename_of_a_temporary_name(self):
        theirs = self.nobodys()
        self.start("-t", "*.part")
        temporary = self.at(b"a.part").decode()
        self.send(path=temporary)
        self.send_as_nobody(user="nobody", op="rename", path=temporary,
                            to=theirs)
        self.put("a", b"data")
        self.send(op="rename", path=temporary, to=self.at(b"a").decode())
        lines, _ = self.end()
        self.assertEqual([line[:2] for line in lines],
                         [[self.at(b"a"), b"root"]])

    def test_wrong_types(self):
        """Nothing ends the program, and its command sees no unchecked text."""
        self.start()
        self.put("f", b"data")
        here = self.at(b"f").decode()
        deep = b'{"user":"%s","x":%s' % (self.user(), b"[" * 50000)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.connect(self.base + "/s")
            for data in (deep, deep + b"]" * 50000 + b"}", b'{"a":' * 9999):
                s.send(data)
        for key, values in {
                "lost": (float("inf"), float("nan"), -1, "7", True, 1 << 80),
                "written": (float("inf"), -1, "4", True, None, [4], 1 << 80),
                "sha256": (5, None, "x", "a\0", "A" * 64, "a" * 63,
                           "a" * 64 + "\n", ["-"]),
                "root": (5, None, "", "usr", "/\0"),
                "root_hex": (5, "zz", "75", "2f00"),
                "path": (5, None, "", "f", "/\0", "/" + "x" * 4096, "\udc80"),
                "user": (5, None, "a\0", "\ud800", ["root"])}.items():
            for value in values:
                self.send(**dict({"path": here}, **{key: value}))
        self.send(path=here)
        lines, messages = self.end()
        self.assertEqual(lines, [[self.at(b"f"), self.user(), b"4", b"-"]])
        self.assertNotIn("Traceback", messages)
        self.assertNotIn("lost", messages)

    def test_links_without_end(self):
        """A chain of links that is longer than the kernel follows."""
        self.start()
        for n in range(1500):
            os.symlink("l%d" % (n + 1), self.at(b"l%d" % n))
        self.put("f", b"data")
        self.send(path=self.at(b"l0").decode())
        self.send(path="/f", root=self.at(b"l0").decode())
        self.send(path=self.at(b"f").decode())
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"f")])

    def test_command_that_cannot_be_given_its_arguments(self):
        module = program()
        jobs = module.Jobs([b"true"], 1, 0, None)
        jobs.start([b"true", b"\0"], "f")
        jobs.start([b"true", 5], "f")
        self.assertEqual(len(module.said), 2)
        self.assertFalse(jobs.running)

    def flood(self):
        """Sends records without end, from another process."""
        data = json.dumps({"user": self.user().decode(), "result": "Failure",
                           "x": ["x"] * 2000}).encode()
        child = os.fork()
        if child == 0:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                    s.connect(self.base + "/s")
                    while True:
                        s.send(data)
            finally:
                os._exit(0)

        def end():
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.addCleanup(end)

    def test_flood(self):
        """Senders who never stop keep no job from running, nor the end."""
        self.start()
        for _ in range(3):
            self.flood()
        self.put("f", b"data")
        self.send(path=self.at(b"f").decode())
        self.wait_for(self.lines)
        lines, _ = self.end()
        self.assertEqual([line[0] for line in lines], [self.at(b"f")])

    def test_rounds(self):
        """Jobs are run between rounds, and after a signal to end so many
        datagrams are the last, although more has come."""
        module, asked, rounds = program(), [], []

        class Endless(socket.socket):
            def recvmsg_into(self, buffers, *_):
                asked.append(True)
                if len(asked) > 5000:
                    raise AssertionError("no end of reading")
                buffers[0][:2] = b"{}"
                return 2, [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS,
                            struct.pack("iII", 1, 65534, 1))], 0, None
        wake, waker = os.pipe2(os.O_NONBLOCK)
        self.addCleanup(os.close, wake)
        self.addCleanup(os.close, waker)
        with Endless(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            drain = module.Drain(s, waker)
            drain.stop()
            drain.run()
            self.assertEqual(len(asked), 1024)
            jobs = types.SimpleNamespace(
                waiting={}, running={}, limit=0,
                run=lambda: rounds.append(len(drain.came)))
            module.serve(drain, wake, [True], module.Reader([]), jobs, False)
        self.assertEqual(rounds, list(range(1024 - 64, -1, -64)))

    def test_drain(self):
        """The queue of the socket is emptied while the program is busy."""
        module = program()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            s.bind(self.base + "/s")
            wake, waker = os.pipe2(os.O_NONBLOCK)
            self.addCleanup(os.close, wake)
            self.addCleanup(os.close, waker)
            drain = module.Drain(s, waker)
            drain.start()
            to.settimeout(sw.TIMEOUT)
            to.connect(self.base + "/s")
            for n in range(5000):
                to.send(b"%d" % n)
            drain.stop()
            drain.join()
            self.assertTrue(os.read(wake, 1))
        got, over = [], False
        while not over:
            taken, dropped, over = drain.take()
            self.assertFalse(dropped)
            got += taken
        self.assertEqual(got, [(b"%d" % n, os.getuid()) for n in range(5000)])

    def test_drain_is_bounded(self):
        """A user who sends too much loses records, and nobody else does."""
        module, wakened = program(), []
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            drain = module.Drain(s, -1)
            drain.wake = lambda: wakened.append(True)
            for data in b"", b"x" * 65536:
                for _ in range(40000):
                    drain.put(data, 1)
                drain.put(b"y", 2)
            self.assertLessEqual(drain.held[1], module.HELD_MAX)
        self.assertEqual(wakened, [True])
        drain.ended = True
        came, lost, over = [], 0, False
        while not over:
            taken, dropped, over = drain.take()
            came += [uid for _, uid in taken]
            lost += dropped.pop(1, 0)
            self.assertFalse(dropped)
        self.assertEqual(came.count(2), 2)
        self.assertEqual(came.count(1) + lost, 80000)
        self.assertFalse(drain.held)

    def test_records_that_are_dropped(self):
        """The log says so once, and the search for what is lost begins."""
        module, reasons = program(), []
        takes = [([(b"", 1)], {1: 3}, False), ([(b"", 1)], {1: 4}, False),
                 ([], {}, False), ([], {1: 5}, True)]
        wake, waker = os.pipe2(os.O_NONBLOCK)
        self.addCleanup(os.close, wake)
        self.addCleanup(os.close, waker)
        drain = types.SimpleNamespace(came=[1], take=lambda: takes.pop(0),
                                      stop=lambda: None)
        jobs = types.SimpleNamespace(waiting={}, running={}, limit=0,
                                     run=lambda: None, lose=reasons.append)
        reader = types.SimpleNamespace(read=lambda *_: (0, None, None))
        module.serve(drain, wake, [], reader, jobs, False)
        self.assertEqual(reasons, ["3", "4", "5"])
        self.assertEqual(module.said, [
            "too many records of uid 1 wait: more are lost"] * 2)

    def test_short_queue(self):
        module = program()
        module.QUEUE = self.base + "/queue"
        for length, said in (10, 1), (511, 1), (512, 0), (4096, 0):
            with open(module.QUEUE, "w") as out:
                out.write("%d\n" % length)
            module.said.clear()
            module.warn_of_short_queue()
            self.assertEqual(len(module.said), said, length)
            self.assertIn("sysctl net.unix.max_dgram_qlen=4096",
                          (module.said or [module.__doc__])[0])
        os.unlink(module.QUEUE)
        module.warn_of_short_queue()

    def test_arguments_that_are_wrong(self):
        """One line, and a status that tells an option from the rest."""
        plain, there = self.base + "/plain", self.base + "/there"
        for name in plain, there:
            with open(name, "w") as out:
                out.write("#!/bin/sh\n")
        os.chmod(there, 0o755)
        os.mkdir(self.base + "/closed", 0)
        self.addCleanup(os.chmod, self.base + "/closed", 0o700)
        none = self.base + "/none"
        wrong = [
            (2, "no command", []), (2, "-x", ["-x", there]),
            *((2, option, [*option.split(), there]) for option in (
                "-j x", "-j 0", "-j -3", "-k x", "-k -1", "-m 8", "-m -1")),
            (1, "-u no-such-user: no such user", ["-u", "no-such-user", there]),
            (1, none + "/s: No such file or directory",
             ["-s", none + "/s", there]),
            (1, plain + ": Address already in use", ["-s", plain, there]),
            (1, "AF_UNIX path too long", ["-s", "/" + "x" * 200, there]),
            (1, none + ": No such file or directory", [none]),
            (1, plain + ": Permission denied", [plain]),
            (1, self.base + ": Is a directory", [self.base]),
            (1, "no-such-program: No such file", ["no-such-program"]),
            (1, none + ": No such file or directory", ["-l", none, there])]
        if not ROOT:
            wrong += [(1, "Permission denied",
                       ["-s", self.base + "/closed/s", there]),
                      (1, "-u nobody: Operation not permitted",
                       ["-u", "nobody", there])]
        for status, words, args in wrong:
            with self.subTest(args=args):
                if "-s" not in args:
                    args = ["-s", self.base + "/s", *args]
                r = subprocess.run([sys.executable, PROGRAM, *args], text=True,
                                   capture_output=True, timeout=sw.TIMEOUT)
                self.assertEqual((r.returncode, r.stdout), (status, ""))
                self.assertRegex(r.stderr, r"\Aon-upload: .*\n\Z")
                self.assertIn(words, r.stderr)
                self.assertFalse(os.path.exists(self.base + "/s"))
        self.assertTrue(os.path.exists(plain))

    @unittest.skipUnless(ROOT, "takes root, to become somebody else")
    def test_command_that_the_user_cannot_run(self):
        os.chmod(self.command, 0o700)
        r = subprocess.run([sys.executable, PROGRAM, "-u", "nobody", "-s",
                            self.base + "/s", self.command], text=True,
                           capture_output=True, timeout=sw.TIMEOUT)
        self.assertEqual((r.returncode, r.stderr), (
            1, "on-upload: %s: Permission denied\n" % self.command))

    def test_memory(self):
        """It does not grow with the length of what is remembered."""
        reader, user = program().Reader(["*.part"]), self.user().decode()
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for n in range(500):
            reader.read(json.dumps({
                "user": user, "result": "Success", "session": "s", "n": n,
                "op": "close", "end": "client", "written": 4,
                "path": "/%s/%d.part" % ("x" * 4000, n),
                "x": "x" * 20000}).encode(), os.getuid())
        self.assertLess(tracemalloc.get_traced_memory()[0], 1 << 20)

    def test_one_user_does_not_push_out_another(self):
        """Of each user so many records are remembered, and files can wait;
        users take turns."""
        module = program()
        module.KEPT_MAX, module.WAITING_MAX = 3, 3
        reader, mine, theirs = module.Reader([]), 65534, 65533
        module.pwd = types.SimpleNamespace(getpwnam=lambda name:
            types.SimpleNamespace(pw_uid={"a": mine, "b": theirs}[name]))

        def read(user, uid, n):
            return reader.read(json.dumps({
                "user": user, "result": "Success", "session": "s", "n": n,
                "op": "close", "end": "client", "written": 4,
                "path": "/%d" % n}).encode(), uid)[1]
        self.assertIsNotNone(read("b", theirs, 0))
        files = [read("a", mine, n) for n in range(9)]
        self.assertIsNone(read("b", theirs, 0))
        self.assertEqual(len(reader.seen[mine]), 3)
        jobs = module.Jobs([b"true"], 1, 0, "search")
        for file in files:
            jobs.add(file, "a")
        jobs.add(files[0], "b")
        self.assertEqual(module.said, ["3 files of a wait: more are lost"])
        self.assertEqual(jobs.lost_reason, "1")
        self.assertEqual([(name, arguments[0]) for name, arguments in
                          (jobs.next() for _ in range(4))],
                         [(b"/0", "a"), (b"/0", "b"), (b"/1", "a"),
                          (b"/2", "a")])
        self.assertFalse(jobs.waiting)

    def test_lost_records_hold_up_no_file(self):
        """A user who says all the time that records are lost."""
        module, started = program(), []
        jobs = module.Jobs([b"command"], 1, 0, "search")
        jobs.start = lambda argv, what: (started.append(what),
                                         jobs.lose("1"),
                                         jobs.running.update({what: 0}))
        jobs.add(module.File(b"/f", b"", 4, "-", None), "a")
        jobs.lose("1")
        for _ in range(2):
            jobs.running.clear()
            jobs.run()
        self.assertEqual(started, ["lost records", "/f"])

    @unittest.skipUnless(ROOT, "takes root, to become somebody else")
    def test_becomes(self):
        with open(self.command, "w") as out:
            out.write("#!/bin/sh\necho uid $(id -u) >&2\n")
        self.start("-u", "nobody")
        self.upload(self.server(), "f")
        self.program.send_signal(signal.SIGTERM)
        _, messages = self.program.communicate()
        self.assertIn(b"uid 65534\n", messages)

    def test_commands_that_fail(self):
        self.start(command=["/bin/sh", "-c", "exit 3"])
        self.upload(self.server(), "f")
        self.assertIn("exit status 3 for", self.end()[1])
        os.symlink("/bin/true", self.base + "/true")
        self.start(command=[self.base + "/true"])
        os.unlink(self.base + "/true")
        self.upload(self.server(), "f")
        self.assertIn("cannot run", self.end()[1])

    def test_commands_that_hang(self):
        self.start("-k", "1", command=["/bin/sh", "-c", "exec sleep 1000"])
        self.upload(self.server(), "f")
        self.assertIn("ended after 1 s", self.end()[1])

    def test_socket_of_systemd(self):
        """Descriptor 3, which is there before the program, and after it."""
        ours = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(ours.close)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        ours.bind(self.base + "/s")
        self.upload(self.server(), "f")
        self.program = subprocess.Popen(
            ["/bin/sh", "-c", 'exec 3<&%d; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
             % ours.fileno(), "sh", sys.executable, PROGRAM, self.command,
             self.said], stderr=subprocess.PIPE, pass_fds=[ours.fileno()])
        self.addCleanup(self.kill)
        self.wait_for(self.lines)
        self.program.send_signal(signal.SIGTERM)
        self.program.communicate()
        self.assertEqual([line[0] for line in self.lines()], [self.at(b"f")])
        self.assertTrue(os.path.exists(self.base + "/s"))

    def test_stale_socket(self):
        self.start()
        second = subprocess.run([sys.executable, PROGRAM, "-s",
                                 self.base + "/s", "true"], text=True,
                                stderr=subprocess.PIPE)
        self.assertIn("is in use", second.stderr)
        self.program.kill()
        self.program.communicate()
        self.start()
        self.upload(self.server(), "f")
        self.assertEqual(len(self.end()[0]), 1)

    def test_units(self):
        program = shutil.which("systemd-analyze")
        if not program:
            self.skipTest("systemd-analyze is not installed")
        units = [PROGRAM + ".socket", PROGRAM + ".service"]
        r = subprocess.run([program, "verify", "--man=no", *units], text=True,
                           stderr=subprocess.PIPE)
        wrong = [line for line in r.stderr.splitlines()
                 if "on-upload" in line and "is not executable" not in line]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
