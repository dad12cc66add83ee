//! Values that are not what their keys expect, and what was noticed while reading.

use super::{Finding, Topic};
use crate::defaults::DEFAULTS;
use crate::{HadoopConf, HadoopConfError, Note, TimeUnit};

/// What the value of a key is.
#[derive(Clone, Copy)]
enum Kind {
    Duration(TimeUnit),
    Size,
    Boolean,
    Integer,
}

/// Keys that clients read as something else than text.
const KINDS: [(&str, Kind); 34] = [
    ("dfs.block.access.token.enable", Kind::Boolean),
    ("dfs.blocksize", Kind::Size),
    ("dfs.bytes-per-checksum", Kind::Integer),
    ("dfs.client-write-packet-size", Kind::Integer),
    ("dfs.client.failover.max.attempts", Kind::Integer),
    ("dfs.client.failover.random.order", Kind::Boolean),
    ("dfs.client.failover.sleep.base.millis", Kind::Duration(TimeUnit::Milliseconds)),
    ("dfs.client.failover.sleep.max.millis", Kind::Duration(TimeUnit::Milliseconds)),
    ("dfs.client.socket-timeout", Kind::Duration(TimeUnit::Milliseconds)),
    ("dfs.client.use.datanode.hostname", Kind::Boolean),
    ("dfs.encrypt.data.transfer", Kind::Boolean),
    ("dfs.replication", Kind::Integer),
    ("hadoop.security.authorization", Kind::Boolean),
    ("hadoop.security.token.service.use_ip", Kind::Boolean),
    ("ipc.client.connect.max.retries", Kind::Integer),
    ("ipc.client.connect.max.retries.on.timeouts", Kind::Integer),
    ("ipc.client.connect.retry.interval", Kind::Duration(TimeUnit::Milliseconds)),
    ("ipc.client.connect.timeout", Kind::Duration(TimeUnit::Milliseconds)),
    ("ipc.client.connection.maxidletime", Kind::Duration(TimeUnit::Milliseconds)),
    ("ipc.client.fallback-to-simple-auth-allowed", Kind::Boolean),
    ("ipc.client.ping", Kind::Boolean),
    ("ipc.client.rpc-timeout.ms", Kind::Duration(TimeUnit::Milliseconds)),
    ("ipc.maximum.data.length", Kind::Integer),
    ("ipc.maximum.response.length", Kind::Integer),
    ("ipc.ping.interval", Kind::Duration(TimeUnit::Milliseconds)),
    ("yarn.client.nodemanager-connect.max-wait-ms", Kind::Integer),
    ("yarn.client.nodemanager-connect.retry-interval-ms", Kind::Duration(TimeUnit::Milliseconds)),
    ("yarn.log-aggregation-enable", Kind::Boolean),
    ("yarn.resourcemanager.am.max-attempts", Kind::Integer),
    ("yarn.resourcemanager.connect.max-wait.ms", Kind::Integer),
    ("yarn.resourcemanager.connect.retry-interval.ms", Kind::Duration(TimeUnit::Milliseconds)),
    ("yarn.resourcemanager.ha.enabled", Kind::Boolean),
    ("yarn.scheduler.maximum-allocation-mb", Kind::Integer),
    ("yarn.scheduler.minimum-allocation-mb", Kind::Integer),
];

/// Wrong values, and the notes.
pub(super) fn findings(conf: &HadoopConf) -> Vec<Finding> {
    let wrong = KINDS.iter().filter_map(|(key, kind)| check(conf, key, *kind).err());
    let wrong = wrong.map(|error| Finding::error(Topic::Values, &error));
    wrong.chain(conf.notes().iter().map(of_note)).chain(misplaced(conf)).collect()
}

/// Keys whose defaults Hadoop's own tools read after the file they stand in: for those tools the defaults count.
fn misplaced(conf: &HadoopConf) -> Vec<Finding> {
    let later = |prefix: &'static str, right: &'static str| {
        DEFAULTS.iter().filter(move |(key, _)| key.starts_with(prefix)).map(move |(key, _)| (*key, right))
    };
    let keys = later("dfs.", "hdfs-site.xml").chain(later("yarn.", "yarn-site.xml"));
    keys.filter_map(|(key, right)| misplaced_key(conf, key, right)).collect()
}

fn misplaced_key(conf: &HadoopConf, key: &str, right: &str) -> Option<Finding> {
    let (_, origin) = conf.get_with_origin(key)?;
    let file = origin.file()?;
    let wrong = file.ends_with("core-site.xml") || (file.ends_with("hdfs-site.xml") && right == "yarn-site.xml");
    let message = || format!("{origin} sets {key}, which Hadoop's own tools only see in {right}: move it there");
    wrong.then(|| Finding::warning(Topic::Values, message()))
}

fn check(conf: &HadoopConf, key: &str, kind: Kind) -> Result<(), HadoopConfError> {
    match kind {
        Kind::Duration(unit) => conf.duration(key, unit).map(drop),
        Kind::Size => conf.size(key).map(drop),
        Kind::Boolean => conf.boolean(key).map(drop),
        Kind::Integer => conf.integer(key).map(drop),
    }
}

/// Older names work as well as ever, and properties without a value are a habit of tools that write site files.
fn of_note(note: &Note) -> Finding {
    match note {
        Note::OldKey { .. } | Note::NoValue { .. } => Finding::info(Topic::Values, note.to_string()),
        _ => Finding::warning(Topic::Values, note.to_string()),
    }
}
