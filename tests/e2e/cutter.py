"""Somebody on the path: passes on to a target, and cuts, freezes or throttles each connection for itself."""

import contextlib
import socket
import threading
import time

from harness import Service, connect


class Cutter(Service):
    """Passes on to `target`, and ends every connection after `life` seconds, or after `most` bytes to the client.

    With `freezes` these last ones are not ended: nothing more comes, and nobody is told. With `rate` each direction of
    each connection carries so many bytes a second.
    """

    def __init__(self, target, life=None, most=None, freezes=False, rate=None):
        self.target, self.life, self.most, self.freezes, self.rate = target, life, most, freezes, rate
        self.refuses = False
        self.alive = set()  # connections that their client has not ended, and that were not cut
        self.most_alive = 0
        self.carried = 0  # bytes, both ways
        self.lock = threading.Lock()
        super().__init__(self._pass_on)

    def cut_all(self):
        for connection in list(self.open):
            self._reset(connection)

    def cut(self, connection):
        """One of those that are alive."""
        self._reset(connection)

    def _over(self, connection):
        with self.lock:
            self.alive.discard(connection)

    def _reset(self, connection):
        self._over(connection)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.shutdown(socket.SHUT_RDWR)

    def _count(self, size):
        with self.lock:
            self.carried += size
        if self.rate:
            time.sleep(size / self.rate)

    def _pass_on(self, client):
        if self.refuses:
            return self._reset(client)
        with self.lock:
            self.alive.add(client)
            self.most_alive = max(self.most_alive, len(self.alive))
        with connect(self.target) as server:
            if self.life:
                timer = threading.Timer(self.life, lambda: (self._reset(client), self._reset(server)))
                timer.daemon = True
                timer.start()
            back = threading.Thread(target=self._back, args=(server, client), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                while part := client.recv(self._most_at_once):
                    server.sendall(part)
                    self._count(len(part))
            self._over(client)
            self._reset(server)
            back.join()

    @property
    def _most_at_once(self):
        return 4096 if self.rate else 1 << 16

    def _back(self, server, client):
        left = self.most
        with contextlib.suppress(OSError):
            while part := server.recv(self._most_at_once if left is None else max(1, min(self._most_at_once, left))):
                client.sendall(part)
                self._count(len(part))
                if left is not None:
                    left -= len(part)
                    if left <= 0:
                        break
        if not self.freezes:
            self._reset(client)
