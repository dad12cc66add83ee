//! A job's coordinators: they start, are reset, commit and stop.

use crate::rng::Rng;
use weft_common::ErrorKind;
use weft_control::{CoordinatorMessage, Failure};

#[derive(Debug, Default)]
pub(crate) struct Coordinators {
    attempt: u32,
    alive: bool,
    committing: bool,
}

impl Coordinators {
    pub(crate) fn start(&mut self, attempt: u32) {
        *self = Coordinators { attempt, alive: true, committing: false };
    }

    /// A reset of dead coordinators is answered on their behalf.
    pub(crate) fn reset(&mut self, attempt: u32) -> Option<(u32, CoordinatorMessage)> {
        self.attempt = attempt;
        self.committing = false;
        (!self.alive).then(|| (attempt, died()))
    }

    pub(crate) fn commit(&mut self, attempt: u32, rng: &mut Rng, calm: bool) -> Option<(u32, CoordinatorMessage)> {
        assert_eq!(attempt, self.attempt, "a commit is meant for the coordinators' current attempt");
        if !self.alive {
            return Some((attempt, died()));
        }
        self.committing = true;
        let outcome = match rng.range(0, 10) {
            _ if calm => CoordinatorMessage::CommitFinished,
            0 => CoordinatorMessage::CommitFailed(Failure::retryable("connection reset")),
            1 => CoordinatorMessage::CommitFailed(Failure::new(ErrorKind::User, "directory not empty")),
            2 => self.die(),
            _ => CoordinatorMessage::CommitFinished,
        };
        self.committing = false;
        Some((attempt, outcome))
    }

    pub(crate) fn crash(&mut self) -> Option<(u32, CoordinatorMessage)> {
        self.alive.then(|| (self.attempt, self.die()))
    }

    pub(crate) fn stop(&mut self) {
        self.alive = false;
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive
    }

    fn die(&mut self) -> CoordinatorMessage {
        self.alive = false;
        died()
    }
}

fn died() -> CoordinatorMessage {
    CoordinatorMessage::Failed(Failure::retryable("exit code 139"))
}
