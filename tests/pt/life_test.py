#!/usr/bin/env python3
"""How the program ends: life_test.py PROGRAM"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

from program import HOST, Echo, Transport, check_echo, client, connect, server, state

PROGRAM = os.path.abspath(sys.argv.pop(1))
COMMAND = [PROGRAM, "pt"]
STDIN = {"EXIT_ON_STDIN_CLOSE": "1"}


class Life(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start(self, variables, **more):
        transport = self.stack.enter_context(Transport(COMMAND, variables, **more))
        return transport, transport.ready()

    def start_client(self, **more):
        return self.start(client(self.stack.enter_context(state()), **more))

    def start_pair(self):
        """A client's transport, a server's, and a connection through both."""
        echo = Echo()
        bridge, at = self.start(server(self.stack.enter_context(state()), echo.address))
        ours, socks = self.start_client()
        connection = self.stack.enter_context(connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4")))
        check_echo(connection)
        return ours, bridge, connection, socks["obfs4"]

    def test_the_end_of_stdin_ends_it_when_asked(self):
        transport, _ = self.start_client(**STDIN)
        transport.process.stdin.write(b"nothing that it understands\n")
        transport.process.stdin.flush()
        time.sleep(0.2)
        self.assertIsNone(transport.process.poll())
        transport.process.stdin.close()
        self.assertEqual(transport.exit_code(), 0)

    def test_the_end_of_stdin_ends_it_with_connections_open(self):
        echo = Echo()
        bridge, at = self.start(server(self.stack.enter_context(state()), echo.address, **STDIN))
        _, socks = self.start_client()
        with connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4")):
            bridge.process.stdin.close()
            self.assertEqual(bridge.exit_code(), 0)

    def test_stdin_that_is_no_pipe_has_ended(self):
        with state() as directory, open("/dev/null", "rb") as null:
            transport, _ = self.start(client(directory, **STDIN), stdin=null)
            self.assertEqual(transport.exit_code(), 0)

    def test_the_end_of_stdin_is_nothing_when_not_asked(self):
        for value in (None, "0", ""):
            transport, _ = self.start_client(EXIT_ON_STDIN_CLOSE=value)
            transport.process.stdin.close()
            time.sleep(0.3)
            self.assertIsNone(transport.process.poll())

    def test_sigterm_ends_it_with_connections_open(self):
        ours, bridge, _, _ = self.start_pair()
        for transport in (ours, bridge):
            transport.process.send_signal(signal.SIGTERM)
            self.assertEqual(transport.exit_code(), 0)

    def test_sigint_refuses_new_connections_and_waits_for_those_there_are(self):
        for index in (0, 1):
            with self.subTest(index):
                pair = self.start_pair()
                transport, connection, socks = pair[index], pair[2], pair[3]
                transport.process.send_signal(signal.SIGINT)
                time.sleep(0.3)
                check_echo(connection)
                if index == 0:
                    with self.assertRaises(ConnectionRefusedError):
                        socket.create_connection(socks)
                self.assertIsNone(transport.process.poll())
                connection.close()
                self.assertEqual(transport.exit_code(), 0)

    def test_a_second_sigint_does_not_wait(self):
        ours, _, _, _ = self.start_pair()
        ours.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        ours.process.send_signal(signal.SIGINT)
        self.assertEqual(ours.exit_code(), 0)

    def test_it_goes_with_its_parent(self):
        # The shell starts it, tells its number and waits to be killed.
        script = '"$@" </dev/null >"$TOR_PT_STATE_LOCATION.out" & echo $!; wait'
        directory = self.stack.enter_context(state())
        variables = {f"TOR_PT_{name}": value for name, value in client(directory).items()}
        with subprocess.Popen(["/bin/sh", "-c", script, "sh", *COMMAND], env=variables,
                              stdout=subprocess.PIPE) as parent:
            child = int(parent.stdout.readline())
            self.wait_for_text(directory + ".out", "CMETHODS DONE")
            parent.kill()
        until = time.monotonic() + 5
        while os.path.exists(f"/proc/{child}") and not self.is_zombie(child):
            self.assertLess(time.monotonic(), until, "it outlives its parent")
            time.sleep(0.05)

    @staticmethod
    def is_zombie(process):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        return True

    @staticmethod
    def wait_for_text(path, text):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
                if text in file.read():
                    return
            time.sleep(0.05)
        raise TimeoutError(text)

    def test_a_tor_that_does_not_read_its_log_stops_no_connection(self):
        echo = Echo()
        bridge, at = self.start(server(self.stack.enter_context(state()), echo.address))
        _, socks = self.start_client()
        # Each refused connection writes a line; the pipe holds 64 KiB of them.
        for _ in range(1500):
            with socket.create_connection(socks["obfs4"]) as refused:
                refused.sendall(b"\x05\x01\x02" + b"\x01\x03a=b\x01\x00" + b"\x05\x01\x00\x01\x7f\0\0\x01\0\x01")
                while refused.recv(4096):
                    pass
        with connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4")) as connection:
            check_echo(connection)

    def test_a_bridge_whose_or_port_is_gone_says_so(self):
        bridge, at = self.start(server(self.stack.enter_context(state()), f"{HOST}:9"))
        _, socks = self.start_client()
        with connect(socks["obfs4"], at["obfs4"], bridge.arguments("obfs4")) as connection:
            self.assertEqual(connection.recv(1), b"")
        self.assertRegex(bridge.read_until("^LOG"), "SEVERITY=warning .*ORPort")


if __name__ == "__main__":
    unittest.main()
