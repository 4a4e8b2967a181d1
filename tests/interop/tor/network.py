"""A private Tor network on loopback, from Debian's tor alone: a directory authority, a relay and an exit.

    client ── PT ══ PT ── bridge ── relay or authority ── exit ── a web server on loopback

Everything listens on 127.0.0.1 and leaves from there, so that nothing else can be reached. Facts about the
options are from tor(1).
"""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import time

HOST = "127.0.0.1"

# Votes as often as tor allows, so that the first consensus is there after a few seconds.
COMMON = """\
TestingTorNetwork 1
DataDirectory {directory}
Log notice file {directory}/log
Log [net,handshake,pt]debug file {directory}/debug.log
SafeLogging 0
ShutdownWaitLength 0
PathsNeededToBuildCircuits 0.67
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 10
V3AuthVoteDelay 2
V3AuthDistDelay 2
"""

RELAY = """\
Nickname {name}
Address {host}
OutboundBindAddress {host}
ORPort {host}:{or_port} IPv4Only
SocksPort 0
AssumeReachable 1
AddressDisableIPv6 1
ServerDNSResolvConfFile {root}/resolv.conf
ServerDNSDetectHijacking 0
ServerDNSTestAddresses
ServerDNSAllowBrokenConfig 1
"""

AUTHORITY = """\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
DirPort {host}:{dir_port} IPv4Only
ContactInfo nobody@example.invalid
TestingAuthDirTimeToLearnReachability 0
TestingMinExitFlagThreshold 0
TestingDirAuthVoteGuard *
TestingDirAuthVoteExit *
V3AuthNIntervalsValid 2
"""

NO_EXIT = "ExitRelay 0\nExitPolicy reject *:*\n"
# A policy of loopback alone makes no exit in the eyes of clients, who see only a summary.
EXIT = "ExitRelay 1\nExitPolicyRejectPrivate 0\nExitPolicy accept *:*\n"


def free_ports(count):
    """Ports to listen on later, not of those that outgoing connections get and could take meanwhile."""
    with contextlib.ExitStack() as held:
        ports = []
        while len(ports) < count:
            port = random.randrange(10_000, 32_000)
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_server((HOST, port)))
                ports.append(port)
        return ports


def wait_for(what, found, patience, also=lambda: None):
    """Waits until `found()` is true; `also()` may raise in the meantime."""
    until = time.monotonic() + patience
    while not (result := found()):
        also()
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {patience} s")
        time.sleep(0.1)
    return result


class Node:
    """One tor process."""

    def __init__(self, network, name):
        self.network, self.name = network, name
        self.directory = os.path.join(network.root, name)
        os.makedirs(self.directory, mode=0o700)
        self.or_port, self.dir_port, self.socks_port, self.pt_port = free_ports(4)
        self.process = None

    def fill(self, text):
        return text.format(host=HOST, root=self.network.root, **vars(self))

    def start(self, *options, wrapper=()):
        torrc = os.path.join(self.directory, "torrc")
        with open(torrc, "w", encoding="ascii") as file:
            file.write("".join(self.fill(part) for part in (COMMON, *options)))
        with open(os.path.join(self.directory, "output"), "w", encoding="ascii") as output:
            self.process = subprocess.Popen([*wrapper, "tor", "-f", torrc, "--hush"], stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output, start_new_session=True)

    def log(self, name="log"):
        try:
            with open(os.path.join(self.directory, name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def bootstrapped(self):
        steps = re.findall(r"Bootstrapped (\d+)%", self.log())
        return int(steps[-1]) if steps else 0

    def children(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def check(self):
        if self.process and self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.log('output')}")

    def stop(self):
        """Ends tor, and by that its transports."""
        if not self.process or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Network:
    def __init__(self, root):
        self.root = root
        self.nodes = []
        self.authority_line = ""
        with open(os.path.join(root, "resolv.conf"), "w", encoding="ascii") as file:
            file.write(f"nameserver {HOST}\n")

    def node(self, name):
        self.nodes.append(Node(self, name))
        return self.nodes[-1]

    def start_core(self):
        """The authority, which is a relay too, one more relay and an exit: as many as a circuit needs."""
        authority = self.node("authority")
        self.authority_line = make_authority(authority)
        authority.start(RELAY, AUTHORITY, NO_EXIT, self.authority_line)
        self.node("relay").start(RELAY, NO_EXIT, self.authority_line)
        self.node("exit").start(RELAY, EXIT, self.authority_line)

    def start_bridge(self, bridge, command, wrapper=(), transport="obfs4", options=""):
        bridge.start(RELAY, NO_EXIT, self.authority_line, "BridgeRelay 1\nPublishServerDescriptor 0\n"
                     f"ServerTransportPlugin {transport} exec {command}\nExtORPort auto\n{options}"
                     f"ServerTransportListenAddr {transport} {HOST}:{bridge.pt_port}\n", wrapper=wrapper)

    def start_client(self, client, command, bridge_line, wrapper=()):
        transport = bridge_line.split()[0]
        client.start("SocksPort {host}:{socks_port}\nUseBridges 1\n", self.authority_line,
                     f"ClientTransportPlugin {transport} exec {command}\nBridge {bridge_line}\n", wrapper=wrapper)

    def check(self):
        for node in self.nodes:
            node.check()

    def stop(self):
        for node in reversed(self.nodes):
            node.stop()


def make_authority(node):
    """Makes the keys; answers the DirAuthority line that all nodes have."""
    keys = os.path.join(node.directory, "keys")
    os.mkdir(keys, 0o700)
    subprocess.run(["tor-gencert", "--create-identity-key", "-m", "12", "-a", f"{HOST}:{node.dir_port}",
                    "--passphrase-fd", "0"], cwd=keys, input=b"loopback\n", check=True, capture_output=True)
    with open(os.path.join(keys, "authority_certificate"), encoding="ascii") as file:
        identity = re.search(r"^fingerprint (\w+)", file.read(), re.M)[1]
    torrc = os.path.join(node.directory, "torrc.keys")
    with open(torrc, "w", encoding="ascii") as file:
        # Another authority that is none, so that tor never thinks of the public network here.
        file.write(node.fill(COMMON + RELAY) + f"DirAuthority none orport=9 v3ident={'1' * 40} {HOST}:9 {'2' * 40}\n")
    listed = subprocess.run(["tor", "-f", torrc, "--list-fingerprint", "--quiet"], check=True, capture_output=True)
    fingerprint = listed.stdout.decode().split(maxsplit=1)[1].replace(" ", "").strip()
    return (f"DirAuthority authority orport={node.or_port} no-v2 v3ident={identity} "
            f"{HOST}:{node.dir_port} {fingerprint}\n")
