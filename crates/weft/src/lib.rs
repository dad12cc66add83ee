//! Weft: a batch-and-stream engine. This crate is what programs are written with.
//!
//! A program is an ordinary `main` that builds a graph of transformations and executes it. Run by itself it runs its jobs in an
//! [`EmbeddedCluster`]: a JobManager, TaskManagers and workers on threads of the program, through the same control machines and the same
//! messages as a cluster of processes.
//!
//! ```no_run
//! use weft::prelude::*;
//!
//! #[derive(clap::Parser)]
//! struct Args {
//!     #[arg(long)]
//!     input: String,
//!     #[command(flatten)]
//!     weft: weft::Arguments,
//! }
//!
//! fn main() -> weft::Result<()> {
//!     let args = weft::parse::<Args>();
//!     let env = StreamExecutionEnvironment::new(&args.weft)?;
//!     env.read_text_file(&args.input)
//!         .flat_map(|line, out| line.split_whitespace().for_each(|w| out.emit((line.share(w), 1u64))))
//!         .key_by(|(word, _)| word)
//!         .sum(|(_, n)| n)
//!         .print();
//!     env.execute("word count")?;
//!     Ok(())
//! }
//! ```

mod arguments;
mod client;
mod cluster;
mod executor;
mod interrupt;
mod logging;
mod mode;
mod note;
pub mod prelude;

pub use arguments::{Arguments, parse};
pub use cluster::EmbeddedCluster;

pub use weft_api::Error;
pub use weft_common::configuration::{self, Configuration};
pub use {
    weft_api as api, weft_connectors as connectors, weft_fs as fs, weft_graph as graph, weft_record as record,
    weft_runtime as runtime,
};

/// What a program's `main` returns.
pub type Result<T> = std::result::Result<T, Error>;
