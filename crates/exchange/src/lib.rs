//! The data plane: how records get from the subtasks that make them to the subtasks that take them.
//!
//! A *slot* is a thread that steps all its subtasks in turn. An [`Edge`] of the job gives each producing subtask an
//! [`EdgeWriter`] and each consuming one an [`InputGate`]; a *channel* joins one of each.
//!
//! ```text
//!                    ┌ LocalChannel: batches by value ────────────────────────┐   same slot
//! batch → EdgeWriter ┤                                                        ├ InputGate → batch | event
//!                    └ builder → frame → Outbox → Transport → Inbox → decode ─┘   another slot
//!                              ◄───────────────── credit ─────────────────────
//! ```
//!
//! Nothing here blocks, reads a clock, draws random numbers or starts a thread: the slot steps it, and passes in the
//! transport and the seeds; only what carries messages between processes, [`tcp`], lives on the I/O runtime. Nothing
//! relies on when a message arrives or how records are cut into frames.
//!
//! # Flow control
//! A gate grants each remote channel a *window* of bytes, and gives bytes back as frames are read. A writer sends a frame
//! only with credit for it; without, its builder fills up to the channel's *share* and the writer is
//! [`Blocked`](Progress::Blocked). Both together bound what an edge can occupy, however fast the producer is:
//! share + window per channel; the job's graph divides the slot's pool into them, and refuses a job whose channels would get
//! too little. The one exception is a record larger than that, which exists once whole at each end.
//!
//! # Order
//! Within a channel records and events arrive as they were sent. Between channels of a gate there is no order. Events cost
//! no credit and never overtake records: one that finds unsent records before it waits, and bars the channel to others.
//!
//! # Invariants
//! * The charges of frames sent and not yet read never exceed the credit granted; the gate checks it.
//! * A channel at rest has all its credit at the producer.
//! * A batch that is half distributed is finished before the next is accepted.
//! * A record is encoded once, whatever the number of its receivers, except where its builder was full and it starts the
//!   next frame.

mod address;
mod appender;
mod builder;
mod config;
#[cfg(any(test, feature = "contract"))]
#[allow(clippy::panic)]
pub mod contract;
mod copies;
mod edge;
mod entries;
mod entry;
mod error;
mod frame;
mod gate;
#[cfg(test)]
mod harness;
mod in_process;
mod inbox;
mod local;
mod local_output;
mod message;
#[cfg(test)]
mod order_test;
mod outbox;
mod output;
mod partitioner;
mod remote_input;
mod remote_output;
mod scatter;
mod slabs;
pub mod tcp;
mod transport;
mod typed_gate;
mod typed_writer;
mod writer;

pub use address::{ChannelId, SlotAddress};
pub use config::{GateConfig, Peer, Route, Ship, WriterConfig};
pub use edge::{Edge, KeyHasher, TypedEdge};
pub use error::{ExchangeError, FrameFault};
pub use frame::{FRAME_HEADER_BYTES, Frame, FrameKind, MAX_FRAME_BYTES};
pub use gate::{GateElement, InputGate};
pub use in_process::InProcessTransport;
pub use inbox::{Inbox, Waker};
pub use local::{LocalChannel, LocalElement};
pub use message::{Envelope, Message};
pub use outbox::Outbox;
pub use transport::Transport;
pub use weft_record::AnyBatch;
pub use writer::{EdgeWriter, Progress};
