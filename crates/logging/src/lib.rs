//! Where the events of `tracing` go, and what their lines look like.
//!
//! # Files
//!
//! A process writes one file, `<name>.log`, in the one directory of the installation. It holds an advisory lock on it for as long as
//! it writes: a second process that was given the same name finds it taken, and writes `<name>-2.log`. A file that a former life left
//! behind is moved out of the way first, as it is when it becomes larger than `log.file.max-size`: it becomes
//! `<name>.log.1`, what had that name `<name>.log.2`, and so on up to `env.log.max`. All files together that begin with `weft-` stay
//! below `log.directory.max-size`: whoever begins a new file removes the oldest that nobody has locked.
//!
//! # Who waits for what
//!
//! A thread that logs appends its line to a queue in memory (`queue.rs`) and goes on; a thread of its own writes. A disk that is
//! full, or slow, costs lines, never time: what does not fit in the queue or cannot be written is counted, complained about
//! once on standard error, and owned up to in the log as soon as it can be written again.
//!
//! A worker writes to its standard error instead, which its TaskManager captures, line by line and at once: what a worker says
//! last may be why it ended.
//!
//! # Lines
//!
//! ```text
//! 2026-11-26 20:15:02,123 WARN  weft_runtime::node [job=4f0c… task="Source -> Map (1/4)#0" operator=Map] - one step took 800 ms millis=800
//! ```
//! Times are UTC. Between the brackets stands who it is about: what the event itself says (`LABELS` of `line.rs`), then what the
//! spans around it say, then the task that the thread works on ([`TaskLabel`]), then the job of the process. What else the
//! event says follows the message. In JSON the same is one object a line. A line break within a message is followed by white
//! space and other control characters are written out, so that nobody can make up a line; a line ends after 32 KiB.

mod error;
mod fields;
mod handle;
mod label;
mod layer;
mod limits;
mod line;
mod output;
mod queue;
mod reaper;
mod rolling;
mod settings;
mod timestamp;
mod warnings;
mod watch;
mod writer;

#[cfg(test)]
mod layer_test;
#[cfg(test)]
mod rolling_test;

pub use error::LogError;
pub use handle::{LogHandle, Logging};
pub use label::{Entered, TaskLabel, set_process_job};
pub use settings::LogSettings;
pub use warnings::WarningListener;
pub use watch::ConfigurationWatch;
