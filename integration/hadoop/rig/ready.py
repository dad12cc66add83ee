"""When a rig is ready: asked over RPC, again and again, until a deadline."""

import socket
import time
from contextlib import suppress
from functools import partial
from typing import Callable, List, Optional

from . import process
from .errors import RigError
from .instance import Instance
from .wire import CLIENT, HA_SERVICE, RESOURCE_MANAGER, Connection, RpcError, message, parse

_PAUSE = 0.03
_LIVE = 2
_GET_SAFE_MODE = 3
# Where masters answer as soon as they do anything: a ResourceManager that stands by serves its administrators only.
_MASTERS = {"nn": ("rpc", HA_SERVICE), "rm": ("admin", HA_SERVICE)}


def wait(instance: Instance, what: str, names: List[str], seconds: float, question: Callable[[], bool]) -> None:
    """Asks until the answer is yes. Fails when a daemon among `names` dies or time is over, with the end of its log."""
    end = time.monotonic() + seconds
    while not _answer(question):
        dead = [name for name in names if not process.alive(instance, name)]
        if dead:
            raise RigError(
                f"{dead[0]} died while waiting for {what}; its last lines:\n{process.last_log_lines(instance, dead[0])}"
            )
        if time.monotonic() > end:
            logs = "\n".join(f"  {name}:\n{process.last_log_lines(instance, name)}" for name in names)
            raise RigError(f"no {what} after {seconds:.0f} s; last lines of the daemons:\n{logs}")
        time.sleep(_PAUSE)


def listens(instance: Instance, name: str) -> bool:
    """Whether a daemon answers: masters a call, the others a connection."""
    kind = name[:2]
    if kind in _MASTERS:
        port, protocol = _MASTERS[kind]
        with _connect(instance, name, port, protocol) as master, suppress(RpcError):
            master.call("getServiceStatus")  # which without HA it has not, and says so
    else:
        daemon = instance.daemon(name)
        socket.create_connection((daemon["address"], daemon["ports"]["rpc"]), 1).close()
    return True


def active_namenode(instance: Instance) -> Optional[str]:
    """A NameNode that serves, out of safe mode, with all DataNodes."""
    for name in instance.names("nn"):
        if _answer(partial(_serves, instance, name)):
            return name
    return None


def active_resourcemanager(instance: Instance) -> Optional[str]:
    """A ResourceManager that serves, with all NodeManagers."""
    for name in instance.names("rm"):
        if _answer(partial(_has_nodes, instance, name)):
            return name
    return None


def _serves(instance: Instance, name: str) -> bool:
    with _connect(instance, name, "rpc", CLIENT) as namenode:
        live = namenode.call("getDatanodeReport", message((1, _LIVE))).get(1, [])
        safe = namenode.call("setSafeMode", message((1, _GET_SAFE_MODE), (2, 1)))[1][0]
        return len(live) >= len(instance.names("dn")) and not safe


def _has_nodes(instance: Instance, name: str) -> bool:
    with _connect(instance, name, "rpc", RESOURCE_MANAGER) as resourcemanager:
        metrics = parse(resourcemanager.call("getClusterMetrics")[1][0])
        return metrics.get(3, [0])[0] >= len(instance.names("nm"))


def _connect(instance: Instance, name: str, port: str, protocol: str) -> Connection:
    daemon = instance.daemon(name)
    return Connection(daemon["address"], daemon["ports"][port], protocol, instance.user_of(name))


def _answer(question: Callable[[], object]) -> bool:
    """No answer is a no."""
    try:
        return bool(question())
    except (OSError, RpcError, KeyError, IndexError):
        return False
