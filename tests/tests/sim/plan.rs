//! What a simulated program does, drawn from a seed: data first, so that a failing one can be read.

use super::dice::Dice;

/// How records get to a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ship {
    /// Whatever the engine chooses.
    Default,
    Forward,
    Rebalance,
    Rescale,
    Shuffle,
    Global,
    Custom,
    /// To all; each subtask keeps its share of them.
    Broadcast,
}

/// One step of a program.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Map,
    Filter,
    FlatMap {
        copies: u64,
    },
    FlatMapIter {
        copies: u64,
    },
    /// Runs into the planned faults.
    Faulty,
    /// Spreads records over new keys.
    Rekey {
        keys: u32,
    },
    /// Counts by `sum`.
    Count,
    /// Adds up by `reduce`, for programs that emit final values only.
    Total,
    /// Counts in value state, by a key computed from the record.
    CountInState,
    /// Processing-time timers: in BATCH mode they emit partial sums, which are added up; otherwise what they emit is dropped.
    Timers,
    /// Some records leave by a side output and come back by a union.
    Sides,
    /// Two ways, then one again. Lines that went right get others, told apart by `label`: between the ways there is no order.
    Diamond {
        left: Vec<Stage>,
        right: Vec<Stage>,
        connect: bool,
        label: u64,
    },
    /// A second sink.
    Tee {
        sink: u32,
    },
}

/// A step with its place in the cluster.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) op: Op,
    pub(super) ship: Ship,
    pub(super) parallelism: u32,
    pub(super) new_chain: bool,
    pub(super) group: Option<&'static str>,
}

/// A program.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) batch: bool,
    /// Rows of each line of each source.
    pub(super) sources: Vec<Vec<u64>>,
    pub(super) keys: u32,
    pub(super) source_parallelism: u32,
    pub(super) stages: Vec<Stage>,
    pub(super) sink_parallelism: u32,
    pub(super) chaining: bool,
    pub(super) sinks: u32,
    /// Sinks whose records come in order within each line and key, in each subtask.
    pub(super) ordered: Vec<u32>,
}

/// Draws stages and remembers what is known about the order of records.
struct Draw<'a> {
    dice: &'a mut Dice,
    batch: bool,
    parallelism: u32,
    ordered: bool,
    sinks: u32,
    ordered_sinks: Vec<u32>,
    /// Records may have multiplied this often.
    copies: u64,
}

impl Plan {
    pub(super) fn draw(dice: &mut Dice) -> Plan {
        let batch = dice.one_in(2);
        let source_parallelism = dice.between(1, 4) as u32;
        let count = if dice.one_in(3) { 2 } else { 1 };
        let sources = (0..count).map(|_| lines(dice)).collect();
        let keys = dice.pick(&[1, 3, 10, 50]);
        let chaining = !dice.one_in(8);
        // Two sources are united at once, which keeps the order of each.
        let (ordered, parallelism) = (true, source_parallelism);
        let mut draw = Draw { dice, batch, parallelism, ordered, sinks: 1, ordered_sinks: Vec::new(), copies: 1 };
        let length = draw.dice.between(1, 7);
        let stages = draw.stages(length, 2);
        let sink_parallelism = draw.dice.pick(&[draw.parallelism, 1, 2, 4]);
        if draw.ordered && sink_parallelism == draw.parallelism {
            draw.ordered_sinks.push(0);
        }
        let (sinks, ordered) = (draw.sinks, draw.ordered_sinks);
        Plan { batch, sources, keys, source_parallelism, stages, sink_parallelism, chaining, sinks, ordered }
    }
}

fn lines(dice: &mut Dice) -> Vec<u64> {
    (0..dice.between(1, 5)).map(|_| if dice.one_in(5) { 0 } else { dice.between(1, 60) }).collect()
}

impl Draw<'_> {
    fn stages(&mut self, count: u64, depth: u32) -> Vec<Stage> {
        (0..count).map(|_| self.stage(depth)).collect()
    }

    fn stage(&mut self, depth: u32) -> Stage {
        let op = self.op(depth);
        let before = self.parallelism;
        if !matches!(op, Op::Tee { .. } | Op::Diamond { .. }) && self.dice.one_in(2) {
            self.parallelism = self.dice.between(1, 4) as u32;
        }
        let ship = self.ship(&op, before);
        self.follow_order(&op, ship, before);
        let group = self.dice.one_in(10).then(|| self.dice.pick(&["a", "b"]));
        Stage { op, ship, parallelism: self.parallelism, new_chain: self.dice.one_in(8), group }
    }

    fn op(&mut self, depth: u32) -> Op {
        match self.dice.below(if depth > 0 { 20 } else { 17 }) {
            0 | 1 => Op::Map,
            2 | 3 => Op::Filter,
            4 | 5 if self.copies < 8 => Op::FlatMap { copies: self.copies() },
            6 | 7 if self.copies < 8 => Op::FlatMapIter { copies: self.copies() },
            8 => Op::Rekey { keys: self.dice.between(1, 20) as u32 },
            9 | 10 => Op::Count,
            11 if self.batch => Op::Total,
            12 => Op::CountInState,
            13 | 14 => Op::Timers,
            15 => Op::Sides,
            17 | 18 => self.diamond(depth),
            19 => self.tee(),
            _ => Op::Faulty,
        }
    }

    fn copies(&mut self) -> u64 {
        let copies = self.dice.between(0, 4);
        self.copies *= copies.max(1);
        copies
    }

    fn tee(&mut self) -> Op {
        let sink = self.sinks;
        self.sinks += 1;
        if self.ordered {
            self.ordered_sinks.push(sink);
        }
        Op::Tee { sink }
    }

    fn diamond(&mut self, depth: u32) -> Op {
        let (parallelism, ordered) = (self.parallelism, self.ordered);
        let lengths = (self.dice.between(1, 2), self.dice.between(1, 2));
        let left = self.stages(lengths.0, depth - 1);
        let after_left = (self.parallelism, self.ordered);
        (self.parallelism, self.ordered) = (parallelism, ordered);
        let right = self.stages(lengths.1, depth - 1);
        self.copies *= 2;
        // The operator that unites them runs with the right way's parallelism.
        let same = after_left.0 == self.parallelism;
        self.ordered &= after_left.1 && same;
        Op::Diamond { left, right, connect: self.dice.one_in(2), label: self.dice.next() }
    }

    fn ship(&mut self, op: &Op, before: u32) -> Ship {
        match op {
            // These distribute by key, or add no operator at once.
            Op::Count | Op::Total | Op::CountInState | Op::Timers | Op::Tee { .. } | Op::Diamond { .. } => {
                Ship::Default
            }
            Op::Filter if self.dice.one_in(3) => Ship::Broadcast,
            _ => match self.dice.below(14) {
                0 if before == self.parallelism => Ship::Forward,
                1 => Ship::Rebalance,
                2 => Ship::Rescale,
                3 => Ship::Shuffle,
                4 => Ship::Global,
                5 | 6 => Ship::Custom,
                _ => Ship::Default,
            },
        }
    }

    /// Whether records of one line and key still come in order.
    fn follow_order(&mut self, op: &Op, ship: Ship, before: u32) {
        match op {
            Op::Count | Op::Total | Op::CountInState | Op::Timers => self.ordered = true,
            // A record of the side output may overtake one of the main output.
            Op::Rekey { .. } | Op::Sides => self.ordered = false,
            Op::Tee { .. } | Op::Diamond { .. } => {}
            _ => {
                let keeps = match ship {
                    Ship::Forward | Ship::Global | Ship::Custom => true,
                    Ship::Default => before == self.parallelism,
                    Ship::Rebalance | Ship::Rescale | Ship::Shuffle | Ship::Broadcast => self.parallelism == 1,
                };
                self.ordered &= keeps;
            }
        }
    }
}
