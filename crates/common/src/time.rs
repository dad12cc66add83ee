//! Time as an argument. Decisions never read a clock; they are told the time, so a test or a simulation decides what it is.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment on a monotonic clock, in nanoseconds since an arbitrary origin (the start of the process, or of a simulation).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub u64);

impl Mono {
    /// The moment `ms` milliseconds after the origin, or the last one that can be told if that is later.
    pub const fn from_millis(ms: u64) -> Self {
        Mono(ms.saturating_mul(1_000_000))
    }

    /// Time since `earlier`; zero when `earlier` is later.
    pub const fn since(self, earlier: Mono) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Mono {
    type Output = Mono;

    /// The moment `d` later, or the last one that can be told (584 years after the origin).
    fn add(self, d: Duration) -> Mono {
        Mono(self.0.saturating_add(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Mono> for Mono {
    type Output = Duration;

    /// Time since `earlier`; zero when `earlier` is later.
    fn sub(self, earlier: Mono) -> Duration {
        self.since(earlier)
    }
}

/// Both clocks at one moment: deadlines are monotonic, what people and files see is wall-clock time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time.
    pub mono: Mono,
    /// Wall-clock time in milliseconds since the epoch.
    pub wall_ms: i64,
}
