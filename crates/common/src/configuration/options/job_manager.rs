//! The JobManager.

use crate::configuration::registry::section;
use crate::size::MemorySize;
use std::time::Duration;

section! {
    "JobManager",
    "Where it listens and what it remembers.";

    /// The host at which the JobManager listens for TaskManagers.
    JOB_MANAGER_BIND_HOST: String = "jobmanager.bind-host".default("localhost");

    /// The port at which the JobManager listens for TaskManagers, or a range of them, of which the first free one is taken. If it is not set:
    /// `jobmanager.rpc.port`.
    JOB_MANAGER_BIND_PORT: Option<String> = "jobmanager.rpc.bind-port";

    /// The longest message between JobManager and TaskManagers; what is longer is fetched beside the connection.
    FRAME_SIZE: MemorySize = "pekko.framesize".default("10 mb").must("from 64 kb to 1 gb", |s| (64 << 10..=1 << 30).contains(&s.bytes()));

    /// Where programs and submissions are kept while the JobManager runs. If it is not set: a directory below `io.tmp.dirs`, which goes
    /// with the process.
    BLOB_STORAGE_DIRECTORY: Option<String> = "blob.storage.directory";

    /// How long a program is kept that no job uses, and how often that is looked after.
    BLOB_CLEANUP_INTERVAL: Duration = "blob.service.cleanup.interval".default("1 h").must("more than 0", |d| !d.is_zero());

    /// Bytes of jobs that are over which the JobManager remembers.
    JOB_STORE_CACHE_SIZE: MemorySize = "jobstore.cache-size".default("50 mb");

    /// How long the JobManager remembers a job that is over.
    JOB_STORE_EXPIRATION_TIME: Duration = "jobstore.expiration-time".default("1 h");

    /// How many jobs that are over the JobManager remembers.
    JOB_STORE_MAX_CAPACITY: u32 = "jobstore.max-capacity".default("2147483647");

    /// A file with the secret of the cluster: 64 hex digits, readable by its owner alone. All processes of a cluster have the same. If it is
    /// not set: connections are not checked.
    SECRET_FILE: Option<String> = "cluster.secret-file";
}
