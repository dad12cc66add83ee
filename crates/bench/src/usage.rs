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

fn peak_rss_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    let kib: u64 = peak.context("/proc/self/status has no line VmHWM in kB: is this Linux?")?.trim().parse()?;
    Ok(kib * 1024)
}
