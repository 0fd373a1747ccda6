# SPDX-License-Identifier: ISC
"""files.mode, files.dir_mode and -m: what becomes of modes when files are made
and when clients set them; and files.symlinks. $SERVER is the server, $DIR a
directory on a file system with ACLs.
"""

import os
import shutil
import stat
import subprocess
import tempfile
import unittest

import sftpwire as sw
import acl as acls
from acl import ALICE, ALLOWED, DENIED as DENY, DW, INHERIT, R, W, X, acl
from session import SERVER
from sftpwire import CREAT, EXCL, TRUNC, WRITE
from versions import ALL, fields

DENIED = 3


needs_acls = unittest.skipIf(acls.unusable(), acls.unusable())


class ModesTest(unittest.TestCase):
    umask = 0o022

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="modes.",
                                    dir=os.environ.get("DIR"))
        self.addCleanup(shutil.rmtree, self.dir)

    def tearDown(self):
        """Makes all directories writable, so that they can be removed."""
        for entry in os.scandir(self.dir):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)

    def path(self, name):
        return os.path.join(self.dir, name)

    def mode(self, name):
        return stat.S_IMODE(os.lstat(self.path(name)).st_mode)

    def put(self, name, mode=0o644):
        with open(self.path(name), "wb") as out:
            out.write(b"content")
        os.chmod(self.path(name), mode)

    def sessions(self, *options, versions=ALL):
        """A session in each version, in an empty directory."""
        args = [w for o in options
                for w in ((o,) if o.startswith("-") else ("-o", o))]
        for version in versions:
            self.tearDown()
            shutil.rmtree(self.dir)
            os.mkdir(self.dir)
            session = sw.Session([SERVER] + args, cwd=self.dir,
                                 umask=self.umask, up_to=version)
            self.addCleanup(session.destroy)
            with self.subTest(version=version, options=options):
                self.assertEqual(session.init(version).version, version)
                yield version, session
                self.assertEqual(session.finish(), 0)

    def assert_status(self, reply, code):
        self.assertEqual((reply.kind, getattr(reply, "code", None)),
                         ("status", code), str(reply))

    def open(self, session, name, pflags=WRITE | CREAT, attrs=None):
        reply = session.call(*fields(session.version, "open", name, pflags,
                                     attrs or {}))
        self.assertEqual(reply.kind, "handle", str(reply))
        return reply.handle

    def make(self, session, name, mode=None, pflags=WRITE | CREAT, **more):
        attrs = dict(more) if mode is None else dict(more, permissions=mode)
        self.open(session, name, pflags, attrs)
        return self.mode(name)

    def mkdir(self, session, name, mode=None, **more):
        attrs = dict(more) if mode is None else dict(more, permissions=mode)
        attrs["type"] = 2
        self.assert_status(session.call("mkdir", name, attrs), sw.OK)
        return self.mode(name)


# option, asked, what comes of it beneath the umask 022. None is no mode.
FILES = [
    ("files.mode=none", 0o666, 0o644), ("files.mode=none", None, 0o644),
    ("files.mode=clear=0004", None, 0o640),
    ("files.mode=clear=0777", 0o666, 0),
    ("files.mode=set=0020", 0o600, 0o620),
    ("files.mode=set=0020", None, 0o664),
    ("files.mode=set=0020,clear=0007", 0o606, 0o620),
    ("files.mode=set=0440,clear=0022", 0o600, 0o640),
    ("files.mode=force=0660", None, 0o660),
    ("files.mode=force=0640", 0o777, 0o640),
    ("files.mode=force=0", 0o600, 0),
    ("files.mode=clear=6000", 0o4755, 0o755),
    ("-m0660", 0o600, 0o660),
    ("files.dir_mode=force=0700", 0o644, 0o644),
]
DIRS = [
    ("files.dir_mode=none", 0o777, 0o755),
    ("files.dir_mode=clear=0007", None, 0o750),
    ("files.dir_mode=set=0070", 0o700, 0o770),
    ("files.dir_mode=force=0770", None, 0o770),
    ("files.dir_mode=force=2770", 0o755, 0o2770),
    ("files.dir_mode=set=2000", 0o755, 0o2755),
    ("files.dir_mode=force=0", 0o755, 0),
    ("files.mode=force=0600", 0o755, 0o755),
    ("-m0600", 0o755, 0o755),
]


class Creation(ModesTest):
    def test_files(self):
        for option, asked, want in FILES:
            for version, s in self.sessions(option):
                self.assertEqual(self.make(s, "a", asked), want)
                self.assertEqual(self.make(
                    s, "b", asked, WRITE | CREAT | EXCL), want)
                self.assertEqual(self.make(
                    s, "c", asked, WRITE | CREAT | TRUNC), want)

    def test_directories(self):
        for option, asked, want in DIRS:
            for version, s in self.sessions(option):
                self.assertEqual(self.mkdir(s, "d", asked), want)

    def test_what_exists_keeps_its_mode(self):
        for option in ("files.mode=force=0600", "files.mode=set=0002", "-m600"):
            for version, s in self.sessions(option):
                self.put("f", 0o751)
                for pflags in (WRITE | CREAT, WRITE | CREAT | TRUNC, WRITE):
                    self.assertEqual(self.make(s, "f", 0o640, pflags), 0o751)
                self.assertEqual(os.stat(self.path("f")).st_size, 0)

    def test_behind_a_link(self):
        """A link to nowhere: the file is made where it leads."""
        for version, s in self.sessions("files.mode=force=0660"):
            os.symlink("target", self.path("link"))
            self.open(s, "link")
            self.assertTrue(os.path.islink(self.path("link")))
            self.assertEqual(self.mode("target"), 0o660)
            self.open(s, "link", WRITE | CREAT | TRUNC)
            self.assert_status(s.call(*fields(
                version, "open", "link", WRITE | CREAT | EXCL, {})),
                4 if version == 3 else 11)

    @needs_acls
    def test_default_acls(self):
        """They would have the last word, and do not."""
        for version, s in self.sessions("files.mode=force=0664",
                                        "files.dir_mode=force=0775"):
            os.mkdir(self.path("d"))
            subprocess.run(["setfacl", "-m", "d:u::rwx,d:g::r,d:o::-",
                            self.path("d")], check=True)
            self.assertEqual(self.make(s, "d/f"), 0o664)
            self.assertEqual(self.mkdir(s, "d/d"), 0o775)

    def test_set_gid_of_the_directory_above(self):
        """It makes the files of a tree the group's, unless it is not to."""
        for option, want in (("dir_mode=set=0070", 0o2775),
                             ("dir_mode=clear=0007", 0o2750),
                             ("mode=clear=6000", 0o2755),
                             ("dir_mode=clear=2000", 0o755),
                             ("dir_mode=set=0020,clear=2000", 0o775),
                             ("dir_mode=force=0755", 0o755)):
            for version, s in self.sessions("files." + option):
                os.mkdir(self.path("above"))
                os.chmod(self.path("above"), 0o2775)
                self.assertEqual(self.mkdir(s, "above/d", 0o755), want)

    def test_copies(self):
        for replace in (False, True):
            for version, s in self.sessions("files.mode=set=0020,clear=0004"):
                self.put("f", 0o604)
                self.assert_status(s.call("copy-file", "f", "new", replace),
                                   sw.OK)
                self.assertEqual(self.mode("new"), 0o620)
                self.put("old", 0o777)
                reply = s.call("copy-file", "f", "old", replace)
                self.assertEqual(reply.code == sw.OK, replace, str(reply))
                self.assertEqual(self.mode("old"), 0o777)

    def test_temporary_folders(self):
        env = {"TMPDIR": self.dir}
        for version in ALL:
            s = sw.Session([SERVER, "-o", "files.dir_mode=set=0050"],
                           cwd=self.dir, env=env, up_to=version)
            self.addCleanup(s.destroy)
            s.init(version)
            reply = s.call("make-temp-folder")
            self.assertEqual(reply.kind, "name", str(reply))
            self.assertEqual(stat.S_IMODE(
                os.stat(reply.names[0][0]).st_mode), 0o750)
            self.assertRegex(os.path.basename(reply.names[0][0]),
                             rb"^slipway\.[A-Za-z0-9]{6}$")

    def test_temporary_folders_that_fail(self):
        """A folder whose name the client may not learn is not left behind."""
        s = sw.Session([SERVER, "-o", "files.hide=slipway.*"], cwd=self.dir,
                       env={"TMPDIR": self.dir}, up_to=6)
        self.addCleanup(s.destroy)
        s.init(6)
        self.assert_status(s.call("make-temp-folder"), 2)
        self.assertEqual(os.listdir(self.dir), [])


class Later(ModesTest):
    def chmods(self, version, s, name):
        """Every way to set a mode: what it is called, and the request."""
        yield "setstat", lambda mode: s.call(
            "setstat", name, {"permissions": mode})
        handle = self.open(s, name, WRITE) if name == "f" else \
            s.call("opendir", name).handle
        if name == "f" or version >= 6:
            yield "fsetstat", lambda mode: s.call(
                "fsetstat", handle, {"permissions": mode})
        yield "lsetstat", lambda mode: s.call(
            "lsetstat@openssh.com", name, {"permissions": mode})

    def check(self, options, name, asked, want):
        for version, s in self.sessions(*options):
            self.put("f") if name == "f" else os.mkdir(self.path("d"))
            for what, chmod in self.chmods(version, s, name):
                os.chmod(self.path(name), 0o700)
                self.assert_status(chmod(asked), sw.OK)
                self.assertEqual(oct(self.mode(name)), oct(want), what)

    def test_files(self):
        both = ["files.mode=set=0440,clear=0022", "files.dir_mode=clear=0777"]
        self.check(both, "f", 0o666, 0o644)
        self.check(both, "f", 0o200, 0o640)
        self.check(["files.mode=force=0640"], "f", 0o777, 0o640)
        self.check(["-m0640"], "f", 0o600, 0o640)
        self.check(["files.mode=none"], "f", 0o4711, 0o4711)

    def test_directories(self):
        both = ["files.mode=force=0600", "files.dir_mode=set=0050,clear=0007"]
        self.check(both, "d", 0o707, 0o750)
        self.check(["files.dir_mode=force=2750"], "d", 0o777, 0o2750)
        self.check(["-m0600"], "d", 0o711, 0o711)

    def test_behind_a_link(self):
        for version, s in self.sessions("files.dir_mode=clear=0077",
                                        "files.mode=clear=0111"):
            os.mkdir(self.path("d"))
            os.symlink("d", self.path("l"))
            self.assert_status(s.call("setstat", "l", {"permissions": 0o777}),
                               sw.OK)
            self.assertEqual(self.mode("d"), 0o700)

    def test_restricted(self):
        """No set-id for files where anything is forbidden."""
        for option, want in (("access.deny=rmdir", 0o755),
                             ("rename.when=refused", 0o6755)):
            for version, s in self.sessions(option):
                self.assertEqual(self.make(s, "new", 0o6755), want)
                self.put("f")
                for what, chmod in self.chmods(version, s, "f"):
                    self.assert_status(chmod(0o6755), sw.OK)
                    self.assertEqual(self.mode("f"), want, what)
                os.mkdir(self.path("d"))
                self.assert_status(s.call("setstat", "d", {
                    "permissions": 0o2775}), sw.OK)
                self.assertEqual(self.mode("d"), 0o2775)

    def test_the_log_has_what_was_set(self):
        s = sw.Session([SERVER, "-e", "-l", "INFO", "-o",
                        "files.mode=clear=0022"], cwd=self.dir)
        self.addCleanup(s.destroy)
        s.init(3)
        self.put("f")
        self.assert_status(s.call("setstat", "f", {"permissions": 0o100666}),
                           sw.OK)
        self.assertIn(b'set "f" mode 0644', s.stderr())


class Areas(ModesTest):
    """A path rule also holds for handles that were opened beneath its path."""

    RULES = """rules = ( {
        files = { mode = { clear = "0007"; }; };
        paths = ( { match = "%s/open";
            files = { mode = { set = "0066"; };
                      dir_mode = { force = "0777"; }; }; } );
    } );
    """

    def test_areas(self):
        policy = self.dir + ".conf"
        with open(policy, "w") as out:
            out.write(self.RULES % os.path.realpath(self.dir))
        self.addCleanup(os.unlink, policy)
        for version, s in self.sessions("-F" + policy):
            os.mkdir(self.path("open"))
            for name, made, set_, dir_ in (
                    ("f", 0o640, 0o600, 0o755),
                    ("open/f", 0o666, 0o667, 0o777),
                    ("open/../open/f2", 0o666, 0o667, 0o777)):
                handle = self.open(s, name)
                self.assertEqual(oct(self.mode(name)), oct(made))
                for ask in (lambda mode: s.call("fsetstat", handle, mode),
                            lambda mode: s.call("setstat", name, mode)):
                    os.chmod(self.path(name), 0)
                    self.assert_status(ask({"permissions": 0o601}), sw.OK)
                    self.assertEqual(oct(self.mode(name)), oct(set_))
                self.assertEqual(oct(self.mkdir(s, name + "dir")), oct(dir_))
            self.assert_status(s.call("copy-file", "f", "open/copy", False),
                               sw.OK)
            self.assertEqual(oct(self.mode("open/copy")), oct(0o666))


@needs_acls
class Acls(ModesTest):
    GENEROUS = [(ALLOWED, 0, R | W, "OWNER@"), (DENY, 0, X, "OWNER@"),
                (ALLOWED, 0, R | W | X, ALICE), (ALLOWED, 0, R | W, "GROUP@"),
                (ALLOWED, 0, R | W, "EVERYONE@")]

    def getfacl(self, name):
        text = subprocess.run(["getfacl", "-cEp", self.path(name)],
                              check=True, capture_output=True, text=True)
        return " ".join(text.stdout.split())

    def test_no_more_than_a_mode(self):
        for version, s in self.sessions("files.mode=clear=0023",
                                        versions=(4, 5, 6)):
            self.put("f")
            self.assert_status(s.call("setstat", "f", {
                "acl": acl(version, self.GENEROUS)}), sw.OK)
            want = "user::rw- user:%s:r-x group::r-- mask::r-x other::r--" \
                % ALICE
            self.assertEqual(self.getfacl("f"), want)
            handle = self.open(s, "g", WRITE | CREAT, {
                "acl": acl(version, self.GENEROUS)})
            self.assertEqual(self.getfacl("g"), want)
            os.chmod(self.path("g"), 0)
            self.assert_status(s.call("fsetstat", handle, {
                "acl": acl(version, self.GENEROUS)}), sw.OK)
            self.assertEqual(self.getfacl("g"), want)

    def test_what_is_added(self):
        for version, s in self.sessions("files.mode=set=0040",
                                        versions=(4, 5, 6)):
            self.put("f")
            self.assert_status(s.call("setstat", "f", {"acl": acl(
                version, [(ALLOWED, 0, R | W, "OWNER@"),
                          (DENY, 0, X, "OWNER@"), (ALLOWED, 0, W, ALICE),
                          (DENY, 0, R | X, ALICE)])}),
                sw.OK)
            self.assertEqual(
                self.getfacl("f"), "user::rw- user:%s:-w- group::r-- "
                "mask::rw- other::---" % ALICE)

    def test_directories(self):
        entries = [(ALLOWED, INHERIT, R | DW | X, who)
                   for who in ("OWNER@", "GROUP@", "EVERYONE@")]
        for version, s in self.sessions("files.dir_mode=clear=0027",
                                        "files.mode=force=0600",
                                        versions=(4, 5, 6)):
            os.mkdir(self.path("d"))
            self.assert_status(s.call("setstat", "d", {
                "acl": acl(version, entries)}), sw.OK)
            want = "user::rwx group::r-x other::--- default:user::rwx " \
                "default:group::r-x default:other::---"
            self.assertEqual(self.getfacl("d"), want)
            self.assert_status(s.call("mkdir", "e", {
                "type": 2, "acl": acl(version, entries)}), sw.OK)
            self.assertEqual(self.getfacl("e"), want)

    def test_a_fixed_mode_is_all_there_is(self):
        for option in ("files.mode=force=0640", "-m0640"):
            for version, s in self.sessions(option, versions=(4, 5, 6)):
                content = acl(version, self.GENEROUS)
                want = "user::rw- group::r-- other::---"
                self.put("f", 0o666)
                self.assert_status(s.call("setstat", "f", {"acl": content}),
                                   sw.OK)
                self.assertEqual(self.getfacl("f"), want)
                self.open(s, "g", WRITE | CREAT, {"acl": content})
                self.assertEqual(self.getfacl("g"), want)

    def test_without_a_rule(self):
        for version, s in self.sessions(versions=(4, 5, 6)):
            self.put("f")
            self.assert_status(s.call("setstat", "f", {
                "acl": acl(version, self.GENEROUS)}), sw.OK)
            self.assertEqual(
                self.getfacl("f"), "user::rw- user:%s:rwx group::rw- "
                "mask::rwx other::rw-" % ALICE)


class Symlinks(ModesTest):
    def answers(self, version, s):
        if version < 6:
            return [s.call("symlink", "text", "link"),
                    s.call("hardlink@openssh.com", "f", "hard")]
        return [s.call("link", "link", "text", True),
                s.call("link", "hard", "f", False)]

    def test_not_made(self):
        for version, s in self.sessions("files.symlinks=no-create"):
            self.put("f")
            os.symlink("f", self.path("there"))
            soft, hard = self.answers(version, s)
            self.assert_status(soft, DENIED)
            self.assertFalse(os.path.lexists(self.path("link")))
            self.assert_status(hard, sw.OK)
            self.assertTrue(os.path.samefile(self.path("hard"),
                                             self.path("f")))
            self.assert_status(s.call("setstat", "there", {
                "permissions": 0o600}), sw.OK)
            self.assertEqual(s.call("readlink", "there").names[0][0], b"f")

    def test_made(self):
        for version, s in self.sessions("files.symlinks=follow"):
            self.put("f")
            for reply in self.answers(version, s):
                self.assert_status(reply, sw.OK)
            self.assertEqual(os.readlink(self.path("link")), "text")
