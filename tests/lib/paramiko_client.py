#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The paramiko client of tests/e2e/paramiko.bats: one verb a call.

usage: paramiko_client.py VERB ARG ...

The server is the one of tests/lib/sshd.bash, found by its variables. An
OSError ends it with status 1 and the error on stderr.
"""
import os
import sys

import paramiko


def connect():
    env = os.environ
    transport = paramiko.Transport(("127.0.0.1", int(env["SSHD_PORT"])))
    with open(env["SSHD_DIR"] + "/host_key.pub") as key:
        line = key.read()
    host_key = paramiko.hostkeys.HostKeyEntry.from_line("host " + line).key
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey):
        try:
            user_key = kind(filename=env["SSHD_DIR"] + "/user_key")
            break
        except paramiko.SSHException:
            pass
    transport.connect(host_key, env["SSHD_USER"], pkey=user_key)
    return transport, paramiko.SFTPClient.from_transport(transport)


def put(sftp, local, remote):
    sftp.put(local, os.fsencode(remote))


def get(sftp, remote, local):
    # sftp.get() checks the size and so needs to see the name again.
    with sftp.open(os.fsencode(remote)) as there, open(local, "wb") as here:
        there.prefetch()
        while data := there.read(1 << 18):
            here.write(data)


def each(verb):
    def run(sftp, source, target, *names):
        for name in names:
            verb(sftp, source + "/" + name, target + "/" + name)
    return run


def put_again(sftp, local, remote):
    with sftp.open(remote, "ab") as there, open(local, "rb") as here:
        there.set_pipelined(True)
        here.seek(there.stat().st_size)
        while data := here.read(32768):
            there.write(data)


def get_again(sftp, remote, local):
    with sftp.open(remote) as there, open(local, "ab") as here:
        there.seek(here.tell())
        there.prefetch()
        while data := there.read(32768):
            here.write(data)


def put_times(sftp, local, remote):
    sftp.put(local, remote)
    stat = os.stat(local)
    sftp.utime(remote, (stat.st_atime, stat.st_mtime))


def get_times(sftp, remote, local):
    sftp.get(remote, local)
    stat = sftp.stat(remote)
    os.utime(local, (stat.st_atime, stat.st_mtime))


def names(sftp, directory):
    print("\n".join(sftp.listdir(directory)))


def names_ahead(sftp, directory):
    """The same with many READDIRs under way at a time."""
    for attr in sftp.listdir_iter(directory, read_aheads=50):
        print(attr.filename)


def patch(sftp, remote, offset, text):
    with sftp.open(remote, "r+b") as there:
        there.seek(int(offset))
        there.write(text)


def scattered(sftp, remote, *offsets):
    """Prints ten bytes from each offset, by one vectored read."""
    with sftp.open(remote) as there:
        for data in there.readv([(int(o), 10) for o in offsets]):
            sys.stdout.write(data.hex() + "\n")


def exclusive(sftp, remote):
    sftp.open(remote, "wx").close()


def stat(sftp, path):
    s = sftp.stat(path)
    print(oct(s.st_mode), s.st_size, s.st_uid, s.st_gid, s.st_mtime)


VERBS = {
    "put": put, "get": get, "put_all": each(put), "get_all": each(get),
    "put_again": put_again, "get_again": get_again,
    "put_times": put_times, "get_times": get_times,
    "names": names, "names_ahead": names_ahead, "patch": patch,
    "scattered": scattered, "exclusive": exclusive, "stat": stat,
    "rename": lambda sftp, old, new: sftp.rename(old, new),
    "posix_rename": lambda sftp, old, new: sftp.posix_rename(old, new),
    "remove": lambda sftp, path: sftp.remove(path),
    "mkdir": lambda sftp, path: sftp.mkdir(path),
    "rmdir": lambda sftp, path: sftp.rmdir(path),
    "symlink": lambda sftp, target, path: sftp.symlink(target, path),
    "readlink": lambda sftp, path: print(sftp.readlink(path)),
    "normalize": lambda sftp, path: print(sftp.normalize(path)),
    "chmod": lambda sftp, mode, path: sftp.chmod(path, int(mode, 8)),
    "truncate": lambda sftp, path, size: sftp.truncate(path, int(size)),
}


def main():
    transport, sftp = connect()
    try:
        VERBS[sys.argv[1]](sftp, *sys.argv[2:])
    except OSError as error:
        sys.exit("%s: %s" % (type(error).__name__, error))
    finally:
        transport.close()


main()
