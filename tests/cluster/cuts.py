# SPDX-License-Identifier: ISC
"""Called by tests/cluster/run, in namespaces of its own:

    cuts.py WORK SERVER [--uploads N] [CUT ...]

While clients upload, host a of two is cut off in one way after another. After
each cut every file of the ledger is read on both hosts. Prints TAP and a sum.
"""

import argparse
import json
import os
import random
import socket
import sys
import threading
import time

import ledger as books
import sftpwire as sw
import world as hosts

LIMIT = 20		# seconds until all clients go on
HANG = 30		# ... if a brick hangs: twice ping-timeout, and more
CLIENTS = 8
REST = 3		# seconds of undisturbed uploads before a cut


class Watcher(threading.Thread):
    """Reads files on both hosts all the time: none may be seen half."""

    def __init__(self, world, ledger):
        super().__init__(daemon=True)
        self.world, self.ledger = world, ledger
        self.seen, self.wrong, self.stopping = 0, [], False

    def run(self):
        while not self.stopping:
            files = {p: e for p, e in self.ledger.snapshot().items()
                     if p.split("/")[0] not in hosts.HALF_SEEN}
            tried = [p for p, (done, tried) in files.items() if tried > done]
            for path in tried[-8:] + random.sample([*files],
                                                   min(2, len(files))):
                self.look(path)
            time.sleep(0.02)

    def look(self, path):
        for host in self.world.servers.values():
            data = read(host, path)
            if data is None:
                continue
            self.seen += 1
            if books.version_of(path, data) is None:
                self.wrong.append("%s on %s: half, %d bytes" % (
                    path, host.name, len(data)))


class Records(threading.Thread):
    """The one stream of records of all hosts."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.all = []

    def run(self):
        while True:
            self.all.append(self.socket.recv(1 << 18))

    def parsed(self):
        return [json.loads(r) for r in list(self.all)]


def read(host, path):
    """The content of a file on the mount of a host, or None."""
    try:
        with open(host.inside("/srv/vol/home/" + path), "rb") as f:
            return f.read()
    except OSError:
        return None


class Play:
    def __init__(self, work, server, uploads):
        self.number = self.failed = 0
        self.uploads = uploads
        self.ledger = books.Ledger()
        self.records = Records(os.path.join(work, "records"))
        self.records.start()
        self.world = hosts.World(work, server)
        self.watcher = Watcher(self.world, self.ledger)
        self.clients = [books.Client(self.world, self.ledger, user, n)
                        for n, user in enumerate(
                            (list(hosts.USERS) * CLIENTS)[:CLIENTS])]
        for thread in (*self.clients, self.watcher):
            thread.start()

    def ok(self, good, what, notes=()):
        self.number += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, what))
        for note in list(notes)[:20]:
            print("# " + str(note))
        sys.stdout.flush()

    # Each cut and its remedy; the sentences are of their tests.

    def brick_kill(self):
        """a brick is killed"""
        self.world.a.signal("KILL", self.world.brick_pattern())
        yield 8
        self.world.b.gluster("volume", "start", "vol", "force")

    def brick_hang(self):
        """a brick hangs"""
        self.world.a.signal("STOP", self.world.brick_pattern())
        yield 25
        self.world.a.signal("CONT", self.world.brick_pattern())

    def sshd_kill(self):
        """every sshd of a host is killed"""
        self.world.a.signal("KILL", "sshd")
        yield 8
        self.world.a.sshd()

    def mount_kill(self):
        """the mount of a host is killed"""
        a = self.world.a
        a.signal("KILL", "glusterfs .*/srv/vol")
        yield 12
        a.call("umount", "-l", "/srv/vol")
        a.mount()

    def host_kill(self):
        """every process of a host is killed"""
        self.world.a.power_off()
        yield 25
        self.world.a.boot()

    def link_drop(self):
        """a switch drops all packets of a host"""
        self.world.a.cut(True)
        yield 30
        self.world.a.mend()

    def link_down(self):
        """the cable of a host is pulled"""
        self.world.a.cut(False)
        yield 30
        self.world.a.mend()

    def upgrade(self):
        """a host is upgraded by contrib/cluster/upgrade"""
        l = self.world.l
        hosts.write(l.path("programs/upgrade"), hosts.recipe("upgrade"), 0o755)
        path = self.world.a.path("programs/sftp-server")
        before = os.stat(path).st_ino
        said = l.call(hosts.PROGRAMS + "/upgrade", "-w", "3", "a", timeout=120)
        self.ok("a: upgraded" in said and os.stat(path).st_ino != before,
                "upgrade replaces the program", said.splitlines()[-3:])
        yield 2

    CUTS = (upgrade, brick_kill, brick_hang, sshd_kill, mount_kill, host_kill,
            link_drop, link_down)

    def play(self, cut):
        """Makes a cut while a serves clients, and undoes it."""
        name = cut.__doc__
        for client in self.clients:
            client.again = True
        self.world.await_state("a", "UP")
        hosts.until(lambda: self.world.statistics()["a"]["scur"] not in
                    ("", "0"), "clients on a")
        time.sleep(REST)
        since = time.monotonic()
        steps = cut(self)
        held = next(steps)
        time.sleep(max(0, since + held - time.monotonic()))
        recent = time.monotonic()
        slow = [c.name for c in self.clients if not self.goes_on(c, recent)]
        gaps = {c.name: self.ledger.gap(c.name, since) for c in self.clients}
        next(steps, None)
        limit = HANG if cut == Play.brick_hang else LIMIT
        self.ok(not slow and max(gaps.values()) <= limit,
                "%s: clients go on, after %.1f s at most" % (
                    name, max(gaps.values())),
                ["%s waited for %.1f s" % item for item in gaps.items()
                 if item[1] > 3] + slow)
        self.world.healed()
        self.check(name)

    def goes_on(self, client, since):
        try:
            hosts.until(lambda: self.ledger.went_on(client.name, since),
                        "%s goes on" % client.name, 60)
        except hosts.Failed:
            return False
        return True

    def check(self, name):
        """Reads every file of the ledger on both hosts. A file that was just
        replaced by way of one host can be old or absent on the other for as
        long as that remembers names and attributes."""
        wanted = self.ledger.snapshot()
        pairs = [(host, path) for host in self.world.servers.values()
                 for path in wanted]
        wrong = []
        for attempt in range(3):
            time.sleep(1.5)
            wrong = [(host, path) for host, path in pairs if self.judge(
                path, wanted[path], read(host, path))]
            if attempt == 0 and wrong:
                print("# %d files are old or absent for a moment" % len(wrong))
            pairs = wrong
        told = ["%s on %s: %s" % (path, host.name, self.judge(
            path, wanted[path], read(host, path))) for host, path in wrong]
        told += self.watcher.wrong
        self.ok(not told, "%s: none of %d files is lost, old, short or half"
                % (name, len(wanted)), told)

    def judge(self, path, entry, data):
        """Clients go on meanwhile, so that a later version is right too."""
        tried = self.ledger.snapshot()[path][1]
        return books.judge(path, (entry[0], tried), data,
                           path.split("/")[0] in hosts.HALF_SEEN)

    def session(self, user, host):
        s = sw.Session(self.world.ssh(user, host), timeout=60)
        s.init(3)
        return s

    def listing(self, user, host):
        """Lists the user's directory in a session of its own."""
        s = self.session(user, host)
        h = s.call("opendir", ".").handle
        while s.call("readdir", h).kind == "name":
            pass
        s.finish()
        s.destroy()

    def parts(self, user):
        where = self.world.b.inside("/srv/vol/home/" + user)
        return {n for n in os.listdir(where) if n.startswith(".slipway-")}

    def rolling(self):
        """Uploads are under way on both hosts while one brick after another
        is restarted, and their user lists the directory on both."""
        before = {u: self.parts(u) for u in ("alice", "bob")}
        live = []
        for user in before:
            for host in "ab":
                s = self.session(user, host)
                h = s.call("open", "live-" + host, sw.WRITE | sw.CREAT |
                           sw.TRUNC, {}).handle
                s.call("write", h, 0, b"x" * 100000)
                live.append((user, host, s, h))
        names = {u: self.parts(u) - before[u] for u in before}
        lost = []
        for brick in (self.world.l, self.world.a, self.world.b):
            brick.signal("KILL", self.world.brick_pattern())
            time.sleep(3)
            self.world.b.gluster("volume", "start", "vol", "force")
            self.world.healed()
            for user in before:
                for host in "ab":
                    self.listing(user, host)
                lost += names[user] - self.parts(user)
        self.ok(not lost and all(len(n) == 2 for n in names.values()),
                "rolling restart: no listing harms an upload", lost)
        self.finish_live(live)

    def finish_live(self, live):
        """Ends the uploads: they are whole, or the client is told."""
        wrong, told = [], 0
        for user, host, s, h in live:
            codes = [s.call("write", h, 100000, b"y" * 100000).code,
                     s.call("close", h).code]
            data = read(self.world.b, "%s/live-%s" % (user, host))
            told += codes != [0, 0]
            if (codes == [0, 0]) != (data == b"x" * 100000 + b"y" * 100000):
                wrong.append((user, host, codes, data and len(data)))
            s.destroy()
        self.ok(not wrong, "rolling restart: %d of %d uploads are acknowledged"
                " and whole, the others not there" % (len(live) - told,
                                                      len(live)), wrong)

    def resume(self):
        """An upload that a host had begun goes on by reput on the other: when
        its client left, when the host was killed, and when the host was cut
        off, comes back, and still has the file open."""
        a = self.world.a
        for name, cut, undo in (("left", None, None),
                                ("killed", a.power_off, a.boot),
                                ("cut off", lambda: a.cut(True), a.mend)):
            file, data = name.split()[0], os.urandom(3000000)
            s = self.session("bob", "a")
            h = s.call("open", file, sw.WRITE | sw.CREAT | sw.TRUNC, {}).handle
            for off in range(0, 1000000, 20000):
                s.call("write", h, off, data[off:off + 20000])
            began = time.monotonic()
            if cut:
                cut()
            else:
                s.finish()
            s.destroy()
            size = self.reput(data, file)
            took = time.monotonic() - began
            if undo:
                undo()
                hosts.until(lambda: not a.pid_of("sftp-server -l"),
                            "the end of the session on a")
                self.world.healed()
            time.sleep(1.5)
            self.ok(all(read(host, "bob/" + file) == data for host
                        in self.world.servers.values()),
                    "resume: %s on a, it goes on at byte %d on b, after %.1f s"
                    % (name, size, took))

    def reput(self, data, name):
        """Resumes by sftp(1) on b as soon as there is something to resume;
        -> the size that was there."""
        local = os.path.join(self.world.work, "resume")
        with open(local, "wb") as f:
            f.write(data)

        def there():
            s = self.session("bob", "b")
            reply = s.call("stat", name)
            s.destroy()
            return reply.attrs["size"] if reply.kind == "attrs" else 0
        size = hosts.until(there, "something to resume", 60)
        batch = os.path.join(self.world.work, "batch")
        hosts.write(batch, "reput %s %s\n" % (local, name))
        argv = self.world.ssh("bob", "b")
        command = [w if w != "ssh" else "sftp" for w in argv[:-3]]
        hosts.run([*command, "-b", batch, "bob@b"])
        return size

    def check_records(self):
        """All hosts are in one stream, each by its name, and the clients by
        their addresses."""
        records = self.records.parsed()
        closed = {(r["user"], r["path"].lstrip("/")) for r in records
                  if r["op"] == "close" and r["result"] == "Success"}
        lost = sum(r.get("lost", 0) for r in records)
        missing = [p for p, e in self.ledger.snapshot().items()
                   if e[0] and tuple(p.split("/")) not in closed]
        names = {r["host"] for r in records}
        clients = {r["client"] for r in records}
        self.ok(names == {"a", "b"}, "records name their hosts", [names])
        self.ok(all(c.startswith("198.51.100.") for c in clients),
                "records have the addresses of clients", [clients])
        self.ok(len(missing) <= lost, "each acknowledged upload has a record",
                missing)

    def enough(self):
        """Uploads until there are as many as were asked for."""
        hosts.until(lambda: self.ledger.count >= self.uploads,
                    "%d uploads" % self.uploads, 600)

    def bricks_agree(self):
        """Reads the files of both bricks, without GlusterFS."""
        wrong = []
        for path, entry in self.ledger.snapshot().items():
            for host in self.world.servers.values():
                try:
                    with open(host.path("brick/v/home", path), "rb") as f:
                        data = f.read()
                except OSError:
                    data = None
                found = self.judge(path, entry, data)
                if found:
                    wrong.append("%s on brick %s: %s" % (path, host.name,
                                                         found))
        self.ok(not wrong, "both bricks have every file", wrong)


def stop(clients):
    for client in clients:
        client.stopping = True
    for client in clients:
        client.join()


def main():
    parser = argparse.ArgumentParser(prog="tests/cluster/run")
    parser.add_argument("work")
    parser.add_argument("server")
    parser.add_argument("--uploads", type=int, default=5000)
    parser.add_argument("cuts", nargs="*")
    args = parser.parse_intermixed_args()
    began = time.monotonic()
    play = Play(args.work, args.server, args.uploads)
    print("# the hosts are up after %d s" % (time.monotonic() - began))
    extra = {"resume": Play.resume, "rolling": Play.rolling}
    cuts = {f.__name__.replace("_", "-"): f for f in Play.CUTS}
    wanted = args.cuts or [*cuts, *extra]
    try:
        for name in [c for c in cuts if c in wanted]:
            play.play(cuts[name])
            print("# %d s, %d uploads" % (time.monotonic() - began,
                                          play.ledger.count), flush=True)
        play.enough()
        stop(play.clients)
        play.check_records()
        play.check("all cuts")
        play.bricks_agree()
        for name in [c for c in extra if c in wanted]:
            extra[name](play)
    except (hosts.Failed, sw.WireError, sw.Ended, sw.Hung, OSError) as e:
        play.ok(False, "the play goes on to its end", str(e).splitlines())
    print("# %d uploads acknowledged, %d not; %d files seen whole meanwhile; "
          "%d s" % (play.ledger.count, play.ledger.failed, play.watcher.seen,
                    time.monotonic() - began))
    print("1..%d\n\n%d passed, %d failed, 0 skipped" % (
        play.number, play.number - play.failed, play.failed), flush=True)
    os._exit(play.failed > 0)


main()
