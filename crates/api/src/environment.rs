//! Where a program begins.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::builder::{Builder, Code, graph_error};
use crate::{DataStream, Error, Executor, Job, JobClient, JobResult};
use weft_common::configuration::options::RuntimeMode;
use weft_common::configuration::{ConfigError, Configuration, options};
use weft_graph::{BatchShuffleMode, JobSettings, OperatorKind, ProgramPlace, StreamGraph, StreamNode};
use weft_runtime::source::{Boundedness, Source, source_coordinator, source_factory};

/// How a program was started: its configuration, and what runs its jobs. The `weft` crate's arguments and its embedded cluster
/// are both.
pub trait Launch {
    /// The effective configuration: command line over files over defaults.
    fn configuration(&self) -> Result<Configuration, Error>;
    /// What runs jobs.
    fn executor(&self, configuration: &Configuration) -> Result<Rc<dyn Executor>, Error>;
}

/// The beginning of every program: makes streams from sources and runs what was made of them. Clones share the program.
#[derive(Clone)]
pub struct StreamExecutionEnvironment {
    pub(crate) inner: Rc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) builder: RefCell<Builder>,
    mode: Cell<RuntimeMode>,
    configuration: Configuration,
    executor: Rc<dyn Executor>,
}

impl StreamExecutionEnvironment {
    /// An environment with the configuration and the cluster that the program was started with.
    pub fn new(launch: &impl Launch) -> Result<Self, Error> {
        let configuration = launch.configuration()?;
        let executor = launch.executor(&configuration)?;
        let builder = RefCell::new(Builder::new(StreamGraph::new(settings(&configuration).map_err(config_error)?)));
        let mode = Cell::new(configuration.get(&options::RUNTIME_MODE).map_err(config_error)?);
        Ok(StreamExecutionEnvironment { inner: Rc::new(Inner { builder, mode, configuration, executor }) })
    }

    /// The effective configuration.
    pub fn configuration(&self) -> &Configuration {
        &self.inner.configuration
    }

    /// The parallelism of operators that set none; over the client's and the configuration's.
    pub fn set_parallelism(&self, parallelism: u32) -> &Self {
        self.settings(|s| s.default_parallelism = parallelism)
    }

    /// The number of key groups of keyed streams: the most any later rescaling can reach. 1 to 32768.
    pub fn set_max_parallelism(&self, max_parallelism: u32) -> &Self {
        self.settings(|s| s.max_parallelism = Some(max_parallelism))
    }

    /// STREAMING (every update), BATCH (final values; all sources must be bounded) or AUTOMATIC (BATCH when all sources are bounded).
    pub fn set_runtime_mode(&self, mode: RuntimeMode) -> &Self {
        self.inner.mode.set(mode);
        self
    }

    /// Puts every operator into a task of its own.
    pub fn disable_operator_chaining(&self) -> &Self {
        self.settings(|s| s.chaining = false)
    }

    fn settings(&self, change: impl FnOnce(&mut JobSettings)) -> &Self {
        change(&mut self.inner.builder.borrow_mut().graph.settings);
        self
    }

    /// A stream of what a source reads.
    #[track_caller]
    pub fn from_source<S: Source>(&self, source: S, name: &str) -> DataStream<S::Item> {
        let bounded = source.boundedness() == Boundedness::Bounded;
        let mut node =
            StreamNode::new(OperatorKind::Source { bounded }, "Source", crate::builder::schema_of::<S::Item>());
        node.name = name.to_owned();
        let code = Code { factory: source_factory(source.clone()), coordinator: Some(source_coordinator(source)) };
        let id = self.inner.builder.borrow_mut().add_node(node, ProgramPlace::caller(), code);
        DataStream::of_node(self.clone(), id)
    }

    /// Keeps a mistake for `execute` to report.
    pub(crate) fn fail(&self, error: Error) {
        self.inner.builder.borrow_mut().fail(error);
    }

    /// Runs the program and waits for its end. The environment is empty afterwards and can be used for the next job.
    pub fn execute(&self, name: &str) -> Result<JobResult, Error> {
        self.execute_async(name)?.wait()
    }

    /// Runs the program; returns once it is accepted.
    pub fn execute_async(&self, name: &str) -> Result<Box<dyn JobClient>, Error> {
        let (graph, program) = self.take(name)?.build()?;
        let configuration = self.inner.configuration.clone();
        self.inner.executor.submit(Job { graph, program: Arc::new(program), configuration })
    }

    /// The plan of the program so far as JSON, in the shape in which the REST API shows a job's plan.
    pub fn execution_plan(&self) -> Result<String, Error> {
        let graph = self.inner.builder.borrow().graph.clone();
        let plan = graph.to_job_graph().map_err(|e| graph_error(&e))?;
        Ok(plan.plan_json(weft_common::JobId(0)).to_string())
    }

    fn take(&self, name: &str) -> Result<Builder, Error> {
        let fresh = Builder::new(StreamGraph::new(self.inner.builder.borrow().graph.settings.clone()));
        let mut builder = self.inner.builder.replace(fresh);
        if builder.graph.nodes().len() == 0 {
            return Err(Error::user(format!("job `{name}` has no operators: add a source and a sink before execute")));
        }
        builder.graph.settings.name = name.to_owned();
        let batch = match self.inner.mode.get() {
            RuntimeMode::Batch => true,
            RuntimeMode::Streaming => false,
            RuntimeMode::Automatic => builder.graph.is_bounded(),
        };
        builder.graph.settings.runtime_mode =
            if batch { weft_graph::RuntimeMode::Batch } else { weft_graph::RuntimeMode::Streaming };
        Ok(builder)
    }
}

/// What the configuration says about every job of the program.
fn settings(configuration: &Configuration) -> Result<JobSettings, ConfigError> {
    let mut settings = JobSettings::new("");
    settings.default_parallelism = configuration.get(&options::PARALLELISM_DEFAULT)?;
    settings.max_parallelism = u32::try_from(configuration.get(&options::MAX_PARALLELISM)?).ok();
    settings.chaining = configuration.get(&options::OPERATOR_CHAINING)?;
    // Exchanges between running tasks are the only ones there are yet.
    settings.batch_shuffle_mode = BatchShuffleMode::AllExchangesPipelined;
    Ok(settings)
}

fn config_error(error: ConfigError) -> Error {
    Error::of(error.kind(), error)
}
