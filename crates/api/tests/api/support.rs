//! A launch whose executor keeps jobs instead of running them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use weft_api::{DataStream, Error, Executor, Job, JobClient, JobResult, Launch, StreamExecutionEnvironment};
use weft_common::configuration::Configuration;
use weft_common::{ErrorKind, JobId};
use weft_connectors::{EnvironmentSources, StreamSinks};
use weft_graph::{StreamEdge, StreamGraph, StreamNode};
use weft_record::Record;

/// A program under test.
pub(crate) struct TestProgram {
    pub(crate) env: StreamExecutionEnvironment,
    jobs: Rc<Jobs>,
}

impl TestProgram {
    /// Started without any configuration.
    pub(crate) fn new() -> Self {
        Self::started_with("").unwrap()
    }

    /// Started with a configuration file.
    pub(crate) fn started_with(yaml: &str) -> Result<Self, Error> {
        let configuration = Configuration::parse_yaml("config.yaml", yaml).unwrap();
        Self::configured(configuration)
    }

    /// Started with a configuration.
    pub(crate) fn configured(configuration: Configuration) -> Result<Self, Error> {
        let launch = TestLaunch { configuration, ..TestLaunch::default() };
        let env = StreamExecutionEnvironment::new(&launch)?;
        Ok(TestProgram { env, jobs: launch.jobs })
    }

    /// Executes it; what was submitted.
    pub(crate) fn job(&self) -> Job {
        self.env.execute("test").unwrap();
        self.jobs.0.borrow_mut().pop().expect("execute submits a job")
    }

    /// Executes it; the graph that was submitted.
    pub(crate) fn graph(&self) -> StreamGraph {
        self.job().graph
    }

    /// Executes it; the sentence with which it is refused.
    pub(crate) fn refusal(&self) -> String {
        let error = self.env.execute("test").expect_err("the program is wrong");
        assert_eq!(error.kind(), ErrorKind::User, "{error}");
        assert!(self.jobs.0.borrow().is_empty(), "a refused job is not submitted");
        error.to_string()
    }

    /// A stream to do something with.
    pub(crate) fn words(&self) -> DataStream<(String, u64)> {
        self.env.from_collection([("to".to_owned(), 1), ("be".to_owned(), 2)])
    }
}

/// How a program under test is started.
#[derive(Default)]
pub(crate) struct TestLaunch {
    configuration: Configuration,
    jobs: Rc<Jobs>,
}

impl TestLaunch {
    /// The last job that was submitted.
    pub(crate) fn job(&self) -> Job {
        self.jobs.0.borrow_mut().pop().expect("execute submits a job")
    }
}

impl Launch for TestLaunch {
    fn configuration(&self) -> Result<Configuration, Error> {
        Ok(self.configuration.clone())
    }

    fn executor(&self, _configuration: &Configuration) -> Result<Rc<dyn Executor>, Error> {
        Ok(self.jobs.clone())
    }
}

/// What was submitted.
#[derive(Default)]
struct Jobs(RefCell<Vec<Job>>);

impl Executor for Jobs {
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        self.0.borrow_mut().push(job);
        Ok(Box::new(Finished))
    }
}

/// A job that is over as soon as it is submitted.
struct Finished;

impl JobClient for Finished {
    fn job_id(&self) -> JobId {
        JobId(1)
    }

    fn status(&self) -> String {
        "FINISHED".to_owned()
    }

    fn cancel(&self) {}

    fn wait(&mut self) -> Result<JobResult, Error> {
        Ok(JobResult {
            job_id: self.job_id(),
            duration: Duration::ZERO,
            results: BTreeMap::new(),
            accumulators: Default::default(),
            detached: false,
        })
    }
}

/// Ends a stream that a test does not look at further.
pub(crate) fn end<T: Record>(stream: DataStream<T>) {
    stream.discard();
}

/// The operator called `name`.
pub(crate) fn node<'g>(graph: &'g StreamGraph, name: &str) -> &'g StreamNode {
    let found = graph.nodes().find(|(_, node)| node.name == name);
    found.unwrap_or_else(|| panic!("no operator {name} among {:?}", names(graph))).1
}

/// All operators' names, in the order in which the program made them.
pub(crate) fn names(graph: &StreamGraph) -> Vec<&str> {
    graph.nodes().map(|(_, node)| node.name.as_str()).collect()
}

/// The edges into the operator called `name`.
pub(crate) fn inputs<'g>(graph: &'g StreamGraph, name: &str) -> Vec<&'g StreamEdge> {
    let named = graph.nodes().find(|(_, node)| node.name == name).map(|(id, _)| id);
    graph.edges().iter().filter(|edge| Some(edge.to) == named).collect()
}
