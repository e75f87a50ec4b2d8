"""Loaded by every Python that has this folder on its path: refuses and reports what would leave.

Each attempt is a line of JSON in the file named by LASER_TEST_LEAKS: what was asked of which
address, by which process, and the stack that asked.
"""

import contextlib
import ipaddress
import json
import os
import sys
import traceback
from pathlib import Path

WATCHED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}
NOWHERE = (None, "", b"", "localhost", b"localhost", "0.0.0.0", "::")


def _stays(address):
    """Whether an address is this machine's own loopback, or no address of a network at all."""
    if isinstance(address, tuple):
        address = address[0]
    if address in NOWHERE or not isinstance(address, (str, bytes)):
        return True
    text = address.decode(errors="replace") if isinstance(address, bytes) else address
    if "/" in text or text.startswith("\0"):  # a socket in the file system
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(event, args):
    place = WATCHED.get(event)
    if place is None or _stays(args[place]):
        return
    told = {
        "what": event,
        "address": repr(args[place]),
        "process": [sys.executable, *getattr(sys, "argv", [])],
        "caller": traceback.format_stack(),
    }
    leaks = Path(os.environ.get("LASER_TEST_LEAKS", os.devnull))
    with contextlib.suppress(OSError), leaks.open("a") as file:
        file.write(json.dumps(told) + "\n")
    raise ConnectionRefusedError(f"a test refuses {event} to {args[place]!r}")


sys.addaudithook(_refuse)
