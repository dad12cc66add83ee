"""Fills the cache: jars by Maven, the launcher, formatted images, class-data archives. Once per Hadoop version."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import List, Optional

from . import life, machine, process, ready
from .cache import Cache, root
from .daemons import kind_of
from .errors import RigError
from .instance import Instance
from .options import Options

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_JAVA = ["DaemonLauncher.java", "AddressedSocketFactory.java"]
# Sorted before all others, since its name is part of the class path.
_LAUNCHER = "00-launcher.jar"
_FORMAT = ["-format", "-force", "-nonInteractive"]
# Archives are written when a daemon ends; it must not wait for another one meanwhile.
_ENDS = (("nm", "dn"), ("rm",), ("fc",), ("nn",), ("jn",), ("zk",))


def prepare(version: str) -> Cache:
    """Fills what is missing in the cache; nothing to do takes milliseconds."""
    cache = Cache(version)
    made_from = _made_from(version)
    if _is_ready(cache, made_from):
        return cache
    os.makedirs(cache.directory, exist_ok=True)
    _open_to_all()
    with open(os.path.join(cache.directory, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_ready(cache, made_from):
            _fill(cache)
            with open(cache.ready, "w", encoding="utf-8") as file:
                file.write(made_from)
    return cache


def _is_ready(cache: Cache, made_from: str) -> bool:
    try:
        with open(cache.ready, encoding="utf-8") as file:
            same = file.read() == made_from
    except FileNotFoundError:
        return False
    if same:
        os.utime(cache.ready)  # newer than what it was made from, for scripts/setup.sh
    return same


def _made_from(version: str) -> str:
    """What decides the contents of the cache."""
    digest = hashlib.sha256()
    for name in ["pom.xml", *(os.path.join("java", name) for name in _JAVA), os.path.join("rig", "prepare.py")]:
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    stat = os.stat(process.java())
    return f"{version} {process.java()} {stat.st_size} {stat.st_mtime_ns} {digest.hexdigest()}\n"


def _open_to_all() -> None:
    """Root's cache is read by other accounts."""
    path = root()
    while machine.ready().accounts and path.startswith("/var/cache/weft"):
        os.chmod(path, 0o755)
        path = os.path.dirname(path)


def _fill(cache: Cache) -> None:
    if os.path.exists(cache.ready):
        os.remove(cache.ready)
    for directory in (cache.archives, cache.images):
        shutil.rmtree(directory, ignore_errors=True)
    _say(f"fetching the jars of Hadoop {cache.version} into {cache.jars}")
    with tempfile.TemporaryDirectory(dir=cache.directory) as scratch:
        jars = os.path.join(scratch, "jars")
        _fetch(cache.version, jars)
        _compile(jars, scratch)
        os.chmod(jars, 0o755)
        shutil.rmtree(cache.jars, ignore_errors=True)
        os.rename(jars, cache.jars)
    _say("formatting and archiving classes, which makes every later start three times as quick")
    _record(cache)


def _fetch(version: str, jars: str) -> None:
    command = ["mvn", "-q", "-B", "-f", os.path.join(HERE, "pom.xml"), f"-Dhadoop.version={version}"]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    # From the local repository when all of it is there: otherwise Maven asks the network about each again.
    offline = _run(command + ["-o"], "")
    if offline is not None:
        shutil.rmtree(jars, ignore_errors=True)
        failed = _run(command, "run scripts/setup.sh, which installs Maven")
        if failed is not None:
            raise RigError(f"Maven could not fetch Hadoop {version}: check the network and HADOOP_VERSION; it said:\n{failed}")


def _compile(jars: str, scratch: str) -> None:
    classes = os.path.join(scratch, "classes")
    sources = [os.path.join(HERE, "java", name) for name in _JAVA]
    bin_directory = os.path.join(process.java_home(), "bin")
    for command in (
        [os.path.join(bin_directory, "javac"), "-d", classes, *sources],
        [os.path.join(bin_directory, "jar"), "cf", os.path.join(jars, _LAUNCHER), "-C", classes, "."],
    ):
        failed = _run(command, "that is no JDK: run scripts/setup.sh, which installs one")
        if failed is not None:
            raise RigError(f"{' '.join(command)} failed:\n{failed}")


def _run(command: List[str], absent: str) -> Optional[str]:
    """Runs a tool; returns the end of its output when it fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise RigError(f"{command[0]} is missing: {absent}")
    return None if done.returncode == 0 else process.last_lines(done.stdout.decode(errors="replace"))


def _record(cache: Cache) -> None:
    """Brings up a rig with every kind of daemon from nothing, keeps what was formatted, and archives loaded classes."""
    directory = os.path.join(Cache.rigs(), f"prepare-{cache.version}-{os.getpid()}")
    options = Options(version=cache.version, ha=True, nodemanagers=1)
    instance = Instance.create(directory, options, machine.ready())
    try:
        life.lay_out(instance)
        images = os.path.join(cache.directory, "images.new")
        shutil.rmtree(images, ignore_errors=True)
        _format(instance, images)
        os.rename(images, cache.images)
        _start_recorded(instance)
        life.await_ready(instance)
        _use(instance)
        _end_recorded(instance)
        _keep_archives(instance)
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
        ready.wait(instance, f"answer from {name}", [name], 60, lambda: ready.listens(instance, name))
    process.run(instance, "hdfs", main, ["-Ddfs.ha.namenode.id=nn1", *_FORMAT])
    process.run(instance, "hdfs", kind_of("fc").main, ["-Ddfs.ha.namenode.id=nn1", "-formatZK", "-force", "-nonInteractive"])
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
        process.start(instance, name, None if kind in recorded else instance.path("tmp", kind + ".jsa"))
        recorded.add(kind)

    life.start(instance, begin)


def _use(instance: Instance) -> None:
    """Loads the classes that a first file and a command need."""
    shell = "org.apache.hadoop.fs.FsShell"
    process.run(instance, "client", shell, ["-put", os.path.join(instance.path("conf"), "core-site.xml"), "/tmp/recorded"])
    recording = ["-XX:ArchiveClassesAtExit=" + instance.path("tmp", "cli.jsa")]
    process.run(instance, "client", shell, ["-get", "/tmp/recorded", instance.path("tmp", "recorded")], recording)


def _end_recorded(instance: Instance) -> None:
    for kinds in _ENDS:
        names = [name for name in instance.names() if name[:2] in kinds]
        processes = [process.recorded_process(instance.directory, name) for name in names]
        for name in names:
            process.send(instance, name, signal.SIGTERM)
        if not process.gone([one for one in processes if one], 60):
            _say(f"{' '.join(names)} did not end in time: without class-data archives rigs start more slowly")


def _keep_archives(instance: Instance) -> None:
    archives = os.path.join(instance.cache.directory, "archives.new")
    shutil.rmtree(archives, ignore_errors=True)
    os.makedirs(archives)
    for name in os.listdir(instance.path("tmp")):
        if name.endswith(".jsa"):
            shutil.copyfile(instance.path("tmp", name), os.path.join(archives, name))
    os.rename(archives, instance.cache.archives)


def _say(text: str) -> None:
    print(f"hadoop: {text}", file=sys.stderr, flush=True)
