//! Which edges disappear inside a chain.

use super::ShipStrategy;
use crate::stream::{ChainingStrategy, EdgeExchange};

/// An operator at one end of an edge, as far as chaining asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct End<'g> {
    pub(super) strategy: ChainingStrategy,
    pub(super) slot_sharing_group: &'g str,
    pub(super) parallelism: u32,
}

/// An edge, as far as chaining asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link<'g> {
    pub(super) from: End<'g>,
    pub(super) to: End<'g>,
    /// Edges into the receiver, this one included.
    pub(super) edges_into_receiver: usize,
    pub(super) ship: ShipStrategy,
    pub(super) exchange: EdgeExchange,
    /// Chaining is enabled for the job.
    pub(super) enabled: bool,
}

impl Link<'_> {
    /// Whether sender and receiver share a chain: all eight conditions hold.
    pub(super) fn is_chained(&self) -> bool {
        self.enabled
            && self.edges_into_receiver == 1
            && self.from.slot_sharing_group == self.to.slot_sharing_group
            && self.from.strategy != ChainingStrategy::Never
            && self.to.strategy == ChainingStrategy::Always
            && self.ship == ShipStrategy::Forward
            && self.exchange != EdgeExchange::Blocking
            && self.from.parallelism == self.to.parallelism
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: End<'static> = End { strategy: ChainingStrategy::Always, slot_sharing_group: "default", parallelism: 2 };
    const CHAINED: Link<'static> = Link {
        from: END,
        to: END,
        edges_into_receiver: 1,
        ship: ShipStrategy::Forward,
        exchange: EdgeExchange::Undefined,
        enabled: true,
    };

    #[test]
    fn each_condition_alone_breaks_a_chain() {
        assert!(CHAINED.is_chained());
        let broken = [
            Link { edges_into_receiver: 2, ..CHAINED },
            Link { to: End { slot_sharing_group: "other", ..END }, ..CHAINED },
            Link { from: End { strategy: ChainingStrategy::Never, ..END }, ..CHAINED },
            Link { to: End { strategy: ChainingStrategy::Never, ..END }, ..CHAINED },
            Link { to: End { strategy: ChainingStrategy::Head, ..END }, ..CHAINED },
            Link { ship: ShipStrategy::Rebalance, ..CHAINED },
            Link { ship: ShipStrategy::Rescale, ..CHAINED },
            Link { exchange: EdgeExchange::Blocking, ..CHAINED },
            Link { to: End { parallelism: 3, ..END }, ..CHAINED },
            Link { enabled: false, ..CHAINED },
        ];
        for link in broken {
            assert!(!link.is_chained(), "{link:?}");
        }
    }

    #[test]
    fn what_does_not_break_a_chain() {
        assert!(Link { from: End { strategy: ChainingStrategy::Head, ..END }, ..CHAINED }.is_chained());
        assert!(Link { exchange: EdgeExchange::Pipelined, ..CHAINED }.is_chained());
    }
}
