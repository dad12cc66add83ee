//! The limits of a process's cgroup, of either version.
//!
//! `/proc/self/cgroup` has a line `id:controllers:path` for each hierarchy; the second version's is `0::path`. A limit also
//! holds for all groups below, so the lowest of those from the path up to the root counts. Inside a container the path may be
//! the one outside, and not there: then the root is the container's own group, which is on the way.

use crate::MemorySize;

const ROOT: &str = "/sys/fs/cgroup";

/// What a cgroup allows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Limits {
    pub(super) cores: Option<f64>,
    pub(super) memory: Option<MemorySize>,
}

/// Reads the limits; of a machine with both versions, the lower ones.
pub(super) fn limits(read: &impl Fn(&str) -> Option<String>) -> Limits {
    let mut limits = Limits::default();
    for line in read("/proc/self/cgroup").unwrap_or_default().lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        for group in up_to_root(path) {
            limits.lower(&of_group(controllers, group, read));
        }
    }
    limits
}

impl Limits {
    fn lower(&mut self, other: &Limits) {
        self.memory = [self.memory, other.memory].into_iter().flatten().min();
        self.cores = [self.cores, other.cores].into_iter().flatten().reduce(f64::min);
    }
}

/// A group and all above it: `/a/b`, `/a`, and the root, which is empty.
fn up_to_root(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches('/');
    let ends = path.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    std::iter::once(path.len()).chain(ends.into_iter().rev()).filter_map(move |end| path.get(..end))
}

fn of_group(controllers: &str, group: &str, read: &impl Fn(&str) -> Option<String>) -> Limits {
    let mut limits = Limits::default();
    let file = |mount: &str, name: &str| read(&format!("{ROOT}{mount}{group}/{name}"));
    if controllers.is_empty() {
        for mount in ["", "/unified"] {
            let memory = file(mount, "memory.max").and_then(|text| bytes(&text));
            let cores = file(mount, "cpu.max").and_then(|text| {
                let (quota, period) = text.trim().split_once(' ')?;
                cores(quota, period)
            });
            limits.lower(&Limits { memory, cores });
        }
    }
    if has(controllers, "memory") {
        limits.memory = file("/memory", "memory.limit_in_bytes").and_then(|text| bytes(&text));
    }
    if has(controllers, "cpu") {
        for mount in ["/cpu", "/cpu,cpuacct"] {
            let quota = file(mount, "cpu.cfs_quota_us").unwrap_or_default();
            let period = file(mount, "cpu.cfs_period_us").unwrap_or_default();
            limits.lower(&Limits { memory: None, cores: cores(&quota, &period) });
        }
    }
    limits
}

fn has(controllers: &str, controller: &str) -> bool {
    controllers.split(',').any(|name| name == controller)
}

/// A number of bytes; `max` is no limit.
fn bytes(text: &str) -> Option<MemorySize> {
    text.trim().parse().ok().map(MemorySize::from_bytes)
}

/// `max` and -1 are no limit.
fn cores(quota: &str, period: &str) -> Option<f64> {
    let (quota, period): (f64, f64) = (quota.trim().parse().ok()?, period.trim().parse().ok()?);
    (quota > 0.0 && period > 0.0).then_some(quota / period)
}
