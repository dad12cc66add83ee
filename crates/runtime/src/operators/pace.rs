//! How long a loop over a user's function goes on before the rest of its slot has a turn.
//!
//! Every operator that can be suspended between two records stops after about [`RUN`] and is resumed by its chain, which looks
//! at mail, at cancellation and at the other tasks in between. The clock is not read for every record of a fast function: how
//! many go by between two looks is learned, from one to [`MOST`].

use std::sync::Arc;
use std::time::Duration;

use super::process::not_open;
use crate::node::RUN;
use crate::{Clock, TaskError};
use weft_common::Mono;

/// Most records between two looks at the clock.
const MOST: u32 = 64;
/// Longest time between two looks that leaves room for more records between them, and shortest that asks for fewer.
const SHORT: Duration = RUN.checked_div(16).expect("invariant: 16 is not zero");
const LONG: Duration = RUN.checked_div(4).expect("invariant: 4 is not zero");

/// The clock of an operator, and how often to look at it.
pub(super) struct Pace {
    clock: Option<Arc<dyn Clock>>,
    every: u32,
}

/// One call of the operator: from its start until its time is up.
pub(super) struct Stint<'a> {
    pub(super) clock: &'a dyn Clock,
    every: &'a mut u32,
    left: u32,
    start: Mono,
    looked: Mono,
}

impl Pace {
    /// That of an operator that is not open.
    pub(super) fn new() -> Self {
        Pace { clock: None, every: 1 }
    }

    /// Remembers the clock.
    pub(super) fn open(&mut self, clock: &Arc<dyn Clock>) {
        self.clock = Some(clock.clone());
    }

    /// The operator was called.
    pub(super) fn start(&mut self) -> Result<Stint<'_>, TaskError> {
        let clock = self.clock.as_deref().ok_or_else(not_open)?;
        let now = clock.mono();
        Ok(Stint { clock, left: self.every, every: &mut self.every, start: now, looked: now })
    }
}

impl Stint<'_> {
    /// Asked after every record: whether the time of this call is up.
    #[inline]
    pub(super) fn is_over(&mut self) -> bool {
        self.left -= 1;
        self.left == 0 && self.look()
    }

    #[inline(never)]
    fn look(&mut self) -> bool {
        let now = self.clock.mono();
        let took = now - self.looked;
        self.looked = now;
        if took > LONG {
            *self.every = (*self.every / 4).max(1);
        } else if took < SHORT {
            *self.every = (*self.every * 2).min(MOST);
        }
        self.left = *self.every;
        now - self.start >= RUN
    }
}
