//! What the Hadoop configuration says of files and DataNodes, read once.

use std::time::Duration;

use weft_hadoop_conf::{Authentication, HadoopConf, HadoopConfError, TimeUnit};

use super::write::ReplacementPolicy;

/// The checksum's chunk, which a block's size must be a multiple of.
const CHUNK: u64 = 512;
const DEFAULT_BLOCK: u64 = 128 << 20;
const DEFAULT_REPLICATION: i64 = 3;
const DEFAULT_UMASK: u16 = 0o022;
const DEFAULT_SOCKET_TIMEOUT: Duration = Duration::from_secs(60);

/// How files are made, and how DataNodes are talked to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Settings {
    /// Replicas of each block (`dfs.replication`).
    pub(super) replication: u32,
    /// Bytes of a block (`dfs.blocksize`), a multiple of 512.
    pub(super) block_size: u64,
    /// Permission bits that new files and directories do not get (`fs.permissions.umask-mode`).
    pub(super) umask: u16,
    /// Whether DataNodes are reached by name instead of by the address they registered (`dfs.client.use.datanode.hostname`).
    pub(super) by_host_name: bool,
    /// The longest silence of a DataNode that is not known to be dead (`dfs.client.socket-timeout`).
    pub(super) patience: Duration,
    /// When a DataNode that a block has lost is replaced.
    pub(super) replacement: ReplacementPolicy,
    /// Why data cannot be exchanged with the DataNodes of this cluster, if it cannot.
    pub(super) unsupported: Option<&'static str>,
}

/// What is asked for and cannot be done yet.
pub(super) const PROTECTED_TRANSFER: &str = "the cluster wants data to be protected on its way to DataNodes \
     (dfs.data.transfer.protection with Kerberos), which this version cannot do: use a cluster without it";
/// The same for encryption.
pub(super) const ENCRYPTED_TRANSFER: &str = "the cluster encrypts data on its way to DataNodes (dfs.encrypt.data.transfer), \
     which this version cannot do: use a cluster without it";

impl Settings {
    /// Reads them.
    pub(super) fn of(conf: &HadoopConf) -> Result<Self, HadoopConfError> {
        let replication = conf.integer("dfs.replication")?.unwrap_or(DEFAULT_REPLICATION);
        let block_size = conf.size("dfs.blocksize")?.unwrap_or(DEFAULT_BLOCK);
        let patience = conf.duration("dfs.client.socket-timeout", TimeUnit::Milliseconds)?;
        let protected =
            !conf.data_transfer_protection()?.is_empty() && conf.authentication()? == Authentication::Kerberos;
        Ok(Settings {
            replication: u32::try_from(replication.clamp(1, i64::from(i16::MAX))).unwrap_or(1),
            block_size: block_size.next_multiple_of(CHUNK).max(CHUNK),
            umask: conf.get("fs.permissions.umask-mode").and_then(umask).unwrap_or(DEFAULT_UMASK),
            by_host_name: conf.boolean("dfs.client.use.datanode.hostname")?.unwrap_or(false),
            patience: patience.filter(|patience| !patience.is_zero()).unwrap_or(DEFAULT_SOCKET_TIMEOUT),
            replacement: ReplacementPolicy::of(conf)?,
            unsupported: protected.then_some(PROTECTED_TRANSFER),
        })
    }

    /// Permission bits under the umask.
    pub(super) fn masked(&self, mode: u16) -> u32 {
        u32::from(mode & !self.umask & 0o777)
    }
}

/// Octal digits, or clauses as `chmod` has them that say what is *kept*: `u=rwx,g=rx,o=`.
fn umask(text: &str) -> Option<u16> {
    if text.contains('=') {
        return symbolic(text);
    }
    u16::from_str_radix(text, 8).ok().map(|mask| mask & 0o777)
}

fn symbolic(text: &str) -> Option<u16> {
    let mut mask = 0o777;
    for clause in text.split(',') {
        let (who, kept) = clause.trim().split_once('=')?;
        let bits = kept.chars().try_fold(0, |bits, right| Some(bits | bit(right)?))?;
        let shifts: &[u32] = match who {
            "u" => &[6],
            "g" => &[3],
            "o" => &[0],
            "a" | "" => &[6, 3, 0],
            _ => return None,
        };
        for shift in shifts {
            mask = (mask & !(0o7 << shift)) | ((!bits & 0o7) << shift);
        }
    }
    Some(mask)
}

fn bit(right: char) -> Option<u16> {
    match right {
        'r' => Some(4),
        'w' => Some(2),
        'x' => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use weft_hadoop_conf::{Environment, Sources};

    use super::*;

    fn settings(keys: &[(&str, &str)]) -> Settings {
        let sources = Sources::new(Environment::empty());
        let sources = keys.iter().fold(sources, |sources, (key, value)| sources.with_setting(*key, *value));
        Settings::of(&HadoopConf::load(&sources).unwrap()).unwrap()
    }

    #[test]
    fn a_cluster_that_says_nothing_has_hadoops_defaults() {
        let found = settings(&[]);
        assert_eq!((found.replication, found.block_size, found.umask), (3, 128 << 20, 0o022));
        assert_eq!((found.by_host_name, found.patience, found.unsupported), (false, Duration::from_secs(60), None));
        assert_eq!((found.masked(0o666), found.masked(0o777)), (0o644, 0o755));
    }

    #[test]
    fn keys_are_read_with_their_units() {
        let found = settings(&[
            ("dfs.replication", "2"),
            ("dfs.blocksize", "1m"),
            ("dfs.client.socket-timeout", "5s"),
            ("fs.permissions.umask-mode", "077"),
        ]);
        assert_eq!((found.replication, found.block_size, found.patience.as_secs()), (2, 1 << 20, 5));
        assert_eq!(found.masked(0o777), 0o700);
        assert_eq!(settings(&[("dfs.blocksize", "1000")]).block_size, 1024);
    }

    #[test]
    fn umasks_in_both_notations() {
        for (text, mask) in [
            ("022", Some(0o022)),
            ("18", None),
            ("u=rwx,g=rx,o=", Some(0o027)),
            ("u=rwx,g=rwx,o=rx", Some(0o002)),
            ("a=rwx", Some(0)),
            ("z=r", None),
            ("u=q", None),
        ] {
            assert_eq!(umask(text), mask, "{text}");
        }
    }

    #[test]
    fn a_protected_transfer_is_known_before_a_byte_is_sent() {
        let protection = ("dfs.data.transfer.protection", "privacy");
        assert_eq!(settings(&[protection]).unsupported, None, "without Kerberos it means nothing");
        let kerberos = ("hadoop.security.authentication", "kerberos");
        assert_eq!(settings(&[protection, kerberos]).unsupported, Some(PROTECTED_TRANSFER));
    }
}
