"""Shortened timers. `--stock` leaves all of them out: nothing of ours may need them.

Those in the site files hurry fail-over and loss detection along. What would change how a client of ours behaves when
it reads the same files (retries of its connections) is given to the daemons that need it only.
"""

from typing import Dict

from .options import Options

CORE_HA = {
    # Shorter ones run out while two busy cores start everything at once.
    "ha.zookeeper.session-timeout.ms": "5000",
    "ha.health-monitor.check-interval.ms": "200",
    "ha.health-monitor.sleep-after-disconnect.ms": "200",
    "ha.health-monitor.connect-retry-interval.ms": "200",
    "ha.health-monitor.rpc-timeout.ms": "3000",
    "ha.failover-controller.graceful-fence.rpc-timeout.ms": "1000",
    "ha.failover-controller.graceful-fence.connection.retries": "0",
    "hadoop.zk.timeout-ms": "5000",
}

# A DataNode is dead 2 × recheck-interval + 10 × heartbeat.interval after its last heartbeat: 12 s instead of 630 s.
HDFS = {
    "dfs.heartbeat.interval": "1",
    "dfs.namenode.heartbeat.recheck-interval": "1000",
    "dfs.namenode.safemode.extension": "0",
    "dfs.namenode.redundancy.interval.seconds": "1s",
}

HDFS_HA = {
    # A frozen NameNode is asked for a thread dump, for this long, before the other takes over.
    "dfs.ha.zkfc.nn.http.timeout.ms": "500",
    "dfs.ha.tail-edits.period": "1s",
}

YARN = {
    "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms": "100",
    "yarn.am.liveness-monitor.expiry-interval-ms": "10000",
    "yarn.nm.liveness-monitor.expiry-interval-ms": "6000",
    "yarn.nodemanager.container-monitor.interval-ms": "1000",
    # After a restart of the ResourceManager no container is given out for this long.
    "yarn.resourcemanager.work-preserving-recovery.scheduling-wait-ms": "500",
}

YARN_HA = {"yarn.resourcemanager.zk-timeout-ms": "5000"}

# For daemons only, on their command lines: all are started at once and try again until the one they need is there.
DAEMONS = {
    "ipc.client.connect.retry.interval": "100",
    "ipc.client.connect.max.retries": "300",
    "yarn.resourcemanager.connect.retry-interval.ms": "100",
}

# Milliseconds; ZooKeeper raises shorter sessions to two ticks.
ZOOKEEPER_TICK = 500
ZOOKEEPER_STOCK_TICK = 2000


def of(options: Options) -> Dict[str, Dict[str, str]]:
    """What each site file gets."""
    if options.stock:
        return {"core-site": {}, "hdfs-site": {}, "yarn-site": {}}
    if not options.ha:
        return {"core-site": {}, "hdfs-site": HDFS, "yarn-site": YARN}
    return {"core-site": CORE_HA, "hdfs-site": {**HDFS, **HDFS_HA}, "yarn-site": {**YARN, **YARN_HA}}


def zookeeper_tick(options: Options) -> int:
    """ZooKeeper's tick in milliseconds."""
    return ZOOKEEPER_STOCK_TICK if options.stock else ZOOKEEPER_TICK
