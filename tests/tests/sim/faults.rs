//! What goes wrong on purpose.

use super::dice::Dice;
use std::sync::{Arc, Mutex};
use weft_runtime::TaskError;

/// Begins every message of a failure that was planned.
pub(super) const PLANNED: &str = "planned fault";

/// A number of faults that user code runs into after so many calls. Shared by everything in a history that can fail.
#[derive(Clone)]
pub(super) struct Faults(Arc<Mutex<State>>);

struct State {
    left: u32,
    calls_to_next: u64,
    dice: Dice,
}

impl Faults {
    pub(super) fn new(count: u32, mut dice: Dice) -> Self {
        let calls_to_next = dice.between(1, 600);
        Faults(Arc::new(Mutex::new(State { left: count, calls_to_next, dice })))
    }

    /// Nothing goes wrong.
    pub(super) fn none() -> Self {
        Faults::new(0, Dice::new(0))
    }

    /// Called by user code wherever it could fail. Fails with an error or, where it may, a panic.
    pub(super) fn strike(&self, place: &str) -> Result<(), TaskError> {
        let panics = {
            let state = &mut *self.0.lock().unwrap();
            state.calls_to_next -= 1;
            if state.calls_to_next > 0 {
                return Ok(());
            }
            state.calls_to_next = state.dice.between(1, 600);
            if state.left == 0 {
                return Ok(());
            }
            state.left -= 1;
            state.dice.one_in(2)
        };
        match panics {
            true => panic!("{PLANNED} in {place}"),
            false => Err(TaskError::retryable(format!("{PLANNED} in {place}"))),
        }
    }
}
