# SPDX-License-Identifier: ISC
"""Which version a session speaks, and what VERSION announces in each: 1.4,
1.5 and 8.1 of the protocol notes, draft-13 4 and 5, draft-05 5.
"""

import unittest

import sftpwire as sw
from session import NETTLE
from versions import ALL, SENT, VersionsTest

OPENSSH = [("posix-rename@openssh.com", "1"), ("statvfs@openssh.com", "2"),
           ("fstatvfs@openssh.com", "2"), ("hardlink@openssh.com", "1"),
           ("fsync@openssh.com", "1"), ("lsetstat@openssh.com", "1"),
           ("limits@openssh.com", "1"), ("expand-path@openssh.com", "1"),
           ("copy-data", "1"), ("home-directory", "1"),
           ("users-groups-by-id@openssh.com", "1")]
OPENSSH = [(n.encode(), d.encode()) for n, d in OPENSSH]
# Behind those, in order; None is a structure that has a test of its own.
DRAFT = [(b"versions", b"3,4,5,6", ALL), (b"newline", b"\n", ALL),
         (b"supported", None, (5,)), (b"supported2", None, (6,)),
         (b"acl-supported", None, (6,)), (b"vendor-id", None, (4, 5, 6)),
         (b"space-available", b"1", ALL), (b"copy-file", b"1", ALL),
         (b"check-file", b"1", ALL), (b"ranges@asyncssh.com", b"1", ALL),
         (b"symlink-order@rjk.greenend.org.uk", b"targetpath-linkpath",
          (3, 4, 5))]
ANNOUNCED_NAMES = {name for name, _ in OPENSSH} | {
    b"text-seek", b"space-available", b"copy-file", b"get-temp-folder",
    b"make-temp-folder", b"ranges@asyncssh.com", b"check-file"}
MD5 = {b"md5-hash", b"md5-hash-handle"}
if NETTLE:
    ANNOUNCED_NAMES |= MD5


class Hello(VersionsTest):
    def hello(self, version, *args):
        session = self.raw_session(*args, up_to=6)
        reply = session.init(version)
        self.addCleanup(session.destroy)
        return session, reply

    def pairs(self, version, *args):
        return self.hello(version, *args)[1].pairs

    def speaks(self, session, version):
        """Fails unless a reply has the layout of this version."""
        session.version = version
        self.assertEqual(self.attrs(session, ".")["flags"] & ~0x10,
                         SENT[version])


class Negotiation(Hello):
    def test_every_offer(self):
        for offer, want in ((0, 3), (1, 3), (2, 3), (3, 3), (4, 4), (5, 5),
                            (6, 6), (7, 6), (100, 6), (0xFFFFFFFF, 6)):
            session, reply = self.hello(offer)
            self.assertEqual(reply.version, want, offer)
            self.speaks(session, want)

    def test_max_version(self):
        for top in ALL:
            for offer in (3, 4, 5, 6, 7):
                session, reply = self.hello(
                    offer, "-o", "protocol.max_version=%d" % top)
                self.assertEqual(reply.version, min(offer, top))
                self.speaks(session, min(offer, top))
                if top > 3:
                    self.assertEqual(dict(reply.pairs)[b"versions"],
                                     b"3,4,5,6"[:2 * top - 5])

    def test_below_3_a_status_is_bare(self):
        for offer in (0, 1, 2):
            session, _ = self.hello(offer)
            reply = session.call("stat", "nope")
            self.assertEqual(reply.raw, b"\x65\0\0\0\1\0\0\0\2")
            # Until another version is chosen.
            session, _ = self.hello(offer)
            session.bare_status = False
            self.assert_status(session.call("version-select", "3"), sw.OK)
            self.assert_status(session.call("stat", "nope"), sw.NO_SUCH_FILE)

    def test_bytes_behind_the_version_are_ignored(self):
        for version in ALL:
            session = self.raw_session(up_to=version)
            reply = session.init(version, b"\0\0\0\1a\0\0\0\1bxyz")
            self.assertEqual(reply.version, version)

    def test_a_second_init(self):
        session, _ = self.hello(3)
        self.assertEqual(session.init(6).version, 6)
        self.speaks(session, 6)
        self.assertEqual(session.init(4).version, 4)
        self.speaks(session, 4)


class VersionSelect(Hello):
    def test_first_request(self):
        for offer in ALL:
            for choice in ALL:
                session, _ = self.hello(offer)
                self.assert_status(session.call("version-select",
                                                str(choice)), sw.OK)
                self.speaks(session, choice)
                self.assertEqual(session.finish(), 0)

    def test_requests_behind_it_are_of_the_new_version(self):
        """In one write: nothing may be parsed by the old one."""
        for offer, choice in ((3, 6), (6, 3), (3, 4), (5, 6)):
            session, _ = self.hello(offer)
            _, select = session.payload("version-select", str(choice), ident=1)
            session.version = choice
            _, stat = session.payload(
                "stat", ".", *([0] if choice > 3 else []), ident=2)
            _, make = session.payload("mkdir", "made-by-%d-%d" % (
                offer, choice), {"permissions": 0o700}, ident=3)
            session.send(sw.frame(select) + sw.frame(stat) + sw.frame(make))
            session.pending = [(1, None), (2, None), (3, None)]
            self.assert_status(session.result(), sw.OK)
            self.assertEqual(session.result().attrs["flags"] & ~0x10,
                             SENT[choice])
            self.assert_status(session.result(), sw.OK)
            self.assertEqual(session.finish(), 0)

    def refused(self, session, value):
        """FAILURE, then the end; what follows is not looked at."""
        session.start("version-select", value)
        session.start("mkdir", "never", {})
        self.assert_status(session.result(), sw.FAILURE)
        self.assertIsNone(session.recv_frame())
        self.assertNotEqual(session.wait(), 0)
        self.assertEqual(self.names(), [])

    def test_not_offered(self):
        for value in ("", "2", "7", "0", "06", "6 ", " 6", "66", "six",
                      "3,4", "-6", "6x", "6@example.com"):
            self.refused(self.hello(3)[0], value)

    def test_above_max_version(self):
        session, _ = self.hello(3, "-o", "protocol.max_version=5")
        self.refused(session, "6")

    def test_not_the_first_request(self):
        for first in (("stat", "."), ("version-select", "3")):
            session, _ = self.hello(3)
            session.call(*first)
            self.refused(session, "6")

    def test_not_after_a_request_that_is_unknown(self):
        session, _ = self.hello(3)
        self.assert_status(session.call("nope@example.com", b""),
                           sw.OP_UNSUPPORTED)
        self.refused(session, "6")

    def test_where_there_is_only_version_3(self):
        session, _ = self.hello(3, "-o", "protocol.max_version=3")
        self.assert_status(session.call("version-select", "3"),
                           sw.OP_UNSUPPORTED)
        self.assertEqual(session.finish(), 0)


class Contents(Hello):
    def expected(self, version):
        return OPENSSH + [(n, d) for n, d, spoken in DRAFT
                          if version in spoken]

    def test_pairs_and_their_order(self):
        for version in ALL:
            pairs = self.pairs(version)
            want = self.expected(version)
            self.assertEqual([n for n, _ in pairs], [n for n, _ in want])
            for (_, got), (name, data) in zip(pairs, want):
                if data is not None:
                    self.assertEqual(got, data, name)

    def test_version_3_alone_is_openssh_s(self):
        """VERSION of OpenSSH 10.3, to the last byte."""
        _, reply = self.hello(6, "-o", "protocol.max_version=3")
        self.assertEqual(reply.raw, b"\2\0\0\0\3" + b"".join(
            sw.put("s", part) for pair in OPENSSH for part in pair))

    def check_masks(self, r, attributes, open_flags):
        """The five numbers that `supported` and `supported2` begin with."""
        self.assertEqual([r.get("n") for _ in range(5)], [
            attributes,
            0x740,		# COMPRESSED, APPEND_ONLY, IMMUTABLE, SYNC
            open_flags,
            0x1F01FF,		# every access there is
            0])			# no promise of how much a READ gives

    def check_names(self, names):
        self.assertEqual(sorted(names), sorted(ANNOUNCED_NAMES))

    def test_supported(self):
        """draft-05 4.3: names to the end, without a count."""
        r = sw.Reader(dict(self.pairs(5))[b"supported"])
        self.check_masks(r, 0x3ED, 0x3F)
        names = []
        while r.left():
            names.append(r.get("s"))
        self.check_names(names)

    def test_supported2(self):
        """draft-13 5.4: two vectors, no attribute extension, counts."""
        pairs = dict(self.pairs(6))
        self.assertEqual(pairs[b"acl-supported"], b"\0\0\0\3")
        r = sw.Reader(pairs[b"supported2"])
        self.check_masks(r, 0x7ED, 0xEFF)
        self.assertEqual((r.get("w"), r.get("w")), (0xC01, 0xC01))
        self.assertEqual(r.get("n"), 0)
        names = [r.get("s") for _ in range(r.get("n"))]
        r.end()
        self.check_names(names)

    def test_names_are_answered(self):
        """Each announced extension is known, even in a truncated packet."""
        for version in (5, 6):
            session, reply = self.hello(version)
            names = {n for n, d in reply.pairs if d in (b"1", b"2")}
            for name in names - {b"check-file"}:
                raw = sw.put("s", name)
                reply = session.call_raw(b"\xc8\0\0\0\1" + raw)
                self.assertNotEqual(getattr(reply, "code", 0),
                                    sw.OP_UNSUPPORTED, name)

    def test_vendor_id(self):
        """draft-13 4.4: three strings and a build number."""
        for version in (4, 5, 6):
            r = sw.Reader(dict(self.pairs(version))[b"vendor-id"])
            vendor, product, number, build = (r.get(x) for x in "ssso")
            r.end()
            self.assertTrue(vendor and product and number)
            self.assertEqual(build, 0)

    def test_symlink_order_of_the_drafts(self):
        for version in (3, 4, 5):
            pairs = dict(self.pairs(version, "-o",
                                    "protocol.symlink_order=draft"))
            self.assertEqual(pairs[b"symlink-order@rjk.greenend.org.uk"],
                             b"linkpath-targetpath")

    def lists(self, version, *args):
        """(names in VERSION, names in supported or supported2)"""
        pairs = dict(self.pairs(version, *args))
        data = pairs.get(b"supported2" if version == 6 else b"supported")
        names = set()
        if data is not None:
            r = sw.Reader(data)
            r.take(32 if version == 6 else 20)
            while r.left():
                names.add(r.get("s"))
        return set(pairs), names

    def test_what_is_denied_is_not_announced(self):
        for args, gone in (
                (("-P", "copy-data,statvfs"),
                 {b"copy-data", b"copy-file", b"statvfs@openssh.com",
                  b"space-available"}),
                (("-P", "realpath,mkdir"),
                 {b"get-temp-folder", b"make-temp-folder"}),
                (("-P", "posix-rename"), {b"posix-rename@openssh.com"}),
                (("-P", "text-seek"), {b"text-seek"}),
                (("-R",), {b"posix-rename@openssh.com", b"fsync@openssh.com",
                           b"hardlink@openssh.com", b"lsetstat@openssh.com",
                           b"copy-data", b"copy-file", b"make-temp-folder"}),
                (("-p", "open,realpath,text-seek"),
                 ANNOUNCED_NAMES - {b"text-seek", b"get-temp-folder"}),
                (("-P", "read"),
                 MD5 | {b"check-file", b"ranges@asyncssh.com"})):
            for version in ALL:
                pairs, names = self.lists(version, *args)
                self.assertFalse(gone & pairs, args)
                self.assertFalse(gone & names, args)
                if version > 4 and args[0] != "-p":
                    self.assertEqual(ANNOUNCED_NAMES - gone, names, args)

    def test_what_is_hidden_is_unknown_too(self):
        hidden = {b"copy-data", b"space-available", b"supported2", b"newline"}
        args = ("-o", "protocol.hide_extensions=" + ",".join(
            sorted(n.decode() for n in hidden)))
        for version in ALL:
            pairs, names = self.lists(version, *args)
            self.assertFalse(hidden & (pairs | names))
            self.assertIn(b"copy-file", pairs)
            session = self.session(*args, version=version)
            self.assert_status(session.call("space-available", "."),
                               sw.OP_UNSUPPORTED)
            self.assert_status(session.call("copy-data", b"", 0, 0, b"", 0),
                               sw.OP_UNSUPPORTED)
            self.assertEqual(session.finish(), 0)


if __name__ == "__main__":
    unittest.main()
