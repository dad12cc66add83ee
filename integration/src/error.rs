//! What can go wrong with a rig.

use std::path::PathBuf;
use std::time::Duration;

/// A rig that did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// The scripts could not bring the rig up.
    #[error("no Hadoop rig for this test: {said}")]
    NotUp {
        /// What the scripts printed: the reason, and last lines of logs.
        said: String,
    },
    /// A script failed.
    #[error("{script} {arguments} failed: {said}")]
    Script {
        /// The script's file name.
        script: String,
        /// Its arguments.
        arguments: String,
        /// What it printed.
        said: String,
    },
    /// No daemon has this name.
    #[error("the rig has no daemon {name}: it has {known}")]
    NoSuchDaemon {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The daemon has no port of this name.
    #[error("{daemon} has no port named {port}: it has {known}")]
    NoSuchPort {
        /// The daemon.
        daemon: String,
        /// The name that was asked for.
        port: String,
        /// The names there are.
        known: String,
    },
    /// A signal was meant for a daemon that is not there.
    #[error("{name} does not run")]
    NotRunning {
        /// The daemon.
        name: String,
    },
    /// Something did not become true in time.
    #[error("{what}: not after {seconds} s", seconds = deadline.as_secs_f32())]
    Deadline {
        /// What was waited for.
        what: String,
        /// How long.
        deadline: Duration,
    },
    /// A daemon's web server answered something else than wanted.
    #[error("http://{address}{path} answered {found}")]
    Http {
        /// Host and port.
        address: String,
        /// Path and query.
        path: String,
        /// The status line, or what is wrong with the body.
        found: String,
    },
    /// The operating system refused something.
    #[error("{doing} {path}: {source}", path = path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or program.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl RigError {
    /// For `map_err`: an I/O error with its circumstances.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> RigError {
        let path = path.into();
        move |source| RigError::Io { doing, path, source }
    }
}
