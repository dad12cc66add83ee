//! Exact commands for exact events.

use super::HeartbeatCommand::{Beat, Probe};
use super::HeartbeatEvent::{ConnectionBroken, Forget, Heard, Reachable, Tick, Unreachable, Watch};
use super::*;

const PEER: &str = "tm-1";

struct Monitor {
    monitor: HeartbeatMonitor<&'static str>,
    at_ms: u64,
}

impl Monitor {
    fn watching(settings: HeartbeatSettings) -> Self {
        let mut monitor = Monitor { monitor: HeartbeatMonitor::new(settings), at_ms: 0 };
        assert_eq!(monitor.on(Watch(PEER)), []);
        monitor
    }

    fn on(&mut self, event: HeartbeatEvent<&'static str>) -> Vec<HeartbeatCommand<&'static str>> {
        let mut out = Vec::new();
        self.monitor.on(Mono::from_millis(self.at_ms), event, &mut out);
        out
    }

    /// Lets time pass up to the next deadline, which must be at `at_ms`.
    fn tick_at(&mut self, at_ms: u64) -> Vec<HeartbeatCommand<&'static str>> {
        assert_eq!(self.monitor.next_deadline(), Some(Mono::from_millis(at_ms)));
        self.at_ms = at_ms;
        let out = self.on(Tick);
        assert!(self.monitor.next_deadline().is_none_or(|next| next > Mono::from_millis(at_ms)));
        out
    }
}

fn silent() -> HeartbeatCommand<&'static str> {
    let cause = "nothing was heard of it for 50 s (heartbeat.timeout)".to_owned();
    HeartbeatCommand::Lost { peer: PEER, cause }
}

#[test]
fn a_heartbeat_is_sent_every_interval() {
    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    for beat in 1..=8 {
        assert_eq!(monitor.tick_at(beat * 10_000), [Beat(PEER)]);
        assert_eq!(monitor.on(Heard(PEER)), []);
    }
    assert_eq!(monitor.monitor.last_heard(&PEER), Some(Mono::from_millis(80_000)));
}

#[test]
fn silence_for_the_time_out_is_the_end() {
    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    for beat in 1..5 {
        assert_eq!(monitor.tick_at(beat * 10_000), [Beat(PEER)]);
    }
    assert_eq!(monitor.tick_at(50_000), [silent()]);
    assert!(!monitor.monitor.watches(&PEER));
    // Late, and about somebody who is not watched any more.
    for event in [Heard(PEER), ConnectionBroken(PEER), Unreachable(PEER), Reachable(PEER), Forget(PEER)] {
        assert_eq!(monitor.on(event), []);
    }
    assert_eq!(monitor.monitor.next_deadline(), None);
}

#[test]
fn a_process_that_ended_is_found_out_by_refused_connections() {
    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    monitor.at_ms = 3;
    assert_eq!(monitor.on(ConnectionBroken(PEER)), [Probe(PEER)]);
    assert_eq!(monitor.on(ConnectionBroken(PEER)), []);
    assert_eq!(monitor.on(Unreachable(PEER)), []);
    assert_eq!(monitor.tick_at(103), [Probe(PEER)]);
    let cause = "its connection broke and its address refused 2 attempts to connect (heartbeat.rpc-failure-threshold): the \
                 process has ended";
    assert_eq!(monitor.on(Unreachable(PEER)), [HeartbeatCommand::Lost { peer: PEER, cause: cause.to_owned() }]);
    assert!(!monitor.monitor.watches(&PEER));
}

#[test]
fn a_process_that_answers_has_the_time_out_to_come_back() {
    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    assert_eq!(monitor.on(ConnectionBroken(PEER)), [Probe(PEER)]);
    assert_eq!(monitor.on(Reachable(PEER)), []);
    // No heartbeats to nowhere.
    assert_eq!(monitor.tick_at(50_000), [silent()]);

    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    monitor.on(ConnectionBroken(PEER));
    monitor.on(Reachable(PEER));
    monitor.at_ms = 49_000;
    assert_eq!(monitor.on(Watch(PEER)), []);
    assert_eq!(monitor.tick_at(59_000), [Beat(PEER)]);
}

#[test]
fn an_answer_ends_probing_for_good() {
    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    monitor.on(ConnectionBroken(PEER));
    assert_eq!(monitor.on(Unreachable(PEER)), []);
    assert_eq!(monitor.tick_at(100), [Probe(PEER)]);
    monitor.on(Reachable(PEER));
    assert_eq!(monitor.on(Unreachable(PEER)), []);
    assert_eq!(monitor.tick_at(50_000), [silent()]);
}

#[test]
fn without_a_threshold_only_silence_counts() {
    let mut monitor = Monitor::watching(HeartbeatSettings { failure_threshold: None, ..HeartbeatSettings::default() });
    assert_eq!(monitor.on(ConnectionBroken(PEER)), []);
    assert_eq!(monitor.tick_at(50_000), [silent()]);
}

#[test]
fn who_is_forgotten_is_not_missed() {
    let mut monitor = Monitor::watching(HeartbeatSettings::default());
    assert_eq!(monitor.on(Forget(PEER)), []);
    assert_eq!(monitor.monitor.next_deadline(), None);
}

#[test]
fn settings_come_from_the_configuration() {
    let mut configuration = weft_common::Configuration::new();
    assert_eq!(HeartbeatSettings::from_configuration(&configuration).unwrap(), HeartbeatSettings::default());
    let lines = ["heartbeat.interval=1 s", "heartbeat.timeout=5 s", "heartbeat.rpc-failure-threshold=-1"];
    configuration.apply_dynamic(lines).unwrap();
    let (interval, timeout) = (Duration::from_secs(1), Duration::from_secs(5));
    let settings = HeartbeatSettings { interval, timeout, failure_threshold: None };
    assert_eq!(HeartbeatSettings::from_configuration(&configuration).unwrap(), settings);
}
