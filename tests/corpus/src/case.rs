//! A job with what must come of it.

use std::fmt::Debug;

use crate::Stage;

/// A program of one job or several, and its end.
pub struct Case {
    /// What it is asked for by.
    pub name: &'static str,
    /// Configuration of its jobs.
    pub settings: &'static [(&'static str, &'static str)],
    /// Runs it; the lines that it comes to, in any order.
    pub run: fn(&Stage) -> weft::Result<Vec<String>>,
    /// How it must end.
    pub end: End,
    /// Whether it comes to the same however often its tasks are run again, and takes as long as its stage wants.
    pub may_be_disturbed: bool,
    /// Whether some of its jobs fail though the program succeeds.
    pub bears_failures: bool,
}

/// How a case ends.
pub enum End {
    /// It succeeds with these lines, in any order.
    Lines(fn() -> Vec<String>),
    /// It fails with a sentence that says all of this.
    Failure(&'static [&'static str]),
}

impl Case {
    /// A case that succeeds with these lines.
    pub(crate) const fn new(
        name: &'static str,
        run: fn(&Stage) -> weft::Result<Vec<String>>,
        lines: fn() -> Vec<String>,
    ) -> Self {
        Case { name, settings: &[], run, end: End::Lines(lines), may_be_disturbed: false, bears_failures: false }
    }

    /// A case that fails with a sentence that says all of this.
    pub(crate) const fn failing(
        name: &'static str,
        run: fn(&Stage) -> weft::Result<Vec<String>>,
        says: &'static [&'static str],
    ) -> Self {
        Case { name, settings: &[], run, end: End::Failure(says), may_be_disturbed: false, bears_failures: false }
    }

    /// The same with this configuration.
    pub(crate) const fn with(self, settings: &'static [(&'static str, &'static str)]) -> Self {
        Case { settings, ..self }
    }

    /// The same for a case that tasks which run again do not change.
    pub(crate) const fn robust(self) -> Self {
        Case { may_be_disturbed: true, ..self }
    }

    /// The same for a program that goes on when one of its jobs has failed.
    pub(crate) const fn bearing_failures(self) -> Self {
        Case { bears_failures: true, ..self }
    }

    /// Compares what a run came to, its lines or the sentence it failed with, with what it had to; the difference is the error.
    pub fn check(&self, outcome: Result<Vec<String>, String>) -> Result<(), String> {
        match (&self.end, outcome) {
            (End::Lines(expected), Ok(lines)) => difference(expected(), lines),
            (End::Lines(_), Err(failure)) => Err(format!("it failed: {failure}")),
            (End::Failure(_), Ok(lines)) => Err(format!("it succeeded, with {} lines: {lines:?}", lines.len())),
            (End::Failure(says), Err(failure)) => match says.iter().find(|part| !failure.contains(**part)) {
                Some(part) => Err(format!("it does not say {part:?}: {failure}")),
                None => Ok(()),
            },
        }
    }
}

/// Where two sets of lines differ first, whatever their order.
fn difference(mut expected: Vec<String>, mut lines: Vec<String>) -> Result<(), String> {
    expected.sort_unstable();
    lines.sort_unstable();
    if expected == lines {
        return Ok(());
    }
    let differ = expected.iter().zip(&lines).position(|(expected, line)| expected != line);
    let at = differ.unwrap_or(expected.len().min(lines.len()));
    Err(format!(
        "{} lines instead of {}; sorted, line {at} is {:?} instead of {:?}",
        lines.len(),
        expected.len(),
        lines.get(at),
        expected.get(at)
    ))
}

/// Records as lines.
pub fn lines<T: Debug>(records: impl IntoIterator<Item = T>) -> Vec<String> {
    records.into_iter().map(|record| format!("{record:?}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &Stage) -> weft::Result<Vec<String>> {
        Ok(Vec::new())
    }

    #[test]
    fn lines_are_compared_without_their_order_and_with_their_number() {
        let case = Case::new("numbers", nothing, || lines([1, 2, 2]));
        let check = |numbers: &[u8]| case.check(Ok(lines(numbers)));
        assert_eq!(check(&[2, 1, 2]), Ok(()));
        for wrong in [&[1, 2][..], &[1, 2, 2, 2], &[1, 1, 2], &[]] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
        assert!(case.check(Err("the job failed".into())).is_err());
    }

    #[test]
    fn a_failure_must_say_everything() {
        let case = Case::failing("wrong", nothing, &["operator", "divide"]);
        assert_eq!(case.check(Err("operator `divide` failed".into())), Ok(()));
        assert!(case.check(Err("operator `map` failed".into())).is_err());
        assert!(case.check(Ok(Vec::new())).is_err());
    }
}
