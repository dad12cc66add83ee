//! The data plane: partitioners, builders, credits, gates and transports.

mod address;
mod any_batch;
mod config;
mod edge;
mod error;
mod frame;
mod gate;
mod in_process;
mod inbox;
mod layout;
mod local;
mod message;
mod outbox;
mod slabs;
mod transport;
mod typed_gate;
mod typed_writer;
mod writer;

pub use address::{ChannelId, SlotAddress};
pub use any_batch::AnyBatch;
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
pub use writer::{EdgeWriter, Progress};
