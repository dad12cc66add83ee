//! What a thousand containers cost.

use super::*;

/// What this thread has used of a processor, by the kernel's count.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts what threads use");
    Duration::from_nanos(text.split(' ').next().and_then(|ns| ns.parse().ok()).expect("nanoseconds"))
}

const ATTEMPTS: u32 = 20;

fn waiting_for_a_thousand() -> Attempt {
    let mut attempt = Attempt::registered();
    attempt.want(100, 1000);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    attempt
}

/// A heartbeat with everything that an ApplicationMaster does around it: the answer, a worker's sign of life, the tick, the next deadline.
#[test]
fn a_heartbeat_with_a_thousand_containers_costs_less_than_5_ms() {
    // The kernel counts in steps, so several together.
    let mut attempts: Vec<_> = (0..ATTEMPTS).map(|_| waiting_for_a_thousand()).collect();
    let began = cpu();
    for attempt in &mut attempts {
        assert_eq!(attempt.answer(200, brings(2..1002)).len(), 1000);
    }
    let of_granting = (cpu() - began) / ATTEMPTS;
    let mut attempt = attempts.pop().expect("one of them");
    attempt.run(300, 2..1002);
    let (rounds, began) = (200, cpu());
    let mut ms = 200;
    for number in 2..2 + rounds {
        ms += 5000;
        assert_eq!(attempt.tick(ms).len(), 1);
        attempt.answer(ms, brings([]));
        attempt.on(ms, ContainerEvent::WorkerBusy { container: id(number) });
        assert_eq!(attempt.deadline(), Some(at(ms + 5000)));
    }
    let each = (cpu() - began) / u32::try_from(rounds).expect("few");
    println!("1000 containers: {of_granting:?} for the answer that brings them, {each:?} for a heartbeat");
    assert!(!of_granting.is_zero() && !each.is_zero(), "the kernel does not count");
    assert!(of_granting < Duration::from_millis(5) && each < Duration::from_millis(5), "{of_granting:?} {each:?}");
}
