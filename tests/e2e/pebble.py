"""Debian's pebble and pebble-challtestsrv on loopback: an authority that issues, and the DNS that it believes."""

import json
import os
import ssl
import subprocess
import tempfile
import urllib.request

from harness import Process, free_port, listens, until

PEBBLE = "/usr/bin/pebble"
CHALLENGE_SERVER = "/usr/bin/pebble-challtestsrv"


def self_signed(directory, name="localhost", stem="server"):
    """A certificate for one name and 127.0.0.1, made by openssl; answers the paths of it and of its key."""
    certificate, key = (os.path.join(directory, f"{stem}.{end}") for end in ("pem", "key"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "7"]
        + ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate, key


class Pebble:
    """An authority. `rejected` percent of all nonces are refused; certificates are valid for `life` seconds.

    With `accounts`, keys (base64url) by their ids, it takes none that is bound to none of these; with `alternates` it has so
    many more roots, and a chain to each.
    """

    def __init__(self, rejected=20, life=None, dns=None, accounts=None, alternates=0):
        self.box = tempfile.TemporaryDirectory(prefix="rozaneh-pebble-")
        self.certificate, key = self_signed(self.box.name)
        self.http_port, self.tls_port, self.port, self.management = (free_port() for _ in range(4))
        self.dns_port, self.dns_management = free_port(), free_port()
        settings = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": self.certificate,
            "privateKey": key,
            "httpPort": self.http_port,
            "tlsPort": self.tls_port,
        }
        if life:
            settings["certificateValidityPeriod"] = life
        if accounts:
            settings.update(externalAccountBindingRequired=True, externalAccountMACKeys=accounts)
        config = os.path.join(self.box.name, "pebble.json")
        with open(config, "w", encoding="ascii") as file:
            json.dump({"pebble": settings}, file)
        self.names = Process(
            [CHALLENGE_SERVER, "-dns01", f"127.0.0.1:{self.dns_port}", "-management", f"127.0.0.1:{self.dns_management}"]
            + ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]
        )
        environment = {**os.environ, "PEBBLE_WFE_NONCEREJECT": str(rejected), "PEBBLE_VA_NOSLEEP": "1",
                       "PEBBLE_ALTERNATE_ROOTS": str(alternates)}
        self.authority = Process(
            [PEBBLE, "-config", config, "-dnsserver", f"127.0.0.1:{dns or self.dns_port}"], environment
        )
        assert until(lambda: listens(self.port) and listens(self.dns_management))
        self.directory = f"https://localhost:{self.port}/dir"

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.authority.__exit__(*failure)
        self.names.__exit__(None, None, None)
        self.box.cleanup()

    def root(self, number=0):
        """What it issues from, in PEM: made anew at each start. Those after the first are alternates."""
        context = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(f"https://localhost:{self.management}/roots/{number}", context=context) as answer:
            return answer.read().decode()


class Knot:
    """A name server for one zone, which takes updates signed with its key. Debian's own is not touched."""

    def __init__(self, zone, secret="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="):
        self.box = tempfile.TemporaryDirectory(prefix="rozaneh-knot-")
        os.mkdir(os.path.join(self.box.name, "db"))
        self.port = free_port()
        self.key = os.path.join(self.box.name, "key")
        with open(self.key, "w", encoding="ascii") as file:
            file.write(f'key "acme.key" {{\n\talgorithm hmac-sha256;\n\tsecret "{secret}";\n}};\n')
        with open(os.path.join(self.box.name, "zone"), "w", encoding="ascii") as file:
            file.write(f"$ORIGIN {zone}.\n$TTL 1\n@ SOA ns admin 1 60 60 60 1\n@ NS ns\n@ A 127.0.0.1\n* A 127.0.0.1\n")
        config = os.path.join(self.box.name, "knot.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(self._config(zone, secret))
        self.server = Process(["/usr/sbin/knotd", "-c", config])
        self.server.said(rf"\[{zone}\.?\] loaded")
        assert until(lambda: listens(self.port))

    def _config(self, zone, secret):
        box = self.box.name
        user = "" if os.geteuid() else "    user: root\n"
        return (
            f'server:\n    rundir: "{box}"\n    listen: 127.0.0.1@{self.port}\n{user}'
            f'database:\n    storage: "{box}/db"\nlog:\n  - target: stderr\n    any: info\n'
            f"key:\n  - id: acme.key\n    algorithm: hmac-sha256\n    secret: {secret}\n"
            "acl:\n  - id: acme\n    key: acme.key\n    action: update\n"
            f'zone:\n  - domain: {zone}\n    file: "{box}/zone"\n    acl: acme\n'
            "    zonefile-sync: -1\n    journal-content: all\n"
        )

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.server.__exit__(*failure)
        self.box.cleanup()

    def texts(self, name):
        """The TXT records at a name."""
        asked = subprocess.run(
            ["dig", "+short", "+tcp", "-p", str(self.port), "@127.0.0.1", name, "TXT"], capture_output=True, text=True
        )
        return asked.stdout.split()
