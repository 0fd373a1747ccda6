# SPDX-License-Identifier: ISC
"""Short sequences of requests that are played to a server in a directory of a
mounted file system. A scenario notes what it saw, a value for each step, so
that two servers or two file systems can be compared; and it promises the bytes
that were acknowledged, so that each can be looked for afterwards.

    @scenario
    def rename_plain(t):
        t.plant("a", b"data")
        t.note("rename", t("rename", "a", "b"))

A scenario knows versions 3 and 6 by Talk's methods only.
"""

import errno
import os
import stat

import sftpwire as sw

READ, WRITE, CREAT, TRUNC, EXCL = (sw.READ, sw.WRITE, sw.CREAT, sw.TRUNC,
                                   sw.EXCL)
FULL = WRITE | CREAT | TRUNC
SCENARIOS = {}
BLOCK = 32768


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def pattern(size, seed=1):
    """Bytes that tell where they belong."""
    line = b"".join(b"%02x%06x" % (seed, at) for at in range(0, 4096, 8))
    return b"".join(b"%08x" % at + line[8:] for at in range(
        0, size + 4096, 4096))[:size]


def word(reply):
    """The reply in a word: the name of its status, or its kind."""
    if reply.kind == "status":
        return sw.STATUS_NAMES[reply.code]
    return reply.kind


class Talk:
    """A session in a directory, and what a scenario saw and was promised."""

    def __init__(self, session, path, look, small, filler):
        self.s, self.path, self.look = session, path, look
        self.small, self.filler = small, filler
        self.seen, self.promises = {}, []
        self.version = session.version

    # Requests.

    def __call__(self, name, *values):
        """A request; -> its reply."""
        return self.s.call(name, *values)

    def open(self, name, flags, mode=None, append=False):
        """OPEN by the flags of version 3; -> the reply."""
        self.start_open(name, flags, mode, append)
        return self.s.result()

    def start_open(self, name, flags, mode=None, append=False):
        attrs = {} if mode is None else {"permissions": mode}
        if append:
            flags |= sw.APPEND
        if self.version < 5:
            return self.s.start("open", name, flags, attrs)
        access = (flags & READ) | (2 if flags & WRITE else 0)
        if append:
            access |= 4
        how = {0: 2, CREAT: 3, TRUNC: 4, CREAT | TRUNC: 1,
               CREAT | EXCL: 0, CREAT | TRUNC | EXCL: 0}[
                   flags & (CREAT | TRUNC | EXCL)]
        return self.s.start("open", name, access,
                            how | (0x8 if append else 0), attrs)

    def handle(self, name, flags, mode=None):
        """OPEN, noted if it fails; -> the handle, or one that is invalid."""
        reply = self.open(name, flags, mode)
        if reply.kind != "handle":
            self.note("open " + show(name), reply)
        return getattr(reply, "handle", b"\xff\xff\xff\xff")

    def stat(self, name, kind="stat"):
        """STAT, LSTAT or FSTAT; -> the attributes, or the status."""
        reply = self(kind, name, *([0xFD] if self.version >= 4 else []))
        return reply.attrs if reply.kind == "attrs" else word(reply)

    def size(self, name, kind="stat"):
        attrs = self.stat(name, kind)
        return attrs if isinstance(attrs, str) else attrs["size"]

    def replace(self, old, new):
        """A RENAME that asks to replace."""
        if self.version >= 5:
            return self("rename", old, new, 1)
        return self("posix-rename@openssh.com", old, new)

    def plain(self, *names):
        """The fields of a RENAME that does not ask to replace."""
        return names + ((0,) if self.version >= 5 else ())

    def write(self, handle, at, data):
        """WRITEs; -> their replies."""
        for start in range(0, len(data) or 1, BLOCK):
            self.s.start("write", handle, at + start,
                         data[start:start + BLOCK])
        return [self.s.result() for _ in range(0, len(data) or 1, BLOCK)]

    def upload(self, name, data, flags=FULL, mode=None):
        """A whole upload, promised under the name; -> the word for it."""
        reply = self.open(name, flags, mode)
        if reply.kind != "handle":
            return "open: " + word(reply)
        replies = self.write(reply.handle, 0, data)
        replies.append(self("close", reply.handle))
        self.promise(name, 0, data, replies)
        return self.all(replies)

    def content(self, handle, size):
        """Reads up to the end; -> the bytes, or the status."""
        data = b""
        while len(data) < size:
            reply = self("read", handle, len(data), BLOCK)
            if reply.kind != "data":
                return data if reply.code == sw.EOF else word(reply)
            data += reply.data
        return data

    def download(self, name, size):
        reply = self.open(name, READ)
        if reply.kind != "handle":
            return word(reply)
        data = self.content(reply.handle, size + 1)
        self("close", reply.handle)
        return data

    def names(self, name="."):
        """The names in a directory, without . and ..; or the status."""
        reply = self("opendir", name)
        if reply.kind != "handle":
            return word(reply)
        found = []
        while True:
            more = self("readdir", reply.handle)
            if more.kind != "name":
                break
            found += [n[0] for n in more.names]
        self("close", reply.handle)
        if more.code != sw.EOF:
            return word(more)
        # libfuse renames an open file that is removed to such a name, which
        # goes at a time of its own.
        return sorted(n for n in found if n not in (b".", b"..")
                      and not n.startswith(b".fuse_hidden"))

    # Steps and promises.

    def note(self, step, value):
        """Notes the value of a step: a reply, or anything else."""
        if isinstance(value, sw.Reply):
            value = word(value)
        if isinstance(value, (bytes, list)):
            value = show(value)
        self.seen[step] = str(value)

    def all(self, replies):
        """OK, or the words of the replies that are not."""
        bad = sorted({word(r) for r in replies} - {"OK"})
        return " ".join(bad) or "OK"

    def promise(self, name, at, data, replies):
        """If all these are OK, the file of this name has the data."""
        self.unpromise(name)
        if all(r.kind == "status" and r.code == sw.OK for r in replies):
            self.promises.append((sw.to_bytes(name), at, data))

    def unpromise(self, name):
        """The file is changed or removed on purpose."""
        self.promises = [p for p in self.promises if p[0] != sw.to_bytes(name)]

    def moved(self, old, new, reply):
        """After a RENAME: a promise goes with the file."""
        if word(reply) != "OK":
            return
        self.unpromise(new)
        self.promises = [(sw.to_bytes(new) if p[0] == sw.to_bytes(old)
                          else p[0], *p[1:]) for p in self.promises]

    def at(self, name):
        """The path that the test itself takes to a file."""
        return os.path.join(os.fsencode(self.path), sw.to_bytes(name))

    def beside(self, name):
        """Another path to it, if the file system has one."""
        return os.path.join(os.fsencode(self.look), sw.to_bytes(name))

    def plant(self, name, data=b"", mode=0o644):
        """A file that was there before."""
        fd = os.open(self.at(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(fd, "wb") as out:
            out.write(data)

    def sees(self, step, name, data):
        """Notes how the file, as others see it, compares with the data."""
        self.note(step, compare(self.beside(name), data))

    def gone(self, step, name):
        self.note(step, "there" if os.path.lexists(self.beside(name))
                  else "gone")


def show(value):
    if isinstance(value, list):
        return " ".join(show(v) for v in value)
    return sw.quote(value)[1:-1][:60]


def same(found, data):
    """How bytes compare with those that were expected; a status is itself."""
    if isinstance(found, str):
        return found
    if found == data:
        return "same"
    if len(found) < len(data) and data.startswith(found):
        return "short" if found else "empty"
    return "other"


def compare(path, data):
    try:
        with open(path, "rb") as file:
            return same(file.read(), data)
    except OSError as error:
        return errno.errorcode[error.errno]


# Transfers.

@scenario
def upload(t):
    data = pattern(100000)
    handle = t.handle("f", FULL)
    replies = t.write(handle, 0, data)
    t.note("write", t.all(replies))
    t.note("fstat", t.size(handle, "fstat"))
    replies.append(t("close", handle))
    t.note("close", replies[-1])
    t.note("stat", t.size("f"))
    t.promise("f", 0, data, replies)
    t.sees("content", "f", data)
    t.note("download", same(t.download("f", len(data)), data))


@scenario
def upload_over(t):
    t.plant("f", pattern(100000, 2))
    data = pattern(40000)
    t.note("upload", t.upload("f", data))
    t.sees("content", "f", data)


@scenario
def resume(t):
    data = pattern(70000)
    t.plant("f", data[:BLOCK])
    handle = t.handle("f", WRITE)
    replies = t.write(handle, BLOCK, data[BLOCK:])
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    t.promise("f", 0, data, replies)
    t.sees("content", "f", data)


@scenario
def read_and_write(t):
    data = pattern(70000)
    handle = t.handle("f", READ | FULL)
    replies = t.write(handle, 0, data)
    t.note("write", t.all(replies))
    t.note("read", same(t.content(handle, len(data) + 1), data))
    replies += t.write(handle, 10, b"changed")
    t.note("again", same(t.content(handle, 100), data[:10] + b"changed"
                         + data[17:BLOCK]))
    replies.append(t("close", handle))
    t.note("close", replies[-1])
    t.promise("f", 0, data[:10] + b"changed" + data[17:], replies)


@scenario
def append(t):
    t.plant("log", b"first\n")
    reply = t.open("log", WRITE, append=True)
    t.note("open", reply)
    if reply.kind != "handle":
        return
    replies = t.write(reply.handle, 0, b"second\n")
    replies += t.write(reply.handle, 0, b"third\n")
    replies.append(t("close", reply.handle))
    t.note("write", t.all(replies))
    t.promise("log", 0, b"first\nsecond\nthird\n", replies)
    t.sees("content", "log", b"first\nsecond\nthird\n")


@scenario
def exclusive(t):
    t.note("new", t.upload("f", b"one", WRITE | CREAT | EXCL))
    t.note("existing", t.upload("f", b"two", WRITE | CREAT | EXCL))
    t.sees("content", "f", b"one")
    t.note("names", t.names())


@scenario
def read_only_mode(t):
    """git and sshfs create files of mode 0444 and then write them."""
    data = pattern(70000)
    handle = t.handle("tmp", WRITE | CREAT | EXCL, 0o444)
    replies = t.write(handle, 0, data[:BLOCK])
    reply = t("rename", *t.plain("tmp", "f"))
    t.note("rename", reply)
    replies += t.write(handle, BLOCK, data[BLOCK:])
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    name = "f" if word(reply) == "OK" else "tmp"
    t.promise(name, 0, data, replies)
    t.sees("content", name, data)
    attrs = t.stat(name)
    t.note("mode", attrs if isinstance(attrs, str) else
           "%o" % stat.S_IMODE(attrs["permissions"]))


@scenario
def fsync(t):
    data = pattern(40000)
    handle = t.handle("f", FULL)
    replies = t.write(handle, 0, data)
    t.note("fsync", t("fsync@openssh.com", handle))
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    t.promise("f", 0, data, replies)
    t.sees("content", "f", data)


@scenario
def holes(t):
    handle = t.handle("f", FULL)
    replies = t.write(handle, 1 << 18, b"end")
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    whole = bytes(1 << 18) + b"end"
    t.promise("f", 0, whole, replies)
    t.sees("content", "f", whole)
    t.note("download", same(t.download("f", len(whole)), whole))


@scenario
def beyond_4g(t):
    """A file of 4 GiB and one byte, of which almost all is a hole."""
    handle = t.handle("f", FULL)
    replies = t.write(handle, 0, b"begin") + t.write(handle, 1 << 32, b"!")
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    t.note("size", t.size("f"))
    t.promise("f", 1 << 32, b"!", replies)
    handle = t.handle("f", READ)
    reply = t("read", handle, (1 << 32) - 1, 10)
    t.note("read", show(reply.data) if reply.kind == "data" else word(reply))
    t("close", handle)
    t.note("remove", t("remove", "f"))
    t.unpromise("f")


@scenario
def no_space(t):
    """An upload for which there is no room, onto a file that is there."""
    old, data = pattern(5000, 2), pattern(6 << 20)
    t.plant("f", old)
    t.filler.fill(2 << 20)
    try:
        reply = t.open("f", FULL)
        if reply.kind != "handle":
            t.note("upload", "refused")
        else:
            replies = t.write(reply.handle, 0, data)
            replies.append(t("close", reply.handle))
            t.note("upload", "OK" if t.all(replies) == "OK" else "refused")
            t.promise("f", 0, data, replies)
    finally:
        t.filler.empty()
    # In place, the start of the new file is all that is left.
    found = compare(t.beside("f"), old)
    t.note("content", "old" if found == "same" else "new")
    t.note("room again", t.upload("g", pattern(1 << 18)))
    t("remove", "f")
    t.unpromise("f")


# Renaming.

@scenario
def rename_plain(t):
    data = pattern(5000)
    t.note("upload", t.upload("a", data))
    reply = t("rename", *t.plain("a", "b"))
    t.note("rename", reply)
    t.moved("a", "b", reply)
    t.gone("a", "a")
    t.sees("b", "b", data)
    t.note("missing", t("rename", *t.plain("nope", "c")))


@scenario
def rename_existing(t):
    t.plant("a", b"new")
    t.plant("b", b"old")
    t.note("rename", t("rename", *t.plain("a", "b")))
    t.sees("a", "a", b"new")
    t.sees("b", "b", b"new")


@scenario
def rename_replacing(t):
    t.note("upload", t.upload("a", b"new"))
    t.plant("b", b"old")
    reply = t.replace("a", "b")
    t.note("rename", reply)
    t.moved("a", "b", reply)
    t.gone("a", "a")
    t.sees("b", "b", b"new")
    t.note("size", t.size("b"))


def renamed_meanwhile(t, rename):
    """An upload of which the second half comes after the RENAME."""
    data = pattern(4 * BLOCK)
    handle = t.handle("a", FULL)
    replies = t.write(handle, 0, data[:BLOCK])
    reply = rename("a", "b")
    t.note("rename", reply)
    replies += t.write(handle, BLOCK, data[BLOCK:])
    t.note("fstat", t.size(handle, "fstat"))
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    t.note("size", t.size("b"))
    name = "b" if word(reply) == "OK" else "a"
    t.promise(name, 0, data, replies)
    t.sees("content", name, data)
    t.note("names", t.names())


@scenario
def rename_while_written(t):
    renamed_meanwhile(t, lambda *names: t("rename", *t.plain(*names)))


@scenario
def replace_while_written(t):
    t.plant("b", pattern(200000, 2))
    renamed_meanwhile(t, t.replace)


@scenario
def save_while_written(t):
    """A plain RENAME onto an existing file, before the CLOSE: WebEx."""
    t.plant("b", pattern(200000, 2))
    renamed_meanwhile(t, lambda *names: t("rename", *t.plain(*names)))


@scenario
def rename_pipelined(t):
    """40 WRITEs around a RENAME, and nothing is waited for."""
    data = pattern(40 * 4096)
    handle = t.handle("a", FULL)

    def send(first, last):
        for block in range(first, last):
            t.s.start("write", handle, block * 4096,
                      data[block * 4096:(block + 1) * 4096])
    send(0, 20)
    t.s.start("rename", *t.plain("a", "b"))
    send(20, 40)
    t.s.start("close", handle)
    t.s.start("lstat", "b", *([0xFD] if t.version >= 4 else []))
    replies = [t.s.result() for _ in range(43)]
    rename, attrs = replies.pop(20), replies.pop()
    t.note("rename", rename)
    t.note("write", t.all(replies))
    t.note("lstat", attrs.attrs["size"] if attrs.kind == "attrs"
           else word(attrs))
    name = "b" if word(rename) == "OK" else "a"
    t.promise(name, 0, data, replies)
    t.sees("content", name, data)


@scenario
def replace_while_read(t):
    old = pattern(3 * BLOCK, 2)
    t.note("upload", t.upload("a", b"new"))
    t.plant("b", old)
    handle = t.handle("b", READ)
    first = t("read", handle, 0, BLOCK)
    t.note("before", same(getattr(first, "data", b""), old[:BLOCK]))
    reply = t.replace("a", "b")
    t.note("rename", reply)
    t.moved("a", "b", reply)
    t.note("after", same(t.content(handle, len(old) + 1), old))
    t.note("close", t("close", handle))
    t.sees("b", "b", b"new" if word(reply) == "OK" else old)
    t.note("names", t.names())


@scenario
def replace_target_written(t):
    """The file that is replaced is being written."""
    t.note("upload", t.upload("a", b"new"))
    handle = t.handle("b", FULL)
    replies = t.write(handle, 0, b"old")
    reply = t.replace("a", "b")
    t.note("rename", reply)
    t.moved("a", "b", reply)
    replies += t.write(handle, 3, b"more")
    t.note("write", t.all(replies))
    t.note("close", t("close", handle))
    t.unpromise("b")
    t.sees("b", "b", b"new")
    t.note("names", t.names())


@scenario
def rename_case(t):
    t.plant("Foo", b"data")
    t.note("rename", t("rename", *t.plain("Foo", "foo")))
    t.note("names", t.names())
    t.note("back", t.replace("foo", "Foo"))
    t.note("names again", t.names())
    t.sees("content", "Foo", b"data")


@scenario
def rename_directory(t):
    """A directory is renamed above a file that is written and one that is
    read."""
    data, old = pattern(3 * BLOCK), pattern(2 * BLOCK, 2)
    t.note("mkdir", t("mkdir", "d", {}))
    t.plant("d/g", old)
    handle, reader = t.handle("d/f", FULL), t.handle("d/g", READ)
    replies = t.write(handle, 0, data[:BLOCK])
    reply = t("rename", *t.plain("d", "e"))
    t.note("rename", reply)
    replies += t.write(handle, BLOCK, data[BLOCK:])
    t.note("read", same(t.content(reader, len(old) + 1), old))
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    t.note("close", t("close", reader))
    where = "e" if word(reply) == "OK" else "d"
    t.promise(where + "/f", 0, data, replies)
    t.sees("content", where + "/f", data)
    t.note("names", t.names(where))


@scenario
def rename_directory_onto(t):
    t("mkdir", "d", {})
    t("mkdir", "empty", {})
    t("mkdir", "full", {})
    t.plant("full/f")
    t.note("full", t.replace("d", "full"))
    t.note("empty", t("rename", *t.plain("d", "empty")))
    t.note("names", t.names())


# Removing.

@scenario
def remove_while_read(t):
    data = pattern(3 * BLOCK)
    t.plant("f", data)
    handle = t.handle("f", READ)
    t.note("remove", t("remove", "f"))
    t.note("read", same(t.content(handle, len(data) + 1), data))
    t.note("fstat", t.size(handle, "fstat"))
    t.note("close", t("close", handle))
    t.gone("after", "f")
    t.note("names", t.names())


@scenario
def remove_while_written(t):
    handle = t.handle("f", FULL)
    replies = t.write(handle, 0, b"data")
    t.note("remove", t("remove", "f"))
    replies += t.write(handle, 4, b"more")
    t.note("write", t.all(replies))
    t.note("fsync", t("fsync@openssh.com", handle))
    t.note("close", t("close", handle))
    t.gone("after", "f")
    t.note("names", t.names())


@scenario
def remove_and_make_again(t):
    t.plant("f", b"old")
    t.note("remove", t("remove", "f"))
    t.note("upload", t.upload("f", b"new"))
    t.sees("content", "f", b"new")
    t.note("again", t("remove", "f"))
    t.unpromise("f")
    t.note("missing", t("remove", "f"))


@scenario
def directories(t):
    t.note("mkdir", t("mkdir", "d", {"permissions": 0o750}))
    t.note("existing", t("mkdir", "d", {}))
    t.note("upload", t.upload("d/f", b"data"))
    t.note("full", t("rmdir", "d"))
    t.note("remove", t("remove", "d/f"))
    t.unpromise("d/f")
    t.note("rmdir", t("rmdir", "d"))
    t.note("names", t.names())


@scenario
def vanishing_entries(t):
    """Half of the files are removed while their directory is listed."""
    t("mkdir", "d", {})
    count = 120 if t.small else 600
    names = [b"%03d-%s" % (i, b"x" * 60) for i in range(count)]
    for name in names:
        os.close(os.open(t.at(b"d/" + name), os.O_CREAT | os.O_WRONLY))
    handle = t("opendir", "d").handle
    found, reply = [], t("readdir", handle)
    for name in names[::2]:
        os.unlink(t.at(b"d/" + name))
    while reply.kind == "name":
        found += [n[0] for n in reply.names]
        reply = t("readdir", handle)
    t.note("end", reply)
    t.note("close", t("close", handle))
    missed = set(names[1::2]) - set(found)
    twice = [n for n in names if found.count(n) > 1]
    t.note("survivors", "%d missed, %d twice" % (len(missed), len(twice)))


# Names and links.

@scenario
def long_name(t):
    old, new = b"a" * 255, b"b" * 255
    t.note("upload", t.upload(old, b"data"))
    reply = t("rename", *t.plain(old, new))
    t.note("rename", reply)
    t.moved(old, new, reply)
    where = new if word(reply) == "OK" else old
    t.sees("content", where, b"data")
    t.note("remove", t("remove", where))
    t.unpromise(where)
    t.note("longer", t.upload(b"c" * 256, b""))


@scenario
def odd_bytes(t):
    """A name that is not UTF-8, and one that other systems do not permit."""
    for step, name in (("latin-1", b"caf\xe9"), ("colon", b"a:b?*")):
        t.note(step, t.upload(name, b"data"))
        t.sees(step + " content", name, b"data")
    t.note("names", t.names())


@scenario
def hard_link(t):
    t.plant("a", b"data")
    if t.version >= 6:
        t.note("link", t("link", "b", "a", False))
    else:
        t.note("link", t("hardlink@openssh.com", "a", "b"))
    t.sees("b", "b", b"data")
    try:
        t.note("count", os.stat(t.at("a")).st_nlink)
    except OSError as error:
        t.note("count", errno.errorcode[error.errno])


@scenario
def symbolic_link(t):
    t.plant("a", b"data")
    if t.version >= 6:
        t.note("make", t("link", "l", "a", True))
    else:
        t.note("make", t("symlink", "a", "l"))
    reply = t("readlink", "l")
    t.note("readlink", show(reply.names[0][0]) if reply.kind == "name"
           else word(reply))
    t.note("stat", t.size("l"))
    t.note("upload", t.upload("l", b"through"))
    t.sees("target", "a", b"through")


# Attributes.

def set_each(t, kind, name):
    """Sets each attribute and notes what became of it. The owner is not
    changed: only root could."""
    def seen(key):
        attrs = t.stat(name, "fstat" if kind == "fsetstat" else "stat")
        return attrs if isinstance(attrs, str) else attrs.get(key, "none")

    uid, gid = os.getuid(), os.getgid()
    owner = {"uid": uid, "gid": gid} if t.version < 4 else {
        "owner": str(uid), "group": str(gid)}
    times = {"atime": 1000000000, "mtime": 1000000001}
    for step, attrs, key in (("mode", {"permissions": 0o600}, "permissions"),
                             ("times", times, "mtime"),
                             ("owner", owner, None),
                             ("shrink", {"size": 3}, "size"),
                             ("grow", {"size": 9}, "size")):
        reply = t(kind, name, attrs)
        t.note(step, reply)
        if key == "permissions":
            mode = seen(key)
            t.note(step + " seen", mode if isinstance(mode, str)
                   else "%o" % stat.S_IMODE(mode))
        elif key == "mtime":
            t.note(step + " seen", "as set"
                   if seen(key) == times[key] else "other")
        elif key:
            t.note(step + " seen", seen(key))


@scenario
def setstat(t):
    t.plant("f", b"0123456")
    set_each(t, "setstat", "f")
    t.note("missing", t("setstat", "nope", {"permissions": 0o600}))
    t.sees("content", "f", b"012" + bytes(6))


@scenario
def fsetstat(t):
    t.plant("f", b"0123456")
    handle = t.handle("f", WRITE)
    set_each(t, "fsetstat", handle)
    t.note("close", t("close", handle))
    t.sees("content", "f", b"012" + bytes(6))
    handle = t.handle("f", READ | WRITE)
    t.note("read and write", t("fsetstat", handle, {"size": 1}))
    t("close", handle)


@scenario
def set_after_upload(t):
    """scp -p: mode and times on the handle that was written."""
    data = pattern(40000)
    handle = t.handle("f", FULL, 0o600)
    replies = t.write(handle, 0, data)
    t.note("set", t("fsetstat", handle, {
        "permissions": 0o640, "atime": 1000000000, "mtime": 1000000001}))
    replies.append(t("close", handle))
    t.note("write", t.all(replies))
    t.promise("f", 0, data, replies)
    attrs = t.stat("f")
    if not isinstance(attrs, str):
        t.note("mode", "%o" % stat.S_IMODE(attrs["permissions"]))
        t.note("mtime", "as set" if attrs["mtime"] == 1000000001 else "other")
    t.sees("content", "f", data)


@scenario
def free_space(t):
    reply = t("statvfs@openssh.com", ".")
    t.note("statvfs", reply)
    if reply.kind == "extended-reply":
        f = reply.fields
        t.note("sane", "yes" if f[0] and f[1] and f[2] >= f[3] >= f[4]
               else "no")
        t.note("namemax", f[10])
    t.plant("f")
    handle = t.handle("f", READ)
    t.note("fstatvfs", t("fstatvfs@openssh.com", handle))
    t("close", handle)
