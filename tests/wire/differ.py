# SPDX-License-Identifier: ISC
"""Plays the same conversations to OpenSSH's server and to ours and compares
all that can be seen: replies, log lines, exit status, the tree left behind.

	python3 differ.py [-k GLOB,...] [-o OPTION]... [-s FILE] [-v VERSION]
	    OURS THEIRS
	python3 differ.py [-o OPTION]... -x FILE
	python3 differ.py -n

-k plays only the conversations of these names; -o gives ours an option (-o of
the server, for its profiles); -s appends the names of the differences seen
to FILE; -v is the version of OpenSSH that THEIRS is, without which the
differences of all versions are expected; -x checks that FILE has all that are
surely seen; -n prints the names of the conversations. Exit status 1 and a
report on stdout when something differs that differences.py does not list.

Each server runs in a fresh tree of its own, in the same relative place, from
a copy of its program named sftp-server. Values that cannot be the same are
replaced: handles by their number in order, the time now, free blocks, the
tree's path.
"""

import fnmatch
import getopt
import hashlib
import itertools
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

import conversations
import differences
import sftpwire as sw


class Item:
    """One thing seen: what was done, the kind of evidence, the evidence."""

    def __init__(self, done, kind, text):
        self.done, self.kind, self.text = done, kind, text


class Recorder:
    """A conversation's view of one server: calls that leave items."""

    def __init__(self, session, root, since):
        self.session, self.root, self.since = session, root, since
        self.items, self.symbols, self.numbers = [], {}, {}
        self.count = self.log_at = 0
        self.first_id = session.next_id
        self.handle_sizes = set()
        self.over = False

    # The methods that conversations use.

    def __call__(self, name, *values):
        """A request; -> its reply, or None when the session is over."""
        if self.over:
            return None
        done = self.describe(name, values)
        self.session.start(name, *values)
        return self.take(done)

    def handle(self, name, *values):
        """A request for a handle; -> it, or one that is invalid."""
        reply = self(name, *values)
        return getattr(reply, "handle", b"\xff\xff\xff\xff")

    def raw(self, done, payload):
        """A payload with its reply, which may be the server's end or none:
        a request that is surely answered follows. It follows only when there
        is a sign of the first one, as OpenSSH's server sleeps on what it has
        read while it has nothing to write."""
        if self.over:
            return
        ident = self.session.start_raw(payload)
        self.session.wait_for_sign(self.log_at)
        last = self.session.start("realpath", ".")
        try:
            packet = self.session.recv_frame()
        except sw.WireError as error:
            packet = None
            self.note(done, "reply", "broken: %s" % error)
        if packet is None:
            self.over = True
            self.note(done, "reply", "the session ends")
            self.note_log(done)
            return
        self.session.pending = [(last, None)]
        reply = sw.Reply(packet, self.session.version)
        if reply.id == last:
            self.note(done, "reply", "no reply")
            self.session.pending = []
        else:
            self.note(done, "reply", self.show(reply))
            assert reply.id == ident
            self.session.result()
        self.note_log(done)

    def listing(self, handle):
        """READDIR to the end: an item for each name and for what ended it,
        however many packets that took."""
        names, done = [], "listing %s" % self.symbol(handle)
        while not self.over:
            self.session.start("readdir", handle)
            reply = self.session.result()
            if reply.kind != "name":
                for name in sorted(names):
                    self.note("%s: %s" % (done, sw.quote(name[0])), "reply",
                              self.show_name(name))
                self.note(done, "reply", self.show(reply))
                break
            names += reply.names
        self.note_log(done)

    # How it is kept.

    def note(self, done, kind, text):
        self.items.append(Item(done, kind, text))

    def take(self, done):
        try:
            reply = self.session.result()
        except sw.Ended:
            self.over = True
            self.note(done, "reply", "the session ends")
            self.note_log(done)
            return None
        self.note(done, "reply", self.show(reply))
        self.note_log(done)
        return reply

    def note_log(self, done):
        new = self.session.stderr(self.log_at)
        self.log_at += len(new)
        self.note(done, "log", self.normal_log(new.decode("latin-1")))

    def symbol(self, handle):
        return self.symbols.get(handle, "invalid " + handle.hex())

    def describe(self, name, values):
        """A request as text, with handles by their symbols."""
        shape = sw.EXTENSIONS.get(name, ("",))[0]
        if name in sw.REQUESTS:
            shape = sw.REQUESTS[name][1][3]
        out = [os.fsdecode(name)]
        for letter, value in itertools.zip_longest(shape, values):
            if letter == "h":
                out.append(self.symbol(value))
            elif isinstance(value, (bytes, str)):
                text = sw.quote(value)
                out.append(text if len(text) < 80 else
                           "%s...(%d)" % (text[:40], len(value)))
            else:
                out.append(str(value))
        return self.placeless(" ".join(out))

    def is_now(self, when):
        return self.since - 2 <= when <= time.time() + 2

    def show_attrs(self, attrs):
        text = sw.show_attrs(attrs)
        mode = attrs.get("permissions", 0)
        for key in ("atime", "mtime"):
            runs = stat.S_ISCHR(mode) or (key == "atime" and stat.S_ISLNK(mode))
            if key in attrs and (runs or self.is_now(attrs[key])):
                text = text.replace("%s=%d" % (key, attrs[key]), key + "=now")
        return text

    def show_name(self, entry):
        name, longname, attrs = entry
        if name == b"..":	# read by others, at times of their own
            attrs["atime"] = int(time.time())
        if self.is_now(attrs.get("mtime", 0)):
            # time(2) may lag behind the clock of files: then it is the future
            for form in ("%b %e %H:%M", "%b %e  %Y"):
                date = time.strftime(form, time.gmtime(attrs["mtime"]))
                longname = longname.replace(date.encode(), b"<now>")
        return "%s %s {%s}" % (sw.quote(name), sw.quote(longname),
                               self.show_attrs(attrs))

    def show(self, reply):
        if reply.kind == "handle":
            self.count += 1
            self.symbols[reply.handle] = "#%d" % self.count
            self.handle_sizes.add(len(reply.handle))
            return "handle #%d" % self.count
        if reply.kind == "attrs":
            return "attrs " + self.show_attrs(reply.attrs)
        if reply.kind == "name":
            return self.placeless(" ".join(
                ["name"] + [self.show_name(n) for n in reply.names]))
        if reply.kind == "extended-reply" and len(reply.fields) == 11:
            for free in (3, 4, 6, 7):
                reply.fields[free] = "~"
            return "extended-reply " + " ".join(map(str, reply.fields))
        return self.placeless(str(reply))

    def placeless(self, text):
        """Without the tree's own path and its parent's."""
        return text.replace(self.root, "<root>").replace(
            os.path.dirname(self.root), "<above>")

    def normal_log(self, text):
        """Handle numbers -> #N in the order in which they were given; ids,
        which one READDIR more would shift, -> their place in this deed."""
        def given(match):
            self.numbers[match[2]] = "#%d" % self.count
            return match[1] + self.numbers[match[2]]

        def used(match):
            return match[1] + self.numbers.get(match[2], match[2])

        def which(match):
            return "request +%d:" % (int(match[1]) - self.first_id)

        text = re.sub(r"request (\d+):", which, text)
        self.first_id = self.session.next_id
        text = re.sub(r"(sent handle (?:handle )?)(\d+)", given, text)
        text = re.sub(r"((?:\(handle|close handle|fsetstat handle) )(\d+)",
                      used, text)
        text = re.sub(r"(fatal|pid[ =]|\bino )\d+", r"\1N", text)
        return self.placeless(text)


def tree_items(root, since):
    """Every object of the tree, one item each, but for what runs along."""
    items = []

    def visit(path, shown):
        try:
            st = os.lstat(path)
        except PermissionError:
            items.append(Item("tree " + shown, "tree", "out of reach"))
            return
        mtime = "now" if st.st_mtime >= since - 2 else int(st.st_mtime)
        text = "mode=%o uid=%d gid=%d links=%d size=%d mtime=%s" % (
            st.st_mode, st.st_uid, st.st_gid, st.st_nlink, st.st_size, mtime)
        if os.path.islink(path):
            text += " -> " + sw.quote(os.readlink(path))
        elif os.path.isfile(path) and st.st_size < 1 << 20:
            try:
                with open(path, "rb") as file:
                    data = file.read()
                text += " %s %s" % (hashlib.sha256(data).hexdigest(),
                                    sw.quote(data[:80]))
            except PermissionError:
                pass
        items.append(Item("tree " + shown, "tree", text))
        if os.path.isdir(path) and not os.path.islink(path):
            try:
                names = sorted(os.listdir(path))
            except PermissionError:
                names = []
            for name in names:
                visit(os.path.join(path, name), os.path.join(shown, name))

    visit(root, ".")
    return items


def play(talk, program, base, level, extra):
    """One conversation with one server -> its items."""
    root = os.path.join(base, "tree")
    os.mkdir(root)
    since = time.time()
    os.utime(base)	# so that ".." was last read now, however busy we are
    talk.plant(root)
    if talk.user and os.getuid() == 0:
        subprocess.run(["chown", "-Rh", talk.user, root], check=True)
    argv = [program] + extra + ["-e", "-l", level] + talk.options
    with sw.Session(argv, cwd=root, user=talk.user, fsize=talk.fsize,
                    env=talk.env, umask=talk.umask) as session:
        recorder = Recorder(session, root, since)
        session.send(sw.frame(sw.request("init", 0, talk.offer)))
        done = "init %d" % talk.offer
        try:
            recorder.note(done, "reply",
                          str(session.expect_version(talk.offer)))
        except sw.Ended:
            recorder.over = True
            recorder.note(done, "reply", "the session ends")
        recorder.note_log(done)
        if not recorder.over:
            talk.run(recorder)
        session.end_input()
        status = session.wait()
        recorder.note("end", "exit", "exit %d" % status)
        recorder.note_log("end")
        if recorder.handle_sizes:
            recorder.note("end", "handles", "handles of %s bytes" % sorted(
                recorder.handle_sizes))
    items = recorder.items + tree_items(root, since)
    subprocess.run(["chmod", "-R", "u+rwX", root], check=False,
                   stderr=subprocess.DEVNULL)
    shutil.rmtree(root)
    return items


def misuse(argv_tail, program):
    """A command line that never gets to serve -> items."""
    done = "sftp-server " + " ".join(argv_tail)
    env = dict(os.environ, TZ="UTC", SSH_ORIGINAL_COMMAND="sftp",
               SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22")
    got = subprocess.run([program] + argv_tail, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env=env, cwd="/", timeout=sw.TIMEOUT, check=False)
    return [Item(done, "exit", "exit %d" % got.returncode),
            Item(done, "stdout", got.stdout.decode("latin-1")),
            Item(done, "stderr", got.stderr.decode("latin-1"))]


class Judge:
    """Compares items, explains what differs by differences.py."""

    def __init__(self, profile, version):
        self.seen, self.unexplained, self.compared = set(), [], 0
        self.rows = [row for row in differences.INTENDED
                     + differences.BY_VERSION
                     if not (profile and row.get("taken_back"))
                     and not ("below" in row and version
                              and version >= row["below"])]

    def sure(self):
        """Names of the rows that a complete run must have seen."""
        return {row["name"] for row in self.rows
                if row in differences.INTENDED and row.get("sure", True)}

    def explain(self, name, item, theirs, ours):
        subject = "%s\n%s\n%s\n%s" % (item.done, item.kind, theirs, ours)
        name = re.sub(r"^beside-\w-", "", name)	# is of the same kind
        for row in self.rows:
            if fnmatch.fnmatchcase(name, row.get("where", "*")) and re.match(
                    row["looks"], subject, re.S | re.M):
                self.seen.add(row["name"])
                return True
        return False

    def compare(self, name, theirs, ours):
        """Items of the same deeds, in order; an item only one has counts as
        empty with the other."""
        ours_left = {}
        for item in ours:
            ours_left.setdefault((item.done, item.kind), []).append(item)
        for item in theirs:
            twins = ours_left.get((item.done, item.kind), [])
            self.pair(name, item, item.text,
                      twins.pop(0).text if twins else "(nothing)")
        for twins in ours_left.values():
            for item in twins:
                self.pair(name, item, "(nothing)", item.text)

    def pair(self, name, item, theirs, ours):
        self.compared += 1
        if item.kind == "log":
            for drop in differences.LOG_SPELLINGS:
                theirs = re.sub(drop[0], drop[1], theirs)
                ours = re.sub(drop[0], drop[1], ours)
        if theirs != ours and not self.explain(name, item, theirs, ours):
            self.unexplained.append((name, item.done, item.kind,
                                     theirs, ours))


def compare_all(judge, patterns, extra, ours, theirs):
    """Plays what the patterns name; -> how many conversations."""
    def wanted(name):
        return any(fnmatch.fnmatchcase(name, p) for p in patterns)

    talks = [t for t in conversations.TALKS if wanted(t.name)]
    base = tempfile.mkdtemp(prefix="differ.")
    try:
        os.chmod(base, 0o755)
        programs = {}
        for side, program in (("ours", ours), ("them", theirs)):
            os.makedirs(os.path.join(base, side, "bin"))
            programs[side] = shutil.copy(
                program, os.path.join(base, side, "bin", "sftp-server"))
            os.chmod(programs[side], 0o755)
        for talk in talks:
            for level in talk.levels:
                them, we = [play(talk, programs[side],
                                 os.path.join(base, side), level, more)
                            for side, more in (("them", []), ("ours", extra))]
                judge.compare("%s/%s" % (talk.name, level), them, we)
        for line in conversations.COMMAND_LINES:
            if wanted("command-lines"):
                judge.compare("command-lines", misuse(line, programs["them"]),
                              misuse(line, programs["ours"]))
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return len(talks)


def crop(text, other):
    """Some of a text: long lines only around the first difference."""
    same = len(os.path.commonprefix([text, other]))
    if len(text) > 1200:
        text = "..." * (same > 150) + text[max(0, same - 150):same + 150] \
            + " (%d in all)" % len(text)
    return text.rstrip().replace("\n", "\n          ")


def report(judge, talks, most=int(os.environ.get("DIFFER_REPORT", 100))):
    for name, done, kind, them, we in judge.unexplained[:most]:
        print("%s: %s (%s)\n  theirs: %s\n  ours:   %s" % (
            name, done[:200], kind, crop(them, we), crop(we, them)))
    print("%d conversations, %d items compared, %d differ unexplained" % (
        talks, judge.compared, len(judge.unexplained)))


def main():
    listed, programs = getopt.getopt(sys.argv[1:], "k:o:s:v:x:n")
    options = dict(listed)
    if "-n" in options:
        print("\n".join([t.name for t in conversations.TALKS]
                        + ["command-lines"]))
        return 0
    extra = [word for flag, value in listed if flag == "-o"
             for word in ("-o", value)]
    version = tuple(int(n) for n in options.get("-v", "").split(".") if n)
    judge = Judge(bool(extra), version)
    if "-x" in options:
        with open(options["-x"]) as seen:
            missing = judge.sure() - set(seen.read().split())
        for name in sorted(missing):
            print("listed as a difference, but not seen: %s" % name)
        return 1 if missing else 0
    talks = compare_all(judge, options.get("-k", "*").split(","), extra,
                        *programs)
    report(judge, talks)
    if "-s" in options:
        with open(options["-s"], "a") as out:
            out.writelines("%s\n" % name for name in sorted(judge.seen))
    return 1 if judge.unexplained or not judge.compared else 0


if __name__ == "__main__":
    sys.exit(main())
