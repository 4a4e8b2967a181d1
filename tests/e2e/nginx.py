"""Debian's nginx in front of something, with a certificate of its own making: what most WebTunnel bridges stand behind.

    with Authority() as authority, NginxFront(authority, {"/path": ("127.0.0.1", 1234)}) as front:
        front.url("/path"), front.address, authority.path
"""

import os
import shutil
import subprocess
import tempfile

from harness import Server, free_port

PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
NAME = "bridge.example"

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {root}/pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log {root}/access.log;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name {name};
        ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;  # as in Debian's nginx.conf; 1.22 by itself has no 1.3
        ssl_certificate {chain};
        ssl_certificate_key {key};
        root {root}/web;
{locations}
    }}
}}
"""

# As Tor's instructions for WebTunnel have it.
LOCATION = """\
        location = {path} {{
            proxy_pass http://{host}:{port};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Accept-Encoding "";
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For {forwarded_for};
            proxy_set_header X-Forwarded-Proto $scheme;
            add_header Front-End-Https on;
            proxy_redirect off;
            access_log off;
            error_log off;
        }}
"""


class Authority:
    """A certificate for NAME and 127.0.0.1 that vouches for itself."""

    def __enter__(self):
        self.own = tempfile.TemporaryDirectory(prefix="rozaneh-e2e-")
        self.path, self.key = (os.path.join(self.own.name, name) for name in ("chain.pem", "key.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost,IP:127.0.0.1",
             "-keyout", self.key, "-out", self.path],
            check=True, capture_output=True,
        )
        return self

    def __exit__(self, *failure):
        self.own.cleanup()


class NginxFront(Server):
    """Hands requests for some paths on to servers behind it; everything else is its own site."""

    def __init__(self, authority, paths, forwarded_for="$proxy_add_x_forwarded_for"):
        port = free_port()

        def configuration(root):
            os.mkdir(os.path.join(root, "web"))
            with open(os.path.join(root, "web", "index.html"), "w", encoding="ascii") as page:
                page.write("a site\n")
            locations = "".join(
                LOCATION.format(path=path, host=host, port=behind, forwarded_for=forwarded_for)
                for path, (host, behind) in paths.items()
            )
            return CONFIGURATION.format(root=root, port=port, name=NAME, chain=authority.path, key=authority.key,
                                        locations=locations)

        super().__init__([PROGRAM, "-e", "stderr", "-c"], configuration, ("127.0.0.1", port))

    def url(self, path):
        return f"https://127.0.0.1:{self.address[1]}{path}"


def is_installed():
    return os.access(PROGRAM, os.X_OK)
