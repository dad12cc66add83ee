//! What tells a command that it is to end, while a cluster of its hangs on it.

use crate::error::CliError;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, SIGTERM and SIGHUP. None of them ends this process by itself once they are listened for.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Interrupt,
    Terminate,
    Hangup,
}

impl Signals {
    pub(super) fn listen() -> Result<Self, CliError> {
        let heard = |kind| signal(kind).map_err(CliError::io("hear signals"));
        Ok(Signals {
            interrupt: heard(SignalKind::interrupt())?,
            terminate: heard(SignalKind::terminate())?,
            hangup: heard(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.interrupt.recv() => Told::Interrupt,
            _ = self.terminate.recv() => Told::Terminate,
            _ = self.hangup.recv() => Told::Hangup,
        }
    }
}

impl Told {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Told::Interrupt => "Ctrl-C",
            Told::Terminate => "SIGTERM",
            Told::Hangup => "the end of the terminal (SIGHUP)",
        }
    }

    /// The exit code of a process that it has ended, by the shells' convention.
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Told::Interrupt => 130,
            Told::Terminate => 143,
            Told::Hangup => 129,
        }
    }
}
