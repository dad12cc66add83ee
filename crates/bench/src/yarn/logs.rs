//! When something happened, by the logs of YARN's daemons.

use crate::cluster::process::until;
use crate::cluster::submission::now_ms;
use anyhow::{Context, Result};
use weft_integration::Rig;

/// A whole number of these is what any zone's time differs from UTC by.
const QUARTER: i64 = 15 * 60 * 1000;

/// The daemons that log, and what is looked for in a line: all of these parts.
#[derive(Clone, Copy)]
pub(super) struct Logs<'r>(pub(super) &'r Rig);

impl Logs<'_> {
    /// When the ResourceManager wrote a line, in milliseconds since 1970, at most a quarter of an hour ago.
    pub(super) fn resource_manager(self, parts: &[&str]) -> Result<i64> {
        self.first("rm", parts)
    }

    /// The same of the NodeManagers.
    pub(super) fn node_managers(self, parts: &[&str]) -> Result<i64> {
        self.first("nm", parts)
    }

    /// When a container was handed over to whoever had asked for it.
    pub(super) fn handed_over(self, container: &str) -> Result<i64> {
        self.resource_manager(&[container, "from ALLOCATED to ACQUIRED"])
    }

    /// When a NodeManager started the process of a container.
    pub(super) fn started(self, container: &str) -> Result<i64> {
        self.node_managers(&[container, "launchContainer: ["])
    }

    fn first(self, kind: &str, parts: &[&str]) -> Result<i64> {
        until(&format!("a line with {parts:?} in a log of {kind}"), || {
            for daemon in self.0.names(kind) {
                if let Some(line) = line_with(&self.0.log(daemon)?, parts) {
                    let time = time_of_day(line).with_context(|| format!("a log of {daemon} has no times: {line}"))?;
                    return Ok(Some(since_1970(time, now_ms()?)));
                }
            }
            Ok(None)
        })
    }
}

fn line_with<'t>(log: &'t str, parts: &[&str]) -> Option<&'t str> {
    log.lines().find(|line| parts.iter().all(|part| line.contains(part)))
}

/// Milliseconds since midnight, where the daemon is: `12:00:01,250 …`.
fn time_of_day(line: &str) -> Option<i64> {
    let (time, milliseconds) = line.split(' ').next()?.split_once(',')?;
    let seconds = time.split(':').try_fold(0, |sum, part| Some(sum * 60 + part.parse::<i64>().ok()?))?;
    Some(seconds * 1000 + milliseconds.parse::<i64>().ok()?)
}

/// The latest moment before now that has this time of the day in some zone.
fn since_1970(time_of_day: i64, now: i64) -> i64 {
    now - (now - time_of_day).rem_euclid(QUARTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_when_it_was_written_in_whatever_zone() {
        let log = "x\n12:00:01,250 INFO A: c_1 from A to B\n12:00:02,000 INFO A: c_1 from B to C\n";
        let line = line_with(log, &["c_1", "to C"]).unwrap();
        assert_eq!(time_of_day(line), Some(43_202_000));
        assert_eq!(time_of_day("no time"), None);
        // A minute past noon, UTC; the daemon is at UTC+5:30.
        let now = 1_700_000_000_000 / 86_400_000 * 86_400_000 + 12 * 3_600_000 + 60_000;
        for zone in [0, 5 * 3_600_000 + 1_800_000, -3 * 3_600_000] {
            assert_eq!(since_1970(43_202_000 + zone, now), now - 58_000);
        }
    }
}
