"""Processes: how a JVM is started, and what lives, by process id and start time."""

import os
import shutil
import signal
import subprocess
import time
from typing import Dict, List, Optional, Sequence, Tuple

from . import machine, site
from .cache import Cache
from .daemons import kind_of
from .errors import RigError
from .instance import Instance

# Hadoop reflects into these packages, which newer JDKs close.
_OPENED = (
    "java.io java.lang java.lang.reflect java.math java.net java.text java.util java.util.concurrent java.util.zip "
    "sun.security.util sun.security.x509"
).split()
# One compiler, one collector thread, no checks of what Hadoop's own jars contain, no collections just because classes
# are loaded, and programs run without a helper in between (Hadoop runs `readlink`, `id` and others by the dozen): a
# daemon's first seconds are what matters, on a machine that has few cores.
_FLAGS = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote "
    "-XX:MetaspaceSize=128m -XX:-UsePerfData -Xshare:auto -Xlog:disable -Xlog:all=error:stderr "
    "-Djdk.lang.Process.launchMechanism=VFORK -Djava.net.preferIPv4Stack=true"
).split()
# What an archive is made with. Only this collector can write the objects of classes into it; all can read them.
_DUMP_FLAGS = (
    "-Xmx1g -XX:+UseG1GC -XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote "
    "-Xlog:disable -Xlog:all=error:stderr"
).split()
_NEEDED = ["-XX:+IgnoreUnrecognizedVMOptions", *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED)]
# YARN's files, and those of containers, are its own: nothing works only because others may read it.
_YARN_UMASK = 0o077
_UMASK = 0o022


def java() -> str:
    """The `java` to run, with symbolic links resolved."""
    home = os.environ.get("JAVA_HOME")
    found = os.path.join(home, "bin", "java") if home else shutil.which("java")
    if not found or not os.path.exists(found):
        raise RigError("there is no java on PATH or in JAVA_HOME: run scripts/setup.sh")
    return os.path.realpath(found)


def java_home() -> str:
    """The directory that has `bin/java`."""
    return os.path.dirname(os.path.dirname(java()))


def class_path(cache: Cache) -> str:
    """All jars in a fixed order: an archive fits one class path only."""
    return ":".join(os.path.join(cache.jars, jar) for jar in sorted(os.listdir(cache.jars)) if jar.endswith(".jar"))


def jvm(instance: Instance, main: str, heap: str, flags: Sequence[str], arguments: Sequence[str]) -> List[str]:
    """A command line that runs a class of Hadoop's, started quickly and small."""
    return [java(), "-Xmx" + heap, *_FLAGS, *flags, *_launch(instance, main, arguments)]


def plain_jvm(instance: Instance, main: str, arguments: Sequence[str]) -> List[str]:
    """A command line that runs a class of Hadoop's with Java's own settings."""
    return [java(), *_launch(instance, main, arguments)]


def _launch(instance: Instance, main: str, arguments: Sequence[str]) -> List[str]:
    log = instance.path("log")
    command = [*_NEEDED, f"-Djdk.net.hosts.file={instance.path('conf', 'hosts')}"]
    command += [f"-Dlog4j.configuration=file:{instance.path('conf', 'log4j.properties')}"]
    # Web servers unpack their pages into the temporary directory, and do not remove them when they are killed.
    command += [f"-Djava.io.tmpdir={instance.path('tmp')}", f"-Dhadoop.log.dir={log}", f"-Dyarn.log.dir={log}"]
    command += ["-cp", class_path(instance.cache)]
    return command + ["DaemonLauncher", instance.path("conf"), main, *arguments]


def archived(cache: Cache) -> List[str]:
    """The flag for the class-data archive, where there is one."""
    return ["-XX:SharedArchiveFile=" + cache.archive] if os.path.exists(cache.archive) else []


def recording(classes: str) -> List[str]:
    """The flag that has the names of all classes that are loaded written into a file."""
    return ["-XX:DumpLoadedClassList=" + classes]


def archiving(cache: Cache, classes: str, archive: str) -> List[str]:
    """A command line that makes an archive of the classes whose names are in a file."""
    flags = [*_DUMP_FLAGS, "-Xshare:dump", "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + archive]
    return [java(), *flags, "-cp", class_path(cache)]


def environment(instance: Instance, configuration: str) -> Dict[str, str]:
    """A daemon's whole environment: nothing of the caller's, so that rigs are the same everywhere."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "HOME": instance.path("tmp"),
        "JAVA_HOME": java_home(),
        "HADOOP_CONF_DIR": configuration,
    }


def start(instance: Instance, name: str, recorded: Optional[str] = None) -> int:
    """Starts a daemon and notes its process id. With `recorded` its classes' names go into that file."""
    if alive(instance, name):
        raise RigError(f"{name} runs already: stop it with kill.sh {name}")
    kind, role = kind_of(name), name[:2]
    flags = recording(recorded) if recorded else archived(instance.cache)
    flags += [f"-Dweft.rig.address={instance.daemon(name)['address']}"]
    if role == "zk":
        flags += ["-Dzookeeper.preAllocSize=64"]  # KB; its logs would be 64 MB each
    if role == "rm":
        flags += ["-Dweft.rig.short.keys=true"]
    # NodeManagers get the right configuration through the launcher, and hand the wrong one to containers.
    configuration = instance.path("misleading" if role == "nm" else "conf")
    with open(log_of(instance, name), "ab") as log:
        process = subprocess.Popen(
            jvm(instance, kind.main, kind.heap, flags, site.arguments(instance, name)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=instance.path("tmp"),
            env=environment(instance, configuration),
            umask=_YARN_UMASK if kind.account == "yarn" else _UMASK,
            start_new_session=True,
            **machine.identity(instance.user_of(name), instance.machine),
        )
    record(pid_file(instance.directory, name), process.pid)
    return process.pid


def run(instance: Instance, role: str, main: str, arguments: Sequence[str], flags: Sequence[str] = ()) -> None:
    """Runs a class of Hadoop's to its end as the user who plays `role`."""
    done = subprocess.run(
        jvm(instance, main, "256m", flags, arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=instance.path("tmp"),
        env=environment(instance, instance.path("conf")),
        **machine.identity(instance.machine.user(role), instance.machine),
    )
    if done.returncode != 0:
        text = done.stdout.decode(errors="replace")
        raise RigError(
            f"{main} {' '.join(arguments)} ended with {done.returncode}; its last lines:\n{last_lines(text)}"
        )


def send(instance: Instance, name: str, which: signal.Signals) -> None:
    """Sends a signal to a daemon that lives."""
    instance.daemon(name)
    process = recorded_process(instance.directory, name)
    if process is None or not is_alive(*process):
        raise RigError(f"{name} does not run: start it with start.sh {name}")
    os.kill(process[0], which)


def alive(instance: Instance, name: str) -> bool:
    """Whether the daemon's process is there and not a zombie."""
    process = recorded_process(instance.directory, name)
    return process is not None and is_alive(*process)


def record(path: str, pid: int) -> None:
    """Writes a process's id and start time."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{pid} {started(pid)}\n")


def recorded_process(directory: str, name: str) -> Optional[Tuple[int, int]]:
    """What a daemon's pid file says: process id and start time."""
    return recorded(pid_file(directory, name))


def recorded(path: str) -> Optional[Tuple[int, int]]:
    """What `record` wrote."""
    try:
        with open(path, encoding="utf-8") as file:
            pid, start_time = file.read().split()
            return int(pid), int(start_time)
    except (FileNotFoundError, ValueError):
        return None


def is_alive(pid: int, start_time: int) -> bool:
    """Whether this very process runs: ids are used again, ids with start times are not."""
    return started(pid) == start_time != 0


def started(pid: int) -> int:
    """When a process began, in clock ticks since boot; 0 when there is none or it is a zombie.

    A zombie with threads is not over: it still holds ports and files.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0
    over = fields[0] in "ZX" and int(fields[17]) <= 1
    return 0 if over else int(fields[19])


def gone(processes: Sequence[Tuple[int, int]], seconds: float) -> bool:
    """Waits until none of the processes lives."""
    end = time.monotonic() + seconds
    while any(is_alive(*process) for process in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def pid_file(directory: str, name: str) -> str:
    """Where a daemon's process id is."""
    return os.path.join(directory, "run", name + ".pid")


def log_of(instance: Instance, name: str) -> str:
    """What a daemon printed."""
    return instance.path("log", name + ".log")


def last_lines(text: str, count: int = 20) -> str:
    """The end of a text, indented."""
    return "\n".join("    " + line for line in text.splitlines()[-count:])


def last_log_lines(instance: Instance, name: str) -> str:
    """The end of a daemon's log."""
    try:
        with open(log_of(instance, name), encoding="utf-8", errors="replace") as file:
            return last_lines(file.read())
    except FileNotFoundError:
        return "    (no log)"
