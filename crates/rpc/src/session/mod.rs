//! TaskManagers and their JobManager, over the network.
//!
//! # A session
//! A TaskManager opens one connection to the JobManager it looks for. Both prove that they belong together ([`handshake`]), then speak gRPC
//! over HTTP/2 (`proto/session.proto`): one stream in each direction for as long as both live, begun with a [`TaskManagerRegistration`]
//! and a [`Welcome`] or a refusal; and beside it, calls that fetch and put blobs.
//!
//! ```text
//! TaskManager                                                      JobManager
//!   connect, handshake, Session ──────────────────────────────────►
//!   Register(id, advertised address, slots, …) ───────────────────►
//!                                  ◄──── handshake, Probe ────────   to the advertised address: is it the one?
//!                                        (answers its id) ───────►
//!                                                                    on_register → accept or refuse
//!   ◄──────────────────────────────── Welcome(epoch, number, …) ──
//!   calls of the gateways, heartbeats, answers ◄──────────────────►  on_message
//!   Goodbye, or the stream ends ──────────────────────────────────►  on_lost, once
//! ```
//!
//! Messages of one direction arrive in the order in which they were said, or the stream ends. A session never heals: a TaskManager connects
//! again, as a new session, when its control machine says so; which of two sessions of one TaskManager is meant, their numbers tell.
//!
//! # Large messages
//! A message of more than [`ServerSettings::frame_size`] bytes does not go over the stream, where it would hold up everything: it is held at the
//! JobManager ([`held`]), where the TaskManager fetches or puts it, and a reference takes its place in the stream.
//!
//! # Limits
//! Frames, handshakes, refusals, waiting messages and held messages have sizes; handshakes, registrations, questions and every part of a
//! transfer have deadlines. Fetch, Put and Probe can be repeated without harm, and are, with growing pauses. What a peer sends that cannot
//! be read ends its session with a sentence.

mod acceptor;
mod blobs;
mod client;
mod connector;
mod handle;
mod handshake;
mod held;
mod io;
mod messages;
mod outbox;
mod places;
mod probe;
mod questions;
mod remote;
mod retry;
mod server;
mod service;
mod settings;
mod sitting;
#[cfg(test)]
mod tests;
mod transfer;

pub use blobs::Blobs;
pub use client::{Session, SessionCalls, SessionClient};
pub use handle::SessionHandle;
pub use handshake::{HandshakeError, SESSION_VERSION};
pub(crate) use messages::{FromTaskManager, ToTaskManager};
pub use messages::{LeaderCall, TaskManagerCall, Welcome};
pub use probe::{ProbeServer, probe};
pub use remote::RemoteTaskManager;
pub use server::{RegistrationReply, SessionHandler, SessionServer};
pub use settings::{ClientSettings, FRAME_SIZE, ServerSettings};

/// Names one session of one JobManager: a TaskManager that connects again has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An error with what it says it was caused by: libraries put the part that helps last.
fn causes(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_said = next.to_string();
        if !said.contains(&next_said) {
            said = format!("{said}: {next_said}");
        }
        cause = next.source();
    }
    said
}

/// What a peer answered instead of an answer.
fn status_causes(status: &tonic::Status) -> String {
    let cause = std::error::Error::source(status).map(causes);
    let said = status.message();
    match cause {
        Some(cause) if !cause.contains(said) => format!("{said}: {cause}"),
        Some(cause) => cause,
        None => said.to_owned(),
    }
}
