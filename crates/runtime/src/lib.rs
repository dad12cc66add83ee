//! Slots, tasks, operators, timers: what runs inside a worker.
//!
//! From the outside in: a worker has [`Lane`]s, each a thread; a lane has tasks, stepped in turn; a task is a chain of
//! [`Operator`]s between input gates and output edges of the exchange. User functions are wrapped into operators in
//! [`operators`]; sources and sinks have public contracts of their own in [`source`] and [`sink`].

pub mod accumulators;
mod background;
mod chain;
mod clock;
pub mod coordinator;
mod counted;
mod deploy;
mod ending;
mod error;
mod job_info;
mod lane;
mod metrics;
mod node;
mod operator;
pub mod operators;
mod output;
mod panics;
mod program;
pub mod sink;
pub mod source;
mod spill;
mod task;
mod thread;
mod valve;
mod waker;

pub use accumulators::Accumulators;
pub use background::{Background, BackgroundWork};
pub use clock::{Clock, SystemClock};
pub use counted::Counted;
pub use error::{BoxError, IntoResult, TaskError};
pub use job_info::JobInfo;
pub use lane::{Lane, LaneContext, LaneHandle, Mail, Round, TaskListener, default_spill_dir};
pub use metrics::{Counter, TaskMetrics};
pub use operator::{EventSender, Flow, Operator, OperatorContext, OperatorFactory, SourceProgress, SourceStatus};
pub use output::{Collector, OutputLimits, Outputs, SideOutputs};
pub use panics::{catch_panics_on_this_thread, describe_panic};
pub use program::Program;
pub use thread::run_lane;
pub use waker::LaneWaker;
