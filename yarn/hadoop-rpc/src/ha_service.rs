//! Which of a pair of servers is the active one.

use std::sync::Arc;

use crate::proto::rpc::{GetServiceStatusRequest, GetServiceStatusResponse, ServiceState};
use crate::{Address, Entropy, Login, Method, Protocol, RpcClient, RpcError, RpcOptions, Service};

const HA_SERVICE_PROTOCOL: Protocol = Protocol { name: "org.apache.hadoop.ha.HAServiceProtocol", version: 1 };
const GET_SERVICE_STATUS: Method<GetServiceStatusRequest, GetServiceStatusResponse> = Method::new("getServiceStatus");

/// Asks one server for its state: a NameNode where clients ask it, a ResourceManager at its administrators' address.
#[derive(Clone, Debug)]
pub struct HaService {
    client: RpcClient,
}

impl HaService {
    /// A client of the server at `address`; `name` is what messages call it.
    pub fn new(
        name: impl Into<String>,
        address: Address,
        login: Login,
        options: RpcOptions,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let service =
            Service { name: name.into(), protocol: HA_SERVICE_PROTOCOL, addresses: vec![address], catch_up: None };
        HaService { client: RpcClient::new(service, login, options, entropy) }
    }

    /// The state of the server.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`NoSuchMethod`](crate::ExceptionKind::NoSuchMethod) from a server that has no pair.
    pub async fn state(&self) -> Result<ServiceState, RpcError> {
        let response = self.client.call(&GET_SERVICE_STATUS, &GetServiceStatusRequest {}).await?;
        Ok(response.state())
    }
}
