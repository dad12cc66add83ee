//! Event time and the end of input over many channels.
//!
//! An operator's event time is the minimum over its active channels; an idle channel does not hold it back, and time never
//! runs backwards. When every channel is idle the largest watermark any of them has seen is let through.

/// What became true through one more event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Event time advanced.
    Watermark(i64),
    /// All channels are silent.
    Idle,
    /// At least one speaks again.
    Active,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    watermark: i64,
    idle: bool,
    ended: bool,
}

/// The channels of all inputs of one task.
#[derive(Debug)]
pub(crate) struct Valve {
    channels: Vec<Channel>,
    watermark: i64,
    idle: bool,
}

impl Valve {
    pub(crate) fn new(channels: usize) -> Self {
        let channel = Channel { watermark: i64::MIN, idle: false, ended: false };
        Valve { channels: vec![channel; channels], watermark: i64::MIN, idle: false }
    }

    /// A watermark on a channel. It makes the channel active again.
    pub(crate) fn watermark(&mut self, channel: usize, watermark: i64) -> Option<Change> {
        let entry = self.channels.get_mut(channel)?;
        entry.watermark = entry.watermark.max(watermark);
        entry.idle = false;
        self.advanced()
    }

    /// A channel falls silent or speaks again.
    pub(crate) fn set_idle(&mut self, channel: usize, idle: bool) -> Option<Change> {
        self.channels.get_mut(channel)?.idle = idle;
        let all_idle = self.channels.iter().all(|c| c.idle || c.ended);
        if all_idle != self.idle {
            self.idle = all_idle;
            if !all_idle {
                return Some(Change::Active);
            }
            return self.advanced().or(Some(Change::Idle));
        }
        self.advanced()
    }

    /// A channel is at its end; it no longer holds back the others. Returns whether all are.
    pub(crate) fn ended(&mut self, channel: usize) -> bool {
        if let Some(entry) = self.channels.get_mut(channel) {
            entry.ended = true;
        }
        self.channels.iter().all(|c| c.ended)
    }

    fn advanced(&mut self) -> Option<Change> {
        let active = self.channels.iter().filter(|c| !c.idle && !c.ended).map(|c| c.watermark).min();
        let time = match active {
            Some(time) => time,
            None => self.channels.iter().map(|c| c.watermark).max()?,
        };
        (time > self.watermark).then(|| {
            self.watermark = time;
            Change::Watermark(time)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_time_is_the_minimum_of_the_active_channels() {
        let mut valve = Valve::new(2);
        assert_eq!(valve.watermark(0, 10), None);
        assert_eq!(valve.watermark(1, 5), Some(Change::Watermark(5)));
        assert_eq!(valve.watermark(1, 20), Some(Change::Watermark(10)));
        assert_eq!(valve.watermark(1, 15), None, "time does not run backwards");
    }

    #[test]
    fn an_idle_channel_does_not_hold_back() {
        let mut valve = Valve::new(2);
        valve.watermark(0, 10);
        assert_eq!(valve.set_idle(1, true), Some(Change::Watermark(10)));
        assert_eq!(valve.set_idle(0, true), Some(Change::Idle));
        assert_eq!(valve.set_idle(0, false), Some(Change::Active));
        assert_eq!(valve.watermark(1, 3), None, "the channel is back, behind the others' time");
    }

    #[test]
    fn an_ended_channel_does_not_hold_back() {
        let mut valve = Valve::new(2);
        assert!(!valve.ended(0));
        assert_eq!(valve.watermark(1, 7), Some(Change::Watermark(7)));
        assert!(valve.ended(1));
    }
}
