# SPDX-License-Identifier: ISC
"""Where our server differs from OpenSSH's, and why.

Each row: `name`; `why`; `looks`, a regular expression (DOTALL, MULTILINE)
searched in the text "DEED\\nKIND\\nTHEIRS\\nOURS", where KIND is reply, log,
exit, handles, tree, stdout or stderr; `where`, a glob on the conversation
and level; `sure`: False if the machine or the user decides whether it is
seen (else a row that is never seen is an error); `taken_back`: True if the
openssh profile does as OpenSSH does.
"""

# Both logs are rewritten by these before they are compared.
LOG_SPELLINGS = [
    # OpenSSH below 10 said "handle" twice.
    (r"sent handle handle ", "sent handle "),
]

INTENDED = [
]

# What differs between OpenSSH's own versions.
BY_VERSION = [
    dict(name="home-directory-wrong",
         why="OpenSSH 9.2 answers home-directory with its own user's home",
         looks=r"^home-directory "),
    dict(name="ids-counted-as-users",
         why="OpenSSH 9.2 logs groups as users",
         looks=r"^users-groups-by-id@openssh.com .*\nlog\n"
               r".*users-groups-by-id: \d+ users"),
]
