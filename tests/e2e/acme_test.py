"""Certificates by themselves: from Debian's pebble by every kind of proof, renewed in time, and from authorities that
refuse, limit, lie or hang up. Renewal windows and profiles, which pebble 2.4 has not, against a fake of our own."""

import base64
import json
import os
import stat
import subprocess
import tempfile
import textwrap
import time
import unittest

from fake_authority import FakeAuthority, decoded
from harness import PATIENCE, ROZANEH, Process, free_port, main, until
from pebble import Knot, Pebble, self_signed


def facts(path):
    """What openssl says of a certificate: its names, its key and who issued it."""
    shown = subprocess.run(
        ["openssl", "x509", "-in", path, "-noout", "-text"], check=True, capture_output=True, text=True
    ).stdout
    names = [line.strip() for line in shown.splitlines() if "DNS:" in line][0]
    key = "rsa" if "rsaEncryption" in shown else "ec"
    return sorted(name[4:] for name in names.split(", ")), key, shown


def serial(path):
    return subprocess.run(["openssl", "x509", "-in", path, "-noout", "-serial"], capture_output=True, text=True).stdout


class Box(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.box = box.name
        self.state = os.path.join(box.name, "state")

    def words(self, authority, *words):
        trust = ["--acme-ca", authority.certificate] if isinstance(authority, Pebble) else []
        return [ROZANEH, "certificate", "get", "--json", "--state", self.state, "--acme-directory", authority.directory] + (
            trust + list(map(str, words))
        )

    def get(self, authority, *words):
        """Answers its exit code, and the last error that it has logged."""
        done = subprocess.run(self.words(authority, *words), capture_output=True, text=True, timeout=4 * PATIENCE)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        self.said = done.stdout + done.stderr
        errors = [line["message"] for line in lines if line["event"] == "log" and line["level"] == "error"]
        return done.returncode, errors[-1] if errors else ""

    def kept(self, name, kind="ec"):
        return os.path.join(self.state, f"acme_{name}_{kind}.pem")


class Pebbles(Box):
    def test_proves_by_http_and_gets_a_chain_of_each_kind(self):
        with Pebble() as authority:
            words = ["--domain", "example.org", "--domain", "www.example.org"]
            listen = ["--http-listen", f"127.0.0.1:{authority.http_port}"]
            code, error = self.get(authority, *words, *listen)
            self.assertEqual((code, error), (0, ""), self.said)
            for kind in ("ec", "rsa"):
                names, key, _ = facts(self.kept("example.org", kind))
                self.assertEqual((names, key), (["example.org", "www.example.org"], kind))
                self.assertEqual(self.verified(authority, kind), 0)
            for name in os.listdir(self.state):
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.state, name)).st_mode), 0o600, name)
            # Fresh ones are left alone.
            before = serial(self.kept("example.org"))
            self.assertEqual(self.get(authority, *words, *listen), (0, ""))
            self.assertEqual(serial(self.kept("example.org")), before)
            self.assertEqual(self.get(authority, *words, *listen, "--renew", "--certificate-key", "ec"), (0, ""))
            self.assertNotEqual(serial(self.kept("example.org")), before)

    def verified(self, authority, kind):
        root = os.path.join(self.box, "root.pem")
        with open(root, "w", encoding="ascii") as file:
            file.write(authority.root())
        kept = self.kept("example.org", kind)
        return subprocess.run(
            ["openssl", "verify", "-CAfile", root, "-untrusted", kept, kept], capture_output=True
        ).returncode

    def test_proves_by_alpn(self):
        with Pebble() as authority:
            listen = ["--tls-listen", f"127.0.0.1:{authority.tls_port}"]
            words = ["--domain", "example.org", "--certificate-key", "ec", "--challenge", "tls-alpn-01"]
            self.assertEqual(self.get(authority, *words, *listen), (0, ""), self.said)
            self.assertEqual(facts(self.kept("example.org"))[0], ["example.org"])

    def test_proves_a_wildcard_by_a_hook(self):
        with Pebble() as authority:
            calls = os.path.join(self.box, "calls")
            hook = os.path.join(self.box, "hook")
            with open(hook, "w", encoding="ascii") as file:
                file.write(
                    textwrap.dedent(f"""\
                    #!/bin/sh
                    echo "$1" >>{calls}
                    [ "$1" = present ] || exit 0
                    exec curl -sf -d "{{\\"host\\": \\"$2.\\", \\"value\\": \\"$3\\"}}" \\
                      http://127.0.0.1:{authority.dns_management}/set-txt
                    """)
                )
            os.chmod(hook, 0o700)
            words = ["--domain", "*.example.org", "--challenge", "dns-01", "--dns-hook", hook, "--dns-wait", "0"]
            self.assertEqual(self.get(authority, *words, "--certificate-key", "ec"), (0, ""), self.said)
            self.assertEqual(facts(self.kept("example.org"))[0], ["*.example.org"])
            with open(calls, encoding="ascii") as file:
                self.assertEqual(file.read().split(), ["present", "remove"])

    def test_proves_a_name_and_its_wildcard_by_a_signed_update(self):
        with Knot("example.org") as names, Pebble(dns=names.port) as authority:
            words = ["--domain", "example.org", "--domain", "*.example.org", "--challenge", "dns-01", "--dns-wait", "0"]
            update = ["--dns-server", f"127.0.0.1:{names.port}", "--dns-zone", "example.org", "--dns-key", names.key]
            self.assertEqual(self.get(authority, *words, *update), (0, ""), self.said)
            self.assertEqual(facts(self.kept("example.org", "rsa"))[0], ["*.example.org", "example.org"])
            self.assertEqual(names.texts("_acme-challenge.example.org"), [], "nothing is left behind")

    def test_says_what_the_name_server_says(self):
        with Knot("example.org") as names, Pebble(dns=names.port) as authority:
            key = os.path.join(self.box, "key")
            words = ["--domain", "example.org", "--challenge", "dns-01", "--dns-wait", "0", "--dns-zone", "example.org"]
            update = ["--dns-server", f"127.0.0.1:{names.port}", "--dns-key", key]
            for name, reason in (("acme.key", "BADSIG"), ("other.key", "BADKEY")):
                with open(key, "w", encoding="ascii") as file:
                    file.write(f"hmac-sha256:{name}:AAAA\n")
                code, error = self.get(authority, *words, *update)
                self.assertEqual(code, 1)
                self.assertIn(reason, error)

    def test_opens_an_account_that_the_authority_was_told_of(self):
        """RFC 8555 section 7.3.4."""
        known = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()
        with Pebble(accounts={"kid-1": known}) as authority:
            key = os.path.join(self.box, "eab")
            words = ["--domain", "example.org", "--certificate-key", "ec", "--http-listen", f"127.0.0.1:{authority.http_port}"]
            code, error = self.get(authority, *words)
            self.assertEqual(code, 2)
            self.assertIn("external account binding", error)
            for given, name, reason in (
                (known[:-2] + "AA", "kid-1", "the authority refuses"),
                (known, "kid-2", "the authority refuses"),
            ):
                self.write(key, given)
                code, error = self.get(authority, *words, "--acme-eab-id", name, "--acme-eab-key", key)
                self.assertEqual(code, 1)
                self.assertIn(reason, error)
            self.write(key, known + "=\n")
            self.assertEqual(self.get(authority, *words, "--acme-eab-id", "kid-1", "--acme-eab-key", key), (0, ""), self.said)
            self.assertEqual(facts(self.kept("example.org"))[0], ["example.org"])
            # The account is there now, and is asked for again.
            self.assertEqual(self.get(authority, *words, "--acme-eab-id", "kid-1", "--acme-eab-key", key, "--renew"), (0, ""))

    def test_refuses_half_of_an_external_account(self):
        key = os.path.join(self.box, "eab")
        self.write(key, "no base64!")
        with FakeAuthority() as authority:
            for words in (["--acme-eab-id", "x"], ["--acme-eab-key", key], ["--acme-eab-id", "x", "--acme-eab-key", key],
                          ["--acme-eab-id", "x", "--acme-eab-key", "/no/such/file"]):
                code, _ = self.get(authority, "--domain", "example.org", *words)
                self.assertIn(code, (1, 2), words)
                self.assertRegex(self.said, "--acme-eab-(id|key)|/no/such/file")
            self.assertEqual(authority.asked, [])

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    def test_takes_the_chain_that_ends_where_it_is_told(self):
        with Pebble(alternates=2) as authority:
            words = ["--domain", "example.org", "--certificate-key", "ec", "--http-listen", f"127.0.0.1:{authority.http_port}"]
            for number in (2, 1, 0):
                root = os.path.join(self.box, "root.pem")
                self.write(root, authority.root(number))
                name = subprocess.run(["openssl", "x509", "-in", root, "-noout", "-subject", "-nameopt", "multiline"],
                                      capture_output=True, text=True).stdout.split("commonName")[1].split("=", 1)[1].strip()
                self.assertEqual(self.get(authority, *words, "--acme-chain", name, "--renew"), (0, ""), self.said)
                kept = self.kept("example.org")
                checked = subprocess.run(["openssl", "verify", "-CAfile", root, "-untrusted", kept, kept], capture_output=True)
                self.assertEqual(checked.returncode, 0, checked)
            self.assertEqual(self.get(authority, *words, "--acme-chain", "No Such Root", "--renew"), (0, ""), self.said)
            self.assertIn("its own choice is used", self.said)

    def test_says_why_a_name_is_not_proven(self):
        with Pebble() as authority:
            code, error = self.get(authority, "--domain", "example.org", "--http-listen", f"127.0.0.1:{free_port()}")
            self.assertEqual(code, 1)
            self.assertRegex(error, "the authority refuses .*example.org: ")
            self.assertEqual([name for name in os.listdir(self.state) if name.endswith("_ec.pem")], [])

    def test_renews_in_time_without_a_restart(self):
        with Pebble(life=90) as authority:
            words = ["--domain", "example.org", "--certificate-key", "ec", "--keep"]
            listen = ["--http-listen", f"127.0.0.1:{authority.http_port}"]
            with Process(self.words(authority, *words, *listen)) as keeper:
                got = lambda: [line for line in list(keeper.lines) if '"event":"certificate"' in line]
                self.assertTrue(until(lambda: len(got()) == 1))
                self.assertTrue(until(lambda: len(got()) == 2, 90 + PATIENCE))
                self.assertEqual(keeper.stop(), 0)
                first, second = (json.loads(line) for line in got())
                self.assertNotEqual(first["serial"], second["serial"])
                # When a third of its life is left or a twentieth earlier, and before it ends.
                between = second["not_before"] - first["not_before"]
                self.assertGreater(between, 90 * 2 / 3 - 90 / 20 - 3)
                self.assertLess(between, 90)

    def test_starts_over_after_being_killed_anywhere(self):
        with Pebble() as authority:
            words = ["--domain", "example.org", "--certificate-key", "ec"]
            listen = ["--http-listen", f"127.0.0.1:{authority.http_port}"]
            for asked in range(1, 5):
                with Process(self.words(authority, *words, *listen)) as run:
                    seen = len(authority.authority.lines) + asked * 3
                    until(lambda: len(authority.authority.lines) >= seen or not run.alive(), pause=0.002)
            self.assertEqual(self.get(authority, *words, *listen)[0], 0, self.said)
            self.assertEqual(facts(self.kept("example.org"))[0], ["example.org"])


class Strangers(Box):
    """Authorities that do not do what they should."""

    WORDS = ("--domain", "example.org", "--certificate-key", "ec", "--http-listen", "127.0.0.1:0")

    def refused(self, change, path):
        with FakeAuthority() as authority:
            authority.change[path] = change
            code, error = self.get(authority, *self.WORDS)
            self.assertEqual(code, 1, self.said)
            self.assertNotIn("\n", error)
            self.assertFalse(os.path.exists(self.kept("example.org")))
            return error

    def test_that_refuse_are_quoted(self):
        error = self.refused(lambda r: r.refuse(403, "rejectedIdentifier", "not this one"), "/newOrder")
        self.assertIn("the authority refuses (rejectedIdentifier: not this one)", error)

    def test_that_limit_are_quoted(self):
        limited = lambda r: r.refuse(429, "rateLimited", "too many", [("Retry-After", "3600")])
        self.assertIn("asked less often (rateLimited: too many)", self.refused(limited, "/newOrder"))

    def test_that_refuse_every_nonce_are_given_up(self):
        self.assertIn("nonces", self.refused(lambda r: r.refuse(400, "badNonce", ""), "/newOrder"))

    def test_that_send_no_json_are_not_believed(self):
        self.assertIn("makes no sense", self.refused(lambda r: r.say(200, b"<html>"), "/directory"))

    def test_that_send_too_much_are_cut_off(self):
        self.assertIn("too large", self.refused(lambda r: r.say(200, b" " * (64 << 20)), "/newOrder"))

    def test_that_send_us_elsewhere_are_not_followed(self):
        elsewhere = lambda r: r.say(302, b"", [("Location", "https://example.org/")])
        self.assertIn("elsewhere", self.refused(elsewhere, "/newOrder"))

    def test_that_hang_up_cannot_be_reached(self):
        def hang_up(request):
            request.close_connection = True
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            return True

        self.assertIn("cannot be reached", self.refused(hang_up, "/newOrder"))

    def test_that_give_a_certificate_for_another_name_are_not_believed(self):
        def other_name(request):
            owner = request.owner
            owner.chain = owner.issue(decoded(request.payload["csr"]), ["example.net"])
            return request.say(200, owner.order("valid"))

        self.assertIn("does not cover what it should", self.refused(other_name, "/finalize"))

    def test_that_give_a_certificate_for_another_key_are_not_believed(self):
        certificate, _ = self_signed(self.box, "example.org", "foreign")
        with open(certificate, "rb") as file:
            foreign = file.read()
        error = self.refused(lambda r: r.say(200, foreign), "/certificate")
        self.assertIn("the private key is not the certificate's", error)

    def test_that_are_not_there_cannot_be_reached(self):
        with FakeAuthority() as authority:
            gone = authority.directory
        authority.directory = gone
        code, error = self.get(authority, *self.WORDS)
        self.assertEqual(code, 1)
        self.assertIn("cannot be reached", error)

    def test_whose_own_certificate_is_not_trusted_are_not_asked(self):
        with Pebble() as authority:
            words = [word for word in self.words(authority, *self.WORDS)]
            at = words.index("--acme-ca")
            done = subprocess.run(words[:at] + words[at + 2 :], capture_output=True, text=True, timeout=4 * PATIENCE)
            self.assertEqual(done.returncode, 1)
            self.assertIn("cannot be reached", done.stdout)

    def test_are_not_asked_more_than_five_times_an_hour(self):
        with FakeAuthority() as authority:
            authority.change["/newOrder"] = lambda r: r.refuse(403, "unauthorized", "no")
            for _ in range(7):
                code, error = self.get(authority, *self.WORDS)
                self.assertNotEqual(code, 0)
            self.assertIn("within an hour", error)
            self.assertEqual(len(authority.asked_for("/newOrder")), 5)


class Profiles(Box):
    WORDS = Strangers.WORDS

    def test_are_asked_for_where_they_are_offered(self):
        with FakeAuthority(profiles={"classic": "90 days", "shortlived": "6 days"}) as authority:
            self.assertEqual(self.get(authority, *self.WORDS, "--acme-profile", "shortlived"), (0, ""), self.said)
            self.assertEqual(authority.asked_for("/newOrder")[0]["profile"], "shortlived")

    def test_that_are_not_offered_are_not_asked_for(self):
        with FakeAuthority(profiles={"classic": "90 days"}) as authority:
            code, error = self.get(authority, *self.WORDS, "--acme-profile", "shortlived")
            self.assertEqual(code, 2)
            self.assertIn("classic", error)
            self.assertEqual(authority.asked_for("/newOrder"), [])


class Windows(Box):
    """RFC 9773."""

    WORDS = Strangers.WORDS

    def window(self, begin, end):
        form = "%Y-%m-%dT%H:%M:%SZ"
        return tuple(time.strftime(form, time.gmtime(time.time() + offset)) for offset in (begin, end))

    def test_that_lie_behind_have_a_fresh_certificate_renewed(self):
        with FakeAuthority(window=self.window(-7200, -3600)) as authority:
            self.assertEqual(self.get(authority, *self.WORDS), (0, ""), self.said)
            first = serial(self.kept("example.org"))
            self.assertEqual(self.get(authority, *self.WORDS), (0, ""), self.said)
            self.assertNotEqual(serial(self.kept("example.org")), first)
            asked = [path for _, path, _ in authority.asked if path.startswith("/renewal/")]
            self.assertEqual(authority.asked_for("/newOrder")[1]["replaces"], asked[0].rsplit("/", 1)[1])

    def test_that_lie_ahead_leave_it_alone(self):
        with FakeAuthority(window=self.window(86400, 172800)) as authority:
            self.assertEqual(self.get(authority, *self.WORDS), (0, ""), self.said)
            self.assertEqual(self.get(authority, *self.WORDS), (0, ""), self.said)
            self.assertEqual(len(authority.asked_for("/newOrder")), 1)


class Disk(Box):
    def test_that_is_full_leaves_the_old_in_use_and_asks_for_nothing(self):
        tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
        if tried.returncode != 0:
            self.skipTest("no file systems of our own here")
        with FakeAuthority() as authority:
            words = " ".join(self.words(authority, *Strangers.WORDS))
            # The certificate is written after a disk of 64 kB was filled behind it.
            script = (
                f"mount -t tmpfs -o size=64k none {self.box} && {words} && md5sum {self.state}/acme_example.org_ec.pem"
                f" && (cat /dev/zero >{self.box}/filler; {words} --renew; echo code=$?;"
                f" md5sum {self.state}/acme_example.org_ec.pem)"
            )
            done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True)
            sums = [line for line in done.stdout.splitlines() if line.endswith("_ec.pem")]
            self.assertEqual(len(sums), 2, done.stdout + done.stderr)
            self.assertEqual(sums[0], sums[1])
            self.assertIn("code=1", done.stdout)
            self.assertIn("cannot write", done.stdout)
            self.assertEqual(len(authority.asked_for("/newOrder")), 1, "a certificate was asked for and thrown away")


class Show(Box):
    def test_tells_what_is_kept(self):
        with FakeAuthority() as authority:
            self.assertEqual(self.get(authority, *Strangers.WORDS), (0, ""), self.said)
        done = subprocess.run(
            [ROZANEH, "certificate", "show", "--json", "--state", self.state], capture_output=True, text=True
        )
        shown = json.loads(done.stdout.splitlines()[0])
        self.assertEqual((shown["names"], shown["key"], shown["issuer"]), (["example.org"], "ec", "fake authority"))


if __name__ == "__main__":
    main()
