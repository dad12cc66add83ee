//! What tells a command that waits for something in a cluster that it is to end.

use crate::error::CliError;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, and perhaps SIGTERM and SIGHUP. What is listened for does not end this process by itself any more.
pub(crate) struct Signals {
    interrupt: Signal,
    /// Order to end, and the end of the terminal.
    others: Option<(Signal, Signal)>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Interrupt,
    Terminate,
    Hangup,
}

impl Signals {
    /// From now on Ctrl-C does not kill this command; with `others`, SIGTERM and SIGHUP do not, either.
    pub(crate) fn listen(others: bool) -> Result<Self, CliError> {
        let heard = |kind| signal(kind).map_err(CliError::io("hear signals"));
        let both = || Ok::<_, CliError>((heard(SignalKind::terminate())?, heard(SignalKind::hangup())?));
        Ok(Signals { interrupt: heard(SignalKind::interrupt())?, others: others.then(both).transpose()? })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Told {
        let Some((terminate, hangup)) = &mut self.others else {
            self.interrupt.recv().await;
            return Told::Interrupt;
        };
        tokio::select! {
            _ = self.interrupt.recv() => Told::Interrupt,
            _ = terminate.recv() => Told::Terminate,
            _ = hangup.recv() => Told::Hangup,
        }
    }
}

impl Told {
    /// What people call it.
    #[cfg(feature = "hadoop")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Told::Interrupt => "Ctrl-C",
            Told::Terminate => "SIGTERM",
            Told::Hangup => "the end of the terminal (SIGHUP)",
        }
    }

    /// The exit code of a process that it has ended, by the shells' convention.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Told::Interrupt => 130,
            Told::Terminate => 143,
            Told::Hangup => 129,
        }
    }
}
