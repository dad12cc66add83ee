"""Fills the cache: jars by Maven, the launcher, formatted images, a class-data archive. Once per Hadoop version."""

import fcntl
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from typing import Callable, Dict, List, Optional

from . import life, machine, process
from .cache import Cache, root
from .daemons import kind_of
from .errors import RigError
from .instance import Instance
from .options import Options

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_JAVA = ["DaemonLauncher.java", "AddressedSocketFactory.java", "ShortKeys.java"]
# Rise when jars, or what was recorded, change in a way that the other sources do not show.
_LAYOUT = 2
_RECORDING = 1
# Sorted before all others, since its name is part of the class path.
_LAUNCHER = "00-launcher.jar"
_MADE_FROM = "made-from"
_SIGNATURE = re.compile(r"META-INF/[^/]+\.(SF|RSA|DSA|EC)")
_FORMAT = ["-format", "-force", "-nonInteractive"]
# Lists are complete when a daemon has ended; it must not wait for another one meanwhile.
_ENDS = (("nm", "dn"), ("rm",), ("fc",), ("nn",), ("jn",), ("zk",))


def prepare(version: str) -> Cache:
    """Fills what is missing in the cache; nothing to do takes milliseconds."""
    cache = Cache(version)
    made_from = _made_from(version)
    if _holds(cache.ready, made_from):
        os.utime(cache.ready)  # newer than what it was made from, for prepare.sh
        return cache
    os.makedirs(cache.directory, exist_ok=True)
    _open_to_all()
    with open(os.path.join(cache.directory, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Jars stay while they can: a rig that runs goes on loading classes from them.
        _stage(cache.jars, _sources(version), lambda jars: _fetch(version, jars))
        _stage(cache.recorded, made_from, lambda recorded: _record(cache, recorded))
        with open(cache.ready, "w", encoding="utf-8") as file:
            file.write(made_from)
    return cache


def _stage(directory: str, made_from: str, fill: Callable[[str], None]) -> None:
    """Fills a directory unless it was filled from the same before. It appears when it is complete."""
    if _holds(os.path.join(directory, _MADE_FROM), made_from):
        return
    new = directory + ".new"
    shutil.rmtree(new, ignore_errors=True)
    os.makedirs(new)
    fill(new)
    with open(os.path.join(new, _MADE_FROM), "w", encoding="utf-8") as file:
        file.write(made_from)
    shutil.rmtree(directory, ignore_errors=True)
    os.rename(new, directory)


def _holds(path: str, text: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read() == text
    except FileNotFoundError:
        return False


def _sources(version: str) -> str:
    """What decides the jars, besides the layout."""
    digest = hashlib.sha256()
    for name in ["pom.xml", *(os.path.join("java", name) for name in _JAVA)]:
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    return f"{version} {_LAYOUT} {digest.hexdigest()}\n"


def _made_from(version: str) -> str:
    """What decides all of the cache. prepare.sh knows how it begins."""
    stat = os.stat(process.java())
    jvm = f"{process.java()} {stat.st_size} {int(stat.st_mtime)}"
    return f"{version} {jvm} {machine.superuser()} {_RECORDING} {_sources(version)}"


def _open_to_all() -> None:
    """Root's cache is read by other accounts."""
    path = root()
    while os.getuid() == 0 and path.startswith("/var/cache/weft"):
        os.chmod(path, 0o755)
        path = os.path.dirname(path)


def _fetch(version: str, jars: str) -> None:
    _say(f"fetching the jars of Hadoop {version}")
    command = ["mvn", "-q", "-B", "-f", os.path.join(HERE, "pom.xml"), f"-Dhadoop.version={version}"]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    # From the local repository when all of it is there: otherwise Maven asks the network about each again.
    if _run(command + ["-o"], "run scripts/setup.sh, which installs Maven") is not None:
        failed = _run(command, "run scripts/setup.sh, which installs Maven")
        if failed is not None:
            raise RigError(
                f"Maven could not fetch Hadoop {version}: check the network and HADOOP_VERSION; it said:\n{failed}"
            )
    for jar in os.listdir(jars):
        _unsign(os.path.join(jars, jar))
    with tempfile.TemporaryDirectory() as classes:
        _compile(jars, classes)


def _unsign(jar: str) -> None:
    """Signatures are checked class by class at every start, and classes that are signed cannot be archived."""
    with zipfile.ZipFile(jar) as signed:
        entries = signed.infolist()
        kept = [entry for entry in entries if not _SIGNATURE.fullmatch(entry.filename)]
        if len(kept) == len(entries):
            return
        with zipfile.ZipFile(jar + ".new", "w", zipfile.ZIP_DEFLATED) as unsigned:
            for entry in kept:
                unsigned.writestr(entry, signed.read(entry))
    os.rename(jar + ".new", jar)


def _compile(jars: str, classes: str) -> None:
    sources = [os.path.join(HERE, "java", name) for name in _JAVA]
    tools = os.path.join(process.java_home(), "bin")
    for command in (
        [os.path.join(tools, "javac"), "-d", classes, *sources],
        [os.path.join(tools, "jar"), "cf", os.path.join(jars, _LAUNCHER), "-C", classes, "."],
    ):
        failed = _run(command, "that is no JDK: run scripts/setup.sh, which installs one")
        if failed is not None:
            raise RigError(f"{' '.join(command)} failed:\n{failed}")


def _run(command: List[str], absent: str) -> Optional[str]:
    """Runs a tool; returns the end of its output when it fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise RigError(f"{command[0]} is missing: {absent}") from None
    return None if done.returncode == 0 else process.last_lines(done.stdout.decode(errors="replace"))


def _record(cache: Cache, recorded: str) -> None:
    """Brings up a rig with every kind of daemon from nothing, keeps what was formatted, and archives loaded classes.

    One archive of the daemons' classes together, made from the lists of what each loaded: an archive that a JVM writes
    at its own end leaves out what is older than Java 6, half of what web servers load.
    """
    _say("formatting, and archiving classes, which makes later starts three times as quick")
    directory = os.path.join(Cache.rigs(), f"prepare-{cache.version}-{os.getpid()}")
    options = Options(version=cache.version, ha=True, nodemanagers=1)
    instance = Instance.create(directory, options, machine.ready())
    life.own(directory)
    try:
        life.lay_out(instance)
        _format(instance, os.path.join(recorded, "images"))
        _start_recorded(instance)
        life.await_ready(instance)
        _use(instance)
        _end_recorded(instance)
        _archive(instance, os.path.join(recorded, os.path.basename(cache.archive)))
    finally:
        life.down(directory)


def _format(instance: Instance, images: str) -> None:
    main = kind_of("nn").main
    plain = ["-Ddfs.ha.namenode.id=nn1", "-Ddfs.namenode.shared.edits.dir="]
    # A NameNode without a partner: its directory alone.
    process.run(instance, "hdfs", main, [*plain, *_FORMAT])
    shutil.copytree(instance.path("data", "nn1"), os.path.join(images, "plain", "nn1"))
    for name in ("zk", "jn"):
        process.start(instance, name)
        life.await_answer(instance, name)
    process.run(instance, "hdfs", main, ["-Ddfs.ha.namenode.id=nn1", *_FORMAT])
    process.run(
        instance, "hdfs", kind_of("fc").main, ["-Ddfs.ha.namenode.id=nn1", "-formatZK", "-force", "-nonInteractive"]
    )
    life.end_processes(instance.directory)
    # The second NameNode begins as a copy of the first.
    shutil.copytree(instance.path("data", "nn1"), instance.path("data", "nn2"), dirs_exist_ok=True)
    machine.give(instance.path("data", "nn2"), instance.user_of("nn2"), instance.machine)
    for name in ("zk", "jn", "nn1", "nn2"):
        unlocked = shutil.ignore_patterns("in_use.lock")
        shutil.copytree(instance.path("data", name), os.path.join(images, "ha", name), ignore=unlocked)


def _start_recorded(instance: Instance) -> None:
    recorded = set()

    def begin(name: str) -> None:
        kind = name[:2]
        process.start(instance, name, None if kind in recorded else _list(instance, kind))
        recorded.add(kind)

    life.start(instance, begin)


def _use(instance: Instance) -> None:
    """Loads the classes that a first file and a command need."""
    shell = "org.apache.hadoop.fs.FsShell"
    process.run(
        instance, "client", shell, ["-put", os.path.join(instance.path("conf"), "core-site.xml"), "/tmp/recorded"]
    )
    recording = process.recording(_list(instance, "client"))
    process.run(instance, "client", shell, ["-get", "/tmp/recorded", instance.path("tmp", "recorded")], recording)


def _end_recorded(instance: Instance) -> None:
    for kinds in _ENDS:
        names = [name for name in instance.names() if name[:2] in kinds]
        recorded = {kind: name for name in reversed(names) for kind in kinds if name.startswith(kind)}.values()
        processes = [process.recorded_process(instance.directory, name) for name in recorded]
        for name in names:
            process.send(instance, name, signal.SIGTERM if name in recorded else signal.SIGKILL)
        if not process.gone([one for one in processes if one], 120):
            _say(f"{' '.join(recorded)} did not end in time: what they loaded last is not archived")


def _archive(instance: Instance, archive: str) -> None:
    classes = instance.path("tmp", "classes")
    with open(classes, "w", encoding="utf-8") as file:
        file.writelines(_loaded(instance))
    failed = _run(process.archiving(instance.cache, classes, archive), "run scripts/setup.sh, which installs a JDK")
    if failed is not None:
        raise RigError(f"classes could not be archived:\n{failed}")
    os.chmod(archive, 0o644)


def _loaded(instance: Instance) -> List[str]:
    """The lines of all lists, each once, but those that only make sense in their own: of loaders that others lack."""
    lines: Dict[str, None] = {}
    for path in sorted(glob.glob(_list(instance, "*"))):
        with open(path, encoding="utf-8") as file:
            complete = (line for line in file if line.endswith("\n") and " source:" not in line)
            lines.update((line.split(" id:")[0].rstrip("\n") + "\n", None) for line in complete if line[0] != "#")
    return list(lines)


def _list(instance: Instance, kind: str) -> str:
    """The file with the names of the classes that a kind of daemon loaded."""
    return instance.path("tmp", kind + ".classes")


def _say(text: str) -> None:
    print(f"hadoop: {text}", file=sys.stderr, flush=True)
