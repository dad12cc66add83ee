//! Another DataNode in the place of those that a pipeline has lost.
//!
//! The NameNode names one; a DataNode of the pipeline copies to it what it has of the block; then the pipeline is set up with both.
//! A block that is not replaced is not lost: the NameNode has the missing replicas made when the file is closed. But until then a
//! long-lived block would rest on fewer DataNodes than its file asks for, and its next loss may be its last. So this is done where
//! it matters, by Hadoop's own rule, and it is done at best: whatever goes wrong, the block goes on with the DataNodes it has.

use weft_hadoop_conf::{HadoopConf, HadoopConfError};
use weft_hadoop_rpc::proto::{
    hdfs::{ExtendedBlock, LocatedBlock},
    rpc::Token,
};

use super::{
    file::OpenFile,
    pipeline::{Pipeline, PipelineNode},
};
use crate::hdfs::transfer::{
    Connection, Opcode, Peer, TransferError,
    messages::{ClientHeader, TransferBlock},
    operation,
};

/// DataNodes that are tried as replacements for one loss.
const TRIES: usize = 2;

/// When a lost DataNode is replaced (`dfs.client.block.write.replace-datanode-on-failure.policy` and `.enable`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::hdfs) enum ReplacementPolicy {
    /// Not at all.
    Never,
    /// Of three replicas or more, when half or fewer are left, or when somebody counts on what is written already.
    #[default]
    Default,
    /// Always.
    Always,
}

impl ReplacementPolicy {
    /// Reads it. What Hadoop does not know is the default, as there.
    pub(in crate::hdfs) fn of(conf: &HadoopConf) -> Result<Self, HadoopConfError> {
        let key = |last: &str| format!("dfs.client.block.write.replace-datanode-on-failure.{last}");
        if !conf.boolean(&key("enable"))?.unwrap_or(true) {
            return Ok(ReplacementPolicy::Never);
        }
        Ok(match conf.get(&key("policy")).map(str::to_ascii_uppercase).as_deref() {
            Some("NEVER") => ReplacementPolicy::Never,
            Some("ALWAYS") => ReplacementPolicy::Always,
            _ => ReplacementPolicy::Default,
        })
    }

    /// Whether to look for another DataNode for a block of so many replicas, of which so many are left. `synced` tells that bytes
    /// of it were promised to be durable.
    pub(super) fn asks_for_more(self, replication: usize, left: usize, synced: bool) -> bool {
        match self {
            ReplacementPolicy::Never => false,
            ReplacementPolicy::Always => left < replication,
            ReplacementPolicy::Default => {
                replication >= 3 && (left <= replication / 2 || (left < replication && synced))
            }
        }
    }
}

/// Adds a DataNode to a pipeline, with a copy of what its block has; leaves the pipeline as it is if there is none that does.
pub(super) async fn extend(file: &OpenFile, pipeline: &mut Pipeline, block: &ExtendedBlock, token: &Token) {
    for _ in 0..TRIES {
        let Some((newcomer, right)) = find(file, pipeline, block, token).await else { return };
        let Some(source) = pipeline.nodes().last() else { return };
        match copy(file, source, &newcomer, block, right).await {
            Ok(()) => return pipeline.push(newcomer),
            // Who is to blame, the next set-up of the pipeline finds out; the newcomer is the one that can be done without.
            Err(_) => file.client.dead_nodes.avoid(&newcomer.info),
        }
    }
}

/// The NameNode's choice, and the right to copy.
async fn find(
    file: &OpenFile,
    pipeline: &Pipeline,
    block: &ExtendedBlock,
    token: &Token,
) -> Option<(PipelineNode, Token)> {
    let existing = LocatedBlock {
        block: block.clone(),
        block_token: token.clone(),
        locations: pipeline.nodes().iter().map(|node| node.info.clone()).collect(),
        storage_ids: pipeline.nodes().iter().map(|node| node.storage_id.clone()).collect(),
        ..LocatedBlock::default()
    };
    let excluded = file.client.dead_nodes.all();
    let found = file.client.name_node.additional_datanode(&file.progress, existing, excluded, 1).await.ok()?;
    Some((pipeline.newcomer(&found)?, found.block_token))
}

/// Has one DataNode copy its replica to another. The answer comes when that is done, so its time is that of a block.
async fn copy(
    file: &OpenFile,
    source: &PipelineNode,
    target: &PipelineNode,
    block: &ExtendedBlock,
    token: Token,
) -> Result<(), TransferError> {
    let settings = &file.client.settings;
    let message = TransferBlock {
        header: ClientHeader::new(block.clone(), token, &file.client.name),
        targets: vec![target.info.clone()],
        target_storage_types: vec![target.storage_type],
        target_storage_ids: vec![target.storage_id.clone()],
    };
    let peer = Peer::of(&source.info.id, settings.by_host_name);
    let question = operation(Opcode::TransferBlock, &message);
    Connection::open(peer, &question, settings.patience).await?.success().await.map(drop)
}

#[cfg(test)]
mod tests {
    use weft_hadoop_conf::{Environment, Sources};

    use super::{ReplacementPolicy::*, *};

    #[test]
    fn the_default_replaces_what_matters() {
        let table = [
            // Replicas, left, synced: by default, always.
            (3, 2, false, false, true),
            (3, 2, true, true, true),
            (3, 1, false, true, true),
            (3, 3, true, false, false),
            (2, 1, true, false, true),
            (1, 1, true, false, false),
            (5, 3, false, false, true),
            (5, 2, false, true, true),
        ];
        for (replication, left, synced, by_default, always) in table {
            let asks = |policy: ReplacementPolicy| policy.asks_for_more(replication, left, synced);
            assert_eq!((asks(Default), asks(Always), asks(Never)), (by_default, always, false), "{replication} {left}");
        }
    }

    #[test]
    fn the_policy_is_read_as_hadoop_reads_it() {
        let read = |keys: &[(&str, &str)]| {
            let sources = keys.iter().fold(Sources::new(Environment::empty()), |sources, (key, value)| {
                sources.with_setting(format!("dfs.client.block.write.replace-datanode-on-failure.{key}"), *value)
            });
            ReplacementPolicy::of(&HadoopConf::load(&sources).unwrap()).unwrap()
        };
        assert_eq!(read(&[]), Default);
        assert_eq!(read(&[("policy", "always")]), Always);
        assert_eq!(read(&[("policy", "NEVER")]), Never);
        assert_eq!(read(&[("policy", "ALWAYS"), ("enable", "false")]), Never);
    }
}
