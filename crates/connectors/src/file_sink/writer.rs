//! The part of the sink that lives in a slot.

use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use weft_record::{Batch, Record};
use weft_runtime::sink::SinkWriter;
use weft_runtime::{Clock, OperatorContext, TaskError};

use super::part_writer::{PartWriter, PendingPart};
use super::write_behind::{Order, WriteBehind};
use crate::TextFormat;

/// Bytes of one write.
const BUFFER: usize = 256 << 10;

/// Formats records and has them written.
pub struct FileWriter<T> {
    behind: WriteBehind,
    text: String,
    /// Whether anything was written since the last part was closed.
    begun: bool,
    roll: Option<Rolling>,
    closed: Vec<PendingPart>,
    finishing: bool,
    records: PhantomData<fn(T)>,
}

/// When parts are closed.
struct Rolling {
    interval_ms: i64,
    next_ms: i64,
}

impl<T> FileWriter<T> {
    pub(crate) fn new(parts: PartWriter, rolling: Option<Duration>, context: &OperatorContext) -> Self {
        FileWriter {
            behind: WriteBehind::new(parts, context),
            text: String::new(),
            begun: false,
            roll: rolling.map(|interval| Rolling::new(interval, &context.clock)),
            closed: Vec::new(),
            finishing: false,
            records: PhantomData,
        }
    }

    fn hand_over_text(&mut self) -> Result<(), TaskError> {
        if self.text.is_empty() {
            return Ok(());
        }
        let text = mem::take(&mut self.text);
        self.begun = true;
        Ok(self.behind.order(Order::Append(Bytes::from(text)))?)
    }

    fn close_part(&mut self) -> Result<(), TaskError> {
        self.hand_over_text()?;
        if mem::take(&mut self.begun) {
            self.behind.order(Order::ClosePart)?;
        }
        Ok(())
    }
}

impl Rolling {
    fn new(interval: Duration, clock: &Arc<dyn Clock>) -> Self {
        let interval_ms = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX).max(1);
        Rolling { interval_ms, next_ms: clock.now().wall_ms.saturating_add(interval_ms) }
    }

    /// Whether it is time; then the next time is set.
    fn is_due(&mut self, now_ms: i64) -> bool {
        let due = now_ms >= self.next_ms;
        if due {
            self.next_ms = now_ms.saturating_add(self.interval_ms);
        }
        due
    }
}

impl<T: Record + TextFormat> SinkWriter for FileWriter<T> {
    type Item = T;
    type Committable = PendingPart;

    fn write(&mut self, batch: Batch<T>) -> Result<(), TaskError> {
        if self.text.capacity() == 0 {
            self.text.reserve(BUFFER + BUFFER / 8);
        }
        for record in &batch.rows {
            record.write_text(&mut self.text);
            self.text.push('\n');
            if self.text.len() >= BUFFER {
                self.hand_over_text()?;
            }
        }
        Ok(())
    }

    fn is_ready(&mut self) -> Result<bool, TaskError> {
        Ok(self.behind.pump()?)
    }

    fn next_roll(&self) -> Option<i64> {
        let roll = self.roll.as_ref()?;
        // A part that was closed is to be committed at once.
        Some(if self.behind.has_answers() { i64::MIN } else { roll.next_ms })
    }

    fn roll(&mut self, now_ms: i64) -> Result<Vec<PendingPart>, TaskError> {
        if self.roll.as_mut().is_some_and(|roll| roll.is_due(now_ms)) {
            self.close_part()?;
        }
        self.behind.pump()?;
        Ok(self.behind.take_closed()?)
    }

    fn finish(&mut self) -> Result<Option<Vec<PendingPart>>, TaskError> {
        if !mem::replace(&mut self.finishing, true) {
            self.close_part()?;
        }
        self.behind.pump()?;
        self.closed.extend(self.behind.take_closed()?);
        Ok((!self.behind.is_closing()).then(|| mem::take(&mut self.closed)))
    }
}
