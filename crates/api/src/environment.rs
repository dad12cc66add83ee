//! Where a program begins.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::builder::{Builder, Code, node_of};
use crate::{DataStream, Error, Executor, Job, JobClient, JobResult};
use weft_common::configuration::options::RuntimeMode;
use weft_common::configuration::{ConfigError, Configuration, options};
use weft_graph::{BatchShuffleMode, JobSettings, OperatorKind, StreamGraph, StreamNode};
use weft_record::{Decoder, Record};
use weft_runtime::source::{Boundedness, Source, source_coordinator, source_factory};

/// What a job is called when neither its program nor the configuration says.
const DEFAULT_JOB_NAME: &str = "Weft job";

/// How a program was started: its configuration, and what runs its jobs. The `weft` crate's arguments and its embedded cluster
/// are both.
pub trait Launch {
    /// The effective configuration: command line over files over defaults.
    fn configuration(&self) -> Result<Configuration, Error>;
    /// What runs jobs.
    fn executor(&self, configuration: &Configuration) -> Result<Rc<dyn Executor>, Error>;
}

impl<L: Launch + ?Sized> Launch for Arc<L> {
    fn configuration(&self) -> Result<Configuration, Error> {
        (**self).configuration()
    }

    fn executor(&self, configuration: &Configuration) -> Result<Rc<dyn Executor>, Error> {
        (**self).executor(configuration)
    }
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
        let builder = RefCell::new(Builder::new(settings(&configuration)?));
        let mode = Cell::new(configuration.get(&options::RUNTIME_MODE)?);
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

    /// A value that every run of the program must agree on. In a cluster `main` runs again in every worker, up to the same `execute`, and
    /// has to build the same graph there; what it reads from a clock, a generator of random numbers or a file would differ. `evaluate` is
    /// called once, where the program was started; workers are given what it returned. `name` is unique in the program.
    pub fn once<V: Record>(&self, name: &str, evaluate: impl FnOnce() -> V) -> Result<V, Error> {
        let (mut evaluate, mut fresh) = (Some(evaluate), None);
        let encoded = self.inner.executor.once(name, &mut || {
            let mut bytes = Vec::new();
            if let Some(evaluate) = evaluate.take() {
                fresh.insert(evaluate()).encode(&mut bytes);
            }
            bytes
        })?;
        if let Some(value) = fresh {
            return Ok(value);
        }
        let wrong = |e| {
            let kind = weft_common::ErrorKind::Fatal;
            Error::of(kind, format!("the value of `once(\"{name}\")` is not what the program expects: {e}"))
        };
        V::decode(&mut Decoder::new(&encoded)).map_err(wrong)
    }

    /// Whether `main` is run again to become part of a job that was submitted before: the place to leave out what must not be done twice,
    /// such as deleting an old output.
    pub fn is_replay(&self) -> bool {
        self.inner.executor.is_replay()
    }

    fn settings(&self, change: impl FnOnce(&mut JobSettings)) -> &Self {
        change(&mut self.inner.builder.borrow_mut().graph.settings);
        self
    }

    /// A stream of what a source reads; `name` is what the source is called.
    #[track_caller]
    pub fn from_source<S: Source>(&self, source: S, name: &str) -> DataStream<S::Item> {
        let bounded = source.boundedness() == Boundedness::Bounded;
        let node = node_of::<S::Item>(OperatorKind::Source { bounded }, "Source");
        let node = StreamNode { name: name.to_owned(), ..node };
        let code = Code { factory: source_factory(source.clone()), coordinator: Some(source_coordinator(source)) };
        let operator = self.inner.builder.borrow_mut().add_operator(node, code);
        DataStream::of_operator(self.clone(), operator)
    }

    /// Runs the program and waits for its end. The environment is empty afterwards and can be used for the next job.
    pub fn execute(&self, name: &str) -> Result<JobResult, Error> {
        self.execute_async(name)?.wait()
    }

    /// Runs the program; returns once it is accepted. The environment is empty afterwards, as after [`execute`](Self::execute).
    pub fn execute_async(&self, name: &str) -> Result<Box<dyn JobClient>, Error> {
        let settings = self.inner.builder.borrow().graph.settings.clone();
        let builder = self.inner.builder.replace(Builder::new(settings));
        let graph = self.decided(builder.graph()?, name);
        graph.validate()?;
        let configuration = self.inner.configuration.clone();
        self.inner.executor.submit(Job { graph, program: Arc::new(builder.into_program()), configuration })
    }

    /// The plan of the program so far as JSON, in the shape in which the REST API shows a job's plan.
    pub fn execution_plan(&self) -> Result<String, Error> {
        let graph = self.decided(self.inner.builder.borrow().graph()?, "");
        Ok(graph.to_job_graph()?.plan_json(weft_common::JobId(0)))
    }

    /// The graph with what can be said now that it is whole: the job's name, and whether AUTOMATIC means BATCH.
    fn decided(&self, mut graph: StreamGraph, name: &str) -> StreamGraph {
        if !name.is_empty() {
            graph.settings.name = name.to_owned();
        }
        let batch = match self.inner.mode.get() {
            RuntimeMode::Batch => true,
            RuntimeMode::Streaming => false,
            RuntimeMode::Automatic => graph.is_bounded(),
        };
        graph.settings.runtime_mode =
            if batch { weft_graph::RuntimeMode::Batch } else { weft_graph::RuntimeMode::Streaming };
        graph
    }
}

/// What the configuration says about every job of the program.
fn settings(configuration: &Configuration) -> Result<JobSettings, ConfigError> {
    let name = configuration.get(&options::PIPELINE_NAME)?.unwrap_or_else(|| DEFAULT_JOB_NAME.to_owned());
    let mut settings = JobSettings::new(name);
    settings.default_parallelism = configuration.get(&options::PARALLELISM_DEFAULT)?;
    settings.max_parallelism = u32::try_from(configuration.get(&options::MAX_PARALLELISM)?).ok();
    settings.chaining = configuration.get(&options::OPERATOR_CHAINING)?;
    // Exchanges between running tasks are the only ones there are yet.
    settings.batch_shuffle_mode = BatchShuffleMode::AllExchangesPipelined;
    Ok(settings)
}
