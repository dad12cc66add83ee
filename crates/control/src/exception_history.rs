//! The failures a job has had: each root cause with what failed alongside it.

use crate::Failure;
use std::collections::VecDeque;
use weft_common::TaskManagerId;

/// A failure that came while an earlier one was being dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcurrentFailure {
    /// What failed.
    pub failure: Failure,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// A root cause and the failures that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// The root cause.
    pub failure: Failure,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// What else failed before the job ran again.
    pub concurrent: Vec<ConcurrentFailure>,
}

/// The newest failures of a job, at most `web.exception-history-size` of them.
#[derive(Clone, Debug)]
pub struct ExceptionHistory {
    /// Newest first.
    entries: VecDeque<ExceptionEntry>,
    capacity: usize,
    truncated: bool,
}

impl ExceptionHistory {
    /// As many failures kept beside one root cause; a job of ten thousand tasks may lose them all at once.
    const MAX_CONCURRENT: usize = 100;

    /// Keeps `capacity` root causes, at least one.
    pub fn new(capacity: usize) -> Self {
        ExceptionHistory { entries: VecDeque::new(), capacity: capacity.max(1), truncated: false }
    }

    /// Newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ExceptionEntry> {
        self.entries.iter()
    }

    /// The newest root cause.
    pub fn newest(&self) -> Option<&ExceptionEntry> {
        self.entries.front()
    }

    /// Whether older entries have been dropped.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// More is known of why a TaskManager was lost: said behind the newest failure that speaks of it. Whether there is one that did not say so yet.
    pub(crate) fn explain(&mut self, task_manager: &TaskManagerId, why: &str) -> bool {
        let failures = self.entries.iter().map(|entry| &entry.failure);
        let failures = failures.map(|failure| (failure.message.as_str(), failure.origin.task_manager.as_ref()));
        let Some((at, message)) = explained(failures, task_manager, why) else { return false };
        if let Some(entry) = self.entries.get_mut(at) {
            entry.failure.message = message;
        }
        true
    }

    pub(crate) fn push_root(&mut self, failure: Failure, at_ms: i64) {
        self.entries.push_front(ExceptionEntry { failure, at_ms, concurrent: Vec::new() });
        if self.entries.len() > self.capacity {
            self.entries.pop_back();
            self.truncated = true;
        }
    }

    /// Files a failure under the newest root cause; it is itself the root where there is none.
    pub(crate) fn push_concurrent(&mut self, failure: Failure, at_ms: i64) {
        match self.entries.front_mut() {
            None => self.push_root(failure, at_ms),
            Some(newest) if newest.concurrent.len() < Self::MAX_CONCURRENT => {
                newest.concurrent.push(ConcurrentFailure { failure, at_ms });
            }
            Some(_) => self.truncated = true,
        }
    }
}

/// More is known of why a TaskManager was lost: which of these failures is to say so, and its sentence then. Each is a sentence and where it arose,
/// the newest first. `None` when none arose there or names it, or the newest of those says it already.
pub fn explained<'f>(
    mut failures: impl Iterator<Item = (&'f str, Option<&'f TaskManagerId>)>,
    task_manager: &TaskManagerId,
    why: &str,
) -> Option<(usize, String)> {
    let (at, message) = failures.by_ref().enumerate().find_map(|(at, (message, arose_at))| {
        (arose_at == Some(task_manager) || names(message, &task_manager.0)).then_some((at, message))
    })?;
    (!message.contains(why)).then(|| (at, format!("{message}; {why}")))
}

/// Whether a sentence names a TaskManager, and not one whose id is longer.
pub fn names_task_manager(sentence: &str, task_manager: &TaskManagerId) -> bool {
    names(sentence, &task_manager.0)
}

fn names(sentence: &str, id: &str) -> bool {
    let is_of_ids = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    // Points and colons are within ids, and end sentences.
    let ends = |mut rest: std::str::Chars<'_>, next: fn(&mut std::str::Chars<'_>) -> Option<char>| match next(&mut rest)
    {
        Some('.' | ':') => !next(&mut rest).is_some_and(is_of_ids),
        c => !c.is_some_and(is_of_ids),
    };
    !id.is_empty()
        && sentence.match_indices(id).any(|(at, id)| {
            let (before, after) = (sentence.get(..at), sentence.get(at + id.len()..));
            ends(before.unwrap_or_default().chars(), |chars| chars.next_back())
                && ends(after.unwrap_or_default().chars(), |chars| chars.next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_named_where_it_stands_alone() {
        let table = [
            ("tm-1 is lost", "tm-1", true),
            ("the connection to tm-1: refused", "tm-1", true),
            ("it was tm-1.", "tm-1", true),
            ("(tm-1)", "tm-1", true),
            ("tm-10 is lost, and tm-1, too", "tm-1", true),
            ("tm-10 is lost", "tm-1", false),
            ("atm-1 is lost", "tm-1", false),
            ("tm-1-2 is lost", "tm-1", false),
            ("tm-1.example.org is lost", "tm-1", false),
            ("10.0.0.1:4000-af is lost", "0.0.1:4000-af", false),
            ("10.0.0.1:4000-af is lost", "0.0.0.1:4000-af", false),
            ("11.0.0.1:4000-af is lost", "1.0.0.1:4000-af", false),
            ("host.1:4000-af is lost", "1:4000-af", false),
            ("10.0.0.1:4000-af: lost", "10.0.0.1:4000-af", true),
            ("container_1_0001_01_0000021 is lost", "container_1_0001_01_000002", false),
            ("anything", "", false),
        ];
        for (sentence, id, expected) in table {
            assert_eq!(names(sentence, id), expected, "{id} in {sentence}");
        }
    }

    #[test]
    fn what_becomes_known_later_is_said_behind_the_failure() {
        let lost = |id: &str| Failure::retryable(format!("TaskManager {id} cannot be reached"));
        let (one, two) = (TaskManagerId("tm-1".into()), TaskManagerId("tm-2".into()));
        let mut history = ExceptionHistory::new(4);
        history.push_root(lost("tm-1"), 1);
        history.push_root(lost("tm-2"), 2);
        assert!(history.explain(&one, "its container used too much memory"));
        assert!(!history.explain(&one, "its container used too much memory"), "it is said once");
        assert!(!history.explain(&TaskManagerId("tm-3".into()), "nobody speaks of it"));
        let messages: Vec<_> = history.iter().map(|entry| entry.failure.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "TaskManager tm-2 cannot be reached",
                "TaskManager tm-1 cannot be reached; its container used too much memory"
            ]
        );
        let mut of_task = Failure::retryable("the connection broke");
        of_task.origin.task_manager = Some(two.clone());
        history.push_root(of_task, 3);
        assert!(history.explain(&two, "it was preempted"));
        assert_eq!(
            history.newest().map(|entry| entry.failure.message.as_str()),
            Some("the connection broke; it was preempted")
        );
    }
}
