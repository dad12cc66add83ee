//! What the kernel's files say, and what is made of it.

use super::*;
use std::collections::BTreeMap;

const GB: u64 = 1 << 30;

/// A machine of 8 processors and 16 gb, of which the process may use six processors, with these files besides.
fn host(files: &[(&str, &str)]) -> HostResources {
    let machine = [
        ("/proc/meminfo", "MemTotal:       16777216 kB\nMemFree:          123456 kB\n"),
        ("/proc/self/status", "Name:\tweft\nCpus_allowed:\t77\nCpus_allowed_list:\t0-2,4-6\nMems_allowed:\t1\n"),
    ];
    let files: BTreeMap<_, _> = machine.into_iter().chain(files.iter().copied()).collect();
    HostResources::read(|path| files.get(path).map(|text| (*text).to_owned()))
}

fn limits(files: &[(&str, &str)]) -> (Option<f64>, Option<u64>) {
    let host = host(files);
    (host.cgroup_cores, host.cgroup_memory.map(MemorySize::bytes))
}

#[test]
fn a_machine_without_cgroups_is_what_there_is() {
    let host = host(&[]);
    assert_eq!((host.host_cores, host.host_memory), (Some(6), Some(MemorySize::from_bytes(16 * GB))));
    assert_eq!((host.cgroup_cores, host.cgroup_memory), (None, None));
    assert_eq!(host.cores(&configuration(&[])).expect("none set"), 6.0);
}

#[test]
fn limits_of_the_second_version() {
    let mine = ("/proc/self/cgroup", "0::/a/b\n");
    let in_b = ("/sys/fs/cgroup/a/b/memory.max", "4294967296\n");
    let no_limit = ("/sys/fs/cgroup/a/b/memory.max", "max\n");
    let in_a = ("/sys/fs/cgroup/a/memory.max", "2147483648\n");
    let cpu = ("/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
    let no_cpu = ("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    let at_root = ("/sys/fs/cgroup/memory.max", "1073741824\n");
    assert_eq!(limits(&[mine, in_b, cpu]), (Some(1.5), Some(4 * GB)));
    assert_eq!(limits(&[mine, in_b, in_a, no_cpu]), (None, Some(2 * GB)));
    assert_eq!(limits(&[mine, no_limit, no_cpu]), (None, None));
    // The path is the one outside the container.
    assert_eq!(limits(&[("/proc/self/cgroup", "0::/docker/123\n"), at_root]), (None, Some(GB)));
    assert_eq!(limits(&[("/proc/self/cgroup", "0::/\n"), at_root]), (None, Some(GB)));
}

#[test]
fn limits_of_the_first_version() {
    let mine = ("/proc/self/cgroup", "12:cpu,cpuacct:/c\n5:memory:/m\n1:name=systemd:/s\n");
    let memory = ("/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "3221225472\n");
    let no_limit = ("/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "9223372036854771712\n");
    let quota = ("/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "50000\n");
    let no_quota = ("/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "-1\n");
    let period = ("/sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n");
    let both = ("/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "40000\n");
    let both_period = ("/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us", "100000\n");
    assert_eq!(limits(&[mine, memory, quota, period]), (Some(0.5), Some(3 * GB)));
    assert_eq!(limits(&[mine, no_limit, no_quota, period]), (None, None));
    assert_eq!(limits(&[mine, both, both_period]), (Some(0.4), None));
}

#[test]
fn files_that_make_no_sense_say_nothing() {
    for text in ["", "\n", "0", "0::", ":::", "a:b", "0:memory", "0::/\u{0}/..//\n"] {
        let _ = host(&[("/proc/self/cgroup", text), ("/sys/fs/cgroup/memory.max", "x"), ("/proc/meminfo", text)]);
    }
    let odd = host(&[("/proc/self/status", "Cpus_allowed_list:\t5-2,x\n"), ("/proc/meminfo", "MemTotal: 5 MB")]);
    assert_eq!((odd.host_cores, odd.host_memory), (None, None));
}

#[test]
fn the_configuration_counts_before_the_cgroup_and_that_before_the_machine() {
    let files = [
        ("/proc/self/cgroup", "0::/\n"),
        ("/sys/fs/cgroup/memory.max", "2147483648\n"),
        ("/sys/fs/cgroup/cpu.max", "200000 100000\n"),
    ];
    let (free, limited) = (host(&[]), host(&files));
    let process_size = |settings: &[&str], host: &HostResources| {
        TaskManagerMemory::from_configuration(&configuration(settings), host).expect("fits").process_size()
    };
    assert_eq!(process_size(&[], &free), mb(12 * 1024));
    assert_eq!(process_size(&[], &limited), mb(2048));
    assert_eq!(process_size(&["taskmanager.memory.process.size=1g"], &limited), mb(1024));
    let cores = |settings: &[&str], host: &HostResources| host.cores(&configuration(settings)).expect("sound");
    assert_eq!(cores(&[], &limited), 2.0);
    assert_eq!(cores(&["taskmanager.cpu.cores=3.5"], &limited), 3.5);
    assert!(limited.cores(&configuration(&["taskmanager.cpu.cores=0"])).is_err());
    let job_manager = |host| JobManagerMemory::from_configuration(&configuration(&[]), host).expect("fits");
    assert_eq!(job_manager(&free).process_size(), mb(1600));
    // In Flink's model nothing is taken for granted.
    let error = TaskManagerMemory::from_configuration(&configuration(&["memory.model=flink"]), &limited);
    assert!(matches!(error, Err(MemoryError::NoneSet { .. })), "{error:?}");
}

/// The files are really there, and in this form.
#[test]
fn this_machine_has_cores_and_memory() {
    let host = HostResources::read(|path| std::fs::read_to_string(path).ok());
    assert!(host.host_cores >= Some(1) && host.host_memory > Some(mb(64)), "{host:?}");
}
