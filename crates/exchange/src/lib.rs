//! The data plane: partitioners, builders, credits, gates and transports.

mod address;
mod builder;
mod config;
mod copies;
mod edge;
mod entries;
mod error;
mod frame;
mod gate;
#[cfg(test)]
mod harness;
mod in_process;
mod inbox;
mod layout;
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
pub use layout::{MIN_CHANNEL_BYTES, PoolLayout};
pub use local::{LocalChannel, LocalElement};
pub use message::{Envelope, Message};
pub use outbox::Outbox;
pub use transport::Transport;
pub use weft_record::AnyBatch;
pub use writer::{EdgeWriter, Progress};
