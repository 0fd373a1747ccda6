# SPDX-License-Identifier: ISC
"""SFTP versions 3 to 6 from the client's side, for tests.

The codec is written from the drafts and shares nothing with the server, so
that both cannot be wrong together. It is strict: a reply with a byte too many
or too few is an error, as is one that a version does not have.

    s = Session(["/usr/lib/openssh/sftp-server"], cwd=tree)
    s.init(3)
    h = s.call("open", "f", READ | WRITE | CREAT, {"permissions": 0o644})
    s.call("write", h.handle, 0, b"abc")     # -> Reply, .code == 0
    s.finish()                               # EOF; -> exit status

Requests are rows of REQUESTS and EXTENSIONS: a number or name and the shape
of the fields. Nothing here knows what a request means.
"""

import os
import pwd
import resource
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time

TIMEOUT = 60		# seconds without progress until a server counts as hung

READ, WRITE, APPEND, CREAT, TRUNC, EXCL, TEXT = 1, 2, 4, 8, 16, 32, 64

OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, BAD_MESSAGE = range(6)
OP_UNSUPPORTED = 8
STATUS_NAMES = dict(enumerate("""OK EOF NO_SUCH_FILE PERMISSION_DENIED FAILURE
    BAD_MESSAGE NO_CONNECTION CONNECTION_LOST OP_UNSUPPORTED INVALID_HANDLE
    NO_SUCH_PATH FILE_ALREADY_EXISTS WRITE_PROTECT NO_MEDIA
    NO_SPACE_ON_FILESYSTEM QUOTA_EXCEEDED UNKNOWN_PRINCIPAL LOCK_CONFLICT
    DIR_NOT_EMPTY NOT_A_DIRECTORY INVALID_FILENAME LINK_LOOP CANNOT_DELETE
    INVALID_PARAMETER FILE_IS_A_DIRECTORY BYTE_RANGE_LOCK_CONFLICT
    BYTE_RANGE_LOCK_REFUSED DELETE_PENDING FILE_CORRUPT OWNER_INVALID
    GROUP_INVALID NO_MATCHING_BYTE_RANGE_LOCK""".split()))
LAST_STATUS = {3: 8, 4: 13, 5: 17, 6: 31}	# highest code of each version

# Letters of a shape:
#   s string   h handle   d data   n u32   o u64   b u8   B bool   w u16
#   a ATTRS of the session's version   ? the fields behind it may be absent
#   * the last letter repeats   r the rest, as it is
REQUESTS = {
    "init":     (1, {3: "nr"}),		# has no id
    "open":     (3, {3: "sna", 5: "snna"}),
    "close":    (4, {3: "h"}),
    "read":     (5, {3: "hon"}),
    "write":    (6, {3: "hod"}),
    "lstat":    (7, {3: "s", 4: "sn"}),
    "fstat":    (8, {3: "h", 4: "hn"}),
    "setstat":  (9, {3: "sa"}),
    "fsetstat": (10, {3: "ha"}),
    "opendir":  (11, {3: "s"}),
    "readdir":  (12, {3: "h"}),
    "remove":   (13, {3: "s"}),
    "mkdir":    (14, {3: "sa"}),
    "rmdir":    (15, {3: "s"}),
    "realpath": (16, {3: "s", 6: "s?bs*"}),
    "stat":     (17, {3: "s", 4: "sn"}),
    "rename":   (18, {3: "ss", 4: "ss?n", 5: "ssn"}),
    "readlink": (19, {3: "s"}),
    "symlink":  (20, {3: "ss", 6: None}),
    "link":     (21, {3: None, 6: "ssB"}),
    "block":    (22, {3: None, 6: "hoon"}),
    "unblock":  (23, {3: None, 6: "hoo"}),
}

# name: (shape of the request, shape of its EXTENDED_REPLY or None)
EXTENSIONS = {
    "posix-rename@openssh.com":       ("ss", None),
    "statvfs@openssh.com":            ("s", "ooooooooooo"),
    "fstatvfs@openssh.com":           ("h", "ooooooooooo"),
    "hardlink@openssh.com":           ("ss", None),
    "fsync@openssh.com":              ("h", None),
    "lsetstat@openssh.com":           ("sa", None),
    "limits@openssh.com":             ("", "oooo"),
    "expand-path@openssh.com":        ("s", None),
    "copy-data":                      ("hooho", None),
    "home-directory":                 ("s", None),
    "users-groups-by-id@openssh.com": ("dd", "dd"),
    "version-select":                 ("s", None),
    "text-seek":                      ("ho", None),
    "filename-translation-control":   ("B", None),
    "vendor-id":                      ("ssso", None),
    "md5-hash":                       ("sood", "sd"),
    "md5-hash-handle":                ("hood", "sd"),
    "check-file-name":                ("ssoon", "sr"),
    "check-file-handle":              ("hsoon", "sr"),
    "ranges@asyncssh.com":            ("hoo", "nr"),
    "space-available":                ("s", "oooon"),
    "copy-file":                      ("ssB", None),
    "get-temp-folder":                ("", None),
    "make-temp-folder":               ("", None),
}
EXTENDED = 200
REPLIES = {2: "version", 101: "status", 102: "handle", 103: "data",
           104: "name", 105: "attrs", 201: "extended-reply"}

# ATTRS, in the order of the wire: (key, letter, bits that must all be set,
# first version, last version). v3 has a layout of its own.
ATTRS = {
    3: [("size", "o", 0x1), ("uid", "n", 0x2), ("gid", "n", 0x2),
        ("permissions", "n", 0x4), ("atime", "n", 0x8), ("mtime", "n", 0x8)],
}
_ATTRS_SINCE_4 = [
    ("size", "o", 0x1, 4), ("allocation_size", "o", 0x400, 6),
    ("owner", "s", 0x80, 4), ("group", "s", 0x80, 4),
    ("permissions", "n", 0x4, 4),
    ("atime", "i", 0x8, 4), ("atime_ns", "n", 0x108, 4),
    ("createtime", "i", 0x10, 4), ("createtime_ns", "n", 0x110, 4),
    ("mtime", "i", 0x20, 4), ("mtime_ns", "n", 0x120, 4),
    ("ctime", "i", 0x8000, 6), ("ctime_ns", "n", 0x8100, 6),
    ("acl", "d", 0x40, 4), ("bits", "n", 0x200, 5),
    ("bits_valid", "n", 0x200, 6), ("text_hint", "b", 0x800, 6),
    ("mime_type", "s", 0x1000, 6), ("link_count", "n", 0x2000, 6),
    ("untranslated_name", "s", 0x4000, 6),
]
for _v in (4, 5, 6):
    ATTRS[_v] = [f[:3] for f in _ATTRS_SINCE_4 if f[3] <= _v]
ATTR_EXTENDED = 0x80000000
ATTR_MASK = {3: 0x8000000F, 4: 0x800001FD, 5: 0x800003FD, 6: 0x8000FFFD}


class WireError(Exception):
    """A reply that breaks the protocol."""


class Hung(Exception):
    """The server neither answered nor took input nor ended in time."""


class Ended(Exception):
    """The server closed its output in place of an answer."""


def to_bytes(text):
    return text if isinstance(text, bytes) else os.fsencode(text)


_INTS = {"b": ">B", "B": ">B", "w": ">H", "n": ">I", "o": ">Q", "i": ">q"}


def put(letter, value, version=3):
    """One field -> bytes."""
    if letter in _INTS:
        return struct.pack(_INTS[letter], int(value))
    if letter == "a":
        return put_attrs(value, version)
    if letter == "r":
        return to_bytes(value)
    value = to_bytes(value)
    return struct.pack(">I", len(value)) + value


def put_attrs(attrs, version):
    """ATTRS from a dict. `flags` overrides the mask that the keys imply;
    `extended` is a list of pairs."""
    mask, body = 0, b""
    for key, letter, bits in ATTRS[version]:
        if key in attrs:
            mask |= bits
    for key, letter, bits in ATTRS[version]:
        if mask & bits == bits:
            body += put(letter, attrs.get(key, b"" if letter in "sd" else 0))
    if "extended" in attrs:
        mask |= ATTR_EXTENDED
        body += struct.pack(">I", len(attrs["extended"]))
        for pair in attrs["extended"]:
            body += b"".join(put("s", part) for part in pair)
    head = struct.pack(">I", attrs.get("flags", mask))
    if version >= 4:
        head += struct.pack(">B", attrs.get("type", 5))
    return head + body


def put_shape(shape, values, version=3):
    """Fields by a shape. Fewer values than letters are an error unless the
    shape allows it; more are an error unless the last letter repeats."""
    out, optional, letters, values = [], False, list(shape), list(values)
    while letters:
        letter = letters.pop(0)
        if letter == "?":
            optional = True
            continue
        repeats = letters[:1] == ["*"]
        if repeats:
            out += [put(letter, v, version) for v in values]
            return b"".join(out)
        if not values:
            if optional or letter == "r":
                break
            raise ValueError("shape %r: a field is missing" % shape)
        out.append(put(letter, values.pop(0), version))
    if values:
        raise ValueError("shape %r: too many fields" % shape)
    return b"".join(out)


class Reader:
    """Takes fields off a packet; raises WireError when they are not there."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, count):
        if count > self.left():
            raise WireError("truncated: %d bytes wanted at %d of %s"
                            % (count, self.at, self.data[:64].hex()))
        self.at += count
        return self.data[self.at - count:self.at]

    def get(self, letter, version=3):
        if letter in _INTS:
            fmt = _INTS[letter]
            return struct.unpack(fmt, self.take(struct.calcsize(fmt)))[0]
        if letter == "a":
            return self.attrs(version)
        if letter == "r":
            return self.take(self.left())
        return self.take(self.get("n"))

    def attrs(self, version):
        attrs = {"flags": self.get("n")}
        if attrs["flags"] & ~ATTR_MASK[version]:
            raise WireError("ATTRS flags 0x%x in version %d"
                            % (attrs["flags"], version))
        if version >= 4:
            attrs["type"] = self.get("b")
            if not 1 <= attrs["type"] <= (5 if version == 4 else 9):
                raise WireError("file type %d" % attrs["type"])
        for key, letter, bits in ATTRS[version]:
            if attrs["flags"] & bits == bits:
                attrs[key] = self.get(letter)
                if key.endswith("_ns") and attrs[key] > 999999999:
                    raise WireError("%s is %d" % (key, attrs[key]))
        if attrs["flags"] & ATTR_EXTENDED:
            attrs["extended"] = [(self.get("s"), self.get("s"))
                                 for _ in range(self.get("n"))]
        return attrs

    def end(self):
        if self.left():
            raise WireError("%d bytes too many: %s"
                            % (self.left(), self.data[self.at:][:64].hex()))


def parse_acl(data, version):
    """The content of the acl field -> (acl-flags or None, [ACE tuples])."""
    r = Reader(data)
    flags = r.get("n") if version >= 6 else None
    aces = [(r.get("n"), r.get("n"), r.get("n"), r.get("s"))
            for _ in range(r.get("n"))]
    r.end()
    return flags, aces


class Reply:
    """One reply. `kind` is a name of REPLIES, `id` the request's (None for
    VERSION), `raw` the packet from its type on. By kind:
      status: code, message, lang, extra     handle: handle
      data: data, eof (v6; else None)        attrs: attrs
      name: names [(name, longname or None, attrs)], eof
      extended-reply: fields, by the request's shape (raw if unknown)
      version: version, pairs"""

    def __init__(self, raw, version, ext=None, bare_status=False):
        self.raw = raw
        r = Reader(raw)
        number = r.get("b")
        if number not in REPLIES:
            raise WireError("type %d is no reply" % number)
        self.kind = REPLIES[number]
        self.id = None if self.kind == "version" else r.get("n")
        getattr(self, "_" + self.kind.replace("-", "_"))(
            r, version, bare_status if self.kind == "status" else ext)
        r.end()

    def _version(self, r, version, _):
        self.version, self.pairs = r.get("n"), []
        while r.left():
            self.pairs.append((r.get("s"), r.get("s")))

    def _status(self, r, version, bare):
        self.code = r.get("n")
        self.message, self.lang, self.extra = b"", b"", []
        if self.code > LAST_STATUS[version]:
            raise WireError("status %d in version %d" % (self.code, version))
        if bare:
            return
        self.message, self.lang = r.get("s"), r.get("s")
        while r.left() and version >= 5 and self.code == 16:
            self.extra.append(r.get("s"))

    def _handle(self, r, version, _):
        self.handle = r.get("s")
        if not 0 < len(self.handle) <= 256:
            raise WireError("a handle of %d bytes" % len(self.handle))

    def _data(self, r, version, _):
        self.data = r.get("d")
        self.eof = self._optional_bool(r, version)

    def _name(self, r, version, _):
        self.names = []
        for _i in range(r.get("n")):
            name = r.get("s")
            longname = r.get("s") if version == 3 else None
            self.names.append((name, longname, r.attrs(version)))
        self.eof = self._optional_bool(r, version)

    def _attrs(self, r, version, _):
        self.attrs = r.attrs(version)

    def _extended_reply(self, r, version, ext):
        shape = EXTENSIONS.get(ext, ("", "r"))[1] or "r"
        self.fields = [r.get(letter, version) for letter in shape]

    @staticmethod
    def _optional_bool(r, version):
        if version < 6 or not r.left():
            return None
        value = r.get("b")
        if value > 1:
            raise WireError("a bool of %d" % value)
        return bool(value)

    def __str__(self):
        """The reply on one line, all fields but the id."""
        if self.kind == "version":
            text = [self.version] + ["%s=%s" % (quote(n), quote(d))
                                     for n, d in self.pairs]
        elif self.kind == "status":
            text = [self.code, STATUS_NAMES[self.code], quote(self.message),
                    quote(self.lang)] + [quote(e) for e in self.extra]
        elif self.kind == "handle":
            text = [self.handle.hex()]
        elif self.kind == "data":
            text = [len(self.data), quote(self.data)]
        elif self.kind == "attrs":
            text = [show_attrs(self.attrs)]
        elif self.kind == "name":
            text = [len(self.names)]
            for name, longname, attrs in self.names:
                text.append(quote(name))
                if longname is not None:
                    text.append(quote(longname))
                text.append("{%s}" % show_attrs(attrs))
        else:
            text = [f if isinstance(f, int) else quote(f) for f in self.fields]
        if getattr(self, "eof", None) is not None:
            text.append("eof=%d" % self.eof)
        return " ".join([self.kind] + [str(t) for t in text])

    __repr__ = __str__


_QUOTED = [chr(b) if 0x20 <= b < 0x7f else "\\x%02x" % b for b in range(256)]
_QUOTED[ord("\n")], _QUOTED[ord('"')] = "\\n", '\\"'
_QUOTED[ord("\\")] = "\\\\"


def quote(data):
    """Bytes -> printable text in double quotes with C's escapes."""
    return '"%s"' % "".join([_QUOTED[byte] for byte in to_bytes(data)])


def show_attrs(attrs):
    out = ["flags=0x%x" % attrs["flags"]]
    for key, value in attrs.items():
        if key == "flags":
            continue
        if key == "permissions":
            out.append("mode=%o" % value)
        elif key == "extended":
            out += ["%s:%s" % (quote(n), quote(d)) for n, d in value]
        elif isinstance(value, bytes):
            out.append("%s=%s" % (key, quote(value)))
        else:
            out.append("%s=%d" % (key, value))
    return " ".join(out)


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def request(name, ident, *values, version=3):
    """The payload of a request (without the length), by its row."""
    number, shapes = REQUESTS[name]
    shape = shapes[max(v for v in shapes if v <= version)]
    if shape is None:
        raise ValueError("%s does not exist in version %d" % (name, version))
    head = struct.pack(">B", number)
    if name != "init":
        head += struct.pack(">I", ident)
    return head + put_shape(shape, values, version)


def extended(ext, ident, *values, version=3):
    """The payload of an EXTENDED request; values of an extension that is not
    in the table are raw bytes."""
    shape = EXTENSIONS.get(ext, ("r", None))[0]
    return (struct.pack(">BI", EXTENDED, ident) + put("s", ext)
            + put_shape(shape, values, version))


class Server:
    """A server as a child process, and bytes to and from it.

    argv      the command
    cwd, env  its directory; variables to set (None as a value: unset)
    pipes     two pipes (sshd's way), or else one AF_UNIX socket pair
    user      run as this user (ignored unless we are root)
    groups    ... who is also in these groups, by number
    fsize, nofile   RLIMIT_FSIZE (SIGXFSZ ignored), RLIMIT_NOFILE
    umask     the child's; 022 unless said
    """

    def __init__(self, argv, cwd=None, env=None, pipes=True, user=None,
                 groups=(), fsize=None, nofile=None, umask=0o022,
                 timeout=TIMEOUT):
        self.timeout, self.inbox = timeout, bytearray()
        self.stderr_file = tempfile.TemporaryFile()
        environ = dict(os.environ, TZ="UTC",
                       SSH_CONNECTION="192.0.2.1 40000 192.0.2.2 22")
        for key, value in (env or {}).items():
            environ.pop(key, None)
            if value is not None:
                environ[key] = value
        if pipes:
            child_in, self.tx = os.pipe()
            self.rx, child_out = os.pipe()
            self.sock = None
        else:
            self.sock, child = socket.socketpair()
            self.tx = self.rx = self.sock.fileno()
            child_in = child_out = child.fileno()

        def confine():
            if fsize is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (fsize, fsize))
            if nofile is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))
            if user is not None and os.getuid() == 0:
                entry = pwd.getpwnam(user)
                os.setgroups(groups)
                os.setgid(entry.pw_gid)
                os.setuid(entry.pw_uid)

        # A function that runs in the child takes a fork of all of Python, which
        # costs more than the whole session; without one it is a vfork.
        confined = (fsize, nofile, user) != (None, None, None)
        self.child = subprocess.Popen(argv, stdin=child_in, stdout=child_out,
                                      stderr=self.stderr_file, cwd=cwd,
                                      env=environ, umask=umask,
                                      preexec_fn=confine if confined else None)
        if pipes:
            os.close(child_in)
            os.close(child_out)
        else:
            child.close()
        os.set_blocking(self.tx, False)
        os.set_blocking(self.rx, False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()

    def _fill(self):
        """Reads what there is into the inbox; False at the end."""
        try:
            got = os.read(self.rx, 1 << 18)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        self.inbox += got
        return bool(got)

    def send(self, data, read_too=True):
        """Sends bytes. Unless told not to, takes in what the server sends
        meanwhile, as a client must that pipelines a lot. Returns the number
        of bytes taken by the server: all, or fewer if it closed its input
        or, when we do not read, if it takes no more for now."""
        view = memoryview(data)
        while view:
            reading = [self.rx] if read_too else []
            readable, writable, _ = select.select(
                reading, [self.tx], [], self.timeout if read_too else 2)
            if not readable and not writable:
                if not read_too:
                    break
                raise Hung("%d bytes of %d not taken" % (len(view), len(data)))
            if readable:
                if not self._fill():
                    break
            if writable:
                try:
                    view = view[os.write(self.tx, view):]
                except BlockingIOError:
                    pass
                except (BrokenPipeError, ConnectionResetError):
                    break
        return len(data) - len(view)

    def end_input(self):
        """EOF on the server's stdin; its output stays open."""
        if self.sock:
            self.sock.shutdown(socket.SHUT_WR)
        elif self.tx >= 0:
            os.close(self.tx)
            self.tx = -1

    def hang_up(self):
        """Vanishes as a client does whose connection is gone."""
        if self.sock:
            self.sock.close()
        else:
            for fd in (self.tx, self.rx):
                if fd >= 0:
                    os.close(fd)
        self.sock, self.tx, self.rx = None, -1, -1

    def recv_frame(self):
        """The next packet from its type on; None at the end of output."""
        while True:
            if len(self.inbox) >= 4:
                length = struct.unpack_from(">I", self.inbox)[0]
                if length > 1 << 24:
                    raise WireError("a packet of %d bytes" % length)
                if len(self.inbox) >= 4 + length:
                    payload = bytes(self.inbox[4:4 + length])
                    del self.inbox[:4 + length]
                    return payload
            if not select.select([self.rx], [], [], self.timeout)[0]:
                raise Hung("no reply within %d s" % self.timeout)
            if not self._fill():
                if self.inbox:
                    raise WireError("output ends within a packet")
                return None

    def stderr(self, start=0):
        """Returns the server's stderr so far, from byte `start` on."""
        size = os.fstat(self.stderr_file.fileno()).st_size
        return os.pread(self.stderr_file.fileno(), size - start, start)

    def wait_for_sign(self, logged):
        """Waits until there is output, or more than `logged` bytes on
        stderr, or the end."""
        deadline = time.monotonic() + self.timeout
        while not self.inbox and not self.stderr(logged):
            if select.select([self.rx], [], [], 0.01)[0] and not self._fill():
                return
            if time.monotonic() > deadline:
                raise Hung("no sign within %d s" % self.timeout)

    def rss_peak(self):
        """The child's peak resident size in KiB."""
        with open("/proc/%d/status" % self.child.pid) as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
        raise RuntimeError("no VmHWM")

    def wait(self):
        """Waits for the end, reading on; -> exit status (as Popen's)."""
        deadline = time.monotonic() + self.timeout
        while self.child.poll() is None:
            if time.monotonic() > deadline:
                raise Hung("the server does not end")
            if select.select([self.rx], [], [], 0.01)[0] and not self._fill():
                try:
                    self.child.wait(self.timeout)
                except subprocess.TimeoutExpired:
                    raise Hung("the server does not end") from None
        while self._fill_all():
            pass
        return self.child.returncode

    def ready(self):
        """True if the child has sent something, or has ended."""
        return bool(select.select([self.rx], [], [], 0)[0])

    def _fill_all(self):
        return self.ready() and self._fill()

    def destroy(self):
        """Ends the child, however it is, and frees everything."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.hang_up()
        self.stderr_file.close()


def speaking(version):
    """Return the options with which our server speaks this version and those
    below it: none for version 3, which is its default. An option of the same
    name that stands before them wins."""
    return ["-o", "protocol.max_version=%d" % min(version, 6)] \
        if version > 3 else []


class Session(Server):
    """A server and the protocol: requests by name, replies in order. up_to is
    the highest version that our server is told to speak."""

    def __init__(self, argv, *, up_to=3, **kwargs):
        super().__init__(argv + speaking(up_to), **kwargs)
        self.version, self.bare_status = 3, False
        self.next_id, self.pending = 1, []

    def init(self, version=3, rest=b""):
        """INIT; -> the VERSION reply. The session speaks what it says."""
        self.send(frame(request("init", 0, version, rest)))
        return self.expect_version(version)

    def expect_version(self, offered):
        raw = self.recv_frame()
        if raw is None:
            raise Ended("no VERSION; exit status %s" % self.wait())
        reply = Reply(raw, self.version)
        if reply.kind != "version":
            raise WireError("not VERSION: %s" % reply)
        self.version = reply.version if reply.version in ATTRS else 3
        self.bare_status = offered < 3
        return reply

    def payload(self, name, *values, ident=None):
        """A request by its name or an extension's; -> (id, payload)."""
        if ident is None:
            ident = self.next_id
            self.next_id = (self.next_id + 1) & 0xFFFFFFFF
        build = request if name in REQUESTS else extended
        return ident, build(name, ident, *values, version=self.version)

    def start(self, name, *values, ident=None):
        """Sends a request without waiting; -> its id."""
        ident, payload = self.payload(name, *values, ident=ident)
        return self.start_raw(payload, name)

    def start_raw(self, payload, name=None):
        """Sends a payload that begins with type and id; -> the id."""
        ident = struct.unpack_from(">I", payload, 1)[0]
        self.pending.append((ident, name))
        self.send(frame(payload))
        return ident

    def result(self):
        """The next reply, which must be to the oldest request unanswered."""
        raw = self.recv_frame()
        if raw is None:
            raise Ended("no reply; exit status %s; %s" % (
                self.wait(), self.stderr().decode(errors="replace")[-300:]))
        if not self.pending:
            raise WireError("unasked: %s" % raw[:64].hex())
        ident, name = self.pending.pop(0)
        reply = Reply(raw, self.version, name, self.bare_status)
        if reply.id != ident:
            raise WireError("reply to %s, not to %d" % (reply.id, ident))
        return reply

    def call(self, name, *values):
        """A request and its reply."""
        self.start(name, *values)
        return self.result()

    def call_raw(self, payload, name=None):
        self.start_raw(payload, name)
        return self.result()

    def finish(self):
        """EOF, no further reply, the end; -> exit status."""
        self.end_input()
        status = self.wait()
        if self.inbox:
            raise WireError("unasked at the end: %s" % self.inbox[:64].hex())
        return status
