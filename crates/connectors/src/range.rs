//! Sources whose records are made from their number: ranges of numbers are the splits.

use std::collections::VecDeque;
use std::ops::Range;

use weft_record::{Batch, MAX_BATCH_RECORDS, Record};
use weft_runtime::TaskError;
use weft_runtime::source::{NextSplit, SourcePoll, SourceReader, SplitEnumerator};

/// Numbers from `from` to before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Record)]
pub struct IndexRange {
    /// The first.
    pub from: u64,
    /// Behind the last.
    pub to: u64,
}

/// Hands out contiguous ranges, as many as there are subtasks.
#[derive(Debug)]
pub struct RangeEnumerator {
    ranges: VecDeque<IndexRange>,
    count: u64,
}

impl RangeEnumerator {
    /// Cuts the numbers below `count` into `parts` ranges whose lengths differ by at most one.
    pub(crate) fn new(count: u64, parts: u32) -> Self {
        let parts = u64::from(parts.max(1));
        let (each, longer) = (count / parts, count % parts);
        let begin = |part: u64| each * part + part.min(longer);
        let ranges = (0..parts).map(|part| IndexRange { from: begin(part), to: begin(part + 1) });
        RangeEnumerator { ranges: ranges.filter(|range| range.from < range.to).collect(), count }
    }
}

impl SplitEnumerator for RangeEnumerator {
    type Split = IndexRange;

    fn next_split(&mut self, _subtask: u32) -> Result<NextSplit<IndexRange>, TaskError> {
        Ok(self.ranges.pop_front().map_or(NextSplit::NoMore, NextSplit::Split))
    }

    fn add_back(&mut self, splits: Vec<IndexRange>) {
        splits.into_iter().rev().for_each(|split| self.ranges.push_front(split));
    }

    fn size(&self) -> u64 {
        self.count
    }
}

/// Makes records from the numbers of its ranges, a full batch at a time.
pub struct RangeReader<T> {
    ranges: VecDeque<IndexRange>,
    make: Box<dyn FnMut(Range<u64>) -> Vec<T>>,
    done: u64,
}

impl<T> RangeReader<T> {
    /// `make` gives the records of a range of numbers.
    pub(crate) fn new(make: impl FnMut(Range<u64>) -> Vec<T> + 'static) -> Self {
        RangeReader { ranges: VecDeque::new(), make: Box::new(make), done: 0 }
    }

    fn next_range(&mut self) -> Option<Range<u64>> {
        let range = self.ranges.front_mut()?;
        let taken = range.from..range.to.min(range.from.saturating_add(MAX_BATCH_RECORDS as u64));
        range.from = taken.end;
        self.done += taken.end - taken.start;
        if range.from >= range.to {
            self.ranges.pop_front();
        }
        Some(taken)
    }
}

impl<T: Record> SourceReader for RangeReader<T> {
    type Item = T;
    type Split = IndexRange;

    fn add_split(&mut self, split: IndexRange) -> Result<(), TaskError> {
        self.ranges.push_back(split);
        Ok(())
    }

    fn poll(&mut self) -> Result<SourcePoll<T>, TaskError> {
        Ok(match self.next_range() {
            Some(range) => SourcePoll::Batch(Batch::of((self.make)(range))),
            None => SourcePoll::End,
        })
    }

    fn done(&self) -> u64 {
        self.done
    }
}

#[cfg(test)]
#[path = "range_test.rs"]
mod tests;
