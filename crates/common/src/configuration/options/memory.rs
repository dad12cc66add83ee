//! How much memory processes use, and for what.

use crate::MemorySize;
use crate::configuration::choice::choice;
use crate::configuration::registry::section;
use std::collections::BTreeMap;

choice! {
    /// Which defaults the division of a process's memory has.
    MemoryModel {
        /// What processes without a virtual machine need.
        Native = "native",
        /// The sizes that Apache Flink gives to the same configuration.
        Flink = "flink",
    }
}

/// What there is instead of a setting of the virtual machine.
const NO_JVM: &str = "there is no virtual machine whose direct memory could be limited";
/// What there is instead of memory segments.
const BUILDERS_GROW: &str = "what is sent is collected in memory that starts with 128 b and grows as it is needed";
/// As long as nobody is given managed memory.
const NOT_ALLOTTED: &str = "nothing is allotted from managed memory; it counts towards what a worker may use in all";

section! {
    "Memory",
    "What a process may use in all is its *process size*. Without the overhead and the metaspace that is its *flink size*, which is divided \
     further. Sizes that are set are kept; what is left is derived: fractions are of the whole, within their bounds, and the task heap (of a \
     JobManager, the heap) is the rest. Set one of three: the process size, the flink size, or for a TaskManager both task heap and managed \
     memory, for a JobManager the heap. With none of them the process size of the native model is what the process's cgroup allows, or three \
     quarters of the machine's memory; for a JobManager at most 1600 mb. The names are those that operators know, and two sizes hold for a \
     worker: a slot's part of the network memory is what its exchanges hold records in, and a slot's parts of task heap, task off-heap, network \
     and managed memory together are what a worker may use for it, above a fixed part; a worker that uses more is ended. Within that nothing \
     has a limit of its own. So managed memory is no pool: keyed state, timers and collected results lie in the worker's own memory, for \
     which the managed memory counts as the task heap does.";

    /// Which defaults hold: `native`, or `flink`, which divides the same configuration into the same sizes as Apache Flink.
    MEMORY_MODEL: MemoryModel = "memory.model".default("native");

    /// All that the TaskManager and its workers may use.
    TASK_MANAGER_PROCESS_SIZE: Option<MemorySize> = "taskmanager.memory.process.size";

    /// Whether a worker is killed, with a sentence that says so, when it uses more memory than its slots are worth, and the one that exceeds
    /// its share by most when all use 95 % of the process size. Without it, whoever watches the container may kill all.
    TASK_MANAGER_MEMORY_WATCH: bool = "taskmanager.memory.watch.enabled".default("true");

    /// All that the TaskManager and its workers may use, without overhead and metaspace.
    TASK_MANAGER_FLINK_SIZE: Option<MemorySize> =
        "taskmanager.memory.flink.size".deprecated(&["taskmanager.heap.size"]);

    /// For the TaskManager's own objects. Default: 0; in the model `flink` 128 mb.
    TASK_MANAGER_FRAMEWORK_HEAP: Option<MemorySize> = "taskmanager.memory.framework.heap.size";

    /// For the objects of user functions, of all slots together.
    TASK_MANAGER_TASK_HEAP: Option<MemorySize> = "taskmanager.memory.task.heap.size";

    /// For keyed state, timers and collected results, of all slots together: it counts towards what workers may use, and is no pool. Set, it
    /// counts above the fraction.
    TASK_MANAGER_MANAGED_SIZE: Option<MemorySize> =
        "taskmanager.memory.managed.size".deprecated(&["taskmanager.memory.size"]);

    /// Which part of the flink size is managed memory.
    TASK_MANAGER_MANAGED_FRACTION: f64 = "taskmanager.memory.managed.fraction"
        .default("0.4")
        .must("from 0 up to but less than 1", |f| (0.0..1.0).contains(f))
        .deprecated(&["taskmanager.memory.fraction"]);

    /// How managed memory is divided among its users in a slot.
    TASK_MANAGER_CONSUMER_WEIGHTS: BTreeMap<String, String> = "taskmanager.memory.managed.consumer-weights"
        .default("OPERATOR:70,STATE_BACKEND:70,PYTHON:30")
        .no_effect_yet(NOT_ALLOTTED);

    /// For the TaskManager itself and the fixed part of its workers. Default: 64 mb; in the model `flink` 128 mb.
    TASK_MANAGER_FRAMEWORK_OFF_HEAP: Option<MemorySize> = "taskmanager.memory.framework.off-heap.size";

    /// What user functions take from the system beside their objects, of all slots together.
    TASK_MANAGER_TASK_OFF_HEAP: MemorySize = "taskmanager.memory.task.off-heap.size".default("0 b");

    /// The least memory for exchanging records between subtasks; it is divided evenly among the slots that
    /// `taskmanager.numberOfTaskSlots` sets. The native model is content with 16 mb if nothing is set. A cluster inside the program has
    /// just this much, and if the number of slots is not set, for each of them.
    NETWORK_MEMORY_MIN: MemorySize = "taskmanager.memory.network.min"
        .default("64 mb")
        .deprecated(&["taskmanager.network.memory.min"]);

    /// The most memory for exchanging records between subtasks. Without a limit it is the fraction that decides.
    NETWORK_MEMORY_MAX: MemorySize = "taskmanager.memory.network.max"
        .default("9223372036854775807")
        .deprecated(&["taskmanager.network.memory.max"]);

    /// Which part of the flink size is for exchanging records between subtasks, within the two bounds.
    NETWORK_MEMORY_FRACTION: f64 = "taskmanager.memory.network.fraction"
        .default("0.1")
        .must("from 0 up to but less than 1", |f| (0.0..1.0).contains(f))
        .deprecated(&["taskmanager.network.memory.fraction"]);

    /// Kept for what a virtual machine would need for code. Default: 0; in the model `flink` 256 mb.
    TASK_MANAGER_METASPACE: Option<MemorySize> = "taskmanager.memory.jvm-metaspace.size";

    /// The least overhead: stacks, the allocator's losses, and what else nobody counts. Default: 48 mb; in the model `flink` 192 mb.
    TASK_MANAGER_OVERHEAD_MIN: Option<MemorySize> = "taskmanager.memory.jvm-overhead.min";

    /// The most overhead. Default: 1 gb.
    TASK_MANAGER_OVERHEAD_MAX: Option<MemorySize> = "taskmanager.memory.jvm-overhead.max";

    /// Which part of the process size is overhead, within the two bounds. Default: 0.08; in the model `flink` 0.1.
    TASK_MANAGER_OVERHEAD_FRACTION: Option<f64> = "taskmanager.memory.jvm-overhead.fraction"
        .must("from 0 up to but less than 1", |f| f.is_none_or(|f| (0.0..1.0).contains(&f)));

    /// The size of a buffer for records that are sent.
    TASK_MANAGER_SEGMENT_SIZE: MemorySize =
        "taskmanager.memory.segment-size".default("32 kb").no_effect_yet(BUILDERS_GROW);

    /// The least size of a buffer for records that are sent.
    TASK_MANAGER_MIN_SEGMENT_SIZE: MemorySize =
        "taskmanager.memory.min-segment-size".default("256 b").no_effect_yet(BUILDERS_GROW);

    /// The first size of a buffer for records that are sent.
    TASK_MANAGER_STARTING_SEGMENT_SIZE: MemorySize =
        "taskmanager.memory.starting-segment-size".default("1 kb").no_effect_yet(BUILDERS_GROW);

    /// All that the JobManager may use.
    JOB_MANAGER_PROCESS_SIZE: Option<MemorySize> = "jobmanager.memory.process.size";

    /// All that the JobManager may use, without overhead and metaspace.
    JOB_MANAGER_FLINK_SIZE: Option<MemorySize> = "jobmanager.memory.flink.size";

    /// For the JobManager's objects: graphs, checkpoints, coordinators.
    JOB_MANAGER_HEAP: Option<MemorySize> = "jobmanager.memory.heap.size".deprecated(&["jobmanager.heap.size"]);

    /// What the JobManager takes from the system beside its objects.
    JOB_MANAGER_OFF_HEAP: MemorySize = "jobmanager.memory.off-heap.size".default("128 mb");

    /// Whether the JobManager's direct memory is limited to its off-heap memory.
    JOB_MANAGER_LIMIT_DIRECT: bool =
        "jobmanager.memory.enable-jvm-direct-memory-limit".default("false").no_effect_yet(NO_JVM);

    /// Kept for what a virtual machine would need for code. Default: 0; in the model `flink` 256 mb.
    JOB_MANAGER_METASPACE: Option<MemorySize> = "jobmanager.memory.jvm-metaspace.size";

    /// The least overhead. Default: 48 mb; in the model `flink` 192 mb.
    JOB_MANAGER_OVERHEAD_MIN: Option<MemorySize> = "jobmanager.memory.jvm-overhead.min";

    /// The most overhead. Default: 1 gb.
    JOB_MANAGER_OVERHEAD_MAX: Option<MemorySize> = "jobmanager.memory.jvm-overhead.max";

    /// Which part of the process size is overhead, within the two bounds. Default: 0.08; in the model `flink` 0.1.
    JOB_MANAGER_OVERHEAD_FRACTION: Option<f64> = "jobmanager.memory.jvm-overhead.fraction"
        .must("from 0 up to but less than 1", |f| f.is_none_or(|f| (0.0..1.0).contains(&f)));
}
