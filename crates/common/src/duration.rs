//! Durations, as configuration writes them.
//!
//! Two forms are read. The common one is a whole number and a unit, in any case and with or without space between them:
//! `100 ms`, `10s`, `5 minutes`; without a unit the number counts milliseconds. The other is that of ISO 8601, restricted
//! to days and smaller parts, whose lengths do not depend on the calendar: `PT10S`, `P2DT3H4M`, `PT1.5S`. Neither may be
//! negative.

use crate::ParseError;
use crate::size::{split_number, trim};
use std::time::Duration;

mod iso;
#[cfg(test)]
mod tests;

/// Nanoseconds in a second.
const SECOND: u128 = 1_000_000_000;

/// Every unit: its length in nanoseconds, and how it may be written, the common form first.
const UNITS: [(u128, &[&str]); 7] = [
    (86_400 * SECOND, &["d", "day", "days"]),
    (3_600 * SECOND, &["h", "hour", "hours"]),
    (60 * SECOND, &["min", "m", "minute", "minutes"]),
    (SECOND, &["s", "sec", "secs", "second", "seconds"]),
    (1_000_000, &["ms", "", "milli", "millis", "millisecond", "milliseconds"]),
    (1_000, &["µs", "micro", "micros", "microsecond", "microseconds"]),
    (1, &["ns", "nano", "nanos", "nanosecond", "nanoseconds"]),
];

/// Reads a duration in either form, up to 2⁶³ − 1 seconds.
///
/// ```
/// use std::time::Duration;
/// use weft_common::duration;
/// assert_eq!(duration::parse("1 min"), duration::parse("PT60S"));
/// assert_eq!(duration::parse("250"), Ok(Duration::from_millis(250)));
/// ```
pub fn parse(text: &str) -> Result<Duration, ParseError> {
    let nanos = match iso::is_iso(trim(text)) {
        true => iso::nanos(trim(text)).ok_or_else(|| malformed(text))?,
        false => common_form(text)?,
    };
    from_nanos(nanos).ok_or_else(|| ParseError::DurationTooLong { text: text.to_owned() })
}

fn malformed(text: &str) -> ParseError {
    ParseError::Duration { text: text.to_owned() }
}

fn common_form(text: &str) -> Result<u128, ParseError> {
    let (number, unit) = split_number(text).ok_or_else(|| malformed(text))?;
    let (length, _) =
        UNITS.iter().find(|(_, spellings)| spellings.contains(&unit.as_str())).ok_or_else(|| malformed(text))?;
    let nanos = number.parse::<u128>().ok().and_then(|n| n.checked_mul(*length));
    nanos.ok_or_else(|| ParseError::DurationTooLong { text: text.to_owned() })
}

fn from_nanos(nanos: u128) -> Option<Duration> {
    let seconds = u64::try_from(nanos / SECOND).ok().filter(|s| i64::try_from(*s).is_ok())?;
    let rest = u32::try_from(nanos % SECOND).ok()?;
    Some(Duration::new(seconds, rest))
}

/// Writes a duration in the common form, with the largest unit that leaves a whole number; none at all is `0 ms`.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(weft_common::duration::format(Duration::from_secs(90)), "90 s");
/// ```
pub fn format(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let whole = |length: u128| nanos > 0 && nanos.is_multiple_of(length);
    match UNITS.iter().find(|(length, _)| whole(*length)) {
        Some((length, [unit, ..])) => format!("{} {unit}", nanos / length),
        _ => "0 ms".to_owned(),
    }
}
