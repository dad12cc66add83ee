//! When each state was entered.

use super::LifeCycle;
use std::marker::PhantomData;

/// The wall-clock time at which each state of a life cycle was entered last, in milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateTimestamps<S> {
    /// Parallel to `S::ALL`.
    entered_ms: Vec<i64>,
    states: PhantomData<S>,
}

impl<S: LifeCycle> StateTimestamps<S> {
    /// Nothing entered but `state`.
    pub fn starting_in(state: S, wall_ms: i64) -> Self {
        let mut timestamps = StateTimestamps { entered_ms: vec![0; S::ALL.len()], states: PhantomData };
        timestamps.enter(state, wall_ms);
        timestamps
    }

    /// Remembers that `state` was entered.
    pub fn enter(&mut self, state: S, wall_ms: i64) {
        for (entered, _) in self.entered_ms.iter_mut().zip(S::ALL).filter(|(_, known)| **known == state) {
            *entered = wall_ms;
        }
    }

    /// When `state` was entered last; 0 when it never was.
    pub fn of(&self, state: S) -> i64 {
        self.iter().find(|(known, _)| *known == state).map_or(0, |(_, entered)| entered)
    }

    /// Every state of the life cycle with the time it was entered, 0 for those never entered: the `timestamps` of the
    /// REST API, which always holds all keys.
    pub fn iter(&self) -> impl Iterator<Item = (S, i64)> + '_ {
        S::ALL.iter().copied().zip(self.entered_ms.iter().copied())
    }
}
