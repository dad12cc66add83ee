//! How the time of a task is told.

use super::*;

const MS: u64 = 1_000_000;

/// A task that was parked for a minute had been idle for no time at all until it was woken.
#[test]
fn the_time_of_a_parked_task_goes_on() {
    let metrics = TaskMetrics::default();
    assert_eq!(metrics.times(Mono::from_millis(5)), [0; 3], "it has not begun");
    metrics.enter(Occupation::Busy, Mono::from_millis(10));
    metrics.enter(Occupation::Idle, Mono::from_millis(12));
    assert_eq!(metrics.times(Mono::from_millis(12)), [2 * MS, 0, 0]);
    assert_eq!(metrics.times(Mono::from_millis(1012)), [2 * MS, 1000 * MS, 0]);
    metrics.enter(Occupation::BackPressured, Mono::from_millis(1012));
    assert_eq!(metrics.times(Mono::from_millis(1512)), [2 * MS, 1000 * MS, 500 * MS]);
    metrics.leave(Mono::from_millis(1512));
    assert_eq!(metrics.times(Mono::from_millis(9999)), [2 * MS, 1000 * MS, 500 * MS], "it is over");
}

#[test]
fn rates_are_milliseconds_per_second() {
    let rate = |now, before, ms| TaskMetrics::time_per_second(now, before, Duration::from_millis(ms));
    assert_eq!(rate([300 * MS, 500 * MS, 200 * MS], [0; 3], 1000), [300, 500, 200]);
    assert_eq!(rate([300 * MS, 500 * MS, 200 * MS], [200 * MS, 500 * MS, 0], 2000), [50, 0, 100]);
    assert_eq!(rate([1100 * MS, 0, 0], [0; 3], 1000), [1000, 0, 0], "never above the whole");
    assert_eq!(rate([0; 3], [MS, 0, 0], 0), [0; 3], "readings the wrong way round, at one moment");
}

#[test]
fn a_reader_on_another_thread_sees_every_nanosecond_once() {
    let metrics = TaskMetrics::default();
    let (now, rounds) = (Mono(4_000_000), 100_000);
    metrics.enter(Occupation::Busy, Mono(4));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 2..rounds {
                let next = if n % 2 == 0 { Occupation::Idle } else { Occupation::Busy };
                metrics.enter(next, Mono(n * 4));
            }
        });
        for _ in 0..10_000 {
            let sum: u64 = metrics.times(now).iter().sum();
            assert_eq!(sum, now.0 - 4);
        }
    });
}
