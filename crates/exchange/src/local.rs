//! Between two subtasks of one slot.

use crate::AnyBatch;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use weft_record::StreamEvent;

/// Records or an event, as they wait in a [`LocalChannel`].
pub enum LocalElement {
    /// Records, by value.
    Batch(AnyBatch),
    /// Something between records.
    Event(StreamEvent),
}

/// A queue of batches between two subtasks that the same thread steps in turn.
///
/// Nothing is encoded. Each batch is charged its estimated size against a limit; one batch is accepted whatever its
/// size when no other waits. Events are charged nothing.
pub struct LocalChannel {
    limit: usize,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(usize, LocalElement)>,
    batches: usize,
    bytes: usize,
    refused: bool,
    drained: bool,
}

impl LocalChannel {
    /// A channel that holds about `limit` bytes.
    pub fn new(limit: usize) -> Rc<Self> {
        Rc::new(LocalChannel { limit, state: RefCell::default() })
    }

    /// Takes `batch`, or gives it back when it does not fit.
    pub fn push_batch(&self, batch: AnyBatch) -> Result<(), AnyBatch> {
        let bytes = batch.estimated_bytes();
        let mut state = self.state.borrow_mut();
        if state.batches > 0 && state.bytes.saturating_add(bytes) > self.limit {
            state.refused = true;
            return Err(batch);
        }
        state.bytes = state.bytes.saturating_add(bytes);
        state.batches += 1;
        state.queue.push_back((bytes, LocalElement::Batch(batch)));
        Ok(())
    }

    /// Takes `event`; of watermarks with nothing between them the later one stays.
    pub fn push_event(&self, event: StreamEvent) {
        let mut state = self.state.borrow_mut();
        if let (StreamEvent::Watermark(_), Some((_, LocalElement::Event(last @ StreamEvent::Watermark(_))))) =
            (&event, state.queue.back_mut())
        {
            *last = event;
            return;
        }
        state.queue.push_back((0, LocalElement::Event(event)));
    }

    /// The oldest element.
    pub fn pop(&self) -> Option<LocalElement> {
        let mut state = self.state.borrow_mut();
        let (bytes, element) = state.queue.pop_front()?;
        state.bytes = state.bytes.saturating_sub(bytes);
        if matches!(element, LocalElement::Batch(_)) {
            state.batches -= 1;
            state.drained |= std::mem::take(&mut state.refused);
        }
        Some(element)
    }

    /// Whether the oldest element is records (`true`) or an event (`false`).
    pub fn head_is_batch(&self) -> Option<bool> {
        self.state.borrow().queue.front().map(|(_, element)| matches!(element, LocalElement::Batch(_)))
    }

    /// Whether a batch was taken since one was refused: the writer should be resumed. Asking clears it.
    pub fn drained(&self) -> bool {
        std::mem::take(&mut self.state.borrow_mut().drained)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.state.borrow().queue.is_empty()
    }

    /// Estimated bytes of the waiting batches.
    pub fn bytes(&self) -> usize {
        self.state.borrow().bytes
    }
}

impl fmt::Debug for LocalChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.borrow();
        f.debug_struct("LocalChannel").field("elements", &state.queue.len()).field("bytes", &state.bytes).finish()
    }
}
