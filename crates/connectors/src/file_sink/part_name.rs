//! Names of part files.

use std::fmt;

/// Whose in-progress file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InProgress {
    /// The subtask.
    pub(crate) subtask: u32,
    /// Counts the parts of the attempt.
    pub(crate) counter: u64,
    /// Tells runs apart that write to the same directory, one after the other.
    pub(crate) run: u64,
    /// The attempt.
    pub(crate) attempt: u32,
}

impl fmt::Display for InProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InProgress { subtask, counter, run, attempt } = self;
        write!(f, ".part-{subtask}-{counter}.inprogress.{run:016x}.{attempt}")
    }
}

impl InProgress {
    /// Reads a name; `None` for any other.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (subtask, rest) = name.strip_prefix(".part-")?.split_once('-')?;
        let (counter, rest) = rest.split_once(".inprogress.")?;
        let (run, attempt) = rest.split_once('.')?;
        Some(InProgress {
            subtask: subtask.parse().ok()?,
            counter: counter.parse().ok()?,
            run: u64::from_str_radix(run, 16).ok()?,
            attempt: attempt.parse().ok()?,
        })
    }
}

/// The name of a finished part.
pub(crate) fn finished(subtask: u32, number: u64) -> String {
    format!("part-{subtask}-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_not_ours() {
        let name = InProgress { subtask: 3, counter: 12, run: 0xab, attempt: 1 };
        assert_eq!(name.to_string(), ".part-3-12.inprogress.00000000000000ab.1");
        assert_eq!(InProgress::parse(&name.to_string()), Some(name));
        for other in ["part-3-12", ".part-3-12", ".part-x-1.inprogress.ab.1", ".part-3-1.inprogress.ab", ".profile"] {
            assert_eq!(InProgress::parse(other), None, "{other}");
        }
    }
}
