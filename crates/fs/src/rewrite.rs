//! Files that are written again when writing them has failed.

use std::time::Duration;

use crate::{FsError, Operation};

/// How often a file is written anew.
const TIMES: u32 = 4;
/// The pause before the first time; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// When to write a whole file again, for callers that still have all its bytes.
///
/// A writer survives DataNodes that fail while others are left. What it cannot survive may be over a moment later, so whoever has the
/// bytes writes them again, and under a new name: what became of the old one is not known for certain.
#[derive(Debug, Default)]
pub struct Rewrites {
    done: u32,
}

impl Rewrites {
    /// Whether to write again after this error; by then its pause is over. Only what fails between a file's beginning and its end is
    /// worth that: calls such as `create` have been repeated already, and a full disk stays full.
    pub async fn again(&mut self, error: &FsError) -> bool {
        if self.done == TIMES || !is_of_writing(error) {
            return false;
        }
        tokio::time::sleep(PAUSE * 2_u32.pow(self.done)).await;
        self.done += 1;
        true
    }
}

fn is_of_writing(error: &FsError) -> bool {
    use Operation::{Close, Sync, Write};
    matches!(
        error,
        FsError::Io { operation: Write | Sync | Close, .. }
            | FsError::OutcomeUnknown { operation: Write | Sync | Close, .. }
            | FsError::WriterBroken { operation: Write | Sync | Close, .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Path;
    use std::io;

    fn failed(operation: Operation, kind: io::ErrorKind) -> FsError {
        FsError::from_io(operation, &Path::parse("/a").unwrap(), kind.into())
    }

    #[tokio::test(start_paused = true)]
    async fn four_times_with_longer_and_longer_pauses() {
        let begun = tokio::time::Instant::now();
        let mut rewrites = Rewrites::default();
        let lost = failed(Operation::Write, io::ErrorKind::ConnectionReset);
        let mut after = Vec::new();
        while rewrites.again(&lost).await {
            after.push(begun.elapsed().as_millis());
        }
        assert_eq!(after, [1000, 3000, 7000, 15_000]);
    }

    #[tokio::test]
    async fn only_what_may_pass() {
        let again = async |error| Rewrites::default().again(&error).await;
        assert!(!again(failed(Operation::Write, io::ErrorKind::StorageFull)).await);
        assert!(!again(failed(Operation::Sync, io::ErrorKind::PermissionDenied)).await);
        assert!(!again(failed(Operation::Create, io::ErrorKind::ConnectionReset)).await);
        assert!(!again(failed(Operation::Read, io::ErrorKind::ConnectionReset)).await);
    }
}
