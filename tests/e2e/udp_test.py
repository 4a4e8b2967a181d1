"""UDP through a session: what an application sends by UDP ASSOCIATE, and what comes back.

    application ~~ UDP ~~ client == session over obfs4 == [ cutter ] == bridge --egress open ~~ UDP ~~ service
"""

import collections
import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest

from cutter import Cutter
from harness import (
    PATIENCE,
    SANITIZED,
    Bridge,
    Client,
    Rozaneh,
    Service,
    echo,
    endpoint,
    free_port,
    listens,
    main,
    receive,
    rozaneh,
    socks5,
    through,
    until,
)
from pebble import Knot
from udp import LARGEST, Association, Forwarder, UdpService, ask, packed
from udp import echo as back

COMMAND_NOT_SUPPORTED = 7


def status(client):
    return json.loads(rozaneh("status", "--state", client.state, "--json")[1])


class Udp(unittest.TestCase):
    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def setUp(self):
        self.bridge = self.enter(Bridge(tunnel=True))
        self.wire = self.enter(Cutter(self.bridge.address))
        self.client = self.enter(Client(through(self.bridge.link, self.wire.address[1])))

    def associate(self, **options):
        return self.enter(Association(self.client.address, **options))

    def dropped(self):
        return status(self.client)["datagrams_dropped"]

    def test_carries_datagrams_of_all_sizes_up_to_the_largest(self):
        target = self.enter(UdpService(back))
        flow = self.associate()
        for size in (0, 1, 2, 63, 64, 512, 1232, 1451, LARGEST):
            data = bytes(i % 251 for i in range(size))
            source, answer = flow.asked(target.address, data)
            self.assertEqual((source, answer), (target.address, data))
        self.assertEqual(status(self.client)["datagrams_dropped"], 0)

    def test_drops_what_is_longer_and_says_so(self):
        answers = {b"long": b"x" * (LARGEST + 1), b"short": b"y" * LARGEST}
        seen = set()
        target = self.enter(UdpService(lambda data: seen.add(data) or answers.get(data)))
        flow = self.associate()
        flow.asked(target.address, b"short")
        for size in (LARGEST + 1, 1473, 9000, 60_000):
            flow.send(target.address, b"z" * size)
        self.assertTrue(until(lambda: self.dropped() == 4))
        flow.send(target.address, b"long")
        self.assertTrue(until(lambda: b"long" in seen))
        self.assertEqual(flow.asked(target.address, b"short")[1], answers[b"short"])
        self.assertEqual(seen, set(answers))
        self.bridge.signal(signal.SIGUSR1)
        self.assertEqual(self.bridge.event("counted")["datagrams_dropped"], 1)

    def test_takes_datagrams_where_the_application_found_it(self):
        target = self.enter(UdpService(back))
        for listen, host in (("[::1]:0", "::1"), ("0.0.0.0:0", "127.0.0.1")):
            client = self.enter(Rozaneh("client", "--listen", listen, self.bridge.link))
            port = endpoint(client.event("listening")["at"])[1]
            flow = self.enter(Association((host, port)))
            self.assertEqual(flow.relay[0], host)
            self.assertEqual(flow.asked(target.address, b"x")[1], b"x")

    def test_sends_to_many_from_one_port(self):
        targets = [self.enter(UdpService(back)) for _ in range(10)]
        flow = self.associate()
        for i, target in enumerate(targets):
            self.assertEqual(flow.asked(target.address, b"%d" % i), (target.address, b"%d" % i))
        ports = {peer for target in targets for peer in target.peers}
        self.assertEqual(len(ports), 1)

    def test_carries_ipv6_and_names(self):
        target = self.enter(UdpService(back, ("::1", 0)))
        flow = self.associate()
        self.assertEqual(flow.asked(target.address, b"six"), (target.address, b"six"))
        target = self.enter(UdpService(back))
        both = [self.enter(UdpService(back, ("::1", target.address[1])))]
        source, answer = flow.asked(("localhost", target.address[1]), b"name")
        self.assertEqual(answer, b"name")
        self.assertIn(source, [target.address, both[0].address])

    @unittest.skipUnless(shutil.which("dig"), "dig is not installed")
    def test_asks_a_name_server(self):
        names = self.enter(Knot("example.org"))
        port = self.enter(Forwarder(self.client.address, ("127.0.0.1", names.port))).address[1]
        for name in ("example.org", "www.example.org"):
            asked = subprocess.run(["dig", "+short", "+tries=5", "-p", str(port), "@127.0.0.1", name, "A"],
                                   capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(asked.stdout.split(), ["127.0.0.1"], asked)

    def test_a_thousand_datagrams_pass_through_a_cut_but_those_that_the_cut_takes(self):
        target = self.enter(UdpService(back))
        flow = self.associate()
        flow.asked(target.address, b"begin")
        count, came = 1000, collections.Counter()

        def pass_again(token):
            """What is sent while there is no connection is lost; so waits until something passes again."""
            while True:
                answer = flow.asked(target.address, token)[1]
                if answer == token:
                    return
                came[answer] += 1

        sent = [b"%04d" % i + b"." * (i * 37 % (LARGEST - 4)) for i in range(count)]
        for i, data in enumerate(sent):
            if i in (300, 700):
                self.wire.cut_all()
                pass_again(b"again %d" % i)
            flow.send(target.address, data)
            if answer := flow.receive(0.05):
                came[answer[1]] += 1
        while answer := flow.receive(1):
            came[answer[1]] += 1
        self.assertLessEqual(set(came) - {b"begin", b"again 300", b"again 700"}, set(sent))  # as it was sent
        self.assertEqual([data for data in sent if came[data] > 1], [])
        back_again = sum(came[data] for data in sent[700:])
        print(f"{sum(came[data] for data in sent)} of {count} came back, of the last 300 {back_again}")
        self.assertGreater(sum(came[data] for data in sent), count * 0.8)
        self.assertGreater(back_again, 200)

    def test_an_association_ends_with_its_connection(self):
        target = self.enter(UdpService(back))
        flow = Association(self.client.address)
        flow.asked(target.address, b"x")
        relay = flow.relay
        flow.control.close()
        self.assertTrue(until(lambda: status(self.client)["flows"] == 0))
        came = target.count
        flow.send(target.address, b"late")
        self.assertIsNone(flow.receive(0.3))
        flow.socket.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(relay)  # it is free again
        self.assertEqual(target.count, came)

    def test_takes_datagrams_of_its_own_application_alone(self):
        target = self.enter(UdpService(back))
        flow = self.associate()
        flow.asked(target.address, b"mine")
        dropped = self.dropped()
        for address in ("127.0.0.1", "127.0.0.2"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
                foreign.bind((address, 0))
                foreign.sendto(b"\0\0\0" + packed(target.address) + b"foreign", flow.relay)
        self.assertTrue(until(lambda: self.dropped() == dropped + 2))
        self.assertEqual(flow.asked(target.address, b"mine still")[1], b"mine still")

    def test_takes_datagrams_of_the_port_that_was_named(self):
        target = self.enter(UdpService(back))
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        own.bind(("127.0.0.1", 0))
        flow = self.associate(source=own.getsockname(), bound=own)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
            foreign.sendto(b"\0\0\0" + packed(target.address) + b"first", flow.relay)
        self.assertTrue(until(lambda: self.dropped() == 1))
        self.assertEqual(flow.asked(target.address, b"mine")[1], b"mine")

    def test_nobody_gets_in_by_the_port_of_a_flow(self):
        target = self.enter(UdpService(back))
        flow = self.associate()
        flow.asked(target.address, b"x")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(20):
                stranger.sendto(b"from somebody", target.peers[0])
            stranger.settimeout(0.2)
            with self.assertRaises(OSError):
                stranger.recv(1)
        self.assertEqual(flow.asked(target.address, b"y")[1], b"y")
        self.assertIsNone(flow.receive(0.2))

    def test_drops_what_has_no_form(self):
        seen = set()
        target = self.enter(UdpService(lambda data: seen.add(data) or data))
        flow = self.associate()
        flow.asked(target.address, b"x")
        dropped = self.dropped()
        whole = packed(target.address) + b"data"
        broken = [b"", b"\0", b"\0\0\0", b"\0\0\1" + whole, b"\0\0\x81" + whole, b"\1\0\0" + whole,
                  b"\0\0\0\2" + whole[1:], b"\0\0\0\3\0\0\x35", b"\0\0\0\3\x09a/b", b"\0\0\0\1\x7f", b"\xff" * 2000]
        for data in broken:
            flow.send_raw(data)
        self.assertTrue(until(lambda: self.dropped() == dropped + len(broken)))
        self.assertEqual(flow.asked(target.address, b"y")[1], b"y")
        self.assertEqual(seen, {b"x", b"y"})

    def test_a_flood_takes_no_memory_and_starves_nobody(self):
        sink = self.enter(UdpService(lambda data: None))
        target = self.enter(UdpService(back))
        stream = self.enter(Service(echo))
        code, connection = socks5(self.client.address, stream.address)
        self.assertEqual(code, 0)
        self.enter(connection)
        flow, other = self.associate(), self.associate()
        other.asked(target.address, b"before")
        sizes = [each.resident() for each in (self.client, self.bridge)]
        data = b"f" * 1400
        for _ in range(5_000 if SANITIZED else 40_000):
            flow.send(sink.address, data)
        connection.sendall(b"stream")
        self.assertEqual(receive(connection, 6), b"stream")
        self.assertEqual(other.asked(target.address, b"after")[1], b"after")
        if not SANITIZED:
            for before, each in zip(sizes, (self.client, self.bridge)):
                self.assertLess(each.resident() - before, 10_000)

    def test_many_that_answer_at_once_are_bounded_too(self):
        target = self.enter(UdpService(lambda data: None))
        flow = self.associate()
        flow.send(target.address, b"x")
        self.assertTrue(until(lambda: flow.send(target.address, b"x") or target.peers))
        before = self.client.resident(), self.bridge.resident()
        for _ in range(40_000):
            target.socket.sendto(b"b" * 1400, target.peers[0])
        self.assertTrue(until(lambda: status(self.client)["datagrams"] > 0))
        if not SANITIZED:
            self.assertLess(self.client.resident() - before[0], 10_000)
            self.assertLess(self.bridge.resident() - before[1], 10_000)

    def test_a_session_has_so_many_flows_and_no_more(self):
        target = self.enter(UdpService(back))
        flows = [self.associate() for _ in range(64)]
        for flow in flows:
            flow.asked(target.address, b"x")
        one_more = self.associate()
        for _ in range(3):
            one_more.send(target.address, b"too many")
            self.assertIsNone(one_more.receive(0.1))
        flows[0].control.close()
        self.assertEqual(one_more.asked(target.address, b"now")[1], b"now")

    def test_goes_on_when_the_server_began_anew(self):
        target = self.enter(UdpService(back))
        port = free_port()
        listen = (f"obfs4=127.0.0.1:{port}",)
        with Bridge(listen=listen, tunnel=True, state=self.bridge.state) as bridge:
            client = self.enter(Client(bridge.link))
            flow = self.enter(Association(client.address))
            flow.asked(target.address, b"before")
            bridge.kill()
        with Bridge(listen=listen, tunnel=True, state=self.bridge.state):
            self.assertEqual(flow.asked(target.address, b"after")[1], b"after")


class WhatIsRefused(unittest.TestCase):
    def test_private_destinations_and_refused_ports(self):
        target = UdpService(back)
        with target, Bridge(tunnel=True, private=False) as bridge, Client(bridge.link) as client, Association(
            client.address
        ) as flow:
            for host in ("127.0.0.1", "localhost", "10.1.2.3", "224.0.0.1", "255.255.255.255"):
                flow.send((host, target.address[1]), b"x")
            self.assertIsNone(flow.receive(0.5))
            self.assertEqual(target.count, 0)
        with UdpService(back) as target, Bridge(
            "--refuse-port", target.address[1], tunnel=True
        ) as bridge, Client(bridge.link) as client, Association(client.address) as flow, UdpService(back) as other:
            flow.asked(other.address, b"x")
            flow.send(target.address, b"x")
            flow.asked(other.address, b"y")
            self.assertEqual(target.count, 0)

    def test_associations_where_no_session_carries_them(self):
        with Bridge() as bridge, Client(bridge.link) as client:
            code, _, control = ask(client.address)
            with control:
                self.assertEqual(code, COMMAND_NOT_SUPPORTED)
                self.assertEqual(control.recv(1), b"")


@unittest.skipUnless(shutil.which("iperf3"), "iperf3 is not installed")
class Throughput(unittest.TestCase):
    """iperf3, which knows no SOCKS: its TCP and its UDP come by ports that hand on."""

    def iperf(self, port, *words):
        def once():
            done = subprocess.run(["iperf3", "-c", "127.0.0.1", "-p", str(port), "-t", "2", "-J", *words],
                                  capture_output=True, text=True, timeout=PATIENCE)
            told = json.loads(done.stdout)
            # It serves one at a time, and takes a while to know that the last one has gone. Until then it says that
            # it is busy, and hangs up with our cookie unread: the reset can overtake what it said.
            turned_away = re.search("busy|control socket has closed", told.get("error", ""))
            return None if turned_away and not told["start"]["connected"] else told

        told = until(once)
        self.assertNotIn("error", told, told.get("error"))
        return told["end"]

    def test_both_ways(self):
        def hand_on(near):
            code, far = socks5(client.address, ("127.0.0.1", port))
            assert code == 0, code

            def copy(source, sink):
                with contextlib.suppress(OSError):
                    while part := source.recv(1 << 16):
                        sink.sendall(part)
                    sink.shutdown(socket.SHUT_WR)

            with far:
                other = threading.Thread(target=copy, args=(far, near), daemon=True)
                other.start()
                copy(near, far)
                other.join()

        with Bridge(tunnel=True) as bridge, Client(bridge.link) as client:
            port = free_port()
            server = subprocess.Popen(["iperf3", "-s", "-B", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL)
            try:
                self.assertTrue(until(lambda: listens(port)))
                with Service(hand_on) as near, Forwarder(client.address, ("127.0.0.1", port), near.address[1]):
                    for name, words in (("TCP up", ()), ("TCP down", ("-R",)),
                                        ("UDP up", ("-u", "-b", "20M", "-l", "1200")),
                                        ("UDP down", ("-u", "-b", "20M", "-l", "1200", "-R"))):
                        end = self.iperf(near.address[1], *words)
                        total = end["sum"] if "-u" in words else end["sum_received"]
                        rate = total["bits_per_second"] / 1e6
                        lost = total.get("lost_percent", 0)
                        print(f"{name}: {rate:.0f} Mbit/s, {lost:.1f}% lost")
                        self.assertGreater(rate, 1)
                        self.assertLess(lost, 50)
            finally:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
