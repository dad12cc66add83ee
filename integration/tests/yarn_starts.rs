//! TaskManagers that do not start: a cluster is asked for the next only as often as is set.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::time::{Duration, Instant};

use command::until;
use command::yarn::Yarn;

/// An address for documentation, which no machine has: a TaskManager that is to listen there ends at once.
const NOBODYS: &str = "-Dtaskmanager.bind-host=192.0.2.1";
const PAUSE: Duration = Duration::from_secs(65);

#[test]
fn task_managers_that_end_at_once_are_asked_for_at_the_rate_that_is_set() {
    let yarn = Yarn::up(&["--nodemanagers", "1"]);
    let session = yarn.session(&[
        NOBODYS,
        // Without these there would be ten within the first seconds, and the eleventh a minute after the first.
        "-Dresourcemanager.start-worker.max-failure-rate=2",
        "-Dresourcemanager.start-worker.retry-interval=65 s",
        "-Dslot.request.timeout=3 min",
    ]);
    session.run(&["-d"], &["endless"]).well();
    let task_managers = || yarn.started(&session.application).len() - 1;
    let log = || session.get("/jobmanager/log");
    until("starts pause", || log().contains("none is asked for until later").then_some(()));
    let paused = Instant::now();
    assert_eq!(task_managers(), 2);
    let next = until("another is asked for", || {
        let (now, started) = (Instant::now(), task_managers());
        (started > 2).then_some((now, started))
    });
    assert_eq!(next.1, 3);
    // The pause was in the log some moments after it had begun, once somebody asked for it.
    let lasted = next.0 - paused + Duration::from_secs(2);
    assert!(lasted >= PAUSE, "{lasted:?}");
    let said = log();
    assert!(said.contains("resourcemanager.start-worker.max-failure-rate"), "{said}");
    assert!(said.contains("192.0.2.1"), "why they end is said: {said}");
    session.stop();
}
