//! How much memory is used, and for what.

use crate::MemorySize;
use crate::configuration::registry::section;

/// What holds as long as the memory of a process is not divided up.
const NETWORK_MEMORY_IS_MIN: &str = "set taskmanager.memory.network.min, which is what there is";

section! {
    "Memory",
    "How much memory a TaskManager uses, and for what.";

    /// The least memory for exchanging records between subtasks, and for now all there is. It is divided evenly among the slots
    /// that `taskmanager.numberOfTaskSlots` sets; a cluster inside the program for which that is not set has as much for each.
    NETWORK_MEMORY_MIN: MemorySize = "taskmanager.memory.network.min".default("64 mb");

    /// The most memory for exchanging records between subtasks.
    NETWORK_MEMORY_MAX: MemorySize = "taskmanager.memory.network.max"
        .default("9223372036854775807")
        .no_effect_yet(NETWORK_MEMORY_IS_MIN);

    /// Which part of the TaskManager's memory is for exchanging records between subtasks, within the two bounds.
    NETWORK_MEMORY_FRACTION: f64 = "taskmanager.memory.network.fraction"
        .default("0.1")
        .must("from 0 up to but less than 1", |f| (0.0..1.0).contains(f))
        .no_effect_yet(NETWORK_MEMORY_IS_MIN);
}
