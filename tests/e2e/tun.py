"""Network interfaces of a test's own making: those of /dev/net/tun, which need no more than the kernel that any VPN needs."""

import fcntl
import os
import struct
import subprocess

TUN = "/dev/net/tun"
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def run(*words):
    subprocess.run(words, check=True)


def make_interface(name, address, *routes):
    """An interface whose other side is the descriptor that this answers."""
    tun = os.open(TUN, os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    # It shall say nothing of its own accord.
    with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w", encoding="ascii") as switch:
        switch.write("1")
    run("ip", "address", "add", address, "dev", name)
    run("ip", "link", "set", name, "up")
    for route in routes:
        run("ip", "route", "add", *route.split(), "dev", name)
    return tun
