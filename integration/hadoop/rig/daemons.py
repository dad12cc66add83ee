"""The kinds of daemon: their main class, heap, account and ports."""

from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class Kind:
    """What all daemons of one kind have in common."""

    title: str
    main: str
    heap: str
    # Whose account it runs under when the rig has accounts: "hdfs" or "yarn".
    account: str
    # Names of the ports it listens on. "rpc" is the one that shows that it lives.
    ports: Tuple[str, ...]


_HDFS = "org.apache.hadoop.hdfs"
_YARN = "org.apache.hadoop.yarn.server"

KINDS = {
    "zk": Kind("ZooKeeper", "org.apache.zookeeper.server.quorum.QuorumPeerMain", "64m", "hdfs", ("rpc",)),
    "jn": Kind("JournalNode", f"{_HDFS}.qjournal.server.JournalNode", "96m", "hdfs", ("rpc", "http")),
    "nn": Kind("NameNode", f"{_HDFS}.server.namenode.NameNode", "192m", "hdfs", ("rpc", "http")),
    "fc": Kind("ZKFailoverController", f"{_HDFS}.tools.DFSZKFailoverController", "96m", "hdfs", ("rpc",)),
    "dn": Kind("DataNode", f"{_HDFS}.server.datanode.DataNode", "160m", "hdfs", ("rpc", "data", "http")),
    "rm": Kind(
        "ResourceManager",
        f"{_YARN}.resourcemanager.ResourceManager",
        "256m",
        "yarn",
        ("rpc", "scheduler", "tracker", "admin", "http"),
    ),
    "nm": Kind("NodeManager", f"{_YARN}.nodemanager.NodeManager", "192m", "yarn", ("rpc", "localizer", "http")),
}


def kind_of(name: str) -> Kind:
    """The kind of the daemon called `name`, which is a kind's two letters and perhaps a number."""
    return KINDS[name[:2]]
