//! The one question a reader has for a DataNode outside the data protocol.

use std::sync::Arc;

use super::methods::{CLIENT_DATANODE_PROTOCOL, GET_REPLICA_VISIBLE_LENGTH};
use super::proto::{ExtendedBlock, GetReplicaVisibleLengthRequest};
use crate::{Address, Entropy, Login, RpcClient, RpcError, RpcOptions, Service};

/// Calls to one DataNode at its RPC address.
#[derive(Clone, Debug)]
pub struct DataNode {
    client: RpcClient,
}

impl DataNode {
    /// A client of the DataNode at `address`.
    pub fn new(address: Address, login: Login, options: RpcOptions, entropy: Arc<dyn Entropy>) -> Self {
        let name = format!("DataNode {address}");
        let service = Service { name, protocol: CLIENT_DATANODE_PROTOCOL, addresses: vec![address], catch_up: None };
        DataNode { client: RpcClient::new(service, login, options, entropy) }
    }

    /// How many bytes of a block that is being written every reader may see.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn replica_visible_length(&self, block: ExtendedBlock) -> Result<u64, RpcError> {
        let request = GetReplicaVisibleLengthRequest { block };
        Ok(self.client.call(&GET_REPLICA_VISIBLE_LENGTH, &request).await?.length)
    }
}
