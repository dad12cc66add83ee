//! The server: a listener, its connections, and their end.
//!
//! Each connection is a task of the runtime that holds one permit; when none is left, who connects is answered 503 and closed at once. A
//! connection that sends no head within its time, too long a one, or something else than HTTP is closed: a peer's rubbish costs a line of
//! the log. At the end the listener is closed, each connection finishes the request it is in, and what has not finished within the grace
//! is cut.

use crate::front::Front;
use crate::rest::Rest;
use crate::routes;
use crate::{RestError, RestSettings};
use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tracing::{debug, error, warn};
use weft_rpc::view::{Answer, ClusterGateway};

/// The most fields of a head.
const HEADERS: usize = 100;
/// How long nothing is accepted after the operating system refused: it has no descriptors left, and will say so again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Writes a page of metrics.
pub type MetricsPage = Arc<dyn Fn() -> Answer<String> + Send + Sync>;

/// A REST server that is running. It ends when closed or dropped.
#[derive(Debug)]
pub struct RestServer {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl RestServer {
    /// Serves `cluster` on `listener`, on the runtime of whoever calls.
    pub fn start(
        listener: std::net::TcpListener,
        settings: RestSettings,
        cluster: Arc<dyn ClusterGateway>,
    ) -> Result<RestServer, RestError> {
        let router = |port| routes::router(Rest::new(cluster, settings.clone(), port));
        Self::serve(listener, &settings, router)
    }

    /// Serves a page of metrics on `listener`, and nothing else, on the runtime of whoever calls.
    pub fn of_metrics(
        listener: std::net::TcpListener,
        settings: &RestSettings,
        page: MetricsPage,
    ) -> Result<RestServer, RestError> {
        Self::serve(listener, settings, |_| routes::metrics_router(page))
    }

    fn serve(
        listener: std::net::TcpListener,
        settings: &RestSettings,
        router: impl FnOnce(u16) -> Router,
    ) -> Result<RestServer, RestError> {
        settings.check()?;
        let unusable = |source| RestError::Listener { source };
        listener.set_nonblocking(true).map_err(unusable)?;
        let listener = TcpListener::from_std(listener).map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let front = Arc::new(Front::new(router(address.port()), settings.authenticators.clone()));
        let (stop, stopped) = watch::channel(false);
        let connections = Connections { front, settings: settings.clone(), stopped, open: JoinSet::new() };
        let accepting = tokio::spawn(connections.accept(listener));
        Ok(RestServer { address, stop, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: nothing is accepted any more, and what is being answered gets the grace of the settings.
    pub async fn close(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.accepting.await {
            warn!("the REST server's task ended badly: {error}");
        }
    }
}

struct Connections {
    front: Arc<Front>,
    settings: RestSettings,
    /// Says true, or has lost its sender, when the server is to end.
    stopped: watch::Receiver<bool>,
    open: JoinSet<()>,
}

impl Connections {
    async fn accept(mut self, listener: TcpListener) {
        let permits = Arc::new(Semaphore::new(self.settings.connections));
        let stopped = self.stopped.clone();
        loop {
            let accepted = tokio::select! {
                () = told(stopped.clone()) => break,
                Some(ended) = self.open.join_next() => {
                    if let Err(panic) = ended {
                        error!("answering a request to the REST server: {panic}");
                    }
                    continue;
                }
                accepted = listener.accept() => accepted,
            };
            match (accepted, permits.clone().try_acquire_owned()) {
                (Ok((stream, peer)), Ok(permit)) => {
                    let served = self.serve(stream, peer);
                    self.open.spawn(async move {
                        served.await;
                        drop(permit);
                    });
                }
                (Ok((stream, peer)), Err(_)) => turn_away(&stream, peer),
                (Err(error), _) => {
                    warn!("accepting a connection to the REST server: {error}");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        self.end().await;
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr) -> impl Future<Output = ()> + Send + 'static {
        self.set_up(&stream);
        let (front, stopped) = (self.front.clone(), self.stopped.clone());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let front = front.clone();
            async move { Ok::<_, Infallible>(front.answer(request.map(Body::new), peer.ip()).await) }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.settings.head_timeout)
            .max_buf_size(self.settings.head_limit)
            .max_headers(HEADERS);
        async move {
            let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = told(stopped) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                debug!("the connection of {peer} to the REST server: {error}");
            }
        }
    }

    /// Answers are small and wanted at once; a client that does not take them is dropped by the operating system. Where that has no
    /// such setting, the connection works without it.
    fn set_up(&self, stream: &TcpStream) {
        let socket = SockRef::from(stream);
        let done = socket.set_tcp_nodelay(true);
        let done = done.and_then(|()| socket.set_tcp_user_timeout(Some(self.settings.answer_timeout)));
        if let Err(error) = done {
            debug!("setting up a connection to the REST server: {error}");
        }
    }

    async fn end(mut self) {
        let all = async { while self.open.join_next().await.is_some() {} };
        if timeout(self.settings.grace, all).await.is_err() {
            warn!("{} requests to the REST server did not end in time and are cut", self.open.len());
            self.open.shutdown().await;
        }
    }
}

/// Returns when the server is to end.
async fn told(mut stopped: watch::Receiver<bool>) {
    // An error says that the sender is gone, which says the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// As much of the answer as the socket takes without waiting.
fn turn_away(stream: &TcpStream, peer: SocketAddr) {
    let written = stream.try_write(BUSY);
    debug!("the REST server has all the connections it may have: {peer} was turned away ({written:?})");
}
