//! The NameNode's calls about delegation tokens.

use super::methods;
use super::name_node::NameNode;
use crate::proto::rpc::{CancelDelegationTokenRequest, GetDelegationTokenRequest, RenewDelegationTokenRequest};
use crate::{RpcError, Token};

/// The kind of the tokens that NameNodes issue.
pub const HDFS_DELEGATION_TOKEN: &str = "HDFS_DELEGATION_TOKEN";

impl NameNode {
    /// A token that stands for the caller, which `renewer` may renew. The service is left to the caller to set:
    /// `ip:port` of the NameNode, or `ha-hdfs:` and the nameservice. `None` when the cluster issues none.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn delegation_token(&self, renewer: &str) -> Result<Option<Token>, RpcError> {
        let request = GetDelegationTokenRequest { renewer: renewer.to_owned() };
        Ok(self.client.call(&methods::GET_DELEGATION_TOKEN, &request).await?.token.map(Token::from))
    }

    /// Renews a token; gives its new end in milliseconds since 1970.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn renew_delegation_token(&self, token: Token) -> Result<u64, RpcError> {
        let request = RenewDelegationTokenRequest { token: token.into() };
        Ok(self.client.call(&methods::RENEW_DELEGATION_TOKEN, &request).await?.new_expiry_time)
    }

    /// Makes a token worthless.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn cancel_delegation_token(&self, token: Token) -> Result<(), RpcError> {
        let request = CancelDelegationTokenRequest { token: token.into() };
        self.client.call(&methods::CANCEL_DELEGATION_TOKEN, &request).await.map(drop)
    }
}
