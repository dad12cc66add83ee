//! How many subtasks, and where there is room for them.

use crate::configuration::registry::section;
use crate::key_group::LARGEST_MAX_PARALLELISM;

section! {
    "Parallelism",
    "An operator's own parallelism counts first, then that of its program's environment, then that given at submission, then the default.";

    /// The parallelism of operators for which nothing else says one.
    PARALLELISM_DEFAULT: u32 = "parallelism.default".default("1").must("at least 1", |n| *n >= 1);

    /// How many slots a TaskManager has: how many slices of a job, each with a subtask of every operator, it runs at once.
    TASK_MANAGER_SLOTS: u32 =
        "taskmanager.numberOfTaskSlots".default("1").must("at least 1", |n| *n >= 1);

    /// How many processor cores a TaskManager counts on. If not set: what its cgroup allows, else those of the machine.
    TASK_MANAGER_CPU_CORES: Option<f64> =
        "taskmanager.cpu.cores".must("more than 0", |cores| cores.is_none_or(|cores| cores > 0.0));

    /// The number of key groups of keyed operators, and so the highest parallelism they can ever be given without losing their
    /// state. With -1 it follows from the parallelism: half as much again, rounded up to a power of two, at least 128.
    MAX_PARALLELISM: i32 = "pipeline.max-parallelism"
        .default("-1")
        .must("from 1 to 32768, or -1", |n| *n == -1 || (1..=LARGEST_MAX_PARALLELISM as i32).contains(n));
}
