//! Pools that fit and pools that do not.

use super::{ExchangePool, MAX_CHANNEL_SHARE, MIN_CHANNEL_SHARE};
use crate::stream::samples::{edge, graph, operator, source};
use crate::{ExecutionGraph, OperatorKind, Partition, StreamEdge};

/// Two vertices of 250 subtasks, all connected.
fn wide() -> ExecutionGraph {
    let mut g = graph();
    g.settings.default_parallelism = 250;
    let s = source(&mut g, "s");
    let a = operator(&mut g, OperatorKind::OneInput, "a");
    edge(&mut g, StreamEdge::new(s, a).with_partition(Partition::Rebalance));
    ExecutionGraph::new(&g.to_job_graph().unwrap())
}

#[test]
fn each_half_is_shared_between_its_channels() {
    let slots = ExchangePool { bytes: 64 << 20 }.check(&wide()).unwrap();
    assert_eq!(slots.len(), 250);
    for slot in slots {
        assert_eq!(slot.slice.subtasks.len(), 2);
        assert_eq!((slot.senders, slot.receivers), (250, 250));
        assert_eq!((slot.sender_share, slot.receiver_share), ((32 << 20) / 250, (32 << 20) / 250));
    }
}

#[test]
fn shares_stay_within_bounds() {
    let pool = ExchangePool { bytes: 64 << 20 };
    assert_eq!(pool.share(0), MAX_CHANNEL_SHARE);
    assert_eq!(pool.share(1), MAX_CHANNEL_SHARE);
    assert_eq!(pool.share(64), 512 << 10);
    assert_eq!(pool.share(1 << 30), MIN_CHANNEL_SHARE);
}

#[test]
fn a_pool_too_small_is_refused_with_numbers_and_keys() {
    let required = 2 * 250 * MIN_CHANNEL_SHARE;
    assert!(ExchangePool { bytes: required }.check(&wide()).is_ok());
    let error = ExchangePool { bytes: required - 1 }.check(&wide()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the exchange of slot 0 of slot-sharing group \"default\" needs 64000 bytes for 250 outgoing and 250 incoming \
         channels and has 63999: raise taskmanager.memory.network.min or lower the parallelism"
    );
}
