# SPDX-License-Identifier: ISC
"""contrib/sftp-who: the sessions of a machine, by the titles of their processes
and by the transfer log. $SERVER is the server.
"""

import json
import os
import pwd
import subprocess
import sys
import time
import unittest

from session import kernel_has
from sftpwire import CREAT, READ, WRITE
from transfers import TransfersTest

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "../../contrib/sftp-who")
USER = pwd.getpwuid(os.getuid()).pw_name
ENV = {"LOGNAME": USER, "SSH_CONNECTION": "10.9.0.3 50000 192.0.2.1 22",
       "ROOM": "x" * 300}
ROOT = os.getuid() == 0


@unittest.skipUnless(kernel_has("title"), "the kernel shows no titles")
class Who(TransfersTest):
    def begin(self, *options, **kwargs):
        args = [w for o in options for w in ("-o", o)]
        return self.session(*args, env=dict(ENV), **kwargs)

    def who(self, *options, said="", **kwargs):
        r = subprocess.run([sys.executable, PROGRAM, *options], check=True,
                           capture_output=True, **kwargs)
        self.assertEqual(r.stderr.decode(), said)
        return r.stdout.decode()

    def of(self, s, *options, **kwargs):
        """Returns the program's words on one session of all."""
        found = [each for each in json.loads(
            self.who("-j", "-i", "0", *options, **kwargs))
            if each["pid"] == s.child.pid]
        self.assertLess(len(found), 2)
        return found[0] if found else None

    def test_who_and_what(self):
        begin = time.time()
        s = self.begin()
        said = self.of(s)
        since = time.mktime(time.strptime(
            said.pop("since"), "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        self.assertLess(abs(since - begin), 5)
        self.assertEqual(said, {
            "pid": s.child.pid, "user": USER, "client": "10.9.0.3",
            "version": 3, "doing": None, "file": None,
            "bytes_per_second": None})
        h = s.call("open", "two words]", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x")
        self.assertEqual({key: self.of(s)[key] for key in ("doing", "file")},
                         {"doing": "put", "file": "two words]"})
        s.call("close", h)
        self.assertIsNone(self.of(s)["doing"])
        self.assertEqual(s.finish(), 0)
        self.assertIsNone(self.of(s))

    def test_table(self):
        s = self.begin()
        h = s.call("open", "\u202e\u009b\x1b[2J", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x")
        head, *rows = self.who("-i", "0").splitlines()
        self.assertEqual(head.split(), ["PID", "USER", "FROM", "V", "SINCE",
                                        "SPEED", "DOING"])
        row, = [row for row in rows
                if row.split()[0] == str(s.child.pid)]
        self.assertEqual(row.split()[1:4], [USER, "10.9.0.3", "3"])
        self.assertTrue(row.isprintable(), row)
        self.assertRegex(row, r"put \?\?\??\?\[2J$")

    def test_speed(self):
        """The speeds of our own processes, and for root of all, are known; the
        number itself depends on the machine."""
        s = self.begin()
        said = [each for each in json.loads(self.who("-j", "-i", "0.01"))
                if each["pid"] == s.child.pid][0]
        self.assertIn(type(said["bytes_per_second"]), (int, type(None)))
        if ROOT:
            self.assertEqual(said["bytes_per_second"], 0)

    def test_transfer_log(self):
        self.put("f", b"content")
        s = self.begin("log.transfers=%s/s" % self.base)
        for name, how in ("f", READ), ("new", WRITE | CREAT):
            h = s.call("open", name, how, {}).handle
            if how == READ:
                s.call("read", h, 0, 100)
            else:
                s.call("write", h, 0, b"x" * 100)
            s.call("close", h)
        mine = self.records()
        session = mine[0]["session"]
        old = dict(mine[0], time="2001-01-01T00:00:00.000Z", read=10 ** 9)
        other = dict(mine[0], user="somebody", read=10 ** 9)
        there = dict(mine[0], host="elsewhere", read=10 ** 9)
        path = self.base + "/log"
        with open(path, "w") as out:
            for record in old, other, there, *mine:
                out.write("Nov 30 00:00:00 host sftp-server[1]: %s\n"
                          % json.dumps(record))
            out.write("no record\n{}\n[]\n{\"pid\": \n{\"time\":7}\n")
        unread = "sftp-who: %s: 3 of 8 records cannot be read, the first " \
            "in line 7\n" % path
        said = self.of(s, "-l", path, said=unread)
        self.assertEqual({key: said[key] for key in (
            "read", "written", "files", "session")},
            {"read": 7, "written": 100, "files": 2, "session": session})
        self.assertIsInstance(said["bytes_per_second"], int)
        self.assertIn("WRITTEN", self.who("-i", "0", "-l", path, said=unread))

    def test_records_behind_each_other(self):
        """In one line, as a reader writes them that adds no newline; also
        behind the records that somebody has cut off or made up."""
        s = self.begin("log.transfers=%s/s" % self.base)
        for name in "a", "b", "c":
            h = s.call("open", name, WRITE | CREAT, {}).handle
            s.call("write", h, 0, b"x" * 100)
            s.call("close", h)
        a, b, c = (json.dumps(r, separators=(",", ":")) for r in self.records())
        path = self.base + "/log"
        for text, bad, files in (
                (a + b + c, 0, 3), (a + " " + b + "\n" + c, 0, 3),
                (a[:-9] + b + c, 1, 2), ("{" + a + b[:20] + c, 2, 2),
                ("[" * 50000 + a + b + c, 0, 3),
                ('{"x":' + "[" * 50000 + a + b + c, 1, 3),
                (a + "\ufffd\u2028" + b + "\x85" + c, 0, 3)):
            with open(path, "w", newline="") as out:
                out.write(text)
            said = "" if not bad else "sftp-who: %s: %d of %d records " \
                "cannot be read, the first in line 1\n" % (
                    path, bad, bad + files)
            found = self.of(s, "-l", path, said=said)
            self.assertEqual((found["files"], found["written"]),
                             (files, 100 * files), text[:200])

    def test_no_records(self):
        path = self.base + "/log"
        open(path, "w").close()
        self.who("-i", "0", "-l", path)
        with open(path, "w") as out:
            out.write("2001-01-01 nothing\n")
        self.who("-i", "0", "-l", path,
                 said="sftp-who: %s: no record is in it\n" % path)

    def test_mean_speed(self):
        """It is not shown in place of the speed of a transfer, which the log
        does not know yet."""
        s = self.begin("log.transfers=%s/s" % self.base)
        path = self.base + "/log"
        h = s.call("open", "f", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x" * 100)
        open(path, "w").close()
        self.assertIsNone(self.of(s, "-l", path)["bytes_per_second"])
        s.call("close", h)
        self.assertIsNone(self.of(s, "-l", path)["bytes_per_second"])
        with open(path, "w") as out:
            out.write(json.dumps(self.records()[0]))
        self.assertIsInstance(self.of(s, "-l", path)["bytes_per_second"], int)
        h = s.call("open", "f", WRITE | CREAT, {}).handle
        # The title shows another file after a while.
        while not (found := self.of(s, "-l", path))["doing"]:
            s.call("write", h, 0, b"x" * 100)
        self.assertIsNone(found["bytes_per_second"])
        row, = [row for row in self.who("-i", "0", "-l", path).splitlines()
                if row.split()[0] == str(s.child.pid)]
        self.assertEqual(row.split()[5:8], ["-", "0B", "100B"])

    def test_arguments_that_are_wrong(self):
        for status, words, args in (
                (2, "-x", ["-x"]), (2, "word", ["word"]),
                *((2, "-i " + n, ["-i", n]) for n in ("x", "-1", "nan", "inf")),
                (1, "/nonexist: No such file or directory",
                 ["-i", "0", "-l", "/nonexist"]),
                (1, "/: Is a directory", ["-i", "0", "-l", "/"])):
            r = subprocess.run([sys.executable, PROGRAM, *args], text=True,
                               capture_output=True)
            self.assertEqual((r.returncode, r.stdout), (status, ""), args)
            self.assertRegex(r.stderr, r"\Asftp-who: .*\n\Z")
            self.assertIn(words, r.stderr)

    def test_pipe_that_nobody_reads(self):
        read, write = os.pipe()
        os.close(read)
        r = subprocess.run([sys.executable, PROGRAM, "-i", "0"], stdout=write,
                           stderr=subprocess.PIPE)
        os.close(write)
        self.assertEqual((r.returncode, r.stderr), (1, b""))

    def test_wrong_types(self):
        """Records that any user may have sent to the reader."""
        s = self.begin("log.transfers=%s/s" % self.base)
        h = s.call("open", "f", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x" * 100)
        s.call("close", h)
        mine, = self.records()
        wrong = [dict(mine, **{key: value})
                 for key in ("pid", "read", "written", "session")
                 for value in ([], {}, None, True, 1.5, float("inf"), -1,
                               10 ** 999)]
        wrong += [dict(mine, read="7"), dict(mine, time=7), dict(mine, pid="7")]
        path = self.base + "/log"
        with open(path, "w") as out:
            for record in *wrong, mine:
                out.write(json.dumps(record) + "\n")
            out.write('{"pid":' + "[" * 50000 + "\n")
        unread = "sftp-who: %s: 36 of 37 records cannot be read, the first " \
            "in line 1\n" % path
        for options in ["-j"], []:
            self.who(*options, "-i", "0", "-l", path, said=unread)
        said = self.of(s, "-l", path, said=unread)
        self.assertEqual([said[key] for key in ("written", "files", "session")],
                         [100, 1, mine["session"]])

    def test_terminal_without_the_characters(self):
        s = self.begin()
        h = s.call("open", "\u00e4", WRITE | CREAT, {}).handle
        s.call("write", h, 0, b"x")
        self.assertIn("put ?", self.who("-i", "0", env=dict(
            os.environ, PYTHONIOENCODING="ascii")))

    @unittest.skipUnless(ROOT, "takes root, to be somebody else")
    def test_no_privilege(self):
        """Another user sees the same, and cannot pass for someone."""
        s = self.begin()

        def become_nobody():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        with open(PROGRAM) as program:
            text = program.read()
        out = subprocess.run(
            ["/usr/bin/python3", "-", "-j", "-i", "0"], input=text.encode(),
            capture_output=True, check=True, cwd="/",
            preexec_fn=become_nobody).stdout
        self.assertIn(s.child.pid, [each["pid"] for each in json.loads(out)])
        for user, shown in ("root", False), ("nobody", True):
            forged = subprocess.Popen(
                ["sftp-server: %s [192.0.2.9] v3" % user, "1000"],
                executable="/bin/sleep", preexec_fn=become_nobody, cwd="/")
            try:
                found = [each["pid"] for each in json.loads(
                    self.who("-j", "-i", "0"))]
                self.assertEqual(forged.pid in found, shown)
            finally:
                forged.kill()
                forged.wait()

    def test_nobody(self):
        """A title that is switched off is not shown, and nothing fails."""
        s = self.begin("session.title=false")
        self.assertIsNone(self.of(s))


if __name__ == "__main__":
    unittest.main()
