//! What the two ends are set up with.

use weft_common::LeaderEpoch;
use weft_common::trust::SecretKey;

/// The longest message over a stream when nothing else is said (`pekko.framesize`): 10 MB.
pub const FRAME_SIZE: usize = 10 << 20;

/// What a frame may have beyond its message: the reference in its place is smaller than this in any case.
pub(super) const FRAME_SLACK: usize = 64 << 10;

/// A JobManager that listens.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Whom it leads as.
    pub epoch: LeaderEpoch,
    /// The cluster's secret, if it has one.
    pub secret: Option<SecretKey>,
    /// The longest message over a stream, in bytes (`pekko.framesize`); longer ones are fetched and put. Both ends should have the same.
    pub frame_size: usize,
}

/// A TaskManager that connects.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Where the JobManager is (`jobmanager.rpc.address`).
    pub host: String,
    /// And at which port (`jobmanager.rpc.port`).
    pub port: u16,
    /// The cluster's secret, if it has one.
    pub secret: Option<SecretKey>,
    /// As at the [server](ServerSettings::frame_size).
    pub frame_size: usize,
}
