//! Writing behind the slot.
//!
//! The slot puts *orders* into a bounded channel: bytes to append, or the end of the part. The task carries them out in
//! order and *answers* each end of a part, and an error, which is its last word. It wakes the slot whenever it has taken an order
//! (there is room) or given an answer. The slot's task is over when the carrying task is: a file that it was about to make is then there
//! to be removed, or was never made.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::sync::mpsc::{
    self, Receiver, Sender, UnboundedReceiver, UnboundedSender,
    error::{TryRecvError, TrySendError},
};

use super::part_writer::{PartWriter, PendingPart};
use crate::ConnectorError;
use crate::wait::at_once;
use crate::wake_on_drop::WakeOnDrop;
use weft_runtime::OperatorContext;

/// Orders that may wait. With buffers of 256 KiB a writer holds about a megabyte.
const BEHIND: usize = 2;
const WORK: &str = "writing a file";

/// What the slot wants done.
#[derive(Debug)]
pub(crate) enum Order {
    Append(Bytes),
    ClosePart,
}

type Answer = Result<Option<PendingPart>, ConnectorError>;

/// The slot's end of it.
pub(crate) struct WriteBehind {
    /// Orders that found no room.
    waiting: VecDeque<Order>,
    /// Parts whose end was ordered and not answered.
    closing: usize,
    carrier: Carrier,
}

/// Who carries orders out.
enum Carrier {
    Task { orders: Sender<Order>, answers: UnboundedReceiver<Answer> },
    InPlace { parts: Box<PartWriter>, closed: VecDeque<Option<PendingPart>> },
}

impl WriteBehind {
    /// By a task on the I/O runtime, or, without one, in place.
    pub(crate) fn new(parts: PartWriter, context: &OperatorContext) -> Self {
        let carrier = match &context.io {
            None => Carrier::InPlace { parts: Box::new(parts), closed: VecDeque::new() },
            Some(io) => {
                let wake = WakeOnDrop::new(context.waker.clone());
                let (orders, receiver) = mpsc::channel(BEHIND);
                let (sender, answers) = mpsc::unbounded_channel();
                let work = context.background.begin();
                io.spawn(async move {
                    carry_out(parts, wake, receiver, sender).await;
                    drop(work);
                });
                Carrier::Task { orders, answers }
            }
        };
        WriteBehind { waiting: VecDeque::new(), closing: 0, carrier }
    }

    /// Gives an order; it waits here while there is no room.
    pub(crate) fn order(&mut self, order: Order) -> Result<(), ConnectorError> {
        self.closing += usize::from(matches!(order, Order::ClosePart));
        self.waiting.push_back(order);
        self.pump().map(drop)
    }

    /// Hands on what waits. Whether nothing waits any more.
    pub(crate) fn pump(&mut self) -> Result<bool, ConnectorError> {
        while let Some(order) = self.waiting.pop_front() {
            match &mut self.carrier {
                Carrier::InPlace { parts, closed } => match order {
                    Order::Append(bytes) => at_once(WORK, parts.write(bytes))?,
                    Order::ClosePart => closed.push_back(at_once(WORK, parts.close())?),
                },
                Carrier::Task { orders, answers } => match orders.try_send(order) {
                    Ok(()) => {}
                    Err(TrySendError::Full(order)) => {
                        self.waiting.push_front(order);
                        return Ok(false);
                    }
                    Err(TrySendError::Closed(_)) => return Err(last_word(answers)),
                },
            }
        }
        Ok(true)
    }

    /// Whether a part is being closed.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing > 0
    }

    /// Whether [`take_closed`](Self::take_closed) has something to say.
    pub(crate) fn has_answers(&self) -> bool {
        match &self.carrier {
            Carrier::Task { answers, .. } => !answers.is_empty(),
            Carrier::InPlace { closed, .. } => !closed.is_empty(),
        }
    }

    /// The parts closed since the last call.
    pub(crate) fn take_closed(&mut self) -> Result<Vec<PendingPart>, ConnectorError> {
        let mut parts = Vec::new();
        loop {
            let answer = match &mut self.carrier {
                Carrier::InPlace { closed, .. } => closed.pop_front(),
                Carrier::Task { answers, .. } => match answers.try_recv() {
                    Ok(answer) => Some(answer?),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => {
                        return Err(ConnectorError::BackgroundLost { work: WORK });
                    }
                },
            };
            let Some(closed) = answer else { return Ok(parts) };
            self.closing = self.closing.saturating_sub(1);
            parts.extend(closed);
        }
    }
}

/// The error with which the task ended.
fn last_word(answers: &mut UnboundedReceiver<Answer>) -> ConnectorError {
    while let Ok(answer) = answers.try_recv() {
        if let Err(error) = answer {
            return error;
        }
    }
    ConnectorError::BackgroundLost { work: WORK }
}

/// The task. Its end is noticed by the closed channel: it wakes the slot last, whatever ended it.
async fn carry_out(
    mut parts: PartWriter,
    wake: WakeOnDrop,
    mut orders: Receiver<Order>,
    answers: UnboundedSender<Answer>,
) {
    while let Some(order) = orders.recv().await {
        let answer = match order {
            Order::Append(bytes) => parts.write(bytes).await.err().map(Err),
            Order::ClosePart => Some(parts.close().await),
        };
        let failed = matches!(answer, Some(Err(_)));
        if let Some(answer) = answer {
            // Nobody listens any more when the writer is gone.
            let _ = answers.send(answer);
        }
        if failed {
            break;
        }
        wake.wake();
    }
    parts.abort().await;
    drop((orders, answers, wake));
}
