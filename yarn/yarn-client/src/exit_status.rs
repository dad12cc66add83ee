//! How containers end.

use std::fmt;

/// The exit status of a container: the program's own, or what YARN did to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExitStatus(pub i32);

impl ExitStatus {
    /// It runs still, or never ran: its files could not be brought to the node.
    pub const INVALID: ExitStatus = ExitStatus(-1000);
    /// Released, or its node was lost, or it was not started in time.
    pub const ABORTED: ExitStatus = ExitStatus(-100);
    /// The node's disks failed.
    pub const DISKS_FAILED: ExitStatus = ExitStatus(-101);
    /// Taken away for somebody else.
    pub const PREEMPTED: ExitStatus = ExitStatus(-102);
    /// Killed for virtual memory.
    pub const VIRTUAL_MEMORY: ExitStatus = ExitStatus(-103);
    /// Killed for memory.
    pub const PHYSICAL_MEMORY: ExitStatus = ExitStatus(-104);
    /// Stopped by its ApplicationMaster.
    pub const STOPPED: ExitStatus = ExitStatus(-105);
    /// Killed by the ResourceManager.
    pub const KILLED_BY_RESOURCE_MANAGER: ExitStatus = ExitStatus(-106);
    /// Killed because its application ended.
    pub const APPLICATION_ENDED: ExitStatus = ExitStatus(-107);
    /// Killed by its node for containers that matter more.
    pub const KILLED_BY_NODE: ExitStatus = ExitStatus(-108);
    /// Killed for its logs (Hadoop 3).
    pub const EXCESS_LOGS: ExitStatus = ExitStatus(-109);

    /// Whether the cluster ended the container through no fault of the program.
    pub fn is_of_the_cluster(self) -> bool {
        matches!(
            self,
            ExitStatus::ABORTED
                | ExitStatus::DISKS_FAILED
                | ExitStatus::PREEMPTED
                | ExitStatus::KILLED_BY_RESOURCE_MANAGER
                | ExitStatus::APPLICATION_ENDED
                | ExitStatus::KILLED_BY_NODE
        )
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match *self {
            ExitStatus::INVALID => "it never ran",
            ExitStatus::ABORTED => "released, or its node was lost",
            ExitStatus::DISKS_FAILED => "its node's disks failed",
            ExitStatus::PREEMPTED => "preempted",
            ExitStatus::VIRTUAL_MEMORY => "killed for too much virtual memory",
            ExitStatus::PHYSICAL_MEMORY => "killed for too much memory",
            ExitStatus::STOPPED => "stopped by its ApplicationMaster",
            ExitStatus::KILLED_BY_RESOURCE_MANAGER => "killed by the ResourceManager",
            ExitStatus::APPLICATION_ENDED => "killed because its application ended",
            ExitStatus::KILLED_BY_NODE => "killed by its node for other containers",
            ExitStatus::EXCESS_LOGS => "killed for too large logs",
            ExitStatus(code @ 129..=192) => return write!(f, "{code} (signal {})", code - 128),
            ExitStatus(code) => return write!(f, "{code}"),
        };
        write!(f, "{} ({meaning})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_explain_themselves() {
        let table = [
            (0, "0", false),
            (7, "7", false),
            (137, "137 (signal 9)", false),
            (-100, "-100 (released, or its node was lost)", true),
            (-104, "-104 (killed for too much memory)", false),
            (-102, "-102 (preempted)", true),
        ];
        for (code, text, of_the_cluster) in table {
            assert_eq!(ExitStatus(code).to_string(), text);
            assert_eq!(ExitStatus(code).is_of_the_cluster(), of_the_cluster, "{code}");
        }
    }
}
