"""What a rig takes from the machine besides ports: accounts and host names.

As root, both are made when missing. Without root there are no accounts, and host names only when they are there
already.
"""

import fcntl
import os
import pwd
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import Dict, List, Optional

from .errors import RigError

# Accounts that daemons and the client run under, so that nothing works only because root did it.
ACCOUNTS = {"hdfs": "weft-hdfs", "yarn": "weft-yarn", "client": "weft-client"}

# Where each machine of the imagined cluster is. `client` is this one, so that it has a DataNode of its own.
# Masters and workers have names: code that takes an address for a name, or 127.0.0.1 for a worker, fails.
HOSTS = {
    "client": ("127.0.0.1", "localhost"),
    "node1": ("127.0.1.11", "node1.weft.test"),
    "node2": ("127.0.1.12", "node2.weft.test"),
    "node3": ("127.0.1.13", "node3.weft.test"),
    "master1": ("127.0.1.21", "master1.weft.test"),
    "master2": ("127.0.1.22", "master2.weft.test"),
}


@dataclass(frozen=True)
class Machine:
    """What this machine allows."""

    accounts: bool
    host_names: bool

    def user(self, role: str) -> str:
        """The user who plays `role`: hdfs, yarn or client."""
        return ACCOUNTS[role] if self.accounts else invoking_user()

    def notes(self) -> List[str]:
        """What the rig cannot show here, one sentence each."""
        notes = []
        if not self.accounts:
            notes.append("not root: daemons, containers and the client all run as " + invoking_user())
        if not self.host_names:
            notes.append("/etc/hosts has no names for the rig and could not be given any: every daemon is on 127.0.0.1")
        return notes


def invoking_user() -> str:
    """The name of the user of this process."""
    return pwd.getpwuid(os.getuid()).pw_name


def superuser() -> str:
    """Who formats NameNodes and so owns their root directory."""
    return ACCOUNTS["hdfs"] if os.getuid() == 0 else invoking_user()


def ready() -> Machine:
    """Makes accounts and host names when that is allowed and they are missing."""
    root = os.getuid() == 0
    if root:
        for account in ACCOUNTS.values():
            _make_account(account)
        with suppress(OSError):  # a file that cannot be written, as in some containers: what resolves counts
            _add_host_names()
    return Machine(accounts=root, host_names=not _unresolved())


def identity(user: str, machine: Machine) -> Dict[str, object]:
    """Arguments for `subprocess` that start a process as `user`."""
    if not machine.accounts:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give(path: str, user: str, machine: Machine) -> None:
    """Makes `user` the owner of everything at and below `path`."""
    if not machine.accounts:
        return
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    for parent, directories, files in os.walk(path):
        for name in directories + files:
            os.lchown(os.path.join(parent, name), entry.pw_uid, entry.pw_gid)


def _make_account(account: str) -> None:
    try:
        pwd.getpwnam(account)
        return
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", account]
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, PATH=path))
    if done.returncode not in (0, 9):  # 9: another rig made it just now
        raise RigError(f"cannot make the account {account} that daemons run under: {done.stderr.strip()}")


def _add_host_names() -> None:
    # Appended in place: in a container the file is a mount point, which cannot be replaced. It may be missing, too.
    with open("/etc/hosts", "a+", encoding="utf-8") as hosts:
        fcntl.flock(hosts, fcntl.LOCK_EX)
        hosts.seek(0)
        text = hosts.read()
        known = {name for line in text.splitlines() for name in line.split("#")[0].split()[1:]}
        missing = [f"{address} {name}\n" for address, name in HOSTS.values() if name not in known]
        if missing:
            hosts.write(("" if not text or text.endswith("\n") else "\n") + "".join(missing))


def _unresolved() -> Optional[str]:
    """The first host name that does not lead to its address."""
    for address, name in HOSTS.values():
        try:
            if address not in {found[4][0] for found in socket.getaddrinfo(name, None, socket.AF_INET)}:
                return name
        except OSError:
            return name
    return None
