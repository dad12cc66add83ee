//! Connections as they are opened.

use super::handshake::{self, Side};
use crate::RpcError;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

/// A stream of HTTP/2 may have this much under way before the other end must say that it went on: enough for a network of 10 Gbit/s and a
/// millisecond.
pub(super) const WINDOW: u32 = 1 << 20;

/// The only place that HTTP/2 wants a name for is the header of a request; where it goes is decided before.
const ANY_URI: &str = "http://weft";

/// Where somebody is, as people wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// Connects, makes acquaintance and speaks HTTP/2. When the connection breaks, the channel makes a new one in the same way for the next call.
/// `timeout`: for each step of making one, besides that of the handshake.
pub(super) async fn connect(target: Target, side: Side, timeout: Duration) -> Result<Channel, RpcError> {
    // The first connection is made here, because an error keeps its type only here.
    let first = known_stream(&target, &side, timeout).await?;
    let first = Arc::new(Mutex::new(Some(first)));
    let shown = target.to_string();
    let connector = service_fn(move |_| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (target, side) = (target.clone(), side.clone());
        async move {
            match first {
                Some(stream) => Ok(TokioIo::new(stream)),
                None => known_stream(&target, &side, timeout).await.map(TokioIo::new),
            }
        }
    });
    let endpoint =
        Endpoint::from_static(ANY_URI).initial_stream_window_size(WINDOW).initial_connection_window_size(4 * WINDOW);
    let connected = endpoint.connect_with_connector(connector).await;
    connected.map_err(|error| RpcError::Broken { peer: shown, reason: super::causes(&error) })
}

async fn known_stream(target: &Target, side: &Side, timeout: Duration) -> Result<TcpStream, RpcError> {
    let mut stream = reach(target, timeout).await?;
    let greeted = handshake::open(&mut stream, side).await;
    greeted.map_err(|source| RpcError::Handshake { peer: target.to_string(), source })?;
    Ok(stream)
}

async fn reach(target: &Target, timeout: Duration) -> Result<TcpStream, RpcError> {
    let address = target.to_string();
    let unknown = |reason: String| RpcError::UnknownHost { address: address.clone(), reason };
    let resolved = tokio::time::timeout(timeout, lookup_host((target.host.as_str(), target.port))).await;
    let resolved = resolved.map_err(|_| unknown(format!("no answer within {} ms", timeout.as_millis())))?;
    let resolved: Vec<SocketAddr> = resolved.map_err(|error| unknown(error.to_string()))?.collect();
    let unreachable = |source| RpcError::Unreachable { address: address.clone(), source };
    let connected = tokio::time::timeout(timeout, TcpStream::connect(resolved.as_slice())).await;
    let stream = connected.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into())).map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    Ok(stream)
}
