#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes system calls, line by line from stdin, and compares what comes back.

	syscalls.py DIR <<END
	open a w A		ok
	rename a b		EBUSY
	END

A line is a call, its arguments and, as the last word, the result: `ok`, the
name of an errno, or what the call tells. Descriptors have names. Exit status
1, and the line on stderr, for every result that is another.
"""

import ctypes
import errno
import os
import stat
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
OPEN = {"r": os.O_RDONLY, "w": os.O_WRONLY | os.O_CREAT, "rw": os.O_RDWR,
        "a": os.O_WRONLY | os.O_APPEND, "path": os.O_PATH,
        "dir": os.O_RDONLY | os.O_DIRECTORY}
NAMES = {**errno.errorcode, errno.EOPNOTSUPP: "EOPNOTSUPP"}
fds = {}


def renameat2(old, new, flags):
    if LIBC.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new),
                      flags) == -1:
        raise OSError(ctypes.get_errno(), "renameat2")


def do_open(name, how, fd):
    fds[fd] = os.open(name, OPEN[how], 0o666)


def do_reopen(old, how, fd):
    do_open("/proc/self/fd/%d" % fds[old], how, fd)


def put(name, *words):
    with open(name, "w") as f:
        f.write(" ".join(words))


def fs_type(name):
    """statfs(2) begins with the type, a long."""
    buf = ctypes.create_string_buffer(256)
    if LIBC.statfs(os.fsencode(name), buf) == -1:
        raise OSError(ctypes.get_errno(), "statfs")
    return "0x%x" % ctypes.c_ulong.from_buffer(buf).value


CALLS = {
    "open": do_open,
    "reopen": do_reopen,
    "close": lambda fd: os.close(fds.pop(fd)),
    "read": lambda fd: os.pread(fds[fd], 99, 0).decode(),
    "write": lambda fd, text: str(os.write(fds[fd], text.encode())),
    "writev": lambda fd, *parts: str(os.writev(
        fds[fd], [part.encode() for part in parts])),
    "pwrite": lambda fd, text, at: str(os.pwrite(
        fds[fd], text.encode(), int(at))),
    "fsync": lambda fd: os.fsync(fds[fd]),
    "fdatasync": lambda fd: os.fdatasync(fds[fd]),
    "fsize": lambda fd: str(os.fstat(fds[fd]).st_size),
    "rename": os.rename,
    "noreplace": lambda old, new: renameat2(old, new, 1),
    "exchange": lambda old, new: renameat2(old, new, 2),
    "unlink": os.unlink,
    "mkdir": os.mkdir,
    "rmdir": os.rmdir,
    "link": os.link,
    "symlink": os.symlink,
    "readlink": os.readlink,
    "chmod": lambda name, mode: os.chmod(name, int(mode, 8)),
    "truncate": lambda name, size: os.truncate(name, int(size)),
    "utime": lambda name, t: os.utime(name, (int(t), int(t)),
                                      follow_symlinks=False),
    "mtime": lambda name: str(int(os.lstat(name).st_mtime)),
    "mode": lambda name: oct(stat.S_IMODE(os.lstat(name).st_mode))[2:],
    "size": lambda name: str(os.stat(name).st_size),
    "nlink": lambda name: str(os.stat(name).st_nlink),
    "same": lambda a, b: str(os.path.samefile(a, b)),
    "put": put,
    "text": lambda name: open(name).read(),
    "names": lambda name: ",".join(
        e.name + "/@"[e.is_symlink()] * (e.is_symlink() or e.is_dir())
        for e in sorted(os.scandir(name), key=lambda e: e.name)) or "-",
    "statfs": fs_type,
}


def result(words):
    try:
        told = CALLS[words[0]](*words[1:])
    except OSError as e:
        return NAMES[e.errno]
    return "ok" if told is None else told


def main():
    wrong = 0
    os.chdir(sys.argv[1])
    for line in sys.stdin:
        *words, want = line.split("#")[0].split() or [None]
        if want is None:
            continue
        got = result(words)
        if got != want:
            wrong = 1
            print("%s: %s, not %s" % (" ".join(words), got, want),
                  file=sys.stderr)
    return wrong


sys.exit(main())
