//! The life cycles of jobs, tasks and slots: states and the transitions between them.

mod execution_state;
mod job_status;
mod slot_state;
mod timestamps;

#[cfg(test)]
mod tests;

pub use execution_state::ExecutionState;
pub use job_status::JobStatus;
pub use slot_state::SlotState;
pub use timestamps::StateTimestamps;

use crate::IllegalTransition;

/// A fixed set of states with a table of legal transitions.
pub trait LifeCycle: Copy + Eq + 'static {
    /// What goes through this life cycle, for messages.
    const MACHINE: &'static str;
    /// Every state once.
    const ALL: &'static [Self];

    /// The name of the state in the REST API and in logs.
    fn name(self) -> &'static str;

    /// Whether the table holds the transition from this state to `to`.
    fn can_become(self, to: Self) -> bool;

    /// The next state, or why it cannot be entered.
    fn transition(self, to: Self) -> Result<Self, IllegalTransition> {
        if self.can_become(to) {
            Ok(to)
        } else {
            Err(IllegalTransition { machine: Self::MACHINE, from: self.name(), to: to.name() })
        }
    }
}

/// Gives a fieldless enum its names, its `Display` and the list of its states.
macro_rules! named_states {
    ($type:ident { $($state:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            const STATES: &'static [$type] = &[$($type::$state),+];

            const fn state_name(self) -> &'static str {
                match self { $($type::$state => $name),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.state_name())
            }
        }
    };
}
pub(crate) use named_states;
