//! How much memory a process uses.

use std::fs;
use std::time::Duration;

use weft_control::MemorySample;

/// Between two samples of a worker.
pub(super) const INTERVAL: Duration = Duration::from_millis(250);

/// The proportional set size of a process in bytes: pages that it shares with others count in part. Where the kernel does not tell that, its
/// resident set size. `None` when the process is gone.
pub fn memory_of(pid: u32) -> Option<u64> {
    let proportional = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok();
    proportional.as_deref().and_then(|text| kib_of(text, "Pss:")).or_else(|| resident(pid))
}

/// What a worker uses, and what this process does.
pub(super) fn sample_of(worker: u32) -> Option<MemorySample> {
    let used = memory_of(worker)?;
    let task_manager = resident(std::process::id()).unwrap_or_default();
    Some(MemorySample { used, resident: resident(worker).unwrap_or(used), task_manager })
}

/// All pages of a process that are in memory, which is what a container's are counted by.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    kib_of(&status, "VmRSS:")
}

/// The number of bytes on the line of `name`, which gives them in KiB.
pub(super) fn kib_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_kernel_writes_them() {
        let rollup = "55d0c6a0b000-7ffd2a5f9000 ---p 00000000 00:00 0    [rollup]\nRss:                3456 kB\nPss:                1234 kB\n\
                      Pss_Dirty:           100 kB\n";
        assert_eq!(kib_of(rollup, "Pss:"), Some(1234 * 1024));
        for broken in ["", "Pss: 12", "Pss: x kB", "Pss: 99999999999999999999 kB", "Pss: 18446744073709551615 kB"] {
            assert_eq!(kib_of(broken, "Pss:"), None, "{broken}");
        }
    }

    #[test]
    fn memory_that_is_used_is_seen() {
        let me = std::process::id();
        let before = memory_of(me).unwrap();
        let block = vec![1u8; 64 << 20];
        let after = memory_of(me).unwrap();
        assert!(std::hint::black_box(&block).iter().step_by(4096).all(|byte| *byte == 1));
        assert!(after > before + (48 << 20), "{before} bytes before, {after} after");
    }

    #[test]
    fn nothing_is_said_of_a_process_that_is_gone() {
        assert_eq!(memory_of(u32::MAX), None);
    }
}
