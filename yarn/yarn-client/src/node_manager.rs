//! ContainerManagementProtocol: what an ApplicationMaster asks a NodeManager.

use std::sync::Arc;

use weft_hadoop_rpc::{
    Address, CredentialsWatch, Entropy, Login, Method, Protocol, RemoteException, RpcClient, RpcError, RpcOptions,
    Service, TokenSelector,
};

use crate::proto::*;

const PROTOCOL: Protocol = Protocol { name: "org.apache.hadoop.yarn.api.ContainerManagementProtocolPB", version: 1 };

const START: Method<StartContainersRequest, StartContainersResponse> = Method::new("startContainers");
const STOP: Method<StopContainersRequest, StopContainersResponse> = Method::new("stopContainers");
const GET_STATUSES: Method<GetContainerStatusesRequest, GetContainerStatusesResponse> =
    Method::new("getContainerStatuses");
const SIGNAL: Method<SignalContainerRequest, SignalContainerResponse> = Method::new("signalToContainer");

/// The kind of the token by which a NodeManager knows an attempt.
pub const NM_TOKEN: &str = "NMToken";

/// Containers that a request was refused for, each with the reason.
pub type Refusals = Vec<(ContainerId, RemoteException)>;

/// Calls of one attempt to one NodeManager, which always wants the token that the scheduler gave for it.
#[derive(Clone, Debug)]
pub struct NodeManager {
    client: RpcClient,
}

impl NodeManager {
    /// A client of the NodeManager `node` with the newest of `tokens`; `name` is what messages call the attempt.
    pub fn new(
        node: &NodeId,
        name: &str,
        tokens: CredentialsWatch,
        options: RpcOptions,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let login = Login::token(name, tokens, TokenSelector::any(NM_TOKEN));
        // A port that is none is refused as an address that cannot be connected to, which is what it is.
        let address = Address::new(&*node.host, u16::try_from(node.port).unwrap_or(0));
        let service = Service {
            name: format!("NodeManager {node}"),
            protocol: PROTOCOL,
            addresses: vec![address],
            catch_up: None,
        };
        NodeManager { client: RpcClient::new(service, login, options, entropy) }
    }

    /// Has containers started, each on its own account; gives those that were refused. That one was accepted means that
    /// it is queued: what becomes of it is heard from the scheduler.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn start(&self, requests: Vec<StartContainerRequest>) -> Result<Refusals, RpcError> {
        Ok(refusals(self.client.call(&START, &StartContainersRequest { requests }).await?.failed))
    }

    /// Has containers stopped; gives those that were refused. They end with exit status -105, which the scheduler tells.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn stop(&self, containers: Vec<ContainerId>) -> Result<Refusals, RpcError> {
        Ok(refusals(self.client.call(&STOP, &StopContainersRequest { containers }).await?.failed))
    }

    /// How containers stand, and of which the NodeManager knows nothing (any more).
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn statuses(&self, containers: Vec<ContainerId>) -> Result<(Vec<ContainerStatus>, Refusals), RpcError> {
        let response = self.client.call(&GET_STATUSES, &GetContainerStatusesRequest { containers }).await?;
        Ok((response.statuses, refusals(response.failed)))
    }

    /// Has a signal sent to a container.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn signal(&self, container: ContainerId, command: SignalCommand) -> Result<(), RpcError> {
        self.client.call(&SIGNAL, &SignalContainerRequest { container, command: command as i32 }).await.map(drop)
    }
}

fn refusals(failed: Vec<ContainerException>) -> Refusals {
    let refusal = |failed: ContainerException| {
        let exception = RemoteException::new(&failed.exception.class, &failed.exception.message);
        (failed.container, exception)
    };
    failed.into_iter().map(refusal).collect()
}
