# SPDX-License-Identifier: ISC
"""The hosts of tests/cluster/run: a and b serve a volume, l has the arbiter
brick and the balancer, c the clients. Each is a set of namespaces whose first
process stands for its power supply. The caller is in a PID and mount namespace
of its own, which ends all of it.

    192.0.2.0/24     a .11, b .12, l .1     on the bridge br0
    198.51.100.0/24  c .10 to .29, l .1     on the bridge br1
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RECIPE = os.path.join(HERE, "../../contrib/cluster")
USERS = {"alice": "", "bob": 'files = { atomic = "keep"; };',
         "carol": "files = { fsync = false; };",
         "dave": 'files = { atomic = "no"; };'}
FIRST_ID = 60001
HALF_SEEN = ["dave"]		# whose files are seen while they grow
ADDRESS = {"a": "192.0.2.11", "b": "192.0.2.12", "l": "192.0.2.1"}
PROGRAMS = "/run/slipway"	# in place of /usr/libexec/slipway

# The first process of a host: it takes in orphans until it is killed.
INIT = """import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("up", flush=True)
while True:
    signal.pause()
"""

# Private directories, so that nothing of this machine is written to.
PREPARE = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd /run/gluster /run/haproxy /run/slipway
mount --bind "$1/etc" /etc
mount --bind "$1/programs" /run/slipway
mkdir -p /var/lib/glusterd /var/log/glusterfs
mount --bind "$1/glusterd" /var/lib/glusterd
mount --bind "$1/log" /var/log/glusterfs
mount -t tmpfs -o mode=755 tmpfs /srv
mkdir /srv/vol /srv/brick
mount --bind "$1/brick" /srv/brick
hostname "$2"
ip link set lo up
"""


class Failed(Exception):
    """A command that should have worked did not."""


def run(argv, timeout=60, check=True, stdin=subprocess.DEVNULL):
    """Runs a command; -> its output. Raises Failed if it fails."""
    with tempfile.TemporaryFile() as out:	# daemons would keep a pipe
        try:
            done = subprocess.run(argv, timeout=timeout, stdout=out,
                                  stderr=out, stdin=stdin)
        except subprocess.TimeoutExpired:
            if check:
                raise Failed("%s: no end in %d s" % (argv, timeout)) from None
            return ""
        out.seek(0)
        text = out.read().decode(errors="replace")
    if check and done.returncode != 0:
        raise Failed("%s: %s" % (argv, text[-1000:]))
    return text


def until(condition, wanted, timeout=120):
    """Waits until the condition is true; -> its value."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed("in %d s not: %s" % (timeout, wanted))
        time.sleep(0.2)


def recipe(name):
    """A file of contrib/cluster, with the programs where they are here."""
    with open(os.path.join(RECIPE, name)) as f:
        return f.read().replace("/usr/libexec/slipway", PROGRAMS)


def write(path, text, mode=0o644):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


class Host:
    def __init__(self, world, name):
        self.world, self.name = world, name
        self.dir = os.path.join(world.work, name)
        self.child = None
        for d in ("programs", "glusterd", "log", "brick"):
            os.makedirs(os.path.join(self.dir, d))
        # Private, since programs look for their settings there.
        shutil.copytree("/etc", self.path("etc"), symlinks=True,
                        ignore=shutil.ignore_patterns("ssl"))

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def power_on(self):
        self.child = subprocess.Popen(
            ["unshare", "-mpnu", "--fork", "--kill-child", "--mount-proc",
             sys.executable, "-c", INIT], stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL)
        if self.child.stdout.readline() != b"up\n":
            raise Failed("no namespaces for " + self.name)
        children = "/proc/%d/task/%d/children" % ((self.child.pid,) * 2)
        with open(children) as f:
            self.init = int(f.read().split()[0])
        self.call("sh", "-c", PREPARE, "sh", self.dir, self.name)
        if self.name in ADDRESS:
            self.plug("eth0", "br0", ADDRESS[self.name] + "/24")

    def plug(self, name, bridge, *addresses):
        """A cable from an interface to a bridge."""
        outer = "%s-%s" % (self.name, name)
        run(["ip", "link", "add", outer, "type", "veth", "peer", "name",
             name, "netns", str(self.init)])
        run(["ip", "link", "set", outer, "master", bridge, "up"])
        self.call("ip", "link", "set", name, "up")
        for address in addresses:
            self.call("ip", "address", "add", address, "dev", name)

    def power_off(self):
        """Kills every process at once."""
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()
        # Its parent is gone, so that it is a child of this process, the first
        # of its namespace. It ends after all others of the host.
        os.waitpid(self.init, 0)

    def cut(self, silent):
        """The cable is pulled, or a switch drops everything."""
        run(["ip", "link", "set", self.name + "-eth0",
             *(["nomaster"] if silent else ["down"])])

    def mend(self):
        run(["ip", "link", "set", self.name + "-eth0", "master", "br0", "up"])

    def enter(self, *argv):
        return ["nsenter", "-t", str(self.init), "-m", "-n", "-u", "-p",
                *argv]

    def call(self, *argv, **kwargs):
        return run(self.enter(*argv), **kwargs)

    def inside(self, path):
        """A path of the host, as seen from here."""
        return "/proc/%d/root%s" % (self.init, path)

    def pid_of(self, pattern):
        """Process ids, those of the host, whose command line matches."""
        return [int(p) for p in self.call("pgrep", "-f", pattern,
                                          check=False).split()]

    def signal(self, name, pattern):
        pids = self.pid_of(pattern)
        if not pids:
            raise Failed("%s: nothing runs as %s" % (self.name, pattern))
        self.call("kill", "-" + name, *map(str, pids), check=False)

    def glusterd(self):
        self.call("glusterd", "--log-level=WARNING")
        until(lambda: "Number of Peers" in self.gluster(
            "peer", "status", check=False), "glusterd on " + self.name)

    def gluster(self, *words, **kwargs):
        return self.call("gluster", "--mode=script", *words, **kwargs)

    def bricks(self):
        """How many bricks and self-heal daemons are online."""
        lines = self.gluster("volume", "status", "vol", check=False)
        return sum(len(w) >= 4 and w[-2] == "Y"
                   for w in map(str.split, lines.splitlines()))

    def mount(self):
        self.call("mount", "-t", "glusterfs", self.name + ":/vol",
                  "/srv/vol")
        until(lambda: os.path.isdir(self.inside("/srv/vol/home")),
              "the volume on " + self.name)

    def sshd(self):
        self.call("/usr/sbin/sshd", "-f", "/etc/ssh/sshd_config", "-E",
                  "/var/log/glusterfs/sshd.log")

    def serve(self):
        """Starts the programs of a host of the recipe."""
        self.call("setsid", "-f", "socat",
                  "TCP-LISTEN:9001,fork,reuseaddr",
                  "EXEC:%s/agent /srv/vol" % PROGRAMS)
        self.sshd()

    def route(self):
        self.call("ip", "route", "add", "198.51.100.0/24", "via",
                  ADDRESS["l"])

    def boot(self):
        """Back after power_off()."""
        self.power_on()
        self.route()
        self.glusterd()
        self.mount()
        self.serve()


class World:
    def __init__(self, work, server):
        self.work, self.server = work, server
        run(["ip", "link", "set", "lo", "up"])
        for bridge in ("br0", "br1"):
            run(["ip", "link", "add", bridge, "type", "bridge"])
            run(["ip", "link", "set", bridge, "up"])
        self.keys()
        self.a, self.b, self.l, self.c = (Host(self, n) for n in "ablc")
        for host in (self.a, self.b, self.l, self.c):
            self.configure(host)
            host.power_on()
        self.networks()
        self.storage()
        self.servers = {"a": self.a, "b": self.b}
        for host in self.servers.values():
            host.serve()
        self.balancer()

    def keys(self):
        for name in ("host", "client"):
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                 os.path.join(self.work, name)])
        with open(os.path.join(self.work, "host.pub")) as f:
            write(os.path.join(self.work, "known_hosts"), "sftp " + f.read())
        write(os.path.join(self.work, "ssh_config"), """
            IdentityFile %s/client
            UserKnownHostsFile %s/known_hosts
            HostKeyAlias sftp
            BatchMode yes
            ConnectTimeout 3
            ServerAliveInterval 5
            Host sftp
                HostName 198.51.100.1
            Host a
                HostName 192.0.2.11
            Host b
                HostName 192.0.2.12
            """ % (self.work, self.work))

    def configure(self, host):
        """Writes /etc and the programs of a host."""
        passwd = ["root:*:0:0:root:/root:/bin/sh",
                  "sshd:*:100:65534::/run/sshd:/usr/sbin/nologin",
                  "nobody:*:65534:65534::/nonexistent:/usr/sbin/nologin"]
        passwd += ["%s:*:%d:%d::/nonexistent:/bin/sh" % (u, FIRST_ID + i,
                                                         FIRST_ID)
                   for i, u in enumerate(USERS)]
        etc = host.path("etc")
        write(etc + "/passwd", "\n".join(passwd) + "\n")
        write(etc + "/shadow", "".join(
            "%s:*:19000:0:99999:7:::\n" % p.split(":")[0] for p in passwd),
            0o600)
        write(etc + "/group", "root:x:0:\nnogroup:x:65534:\nsftp:x:%d:\n"
              % FIRST_ID)
        write(etc + "/hosts", "127.0.0.1 localhost\n" + "".join(
            "%s %s\n" % (ip, name) for name, ip in ADDRESS.items()))
        write(etc + "/nsswitch.conf", "passwd: files\nshadow: files\n"
              "group: files\nhosts: files\n")
        shutil.copy(self.server, host.path("programs/sftp-server"))
        write(host.path("programs/agent"), recipe("agent"), 0o755)
        shutil.rmtree(etc + "/ssh", ignore_errors=True)
        os.makedirs(etc + "/ssh/keys")
        shutil.copy(self.work + "/host", etc + "/ssh/cluster_ed25519_key")
        for user in ("root", *USERS):
            shutil.copy(self.work + "/client.pub", etc + "/ssh/keys/" + user)
        write(etc + "/ssh/sshd_config", recipe("sshd_config").replace(
            "    ForceCommand %s/sftp-server" % PROGRAMS,
            "    ForceCommand %s/sftp-server -l INFO -F /etc/slipway.conf"
            % PROGRAMS))
        shutil.copy(self.work + "/ssh_config", etc + "/ssh/ssh_config")
        rules = "".join('\n  { match = { user = "%s"; }; %s },' % item
                        for item in USERS.items() if item[1])
        write(etc + "/slipway.conf", recipe("slipway.conf").replace(
            "rules = (", "rules = (" + rules, 1).replace(
            '"syslog"', '"%s/records"' % self.work))

    def networks(self):
        self.l.plug("eth1", "br1", "198.51.100.1/24")
        self.c.plug("eth0", "br1", *["198.51.100.%d/24" % n
                                     for n in range(10, 30)])
        self.c.call("ip", "route", "add", "192.0.2.0/24", "via",
                    "198.51.100.1")
        self.a.route()
        self.b.route()

    def storage(self):
        for host in (self.a, self.b, self.l):
            host.glusterd()
        for name in "bl":
            self.a.gluster("peer", "probe", name)
        until(lambda: self.a.gluster("peer", "status").count(
            "Peer in Cluster (Connected)") == 2, "the peers of a")
        self.a.gluster("volume", "create", "vol", "replica", "3", "arbiter",
                       "1", "a:/srv/brick/v", "b:/srv/brick/v",
                       "l:/srv/brick/v", "force", timeout=120)
        self.a.call("bash", RECIPE + "/volume", "vol", timeout=120)
        self.a.gluster("volume", "start", "vol", timeout=120)
        until(lambda: self.a.bricks() == 6, "all bricks")
        self.a.call("mount", "-t", "glusterfs", "a:/vol", "/srv/vol")
        home = self.a.inside("/srv/vol/home")
        until(lambda: self.a.call("mountpoint", "/srv/vol", check=False),
              "the mount")
        os.mkdir(home)
        for i, user in enumerate(USERS):
            os.mkdir(os.path.join(home, user))
            os.chown(os.path.join(home, user), FIRST_ID + i, FIRST_ID)
        self.b.mount()

    def balancer(self):
        l = self.l
        write(l.path("etc/haproxy.cfg"), recipe("haproxy.cfg"))
        l.call("sh", "-c", """
            sysctl -qw net.ipv4.ip_forward=1
            ip rule add fwmark 1 lookup 100
            ip route add local default dev lo table 100
            nft -f "$1" && haproxy -D -f /etc/haproxy.cfg""", "sh",
               os.path.join(RECIPE, "balancer.nft"))
        for name in self.servers:
            self.await_state(name, "UP")

    def statistics(self):
        """HAProxy's, -> {server: {column: value}}."""
        lines = self.l.call("socat", "-t", "5", "-",
                            "UNIX-CONNECT:/run/haproxy/admin.sock",
                            stdin=self.show_stat()).splitlines()
        names = lines[0].lstrip("# ").split(",")
        rows = [dict(zip(names, line.split(","))) for line in lines[1:]]
        return {r["svname"]: r for r in rows if r["pxname"] == "hosts"}

    def show_stat(self):
        path = os.path.join(self.work, "show")
        if not os.path.exists(path):
            write(path, "show stat\n")
        return open(path)

    def await_state(self, name, state, timeout=120):
        until(lambda: self.statistics()[name]["status"].startswith(state),
              "%s is %s" % (name, state), timeout)

    def healed(self):
        """Waits until all bricks are there and have the same."""
        host = self.b
        until(lambda: host.bricks() == 6, "all bricks are online")
        def pending():
            text = host.gluster("volume", "heal", "vol", "info", "summary",
                                check=False)
            counts = [line.split(":")[1].strip() for line
                      in text.splitlines() if line.startswith("Total")]
            return len(counts) == 3 and set(counts) == {"0"}
        host.gluster("volume", "heal", "vol", check=False)
        until(pending, "the bricks are healed", 180)

    def ssh(self, user, host="sftp", address=None):
        """The command of a client."""
        return ["nsenter", "-t", str(self.c.init), "-n", "ssh", "-F",
                self.work + "/ssh_config",
                *(["-b", address] if address else []), "-s",
                "%s@%s" % (user, host), "sftp"]

    def brick_pattern(self):
        return "glusterfsd .*srv-brick-v"
