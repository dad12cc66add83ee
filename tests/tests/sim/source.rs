//! A source whose splits are lines of rows, read in pieces and with pauses.

use super::dice::Dice;
use super::faults::Faults;
use super::row::Row;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;
use weft_record::{Batch, Record};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{Boundedness, NextSplit, Source, SourcePoll, SourceReader, SplitEnumerator};
use weft_runtime::{Clock, OperatorContext, TaskError};

#[derive(Clone)]
pub(super) struct Lines {
    /// Number of the first line.
    pub(super) first: u32,
    /// Rows of each line.
    pub(super) rows: Vec<u64>,
    pub(super) keys: u32,
    pub(super) faults: Faults,
}

/// A line still to be read.
#[derive(Clone, Debug, Record)]
pub(super) struct Line {
    number: u32,
    rows: u64,
}

impl Source for Lines {
    type Item = Row;
    type Split = Line;
    type Enumerator = Enumerator;
    type Reader = Reader;

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn enumerator(&self, _context: &CoordinatorContext) -> Result<Enumerator, TaskError> {
        let line = |(n, rows): (usize, &u64)| Line { number: self.first + n as u32, rows: *rows };
        Ok(Enumerator { lines: self.rows.iter().enumerate().map(line).collect(), faults: self.faults.clone() })
    }

    fn reader(&self, context: &OperatorContext) -> Result<Reader, TaskError> {
        self.faults.strike("the making of a reader")?;
        Ok(Reader {
            lines: VecDeque::new(),
            read: 0,
            keys: self.keys,
            pause_until: None,
            clock: context.clock.clone(),
            waker: context.waker.clone(),
            faults: self.faults.clone(),
            dice: Dice::new(context.seed),
        })
    }
}

pub(super) struct Enumerator {
    lines: VecDeque<Line>,
    faults: Faults,
}

impl SplitEnumerator for Enumerator {
    type Split = Line;

    fn next_split(&mut self, _subtask: u32) -> Result<NextSplit<Line>, TaskError> {
        self.faults.strike("an enumerator")?;
        Ok(self.lines.pop_front().map_or(NextSplit::NoMore, NextSplit::Split))
    }

    fn add_back(&mut self, splits: Vec<Line>) {
        self.lines.extend(splits);
    }
}

pub(super) struct Reader {
    lines: VecDeque<Line>,
    /// Rows read of the first line.
    read: u64,
    keys: u32,
    pause_until: Option<i64>,
    clock: Arc<dyn Clock>,
    waker: Waker,
    faults: Faults,
    dice: Dice,
}

impl SourceReader for Reader {
    type Item = Row;
    type Split = Line;

    fn add_split(&mut self, split: Line) -> Result<(), TaskError> {
        self.faults.strike("add_split")?;
        self.lines.push_back(split);
        Ok(())
    }

    fn poll(&mut self) -> Result<SourcePoll<Row>, TaskError> {
        self.faults.strike("a reader")?;
        let now = self.clock.now().wall_ms;
        if self.pause_until.is_some_and(|until| until > now) {
            return Ok(SourcePoll::Pending);
        }
        self.pause_until = None;
        match self.dice.below(12) {
            0 => {
                self.pause_until = Some(now + self.dice.between(1, 30) as i64);
                return Ok(SourcePoll::Pending);
            }
            1 => {
                self.waker.wake_by_ref();
                return Ok(SourcePoll::Pending);
            }
            _ => {}
        }
        let Some(line) = self.lines.front() else { return Ok(SourcePoll::End) };
        let until = line.rows.min(self.read + self.dice.between(1, 12));
        let rows = (self.read..until).map(|seq| Row::of_source(line.number, seq, self.keys)).collect();
        self.read = until;
        if until == line.rows {
            self.lines.pop_front();
            self.read = 0;
        }
        Ok(SourcePoll::Batch(Batch::of(rows)))
    }

    fn next_time(&self) -> Option<i64> {
        self.pause_until
    }
}
