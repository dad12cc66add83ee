//! Where events go when the program has not said otherwise.

use std::sync::OnceLock;

use crate::mode::Mode;
use weft_api::Error;
use weft_common::Configuration;
use weft_common::configuration::options::{self, LogLevel};
use weft_logging::{LogError, LogHandle, LogSettings, Logging, set_process_job};

/// Held until the process ends.
static LOG: OnceLock<LogHandle> = OnceLock::new();

/// Events go to standard error, unless the program has installed a subscriber of its own. Who starts a program wants to see what it
/// prints: there are warnings and errors only, unless the configuration says more. A worker's parent keeps what it reads, and its own
/// configuration says how much that is, unless the job's does.
pub(crate) fn to_standard_error(configuration: &Configuration, mode: &Mode) -> Result<(), Error> {
    let wrong = |e: LogError| Error::of(e.kind(), e);
    let read = |configuration| LogSettings::from_configuration(configuration).map_err(wrong);
    let settings = match mode {
        Mode::Alone | Mode::Drive(_) if !configuration.contains(&options::LOG_LEVEL) => {
            LogSettings { level: LogLevel::Warn, ..read(configuration)? }
        }
        Mode::Alone | Mode::Drive(_) => read(configuration)?,
        Mode::Replay(replayed) => {
            set_process_job(replayed.job().job.to_string());
            read(&replayed.under(configuration))?
        }
    };
    match Logging::to_standard_error(&settings) {
        Ok(handle) => drop(LOG.set(handle)),
        // Somebody else's subscriber is as good as ours; ours stays as the first environment made it.
        Err(LogError::AlreadyStarted) => {}
        Err(error) => return Err(wrong(error)),
    }
    Ok(())
}

/// Puts what the parent's configuration says from now on into force, under what the job's says. A program with a subscriber of its own
/// sees to its levels itself.
pub(crate) fn reload(parents: &Configuration, of_job: &Configuration) {
    let Some(log) = LOG.get() else { return };
    let mut all = parents.clone();
    all.overlay(of_job.clone());
    match LogSettings::from_configuration(&all).and_then(|settings| log.reload(&settings)) {
        Ok(true) => tracing::info!("what is logged has changed with the configuration"),
        Ok(false) => {}
        Err(error) => tracing::warn!("what is logged stays as it is: {error}"),
    }
}
