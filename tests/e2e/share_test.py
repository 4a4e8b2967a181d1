"""Port 443 shared: Debian's nginx as the neighbour that was there before, Debian's HAProxy as the front of somebody else."""

import contextlib
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from harness import (PATIENCE, ROZANEH, Process, Rozaneh, Service, connect, echo, endpoint, free_port, listens, main, numbered,
                     receive, receive_all, text_of, until)
from tls_in_tls import Pki, client_context, hello_for, outer

DOMAIN = "proxy.example.org"
CHAT = "chat.signal.org"
OLD = "old.example.net"
WHO = "192.0.2.77"

NGINX = """
daemon off;
master_process off;
pid {box}/nginx.pid;
error_log {box}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {box}; proxy_temp_path {box}; fastcgi_temp_path {box}; uwsgi_temp_path {box}; scgi_temp_path {box};
  server {{
    listen 127.0.0.1:{port} ssl{header};
    ssl_certificate {chain};
    ssl_certificate_key {key};
    location / {{ return 200 "neighbour of {said}\\n"; }}
  }}
}}
"""

HAPROXY = """
defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen front
  bind 127.0.0.1:{port}
  server signal {server} {sends}
"""


def pipes(proxy):
    """How many of the descriptors of the program are ends of pipes."""
    fds = f"/proc/{proxy.pid}/fd"
    count = 0
    for fd in os.listdir(fds):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(os.path.join(fds, fd)).startswith("pipe:")
    return count


def send_and_finish(client, data):
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)


class Sharing(unittest.TestCase):
    def setUp(self):
        self.pki = self.enterContext(Pki())
        self.box = self.enterContext(tempfile.TemporaryDirectory())

    def write(self, name, text):
        path = os.path.join(self.box, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def nginx(self, header):
        chain, key = self.pki.certificate(OLD, "*." + OLD)
        port = free_port()
        said = "$proxy_protocol_addr" if header else "nobody"
        path = self.write("nginx.conf", NGINX.format(box=self.box, port=port, chain=chain, key=key, said=said,
                                                     header=" proxy_protocol" if header else ""))
        self.enterContext(Process(["nginx", "-e", self.box + "/first.log", "-c", path]))
        self.assertTrue(until(lambda: listens(port)))
        return port

    def haproxy(self, server, sends):
        port = free_port()
        path = self.write("haproxy.cfg", HAPROXY.format(port=port, server=text_of(server), sends=sends))
        self.enterContext(Process(["haproxy", "-db", "-q", "-f", path]))
        self.assertTrue(until(lambda: listens(port)))
        return "127.0.0.1", port

    def signal(self, *words):
        self.chat = self.enterContext(Service(echo))
        chain, key = self.pki.certificate(DOMAIN)
        proxy = self.enterContext(Rozaneh("signal", "--domain", DOMAIN, "--listen", "127.0.0.1:0", "--listen-http",
                                          "none", "--cert", chain, "--key", key, "--upstream",
                                          f"{CHAT}={text_of(self.chat.address)}", *words))
        return proxy, endpoint(proxy.event("listening")["at"][0])

    def fetch(self, address, name):
        done = subprocess.run(["curl", "-sS", "--cacert", self.pki.trust, "--connect-to", f"{name}:443:{text_of(address)}",
                               f"https://{name}/"], capture_output=True, timeout=PATIENCE, text=True)
        return done.stdout or done.stderr

    def test_neighbours_keep_their_connections_and_their_certificates(self):
        _, address = self.signal("--share", f"{OLD}=127.0.0.1:{self.nginx(header=False)}")
        self.assertEqual(self.fetch(address, OLD), "neighbour of nobody\n")
        self.assertIn("Welcome to nginx!", self.fetch(address, DOMAIN))

    def test_much_is_carried_to_a_neighbour_whoever_moves_the_bytes(self):
        neighbour = self.enterContext(Service(echo))
        data = hello_for(OLD) + numbered(24 << 20)
        for moves in ("off", "auto"):
            with self.subTest(moves):
                proxy, address = self.signal("--share", f"{OLD}={text_of(neighbour.address)}", "--zero-copy", moves)
                before = pipes(proxy)
                with connect(address) as client:
                    sender = threading.Thread(target=send_and_finish, args=(client, data), daemon=True)
                    sender.start()
                    self.assertEqual(receive_all(client), data)
                    sender.join()
                self.assertEqual(pipes(proxy) > before, moves == "auto")
                self.assertLessEqual(pipes(proxy) - before, 8 * 4)  # four kept a loop, of two ends each

    def test_neighbours_learn_who_connected(self):
        for version in ("proxy-v1", "proxy-v2"):
            with self.subTest(version):
                port = self.nginx(header=True)
                _, address = self.signal("--share", f"*.{OLD}=127.0.0.1:{port},{version}")
                self.assertEqual(self.fetch(address, "www." + OLD), "neighbour of 127.0.0.1\n")
                # The name itself is not below itself: it meets the site, whose certificate is another one's.
                self.assertIn("certificate", self.fetch(address, OLD))

    def test_the_front_works_behind_another(self):
        for sends in ("send-proxy", "send-proxy-v2"):
            with self.subTest(sends):
                _, address = self.signal("--proxy-header")
                front = self.haproxy(address, sends)
                self.assertIn("Welcome to nginx!", self.fetch(front, DOMAIN))
                hello = hello_for(CHAT)
                with outer(front, self.pki.trust, DOMAIN) as carrier:
                    carrier.sendall(hello)
                    self.assertEqual(receive(carrier, len(hello)), hello)

    def test_connections_without_the_header_are_closed_without_a_word(self):
        proxy, address = self.signal("--proxy-header", "--log-level", "debug")
        with connect(address) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(receive_all(stranger), b"")
        with connect(address) as stranger, self.assertRaises((ssl.SSLError, OSError)):
            client_context(self.pki.trust).wrap_socket(stranger, server_hostname=DOMAIN)
        self.assertTrue(proxy.said("PROXY header"))

    def test_what_the_header_says_is_handed_on(self):
        _, address = self.signal("--proxy-header", "--share", f"{OLD}=127.0.0.1:{self.nginx(header=True)},proxy-v2")
        with connect(address) as front:
            front.sendall(f"PROXY TCP4 {WHO} 198.51.100.1 40000 443\r\n".encode())
            with client_context(self.pki.trust).wrap_socket(front, server_hostname=OLD) as inside:
                inside.sendall(b"GET / HTTP/1.0\r\n\r\n")
                self.assertIn(f"neighbour of {WHO}".encode(), receive_all(inside))

    def test_a_neighbour_that_is_down_is_told_once_and_disturbs_nobody(self):
        proxy, address = self.signal("--share", f"{OLD}=127.0.0.1:{free_port()}")
        for _ in range(3):
            with connect(address) as client, self.assertRaises((ssl.SSLError, OSError)):
                client_context(self.pki.trust).wrap_socket(client, server_hostname=OLD)
        self.assertTrue(proxy.said("site sharing the port that cannot be reached"))
        self.assertIn("Welcome to nginx!", self.fetch(address, DOMAIN))

    def test_a_mistake_is_named(self):
        for words, says in ((("--share", "old.example.net"), "NAME=ADDRESS:PORT"),):
            done = subprocess.run([ROZANEH, "signal", "--domain", DOMAIN, "--self-signed", "--listen",
                                   "127.0.0.1:0", "--listen-http", "none", "--no-state", *words],
                                  capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    main()
