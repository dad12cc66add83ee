//! Ctrl-C.

use std::sync::Arc;

use crate::EmbeddedCluster;

/// The exit code of a program that was interrupted, by the shells' convention.
const INTERRUPTED: i32 = 130;

/// From now on Ctrl-C cancels the cluster's jobs and says so; a second one, or one when nothing runs, ends the program.
#[expect(clippy::print_stderr, reason = "whoever pressed Ctrl-C is looking at the terminal")]
pub(crate) fn cancel_on_interrupt(cluster: &Arc<EmbeddedCluster>) {
    let weak = Arc::downgrade(cluster);
    cluster.io().spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            let cancelled = weak.upgrade().map(|c| c.cancel_all()).unwrap_or_default();
            if cancelled.is_empty() {
                std::process::exit(INTERRUPTED);
            }
            for name in cancelled {
                eprintln!("cancelling job `{name}`; press Ctrl-C again to leave at once");
            }
        }
    });
}
