"""The proxies that are compared: ours and Debian's nginx and HAProxy, each configured in a folder that goes with it.

All run on one core; all lead `chat.signal.org` to the load's backend and have one EC certificate.
"""

import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time

PATIENCE = 15  # seconds for a program to listen
PROXY_CORE, LOAD_CORE = 1, 0
INNER, OUTER = "chat.signal.org", "proxy.example"
# What Signal's proxy lists, beside it; see issue 4.
OTHERS = ("storage", "cdn", "cdn2", "cdn3", "cdsi", "contentproxy", "grpc.chat", "sfu.voip", "svr2", "svrb", "updates",
          "updates2")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def listens(port):
    """From /proc, since a connection would be a load."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        return any(line.split()[1] == f"0100007F:{port:04X}" and line.split()[3] == "0A" for line in list(file)[1:])


def descendants(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid] + [each for child in children for each in descendants(int(child))]


class Proxy:
    """Processes on the proxies' cores, in a folder with `pair.pem` (chain and key), `chain.pem`, `key.pem`."""

    def __init__(self, name, backend, cores=(PROXY_CORE,)):
        self.name = name
        self.backend = backend
        self.cores = cores
        self.port = free_port()
        self._home = tempfile.TemporaryDirectory(prefix="rozaneh-bench-")
        self.home = pathlib.Path(self._home.name)
        self.home.chmod(0o755)
        self.children = []
        self._make_certificate()

    def _make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "key.pem", "-out", "chain.pem", "-days", "30", "-subj", f"/CN={OUTER}",
                        "-addext", f"subjectAltName=DNS:{OUTER}"],
                       cwd=self.home, check=True, stderr=subprocess.DEVNULL)
        both = [(self.home / name).read_text(encoding="ascii") for name in ("chain.pem", "key.pem")]
        (self.home / "pair.pem").write_text("".join(both), encoding="ascii")

    def write(self, name, text):
        (self.home / name).write_text(text, encoding="ascii")
        return str(self.home / name)

    def start(self, *words, port=None):
        with open(self.home / "log", "ab") as log:
            self.children.append(subprocess.Popen(
                words, cwd=self.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, self.cores)))
        deadline = time.monotonic() + PATIENCE
        while not listens(port or self.port):
            if time.monotonic() > deadline or self.children[-1].poll() is not None:
                log = (self.home / "log").read_text(errors="replace")
                self.stop()
                raise RuntimeError(f"{self.name} did not start: {log}")
            time.sleep(0.02)

    def pids(self):
        return [pid for child in self.children for pid in descendants(child.pid)]

    def cpu(self):
        """Seconds of all threads of all processes, user and system, to the nanosecond."""
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.pids())

    def memory(self):
        """KiB of user memory, shared pages by their share."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return total

    def stop(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(3)
            child.kill()
            child.wait()
        self._home.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Ours(Proxy):
    """With its default limits."""

    def __init__(self, rozaneh, backend, cores=(PROXY_CORE,)):
        super().__init__("rozaneh", backend, cores)
        self.start(rozaneh, "signal", "--domain", OUTER, "--listen", f"127.0.0.1:{self.port}", "--listen-http", "none",
                   "--cert", "chain.pem", "--key", "key.pem", "--upstream", f"{INNER}=127.0.0.1:{backend}",
                   "--allow-private", "--state", str(self.home / "state"))


# certbot's options-ssl-nginx.conf, which Signal's installation fetches.
CERTBOT = """
    ssl_session_cache shared:le_nginx_SSL:10m;
    ssl_session_timeout 1440m;
    ssl_session_tickets off;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers off;
    ssl_ciphers "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:\
DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384";
"""


class Nginx(Proxy):
    """`pair`: two of them as Signal's repository has them (cf152e8); otherwise one that does both."""

    def __init__(self, backend, pair, connections=65536, cores=(PROXY_CORE,)):
        super().__init__("nginx pair" if pair else "one nginx", backend, cores)
        self.connections = connections
        outer = f"listen 127.0.0.1:{self.port} ssl; ssl_certificate chain.pem; ssl_certificate_key key.pem; {CERTBOT}"
        if pair:
            relay = free_port()
            self._run("relay", self._map() + f"server {{ listen 127.0.0.1:{relay}; proxy_pass $name; ssl_preread on; }}",
                      relay)
            self._run("terminate", f"upstream relay {{ server 127.0.0.1:{relay}; }} "
                                   f"server {{ {outer} proxy_pass relay; }}", self.port)
        else:
            self._run("fused", self._map() + f"server {{ {outer} ssl_preread on; proxy_pass $name; }}", self.port)

    def _map(self):
        others = "".join(f"{other}.signal.org unused; " for other in OTHERS)
        return (f"map $ssl_preread_server_name $name {{ {INNER} chat; {others} default deny; }} "
                f"upstream chat {{ server 127.0.0.1:{self.backend}; }} "
                "upstream unused { server 127.0.0.1:9; } upstream deny { server 127.0.0.1:9; } ")

    def _run(self, name, stream, port):
        conf = self.write(f"{name}.conf", f"""
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; pid {name}.pid; error_log /dev/null; worker_processes auto;
events {{ worker_connections {self.connections}; }}
stream {{ access_log off; {stream} }}
""")
        self.start("/usr/sbin/nginx", "-p", str(self.home), "-c", conf, port=port)


class Haproxy(Proxy):
    """Ends the outer TLS and routes by the inner hello, in one process."""

    def __init__(self, backend, cores=(PROXY_CORE,)):
        super().__init__("HAProxy", backend, cores)
        others = " ".join(f"{other}.signal.org" for other in OTHERS)
        conf = self.write("haproxy.cfg", f"""
defaults
  mode tcp
  timeout connect 10s
  timeout client 10m
  timeout server 10m
frontend tls
  bind 127.0.0.1:{self.port} ssl crt {self.home}/pair.pem ssl-min-ver TLSv1.2
  tcp-request inspect-delay 10s
  tcp-request content accept if {{ req.ssl_hello_type 1 }}
  use_backend chat if {{ req.ssl_sni -i {INNER} }}
  use_backend deny if {{ req.ssl_sni -i {others} }}
  default_backend deny
backend chat
  server chat 127.0.0.1:{self.backend}
backend deny
  server deny 127.0.0.1:9
""")
        self.start("/usr/sbin/haproxy", "-db", "-q", "-f", conf)
