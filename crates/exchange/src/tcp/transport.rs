//! The transport itself.

use super::batch::WriteBatch;
use super::connection::{connect, start};
use super::error::ConnectionError;
use super::identity::TcpIdentity;
use super::listener::{Listen, accept};
use super::location::WorkerLocation;
use super::peer::{Errand, Peer};
use super::settings::TcpSettings;
use crate::slabs::Slabs;
use crate::{Envelope, ExchangeError, InProcessTransport, Inbox, SlotAddress, Transport};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The way between the lanes of a job, of this worker and others.
///
/// Lanes of this worker reach each other directly. For another worker it has to be told where that is, with
/// [`introduce`](Self::introduce), before every deployment of tasks that talk to it: that is what makes a new connection
/// after one was lost. Dropping the transport ends its connections at once, [`close`](Self::close) in good order.
pub struct TcpTransport {
    shared: Arc<Shared>,
    location: WorkerLocation,
    accepting: JoinHandle<()>,
}

impl TcpTransport {
    /// Listens, on the runtime that it is called on. `name` is what this worker is called in others' messages.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn bind(
        identity: TcpIdentity,
        name: String,
        listen: &Listen,
        settings: TcpSettings,
    ) -> Result<Self, ExchangeError> {
        let listener = listen.bind().await?;
        let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
        let (worker, generation) = (identity.worker, identity.generation);
        let location = WorkerLocation { worker, generation, name, host: listen.advertised_host.clone(), port };
        Ok(Self::start(identity, location, listener, settings))
    }

    /// Listens at a socket that somebody else has bound and keeps, on the runtime that it is called on: the worker can then be replaced by
    /// another process at the same address. `location` is what others are told of this worker.
    ///
    /// # Errors
    /// The socket cannot be used.
    pub fn listening(
        identity: TcpIdentity,
        location: WorkerLocation,
        listener: std::net::TcpListener,
        settings: TcpSettings,
    ) -> Result<Self, ExchangeError> {
        let usable = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
        let unusable = |e: std::io::Error| ExchangeError::Listen {
            host: location.host.clone(),
            ports: format!("port {}", location.port),
            reason: e.to_string(),
        };
        let listener = usable.map_err(unusable)?;
        Ok(Self::start(identity, location, listener, settings))
    }

    fn start(identity: TcpIdentity, location: WorkerLocation, listener: TcpListener, settings: TcpSettings) -> Self {
        let shared = Arc::new(Shared {
            identity,
            settings,
            local: Arc::default(),
            peers: RwLock::default(),
            slabs: Slabs::default(),
            io: Handle::current(),
        });
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        TcpTransport { shared, location, accepting }
    }

    /// Where others find this worker.
    pub fn location(&self) -> &WorkerLocation {
        &self.location
    }

    /// Where the lane `lane` of this worker finds its messages.
    pub fn inbox(&self, lane: u32) -> Arc<Inbox> {
        self.shared.local.inbox(SlotAddress { worker: self.shared.worker(), slot: lane })
    }

    /// The transport as the lane `lane` of this worker uses it.
    pub fn port(&self, lane: u32) -> Arc<dyn Transport> {
        Arc::new(Port { shared: self.shared.clone(), lane })
    }

    /// Learns where another worker is. Begins to connect to it, if this is the side that does; a line to an older process of
    /// the same worker ends. This worker's own location and those of processes that were replaced change nothing.
    pub fn introduce(&self, location: WorkerLocation) {
        if location.worker != self.shared.worker() {
            let peer = self.shared.peer(location.worker);
            self.shared.run(&peer, peer.introduce(location));
        }
    }

    /// Whether there is a connection to `worker`.
    pub fn is_connected(&self, worker: u32) -> bool {
        self.shared.peer(worker).is_connected()
    }

    /// Writes what is queued, tells every peer why and ends. Channels that are not at their end are told, at both ends. What
    /// is sent from now on goes nowhere. Takes at most the time a connection may take.
    pub async fn close(&self, reason: &str) {
        self.accepting.abort();
        let peers = self.shared.peers();
        peers.iter().for_each(|peer| peer.close(reason));
        let all_down = async {
            for peer in &peers {
                peer.is_down().await;
            }
        };
        if timeout(self.shared.settings.connect_timeout, all_down).await.is_err() {
            peers.iter().for_each(|peer| peer.abandon(reason));
        }
    }
}

impl Drop for TcpTransport {
    fn drop(&mut self) {
        self.accepting.abort();
        self.shared.peers().iter().for_each(|peer| peer.abandon("the exchange of this worker has ended"));
    }
}

impl fmt::Debug for TcpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpTransport").field("location", &self.location).finish_non_exhaustive()
    }
}

/// What lanes, listener and connections share.
pub(super) struct Shared {
    identity: TcpIdentity,
    settings: TcpSettings,
    local: Arc<InProcessTransport>,
    peers: RwLock<HashMap<u32, Arc<Peer>>>,
    /// Written slabs, to be read into.
    slabs: Slabs,
    io: Handle,
}

impl Shared {
    pub(super) fn identity(&self) -> &TcpIdentity {
        &self.identity
    }

    pub(super) fn settings(&self) -> &TcpSettings {
        &self.settings
    }

    pub(super) fn worker(&self) -> u32 {
        self.identity.worker
    }

    /// The other worker with this number.
    pub(super) fn peer(&self, worker: u32) -> Arc<Peer> {
        let known = self.peers.read().unwrap_or_else(PoisonError::into_inner).get(&worker).cloned();
        known.unwrap_or_else(|| {
            let new = || Arc::new(Peer::new(self.worker(), worker, self.local.clone()));
            self.peers.write().unwrap_or_else(PoisonError::into_inner).entry(worker).or_insert_with(new).clone()
        })
    }

    fn peers(&self) -> Vec<Arc<Peer>> {
        self.peers.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Reads and writes a connection that has become a line.
    pub(super) fn start(&self, peer: &Arc<Peer>, serial: u64, stream: TcpStream) {
        let batch = WriteBatch::new(self.settings.compressed.clone(), self.slabs.clone());
        start(&self.io, peer, serial, stream, batch, self.slabs.clone());
    }

    /// Does what a peer asks for, in the background.
    fn run(self: &Arc<Self>, peer: &Arc<Peer>, errand: Option<Errand>) {
        let (shared, peer) = (self.clone(), peer.clone());
        match errand {
            None => {}
            Some(Errand::Open { serial, to }) => {
                drop(self.io.spawn(async move { shared.open(&peer, serial, &to).await }))
            }
            Some(Errand::Watch { serial }) => drop(self.io.spawn(async move {
                let limit = shared.settings.connect_timeout;
                sleep(limit).await;
                peer.expire(serial, &format!("it did not connect within {}", weft_common::duration::format(limit)));
            })),
        }
    }

    async fn open(&self, peer: &Arc<Peer>, serial: u64, to: &WorkerLocation) {
        let limit = self.settings.connect_timeout;
        let connected = timeout(limit, connect(&self.identity, to)).await;
        let opened = connected.unwrap_or(Err(ConnectionError::TooSlow(limit)));
        let opened = opened.and_then(|stream| Ok((stream.peer_addr()?, stream)));
        match opened {
            Ok((address, stream)) => {
                if peer.attach_opened(serial, to.generation, address) {
                    self.start(peer, serial, stream);
                }
            }
            Err(error) => peer.fail(serial, &error.to_string()),
        }
    }
}

/// The transport as one lane uses it.
struct Port {
    shared: Arc<Shared>,
    lane: u32,
}

impl Transport for Port {
    fn send(&self, to: SlotAddress, messages: Vec<Envelope>) {
        if to.worker == self.shared.worker() {
            return self.shared.local.send(to, messages);
        }
        let peer = self.shared.peer(to.worker);
        let errand = peer.send(self.lane, to.slot, messages);
        self.shared.run(&peer, errand);
    }
}
