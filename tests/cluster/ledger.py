# SPDX-License-Identifier: ISC
"""Clients that upload, and the ledger of what the server acknowledged.

Each version of a file has a text of its own, from which its name, version and
length can be told. A file may be found as the version that was acknowledged
last, or as one that was tried after it, and always whole.
"""

import hashlib
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../wire"))
import sftpwire as sw  # noqa: E402

CHUNK = 32768
STALL = 40		# seconds without a reply until a client gives up


def text(path, version):
    """The content of a version of a file."""
    line = "%s %d\n" % (path, version)
    seed = hashlib.sha256(line.encode()).digest()
    size = 200 + int.from_bytes(seed[:4], "big") % (
        300000 if seed[4] < 50 else 20000)
    lines = size // len(line) + 2
    return ("%s %d %d\n" % (path, version, lines) + line * lines).encode()


def version_of(path, data):
    """The version that a content is, or None if it is no whole one."""
    words = data[:200].split(b"\n")[0].split()
    if len(words) != 3 or not words[1].isdigit():
        return None
    version = int(words[1])
    return version if data == text(path, version) else None


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.files = {}		# path: [version acknowledged or 0, tried]
        self.count = self.failed = 0
        self.when = {}		# client: times of acknowledgements

    def begin(self, path):
        """-> the version to be tried."""
        with self.lock:
            entry = self.files.setdefault(path, [0, 0])
            entry[1] += 1
            return entry[1]

    def end(self, client, path, version, acknowledged):
        with self.lock:
            if not acknowledged:
                self.failed += 1
                return
            self.files[path][0] = version
            self.count += 1
            self.when.setdefault(client, []).append(time.monotonic())

    def snapshot(self):
        with self.lock:
            return {path: tuple(e) for path, e in self.files.items()}

    def gap(self, client, since):
        """The longest time without an acknowledgement since then."""
        with self.lock:
            times = [t for t in self.when.get(client, []) if t >= since]
        points = [since, *times, time.monotonic()]
        return max(b - a for a, b in zip(points, points[1:]))

    def went_on(self, client, since):
        with self.lock:
            times = self.when.get(client, [])
            return bool(times) and times[-1] >= since


def judge(path, entry, data, half_is_fine):
    """Names the fault of a file as it was found, or returns None. data is
    None if there is no file."""
    acknowledged, tried = entry
    if data is None:
        return "lost" if acknowledged else None
    version = version_of(path, data)
    if version is None:
        # Without files.atomic a file that was tried again may be half.
        return None if half_is_fine and tried > acknowledged else \
            "half, %d bytes" % len(data)
    if version < acknowledged:
        return "old, version %d of %d" % (version, acknowledged)
    return None if version <= tried else "never sent"


def put(session, path, data):
    """An upload as clients make it; -> None or what failed."""
    reply = session.call("open", path, sw.WRITE | sw.CREAT | sw.TRUNC, {})
    if reply.kind != "handle":
        return "open: %s" % reply
    for off in range(0, len(data), CHUNK):
        session.start("write", reply.handle, off, data[off:off + CHUNK])
    codes = [session.result().code for _ in range(0, len(data), CHUNK)]
    codes.append(session.call("close", reply.handle).code)
    return None if set(codes) == {sw.OK} else "statuses %s" % codes


class Client(threading.Thread):
    """Uploads until it is told to stop; reconnects whenever that fails."""

    def __init__(self, world, ledger, user, number):
        super().__init__(daemon=True)
        self.ledger, self.user = ledger, user
        self.name = "%s%d" % (user, number)
        self.argv = world.ssh(user, "sftp", "198.51.100.%d" % (10 + number))
        self.random = random.Random(number)
        self.stopping = self.again = False
        self.pace = 0.3
        self.errors, self.paths, self.session = [], [], None

    def next_path(self):
        """A new name, or one time of four an old one."""
        if self.paths and self.random.random() < 0.25:
            return self.random.choice(self.paths[-20:])
        self.paths.append("%s/%s-%d" % (self.user, self.name,
                                        len(self.paths)))
        return self.paths[-1]

    def connect(self):
        self.session = sw.Session(self.argv, timeout=STALL)
        self.session.init(3)

    def disconnect(self):
        if self.session is not None:
            self.session.destroy()
        self.session = None

    def upload(self):
        path = self.next_path()
        version = self.ledger.begin(path)
        error = "not connected"
        try:
            if self.session is None:
                self.connect()
            error = put(self.session, path.split("/")[1],
                        text(path, version))
        except (sw.Ended, sw.WireError, sw.Hung, OSError) as e:
            error = "%s: %s" % (type(e).__name__, e)
        self.ledger.end(self.name, path, version, error is None)
        if error is not None:
            self.errors.append((time.monotonic(), error))
            self.disconnect()

    def run(self):
        while not self.stopping:
            if self.again:
                self.again = False
                self.disconnect()
            self.upload()
            time.sleep(self.pace)
        self.disconnect()
