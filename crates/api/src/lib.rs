//! The DataStream API: what programs are written in.
//!
//! A program makes a [`StreamExecutionEnvironment`], chains transformations onto its streams and calls
//! [`execute`](StreamExecutionEnvironment::execute). Nothing runs before that: each transformation adds a node to the
//! [`StreamGraph`](weft_graph::StreamGraph), and beside it the code behind the node. The two part ways at `execute`: the graph is pure data
//! and is planned by the JobMaster, the code stays in the program and is bound to the plan in its workers.
//!
//! Mistakes made on the way (a duplicate uid, a forward edge between unequal parallelism) are remembered with the operator and its
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
pub use executor::{Executor, Job, JobClient, JobResult};
pub use keyed::{ConnectedKeyedStreams, KeyedStream};
pub use sink::{Collected, DataStreamSink};
pub use stream::DataStream;

pub use weft_common::configuration::options::RuntimeMode;
pub use weft_runtime::operators::{
    CoProcessFunction, KeyedCoProcessFunction, KeyedContext, KeyedProcessFunction, OutputTag, ProcessContext,
    ProcessFunction,
};
pub use weft_runtime::{BoxError, Collector, IntoResult, OperatorContext as RuntimeContext, SideOutputs, TaskError};
pub use weft_state::{KeyedState, ValueHandle, ValueState};
