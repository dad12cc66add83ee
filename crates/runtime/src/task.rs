//! A task: one attempt of one subtask. Input gates feed a chain; the chain writes to output edges.

use std::time::Duration;

use crate::chain::{Chain, Step};
use crate::metrics::Occupation;
use crate::node::Item;
use crate::operator::{SourceProgress, SourceStatus};
use crate::valve::{Change, Valve};
use crate::{Background, Clock, TaskError, TaskMetrics};
use std::sync::Arc;
use weft_common::{ExecutionAttemptId, Mono, OperatorId};
use weft_exchange::{GateElement, InputGate, Message, Outbox};
use weft_record::StreamEvent;

/// A gate with what the task needs to know about it.
pub(crate) struct TaskInput {
    pub(crate) gate: Box<dyn InputGate>,
    /// Which input of the head it feeds.
    pub(crate) input: usize,
    /// Index of its first channel among all channels of the task.
    pub(crate) first_channel: usize,
    /// Channels that have not ended.
    pub(crate) open: usize,
}

/// How a turn of a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Its time was up.
    Worked,
    /// It has nothing to do; the flag says whether it did anything before.
    Idle(bool),
    /// Its output has nowhere to go: an edge has no room, or an operator waits for the outside world.
    Blocked(bool),
    /// It is through.
    Finished,
}

/// One running attempt.
pub(crate) struct Task {
    pub(crate) attempt: ExecutionAttemptId,
    pub(crate) name: String,
    pub(crate) operators: Vec<OperatorId>,
    pub(crate) metrics: Arc<TaskMetrics>,
    /// What its operators have going on outside the slot.
    pub(crate) background: Background,
    inputs: Vec<TaskInput>,
    valve: Valve,
    chain: Chain,
    next_gate: usize,
    ended: bool,
}

impl Task {
    pub(crate) fn new(
        attempt: ExecutionAttemptId,
        name: String,
        operators: Vec<OperatorId>,
        inputs: Vec<TaskInput>,
        chain: Chain,
        background: Background,
        metrics: TaskMetrics,
    ) -> Self {
        let channels = inputs.iter().map(|i| i.open).sum();
        Task {
            attempt,
            name,
            operators,
            metrics: Arc::new(metrics),
            background,
            inputs,
            valve: Valve::new(channels),
            chain,
            next_gate: 0,
            ended: false,
        }
    }

    pub(crate) fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    /// Announces the initial credit of every channel.
    pub(crate) fn open_gates(&mut self, net: &mut Outbox) {
        self.inputs.iter_mut().for_each(|i| i.gate.open(net));
    }

    /// What came over the network for gate `input`.
    pub(crate) fn deliver(&mut self, input: usize, from: u32, message: Message) -> Result<(), TaskError> {
        match self.inputs.get_mut(input) {
            Some(input) => Ok(input.gate.deliver(from, message)?),
            None => Ok(()),
        }
    }

    /// A coordinator's message for one of its operators.
    pub(crate) fn operator_event(&mut self, operator: OperatorId, payload: &[u8]) -> Result<(), TaskError> {
        let index = self.operators.iter().position(|o| *o == operator);
        index.map_or(Ok(()), |index| self.chain.operator_event(index, payload))
    }

    /// Works until there is nothing to do or `budget` is used up.
    pub(crate) fn turn(&mut self, net: &mut Outbox, clock: &dyn Clock, budget: Duration) -> Result<Turn, TaskError> {
        let start = clock.mono();
        self.metrics.enter(Occupation::Busy, start);
        self.chain.wake();
        self.chain.look_at(clock);
        if self.chain.next_time().is_some() {
            self.chain.on_time(clock.now().wall_ms);
        }
        let turn = self.work(net, clock, start + budget);
        match turn {
            Ok(Turn::Idle(_)) => self.metrics.enter(Occupation::Idle, clock.mono()),
            Ok(Turn::Blocked(_)) => self.metrics.enter(Occupation::BackPressured, clock.mono()),
            Ok(Turn::Worked | Turn::Finished) | Err(_) => {}
        }
        self.count();
        if matches!(turn, Ok(Turn::Finished)) {
            self.metrics.accumulators.check()?;
        }
        turn
    }

    fn work(&mut self, net: &mut Outbox, clock: &dyn Clock, until: Mono) -> Result<Turn, TaskError> {
        let mut worked = false;
        loop {
            match self.chain.step(net, clock)? {
                Step::Worked => worked = true,
                Step::Hungry if self.take_input(net)? => {
                    worked = true;
                    self.chain.look_at(clock);
                }
                Step::Hungry => return Ok(Turn::Idle(worked)),
                // Never a source without records: that is pending, and its chain hungry.
                Step::Blocked | Step::Waiting => return Ok(Turn::Blocked(worked)),
                Step::Finished => return Ok(Turn::Finished),
            }
            if self.chain.now() >= until {
                return Ok(Turn::Worked);
            }
        }
    }

    /// Gives the hungry chain its next input.
    fn take_input(&mut self, net: &mut Outbox) -> Result<bool, TaskError> {
        if self.ended {
            return Ok(false);
        }
        if self.inputs.is_empty() {
            let status = self.chain.poll_source()?;
            self.ended = status == SourceStatus::End;
            return Ok(status != SourceStatus::Pending);
        }
        for _ in 0..self.inputs.len() {
            let index = self.next_gate;
            self.next_gate = (index + 1) % self.inputs.len();
            let Some(input) = self.inputs.get_mut(index) else { continue };
            match input.gate.poll(net)? {
                Some(GateElement::Batch(batch)) => {
                    self.metrics.records_in.add(batch.len() as u64);
                    let input = input.input;
                    self.chain.push(Item::Batch { input, batch });
                    return Ok(true);
                }
                Some(GateElement::Event { channel, event }) => {
                    self.on_event(index, channel, event);
                    return Ok(true);
                }
                None => {}
            }
        }
        Ok(false)
    }

    fn on_event(&mut self, index: usize, channel: usize, event: StreamEvent) {
        let Some(input) = self.inputs.get_mut(index) else { return };
        let channel = input.first_channel + channel;
        let change = match event {
            StreamEvent::Watermark(time) => self.valve.watermark(channel, time),
            StreamEvent::Idle => self.valve.set_idle(channel, true),
            StreamEvent::Active => self.valve.set_idle(channel, false),
            StreamEvent::EndOfInput => return self.on_end(index, channel),
            other => return self.chain.push(Item::Event(other)),
        };
        self.push_change(change);
    }

    fn push_change(&mut self, change: Option<Change>) {
        if let Some(change) = change {
            self.chain.push(Item::Event(match change {
                Change::Watermark(time) => StreamEvent::Watermark(time),
                Change::Idle => StreamEvent::Idle,
                Change::Active => StreamEvent::Active,
            }));
        }
    }

    fn on_end(&mut self, index: usize, channel: usize) {
        let Some(input) = self.inputs.get_mut(index) else { return };
        input.open = input.open.saturating_sub(1);
        let (number, end) = (input.input, self.valve.ended(channel));
        self.push_change(end.change);
        if self.inputs.iter().filter(|i| i.input == number).all(|i| i.open == 0) {
            self.chain.push(Item::EndInput(number));
        }
        if end.all {
            self.chain.push(Item::Finish);
            self.ended = true;
        }
    }

    /// Moves on what is half full, since the slot has nothing better to do: first within the chain, and when nothing is left there,
    /// from the edges. Says whether anything moved.
    pub(crate) fn flush(&mut self, net: &mut Outbox) -> bool {
        if self.chain.seal() {
            return true;
        }
        let moved = self.chain.flush(net);
        self.count();
        moved
    }

    /// Moves on what is half full everywhere, though there is always more to do: the buffer timeout is over.
    pub(crate) fn flush_overdue(&mut self, net: &mut Outbox) {
        self.chain.flush(net);
        self.chain.seal();
    }

    /// When, in wall-clock milliseconds, it wants a turn whatever happens.
    pub(crate) fn next_time(&mut self) -> Option<i64> {
        self.chain.next_time()
    }

    /// What it waits for, in words.
    pub(crate) fn waits_for(&self) -> String {
        let input = || match self.inputs.is_empty() {
            true => "its source".to_owned(),
            false => format!("input on {} open channels", self.inputs.iter().map(|i| i.open).sum::<usize>()),
        };
        self.chain.waits_for().unwrap_or_else(input)
    }

    fn count(&mut self) {
        self.metrics.records_out.set(self.chain.records_out());
        self.metrics.bytes_out.set(self.chain.bytes_out());
        self.metrics.bytes_in.set(self.inputs.iter().map(|i| i.gate.bytes_in()).sum());
        if self.inputs.is_empty() {
            self.metrics.records_in.set(self.chain.head_emitted());
            let SourceProgress { done, size } = self.chain.head_progress();
            self.metrics.source_done.set(done);
            self.metrics.source_size.set(size);
        }
    }
}
