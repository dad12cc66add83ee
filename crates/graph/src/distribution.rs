//! Which subtasks of two vertices are connected.
//!
//! ALL_TO_ALL connects every producer with every consumer. POINTWISE gives each subtask of the wider side exactly one
//! partner and spreads them as evenly as whole numbers allow, over neighbours: with `u` producers and `d` consumers
//!
//! * `u >= d`: consumer `t` reads producers `⌊t·u/d⌋ .. ⌊(t+1)·u/d⌋`;
//! * `u <= d`: producer `f` feeds consumers `⌈f·d/u⌉ .. ⌈(f+1)·d/u⌉`.
//!
//! Each direction of [`DistributionPattern`] is the closed form of one of these or of its inverse, so nobody has to
//! hold a list of channels.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How the subtasks of a producing and a consuming vertex are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DistributionPattern {
    /// Each subtask of the wider side has one partner.
    Pointwise,
    /// Every producer is connected with every consumer.
    AllToAll,
}

impl DistributionPattern {
    /// The consumers, of `down`, that producer `from`, of `up`, sends to. Empty when `from` is no producer.
    pub fn targets(self, from: u32, up: u32, down: u32) -> Range<u32> {
        if from >= up {
            return 0..0;
        }
        match self {
            DistributionPattern::AllToAll => 0..down,
            DistributionPattern::Pointwise if up > down => {
                let to = scale_up(from + 1, down, up).saturating_sub(1);
                to..(to + 1).min(down)
            }
            DistributionPattern::Pointwise => scale_up(from, down, up)..scale_up(from + 1, down, up),
        }
    }

    /// The producers, of `up`, that consumer `to`, of `down`, receives from. Empty when `to` is no consumer.
    pub fn sources(self, to: u32, up: u32, down: u32) -> Range<u32> {
        if to >= down {
            return 0..0;
        }
        match self {
            DistributionPattern::AllToAll => 0..up,
            DistributionPattern::Pointwise if up >= down => scale_down(to, up, down)..scale_down(to + 1, up, down),
            DistributionPattern::Pointwise => {
                let from = scale_down(to, up, down);
                from..(from + 1).min(up)
            }
        }
    }
}

/// `⌊n·by/of⌋`, which fits since every caller has `n <= of`.
fn scale_down(n: u32, by: u32, of: u32) -> u32 {
    (u64::from(n) * u64::from(by) / u64::from(of.max(1))) as u32
}

/// `⌈n·by/of⌉`, which fits since every caller has `n <= of`.
fn scale_up(n: u32, by: u32, of: u32) -> u32 {
    (u64::from(n) * u64::from(by)).div_ceil(u64::from(of.max(1))) as u32
}

#[cfg(test)]
mod tests {
    use super::DistributionPattern::{AllToAll, Pointwise};
    use super::*;
    use proptest::prelude::*;

    fn targets(up: u32, down: u32) -> Vec<Range<u32>> {
        (0..up).map(|from| Pointwise.targets(from, up, down)).collect()
    }

    #[test]
    fn pointwise_pairs_neighbours() {
        assert_eq!(targets(3, 3), [0..1, 1..2, 2..3]);
        assert_eq!(targets(2, 4), [0..2, 2..4]);
        assert_eq!(targets(4, 2), [0..1, 0..1, 1..2, 1..2]);
        assert_eq!(targets(2, 3), [0..2, 2..3]);
        assert_eq!(targets(3, 2), [0..1, 1..2, 1..2]);
        assert_eq!(targets(1, 3), [0..3; 1]);
        assert_eq!(targets(3, 1), [0..1, 0..1, 0..1]);
        assert_eq!(targets(3, 5), [0..2, 2..4, 4..5]);
    }

    #[test]
    fn all_to_all_connects_everyone() {
        assert_eq!(AllToAll.targets(1, 2, 7), 0..7);
        assert_eq!(AllToAll.sources(6, 2, 7), 0..2);
    }

    #[test]
    fn subtasks_out_of_range_have_no_partner() {
        for pattern in [Pointwise, AllToAll] {
            assert!(pattern.targets(2, 2, 3).is_empty());
            assert!(pattern.sources(3, 2, 3).is_empty());
            assert!(pattern.targets(0, 2, 0).is_empty());
            assert!(pattern.sources(0, 0, 2).is_empty());
        }
    }

    proptest! {
        #[test]
        fn both_directions_agree(up in 1u32..80, down in 1u32..80, all in any::<bool>()) {
            let pattern = if all { AllToAll } else { Pointwise };
            for from in 0..up {
                for to in 0..down {
                    let sent = pattern.targets(from, up, down).contains(&to);
                    let received = pattern.sources(to, up, down).contains(&from);
                    prop_assert_eq!(sent, received, "{} -> {} of {} -> {}", from, to, up, down);
                }
            }
        }

        #[test]
        fn pointwise_covers_everyone_evenly(up in 1u32..32_768, down in 1u32..32_768, pick in any::<u32>()) {
            let (from, to) = (pick % up, pick % down);
            let (fan_out, fan_in) = (Pointwise.targets(from, up, down).len(), Pointwise.sources(to, up, down).len());
            prop_assert!((down / up).max(1) as usize <= fan_out && fan_out <= down.div_ceil(up) as usize);
            prop_assert!((up / down).max(1) as usize <= fan_in && fan_in <= up.div_ceil(down) as usize);
        }
    }
}
