"""What was asked of `up.sh`."""

import os
import re
from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from .errors import RigError

DEFAULT_VERSION = "3.4.3"
SITES = ("core-site", "hdfs-site", "yarn-site", "capacity-scheduler")
MOST_DATANODES = 4
MOST_NODEMANAGERS = 2


@dataclass
class Options:
    """A rig's shape. Kept in `rig.json`, so that a daemon can be started again as it was."""

    version: str = DEFAULT_VERSION
    hdfs: bool = True
    yarn: bool = True
    ha: bool = False
    stock: bool = False
    datanodes: int = 1
    nodemanagers: int = 2
    rm_recovery: bool = False
    # (site file without .xml, key, value)
    settings: List[Tuple[str, str, str]] = field(default_factory=list)
    # DataNode -> size of the file system its blocks are on
    disks: Dict[str, str] = field(default_factory=dict)

    def check(self) -> "Options":
        """Refuses what cannot be built."""
        if not (self.hdfs or self.yarn):
            raise RigError("--hdfs-only and --yarn-only together leave nothing to start")
        if self.hdfs and not 1 <= self.datanodes <= MOST_DATANODES:
            raise RigError(f"--datanodes {self.datanodes}: 1 to {MOST_DATANODES} are possible")
        if self.yarn and not 1 <= self.nodemanagers <= MOST_NODEMANAGERS:
            raise RigError(f"--nodemanagers {self.nodemanagers}: 1 to {MOST_NODEMANAGERS} are possible")
        for name in self.disks:
            if name not in self.names():
                raise RigError(f"--disk {name}=…: there is no such DataNode, the rig has {' '.join(self.names())}")
        return self

    def names(self) -> List[str]:
        """The daemons, in an order in which each comes after those it calls."""
        both = ("1", "2") if self.ha else ("1",)
        names = ["zk"] if self.ha else []
        if self.hdfs:
            names += ["jn"] if self.ha else []
            names += ["nn" + i for i in both]
            # Early: no NameNode is active before they have found ZooKeeper, which they wait for alone.
            names += ["fc" + i for i in both] if self.ha else []
        names += ["rm" + i for i in both] if self.yarn else []
        if self.hdfs:
            names += [f"dn{i + 1}" for i in range(self.datanodes)]
        names += [f"nm{i + 1}" for i in range(self.nodemanagers)] if self.yarn else []
        return names


def version() -> str:
    """The Hadoop version chosen by HADOOP_VERSION."""
    chosen = os.environ.get("HADOOP_VERSION") or DEFAULT_VERSION
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)+", chosen):
        raise RigError(f"HADOOP_VERSION is {chosen!r}: give a release such as {DEFAULT_VERSION}")
    return chosen


def setting(text: str) -> Tuple[str, str, str]:
    """Parses `FILE:KEY=VALUE`."""
    found = re.fullmatch(r"([a-z-]+):([^=\s]+)=(.*)", text, re.DOTALL)
    if not found or found[1] not in SITES:
        raise RigError(f"--set {text}: expected FILE:KEY=VALUE with FILE one of {', '.join(SITES)}")
    return found[1], found[2], found[3]


def disk(text: str) -> Tuple[str, str]:
    """Parses `DATANODE=SIZE`, for example `dn1=64m`."""
    found = re.fullmatch(r"(dn[0-9]+)=([0-9]+[kmg])", text)
    if not found:
        raise RigError(f"--disk {text}: expected DATANODE=SIZE, for example dn1=64m")
    return found[1], found[2]
