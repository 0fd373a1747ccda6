# SPDX-License-Identifier: ISC
"""How many system calls a request makes in a session that resolves paths: each
directory is opened once, and each fact is asked for once. strace counts them.
$SERVER is the server.
"""

import collections
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from session import SERVER, SessionTest, kernel_has
from sftpwire import CREAT, EXCL, TRUNC, WRITE

OK = 0
TIMES = 12
# Sanitizers make other calls at times of their own.
TRACED = "trace=read,openat2,openat,readlink,statx,renameat2,renameat,close"
SOME = '[ "list", "stat", "read", "create", "replace", "delete", "rename" ]'
OWN = 'access = { rights = "list,create"; own_rights = "rename,stat,modify"; };'


def can_trace():
    """True if strace works and would count the calls of the server, not those
    of an emulator that a script starts."""
    with open(SERVER, "rb") as server:
        is_script = server.read(2) == b"#!"
    return not is_script and shutil.which("strace") is not None and \
        subprocess.run(["strace", "-o", "/dev/null", "true"],
                       capture_output=True, check=False).returncode == 0


def traced(log, calls):
    """How to start a session whose system calls strace writes to a file."""
    return {"under": ("strace", "-f", "-o", log.name, "-e", calls), "env": {
        # The sanitizer cannot look for leaks under strace.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")
        + ":detect_leaks=0"}}


@unittest.skipUnless(can_trace(), "strace cannot trace here")
@unittest.skipUnless(kernel_has("openat2"), "the kernel has no openat2")
class Renames(SessionTest):
    def rule(self, settings, *paths):
        """A rule with settings, and path rules for directories."""
        return "rules = ( { %s paths = ( %s ); } );" % (settings, ", ".join(
            '{ match = "%s"; rights = %s; }' % (
                os.path.normpath(os.path.join(self.dir, p)), r)
            for p, r in paths))

    def rename(self, policy, old, new, existing=False):
        """Plays RENAMEs; -> the calls of one. Now and then the server looks at
        the home directory once more, so the least counts."""
        for d in "in", "out":
            os.mkdir(os.path.join(self.dir, d))
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf, \
                tempfile.NamedTemporaryFile("r") as log:
            conf.write(policy)
            conf.flush()
            s = self.session("-F", conf.name, **traced(log, TRACED))
            for i in range(TIMES):
                h = s.call("open", old % i, CREAT | WRITE | EXCL, {}).handle
                self.assert_status(s.call("close", h), OK)
                if existing:
                    self.put(new % i)
                self.assert_status(s.call("rename", old % i, new % i), OK)
            self.assertEqual(s.finish(), 0)
            requests = re.split(r"\d+ +read\(0,.*", log.read())
        for d in "in", "out":
            shutil.rmtree(os.path.join(self.dir, d))
        found = [re.findall(r"^\d+ +(\w+)\(", r, re.MULTILINE)
                 for r in requests if "renameat" in r]
        self.assertEqual(len(found), TIMES)
        calls = collections.Counter(min(found, key=len))
        # With a mount on the way the kernel is asked twice: it says so, and
        # then opens the directory nevertheless.
        if "root =" not in policy and self.is_on_another_mount():
            self.assertEqual(calls["openat2"] % 2, 0)
            calls["openat2"] //= 2
        return calls

    def is_on_another_mount(self):
        path = os.path.realpath(self.dir)
        while path != "/" and not os.path.ismount(path):
            path = os.path.dirname(path)
        return path != "/"

    def test_one_directory(self):
        """The directory is opened once for both names; one statx is for the
        home directory."""
        self.assertEqual(
            self.rename(self.rule("", ("in", SOME)), "in/a%d", "in/b%d"),
            {"openat2": 1, "readlink": 1, "statx": 2, "renameat2": 1,
             "close": 1})

    def test_of_a_file_that_the_session_made(self):
        """The file is looked at once, to know if the session made it."""
        self.assertEqual(
            self.rename(self.rule(OWN, ("out", SOME)), "in/a%d", "in/b%d"),
            {"openat2": 1, "readlink": 1, "statx": 3, "renameat2": 1,
             "close": 1})

    def test_two_directories(self):
        self.assertEqual(
            self.rename(self.rule("", (".", SOME)), "in/a%d", "out/b%d"),
            {"openat2": 2, "readlink": 2, "statx": 3, "renameat2": 1,
             "close": 2})

    def test_from_rule_to_rule(self):
        """The file is looked at once, to know if it is a directory."""
        self.assertEqual(
            self.rename(self.rule("", ("in", SOME), ("out", SOME)), "in/a%d",
                        "out/b%d"),
            {"openat2": 2, "readlink": 2, "statx": 4, "renameat2": 1,
             "close": 2})

    def test_beneath_a_root(self):
        self.assertEqual(
            self.rename('rules = ( { root = "%s"; } );'
                        % os.path.realpath(self.dir), "in/a%d", "in/b%d"),
            {"openat2": 1, "statx": 2, "renameat2": 1, "close": 1})

    def test_onto_an_existing_file(self):
        policy = self.rule('profile = "webex";', ("in", '"all"'))
        self.assertEqual(
            self.rename(policy, "in/a%d", "in/b%d", existing=True),
            {"openat2": 1, "readlink": 1, "statx": 2, "renameat2": 1,
             "renameat": 1, "close": 1})


@unittest.skipUnless(can_trace(), "strace cannot trace here")
class Uploads(SessionTest):
    # Of the old file, of the temporary file when it is made, and whether its
    # mode is set then.
    MODES = ((0o644, 0o644, 0), (0o600, 0o600, 0), (0o755, 0o755, 0),
             (0o664, 0o644, 1), (0o640, 0o600, 1), (0o604, 0o600, 1),
             (0o444, 0o644, 1), (0o711, 0o711, 0), (0o4755, 0o755, 1))

    def test_mode_at_first(self):
        """Until it has the group of the old file, a temporary file has the
        rights that everybody has; with usual modes that is all."""
        with tempfile.NamedTemporaryFile("r") as log:
            s = self.session("-o", "files.atomic=yes", "-u", "022", **traced(
                log, "trace=openat,fchmod,renameat"))
            modes = [m for m in self.MODES
                     if os.getuid() == 0 or m[0] & 0o200]
            for mode, _, _ in modes:
                path = os.path.join(self.dir, "f")
                self.put("f")
                os.chmod(path, mode)
                h = s.call("open", "f", CREAT | WRITE | TRUNC, {}).handle
                self.assert_status(s.call("close", h), OK)
                self.assertEqual(os.stat(path).st_mode & 0o7777, mode)
                os.unlink(path)
            self.assertEqual(s.finish(), 0)
            uploads = re.split(r"renameat\(.*", log.read())[:-1]
        # For an ordinary user, strace cannot read the names.
        self.assertEqual(
            [(int(re.search(r"CREAT\|O_EXCL.*, (0\d+)\)", u)[1], 8),
              u.count("fchmod(")) for u in uploads],
            [(first, sets) for _, first, sets in modes])

    def test_random_names(self):
        """A name takes its random bytes at once: some C libraries ask the
        system for each number."""
        with tempfile.NamedTemporaryFile("r") as log:
            s = self.session("-o", "files.atomic=yes", **traced(
                log, "trace=getrandom,renameat"))
            for _ in range(TIMES):
                h = s.call("open", "f", CREAT | WRITE | TRUNC, {}).handle
                self.assert_status(s.call("close", h), OK)
            self.assertEqual(s.finish(), 0)
            uploads = re.split(r"renameat\(.*", log.read())[1:-1]
        self.assertEqual(len(uploads), TIMES - 1)
        for u in uploads:
            self.assertLessEqual(u.count("getrandom("), 1, u)


if __name__ == "__main__":
    unittest.main()
