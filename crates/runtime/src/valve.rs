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

/// What the end of a channel means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// What became true through it: the channel may have been the one that held event time back.
    pub(crate) change: Option<Change>,
    /// It was the last.
    pub(crate) all: bool,
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
        self.changed()
    }

    fn changed(&mut self) -> Option<Change> {
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

    /// A channel is at its end; it no longer holds back the others. When none is left nothing changes any more.
    pub(crate) fn ended(&mut self, channel: usize) -> End {
        if let Some(entry) = self.channels.get_mut(channel) {
            entry.ended = true;
        }
        let all = self.channels.iter().all(|c| c.ended);
        End { change: if all { None } else { self.changed() }, all }
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
        assert_eq!(valve.ended(0), End { change: None, all: false });
        assert_eq!(valve.watermark(1, 7), Some(Change::Watermark(7)));
        assert_eq!(valve.ended(1), End { change: None, all: true });
    }

    /// Event time stood still until the next watermark, which may never come.
    #[test]
    fn the_end_of_the_channel_that_held_time_back_lets_it_go_on() {
        let mut valve = Valve::new(3);
        valve.watermark(0, 10);
        valve.watermark(1, 8);
        assert_eq!(valve.ended(2).change, Some(Change::Watermark(8)));
        assert_eq!(valve.ended(1).change, Some(Change::Watermark(10)));
        assert_eq!(valve.ended(0), End { change: None, all: true });
    }

    #[test]
    fn the_end_of_the_last_channel_that_speaks_leaves_silence() {
        let mut valve = Valve::new(2);
        valve.watermark(0, 10);
        assert_eq!(valve.set_idle(1, true), Some(Change::Watermark(10)));
        assert_eq!(valve.ended(0), End { change: Some(Change::Idle), all: false });
        assert_eq!(valve.set_idle(1, false), Some(Change::Active));
    }
}
