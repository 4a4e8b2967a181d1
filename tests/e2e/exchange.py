"""Many streams through a client, to and fro, while something happens to what carries them."""

import contextlib
import hashlib
import socket
import threading

from harness import PATIENCE, SANITIZED, numbered, socks5, until

STREAMS = 20 if SANITIZED else 100
SIZE = 500_000  # of each stream, each way


def opened(client, target):
    code, connection = socks5(client.address, target.address)
    if code != 0:
        raise AssertionError(f"SOCKS answered {code}")
    return connection


class Exchange:
    """Streams that are sent to and fro, in small steps, until they are told to finish."""

    def __init__(self, client, target, streams=STREAMS):
        self.done = []
        self.moved = 0
        self.finish = threading.Event()
        self.connections = [opened(client, target) for _ in range(streams)]
        self.threads = [threading.Thread(target=self._one, args=(each,), daemon=True) for each in self.connections]
        for thread in self.threads:
            thread.start()

    def _one(self, connection):
        try:
            self.done.append(self._echo(connection))
        except OSError as failure:
            self.done.append(f"{failure!r}")

    def _echo(self, connection):
        with connection:
            sent, state = 0, hashlib.sha256()
            data = numbered(SIZE)

            def send():
                nonlocal sent
                rounds = 0
                while rounds == 0 or not self.finish.is_set():
                    with contextlib.suppress(OSError):
                        connection.sendall(data)
                    sent += len(data)
                    rounds += 1
                connection.shutdown(socket.SHUT_WR)

            sender = threading.Thread(target=send, daemon=True)
            sender.start()
            received = 0
            while part := connection.recv(1 << 16):
                expected = (data + data)[received % SIZE : received % SIZE + len(part)]
                if part != expected:
                    return f"wrong bytes at {received}"
                received += len(part)
                self.moved += len(part)
                state.update(part)
            sender.join()
            return True if received == sent else f"{received} of {sent} bytes came back"

    def goes_on(self):
        """Waits until more has moved than lay anywhere on the way."""
        at = self.moved
        if not until(lambda: self.moved > at + 4_000_000):
            raise AssertionError(f"nothing moves: {self.done}")

    def end(self):
        self.finish.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        return self.done
