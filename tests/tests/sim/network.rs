//! The network between simulated slots: late, out of order between channels, in pieces, sometimes cut.

use super::dice::Dice;
use super::frames::cut;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use weft_exchange::{ChannelId, Envelope, Inbox, Message, SlotAddress, Transport};

/// A mistake in the handling of credit, planted to see that it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CreditBug {
    /// Every n-th is lost.
    Lost(u64),
    /// Every n-th is given twice.
    Twice(u64),
}

/// Messages that arrive in order: one direction of one channel. Credit may overtake, so it is a wire of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wire {
    to: SlotAddress,
    channel: ChannelId,
    credit: bool,
}

/// All messages under way.
pub(super) struct Network(Mutex<State>);

struct State {
    wires: BTreeMap<Wire, VecDeque<Message>>,
    inboxes: BTreeMap<SlotAddress, Arc<Inbox>>,
    /// Channels in use and their two ends.
    links: BTreeMap<ChannelId, BTreeSet<SlotAddress>>,
    cut: BTreeSet<ChannelId>,
    credits: u64,
    bug: Option<CreditBug>,
    dice: Dice,
}

impl Network {
    pub(super) fn new(dice: Dice, bug: Option<CreditBug>) -> Arc<Self> {
        Arc::new(Network(Mutex::new(State {
            wires: BTreeMap::new(),
            inboxes: BTreeMap::new(),
            links: BTreeMap::new(),
            cut: BTreeSet::new(),
            credits: 0,
            bug,
            dice,
        })))
    }

    /// The network as the slot `from` sees it.
    pub(super) fn port(self: &Arc<Self>, from: SlotAddress) -> Arc<dyn Transport> {
        Arc::new(Port { from, network: self.clone() })
    }

    /// What is for `slot` goes into `inbox` from now on.
    pub(super) fn connect(&self, slot: SlotAddress, inbox: Arc<Inbox>) {
        self.0.lock().unwrap().inboxes.insert(slot, inbox);
    }

    /// How many wires carry something.
    pub(super) fn wires(&self) -> usize {
        self.0.lock().unwrap().wires.len()
    }

    /// Lets some messages of one wire arrive; says which and how many.
    pub(super) fn deliver(&self) -> (usize, usize) {
        let state = &mut *self.0.lock().unwrap();
        let number = state.dice.below(state.wires.len() as u64) as usize;
        let Some(mut entry) = state.wires.first_entry() else { return (0, 0) };
        if number > 0 {
            let wire = *state.wires.keys().nth(number).unwrap();
            entry = match state.wires.entry(wire) {
                std::collections::btree_map::Entry::Occupied(entry) => entry,
                std::collections::btree_map::Entry::Vacant(_) => return (0, 0),
            };
        }
        let wire = *entry.key();
        let waiting = entry.get().len() as u64;
        let count = if state.dice.one_in(2) { waiting } else { state.dice.between(1, waiting) } as usize;
        let messages: Vec<_> = entry.get_mut().drain(..count).collect();
        if entry.get().is_empty() {
            entry.remove();
        }
        let mut arrived = Vec::new();
        for message in messages {
            match message {
                Message::Data(frame) if state.dice.one_in(4) => {
                    arrived.extend(cut(frame, &mut state.dice).into_iter().map(Message::Data));
                }
                other => arrived.push(other),
            }
        }
        let inbox = state.inboxes.get(&wire.to).cloned();
        if let Some(inbox) = inbox {
            inbox.push(arrived.into_iter().map(|message| Envelope { channel: wire.channel, message }).collect());
        }
        (number, count)
    }

    /// The slot `lost` is gone. Where the connection's end is noticed, whoever spoke with it is told.
    pub(super) fn lose(&self, lost: SlotAddress, noticed: bool, why: &str) {
        let state = &mut *self.0.lock().unwrap();
        state.wires.retain(|wire, _| wire.to != lost);
        let gone: Vec<_> =
            state.links.iter().filter(|(_, ends)| ends.contains(&lost)).map(|(c, e)| (*c, e.clone())).collect();
        for (channel, ends) in gone {
            state.links.remove(&channel);
            state.cut.insert(channel);
            for to in ends.into_iter().filter(|end| *end != lost && noticed) {
                let wire = Wire { to, channel, credit: false };
                let waiting = state.wires.entry(wire).or_default();
                waiting.truncate(state.dice.below(waiting.len() as u64 + 1) as usize);
                waiting.push_back(Message::Broken(why.to_owned()));
            }
        }
    }
}

impl State {
    fn send(&mut self, from: SlotAddress, to: SlotAddress, envelope: Envelope) {
        let Envelope { channel, message } = envelope;
        if self.cut.contains(&channel) {
            return;
        }
        self.links.entry(channel).or_default().extend([from, to]);
        let credit = matches!(message, Message::Credit(_));
        let times = if credit { self.times_given() } else { 1 };
        if times > 0 {
            let waiting = self.wires.entry(Wire { to, channel, credit }).or_default();
            waiting.extend(std::iter::repeat_n(message, times));
        }
    }

    fn times_given(&mut self) -> usize {
        self.credits += 1;
        match self.bug {
            Some(CreditBug::Lost(n)) if self.credits.is_multiple_of(n) => 0,
            Some(CreditBug::Twice(n)) if self.credits.is_multiple_of(n) => 2,
            _ => 1,
        }
    }
}

/// The network as one slot sees it.
struct Port {
    from: SlotAddress,
    network: Arc<Network>,
}

impl Transport for Port {
    fn send(&self, to: SlotAddress, messages: Vec<Envelope>) {
        let state = &mut *self.network.0.lock().unwrap();
        messages.into_iter().for_each(|envelope| state.send(self.from, to, envelope));
    }
}
