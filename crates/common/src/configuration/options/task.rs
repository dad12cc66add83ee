//! Running and cancelling tasks.

use crate::configuration::PathList;
use crate::configuration::registry::section;
use std::time::Duration;

section! {
    "Tasks",
    "Running and cancelling tasks.";

    /// Where temporary files go. Of several directories only the first is used for now, for what exceeds the memory for sending.
    /// If it is not set: the system's directory for them.
    TMP_DIRS: Option<PathList> = "io.tmp.dirs";

    /// How often a task that is being cancelled, but does not end, is told of in the log.
    CANCELLATION_INTERVAL: Duration = "task.cancellation.interval"
        .default("30 s")
        .must("more than 0", |d| !d.is_zero());

    /// How long a task that is being cancelled may take to end before its process is given up; 0 means for ever.
    CANCELLATION_TIMEOUT: Duration = "task.cancellation.timeout".default("3 min");
}
