//! Getting a block from the NameNode, and a pipeline of DataNodes that take it.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use weft_hadoop_rpc::{
    ExceptionKind, RpcError,
    proto::hdfs::{ExtendedBlock, LocatedBlock},
};

use super::{
    block::BlockWriter,
    file::OpenFile,
    pipeline::Pipeline,
    set_up::{Request, SetUpFailure, SetUpFailureKind, set_up},
};
use crate::{
    FsError,
    hdfs::{failure, transfer::messages::Stage},
};

/// How long to try. DataNodes that are restarted together are back within a minute.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long to wait before asking a NameNode again that had none left.
const FIRST_WAIT: Duration = Duration::from_millis(400);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long to try where all DataNodes live and none takes a block: that passes only if somebody makes room.
const REFUSALS: Duration = Duration::from_secs(20);

/// The next block of a file whose last one is `previous`. DataNodes that do not take it are named to the NameNode, so that it
/// chooses others; the block nobody wrote to is given back.
pub(super) async fn allocate(file: &Arc<OpenFile>, previous: Option<&ExtendedBlock>) -> Result<BlockWriter, FsError> {
    let client = &file.client;
    let begun = Instant::now();
    let (mut wait, mut last_failure) = (FIRST_WAIT, None::<SetUpFailure>);
    loop {
        let avoided = client.dead_nodes.all();
        let asked = client.name_node.add_block(&file.progress, previous.cloned(), avoided.clone()).await;
        let located = match asked {
            Ok(located) => located,
            Err(error)
                if is_passing(&error, !avoided.is_empty()) && begun.elapsed() < patience(last_failure.as_ref()) =>
            {
                if failure::lacks_room(&error) {
                    client.dead_nodes.clear();
                }
                sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
                continue;
            }
            Err(error) => return Err(file.without_block(error, last_failure.map(|failure| failure.reason))),
        };
        match open(file, &located).await {
            Ok(block) => return Ok(block),
            Err(failure) => {
                let given_back = client.name_node.abandon_block(&file.progress, located.block).await;
                given_back.map_err(|error| file.refused(error))?;
                if begun.elapsed() > PATIENCE + REFUSALS {
                    return Err(file.failed(format!("no DataNode took its next block: {}", failure.reason)));
                }
                if failure.kind == SetUpFailureKind::Token {
                    sleep(wait).await;
                }
                last_failure = Some(failure);
            }
        }
    }
}

fn patience(last_failure: Option<&SetUpFailure>) -> Duration {
    let refused = last_failure.is_some_and(|failure| failure.kind == SetUpFailureKind::Refused);
    if refused { REFUSALS } else { PATIENCE }
}

/// Whether asking again may help: other blocks are not yet reported, all DataNodes that would do are being avoided, or a NameNode
/// that took over has not heard from any yet.
fn is_passing(error: &RpcError, some_avoided: bool) -> bool {
    error.is(ExceptionKind::NotReplicatedYet)
        || (some_avoided && failure::lacks_room(error))
        || failure::knows_no_datanode(error)
}

/// Sets up the pipeline that the NameNode has chosen.
async fn open(file: &Arc<OpenFile>, located: &LocatedBlock) -> Result<BlockWriter, SetUpFailure> {
    let pipeline = Pipeline::of(located);
    let request = Request {
        block: located.block.clone(),
        token: located.block_token.clone(),
        stage: Stage::Create,
        received: (0, 0),
        generation: located.block.generation_stamp,
    };
    match set_up(&file.client, &pipeline, &request).await {
        Ok(connection) => {
            let Request { block, token, .. } = request;
            Ok(BlockWriter::new(Arc::clone(file), block, token, pipeline, connection))
        }
        Err(failure) => {
            let failed = pipeline.nodes().iter().enumerate().filter(|(node, _)| failure.without.contains(node));
            if failure.kind != SetUpFailureKind::Token {
                failed.for_each(|(_, node)| file.client.dead_nodes.avoid(&node.info));
            }
            Err(failure)
        }
    }
}

#[cfg(test)]
mod tests {
    use weft_hadoop_rpc::{Address, RemoteException};

    use super::*;

    /// What NameNodes say that have no DataNode for a block. One that took over a moment ago once failed a file that way.
    #[test]
    fn what_passes_is_told_from_what_stays() {
        let none_known = "File /a could only be written to 0 of the 1 minReplication nodes. There are 0 datanode(s) running and 0 \
                          node(s) are excluded in this operation.";
        let all_full = "File /a could only be written to 0 of the 1 minReplication nodes. There are 3 datanode(s) running and 1 \
                        node(s) are excluded in this operation.";
        let error = |class: &str, message: &str| RpcError::Remote {
            method: "addBlock",
            address: Address::new("nn", 8020),
            exception: Box::new(RemoteException::new(class, message)),
        };
        let io = "java.io.IOException";
        assert!(is_passing(&error(io, none_known), false));
        assert!(is_passing(&error(io, all_full), true));
        assert!(!is_passing(&error(io, all_full), false));
        assert!(!is_passing(&error(io, "something else"), true));
        let not_yet = "org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException";
        assert!(is_passing(&error(not_yet, "Not replicated yet: /a"), false));
    }
}
