//! Waiting on threads that may.

use std::future::Future;

use futures_util::FutureExt;
use tokio::runtime::Handle;

use crate::ConnectorError;

/// Waits for I/O on a thread that may block, such as a coordinator's. Without a runtime the answer must be there at once.
pub(crate) fn wait<T>(
    io: Option<&Handle>,
    work: &'static str,
    future: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<T, ConnectorError> {
    match io {
        Some(io) => io.block_on(future),
        None => at_once(work, future),
    }
}

/// The answer of a future that does not have to wait: all there is in a simulation.
pub(crate) fn at_once<T>(
    work: &'static str,
    future: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<T, ConnectorError> {
    future.now_or_never().unwrap_or(Err(ConnectorError::NoRuntime { work }))
}
