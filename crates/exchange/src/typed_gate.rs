//! The gate of an edge whose record type is known.

use crate::builder::MIN_SLAB_BYTES;
use crate::remote_input::RemoteInput;
use crate::slabs::Slabs;
use crate::{
    AnyBatch, ExchangeError, GateConfig, GateElement, InputGate, LocalChannel, LocalElement, Message, Outbox, Route,
};
use std::rc::Rc;
use weft_record::{Batch, Record, StreamEvent};

/// The consuming end of an edge of `T` for one subtask.
pub(crate) struct TypedGate<T: Record> {
    config: GateConfig,
    inputs: Vec<Input>,
    slabs: Slabs,
    /// The channel whose turn it is.
    turn: usize,
    bytes_in: u64,
    rows: std::marker::PhantomData<fn() -> T>,
}

struct Input {
    from: u32,
    held_back: bool,
    channel: Channel,
}

enum Channel {
    Local(Rc<LocalChannel>),
    Remote(RemoteInput),
}

impl Input {
    fn has_event(&self) -> bool {
        !self.held_back
            && match &self.channel {
                Channel::Local(channel) => channel.head_is_batch() == Some(false),
                Channel::Remote(input) => input.has_event(),
            }
    }

    fn has_records(&self) -> bool {
        !self.held_back
            && match &self.channel {
                Channel::Local(channel) => channel.head_is_batch() == Some(true),
                Channel::Remote(input) => input.has_records(),
            }
    }

    fn event(&mut self) -> Result<Option<StreamEvent>, ExchangeError> {
        match &mut self.channel {
            Channel::Remote(input) => input.event(),
            Channel::Local(channel) => Ok(match channel.pop() {
                Some(LocalElement::Event(event)) => Some(event),
                _ => None,
            }),
        }
    }
}

impl<T: Record> TypedGate<T> {
    pub(crate) fn new(config: GateConfig, keyed: bool, slabs: Slabs) -> Self {
        // A frame takes at least the smallest slab, so a smaller window would let nothing through.
        let window = config.window.clamp(MIN_SLAB_BYTES, u32::MAX as usize);
        let inputs = config.sources.iter().map(|peer| Input {
            from: peer.subtask,
            held_back: false,
            channel: match &peer.route {
                Route::Local(channel) => Channel::Local(Rc::clone(channel)),
                Route::Remote(slot) => {
                    let channel = config.channel(peer.subtask);
                    Channel::Remote(RemoteInput::new(channel, *slot, keyed, window, config.max_record))
                }
            },
        });
        let inputs = inputs.collect();
        TypedGate { config, inputs, slabs, turn: 0, bytes_in: 0, rows: std::marker::PhantomData }
    }

    /// The first event that is next on its channel.
    fn next_event(&mut self) -> Result<Option<GateElement>, ExchangeError> {
        let Some(channel) = self.inputs.iter().position(Input::has_event) else { return Ok(None) };
        let event = self.inputs.get_mut(channel).map_or(Ok(None), Input::event)?;
        Ok(event.map(|event| GateElement::Event { channel, event }))
    }

    /// Records of the channel whose turn it is, and of those after it while the batch has room. A batch that came by
    /// value is given as it is.
    fn next_batch(&mut self, net: &mut Outbox) -> Result<Option<AnyBatch>, ExchangeError> {
        let channels = self.inputs.len();
        let (records, bytes) = (self.config.batch_records.max(1), self.config.batch_bytes);
        let mut batch = Batch::<T>::of(Vec::new());
        let mut read = 0;
        for index in (self.turn..channels).chain(0..self.turn) {
            let Some(input) = self.inputs.get_mut(index).filter(|input| input.has_records()) else { continue };
            match &mut input.channel {
                Channel::Local(_) if !batch.is_empty() => {
                    self.turn = index;
                    break;
                }
                Channel::Local(channel) => {
                    let Some(LocalElement::Batch(local)) = channel.pop() else { continue };
                    self.turn = following(index, channels);
                    self.bytes_in += local.estimated_bytes() as u64;
                    return Ok(Some(local));
                }
                Channel::Remote(remote) => {
                    let before = batch.len();
                    read += remote.read(&mut batch, records, bytes.saturating_sub(read), &self.slabs, net)?;
                    let full = batch.len() >= records || read >= bytes;
                    // Where nothing could join, for want of event times or because of them, the channel keeps its turn.
                    let excluded = batch.len() == before && input.has_records();
                    self.turn = if excluded { index } else { following(index, channels) };
                    if full || excluded {
                        break;
                    }
                }
            }
        }
        self.bytes_in += read as u64;
        Ok((!batch.is_empty()).then(|| AnyBatch::new(batch)))
    }

    fn input_from(&mut self, from: u32) -> Option<&mut Input> {
        let first = self.inputs.first()?.from;
        let guess = from.checked_sub(first)? as usize;
        let index = match self.inputs.get(guess) {
            Some(input) if input.from == from => guess,
            _ => self.inputs.iter().position(|input| input.from == from)?,
        };
        self.inputs.get_mut(index)
    }

    fn hold_back(&mut self, channel: usize, held_back: bool) {
        if let Some(input) = self.inputs.get_mut(channel) {
            input.held_back = held_back;
        }
    }
}

impl<T: Record> InputGate for TypedGate<T> {
    fn open(&mut self, net: &mut Outbox) {
        for input in &mut self.inputs {
            if let Channel::Remote(input) = &mut input.channel {
                input.open(net);
            }
        }
    }

    fn deliver(&mut self, from: u32, message: Message) -> Result<(), ExchangeError> {
        let channel = self.config.channel(from);
        match self.input_from(from).map(|input| &mut input.channel) {
            Some(Channel::Remote(input)) => input.deliver(message),
            Some(Channel::Local(_)) => Err(ExchangeError::Unexpected { channel, what: "a message from another slot" }),
            None => Err(ExchangeError::Unexpected { channel, what: "a message of an unknown producer" }),
        }
    }

    fn poll(&mut self, net: &mut Outbox) -> Result<Option<GateElement>, ExchangeError> {
        if let Some(event) = self.next_event()? {
            return Ok(Some(event));
        }
        let batch = self.next_batch(net)?;
        match batch {
            Some(batch) => Ok(Some(GateElement::Batch(batch))),
            // Pieces of a record may have been all there was before an event.
            None => self.next_event(),
        }
    }

    fn has_input(&self) -> bool {
        self.inputs.iter().any(|input| input.has_event() || input.has_records())
    }

    fn block_channel(&mut self, channel: usize) {
        self.hold_back(channel, true);
    }

    fn unblock_channel(&mut self, channel: usize) {
        self.hold_back(channel, false);
    }

    fn bytes_in(&self) -> u64 {
        self.bytes_in
    }

    fn held_bytes(&self) -> usize {
        let held = |input: &Input| match &input.channel {
            Channel::Local(channel) => channel.bytes(),
            Channel::Remote(input) => input.held_bytes(),
        };
        self.inputs.iter().map(held).sum()
    }
}

/// The channel after `index`.
fn following(index: usize, channels: usize) -> usize {
    if index + 1 < channels { index + 1 } else { 0 }
}

#[cfg(test)]
#[path = "typed_gate_test.rs"]
mod tests;
