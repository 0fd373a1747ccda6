# SPDX-License-Identifier: ISC
"""protocol.charset: names on disk in ISO-8859-1, clients that speak UTF-8.
$SERVER is the server.
"""

import os

from session import SessionTest

LATIN1 = ("-o", "protocol.charset=ISO-8859-1")
ON_DISK, ON_WIRE = b"caf\xe9", "café".encode()
INVALID_FILENAME = {4: 5, 5: 5, 6: 20}		# protocol 7.3
BITS, UNTRANSLATED_NAME = 0x200, 0x4000
TRANSLATION_ERR = 0x800
NO_CHECK = 1


class Charset(SessionTest):
    def each(self, *args):
        for version in (4, 5, 6):
            with self.subTest(version=version):
                yield version, self.session(*LATIN1, *args, version=version)

    def on_disk(self):
        return sorted(os.listdir(os.fsencode(self.dir)))

    def names(self, s):
        handle = s.call("opendir", b".").handle
        found = {}
        while (reply := s.call("readdir", handle)).kind == "name":
            found.update({n: attrs for n, _, attrs in reply.names})
        s.call("close", handle)
        return found

    def test_names_are_translated_both_ways(self):
        for version, s in self.each():
            self.assert_status(s.call("mkdir", ON_WIRE, {}), 0)
            self.assertIn(ON_DISK, self.on_disk())
            self.assertIn(ON_WIRE, self.names(s))
            self.assertEqual(s.call("stat", ON_WIRE, 0).kind, "attrs")
            name = s.call("realpath", ON_WIRE).names[0][0]
            self.assertTrue(name.endswith(b"/" + ON_WIRE), name)
            self.assert_status(s.call("rmdir", ON_WIRE), 0)
            self.assertEqual(self.on_disk(), [])

    def test_both_names_of_a_rename(self):
        for version, s in self.each():
            self.put(ON_DISK.decode("utf-8", "surrogateescape"))
            args = (0,) if version > 4 else ()
            self.assert_status(
                s.call("rename", ON_WIRE, "naïf".encode(), *args), 0)
            self.assertEqual(self.on_disk(), [b"na\xeff"])
            self.assert_status(s.call("remove", "naïf".encode()), 0)

    def test_the_text_of_a_link(self):
        for version, s in self.each():
            if version == 6:
                reply = s.call("link", b"l", ON_WIRE, 1)
            else:
                reply = s.call("symlink", ON_WIRE, b"l")
            self.assert_status(reply, 0)
            self.assertEqual(os.readlink(os.fsencode(self.dir) + b"/l"),
                             ON_DISK)
            self.assertEqual(s.call("readlink", b"l").names[0][0], ON_WIRE)
            os.unlink(self.dir + "/l")

    def test_composed_paths(self):
        s = self.session(*LATIN1, version=6)
        reply = s.call("realpath", b"/", NO_CHECK, ON_WIRE)
        self.assertEqual(reply.names[0][0], b"/" + ON_WIRE)

    def test_letters_that_the_disk_does_not_have(self):
        for version, s in self.each():
            for name in ("日本".encode(), b"\xff\xfe"):
                self.assert_status(s.call("mkdir", name, {}),
                                   INVALID_FILENAME[version])
            self.assertEqual(self.on_disk(), [])

    def test_bytes_without_a_meaning(self):
        s = self.session("-o", "protocol.charset=UTF-8", version=6)
        self.put("bad\udcff")
        name, attrs = next((n, a) for n, a in self.names(s).items()
                           if n.startswith(b"bad"))
        self.assertEqual(name, b"bad?")
        self.assertEqual(attrs["flags"] & (BITS | UNTRANSLATED_NAME),
                         BITS | UNTRANSLATED_NAME)
        self.assertEqual(attrs["bits"] & TRANSLATION_ERR, TRANSLATION_ERR)
        self.assertEqual(attrs["untranslated_name"], b"bad\xff")

    def test_older_versions_have_no_bit_for_that(self):
        for version in (4, 5):
            with self.subTest(version=version):
                s = self.session("-o", "protocol.charset=UTF-8",
                                 version=version)
                self.put("bad\udcff")
                self.assertEqual(
                    self.names(s)[b"bad?"]["flags"] & BITS, 0)

    def test_version_3_gets_the_bytes(self):
        s = self.session(*LATIN1, version=3)
        self.put(ON_DISK.decode("utf-8", "surrogateescape"))
        self.assertIn(ON_DISK, self.names(s))

    def test_a_client_may_turn_it_off(self):
        s = self.raw_session(*LATIN1, up_to=6)
        self.assertIn((b"filename-charset", b"ISO-8859-1"), s.init(6).pairs)
        self.put(ON_DISK.decode("utf-8", "surrogateescape"))
        control = "filename-translation-control"
        self.assert_status(s.call(control, 0), 0)
        self.assertIn(ON_DISK, self.names(s))
        self.assert_status(s.call(control, 1), 0)
        self.assertIn(ON_WIRE, self.names(s))

    def test_nothing_to_turn_off(self):
        s = self.session(version=6)
        self.assert_status(s.call("filename-translation-control", 1), 8)

    def test_an_unknown_charset_refuses_the_session(self):
        s = self.session("-o", "protocol.charset=no-such-charset")
        self.assert_status(s.call("stat", b"."), 4)
        self.assert_ends(s, 78)
