//! Hadoop RPC v9 as a client.
//!
//! ```no_run
//! # async fn example(entropy: std::sync::Arc<dyn weft_hadoop_rpc::Entropy>) -> Result<(), weft_hadoop_rpc::RpcError> {
//! use weft_hadoop_rpc::{Address, Login, RpcOptions, hdfs::NameNode};
//!
//! let addresses = vec![Address::new("nn1", 8020), Address::new("nn2", 8020)];
//! let namenode = NameNode::new("nameservice ns1", addresses, Login::simple("etl"), RpcOptions::default(), entropy);
//! if let Some(status) = namenode.file_info("/data").await? {
//!     assert_eq!(status.owner, "etl");
//! }
//! # Ok(()) }
//! ```
//!
//! * [`RpcClient`] calls a [`Method`] of a [`Service`] at one of its [`Address`]es, as a [`Login`]; it connects, multiplexes,
//!   fails over, repeats and gives up in time ([`RpcOptions`]). [`RpcError`] says what came of it; exceptions of servers
//!   are [`RemoteException`]s with an [`ExceptionKind`] to match on.
//! * [`hdfs`] has the NameNode's protocol as typed calls.
//! * [`proto`] has the messages.

mod address;
mod backoff;
mod client;
mod client_cache;
mod connection;
mod credentials;
mod entropy;
mod error;
mod failover;
mod frame;
mod ha_service;
pub mod hdfs;
mod login;
mod method;
mod options;
pub mod proto;
mod remote;
mod sasl;
mod user_mappings;

pub use address::{Address, NotAnAddress};
pub use client::{CatchUp, RpcClient, Service};
pub use client_cache::ClientCache;
pub use credentials::{
    Credentials, CredentialsFormat, CredentialsSender, CredentialsWatch, Issued, NotCredentials, Token, TokenSelector,
};
pub use entropy::Entropy;
pub use error::{Failures, RpcError};
pub use ha_service::HaService;
pub use login::Login;
pub use method::{Method, Protocol};
pub use options::RpcOptions;
pub use remote::{ExceptionKind, RemoteException};
pub use sasl::{PrivacyCipher, Protection};
pub use user_mappings::UserMappings;

#[cfg(test)]
mod tests;
