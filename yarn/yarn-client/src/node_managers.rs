//! The NodeManagers that an attempt has tokens for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use weft_hadoop_rpc::{Credentials, CredentialsSender, Entropy, RpcOptions};

use crate::proto::{NodeId, NodeManagerToken};
use crate::{NodeManager, YarnError};

/// One client for each NodeManager, with the newest token for it. Tokens come once for each node of each attempt, with
/// the first container there, and again when the ResourceManager's keys change or it was restarted.
pub struct NodeManagers {
    name: String,
    options: RpcOptions,
    entropy: Arc<dyn Entropy>,
    nodes: Mutex<HashMap<NodeId, (CredentialsSender, NodeManager)>>,
}

impl NodeManagers {
    /// No NodeManagers yet; `name` is what messages call the attempt.
    pub fn new(name: impl Into<String>, options: RpcOptions, entropy: Arc<dyn Entropy>) -> Self {
        NodeManagers { name: name.into(), options, entropy, nodes: Mutex::default() }
    }

    /// Takes tokens as the scheduler brings them. Clients in use go over to them.
    pub fn adopt(&self, tokens: impl IntoIterator<Item = NodeManagerToken>) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        for NodeManagerToken { node, token } in tokens {
            let mut credentials = Credentials::default();
            credentials.tokens.insert(String::new(), token.into());
            match nodes.get(&node) {
                Some((sender, _)) => {
                    sender.issue(credentials);
                }
                None => {
                    let sender = CredentialsSender::new(credentials);
                    let (watch, options) = (sender.watch(), self.options.clone());
                    let client = NodeManager::new(&node, &self.name, watch, options, self.entropy.clone());
                    nodes.insert(node, (sender, client));
                }
            }
        }
    }

    /// The client of a node.
    ///
    /// # Errors
    /// [`YarnError::NoNodeToken`].
    pub fn get(&self, node: &NodeId) -> Result<NodeManager, YarnError> {
        let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = nodes.get(node).map(|(_, client)| client.clone());
        known.ok_or_else(|| YarnError::NoNodeToken { node: node.clone() })
    }
}

impl fmt::Debug for NodeManagers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeManagers").field("name", &self.name).finish_non_exhaustive()
    }
}
