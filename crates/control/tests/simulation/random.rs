//! What a history begins with: graphs and settings.

use crate::rng::Rng;
use std::time::Duration;
use weft_common::{JobVertexId, OperatorId};
use weft_control::*;
use weft_graph::{ExchangeMode, ExecutionGraph, JobEdge, JobGraph, JobVertex, RuntimeMode, ShipStrategy};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Both ends of a connection beat every 50 ms and listen for 400.
pub(crate) const HEARTBEAT: HeartbeatSettings =
    HeartbeatSettings { interval: ms(50), timeout: ms(400), failure_threshold: Some(2) };

/// A task has hung: a sample of its worker's memory that is too much comes from a worker that leaks.
pub(crate) const TOO_MUCH_MEMORY: u64 = 1_000;

pub(crate) fn job_settings(rng: &mut Rng) -> JobMasterSettings {
    let restart = match rng.range(0, 4) {
        0 => RestartStrategy::FixedDelay(FixedDelay { attempts: rng.range(0, 6) as u32, delay: ms(rng.range(1, 200)) }),
        1 => RestartStrategy::FailureRate(FailureRate {
            max_failures_per_interval: 5,
            interval: ms(300),
            delay: ms(rng.range(1, 100)),
        }),
        _ => RestartStrategy::ExponentialDelay(ExponentialDelay {
            initial: ms(10),
            max: ms(500),
            multiplier: 1.5,
            reset_threshold: ms(1000),
            jitter: 0.1,
            attempts_before_reset: None,
        }),
    };
    JobMasterSettings {
        slot_request_timeout: ms(rng.range(500, 2000)),
        slot_idle_timeout: ms(rng.range(20, 400)),
        cancellation_timeout: Some(ms(rng.range(200, 800))),
        failover: if rng.chance(500) { FailoverStrategy::Region } else { FailoverStrategy::Full },
        restart,
        ..JobMasterSettings::default()
    }
}

pub(crate) fn task_manager_settings(rng: &mut Rng, slots: u32) -> TaskManagerSettings {
    TaskManagerSettings {
        slots,
        registration: RegistrationSettings {
            initial_timeout: ms(20),
            max_timeout: ms(200),
            error_delay: ms(100),
            refused_delay: ms(200),
            give_up_after: ms(rng.range(800, 3_000)),
        },
        heartbeat: HEARTBEAT,
        slot_timeout: ms(rng.range(100, 600)),
        repeat_interval: ms(rng.range(20, 100)),
        cancellation_interval: ms(60),
        cancellation_timeout: Some(ms(rng.range(200, 800))),
        worker_stop_timeout: ms(100),
        memory: Some(WorkerMemory { base: 100, per_slot: 100, container: TOO_MUCH_MEMORY }),
    }
}

/// One to three vertices in a row, in one or two slot-sharing groups.
pub(crate) fn graph(rng: &mut Rng) -> ExecutionGraph {
    let shuffled = rng.chance(500);
    let parallelism = rng.range(1, 4) as u32;
    let length = rng.range(1, 4);
    let id = |number: u64| JobVertexId(u128::from(number) + 1);
    let vertices = (0..length).map(|number| JobVertex {
        id: id(number),
        name: format!("vertex {number}"),
        operators: Vec::new(),
        parallelism: if shuffled { rng.range(1, 4) as u32 } else { parallelism },
        max_parallelism: None,
        slot_sharing_group: if rng.chance(800) { "default" } else { "other" }.to_owned(),
        blocking: false,
    });
    let vertices = vertices.collect();
    let ship = if shuffled { ShipStrategy::Hash } else { ShipStrategy::Forward };
    let edges = (1..length).map(|to| JobEdge {
        stream_edge: to as u32,
        from: id(to - 1),
        from_operator: OperatorId(0),
        output: 0,
        to: id(to),
        input: 0,
        ship,
        distribution: ship.distribution(),
        exchange: ExchangeMode::Pipelined,
    });
    let edges = edges.collect();
    ExecutionGraph::new(&JobGraph {
        name: "simulated".to_owned(),
        runtime_mode: RuntimeMode::Streaming,
        vertices,
        edges,
    })
}
