//! Small calls to a NameNode, many at once over one connection.

use super::task::Task;
use anyhow::{Context, Result, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;
use weft_hadoop_conf::{Environment, HadoopConf, Sources};
use weft_hadoop_rpc::{Address, Login, RpcOptions, hdfs::NameNode};

/// Calls that are under way at any moment.
const IN_FLIGHT: usize = 64;

/// Asks for a path's status as often as the task says.
pub(super) async fn make(task: &Task) -> Result<()> {
    let client = name_node(task)?;
    let left = Arc::new(AtomicU64::new(task.bytes));
    let mut lanes = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        lanes.spawn(lane(client.clone(), task.path.clone(), left.clone()));
    }
    while let Some(ended) = lanes.join_next().await {
        ended.context("a lane of calls ended early")??;
    }
    Ok(())
}

async fn lane(client: NameNode, path: String, left: Arc<AtomicU64>) -> Result<()> {
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        ensure!(client.file_info(&path).await?.is_some(), "{path} does not exist");
    }
    Ok(())
}

fn name_node(task: &Task) -> Result<NameNode> {
    let conf = HadoopConf::load(&Sources::new(Environment::empty().with("HADOOP_CONF_DIR", &task.conf)))?;
    let nameservice = conf.nameservice("")?;
    let address =
        |node: &weft_hadoop_conf::NameNode| Address::new(node.rpc_address.host.clone(), node.rpc_address.port);
    let addresses = nameservice.namenodes.iter().map(address).collect();
    let entropy = Arc::new(|bytes: &mut [u8]| bytes.fill(7));
    Ok(NameNode::new("the NameNode", addresses, Login::simple(&task.user), RpcOptions::default(), entropy))
}
