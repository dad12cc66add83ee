//! Time that passes only when somebody looks.

use super::dice::Dice;
use std::sync::Mutex;
use std::time::Duration;
use weft_common::{Mono, Now};
use weft_runtime::Clock;

/// Wall-clock time at the start of every history.
const START_MS: i64 = 1_700_000_000_000;

/// A clock that moves on a little with every reading, and now and then by more than a task's turn or a run of records may take.
pub(super) struct SimClock(Mutex<(Mono, Dice)>);

impl SimClock {
    pub(super) fn new(dice: Dice) -> Self {
        SimClock(Mutex::new((Mono(1), dice)))
    }

    /// The time, without moving it.
    pub(super) fn look(&self) -> Now {
        now(self.0.lock().unwrap().0)
    }

    /// Nothing happens before `time`.
    pub(super) fn jump_to(&self, time: Mono) {
        let mut state = self.0.lock().unwrap();
        state.0 = state.0.max(time);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Now {
        let (time, dice) = &mut *self.0.lock().unwrap();
        let micros = if dice.one_in(100) { dice.below(20_000) } else { dice.below(60) };
        *time = *time + Duration::from_micros(micros);
        now(*time)
    }
}

fn now(mono: Mono) -> Now {
    Now { mono, wall_ms: START_MS + (mono.0 / 1_000_000) as i64 }
}
