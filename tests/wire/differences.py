# SPDX-License-Identifier: ISC
"""Where our server differs from OpenSSH's, and why.

Each row: `name`; `why`; `looks`, a regular expression (DOTALL, MULTILINE)
that matches from the beginning of the text "DEED\\nKIND\\nTHEIRS\\nOURS", where
KIND is reply, log, exit, handles, tree, stdout or stderr; `where`, a glob on
"CONVERSATION/LEVEL"; `sure`: False if the machine or the user decides whether
it is seen (else a complete run must see it); `taken_back`: True if the
openssh profile does as OpenSSH does; `below`: the version of OpenSSH from which
on there is no such difference.
"""

import errno
import os
import re

# Both logs are rewritten by these before they are compared.
LOG_SPELLINGS = [
    # OpenSSH below 10 said "handle" twice.
    (r"sent handle handle ", "sent handle "),
    # About OpenSSH's buffer for READ, which only it has.
    (r"debug3: process_read: allocate \d+ => \d+\r\n", ""),
    # About extended attribute pairs, which both skip.
    (r'debug3: Got file attribute "[^\r\n]*" len \d+\r\n', ""),
    # The line on the sandbox of a restricted session, which sandbox.bats
    # tests.
    (r"sandbox: Landlock o(n|ff), seccomp o(n|ff)\r\n", ""),
]

_REASONS = "|".join(sorted({re.escape(os.strerror(e))
                            for e in errno.errorcode}))

INTENDED = [
    dict(name="restricted-not-forced",
         why="a restriction that ssh can go round is worth a warning",
         where="restricted-*",
         looks=r"init 3\nlog\n(.*)\nrestricted but not forced: [^\n]*\n\1"),
    dict(name="handles-of-8-bytes",
         why="a handle carries a tag, so that its number never comes back",
         looks=r"end\nhandles\nhandles of \[4\] bytes\nhandles of \[8\] bytes"),
    dict(name="failure-says-why",
         why="a FAILURE with a system error behind it says which",
         looks=r'[^\n]*\nreply\nstatus 4 FAILURE "Failure" ""\n'
               r'status 4 FAILURE "(%s)" ""' % _REASONS,
         taken_back=True),
    dict(name="unknown-types-answered",
         why="OpenSSH is silent, and the client waits for ever",
         where="unknown-types/*",
         looks=r'type \d+\nreply\nno reply\nstatus 8 OP_UNSUPPORTED '
               r'"Operation unsupported" ""$'),
    dict(name="unknown-types-answered-log",
         why="the answer is logged like any other",
         where="unknown-types/*",
         looks=r'type (\d+)\nlog\n(Unknown message \1\r\n)?(.*)'),
    dict(name="malformed-answered",
         why="a malformed request is answered, and the session lives",
         where="malformed-*",
         looks=r'[a-z-]+\nreply\nthe session ends\n'
               r'status (5 BAD_MESSAGE "Bad message"|'
               r'8 OP_UNSUPPORTED "Operation unsupported") ""$'),
    dict(name="malformed-answered-log",
         why="OpenSSH logs a fatal error",
         where="malformed-*",
         looks=r"[a-z-]+\nlog\n"),
    dict(name="malformed-answered-exit",
         why="as above: the session ends at end of input, and says so",
         where="malformed-*",
         looks=r"end\n(exit\nexit 255\nexit 0$|log\n)"),
    dict(name="nul-at-the-end",
         why="a NUL is no part of a name, at its end neither",
         where="malformed-nul-at-the-end/*",
         looks=r'nul-at-the-end\nreply\nattrs [^\n]*\nstatus 5 BAD_MESSAGE'),
    dict(name="short-writes-finished",
         why="a short write goes on, so the error that follows is known",
         looks=r'write [^\n]*\nlog\n.*process_write: write "[^\n]*": '
               r"File too large"),
    dict(name="listings-by-size",
         why="a listing fills its packets by size, so READDIRs are fewer",
         where="long-listings/*",
         looks=r"listing #1\nlog\n", sure=True),
    dict(name="owner-before-mode",
         why="chown clears set-id bits, so OpenSSH's chmod before it is lost",
         where="setstat-order/*",
         looks=r"tree \./(own\d|fown|one|uno)\ntree\nmode=100.*\nmode=10[246]"),
    dict(name="fstat-of-directories",
         why="FSTAT works on a directory handle",
         looks=r'fstat #\d+\nreply\nstatus 4 FAILURE "Failure" ""\nattrs '),
    dict(name="fstat-of-directories-log",
         why="FSTAT works on a directory handle",
         looks=r"fstat #\d+\nlog\n.*sent status Failure\r?\n.*(sent attrib|$)",
         ),
    dict(name="rename-never-replaces",
         why="OpenSSH takes a name for free that a dangling link has, when"
             " a directory or a link is renamed to it",
         where="renames-to-a-dangling-link/*",
         looks=r'rename [^\n]*\nreply\nstatus (0 OK|2 NO_SUCH_FILE) [^\n]*\n'
               r'status 4 FAILURE "(File exists|Failure)" ""'),
    dict(name="rename-never-replaces-log",
         why="as above", where="renames-to-a-dangling-link/*",
         looks=r"rename [^\n]*\nlog\n.*sent status Failure"),
    dict(name="rename-never-replaces-tree",
         why="as above", where="renames-to-a-dangling-link/*",
         looks=r"tree \.(/(ld|void|far|dangling|loop|f))?\ntree\n"),
    dict(name="copy-ends-early",
         why="a source that ends before the length is end of file, also in"
             " the last piece",
         where="copies-that-end-early/*",
         looks=r'copy-data [^\n]*\nreply\nstatus 0 OK "Success" ""\n'
               r'status 1 EOF "End of file" ""'),
    dict(name="copy-ends-early-log", why="as above",
         where="copies-that-end-early/DEBUG3",
         looks=r"copy-data [^\n]*\nlog\n"),
    dict(name="copy-reports-errors",
         why="OpenSSH hides an error in the last piece",
         where="copies-that-fail/*",
         looks=r'copy-data [^\n]*\nreply\nstatus 0 OK "Success" ""\n'
               r'status (4 FAILURE "(File too large|Failure)"|'
               r'2 NO_SUCH_FILE "No such file") ""$'),
    dict(name="copy-reports-errors-log", why="as above",
         where="copies-that-fail/*", looks=r"(copy-data [^\n]*|end)\nlog\n"),
    dict(name="listing-of-a-moved-directory",
         why="a directory handle lists the directory, whatever its name is"
             " now",
         looks=r'listing #\d+: [^\n]*\nreply\n\(nothing\)\n"'),
    dict(name="listing-of-a-moved-directory-log", why="as above",
         looks=r'listing #\d+\nlog\n(?!.*sent names.*sent names)'
               r'.*sent names'),
    dict(name="times-beyond-32-bits",
         why="a time that the wire cannot hold is its largest, not a"
             " remainder",
         looks=r'(listing #1: "far-future"|stat "far-future")\nreply\n'
               r".*mtime=4294967295"),
    dict(name="usage",
         why="the options that OpenSSH does not have",
         where="command-lines",
         looks=r"sftp-server [^\n]*\nstderr\nusage: sftp-server \[-ehR\].*"
               r"\nusage: sftp-server \["),
    dict(name="more-requests",
         why="-Q lists what OpenSSH does not have behind what it has",
         where="command-lines",
         looks=r"sftp-server [^\n]*-Q[^\n]*\nstdout\n(.+)\n\1[a-z\n-]+\Z"),
    dict(name="long-log-lines",
         why="OpenSSH cuts a line at 1021 bytes; what it would say is lost",
         looks=r"[^\n]*\nlog\n(.*\n)?[^\n]{950,1021}\r\n"),
    dict(name="long-user-names",
         why="what is longer than any name is cut in the log",
         looks=r'expand-path@openssh.com "~{39}[^\n]*\nlog\n'
               r".*No such user ~{299}\r.*No such user ~{255}\r"),
    dict(name="request-lists-checked",
         why="a name in -p or -P that is no request would be a restriction"
             " that is none",
         where="command-lines",
         looks=r"sftp-server .*-[pP] (nonsense|a)\b"),
    dict(name="operands-refused",
         why="an operand is an option that was meant otherwise",
         where="command-lines", looks=r"sftp-server .* (operand|-- -h)\n"),
]

# Differences between versions of OpenSSH. 10.6 has none of them.
BY_VERSION = [
    dict(name="copy-of-a-bad-handle", below=(10, 5),
         why="OpenSSH below 10.5: a failure, and no line in the log",
         looks=r'copy-data [^\n]*\nreply\nstatus 4 FAILURE '
               r'"Failure" ""\nstatus 2 NO_SUCH_FILE "No such file" ""'),
    dict(name="copy-of-a-bad-handle-log", why="as above",
         looks=r"copy-data [^\n]*\nlog\n(?!.*bad read or write fd.*bad read)"
               r".*bad read or write fd\r\n"),
    dict(name="copy-of-a-file-onto-itself-log", below=(10, 5),
         why="OpenSSH below 10.5 has no line in the log",
         looks=r"copy-data [^\n]*\nlog\n(?!.*same file.*same file)"
               r".*refusing to read/write same file"),
    dict(name="home-directory-wrong", below=(10, 6),
         why="OpenSSH 9.2 answers home-directory with its own user's home",
         looks=r"home-directory "),
    dict(name="ids-counted-as-users", below=(10, 6),
         why="OpenSSH 9.2 logs groups as users",
         looks=r"users-groups-by-id@openssh.com [^\n]*\nlog\n"
               r".*users-groups-by-id: \d+ users"),
    dict(name="count-of-extended-pairs", below=(10, 6),
         why="OpenSSH 9.2 has no limit on their number, and says so otherwise",
         where="malformed-many-extended/*",
         looks=r"many-extended\nlog\n.*parse: in(valid|complete)"),
]
