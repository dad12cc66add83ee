//! Exact commands for exact events.

use super::*;

const EPOCH: LeaderEpoch = LeaderEpoch { counter: 1, random: 4 };
const FIRST: JobId = JobId(1);
const SECOND: JobId = JobId(2);

struct Cluster {
    manager: ResourceManager,
    sequence: u64,
}

fn tm(number: u32) -> TaskManagerId {
    TaskManagerId(format!("tm-{number}"))
}

fn allocation(number: u128) -> AllocationId {
    AllocationId(500 + number)
}

fn request(task_manager: u32, index: u32, job: JobId, grant: u128) -> ResourceCommand {
    ResourceCommand::RequestSlot { slot: slot_id(&tm(task_manager), index), job, allocation: allocation(grant) }
}

fn scarce(job: JobId, free: u32, pending: u32) -> ResourceCommand {
    ResourceCommand::SlotsScarce { job, free, pending }
}

impl Cluster {
    /// TaskManagers with this many free slots each.
    fn new(spread: SlotSpread, slots: &[u32]) -> Self {
        let settings = ResourceManagerSettings { spread, ..ResourceManagerSettings::default() };
        Cluster::with(settings, slots)
    }

    fn with(settings: ResourceManagerSettings, slots: &[u32]) -> Self {
        let mut cluster = Cluster { manager: ResourceManager::new(EPOCH, settings, 500), sequence: 0 };
        for (number, slots) in slots.iter().enumerate() {
            let free = vec![None; *slots as usize];
            assert_eq!(cluster.report(number as u32, &free), []);
        }
        cluster
    }

    fn on(&mut self, event: ResourceEvent) -> Vec<ResourceCommand> {
        let mut out = Vec::new();
        self.manager.on(event, &mut out).expect("the right epoch");
        out
    }

    fn says(&mut self, from: u32, message: TaskManagerMessage) -> Vec<ResourceCommand> {
        self.sequence += 1;
        let (task_manager, sequence) = (tm(from), self.sequence);
        self.on(ResourceEvent::TaskManager { epoch: EPOCH, task_manager, sequence, message })
    }

    fn report(&mut self, from: u32, slots: &[Option<(JobId, u128)>]) -> Vec<ResourceCommand> {
        let message = report(slots);
        self.says(from, message)
    }

    fn declare(&mut self, job: JobId, slots: u32) -> Vec<ResourceCommand> {
        self.on(ResourceEvent::RequirementsDeclared { job, slots })
    }

    fn numbers(&self) -> (u32, u32, u32) {
        let SlotOverview { total, free, pending } = self.manager.overview();
        (total, free, pending)
    }
}

fn report(slots: &[Option<(JobId, u128)>]) -> TaskManagerMessage {
    let grants = slots.iter().map(|grant| grant.map(|(job, number)| (job, allocation(number))));
    TaskManagerMessage::SlotReport(grants.zip(0..).map(|(grant, index)| SlotReport { index, grant }).collect())
}

#[test]
fn task_managers_are_filled_one_after_the_other() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[3, 3]);
    assert_eq!(
        cluster.declare(FIRST, 4),
        [request(0, 0, FIRST, 0), request(0, 1, FIRST, 1), request(0, 2, FIRST, 2), request(1, 0, FIRST, 3),]
    );
    assert_eq!(cluster.numbers(), (6, 2, 4));
}

#[test]
fn or_evenly_by_the_share_that_is_used() {
    let mut cluster = Cluster::new(SlotSpread::Even, &[1, 2, 4]);
    let slots: Vec<_> = cluster
        .declare(FIRST, 7)
        .into_iter()
        .map(|command| match command {
            ResourceCommand::RequestSlot { slot, .. } => slot.task_manager.0,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(slots, ["tm-0", "tm-1", "tm-2", "tm-2", "tm-1", "tm-2", "tm-2"]);
}

#[test]
fn a_shortage_is_told_once_for_each_state_of_the_cluster() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    assert_eq!(cluster.declare(FIRST, 3), [request(0, 0, FIRST, 0), scarce(FIRST, 0, 1)]);
    let granted = TaskManagerMessage::SlotGranted { index: 0, allocation: allocation(0) };
    assert_eq!(cluster.says(0, granted.clone()), [scarce(FIRST, 0, 0)]);
    assert_eq!(cluster.says(0, granted), []);
    // New TaskManagers serve those that wait.
    assert_eq!(cluster.report(1, &[None, None, None]), [request(1, 0, FIRST, 1), request(1, 1, FIRST, 2)]);
    assert_eq!(cluster.numbers(), (4, 1, 2));
}

#[test]
fn jobs_are_served_in_the_order_in_which_they_came() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    cluster.declare(FIRST, 2);
    assert_eq!(cluster.declare(SECOND, 1), [scarce(SECOND, 0, 1)]);
    assert_eq!(cluster.report(1, &[None, None]), [request(1, 0, FIRST, 1), request(1, 1, SECOND, 2)]);
    assert_eq!((cluster.manager.required(FIRST), cluster.manager.required(SECOND)), (2, 1));
}

#[test]
fn what_a_job_gives_back_goes_to_the_next() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    cluster.declare(FIRST, 1);
    cluster.declare(SECOND, 1);
    assert_eq!(cluster.declare(FIRST, 0), []);
    let freed = TaskManagerMessage::SlotFreed { index: 0, allocation: allocation(0) };
    let cause = "its TaskManager has freed it".to_owned();
    let lost = ResourceCommand::SlotsLost { job: FIRST, allocations: vec![allocation(0)], cause };
    assert_eq!(cluster.says(0, freed.clone()), [lost, request(0, 0, SECOND, 1)]);
    // Late, and about a grant that is no more.
    assert_eq!(cluster.says(0, freed), []);
    assert_eq!(cluster.numbers(), (1, 0, 1));
}

#[test]
fn a_lost_task_manager_takes_its_grants_along() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[2, 1]);
    cluster.declare(FIRST, 1);
    cluster.declare(SECOND, 1);
    let lost = |job, number| ResourceCommand::SlotsLost {
        job,
        allocations: vec![allocation(number)],
        cause: "heartbeat timed out".to_owned(),
    };
    let cause = "heartbeat timed out".to_owned();
    assert_eq!(
        cluster.on(ResourceEvent::TaskManagerLost { task_manager: tm(0), cause }),
        [lost(FIRST, 0), lost(SECOND, 1), request(1, 0, FIRST, 2), scarce(SECOND, 0, 1),]
    );
}

#[test]
fn a_slot_whose_request_failed_waits_for_the_next_report() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    cluster.declare(FIRST, 1);
    let failed = ResourceEvent::RequestFailed { slot: slot_id(&tm(0), 0), allocation: allocation(0) };
    assert_eq!(cluster.on(failed.clone()), [scarce(FIRST, 0, 0)]);
    // Should it have been offered and taken back meanwhile, the job is to know.
    let cause = "its TaskManager no longer holds it for this job".to_owned();
    let lost = ResourceCommand::SlotsLost { job: FIRST, allocations: vec![allocation(0)], cause };
    assert_eq!(cluster.report(0, &[None]), [lost, request(0, 0, FIRST, 1)]);
    // It arrived after all: the report says so.
    assert_eq!(cluster.on(failed), []);
    assert_eq!(cluster.report(0, &[Some((FIRST, 1))]), []);
    assert_eq!(cluster.numbers(), (1, 0, 0));
}

#[test]
fn reports_put_the_table_right() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[2]);
    cluster.declare(FIRST, 1);
    // The request is on its way, or was lost: it is made once more, for the same grant.
    assert_eq!(cluster.report(0, &[None, None]), [request(0, 0, FIRST, 0)]);
    assert_eq!(cluster.numbers(), (2, 1, 1));
    assert_eq!(cluster.report(0, &[Some((FIRST, 0)), None]), []);
    assert_eq!(cluster.numbers(), (2, 1, 0));
    // The grant ended and the news of it was lost.
    let cause = "its TaskManager no longer holds it for this job".to_owned();
    assert_eq!(
        cluster.report(0, &[None, None]),
        [ResourceCommand::SlotsLost { job: FIRST, allocations: vec![allocation(0)], cause }, request(0, 0, FIRST, 1),]
    );
}

#[test]
fn a_request_that_nobody_needs_any_more_is_not_made_again() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    cluster.declare(FIRST, 1);
    cluster.declare(FIRST, 0);
    assert_eq!(cluster.numbers(), (1, 0, 1));
    assert_eq!(cluster.report(0, &[None]), []);
    assert_eq!(cluster.numbers(), (1, 1, 0));
}

#[test]
fn more_slots_than_allowed_are_refused() {
    let settings = ResourceManagerSettings { max_slots: 5, ..ResourceManagerSettings::default() };
    let mut cluster = Cluster::with(settings, &[3]);
    let cause =
        "the cluster has 3 slots, and with the 3 of this TaskManager more than slotmanager.number-of-slots.max (5)";
    let refused = ResourceCommand::RefuseTaskManager { task_manager: tm(1), cause: cause.to_owned() };
    assert_eq!(cluster.report(1, &[None, None, None]), [refused]);
    // What is known stays known, and what fits is welcome.
    assert_eq!(cluster.report(0, &[None, None, None]), []);
    assert_eq!(cluster.report(2, &[None, None]), []);
    assert_eq!(cluster.numbers(), (5, 5, 0));
}

#[test]
fn what_a_cluster_ought_to_have() {
    let settings = ResourceManagerSettings { redundant_task_managers: 2, max_slots: 12, ..Default::default() };
    let mut cluster = Cluster::with(settings, &[]);
    assert_eq!(cluster.manager.wanted_slots(3), 6);
    cluster.declare(FIRST, 1);
    cluster.declare(SECOND, 4);
    assert_eq!(cluster.manager.wanted_slots(3), 11);
    cluster.declare(SECOND, 40);
    assert_eq!(cluster.manager.wanted_slots(3), 12);
}

#[test]
fn settings_come_from_the_configuration() {
    let read = |lines: &[&str]| {
        let mut configuration = weft_common::Configuration::new();
        configuration.apply_dynamic(lines.iter().copied()).unwrap();
        ResourceManagerSettings::from_configuration(&configuration).unwrap()
    };
    let spread = |spread| ResourceManagerSettings { spread, ..ResourceManagerSettings::default() };
    assert_eq!(read(&[]), ResourceManagerSettings::default());
    assert_eq!(read(&["cluster.evenly-spread-out-slots=true"]), spread(SlotSpread::Even));
    assert_eq!(read(&["taskmanager.load-balance.mode=SLOTS"]), spread(SlotSpread::Even));
    assert_eq!(read(&["taskmanager.load-balance.mode=tasks"]), spread(SlotSpread::Even));
    assert_eq!(
        read(&["cluster.evenly-spread-out-slots=true", "taskmanager.load-balance.mode=NONE"]),
        spread(SlotSpread::Fill)
    );
    assert_eq!(
        read(&["slotmanager.number-of-slots.max=7", "slotmanager.redundant-taskmanager-num=1"]),
        ResourceManagerSettings { max_slots: 7, redundant_task_managers: 1, ..ResourceManagerSettings::default() }
    );
}

#[test]
fn slots_of_jobs_that_are_over_are_freed() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    cluster.declare(FIRST, 1);
    cluster.report(0, &[Some((FIRST, 0))]);
    assert_eq!(cluster.on(ResourceEvent::JobOver { job: FIRST }), []);
    let free = ResourceCommand::FreeSlot { slot: slot_id(&tm(0), 0), allocation: allocation(0) };
    assert_eq!(cluster.report(0, &[Some((FIRST, 0))]), [free]);
}

#[test]
fn an_overtaken_report_is_put_aside() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1]);
    cluster.declare(FIRST, 1);
    let old = cluster.sequence;
    cluster.sequence += 1;
    cluster.says(0, TaskManagerMessage::SlotGranted { index: 0, allocation: allocation(0) });
    let late =
        ResourceEvent::TaskManager { epoch: EPOCH, task_manager: tm(0), sequence: old, message: report(&[None]) };
    assert_eq!(cluster.on(late), []);
    assert_eq!(cluster.numbers(), (1, 0, 0));
}

#[test]
fn messages_of_another_leader_are_fenced() {
    let mut manager = ResourceManager::new(EPOCH, ResourceManagerSettings::default(), 0);
    let found = LeaderEpoch { counter: 1, random: 5 };
    let event = ResourceEvent::TaskManager { epoch: found, task_manager: tm(0), sequence: 1, message: report(&[None]) };
    assert_eq!(manager.on(event, &mut Vec::new()), Err(Fenced { expected: EPOCH, found }));
    assert_eq!(manager.overview(), SlotOverview::default());
}

#[test]
fn messages_of_strangers_are_ignored() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[]);
    let freed = TaskManagerMessage::SlotFreed { index: 0, allocation: allocation(0) };
    assert_eq!(cluster.says(4, freed), []);
    assert_eq!(cluster.manager.task_managers().count(), 0);
}

fn prepare(task_manager: u32, job: JobId) -> ResourceCommand {
    ResourceCommand::Prepare { task_manager: tm(task_manager), job }
}

impl Cluster {
    fn grants(&mut self, from: u32, index: u32, grant: u128) -> Vec<ResourceCommand> {
        self.says(from, TaskManagerMessage::SlotGranted { index, allocation: allocation(grant) })
    }
}

#[test]
fn who_would_step_in_is_told_once_the_job_has_its_slots() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[2, 2, 2]);
    cluster.declare(FIRST, 2);
    assert_eq!(cluster.grants(0, 0, 0), [], "it still waits for a slot");
    assert_eq!(cluster.grants(0, 1, 1), [prepare(1, FIRST)], "as many as would be needed, and no more");
    assert_eq!(cluster.report(1, &[None, None]), [], "once");
    // Another job needs it: the next one steps in for both.
    assert_eq!(cluster.declare(SECOND, 2), [request(1, 0, SECOND, 2), request(1, 1, SECOND, 3), prepare(2, FIRST)]);
    cluster.grants(1, 0, 2);
    assert_eq!(cluster.grants(1, 1, 3), [prepare(2, SECOND)]);
    // One that is lost and comes again knows nothing.
    let lost = ResourceEvent::TaskManagerLost { task_manager: tm(2), cause: "gone".to_owned() };
    assert_eq!(cluster.on(lost), []);
    assert_eq!(cluster.report(2, &[None, None]), [prepare(2, FIRST), prepare(2, SECOND)]);
}

#[test]
fn free_slots_beside_a_job_are_not_counted_when_they_would_be_lost_with_it() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[4, 1, 1, 1]);
    cluster.declare(FIRST, 2);
    cluster.grants(0, 0, 0);
    // Two slots on TaskManager 0, which has two more: those go with it.
    assert_eq!(cluster.grants(0, 1, 1), [prepare(1, FIRST), prepare(2, FIRST)]);
}

#[test]
fn where_slots_are_spread_each_is_another_ones() {
    let mut cluster = Cluster::new(SlotSpread::Even, &[2, 2, 2, 4]);
    assert_eq!(cluster.declare(FIRST, 2), [request(0, 0, FIRST, 0), request(1, 0, FIRST, 1)]);
    cluster.grants(0, 0, 0);
    assert_eq!(cluster.grants(1, 0, 1), [prepare(2, FIRST), prepare(3, FIRST)]);
}

#[test]
fn a_job_that_declares_anew_does_not_have_its_program_sent_again() {
    let mut cluster = Cluster::new(SlotSpread::Fill, &[1, 1]);
    cluster.declare(FIRST, 1);
    assert_eq!(cluster.grants(0, 0, 0), [prepare(1, FIRST)]);
    assert_eq!(cluster.declare(FIRST, 1), []);
    assert_eq!(cluster.on(ResourceEvent::JobOver { job: FIRST }), []);
}
