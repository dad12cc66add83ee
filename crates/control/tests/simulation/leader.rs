//! The leader's process: JobMasters, ResourceManager, and the TaskManagers that it hears of.

use crate::bug::Bug;
use crate::world::{Action, EPOCH, FORMER, Said, World};
use weft_common::{JobId, TaskManagerId};
use weft_control::*;
use weft_graph::ExecutionVertexId;

impl World {
    pub(crate) fn tell_job(&mut self, id: JobId, event: Event) {
        let now = self.now();
        let fenced = matches!(&event, Event::Worker { epoch, .. } if *epoch == FORMER);
        let mut out = Commands::new();
        let handled = self.jobs.get_mut(&id).expect("a known job").master.on(now, event, &mut out);
        match handled {
            Err(ControlError::Fenced(_)) if fenced => {
                self.outcome.fenced += 1;
                assert!(out.is_empty());
            }
            Err(error) => panic!("job {id}: {error}"),
            Ok(_) => assert!(!fenced, "a message of another leader was taken"),
        }
        for command in out {
            if self.trace {
                println!("         job {}: {command:?}", id.0);
            }
            self.carry_out(id, command);
        }
        let job = &self.jobs[&id];
        job.check();
        if let Some(next) = job.master.next_deadline() {
            self.at_deadline(next, Action::JobDeadline(id));
        }
    }

    pub(crate) fn job_deadline(&mut self, id: JobId) {
        let now = self.now();
        if self.jobs[&id].master.next_deadline().is_none_or(|deadline| deadline > now.mono) {
            return;
        }
        self.tell_job(id, Event::Tick);
        let next = self.jobs[&id].master.next_deadline();
        assert!(next.is_none_or(|next| next > now.mono), "a tick at {:?} leaves the deadline {next:?}", now.mono);
    }

    fn carry_out(&mut self, id: JobId, command: Command) {
        let job = self.jobs.get_mut(&id).expect("a known job");
        let straggler = matches!(command, Command::ReleaseSlots { .. } | Command::Acknowledge { .. });
        assert!(job.result.is_none() || straggler, "after the end: {command:?}");
        match command {
            Command::JobStatusChanged { status, .. } => {
                job.status = job.status.transition(status).expect("a legal transition");
            }
            Command::DeclareRequirements { slots } => {
                self.local.push_back(Action::Resource(ResourceEvent::RequirementsDeclared { job: id, slots }));
            }
            Command::StartCoordinators { attempt } => {
                assert!(!job.coordinators.is_alive(), "coordinators started twice");
                job.coordinators.start(attempt);
                self.outcome.restarts += u64::from(attempt > 0);
            }
            Command::ResetCoordinators { attempt, .. } => {
                self.outcome.restarts += 1;
                let answer = job.coordinators.reset(attempt);
                self.coordinator_says(id, answer);
            }
            Command::CommitSinks { attempt } => {
                assert!(job.all_tasks(|state| state == ExecutionState::Finished), "committing too early");
                let calm = self.at_ms >= crate::world::CALM_AT_MS;
                let answer = job.coordinators.commit(attempt, &mut self.rng, calm);
                job.committed = matches!(answer, Some((_, CoordinatorMessage::CommitFinished)));
                self.coordinator_says(id, answer);
            }
            Command::StopCoordinators { .. } => job.coordinators.stop(),
            Command::Deploy { attempt, allocation, slot } => {
                let before = self.deployed.insert((id, attempt), allocation);
                assert!(before.is_none(), "{attempt:?} deployed twice");
                self.outcome.deployments += 1;
                self.order(&slot.task_manager, LeaderOrder::Deploy { job: id, tasks: vec![(attempt, slot.index)] });
            }
            Command::CancelTask { attempt, task_manager } => {
                self.order(&task_manager, LeaderOrder::Cancel { job: id, attempt });
            }
            Command::GiveUpOnWorker { task_manager, attempts } => {
                self.order(&task_manager, LeaderOrder::GiveUp { job: id, attempts: attempts.clone() });
                self.give_up(id, attempts);
            }
            Command::Acknowledge { task_manager, sequence, accepted } => {
                self.acknowledge(id, &task_manager, sequence, accepted);
            }
            Command::ReleaseSlots { slots } => {
                for PooledSlot { allocation, slot } in slots {
                    self.order(&slot.task_manager, LeaderOrder::FreeSlot { allocation });
                }
            }
            Command::Finished(result) => {
                let message = result.failure.as_ref().map_or("", |failure| failure.message.as_str());
                self.outcome.slot_timeouts += u64::from(message.contains("NoResourceAvailable"));
                job.result = Some(result);
                self.local.push_back(Action::Resource(ResourceEvent::JobOver { job: id }));
                let all: Vec<_> = self.processes.iter().map(|process| process.machine.id().clone()).collect();
                all.iter().for_each(|id_of| self.order(id_of, LeaderOrder::JobFinished { job: id }));
            }
        }
    }

    fn acknowledge(&mut self, id: JobId, to: &TaskManagerId, sequence: u64, accepted: Vec<weft_common::AllocationId>) {
        let order = match self.bug {
            Some(Bug::EverythingIsAcknowledged) => {
                let slots = self.processes[self.number_of(to)].machine.slots();
                let accepted = slots.filter_map(|(_, _, grant)| grant).map(|(_, allocation)| allocation).collect();
                LeaderOrder::Acknowledge { job: id, sequence: u64::MAX, accepted }
            }
            _ => LeaderOrder::Acknowledge { job: id, sequence, accepted },
        };
        self.order(to, order);
    }

    /// The slots of tasks that do not stop are taken from the job.
    fn give_up(&mut self, id: JobId, attempts: Vec<weft_common::ExecutionAttemptId>) {
        self.outcome.workers_given_up += 1;
        let master = &self.jobs[&id].master;
        let subtasks = attempts.into_iter().map(|a| ExecutionVertexId { vertex: a.vertex, subtask: a.subtask });
        let slots: Vec<_> = subtasks.filter_map(|subtask| master.slot_of(subtask)).collect();
        for slot in &slots {
            self.order(&slot.slot.task_manager, LeaderOrder::FreeSlot { allocation: slot.allocation });
        }
        let allocations = slots.into_iter().map(|slot| slot.allocation).collect();
        let cause = "a task does not stop".to_owned();
        self.local.push_back(Action::Job(id, Event::SlotsLost { allocations, cause }));
    }

    fn coordinator_says(&mut self, job: JobId, message: Option<(u32, CoordinatorMessage)>) {
        let Some((attempt, message)) = message else { return };
        let event = Event::Coordinator { epoch: EPOCH, attempt, message };
        // A pipe between two processes of one machine: late, sometimes repeated by a retry, never lost.
        for _ in 0..self.rng.range(1, 3) {
            self.soon(100, Action::Job(job, event.clone()));
        }
    }

    pub(crate) fn crash_coordinators(&mut self, id: JobId) {
        let message = self.jobs.get_mut(&id).and_then(|job| job.coordinators.crash());
        self.coordinator_says(id, message);
    }

    pub(crate) fn tell_resource(&mut self, event: ResourceEvent) {
        let mut out = ResourceCommands::new();
        self.resource.on(event, &mut out).expect("messages to the ResourceManager carry its epoch");
        for command in out {
            if self.trace {
                println!("         resource manager: {command:?}");
            }
            match command {
                ResourceCommand::RequestSlot { slot, job, allocation } => {
                    let order = LeaderOrder::RequestSlot { index: slot.index, job, allocation };
                    self.order(&slot.task_manager, order);
                    // Taken for lost, though it may not be.
                    if !self.calm() && self.rng.chance(20) {
                        self.soon(100, Action::Resource(ResourceEvent::RequestFailed { slot, allocation }));
                    }
                }
                ResourceCommand::FreeSlot { slot, allocation } => {
                    self.order(&slot.task_manager, LeaderOrder::FreeSlot { allocation });
                }
                // What it fetches is nobody's state.
                ResourceCommand::Prepare { .. } => {}
                ResourceCommand::RefuseTaskManager { task_manager, cause } => panic!("{task_manager} refused: {cause}"),
                ResourceCommand::SlotsLost { job, allocations, cause } => {
                    self.local.push_back(Action::Job(job, Event::SlotsLost { allocations, cause }));
                }
                ResourceCommand::SlotsScarce { job, free, pending } => {
                    self.local.push_back(Action::Job(job, Event::SlotsScarce { free, pending }));
                }
            }
        }
    }

    pub(crate) fn tell_peers(&mut self, event: HeartbeatEvent<TaskManagerId>) {
        let mut out = Vec::new();
        let now = self.now().mono;
        self.peers.on(now, event, &mut out);
        for command in out {
            match command {
                HeartbeatCommand::Beat(id) => self.order(&id, LeaderOrder::Heartbeat),
                HeartbeatCommand::Probe(id) => {
                    let alive = self.processes[self.number_of(&id)].alive;
                    let found = if alive { HeartbeatEvent::Reachable(id) } else { HeartbeatEvent::Unreachable(id) };
                    self.soon(20, Action::Peer(found));
                }
                HeartbeatCommand::Lost { peer, cause } => {
                    self.outcome.task_managers_lost += 1;
                    self.declare_lost(&peer, &cause);
                }
            }
        }
        if let Some(next) = self.peers.next_deadline() {
            self.at_deadline(next, Action::PeerDeadline);
        }
    }

    pub(crate) fn peer_deadline(&mut self) {
        let now = self.now().mono;
        if self.peers.next_deadline().is_some_and(|deadline| deadline <= now) {
            self.tell_peers(HeartbeatEvent::Tick);
            assert!(self.peers.next_deadline().is_none_or(|next| next > now), "a tick leaves a deadline that is over");
        }
    }

    fn declare_lost(&mut self, id: &TaskManagerId, cause: &str) {
        let number = self.number_of(id);
        self.sessions.remove(&number);
        let (task_manager, cause) = (id.clone(), cause.to_owned());
        let lost = ResourceEvent::TaskManagerLost { task_manager: task_manager.clone(), cause: cause.clone() };
        self.local.push_back(Action::Resource(lost));
        for job in self.jobs.keys() {
            let lost = Event::TaskManagerLost { task_manager: task_manager.clone(), cause: cause.clone() };
            self.local.push_back(Action::Job(*job, lost));
        }
    }

    /// A TaskManager has connected. An older attempt of it than the one that there is was given up by it.
    pub(crate) fn register(&mut self, number: usize, attempt: u64) {
        if self.sessions.get(&number).is_some_and(|session| *session >= attempt) {
            return;
        }
        if !self.calm() && self.rng.chance(100) {
            self.outcome.refused_registrations += 1;
            let failure = match self.rng.range(0, 3) {
                0 => RegistrationFailure::Unreachable("connection refused".to_owned()),
                1 => RegistrationFailure::Error("not the same secret".to_owned()),
                _ => RegistrationFailure::Refused("not today".to_owned()),
            };
            self.send(Action::TaskManager(number, TaskManagerEvent::RegistrationFailed { attempt, failure }));
            return;
        }
        self.sessions.insert(number, attempt);
        let id = self.processes[number].machine.id().clone();
        self.tell_peers(HeartbeatEvent::Watch(id.clone()));
        for job in self.jobs.keys() {
            let back = Event::TaskManagerReconnected { task_manager: id.clone() };
            self.local.push_back(Action::Job(*job, back));
        }
        self.send(Action::TaskManager(number, TaskManagerEvent::Registered { attempt, epoch: EPOCH }));
    }

    pub(crate) fn heard(&mut self, number: usize, session: u64, said: Said) {
        if self.sessions.get(&number) != Some(&session) {
            return;
        }
        let id = self.processes[number].machine.id().clone();
        self.tell_peers(HeartbeatEvent::Heard(id.clone()));
        match said {
            Said::Alive => {}
            Said::Leaves(cause) => {
                self.tell_peers(HeartbeatEvent::Forget(id.clone()));
                self.declare_lost(&id, &cause);
            }
            Said::Resource(epoch, sequence, message) => {
                self.tell_resource(ResourceEvent::TaskManager { epoch, task_manager: id, sequence, message });
            }
            Said::Job(epoch, job, sequence, message) => {
                self.tell_job(job, Event::Worker { epoch, task_manager: id, sequence, message });
            }
        }
    }

    /// Sends an order to a TaskManager, if there is a connection. One that does not arrive says that the connection is broken: what has
    /// been sent over it is lost, or in order.
    pub(crate) fn order(&mut self, to: &TaskManagerId, order: LeaderOrder) {
        let number = self.number_of(to);
        let Some(session) = self.sessions.get(&number).copied() else { return };
        let must_arrive = matches!(order, LeaderOrder::Deploy { .. });
        let epoch = EPOCH;
        if !self.send(Action::ToTaskManager(number, session, epoch, order.clone())) && must_arrive {
            self.soon(100, Action::Break(number));
        }
        if self.rng.chance(10) {
            self.send(Action::ToTaskManager(number, session, FORMER, order));
        }
    }
}
