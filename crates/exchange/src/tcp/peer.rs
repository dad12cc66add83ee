//! Another worker, as this one sees it; the life of its line is told one level up.
//!
//! Everything here happens under one lock and returns at once; whatever takes time is an [`Errand`] for the transport.

use super::arrivals::{Arrivals, is_end};
use super::error::Refusal;
use super::line::{Connected, Line};
use super::links::{BrokenLink, Links};
use super::location::WorkerLocation;
use super::queue::{Outbound, Queue};
use crate::{Envelope, InProcessTransport, Message, Outbox, SlotAddress, Transport};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Another worker.
pub(super) struct Peer {
    /// This worker's number.
    me: u32,
    /// The other's.
    worker: u32,
    local: Arc<InProcessTransport>,
    state: Mutex<State>,
    /// Tells the writer of messages.
    messages: Notify,
    /// Tells who closes that the line is down.
    down: Notify,
}

#[derive(Default)]
struct State {
    location: Option<WorkerLocation>,
    line: Line,
    /// The line's number; it changes whenever one begins or ends.
    serial: u64,
    links: Links,
    queue: Queue,
    closed: bool,
}

/// What the transport has to do about a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// Open a connection and [`attach`](Peer::attach_opened) it, or [`fail`](Peer::fail).
    Open { serial: u64, to: WorkerLocation },
    /// Say when the peer [took too long](Peer::expire) to open one.
    Watch { serial: u64 },
}

/// What there is for the writer.
#[derive(Debug)]
pub(super) enum Taken {
    /// Messages to write.
    Messages,
    /// Nothing yet.
    Nothing,
    /// Everything is written: say farewell for this reason.
    Farewell(String),
    /// The line is no longer the writer's.
    Over,
}

impl Peer {
    pub(super) fn new(me: u32, worker: u32, local: Arc<InProcessTransport>) -> Self {
        let (messages, down) = (Notify::new(), Notify::new());
        Peer { me, worker, local, state: Mutex::default(), messages, down }
    }

    /// Queues `messages` from lane `from` to its lane `to`.
    pub(super) fn send(&self, from: u32, to: u32, messages: Vec<Envelope>) -> Option<Errand> {
        let mut state = self.lock();
        if state.closed {
            return None;
        }
        let waiting = !state.queue.is_empty();
        for envelope in messages {
            if !state.links.carry(envelope.channel, from, to) {
                continue;
            }
            if is_end(&envelope.message) {
                state.links.end(envelope.channel);
            }
            state.queue.push(Outbound { from, to, envelope });
        }
        match &state.line {
            _ if waiting || state.queue.is_empty() => None,
            Line::Down => Some(self.await_line(&mut state)),
            Line::Awaited { .. } => None,
            Line::Up(_) => {
                self.messages.notify_one();
                None
            }
        }
    }

    /// Learns where the worker's newest process is, and wants a line to it.
    pub(super) fn introduce(&self, location: WorkerLocation) -> Option<Errand> {
        let mut state = self.lock();
        let known = state.generation();
        if state.closed || known > Some(location.generation) {
            return None;
        }
        if known.is_some_and(|known| known < location.generation) {
            self.break_line(&mut state, "another process took its place");
        }
        state.location = Some(location.clone());
        match state.line {
            Line::Down => Some(self.await_line(&mut state)),
            Line::Awaited { dialing: false } if self.opens() => {
                state.line = Line::Awaited { dialing: true };
                Some(Errand::Open { serial: state.serial, to: location })
            }
            Line::Awaited { .. } | Line::Up(_) => None,
        }
    }

    /// A connection was opened for line `serial`. Whether it is still wanted.
    pub(super) fn attach_opened(&self, serial: u64, generation: u64, address: SocketAddr) -> bool {
        let mut state = self.lock();
        let wanted = state.serial == serial && matches!(state.line, Line::Awaited { .. });
        if wanted {
            state.line = Line::up(generation, address);
        }
        wanted
    }

    /// The worker's process opened a connection and proved itself. Gives the serial number of its line.
    pub(super) fn attach_accepted(&self, generation: u64, address: SocketAddr) -> Result<u64, Refusal> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refusal::Closing);
        }
        match (state.generation(), &state.line) {
            (Some(known), _) if known > generation => return Err(Refusal::Replaced),
            (Some(known), _) if known < generation => {
                self.break_line(&mut state, "another process took its place");
            }
            (_, Line::Up(_)) => self.break_line(&mut state, "it opened another connection"),
            (_, Line::Down | Line::Awaited { .. }) => {}
        }
        if matches!(state.line, Line::Down) {
            state.serial += 1;
        }
        state.line = Line::up(generation, address);
        Ok(state.serial)
    }

    /// The tasks that read and write line `serial`.
    pub(super) fn started(&self, serial: u64, tasks: [AbortHandle; 2]) {
        let state = &mut *self.lock();
        match &mut state.line {
            Line::Up(up) if state.serial == serial => up.tasks.extend(tasks),
            Line::Up(_) | Line::Awaited { .. } | Line::Down => tasks.iter().for_each(AbortHandle::abort),
        }
    }

    /// Moves what line `serial` has to write into `taken`.
    pub(super) fn take(&self, serial: u64, taken: &mut Vec<Outbound>) -> Taken {
        let mut state = self.lock();
        if state.serial != serial {
            return Taken::Over;
        }
        if !state.queue.is_empty() {
            state.queue.take(taken);
            return Taken::Messages;
        }
        match &state.line {
            Line::Up(Connected { farewell: Some(reason), .. }) => Taken::Farewell(reason.clone()),
            Line::Up(_) => Taken::Nothing,
            Line::Down | Line::Awaited { .. } => Taken::Over,
        }
    }

    /// Waits for something to take.
    pub(super) async fn has_messages(&self) {
        self.messages.notified().await;
    }

    /// Hands what line `serial` has read to the lanes it is for. `false` if the line is over.
    pub(super) fn deliver(&self, serial: u64, arrivals: &mut Arrivals, sorted: &mut Outbox) -> bool {
        let mut state = self.lock();
        if state.serial != serial {
            return false;
        }
        for (head, end, message) in arrivals.drain() {
            state.links.carry(head.channel, head.to, head.from);
            if end {
                state.links.end(head.channel);
            }
            sorted.push(SlotAddress { worker: self.me, slot: head.to }, head.channel, message);
        }
        sorted.flush(&*self.local);
        true
    }

    /// Line `serial` has ended.
    pub(super) fn fail(&self, serial: u64, why: &str) {
        let mut state = self.lock();
        if state.serial == serial {
            self.break_line(&mut state, why);
        }
    }

    /// The peer should have opened line `serial` by now.
    pub(super) fn expire(&self, serial: u64, why: &str) {
        let mut state = self.lock();
        if state.serial == serial && matches!(state.line, Line::Awaited { dialing: false }) {
            self.break_line(&mut state, why);
        }
    }

    /// Wants no more lines; the one there is ends when all that is queued is written.
    pub(super) fn close(&self, reason: &str) {
        let mut state = self.lock();
        state.closed = true;
        match &mut state.line {
            Line::Up(up) => {
                up.farewell = Some(reason.to_owned());
                self.messages.notify_one();
            }
            Line::Awaited { .. } => self.break_line(&mut state, reason),
            Line::Down => {}
        }
    }

    /// Ends the line at once.
    pub(super) fn abandon(&self, reason: &str) {
        let mut state = self.lock();
        state.closed = true;
        self.break_line(&mut state, reason);
    }

    /// Waits until there is no line.
    pub(super) async fn is_down(&self) {
        loop {
            let down = self.down.notified();
            let mut down = std::pin::pin!(down);
            down.as_mut().enable();
            if matches!(self.lock().line, Line::Down) {
                return;
            }
            down.await;
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.lock().line, Line::Up(_))
    }

    /// Whether this side opens connections.
    fn opens(&self) -> bool {
        self.me < self.worker
    }

    fn await_line(&self, state: &mut State) -> Errand {
        state.serial += 1;
        let serial = state.serial;
        let to = state.location.clone().filter(|_| self.opens());
        state.line = Line::Awaited { dialing: to.is_some() };
        to.map_or(Errand::Watch { serial }, |to| Errand::Open { serial, to })
    }

    /// Ends the line, whatever it is, and tells every channel that needed it.
    fn break_line(&self, state: &mut State, why: &str) {
        let line = std::mem::take(&mut state.line);
        let (name, said) = match line {
            Line::Down => return,
            Line::Awaited { .. } => (state.name(None), None),
            Line::Up(Connected { address, farewell, tasks, .. }) => {
                tasks.iter().for_each(AbortHandle::abort);
                (state.name(Some(address)), farewell)
            }
        };
        let why = said.as_deref().unwrap_or(why);
        state.serial += 1;
        state.queue.clear();
        for BrokenLink { channel, local, remote } in state.links.break_all() {
            let peer = SlotAddress { worker: self.worker, slot: remote };
            let message = Message::Broken(format!("the connection to {peer} ({name}) is lost: {why}"));
            self.local.send(SlotAddress { worker: self.me, slot: local }, vec![Envelope { channel, message }]);
        }
        self.messages.notify_one();
        self.down.notify_waiters();
    }

    /// A thread that panicked inside the lock was in a lane's waker, after the state had changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The newest generation of the worker that is known.
    fn generation(&self) -> Option<u64> {
        self.line.generation().max(self.location.as_ref().map(|location| location.generation))
    }

    /// What to call the peer.
    fn name(&self, address: Option<SocketAddr>) -> String {
        match (&self.location, address) {
            (Some(location), _) => location.to_string(),
            (None, Some(address)) => address.to_string(),
            (None, None) => "at an unknown address".to_owned(),
        }
    }
}
