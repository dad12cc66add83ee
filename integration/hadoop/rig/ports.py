"""Ports that no other rig and no client socket takes between the choice and the daemon's bind.

Ports below the ephemeral range (32768 and up on Linux) are never given to clients. They are handed out in blocks; a
block belongs to the rig whose directory is written in the block's file, for as long as that directory exists.
"""

import fcntl
import os
import random
import socket
from typing import List

from .errors import RigError

FIRST = 15000
BLOCK = 50
BLOCKS = 340


def claim(registry: str, directory: str, count: int) -> List[int]:
    """Claims a block for the rig in `directory` and returns `count` free ports of it."""
    os.makedirs(registry, exist_ok=True)
    with open(os.path.join(registry, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for block in random.sample(range(BLOCKS), BLOCKS):
            owner = os.path.join(registry, str(block))
            if _in_use(owner):
                continue
            free = [port for port in range(FIRST + block * BLOCK, FIRST + (block + 1) * BLOCK) if _is_free(port)]
            if len(free) >= count:
                with open(owner, "w", encoding="utf-8") as file:
                    file.write(directory)
                return free[:count]
    raise RigError(f"no {count} free ports together from {FIRST} on: take down a rig (claims are in {registry})")


def release(registry: str, directory: str) -> None:
    """Gives up what the rig in `directory` claimed."""
    if not os.path.isdir(registry):
        return
    for name in os.listdir(registry):
        path = os.path.join(registry, name)
        if name != "lock" and _owner(path) == directory:
            os.remove(path)


def _owner(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _in_use(path: str) -> bool:
    owner = _owner(path)
    return bool(owner) and os.path.isdir(owner)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True
