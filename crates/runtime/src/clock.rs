//! Time as an argument of everything that runs in a slot.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use weft_common::{Mono, Now};

/// Where a slot reads the time. A simulation brings its own.
pub trait Clock: Send + Sync {
    /// Both clocks.
    fn now(&self) -> Now;

    /// The monotonic clock alone: cheaper, read around every operator call.
    fn mono(&self) -> Mono {
        self.now().mono
    }
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { mono: self.mono(), wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    fn mono(&self) -> Mono {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        let origin = *ORIGIN.get_or_init(Instant::now);
        Mono(u64::try_from(origin.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}
