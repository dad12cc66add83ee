//! Which consumer a record goes to.
//!
//! | ship | consumer |
//! |---|---|
//! | forward | the connected one |
//! | rebalance | round robin over all, from a start that the seed decides |
//! | rescale | round robin over the connected ones |
//! | shuffle | independent and uniform, from the seed |
//! | global | 0 |
//! | broadcast | each |
//! | key group | the one that owns the key group of the key's hash ([`weft_common::key_group`]) |
//! | custom | what the user's function returns |
//!
//! A partitioner that hashes the binary form of a whole row belongs here too once rows have one.

use crate::edge::{Chooser, Functions};
use crate::{ExchangeError, Ship, WriterConfig};
use weft_common::key_group::{key_group_of, subtask_of};

/// Where the rows of a batch go.
pub(crate) enum Routing {
    /// All to the output with this index.
    One(usize),
    /// Each row as the list of output indexes says.
    Each,
    /// All to every output.
    All,
}

/// Distributes rows over outputs, which are numbered like the writer's destinations.
pub(crate) enum Partitioner<T> {
    One(usize),
    RoundRobin { next: u32, outputs: u32 },
    Shuffle { state: u64, outputs: u32 },
    All,
    KeyGroup { output_of: Vec<u32>, max_parallelism: u32 },
    Custom { choose: Box<dyn Chooser<T>>, consumers: usize, chosen: Vec<usize>, operator: String },
}

impl<T> Partitioner<T> {
    /// The partitioner for `config`, whose destinations must suit it.
    pub(crate) fn new(config: &WriterConfig, functions: &Functions<T>) -> Result<Self, ExchangeError> {
        let refuse = |reason: String| ExchangeError::Misconfigured { operator: config.operator.clone(), reason };
        let outputs = config.destinations.len() as u32;
        if outputs == 0 {
            return Err(refuse("it is connected to no consumer".into()));
        }
        let all = outputs == config.parallelism && (0..).zip(&config.destinations).all(|(i, peer)| peer.subtask == i);
        let partial = || {
            refuse(format!("{:?} reaches all {} consumers, connected are {outputs}", config.ship, config.parallelism))
        };
        match config.ship {
            Ship::Forward if outputs == 1 => Ok(Self::One(0)),
            Ship::Forward => Err(refuse(format!("forward goes to one consumer, connected are {outputs}"))),
            Ship::Global => {
                let first = config.destinations.iter().position(|peer| peer.subtask == 0);
                first.map(Self::One).ok_or_else(|| refuse("global goes to consumer 0, which is not connected".into()))
            }
            Ship::Rescale => Ok(Self::RoundRobin { next: 0, outputs }),
            _ if !all => Err(partial()),
            Ship::Rebalance => Ok(Self::RoundRobin { next: scale(mix(config.seed) >> 32, outputs), outputs }),
            Ship::Shuffle => Ok(Self::Shuffle { state: config.seed, outputs }),
            Ship::Broadcast => Ok(Self::All),
            Ship::KeyGroup if !matches!(functions, Functions::Keyed(_)) => {
                Err(refuse("records are to go by key group, but the edge has no key".into()))
            }
            Ship::KeyGroup => {
                let (output_of, max_parallelism) = (key_group_table(config), config.max_parallelism);
                Ok(Self::KeyGroup { output_of, max_parallelism })
            }
            Ship::Custom => match functions {
                Functions::Custom(choose) => Ok(Self::Custom {
                    choose: choose.clone_box(),
                    consumers: outputs as usize,
                    chosen: Vec::new(),
                    operator: config.operator.clone(),
                }),
                _ => Err(refuse("a custom partitioner is asked for, but the edge has none".into())),
            },
        }
    }

    /// Routes `rows`; fills `outputs` with an index per row where the answer is [`Routing::Each`].
    pub(crate) fn route(&mut self, rows: &[T], hashes: &[u64], to: &mut Vec<u32>) -> Result<Routing, ExchangeError> {
        to.clear();
        match self {
            Self::One(output) => return Ok(Routing::One(*output)),
            Self::All => return Ok(Routing::All),
            Self::RoundRobin { next, outputs } => to.extend(rows.iter().map(|_| {
                let output = *next;
                *next = if output + 1 >= *outputs { 0 } else { output + 1 };
                output
            })),
            Self::Shuffle { state, outputs } => to.extend(rows.iter().map(|_| {
                *state = state.wrapping_add(GOLDEN_GAMMA);
                scale(finish(*state) >> 32, *outputs)
            })),
            Self::KeyGroup { output_of, max_parallelism } => to.extend(hashes.iter().map(|hash| {
                let group = key_group_of(*hash, *max_parallelism);
                output_of.get(group as usize).copied().unwrap_or_default()
            })),
            Self::Custom { choose, consumers, chosen, operator } => {
                chosen.clear();
                choose.choose(rows, *consumers, chosen);
                if let Some(wrong) = chosen.iter().find(|output| **output >= *consumers) {
                    return Err(ExchangeError::PartitionOutOfRange {
                        operator: operator.clone(),
                        chosen: *wrong,
                        consumers: *consumers,
                    });
                }
                to.extend(chosen.iter().map(|output| *output as u32));
            }
        }
        Ok(Routing::Each)
    }
}

/// The subtask of every key group.
fn key_group_table(config: &WriterConfig) -> Vec<u32> {
    let owner = |group| subtask_of(group, config.parallelism, config.max_parallelism);
    (0..config.max_parallelism).map(owner).collect()
}

/// The increment of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(seed: u64) -> u64 {
    finish(seed.wrapping_add(GOLDEN_GAMMA))
}

/// The output function of splitmix64.
#[inline]
fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A uniform 32-bit number scaled to `0..n`.
#[inline]
fn scale(uniform: u64, n: u32) -> u32 {
    ((uniform * u64::from(n)) >> 32) as u32
}

#[cfg(test)]
#[path = "partitioner_test.rs"]
mod tests;
