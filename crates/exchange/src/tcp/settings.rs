//! Times and choices of the transport.

use super::CompressedEdges;
use std::time::Duration;
use weft_common::configuration::{ConfigError, Configuration, options};

/// Times and choices of the transport.
#[derive(Clone, Debug)]
pub struct TcpSettings {
    /// How long a connection may take, greeting included, or the wait for the peer to open it; and how long
    /// [`close`](super::TcpTransport::close) waits for what is queued.
    pub connect_timeout: Duration,
    /// How long whoever connects may take to prove who it is.
    pub greeting_timeout: Duration,
    /// The edges whose records are compressed.
    pub compressed: CompressedEdges,
}

impl Default for TcpSettings {
    fn default() -> Self {
        TcpSettings {
            connect_timeout: Duration::from_secs(30),
            greeting_timeout: Duration::from_secs(10),
            compressed: CompressedEdges::None,
        }
    }
}

impl TcpSettings {
    /// As configured; for each edge of the job, in order, what its program says about compressing it, if it says anything.
    ///
    /// # Errors
    /// A value that is not what its option expects.
    pub fn from_configuration(
        configuration: &Configuration,
        edges: impl IntoIterator<Item = Option<bool>>,
    ) -> Result<Self, ConfigError> {
        let unsaid = configuration.get(&options::EXCHANGE_COMPRESSION)? == options::Compression::Lz4;
        let compressed = CompressedEdges::of(edges, unsaid);
        let connect_timeout = configuration.get(&options::EXCHANGE_CONNECT_TIMEOUT)?;
        let default = Self::default();
        Ok(TcpSettings { connect_timeout, greeting_timeout: default.greeting_timeout.min(connect_timeout), compressed })
    }
}
