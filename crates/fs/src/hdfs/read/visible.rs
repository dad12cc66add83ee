//! What can be seen of a file that is being written.
//!
//! The NameNode knows the lengths of blocks that are ended. Of the one that is being written only its DataNodes know how many
//! bytes all of them have, which is what a reader may see.

use std::{sync::Arc, time::Duration};

use weft_hadoop_rpc::{
    Address, RpcOptions,
    hdfs::DataNode,
    proto::hdfs::{DatanodeInfo, LocatedBlock, LocatedBlocks},
};

use crate::hdfs::client::{HdfsClient, random};

/// For the question to one DataNode. Without an answer, the reader sees the blocks that are ended.
const PATIENCE: Duration = Duration::from_secs(4);

/// The block that is being written, as long as every reader may see it.
pub(super) async fn open_block(client: &HdfsClient, file: &LocatedBlocks) -> Option<LocatedBlock> {
    let mut block = file.last_block.clone().filter(|_| file.under_construction && !file.is_last_block_complete)?;
    for node in &block.locations {
        let Some(length) = visible_length(client, &block, node).await else { continue };
        block.block.num_bytes = Some(length);
        return Some(block);
    }
    None
}

async fn visible_length(client: &HdfsClient, block: &LocatedBlock, node: &DatanodeInfo) -> Option<u64> {
    let host = if client.settings.by_host_name { &node.id.host_name } else { &node.id.ip_addr };
    let address = Address::new(host.clone(), u16::try_from(node.id.ipc_port).ok()?);
    let options = RpcOptions {
        call_timeout: PATIENCE,
        connect_timeout: PATIENCE,
        silence_timeout: PATIENCE,
        ..RpcOptions::default()
    };
    let data_node = DataNode::new(address, client.login.clone(), options, Arc::new(random));
    data_node.replica_visible_length(block.block.clone()).await.ok()
}
