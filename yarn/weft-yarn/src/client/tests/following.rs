//! Sentences for reports.

use super::*;
use std::time::Duration;

fn report(state: ApplicationState, diagnostics: &str) -> ApplicationReport {
    ApplicationReport {
        application: app(),
        queue: "default".to_owned(),
        host: "N/A".to_owned(),
        rpc_port: -1,
        state: state as i32,
        diagnostics: diagnostics.to_owned(),
        tracking_url: "http://rm:8088/proxy/application_1700000000000_0007/".to_owned(),
        ..ApplicationReport::default()
    }
}

fn running() -> ApplicationReport {
    ApplicationReport { host: "node7".to_owned(), rpc_port: 40_123, ..report(ApplicationState::Running, "") }
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn from_submission_to_running() {
    let mut follow = Follow::new();
    let lines = |follow: &mut Follow, seconds, state, diagnostics: &str| {
        let seen = follow.see(at(seconds), &report(state, diagnostics), None);
        assert_eq!(seen.outcome, None);
        seen.lines
    };
    let submitted = "application_1700000000000_0007 is submitted to the queue default";
    assert_eq!(lines(&mut follow, 0, ApplicationState::Submitted, ""), [submitted]);
    assert_eq!(lines(&mut follow, 0, ApplicationState::Submitted, ""), [""; 0]);
    let accepted =
        "application_1700000000000_0007 is accepted in the queue default; its ApplicationMaster waits for a container";
    assert_eq!(lines(&mut follow, 1, ApplicationState::Accepted, ""), [accepted]);
    assert_eq!(lines(&mut follow, 5, ApplicationState::Accepted, ""), [""; 0]);
    let seen = follow.see(at(6), &running(), None);
    let tracking_url = "http://rm:8088/proxy/application_1700000000000_0007/".to_owned();
    let expected = Outcome::Running { host: "node7".to_owned(), port: 40_123, tracking_url };
    assert_eq!((seen.lines.len(), seen.outcome), (0, Some(expected)));
    assert_eq!(follow.see(at(7), &running(), None), Seen::default());
    // A fail-over: accepted for a moment, then running at no host, then as before.
    assert_eq!(lines(&mut follow, 8, ApplicationState::Accepted, "").len(), 1);
    assert_eq!(lines(&mut follow, 9, ApplicationState::Running, "").len(), 0);
    assert_eq!(follow.see(at(10), &running(), None), Seen::default());
}

#[test]
fn one_that_waits_is_told_for_what() {
    let mut follow = Follow::new();
    let waiting = report(
        ApplicationState::Accepted,
        "[Thu Jan 01 00:00:00 +0000 2026] Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.",
    );
    follow.see(at(2), &waiting, None);
    assert!(!follow.wants_queue(at(11)));
    assert_eq!(follow.see(at(11), &waiting, None).lines, [""; 0]);
    assert!(follow.wants_queue(at(12)));
    let statistics =
        QueueStatistics { available_memory: 512, available_vcores: 3, apps_pending: 2, ..QueueStatistics::default() };
    let queue = QueueInfo {
        name: "default".to_owned(),
        current_capacity: 0.93,
        statistics: Some(statistics),
        ..QueueInfo::default()
    };
    assert_eq!(
        follow.see(at(12), &waiting, Some(&queue)).lines,
        [
            "still waits, for 10 s now: Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded; \
          93 % of the queue default is in use, 512 mb and 3 virtual cores are free in it, and 2 applications wait"
        ]
    );
    assert_eq!(follow.see(at(41), &waiting, None).lines, [""; 0]);
    assert_eq!(
        follow.see(at(42), &report(ApplicationState::Accepted, "N/A"), None).lines,
        ["still waits, for 40 s now"]
    );
}

fn ended(state: ApplicationState, status: FinalStatus, diagnostics: &str) -> String {
    let report = ApplicationReport { final_status: status as i32, ..report(state, diagnostics) };
    match Follow::new().see(at(1), &report, None).outcome {
        Some(Outcome::Ended { status: found, what }) if found == status => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ends() {
    use ApplicationState::{Failed, Finished, Killed};
    assert_eq!(ended(Finished, FinalStatus::FinalSucceeded, ""), "has finished");
    assert_eq!(ended(Finished, FinalStatus::FinalKilled, ""), "was cancelled");
    assert_eq!(
        ended(Finished, FinalStatus::FinalFailed, "job 1 failed: boom"),
        "has ended with an error: job 1 failed: boom"
    );
    let killed = ended(Killed, FinalStatus::FinalKilled, "Application killed by user.");
    assert_eq!(killed, "was killed: Application killed by user.\nits logs: weft logs application_1700000000000_0007");
    let crashed = "Application application_1700000000000_0007 failed 1 times due to AM Container for appattempt_1700000000000_0007_000001 \
                   exited with  exitCode: 1\nFailing this attempt.Diagnostics: [2026-01-05 10:02:11.120]Exception from container-launch.\n\
                   Last 4096 bytes of jobmanager.stderr :\nno room\nweft: the disk is full\n\n";
    assert_eq!(
        ended(Failed, FinalStatus::FinalFailed, crashed),
        "failed: the JobManager in appattempt_1700000000000_0007_000001 ended with an error; its log says more (exit status 1); its last \
         words:\nno room\nweft: the disk is full\nits logs: weft logs application_1700000000000_0007"
    );
    let unknown_queue = "Application application_1700000000000_0007 submitted by user etl to unknown queue: nowhere";
    assert!(ended(Failed, FinalStatus::FinalFailed, unknown_queue).starts_with("failed: Application application_17"));
}
