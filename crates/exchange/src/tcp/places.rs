//! A bounded number of connections that have not proved who they are, of which the oldest gives way.
//!
//! Whoever belongs here is done within milliseconds; whoever says nothing would keep its place until a time-out. If newcomers had to wait for
//! that, a few hundred silent connections would keep everybody out for longer than anybody is ready to wait.

use std::collections::VecDeque;
use tokio::sync::oneshot;

/// The place of one connection: ready once it is lost, or in others' way no more once it is dropped.
pub(super) type Place = oneshot::Receiver<()>;

/// Those places.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: VecDeque<oneshot::Sender<()>>,
}

impl Places {
    /// At most so many at a time.
    pub(super) fn new(most: usize) -> Self {
        Places { most, taken: VecDeque::with_capacity(most) }
    }

    /// A place for one more connection, if need be that of the oldest.
    pub(super) fn take(&mut self) -> Place {
        self.taken.retain(|held| !held.is_closed());
        if self.taken.len() >= self.most {
            self.taken.pop_front();
        }
        let (held, place) = oneshot::channel();
        self.taken.push_back(held);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot::error::TryRecvError;

    #[test]
    fn the_oldest_gives_way_and_only_when_there_is_no_place() {
        let mut places = Places::new(2);
        let (mut first, second) = (places.take(), places.take());
        assert_eq!(first.try_recv(), Err(TryRecvError::Empty));
        drop(second);
        let mut third = places.take();
        assert_eq!(first.try_recv(), Err(TryRecvError::Empty), "the second's place was free");
        let mut fourth = places.take();
        assert_eq!(first.try_recv(), Err(TryRecvError::Closed));
        assert_eq!([third.try_recv(), fourth.try_recv()], [Err(TryRecvError::Empty), Err(TryRecvError::Empty)]);
    }
}
