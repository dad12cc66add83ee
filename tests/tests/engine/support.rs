//! Clusters and small things that several tests need.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::until::PATIENCE;
use weft::Configuration;
use weft::configuration::Origin;
use weft::prelude::*;

/// A cluster with these configuration keys.
pub(super) fn cluster(settings: &[(&str, &str)]) -> Arc<EmbeddedCluster> {
    let mut configuration = Configuration::new();
    for (key, value) in settings {
        configuration.set_raw(*key, *value, Origin::CommandLine);
    }
    configuration.check().expect("the test sets what there is");
    EmbeddedCluster::start(&configuration).expect("a cluster")
}

/// A program in a cluster of its own.
pub(super) fn environment(settings: &[(&str, &str)]) -> StreamExecutionEnvironment {
    program_in(&cluster(settings))
}

/// A program in a cluster that others may use too.
pub(super) fn program_in(cluster: &Arc<EmbeddedCluster>) -> StreamExecutionEnvironment {
    StreamExecutionEnvironment::new(cluster).expect("an environment")
}

/// Runs the job; what it is refused or fails with.
#[track_caller]
pub(super) fn failure_of(env: &StreamExecutionEnvironment, job: &str) -> String {
    env.execute(job).expect_err("the job cannot succeed").to_string()
}

/// The sentence says all of this.
#[track_caller]
pub(super) fn assert_says(sentence: &str, parts: &[&str]) {
    let missing = parts.iter().find(|part| !sentence.contains(**part));
    assert_eq!(missing, None, "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "one sentence: {sentence}");
}

/// Sorted, for comparing what comes in no order.
pub(super) fn sorted<T: Ord>(records: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut records: Vec<T> = records.into_iter().collect();
    records.sort();
    records
}

/// The way of a running job to its test.
pub(super) fn signal<T: Send + Debug>() -> (Sender<T>, Signal<T>) {
    let (sender, receiver) = channel();
    (sender, Signal(receiver))
}

/// Hears what functions of a job tell.
pub(super) struct Signal<T>(Receiver<T>);

impl<T: Debug> Signal<T> {
    /// The next thing told.
    #[track_caller]
    pub(super) fn wait(&self) -> T {
        self.0.recv_timeout(PATIENCE).expect("the job tells something in time")
    }

    /// Everything told so far.
    pub(super) fn told(&self) -> Vec<T> {
        self.0.try_iter().collect()
    }

    /// Whether nobody is left to tell anything, and everything told was heard.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.0.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected))
    }
}
