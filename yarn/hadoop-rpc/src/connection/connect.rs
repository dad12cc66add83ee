//! From an address to an authenticated connection.

use std::sync::Mutex;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::Purpose;
use super::handshake::{self, Established};
use crate::entropy::Entropy;
use crate::{Address, RemoteException};

/// Why there is no connection.
#[derive(Clone, Debug)]
pub(crate) enum ConnectError {
    /// The address, or the way there: another address may do, or the same one later.
    Unreachable(String),
    /// The server answered the greeting with an exception.
    Refused(RemoteException),
    /// The two cannot agree how to authenticate.
    Login(String),
    /// What came back is not Hadoop RPC.
    Malformed(String),
}

/// What is being waited for, to be told when the wait is over.
#[derive(Debug, Default)]
pub(super) struct Stage(Mutex<&'static str>);

impl Stage {
    pub(super) fn enter(&self, what: &'static str) {
        if let Ok(mut stage) = self.0.lock() {
            *stage = what;
        }
    }

    pub(super) fn timed_out(&self, limit: Duration) -> String {
        let stage = self.0.lock().map_or("", |stage| *stage);
        format!("{stage} took longer than {} s", limit.as_secs_f64())
    }
}

/// Looks the name up, connects to the first of its numbers that accepts, and authenticates.
pub(super) async fn establish(
    address: &Address,
    purpose: &Purpose,
    entropy: &dyn Entropy,
    stage: &Stage,
) -> Result<Established, ConnectError> {
    stage.enter("looking the name up");
    let unreachable = |reason: String| ConnectError::Unreachable(reason);
    let found = lookup_host((address.host.as_str(), address.port)).await;
    let numbers = found.map_err(|error| unreachable(format!("the name cannot be looked up ({error})")))?;
    stage.enter("connecting");
    let mut failure = "the name has no address".to_owned();
    for number in numbers {
        match TcpStream::connect(number).await {
            Ok(stream) => {
                // Small frames must not wait for each other. Not fatal: without it calls are only slower.
                let _ = stream.set_nodelay(true);
                stage.enter("authenticating");
                return handshake::perform(stream, purpose, entropy).await;
            }
            Err(error) => failure = format!("cannot connect to {}: {error}", number.ip()),
        }
    }
    Err(unreachable(failure))
}
