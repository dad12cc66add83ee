//! Texts as NodeManagers and ResourceManagers write them.

use super::*;

const PHYSICAL: &str = "[2026-01-05 10:02:11.120]Container [pid=4723,containerID=container_1700000000000_0007_01_000002] is running \
     96468992B beyond the 'PHYSICAL' memory limit. Current usage: 1.1 GB of 1 GB physical memory used; 2.4 GB of 2.1 GB virtual memory \
     used. Killing container.\nDump of the process-tree for container_1700000000000_0007_01_000002 :\n\t|- PID PPID PGRPID SESSID \
     CMD_NAME USER_MODE_TIME(MILLIS) SYSTEM_TIME(MILLIS) VMEM_USAGE(BYTES) RSSMEM_USAGE(PAGES) FULL_CMD_LINE\n";
const VIRTUAL_OF_2: &str = "Container [pid=99,containerID=container_1700000000000_0007_01_000002] is running beyond virtual memory \
     limits. Current usage: 107.3 MB of 512 MB physical memory used; 1.2 GB of 1.0 GB virtual memory used. Killing container.";
const CHANGED: &str = "[2026-01-05 10:02:11.120]Resource hdfs://nn:9000/user/etl/.weft/cache/ab-12 changed on src filesystem - expected: \
     \"2026-01-05T10:00:00.000+0000\", was: \"2026-01-05T10:01:00.000+0000\"\njava.io.IOException: Resource ...";
const EXITED: &str = "[2026-01-05 10:02:11.120]Exception from container-launch.\nContainer id: container_1700000000000_0007_01_000002\nExit \
     code: 7\n\n[2026-01-05 10:02:11.121]Container exited with a non-zero exit code 7. Error file: prelaunch.err.\nLast 4096 bytes of \
     prelaunch.err :\nLast 4096 bytes of taskmanager.stderr :\nfirst\nsecond\n  third  \n\n\n";

fn sentence(status: i32, diagnostics: &str) -> String {
    let end = ContainerEnd {
        role: ContainerRole::TaskManager,
        container: "container_1700000000000_0007_01_000002",
        host: "node7",
        status: ExitStatus(status),
        diagnostics,
    };
    let text = end.to_string();
    let rest = text.strip_prefix("the TaskManager in container_1700000000000_0007_01_000002 on node7 ");
    let rest = rest.and_then(|rest| rest.strip_suffix(&format!(" (exit status {status})")));
    rest.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn killed_for_memory() {
    assert_eq!(
        sentence(-104, PHYSICAL),
        "was killed by its NodeManager for memory: it used 1.1 GB of 1 GB of physical memory; raise taskmanager.memory.process.size, or \
         give the program less to hold with fewer slots (taskmanager.numberOfTaskSlots)"
    );
    let virtual_memory = sentence(-103, VIRTUAL_OF_2);
    assert!(virtual_memory.contains("it mapped 1.2 GB of 1.0 GB, which is"), "{virtual_memory}");
    assert!(
        virtual_memory.contains("raise taskmanager.memory.process.size, or have yarn.nodemanager.vmem-check-enabled")
    );
    let without_numbers = sentence(-104, "Killed.");
    assert!(
        without_numbers.contains("it used more physical memory than its container has; raise"),
        "{without_numbers}"
    );
    let by_the_kernel = sentence(137, "Memory limit exceeded, OOM killed");
    assert!(by_the_kernel.contains("the kernel found it to use more memory"), "{by_the_kernel}");
}

#[test]
fn of_a_jobmanager_the_other_key_is_named() {
    let end = ContainerEnd {
        role: ContainerRole::JobManager,
        container: "c",
        host: "",
        status: ExitStatus(-104),
        diagnostics: PHYSICAL,
    };
    assert_eq!(
        end.to_string(),
        "the JobManager in c was killed by its NodeManager for memory: it used 1.1 GB of 1 GB of physical memory; raise \
         jobmanager.memory.process.size (exit status -104)"
    );
}

#[test]
fn what_yarn_does() {
    let table = [
        (-100, "Container released on a *lost* node", "was lost with its node"),
        (-100, "Container released by application", "was given back"),
        (-100, "Container expired since it was unused", "was not started in time"),
        (-100, "", "was given back, or lost with its node"),
        (-101, "", "disks of its node failed"),
        (-102, "Container preempted by scheduler", "was preempted"),
        (-105, "", "was stopped by its ApplicationMaster"),
        (-106, "", "was killed by the ResourceManager"),
        (-107, "", "because its application ended"),
        (-108, "", "for containers that matter more"),
        (-109, "", "log files became too large"),
        (0, "", "ended by itself"),
        (1, "", "ended with an error"),
        (126, "", "cannot be executed"),
        (127, "", "is missing on the node"),
        (134, "", "signal 6 (SIGABRT)"),
        (137, "Container killed on request. Exit code is 137", "was killed by SIGKILL: by its node"),
        (139, "", "signal 11 (SIGSEGV)"),
        (143, "Container killed by the ApplicationMaster.", "SIGTERM"),
        (154, "", "NodeManager was restarted"),
        (192, "", "ended by signal 64"),
        (255, "", "ended with an error"),
    ];
    for (status, diagnostics, part) in table {
        let sentence = sentence(status, diagnostics);
        assert!(sentence.contains(part), "{status} {diagnostics}: {sentence}");
    }
}

#[test]
fn files_that_cannot_be_brought_to_a_node() {
    let changed = sentence(-1000, CHANGED);
    assert!(
        changed.starts_with("never ran: its files could not be brought to the node: Resource hdfs://nn:9000/user/"),
        "{changed}"
    );
    assert!(changed.ends_with("leave what lies under .weft alone, and submit again"), "{changed}");
    let missing = "[2026-01-05 10:02:11.120]File does not exist: hdfs://nn:9000/x\n";
    assert!(sentence(-1000, missing).ends_with("to the node: File does not exist: hdfs://nn:9000/x"));
    assert_eq!(sentence(-1000, ""), "never ran: its files could not be brought to the node");
}

#[test]
fn the_last_words_of_a_process() {
    assert_eq!(tail_of(EXITED, 10).as_deref(), Some("first\nsecond\n  third"));
    assert_eq!(tail_of(EXITED, 1).as_deref(), Some("  third"));
    assert_eq!(tail_of(PHYSICAL, 10), None);
    assert_eq!(tail_of("Last 4096 bytes of stderr :\n\n", 10), None);
    assert_eq!(tail_of("Last words bytes of stderr :\nx", 10), None);
    assert_eq!(tail_of("", 10), None);
}

#[test]
fn sizes_that_are_none_are_not_taken_for_some() {
    let memory = MemoryUse::of(PHYSICAL).unwrap();
    assert_eq!((memory.physical, memory.physical_limit), ("1.1 GB", "1 GB"));
    assert_eq!((memory.virtual_, memory.virtual_limit), ("2.4 GB", "2.1 GB"));
    for text in [
        "",
        "Current usage: much of it physical memory used; 1 GB of 1 GB virtual memory used",
        "Current usage: 1 GB of 1 GB physical memory used; and so on",
    ] {
        assert_eq!(MemoryUse::of(text), None, "{text}");
    }
}
