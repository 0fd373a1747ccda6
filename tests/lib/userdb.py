# SPDX-License-Identifier: ISC
"""userdb.py DIR: one user and one group, known by a daemon that systemd's
module for names asks, over a socket in that directory. Writes a line to
standard output when it can be asked; runs until it is killed.
"""

import json
import os
import socket
import sys

ID, NAME = 990123, "remote"
SERVICE = "io.systemd.Test"
COMMON = {"disposition": "regular", "service": SERVICE, "gid": ID}
KNOWN = {
    "uid": dict(COMMON, userName=NAME, uid=ID, homeDirectory="/",
                shell="/bin/sh"),
    "gid": dict(COMMON, groupName=NAME),
}


def answer(request):
    """A call -> what is said of the first of our ids that it asks for."""
    parameters = json.loads(request).get("parameters", {})
    for key, record in KNOWN.items():
        if parameters.get(key) == ID:
            return {"parameters": {"record": record, "incomplete": False}}
    return {"error": "io.systemd.UserDatabase.NoRecordFound",
            "parameters": {}}


def main():
    path = os.path.join(sys.argv[1], SERVICE)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen()
        print("ready", flush=True)
        while True:
            client = listener.accept()[0]
            with client, client.makefile("rb") as asked:
                request = b""
                while not request.endswith(b"\0"):
                    byte = asked.read(1)
                    if not byte:
                        break
                    request += byte
                else:
                    client.sendall(json.dumps(
                        answer(request[:-1])).encode() + b"\0")


main()
