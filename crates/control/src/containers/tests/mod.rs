//! Exact commands for exact events, and whole histories from seeds.

mod asking;
mod cost;
mod failing;
mod living;
mod pacing;
mod resyncing;
mod simulation;

use super::*;
use std::time::Duration;

const ONE: ProfileId = ProfileId(1);
const TWO: ProfileId = ProfileId(2);

fn id(number: u64) -> ContainerId {
    ContainerId { attempt: 1, number }
}

fn at(ms: u64) -> Mono {
    Mono::from_millis(ms)
}

fn ask(profile: ProfileId, containers: u32) -> ContainerAsk {
    ContainerAsk { profile, containers }
}

fn start(number: u64) -> ContainerCommand {
    ContainerCommand::Start { container: id(number), profile: ONE }
}

fn fence(number: u64, reason: ReleaseReason) -> ContainerCommand {
    ContainerCommand::Fence { container: id(number), loss: ContainerLoss::Released(reason) }
}

fn fence_completed(number: u64, status: i32, had_registered: bool) -> ContainerCommand {
    let loss = ContainerLoss::Completed { status, diagnostics: "why".to_owned(), had_registered };
    ContainerCommand::Fence { container: id(number), loss }
}

/// Containers of the first profile, on the host that their number ends in.
fn granted(numbers: impl IntoIterator<Item = u64>) -> Vec<GrantedContainer> {
    let granted = |number| GrantedContainer { container: id(number), profile: ONE, host: host(number) };
    numbers.into_iter().map(granted).collect()
}

fn host(number: u64) -> String {
    format!("host-{}", number % 10)
}

fn completed(number: u64, status: i32) -> CompletedContainer {
    CompletedContainer { container: id(number), status, diagnostics: "why".to_owned() }
}

fn brings(numbers: impl IntoIterator<Item = u64>) -> HeartbeatAnswer {
    HeartbeatAnswer { granted: granted(numbers), cluster_nodes: 10, ..HeartbeatAnswer::default() }
}

fn tells_of(number: u64, status: i32) -> HeartbeatAnswer {
    HeartbeatAnswer { completed: vec![completed(number, status)], cluster_nodes: 10, ..HeartbeatAnswer::default() }
}

/// A ledger and the number of its last heartbeat.
struct Attempt {
    ledger: ContainerLedger,
    number: u64,
}

impl Attempt {
    fn new(settings: ContainerSettings) -> Self {
        Attempt { ledger: ContainerLedger::new(settings, [ONE, TWO]), number: 0 }
    }

    /// Registered at time 0, the first heartbeat answered.
    fn registered() -> Self {
        let mut attempt = Attempt::new(ContainerSettings::default());
        let first = attempt.on(0, ContainerEvent::Registered { inherited: Vec::new() });
        assert_eq!(first, [beat(1, &[], &[])]);
        assert_eq!(attempt.answer(0, brings([])), []);
        attempt
    }

    fn on(&mut self, ms: u64, event: ContainerEvent) -> Vec<ContainerCommand> {
        let mut out = Vec::new();
        self.ledger.on(at(ms), event, &mut out);
        for command in &out {
            if let ContainerCommand::Heartbeat(heartbeat) = command {
                self.number = heartbeat.number;
            }
        }
        out
    }

    fn tick(&mut self, ms: u64) -> Vec<ContainerCommand> {
        self.on(ms, ContainerEvent::Tick)
    }

    fn want(&mut self, ms: u64, workers: u32) -> Vec<ContainerCommand> {
        self.on(ms, ContainerEvent::WorkersWanted { profile: ONE, workers })
    }

    fn answer(&mut self, ms: u64, answer: HeartbeatAnswer) -> Vec<ContainerCommand> {
        let number = self.number;
        self.on(ms, ContainerEvent::Answered { number, answer })
    }

    /// The workers of these containers are started and register, without anything else happening.
    fn run(&mut self, ms: u64, numbers: impl IntoIterator<Item = u64>) {
        for number in numbers {
            assert_eq!(self.on(ms, ContainerEvent::Started { container: id(number) }), []);
            assert_eq!(self.on(ms, ContainerEvent::WorkerRegistered { container: id(number) }), []);
        }
    }

    /// So many workers wanted and running, busy, numbered from 2 on; the next heartbeat is not due before `ms` + 4 s.
    fn with_workers(ms: u64, workers: u32) -> Self {
        let mut attempt = Attempt::registered();
        attempt.want(100, workers);
        attempt.answer(100, brings([]));
        attempt.tick(200);
        let numbers = 2..2 + u64::from(workers);
        let commands = attempt.answer(200, brings(numbers.clone()));
        assert_eq!(commands, numbers.clone().map(start).collect::<Vec<_>>());
        attempt.run(200, numbers.clone());
        for number in numbers {
            assert_eq!(attempt.on(200, ContainerEvent::WorkerBusy { container: id(number) }), []);
        }
        let last = ms.saturating_sub(1000).max(5200);
        assert!(matches!(attempt.tick(last)[..], [ContainerCommand::Heartbeat(_)]));
        assert_eq!(attempt.answer(last, brings([])), []);
        attempt
    }

    fn deadline(&self) -> Option<Mono> {
        self.ledger.next_deadline()
    }
}

/// A heartbeat that asks and gives back, and nothing else.
fn beat(number: u64, asks: &[ContainerAsk], releases: &[u64]) -> ContainerCommand {
    let releases = releases.iter().copied().map(id).collect();
    let heartbeat = ContainerHeartbeat { number, asks: asks.to_vec(), releases, ..ContainerHeartbeat::default() };
    ContainerCommand::Heartbeat(heartbeat)
}
