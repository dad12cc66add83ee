//! Hadoop's own defaults, as far as a client depends on them: those of 3.4.3, from its `*-default.xml`.
//!
//! What a file or the server decides does not stand here, nor what has an empty default.

/// Keys and values, sorted.
pub(crate) const DEFAULTS: [(&str, &str); 94] = [
    ("dfs.block.access.token.enable", "false"),
    ("dfs.blocksize", "134217728"),
    ("dfs.bytes-per-checksum", "512"),
    ("dfs.checksum.type", "CRC32C"),
    ("dfs.client-write-packet-size", "65536"),
    ("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "400"),
    ("dfs.client.block.write.locateFollowingBlock.max.delay.ms", "60000"),
    ("dfs.client.block.write.locateFollowingBlock.retries", "5"),
    ("dfs.client.block.write.replace-datanode-on-failure.best-effort", "false"),
    ("dfs.client.block.write.replace-datanode-on-failure.enable", "true"),
    ("dfs.client.block.write.replace-datanode-on-failure.min-replication", "0"),
    ("dfs.client.block.write.replace-datanode-on-failure.policy", "DEFAULT"),
    ("dfs.client.block.write.retries", "3"),
    ("dfs.client.datanode-restart.timeout", "30"),
    ("dfs.client.failover.max.attempts", "15"),
    ("dfs.client.failover.random.order", "true"),
    ("dfs.client.failover.resolve-needed", "false"),
    ("dfs.client.failover.sleep.base.millis", "500"),
    ("dfs.client.failover.sleep.max.millis", "15000"),
    ("dfs.client.max.block.acquire.failures", "3"),
    ("dfs.client.pipeline.recovery.max-retries", "5"),
    ("dfs.client.read.shortcircuit", "false"),
    ("dfs.client.retry.max.attempts", "10"),
    ("dfs.client.server-defaults.validity.period.ms", "3600000"),
    ("dfs.client.socket-timeout", "60000"),
    ("dfs.client.use.datanode.hostname", "false"),
    ("dfs.client.write.exclude.nodes.cache.expiry.interval.millis", "600000"),
    ("dfs.client.write.max-packets-in-flight", "80"),
    ("dfs.datanode.socket.write.timeout", "480000"),
    ("dfs.encrypt.data.transfer", "false"),
    ("dfs.encrypt.data.transfer.cipher.key.bitlength", "128"),
    ("dfs.heartbeat.interval", "3"),
    ("dfs.namenode.heartbeat.recheck-interval", "300000"),
    ("dfs.permissions.enabled", "true"),
    ("dfs.permissions.superusergroup", "supergroup"),
    ("dfs.replication", "3"),
    ("dfs.user.home.dir.prefix", "/user"),
    ("fs.defaultFS", "file:///"),
    ("fs.permissions.umask-mode", "022"),
    ("fs.trash.interval", "0"),
    ("hadoop.kerberos.min.seconds.before.relogin", "60"),
    ("hadoop.rpc.protection", "authentication"),
    ("hadoop.security.auth_to_local.mechanism", "hadoop"),
    ("hadoop.security.authentication", "simple"),
    ("hadoop.security.authorization", "false"),
    ("hadoop.security.crypto.buffer.size", "8192"),
    ("hadoop.security.crypto.cipher.suite", "AES/CTR/NoPadding"),
    ("hadoop.security.token.service.use_ip", "true"),
    ("hadoop.tmp.dir", "/tmp/hadoop-${user.name}"),
    ("hadoop.zk.timeout-ms", "10000"),
    ("ipc.client.connect.max.retries", "10"),
    ("ipc.client.connect.max.retries.on.sasl", "5"),
    ("ipc.client.connect.max.retries.on.timeouts", "45"),
    ("ipc.client.connect.retry.interval", "1000"),
    ("ipc.client.connect.timeout", "20000"),
    ("ipc.client.connection.maxidletime", "10000"),
    ("ipc.client.fallback-to-simple-auth-allowed", "false"),
    ("ipc.client.ping", "true"),
    ("ipc.client.rpc-timeout.ms", "120000"),
    ("ipc.client.tcpnodelay", "true"),
    ("ipc.maximum.data.length", "134217728"),
    ("ipc.maximum.response.length", "134217728"),
    ("ipc.ping.interval", "60000"),
    ("yarn.acl.enable", "false"),
    ("yarn.am.liveness-monitor.expiry-interval-ms", "900000"),
    ("yarn.client.application-client-protocol.poll-interval-ms", "200"),
    ("yarn.client.failover-proxy-provider", "org.apache.hadoop.yarn.client.ConfiguredRMFailoverProxyProvider"),
    ("yarn.client.failover-retries", "0"),
    ("yarn.client.failover-retries-on-socket-timeouts", "0"),
    ("yarn.client.nodemanager-connect.max-wait-ms", "180000"),
    ("yarn.client.nodemanager-connect.retry-interval-ms", "10000"),
    ("yarn.http.policy", "HTTP_ONLY"),
    ("yarn.log-aggregation-enable", "false"),
    ("yarn.nm.liveness-monitor.expiry-interval-ms", "600000"),
    (
        "yarn.nodemanager.env-whitelist",
        "JAVA_HOME,HADOOP_COMMON_HOME,HADOOP_HDFS_HOME,HADOOP_CONF_DIR,CLASSPATH_PREPEND_DISTCACHE,\
         HADOOP_YARN_HOME,HADOOP_HOME,PATH,LANG,TZ",
    ),
    ("yarn.nodemanager.remote-app-log-dir", "/tmp/logs"),
    ("yarn.nodemanager.remote-app-log-dir-suffix", "logs"),
    ("yarn.nodemanager.vmem-check-enabled", "true"),
    ("yarn.nodemanager.vmem-pmem-ratio", "2.1"),
    ("yarn.resourcemanager.address", "${yarn.resourcemanager.hostname}:8032"),
    ("yarn.resourcemanager.admin.address", "${yarn.resourcemanager.hostname}:8033"),
    ("yarn.resourcemanager.am.max-attempts", "2"),
    ("yarn.resourcemanager.connect.max-wait.ms", "900000"),
    ("yarn.resourcemanager.connect.retry-interval.ms", "30000"),
    ("yarn.resourcemanager.ha.enabled", "false"),
    ("yarn.resourcemanager.hostname", "0.0.0.0"),
    ("yarn.resourcemanager.resource-tracker.address", "${yarn.resourcemanager.hostname}:8031"),
    ("yarn.resourcemanager.scheduler.address", "${yarn.resourcemanager.hostname}:8030"),
    ("yarn.resourcemanager.webapp.address", "${yarn.resourcemanager.hostname}:8088"),
    ("yarn.resourcemanager.webapp.https.address", "${yarn.resourcemanager.hostname}:8090"),
    ("yarn.scheduler.maximum-allocation-mb", "8192"),
    ("yarn.scheduler.maximum-allocation-vcores", "4"),
    ("yarn.scheduler.minimum-allocation-mb", "1024"),
    ("yarn.scheduler.minimum-allocation-vcores", "1"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deprecated::today;

    #[test]
    fn keys_are_sorted_and_of_today() {
        assert!(DEFAULTS.is_sorted_by(|(one, _), (next, _)| one < next));
        let old: Vec<_> = DEFAULTS.iter().filter(|(key, _)| today(key).is_some()).collect();
        assert!(old.is_empty(), "{old:?}");
    }

    #[test]
    fn no_value_is_empty() {
        assert!(DEFAULTS.iter().all(|(_, value)| !value.is_empty()));
    }
}
