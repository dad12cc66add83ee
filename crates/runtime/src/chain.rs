//! A chain: operators that hand each other batches by value, on one thread.
//!
//! The operators form a tree in topological order; every one but the head has exactly one parent. Each has a queue of what it
//! still has to take and outputs that still have to be moved on. One [`Chain::step`] does one unit of work at the *deepest*
//! operator that has any, so that at most one batch per level is under way and an operator is given nothing while its children
//! are busy. Events follow the batches before them: an operator's outputs are closed and moved on before an event it
//! was given goes to its children and edges.
//!
//! When an output edge has no room or an operator waits for the outside world, the whole chain stops taking input; what
//! is in it stays where it is.

use std::mem;
use std::rc::Rc;

use crate::node::{After, Item, Node, State, StopWatch, Target};
use crate::operator::{Flow, SourceProgress, SourceStatus};

use crate::{Clock, TaskError};
use weft_common::Mono;
use weft_exchange::{EdgeWriter, Outbox, Progress};
use weft_logging::TaskLabel;
use weft_record::{AnyBatch, StreamEvent};

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something was done.
    Worked,
    /// Everything taken in has been moved on: give it input.
    Hungry,
    /// An output edge has no room.
    Blocked,
    /// An operator waits for a wake-up.
    Waiting,
    /// The end went through and every edge handed everything over.
    Finished,
}

/// The operators and output edges of one task.
pub(crate) struct Chain {
    nodes: Vec<Node>,
    writers: Vec<Box<dyn EdgeWriter>>,
    /// Whether a writer is blocked: by records, by an event that pushed records before it, or by a flush.
    blocked: bool,
    /// Who is at work: the task, and the node in whose operator we are, for naming it when it logs or panics.
    label: Rc<TaskLabel>,
    woken: bool,
    records_out: u64,
    watch: StopWatch,
}

impl Chain {
    pub(crate) fn new(nodes: Vec<Node>, writers: Vec<Box<dyn EdgeWriter>>, label: Rc<TaskLabel>) -> Self {
        Chain {
            nodes,
            writers,
            blocked: false,
            label,
            woken: true,
            records_out: 0,
            watch: StopWatch { now: Mono::default(), stale: true },
        }
    }

    /// The operator being called, or called last.
    pub(crate) fn current_operator(&self) -> &str {
        self.nodes.get(self.label.operator()).map_or("?", |n| &n.name)
    }

    /// What its thread is labelled with while it works.
    pub(crate) fn label(&self) -> &Rc<TaskLabel> {
        &self.label
    }

    /// Gives the head an item; only when the chain is hungry.
    pub(crate) fn push(&mut self, item: Item) {
        if let Some(head) = self.nodes.first_mut() {
            head.queue.push_back(item);
        }
    }

    /// The time as it was read last, after the last call of an operator or by [`look_at`](Self::look_at).
    pub(crate) fn now(&self) -> Mono {
        self.watch.now
    }

    /// Reads the clock, after something that took time outside of the operators.
    pub(crate) fn look_at(&mut self, clock: &dyn Clock) {
        self.watch = StopWatch { now: clock.mono(), stale: false };
    }

    /// Somebody may have answered: waiting operators are called once more.
    pub(crate) fn wake(&mut self) {
        self.woken = true;
    }

    pub(crate) fn writer(&mut self, index: usize) -> Option<&mut Box<dyn EdgeWriter>> {
        self.writers.get_mut(index)
    }

    /// A coordinator's message for an operator.
    pub(crate) fn operator_event(&mut self, index: usize, payload: &[u8]) -> Result<(), TaskError> {
        self.label.set_operator(index);
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        node.operator.on_event(payload).map_err(|e| e.at(&node.name))
    }

    /// Records handed to output edges; for a chain that ends in a sink, none.
    pub(crate) fn records_out(&self) -> u64 {
        self.records_out
    }

    /// Records the head emitted: what a source read.
    pub(crate) fn head_emitted(&self) -> u64 {
        self.nodes.first().map_or(0, |n| n.outputs.emitted())
    }

    /// How far the head has come, if it is a source.
    pub(crate) fn head_progress(&self) -> SourceProgress {
        self.nodes.first().map_or_else(SourceProgress::default, |node| node.operator.progress())
    }

    pub(crate) fn bytes_out(&self) -> u64 {
        self.writers.iter().map(|w| w.bytes_out()).sum()
    }

    /// Does one unit of work.
    pub(crate) fn step(&mut self, net: &mut Outbox, clock: &dyn Clock) -> Result<Step, TaskError> {
        if self.blocked && !self.unblock(net)? {
            return Ok(Step::Blocked);
        }
        for index in (0..self.nodes.len()).rev() {
            match self.step_node(index, net, clock)? {
                Step::Hungry => {}
                step => return Ok(step),
            }
        }
        let finished = self.nodes.iter().all(|n| matches!(n.state, State::Finished));
        match finished && self.writers.iter().all(|w| w.is_empty()) {
            true => Ok(Step::Finished),
            false if finished => Ok(Step::Blocked),
            false => Ok(Step::Hungry),
        }
    }

    fn unblock(&mut self, net: &mut Outbox) -> Result<bool, TaskError> {
        self.blocked = false;
        self.watch.stale = true;
        for writer in &mut self.writers {
            if writer.is_blocked() && writer.resume(net)? == Progress::Blocked {
                self.blocked = true;
            }
        }
        Ok(!self.blocked)
    }

    fn step_node(&mut self, index: usize, net: &mut Outbox, clock: &dyn Clock) -> Result<Step, TaskError> {
        if self.move_on(index, net)? {
            return Ok(Step::Worked);
        }
        let Some(node) = self.nodes.get_mut(index) else { return Ok(Step::Hungry) };
        match mem::replace(&mut node.state, State::Free) {
            State::Free => match node.queue.pop_front() {
                Some(item) => self.take(index, item, clock),
                None => Ok(Step::Hungry),
            },
            State::Unfinished(after) => self.resume(index, after, clock),
            State::Waiting(after) if self.woken => self.resume(index, after, clock),
            State::Waiting(after) => {
                node.state = State::Waiting(after);
                Ok(Step::Waiting)
            }
            State::Draining(after) => self.forward(index, after, net),
            State::Finished => {
                node.state = State::Finished;
                Ok(Step::Hungry)
            }
        }
    }

    /// Moves one finished batch of a node to where it goes.
    fn move_on(&mut self, index: usize, net: &mut Outbox) -> Result<bool, TaskError> {
        let Some(node) = self.nodes.get_mut(index) else { return Ok(false) };
        for port in 0..node.outputs.len() {
            let Some(batch) = node.outputs.pop(port).map_err(|e| e.at(&node.name))? else { continue };
            let targets = node.targets.get(port).map_or(&[][..], Vec::as_slice);
            let Some((last, others)) = targets.split_last() else { return Ok(true) };
            let (last, others) = (*last, others.to_vec());
            for target in others {
                self.hand_over(target, batch.clone_batch(), net)?;
            }
            self.hand_over(last, batch, net)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn hand_over(&mut self, target: Target, batch: AnyBatch, net: &mut Outbox) -> Result<(), TaskError> {
        match target {
            Target::Operator(child) => {
                if let Some(node) = self.nodes.get_mut(child) {
                    node.queue.push_back(Item::Batch { input: 0, batch });
                }
            }
            Target::Edge(edge) => {
                self.records_out += batch.len() as u64;
                self.watch.stale = true;
                if let Some(writer) = self.writers.get_mut(edge)
                    && writer.write(batch, net)? == Progress::Blocked
                {
                    self.blocked = true;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, index: usize, item: Item, clock: &dyn Clock) -> Result<Step, TaskError> {
        self.label.set_operator(index);
        let Some(node) = self.nodes.get_mut(index) else { return Ok(Step::Hungry) };
        let (flow, after) = match item {
            Item::Batch { input, batch } => return node.process(input, batch, clock, &mut self.watch),
            Item::Event(StreamEvent::Watermark(w)) => {
                (node.operator.advance(w, &mut node.outputs), After::Event(StreamEvent::Watermark(w)))
            }
            Item::Event(event) => (Ok(Flow::Done), After::Event(event)),
            Item::EndInput(input) => (node.operator.end_input(input, &mut node.outputs), After::Nothing),
            Item::Finish => (node.operator.finish(&mut node.outputs), After::Finish),
            Item::Time(now) => (node.operator.on_time(now, &mut node.outputs), After::Nothing),
        };
        let flow = flow.map_err(|e| e.at(&node.name))?;
        self.watch.stale = true;
        node.settle(flow, after);
        Ok(Step::Worked)
    }

    fn resume(&mut self, index: usize, after: After, clock: &dyn Clock) -> Result<Step, TaskError> {
        self.label.set_operator(index);
        let Some(node) = self.nodes.get_mut(index) else { return Ok(Step::Hungry) };
        self.watch.start(clock);
        let flow = node.operator.resume(&mut node.outputs).map_err(|e| e.at(&node.name))?;
        node.measure(flow, self.watch.stop(clock));
        if flow == Flow::Wait {
            self.woken = false;
        }
        let step = if flow == Flow::Wait { Step::Waiting } else { Step::Worked };
        node.settle(flow, after);
        Ok(step)
    }

    /// What follows an item goes to the children and edges.
    fn forward(&mut self, index: usize, after: After, net: &mut Outbox) -> Result<Step, TaskError> {
        let Some(node) = self.nodes.get_mut(index) else { return Ok(Step::Hungry) };
        node.state = if matches!(after, After::Finish) { State::Finished } else { State::Free };
        let targets: Vec<Target> = node.targets.iter().flatten().copied().collect();
        for target in targets {
            match (target, &after) {
                (_, After::Nothing) => {}
                (Target::Operator(child), after) => {
                    if let Some(node) = self.nodes.get_mut(child) {
                        node.queue.push_back(match after {
                            After::Event(event) => Item::Event(event.clone()),
                            _ => Item::Finish,
                        });
                    }
                }
                (Target::Edge(edge), after) => {
                    let event = match after {
                        After::Event(event) => event.clone(),
                        _ => StreamEvent::EndOfInput,
                    };
                    if let Some(writer) = self.writers.get_mut(edge) {
                        writer.event(event, net);
                        self.blocked |= writer.is_blocked();
                    }
                }
            }
        }
        Ok(Step::Worked)
    }

    /// Polls the head, a source. Its end becomes the largest watermark and the end.
    pub(crate) fn poll_source(&mut self) -> Result<SourceStatus, TaskError> {
        self.label.set_operator(0);
        let Some(head) = self.nodes.first_mut() else { return Ok(SourceStatus::End) };
        if !matches!(head.state, State::Free) {
            return Ok(SourceStatus::Pending);
        }
        let status = head.operator.poll(&mut head.outputs).map_err(|e| e.at(&head.name))?;
        if status == SourceStatus::End {
            head.queue.push_back(Item::Event(StreamEvent::Watermark(i64::MAX)));
            head.queue.push_back(Item::Finish);
        }
        Ok(status)
    }

    /// Closes every batch in the making, so that what is in the chain moves on. Returns whether there was anything.
    pub(crate) fn seal(&mut self) -> bool {
        let before: u64 = self.nodes.iter().map(|n| n.outputs.waiting()).sum();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            self.label.set_operator(index);
            node.outputs.seal();
        }
        before > 0
    }

    /// Sends what the edges have gathered. Returns whether anything moved: its reader may be in the same lane, and wants a turn then.
    pub(crate) fn flush(&mut self, net: &mut Outbox) -> bool {
        let mut moved = false;
        for writer in self.writers.iter_mut().filter(|w| w.has_unflushed()) {
            writer.flush(net);
            moved |= !writer.has_unflushed();
            self.blocked |= writer.is_blocked();
        }
        moved
    }

    /// The earliest processing time that a turn would tell an operator of. One that is in the middle of something, or was told and
    /// is held up by what comes after it, has to be left alone: its lane would be stepped again and again for nothing.
    pub(crate) fn next_time(&mut self) -> Option<i64> {
        let mut next: Option<i64> = None;
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, n)| n.takes_time()) {
            self.label.set_operator(index);
            next = [next, node.operator.next_time()].into_iter().flatten().min();
        }
        next
    }

    /// Tells operators whose time has come.
    pub(crate) fn on_time(&mut self, now_ms: i64) -> bool {
        let mut any = false;
        for (index, node) in self.nodes.iter_mut().enumerate() {
            self.label.set_operator(index);
            let due = node.operator.next_time().is_some_and(|t| t <= now_ms);
            if due && node.takes_time() {
                node.queue.push_back(Item::Time(now_ms));
                any = true;
            }
        }
        any
    }

    /// What the chain waits for, in words.
    pub(crate) fn waits_for(&self) -> Option<String> {
        let waiting = self.nodes.iter().find(|n| matches!(n.state, State::Waiting(_)));
        let operator = waiting.map(|n| format!("operator `{}` waits for the outside world", n.name));
        operator.or_else(|| self.writers.iter().find_map(|w| w.blocked_on()))
    }

    /// The operators' last chance to tidy up.
    pub(crate) fn close(&mut self) {
        self.nodes.iter_mut().for_each(|n| n.operator.close());
    }
}

#[cfg(test)]
#[path = "chain_test.rs"]
mod tests;
