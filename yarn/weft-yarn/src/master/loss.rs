//! Containers that were lost, in sentences.

use weft_control::{ContainerLoss, ReleaseReason};
use weft_yarn_client::ExitStatus;

use crate::{ContainerEnd, ContainerRole, tail_of};

/// How many of a dead TaskManager's last lines go into the sentence about it.
const LAST_LINES: usize = 20;

/// How a container was lost, to follow the TaskManager's name; and whether that is as it should be.
pub(super) fn describe(loss: &ContainerLoss, name: &str, host: &str) -> (String, bool) {
    match loss {
        ContainerLoss::Completed { status, diagnostics, .. } => {
            let (role, status) = (ContainerRole::TaskManager, ExitStatus(*status));
            let end = ContainerEnd { role, container: name, host, status, diagnostics };
            let tail = tail_of(diagnostics, LAST_LINES).map(|tail| format!("; its last lines:\n{tail}"));
            (format!("has ended: {end}{}", tail.unwrap_or_default()), false)
        }
        ContainerLoss::Released(reason) => {
            let (why, expected) = match reason {
                ReleaseReason::Idle => ("it was not used for resourcemanager.taskmanager-timeout".to_owned(), true),
                ReleaseReason::NotWanted => ("it is of an earlier attempt, and no job needs it".to_owned(), true),
                ReleaseReason::Preempted => ("YARN was about to take it away, and no job used it".to_owned(), true),
                ReleaseReason::Lost => ("its TaskManager was lost and did not come back".to_owned(), false),
                ReleaseReason::NotRegistered => (
                    "its TaskManager did not register in time (resourcemanager.taskmanager-registration.timeout)"
                        .to_owned(),
                    false,
                ),
                ReleaseReason::NotStarted { cause } => (format!("it was not started: {cause}"), false),
            };
            (format!("was given back to YARN: {why}"), expected)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_and_what_was_given_back() {
        let killed = ContainerLoss::Completed {
            status: 137,
            diagnostics: "Container killed on request. Exit code is 137".to_owned(),
            had_registered: true,
        };
        let (cause, expected) = describe(&killed, "container_1_0001_01_000002", "node1");
        assert!(
            !expected && cause.starts_with("has ended: the TaskManager in container_1_0001_01_000002 on node1 "),
            "{cause}"
        );
        assert!(cause.contains("(exit status 137)"), "{cause}");
        let (cause, expected) = describe(&ContainerLoss::Released(ReleaseReason::Idle), "c", "h");
        assert_eq!(
            (cause.as_str(), expected),
            ("was given back to YARN: it was not used for resourcemanager.taskmanager-timeout", true)
        );
        let refused = ReleaseReason::NotStarted { cause: "no token".to_owned() };
        let (cause, expected) = describe(&ContainerLoss::Released(refused), "c", "h");
        assert_eq!((cause.as_str(), expected), ("was given back to YARN: it was not started: no token", false));
    }
}
