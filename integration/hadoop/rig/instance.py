"""The directory of one rig: what is where in it, and the description in `rig.json`.

rig.json     options, addresses, users; written once
owner        process id and start time of the process that the rig ends with, when there is one
conf/        configuration of daemons and clients
misleading/  a wrong configuration, which NodeManagers hand to containers
run/         NAME.pid: process id and start time
log/         NAME.log: what a daemon printed; nmN/: logs of containers
data/        what daemons store
tmp/         scratch, for everybody
"""

import json
import os
import stat
from dataclasses import asdict
from typing import Any, Dict, List

from . import ports
from .cache import Cache
from .daemons import kind_of
from .errors import RigError
from .machine import HOSTS, Machine
from .options import Options

# Which machine each daemon is on. The client's own has dn1; two workers have a DataNode and a NodeManager each.
PLACES = {
    "zk": "master1",
    "jn": "master1",
    "nn1": "master1",
    "nn2": "master2",
    "fc1": "master1",
    "fc2": "master2",
    "rm1": "master1",
    "rm2": "master2",
    "nm1": "node1",
    "nm2": "node2",
    "dn1": "client",
    "dn2": "node1",
    "dn3": "node2",
    "dn4": "node3",
}


class Instance:
    """One rig's directory."""

    def __init__(self, directory: str, description: Dict[str, Any]):
        self.directory = directory
        self.options = Options(**description["options"])
        self.options.settings = [tuple(one) for one in self.options.settings]
        self.machine = Machine(**description["machine"])
        self.daemons: Dict[str, Dict[str, Any]] = description["daemons"]
        self.cache = Cache(self.options.version)

    @staticmethod
    def create(directory: str, options: Options, machine: Machine) -> "Instance":
        """Makes the directory and chooses addresses."""
        if os.path.exists(description_of(directory)):
            raise RigError(
                f"there is a rig in {directory} already: take it down with down.sh, or give --dir another directory"
            )
        if os.path.isdir(directory) and os.listdir(directory):
            raise RigError(
                f"{directory} is not empty: give --dir a new directory, everything in it is deleted by down.sh"
            )
        os.makedirs(directory, exist_ok=True)
        os.chmod(directory, 0o755)
        if machine.accounts:
            _check_open_to_all(directory)
        claimed = iter(ports.claim(Cache.ports(), directory, sum(len(kind_of(name).ports) for name in options.names())))
        daemons = {name: _describe(name, machine, claimed) for name in options.names()}
        instance = Instance(directory, {"options": asdict(options), "machine": asdict(machine), "daemons": daemons})
        instance.save()
        return instance

    @staticmethod
    def open(directory: str) -> "Instance":
        """The rig that is in `directory`."""
        try:
            with open(description_of(directory), encoding="utf-8") as file:
                return Instance(directory, json.load(file))
        except FileNotFoundError:
            raise RigError(
                f"there is no rig in {directory}: start one with up.sh, or say where it is with --dir or WEFT_RIG_DIR"
            ) from None

    def description(self) -> Dict[str, Any]:
        """All there is to know about the rig, for `rig.json` and for programs."""
        return {
            "directory": self.directory,
            "options": asdict(self.options),
            "machine": asdict(self.machine),
            "users": {role: self.machine.user(role) for role in ("hdfs", "yarn", "client")},
            "notes": self.machine.notes(),
            "daemons": self.daemons,
        }

    def save(self) -> None:
        """Writes `rig.json`, in one step."""
        target = description_of(self.directory)
        with open(target + ".new", "w", encoding="utf-8") as file:
            json.dump(self.description(), file, indent=1)
        os.rename(target + ".new", target)

    def path(self, *parts: str) -> str:
        """A path inside the directory."""
        return os.path.join(self.directory, *parts)

    def names(self, kind: str = "") -> List[str]:
        """The daemons, or those of one kind."""
        return [name for name in self.daemons if name.startswith(kind)]

    def daemon(self, name: str) -> Dict[str, Any]:
        """Where `name` is: host, address, ports."""
        if name not in self.daemons:
            raise RigError(f"there is no daemon {name} in {self.directory}: it has {' '.join(self.daemons)}")
        return self.daemons[name]

    def at(self, name: str, port: str) -> str:
        """`host:port` as a configuration file has it."""
        daemon = self.daemon(name)
        return f"{daemon['host']}:{daemon['ports'][port]}"

    def user_of(self, name: str) -> str:
        """The user a daemon runs as."""
        return self.machine.user(kind_of(name).account)


def description_of(directory: str) -> str:
    """The file that makes a directory a rig's."""
    return os.path.join(directory, "rig.json")


def _describe(name: str, machine: Machine, claimed) -> Dict[str, Any]:
    address, host = HOSTS[PLACES[name]] if machine.host_names else ("127.0.0.1", "127.0.0.1")
    return {"host": host, "address": address, "ports": {port: next(claimed) for port in kind_of(name).ports}}


def _check_open_to_all(directory: str) -> None:
    """Other accounts must get into the rig's directory."""
    while directory != "/":
        if not os.stat(directory).st_mode & stat.S_IXOTH:
            raise RigError(
                f"other users cannot enter {directory}, and daemons run as others: give --dir one below an open one"
            )
        directory = os.path.dirname(directory)
