//! Where a daemon is.

use crate::RigError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// One daemon's host and ports.
#[derive(Debug, Deserialize)]
pub struct Daemon {
    /// The name it is configured with; an address where the machine has no host names.
    pub host: String,
    /// The address that name stands for.
    pub address: IpAddr,
    /// By name. Each has `rpc`; web servers are `http`; a DataNode has `data`, a NodeManager `localizer`, a ResourceManager
    /// `scheduler`, `tracker` and `admin`.
    pub ports: BTreeMap<String, u16>,
}

impl Daemon {
    /// The socket address of one of its ports.
    pub(crate) fn socket(&self, name: &str, port: &str) -> Result<SocketAddr, RigError> {
        let number = self.ports.get(port).ok_or_else(|| RigError::NoSuchPort {
            daemon: name.to_owned(),
            port: port.to_owned(),
            known: self.ports.keys().cloned().collect::<Vec<_>>().join(" "),
        })?;
        Ok(SocketAddr::new(self.address, *number))
    }
}
