# SPDX-License-Identifier: ISC
"""Rules on names where a directory takes other names for the same: a file
system by FUSE, whose type says nothing of that, folds case as vfat does.
$SERVER is the server.
"""

import os
import subprocess

import sftpwire as sw
from session import SERVER, SessionTest
from sftpwire import CREAT, READ, TRUNC, WRITE

OK, NO_SUCH_FILE, DENIED = 0, 2, 3
BUILD = os.environ.get("BUILD", os.path.dirname(SERVER))
REFUSEFS = os.path.join(BUILD, "tests", "refusefs")
WITHOUT = [os.path.join(BUILD, "tests", "without"), "openat2", "--"]
READ_DATA, WRITE_DATA, EXISTING, CREATE_TRUNCATE = 1, 2, 2, 1

# Other names of `secret` and of `caché`.
SECRET = ["secret", "SECRET", "Secret", "secret.", "sEcReT..."]
CACHE = ["cach\u00e9", "CACH\u00c9", "cach\u00c9", "cach\u00e9.", "Cach\u00e9"]


class Rules(SessionTest):
    def setUp(self):
        super().setUp()
        self.dir = os.path.realpath(self.dir)
        os.chmod(self.dir, 0o755)

    def path(self, name):
        return os.path.join(self.dir, name)

    def make(self, name, data=b"content"):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        self.put(name, data)

    def rules(self, *rules, more=""):
        """The arguments for path rules: (name here, settings)."""
        with open(self.path("conf"), "w") as out:
            out.write("rules = ( { access = { protect_startup = false; };\n"
                      "%s paths = (\n%s ); } );\n" % (more, ",\n".join(
                          '{ match = "%s"; %s }' % (
                              name if name[0] == "/" else self.path(name),
                              settings) for name, settings in rules)))
        os.chmod(self.path("conf"), 0o644)
        return ["-F", self.path("conf")]

    def asks(self, version, name):
        """Requests that look at a name, and some that change it."""
        late = version > 4
        yield ("stat", name) + (0,) * (version > 3)
        yield ("lstat", name) + (0,) * (version > 3)
        yield ("open", name) + ((READ_DATA, EXISTING) if late
                                else (READ,)) + ({},)
        yield "opendir", name
        yield "readlink", name
        yield "statvfs@openssh.com", name
        yield "setstat", name, {"permissions": 0o700}
        yield "remove", name
        yield "rmdir", name
        yield ("rename", name, self.path("elsewhere")) + (0,) * late
        yield "posix-rename@openssh.com", name, self.path("elsewhere")
        yield "hardlink@openssh.com", name, self.path("elsewhere")
        yield "copy-file", name, self.path("elsewhere"), 0

    def refused(self, s, name, code):
        for ask in self.asks(s.version, name):
            reply = s.call(*ask)
            self.assertEqual((reply.kind, getattr(reply, "code", None)),
                             ("status", code), (ask, str(reply)))

    def seen(self, s, name):
        self.assertEqual(s.call("stat", name, *[0] * (
            s.version > 3)).kind, "attrs", name)

    def names(self, s, name):
        h = s.call("opendir", name).handle
        found, reply = [], s.call("readdir", h)
        while reply.kind == "name":
            found += [n[0].decode() for n in reply.names]
            reply = s.call("readdir", h)
        s.call("close", h)
        return sorted(n for n in found if n not in (".", ".."))


class Folding(Rules):
    OPTIONS = "fold,errno=none"

    def setUp(self):
        super().setUp()
        for name in ("src/secret/f", "src/cach\u00e9/f", "src/plain/f",
                     "src/in/f", "src/in/g", "src/out/f"):
            self.make(name)
        os.mkdir(self.path("mnt"))
        if not os.access(REFUSEFS, os.X_OK):
            self.skipTest("no build/tests/refusefs (libfuse is missing)")
        if not os.access("/dev/fuse", os.W_OK):
            self.skipTest("/dev/fuse is not for this user")
        mount = subprocess.Popen(
            [REFUSEFS, self.path("src"), self.path("mnt"), "-o", self.OPTIONS],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(mount.wait)
        self.addCleanup(mount.terminate)
        if mount.stdout.readline() != b"ready\n":
            self.skipTest("FUSE does not mount here")
        mount.stdout.close()
        mount.stderr.close()
        self.assertTrue(os.path.exists(self.path("mnt/SECRET/F.")))

    def sessions(self, *args, **kwargs):
        """By openat2(2) and without it, in versions 3 and 6."""
        for version in 3, 6:
            yield self.session(*args, version=version, **kwargs)
            s = self.raw_session(*args, program=WITHOUT, up_to=version,
                                 **kwargs)
            s.init(version)
            yield s

    def raw_session(self, *args, program=(), **kwargs):
        if not program:
            return super().raw_session(*args, **kwargs)
        session = sw.Session(list(program) + [SERVER] + list(args),
                             cwd=self.dir, **kwargs)
        self.addCleanup(session.destroy)
        return session

    def hidden(self, name):
        """How a hidden name answers."""
        return NO_SUCH_FILE

    def test_hidden(self):
        for s in self.sessions("-o", "files.hide=secret,cach\u00e9", "-o",
                               "access.protect_startup=false"):
            for name in SECRET + CACHE:
                code = self.hidden(name)
                self.refused(s, "mnt/%s/f" % name, code)
                self.refused(s, "mnt/../mnt//%s" % name, code)
            self.seen(s, "mnt/PLAIN/F")
            self.assertEqual(self.names(s, "mnt"), ["in", "out", "plain"])

    def test_a_path_rule(self):
        rules = self.rules(("mnt/secret", 'rights = "none";'),
                           ("mnt/cach\u00e9", 'rights = "none";'))
        for s in self.sessions(*rules):
            for name in SECRET + CACHE:
                self.refused(s, "mnt/%s/f" % name, DENIED)
                self.refused(s, "mnt/%s" % name, DENIED)
            self.seen(s, "mnt/PLAIN/F")
        for name in SECRET:
            out = subprocess.run(
                [SERVER, "-T", *rules, "-C", "path=" + self.path(
                    "mnt/%s/f" % name)], check=True, text=True,
                stdout=subprocess.PIPE).stdout
            self.assertIn("\nrights none ", "\n" + out, name)
        for s in self.sessions(*self.rules(
                ("/secret", 'rights = "none"; '),
                more='root = "%s";' % self.path("mnt"))):
            for name in SECRET:
                self.assert_status(s.call("opendir", "/" + name), DENIED)

    def test_a_rule_that_is_spelled_otherwise(self):
        """A rule matches each spelling that the file system takes for the same
        name."""
        for s in self.sessions(*self.rules(("mnt/Secret", 'rights = "none";'),
                                           ("mnt/PL*", 'hide = "F";'))):
            self.refused(s, "mnt/secret/f", DENIED)
            self.assert_status(s.call("opendir", "mnt/plain/f"), NO_SUCH_FILE)

    def test_a_link_to_it(self):
        for n, name in enumerate(SECRET):
            os.symlink("mnt/%s/f" % name, self.path("link%d" % n))
            os.symlink("../SECRET", self.path("src/in/link%d" % n))
        for s in self.sessions(*self.rules(("mnt/secret", 'rights = "none";')),
                               "-o", "files.hide=link3"):
            for n in 0, 1, 2, 4:
                for name in "link%d" % n, "mnt/IN/LINK%d/f" % n:
                    self.assert_status(s.call("setstat", name, {
                        "permissions": 0o600}), DENIED)
            for name in "link3", "mnt/in/LINK3/f", "mnt/in/LINK3.":
                self.assert_status(s.call("setstat", name, {
                    "permissions": 0o600}), NO_SUCH_FILE)

    def test_what_is_not_there_yet(self):
        """The first thing that a session does may be to make it."""
        rules = self.rules(("mnt/drop", 'rights = "none";'),
                           ("mnt", 'hide = "*.key";'))
        for name in "drop", "DROP", "Drop.", "x.KEY", "x.key.":
            for s in self.sessions(*rules):
                new = "mnt/" + name
                create = [WRITE | CREAT] if s.version < 5 else [
                    WRITE_DATA, CREATE_TRUNCATE]
                self.assert_status(s.call("mkdir", new, {}), DENIED)
                self.assert_status(s.call("open", new, *create, {}), DENIED)
                self.assert_status(s.call("rename", "mnt/plain", new, *[0] * (
                    s.version > 4)), DENIED)
        for s in self.sessions(*rules):
            self.assert_status(s.call("mkdir", "mnt/Other", {}), OK)
            self.assert_status(s.call("rmdir", "mnt/oTHER."), OK)

    def test_aliases(self):
        """The aliases of names that do not fit DOS are refused, even if they
        have no letter that would tell that the directory folds case."""
        for name in "2024-01-15", "secret plan":
            self.make("src/%s/f" % name)
        for rules in (["-o", "files.hide=2024-01-15,secret plan", "-o",
                       "root=" + self.path("mnt"), "-o",
                       "access.protect_startup=false"],
                      self.rules(("/2024-01-15", 'rights = "none";'),
                                 ("/secret plan", 'rights = "none";'),
                                 more='root = "%s";' % self.path("mnt"))):
            for name in "2024-0~1", "SECRET~1":
                for path in "/" + name, "/%s/f" % name, "/%s/." % name:
                    for s in self.sessions(*rules):
                        self.refused(s, path, DENIED)

    def test_renames(self):
        """From one area to another by other names; and a handle that was
        opened by one of them goes with its file."""
        rules = self.rules(("mnt/in", 'rights = "all";'),
                           ("mnt/out", 'rights = "list,stat,read,create";'))
        for name in "f", "F", "f.":
            s = self.session(*rules)
            h = s.call("open", "mnt/IN/" + name, READ | WRITE, {}).handle
            self.assert_status(s.call("write", h, 0, b"data"), OK)
            self.assert_status(s.call("rename", "mnt/in/F", "mnt/OUT/new"),
                               OK)
            self.assert_status(s.call("write", h, 0, b"data"), DENIED)
            self.assert_status(s.call("rename", "mnt/out/NEW", "mnt/in/x"),
                               DENIED)
            s.call("close", h)
            os.rename(self.path("src/out/new"), self.path("src/in/f"))
        s = self.session(*rules)
        for name in "mnt/IN", "mnt/in.":
            self.assert_status(s.call("rename", name, "mnt/elsewhere"), OK)
            self.assert_status(s.call("rename", "mnt/elsewhere", "mnt/in"),
                               OK)

    def test_case_alone(self):
        """A name that is renamed to other capitals stays under its rule."""
        s = self.session(*self.rules((
            "mnt/in", 'rights = "list,stat,rename,replace,delete,rmdir";')))
        for name in "in", "in/f":
            for over in "posix-rename@openssh.com", "rename":
                reply = s.call(over, "mnt/" + name, "mnt/" + name.upper())
                self.assertNotEqual(reply.code, DENIED, (over, name))
        for name in "in/f", "IN/f", "in/F", "In/F.":
            self.assert_status(s.call("setstat", "mnt/" + name, {
                "permissions": 0o700}), DENIED)

    def test_out_of_descriptors(self):
        """A client can open so many files that a directory cannot be listed.
        Then no name is taken for another one than it is."""
        self.make("src/2024/f")
        for left in range(4):
            for name in SECRET + CACHE + ["2024."]:
                s = self.session(
                    "-o", "root=" + self.path("mnt"), "-o",
                    "files.hide=secret,cach\u00e9,2024", "-o",
                    "access.protect_startup=false", nofile=24)
                handles, _ = self.use_up_descriptors(s)
                for h in handles[:left]:
                    self.assert_status(s.call("close", h), OK)
                for ask in (("lstat", name), ("setstat", name, {}), (
                        "rename", name, "/got"), ("mkdir", name, {})):
                    reply = s.call(*ask)
                    self.assertEqual(reply.kind, "status", (left, ask))
                    self.assertNotEqual(reply.code, OK, (left, ask))
                for h in handles[left:]:
                    self.assert_status(s.call("close", h), OK)
                self.assert_status(s.call("lstat", name), self.hidden(name))
                self.seen(s, "PLAIN/F")

    def test_uploads(self):
        """All that a client does with an upload, by whatever name."""
        s = self.session(*self.rules(("mnt/in", 'rights = "all";'),
                                     ("mnt", 'rights = "list,stat";')))
        h = s.call("open", "mnt/IN/New.txt", WRITE | CREAT | TRUNC, {}).handle
        self.assert_status(s.call("write", h, 0, b"data"), OK)
        self.assert_status(s.call("close", h), OK)
        self.assert_status(s.call("setstat", "mnt/In/NEW.TXT", {
            "atime": 5, "mtime": 6}), OK)
        self.assert_status(s.call("rename", "mnt/in/new.txt", "mnt/IN/done"),
                           OK)
        self.assert_status(s.call("open", "mnt/x", WRITE | CREAT, {}), DENIED)
        with open(self.path("src/in/done")) as file:
            self.assertEqual(file.read(), "data")


class FoldingByName(Folding):
    """A file system that has another inode number for each spelling of a name,
    as those that use libfuse's path interface: exfat-fuse, fusefat. A name with
    letters beyond ASCII is refused unless it is spelled as it is listed."""

    OPTIONS = "fold,errno=none,byname"

    def hidden(self, name):
        return DENIED if "\u00c9" in name else NO_SUCH_FILE


class Exact(Rules):
    """Where capitals count, they count for rules."""

    def setUp(self):
        super().setUp()
        for name in ("d/secret", "d/SECRET", "d/plain", "d/2024/x",
                     "d/\u6587", "d/a."):
            self.make(name)

    def test_names_that_differ(self):
        for version in 3, 6:
            s = self.session("-o", "files.hide=secret", version=version)
            for name in "SECRET", "plain", "2024/x", "\u6587", "a.":
                self.seen(s, "d/" + name)
            self.assert_status(s.call("rmdir", "d/secret"), NO_SUCH_FILE)
            self.assert_status(s.call("mkdir", "d/Secret", {}), OK)
            self.assert_status(s.call("rmdir", "d/Secret"), OK)

    def test_a_hard_link_is_no_other_spelling(self):
        """A client that links a file under both names gains nothing."""
        os.link(self.path("d/plain"), self.path("d/PLAIN"))
        s = self.session(*self.rules(("d/secret", 'rights = "none";')))
        self.seen(s, "d/plain")
        self.seen(s, "d/PLAIN")
        self.seen(s, "d/SECRET")

    def darken(self, name):
        """Takes the right to list a directory from everybody but root. -> the
        user whose session is to be, who may be the directory's owner."""
        os.chmod(self.path(name), 0o311)
        self.addCleanup(os.chmod, self.path(name), 0o700)
        return {"user": "nobody"} if os.getuid() == 0 else {}

    def test_what_cannot_be_listed(self):
        """A directory that may be searched and not read."""
        os.mkdir(self.path("dark"))
        self.make("dark/f")
        self.make("dark/\u6587.")
        user = self.darken("dark")
        s = self.session("-o", "files.hide=secret", **user)
        for name in "f", "\u6587.":
            self.seen(s, "dark/" + name)

    def test_what_cannot_be_decided(self):
        """Where nothing tells if two names are one, both are refused; rules
        that differ in case hold elsewhere as before."""
        for name in "dark/a", "dark/b", "dark/B", "dark/c", "dark/c.":
            self.make(name)
        os.link(self.path("dark/a"), self.path("dark/A"))
        user = self.darken("dark")
        rules = self.rules(("d/SECRET", 'rights = "all";'),
                           ("d/secret", 'rights = "none";'))
        s = self.session(*rules, **user)
        for name in "a", "A", "b", "B", "c.":
            self.assert_status(s.call("stat", "dark/" + name), DENIED)
        self.seen(s, "dark/c")
        self.seen(s, "d/SECRET")
        self.assert_status(s.call("stat", "d/secret"), DENIED)
