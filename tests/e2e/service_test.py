"""Our units under systemd itself: a bridge that it restarts goes on with its sessions.

    20 streams -- SOCKS5 -- client == session over obfs4 == [ systemd: rozaneh-bridge.service ] -- echo
                                                            a machine of its own (machine.py)
"""

import contextlib
import unittest

from exchange import Exchange, opened
from harness import Client, Service, echo, free_port, listens, main, receive, socks5, until
from machine import Machine

UNIT = "rozaneh-bridge"
STREAMS = 20


class Bridge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Machine({"bridge.toml": f"""
            egress = "open"
            allow-private = true
            listen = ["obfs4=127.0.0.1:{free_port()}"]
            json = true
        """}))

    def setUp(self):
        self.machine.ctl("reset-failed")  # how often it was started lately does not count
        self.machine.ctl("start", UNIT)
        self.addCleanup(self.machine.ctl, "stop", UNIT)
        self.target = self.enterContext(Service(echo))
        self.client = self.enterContext(Client(self.machine.event(UNIT, "listening")["links"][0]))

    def heard(self, name):
        """How often its programs have said it."""
        return sum(f'"event":"{name}"' in line for line in self.machine.journal("--unit", UNIT))

    def main_process(self):
        return int(self.machine.shown(UNIT, "MainPID"))

    def restart(self):
        before = self.heard("resumed")
        self.machine.ctl("restart", UNIT)
        return self.machine.event(UNIT, "resumed", before)

    def assert_store_is_empty(self):
        # What stays in the store stays open.
        self.assertTrue(until(lambda: self.machine.shown(UNIT, "NFileDescriptorStore") == "0"))

    def works(self):
        """Whether a new stream passes; the first may meet a session that is no more."""
        code, stream = socks5(self.client.address, self.target.address)
        with stream, contextlib.suppress(ConnectionError):
            stream.sendall(b"question")
            return code == 0 and receive(stream, 8) == b"question"
        return False

    def test_serves_the_client_s_unit(self):
        port = free_port()
        link = self.machine.event(UNIT, "listening")["links"][0]
        self.machine.configure("client.toml", f'link = ["{link}"]\nlisten = "127.0.0.1:{port}"\n')
        self.machine.ctl("start", "rozaneh-client")
        self.addCleanup(self.machine.ctl, "stop", "rozaneh-client")
        self.assertTrue(until(lambda: listens(port)))
        code, stream = socks5(("127.0.0.1", port), self.target.address)
        with stream:
            self.assertEqual(code, 0)
            stream.sendall(b"one")
            self.assertEqual(receive(stream, 3), b"one")
            self.restart()
            stream.sendall(b"two")
            self.assertEqual(receive(stream, 3), b"two")

    def test_loses_nothing_in_three_restarts(self):
        exchange = Exchange(self.client, self.target, STREAMS)
        for _ in range(3):
            exchange.goes_on()
            process = self.main_process()
            self.assertEqual(self.restart()["streams"], STREAMS)
            self.assertNotEqual(self.main_process(), process)
            self.assert_store_is_empty()
        exchange.goes_on()
        self.assertEqual(exchange.end(), [True] * STREAMS)
        self.assertEqual(self.target.accepted, STREAMS)

    def test_is_the_same_service_when_it_is_replaced_in_place(self):
        exchange = Exchange(self.client, self.target, STREAMS)
        for _ in range(2):
            exchange.goes_on()
            process = self.main_process()
            self.machine.ctl("kill", "--kill-whom=main", "--signal=USR2", UNIT)
            self.assertTrue(until(lambda: self.main_process() not in (0, process)))
            exchange.goes_on()
            self.assertEqual(self.machine.shown(UNIT, "ActiveState"), "active")
            self.assertEqual(self.restart()["streams"], STREAMS)
            self.assert_store_is_empty()
        self.assertEqual(exchange.end(), [True] * STREAMS)

    def test_ends_its_sessions_when_it_is_stopped(self):
        with opened(self.client, self.target) as stream:
            stream.sendall(b"one")
            self.assertEqual(receive(stream, 3), b"one")
            self.machine.ctl("stop", UNIT)
            # Where it led to sees its end: nobody holds the connection any more.
            self.assertTrue(until(lambda: self.target.open[0].fileno() < 0))
            resumed = self.heard("resumed")
            self.machine.ctl("start", UNIT)
        self.assertTrue(until(self.works))
        self.assertEqual(self.heard("resumed"), resumed)

    def test_comes_back_after_a_crash(self):
        process = self.main_process()
        self.machine.ctl("kill", "--kill-whom=main", "--signal=KILL", UNIT)
        self.assertTrue(until(lambda: self.main_process() not in (0, process)))
        self.assertTrue(until(lambda: self.machine.shown(UNIT, "ActiveState") == "active"))
        self.assertTrue(until(self.works))

    def test_drains_on_sigint(self):
        with opened(self.client, self.target) as stream:
            stream.sendall(b"one")
            self.assertEqual(receive(stream, 3), b"one")
            self.machine.ctl("kill", "--kill-whom=main", "--signal=INT", UNIT)
            self.machine.event(UNIT, "draining")
            stream.sendall(b"still")
            self.assertEqual(receive(stream, 5), b"still")
        self.assertTrue(until(lambda: self.machine.shown(UNIT, "ActiveState") == "inactive"))
        self.assertEqual(self.machine.shown(UNIT, "Result"), "success")


if __name__ == "__main__":
    main()
