//! The transport between worker processes.
//!
//! Two workers of a job share one TCP connection: all their lanes and both directions. The worker with the lower number
//! opens it. Lanes only put messages into a queue; the sockets are read and written on the I/O runtime.
//!
//! ```text
//! lane → Port::send → Peer: links, queue ─ writer → socket ═══ socket → reader ─ Peer: links → Inbox → lane
//!                                                                                (once per read, not per message)
//! ```
//!
//! # Life of a line
//! A *line* is what joins two workers from the first wish for a connection to its end.
//!
//! ```text
//!          a lane sends, or the peer is introduced          opened or accepted
//!   Down ─────────────────────────────────────► Awaited ─────────────────────► Up
//!    ▲                                             │ too late, refused           │ lost, replaced, closed
//!    └─────────────────────────────────────────────┴─────────────────────────────┘
//!                 every channel it carried is told `Broken` with the peer's name, address and the reason
//! ```
//!
//! Nothing is ever sent again: a line that ends takes its queue along, and its channels stay broken, since nobody knows
//! what arrived. A newer attempt of a channel gets a new line. A channel whose `EndOfInput` has passed is not told of the
//! end: it needs nothing more. Each line has a serial number, and everything that its tasks do to the peer's state happens
//! under the peer's lock and only while the number is current; so after `Broken` nothing arrives, whatever the tasks of the
//! old line still have in hand.
//!
//! A worker is known by its number and a *generation* that rises with every process that takes the number. A connection
//! joins two generations; a process that was replaced is refused, and a newer one ends the line to the older.
//!
//! # Bytes
//! Integers are little-endian. A connection begins with a greeting (version 1), see `trust` in `weft-common` for the proofs:
//!
//! | from | bytes | |
//! |---|---|---|
//! | opener | 8 | `weftexch` |
//! | | 2 + 2 | version; 0 |
//! | | 16 | job |
//! | | 8 + 8 | leader epoch: counter, random |
//! | | 4 + 8 | opener: worker, generation |
//! | | 4 + 8 | responder, as the opener knows it: worker, generation |
//! | | 32 | nonce |
//! | responder | 1 + 1 + 2 | verdict: 0 goes on, else why not; 0; its version |
//! | | 32 + 32 | nonce, proof; zeros if it refuses |
//! | opener | 32 | proof |
//! | responder | 1 | verdict |
//!
//! Verdicts: 1 another version, 2 another job, 3 another epoch, 4 not this process, 5 the higher number must not open, 6 the
//! proof is wrong, 7 a newer process has the opener's number, 8 closing. The first twelve bytes and the first four of the
//! answer keep their places in every version.
//!
//! Then both directions carry messages: a head of 32 bytes and what follows it.
//!
//! | offset | size | |
//! |---|---|---|
//! | 0 | 1 | kind: 1 records, 2 compressed records, 3 event, 4 credit, 5 farewell |
//! | 1 | 3 | 0 |
//! | 4 | 4 | bytes that follow; for credit the bytes granted, and nothing follows |
//! | 8 | 4 | the sender's lane |
//! | 12 | 4 | the receiver's lane |
//! | 16 | 4 × 4 | channel: edge, from, to, attempt |
//!
//! *Records* are a frame: its header of 16 bytes and its body. *Compressed records* are the header of the frame as it was,
//! and its body as one LZ4 block. An *event* is encoded as a record. A *farewell* says in UTF-8 why the sender ends the
//! connection; it is the last message, and lanes and channel are 0.
//!
//! # Order
//! Records and events leave in the order in which they were queued. Credits have a queue of their own that is emptied first,
//! whenever the writer comes back from the socket; little waits in the kernel (`TCP_NOTSENT_LOWAT`), so that they do
//! overtake. What waits here is bounded by the credits that the receivers granted.
//!
//! # Strangers
//! A connection that says anything but a greeting costs at most [`MAX_GREETINGS`](listener::MAX_GREETINGS) places, of which the oldest
//! is given to who comes next, a hundred bytes, the greeting's time and a line in the log. After the greeting a peer is trusted as much
//! as the job's own code, but lengths are checked before memory is taken: at most [`MAX_FRAME_BYTES`](crate::MAX_FRAME_BYTES) for a
//! message.

mod arrivals;
mod batch;
mod compression;
mod connection;
mod error;
mod greeting;
mod handshake;
mod head;
mod identity;
mod line;
mod links;
mod listener;
mod location;
mod peer;
mod places;
mod queue;
mod reader;
mod settings;
#[cfg(test)]
mod tests;
mod transport;
mod writer;

pub use compression::CompressedEdges;
pub use identity::TcpIdentity;
pub use listener::Listen;
pub use location::WorkerLocation;
pub use settings::TcpSettings;
pub use transport::TcpTransport;
