//! Slots that are late, lost or too many.

use super::*;

#[test]
fn a_job_without_its_slots_fails_and_says_what_is_missing() {
    let vertices = [("Source", 2, "ingest"), ("Sink", 3, "default")];
    let edges = [(0, 1, ShipStrategy::Rebalance, ExchangeMode::Pipelined)];
    let mut job = Job::new(&graph(&vertices, &edges), JobMasterSettings::default());
    job.on(Event::Start);
    job.offer(0..3);
    job.on(Event::SlotsScarce { free: 0, pending: 1 });
    let out = job.tick_at(301_000);
    assert_eq!(
        final_message(&out),
        "NoResourceAvailable: allocating slots for the job within slot.request.timeout (300 s): needed 5 (3 for group \
         default, 2 for group ingest), held 3, the cluster has 0 free and 1 pending; start more TaskManagers, raise \
         taskmanager.numberOfTaskSlots or lower the parallelism"
    );
    assert!(out.contains(&Command::ReleaseSlots { slots: vec![slot(0), slot(1), slot(2)] }));
    assert_eq!(job.state_of(0, 0), (0, ExecutionState::Canceled));
}

#[test]
fn a_job_without_its_slots_tells_of_the_task_manager_that_never_came() {
    let gone = |name: &str| Event::TaskManagerExplained {
        task_manager: TaskManagerId(name.to_owned()),
        why: "has ended: its files were not brought to the node".to_owned(),
    };
    let mut job = Job::new(&shuffled(2), JobMasterSettings::default());
    job.on(Event::Start);
    job.on(gone("container-2"));
    job.on(gone("container-3"));
    let out = job.tick_at(301_000);
    let message = final_message(&out);
    let end = "; one that was to bring slots: container-3 has ended: its files were not brought to the node";
    assert!(message.ends_with(end), "{message}");

    // What was told before the wait began is of no wait of this job.
    let mut job = Job::new(&shuffled(2), fixed_delay(1, 1000));
    job.on(Event::Start);
    job.on(gone("container-2"));
    job.tick_at(301_000);
    job.tick_at(302_000);
    let out = job.tick_at(602_000);
    let message = final_message(&out);
    assert!(message.contains("lower the parallelism") && !message.contains("container-2"), "{message}");
}

#[test]
fn missing_slots_are_a_failure_that_the_strategy_decides_on() {
    let mut job = Job::new(&shuffled(2), fixed_delay(1, 1000));
    job.on(Event::Start);
    job.offer(0..1);
    assert_eq!(job.tick_at(301_000), [job.status(JobStatus::Restarting)]);
    let out = job.tick_at(302_000);
    assert_eq!(out.last(), Some(&job.status(JobStatus::Running)));
    assert_eq!(job.offer(1..2).len(), 4);
    assert_eq!(job.state_of(1, 1), (1, ExecutionState::Deploying));
}

#[test]
fn a_lost_task_manager_is_one_failure_of_all_that_ran_there() {
    // Slots 0 and 1 are on the first TaskManager, 2 on the second.
    let mut job = Job::running(&side_by_side(3), fixed_delay(1, 100));
    let lost = Event::TaskManagerLost { task_manager: tm(0), cause: "heartbeat timed out".to_owned() };
    assert_eq!(job.on(lost), [job.status(JobStatus::Restarting)]);
    assert_eq!(job.master.held_slots(), 1);
    let newest = job.master.exceptions().newest().expect("an entry");
    assert_eq!(newest.failure.message, "Source (1/3)#0 lost slot 0 of tm-0: heartbeat timed out");
    assert_eq!(newest.concurrent.len(), 3);

    let out = job.tick_at(1100);
    assert_eq!(out.last(), Some(&job.status(JobStatus::Running)));
    assert_eq!(job.state_of(0, 0), (1, ExecutionState::Scheduled));
    // The requirements still stand, so new slots come by themselves.
    assert_eq!(
        job.offer(4..6),
        [
            deploy(att(0, 0, 1), slot(4)),
            deploy(att(0, 1, 1), slot(5)),
            deploy(att(1, 0, 1), slot(4)),
            deploy(att(1, 1, 1), slot(5)),
        ]
    );
    assert_eq!(job.state_of(0, 2), (0, ExecutionState::Running));
}

#[test]
fn slots_lost_before_anything_was_deployed_are_only_awaited_again() {
    let mut job = Job::new(&shuffled(2), JobMasterSettings::default());
    job.on(Event::Start);
    job.offer(0..1);
    let lost = Event::SlotsLost { allocations: vec![slot(0).allocation], cause: "gone".to_owned() };
    assert_eq!(job.on(lost), []);
    assert_eq!(job.master.status(), JobStatus::Running);
    assert_eq!(job.offer(1..3).len(), 4);
}

#[test]
fn slots_beyond_the_need_are_refused() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    let out = job.offer(0..3);
    assert_eq!(out[0], Command::ReleaseSlots { slots: vec![slot(1), slot(2)] });
    // Offered again: known, and refused once more.
    assert_eq!(job.offer(0..2), [Command::ReleaseSlots { slots: vec![slot(1)] }]);
}

#[test]
fn a_lost_slot_does_not_come_back() {
    let mut job = Job::running(&shuffled(1), fixed_delay(1, 100));
    let lost = || Event::SlotsLost { allocations: vec![slot(0).allocation], cause: "gone".to_owned() };
    job.on(lost());
    assert_eq!(job.handled(lost()), Handled::Ignored(Ignored::Repeated));
    job.tick_at(1100);
    assert_eq!(job.offer(0..1), [Command::ReleaseSlots { slots: vec![slot(0)] }]);
}

#[test]
fn a_slot_lost_before_its_offer_came_is_refused() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    let lost = Event::SlotsLost { allocations: vec![slot(0).allocation], cause: "freed".to_owned() };
    assert_eq!(job.handled(lost), Handled::Ignored(Ignored::Repeated));
    assert_eq!(job.offer(0..1), [Command::ReleaseSlots { slots: vec![slot(0)] }]);
    assert_eq!(job.master.held_slots(), 0);
    assert_eq!(job.offer(1..2).len(), 2);
}

#[test]
fn slices_return_to_where_they_were() {
    let mut job = Job::running(&shuffled(3), fixed_delay(9, 100));
    let event = Event::SlotsLost { allocations: vec![slot(1).allocation], cause: "gone".to_owned() };
    job.on(event);
    job.all_reach(ExecutionState::Canceled);
    job.tick_at(1100);
    let out = job.offer(5..6);
    let place = |subtask| {
        out.iter().find_map(|command| match command {
            Command::Deploy { attempt, slot, .. } if *attempt == att(0, subtask, 1) => Some(slot.clone()),
            _ => None,
        })
    };
    assert_eq!(place(0), Some(slot(0).slot));
    assert_eq!(place(1), Some(slot(5).slot));
    assert_eq!(place(2), Some(slot(2).slot));
}

#[test]
fn the_pool_prefers_the_former_slot_then_the_former_task_manager() {
    let mut pool = SlotPool::default();
    let topology = Topology::new(&shuffled(2));
    let slices: Vec<SliceIndex> = topology.slices().collect();
    let at = Mono::from_millis;
    for number in [0, 2] {
        pool.offer(at(0), &slot(number), 2);
    }
    pool.assign(&slices);
    slices.iter().for_each(|slice| pool.make_idle(at(1), *slice));
    // Asked for in the other order, each still gets its own.
    pool.assign(&[slices[1], slices[0]]);
    assert_eq!(pool.slot_of(slices[0]), Some(slot(0)));
    assert_eq!(pool.slot_of(slices[1]), Some(slot(2)));
    // The slots are lost; of the new ones, slot 3 is on the TaskManager where the second slice was.
    pool.close_all();
    for number in [4, 3] {
        pool.offer(at(2), &slot(number), 2);
    }
    pool.assign(&slices);
    assert_eq!(pool.slot_of(slices[1]), Some(slot(3)));
    assert_eq!(pool.slot_of(slices[0]), Some(slot(4)));
}

#[test]
fn settings_come_from_the_configuration() {
    let mut configuration = weft_common::Configuration::new();
    assert_eq!(JobMasterSettings::from_configuration(&configuration).unwrap(), JobMasterSettings::default());
    configuration
        .apply_dynamic([
            "slot.request.timeout=10 s",
            "slot.idle.timeout=1 s",
            "task.cancellation.timeout=0",
            "jobmanager.execution.failover-strategy=full",
            "restart-strategy.type=fixed-delay",
        ])
        .unwrap();
    let settings = JobMasterSettings::from_configuration(&configuration).unwrap();
    assert_eq!(
        settings,
        JobMasterSettings {
            slot_request_timeout: Duration::from_secs(10),
            slot_idle_timeout: Duration::from_secs(1),
            cancellation_timeout: None,
            failover: FailoverStrategy::Full,
            ..fixed_delay(1, 1000)
        }
    );
}
