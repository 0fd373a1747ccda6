#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Plays the scenarios on one file system to OpenSSH's server and to ours, in
each setting, and judges what was seen by TABLE. Prints TAP, a line a scenario.

	play.py MOUNT [SCENARIO ...]

tests/storage/run calls it, in namespaces; see there. BASELINE names a file that
keeps what was seen on tmpfs, and is made if it is not there. BASE is an empty
directory. SHOW=1 prints all differences as rows for TABLE.

A scenario fails, if
 - the value of a step is not that of tmpfs, and no row of TABLE says so;
 - it is not that of tmpfs, where OpenSSH's server has the value of tmpfs, and
   the reason in TABLE does not begin with "known:".
Bytes that were acknowledged are a step as well, looked for at once and after a
new mount. A row of TABLE that is of no use fails as well.
"""

import fnmatch
import json
import os
import pwd
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(1, os.path.join(HERE, "..", "wire"))
sys.dont_write_bytecode = True

import sftpwire as sw                                   # noqa: E402
from filesystems import KINDS                           # noqa: E402
from scenarios import SCENARIOS, Talk                   # noqa: E402

ALL = 5 << 30		# no file becomes larger
# The settings, and the options of our server for each.
SETTINGS = {
    "none": [],
    "sshfs": ["profile=sshfs"],
    "webex": ["profile=webex"],
    "webex-always": ["profile=webex", "rename.when=always"],
    "force-close": ["profile=force-close"],
    "atomic": ["files.atomic=yes"],
    "fsync": ["files.fsync=true"],
    "sandbox": ["profile=sshfs", "sandbox=require", "start_dir=/", "root=%s"],
}
OPENSSH = "openssh"
SELDOM = (OPENSSH, "none/3", "sshfs/6")	# for scenarios that take too long
KEPT = "acknowledged"	# the step that looks for acknowledged bytes
PROGRAMS = "programs"	# the scenario of that name, for some file systems


class Filler:
    """Takes the space of a small file system, and gives it back."""

    def __init__(self, place):
        self.place, self.name = place, os.path.join(place, "filler")

    def limited(self):
        st = os.statvfs(self.place)
        return 0 < st.f_bavail * st.f_frsize < 1 << 30

    def fill(self, leave):
        st = os.statvfs(self.place)
        with open(self.name, "wb") as out:
            os.posix_fallocate(out.fileno(), 0,
                               max(1, st.f_bavail * st.f_frsize - leave))

    def empty(self):
        if os.path.exists(self.name):
            os.unlink(self.name)


def servers():
    """The servers to play to: (name, version, command with %s for a
    directory)."""
    yield OPENSSH, 3, [os.environ["OPENSSH"]]
    for name, options in SETTINGS.items():
        words = [word for option in options for word in ("-o", option)]
        for version in (3, 6):
            yield ("%s/%d" % (name, version), version,
                   [os.environ["SERVER"]] + words)


def play(fs, config, version, argv, scenario):
    """One scenario, in one session, in a directory of its own; -> what was
    seen, and the promises as (path, offset, data)."""
    name = os.path.join(config.replace("/", "-"), scenario)
    path = os.path.join(fs.path, name)
    os.makedirs(path)
    argv = [word.replace("%s", path) for word in argv]
    with sw.Session(argv + ["-e", "-l", "INFO"], up_to=version, cwd=path,
                    fsize=ALL, timeout=60) as session:
        session.init(version)
        talk = Talk(session, path, os.path.join(fs.look, name), fs.small,
                    Filler(fs.fill))
        try:
            SCENARIOS[scenario](talk)
            talk.note("exit", session.finish())
        except (sw.WireError, sw.Hung, sw.Ended, OSError) as error:
            talk.note("trouble", "%s: %s" % (type(error).__name__, error))
        log = session.stderr().decode(errors="replace")
    promises = [(os.path.join(os.fsencode(name), p[0]), *p[1:])
                for p in talk.promises]
    return talk.seen, promises, log


def play_programs(fs, config, argv):
    """Programs, through sshd and sshfs; -> as play() does."""
    name = os.path.join(config.replace("/", "-"), PROGRAMS)
    path = os.path.join(fs.path, name)
    os.makedirs(path)
    done = subprocess.run(
        [os.path.join(HERE, "programs"), path, " ".join(argv)], check=False,
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    seen = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    seen["exit"] = str(done.returncode)
    return seen, [], done.stderr


def works(fs):
    """True if the mount has survived."""
    if not fs.mounted():
        return False
    probe = os.path.join(fs.path, "probe")
    try:
        os.mkdir(probe)
        os.rmdir(probe)
    except OSError:
        return False
    return True


def missing(fs, promises):
    """The promises that were not kept, as text."""
    out = []
    for name, at, data in promises:
        try:
            with open(os.path.join(os.fsencode(fs.look), name), "rb") as file:
                file.seek(at)
                found = file.read(len(data))
        except OSError as error:
            found = error
        if found != data:
            out.append("%s: %d bytes from %d: %s" % (
                sw.quote(name), len(data), at, found
                if isinstance(found, OSError) else "%d the same" % len(
                    os.path.commonprefix([found, data]))))
    return out


def play_all(fs, wanted):
    """-> {"seen": {config: {scenario: {step: value}}}, "skipped": {scenario:
    reason}, "logs": {"config scenario": text}, "seconds": {scenario: time}}, as
    JSON can keep it. The bytes that were acknowledged are steps as well."""
    result = {"seen": {}, "skipped": {}, "logs": {}, "seconds": {}}
    kept = []

    def look_for(step, config, scenario, promises):
        lost = missing(fs, promises)
        result["seen"][config][scenario][step] = "lost" if lost else "kept"
        if lost:
            result["logs"]["%s %s" % (config, scenario)] += "\n".join(lost)

    for scenario in wanted:
        reason = fs.skips.get(scenario)
        if scenario == "beyond_4g" and not fs.big:
            reason = "files have no holes"
        if scenario == "no_space" and not Filler(fs.fill).limited():
            reason = "it has much space"
        if reason:
            result["skipped"][scenario] = reason
    for config, version, argv in servers():
        if fs.settings and config not in fs.settings:
            continue
        seen = result["seen"][config] = {}
        for scenario in wanted:
            # A mount that OpenSSH's server breaks is not mended each time.
            first = result["seen"][OPENSSH].get(scenario, {})
            if scenario in result["skipped"] or "mount" in first:
                continue
            start = time.monotonic()
            if scenario == PROGRAMS and config not in (OPENSSH, "webex/3"):
                continue
            if scenario in fs.seldom and config not in SELDOM:
                continue
            if scenario == PROGRAMS:
                found = play_programs(fs, config, argv)
            else:
                found = play(fs, config, version, argv, scenario)
            seen[scenario], promises, log = found
            kept.append((config, scenario, promises))
            result["logs"]["%s %s" % (config, scenario)] = log
            if not works(fs):
                seen[scenario]["mount"] = "broken"
                fs.down()
                fs.up()
            look_for(KEPT, *kept[-1])
            result["seconds"][scenario] = (
                result["seconds"].get(scenario, 0) + time.monotonic() - start)
    fs.down()
    fs.up()
    for promise in kept:
        look_for(KEPT + ", mounted anew", *promise)
    fs.down()
    return result


def as_user(user, work):
    """Runs work() as the user, in a process of its own; -> what it returns,
    by way of JSON."""
    there, here = os.pipe(), os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            with open(there[1], "w") as out:
                json.dump(work(), out)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            if os.getpid() != here:
                sys.stderr.flush()
                os._exit(status)
    os.close(there[1])
    with open(there[0]) as source:
        text = source.read()
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("the user's part fails")
    return json.loads(text)


def observe(name, base, wanted):
    """Mounts, plays and unmounts; -> the result of play_all()."""
    user = pwd.getpwnam("ordinary").pw_uid if os.getuid() == 0 else os.getuid()
    base = os.path.join(base, name)
    os.mkdir(base)
    home = os.path.join(base, "home")
    os.mkdir(home)
    if os.getuid() == 0:
        os.chown(base, user, user)
        os.chown(home, user, user)
    os.environ["HOME"] = home
    fs = KINDS[name](base, user)

    def work():
        fs.up()
        try:
            return play_all(fs, wanted)
        finally:
            fs.down()

    try:
        fs.prepare()
        return as_user(user, work)
    finally:
        fs.clean()


class Row:
    """A row of TABLE: what differs on these mounts in these settings."""

    def __init__(self, line, number):
        self.number, self.used = number, False
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 5 or not fields[4]:
            raise ValueError("TABLE:%d: not five fields" % number)
        self.mounts, self.configs, self.steps, self.values = [
            field.split() for field in fields[:3]] + [fields[3]]
        self.known = fields[4].startswith("known:")

    def fits(self, mount, config, step, value):
        return (any(fnmatch.fnmatchcase(mount, m) for m in self.mounts)
                and any(fnmatch.fnmatchcase(config, c) for c in self.configs)
                and any(fnmatch.fnmatchcase(step, s) for s in self.steps)
                and any(fnmatch.fnmatchcase(value, v.strip())
                        for v in self.values.split(",")))


def table():
    with open(os.path.join(HERE, "TABLE")) as lines:
        return [Row(line, number) for number, line in enumerate(lines, 1)
                if line.strip() and not line.startswith("#")]


def refused(value):
    return value.removeprefix("open: ") in sw.STATUS_NAMES.values() and (
        value != "OK")


def alike(a, b):
    """True for equal values, and for two refusals, which versions word
    differently."""
    return a == b or refused(a) and refused(b)


def worse(ours, tmpfs, openssh, openssh_tmpfs):
    """True if the file system changes our value and not OpenSSH's, and it is
    not the setting that makes the difference."""
    return (openssh == openssh_tmpfs and ours != tmpfs
            and alike(tmpfs, openssh_tmpfs) and not alike(ours, openssh))


class Judge:
    def __init__(self, mount, baseline, result):
        self.mount, self.baseline, self.result = mount, baseline, result
        self.rows, self.count, self.failed = table(), 0, 0
        self.found = []

    def differences(self, scenario):
        """(config, step, tmpfs, here, is it worse than OpenSSH's)"""
        seen, base = self.result["seen"], self.baseline["seen"]

        def value(of, config, step):
            return of[config][scenario].get(step, "-")

        for config in seen:
            if scenario not in seen[config]:
                continue
            steps = list(dict.fromkeys([*base[config][scenario],
                                        *seen[config][scenario]]))
            for step in steps:
                here, there = (value(of, config, step) for of in (seen, base))
                if here == there:
                    continue
                # An error in place of a loss is not worse.
                told = (value(seen, OPENSSH, KEPT), value(seen, config, KEPT)
                        ) == ("lost", "kept")
                yield config, step, there, here, not told and worse(
                    here, there, value(seen, OPENSSH, step),
                    value(base, OPENSSH, step))

    def judge(self, scenario):
        """-> what is wrong, one text for the settings that agree in it."""
        trouble = {}
        for config, step, there, here, is_worse in self.differences(scenario):
            name = "%s.%s" % (scenario, step)
            rows = [r for r in self.rows
                    if r.fits(self.mount, config, name, here)]
            for row in rows:
                row.used = True
            if rows and (not is_worse or any(r.known for r in rows)):
                continue
            text = "%s: %s: %s, on tmpfs %s" % (
                "worse than OpenSSH's" if rows else "not in TABLE",
                name, here, there)
            trouble.setdefault(text, []).append(config)
            self.found.append((" ".join(trouble[text]), name, here, there))
        texts = ["%s [%s]" % (text, " ".join(configs))
                 for text, configs in trouble.items()]
        for config in sorted({c[-1] for c in trouble.values()})[:3]:
            log = self.result["logs"]["%s %s" % (config, scenario)]
            texts.append("the log of %s:\n%s" % (
                config, "\n".join(dict.fromkeys(log.splitlines()))))
        return texts

    def report(self, name, trouble=(), skip=None):
        self.count += 1
        self.failed += bool(trouble)
        print("%sok %d - %s: %s%s" % (
            "not " * bool(trouble), self.count, self.mount, name,
            " # skip " + skip if skip else ""))
        for line in trouble:
            print("# " + line.replace("\n", "\n# "))

    def run(self, wanted, whole):
        for scenario in wanted:
            skip = self.result["skipped"].get(scenario)
            self.report(scenario, [] if skip else self.judge(scenario), skip)
        if whole:
            self.report("TABLE has no row in vain", [
                "TABLE:%d: nothing differs like this" % row.number
                for row in self.rows
                if not row.used and any(fnmatch.fnmatchcase(self.mount, m)
                                        for m in row.mounts)])
        print("1..%d" % self.count)
        return int(self.failed > 0)


def baseline(base, wanted):
    path = os.environ.get("BASELINE", "")
    if not os.path.exists(path):
        result = observe("tmpfs", base, wanted)
        for config, seen in result["seen"].items():
            if "failed" in seen.get(PROGRAMS, {}).values():
                raise RuntimeError("programs fail on tmpfs: %s" % (
                    result["logs"]["%s %s" % (config, PROGRAMS)]))
        if not path:
            return result
        with open(path + ".new", "w") as out:
            json.dump(result, out)
        os.rename(path + ".new", path)
    with open(path) as source:
        return json.load(source)


def main(mount, *wanted):
    every = [*SCENARIOS] + [PROGRAMS] * KINDS[mount].clients
    wanted = list(wanted) or every
    base = os.environ["BASE"]
    reason = KINDS[mount](base, 0).unusable()
    if reason:
        print("ok 1 - %s # skip %s\n1..1" % (mount, reason))
        return 0
    tmpfs = baseline(base, wanted)
    here = tmpfs if mount == "tmpfs" else observe(mount, base, wanted)
    judge = Judge(mount, tmpfs, here)
    status = judge.run(wanted, wanted == every)
    if os.environ.get("SHOW"):
        rows = {found[1:]: found[0] for found in judge.found}
        everywhere = " ".join(here["seen"])
        for (name, value, there), configs in rows.items():
            print("SHOW %s | %s | %s | %s | tmpfs: %s" % (
                mount, "*" if configs == everywhere else configs, name, value,
                there))
        for scenario, seconds in sorted(here["seconds"].items(),
                                        key=lambda pair: -pair[1])[:8]:
            print("SHOW %6.2f s %s" % (seconds, scenario))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
