//! One operator in a chain: what waits for it, what it is in the middle of, and how much it is given at a time.

use std::collections::VecDeque;
use std::mem;
use std::time::Duration;

use crate::chain::Step;
use crate::operator::{Flow, Operator};
use crate::output::Outputs;
use crate::{Clock, TaskError};
use weft_common::Mono;
use weft_record::{AnyBatch, StreamEvent};

/// A function's share of its slot before others have a turn: a batch is cut so that one call takes about this long.
pub(crate) const RUN: Duration = Duration::from_millis(5);
/// A single call longer than this is reported.
const SLOW_CALL: Duration = Duration::from_millis(100);
/// Records of the first call to an operator whose cost is not known yet.
const FIRST_RUN: usize = 16;
const MAX_RUN: usize = 1 << 16;

/// What an operator is given.
#[derive(Debug)]
pub(crate) enum Item {
    Batch { input: usize, batch: AnyBatch },
    Event(StreamEvent),
    EndInput(usize),
    Finish,
    Time(i64),
}

/// What goes to the children once everything before it has been moved on.
#[derive(Clone, Debug)]
pub(crate) enum After {
    Nothing,
    Event(StreamEvent),
    Finish,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Takes the next item.
    Free,
    /// In the middle of an item.
    Unfinished(After),
    /// In the middle of an item, and only a wake-up helps.
    Waiting(After),
    /// Done with an item; its outputs go first.
    Draining(After),
    /// Took the end.
    Finished,
}

/// Where an output port leads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Operator(usize),
    Edge(usize),
}

/// An operator with its place in the chain.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) operator: Box<dyn Operator>,
    pub(crate) outputs: Outputs,
    pub(crate) targets: Vec<Vec<Target>>,
    pub(crate) queue: VecDeque<Item>,
    pub(crate) state: State,
    /// Records of a batch it is given at once.
    pub(crate) run: usize,
    /// What it has in hand: how many records, what they cost so far, and whether it was interrupted over them.
    pub(crate) records: usize,
    pub(crate) spent: Duration,
    pub(crate) interrupted: bool,
    pub(crate) slow_reported: Duration,
}

impl Node {
    /// `targets` by output port.
    pub(crate) fn new(name: String, operator: Box<dyn Operator>, outputs: Outputs, targets: Vec<Vec<Target>>) -> Self {
        Node {
            name,
            operator,
            outputs,
            targets,
            queue: VecDeque::new(),
            state: State::Free,
            run: FIRST_RUN,
            records: 0,
            spent: Duration::ZERO,
            interrupted: false,
            slow_reported: SLOW_CALL,
        }
    }
}
/// The time, read once between two operators: the end of one call is the beginning of the next.
pub(crate) struct StopWatch {
    pub(crate) now: Mono,
    /// Whether something other than an operator took time since.
    pub(crate) stale: bool,
}

impl StopWatch {
    pub(crate) fn start(&mut self, clock: &dyn Clock) {
        if self.stale {
            self.now = clock.mono();
            self.stale = false;
        }
    }

    /// How long it took since the start, which is now the start of what follows.
    pub(crate) fn stop(&mut self, clock: &dyn Clock) -> Duration {
        let start = mem::replace(&mut self.now, clock.mono());
        self.now - start
    }
}
impl Node {
    /// Whether it may be told the time, and was not yet.
    pub(crate) fn takes_time(&self) -> bool {
        matches!(self.state, State::Free) && !self.queue.iter().any(|item| matches!(item, Item::Time(_)))
    }

    pub(crate) fn process(
        &mut self,
        input: usize,
        mut batch: AnyBatch,
        clock: &dyn Clock,
        watch: &mut StopWatch,
    ) -> Result<Step, TaskError> {
        if batch.len() > self.run {
            let rest = batch.split_off(self.run);
            self.queue.push_front(Item::Batch { input, batch: rest });
        }
        self.records = batch.len();
        watch.start(clock);
        let flow = self.operator.process(input, batch, &mut self.outputs).map_err(|e| e.at(&self.name))?;
        self.measure(flow, watch.stop(clock));
        self.settle(flow, After::Nothing);
        Ok(Step::Worked)
    }

    /// Learns from what a batch cost, in however many calls, how many records the next may have. One that took more than one call
    /// never makes the next one larger: it was cut short by its output or by its time.
    pub(crate) fn measure(&mut self, flow: Flow, took: Duration) {
        self.spent += took;
        if flow == Flow::Done {
            let (records, spent) = (mem::take(&mut self.records), mem::take(&mut self.spent));
            let interrupted = mem::take(&mut self.interrupted);
            if spent > RUN && records > 0 {
                let fit = records as u128 * RUN.as_nanos() / spent.as_nanos().max(1);
                self.run = usize::try_from(fit).unwrap_or(MAX_RUN).clamp(1, self.run);
            } else if spent < RUN / 4 && records == self.run && !interrupted {
                self.run = (self.run * 4).min(MAX_RUN);
            }
        } else {
            self.interrupted = true;
        }
        if took > self.slow_reported {
            self.slow_reported = took * 2;
            let millis = took.as_millis();
            tracing::warn!(operator = %self.name, "one step took {millis} ms: its slot served nobody else meanwhile");
        }
    }

    pub(crate) fn settle(&mut self, flow: Flow, after: After) {
        self.state = match (flow, after) {
            (Flow::More, after) => State::Unfinished(after),
            (Flow::Wait, after) => State::Waiting(after),
            (Flow::Done, After::Nothing) => State::Free,
            (Flow::Done, after) => {
                self.outputs.seal();
                State::Draining(after)
            }
        };
    }
}
