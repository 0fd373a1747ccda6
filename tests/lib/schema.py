#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The JSON schema of the transfer log, taken from slipway.conf(5), and as much
of a validator as it needs.

    schema.py SOCKET FILE    reads records from a new socket until SIGTERM, and
                             writes to FILE the op of each, and errors. Ends
                             with 1 if a record does not fit the schema.
"""

import json
import os
import re
import signal
import socket
import sys

MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../man/slipway.conf.5")
TYPES = {"object": dict, "string": str, "integer": int}
KNOWN = {"$schema", "title", "type", "required", "properties",
         "patternProperties", "additionalProperties", "enum", "pattern",
         "minimum", "description"}


def schema():
    """The literal block of the manual that begins with "$schema"."""
    with open(MANUAL) as manual:
        block = re.search(r'^\{ "\$schema".*?^\.Ed$', manual.read(),
                          re.DOTALL | re.MULTILINE).group()
    return json.loads(block.removesuffix(".Ed").replace("\\e", "\\"))


def errors(value, by, at="record"):
    """Yields what is wrong with a value."""
    if set(by) - KNOWN:
        raise ValueError("the validator does not know %s" % (set(by) - KNOWN))
    if "type" in by and type(value) is not TYPES[by["type"]]:
        yield "%s is no %s: %r" % (at, by["type"], value)
        return
    if "enum" in by and value not in by["enum"]:
        yield "%s is none of %s: %r" % (at, by["enum"], value)
    if "pattern" in by and not re.search(by["pattern"], value):
        yield "%s does not match %s: %r" % (at, by["pattern"], value)
    if "minimum" in by and value < by["minimum"]:
        yield "%s is below %s: %r" % (at, by["minimum"], value)
    if not isinstance(value, dict):
        return
    for name in by.get("required", ()):
        if name not in value:
            yield "%s has no %s: %r" % (at, name, value)
    for name, member in value.items():
        rows = [by["properties"][name]] if name in by["properties"] else [
            row for pattern, row in by.get("patternProperties", {}).items()
            if re.search(pattern, name)]
        if not rows:
            yield "%s has %s, which the schema lacks" % (at, name)
        for row in rows:
            yield from errors(member, row, "%s.%s" % (at, name))


def listen(path, to):
    """Checks records until a signal ends that."""
    by, wrong, ended = schema(), False, []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.settimeout(0.1)
    s.bind(path)
    os.chmod(path, 0o666)
    with open(to, "w") as out:
        while True:
            try:
                record = json.loads(s.recv(1 << 18))
            except TimeoutError:
                if ended:
                    return wrong
                continue
            for error in errors(record, by):
                print(error, file=out)
                wrong = True
            print("op", record["op"], file=out, flush=True)


if __name__ == "__main__":
    sys.exit(listen(*sys.argv[1:]))
