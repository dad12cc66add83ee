//! The part of the source that lives in a slot.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::task::Waker;

use tokio::runtime::Handle;
use weft_fs::{FileSystems, Path};
use weft_record::{SlabPool, Str};
use weft_runtime::source::{SourcePoll, SourceReader};
use weft_runtime::{OperatorContext, TaskError};

use super::FileSplit;
use super::ahead::{Input, SplitInput, SplitOpener};
use super::split_lines::BLOCK;
use crate::ConnectorError;
use crate::text::{Delimiter, LineCutter, Lines, TextRules};

/// Unused blocks kept for the next reads.
const KEPT_BLOCKS: u64 = 4;

/// Cuts the lines of its splits, one split after the other.
pub struct TextFileReader {
    file_systems: FileSystems,
    rules: TextRules,
    pool: SlabPool,
    machine: Option<String>,
    io: Option<Handle>,
    waker: Waker,
    splits: VecDeque<FileSplit>,
    current: Option<Current>,
    /// Bytes of the splits that are read.
    done: u64,
}

struct Current {
    /// The first byte of the split, the one behind its last, and the last that was taken up so far.
    start: u64,
    end: u64,
    at: u64,
    input: SplitInput,
    cutter: LineCutter,
    waiting: VecDeque<Lines>,
}

impl TextFileReader {
    pub(crate) fn new(file_systems: FileSystems, rules: TextRules, context: &OperatorContext) -> Self {
        TextFileReader {
            file_systems,
            rules,
            pool: SlabPool::new((KEPT_BLOCKS * BLOCK) as usize),
            machine: machine_name(context.job.machine.as_deref()),
            io: context.io.clone(),
            waker: context.waker.clone(),
            splits: VecDeque::new(),
            current: None,
            done: 0,
        }
    }

    fn begin(&self, split: FileSplit) -> Result<Current, ConnectorError> {
        let file_system = self.file_systems.get(&Path::parse(&split.path)?)?;
        let opener = SplitOpener { file_system, rules: self.rules, pool: self.pool.clone() };
        let cutter = LineCutter::new(Delimiter::Newline, self.rules.max_line_length, split.path.clone());
        let (start, end) = (split.start, split.end);
        let input = SplitInput::begin(opener, split, self.io.as_ref(), self.waker.clone())?;
        Ok(Current { start, end, at: start, input, cutter, waiting: VecDeque::new() })
    }

    /// The next lines of the current split.
    fn next_lines(current: &mut Current) -> Result<SourcePoll<Str>, ConnectorError> {
        loop {
            if let Some(batch) = current.cutter.next_batch()? {
                return Ok(SourcePoll::Batch(batch));
            }
            if let Some(lines) = current.waiting.pop_front() {
                current.at = lines.offset.clamp(current.start, current.end);
                current.cutter.put(lines);
                continue;
            }
            match current.input.poll()? {
                Input::Lines(lines) => current.waiting.extend(lines),
                Input::Pending => return Ok(SourcePoll::Pending),
                Input::End => return Ok(SourcePoll::End),
            }
        }
    }
}

/// What DataNodes on this machine are registered under: the name that others know it by or, where they use an address or are all here, what
/// it calls itself.
fn machine_name(advertised: Option<&str>) -> Option<String> {
    let is_name = |name: &&str| *name != "localhost" && name.parse::<IpAddr>().is_err();
    let own = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = advertised.filter(is_name).map(str::to_owned).or_else(own)?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

impl SourceReader for TextFileReader {
    type Item = Str;
    type Split = FileSplit;

    fn machine(&self) -> Option<String> {
        self.machine.clone()
    }

    fn add_split(&mut self, split: FileSplit) -> Result<(), TaskError> {
        self.splits.push_back(split);
        Ok(())
    }

    fn poll(&mut self) -> Result<SourcePoll<Str>, TaskError> {
        loop {
            if let Some(current) = &mut self.current {
                match TextFileReader::next_lines(current)? {
                    SourcePoll::End => {
                        self.done += current.end - current.start;
                        self.current = None;
                    }
                    other => return Ok(other),
                }
            }
            let Some(split) = self.splits.pop_front() else { return Ok(SourcePoll::End) };
            self.current = Some(self.begin(split)?);
        }
    }

    fn done(&self) -> u64 {
        self.done + self.current.as_ref().map_or(0, |current| current.at - current.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_goes_by_the_name_that_others_know_it_by() {
        let own = machine_name(None);
        assert!(own.is_some());
        assert_eq!(machine_name(Some("node1.example.com")).as_deref(), Some("node1.example.com"));
        for no_name in ["localhost", "127.0.0.1", "10.0.0.7", "::1", "fe80::2"] {
            assert_eq!(machine_name(Some(no_name)), own, "{no_name}");
        }
    }
}
