//! The channels that a line carries, and what became of those that earlier lines carried.

use crate::ChannelId;
use std::collections::HashMap;

/// The channels between two workers. For each only the newest attempt is known: an older one is over.
#[derive(Debug, Default)]
pub(super) struct Links {
    channels: HashMap<Place, Link>,
}

/// A channel without its attempt: edge, from, to.
type Place = (u32, u32, u32);

#[derive(Debug)]
struct Link {
    attempt: u32,
    /// The lane at this end.
    local: u32,
    /// The lane at the other.
    remote: u32,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It needs the line.
    Open,
    /// Its end of input has passed: it needs nothing more.
    Ended,
    /// The line it used is gone.
    Broken,
}

/// A channel that has lost its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BrokenLink {
    pub(super) channel: ChannelId,
    pub(super) local: u32,
    pub(super) remote: u32,
}

impl Links {
    /// Notes that `channel` uses the line between these lanes. `false` if it cannot: it has lost a line before, or belongs to
    /// an attempt that is over.
    pub(super) fn carry(&mut self, channel: ChannelId, local: u32, remote: u32) -> bool {
        let ChannelId { edge, from, to, attempt } = channel;
        let new = || Link { attempt, local, remote, fate: Fate::Open };
        let link = self.channels.entry((edge, from, to)).or_insert_with(new);
        if link.attempt < attempt {
            *link = new();
        }
        link.attempt == attempt && link.fate != Fate::Broken
    }

    /// Notes that the end of input has passed on `channel`.
    pub(super) fn end(&mut self, channel: ChannelId) {
        let ChannelId { edge, from, to, attempt } = channel;
        let link = self.channels.get_mut(&(edge, from, to));
        if let Some(link) = link.filter(|link| link.attempt == attempt && link.fate == Fate::Open) {
            link.fate = Fate::Ended;
        }
    }

    /// The line is gone: breaks all channels, and gives those that needed it.
    pub(super) fn break_all(&mut self) -> Vec<BrokenLink> {
        let mut broken = Vec::new();
        for (&(edge, from, to), link) in &mut self.channels {
            let Link { attempt, local, remote, .. } = *link;
            if std::mem::replace(&mut link.fate, Fate::Broken) == Fate::Open {
                broken.push(BrokenLink { channel: ChannelId { edge, from, to, attempt }, local, remote });
            }
        }
        broken
    }
}
