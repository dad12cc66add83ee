//! Workers that use too much memory.

use super::*;

const MIB: u64 = 1 << 20;

/// 50 MiB for a worker and 100 for each slot; 320 in all, of which 304 may be used.
fn watched() -> TaskManagerSettings {
    let memory = WorkerMemory { base: 50 * MIB, per_slot: 100 * MIB, container: 320 * MIB };
    TaskManagerSettings { memory: Some(memory), ..TaskManagerSettings::default() }
}

fn uses(tm: &mut Tm, job: JobId, incarnation: u64, mib: u64) -> Vec<Do> {
    uses_with_its_task_manager(tm, job, incarnation, mib, 4)
}

fn uses_with_its_task_manager(tm: &mut Tm, job: JobId, incarnation: u64, mib: u64, own: u64) -> Vec<Do> {
    let sample = MemorySample { used: mib * MIB, resident: mib * MIB, task_manager: own * MIB };
    tm.on(TaskManagerEvent::MemorySampled { job, incarnation, sample })
}

#[test]
fn a_worker_is_warned_once_and_then_killed() {
    let mut tm = Tm::running_with(watched());
    assert_eq!(uses(&mut tm, JOB, 1, 134), []);
    let warning = Do::WarnOfMemory { job: JOB, used: 135 * MIB, limit: 150 * MIB };
    assert_eq!(uses(&mut tm, JOB, 1, 135), [warning]);
    assert_eq!(uses(&mut tm, JOB, 1, 140), []);
    // Around the line it is told of once; far below it, the next time is news.
    assert_eq!(uses(&mut tm, JOB, 1, 130), []);
    assert_eq!(uses(&mut tm, JOB, 1, 136), []);
    assert_eq!(uses(&mut tm, JOB, 1, 100), []);
    assert_eq!(uses(&mut tm, JOB, 1, 149).len(), 1);
    let cause = "the job's worker was killed: it used 150 MiB of memory, and may use 150 MiB (slots of the job: 1); give \
                 TaskManagers more memory (taskmanager.memory.process.size) or fewer slots, or find out what keeps it";
    let killed = Do::KillWorker { job: JOB, incarnation: 1, cause: cause.to_owned() };
    assert_eq!(uses(&mut tm, JOB, 1, 150), [killed]);
    assert_eq!(uses(&mut tm, JOB, 1, 170), [], "killed once");
    let out = tm.ended(1, WorkerEnd::Signalled(9));
    assert_eq!(failure_in(&out), &Failure::new(weft_common::ErrorKind::User, cause));
    assert_eq!(out.last(), Some(&start(2)));
    assert_eq!(uses(&mut tm, JOB, 1, 170), [], "of the dead");
}

#[test]
fn memory_of_a_slot_given_back_is_not_held_against_the_worker() {
    let mut tm = Tm::running_with(watched());
    tm.request(1, JOB, 1);
    assert_eq!(uses(&mut tm, JOB, 1, 220), []);
    tm.order(LeaderOrder::FreeSlot { allocation: grant(1) });
    assert_eq!(uses(&mut tm, JOB, 1, 220), []);
    // Unless another job needs what it has: then the one that has too much goes, not the one that asked last.
    tm.request(1, OTHER, 2);
    assert_eq!(uses(&mut tm, OTHER, 2, 79), []);
    let out = uses(&mut tm, OTHER, 2, 80);
    let cause = "the job's worker was killed: the processes of its TaskManager used 304 MiB of memory, 95 % of the 320 MiB of its \
                 container are the most before all are killed, and this one used 220 MiB of its 150 MiB; give TaskManagers more \
                 memory (taskmanager.memory.process.size) or fewer slots";
    assert_eq!(out, [Do::KillWorker { job: JOB, incarnation: 1, cause: cause.to_owned() }]);
}

#[test]
fn a_worker_that_is_killed_while_it_starts_fails_what_waits_for_it() {
    let mut tm = Tm::registered_with(watched());
    tm.request(0, JOB, 0);
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] });
    let out = uses(&mut tm, JOB, 1, 400);
    assert!(failure_in(&out).message.contains("it used 400 MiB"));
    assert_eq!(out[1], Do::Discard { job: JOB, attempt: att(0, 0) });
    assert_eq!(tm.ended(1, WorkerEnd::Signalled(9)), [], "not replaced before there is a task");
}

#[test]
fn memory_is_not_watched_unless_there_is_a_limit() {
    let mut tm = Tm::running();
    assert_eq!(uses(&mut tm, JOB, 1, 1 << 20), []);
}

#[test]
fn a_container_is_full_when_all_that_is_resident_fills_it() {
    let mut tm = Tm::running_with(watched());
    tm.request(1, OTHER, 2);
    assert_eq!(uses_with_its_task_manager(&mut tm, OTHER, 2, 60, 130), []);
    // Pages that workers share count once for what each may use, and in full for the container.
    let sample = MemorySample { used: 60 * MIB, resident: 114 * MIB, task_manager: 130 * MIB };
    let out = tm.on(TaskManagerEvent::MemorySampled { job: JOB, incarnation: 1, sample });
    assert!(matches!(&out[..], [Do::KillWorker { job: JOB, incarnation: 1, .. }]), "{out:?}");
}
