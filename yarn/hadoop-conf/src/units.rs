//! Values as Hadoop writes them: durations, sizes, booleans, numbers, lists.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// What a duration without a suffix counts. Each key has its own; the key's name often says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// `ns`
    Nanoseconds,
    /// `us`
    Microseconds,
    /// `ms`
    Milliseconds,
    /// `s`
    Seconds,
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
}

impl TimeUnit {
    /// Suffixes; those that end like a shorter one come before it.
    const SUFFIXES: [(&str, TimeUnit); 7] = [
        ("ns", TimeUnit::Nanoseconds),
        ("us", TimeUnit::Microseconds),
        ("ms", TimeUnit::Milliseconds),
        ("s", TimeUnit::Seconds),
        ("m", TimeUnit::Minutes),
        ("h", TimeUnit::Hours),
        ("d", TimeUnit::Days),
    ];

    fn times(self, number: u64) -> Option<Duration> {
        match self {
            TimeUnit::Nanoseconds => Some(Duration::from_nanos(number)),
            TimeUnit::Microseconds => Some(Duration::from_micros(number)),
            TimeUnit::Milliseconds => Some(Duration::from_millis(number)),
            TimeUnit::Seconds => Some(Duration::from_secs(number)),
            TimeUnit::Minutes => number.checked_mul(60).map(Duration::from_secs),
            TimeUnit::Hours => number.checked_mul(3_600).map(Duration::from_secs),
            TimeUnit::Days => number.checked_mul(86_400).map(Duration::from_secs),
        }
    }
}

/// A duration: a whole number, and a suffix in any case or else `unit`.
pub(crate) fn duration(text: &str, unit: TimeUnit) -> Option<Duration> {
    let text = text.trim().to_ascii_lowercase();
    let with_suffix = TimeUnit::SUFFIXES.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)));
    let (number, unit) = with_suffix.unwrap_or((&text, unit));
    unit.times(number.trim().parse().ok()?)
}

/// A size in bytes: a whole number, and one of `k m g t p e` in any case, each 1024 times the one before, with or
/// without a `b` after it.
pub(crate) fn size(text: &str) -> Option<u64> {
    const PREFIXES: &str = "kmgtpe";
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let prefix = text.chars().next_back().and_then(|last| Some((last, PREFIXES.find(last)?)));
    let (number, power) = match prefix {
        Some((letter, place)) => (text.strip_suffix(letter)?, u32::try_from(place).ok()? + 1),
        None => (text, 0),
    };
    let number: u64 = number.trim().parse().ok()?;
    number.checked_mul(1024_u64.checked_pow(power)?).filter(|bytes| i64::try_from(*bytes).is_ok())
}

/// `true` or `false`, in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A whole number, decimal or with `0x` before it hexadecimal.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) if digits.starts_with(['+', '-']) => None,
        Some(digits) => {
            let number = i64::from_str_radix(digits, 16).ok()?;
            Some(if negative { -number } else { number })
        }
        None => text.parse().ok(),
    }
}

/// The items between commas, trimmed; empty ones are left out.
pub(crate) fn list(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
}
