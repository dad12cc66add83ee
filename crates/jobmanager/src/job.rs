//! One job: its machine, and how the machine's commands are carried out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::deployment::Deployer;
use crate::job_manager::Cluster;
use crate::message::{JobListener, JobManagerHandle};
use crate::submission::PlannedJob;
use crate::view::Endpoints;
use crate::{CoordinatorGateway, JobDetails, JobEnd, JobWatch};
#[cfg(feature = "process")]
use weft_common::SlotId;
use weft_common::{ExecutionAttemptId, JobId, Mono, Now, OperatorId, TaskManagerId};
use weft_control::{Command, Commands, ControlError, Event, FinalFailure, JobMaster, JobResult, JobStatus};
use weft_graph::{ExecutionJobVertex, JobGraph};
use weft_rpc::program::{CoordinatorOrder, TaskReport};
use weft_rpc::{Fence, OperatorEvent, Placement, TaskDeployment, WorkerAddress};
use weft_runtime::Counted;

/// How long coordinators may take to clean up after a job before its end is told without them.
const CLEAN_UP: Duration = Duration::from_secs(10);

/// A JobMaster and what it commands.
pub(crate) struct Job {
    fence: Fence,
    machine: JobMaster,
    deployer: Deployer,
    coordinators: Box<dyn CoordinatorGateway>,
    watch: Arc<JobWatch>,
    details: JobDetails,
    /// Where the data planes of its workers are.
    workers: BTreeMap<TaskManagerId, WorkerAddress>,
    counted: BTreeMap<ExecutionAttemptId, Counted>,
    results: BTreeMap<OperatorId, Vec<u8>>,
    started: Mono,
    /// The end, while coordinators clean up, and until when they may.
    ending: Option<(Mono, JobResult)>,
    /// Whether coordinators have, so that the end can be told.
    cleaned_up: bool,
}

impl Job {
    pub(crate) fn new(
        planned: PlannedJob,
        watch: Arc<JobWatch>,
        now: Now,
        cluster: &Cluster,
        handle: &JobManagerHandle,
    ) -> Result<Self, String> {
        let PlannedJob { job, deployer, coordinators, settings, details, seed, .. } = planned;
        let listener = Box::new(JobListener { job, handle: handle.clone() });
        let coordinators = coordinators.start(job, deployer.graph(), listener)?;
        let machine = JobMaster::new(now, job, cluster.epoch, deployer.execution(), settings, seed);
        let fence = Fence { epoch: cluster.epoch, job };
        Ok(Job {
            fence,
            machine,
            deployer,
            coordinators,
            watch,
            details,
            workers: BTreeMap::new(),
            counted: BTreeMap::new(),
            results: BTreeMap::new(),
            started: now.mono,
            ending: None,
            cleaned_up: false,
        })
    }

    /// Feeds the machine and carries out what it commands.
    pub(crate) fn on(&mut self, now: Now, event: Event, cluster: &mut Cluster) {
        let mut commands = Commands::new();
        match self.machine.on(now, event, &mut commands) {
            Ok(_) => {}
            Err(ControlError::Fenced(fenced)) => tracing::debug!("{fenced}"),
            Err(error) => tracing::error!(job = %self.fence.job, "{error}"),
        }
        self.carry_out(now, commands, cluster);
    }

    fn carry_out(&mut self, now: Now, commands: Commands, cluster: &mut Cluster) {
        let mut deployments = Vec::new();
        for command in commands {
            match command {
                Command::JobStatusChanged { status, .. } => self.status_changed(status),
                Command::DeclareRequirements { slots } => cluster.declare(self.fence.job, slots),
                Command::StartCoordinators { attempt } => self.coordinators.order(CoordinatorOrder::Start { attempt }),
                Command::ResetCoordinators { attempt, subtasks } => {
                    self.coordinators.order(CoordinatorOrder::Reset { attempt, subtasks });
                }
                Command::CommitSinks { attempt } => self.coordinators.order(CoordinatorOrder::Commit { attempt }),
                Command::StopCoordinators { .. } => {}
                Command::Deploy { attempt, slot, .. } => deployments.push((slot.task_manager, attempt)),
                Command::CancelTask { attempt, task_manager } => {
                    cluster.task_manager(&task_manager, |tm| tm.cancel(self.fence, attempt));
                }
                Command::GiveUpOnWorker { task_manager, attempts } => {
                    self.give_up(now, &task_manager, &attempts, cluster);
                }
                Command::Acknowledge { task_manager, sequence, accepted } => {
                    cluster.task_manager(&task_manager, |tm| tm.acknowledge(self.fence, sequence, accepted));
                }
                Command::ReleaseSlots { slots } => {
                    for slot in slots {
                        cluster.task_manager(&slot.slot.task_manager, |tm| {
                            tm.free_slot(self.fence.epoch, slot.allocation)
                        });
                    }
                }
                Command::Finished(result) => self.finished(now, result, cluster),
            }
        }
        self.deploy(deployments, cluster);
    }

    /// The end is told by [`finished`](Self::finished), when everything is cleaned up.
    fn status_changed(&self, status: JobStatus) {
        tracing::info!(job = %self.fence.job, "job is {status:?}");
        if !matches!(status, JobStatus::Finished | JobStatus::Failed | JobStatus::Canceled | JobStatus::Suspended) {
            self.watch.set_status(status);
        }
    }

    /// Deployments that were decided together go to each TaskManager together, with one placement.
    fn deploy(&self, tasks: Vec<(TaskManagerId, ExecutionAttemptId)>, cluster: &Cluster) {
        if tasks.is_empty() {
            return;
        }
        let placement = Arc::new(self.placement(cluster));
        let mut by_task_manager: BTreeMap<TaskManagerId, Vec<TaskDeployment>> = BTreeMap::new();
        for (task_manager, attempt) in tasks {
            if let Some(deployment) = self.deployer.deployment(attempt, &placement) {
                by_task_manager.entry(task_manager).or_default().push(deployment);
            }
        }
        for (task_manager, deployments) in by_task_manager {
            cluster.task_manager(&task_manager, |tm| tm.deploy(self.fence, deployments));
        }
    }

    fn placement(&self, cluster: &Cluster) -> Placement {
        let mut placement = Placement::default();
        for subtask in self.deployer.subtasks() {
            let slot = self.machine.slot_of(subtask);
            let lane = |slot: u32| self.deployer.lane(subtask.vertex, slot);
            let place =
                slot.map_or((u32::MAX, u32::MAX), |s| (cluster.worker_of(&s.slot.task_manager), lane(s.slot.index)));
            placement.lanes.entry(subtask.vertex).or_default().push(place);
        }
        let workers = self.workers.iter().map(|(id, address)| (cluster.worker_of(id), address.clone()));
        placement.workers = workers.collect();
        placement
    }

    /// A thread cannot be killed: its slots are taken from it, and the lane that is stuck is left behind.
    fn give_up(
        &mut self,
        now: Now,
        task_manager: &TaskManagerId,
        attempts: &[ExecutionAttemptId],
        cluster: &mut Cluster,
    ) {
        cluster.task_manager(task_manager, |tm| tm.give_up(self.fence, attempts.to_vec()));
        let stuck = attempts.iter().map(|a| weft_graph::ExecutionVertexId { vertex: a.vertex, subtask: a.subtask });
        let slots: Vec<_> = stuck.filter_map(|id| self.machine.slot_of(id)).collect();
        for slot in &slots {
            cluster.task_manager(task_manager, |tm| tm.free_slot(self.fence.epoch, slot.allocation));
        }
        let allocations = slots.into_iter().map(|s| s.allocation).collect();
        let cause =
            "a user function did not return within task.cancellation.timeout; its thread was given up".to_owned();
        self.on(now, Event::SlotsLost { allocations, cause }, cluster);
    }

    fn finished(&mut self, now: Now, result: JobResult, cluster: &mut Cluster) {
        self.coordinators.order(CoordinatorOrder::End { success: result.status == JobStatus::Finished });
        self.ending = Some((now.mono + CLEAN_UP, result));
        cluster.job_over(self.fence);
    }

    /// What a subtask says to its coordinator. One whose attempt has been replaced has nothing to say any more.
    pub(crate) fn operator_event(&self, event: OperatorEvent) {
        let from = event.attempt;
        let id = weft_graph::ExecutionVertexId { vertex: from.vertex, subtask: from.subtask };
        if self.machine.task(id).is_some_and(|history| history.current().attempt() == from.attempt) {
            self.coordinators.order(CoordinatorOrder::Event(event));
        }
    }

    /// Where a TaskManager's worker is.
    pub(crate) fn worker_address(&mut self, task_manager: TaskManagerId, address: WorkerAddress) {
        self.workers.insert(task_manager, address);
    }

    /// What its tasks have counted.
    pub(crate) fn task_reports(&mut self, reports: Vec<TaskReport>, at: Mono) {
        for report in reports {
            match self.counted.get_mut(&report.attempt) {
                Some(counted) => counted.update(report, at),
                None => drop(self.counted.insert(report.attempt, Counted::new(report, at))),
            }
        }
    }

    /// What an attempt has counted.
    pub(crate) fn counted(&self, attempt: ExecutionAttemptId) -> Option<&Counted> {
        self.counted.get(&attempt)
    }

    /// Its machine.
    pub(crate) fn machine(&self) -> &JobMaster {
        &self.machine
    }

    /// Its vertices as they were planned.
    pub(crate) fn graph(&self) -> &JobGraph {
        self.deployer.graph()
    }

    /// Its vertices as they run.
    pub(crate) fn vertices(&self) -> &[ExecutionJobVertex] {
        self.deployer.execution().vertices()
    }

    /// How it was configured.
    pub(crate) fn details(&self) -> &JobDetails {
        &self.details
    }

    /// The status that clients are told: a job that cleans up is not over.
    pub(crate) fn status(&self) -> JobStatus {
        match &self.ending {
            Some((_, result)) if self.cleaned_up => result.status,
            _ => self.watch.status(),
        }
    }

    /// Why it failed for good.
    pub(crate) fn final_failure(&self) -> Option<&FinalFailure> {
        self.ending.as_ref().and_then(|(_, result)| result.failure.as_ref())
    }

    /// Where its workers are, for people.
    pub(crate) fn endpoints(&self, cluster: &Cluster) -> Endpoints {
        let address = |a: &WorkerAddress| format!("{}:{}", a.host, a.port);
        let workers = self.workers.iter().map(|(id, worker)| (id.clone(), address(worker)));
        let others = cluster.task_managers().map(|(id, host)| (id.clone(), host));
        others.chain(workers).collect()
    }

    /// How many of its tasks run in each slot.
    #[cfg(feature = "process")]
    pub(crate) fn tasks_by_slot(&self) -> BTreeMap<SlotId, u32> {
        let mut tasks = BTreeMap::new();
        for slot in self.deployer.subtasks().filter_map(|subtask| self.machine.slot_of(subtask)) {
            *tasks.entry(slot.slot).or_default() += 1;
        }
        tasks
    }

    /// What a coordinator answers.
    pub(crate) fn reply(&self, event: OperatorEvent, cluster: &Cluster) {
        let to = event.attempt;
        let id = weft_graph::ExecutionVertexId { vertex: to.vertex, subtask: to.subtask };
        if let Some(slot) = self.machine.slot_of(id) {
            cluster.task_manager(&slot.slot.task_manager, |tm| tm.operator_event(self.fence, event));
        }
    }

    pub(crate) fn add_result(&mut self, operator: OperatorId, payload: Vec<u8>) {
        self.results.insert(operator, payload);
    }

    /// When the machine, or an overdue clean-up, wants to be called.
    pub(crate) fn next_deadline(&self) -> Option<Mono> {
        self.machine.next_deadline().into_iter().chain(self.ending.as_ref().map(|(until, _)| *until)).min()
    }

    /// Whether coordinators have taken longer than they may to clean up.
    pub(crate) fn is_overdue(&self, now: Mono) -> bool {
        self.ending.as_ref().is_some_and(|(until, _)| *until <= now)
    }

    /// Tells the end; the job can be forgotten.
    pub(crate) fn tell_end(mut self, now: Mono, cluster: &Cluster) {
        self.cleaned_up = true;
        let last_view = crate::view::job(&self, cluster);
        if let Some((_, result)) = self.ending {
            let duration = now.since(self.started);
            let JobResult { status, failure, .. } = result;
            self.watch.set_end(JobEnd { status, failure, results: self.results, duration }, Some(last_view));
        }
    }

    /// The job this is.
    pub(crate) fn id(&self) -> JobId {
        self.fence.job
    }
}
