"""What the program keeps on disk: whole or not at all, with clear words where it cannot, and nothing if so told."""

import contextlib
import hashlib
import json
import os
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from harness import (
    Bridge,
    Client,
    Service,
    Wire,
    connect,
    echo,
    free_port,
    main,
    receive,
    rozaneh,
    through,
)


def own_mounts_work():
    tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return tried.returncode == 0


def bridge_words(state, transport="obfs4"):
    return ["bridge", "--listen", f"{transport}=127.0.0.1:0", "--forward", "127.0.0.1:1", "--state", state]


def files_of(directory):
    """Their names, and what is in them."""
    content = {}
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), "rb") as file:
            content[name] = hashlib.sha256(file.read()).hexdigest()
    return content


class Box(unittest.TestCase):
    """A test with an empty directory."""

    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.addCleanup(box.cleanup)
        self.box = box.name
        self.state = os.path.join(box.name, "state")

    def use(self, *transports):
        """A bridge has run here."""
        with Service(echo) as target, Bridge(listen=transports, forward=target.address, state=self.state) as bridge:
            for transport in transports:
                with Client(bridge.link_of(transport)) as client, connect(client.address) as connection:
                    connection.sendall(b"x")
                    self.assertEqual(receive(connection, 1), b"x")
            self.assertEqual(bridge.stop(), 0)

    def write(self, name, content):
        with open(os.path.join(self.state, name), "wb") as file:
            file.write(content)


class Files(Box):
    def test_are_nobody_elses_to_read(self):
        self.use("obfs4", "scramblesuit")
        self.assertEqual(os.stat(self.state).st_mode & 0o777, 0o700)
        for name in os.listdir(self.state):
            self.assertEqual(os.stat(os.path.join(self.state, name)).st_mode & 0o777, 0o600, name)

    def test_are_not_made_with_no_state(self):
        environment = {"HOME": self.box, "XDG_STATE_HOME": self.state, "PATH": os.environ["PATH"], "TMPDIR": self.box}
        both = ("obfs4", "scramblesuit")
        with Service(echo) as target, Bridge(
            "--no-state", listen=both, forward=target.address, environment=environment, cwd=self.box
        ) as bridge:
            for transport in both:
                with Client(
                    "--no-state", bridge.link_of(transport), environment=environment, cwd=self.box
                ) as client, connect(client.address) as connection:
                    connection.sendall(b"x")
                    self.assertEqual(receive(connection, 1), b"x")
                    client.stop()
            bridge.stop()
        self.assertEqual([found for _, folders, files in os.walk(self.box) for found in folders + files], [])

    def test_are_all_gone_after_a_wipe(self):
        self.use("obfs4", "scramblesuit")
        with Bridge(tunnel=True, state=self.state) as bridge:
            self.assertEqual(bridge.stop(), 0)
        self.assertIn("tunnel_key", os.listdir(self.state))
        code, said = rozaneh("wipe", "--yes", "--state", self.state)
        self.assertEqual(code, 0, said)
        self.assertFalse(os.path.exists(self.state), said)
        self.assertEqual(rozaneh("wipe", "--yes", "--state", self.state)[0], 0, "nothing left to wipe is no failure")

    def test_of_others_survive_a_wipe(self):
        self.use("obfs4")
        self.write("letter.txt", b"not ours")
        code, said = rozaneh("wipe", "--yes", "--state", self.state)
        self.assertEqual((code, os.listdir(self.state)), (0, ["letter.txt"]), said)

    def test_survive_a_wipe_that_nobody_confirms(self):
        self.use("obfs4")
        before = files_of(self.state)
        code, said = rozaneh("wipe", "--state", self.state, stdin=subprocess.DEVNULL)
        self.assertEqual((code, files_of(self.state)), (2, before), said)

    def test_keep_the_link_over_restarts(self):
        links = []
        for _ in range(2):
            with Bridge("--address", "127.0.0.1", listen=("obfs4", "scramblesuit"), state=self.state) as bridge:
                links.append([bridge.link_of(name).split("/", 3)[3] for name in ("obfs4", "scramblesuit")])
        self.assertEqual(*links)


class Garbage(Box):
    WRONG = {
        "nothing": b"",
        "noise": bytes(range(256)) * 4,
        "half of an object": b'{"node-id": "00',
        "another kind": b"[1, 2, 3]",
        "wrong values": b'{"node-id":"zz","private-key":5,"public-key":null,"drbg-seed":"","iat-mode":7,"password":[]}',
        "too deep": b"[" * 100_000,
        "too much": b" " * (64 << 20),
    }

    def refuses(self, transport):
        name = f"{transport}_state.json"
        os.mkdir(self.state)
        for what, content in self.WRONG.items():
            with self.subTest(what):
                self.write(name, content)
                code, said = rozaneh(*bridge_words(self.state, transport))
                self.assertEqual(code, 1, said)
                self.assertIn(name, said)
                with open(os.path.join(self.state, name), "rb") as file:
                    self.assertEqual(file.read(), content, "it is for its owner to mend")

    def test_in_the_keys_of_obfs4_is_named(self):
        self.refuses("obfs4")

    def test_in_the_keys_of_scramblesuit_is_named(self):
        self.refuses("scramblesuit")

    def test_in_the_place_of_a_file_is_named(self):
        os.makedirs(os.path.join(self.state, "obfs4_state.json"))
        code, said = rozaneh(*bridge_words(self.state))
        self.assertEqual(code, 1, said)
        self.assertIn("obfs4_state.json", said)

    def test_in_the_place_of_the_directory_is_named(self):
        with open(self.state, "wb"):
            pass
        code, said = rozaneh(*bridge_words(self.state))
        self.assertEqual(code, 1, said)
        self.assertIn(self.state, said)


@unittest.skipUnless(own_mounts_work(), "no mounts of our own here")
class Disk(Box):
    def in_own_disk(self, prepare, options="size=64k"):
        """A wrapper: a small disk over the state directory, filled with what was there, and prepared."""
        os.makedirs(self.state, exist_ok=True)
        script = f"""
            set -e
            cp -a {self.state}/. {self.box}/saved
            mount -t tmpfs -o {options} none {self.state}
            cp -a {self.box}/saved/. {self.state}
            {prepare}
            exec "$@"
        """
        os.makedirs(os.path.join(self.box, "saved"), exist_ok=True)
        return ["unshare", "-rm", "sh", "-c", script, "sh"]

    FILL = "head -c 1M /dev/zero >filler 2>/dev/null || true"

    def refused(self, prepare, reason):
        """Starting fails with exit code 1 and these words; what was kept is what it was."""
        save = f"rm -f {self.state}/filler; cp -a {self.state}/. {self.box}/after"
        show = f'"$@" && code=0 || code=$?; {save}; exit $code'
        os.makedirs(os.path.join(self.box, "after"), exist_ok=True)
        wrapper = self.in_own_disk(f"cd {self.state}; {prepare}; cd /; sh -c '{show}' sh \"$@\"; exit")
        code, said = rozaneh(*bridge_words(self.state), wrapper=wrapper)
        self.assertEqual(code, 1, said)
        self.assertIn(self.state, said)
        self.assertIn(reason, said)
        return files_of(os.path.join(self.box, "after"))

    def test_that_is_full_leaves_no_half_a_key(self):
        self.assertEqual(self.refused(self.FILL, "No space left on device"), {})

    def test_that_is_full_leaves_old_keys_whole(self):
        self.use("obfs4")
        before = files_of(self.state)
        self.assertEqual(self.refused(self.FILL, "No space left on device"), before)

    def test_that_cannot_be_written_is_named(self):
        self.use("obfs4")
        before = files_of(self.state)
        self.assertEqual(self.refused(f"mount -o remount,ro {self.state}", "Read-only file system"), before)

    def test_that_was_full_for_a_while_forgets_no_hello(self):
        """One entry that fits in part must not spoil those behind it."""
        self.use("obfs4")
        # Up to 8 bytes before the end of a page of the disk: the next entry does not fit any more.
        now = int(time.time())
        entries = b"".join(os.urandom(8) + struct.pack(">I", now) for _ in range(4096 // 12 - 1))
        self.write("obfs4_replay", entries)
        listen = [f"obfs4=127.0.0.1:{free_port()}"]
        with contextlib.ExitStack() as stack:
            target = stack.enter_context(Service(echo))
            bridge = stack.enter_context(
                Bridge(listen=listen, forward=target.address, state=self.state, wrapper=self.in_own_disk(""))
            )
            inside = f"/proc/{bridge.pid}/root{self.state}"
            with open(os.path.join(inside, "filler"), "wb", buffering=0) as filler, contextlib.suppress(OSError):
                while True:
                    filler.write(bytes(4096))
            self.greet(bridge, 3)
            bridge.said("the replay filter cannot be kept")
            os.remove(os.path.join(inside, "filler"))
            hellos = self.greet(bridge, 3)
            # To the real disk, as if the machine had been started again.
            kept = files_of(inside)
            for name in kept:
                with open(os.path.join(inside, name), "rb") as file:
                    self.write(name, file.read())
            bridge.signal(signal.SIGKILL)
            bridge.ended()
            again = stack.enter_context(Bridge(listen=listen, forward=target.address, state=self.state))
            for hello in hellos:
                with connect(again.address, 1) as replay:
                    replay.sendall(hello)
                    with self.assertRaises(TimeoutError, msg="it was answered"):
                        replay.recv(1 << 16)

    def greet(self, bridge, count):
        """The hellos of some clients."""
        hellos = []
        for _ in range(count):
            with Wire(bridge.address) as wire:
                with Client("--no-state", through(bridge.link, wire.address[1])) as client:
                    client.event("connected")
                hellos.append(bytes(wire.sent[0]))
        return hellos


class Switching(Box):
    def test_from_obfs4proxy_keeps_the_bridge_line(self):
        """Its state file is ours too, in either direction."""
        self.use("obfs4")
        with open(os.path.join(self.state, "obfs4_state.json"), encoding="ascii") as file:
            kept = json.load(file)
        self.assertEqual(
            {name: len(value) if isinstance(value, str) else value for name, value in kept.items()},
            {"node-id": 40, "private-key": 64, "public-key": 64, "drbg-seed": 48, "iat-mode": 0},
        )


if __name__ == "__main__":
    main()
