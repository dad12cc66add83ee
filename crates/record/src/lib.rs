//! Records, their schema and codec, batches and the events between them.
//!
//! A *record* is what user functions see: any Rust type with [`Record`] derived. The engine needs five things of it:
//! a compact encoding, a [`Schema`] that outlives the program, an estimate of the heap it holds, `detach`, by which
//! it gives up buffers it shares with others, and `Clone`.
//!
//! Records move in a [`Batch`], never one by one; what is not a record ([`StreamEvent`]) stands between batches.

mod batch;
mod event;
mod traits;

pub use batch::Batch;
pub use event::{CheckpointBarrier, StreamElement, StreamEvent};
pub use traits::{DecodeError, Decoder, Key, Record};
