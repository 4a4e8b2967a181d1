#!/usr/bin/env python3
"""What the program answers to Tor's environment: lines_test.py PROGRAM"""

import os
import stat
import subprocess
import sys
import unittest

from program import HOST, Transport, client, server, state

PROGRAM = os.path.abspath(sys.argv.pop(1))
COOKIE = {"EXTENDED_SERVER_PORT": f"{HOST}:8", "AUTH_COOKIE_FILE": "/nonexistent"}
CERT = r"cert=[A-Za-z0-9+/]{70},iat-mode=\d"
PORT = r"127\.0\.0\.1:\d+"
DONE = ["CMETHODS DONE"]

# Variables over a proper client's; the lines, as patterns; the exit code, None where the program goes on.
CLIENTS = [
    ({}, ["VERSION 1", f"CMETHOD obfs4 socks5 {PORT}", "CMETHODS DONE"], None),
    ({"MANAGED_TRANSPORT_VER": None}, ["ENV-ERROR .*TOR_PT_MANAGED_TRANSPORT_VER.*"], 1),
    ({"MANAGED_TRANSPORT_VER": "2"}, ["VERSION-ERROR no-version"], 1),
    ({"MANAGED_TRANSPORT_VER": "2,1"}, ["VERSION 1", f"CMETHOD obfs4 socks5 {PORT}", *DONE], None),
    ({"STATE_LOCATION": None}, ["VERSION 1", "ENV-ERROR .*TOR_PT_STATE_LOCATION.*"], 1),
    ({"STATE_LOCATION": "/proc/none"}, ["VERSION 1", "ENV-ERROR .*/proc/none.*"], 1),
    ({"CLIENT_TRANSPORTS": None}, ["VERSION 1", "ENV-ERROR .*TOR_PT_CLIENT_TRANSPORTS.*"], 1),
    ({"SERVER_TRANSPORTS": "obfs4"}, ["VERSION 1", "ENV-ERROR .*both set.*"], 1),
    ({"CLIENT_TRANSPORTS": "obfs4,,obfs3"}, ["VERSION 1", "ENV-ERROR .*transports.*"], 1),
    ({"CLIENT_TRANSPORTS": "obfs3,nonesuch,obfs4"},
     ["VERSION 1", f"CMETHOD obfs3 socks5 {PORT}", "LOG SEVERITY=warning .*nonesuch.*",
      f"CMETHOD obfs4 socks5 {PORT}", *DONE], None),
    ({"CLIENT_TRANSPORTS": "nonesuch"}, ["VERSION 1", "LOG .*nonesuch.*", *DONE], 1),
    ({"CLIENT_TRANSPORTS": "obfs2"},
     ["VERSION 1", "LOG SEVERITY=warning MESSAGE=\"obfs2 .*", f"CMETHOD obfs2 socks5 {PORT}", *DONE], None),
    ({"CLIENT_TRANSPORTS": "scramblesuit"}, ["VERSION 1", f"CMETHOD scramblesuit socks5 {PORT}", *DONE], None),
    ({"PROXY": ""}, ["VERSION 1", "CMETHOD .*", *DONE], None),
    ({"PROXY": "socks5://127.0.0.1:9"}, ["VERSION 1", "PROXY DONE", "CMETHOD .*", *DONE], None),
    ({"PROXY": "socks4a://user@127.0.0.1:9"}, ["VERSION 1", "PROXY DONE", "CMETHOD .*", *DONE], None),
    ({"PROXY": "http://user:pass@[::1]:9"}, ["VERSION 1", "PROXY DONE", "CMETHOD .*", *DONE], None),
    ({"PROXY": "socks4a://user:secret@127.0.0.1:9"}, ["VERSION 1", "PROXY-ERROR (?!.*secret).*"], 1),
    ({"PROXY": "ftp://127.0.0.1:9"}, ["VERSION 1", "PROXY-ERROR .*"], 1),
    ({"PROXY": "socks5://example.org:9"}, ["VERSION 1", "PROXY-ERROR .*"], 1),
    ({"OUTBOUND_BIND_ADDRESS_V4": "127.0.0.1"}, ["VERSION 1", "CMETHOD .*", *DONE], None),
    ({"OUTBOUND_BIND_ADDRESS_V6": "[::1]"}, ["VERSION 1", "CMETHOD .*", *DONE], None),
    ({"OUTBOUND_BIND_ADDRESS_V4": "::1"}, ["VERSION 1", "ENV-ERROR .*BIND_ADDRESS_V4.*"], 1),
]

BOTH = f"obfs4-{HOST}:0,obfs3-{HOST}:0"
SERVERS = [
    ({}, ["VERSION 1", f"SMETHOD obfs4 {PORT} ARGS:{CERT}", f"SMETHOD obfs3 {PORT} ARGS:", "SMETHODS DONE"], None),
    ({"SERVER_BINDADDR": None},
     ["VERSION 1", r"SMETHOD obfs4 0\.0\.0\.0:\d+ .*", r"SMETHOD obfs3 0\.0\.0\.0:\d+ .*", "SMETHODS DONE"], None),
    ({"SERVER_BINDADDR": "obfs4-[::1]:0,obfs3-[::]:0"},
     ["VERSION 1", r"SMETHOD obfs4 \[::1\]:\d+ .*", r"SMETHOD obfs3 \[::\]:\d+ .*", "SMETHODS DONE"], None),
    ({"SERVER_BINDADDR": f"obfs4-192.0.2.1:5,obfs3-{HOST}:0"},
     ["VERSION 1", "SMETHOD-ERROR obfs4 .*192.0.2.1:5.*", f"SMETHOD obfs3 {PORT} ARGS:", "SMETHODS DONE"], None),
    ({"SERVER_BINDADDR": f"obfs4-{HOST}:99999"}, ["VERSION 1", "ENV-ERROR .*TOR_PT_SERVER_BINDADDR.*"], 1),
    ({"ORPORT": None}, ["VERSION 1", "ENV-ERROR .*TOR_PT_ORPORT or TOR_PT_EXTENDED_SERVER_PORT.*"], 1),
    ({"ORPORT": "localhost:9"}, ["VERSION 1", "ENV-ERROR .*TOR_PT_ORPORT.*"], 1),
    ({"EXTENDED_SERVER_PORT": ""}, ["VERSION 1", "SMETHOD .*", "SMETHOD .*", "SMETHODS DONE"], None),
    ({"EXTENDED_SERVER_PORT": f"{HOST}:8"}, ["VERSION 1", "ENV-ERROR .*TOR_PT_AUTH_COOKIE_FILE.*"], 1),
    ({"ORPORT": None, **COOKIE}, ["VERSION 1", "SMETHOD .*", "SMETHOD .*", "SMETHODS DONE"], None),
    ({**COOKIE, "EXTENDED_SERVER_PORT": "192.0.2.1:8"},
     ["VERSION 1", "LOG SEVERITY=warning .*loopback.*", "SMETHOD .*", "SMETHOD .*", "SMETHODS DONE"], None),
    ({"SERVER_TRANSPORT_OPTIONS": "obfs4:iat-mode=2;nonesuch:a=b"},
     ["VERSION 1", f"SMETHOD obfs4 {PORT} ARGS:.*iat-mode=2", "SMETHOD obfs3 .*", "SMETHODS DONE"], None),
    ({"SERVER_TRANSPORT_OPTIONS": "obfs4:iat-mode=7"},
     ["VERSION 1", "SMETHOD-ERROR obfs4 .*iat-mode.*", "SMETHOD obfs3 .*", "SMETHODS DONE"], None),
    ({"SERVER_TRANSPORT_OPTIONS": "obfs4"}, ["VERSION 1", "ENV-ERROR .*SERVER_TRANSPORT_OPTIONS.*"], 1),
    ({"SERVER_TRANSPORTS": "nonesuch"}, ["VERSION 1", "LOG .*nonesuch.*", "SMETHODS DONE"], 1),
]


class Lines(unittest.TestCase):
    def check(self, variables, patterns, code, command=(PROGRAM, "pt")):
        with Transport(command, variables) as transport:
            for pattern in patterns:
                self.assertRegex(str(transport.read_line()), f"^{pattern}$")
            if code is None:
                self.assertIsNone(transport.process.poll(), transport.lines)
            else:
                self.assertIsNone(transport.read_line())
                self.assertEqual(transport.exit_code(), code)

    def test_a_client_says_what_it_offers_or_what_is_wrong(self):
        for changes, patterns, code in CLIENTS:
            with self.subTest(changes), state() as directory:
                self.check(client(directory) | changes, patterns, code)

    def test_a_server_says_what_it_offers_or_what_is_wrong(self):
        for changes, patterns, code in SERVERS:
            with self.subTest(changes), state() as directory:
                self.check(server(directory, f"{HOST}:9", "obfs4,obfs3") | changes, patterns, code)

    def test_it_is_recognized_without_its_command(self):
        with state() as directory:
            os.makedirs(directory)
            lines = ["VERSION 1", "CMETHOD obfs4 .*", *DONE]
            self.check(client(directory), lines, None, [PROGRAM])
            self.check(client(directory), lines, None, [PROGRAM, "--log-level", "debug"])
            for name in ("obfs4proxy", "lyrebird"):
                link = os.path.join(directory, name)
                os.symlink(PROGRAM, link)
                self.check(client(directory), lines, None, [link, "-enableLogging=true", "-logLevel=DEBUG"])
                said = subprocess.run([link, "-version"], capture_output=True, check=True, text=True).stdout
                self.assertRegex(said, r"^rozaneh \d")

    def test_a_server_says_what_it_is(self):
        with state() as directory, Transport([PROGRAM, "pt"], server(directory, f"{HOST}:9")) as transport:
            transport.ready()
            self.assertRegex(transport.read_line(), r"^STATUS TYPE=version VERSION=\d\S* IMPLEMENTATION=rozaneh$")

    def test_unknown_flags_are_usage_errors(self):
        for words in (["--nonesuch"], ["--log-level", "loud"]):
            with state() as directory, Transport([PROGRAM, "pt", *words], client(directory)) as transport:
                self.assertEqual(transport.exit_code(), 2)

    def test_the_state_is_for_nobody_else_and_lives_on(self):
        certificates = set()
        with state() as directory:
            for _ in range(2):
                with Transport([PROGRAM, "pt"], server(directory, f"{HOST}:9")) as transport:
                    transport.ready()
                    certificates.add(transport.arguments("obfs4"))
            self.assertEqual(stat.S_IMODE(os.stat(directory).st_mode), 0o700)
            for name in ("obfs4_state.json", "obfs4_bridgeline.txt"):
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(directory, name)).st_mode), 0o600)
        self.assertEqual(len(certificates), 1)


if __name__ == "__main__":
    unittest.main()
