//! The DataStream API: what programs are written in.
//!
//! A program makes a [`StreamExecutionEnvironment`], chains transformations onto its streams and calls
//! [`execute`](StreamExecutionEnvironment::execute). Nothing runs before that: each transformation adds a node to the
//! [`StreamGraph`](weft_graph::StreamGraph), and beside it the code behind the node. The two part ways at `execute`: the graph is pure data
//! and is planned by the JobMaster, the code stays in the program and is bound to the plan in its workers.
//!
//! Functions are closures without annotations. What a subtask must make for itself, because it cannot be cloned or must be opened where
//! it runs, is returned from the closure of a `…_with` form.
//!
//! ```
//! use std::rc::Rc;
//! use weft_api::*;
//! use weft_common::configuration::Configuration;
//! use weft_connectors::{DiscardSink, FromCollection};
//! # struct Nowhere;
//! # impl Executor for Nowhere {
//! #     fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
//! #         assert_eq!(job.graph.to_job_graph().unwrap().vertices.len(), 2);
//! #         Err(Error::user("this cluster runs nothing"))
//! #     }
//! # }
//!
//! struct Local;
//!
//! impl Launch for Local {
//!     fn configuration(&self) -> Result<Configuration, Error> {
//!         Ok(Configuration::new())
//!     }
//!
//!     fn executor(&self, _configuration: &Configuration) -> Result<Rc<dyn Executor>, Error> {
//!         Ok(Rc::new(Nowhere))
//!     }
//! }
//!
//! let env = StreamExecutionEnvironment::new(&Local)?;
//! env.from_source(FromCollection::new(["to be", "or not to be"].map(String::from)), "lines")
//!     .flat_map(|line, out| line.split(' ').for_each(|word| out.emit((word.to_owned(), 1u64))))
//!     .name("words")
//!     .key_by(|(word, _)| word)
//!     .sum(|(_, n)| n)
//!     .name("counts")
//!     .uid("counts")
//!     .sink_to(DiscardSink::new());
//!
//! println!("{}", env.execution_plan()?);
//! let refused = env.execute("word count").unwrap_err();
//! assert_eq!(refused.to_string(), "this cluster runs nothing");
//! # Ok::<(), Error>(())
//! ```
//!
//! Mistakes made on the way (a duplicate uid, a forward edge between operators of unequal parallelism) are remembered with the operator and its
//! place in the program, and `execute` reports the first.

mod builder;
mod connected;
mod environment;
mod error;
mod executor;
mod keyed;
mod mistake;
mod partition;
mod settings;
mod sink;
mod stream;
mod transformations;
mod upstream;

pub use connected::ConnectedStreams;
pub use environment::{Launch, StreamExecutionEnvironment};
pub use error::Error;
pub use executor::{Executor, Job, JobAccumulators, JobClient, JobResult};
pub use keyed::{ConnectedKeyedStreams, KeyedStream};
pub use sink::{Collected, DataStreamSink};
pub use stream::DataStream;

pub use weft_common::accumulator::{Accumulator, AccumulatorError};
pub use weft_common::configuration::options::RuntimeMode;
pub use weft_graph::EdgeCompression;
pub use weft_runtime::accumulators::{
    AccumulatorHandle, Average, DoubleCounter, DoubleMaximum, DoubleMinimum, Histogram, IntCounter, LongCounter,
    LongMaximum, LongMinimum,
};
pub use weft_runtime::operators::{
    CoProcessFunction, KeyedCoProcessFunction, KeyedContext, KeyedProcessFunction, OutputTag, ProcessContext,
    ProcessFunction,
};
pub use weft_runtime::{BoxError, Collector, IntoResult, OperatorContext as RuntimeContext, SideOutputs, TaskError};
pub use weft_state::{KeyedState, ValueHandle, ValueState};
