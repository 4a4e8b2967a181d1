"""`rozaneh signal` on loopback, for the tests that need one."""

from harness import Rozaneh, endpoint

DOMAIN = "proxy.example.org"
CHAT = "chat.signal.org"


class Signal(Rozaneh):
    """On free ports of loopback, ready."""

    def __init__(self, pki, *words, certificates=None, names=(DOMAIN,), command="signal", **options):
        files = [pki.certificate(*names)] if certificates is None else certificates
        given = [word for chain, key in files for word in ("--cert", chain, "--key", key)]
        super().__init__(command, "--domain", DOMAIN, "--listen", "127.0.0.1:0", "--listen-http", "127.0.0.1:0",
                         *given, *words, **options)
        said = self.event("listening")
        self.address, self.http = endpoint(said["at"][0]), endpoint(said["http_at"][0])
        self.host, self.links = said["host"], said["links"]
