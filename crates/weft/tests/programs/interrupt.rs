//! Ctrl-C.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::peer::Conversation;
use crate::until::until;

#[test]
fn ctrl_c_cancels_the_job_and_says_so_within_a_second() {
    let mut conversation = Conversation::start(&["--every", "1"]);
    conversation.say("to be");
    conversation.program.until_stdout("the first counts", |printed| printed.contains("(be,1)").then_some(()));
    let pressed = Instant::now();
    conversation.program.signal(Signal::INT);
    let outcome = conversation.program.wait();
    assert!(pressed.elapsed() < Duration::from_secs(1), "{:?}", pressed.elapsed());
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let told: Vec<_> = outcome.stderr.lines().collect();
    assert_eq!(
        told,
        [
            "cancelling job `socket word count`; press Ctrl-C again to leave at once",
            "Error: job `socket word count` was cancelled",
        ]
    );
}

#[test]
fn a_second_ctrl_c_leaves_at_once() {
    let conversation = Conversation::start(&[]);
    let program = &conversation.program;
    // Repeated until it is gone: the second may come before the first was noticed, or find the job cancelled already.
    let id = rustix::process::Pid::from_raw(program.id() as i32).expect("a process");
    until("the end", || {
        program.signal(Signal::INT);
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.contains(") Z").then_some(())
    });
    assert_ne!(conversation.program.wait().code, Some(0));
}
