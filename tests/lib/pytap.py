#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs the tests of Python files in one process and prints TAP, a line a test:

    tests/lib/pytap.py tests/wire/rights.py
    tests/lib/pytap.py tests/wire/rights.py Matrix Realpath.test_realpath_v6

The arguments after a file narrow it to these classes and tests. The server
under test is $SERVER, or the one in $BUILD, or in build. The exit status is 0
if no test failed and at least one was found.
"""

import importlib
import os
import subprocess
import sys
import unittest


class Tap(unittest.TestResult):
    """Prints each test as it ends. A test with failed subtests is one failure,
    and a subtest that skips itself is not a skipped test."""

    def __init__(self, stem):
        super().__init__()
        self.stem = stem
        self.count = 0
        self.failed = 0
        self.clear()

    def clear(self):
        self.trouble = []
        self.reason = None
        self.running = False

    def startTest(self, test):
        super().startTest(test)
        self.running = True

    def addError(self, test, err):
        self.trouble.append(self._exc_info_to_string(err, test))
        if not self.running:    # setUpClass and the like
            self.report(str(test))

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.trouble.append("%s\n%s" % (
                subtest, self._exc_info_to_string(err, test)))

    def addSkip(self, test, reason):
        self.reason = self.reason or reason
        if not self.running:
            self.report(str(test))

    def stopTest(self, test):
        super().stopTest(test)
        self.report(".".join(test.id().split(".")[-2:]))

    def report(self, name):
        self.count += 1
        bad = bool(self.trouble)
        self.failed += bad
        print("%sok %d - %s: %s%s" % (
            "not " * bad, self.count, self.stem, name,
            " # skip " + self.reason if self.reason and not bad else ""))
        for text in self.trouble:
            print("\n".join("# " + line for line in text.splitlines()))
        sys.stdout.flush()
        self.clear()


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def load(path, names):
    """The tests of a file, without those of modules that it imports."""
    stem = os.path.splitext(os.path.basename(path))[0]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    module = importlib.import_module(stem)
    loader = unittest.TestLoader()
    if names:
        found = loader.loadTestsFromNames(names, module)
    else:
        found = loader.loadTestsFromModule(module)
    return stem, [t for t in tests_of(found)
                  if names or type(t).__module__ == stem]


def main(path, *names):
    try:
        stem, tests = load(path, names)
    except unittest.SkipTest as skipped:
        print("ok 1 - %s # skip %s" % (path, skipped))
        return 0
    result = Tap(stem)
    suite = unittest.TestSuite(tests)
    suite.run(result)
    print("1..%d" % result.count)
    return int(result.failed > 0 or result.count == 0)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    os.environ.setdefault("BUILD", os.path.join(here, "..", "..", "build"))
    os.environ.setdefault("SERVER", os.path.join(os.environ["BUILD"],
                                                 "sftp-server"))
    subprocess.run([os.path.join(here, "built")], check=True,
                   stdout=sys.stderr)
    sys.dont_write_bytecode = True
    sys.exit(main(*sys.argv[1:]))
