# SPDX-License-Identifier: ISC
"""Rights by effect. The matrix is made from the server's own table, -Q rights:
each request that takes rights, by each way to reach a file, with the rights it
takes and with one of them missing. A request that is refused changes nothing
and gets the same answer whether its file exists or not; one that is granted
works as it does with all rights. $SERVER is the server.
"""

import os
import pwd
import re
import shutil
import stat
import subprocess
import sys

from session import NETTLE, SERVER, SessionTest
import sftpwire as sw
from sftpwire import APPEND, CREAT, EXCL, READ, TRUNC, WRITE

OK, EOF, NO_SUCH_FILE, DENIED, FAILURE = 0, 1, 2, 3, 4
CREATE_NEW, CREATE_TRUNCATE, OPEN_EXISTING, OPEN_OR_CREATE, \
    TRUNCATE_EXISTING = range(5)
DELETE_ON_CLOSE = 0x800
READ_DATA, WRITE_DATA, APPEND_DATA = 1, 2, 4
OVERWRITE = 1
ALL = frozenset("""list stat read create modify replace delete rename_file
    rename_dir mkdir rmdir symlink link setstat""".split())
RENAME = frozenset({"rename_file", "rename_dir"})	# "rename" is both
ME = "%d" % os.getuid()


def rights_of(text):
    """The set that a list of names stands for."""
    names = frozenset(() if text == "none" else text.split(","))
    if "all" in names:
        return ALL
    return names - {"rename"} | RENAME if "rename" in names else names


def rows():
    """The server's table: (name, first version, last, rights, rights)."""
    out = subprocess.run([SERVER, "-Q", "rights"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    for line in out.splitlines():
        name, versions, first, second = line.split("\t")
        since, until = map(int, versions.split("-"))
        yield name, since, until, rights_of(first), rights_of(second)


# All actions. An action gets the session and a function from a name of the
# tree below to a path, and returns the reply that counts.

ACTIONS = []


def action(row, needs, since=3, until=6, on=("file", "none"), follows=True):
    """`on` are the things that it makes sense for; `follows` says whether a
    link as the last component is followed, or that it is about a handle."""
    def register(function):
        for thing in on:
            needed = needs[thing] if isinstance(needs, dict) else needs
            ACTIONS.append((row, frozenset(needed.split()), since, until,
                            thing, follows, function))
        return function
    return register


def opens(what, needs, pflags, access, flags, since=3, attrs=None,
          on=("file", "none")):
    """OPEN, as each version says it; something is done with the handle."""
    @action("open", needs, since=since, on=on)
    def ask(s, path):
        if s.version < 5:
            reply = s.call("open", path(), pflags, attrs or {})
        else:
            reply = s.call("open", path(), access, flags, attrs or {})
        if reply.kind == "handle":
            if access & WRITE_DATA:
                s.call("write", reply.handle, 0, b"written")
            s.call("close", reply.handle)
        return reply
    ask.__name__ = "open " + what


opens("to read", "read", READ, READ_DATA, OPEN_EXISTING)
opens("for nothing, which is to read", "read", 0, 0, OPEN_EXISTING)
opens("to write", "modify", WRITE, WRITE_DATA, OPEN_EXISTING)
opens("to append", "modify", WRITE | APPEND, APPEND_DATA, OPEN_EXISTING)
opens("to read and write", "read modify", READ | WRITE,
      READ_DATA | WRITE_DATA, OPEN_EXISTING)
opens("to truncate", "modify", WRITE | TRUNC, WRITE_DATA, TRUNCATE_EXISTING)
opens("to read what is truncated", "read modify", READ | TRUNC, READ_DATA,
      TRUNCATE_EXISTING)
opens("to upload", {"file": "modify", "none": "create"},
      WRITE | CREAT | TRUNC, WRITE_DATA, CREATE_TRUNCATE)
opens("to resume", {"file": "modify", "none": "create"}, WRITE | CREAT,
      WRITE_DATA, OPEN_OR_CREATE)
opens("to upload and read", {"file": "read modify", "none": "create"},
      READ | WRITE | CREAT | TRUNC, READ_DATA | WRITE_DATA, CREATE_TRUNCATE)
opens("to read or create", {"file": "read", "none": "read create"},
      READ | CREAT, READ_DATA, OPEN_OR_CREATE)
opens("to create", "create", WRITE | CREAT | EXCL, WRITE_DATA, CREATE_NEW)
opens("to create and read", "create", READ | WRITE | CREAT | EXCL,
      READ_DATA | WRITE_DATA, CREATE_NEW)
opens("to create with an owner", "create setstat", 0, WRITE_DATA, CREATE_NEW,
      since=5, attrs={"owner": ME, "group": ""}, on=("none",))


@action("open", "read delete", since=6)
def delete_on_close(s, path):
    reply = s.call("open", path(), READ_DATA, OPEN_EXISTING | DELETE_ON_CLOSE,
                   {})
    if reply.kind == "handle":
        s.call("close", reply.handle)
    return reply


def plain(row, needs, *fields, **kwargs):
    @action(row, needs, **kwargs)
    def ask(s, path):
        return s.call(row, path(), *fields)
    ask.__name__ = row


WANTED = 0x1FD		# attributes that STAT asks for
for name, follows in ("stat", True), ("lstat", False):
    plain(name, "stat", until=3, follows=follows,
          on=("file", "none", "dir", "link"))
    plain(name, "stat", WANTED, since=4, follows=follows,
          on=("file", "none", "dir", "link"))
plain("readlink", "stat", on=("link", "none"), follows=False)
plain("remove", "delete", follows=False, on=("file", "none", "link", "dir"))
plain("rmdir", "rmdir", follows=False, on=("dir", "none", "file"))
plain("mkdir", "mkdir", {"permissions": 0o750}, follows=False,
      on=("none", "file", "dir"))
plain("mkdir", "mkdir setstat", {"owner": ME, "group": ""}, since=4,
      follows=False, on=("none",))
plain("statvfs@openssh.com", "list", on=("file", "none", "dir"))
plain("space-available", "list", on=("file", "none", "dir"))
plain("check-file-name", "read", "crc32", 0, 0, 0)
if NETTLE:
    plain("md5-hash", "read", 0, 0, b"", since=5)
for row in "setstat", "lsetstat@openssh.com":
    follows = row == "setstat"
    plain(row, "setstat", {"permissions": 0o600}, follows=follows)
    plain(row, "setstat", {"atime": 5, "mtime": 6}, until=3, follows=follows)
    plain(row, "setstat", {"atime": 5, "mtime": 6}, since=4, follows=follows)
    plain(row, "setstat", {"owner": ME, "group": ""}, since=4,
          follows=follows)
    plain(row, "setstat", {}, follows=follows)
    plain(row, "modify", {"size": 3}, follows=follows)
    plain(row, "modify setstat", {"size": 3, "permissions": 0o600},
          follows=follows)


@action("opendir", "list", on=("dir", "none", "file"))
def opendir(s, path):
    reply = s.call("opendir", path())
    if reply.kind == "handle":
        return s.call("readdir", reply.handle)
    return reply


@action("readdir", "list", on=("dir",))
def readdir(s, path):
    return opendir(s, path)


# Renames, copies and links: from or to the thing; `path` knows others.

def two(row, needs, other, *fields, to=True, **kwargs):
    """The thing is the target, or else the source."""
    @action(row, needs, follows=False, **kwargs)
    def ask(s, path):
        names = [path(other), path()] if to else [path(), path(other)]
        return s.call(row, *names, *fields)
    ask.__name__ = "%s %s %s" % (row, "from" if to else "to", other)


def renames(row, replaces, *fields, **kwargs):
    over = "rename_file" + " replace delete" * replaces
    two(row, {"file": over, "none": "rename_file"}, "other", *fields, **kwargs)
    two(row, "rename_file", "missing", *fields, to=False, **kwargs)
    two(row, "rename_file", "missing", *fields, to=False, on=("link",),
        **kwargs)
    two(row, "rename_dir", "missing", *fields, to=False, on=("dir",), **kwargs)


renames("rename", False, until=4)
renames("rename", False, 0, since=5)
renames("rename", True, OVERWRITE, since=4)
renames("posix-rename@openssh.com", True)
two("hardlink@openssh.com", "link", "other")
two("hardlink@openssh.com", "link", "missing", to=False)
two("copy-file", {"file": "read replace delete", "none": "read create"},
    "other", 1)
two("copy-file", "read create", "other", 0)
two("copy-file", "read create", "missing", 1, to=False)


@action("symlink", "symlink", until=5, follows=False)
def symlink(s, path):
    return s.call("symlink", "text", path())


@action("symlink", "symlink", since=6, follows=False)
def link_symbolic(s, path):
    return s.call("link", path(), "text", True)


@action("symlink", "link", since=6, follows=False)
def link_hard(s, path):
    return s.call("link", path(), path("other"), False)


# Requests on handles: what their OPEN takes, and what they take.

def handled(row, needs, *fields, access=READ_DATA, dirs=False, until=6,
            since=3):
    @action(row, needs, since=since, until=until, follows="handle",
            on=("dir",) if dirs else ("file",))
    def ask(s, path):
        if dirs:
            reply = s.call("opendir", path())
        elif s.version < 5:
            reply = s.call("open", path(), access & 3, {})
        else:
            reply = s.call("open", path(), access, OPEN_EXISTING, {})
        if reply.kind != "handle":
            return reply
        handle = reply.handle
        path.moves_now()
        reply = s.call(row, handle, *fields)
        s.call("close", handle)
        return reply
    ask.__name__ = row


def handled_stat(needs, **kwargs):
    handled("fstat", needs, until=3, **kwargs)
    handled("fstat", needs, WANTED, since=4, **kwargs)


handled_stat("read stat")
handled_stat("modify stat", access=WRITE_DATA)
handled_stat("list stat", dirs=True)
handled("fsetstat", "read setstat", {"permissions": 0o600})
handled("fsetstat", "modify setstat", {"permissions": 0o600},
        access=WRITE_DATA)
handled("fsetstat", "modify", {"size": 3}, access=WRITE_DATA)
handled("fsetstat", "read modify", {"size": 3})
handled("fsetstat", "list setstat", {"permissions": 0o700}, dirs=True,
        since=6)
handled("fstatvfs@openssh.com", "read list")
handled("fsync@openssh.com", "modify", access=WRITE_DATA)
handled("read", "read", 0, 100)
handled("write", "modify", 0, b"new", access=WRITE_DATA)
handled("check-file-handle", "read", "crc32", 0, 0, 0)
if NETTLE:
    handled("md5-hash-handle", "read", 0, 0, b"", since=5)
handled("ranges@asyncssh.com", "read", 0, 100)
handled("text-seek", "read", 0, since=4)


@action("copy-data", "read modify", on=("file",), follows="handle")
def copy_data(s, path):
    handles = []
    for name, pflags, access in (None, READ, READ_DATA), \
            ("other", WRITE, WRITE_DATA):
        rest = [pflags] if s.version < 5 else [access, OPEN_EXISTING]
        reply = s.call("open", *([path(name)] + rest + [{}]))
        if reply.kind != "handle":
            return reply
        handles.append(reply.handle)
    path.moves_now()
    reply = s.call("copy-data", handles[0], 0, 5, handles[1], 0)
    for handle in handles:
        s.call("close", handle)
    return reply


# Ways to what an action is about: the thing's name in the tree to its path.

class Way:
    names = {"file": b"file", "none": b"none", "dir": b"dir", "link": b"link",
             "other": b"other", "missing": b"missing"}
    top, between, behind = b"top", b"/", b""
    moves = None		# to where another process takes `top`

    def applies(self, thing, follows):
        return True


def way(name, **members):
    return type(name, (Way,), members)()


def only(*things):
    return lambda self, thing, follows: thing in things


WAYS = [
    way("direct"),
    way("dots", between=b"/../top/./"),
    way("slashes", between=b"///"),
    way("linked_directory", top=b"byway"),
    way("link", names=dict(Way.names, file=b"link", none=b"dangling"),
        applies=lambda self, thing, follows:
        follows and thing in ("file", "none")),
    way("hard_link", names=dict(Way.names, file=b"hard"),
        applies=only("file")),
    way("renamed_parent", moves=b"elsewhere", top=b"elsewhere"),
    way("trailing_slash", behind=b"/", applies=lambda self, thing, follows:
        thing == "dir" or follows != "handle"),
    way("invalid_utf8", names=dict(Way.names, file=b"\xff\xfe",
                                   none=b"\xfe\xff"),
        applies=only("file", "none")),
]


class Path:
    """The paths of one case, below `here` on disk and `shown` in the
    session."""

    def __init__(self, here, shown, way, thing, late):
        self.here, self.shown, self.way, self.thing = here, shown, way, thing
        self.late = late
        if not late:
            self.move()

    def move(self):
        if self.way.moves:
            os.rename(os.path.join(self.here, b"top"),
                      os.path.join(self.here, self.way.moves))

    def moves_now(self):
        """Between OPEN and what is asked of the handle."""
        if self.late:
            self.move()

    def __call__(self, name=None):
        top = self.way.top
        if self.late and self.way.moves:
            top = b"top"
        last = self.way.names[name or self.thing]
        return b"/".join([self.shown, top]) + self.way.between + last + (
            self.way.behind if name is None else b"")


def make_tree(here):
    """Makes the tree that a case works on."""
    top = os.path.join(here, b"top")
    os.makedirs(os.path.join(top, b"dir"))
    for name in b"file", b"other", b"\xff\xfe":
        with open(os.path.join(top, name), "wb") as out:
            out.write(b"content of " + name)
        os.utime(os.path.join(top, name), (1000, 1000))
    os.symlink(b"file", os.path.join(top, b"link"))
    os.symlink(b"none", os.path.join(top, b"dangling"))
    os.link(os.path.join(top, b"file"), os.path.join(top, b"hard"))
    os.symlink(b"top", os.path.join(here, b"byway"))
    os.utime(top, (1000, 1000))


def look_at(path, times):
    st = os.lstat(path)
    seen = [st.st_mode, st.st_nlink, st.st_uid, st.st_gid]
    if not stat.S_ISDIR(st.st_mode):
        seen.append(st.st_size)
    if times:
        seen += [st.st_ino, st.st_mtime_ns, st.st_ctime_ns]
    if stat.S_ISLNK(st.st_mode):
        seen.append(os.readlink(path))
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as file:
            seen.append(file.read())
    return seen


def snapshot(here, times):
    """All that there is, by name; with the times, not to the next change."""
    seen = {b"": look_at(here, times)}
    for top, dirs, files in os.walk(here):
        for name in dirs + files:
            path = os.path.join(top, name)
            seen[os.path.relpath(path, here)] = look_at(path, times)
    return seen


def gist(reply, shown):
    """Returns the facts that a client learns from the reply, without those that
    differ in each session."""
    if reply.kind == "handle":
        return "handle"
    if reply.kind == "attrs":
        return "attrs %s %o" % (reply.attrs.get("size"),
                                reply.attrs.get("permissions"))
    if reply.kind == "name":
        return "names %s" % sorted(n[0].replace(shown, b"")
                                   for n in reply.names)
    if reply.kind == "status":	# since version 4 the message ends in paths
        return "status %d %s" % (reply.code,
                                 re.split(b": |, ", reply.message)[0])
    return str(reply) if reply.kind == "data" else reply.kind


class RightsTest(SessionTest):
    def setUp(self):
        super().setUp()
        self.dir = os.path.realpath(self.dir)
        os.chmod(self.dir, 0o755)
        self.count = 0

    def with_rights(self, rights, version=3, rooted=False, *options,
                    **kwargs):
        """A session with these and no others. With all of them it is judged
        all the same."""
        args = ["-o", "access.protect_startup=true",
                "-o", "access.rights=" + (",".join(sorted(rights)) or "none")]
        if rooted:
            args += ["-o", "root=" + self.dir]
        for option in options:
            args += ["-o", option]
        return self.session(*args, version=version, **kwargs)

    def rules(self, *rules, rights="all"):
        """The arguments for path rules: (name here, settings)."""
        conf = os.path.join(self.dir, "conf")
        with open(conf, "w") as out:
            out.write("rules = ( { access = { protect_startup = false; "
                      "rights = \"%s\"; };\n paths = (\n%s ); } );\n" % (
                          rights, ",\n".join(
                              "{ match = \"%s/%s\"; %s }" % (
                                  self.dir, name, settings)
                              for name, settings in rules)))
        os.chmod(conf, 0o644)
        return ["-F", conf]

    def case(self, session, act, way, rooted):
        """Asks it in a tree of its own; -> what was said and the tree before
        and after, with times and without."""
        self.count += 1
        name = b"c%d" % self.count
        here = os.path.join(os.fsencode(self.dir), name)
        shown = b"/" + name if rooted else here
        make_tree(here)
        *_, thing, _follows, function = act
        path = Path(here, shown, way, thing, late=act[5] == "handle")
        before = snapshot(here, True)
        reply = function(session, path)
        after = snapshot(here, True)
        return gist(reply, shown), before, after, snapshot(here, False)


REFUSAL = "status 3 b'Permission denied'"

# Refused for want of rights these say, to those who may ask STAT, that a name
# is missing, as does a RENAME of it; MKDIR says that there is something.
CANDID = "remove", "rmdir", "setstat", "lsetstat@openssh.com"


def is_error(said):
    return said.startswith("status ") and not said.startswith("status 0 ")


def describe(act, way, rights):
    return "%s on %s by %s with %s" % (
        act[6].__name__, act[4], type(way).__name__,
        ",".join(sorted(rights)) or "none")


class Matrix(RightsTest):
    def relevant(self, version, ways):
        for act in ACTIONS:
            if not act[2] <= version <= act[3]:
                continue
            for each in ways:
                if each.applies(act[4], act[5]):
                    yield act, each

    def refusal(self, act, version, rights):
        """How that is refused, as a regular expression."""
        leaves = "rename" in act[0] and act[6].__name__.endswith("to missing")
        if "stat" in rights and act[4] == "none" and (
                act[0] in CANDID or leaves):
            return "status 2 b'No such file"
        if "stat" in rights and act[0] == "mkdir" and act[4] != "none":
            return "status %d b'File exists'" % (4 if version == 3 else 11)
        return re.escape(REFUSAL)

    def refused(self, act, version, rights, way, said, before, after):
        """Returns an error text if this is no correct refusal, else None."""
        # A name with a slash behind it is an error with all rights, too.
        if not re.match(self.refusal(act, version, rights), said) and not (
                way.behind and is_error(said)):
            return "not refused: %s" % said
        if b"elsewhere" in after:	# the other process did that
            before = {name.replace(b"top", b"elsewhere", 1): seen
                      for name, seen in before.items()}
            before[b""] = after[b""]
            before[b"elsewhere"] = after[b"elsewhere"]
        return None if before == after else "refused, and done"

    def works(self, way, said, tree, expected):
        # Which of two errors it is, depends on O_CREAT.
        if said != expected[0] and not (way.behind and is_error(said) and
                                        is_error(expected[0])):
            return "%s in place of %s" % (said, expected[0])
        return None if tree == expected[3] else "something else was done"

    def play(self, version, rooted=False, ways=WAYS):
        """Each action by each way, with just what it takes, and without each
        of that, whatever else there is."""
        plan, expected, faults = {}, {}, []
        for act, each in self.relevant(version, ways):
            needs = act[1]
            for rights in [needs] + [ALL - {n} for n in needs] + [
                    frozenset()] * (each is WAYS[0]):
                plan.setdefault(rights, []).append((act, each))
        whole = self.with_rights(ALL, version, rooted)
        for rights, cases in plan.items():
            s = self.with_rights(rights, version, rooted)
            for act, each in cases:
                said, before, after, tree = self.case(s, act, each, rooted)
                key = ACTIONS.index(act), each
                if act[1] <= rights and key not in expected:
                    expected[key] = self.case(whole, act, each, rooted)
                fault = self.refused(act, version, rights, each, said,
                                     before, after) \
                    if not act[1] <= rights else \
                    self.works(each, said, tree, expected[key])
                if fault:
                    faults.append(describe(act, each, rights) + ": " + fault)
            self.assertEqual(s.finish(), 0)
        self.assertEqual(faults[:20], [])
        self.assertGreater(self.count, 200)

    def test_v3(self):
        self.play(3)

    def test_v4(self):
        self.play(4, ways=WAYS[:1])

    def test_v5(self):
        self.play(5, ways=WAYS[:1])

    def test_v6(self):
        self.play(6)

    def test_v3_beneath_a_root(self):
        self.play(3, rooted=True, ways=WAYS[:5])

    def test_v6_beneath_a_root(self):
        self.play(6, rooted=True, ways=WAYS[:5])

    def test_a_row_without_a_test(self):
        """Every row that takes rights is asked, in one of its versions, for
        each right that it can take. A RENAME creates, deletes, makes and
        removes directories only from one area to another; of REALPATH's the
        names of Realpath."""
        crossing = {"create", "delete", "mkdir", "rmdir"}
        apart = {"rename": crossing, "posix-rename@openssh.com": crossing}
        elsewhere = {"realpath", "expand-path@openssh.com",
                     "get-temp-folder", "make-temp-folder"}
        taken, asked = {}, {}
        for name, since, until, first, second in rows():
            if name in elsewhere or not first | second:
                continue
            self.assertTrue(any(
                a[0] == name and a[2] <= until and a[3] >= since
                for a in ACTIONS), "%s, %d to %d" % (name, since, until))
            taken[name] = taken.get(name, frozenset()) | first | second
        for act in ACTIONS:
            asked[act[0]] = asked.get(act[0], frozenset()) | act[1]
        for name in taken:
            self.assertLessEqual(taken[name] - apart.get(name, set()),
                                 asked[name], name)


class Half(RightsTest):
    """Requests whose rights depend on whether the file exists; the flags of the
    system call enforce them."""

    def setUp(self):
        super().setUp()
        self.put("there", b"old content")

    def read(self, name):
        with open(os.path.join(self.dir, name), "rb") as file:
            return file.read()

    def test_create_only(self):
        """Without the right to read or modify a new file is opened only to
        write, and an old one stays as it is."""
        for version in 3, 6:
            s = self.with_rights({"create"}, version)
            name = "new%d" % version
            flags = [READ | WRITE | CREAT | EXCL] if version < 5 else [
                READ_DATA | WRITE_DATA, CREATE_NEW]
            reply = s.call("open", name, *flags, {})
            self.assertEqual(reply.kind, "handle", reply)
            h = reply.handle
            self.assert_status(s.call("write", h, 0, b"data"), OK)
            reply = s.call("read", h, 0, 4)
            self.assertEqual(reply.kind, "status", reply)
            self.assertNotEqual(reply.code, OK)
            self.assert_status(s.call("fsetstat", h, {"size": 2}), OK)
            self.assert_status(s.call("fsetstat", h, {"permissions": 0o600}),
                               DENIED)
            self.assert_status(s.call("fstat", h, *[0] * (version > 3)),
                               DENIED)
            self.assert_status(s.call("close", h), OK)
            self.assertEqual(self.read(name), b"da")
            self.assert_status(s.call("open", "there", *flags, {}),
                               FAILURE if version == 3 else 11)
            flags = [WRITE | CREAT | TRUNC] if version < 5 else [
                WRITE_DATA, CREATE_TRUNCATE]
            self.assert_status(s.call("open", "there", *flags, {}), DENIED)
        self.assertEqual(self.read("there"), b"old content")

    def test_modify_only(self):
        s = self.with_rights({"modify"})
        h = s.call("open", "there", WRITE | CREAT, {}).handle
        self.assert_status(s.call("write", h, 0, b"new"), OK)
        for name in "none", "none/below", "there/below":
            self.assertEqual(gist(s.call("open", name, WRITE | CREAT, {}),
                                  b""), REFUSAL)
        self.assertEqual(os.listdir(self.dir), ["there"])
        self.assertEqual(self.read("there"), b"new content")

    def test_forced_overwriting(self):
        """rename.overwrite = always replaces nothing without the rights."""
        for lacks in "replace", "delete":
            self.put("new", b"new")
            s = self.with_rights(ALL - {lacks}, 3, False,
                                 "rename.overwrite=always")
            self.assert_status(s.call("rename", "new", "there"), FAILURE)
            self.assertEqual(self.read("there"), b"old content")
            self.assertEqual(self.read("new"), b"new")
        s = self.with_rights(ALL, 3, False, "rename.overwrite=always")
        self.assert_status(s.call("rename", "new", "there"), OK)

    def test_nothing_is_told_of_what_does_not_resolve(self):
        os.symlink("none", os.path.join(self.dir, "dangling"))
        os.symlink("loop", os.path.join(self.dir, "loop"))
        names = ["none", "there", "none/x", "there/x", "dangling", "loop",
                 "loop/x", "x" * 300, ".", "..", "there/", "there/.", ""]
        s = self.with_rights(())
        h = self.with_rights(ALL)
        self.assertNotEqual(len({str(h.call("stat", n)) for n in names}), 1)
        for request, *rest in ("stat",), ("lstat",), ("readlink",), (
                "opendir",), ("open", READ, {}), ("open", WRITE | CREAT, {}), (
                "remove",), ("rmdir",), ("mkdir", {}), ("setstat", {}), (
                "rename", "other"), ("symlink", "x"), (
                "hardlink@openssh.com", "x"), ("statvfs@openssh.com",), (
                "copy-file", "x", 1), ("check-file-name", "crc32", 0, 0, 0):
            for name in names:
                self.assertEqual(gist(s.call(request, name, *rest), b""),
                                 REFUSAL, (request, name))

    def test_a_copy_onto_itself(self):
        s = self.with_rights({"read", "create"})
        os.link(os.path.join(self.dir, "there"),
                os.path.join(self.dir, "same"))
        for name in "there", "same":
            reply = s.call("copy-file", "there", name, 1)
            self.assertIn(reply.code, (FAILURE, DENIED))
        self.assertEqual(self.read("there"), b"old content")


class Realpath(RightsTest):
    """Names by their letters take nothing; what is there takes list."""

    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.dir, "dir/sub"))
        os.symlink("dir/sub", os.path.join(self.dir, "link"))

    def real(self, s, *fields, name="realpath"):
        reply = s.call(name, *fields)
        return (reply.names[0][0].decode().replace(self.dir, "")
                if reply.kind == "name" else reply.code)

    def test_realpath(self):
        for version in 3, 4, 5:
            s = self.with_rights({"list"}, version)
            self.assertEqual(self.real(s, "link/."), "/dir/sub")
            self.assertNotEqual(self.real(s, "none/x"), "/none/x")
            s = self.with_rights(ALL - {"list"}, version)
            self.assertEqual(self.real(s, "link/."), "/link")
            self.assertEqual(self.real(s, "link/../x"), "/x")
            self.assertEqual(self.real(s, "none/x"), "/none/x")
            self.assertEqual(self.real(s, "."), "")

    def test_realpath_v6(self):
        both = self.with_rights({"list", "stat"}, 6)
        for rights in (), ("list",), ("stat",):
            s = self.with_rights(rights, 6)
            self.assertEqual(self.real(s, "link/x"), "/link/x")
            self.assertEqual(self.real(s, "link/x", 1), "/link/x")
            self.assertEqual(self.real(both, "link/x", 1), "/link/x")
            self.assertEqual(self.real(s, "link", 2), "/link")
            self.assertEqual(self.real(both, "link", 2), "/dir/sub")
            self.assertEqual(self.real(s, "link", 3), DENIED)
            self.assertEqual(self.real(s, "none", 3), DENIED)
            self.assertEqual(self.real(both, "link", 3), "/dir/sub")
            reply = s.call("realpath", "dir", 2)
            self.assertEqual(reply.names[0][2]["flags"], 0, reply)

    def test_expand_path(self):
        s = self.with_rights({"list"})
        blind = self.with_rights(())
        name = "expand-path@openssh.com"
        self.assertEqual(self.real(s, "link", name=name), "/dir/sub")
        self.assertEqual(self.real(s, "~/link", name=name), "/dir/sub")
        self.assertEqual(self.real(blind, "~/link", name=name), "/link")
        self.assertEqual(self.real(blind, "~/none/x", name=name), "/none/x")
        self.assertEqual(self.real(blind, "~root/x", name=name), DENIED)
        whole = self.with_rights(ALL)
        self.assertEqual(whole.call(name, "~root/.").kind, "name")

    def test_temporary_folders(self):
        for lacks, code in (("list", DENIED), ("mkdir", None)):
            s = self.with_rights(ALL - {lacks}, env={"TMPDIR": self.dir})
            reply = s.call("get-temp-folder")
            self.assertEqual(getattr(reply, "code", None), code)
        self.assert_status(s.call("make-temp-folder"), DENIED)
        self.assertEqual(sorted(os.listdir(self.dir)), ["dir", "link"])
        s = self.with_rights({"mkdir"}, env={"TMPDIR": self.dir})
        self.assertEqual(s.call("make-temp-folder").kind, "name")
        self.assertEqual(len(os.listdir(self.dir)), 3)


class Profiles(RightsTest):
    def setUp(self):
        super().setUp()
        self.put("there", b"somebody else's")
        os.mkdir(os.path.join(self.dir, "dir"))
        self.before = snapshot(os.fsencode(self.dir), True)

    def profile(self, name, version=3):
        return self.session("-o", "profile=" + name, version=version)

    def upload(self, s, name, rename=None):
        """As clients do it: looks first, and sets the time at last."""
        wanted = [WANTED] * (s.version > 3)
        looks = [s.call("realpath", "."), s.call("stat", ".", *wanted),
                 s.call("lstat", name, *wanted), s.call("stat", "dir", *wanted)]
        reply = s.call("opendir", ".")
        self.assertEqual(reply.kind, "handle", reply)
        listing = s.call("readdir", reply.handle)
        self.assert_status(s.call("close", reply.handle), OK)
        flags = [WRITE | CREAT | TRUNC] if s.version < 5 else [
            WRITE_DATA, CREATE_TRUNCATE]
        reply = s.call("open", name, *flags, {"permissions": 0o640})
        self.assertEqual(reply.kind, "handle", reply)
        h = reply.handle
        for n in range(3):
            self.assert_status(s.call("write", h, 4 * n, b"data"), OK)
        self.assertEqual(s.call("fstat", h, *wanted).attrs["size"], 12)
        times = {"atime": 5, "mtime": 6}
        self.assert_status(s.call("fsetstat", h, times), OK)
        self.assert_status(s.call("close", h), OK)
        self.assertEqual(s.call("stat", name, *wanted).attrs["size"], 12)
        self.assert_status(s.call("setstat", name, times), OK)
        if rename:
            fields = [0] * (s.version > 4)
            self.assert_status(s.call("rename", name, rename, *fields), OK)
        with open(os.path.join(self.dir, rename or name), "rb") as file:
            self.assertEqual(file.read(), b"datadatadata")
        return looks, listing

    def untouched(self, *but):
        after = snapshot(os.fsencode(self.dir), True)
        for name in but + (b"",):
            after.pop(name, None)
        before = dict(self.before)
        before.pop(b"")
        self.assertEqual(after, before)

    def refuses(self, s, *asks):
        for ask in asks:
            reply = s.call(*ask)
            self.assertEqual(reply.kind, "status", ask)
            self.assertIn(reply.code, (NO_SUCH_FILE, DENIED), ask)

    def test_dropbox(self):
        names = []
        for version in 3, 4, 6:
            s = self.profile("dropbox", version)
            wanted = [WANTED] * (version > 3)
            name = "up%d" % version
            looks, listing = self.upload(s, name + ".part", rename=name)
            names.append(os.fsencode(name))
            self.assertEqual([r.kind for r in looks],
                             ["name", "attrs", "status", "attrs"])
            self.assert_status(looks[2], NO_SUCH_FILE)
            self.assert_status(listing, EOF)
            # A file of another session looks like a missing one.
            for request in "stat", "lstat", "opendir":
                rest = wanted if request != "opendir" else []
                self.assertEqual(gist(s.call(request, "there", *rest), b""),
                                 gist(s.call(request, "none", *rest), b""))
            read = [READ] if version < 5 else [READ_DATA, OPEN_EXISTING]
            write = [WRITE] if version < 5 else [WRITE_DATA, OPEN_EXISTING]
            for other in "there", "none", name:
                self.refuses(s, ("open", other, *read, {}),
                             ("open", other, *write, {}), ("remove", other),
                             ("rmdir", other), ("mkdir", other + "x", {}),
                             ("copy-file", other, "copy", 1),
                             ("hardlink@openssh.com", other, "copy"),
                             ("check-file-name", other, "crc32", 0, 0, 0),
                             ("posix-rename@openssh.com", name, "there"))
            for other in "there", "none":
                self.refuses(s, ("rename", other, "new",
                                 *[0] * (version > 4)),
                             ("setstat", other, {"permissions": 0o777}),
                             ("setstat", other, {"size": 0}))
            self.refuses(s, ("setstat", name, {"size": 0}))
            self.assertEqual(s.finish(), 0)
        # Another session made those.
        s = self.profile("dropbox")
        self.refuses(s, ("stat", "up3"), ("setstat", "up3", {"mtime": 1,
                                                              "atime": 1}))
        self.untouched(*names)

    def test_write_once(self):
        names = []
        for version in 3, 4, 6:
            s = self.profile("write-once", version)
            name = "up%d" % version
            _, listing = self.upload(s, name)
            names.append(os.fsencode(name))
            self.assertIn(b"there", [n[0] for n in listing.names])
            read = [READ] if version < 5 else [READ_DATA, OPEN_EXISTING]
            self.assertEqual(s.call("open", "there", *read, {}).kind,
                             "handle")
            again = [WRITE | CREAT | TRUNC] if version < 5 else [
                WRITE_DATA, CREATE_TRUNCATE]
            self.refuses(s, ("open", "there", *again, {}),
                         ("open", name, *again, {}), ("remove", name),
                         ("posix-rename@openssh.com", name, "there"),
                         ("setstat", name, {"size": 0}),
                         ("setstat", "there", {"permissions": 0}),
                         ("rmdir", "dir"), ("copy-file", name, "there", 1))
            self.assertEqual(s.finish(), 0)
        self.untouched(*names)

    def test_cut_upload(self):
        """An upload whose session ends before its CLOSE leaves no file, since
        nobody could send it again."""
        for profile in "dropbox", "write-once":
            for version in 3, 6:
                flags = [WRITE | CREAT | EXCL] if version < 5 else [
                    WRITE_DATA, CREATE_NEW]
                name = "%s%d" % (profile, version)
                s = self.profile(profile, version)
                h = s.call("open", name, *flags, {}).handle
                self.assert_status(s.call("write", h, 0, b"half"), OK)
                self.assertEqual(s.finish(), 0)
                self.untouched()
                s = self.profile(profile, version)
                h = s.call("open", name, *flags, {}).handle
                self.assert_status(s.call("write", h, 0, b"whole"), OK)
                self.assert_status(s.call("close", h), OK)
                with open(os.path.join(self.dir, name), "rb") as file:
                    self.assertEqual(file.read(), b"whole")
                os.unlink(os.path.join(self.dir, name))

    def test_reading_what_is_only_written(self):
        """A handle that was asked to read and may not says so; one that was
        not asked to is as everywhere."""
        for version, flags, mute in ((3, READ | WRITE | CREAT | EXCL, 2),
                                     (6, READ_DATA | WRITE_DATA, DENIED)):
            flags = (flags,) if version < 5 else (flags, CREATE_NEW)
            s = self.profile("dropbox", version)
            name = "rw%d" % version
            handle = s.call("open", name, *flags, {}).handle
            self.assert_status(s.call("write", handle, 0, b"text"), OK)
            reply = s.call("read", handle, 0, 4)
            self.assert_status(reply, DENIED)
            self.assertIn(b"ermission denied", reply.raw)
            self.assert_status(s.call("close", handle), OK)
            s = self.session("-d", self.dir, version=version)
            only = (WRITE,) if version < 5 else (WRITE_DATA, OPEN_EXISTING)
            handle = s.call("open", name, *only, {}).handle
            self.assert_status(s.call("read", handle, 0, 4), mute)

    def test_read_only(self):
        for version in 3, 6:
            s = self.profile("read-only", version)
            read = [READ] if version < 5 else [READ_DATA, OPEN_EXISTING]
            truncate = [READ | CREAT | TRUNC] if version < 5 else [
                READ_DATA, TRUNCATE_EXISTING]
            reply = s.call("open", "there", *read, {})
            self.assertEqual(reply.kind, "handle")
            self.refuses(s, ("open", "there", *truncate, {}),
                         ("fsetstat", reply.handle, {"permissions": 0o777}),
                         ("setstat", "there", {"size": 0}),
                         ("mkdir", "new", {}), ("remove", "there"))
        self.untouched()


class Own(RightsTest):
    """access.own_rights go with the file that was made, not with its name."""

    def test_own(self):
        self.put("there")
        s = self.with_rights({"create", "rename"}, 3, False,
                             "access.own_rights=stat,delete")
        h = s.call("open", "mine", WRITE | CREAT, {}).handle
        self.assertEqual(s.call("fstat", h).kind, "attrs")
        self.assert_status(s.call("close", h), OK)
        self.assertEqual(s.call("stat", "mine").kind, "attrs")
        self.assert_status(s.call("rename", "mine", "x"), OK)
        self.assert_status(s.call("rename", "there", "mine"), OK)
        self.assert_status(s.call("stat", "mine"), DENIED)
        self.assert_status(s.call("remove", "mine"), DENIED)
        self.assertEqual(s.call("stat", "x").kind, "attrs")
        os.symlink("mine", os.path.join(self.dir, "link"))
        self.assert_status(s.call("stat", "link"), DENIED)
        self.assert_status(s.call("remove", "x"), OK)
        self.assertEqual(sorted(os.listdir(self.dir)), ["link", "mine"])

    def test_what_was_there_is_not_own(self):
        """Whether OPEN made it is told by the call, also where it may touch
        what is there."""
        self.put("there")
        s = self.with_rights({"create", "modify"}, 3, False,
                             "access.own_rights=delete")
        for name in "there", "new":
            h = s.call("open", name, WRITE | CREAT | TRUNC, {}).handle
            self.assert_status(s.call("close", h), OK)
        self.assert_status(s.call("remove", "there"), DENIED)
        self.assert_status(s.call("remove", "new"), OK)

    def test_copies(self):
        self.put("there", b"content")
        s = self.with_rights({"create", "read"}, 3, False,
                             "access.own_rights=delete")
        self.assert_status(s.call("copy-file", "there", "copy", 0), OK)
        self.assert_status(s.call("remove", "there"), DENIED)
        self.assert_status(s.call("remove", "copy"), OK)

    def test_directories(self):
        """A directory that the session made can be looked at and set, in every
        version; nothing else, since other sessions may have files in it."""
        for version in 3, 4, 5, 6:
            with self.subTest(version=version):
                os.mkdir(os.path.join(self.dir, "there%d" % version))
                s = self.with_rights({"mkdir", "create"}, version, False,
                                     "access.own_rights=all")
                self.own_directory(s, "mine%d" % version, "there%d" % version)

    def own_directory(self, s, mine, there):
        path = os.path.join(self.dir, mine)
        set_mode, all_flags = {"permissions": 0o700}, (0,) * (s.version > 3)
        renaming = ("rename", mine, "x") + (0,) * (s.version > 4)
        self.assert_status(s.call("mkdir", mine, {}), OK)
        self.assertEqual(s.call("stat", mine, *all_flags).kind, "attrs")
        self.assert_status(s.call("setstat", mine, set_mode), OK)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o700)
        with open(os.path.join(path, "of another session"), "wb"):
            pass
        self.assert_status(s.call("stat", mine + "/of another session",
                                  *all_flags), DENIED)
        self.assert_status(s.call("opendir", mine), DENIED)
        self.assert_status(s.call(*renaming), DENIED)
        os.unlink(os.path.join(path, "of another session"))
        self.assert_status(s.call("rmdir", mine), DENIED)
        for name in there, ".":
            self.assert_status(s.call("setstat", name, set_mode), DENIED)
            self.assert_status(s.call("stat", name, *all_flags), DENIED)
        # The name gives nothing to another directory.
        os.rename(path, path + ".was")
        os.mkdir(path)
        self.assert_status(s.call("setstat", mine, set_mode), DENIED)
        self.assert_status(s.call("setstat", mine + ".was", set_mode), OK)

    def test_many_files(self):
        """The latest thousands are known, and the session stays small."""
        s = self.with_rights({"create"}, 3, False,
                             "access.own_rights=stat,delete")
        flags = WRITE | CREAT | EXCL
        for n in range(6000):
            h = s.call("open", "f%d" % n, flags, {}).handle
            s.call("close", h)
        self.assertLess(s.rss_peak(), 40000)
        self.assert_status(s.call("stat", "f0"), DENIED)
        self.assertEqual(s.call("stat", "f5999").kind, "attrs")
        self.assertEqual(s.call("stat", "f2000").kind, "attrs")


POLICY = """rules = ( {
  access = { protect_startup = false; };
  files = { hide = "*.secret"; };
  paths = (
    { match = "%(d)s/in"; rename = { overwrite = "always"; };
      rights = [ "list", "stat", "read", "create", "modify", "rename",
                 "replace", "delete", "setstat", "link", "mkdir",
                 "rmdir" ]; },
    { match = "%(d)s/in/done"; hide = "*.tmp";
      rights = [ "list", "stat", "read", "create", "delete", "mkdir" ]; },
    { match = "%(d)s/dark"; rights = "create"; },
    { match = "%(d)s/deep/a/b"; rights = "none"; }
  ); } );
"""


# Lets a link lead to each of two targets in turn, until it is killed.
CHANGER = """
import os, sys
link, *targets = sys.argv[1:]
while True:
    for target in targets:
        os.symlink(target, link + ".new")
        os.rename(link + ".new", link)
"""


class Paths(RightsTest):
    """Path rules: what counts is where a name leads to."""

    def setUp(self):
        super().setUp()
        self.tree = os.path.join(self.dir, "tree")
        for name in "in/done/sub", "in/sub", "dark/d", "pub/sub", "deep/a/b":
            os.makedirs(os.path.join(self.tree, name))
        for name in ("in/f", "in/g", "in/done/f", "in/done/x.tmp", "in/x.tmp",
                     "dark/f", "pub/f", "in/x.secret", "deep/a/f"):
            self.put("tree/" + name, name.encode())
        os.symlink("../dark", os.path.join(self.tree, "pub/link"))
        os.symlink("../in/done/x.tmp", os.path.join(self.tree, "pub/tmp"))
        os.symlink("../in/x.secret", os.path.join(self.tree, "pub/secret"))
        with open(os.path.join(self.dir, "conf"), "w") as conf:
            conf.write(POLICY % {"d": self.tree})
        os.chmod(os.path.join(self.dir, "conf"), 0o644)

    def judged(self, version=3):
        return self.session("-F", os.path.join(self.dir, "conf"), "-d",
                            self.tree, version=version)

    def holds(self, name):
        path = os.path.join(self.tree, name)
        if not os.path.exists(path):
            return None
        with open(path) as file:
            return file.read()

    def test_areas(self):
        s = self.judged()
        for name in "dark/f", "pub/link/f", "in/../dark/f", "dark//f", \
                "dark/none", "pub/link/none/x", "dark/d/x/y", "deep/a/b/x":
            self.assert_status(s.call("stat", name), DENIED)
            self.assert_status(s.call("open", name, READ, {}), DENIED)
            self.assert_status(s.call("remove", name), DENIED)
        self.assertEqual(s.call("lstat", "pub/link").kind, "attrs")
        self.assertEqual(s.call("stat", "deep/a/f").kind, "attrs")
        flags = WRITE | CREAT | TRUNC
        self.assertEqual(s.call("open", "pub/link/new", flags, {}).kind,
                         "handle")
        self.assert_status(s.call("open", "pub/link/f", flags, {}), DENIED)
        self.assertEqual(self.holds("dark/f"), "dark/f")

    def test_realpath(self):
        for version in 3, 6:
            s = self.judged(version)
            for name, real in (("in/sub/..", "in"), ("pub/link/f", ) * 2,
                               ("pub/link/none/x", ) * 2, ("dark/d", ) * 2):
                reply = s.call("realpath", name, *[2] * (version > 3))
                self.assertEqual(reply.names[0][0].decode(),
                                 os.path.join(self.tree, real))
        self.assert_status(s.call("realpath", "pub/link/f", 3), DENIED)
        self.assert_status(s.call("realpath", "in", 3, "../dark/f"), DENIED)

    def test_composed_realpath(self):
        """All the paths together are judged, by where they lead to."""
        s = self.judged(6)
        self.put("tree/deep/a/b/f")
        for start in ".", "in/..", self.tree, "deep/a/b":
            for rest in (("deep/a/b/f",), ("deep", "a/b", "f"),
                         ("in", "../deep/a/b/f"),
                         (self.tree + "/deep/a/b", "f")):
                if start == "deep/a/b" and rest[0][0] != "/":
                    rest = ("../../..", *rest)
                with self.subTest(start=start, rest=rest):
                    self.assert_status(s.call("realpath", start, 3, *rest),
                                       DENIED)
                    attrs = s.call("realpath", start, 2, *rest).names[0][2]
                    self.assertEqual(attrs["type"], 5)
        for rest in ("in/f",), ("deep/a/b", "../../../in/f"), ("in", "f"):
            reply = s.call("realpath", ".", 3, *rest)
            self.assertEqual(reply.names[0][2]["size"], 4)
        reply = s.call("realpath", "deep/a/b", 3, "../../../in", "f")
        self.assertEqual(reply.names[0][2]["size"], 4)

    def test_realpath_through_a_link_that_changes(self):
        """The attributes are those of a file that the rules permit to ask
        for, whatever a link on the way led to when they were asked."""
        s = self.judged(6)
        self.put("tree/deep/a/b/f", b"longer than in/f")
        flip = os.path.join(self.tree, "flip")
        changer = subprocess.Popen(
            [sys.executable, "-c", CHANGER, flip, "in", "deep/a/b"])
        self.addCleanup(lambda: (changer.kill(), changer.wait()))
        sizes = set()
        while len(sizes) < 2:
            reply = s.call("realpath", "flip/f", 3)
            sizes.add(reply.names[0][2]["size"] if reply.kind == "name"
                      else str(reply.code))
        for _ in range(3000):
            reply = s.call("realpath", "flip/f", 3)
            if reply.kind == "name":
                self.assertEqual(reply.names[0][2]["size"], 4)

    def test_expand_path_of_others(self):
        """No rule judges the home of another user."""
        s = self.judged()
        for name in "~root", "~root/x", "~%s/x" % pwd.getpwuid(
                os.getuid()).pw_name:
            self.assert_status(s.call("expand-path@openssh.com", name), DENIED)
        reply = s.call("expand-path@openssh.com", "~/in/../deep")
        self.assertEqual(reply.names[0][0].decode(),
                         os.path.join(self.tree, "deep"))

    def test_renames(self):
        s = self.judged()
        inode = os.stat(os.path.join(self.tree, "in/f")).st_ino
        for source, target, code in (
                ("in/f", "in/h", OK),			# within one area
                ("in/h", "in/g", OK),			# and its settings
                ("in/g", "pub/x", DENIED),		# would gain
                ("in/done/f", "in/x", DENIED),		# may not leave
                ("dark/f", "dark/x", DENIED),
                ("pub/f", "in/y", OK),			# rename and delete
                ("in/g", "in/done/f", FAILURE),		# is there
                ("in/g", "in/done/g", OK),
                ("deep", "deeper", DENIED),		# a rule lies below
                ("deep/a", "deep/c", DENIED), ("in", "on", DENIED),
                ("in/sub", "deep/c", DENIED),
                ("in/sub", "in/dome", OK)):
            with self.subTest(source=source, target=target):
                self.assert_status(s.call("rename", source, target), code)
        self.assertEqual(os.stat(os.path.join(
            self.tree, "in/done/g")).st_ino, inode)
        self.assert_status(s.call("posix-rename@openssh.com", "in/y",
                                  "in/done/g"), DENIED)
        self.assertEqual(self.holds("in/done/g"), "in/f")

    def test_links(self):
        s = self.judged()
        link = "hardlink@openssh.com"
        self.assert_status(s.call(link, "in/f", "in/l"), OK)
        self.assert_status(s.call(link, "in/f", "pub/l"), DENIED)
        self.assert_status(s.call(link, "dark/f", "pub/l"), DENIED)
        self.assert_status(s.call(link, "pub/link/f", "in/l2"), DENIED)
        self.assertEqual(os.listdir(os.path.join(self.tree, "dark")).sort(),
                         ["d", "f"].sort())

    def ask_handle(self, s, h, other):
        """Returns the answers, by request, to all requests on the handle that
        depend on the place of its file."""
        asks = {"write": (h, 0, b"data"), "copy-data": (other, 0, 3, h, 0),
                "read": (h, 0, 4), "fstat": (h,),
                "fsetstat": (h, {"permissions": 0o600}),
                "check-file-handle": (h, "crc32", 0, 0, 0)}
        said = {name: s.call(name, *fields) for name, fields in asks.items()}
        said["size"] = s.call("fsetstat", h, {"size": 4})
        said["copied"] = s.call("copy-data", h, 0, 3, other, 3)
        return {name: getattr(reply, "code", OK)
                for name, reply in said.items()}

    WRITES = {"write", "copy-data", "size"}

    def test_a_handle_after_a_rename(self):
        """It keeps what both places grant, whatever asks, and whatever name
        or link it was opened by."""
        os.symlink("in", os.path.join(self.tree, "byway"))
        s = self.judged()
        for n, opened in enumerate(("in/f", "byway/f", "in/../byway//f")):
            with self.subTest(opened=opened):
                self.put("tree/in/f", b"content")
                self.put("tree/in/sub/other", b"content")
                other = s.call("open", "in/sub/other", READ | WRITE,
                               {}).handle
                h = s.call("open", opened, READ | WRITE, {}).handle
                self.assertEqual(set(
                    self.ask_handle(s, h, other).values()), {OK})
                self.assert_status(s.call(
                    "rename", "in/f", "in/done/g%d" % n), OK)
                said = self.ask_handle(s, h, other)
                self.assertEqual(
                    {name for name in said if said[name] == DENIED},
                    self.WRITES | {"fsetstat"})
                for handle in h, other:
                    s.call("close", handle)

    def test_the_handle_that_made_the_file(self):
        """It keeps until its CLOSE what it was granted then, wherever the
        file goes: sshfs renames before its last WRITEs. Another handle of
        the same file does not."""
        for version in 3, 6:
            s = self.judged(version)
            create, write = ([READ | WRITE | CREAT], [READ | WRITE]) \
                if version < 5 else (
                    [READ_DATA | WRITE_DATA, OPEN_OR_CREATE],
                    [READ_DATA | WRITE_DATA, OPEN_EXISTING])
            self.put("tree/in/sub/other", b"content")
            other = s.call("open", "in/sub/other", *write, {}).handle
            name = "new%d" % version
            h = s.call("open", "in/" + name, *create, {}).handle
            second = s.call("open", "in/" + name, *write, {}).handle
            flags = [0] * (version > 4)
            self.assert_status(s.call("rename", "in/" + name,
                                      "in/done/" + name, *flags), OK)
            if version == 3:
                self.assertEqual(set(
                    self.ask_handle(s, h, other).values()), {OK})
            self.assert_status(s.call("write", h, 0, b"data"), OK)
            self.assert_status(s.call(
                "fsetstat", h, {"permissions": 0o600}), OK)
            self.assert_status(s.call("write", second, 0, b"x"), DENIED)
            self.assertEqual(self.holds("in/done/" + name), "data")
            self.assert_status(s.call("close", h), OK)
            self.assert_status(s.call("open", "in/done/" + name, *write, {}),
                               DENIED)

    def test_a_listing_after_a_rename(self):
        s = self.judged()
        for name in "x", "y.tmp":
            self.put("tree/in/sub/" + name)
        h = s.call("opendir", "in/sub").handle
        self.assert_status(s.call("rename", "in/sub", "in/done/dir"), OK)
        self.assertEqual(sorted(n[0] for n in s.call("readdir", h).names),
                         [b".", b"..", b"x"])
        self.assert_status(s.call("fsetstat", h, {"permissions": 0o700}),
                           FAILURE)

    def names(self, s, name):
        h = s.call("opendir", name).handle
        reply = s.call("readdir", h)
        s.call("close", h)
        return sorted(n[0].decode() for n in reply.names)

    def test_hidden(self):
        for version in 3, 6:
            s = self.judged(version)
            self.assertEqual(self.names(s, "in/done"),
                             [".", "..", "f", "sub"])
            self.assertNotIn("x.secret", self.names(s, "in"))
            self.assertIn("x.tmp", self.names(s, "in"))
            wanted = [WANTED] * (version > 3)
            read = [READ] if version < 5 else [READ_DATA, OPEN_EXISTING]
            create = [WRITE | CREAT] if version < 5 else [
                WRITE_DATA, OPEN_OR_CREATE]
            flags = [0] * (version > 4)
            for name in ("in/done/x.tmp", "in/x.secret", "pub/tmp",
                         "pub/secret", "in/x.secret/below"):
                none = "in/done/none"
                for request, *rest in ("stat", *wanted), (
                        "open", *read, {}), ("opendir",), (
                        "setstat", {"permissions": 0o600}), (
                        "check-file-name", "crc32", 0, 0, 0):
                    if request == "setstat" and "done" in name:
                        continue
                    self.assertEqual(
                        gist(s.call(request, name, *rest), b""),
                        gist(s.call(request, "pub/none", *rest), b""),
                        (request, name, none))
            for name in "in/x.secret", "in/new.secret", "in/done/new.tmp":
                for request, *fields in (
                        ("open", name, *create, {}), ("mkdir", name, {}),
                        ("rename", "in/f", name, *flags),
                        ("hardlink@openssh.com", "in/f", name),
                        ("copy-file", "in/f", name, 1)):
                    self.assert_status(s.call(request, *fields), DENIED)
            for name in "in/x.secret", "in/none.secret":
                self.assert_status(s.call("remove", name), NO_SUCH_FILE)
                self.assert_status(s.call("rename", name, "in/z", *flags),
                                   NO_SUCH_FILE)
        self.assertEqual(self.holds("in/x.secret"), "in/x.secret")
        self.assertEqual(self.holds("in/new.secret"), None)


class Linked(RightsTest):
    """A path rule that is written over a link holds for where that leads."""

    def setUp(self):
        super().setUp()
        self.data = os.path.join(self.dir, "data")
        os.makedirs(self.data + "/jane/private")
        self.put("data/jane/private/f", b"content")
        self.put("data/jane/g", b"content")
        os.mkdir(self.dir + "/home")
        os.symlink("../data/jane", self.dir + "/home/jane")

    def dark(self, s, *names):
        """Fails unless the rule holds for each of these spellings."""
        for name in names:
            for ask in ("stat", name), ("open", name, READ, {}), (
                    "setstat", name, {"permissions": 0o600}):
                if s.version > 3 and ask[0] == "stat":
                    ask += (0,)
                if s.version > 4 and ask[0] == "open":
                    ask = ("open", name, READ_DATA, OPEN_EXISTING, {})
                self.assert_status(s.call(*ask), DENIED)

    def light(self, s, *names):
        for name in names:
            self.assertEqual(s.call("stat", name, *[0] * (
                s.version > 3)).kind, "attrs", name)

    def asked(self, rules, path, *options):
        """The rights that -T sees at a path, and all that it says."""
        out = subprocess.run(
            [SERVER, "-T", *rules, *options, "-C", "path=" + path],
            check=True, text=True, stdout=subprocess.PIPE).stdout
        return re.search(r"^rights (\S+)", out, re.M)[1], out

    def test_a_literal_name(self):
        for name, below in ("home/jane/private", ""), (
                "home/jane/priv*", ""), ("home/jane", "/private"):
            rules = self.rules((name, 'rights = "none";'))
            for version in 3, 6:
                s = self.session(*rules, version=version)
                self.dark(s, "home/jane/private/f", "data/jane/private/f",
                          "home/../home/jane//private/f")
                if not below:
                    self.light(s, "home/jane/g", "data/jane/g")
            for path in "home", "data":
                rights, out = self.asked(
                    rules, "%s/%s/jane/private/f" % (self.dir, path))
                self.assertEqual(rights, "none", out)
            if not below:
                self.assertEqual(self.asked(
                    rules, self.dir + "/home/jane/g")[0], "all")

    def test_whatever_else_is_ruled(self):
        """Also where the session follows no link, and where names of the way
        are hidden; hiding is ruled alike."""
        rules = self.rules(("home/jane/private", 'rights = "none";'),
                           ("home/jane", 'hide = "g";'))
        for option in "files.symlinks=no-follow", "files.hide=home":
            s = self.session(*rules, "-o", option)
            self.dark(s, "data/jane/private/f")
            self.assert_status(s.call("stat", "data/jane/g"), NO_SUCH_FILE)

    def test_beneath_a_root(self):
        """Names begin at the root, and so do links."""
        os.unlink(self.dir + "/home/jane")
        os.symlink("/data/jane", self.dir + "/home/jane")
        conf = os.path.join(self.dir, "conf")
        with open(conf, "w") as out:
            out.write('rules = ( { root = "%s"; paths = ( { match = '
                      '"/home/jane/private"; rights = "none"; } ); } );\n' %
                      self.dir)
        os.chmod(conf, 0o644)
        s = self.session("-F", conf)
        self.dark(s, "/home/jane/private/f", "/data/jane/private/f")
        self.light(s, "/home/jane/g", "/data/jane/g")
        self.assertEqual(self.asked(
            ["-F", conf], "/home/jane/private/f")[0], "none")

    def test_which_is_more_specific(self):
        """By where they lead: the link is short, and what it leads to deep."""
        os.symlink("data/jane/private", self.dir + "/p")
        s = self.session(*self.rules(("p", 'rights = "none";'),
                                     ("data/jane", 'rights = "list,stat";')))
        self.dark(s, "p/f", "data/jane/private/f")
        self.light(s, "data/jane/g")

    def test_the_link_itself(self):
        """It is not to be taken away, nor another directory put there."""
        os.symlink("data/jane/private", self.dir + "/p")
        s = self.session(*self.rules(("p", 'rights = "none"; hide = "f";'),
                                     ("home/jane/x", 'rights = "none";')))
        for ask in ("lstat", "p"), ("remove", "p"), ("rename", "p", "q"), (
                "rename", "home", "q"):
            self.assert_status(s.call(*ask), DENIED)
        self.assert_status(s.call("rename", "home/jane", "home/old"), OK)
        self.assert_status(s.call("mkdir", "home/jane", {}), OK)
        for name in "home/jane/x", "data/jane/x":
            self.assert_status(s.call("mkdir", name, {}), DENIED)

    def test_what_is_not_there_yet(self):
        os.symlink("data/later", self.dir + "/later")
        s = self.session(*self.rules(("later/x", 'rights = "none";'),
                                     ("data/none/y", 'rights = "none";')))
        for name in "later", "none":
            self.assert_status(s.call("mkdir", "data/" + name, {}), OK)
        for name in "data/later/x", "data/none/y", "later/x":
            self.assert_status(s.call("mkdir", name, {}), DENIED)
        self.assert_status(s.call("mkdir", "data/later/y", {}), OK)

    def test_a_link_of_the_user(self):
        """A link at the user's name or below it rejects the session, as in a
        root: the user could make it and choose where a rule holds."""
        user = pwd.getpwuid(os.getuid()).pw_name
        os.symlink("../data/jane", self.dir + "/home/" + user)
        os.makedirs(self.dir + "/homes/" + user)
        os.symlink("/", self.dir + "/homes/" + user + "/in")
        env = dict(os.environ, LOGNAME=user)
        for name, link in ("home/%u", "home/" + user), (
                "home/%u/private", "home/" + user), (
                "homes/%u/in", "homes/%s/in" % user):
            rules = self.rules((name, 'rights = "all";'), rights="list")
            s = self.raw_session("-e", *rules, env=env)
            s.init(3)
            self.assert_status(s.call("stat", "."), FAILURE)
            self.assertEqual(s.finish(), 78)
            told = '"%s/%s" is a link' % (self.dir, link)
            self.assertIn(told, s.stderr().decode())
            r = subprocess.run([SERVER, "-T"] + rules, text=True,
                               stdout=subprocess.PIPE)
            self.assertIn(told, r.stdout)
            self.assertEqual(r.returncode, 78)
        s = self.session(*self.rules(("homes/%u", 'rights = "none";')))
        self.dark(s, "homes/" + user)

    def test_a_home_behind_a_link(self):
        """%d is what the user database says, and that may be a link."""
        if os.getuid() != 0 or subprocess.run(
                ["unshare", "-m", "true"], stderr=subprocess.DEVNULL
                ).returncode != 0:
            self.skipTest("a file system of its own takes root")
        self.put("passwd", b"root:x:0:0::%s/home/jane:/bin/sh\n" %
                 os.fsencode(self.dir))
        os.mkdir(self.data + "/jane/mine")
        conf = os.path.join(self.dir, "conf")
        with open(conf, "w") as out:
            out.write("""rules = ( { access = { protect_startup = false; };
                paths = ( { match = "%d/private"; rights = "none"; },
                          { match = "%d"; hide = "mine"; } ); } );""")
        os.chmod(conf, 0o644)
        s = sw.Session(
            ["unshare", "-m", "sh", "-c", "mount --bind passwd /etc/passwd "
             "&& exec \"$@\"", "sh", SERVER, "-F", conf, "-d", self.dir],
            cwd=self.dir)
        self.addCleanup(s.destroy)
        s.init(3)
        self.dark(s, "home/jane/private/f", "data/jane/private/f")
        self.light(s, "home/jane/g", "data/jane/g")
        self.assert_status(s.call("stat", "data/jane/mine"), NO_SUCH_FILE)
        self.assertEqual(s.finish(), 0)


class Listings(RightsTest):
    """READDIR tells of an entry what STAT would tell; otherwise its name and
    its type."""

    TYPES = {b"file": 1, b"dir": 2, b"link": 3, b"pipe": 9}

    def setUp(self):
        super().setUp()
        self.here = os.path.join(self.dir, "here")
        os.makedirs(self.here + "/dir")
        self.put("here/file", b"x" * 54321)
        os.symlink("file", self.here + "/link")
        os.mkfifo(self.here + "/pipe")
        for name in "here", "here/dir", "here/file":
            os.utime(os.path.join(self.dir, name), (1234567, 1234567))

    def entries(self, s, name="here"):
        reply = s.call("opendir", name)
        self.assertEqual(reply.kind, "handle", reply)
        found = {}
        while (listing := s.call("readdir", reply.handle)).kind == "name":
            found.update((n[0], n) for n in listing.names)
        self.assert_status(listing, EOF)
        self.assert_status(s.call("close", reply.handle), OK)
        return found

    def whole(self, s, entry):
        return entry[2].get("size") is not None

    def assert_only_type(self, s, entry, name):
        _, line, attrs = entry
        mode = os.lstat(os.path.join(self.here, os.fsdecode(name))).st_mode
        if s.version > 3:
            kind = self.TYPES.get(name, 2)
            if s.version == 4 and kind > 5:	# it knows special files only
                kind = 4
            self.assertEqual((attrs["flags"], attrs["type"]), (0, kind),
                             (name, attrs))
            return
        self.assertEqual({k: attrs[k] for k in attrs if k != "flags"},
                         {"permissions": stat.S_IFMT(mode)}, name)
        self.assertEqual(line.split(), [
            stat.filemode(stat.S_IFMT(mode)).encode(), b"1", b"?", b"?", b"0",
            b"Jan", b"1", b"1970", name], name)

    def test_list_alone(self):
        for version in 3, 4, 5, 6:
            s = self.with_rights({"list"}, version, env={"TZ": "UTC"})
            found = self.entries(s)
            self.assertEqual(set(found), {b".", b".."} | set(self.TYPES))
            for name, entry in found.items():
                self.assert_only_type(s, entry, name)
            found = self.entries(self.with_rights({"list", "stat"}, version))
            self.assertEqual(found[b"file"][2]["size"], 54321)

    def test_beneath_a_path(self):
        """Each name by the rule that holds for it, above and below."""
        for version in 3, 4, 6:
            s = self.session(*self.rules(
                ("here/file", 'rights = "none";'),
                ("here/dir", 'rights = "list";')), version=version,
                env={"TZ": "UTC"})
            for name, entry in self.entries(s).items():
                if name in (b"file", b"dir"):
                    self.assert_only_type(s, entry, name)
                    self.assert_status(s.call(
                        "lstat", b"here/" + name, *[0] * (version > 3)),
                        DENIED)
                else:
                    self.assertTrue(self.whole(s, entry), name)
            found = self.entries(s, "here/dir")
            self.assert_only_type(s, found[b"."], b".")
            self.assertTrue(self.whole(s, found[b".."]))
            s = self.session(*self.rules(("here/dir", 'rights = "all";'),
                                         rights="list"), version=version,
                             env={"TZ": "UTC"})
            found = self.entries(s, "here/dir")
            self.assertTrue(self.whole(s, found[b"."]))
            self.assert_only_type(s, found[b".."], b"..")

    def test_own(self):
        """A file of this session's is told of as STAT tells of it."""
        for version in 3, 6:
            s = self.with_rights({"list", "create"}, version, False,
                                 "access.own_rights=stat")
            flags = [WRITE | CREAT | EXCL] if version < 5 else [
                WRITE_DATA, CREATE_NEW]
            name = "own%d" % version
            h = s.call("open", name, *flags, {}).handle
            s.call("close", h)
            found = self.entries(s, ".")
            self.assertTrue(self.whole(s, found[name.encode()]))
            self.assertFalse(self.whole(s, found[b"here"]))

    def test_where_directories_are_seen(self):
        """access.listings = empty lets STAT tell of directories."""
        s = self.with_rights({"list"}, 3, False, "access.listings=empty",
                             env={"TZ": "UTC"})
        found = self.entries(s)
        self.assertTrue(self.whole(s, found[b"dir"]))
        self.assert_only_type(s, found[b"file"], b"file")


class Moves(RightsTest):
    """A directory that moves leaves one place and is made at another."""

    def setUp(self):
        super().setUp()
        for name in "a/d/sub", "b", "a/empty", "a/other":
            os.makedirs(os.path.join(self.dir, name))
        self.put("a/f")
        self.put("a/d/f", b"content")

    def between(self, version, here, there):
        return self.session(*self.rules(
            ("a", 'rights = "%s";' % ",".join(here)),
            ("b", 'rights = "%s";' % ",".join(there))), version=version)

    def rename(self, s, old, new):
        reply = s.call("rename", old, new, *[0] * (s.version > 4))
        self.assertEqual(reply.kind, "status")
        return reply.code

    def test_across_areas(self):
        arrives = {"create", "mkdir"}
        for version in 3, 4, 5, 6:
            for here, there, directory, file in (
                    (ALL, arrives, OK, OK),
                    (ALL - {"rmdir"}, arrives, DENIED, OK),
                    (ALL, {"create"}, DENIED, OK),
                    (ALL, {"mkdir"}, DENIED, DENIED),
                    (ALL - RENAME, arrives, DENIED, DENIED),
                    (ALL - {"rename_dir"}, arrives, DENIED, OK),
                    (ALL - {"rename_file"}, arrives, OK, DENIED),
                    (ALL - {"delete"}, arrives, DENIED, DENIED)):
                with self.subTest(version=version, here=here, there=there):
                    s = self.between(version, here, there)
                    for name, code in ("d", directory), ("f", file):
                        old, new = "a/" + name, "b/" + name
                        self.assertEqual(self.rename(s, old, new), code)
                        if code == OK:
                            os.rename(os.path.join(self.dir, new),
                                      os.path.join(self.dir, old))
                        self.assertEqual(os.listdir(self.dir + "/b"), [])
        self.assertTrue(os.path.exists(self.dir + "/a/d/f"))

    def test_within_one(self):
        """It takes the right to rename, and no other."""
        for version in 3, 6:
            s = self.with_rights({"rename"}, version)
            self.assertEqual(self.rename(s, "a/d", "b/d"), OK)
            self.assertEqual(self.rename(s, "b/d", "a/d"), OK)

    def test_over_a_directory(self):
        """The one that gives way is removed."""
        over = "posix-rename@openssh.com"
        for version in 3, 6:
            s = self.with_rights(ALL - {"rmdir"}, version)
            self.assert_status(s.call(over, "a/d", "a/empty"), DENIED)
            self.assertEqual(self.rename(s, "a/d", "a/new"), OK)
            self.assertEqual(self.rename(s, "a/new", "a/d"), OK)
            self.put("a/f")
            self.put("a/g")
            self.assert_status(s.call(over, "a/f", "a/g"), OK)
            s = self.with_rights(ALL, version)
            os.mkdir(self.dir + "/a/gives")
            self.assert_status(s.call(over, "a/other", "a/gives"), OK)
            self.assert_status(s.call(over, "a/gives", "a/other"), OK)


class Told(RightsTest):
    """A refusal reports a fact that the client may learn from STAT: clients
    remove before they rename, and make directories that may be there."""

    def setUp(self):
        super().setUp()
        self.put("there", b"content")
        os.mkdir(os.path.join(self.dir, "dir"))

    def asks(self, version, name):
        flags = [0] * (version > 4)
        yield "remove", name
        yield "rmdir", name
        yield "setstat", name, {"permissions": 0o600}
        yield "setstat", name, {"size": 1}
        yield "lsetstat@openssh.com", name, {"permissions": 0o600}
        yield ("rename", name, "new") + tuple(flags)
        yield "posix-rename@openssh.com", name, "new"

    def code(self, s, *ask):
        reply = s.call(*ask)
        self.assertEqual(reply.kind, "status", ask)
        return reply.code

    def test_what_stat_tells(self):
        for version in 3, 4, 6:
            exists = FAILURE if version == 3 else 11
            for rights, missing, taken in (
                    ({"stat"}, NO_SUCH_FILE, exists),
                    ({"list"}, DENIED, DENIED), ((), DENIED, DENIED)):
                s = self.with_rights(rights, version)
                for ask in self.asks(version, "none"):
                    self.assertEqual(self.code(s, *ask), missing, ask)
                for ask in self.asks(version, "none/below"):
                    self.assertEqual(self.code(s, *ask) == DENIED,
                                     missing == DENIED, ask)
                for name in "there", "dir":
                    for ask in self.asks(version, name):
                        self.assertEqual(self.code(s, *ask), DENIED, ask)
                    self.assertEqual(self.code(s, "mkdir", name, {}), taken)
                self.assertEqual(self.code(s, "mkdir", "none", {}), DENIED)
        self.assertEqual(sorted(os.listdir(self.dir)), ["dir", "there"])

    def test_the_source_of_a_move(self):
        """That it is missing is told before what its target lacks."""
        for version in 3, 6:
            flags = [0] * (version > 4)
            for there in 'rights = "list,stat";', 'rights = "all";':
                s = self.session(*self.rules(
                    ("dir", there), rights="list,stat,rename,delete"),
                    version=version)
                self.assertEqual(self.code(s, "rename", "none", "dir/x",
                                           *flags), NO_SUCH_FILE)
                self.assertEqual(self.code(s, "rename", "there", "dir/x",
                                           *flags), DENIED)

    def test_where_listings_are_empty(self):
        """All that the session cannot see is missing, be it there or not."""
        for version in 3, 4, 6:
            exists = FAILURE if version == 3 else 11
            s = self.session("-o", "profile=dropbox", version=version)
            for name in "there", "none", "none/below":
                for ask in self.asks(version, name):
                    self.assertEqual(self.code(s, *ask), NO_SUCH_FILE, ask)
            self.assertEqual(self.code(s, "remove", "dir"), DENIED)
            self.assertEqual(self.code(s, "mkdir", "dir", {}), exists)
            self.assertEqual(self.code(s, "mkdir", "none", {}), DENIED)
            self.assertEqual(self.code(s, "mkdir", "there", {}), DENIED)
            mine = "mine%d" % version
            create = [WRITE | CREAT] if version < 5 else [
                WRITE_DATA, CREATE_NEW]
            s.call("close", s.call("open", mine, *create, {}).handle)
            self.assertEqual(self.code(s, "remove", mine), DENIED)

    def test_what_is_refused_whatever_there_is(self):
        """-R and -P answer as in OpenSSH's server."""
        for option in ("-R",), ("-P", "remove,rmdir,setstat,mkdir"):
            s = self.session(*option)
            for ask in list(self.asks(3, "none"))[:4] + [
                    ("mkdir", "dir", {})]:
                self.assertEqual(self.code(s, *ask), DENIED, ask)


class Clients(RightsTest):
    """Sequences of real clients, in an area for new files."""

    PROFILES = "write-once", "dropbox"

    def put_file(self, s, name):
        h = s.call("open", name, WRITE | CREAT | TRUNC, {}).handle
        self.assert_status(s.call("write", h, 0, b"data"), OK)
        self.assert_status(s.call("close", h), OK)

    def test_spring(self):
        """Spring Integration's SftpSession.rename: it removes the target,
        whose absence is no error, and then renames."""
        for profile in self.PROFILES:
            s = self.session("-o", "profile=" + profile)
            name = profile + ".csv"
            self.put_file(s, name + ".writing")
            self.assert_status(s.call("remove", name), NO_SUCH_FILE)
            self.assert_status(s.call("rename", name + ".writing", name), OK)
            self.assertTrue(os.path.exists(os.path.join(self.dir, name)))

    def test_ssh2_sftp_client(self):
        """delete(path, true) of Node's ssh2-sftp-client, then a put."""
        for profile in self.PROFILES:
            s = self.session("-o", "profile=" + profile)
            self.assert_status(s.call("remove", profile), NO_SUCH_FILE)
            self.put_file(s, profile)

    def test_asyncssh_makedirs(self):
        """asyncssh makes each directory on the way; FAILURE, but not
        PERMISSION_DENIED, means that it looks whether there is one."""
        os.makedirs(os.path.join(self.dir, "in/today"))
        for options in ["-o", "access.rights=list,stat,read,create"], [
                "-o", "profile=dropbox"]:
            s = self.session(*options)
            for name in "in", "in/today":
                self.assert_status(s.call("mkdir", name, {}), FAILURE)
                self.assertEqual(stat.S_IFMT(s.call(
                    "stat", name).attrs["permissions"]), stat.S_IFDIR)


class Startup(RightsTest):
    """access.protect_startup, in the home that the user has: so only with
    names that nothing has, in ways that could not do harm. The unit test has
    the rest."""

    def setUp(self):
        super().setUp()
        self.home = pwd.getpwuid(os.getuid()).pw_dir
        if not os.access(self.home, os.W_OK | os.X_OK):
            self.skipTest("a home to write to is needed")
        os.symlink(self.home, os.path.join(self.dir, "byway"))
        unique = os.path.basename(self.dir)
        self.names = [".bash_" + unique, ".ZSH." + unique,
                      ".z" + unique]
        self.deeper = [".ssh"]
        if os.path.isdir(os.path.join(self.home, ".config")):
            self.deeper.append(".config/fish")
        self.plain = unique

    def ways(self, name):
        home = self.home
        return ["%s/%s" % (home, name), "%s//%s" % (home, name),
                "%s/../%s/./%s" % (home, os.path.basename(home), name),
                "byway/" + name, "%s/byway/%s" % (self.dir, name)]

    def asks(self, version, path):
        create = [WRITE | CREAT] if version < 5 else [
            WRITE_DATA, OPEN_OR_CREATE]
        yield "open", path, *create, {}
        yield "mkdir", path, {}
        yield "rename", "f", path, *[0] * (version > 4)
        yield "posix-rename@openssh.com", "f", path
        yield "hardlink@openssh.com", "f", path
        yield "copy-file", "f", path, 0
        yield "symlink" if version < 6 else "link", *(
            ["f", path] if version < 6 else [path, "f", True])

    def assert_refused(self, s, ask, exists):
        """MKDIR of a name that exists says that it does."""
        self.assert_status(s.call(*ask), DENIED if not exists or
                           ask[0] != "mkdir" else
                           FAILURE if s.version == 3 else 11)

    def test_protected(self):
        self.put("f", b"content")
        for version in 3, 6:
            s = self.session("-o", "access.protect_startup=true",
                             "-d", self.dir, version=version)
            for name in self.names + self.deeper:
                for path in self.ways(name):
                    for ask in self.asks(version, path):
                        self.assert_refused(s, ask, os.path.lexists(
                            os.path.join(self.home, name)))
            for name in self.names:
                self.assertFalse(os.path.lexists(
                    os.path.join(self.home, name)))
            # Into itself it could not go anyway.
            self.assert_status(s.call(
                "rename", self.home, self.home + "/" + self.plain,
                *[0] * (version > 4)), DENIED)
            # Other names in the home directory are permitted.
            path = self.ways(self.plain)[version % 2]
            self.assert_status(s.call("mkdir", path, {}), OK)
            self.assert_status(s.call("rmdir", path), OK)
            # The same names in other directories are permitted.
            self.assert_status(s.call("mkdir", ".ssh", {}), OK)
            self.assert_status(s.call("rmdir", ".ssh"), OK)

    def test_upload_whose_directory_becomes_one(self):
        """It began elsewhere, and gets no name there."""
        there = os.path.join(self.home, ".ssh")
        before = os.path.join(self.home, self.plain)
        if os.path.lexists(there):
            self.skipTest("a home without .ssh is needed")
        s = self.session("-o", "access.protect_startup=true",
                         "-o", "files.atomic=yes", "-d", self.dir)
        self.assert_status(s.call("mkdir", before, {}), OK)
        self.addCleanup(shutil.rmtree, before, True)
        h = s.call("open", before + "/rc", WRITE | CREAT, {}).handle
        self.assert_status(s.call("write", h, 0, b"x"), OK)
        os.rename(before, there)
        try:
            # The server may take a moment to learn of it.
            while s.call("mkdir", there + "/d", {}).code == OK:
                os.rmdir(there + "/d")
            self.assert_status(s.call("close", h), DENIED)
            self.assertEqual(os.listdir(there), [])
        finally:
            shutil.rmtree(there)

    def test_not_asked_for(self):
        s = self.session("-d", self.dir)
        path = self.ways(self.names[0])[0]
        self.assert_status(s.call("mkdir", path, {}), OK)
        self.assert_status(s.call("rmdir", path), OK)
