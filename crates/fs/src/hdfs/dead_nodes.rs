//! DataNodes that did not do, and are avoided for a while.
//!
//! A NameNode goes on choosing a DataNode for ten minutes after it died, and a dead one on the writer's own machine first of
//! all. So every writer of a client shares what each has learnt, and names them when it asks for a block. A reader tries them
//! last.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use weft_hadoop_rpc::proto::hdfs::DatanodeInfo;

/// How long a DataNode is avoided: long enough that a dead one costs little, short enough that one that was restarted is
/// used again soon.
const AVOIDED: Duration = Duration::from_secs(120);

/// The DataNodes by their ids, and until when each is avoided.
#[derive(Debug, Default)]
pub(super) struct DeadNodes {
    nodes: Mutex<HashMap<String, (DatanodeInfo, Instant)>>,
}

impl DeadNodes {
    /// Avoids a DataNode from now on.
    pub(super) fn avoid(&self, node: &DatanodeInfo) {
        let until = Instant::now() + AVOIDED;
        self.lock().insert(node.id.datanode_uuid.clone(), (node.clone(), until));
    }

    /// Those that are avoided now.
    pub(super) fn all(&self) -> Vec<DatanodeInfo> {
        let now = Instant::now();
        let mut nodes = self.lock();
        nodes.retain(|_, (_, until)| *until > now);
        nodes.values().map(|(node, _)| node.clone()).collect()
    }

    /// Whether this one is avoided now.
    pub(super) fn contains(&self, node: &DatanodeInfo) -> bool {
        self.lock().get(&node.id.datanode_uuid).is_some_and(|(_, until)| *until > Instant::now())
    }

    /// It has answered: it is alive.
    pub(super) fn trust(&self, node: &DatanodeInfo) {
        self.lock().remove(&node.id.datanode_uuid);
    }

    /// Forgets all, when there is nobody left to turn to.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (DatanodeInfo, Instant)>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_node_is_avoided_for_a_while() {
        let dead = DeadNodes::default();
        let mut node = DatanodeInfo::default();
        node.id.datanode_uuid = "a".to_owned();
        dead.avoid(&node);
        assert!(dead.contains(&node));
        assert_eq!(dead.all().len(), 1);
        tokio::time::advance(AVOIDED).await;
        assert!(!dead.contains(&node));
        assert_eq!(dead.all(), []);
        dead.avoid(&node);
        dead.trust(&node);
        assert!(!dead.contains(&node));
    }
}
