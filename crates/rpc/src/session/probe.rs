//! Whether a TaskManager is where it says it is.

use super::acceptor::{accept, asynchronous};
use super::connector::{Target, connect};
use super::handshake::{Caller, Side};
use super::retry::Retry;
use super::server::{HEADERS, STREAMS};
use super::{ServerSettings, status_causes};
use crate::proto::session::task_manager_client::TaskManagerClient;
use crate::proto::session::task_manager_server::{TaskManager, TaskManagerServer};
use crate::proto::session::{ProbeAnswer, ProbeRequest};
use crate::{RpcError, TaskManagerRegistration};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::sync::oneshot;
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use weft_common::trust::SecretKey;
use weft_common::{LeaderEpoch, TaskManagerId};

/// How long each step of asking may take.
const DEADLINE: Duration = Duration::from_secs(3);
/// A probe says and answers next to nothing.
const MESSAGE_LIMIT: usize = 4 << 10;

/// The TaskManager's own listener, at the address it advertises. Ends when dropped.
#[derive(Debug)]
pub struct ProbeServer {
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl ProbeServer {
    /// Answers at a listener for the TaskManager `id`. Must be called within a tokio runtime.
    pub fn start(listener: TcpListener, id: TaskManagerId, secret: Option<SecretKey>) -> Result<Self, RpcError> {
        let (address, listener) = asynchronous(listener)?;
        let side = Side { caller: Caller::JobManager, epoch: LeaderEpoch::default(), secret };
        let service = TaskManagerServer::new(Answers { id }).max_decoding_message_size(MESSAGE_LIMIT);
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Server::builder()
            .max_concurrent_streams(STREAMS)
            .http2_max_header_list_size(HEADERS)
            .add_service(service)
            .serve_with_incoming_shutdown(accept(listener, side), async {
                // Dropped.
                let _ = stopped.await;
            });
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::error!("the server at {address} ended: {}", super::causes(&error));
            }
        });
        Ok(ProbeServer { address, _stop: stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

struct Answers {
    id: TaskManagerId,
}

#[tonic::async_trait]
impl TaskManager for Answers {
    async fn probe(&self, _request: Request<ProbeRequest>) -> Result<Response<ProbeAnswer>, Status> {
        Ok(Response::new(ProbeAnswer { id: self.id.0.clone() }))
    }
}

/// Asks once which TaskManager is at an address. An error for which [`RpcError::is_connection_refused`] holds says that nobody is there any more;
/// any other, that something is.
pub async fn probe(
    host: &str,
    port: u16,
    epoch: LeaderEpoch,
    secret: Option<SecretKey>,
) -> Result<TaskManagerId, RpcError> {
    let target = Target { host: host.to_owned(), port };
    let peer = target.to_string();
    let channel = connect(target, Side { caller: Caller::JobManager, epoch, secret }, DEADLINE).await?;
    let mut client = TaskManagerClient::new(channel).max_decoding_message_size(MESSAGE_LIMIT);
    match tokio::time::timeout(DEADLINE, client.probe(ProbeRequest {})).await {
        Ok(Ok(answer)) => Ok(TaskManagerId(answer.into_inner().id)),
        Ok(Err(status)) => Err(RpcError::Broken { peer, reason: status_causes(&status) }),
        Err(_) => Err(RpcError::Deadline { peer, what: "the answer to a probe", deadline: DEADLINE }),
    }
}

/// Asks at the address that a TaskManager advertises, more than once if need be, whether it is there.
pub(super) async fn dial_back(
    registration: &TaskManagerRegistration,
    settings: &ServerSettings,
) -> Result<(), RpcError> {
    let TaskManagerRegistration { host, rpc_port, id, .. } = registration;
    let mut retry = Retry::new();
    let found = loop {
        match probe(host, *rpc_port, settings.epoch, settings.secret.clone()).await {
            Ok(found) => break found,
            Err(error) => retry.again(error).await?,
        }
    };
    match found == *id {
        true => Ok(()),
        false => Err(RpcError::OtherTaskManager { wanted: id.clone(), found }),
    }
}
