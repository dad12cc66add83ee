"""A rig's life: up, its daemons one by one, down."""

import fcntl
import glob
import os
import shutil
import signal
import subprocess
import time
from typing import Callable, Dict, List, Sequence, Tuple

from . import machine, ports, process, ready, site
from .cache import Cache
from .errors import RigError
from .instance import Instance, description_of
from .wire import CLIENT, Connection, message

_SECONDS = 120
# What must answer before the rest is started when nothing is in a hurry to try again.
_FIRST = ("zk", "jn")
_MASTERS = ("nn", "rm")
_OWNER = "owner"


def lay_out(instance: Instance) -> None:
    """Makes the directories and the configuration."""
    for name in ("run", "log", "data", "tmp"):
        os.makedirs(instance.path(name))
    os.makedirs(instance.path("log", "containers"))
    os.chmod(instance.path("tmp"), 0o1777)
    machine.give(instance.path("log", "containers"), instance.machine.user("yarn"), instance.machine)
    site.write(instance)
    for name in instance.names():
        if name[:2] in ("fc", "rm"):
            continue
        os.makedirs(instance.path("data", name), exist_ok=True)
        if name in instance.options.disks:
            _mount(instance, name)
        machine.give(instance.path("data", name), instance.user_of(name), instance.machine)
    if instance.options.rm_recovery:
        os.makedirs(instance.path("data", "rm-state"))
        machine.give(instance.path("data", "rm-state"), instance.machine.user("yarn"), instance.machine)


def fill(instance: Instance) -> None:
    """Copies what formatted daemons store."""
    image = os.path.join(instance.cache.images, "ha" if instance.options.ha else "plain")
    for name in os.listdir(image):
        if name in instance.daemons:
            shutil.copytree(os.path.join(image, name), instance.path("data", name), dirs_exist_ok=True)
            machine.give(instance.path("data", name), instance.user_of(name), instance.machine)


def start(instance: Instance, begin: Callable[[str], object]) -> None:
    """Starts all daemons. On stock timers those that are called must be there first: nobody tries again soon."""
    waves = [instance.names()]
    if instance.options.stock:
        kinds = (_FIRST, _MASTERS)
        early = [[name for name in instance.names() if name[:2] in wave] for wave in kinds]
        waves = early + [[name for name in instance.names() if name[:2] not in _FIRST + _MASTERS]]
    for wave in waves:
        for name in wave:
            if name.startswith("fc"):  # gives up after one try
                await_answer(instance, "zk")
            begin(name)
        if instance.options.stock:
            for name in wave:
                await_answer(instance, name)


def await_ready(instance: Instance) -> Dict[str, float]:
    """Waits until clients can use the rig; returns the seconds that each half took."""
    begun = time.monotonic()
    seconds = {}
    if instance.options.hdfs:
        what = "NameNode with all DataNodes"
        ready.wait(instance, what, _half(instance, "yarn"), _SECONDS, lambda: _furnish(instance))
        seconds["hdfs"] = round(time.monotonic() - begun, 2)
    if instance.options.yarn:
        ready.wait(
            instance,
            "ResourceManager with all NodeManagers",
            _half(instance, "hdfs"),
            _SECONDS,
            lambda: ready.active_resourcemanager(instance),
        )
        seconds["yarn"] = round(time.monotonic() - begun, 2)
    return seconds


def start_again(instance: Instance, name: str) -> None:
    """Starts a daemon that was stopped, and waits until it answers."""
    process.start(instance, name)
    await_answer(instance, name)


def await_answer(instance: Instance, name: str) -> None:
    """Waits until a daemon that was started answers."""
    ready.wait(instance, f"answer from {name}", [name], _SECONDS, lambda: ready.listens(instance, name))


def own(directory: str) -> None:
    """Notes that a rig is to end with this process."""
    process.record(os.path.join(directory, _OWNER), os.getpid())


def sweep() -> None:
    """Takes down rigs whose owner ended without doing so: it was killed."""
    os.makedirs(Cache.rigs(), exist_ok=True)
    with open(os.path.join(Cache.rigs(), ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for owner in glob.glob(os.path.join(Cache.rigs(), "*", _OWNER)):
            found = process.recorded(owner)
            if found and not process.is_alive(*found):
                down(os.path.dirname(owner))


def down(directory: str) -> None:
    """Ends everything that belongs to the rig and deletes its directory. Nothing to do when there is none."""
    description = description_of(directory)
    if not os.path.exists(description):
        return
    end_processes(directory)
    for mounted in _mounts_below(directory):
        # Lazily: what was just killed may hold it a moment longer.
        subprocess.run(["umount", "--lazy", mounted], check=True)
    ports.release(Cache.ports(), directory)
    for entry in os.scandir(directory):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.path != description:  # the last to go: without it this directory is no rig's
            os.remove(entry.path)
    shutil.rmtree(directory)


def abandon(directory: str) -> None:
    """Ends everything and leaves the directory, until somebody takes it down."""
    end_processes(directory)
    owner = os.path.join(directory, _OWNER)
    if os.path.exists(owner):
        os.remove(owner)


def end_processes(directory: str) -> None:
    """Kills daemons, then containers, which outlive their NodeManager."""
    names = [os.path.basename(path)[: -len(".pid")] for path in glob.glob(os.path.join(directory, "run", "*.pid"))]
    _kill([found for found in (process.recorded_process(directory, name) for name in names) if found])
    _kill(_containers(directory))


def _kill(processes: Sequence[Tuple[int, int]]) -> None:
    for pid, start_time in processes:
        if process.is_alive(pid, start_time):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    if not process.gone(processes, 20):
        raise RigError(
            f"processes do not end after SIGKILL: {[pid for pid, time in processes if process.is_alive(pid, time)]}"
        )


def _containers(directory: str) -> List[Tuple[int, int]]:
    """Processes of containers: those in a session a NodeManager noted, or with its directories in their environment."""
    sessions = set()
    for path in glob.glob(os.path.join(directory, "data", "nm*", "local*", "nmPrivate", "*", "*", "*.pid")):
        with open(path, encoding="utf-8") as file:
            text = file.read().strip()
        if text.isdigit():
            sessions.add(int(text))
    mark = f"LOCAL_DIRS={directory}/".encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (_session(entry) in sessions or mark in _environment(entry)):
            found.append((int(entry), process.started(int(entry))))
    return found


def _session(pid: str) -> int:
    try:
        return os.getsid(int(pid))
    except OSError:
        return 0


def _environment(pid: str) -> bytes:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _half(instance: Instance, other: str) -> List[str]:
    """The daemons to watch while waiting, without those of the other half."""
    without = {"yarn": ("rm", "nm"), "hdfs": ("nn", "dn", "jn", "fc")}[other]
    return [name for name in instance.names() if name[:2] not in without]


def _furnish(instance: Instance) -> bool:
    """Makes the directories every cluster has. The root is open, like /tmp: examples write to `hdfs:///out`.

    Part of being ready: of two NameNodes the one that was active a moment ago may not be any more.
    """
    name = ready.active_namenode(instance)
    if name is None:
        return False
    client = instance.machine.user("client")
    superuser = instance.machine.user("hdfs")
    daemon = instance.daemon(name)
    with Connection(daemon["address"], daemon["ports"]["rpc"], CLIENT, superuser) as namenode:
        for path, mode in (("/", 0o1777), ("/tmp", 0o1777), ("/yarn-logs", 0o1777), ("/user", 0o755)):
            namenode.call("mkdirs", message((1, path), (2, message((1, mode))), (3, 1)))
            namenode.call("setPermission", message((1, path), (2, message((1, mode)))))
        for user in sorted({client, machine.invoking_user()}):
            home = "/user/" + user
            namenode.call("mkdirs", message((1, home), (2, message((1, 0o700))), (3, 1)))
            namenode.call("setOwner", message((1, home), (2, user), (3, user)))
    return True


def _mount(instance: Instance, name: str) -> None:
    """A small file system for a DataNode's blocks."""
    if not instance.machine.accounts:
        raise RigError(f"--disk {name}=…: mounting needs root")
    size = instance.options.disks[name]
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "weft-rig", instance.path("data", name)],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RigError(f"cannot mount {size} for {name}: {done.stderr.strip()}")


def _mounts_below(directory: str) -> List[str]:
    with open("/proc/self/mounts", encoding="utf-8") as file:
        points = [line.split()[1] for line in file]
    return [point for point in points if point.startswith(directory + "/")]
