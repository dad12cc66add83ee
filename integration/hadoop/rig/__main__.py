"""The commands behind up.sh, down.sh, kill.sh, start.sh, env.sh, java.sh and prepare.sh."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time

from . import life, machine, prepare, process
from .cache import Cache
from .errors import RigError
from .instance import Instance
from .options import Options, disk, setting, version


def main() -> int:
    arguments = _parser().parse_args()
    os.umask(0o022)
    signal.signal(signal.SIGTERM, _stop)
    try:
        arguments.run(arguments)
        return 0
    except RigError as error:
        print(f"hadoop: {error}", file=sys.stderr)
        return 1


def _stop(*_) -> None:
    """As an exception, so that what was begun is cleaned up; once, so that cleaning up is not interrupted."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(1)


def _up(arguments) -> None:
    options = Options(
        version=version(),
        hdfs=not arguments.yarn_only,
        yarn=not arguments.hdfs_only,
        ha=arguments.ha,
        stock=arguments.stock,
        datanodes=arguments.datanodes,
        nodemanagers=arguments.nodemanagers,
        rm_recovery=arguments.rm_recovery,
        settings=[setting(text) for text in arguments.set],
        disks=dict(disk(text) for text in arguments.disk),
    ).check()
    if arguments.hold:
        _hold(options, arguments)
    else:
        description = _bring_up(options, _directory(arguments), arguments)
        print(_summary(description))


def _bring_up(options: Options, directory: str, arguments):
    prepare.prepare(options.version)
    life.sweep()
    begun = time.monotonic()
    instance = Instance.create(directory, options, machine.ready())
    try:
        if arguments.hold:
            life.own(directory)
        life.lay_out(instance)
        life.fill(instance)
        life.start(instance, lambda name: process.start(instance, name))
        seconds = life.await_ready(instance)
    except BaseException:
        _end(directory, arguments.keep)
        raise
    seconds["all"] = round(time.monotonic() - begun, 2)
    return {**instance.description(), "seconds": seconds}


def _hold(options: Options, arguments) -> None:
    """Keeps a rig up while standard input is open: however the program that asked for it ends, the rig ends too."""
    if os.getpgrp() != os.getpid():
        os.setsid()  # an interrupt from the terminal is for that program alone

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    directory = os.path.join(Cache.rigs(), f"held-{os.getpid()}")
    try:
        print(json.dumps(_bring_up(options, directory, arguments)), flush=True)
        while True:
            signal.pause()
    finally:
        _end(directory, arguments.keep)


def _end(directory: str, keep: bool) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if keep:
        life.abandon(directory)
    else:
        life.down(directory)


def _summary(description) -> str:
    lines = [f"{name:4} {daemon['host']}:{daemon['ports']['rpc']}" for name, daemon in description["daemons"].items()]
    seconds = ", ".join(f"{what} {value} s" for what, value in description["seconds"].items())
    lines += [f"note: {note}" for note in description["notes"]]
    lines += [f"Hadoop {description['options']['version']} in {description['directory']}, ready: {seconds}"]
    return "\n".join(lines)


def _down(arguments) -> None:
    life.down(_directory(arguments))


def _kill(arguments) -> None:
    instance = Instance.open(_directory(arguments))
    found = process.recorded_process(instance.directory, arguments.daemon)
    process.send(instance, arguments.daemon, getattr(signal, "SIG" + arguments.signal))
    if arguments.signal in ("KILL", "TERM") and found and not process.gone([found], 30):
        raise RigError(f"{arguments.daemon} is still there 30 s after SIG{arguments.signal}")


def _start(arguments) -> None:
    life.start_again(Instance.open(_directory(arguments)), arguments.daemon)


def _env(arguments) -> None:
    instance = Instance.open(_directory(arguments))
    print(f"export HADOOP_CONF_DIR={shlex.quote(instance.path('conf'))}")


def _java(arguments) -> None:
    instance = Instance.open(_directory(arguments))
    flags = process.archived(instance.cache)
    command = process.jvm(instance, arguments.main, "256m", flags, arguments.arguments)
    if arguments.plain:
        command = process.plain_jvm(instance, arguments.main, arguments.arguments)
    environment = process.environment(instance, instance.path("conf"))
    identity = machine.identity(instance.machine.user("client"), instance.machine)
    sys.exit(subprocess.call(command, env=environment, **identity))


def _prepare(arguments) -> None:
    machine.ready()
    prepare.prepare(version())


def _directory(arguments) -> str:
    chosen = arguments.dir or os.environ.get("WEFT_RIG_DIR") or os.path.join(Cache.rigs(), "default")
    return os.path.abspath(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hadoop", description="Real Hadoop daemons on this machine, for tests.")
    commands = parser.add_subparsers(required=True)
    up = _command(commands, "up", _up, "start a rig and wait until it is ready")
    up.add_argument("--ha", action="store_true", help="two NameNodes and ResourceManagers, JournalNode, ZooKeeper")
    stock = bool(os.environ.get("WEFT_RIG_STOCK"))
    up.add_argument("--stock", action="store_true", default=stock, help="Hadoop's own timers (WEFT_RIG_STOCK=1)")
    up.add_argument("--hdfs-only", action="store_true", help="no YARN")
    up.add_argument("--yarn-only", action="store_true", help="no HDFS: the file system is file:///")
    up.add_argument("--datanodes", type=int, default=1, metavar="N", help="1 to 4; dn1 is on the client's machine")
    up.add_argument("--nodemanagers", type=int, default=2, metavar="N", help="1 or 2")
    up.add_argument("--rm-recovery", action="store_true", help="a ResourceManager remembers (with --ha it always does)")
    up.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FILE:KEY=VALUE",
        help="one more property, for example hdfs-site:dfs.blocksize=1048576",
    )
    up.add_argument(
        "--disk",
        action="append",
        default=[],
        metavar="DN=SIZE",
        help="a DataNode's blocks on a file system of this size, for example dn1=64m (root)",
    )
    keep = bool(os.environ.get("WEFT_RIG_KEEP"))
    up.add_argument(
        "--keep",
        action="store_true",
        default=keep,
        help="when it fails, or with --hold ends, leave the directory with the logs (WEFT_RIG_KEEP=1)",
    )
    up.add_argument(
        "--hold", action="store_true", help="print the rig's description as JSON; take it down when standard input ends"
    )
    _command(commands, "down", _down, "end a rig and delete its directory")
    kill = _command(commands, "kill", _kill, "send a daemon a signal")
    kill.add_argument("daemon", help="for example nn1")
    kill.add_argument("signal", nargs="?", default="KILL", choices=["KILL", "STOP", "CONT", "TERM"])
    start = _command(commands, "start", _start, "start a daemon again and wait until it answers")
    start.add_argument("daemon", help="for example dn2")
    _command(commands, "env", _env, "print shell commands that point HADOOP_CONF_DIR at the rig")
    java = _command(commands, "java", _java, "run a class of Hadoop's as the client")
    java.add_argument("--plain", action="store_true", help="with Java's own settings, as an installed client has them")
    java.add_argument("main", help="for example org.apache.hadoop.fs.FsShell")
    java.add_argument("arguments", nargs=argparse.REMAINDER)
    _command(commands, "prepare", _prepare, "fill the cache of jars (HADOOP_VERSION)")
    return parser


def _command(commands, name: str, run, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.add_argument("--dir", help="the rig's directory (default: WEFT_RIG_DIR, or one in the cache)")
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
