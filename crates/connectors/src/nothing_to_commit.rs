//! For sinks whose output is final when written.

use weft_runtime::TaskError;
use weft_runtime::sink::Committer;

/// A committer with nothing to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingToCommit;

impl Committer for NothingToCommit {
    type Committable = ();

    fn commit(&mut self, _committables: &[()]) -> Result<(), TaskError> {
        Ok(())
    }

    fn discard(&mut self, _subtask: u32, _told: &[()]) {}
}
