//! What joins two workers, from the first wish for a connection to its end.

use std::net::SocketAddr;
use tokio::task::AbortHandle;

/// What joins this worker and a peer.
#[derive(Default)]
pub(super) enum Line {
    /// There is none, and nobody needs one.
    #[default]
    Down,
    /// Somebody needs one.
    Awaited { dialing: bool },
    /// Connected.
    Up(Connected),
}

/// A connection.
pub(super) struct Connected {
    /// The peer's process.
    pub(super) generation: u64,
    /// The peer's end of the socket.
    pub(super) address: SocketAddr,
    /// Why this side ends it, once it does.
    pub(super) farewell: Option<String>,
    /// Those that read and write.
    pub(super) tasks: Vec<AbortHandle>,
}

impl Line {
    /// Connected with a process of the peer.
    pub(super) fn up(generation: u64, address: SocketAddr) -> Self {
        Line::Up(Connected { generation, address, farewell: None, tasks: Vec::new() })
    }

    /// The process of the peer that it is connected with.
    pub(super) fn generation(&self) -> Option<u64> {
        match self {
            Line::Up(up) => Some(up.generation),
            Line::Down | Line::Awaited { .. } => None,
        }
    }
}
