//! From the start to the end of an undisturbed job.

use super::*;

#[test]
fn tasks_are_deployed_when_all_slots_are_there() {
    let mut job = Job::new(&shuffled(2), JobMasterSettings::default());
    assert_eq!(job.master.status(), JobStatus::Initializing);
    assert_eq!(
        job.on(Event::Start),
        [
            job.status(JobStatus::Created),
            job.status(JobStatus::Running),
            Command::StartCoordinators { attempt: 0 },
            Command::DeclareRequirements { slots: 2 },
        ]
    );
    assert_eq!(job.state_of(0, 0), (0, ExecutionState::Scheduled));
    assert_eq!(job.offer(0..1), []);
    // Subtask i of every vertex goes to the group's slot i.
    assert_eq!(
        job.offer(1..2),
        [
            deploy(att(0, 0, 0), slot(0)),
            deploy(att(0, 1, 0), slot(1)),
            deploy(att(1, 0, 0), slot(0)),
            deploy(att(1, 1, 0), slot(1)),
        ]
    );
    assert_eq!(job.master.next_deadline(), None);
}

#[test]
fn slot_sharing_groups_have_slots_of_their_own() {
    let vertices = [("Source", 3, "a"), ("Map", 2, "a"), ("Sink", 2, "b")];
    let edges = [
        (0, 1, ShipStrategy::Rebalance, ExchangeMode::Pipelined),
        (1, 2, ShipStrategy::Forward, ExchangeMode::Pipelined),
    ];
    let mut job = Job::new(&graph(&vertices, &edges), JobMasterSettings::default());
    assert!(job.on(Event::Start).contains(&Command::DeclareRequirements { slots: 5 }));
    let out = job.offer(0..5);
    let slot_of = |attempt| {
        out.iter().find_map(|command| match command {
            Command::Deploy { attempt: deployed, allocation, .. } if *deployed == attempt => Some(*allocation),
            _ => None,
        })
    };
    for subtask in 0..2 {
        assert_eq!(slot_of(att(0, subtask, 0)), slot_of(att(1, subtask, 0)));
        assert_ne!(slot_of(att(1, subtask, 0)), slot_of(att(2, subtask, 0)));
    }
    assert_eq!(out.len(), 7);
}

#[test]
fn a_job_finishes_when_its_sinks_have_committed() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    job.at_ms = 2000;
    let event = job.reaches(att(0, 0, 0), ExecutionState::Finished);
    assert_eq!(job.on(event), []);
    let event = job.reaches(att(1, 0, 0), ExecutionState::Finished);
    assert_eq!(job.on(event), [Command::DeclareRequirements { slots: 0 }, Command::CommitSinks { attempt: 0 }]);
    assert_eq!(job.master.status(), JobStatus::Running);
    job.at_ms = 3000;
    assert_eq!(
        job.coordinator(0, CoordinatorMessage::CommitFinished),
        [
            Command::StopCoordinators { attempt: 0 },
            Command::ReleaseSlots { slots: vec![slot(0)] },
            job.status(JobStatus::Finished),
            finished(JobStatus::Finished),
        ]
    );
    assert_eq!(job.master.next_deadline(), None);
}

#[test]
fn every_status_and_task_state_has_its_time() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.at_ms = 1001;
    job.on(Event::Start);
    job.at_ms = 1002;
    job.offer(0..1);
    for (at_ms, state) in [(1003, ExecutionState::Initializing), (1004, ExecutionState::Running)] {
        job.at_ms = at_ms;
        job.all_reach(state);
    }
    job.at_ms = 1005;
    job.all_reach(ExecutionState::Finished);
    job.at_ms = 1006;
    job.coordinator(0, CoordinatorMessage::CommitFinished);

    let timestamps = job.master.timestamps();
    assert_eq!(timestamps.iter().count(), 11);
    let entered: Vec<_> = timestamps.iter().filter(|(_, at)| *at != 0).map(|(s, at)| (s.name(), at)).collect();
    assert_eq!(entered, [("INITIALIZING", 1000), ("CREATED", 1001), ("RUNNING", 1001), ("FINISHED", 1006)]);

    let (_, task) = job.master.tasks().next().expect("a task");
    let entered: Vec<_> =
        task.current().timestamps().iter().filter(|(_, at)| *at != 0).map(|(s, at)| (s.name(), at)).collect();
    assert_eq!(
        entered,
        [
            ("CREATED", 1000),
            ("SCHEDULED", 1001),
            ("DEPLOYING", 1002),
            ("INITIALIZING", 1003),
            ("RUNNING", 1004),
            ("FINISHED", 1005),
        ]
    );
}

#[test]
fn slices_that_have_finished_give_their_slots_back() {
    let mut job = Job::running(&side_by_side(2), JobMasterSettings::default());
    job.at_ms = 2000;
    for vertex in 0..2 {
        let event = job.reaches(att(vertex, 1, 0), ExecutionState::Finished);
        let expected = if vertex == 0 { vec![] } else { vec![Command::DeclareRequirements { slots: 1 }] };
        assert_eq!(job.on(event), expected);
    }
    assert_eq!(job.tick_at(52_000), [Command::ReleaseSlots { slots: vec![slot(1)] }]);
    assert_eq!(job.master.held_slots(), 1);
}

#[test]
fn a_second_start_changes_nothing() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    assert_eq!(job.handled(Event::Start), Handled::Ignored(Ignored::Repeated));
    assert_eq!(job.handled(Event::Tick), Handled::Applied);
}

#[test]
fn a_commit_that_may_succeed_later_is_a_restart() {
    let mut job = Job::running(&shuffled(1), fixed_delay(1, 100));
    job.all_reach(ExecutionState::Finished);
    let failure = Failure::retryable("renaming part-0: connection reset");
    assert_eq!(job.coordinator(0, CoordinatorMessage::CommitFailed(failure)), [job.status(JobStatus::Restarting)]);
    assert_eq!(
        job.tick_at(1100),
        [
            Command::ResetCoordinators {
                attempt: 1,
                subtasks: vec![
                    ExecutionVertexId { vertex: vertex_id(0), subtask: 0 },
                    ExecutionVertexId { vertex: vertex_id(1), subtask: 0 },
                ],
            },
            job.status(JobStatus::Running),
            Command::DeclareRequirements { slots: 1 },
            // The slot was kept all the while.
            deploy(att(0, 0, 1), slot(0)),
            deploy(att(1, 0, 1), slot(0)),
        ]
    );
    // The answer to a commit that has been given up.
    let late = Event::Coordinator { epoch: EPOCH, attempt: 0, message: CoordinatorMessage::CommitFinished };
    assert_eq!(job.handled(late), Handled::Ignored(Ignored::OtherCoordinators));
    job.all_reach(ExecutionState::Finished);
    assert_eq!(job.coordinator(1, CoordinatorMessage::CommitFinished).last(), Some(&finished(JobStatus::Finished)));
}

#[test]
fn a_commit_that_cannot_succeed_fails_the_job() {
    let mut job = Job::running(&shuffled(1), fixed_delay(5, 100));
    job.all_reach(ExecutionState::Finished);
    let failure = Failure::new(weft_common::ErrorKind::User, "out/part-0 exists: choose another directory");
    let out = job.coordinator(0, CoordinatorMessage::CommitFailed(failure));
    assert_eq!(
        final_message(&out),
        "committing the sinks: out/part-0 exists: choose another directory; not restarted: running again would not \
         help"
    );
}
