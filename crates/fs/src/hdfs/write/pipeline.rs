//! The DataNodes a block is written to, and which of them to do without when something goes wrong.
//!
//! A client talks to the first DataNode, that one to the second, and so on. When the chain stands still, the client cannot see
//! which link broke: a DataNode learns that the one behind it is dead only when its own timeout, a minute or more, is over. So
//! the client asks each DataNode itself for a sign of life, over a connection of its own, and decides by the answers.

use std::{collections::BTreeSet, time::Duration};

use weft_hadoop_rpc::proto::hdfs::{DatanodeInfo, LocatedBlock};

/// A DataNode's place in a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PipelineNode {
    /// The DataNode.
    pub(crate) info: DatanodeInfo,
    /// Which of its disks, by the NameNode's choice.
    pub(crate) storage_id: String,
    /// What kind of disk.
    pub(crate) storage_type: i32,
}

/// A DataNode's disk, where the NameNode does not say.
const DISK: i32 = 1;

/// The DataNodes of a block in the order of the chain.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Pipeline {
    nodes: Vec<PipelineNode>,
}

impl Pipeline {
    /// As the NameNode has chosen them.
    pub(crate) fn of(block: &LocatedBlock) -> Self {
        let nodes = block.locations.iter().enumerate().map(|(index, info)| PipelineNode {
            info: info.clone(),
            storage_id: block.storage_ids.get(index).cloned().unwrap_or_default(),
            storage_type: block.storage_types.get(index).copied().unwrap_or(DISK),
        });
        Pipeline { nodes: nodes.collect() }
    }

    /// The DataNodes, the one that is talked to first.
    pub(crate) fn nodes(&self) -> &[PipelineNode] {
        &self.nodes
    }

    /// The index of the DataNode with this transfer address.
    pub(crate) fn position_of(&self, address: &str) -> Option<usize> {
        self.nodes.iter().position(|node| {
            let id = &node.info.id;
            [&id.ip_addr, &id.host_name].into_iter().any(|host| format!("{host}:{}", id.xfer_port) == address)
        })
    }

    /// The first DataNode of a block's that is not in the pipeline.
    pub(crate) fn newcomer(&self, block: &LocatedBlock) -> Option<PipelineNode> {
        let known = |node: &PipelineNode| {
            self.nodes.iter().any(|existing| existing.info.id.datanode_uuid == node.info.id.datanode_uuid)
        };
        Pipeline::of(block).nodes.into_iter().find(|node| !known(node))
    }

    /// Puts a DataNode at the end of the chain.
    pub(crate) fn push(&mut self, node: PipelineNode) {
        self.nodes.push(node);
    }

    /// Takes these DataNodes out, and gives them back.
    pub(crate) fn remove(&mut self, failed: &BTreeSet<usize>) -> Vec<PipelineNode> {
        let (mut kept, mut removed) = (Vec::new(), Vec::new());
        for (index, node) in std::mem::take(&mut self.nodes).into_iter().enumerate() {
            if failed.contains(&index) { removed.push(node) } else { kept.push(node) }
        }
        self.nodes = kept;
        removed
    }
}

/// What a DataNode answered when it was asked for a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Something: it is alive.
    Alive,
    /// Nothing in time: it is dead, or slow.
    Silent,
    /// Nobody listens: it is dead.
    Dead,
}

/// What made the client ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The pipeline has not answered for so long, and is given up after the other time.
    Quiet { since: Duration, limit: Duration },
    /// The connection to the first DataNode broke.
    Broken,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Go on waiting: the pipeline may be slow, and nothing better is known.
    Wait,
    /// Go on without these DataNodes.
    Without(BTreeSet<usize>),
}

/// Decides by the signs of life of a pipeline's DataNodes, in its order.
///
/// Who is dead for sure is dropped. Who is silent is dropped as long as somebody else is alive to go on with; if nobody is, it
/// may be the client's own network, and waiting costs nothing. When all are alive they may just be slow: only at the limit, or
/// when the connection broke, the first has to go, since the chain is with it.
pub(crate) fn decide(trouble: Trouble, signs: &[Sign]) -> Verdict {
    let all = |wanted: Sign| signs.iter().enumerate().filter(move |(_, sign)| **sign == wanted).map(|(index, _)| index);
    let (dead, silent) = (all(Sign::Dead).collect::<BTreeSet<_>>(), all(Sign::Silent).collect::<BTreeSet<_>>());
    let patient = matches!(trouble, Trouble::Quiet { since, limit } if since < limit);
    let somebody = signs.contains(&Sign::Alive);
    match () {
        () if somebody && !(dead.is_empty() && silent.is_empty()) => Verdict::Without(&dead | &silent),
        () if !dead.is_empty() => Verdict::Without(dead),
        () if patient => Verdict::Wait,
        () => Verdict::Without(BTreeSet::from([0])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Trouble = Trouble::Quiet { since: Duration::from_secs(5), limit: Duration::from_secs(60) };
    const TOO_LONG: Trouble = Trouble::Quiet { since: Duration::from_secs(60), limit: Duration::from_secs(60) };

    #[test]
    fn a_newcomer_is_who_was_not_there() {
        let info = |uuid: &str| {
            let mut info = DatanodeInfo::default();
            info.id.datanode_uuid = uuid.to_owned();
            info
        };
        let block = |uuids: &[&str]| LocatedBlock {
            locations: uuids.iter().map(|uuid| info(uuid)).collect(),
            storage_ids: uuids.iter().map(|uuid| format!("disk of {uuid}")).collect(),
            ..LocatedBlock::default()
        };
        let mut pipeline = Pipeline::of(&block(&["a", "c"]));
        assert_eq!(pipeline.newcomer(&block(&["a", "c"])), None);
        let newcomer = pipeline.newcomer(&block(&["a", "b", "c"])).unwrap();
        assert_eq!((newcomer.info.id.datanode_uuid.as_str(), newcomer.storage_id.as_str()), ("b", "disk of b"));
        pipeline.push(newcomer);
        let names = pipeline.nodes().iter().map(|node| node.info.id.datanode_uuid.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "c", "b"]);
    }

    #[test]
    fn signs_of_life_decide() {
        use Sign::{Alive, Dead, Silent};
        let table: [(Trouble, &[Sign], &[usize]); 14] = [
            (QUIET, &[Alive, Alive, Alive], &[]),
            (QUIET, &[Alive, Silent, Alive], &[1]),
            (QUIET, &[Silent, Dead, Alive], &[0, 1]),
            (QUIET, &[Dead, Silent], &[0]),
            (QUIET, &[Silent, Silent], &[]),
            (QUIET, &[Silent], &[]),
            (QUIET, &[Dead], &[0]),
            (TOO_LONG, &[Alive, Alive], &[0]),
            (TOO_LONG, &[Silent, Silent], &[0]),
            (TOO_LONG, &[Alive, Dead], &[1]),
            (Trouble::Broken, &[Alive, Alive], &[0]),
            (Trouble::Broken, &[Alive, Dead], &[1]),
            (Trouble::Broken, &[Dead, Alive], &[0]),
            (Trouble::Broken, &[Silent], &[0]),
        ];
        for (trouble, signs, without) in table {
            let expected = match without {
                [] => Verdict::Wait,
                without => Verdict::Without(without.iter().copied().collect()),
            };
            assert_eq!(decide(trouble, signs), expected, "{trouble:?} {signs:?}");
        }
    }
}
