//! TaskManagers.

use crate::answer::{Json, Reply};
use crate::request::Ids;
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Map, Value, json};
use weft_rpc::TaskManagerRegistration;
use weft_rpc::view::{AllocatedSlot, TaskManagerView};

/// Bytes of a buffer of the network, in whose number clients expect network memory, too.
const SEGMENT: u64 = 32 << 10;
const MIB: u64 = 1 << 20;

/// The parts of a TaskManager's memory, as registered and as shown.
const MEMORY: [&str; 10] = [
    "frameworkHeap",
    "taskHeap",
    "frameworkOffHeap",
    "taskOffHeap",
    "networkMemory",
    "managedMemory",
    "jvmMetaspace",
    "jvmOverhead",
    "totalFlinkMemory",
    "totalProcessMemory",
];

/// `GET /taskmanagers`.
pub(crate) async fn list(State(rest): State<Rest>) -> Json {
    let task_managers = rest.cluster().task_managers().await;
    let shown = task_managers.iter().map(|view| Value::Object(shown(view)));
    Json(json!({ "taskmanagers": shown.collect::<Vec<_>>() }))
}

/// `GET /taskmanagers/:taskmanagerid`.
pub(crate) async fn details(State(rest): State<Rest>, ids: Ids) -> Reply {
    let view = rest.task_manager(&ids.task_manager()).await?;
    let mut details = shown(&view);
    let slots = view.allocated.iter().map(|slot| allocated(slot, &view));
    details.insert("allocatedSlots".into(), slots.collect());
    details.insert("metrics".into(), metrics(&view));
    Ok(Json(Value::Object(details)))
}

/// Bytes of one part of a TaskManager's memory.
pub(crate) fn memory(registration: &TaskManagerRegistration, part: &str) -> u64 {
    registration.memory.iter().find(|(name, _)| name == part).map_or(0, |(_, bytes)| *bytes)
}

fn shown(view: &TaskManagerView) -> Map<String, Value> {
    let registration = &view.registration;
    let hardware = registration.hardware;
    let memory = MEMORY.map(|part| (part.to_owned(), memory(registration, part).into()));
    let fields = [
        ("id", registration.id.to_string().into()),
        ("path", format!("{}:{}", registration.host, registration.rpc_port).into()),
        ("dataPort", registration.data_port.into()),
        ("jmxPort", (-1).into()),
        // By its name a duration; clients are used to the time itself.
        ("timeSinceLastHeartbeat", view.last_heartbeat_ms.into()),
        ("slotsNumber", registration.slots.into()),
        ("freeSlots", view.free_slots.into()),
        ("assignedTasks", view.allocated.iter().map(|slot| slot.tasks).sum::<u32>().into()),
        ("totalResource", resource(view, registration.slots)),
        ("freeResource", resource(view, view.free_slots)),
        ("memoryConfiguration", Value::Object(Map::from_iter(memory))),
        (
            "hardware",
            json!({
                "cpuCores": hardware.cpu_cores,
                "physicalMemory": hardware.physical_memory,
                "freeMemory": hardware.free_memory,
                "managedMemory": hardware.managed_memory,
            }),
        ),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What `slots` of a TaskManager's slots have; each has the same share. Memory in MiB, a core for each slot.
fn resource(view: &TaskManagerView, slots: u32) -> Value {
    let all = u64::from(view.registration.slots);
    let share = |part| memory(&view.registration, part).checked_div(all).unwrap_or(0) * u64::from(slots) / MIB;
    let whole = |part| if u64::from(slots) == all { memory(&view.registration, part) / MIB } else { share(part) };
    json!({
        "cpuCores": f64::from(slots),
        "taskHeapMemory": whole("taskHeap"),
        "taskOffHeapMemory": whole("taskOffHeap"),
        "managedMemory": whole("managedMemory"),
        "networkMemory": whole("networkMemory"),
        "extendedResources": {},
    })
}

fn allocated(slot: &AllocatedSlot, view: &TaskManagerView) -> Value {
    json!({ "jobId": slot.job.to_string(), "resource": resource(view, 1), "assignedTasks": slot.tasks })
}

/// There is one kind of memory where clients expect a virtual machine's several: it is shown as heap.
fn metrics(view: &TaskManagerView) -> Value {
    let network = memory(&view.registration, "networkMemory");
    let used = view.memory.network_used.min(network);
    json!({
        "heapUsed": view.memory.resident,
        "heapCommitted": view.memory.resident,
        "heapMax": view.memory.limit,
        "nonHeapUsed": 0,
        "nonHeapCommitted": 0,
        "nonHeapMax": 0,
        "directCount": 0,
        "directUsed": 0,
        "directMax": 0,
        "mappedCount": 0,
        "mappedUsed": 0,
        "mappedMax": 0,
        "nettyShuffleMemorySegmentsAvailable": (network - used) / SEGMENT,
        "nettyShuffleMemorySegmentsUsed": used / SEGMENT,
        "nettyShuffleMemorySegmentsTotal": network / SEGMENT,
        "nettyShuffleMemoryAvailable": network - used,
        "nettyShuffleMemoryUsed": used,
        "nettyShuffleMemoryTotal": network,
        "garbageCollectors": [],
    })
}
