//! What a process has used so far.

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::time::Duration;

/// CPU time and memory of a process.
pub(crate) struct Usage {
    /// User plus system time of all its threads, also those that have ended.
    pub(crate) cpu: Duration,
    /// The most memory that was ever resident.
    pub(crate) peak_rss_bytes: u64,
}

impl Usage {
    /// Of this process since it was started.
    pub(crate) fn of_this_process() -> Result<Self> {
        // The process clock counts nanoseconds where the times in /proc count hundredths of a second.
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        let cpu = Duration::try_from(cpu).context("reading the CPU time of this process")?;
        Ok(Usage { cpu, peak_rss_bytes: peak_rss_bytes().context("reading the peak memory of this process")? })
    }
}

/// What is resident now.
pub(crate) fn resident_bytes() -> Result<u64> {
    status("VmRSS:").context("reading the memory of this process")
}

fn peak_rss_bytes() -> Result<u64> {
    status("VmHWM:")
}

/// A line of this process's status, in bytes.
fn status(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"));
    let kib: u64 =
        line.with_context(|| format!("/proc/self/status has no line {name} in kB: is this Linux?"))?.trim().parse()?;
    Ok(kib * 1024)
}
