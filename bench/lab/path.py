"""What the lab's path carries on one core: script/bench --lab.

    path.py ROZANEH CENSOR...     a table, one line a censor; fails if what is required is not reached
    path.py --inside              runs behind a censor; prints what it has measured as JSON

Whatever forwards is alone on one core, all else shares the others. Two figures for each load: by the clock, and by the
forwarder's own processor time, which is what one core of its own could carry and which a busy machine disturbs less.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time

WEB, ECHO = ("198.51.100.10", 80), ("198.51.100.12", 443)
BYTES = 1 << 30
SECONDS = 4
PATIENCE = 10
SMALL = b"\xc3" * 22  # 64 bytes of Ethernet frame
REQUIRED = {"Gbit/s": 1.5, "packets/s": 100_000}


def cpu_seconds(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def download():
    """Bits that came."""
    with socket.create_connection(WEB) as connection:
        connection.sendall(b"GET /bytes/%d HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n" % BYTES)
        connection.settimeout(PATIENCE)
        buffer, total = bytearray(1 << 20), 0
        while count := connection.recv_into(buffer):
            total += count
    assert total > BYTES
    return 8 * total


def datagrams():
    """Packets that the path has carried for sure: each answer was a question before."""
    answers, over = 0, threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talk:
        talk.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        talk.settimeout(PATIENCE)
        talk.connect(ECHO)

        def send():
            while not over.is_set():
                for _ in range(64):
                    talk.send(SMALL)
                time.sleep(0)

        sender = threading.Thread(target=send)
        sender.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            talk.recv_into(bytearray(64))
            answers += 1
        over.set()
        sender.join()
    return 2 * answers


def inside():
    forwarder = os.getppid()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for process in filter(str.isdigit, os.listdir("/proc")):
            os.sched_setaffinity(int(process), {cores[0]} if int(process) == forwarder else set(cores[1:]))
    told = {}
    for unit, load in (("Gbit/s", download), ("packets/s", datagrams)):
        cpu, clock = cpu_seconds(forwarder), time.monotonic()
        amount = load() / (1e9 if unit == "Gbit/s" else 1)
        told[unit] = {"clock": amount / (time.monotonic() - clock), "core": amount / (cpu_seconds(forwarder) - cpu)}
    print(json.dumps(told))


def main(rozaneh, censors):
    reached = True
    print("| censor | TCP, Gbit/s | of a core | 64-byte datagrams, packets/s | of a core |\n| --- | --- | --- | --- | --- |")
    for censor in censors:
        done = subprocess.run([rozaneh, "lab", "run", censor, "--", sys.executable, "-B", os.path.abspath(__file__),
                               "--inside"], stdout=subprocess.PIPE, text=True, check=True)
        told = json.loads(done.stdout)
        bits, packets = told["Gbit/s"], told["packets/s"]
        print(f"| {censor} | {bits['clock']:.2f} | {bits['core']:.2f} | {packets['clock']:,.0f} | {packets['core']:,.0f} |")
        reached = reached and all(told[unit]["core"] >= least for unit, least in REQUIRED.items())
    print(f"Required: {REQUIRED['Gbit/s']} Gbit/s and {REQUIRED['packets/s']:,} packets/s of a core: "
          f"{'reached' if reached else 'not reached'}.")
    return 0 if reached else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        inside()
    else:
        sys.exit(main(sys.argv[1], sys.argv[2:] or ["iran-2012-02", "russia-2025-16kb"]))
