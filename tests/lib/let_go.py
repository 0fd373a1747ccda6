#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A server whose clients' handles are let go under them.

usage: let_go.py WHEN NOTES SERVER [ARG ...]

Runs SERVER, passes on what a client and it say to each other, and plays the
second connection of the policy's story: a file that the client has open to
write is renamed to FILE.moved, by a RENAME of the same session whose reply the
client does not see. WHEN:

    closing     before the CLOSE
    writing     before the first WRITE at half a MiB or beyond
    refusing    never; but the CLOSE of such a file is answered with FAILURE

When the CLOSE has been answered the file gets its old name back, as a second
one beside FILE.moved, because clients look at it once they are done. Each
RENAME and CLOSE adds a line with its outcome to NOTES: `rename OK`,
`close FAILURE`.
"""
import os
import select
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "wire"))
import sftpwire as sw  # noqa: E402

HALF = 512 * 1024
OPEN, CLOSE, WRITE, VERSION, HANDLE = 3, 4, 6, 2, 102
OURS = 0xfeedbeef       # an id that no client gets to


class Pipe:
    """One direction: bytes in, whole packets out."""

    def __init__(self, source, sink):
        self.source, self.sink, self.bytes = source, sink, bytearray()

    def fill(self):
        got = os.read(self.source, 1 << 18)
        self.bytes += got
        return bool(got)

    def packet(self):
        """The next payload, or None."""
        if len(self.bytes) < 4:
            return None
        end = 4 + struct.unpack_from(">I", self.bytes)[0]
        if len(self.bytes) < end:
            return None
        payload = bytes(self.bytes[4:end])
        del self.bytes[:end]
        return payload

    def send(self, payload):
        data = sw.frame(payload)
        while data:
            data = data[os.write(self.sink, data):]


class Story:
    def __init__(self, when, notes, server):
        self.when, self.notes, self.server = when, notes, server
        self.up = Pipe(0, server.stdin.fileno())
        self.down = Pipe(server.stdout.fileno(), 1)
        self.version = 3
        self.opening, self.files = {}, {}   # by id, by handle: names
        self.moved = set()
        self.closing = None                 # (id, name): input waits for it

    def note(self, what, code):
        with open(self.notes, "a") as f:
            f.write("%s %s\n" % (what, sw.STATUS_NAMES[code]))

    # ---- from the client -----------------------------------------------

    def request(self, payload):
        number = payload[0]
        r = sw.Reader(payload[1:])
        ident = r.get("n")
        if number == OPEN:
            name, flags = r.get("s"), r.get("n")
            # The same bit says `to write` in all versions.
            if flags & 2:
                self.opening[ident] = name
        elif number in (CLOSE, WRITE):
            handle = r.get("h")
            name = self.files.get(handle)
            if name and (number == CLOSE if self.when == "closing" else
                         self.when == "writing" and number == WRITE
                         and r.get("o") >= HALF):
                self.move(name)
            if name and number == CLOSE:
                self.closing = ident, self.files.pop(handle)
        self.up.send(payload)

    def move(self, name):
        if name in self.moved:
            return
        self.moved.add(name)
        values = (name, name + b".moved") + ((0,) if self.version >= 5 else ())
        self.up.send(sw.request("rename", OURS, *values,
                                version=self.version))

    # ---- from the server -----------------------------------------------

    def reply(self, payload):
        ident = struct.unpack_from(">I", payload, 1)[0]
        if payload[0] == VERSION:
            self.version = ident
        elif ident == OURS:
            self.note("rename", struct.unpack_from(">I", payload, 5)[0])
            return
        elif ident in self.opening:
            name = self.opening.pop(ident)
            if payload[0] == HANDLE:
                self.files[sw.Reader(payload[5:]).get("h")] = name
        elif self.closing and ident == self.closing[0]:
            payload = self.closed(payload)
        self.down.send(payload)

    def closed(self, payload):
        name = self.closing[1]
        self.closing = None
        self.note("close", struct.unpack_from(">I", payload, 5)[0])
        if name in self.moved and not os.path.exists(name):
            os.link(name + b".moved", name)
        if self.when == "refusing":
            payload = payload[:5] + struct.pack(">I", sw.FAILURE) + payload[9:]
        return payload

    # ---- both ----------------------------------------------------------

    def advance(self):
        """Passes on what there is."""
        while (payload := self.down.packet()) is not None:
            self.reply(payload)
        while not self.closing and \
                (payload := self.up.packet()) is not None:
            self.request(payload)

    def play(self):
        open_ends = {self.up.source, self.down.source}
        while self.down.source in open_ends:
            for fd in select.select(open_ends, [], [])[0]:
                pipe = self.up if fd == self.up.source else self.down
                if not pipe.fill():
                    open_ends.remove(fd)
            self.advance()
            if self.up.source not in open_ends and not self.closing:
                self.server.stdin.close()


def main():
    when, notes, *command = sys.argv[1:]
    with subprocess.Popen(command, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, bufsize=0) as server:
        try:
            Story(when, notes, server).play()
        except BrokenPipeError:
            pass            # the client, or the server, is gone
    sys.exit(server.returncode)


main()
