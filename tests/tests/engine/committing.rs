//! Several sinks become visible together, or not at all.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::support::{assert_says, environment, failure_of, sorted};
use weft::api::TaskError;
use weft::configuration::options;
use weft::prelude::*;
use weft::record::Batch;
use weft::runtime::coordinator::CoordinatorContext;
use weft::runtime::sink::{Committer, Sink, SinkWriter};

/// Takes numbers nowhere; its first commits fail.
#[derive(Clone)]
struct Stubborn {
    failures: u32,
    error: fn(&str) -> TaskError,
    commits: Arc<AtomicU32>,
}

impl Sink for Stubborn {
    type Item = i64;
    type Committable = u64;
    type Writer = Nowhere;
    type Committer = Stubborn;

    fn writer(&self, _: &RuntimeContext) -> Result<Nowhere, TaskError> {
        Ok(Nowhere(PhantomData))
    }

    fn committer(&self, _: &CoordinatorContext) -> Result<Stubborn, TaskError> {
        Ok(self.clone())
    }
}

struct Nowhere(PhantomData<i64>);

impl SinkWriter for Nowhere {
    type Item = i64;
    type Committable = u64;

    fn write(&mut self, _: Batch<i64>) -> Result<(), TaskError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Vec<u64>>, TaskError> {
        Ok(Some(vec![1]))
    }
}

impl Committer for Stubborn {
    type Committable = u64;

    fn commit(&mut self, _: &[u64]) -> Result<(), TaskError> {
        match self.commits.fetch_add(1, Ordering::SeqCst) < self.failures {
            true => Err((self.error)("the shop is closed")),
            false => Ok(()),
        }
    }

    fn discard(&mut self, _: u32, _: &[u64]) {}
}

fn stubborn(failures: u32, error: fn(&str) -> TaskError) -> Stubborn {
    Stubborn { failures, error, commits: Arc::default() }
}

/// Which sink commits first depends on their ids, so each order is tried.
const UIDS: [(&str, &str); 4] = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")];

#[test]
fn a_commit_that_fails_for_a_moment_changes_nothing() {
    for (kept, failing) in UIDS {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("out");
        let env = environment(&[]);
        let sink = stubborn(1, |e| TaskError::retryable(e));
        let numbers = env.from_sequence(1, 3).uid("numbers");
        let collected = numbers.clone().sink_to(CollectSink::new()).uid(kept).collected::<i64>();
        numbers.clone().sink_to(FileSink::text(&output)).uid("files");
        numbers.sink_to(sink.clone()).uid(failing);
        let result = env.execute("two tries").unwrap();
        assert_eq!(sorted(collected.of(&result).unwrap()), [1, 2, 3]);
        assert_eq!(std::fs::read_to_string(output.join("part-0-0")).unwrap(), "1\n2\n3\n");
        assert_eq!(sink.commits.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn when_one_sink_cannot_commit_no_other_shows_a_result() {
    for (kept, failing) in UIDS {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("out");
        let env = environment(&[(options::RESTART_STRATEGY.key(), "fixed-delay")]);
        let numbers = env.from_sequence(1, 3).uid("numbers");
        numbers.clone().sink_to(FileSink::text(&output)).uid(kept);
        numbers.sink_to(stubborn(u32::MAX, |e| TaskError::user(e))).name("shop").uid(failing);
        assert_says(&failure_of(&env, "closed"), &["Sink: shop", "the shop is closed"]);
        let left: Vec<_> = std::fs::read_dir(&output).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
