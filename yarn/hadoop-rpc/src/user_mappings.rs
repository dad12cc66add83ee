//! Which groups users are in, as a server sees it.

use std::sync::Arc;

use crate::proto::rpc::{GetGroupsForUserRequest, GetGroupsForUserResponse};
use crate::{Address, Entropy, Login, Method, Protocol, RpcClient, RpcError, RpcOptions, Service};

const PROTOCOL: Protocol = Protocol { name: "org.apache.hadoop.tools.GetUserMappingsProtocol", version: 1 };
const GET_GROUPS_FOR_USER: Method<GetGroupsForUserRequest, GetGroupsForUserResponse> = Method::new("getGroupsForUser");

/// Asks NameNodes, where clients ask them. One on standby answers, too.
#[derive(Clone, Debug)]
pub struct UserMappings {
    client: RpcClient,
}

impl UserMappings {
    /// A client of the servers at `addresses`; `name` is what messages call them.
    pub fn new(
        name: impl Into<String>,
        addresses: Vec<Address>,
        login: Login,
        options: RpcOptions,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let service = Service { name: name.into(), protocol: PROTOCOL, addresses, catch_up: None };
        UserMappings { client: RpcClient::new(service, login, options, entropy) }
    }

    /// The groups of a user; none of one that the server does not know.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn groups_of(&self, user: &str) -> Result<Vec<String>, RpcError> {
        let request = GetGroupsForUserRequest { user: user.to_owned() };
        Ok(self.client.call(&GET_GROUPS_FOR_USER, &request).await?.groups)
    }
}
