//! Signals to this command.

use super::jobs::Jobs;
use crate::error::CliError;
use crate::output;
use tokio::signal::unix::{Signal, SignalKind, signal};
use weft_rpc::drive::JobService;

/// The exit code after a signal, by the shells' convention for Ctrl-C.
pub(super) const INTERRUPTED: u8 = 130;

/// The signals that end a run.
pub(super) struct Signals {
    interrupt: Signal,
    /// Order to end, and the end of the terminal; only where these are to cancel the jobs.
    others: Option<(Signal, Signal)>,
}

impl Signals {
    /// From now on Ctrl-C does not kill this command; with `others`, SIGTERM and SIGHUP do not, either.
    pub(super) fn listen(others: bool) -> Result<Self, CliError> {
        let heard = |kind| signal(kind).map_err(CliError::io("hear signals"));
        let both = || Ok::<_, CliError>((heard(SignalKind::terminate())?, heard(SignalKind::hangup())?));
        Ok(Signals { interrupt: heard(SignalKind::interrupt())?, others: others.then(both).transpose()? })
    }

    /// The next one.
    pub(super) async fn next(&mut self) {
        match &mut self.others {
            Some((terminate, hangup)) => tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            },
            None => drop(self.interrupt.recv().await),
        }
    }
}

/// Asks for the end of every job that lives or is still to come, and says so.
pub(super) async fn cancel(service: &dyn JobService, jobs: &Jobs) {
    while let Some(job) = jobs.take().await {
        output::complain(format_args!("cancelling job {job}; press Ctrl-C again to leave at once"));
        match service.cancel(job).await {
            Ok(()) => output::say(format_args!("Cancelled job {job}.")),
            Err(refusal) => output::complain(format_args!("job {job} was not cancelled: {refusal}")),
        }
    }
}
