"""The configuration of a rig: one directory serves all daemons and clients; what differs per daemon is its argument."""

import os
import socket
from typing import Dict, List
from xml.sax.saxutils import escape

from . import timers
from .instance import Instance
from .machine import HOSTS

NAMESERVICE = "ns1"
CLUSTER = "weft-rig"
_RM_ADDRESSES = {
    "address": "rpc",
    "scheduler.address": "scheduler",
    "resource-tracker.address": "tracker",
    "admin.address": "admin",
    "webapp.address": "http",
}
_STORES = "org.apache.hadoop.yarn.server.resourcemanager.recovery"

LOG4J = """log4j.rootLogger=INFO,out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{HH:mm:ss,SSS} %p %c{1}: %m%n
log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR
"""


def write(instance: Instance) -> None:
    """Writes `conf/` and `misleading/`."""
    sites = {"core-site": core(instance), "hdfs-site": {}, "yarn-site": {}, "capacity-scheduler": queues()}
    if instance.options.hdfs:
        sites["hdfs-site"] = hdfs(instance)
    if instance.options.yarn:
        sites["yarn-site"] = yarn(instance)
    for name, properties in timers.of(instance.options).items():
        if sites[name]:
            sites[name].update(properties)
    for name, key, value in instance.options.settings:
        sites[name][key] = value
    conf = instance.path("conf")
    os.makedirs(conf)
    for name, properties in sites.items():
        _write(os.path.join(conf, name + ".xml"), xml(properties))
    _write(os.path.join(conf, "log4j.properties"), LOG4J)
    _write(os.path.join(conf, "hosts"), hosts(instance))
    if "zk" in instance.daemons:
        _write(os.path.join(conf, "zoo.cfg"), zookeeper(instance))
    _mislead(instance)


def core(instance: Instance) -> Dict[str, str]:
    """core-site.xml."""
    properties = {"hadoop.tmp.dir": instance.path("tmp", "${user.name}"), "fs.defaultFS": "file:///"}
    if instance.options.hdfs:
        there = NAMESERVICE if instance.options.ha else instance.at("nn1", "rpc")
        properties["fs.defaultFS"] = "hdfs://" + there
    if instance.options.ha:
        properties["ha.zookeeper.quorum"] = properties["hadoop.zk.address"] = instance.at("zk", "rpc")
    return properties


def hdfs(instance: Instance) -> Dict[str, str]:
    """hdfs-site.xml."""
    properties = {
        "dfs.replication": str(min(instance.options.datanodes, 3)),
        # The disk of a test machine may be nearly full; a NameNode with less than 100 MB would be in safe mode.
        "dfs.namenode.resource.du.reserved": "0",
        # Tests use blocks of a few KB.
        "dfs.namenode.fs-limits.min-block-size": "4096",
        # Background work that only costs time here.
        "dfs.datanode.directoryscan.interval": "-1",
        "dfs.block.scanner.volume.bytes.per.second": "0",
    }
    if instance.options.ha:
        return {**properties, **_hdfs_ha(instance)}
    properties["dfs.namenode.name.dir"] = "file://" + instance.path("data", "nn1")
    properties["dfs.namenode.http-address"] = instance.at("nn1", "http")
    return properties


def _hdfs_ha(instance: Instance) -> Dict[str, str]:
    properties = {
        "dfs.nameservices": NAMESERVICE,
        f"dfs.ha.namenodes.{NAMESERVICE}": "nn1,nn2",
        "dfs.namenode.shared.edits.dir": f"qjournal://{instance.at('jn', 'rpc')}/{NAMESERVICE}",
        "dfs.journalnode.edits.dir": instance.path("data", "jn"),
        "dfs.journalnode.rpc-address": instance.at("jn", "rpc"),
        "dfs.journalnode.http-address": instance.at("jn", "http"),
        f"dfs.client.failover.proxy.provider.{NAMESERVICE}": (
            "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider"
        ),
        "dfs.ha.fencing.methods": "shell(/bin/true)",
        "dfs.ha.automatic-failover.enabled": "true",
        "dfs.ha.tail-edits.in-progress": "true",
    }
    for number in "12":
        suffix = f"{NAMESERVICE}.nn{number}"
        properties["dfs.namenode.rpc-address." + suffix] = instance.at("nn" + number, "rpc")
        properties["dfs.namenode.http-address." + suffix] = instance.at("nn" + number, "http")
        properties["dfs.namenode.name.dir." + suffix] = "file://" + instance.path("data", "nn" + number)
        properties["dfs.ha.zkfc.port." + suffix] = str(instance.daemon("fc" + number)["ports"]["rpc"])
    return properties


def yarn(instance: Instance) -> Dict[str, str]:
    """yarn-site.xml."""
    properties = {
        "yarn.resourcemanager.scheduler.class": (
            "org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler"
        ),
        "yarn.resourcemanager.am.max-attempts": "4",
        "yarn.nodemanager.resource.memory-mb": "4096",
        "yarn.nodemanager.resource.cpu-vcores": "4",
        "yarn.scheduler.minimum-allocation-mb": "64",
        "yarn.scheduler.maximum-allocation-mb": "4096",
        # Containers are killed for the virtual memory they map: what an allocator reserves without using counts.
        "yarn.nodemanager.vmem-check-enabled": "true",
        "yarn.nodemanager.resource.memory.enforced": "false",
        # A node whose disk is fuller than 90 % gets no containers; here that would be a test that waits for ever.
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": "99.9",
        "yarn.nodemanager.remote-app-log-dir": "/yarn-logs",
        # Below /tmp otherwise, for all rigs together.
        "yarn.node-labels.fs-store.root-dir": "file://" + instance.path("tmp", "node-labels"),
        "yarn.node-attribute.fs-store.root-dir": "file://" + instance.path("tmp", "node-attributes"),
    }
    if instance.options.ha:
        return {**properties, **_yarn_ha(instance)}
    properties["yarn.resourcemanager.hostname"] = instance.daemon("rm1")["host"]
    for key, port in _RM_ADDRESSES.items():
        properties["yarn.resourcemanager." + key] = instance.at("rm1", port)
    if instance.options.rm_recovery:
        properties["yarn.resourcemanager.recovery.enabled"] = "true"
        properties["yarn.resourcemanager.store.class"] = _STORES + ".FileSystemRMStateStore"
        properties["yarn.resourcemanager.fs.state-store.uri"] = "file://" + instance.path("data", "rm-state")
    return properties


def _yarn_ha(instance: Instance) -> Dict[str, str]:
    properties = {
        "yarn.resourcemanager.ha.enabled": "true",
        "yarn.resourcemanager.cluster-id": CLUSTER,
        "yarn.resourcemanager.ha.rm-ids": "rm1,rm2",
        "yarn.resourcemanager.recovery.enabled": "true",
        "yarn.resourcemanager.store.class": _STORES + ".ZKRMStateStore",
        # hadoop.zk.address is the newer name; 3.5 does not start without the older one.
        "yarn.resourcemanager.zk-address": instance.at("zk", "rpc"),
    }
    for number in "12":
        name = "rm" + number
        properties["yarn.resourcemanager.hostname." + name] = instance.daemon(name)["host"]
        for key, port in _RM_ADDRESSES.items():
            properties[f"yarn.resourcemanager.{key}.{name}"] = instance.at(name, port)
    return properties


def queues() -> Dict[str, str]:
    """capacity-scheduler.xml: one queue, in which ApplicationMasters may use most of the cluster."""
    return {
        "yarn.scheduler.capacity.root.queues": "default",
        "yarn.scheduler.capacity.root.default.capacity": "100",
        # By default a tenth: on a small cluster the second application would wait for ever.
        "yarn.scheduler.capacity.maximum-am-resource-percent": "0.8",
    }


def zookeeper(instance: Instance) -> str:
    """zoo.cfg."""
    daemon = instance.daemon("zk")
    lines = {
        "tickTime": timers.zookeeper_tick(instance.options),
        "maxSessionTimeout": 60000,
        "dataDir": instance.path("data", "zk"),
        "clientPort": daemon["ports"]["rpc"],
        "clientPortAddress": daemon["address"],
        "admin.enableServer": "false",
        "4lw.commands.whitelist": "*",
        # No power is lost here.
        "forceSync": "no",
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def hosts(instance: Instance) -> str:
    """All names that daemons can look up. They ask nobody else.

    A machine may not know its own name, or wait long for a name server.
    """
    known = list(HOSTS.values()) if instance.machine.host_names else [HOSTS["client"]]
    known.append(("127.0.0.1", socket.gethostname()))
    return "".join(f"{address} {name}\n" for address, name in known)


def arguments(instance: Instance, name: str) -> List[str]:
    """What one daemon is told that the others are not."""
    kind = name[:2]
    if kind == "zk":
        return [instance.path("conf", "zoo.cfg")]
    properties = {} if instance.options.stock else dict(timers.DAEMONS)
    if kind in ("nn", "fc") and instance.options.ha:
        properties["dfs.ha.namenode.id"] = "nn" + name[2:]
    if kind == "rm" and instance.options.ha:
        properties["yarn.resourcemanager.ha.id"] = name
    if kind == "dn":
        properties.update(_datanode(instance, name))
    if kind == "nm":
        properties.update(_nodemanager(instance, name))
    if kind in ("dn", "nm"):
        properties["hadoop.rpc.socket.factory.class.default"] = "AddressedSocketFactory"
    properties.update({key: value for _, key, value in instance.options.settings if key in properties})
    return [f"-D{key}={value}" for key, value in properties.items()]


def _datanode(instance: Instance, name: str) -> Dict[str, str]:
    daemon = instance.daemon(name)
    return {
        "dfs.datanode.data.dir": "file://" + instance.path("data", name, "blocks"),
        "dfs.datanode.hostname": daemon["host"],
        "dfs.datanode.address": instance.at(name, "data"),
        "dfs.datanode.ipc.address": instance.at(name, "rpc"),
        "dfs.datanode.http.address": instance.at(name, "http"),
    }


def _nodemanager(instance: Instance, name: str) -> Dict[str, str]:
    directories = [instance.path("data", name, "local" + number) for number in "12"]
    logs = [instance.path("log", "containers", name + "-" + number) for number in "12"]
    return {
        "yarn.nodemanager.hostname": instance.daemon(name)["host"],
        "yarn.nodemanager.address": instance.at(name, "rpc"),
        "yarn.nodemanager.localizer.address": instance.at(name, "localizer"),
        "yarn.nodemanager.webapp.address": instance.at(name, "http"),
        "yarn.nodemanager.local-dirs": ",".join(directories),
        "yarn.nodemanager.log-dirs": ",".join(logs),
    }


def _mislead(instance: Instance) -> None:
    """What lies on the nodes is not the configuration the client resolved: whoever reads it in a container fails."""
    nowhere = "nowhere.invalid"
    directory = instance.path("misleading")
    os.makedirs(directory)
    _write(os.path.join(directory, "core-site.xml"), xml({"fs.defaultFS": f"hdfs://{nowhere}:1"}))
    _write(os.path.join(directory, "hdfs-site.xml"), xml({"dfs.replication": "2"}))
    _write(os.path.join(directory, "yarn-site.xml"), xml({"yarn.resourcemanager.hostname": nowhere}))


def xml(properties: Dict[str, str]) -> str:
    """A site file."""
    body = "".join(
        f"  <property><name>{escape(key)}</name><value>{escape(value)}</value></property>\n"
        for key, value in properties.items()
    )
    return f'<?xml version="1.0"?>\n<configuration>\n{body}</configuration>\n'


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
