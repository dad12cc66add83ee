//! Where other workers connect.

use super::error::ConnectionError;
use super::handshake::{answer, draw_nonce, verdict};
use super::places::{Place, Places};
use super::transport::Shared;
use crate::ExchangeError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Connections that have not proved who they are, at most. When one more comes, the oldest ends.
pub(super) const MAX_GREETINGS: usize = 64;
/// How long to wait when the system has no sockets left.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(100);

/// Where a worker listens for others of its job.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The host or address to bind.
    pub bind_host: String,
    /// The ports to try, in this order; 0 is any that is free.
    pub ports: Vec<u16>,
    /// The host that others are told.
    pub advertised_host: String,
}

impl Listen {
    /// Binds the first port that is free.
    pub(super) async fn bind(&self) -> Result<TcpListener, ExchangeError> {
        let mut reason = "there are no ports to try".to_owned();
        for port in &self.ports {
            match TcpListener::bind((self.bind_host.as_str(), *port)).await {
                Ok(listener) => return Ok(listener),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(ExchangeError::Listen { host: self.bind_host.clone(), ports: self.ports_in_words(), reason })
    }

    fn ports_in_words(&self) -> String {
        match &self.ports[..] {
            [] => "no port".to_owned(),
            [port] => format!("port {port}"),
            [first, .., last] => format!("ports {first} to {last}"),
        }
    }
}

/// Takes connections for as long as it is not aborted.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut places = Places::new(MAX_GREETINGS);
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                let (shared, place) = (shared.clone(), places.take());
                tokio::spawn(async move {
                    if let Err(error) = greet(&shared, stream, from, place).await {
                        tracing::warn!(%from, "refused a connection to the exchange of worker {}: {error}", shared.worker());
                    }
                });
            }
            Err(error) => {
                tracing::warn!("worker {} cannot take connections: {error}", shared.worker());
                tokio::time::sleep(OUT_OF_SOCKETS).await;
            }
        }
    }
}

/// Lets a connection prove itself and makes it a line.
async fn greet(
    shared: &Arc<Shared>,
    mut stream: TcpStream,
    from: SocketAddr,
    place: Place,
) -> Result<(), ConnectionError> {
    super::connection::tune(&stream)?;
    let limit = shared.settings().greeting_timeout;
    let greeting = answer(&mut stream, shared.identity(), draw_nonce()?);
    let opener = tokio::select! {
        greeted = timeout(limit, greeting) => greeted.map_err(|_| ConnectionError::TooSlow(limit))??,
        _ = place => return Err(ConnectionError::GaveWay(MAX_GREETINGS)),
    };
    let peer = shared.peer(opener.worker);
    match peer.attach_accepted(opener.generation, from) {
        Ok(serial) => {
            if let Err(error) = verdict(&mut stream, None).await {
                peer.fail(serial, &error.to_string());
                return Err(error);
            }
            shared.start(&peer, serial, stream);
            Ok(())
        }
        Err(refusal) => {
            verdict(&mut stream, Some(refusal)).await?;
            Err(ConnectionError::Refused(refusal))
        }
    }
}
