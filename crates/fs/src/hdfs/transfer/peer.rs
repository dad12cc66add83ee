//! Where a DataNode takes data.

use std::{fmt, time::Duration};

use tokio::{net::TcpStream, time::timeout};
use weft_hadoop_rpc::proto::hdfs::DatanodeId;

use super::TransferError;

/// A DataNode as this client reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Peer {
    host: String,
    port: u32,
}

impl Peer {
    /// By the address the NameNode knows, or by the host name where the network wants that.
    pub(crate) fn of(id: &DatanodeId, by_host_name: bool) -> Self {
        let host = if by_host_name { &id.host_name } else { &id.ip_addr };
        Peer { host: host.clone(), port: id.xfer_port }
    }

    /// Connects, within a time.
    pub(crate) async fn connect(&self, patience: Duration) -> Result<TcpStream, TransferError> {
        let failed = |source| TransferError::Connection { node: self.to_string(), source };
        let Ok(port) = u16::try_from(self.port) else {
            return Err(TransferError::malformed("DataNode's address", format!("its port is {}", self.port)));
        };
        let connect = TcpStream::connect((self.host.as_str(), port));
        let late =
            |_| TransferError::TimedOut { node: self.to_string(), expected: "take a connection", waited: patience };
        let stream = timeout(patience, connect).await.map_err(late)?.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(stream)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
