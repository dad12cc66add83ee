//! Jobs that are over.
//!
//! How each ended is remembered for `jobstore.expiration-time`, the newest `jobstore.max-capacity` of them, and no more than fit into
//! `jobstore.cache-size`: the oldest are forgotten first.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use weft_common::configuration::{ConfigError, Configuration, options};
use weft_common::{JobId, Mono, TaskManagerId};
use weft_control::JobStatus;
use weft_rpc::JobOutcome;
use weft_rpc::view::{JobSummary, JobView};

/// How much is remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HistorySettings {
    pub(crate) bytes: u64,
    pub(crate) age: Duration,
    pub(crate) jobs: u32,
}

impl HistorySettings {
    pub(crate) fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        Ok(HistorySettings {
            bytes: configuration.get(&options::JOB_STORE_CACHE_SIZE)?.bytes(),
            age: configuration.get(&options::JOB_STORE_EXPIRATION_TIME)?,
            jobs: configuration.get(&options::JOB_STORE_MAX_CAPACITY)?,
        })
    }
}

/// A job that is over.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    pub(crate) outcome: Arc<JobOutcome>,
    /// What there was to see of it at last; nothing of a job that an earlier JobManager ran, or that could not be started.
    pub(crate) view: Option<Arc<JobView>>,
    /// Whether its end is written down, so that it can be told.
    pub(crate) settled: bool,
}

/// Jobs that are over, oldest first.
#[derive(Debug)]
pub struct History {
    settings: HistorySettings,
    jobs: BTreeMap<JobId, Remembered>,
    order: VecDeque<JobId>,
    bytes: u64,
}

#[derive(Debug)]
struct Remembered {
    over: Over,
    since: Mono,
    bytes: u64,
}

impl History {
    pub(crate) fn new(settings: HistorySettings) -> Self {
        History { settings, jobs: BTreeMap::new(), order: VecDeque::new(), bytes: 0 }
    }

    /// Remembers a job; returns those that are forgotten for it.
    pub(crate) fn add(&mut self, over: Over, now: Mono) -> Vec<JobId> {
        let job = over.outcome.job;
        let bytes = size_of(&over);
        if let Some(before) = self.jobs.insert(job, Remembered { over, since: now, bytes }) {
            self.bytes -= before.bytes;
            self.order.retain(|other| *other != job);
        }
        self.order.push_back(job);
        self.bytes += bytes;
        self.expire(now)
    }

    /// The end of a job is written down.
    pub(crate) fn settle(&mut self, job: JobId) {
        if let Some(remembered) = self.jobs.get_mut(&job) {
            remembered.over.settled = true;
        }
    }

    /// More is known of why a TaskManager was lost, after the jobs that it ran are over: said behind the newest failure of each that is about it.
    pub(crate) fn explain(&mut self, task_manager: &TaskManagerId, why: &str) {
        for view in self.jobs.values_mut().filter_map(|remembered| remembered.over.view.as_mut()) {
            let failures = view.exceptions.iter().map(|exception| &exception.root);
            let failures = failures.map(|failure| (failure.message.as_str(), failure.task_manager.as_ref()));
            if let Some((at, message)) = weft_control::explained(failures, task_manager, why)
                && let Some(exception) = Arc::make_mut(view).exceptions.get_mut(at)
            {
                exception.root.message = message;
            }
        }
    }

    /// Forgets what is too old or too much, never what is not settled yet; returns what was forgotten.
    pub(crate) fn expire(&mut self, now: Mono) -> Vec<JobId> {
        let mut forgotten = Vec::new();
        while let Some(job) = self.order.front().copied() {
            let Some(oldest) = self.jobs.get(&job) else {
                self.order.pop_front();
                continue;
            };
            let too_much = self.bytes > self.settings.bytes || self.jobs.len() > self.settings.jobs as usize;
            let too_old = now.since(oldest.since) >= self.settings.age;
            // The newest is told whatever its size.
            let newest = self.order.len() == 1;
            if !oldest.over.settled || !(too_old || too_much && !newest) {
                break;
            }
            self.bytes -= oldest.bytes;
            self.jobs.remove(&job);
            self.order.pop_front();
            forgotten.push(job);
        }
        forgotten
    }

    pub(crate) fn get(&self, job: JobId) -> Option<&Over> {
        self.jobs.get(&job).map(|remembered| &remembered.over)
    }

    /// Newest first.
    pub(crate) fn summaries(&self) -> Vec<JobSummary> {
        let known = self.order.iter().rev().filter_map(|job| self.get(*job));
        known.filter_map(|over| over.view.as_ref().map(|view| view.summary.clone())).collect()
    }

    /// How many ended so.
    pub(crate) fn count(&self, status: JobStatus) -> u32 {
        let count = self.jobs.values().filter(|remembered| remembered.over.outcome.status == status).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// About how many bytes it takes: what grows with the job.
fn size_of(over: &Over) -> u64 {
    const EACH: usize = 512;
    let results: usize = over.outcome.results.values().map(Vec::len).sum();
    let view = over.view.as_ref().map_or(0, |view| {
        let attempts: usize = view.vertices.iter().flat_map(|v| &v.subtasks).map(|s| 1 + s.prior.len()).sum();
        let failures: usize = view.exceptions.iter().map(|e| 1 + e.concurrent.len()).sum();
        let configuration: usize = view.configuration.iter().map(|(key, value)| key.len() + value.len() + 48).sum();
        view.plan.len() + configuration + (attempts + failures) * EACH
    });
    (EACH + results + view) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(job: u128, bytes: usize) -> Over {
        let results = [(weft_common::OperatorId(1), vec![0; bytes])].into();
        let outcome = JobOutcome {
            job: JobId(job),
            status: JobStatus::Finished,
            failure: None,
            results,
            accumulators: Vec::new(),
            duration: Duration::ZERO,
        };
        Over { outcome: Arc::new(outcome), view: None, settled: true }
    }

    fn at(seconds: u64) -> Mono {
        Mono::default() + Duration::from_secs(seconds)
    }

    fn history(bytes: u64, jobs: u32) -> History {
        History::new(HistorySettings { bytes, age: Duration::from_secs(100), jobs })
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_too_large_or_too_old_ones() {
        let mut history = history(10_000, 3);
        for job in 1..=3 {
            assert_eq!(history.add(over(job, 10), at(0)), []);
        }
        assert_eq!(history.add(over(4, 10), at(50)), [JobId(1)]);
        assert_eq!(history.add(over(5, 8_700), at(50)), [JobId(2), JobId(3)]);
        assert_eq!(history.expire(at(149)), []);
        assert_eq!(history.expire(at(150)), [JobId(4), JobId(5)]);
        assert_eq!((history.bytes, history.order.len()), (0, 0));
    }

    #[test]
    fn what_is_not_told_yet_stays_and_the_newest_too() {
        let mut history = history(1000, 1);
        let unsettled = Over { settled: false, ..over(1, 10) };
        assert_eq!(history.add(unsettled, at(0)), []);
        assert_eq!(history.add(over(2, 5000), at(1)), []);
        history.settle(JobId(1));
        assert_eq!(history.expire(at(1)), [JobId(1)]);
        assert!(history.get(JobId(2)).is_some() && history.get(JobId(1)).is_none());
        assert_eq!(history.count(JobStatus::Finished), 1);
    }
}
