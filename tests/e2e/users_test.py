"""A bridge with users: who has a link of his own is let in, as long as his line stands in the file.

    application -- SOCKS5 -- client (user=...) == session over obfs4 == bridge --users FILE -- echo
"""

import contextlib
import json
import os
import signal
import stat
import subprocess
import tempfile
import unittest

from cutter import Cutter
from harness import (ROZANEH, Bridge, Client, Process, Rozaneh, Service, echo, free_port, main, receive, rozaneh, socks5,
                     through, until)
from restarted import Restarted

REFUSED = "does not let this link's user in"


class Users(unittest.TestCase):
    def setUp(self):
        self.box = self.enterContext(tempfile.TemporaryDirectory(prefix="rozaneh-e2e-"))
        self.users = os.path.join(self.box, "users")
        self.state = os.path.join(self.box, "state")
        self.target = self.enterContext(Service(echo))
        with open(os.open(self.users, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write("# who may use it\n")

    def bridge(self, *words, **options):
        return self.enterContext(Bridge("--users", self.users, *words, tunnel=True, state=self.state, **options))

    def user(self, *words):
        """What `rozaneh user` says: (exit code, its last object)."""
        code, said = rozaneh("user", *words, "--json", "--users", self.users)
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        return code, lines[-1] if lines else said

    def added(self, name, *words):
        code, event = self.user("add", name, "--state", self.state, *words)
        self.assertEqual(code, 0, event)
        return event

    def reload(self, bridge):
        told = len(bridge.lines)
        bridge.signal(signal.SIGHUP)
        bridge.said("reloaded|the old settings stay", since=told)

    def opened(self, client):
        code, connection = socks5(client.address, self.target.address)
        return code, self.enterContext(connection)

    def assert_works(self, client):
        code, connection = self.opened(client)
        self.assertEqual(code, 0)
        connection.sendall(b"question")
        self.assertEqual(receive(connection, 8), b"question")
        return connection

    def assert_still(self, connection):
        connection.sendall(b"still")
        self.assertEqual(receive(connection, 5), b"still")

    def assert_ends(self, connection):
        with contextlib.suppress(ConnectionError):
            self.assertEqual(connection.recv(1), b"")

    def assert_shut_out(self, client):
        # Where a way has worked, an application's first bytes are not kept waiting for the server's answer.
        code, connection = self.opened(client)
        if code == 0:
            self.assert_ends(connection)
        client.said(REFUSED)
        self.assertNotEqual(self.opened(client)[0], 0)

    def test_have_links_of_their_own_that_let_them_in(self):
        bridge = self.bridge(listen=("obfs4", "obfs3"))
        event = self.added("shirin")
        self.assertEqual(len(event["links"]), 2)
        self.reload(bridge)
        for link in event["links"]:
            self.assertIn("user=" + event["user"], link)
            self.assert_works(self.enterContext(Client(link)))

    def test_are_told_once_that_they_are_not_let_in_and_ask_no_more(self):
        bridge = self.bridge()
        strange = bridge.link + "&user=" + "A" * 32
        for link in (bridge.link, strange):
            with self.subTest(link == strange), Cutter(bridge.address) as wire, Client(
                through(link, wire.address[1])
            ) as client:
                came = 0
                for i in range(4):
                    code, _ = self.opened(client)
                    self.assertNotEqual(code, 0)
                    if i == 0:
                        client.said(REFUSED)
                        came = wire.accepted
                self.assertEqual(wire.accepted, came)
                self.assertEqual(sum(REFUSED in line for line in client.lines), 1)
        self.assertEqual(self.target.accepted, 0)

    def test_cannot_pass_without_a_session(self):
        bridge = self.bridge()
        without = bridge.link.replace("tunnel=", "nothing=")
        code, _ = self.opened(self.enterContext(Client(without)))
        self.assertNotEqual(code, 0)
        self.assertEqual(self.target.accepted, 0)

    def test_who_are_removed_lose_their_sessions_and_others_do_not(self):
        bridge = self.bridge()
        links = {name: self.added(name)["links"][0] for name in ("shirin", "babak")}
        self.reload(bridge)
        clients = {name: self.enterContext(Client(link)) for name, link in links.items()}
        open_ones = {name: self.assert_works(client) for name, client in clients.items()}
        self.assertEqual(self.user("remove", "shirin")[0], 0)
        self.reload(bridge)
        self.assert_ends(open_ones["shirin"])
        self.assert_shut_out(clients["shirin"])
        self.assert_still(open_ones["babak"])

    def test_keep_their_sessions_and_limits_in_a_bridge_that_is_replaced_and_who_was_removed_does_not(self):
        bridge = self.enterContext(Restarted("--users", self.users, state=self.state))
        links = {name: self.added(name, "--sessions", 1)["links"][0] for name in ("shirin", "babak")}
        self.reload(bridge)
        clients = {name: self.enterContext(Client(link)) for name, link in links.items()}
        streams = {name: self.assert_works(client) for name, client in clients.items()}
        for i in range(2):  # what was handed over can be handed over again
            self.assertEqual(bridge.restart()["sessions"], 2)
            self.assertEqual(bridge.next("resumed", i)["sessions"], 2)
            for name, stream in streams.items():
                self.assert_still(stream)
                self.assert_works(clients[name])
                self.assertNotEqual(self.opened(self.enterContext(Client(links[name])))[0], 0)
        # Not by SIGHUP: whoever starts reads the file.
        self.assertEqual(self.user("remove", "shirin")[0], 0)
        bridge.restart()
        resumed = bridge.next("resumed", 2)
        self.assertEqual((resumed["sessions"], resumed["lost"]), (1, 1))
        self.assert_ends(streams["shirin"])
        self.assert_shut_out(clients["shirin"])
        self.assert_still(streams["babak"])
        # And the list can be changed on.
        self.assertEqual(self.user("remove", "babak")[0], 0)
        self.reload(bridge)
        self.assert_ends(streams["babak"])
        self.assert_shut_out(clients["babak"])

    def test_find_their_place_taken_by_no_one_while_they_are_not_back_yet(self):
        bridge = self.enterContext(Restarted("--users", self.users, state=self.state))
        wire = self.enterContext(Cutter(bridge.address))
        link = self.added("shirin", "--sessions", 1)["links"][0]
        self.reload(bridge)
        stream = self.assert_works(self.enterContext(Client(through(link, wire.address[1]))))
        other = self.enterContext(Client(link))
        wire.refuses = True
        bridge.restart()
        self.assertNotEqual(self.opened(other)[0], 0)
        wire.refuses = False
        self.assert_still(stream)

    def test_have_as_many_sessions_as_their_line_says(self):
        bridge = self.bridge()
        link = self.added("shirin", "--sessions", 1)["links"][0]
        self.reload(bridge)
        first = self.enterContext(Client(link))
        self.assert_works(first)
        code, _ = self.opened(self.enterContext(Client(link)))
        self.assertNotEqual(code, 0)
        self.assert_works(first)
        first.stop()
        second = self.enterContext(Client(link))
        self.assertTrue(until(lambda: self.opened(second)[0] == 0))

    def test_come_back_when_a_client_takes_their_new_link(self):
        bridge = self.bridge()
        links = os.path.join(self.box, "links")
        with open(links, "w", encoding="ascii") as file:
            file.write(bridge.link)
        client = self.enterContext(Client(links))
        self.assertNotEqual(self.opened(client)[0], 0)
        link = self.added("shirin")["links"][0]
        self.reload(bridge)
        with open(links, "w", encoding="ascii") as file:
            file.write(link)
        self.reload(client)
        self.assert_works(client)

    def test_on_a_bad_line_are_named_and_the_old_list_stays(self):
        bridge = self.bridge()
        link = self.added("shirin")["links"][0]
        self.reload(bridge)
        with open(self.users, "a", encoding="ascii") as file:
            file.write("babak nonsense\n")
        self.reload(bridge)
        bridge.said(r"the old settings stay: .*users:3: behind the name stands a hash")
        self.assert_works(self.enterContext(Client(link)))
        code, said = self.user("list")
        self.assertEqual(code, 2)
        self.assertIn("users:3:", str(said))

    def test_in_a_file_that_others_can_read_are_not_used(self):
        os.chmod(self.users, 0o644)
        code, said = rozaneh("bridge", "--no-state", "--egress", "open", "--listen", "obfs4=127.0.0.1:0", "--users", self.users)
        self.assertEqual(code, 2)
        self.assertIn("chmod 600", said)

    def test_need_sessions(self):
        for words in (("--forward", "127.0.0.1:9"), ("--egress", "open", "--no-tunnel")):
            code, said = rozaneh("bridge", "--no-state", *words, "--users", self.users)
            self.assertEqual(code, 2)
            self.assertIn("--users is for sessions", said)

    def test_are_kept_as_hashes_and_shown_nowhere(self):
        bridge = self.bridge("--log-level", "debug", "--log-addresses")
        event = self.added("shirin", "--sessions", 3)
        self.reload(bridge)
        secret = event["user"]
        client = self.enterContext(Client(event["links"][0], "--log-level", "debug", "--log-addresses"))
        self.assert_works(client)
        asked = rozaneh("status", "--json", "--state", client.state)
        self.assertEqual(asked[0], 0, asked[1])
        for lines in (bridge.lines, client.lines, [asked[1]]):
            self.assertNotIn(secret, "\n".join(lines))
        for folder in (self.box, client.state):
            for place, _, names in os.walk(folder):
                for name in names:
                    with contextlib.suppress(OSError), open(os.path.join(place, name), "rb") as file:
                        self.assertNotIn(secret.encode(), file.read(), name)
        self.assertEqual(stat.S_IMODE(os.stat(self.users).st_mode), 0o600)
        listed = self.user("list")[1]
        self.assertEqual((listed["name"], listed["sessions"]), ("shirin", 3))

    def test_can_be_added_by_a_link_that_was_given_and_but_once(self):
        link = "rozaneh://192.0.2.1:443/obfs4?cert=x&tunnel=y#Shirin"
        code, event = self.user("add", "shirin", link)
        self.assertEqual(code, 0, event)
        self.assertEqual(event["links"], [link.replace("#", f"&user={event['user']}#")])
        code, said = self.user("add", "shirin", link)
        self.assertEqual(code, 2)
        self.assertIn("already", str(said))
        self.assertEqual(self.user("remove", "nobody")[0], 2)
        self.assertEqual(self.user("add", "shi rin", link)[0], 2)

    def test_that_is_malformed_in_a_link_is_said_without_showing_it(self):
        code, said = rozaneh("client", "--no-state", "rozaneh://192.0.2.1:443/obfs4?user=topsecret")
        self.assertEqual(code, 2)
        self.assertIn("'user' is not a user's credential", said)
        self.assertNotIn("topsecret", said)


if __name__ == "__main__":
    main()
