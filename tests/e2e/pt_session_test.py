"""Tor's connections in sessions: the pluggable transport `rozaneh` on both sides, and between them somebody who cuts.

    tor -- SOCKS5 -- rozaneh pt == session over obfs4 == [ cutter ] == rozaneh pt -- ORPort

"tor" and its ORPort are this script's; real ones are in tests/interop/tor/session_test.py.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from cutter import Cutter
from harness import (
    OUR_PT,
    PATIENCE,
    Bridge,
    ManagedTransport,
    Service,
    digest,
    echo,
    main,
    numbered,
    pt_words,
    receive,
    receive_all,
    rozaneh,
    socks5,
)

CARRIERS = ("obfs4", "scramblesuit", "obfs3")


class Sessions(unittest.TestCase):
    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def start(self, via, serve=echo, **options):
        self.target = self.enter(Service(serve))
        self.server = self.enter(ManagedTransport.server(OUR_PT, "rozaneh", self.target.address, via=via, **options))
        self.wire = self.enter(Cutter(self.server.address))
        self.client = self.enter(ManagedTransport.client(OUR_PT, "rozaneh"))

    def dial(self, arguments=None):
        words = pt_words(self.server.arguments if arguments is None else arguments)
        return socks5(self.client.address, self.wire.address, *words)

    def opened(self):
        code, connection = self.dial()
        self.assertEqual(code, 0)
        return self.enter(connection)

    def test_a_stream_loses_nothing_when_all_is_cut_three_times(self):
        for via in CARRIERS:
            with self.subTest(via):
                self.start(via)
                connection = self.opened()
                data = numbered(4 << 20)
                sender = threading.Thread(target=connection.sendall, args=(data,), daemon=True)
                sender.start()
                back = b""
                for _ in range(3):
                    back += receive(connection, 1 << 20)
                    self.wire.cut_all()
                back += receive(connection, len(data) - len(back))
                sender.join()
                self.assertEqual(hashlib.sha256(back).digest(), hashlib.sha256(data).digest())
                # The first and one after each cut; and one stream all the time.
                self.assertGreaterEqual(self.wire.accepted, 4)
                self.assertEqual(self.target.accepted, 1)

    def test_ends_with_its_client(self):
        """To a bridge that tells how many sessions it has; it has no ORPort, so the stream gets nowhere."""
        for end in (lambda: self.client.run.stdin.close(), lambda: self.client.signal(signal.SIGTERM)):
            bridge = self.enter(Bridge(tunnel=True))
            self.client = self.enter(ManagedTransport.client(OUR_PT, "rozaneh"))
            words = dict(word.split("=", 1) for word in bridge.line_of("obfs4").split() if "=" in word)
            _, connection = socks5(self.client.address, bridge.address, *pt_words({"via": "obfs4", **words}))
            self.enter(connection)
            self.assertEqual(bridge.counted()["sessions"], 1)
            end()
            self.assertEqual(self.client.ended(), 0)
            self.assertEqual(bridge.counted()["sessions"], 0)

    def test_half_closes_pass(self):
        self.start("obfs4", digest)
        connection = self.opened()
        data = numbered(300_001)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(connection).decode(), f"{len(data)} {hashlib.sha256(data).hexdigest()}\n")

    def test_all_connections_to_a_bridge_are_one_session(self):
        self.start("obfs4")
        connections = [self.opened() for _ in range(20)]
        for i, connection in enumerate(connections):
            connection.sendall(b"%02d" % i)
            self.assertEqual(receive(connection, 2), b"%02d" % i)
        self.assertEqual(self.wire.accepted, 1)

    def test_options_reach_what_carries(self):
        self.start("obfs4", iat_mode=1)
        self.assertEqual(self.server.arguments["iat-mode"], "1")
        connection = self.opened()
        connection.sendall(b"x")
        self.assertEqual(receive(connection, 1), b"x")

    def test_a_bridge_with_users_takes_them_alone(self):
        with tempfile.TemporaryDirectory() as box:
            users = os.path.join(box, "users")
            line = "Bridge rozaneh 192.0.2.1:443 via=obfs4"
            code, said = rozaneh("user", "add", "shirin", line, "--users", users, "--json")
            self.assertEqual(code, 0, said)
            credential = json.loads(said)["user"]
            self.assertEqual(json.loads(said)["bridge_lines"], [f"rozaneh 192.0.2.1:443 via=obfs4 user={credential}"])
            self.start("obfs4", users=users)
        self.assertNotIn("users", self.server.arguments)
        for user in ({}, {"user": "A" * 32}):
            code, connection = self.dial({**self.server.arguments, **user})
            self.enter(connection)
            self.assertNotEqual(code, 0)
        code, connection = self.dial({**self.server.arguments, "user": credential})
        self.enter(connection)
        self.assertEqual(code, 0)
        connection.sendall(b"x")
        self.assertEqual(receive(connection, 1), b"x")

    def test_a_bridge_writes_its_line_and_keeps_what_carries_apart(self):
        self.start("obfs4")
        state = self.server.own.name
        self.assertEqual([name for name in os.listdir(state) if name.startswith("obfs4")], [])
        self.assertLessEqual({"rozaneh_bridgeline.txt", "rozaneh_obfs4_state.json", "tunnel_key"}, set(os.listdir(state)))
        with open(os.path.join(state, "rozaneh_bridgeline.txt"), encoding="ascii") as file:
            line = file.read().splitlines()[-1]
        words = " ".join(f"{name}={value}" for name, value in self.server.arguments.items())
        self.assertEqual(line, f"Bridge rozaneh <IP ADDRESS>:<PORT> <FINGERPRINT> {words}")
        self.assertEqual(list(self.server.arguments)[:2], ["via", "tunnel"])

    def test_all_that_it_keeps_goes_when_it_is_wiped(self):
        self.start("obfs4")
        self.assertEqual(self.server.stop(), 0)
        kept = set(os.listdir(self.server.own.name))
        self.assertLessEqual({"rozaneh_bridgeline.txt", "rozaneh_obfs4_state.json", "tunnel_key"}, kept)
        code, said = rozaneh("wipe", "--yes", "--state", self.server.own.name)
        self.assertEqual(code, 0, said)
        self.assertFalse(os.path.exists(self.server.own.name), said)
        os.mkdir(self.server.own.name)  # for who cleans up

    def test_who_has_no_key_or_no_session_gets_nowhere(self):
        self.start("obfs4")
        right = self.server.arguments
        plain = self.enter(ManagedTransport.client(OUR_PT, "obfs4"))
        code, connection = socks5(plain.address, self.wire.address,
                                  *pt_words({name: right[name] for name in ("cert", "iat-mode")}))
        with connection:
            connection.sendall(b"\x00\x40" + b"x" * 64)
            self.assertEqual(connection.recv(1), b"")
        other = right["tunnel"][:-2] + ("AA" if right["tunnel"][-2:] != "AA" else "BA")
        for wrong in ({**right, "tunnel": other}, {**right, "tunnel": "short"}, {**right, "via": "rozaneh"},
                      {**right, "via": "nothing"}, {"tunnel": right["tunnel"]}, {"via": "obfs4"}):
            code, connection = self.dial(wrong)
            connection.close()
            self.assertNotEqual(code, 0)
        self.assertEqual(self.target.accepted, 0)

    def test_a_bridge_without_a_carrier_is_told_so(self):
        for options in ("", "rozaneh:via=rozaneh", "rozaneh:via=nothing"):
            with tempfile.TemporaryDirectory() as state:
                told = {"MANAGED_TRANSPORT_VER": "1", "STATE_LOCATION": state, "EXIT_ON_STDIN_CLOSE": "1",
                        "SERVER_TRANSPORTS": "rozaneh", "SERVER_BINDADDR": "rozaneh-127.0.0.1:0",
                        "SERVER_TRANSPORT_OPTIONS": options, "ORPORT": "127.0.0.1:9"}
                done = subprocess.run(OUR_PT, env={f"TOR_PT_{name}": value for name, value in told.items()},
                                      input=b"", capture_output=True, timeout=PATIENCE)
                self.assertRegex(done.stdout.decode(), "SMETHOD-ERROR rozaneh .*via")
                self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    main()
