//! Finding the JobManager.

use super::RegistrationFailure::{Error, Refused, Unreachable};
use super::*;

fn connect(attempt: u64, timeout_ms: u64) -> Do {
    Do::Connect { attempt, timeout: Duration::from_millis(timeout_ms) }
}

fn failed(attempt: u64, failure: fn(String) -> RegistrationFailure) -> TaskManagerEvent {
    TaskManagerEvent::RegistrationFailed { attempt, failure: failure("no luck".to_owned()) }
}

#[test]
fn patience_grows_while_nobody_answers() {
    let mut tm = Tm::new(TaskManagerSettings::default());
    assert_eq!(tm.machine.next_deadline(), None);
    assert_eq!(tm.on(TaskManagerEvent::Start), [connect(1, 100)]);
    let mut begun = 0;
    for (attempt, timeout) in
        [(2, 200), (3, 400), (4, 800), (5, 1_600), (6, 3_200), (7, 6_400), (8, 12_800), (9, 25_600)]
    {
        begun += timeout / 2;
        assert_eq!(tm.tick_at(begun), [connect(attempt, timeout)]);
    }
    for attempt in 10..=16 {
        begun += if attempt == 10 { 25_600 } else { 30_000 };
        assert_eq!(tm.tick_at(begun), [connect(attempt, 30_000)]);
    }
}

#[test]
fn where_nobody_listens_the_next_attempt_is_as_late_as_if_nobody_had_answered() {
    let mut tm = Tm::new(TaskManagerSettings::default());
    tm.on(TaskManagerEvent::Start);
    tm.at_ms = 1;
    assert_eq!(tm.on(failed(1, Unreachable)), []);
    assert_eq!(tm.tick_at(100), [connect(2, 200)]);
    assert_eq!(tm.on(failed(2, Unreachable)), []);
    assert_eq!(tm.tick_at(300), [connect(3, 400)]);
}

#[test]
fn errors_and_refusals_have_pauses_of_their_own() {
    let mut tm = Tm::new(TaskManagerSettings::default());
    tm.on(TaskManagerEvent::Start);
    tm.tick_at(100);
    tm.at_ms = 150;
    assert_eq!(tm.on(failed(2, Error)), []);
    assert_eq!(tm.tick_at(10_150), [connect(3, 100)]);
    assert_eq!(tm.on(failed(3, Refused)), []);
    assert_eq!(tm.tick_at(40_150), [connect(4, 100)]);
}

#[test]
fn only_the_attempt_under_way_counts() {
    let mut tm = Tm::new(TaskManagerSettings::default());
    tm.on(TaskManagerEvent::Start);
    tm.tick_at(100);
    assert_eq!(tm.on(failed(1, Refused)), []);
    assert_eq!(tm.on(TaskManagerEvent::Registered { attempt: 1, epoch: EPOCH }), []);
    assert_eq!(tm.on(TaskManagerEvent::Disconnected { attempt: 1, cause: "reset".to_owned() }), []);
    assert!(!tm.machine.is_registered());
    assert_eq!(tm.machine.next_deadline(), Some(at(300)));
    let report = tm.slot_report(&[None]);
    assert_eq!(tm.on(TaskManagerEvent::Registered { attempt: 2, epoch: EPOCH }), [report]);
    assert!(tm.machine.is_registered());
    // A second Start changes nothing.
    assert_eq!(tm.on(TaskManagerEvent::Start), []);
}

#[test]
fn one_that_finds_no_job_manager_ends_with_a_sentence() {
    let mut tm = Tm::new(TaskManagerSettings::default());
    tm.on(TaskManagerEvent::Start);
    tm.on(failed(1, Unreachable));
    let out = tm.pass_until(300_000);
    let farewell = "not registered with a JobManager within taskmanager.registration.timeout (300 s), after 18 attempts; the \
                    last: no answer within 30000 ms; check that the JobManager runs, and that jobmanager.rpc.address and \
                    jobmanager.rpc.port say where";
    assert_eq!(out.last(), Some(&Do::Exit(Exit::GaveUp(farewell.to_owned()))));
    assert_eq!(tm.machine.next_deadline(), None);
    assert_eq!(tm.on(TaskManagerEvent::Start), []);
}

#[test]
fn the_time_to_give_up_begins_anew_when_a_connection_breaks() {
    let mut tm = Tm::registered();
    tm.at_ms = 5_000;
    assert_eq!(tm.on(TaskManagerEvent::Disconnected { attempt: 1, cause: "reset".to_owned() }), []);
    assert_eq!(tm.tick_at(5_100), [connect(2, 100)]);
    tm.on(failed(2, Refused));
    let out = tm.pass_until(305_000);
    assert!(matches!(out.last(), Some(Do::Exit(Exit::GaveUp(_)))));
    assert_eq!(tm.at_ms, 305_000);
}

#[test]
fn a_job_manager_that_is_silent_is_connected_to_anew() {
    let mut tm = Tm::registered();
    for beat in 1..5 {
        let report = tm.slot_report(&[None, None]);
        assert_eq!(tm.tick_at(beat * 10_000), [Do::Heartbeat, report]);
    }
    assert_eq!(tm.tick_at(50_000), [Do::Disconnect]);
    assert_eq!(tm.tick_at(50_100), [connect(2, 100)]);
}

#[test]
fn any_order_shows_that_the_job_manager_lives() {
    let mut tm = Tm::registered();
    tm.pass_until(40_000);
    tm.order(LeaderOrder::Heartbeat);
    tm.pass_until(80_000);
    assert!(tm.machine.is_registered());
    assert!(tm.pass_until(90_000).contains(&Do::Disconnect));
}

#[test]
fn settings_come_from_the_configuration() {
    let mut configuration = weft_common::Configuration::new();
    let read = TaskManagerSettings::from_configuration;
    assert_eq!(read(&configuration).unwrap(), TaskManagerSettings::default());
    let lines = [
        "taskmanager.numberOfTaskSlots=4",
        "cluster.registration.initial-timeout=1 s",
        "cluster.registration.max-timeout=2 s",
        "cluster.registration.error-delay=3 s",
        "cluster.registration.refused-registration-delay=4 s",
        "taskmanager.registration.timeout=5 s",
        "taskmanager.slot.timeout=6 s",
        "task.cancellation.interval=7 s",
        "task.cancellation.timeout=0",
        "heartbeat.interval=8 s",
    ];
    configuration.apply_dynamic(lines).unwrap();
    let seconds = Duration::from_secs;
    let registration = RegistrationSettings {
        initial_timeout: seconds(1),
        max_timeout: seconds(2),
        error_delay: seconds(3),
        refused_delay: seconds(4),
        give_up_after: seconds(5),
    };
    let heartbeat = crate::HeartbeatSettings { interval: seconds(8), ..Default::default() };
    let expected = TaskManagerSettings {
        slots: 4,
        registration,
        heartbeat,
        slot_timeout: seconds(6),
        cancellation_interval: seconds(7),
        cancellation_timeout: None,
        ..TaskManagerSettings::default()
    };
    assert_eq!(read(&configuration).unwrap(), expected);
}
