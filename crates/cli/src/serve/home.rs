//! Where things are when nothing says so: an installation is `bin/weft` beside `conf/` and `log/`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Weak;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use weft_logging::{ConfigurationWatch, LogHandle};

/// The installation's directory: the one above that of this program's file, when it has a `conf`.
fn installation() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    let home = executable.parent()?.parent()?;
    home.join("conf").is_dir().then(|| home.to_owned())
}

/// The installation's configuration.
pub(super) fn conf_dir() -> Option<PathBuf> {
    installation().map(|home| home.join("conf"))
}

/// The installation's logs, or those of the directory this process was started in.
pub(super) fn log_dir() -> PathBuf {
    installation().map_or_else(|| PathBuf::from("log"), |home| home.join("log"))
}

/// Puts changes of what the configuration says about logs into force, on a thread of its own, and says them on.
pub(super) fn watch(
    mut configuration: ConfigurationWatch,
    log: Weak<LogHandle>,
    changes: watch::Sender<Option<BTreeMap<String, String>>>,
    every: Duration,
) -> anyhow::Result<()> {
    let look = move || {
        while let Some(log) = log.upgrade() {
            match configuration.look(&log) {
                Ok(None) => {}
                Ok(Some(now)) => {
                    changes.send_replace(Some(now.without_secrets()));
                    tracing::info!("what is logged has changed with the configuration");
                }
                Err(error) => tracing::warn!("what is logged stays as it is: {error}"),
            }
            drop(log);
            std::thread::sleep(every);
        }
    };
    std::thread::Builder::new().name("weft-log-conf".into()).spawn(look).context("cannot start a thread")?;
    Ok(())
}
