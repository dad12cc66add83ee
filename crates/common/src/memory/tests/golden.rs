//! The sizes that a real Flink derives, to the byte.

use super::*;
use crate::ConfigError;
use crate::golden_test::rows;
use serde_json::{Map, Value, json};

const FILE: &str = "memory-model.json";

fn of_task_manager(memory: &TaskManagerMemory) -> Value {
    let direct = [memory.framework_off_heap, memory.task_off_heap, memory.network];
    let direct: u64 = direct.iter().map(|size| size.bytes()).sum();
    json!({
        "derived": {
            "taskmanager.memory.framework.heap.size": memory.framework_heap.bytes(),
            "taskmanager.memory.framework.off-heap.size": memory.framework_off_heap.bytes(),
            "taskmanager.memory.jvm-metaspace.size": memory.metaspace.bytes(),
            "taskmanager.memory.jvm-overhead.max": memory.overhead.bytes(),
            "taskmanager.memory.jvm-overhead.min": memory.overhead.bytes(),
            "taskmanager.memory.managed.size": memory.managed.bytes(),
            "taskmanager.memory.network.max": memory.network.bytes(),
            "taskmanager.memory.network.min": memory.network.bytes(),
            "taskmanager.memory.task.heap.size": memory.task_heap.bytes(),
            "taskmanager.memory.task.off-heap.size": memory.task_off_heap.bytes(),
        },
        "totals": {
            "total flink memory": memory.flink_size().bytes(),
            "total jvm direct memory": direct,
            "total jvm heap memory": memory.framework_heap.bytes() + memory.task_heap.bytes(),
            "total off-heap memory": direct + memory.managed.bytes(),
            "total process memory": memory.process_size().bytes(),
        },
    })
}

fn of_job_manager(memory: &JobManagerMemory) -> Value {
    json!({
        "derived": {
            "jobmanager.memory.heap.size": memory.heap.bytes(),
            "jobmanager.memory.jvm-metaspace.size": memory.metaspace.bytes(),
            "jobmanager.memory.jvm-overhead.max": memory.overhead.bytes(),
            "jobmanager.memory.jvm-overhead.min": memory.overhead.bytes(),
            "jobmanager.memory.off-heap.size": memory.off_heap.bytes(),
        },
        "totals": {
            "total flink memory": memory.flink_size().bytes(),
            "total process memory": memory.process_size().bytes(),
        },
    })
}

fn error(error: &MemoryError) -> Value {
    let class = match error {
        MemoryError::Config(ConfigError::WrongValue { key, .. }) if key.ends_with("fraction") => {
            "fraction-out-of-range"
        }
        MemoryError::Config(_) => "unreadable-size",
        MemoryError::NoneSet { .. } => "none-set",
        MemoryError::PartsExceed { .. } => "parts-exceed-total",
        MemoryError::Bounds { .. } => "fraction-out-of-range",
        // A task heap that leaves the wrong amount to the network is a class of its own there.
        MemoryError::OutsideBounds { bounds, .. } if bounds.name == "network memory" => "contradiction",
        MemoryError::OutsideBounds { .. } => "derived-outside-bounds",
        MemoryError::Contradiction { .. } => "contradiction",
    };
    json!({ "error": class })
}

/// What this engine makes of a row's options, in the form of the row.
fn ours(row: &Value) -> Value {
    let options = row["options"].as_object().cloned().unwrap_or_default();
    let settings = options.iter().map(|(key, value)| format!("{key}={}", value.as_str().expect("text")));
    let settings: Vec<_> = settings.chain(["memory.model=flink".to_owned()]).collect();
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    let mut result = match row["role"].as_str() {
        Some("taskmanager") => task_manager(&settings).map(|memory| of_task_manager(&memory)),
        _ => job_manager(&settings).map(|memory| of_job_manager(&memory)),
    }
    .unwrap_or_else(|e| error(&e));
    result
        .as_object_mut()
        .unwrap_or(&mut Map::new())
        .extend([("options".to_owned(), row["options"].clone()), ("role".to_owned(), row["role"].clone())]);
    result
}

#[test]
fn golden_memory_is_divided_to_the_byte() {
    let rows = rows(FILE);
    assert!(rows.len() >= 160, "only {} rows", rows.len());
    let different: Vec<_> = rows.iter().map(|row| (row, ours(row))).filter(|(row, ours)| *row != ours).collect();
    let shown: Vec<_> = different.iter().take(3).collect();
    assert!(different.is_empty(), "{} of {} rows differ, among them {shown:#?}", different.len(), rows.len());
}
