//! Ending early: a signal lets whoever waits give up, and what was started goes with the values that own it.

use anyhow::{Context, Result, ensure};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};

static TOLD: AtomicBool = AtomicBool::new(false);

/// From now on SIGINT, SIGTERM and SIGHUP make [`check`] fail instead of ending this process where it stands.
pub(crate) fn listen() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting a runtime")?;
    let entered = runtime.enter();
    let hear = |kind| signal(kind).context("listening for signals");
    let mut signals = (hear(SignalKind::interrupt())?, hear(SignalKind::terminate())?, hear(SignalKind::hangup())?);
    drop(entered);
    let wait = move || {
        runtime.block_on(async {
            tokio::select! {
                _ = signals.0.recv() => {}
                _ = signals.1.recv() => {}
                _ = signals.2.recv() => {}
            }
        });
        TOLD.store(true, Ordering::Relaxed);
        // Heard on: a second signal must not end the process while it cleans up.
        runtime.block_on(std::future::pending::<()>());
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).context("starting a thread for signals")?;
    Ok(())
}

/// Fails when this program was told to end.
pub(crate) fn check() -> Result<()> {
    ensure!(!TOLD.load(Ordering::Relaxed), "told to end by a signal");
    Ok(())
}
