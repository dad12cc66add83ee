//! The network between simulated slots: late, out of order between channels, in pieces, sometimes cut.

use super::dice::Dice;
use super::frames::cut;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use weft_exchange::{ChannelId, Envelope, Inbox, Message, SlotAddress, Transport};
use weft_record::StreamEvent;

/// A mistake of the transport, planted to see that it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetworkBug {
    /// Every n-th credit is lost.
    CreditLost(u64),
    /// Every n-th credit is given twice.
    CreditTwice(u64),
    /// Nobody is told of a cut connection.
    CutUnheard,
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
    /// Channels in use.
    links: BTreeMap<ChannelId, Link>,
    cut: BTreeSet<ChannelId>,
    credits: u64,
    bug: Option<NetworkBug>,
    dice: Dice,
}

/// A channel in use.
#[derive(Clone, Default)]
struct Link {
    /// Its two ends.
    ends: BTreeSet<SlotAddress>,
    /// The ends that have sent or heard something on it, and whether that included the end of input.
    aware: BTreeMap<SlotAddress, bool>,
}

impl Link {
    fn note(&mut self, end: SlotAddress, message: &Message) {
        *self.aware.entry(end).or_default() |= matches!(message, Message::Event(StreamEvent::EndOfInput));
    }
}

impl Network {
    pub(super) fn new(dice: Dice, bug: Option<NetworkBug>) -> Arc<Self> {
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
            if let Some(link) = state.links.get_mut(&wire.channel) {
                link.note(wire.to, &message);
            }
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
        for (channel, link) in state.cut_links(|link| link.ends.contains(&lost)) {
            for to in link.ends.into_iter().filter(|end| *end != lost && noticed) {
                state.tell_broken(to, channel, why);
            }
        }
    }

    /// Slots that have a channel between them.
    pub(super) fn connected(&self) -> Vec<(SlotAddress, SlotAddress)> {
        let state = self.0.lock().unwrap();
        let pair = |link: &Link| Some((*link.ends.first()?, *link.ends.last()?));
        state.links.values().filter_map(pair).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The connection between two slots is cut: what was on its way may or may not arrive, then each end hears of it, sooner or later,
    /// for every channel that it knows and that is not at its end there.
    pub(super) fn cut(&self, (one, other): (SlotAddress, SlotAddress), why: &str) {
        let state = &mut *self.0.lock().unwrap();
        let ends = BTreeSet::from([one, other]);
        for (channel, link) in state.cut_links(|link| link.ends == ends) {
            for to in link.ends {
                let told = link.aware.get(&to) == Some(&false) && state.bug != Some(NetworkBug::CutUnheard);
                if told {
                    state.tell_broken(to, channel, why);
                } else {
                    state.wires.retain(|wire, _| wire.channel != channel || wire.to != to);
                }
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
        let link = self.links.entry(channel).or_default();
        link.ends.extend([from, to]);
        link.note(from, &message);
        let credit = matches!(message, Message::Credit(_));
        let times = if credit { self.times_given() } else { 1 };
        if times > 0 {
            let waiting = self.wires.entry(Wire { to, channel, credit }).or_default();
            waiting.extend(std::iter::repeat_n(message, times));
        }
    }

    /// Takes out the links that `of` picks; nothing is sent on them from now on.
    fn cut_links(&mut self, of: impl Fn(&Link) -> bool) -> Vec<(ChannelId, Link)> {
        let gone: Vec<_> = self.links.iter().filter(|(_, link)| of(link)).map(|(c, l)| (*c, l.clone())).collect();
        for (channel, _) in &gone {
            self.links.remove(channel);
            self.cut.insert(*channel);
        }
        gone
    }

    /// Some of what is on its way to `to` arrives, then the news.
    fn tell_broken(&mut self, to: SlotAddress, channel: ChannelId, why: &str) {
        let waiting = self.wires.entry(Wire { to, channel, credit: false }).or_default();
        waiting.truncate(self.dice.below(waiting.len() as u64 + 1) as usize);
        waiting.push_back(Message::Broken(why.to_owned()));
    }

    fn times_given(&mut self) -> usize {
        self.credits += 1;
        match self.bug {
            Some(NetworkBug::CreditLost(n)) if self.credits.is_multiple_of(n) => 0,
            Some(NetworkBug::CreditTwice(n)) if self.credits.is_multiple_of(n) => 2,
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
