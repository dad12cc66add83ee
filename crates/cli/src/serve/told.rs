//! The signals that tell a process to end.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signal by which supervisors end what they have started.
pub(super) const TERMINATED: &str = "SIGTERM";

/// Hears them from the moment it is made.
pub(super) struct Told {
    terminated: Signal,
    interrupted: Signal,
}

impl Told {
    /// Must be called within a tokio runtime.
    pub(super) fn new() -> anyhow::Result<Self> {
        let heard = |kind| signal(kind).context("cannot hear signals");
        Ok(Told { terminated: heard(SignalKind::terminate())?, interrupted: heard(SignalKind::interrupt())? })
    }

    /// Waits for one; its name.
    pub(super) async fn signalled(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminated.recv() => TERMINATED,
            _ = self.interrupted.recv() => "SIGINT",
        }
    }
}
