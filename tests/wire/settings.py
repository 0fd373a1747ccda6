# SPDX-License-Identifier: ISC
"""The settings for what clients get wrong: policy.md 5. $SERVER is the server.
"""

import os
import re
import stat
import subprocess
import time
import unittest

from session import SERVER, SessionTest
from sftpwire import CREAT, READ, TRUNC, WRITE

OK, DENIED, FAILURE, BAD_MESSAGE = 0, 3, 4, 5
ROOT = os.getuid() == 0


class Setstat(SessionTest):
    def setUp(self):
        super().setUp()
        self.put("f", b"content")
        os.chmod(self.path("f"), 0o640)
        os.utime(self.path("f"), (1000, 2000))

    def path(self, name):
        return os.path.join(self.dir, name)

    def with_setting(self, *settings, **kwargs):
        args = [w for s in settings for w in ("-o", s)]
        return self.session("-e", "-l", "INFO", *args, **kwargs)

    # Each attribute, as version 3 sends it, and how to see it.
    SETS = {
        "mode": ({"permissions": 0o600},
                 lambda st: stat.S_IMODE(st.st_mode), 0o640, 0o600),
        "times": ({"atime": 5, "mtime": 6},
                  lambda st: int(st.st_mtime), 2000, 6),
        "size": ({"size": 3}, lambda st: st.st_size, 7, 3),
    }

    def each_way(self, s):
        handle = s.call("open", "f", READ | WRITE, {}).handle
        yield lambda attrs: s.call("setstat", "f", attrs)
        yield lambda attrs: s.call("fsetstat", handle, attrs)

    def play(self, how, code, changes):
        for name, (attrs, look, before, after) in self.SETS.items():
            for n in range(2):
                with self.subTest(setting=name, how=how, by=n):
                    self.setUp()
                    s = self.with_setting("setstat.%s=%s" % (name, how))
                    ask = list(self.each_way(s))[n]
                    self.assert_status(ask(attrs), code)
                    self.assertEqual(look(os.stat(self.path("f"))),
                                     after if changes else before)
                    said = ("set \"f\": %s %s" % (
                        name, "refused" if how == "refuse" else "ignored"))
                    self.assertEqual(said in s.stderr().decode(),
                                     how != "apply")

    def test_apply(self):
        self.play("apply", OK, True)

    def test_ignore(self):
        self.play("ignore", OK, False)

    def test_refuse(self):
        self.play("refuse", DENIED, False)

    def test_refused_together_nothing_changes(self):
        s = self.with_setting("setstat.mode=refuse")
        before = os.stat(self.path("f"))
        self.assert_status(s.call("setstat", "f", {
            "size": 1, "permissions": 0o600, "atime": 1, "mtime": 1}), DENIED)
        after = os.stat(self.path("f"))
        self.assertEqual((before.st_size, before.st_mtime),
                         (after.st_size, after.st_mtime))

    def test_owner(self):
        uid = os.getuid()
        for how, code in (("ignore", OK), ("refuse", DENIED)):
            s = self.with_setting("setstat.owner=" + how)
            self.assert_status(s.call("setstat", "f", {
                "uid": uid + 1, "gid": 12345}), code)
            self.assertEqual(os.stat(self.path("f")).st_uid, uid)

    def test_what_is_ignored_need_not_make_sense(self):
        s = self.with_setting("setstat.owner=ignore", version=6)
        self.assert_status(s.call("setstat", "f", {
            "owner": "no-such-user", "group": ""}), OK)
        s = self.with_setting("setstat.times=ignore", version=6)
        self.assert_status(s.call("setstat", "f", {
            "mtime": 1, "mtime_ns": 2000000000}), OK)

    def test_modes_of_what_is_made(self):
        for how, code, mode in (("apply", OK, 0o600), ("ignore", OK, 0o644),
                                ("refuse", DENIED, None)):
            s = self.with_setting("setstat.mode=" + how)
            reply = s.call("open", "new", WRITE | CREAT,
                           {"permissions": 0o600})
            if code:
                self.assert_status(reply, code)
                self.assertFalse(os.path.exists(self.path("new")))
                continue
            self.assertEqual(reply.kind, "handle", str(reply))
            self.assertEqual(
                stat.S_IMODE(os.stat(self.path("new")).st_mode), mode)
            os.unlink(self.path("new"))


@unittest.skipUnless(ROOT, "takes root, to have what others may not set")
class Denied(SessionTest):
    """setstat.on_error: the user nobody sets attributes of root's file."""

    def answers(self, setting, attrs, mode=0o644):
        self.put("f", b"content")
        os.chmod(self.dir, 0o755)
        os.chmod(self.dir + "/f", mode)
        s = self.session("-e", "-l", "INFO", "-o",
                         "setstat.on_error=" + setting, user="nobody")
        return s.call("setstat", "f", attrs)

    def test_reported(self):
        for attrs in ({"permissions": 0o666}, {"uid": 1, "gid": 1},
                      {"atime": 1, "mtime": 1}, {"size": 1}):
            self.assert_status(self.answers("report", attrs), DENIED)

    def test_ignored(self):
        for attrs in ({"permissions": 0o666}, {"uid": 1, "gid": 1},
                      {"atime": 1, "mtime": 1}):
            self.assert_status(self.answers("ignore-denied", attrs), OK)

    def test_never_a_size(self):
        self.assert_status(
            self.answers("ignore-denied", {"size": 1}), DENIED)

    def test_never_a_mode_that_takes_rights(self):
        self.assert_status(self.answers(
            "ignore-denied", {"permissions": 0o600}), DENIED)

    def test_other_errors(self):
        s = self.session("-o", "setstat.on_error=ignore-denied")
        self.assert_status(
            s.call("setstat", "nope", {"permissions": 0o600}), 2)


REFUSEFS = os.path.join(os.environ.get("BUILD", os.path.dirname(SERVER)),
                        "tests/refusefs")


@unittest.skipUnless(ROOT, "takes root, to mount for others")
class NoModes(SessionTest):
    """setstat.on_error on a file system without modes, as exfat-fuse and
    ntfs-3g with umask=0: all is root's with mode 777, and chmod fails."""

    def setUp(self):
        super().setUp()
        if not os.path.exists(REFUSEFS) or not os.access(
                "/dev/fuse", os.W_OK):
            self.skipTest("takes build/tests/refusefs and /dev/fuse")
        self.mount, source = (os.path.join(self.dir, name)
                              for name in ("mount", "source"))
        for path in self.mount, source:
            os.mkdir(path)
        os.chmod(self.dir, 0o755)
        with open(os.path.join(source, "f"), "wb"):
            pass
        daemon = subprocess.Popen(
            [REFUSEFS, source, self.mount, "-o", "nomodes,allow_other"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(daemon.communicate)
        self.addCleanup(daemon.terminate)
        if daemon.stdout.readline() != b"ready\n":
            self.skipTest("nothing can be mounted here")

    def answers(self, setting, user, mode, version=3):
        s = self.session("-o", "setstat.on_error=" + setting, user=user,
                         cwd=self.mount, version=version)
        codes = [s.call("setstat", "f", {"permissions": mode}).code]
        h = s.call(*(("open", "f", READ, {}) if version < 5 else
                     ("open", "f", 1, 2, {}))).handle
        codes.append(s.call("fsetstat", h, {"permissions": mode}).code)
        self.assertEqual(s.finish(), 0)
        return codes

    def test_a_mode_that_takes_rights(self):
        for user in None, "nobody":
            for version in 3, 6:
                for mode in 0o777, 0o644, 0o600, 0:
                    told = (user, version, oct(mode))
                    self.assertEqual(self.answers(
                        "report", user, mode, version), [DENIED] * 2, told)
                    self.assertEqual(self.answers(
                        "ignore-denied", user, mode, version), [OK] * 2, told)

    def test_an_upload_that_replaces(self):
        """files.atomic gives a new file the mode of the old one, which it
        has; the system permits setting it to nobody but root."""
        for user in None, "nobody":
            s = self.session("-o", "files.atomic=yes", user=user,
                             cwd=self.mount)
            h = s.call("open", "f", WRITE | CREAT | TRUNC, {}).handle
            self.assert_status(s.call("write", h, 0, b"data"), OK)
            self.assertEqual(os.stat(self.mount + "/f").st_size, 0)
            self.assert_status(s.call("close", h), OK)
            self.assertEqual(os.stat(self.mount + "/f").st_size, 4)
            self.assertNotIn(b"in place", s.stderr())
            os.truncate(self.mount + "/f", 0)


class Protocol(SessionTest):
    def test_messages(self):
        for setting, text in (("system", b"File exists"),
                              ("openssh", b"Failure")):
            s = self.session("-o", "protocol.messages=" + setting)
            reply = s.call("mkdir", ".", {})
            self.assertEqual((reply.code, reply.message), (FAILURE, text))
        s = self.session("-o", "protocol.messages=openssh", version=6)
        self.assertIn(b"File exists", s.call("mkdir", ".", {}).message)

    def test_symlink_order(self):
        for version in (3, 4, 5):
            s = self.session("-o", "protocol.symlink_order=draft",
                             version=version)
            self.assert_status(s.call("symlink", "link", "text"), OK)
            self.assertEqual(os.readlink(self.dir + "/link"), "text")
            os.unlink(self.dir + "/link")

    def test_max_packet(self):
        s = self.session("-o", "protocol.max_packet=66560")
        h = s.call("open", "f", WRITE | CREAT, {}).handle
        self.assert_status(s.call("write", h, 0, b"x" * 65536), OK)
        s.start("write", h, 0, b"x" * 66560)
        self.assert_ends(s, 11)

    def test_max_read(self):
        self.put("f", b"x" * 200000)
        s = self.session("-o", "protocol.max_read=65536")
        h = s.call("open", "f", READ, {}).handle
        self.assertEqual(len(s.call("read", h, 0, 200000).data), 65536)
        limits = s.call("limits@openssh.com").fields
        self.assertEqual(limits[1], 65536)

    def test_more_than_usual(self):
        s = self.session("-o", "protocol.max_packet=1M",
                         "-o", "protocol.max_read=1000K")
        h = s.call("open", "f", READ | WRITE | CREAT, {}).handle
        data = os.urandom(1000000)
        self.assert_status(s.call("write", h, 0, data), OK)
        self.assertEqual(s.call("read", h, 0, 1000000).data, data)


class Time(SessionTest):
    def test_idle(self):
        s = self.session("-e", "-l", "INFO", "-o", "session.idle_timeout=1s")
        self.assert_ends(s, 0)
        self.assertIn(b"session ended: idle for too long", s.stderr())

    def test_work_is_not_idleness(self):
        """A request without a handle that takes longer than the time."""
        with open(self.dir + "/big", "wb") as f:
            f.truncate(1 << 28)
        s = self.session("-o", "session.idle_timeout=1s", version=6)
        reply = s.call("check-file-name", "big", "crc32", 0, 0, 0)
        self.assertEqual(reply.kind, "extended-reply", str(reply))
        self.assert_ends(s, 0)

    def test_max_time(self):
        """No new OPEN after it; the end comes with the last CLOSE."""
        self.put("f")
        s = self.session("-e", "-l", "INFO", "-o", "session.max_time=1s")
        h = s.call("open", "f", READ, {}).handle
        until = time.monotonic() + 20
        while (reply := s.call("open", "f", READ, {})).kind == "handle":
            s.call("close", reply.handle)
            self.assertLess(time.monotonic(), until)
        self.assert_status(reply, DENIED)
        self.assertIn(b"time", reply.message)
        self.assert_status(s.call("opendir", "."), DENIED)
        self.assertEqual(s.call("stat", "f").kind, "attrs")
        self.assert_status(s.call("close", h), OK)
        self.assert_ends(s, 0)


class Refused(SessionTest):
    """session.access = refuse, and a client that does not take the first
    no for an answer (phpseclib3 asks twice before each call, FileZilla goes
    on): t_session_reject has the times."""

    def test_each_request_is_told(self):
        s = self.session("-o", "session.access=refuse", "-o",
                         "session.message=Ask the help desk")
        for n in range(200):
            reply = s.call(*[("realpath", "."), ("stat", "f"), (
                "open", "f", READ, {}), ("nope@example.com", b"")][n % 4])
            self.assert_status(reply, FAILURE)
            self.assertEqual(reply.message, b"Ask the help desk")
        s.end_input()
        self.assert_ends(s, 78)


class Log(SessionTest):
    def test_a_quiet_log_is_quiet(self):
        """A quiet log lacks even the warning about a restriction without
        ForceCommand."""
        s = self.session("-e", "-R", "-o", "log.level=QUIET")
        self.assertEqual(s.finish(), 0)
        self.assertEqual(s.stderr(), b"")
        s = self.session("-e", "-R")
        self.assertEqual(s.finish(), 0)
        self.assertIn(b"restricted but not forced", s.stderr())
        s = self.session("-e", "-R", env={"SSH_ORIGINAL_COMMAND": "x"})
        self.assertEqual(s.finish(), 0)
        self.assertEqual(s.stderr(), b"")


def documented():
    """Each setting and value that -Q settings prints, defaults included:
    (name, type, value). Of a range it is both ends, of a list each word."""
    out = subprocess.run([SERVER, "-Q", "settings"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    for line in out.splitlines():
        name, kind, values, default = line.split("\t")
        found = [default]
        if kind in ("choice", "bool"):
            found += re.split(", | or ", values)
        elif kind == "rights":
            found += ["all", "none"] + re.split(
                ", | and ", values.split(" of ")[1])
        elif " to " in values:
            found += re.split(" to | or ", values)
        for value in dict.fromkeys(found):
            yield name, kind, value


class Documented(SessionTest):
    """Each setting and value that -Q settings prints is accepted by -o and in a
    file, has the meaning printed, and makes a session that answers."""

    NUMBERS = "size", "number", "duration"

    def in_file(self, name, kind, value):
        """The arguments for a file with nothing but that setting."""
        if not (kind == "bool" and value in ("true", "false") or
                kind in self.NUMBERS and value.isdigit()):
            value = '"%s"' % value
        group, _, leaf = name.rpartition(".")
        text = "%s = %s;" % (leaf, value)
        if group:
            text = "%s = { %s };" % (group, text)
        conf = os.path.join(self.dir, "conf")
        with open(conf, "w") as out:
            out.write("rules = ( { %s } );\n" % text)
        os.chmod(conf, 0o644)
        return ["-F", conf]

    def ask(self, args, name):
        """Checks the arguments with -t and returns the value that -T prints for
        the setting."""
        r = subprocess.run([SERVER, "-t"] + args, capture_output=True,
                           text=True)
        self.assertEqual(r.returncode, 0, (args, r.stderr))
        r = subprocess.run([SERVER, "-T"] + args, capture_output=True,
                           text=True)
        self.assertEqual(r.returncode, 0, (args, r.stderr))
        line, = [line for line in r.stdout.splitlines()
                 if line.startswith(name + " ")]
        return line.split("   # ")[0][len(name) + 1:].strip('"')

    def starts(self, args, refused):
        """A session of it ends as it should."""
        s = self.raw_session(*args)
        s.init(3)
        reply = s.call("realpath", ".")
        status = s.finish()
        if refused is None and status:	# the kernel may lack something
            refused = True
        self.assertEqual((status, reply.kind),
                         (78, "status") if refused else (0, "name"),
                         (args, s.stderr()))

    def test_each_value(self):
        count = 0
        for name, kind, value in documented():
            # Of two words for a value -T prints the first.
            says = {"DEBUG1": "DEBUG"}.get(value, value)
            for args in ["-o", "%s=%s" % (name, value)], \
                    self.in_file(name, kind, value):
                self.assertEqual(self.ask(args, name), says, args)
                self.starts(args, None if (name, value) == (
                    "sandbox", "require") else (name, value) == (
                    "session.access", "refuse"))
                count += 1
        self.assertGreater(count, 200)

    def test_a_default_permits(self):
        """A list of requests that is none or all refuses nothing, and leaves
        the others of its kind what they are."""
        for option in "access.deny=none", "access.allow=all":
            s = self.session("-o", option)
            self.assert_status(s.call("mkdir", option, {}), OK)
        s = self.session("-o", "access.deny=mkdir", *self.in_file(
            "access.deny", "requests", "none"))
        self.assert_status(s.call("mkdir", "d", {}), DENIED)
        s = self.session("-o", "access.allow=stat,lstat", *self.in_file(
            "access.allow", "requests", "all"))
        self.assert_status(s.call("mkdir", "d", {}), DENIED)
        self.assertEqual(s.call("stat", ".").kind, "attrs")

    def test_options_of_openssh_have_no_such_word(self):
        """-P none and -p all name no request; -d home is a directory."""
        os.mkdir(os.path.join(self.dir, "home"))
        s = self.session("-d", "home")
        self.assertEqual(os.path.basename(
            s.call("realpath", ".").names[0][0]), b"home")
        for args in ("-P", "none"), ("-p", "all"):
            s = self.raw_session(*args)
            s.init(3)
            self.assert_status(s.call("stat", "."), FAILURE)
            self.assertEqual(s.finish(), 78)
