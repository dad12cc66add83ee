//! The faults that wait for their operation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rule::{Fault, FaultRule, Outcome};
use crate::{FsError, Operation, Path};

/// The faults of a [`MemoryFileSystem`](crate::MemoryFileSystem). Clones are the same faults.
///
/// ```
/// use weft_fs::{Fault, FaultRule, MemoryFileSystem, Operation};
/// let fs = MemoryFileSystem::new();
/// fs.faults().add(FaultRule::new(Operation::Rename, "/out/part-*", Fault::AnswerLost).nth(2));
/// assert_eq!(fs.faults().waiting(), 1);
/// ```
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Pending>>);

#[derive(Default)]
struct Pending {
    rules: Vec<FaultRule>,
    space: Option<usize>,
}

impl Faults {
    /// Adds a fault. Several may strike one operation.
    pub fn add(&self, rule: FaultRule) {
        self.lock().rules.push(rule);
    }

    /// How many have not struck yet: 0 at the end of a test that means what it says.
    pub fn waiting(&self) -> usize {
        self.lock().rules.len()
    }

    /// From now on only so many more bytes can be written; the write that exceeds them stores what fits and fails with
    /// [`FsError::NoSpace`]. `None` lifts the limit.
    pub fn limit_space(&self, bytes: Option<usize>) {
        self.lock().space = bytes;
    }

    /// Waits at the gates that are set up for this operation, and fails if it is to fail.
    pub(super) async fn meet(&self, operation: Operation, path: &Path) -> Result<Outcome, FsError> {
        let mut outcome = Outcome::default();
        for fault in self.strike(operation, path) {
            if let Fault::Wait(gate) = &fault {
                gate.pass().await;
            }
            outcome.add(fault, operation, path)?;
        }
        Ok(outcome)
    }

    fn strike(&self, operation: Operation, path: &Path) -> Vec<Fault> {
        let mut pending = self.lock();
        pending.rules.extract_if(.., |rule| rule.strikes(operation, path)).map(FaultRule::into_fault).collect()
    }

    /// Takes space for `bytes`, or for as many of them as there is.
    pub(super) fn take_space(&self, bytes: usize) -> usize {
        let mut pending = self.lock();
        let taken = pending.space.map_or(bytes, |space| space.min(bytes));
        pending.space = pending.space.map(|space| space - taken);
        taken
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
