//! The native model, what holds in every model, and what people are told.

use super::*;
use proptest::prelude::*;

const PROCESS: &str = "taskmanager.memory.process.size";

#[test]
fn a_small_task_manager_has_room_for_its_tasks() {
    let memory =
        task_manager(&["taskmanager.memory.process.size=1g", "taskmanager.numberOfTaskSlots=2"]).expect("fits");
    assert!(memory.task_heap >= mb(400), "{memory}");
    assert_eq!((memory.metaspace, memory.framework_heap, memory.framework_off_heap), (mb(0), mb(0), mb(64)));
    assert_eq!(memory.process_size(), mb(1024));
    assert_eq!(memory.managed_per_slot().bytes(), memory.managed.bytes() / 2);
    assert_eq!(memory.network_per_slot().bytes(), memory.network.bytes() / 2);
}

#[test]
fn a_small_job_manager_starts() {
    let memory = job_manager(&["jobmanager.memory.process.size=512m"]).expect("fits");
    assert!(memory.heap >= mb(330), "{memory}");
    assert_eq!(memory.process_size(), mb(512));
}

/// One key each; the size of the part that it sets.
#[test]
fn what_is_set_is_kept() {
    for model in ["native", "flink"] {
        let of = |setting| {
            let model = format!("memory.model={model}");
            task_manager(&[&model, "taskmanager.memory.process.size=4g", setting]).expect(setting)
        };
        assert_eq!(of("taskmanager.memory.framework.heap.size=33m").framework_heap, mb(33));
        assert_eq!(of("taskmanager.memory.framework.off-heap.size=34m").framework_off_heap, mb(34));
        assert_eq!(of("taskmanager.memory.task.off-heap.size=35m").task_off_heap, mb(35));
        assert_eq!(of("taskmanager.memory.managed.size=36m").managed, mb(36));
        assert_eq!(of("taskmanager.memory.managed.fraction=0.5").managed, half(of("x=1").flink_size()));
        assert_eq!(of("taskmanager.memory.network.fraction=0.5").network, half(of("x=1").flink_size()));
        assert_eq!(of("taskmanager.memory.network.max=100m").network, mb(100));
        assert_eq!(of("taskmanager.memory.network.min=1g").network, mb(1024));
        assert_eq!(of("taskmanager.memory.jvm-metaspace.size=38m").metaspace, mb(38));
        assert_eq!(of("taskmanager.memory.jvm-overhead.min=900m").overhead, mb(900));
        assert_eq!(of("taskmanager.memory.jvm-overhead.max=200m").overhead, mb(200));
    }
}

fn half(size: MemorySize) -> MemorySize {
    MemorySize::from_bytes(size.bytes() / 2)
}

#[test]
fn older_keys_count_and_warn_with_the_new_one() {
    let pairs = [
        ("taskmanager.memory.size=40m", "taskmanager.memory.managed.size"),
        ("taskmanager.memory.fraction=0.3", "taskmanager.memory.managed.fraction"),
        ("taskmanager.network.memory.fraction=0.2", "taskmanager.memory.network.fraction"),
        ("taskmanager.network.memory.min=400m", "taskmanager.memory.network.min"),
        ("taskmanager.network.memory.max=100m", "taskmanager.memory.network.max"),
    ];
    for (older, key) in pairs {
        let configuration = configuration(&["taskmanager.memory.process.size=2g", older]);
        let [warning] = &configuration.warnings()[..] else { panic!("one warning for {older}") };
        assert!(warning.to_string().ends_with(&format!("is deprecated: use {key}")), "{warning}");
        let (_, value) = older.split_once('=').expect("key=value");
        let newer = format!("{key}={value}");
        let memory = |setting| task_manager(&["taskmanager.memory.process.size=2g", setting]).expect("fits");
        assert_eq!(memory(older), memory(&newer));
        assert_ne!(memory(older), memory("x=1"), "{older} has no effect");
    }
    assert_eq!(task_manager(&["taskmanager.heap.size=1g"]).expect("fits").flink_size(), mb(1024));
    assert_eq!(job_manager(&["jobmanager.heap.size=1g"]).expect("fits").heap, mb(1024));
}

#[test]
fn errors_name_parts_numbers_and_keys() {
    let of_task_manager = |settings: &[&str]| task_manager(settings).expect_err("refused").to_string();
    let cases = [
        (
            of_task_manager(&["memory.model=flink"]),
            "how much memory the TaskManager has is not configured: set taskmanager.memory.process.size, \
             taskmanager.memory.flink.size, or both taskmanager.memory.task.heap.size and taskmanager.memory.managed.size",
        ),
        (
            of_task_manager(&["taskmanager.memory.process.size=40m"]),
            "the TaskManager's memory cannot be divided: overhead 48 mb (taskmanager.memory.jvm-overhead.min) come to 48 mb, \
             more than a process size of 40 mb (taskmanager.memory.process.size): raise the whole or lower a part",
        ),
        (
            of_task_manager(&["taskmanager.memory.flink.size=100m", "taskmanager.memory.managed.size=80m"]),
            "the TaskManager's memory cannot be divided: framework off-heap 64 mb \
             (taskmanager.memory.framework.off-heap.size), managed memory 80 mb (taskmanager.memory.managed.size), network \
             memory 16 mb (taskmanager.memory.network.min) come to 160 mb, more than a flink size of 100 mb \
             (taskmanager.memory.flink.size): raise the whole or lower a part",
        ),
        (
            of_task_manager(&["taskmanager.memory.process.size=1g", "taskmanager.memory.network.max=8m"]),
            "the TaskManager's network memory has to be at least 16 mb (taskmanager.memory.network.min) and at most 8 mb \
             (taskmanager.memory.network.max): change one of them",
        ),
        (
            of_task_manager(&[
                "taskmanager.memory.flink.size=1g",
                "taskmanager.memory.task.heap.size=100m",
                "taskmanager.memory.managed.size=100m",
                "taskmanager.memory.network.max=64m",
            ]),
            "the TaskManager's memory cannot be divided: of a flink size of 1 gb (taskmanager.memory.flink.size), framework \
             off-heap 64 mb (taskmanager.memory.framework.off-heap.size), task heap 100 mb \
             (taskmanager.memory.task.heap.size), managed memory 100 mb (taskmanager.memory.managed.size) leave 760 mb for \
             network memory, which has to be from 16 mb (taskmanager.memory.network.min) to 64 mb \
             (taskmanager.memory.network.max): change the bounds or one of the other sizes",
        ),
        (
            of_task_manager(&[
                "taskmanager.memory.process.size=500m",
                "taskmanager.memory.task.heap.size=400m",
                "taskmanager.memory.managed.size=300m",
            ]),
            "the TaskManager's memory cannot be divided: task heap, managed memory and what goes with them 848.9 mb (890124517 b) \
             (taskmanager.memory.task.heap.size, taskmanager.memory.managed.size) come to 848.9 mb (890124517 b), more than a \
             process size of 500 mb (taskmanager.memory.process.size): raise the whole or lower a part",
        ),
        (
            job_manager(&[
                "jobmanager.memory.flink.size=1g",
                "jobmanager.memory.heap.size=512m",
                "jobmanager.memory.off-heap.size=100m",
            ])
            .expect_err("refused")
            .to_string(),
            "the JobManager's memory cannot be divided: a flink size of 1 gb (jobmanager.memory.flink.size) less heap 512 mb \
             (jobmanager.memory.heap.size) leaves 512 mb, but off-heap 100 mb (jobmanager.memory.off-heap.size) is set: \
             leave one of the three out",
        ),
    ];
    for (told, expected) in cases {
        assert_eq!(told, expected);
    }
}

#[test]
fn the_table_shows_who_gets_what() {
    let memory =
        task_manager(&["taskmanager.memory.process.size=1g", "taskmanager.numberOfTaskSlots=2"]).expect("fits");
    let expected = "\
TaskManager memory (native, 2 slots)          in all      per slot
  process size                             1024.0 mb
    flink size                              942.1 mb
      framework heap                          0.0 mb
      framework off-heap                     64.0 mb
      task heap                             407.0 mb      203.5 mb
      task off-heap                           0.0 mb        0.0 mb
      network                                94.2 mb       47.1 mb
      managed                               376.8 mb      188.4 mb
    metaspace                                 0.0 mb
    overhead                                 81.9 mb
  limit of the TaskManager itself            48.6 mb
  limit of a worker                         926.7 mb      487.7 mb
";
    assert_eq!(memory.to_string(), expected);
    let expected = "\
JobManager memory (native)                    in all
  process size                              512.0 mb
    flink size                              464.0 mb
      heap                                  336.0 mb
      off-heap                              128.0 mb
    metaspace                                 0.0 mb
    overhead                                 48.0 mb
";
    assert_eq!(job_manager(&["jobmanager.memory.process.size=512m"]).expect("fits").to_string(), expected);
}

proptest! {
    /// Whatever the workers, they and the TaskManager fit in.
    #[test]
    fn limits_never_exceed_the_process(size in 200u64..100_000, slots in 1u32..200, cut in prop::collection::vec(any::<bool>(), 200)) {
        let settings = [format!("{PROCESS}={size}m"), format!("taskmanager.numberOfTaskSlots={slots}")];
        let memory = task_manager(&[&settings[0], &settings[1]]).expect("fits");
        prop_assert_eq!(memory.process_size(), mb(size));
        let mut workers = vec![1];
        for cut in cut.iter().take(slots as usize - 1) {
            match workers.last_mut() {
                Some(last) if !cut => *last += 1,
                _ => workers.push(1),
            }
        }
        let limits: u64 = workers.iter().map(|slots| memory.worker_limit(*slots).bytes()).sum();
        prop_assert!(limits + memory.base().bytes() <= memory.process_size().bytes());
    }

    /// The flink size that comes of a process size gives that process size again.
    #[test]
    fn up_and_down_meet(size in 200u64..100_000, model in prop_oneof![Just("native"), Just("flink")]) {
        let model = format!("memory.model={model}");
        let down = task_manager(&[&model, &format!("{PROCESS}={}m", size + 1000)]).expect("fits");
        let flink = format!("taskmanager.memory.flink.size={}", down.flink_size().bytes());
        let up = task_manager(&[&model, &flink]).expect("fits");
        prop_assert!(up.process_size().bytes().abs_diff(down.process_size().bytes()) <= 64);
        prop_assert_eq!(up.flink_size(), down.flink_size());
        prop_assert_eq!(up.managed, down.managed);
        let parts = [
            format!("taskmanager.memory.task.heap.size={}", down.task_heap.bytes()),
            format!("taskmanager.memory.managed.size={}", down.managed.bytes()),
        ];
        let from_parts = task_manager(&[&model, &parts[0], &parts[1]]).expect("fits");
        prop_assert!(from_parts.network.bytes().abs_diff(down.network.bytes()) <= 64);
    }
}
