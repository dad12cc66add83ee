//! One fault, and which operation meets it.

use std::io;

use super::Gate;
use crate::{FsError, Operation, Path};

/// What happens to an operation.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It fails with this error of the operating system and has no effect.
    Fail(io::ErrorKind),
    /// It is done, and its answer is lost: [`FsError::OutcomeUnknown`].
    AnswerLost,
    /// A write that takes only so many bytes and then fails. Other operations are not touched by it.
    ShortWrite(usize),
    /// It waits at the gate before it does anything.
    Wait(Gate),
}

/// A fault for the n-th operation of a kind on the paths that match a pattern. It strikes once.
#[derive(Clone, Debug)]
pub struct FaultRule {
    operation: Operation,
    pattern: String,
    skip: u64,
    fault: Fault,
}

impl FaultRule {
    /// Strikes the first `operation` on a path that matches `pattern`, in which `*` stands for any characters, slashes
    /// too. The pattern is compared with the path inside the file system, without scheme and authority; of a rename,
    /// with the destination.
    pub fn new(operation: Operation, pattern: &str, fault: Fault) -> Self {
        Self { operation, pattern: pattern.to_owned(), skip: 0, fault }
    }

    /// Strikes the n-th instead; counting begins at 1 with the operations after the rule is added.
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        Self { skip: n.saturating_sub(1), ..self }
    }

    /// Whether it is this operation's turn.
    pub(super) fn strikes(&mut self, operation: Operation, path: &Path) -> bool {
        if self.operation != operation || !matches(&self.pattern, path.path()) {
            return false;
        }
        let turn = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        turn
    }

    pub(super) fn into_fault(self) -> Fault {
        self.fault
    }
}

/// What the faults that struck leave of an operation that is allowed to begin.
#[derive(Default)]
pub(super) struct Outcome {
    answer_lost: bool,
    short: Option<usize>,
}

impl Outcome {
    /// Adds a fault; the wait at a gate is over by now.
    pub(super) fn add(&mut self, fault: Fault, operation: Operation, path: &Path) -> Result<(), FsError> {
        match fault {
            Fault::Fail(kind) => return Err(FsError::from_io(operation, path, kind.into())),
            Fault::AnswerLost => self.answer_lost = true,
            Fault::ShortWrite(bytes) => self.short = Some(bytes),
            Fault::Wait(_) => {}
        }
        Ok(())
    }

    /// How many of `bytes` a write takes.
    pub(super) fn limit(&self, bytes: usize) -> usize {
        self.short.map_or(bytes, |short| short.min(bytes))
    }

    /// What the caller hears.
    pub(super) fn answer<T>(
        &self,
        operation: Operation,
        path: &Path,
        result: Result<T, FsError>,
    ) -> Result<T, FsError> {
        match self.answer_lost {
            true => Err(FsError::OutcomeUnknown { operation, path: path.clone() }),
            false => result,
        }
    }
}

/// Whether `text` consists of the parts between the stars of `pattern`, in order.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match text.split_once(part) {
            Some((_, behind)) => text = behind,
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
#[path = "rule_test.rs"]
mod tests;
