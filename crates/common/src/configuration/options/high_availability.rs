//! What a JobManager leaves to its successor.

use crate::configuration::choice::choice;
use crate::configuration::registry::section;

choice! {
    /// How a JobManager is succeeded.
    HighAvailabilityType {
        /// Not at all: its jobs end with it.
        None = "none",
        /// By one that is started again, or waits, on the same machine or file system.
        FileSystem = "filesystem",
    }
}

section! {
    "High availability",
    "What a JobManager leaves to its successor.";

    /// `none`: the jobs of a JobManager end with it. `filesystem`: a JobManager that is started again finds its jobs in
    /// `high-availability.storageDir`, and of several that use one directory one leads and the others wait.
    HA_TYPE: HighAvailabilityType = "high-availability.type".default("none").deprecated(&["high-availability"]);

    /// The directory for `filesystem`: a local one, or one of a file system that supports locks of files.
    HA_STORAGE_DIR: Option<String> = "high-availability.storageDir";

    /// Tells clusters apart that use one storage directory.
    HA_CLUSTER_ID: String = "high-availability.cluster-id".default("/default");
}
