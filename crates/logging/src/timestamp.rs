//! A point in time as a date, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// A date with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    year: i64,
    month: i64,
    day: i64,
    /// Milliseconds of the day.
    millis: i64,
}

impl Timestamp {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::from_millis(i64::try_from(since.as_millis()).unwrap_or(0))
    }

    /// From milliseconds since 1970.
    pub(crate) fn from_millis(millis: i64) -> Self {
        let (year, month, day) = civil(millis.div_euclid(86_400_000));
        Timestamp { year, month, day, millis: millis.rem_euclid(86_400_000) }
    }

    /// `2026-11-26 20:15:02,123`
    pub(crate) fn text(self) -> String {
        self.with(' ', ',', "")
    }

    /// `2026-11-26T20:15:02.123Z`
    pub(crate) fn iso(self) -> String {
        self.with('T', '.', "Z")
    }

    fn with(self, between: char, point: char, end: &str) -> String {
        let Timestamp { year, month, day, millis } = self;
        let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
        let millis = millis % 1000;
        format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{point}{millis:03}{end}")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. A year is made to begin in March, so that a
/// leap day is its last; an era is 400 such years.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        for (millis, text) in [
            (0, "1970-01-01 00:00:00,000"),
            (951_782_399_999, "2000-02-28 23:59:59,999"),
            (951_782_400_000, "2000-02-29 00:00:00,000"),
            (951_868_800_000, "2000-03-01 00:00:00,000"),
            (1_795_724_102_123, "2026-11-26 20:15:02,123"),
            (4_107_542_400_000, "2100-03-01 00:00:00,000"),
            (-1, "1969-12-31 23:59:59,999"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).text(), text);
        }
        assert_eq!(Timestamp::from_millis(1_795_724_102_123).iso(), "2026-11-26T20:15:02.123Z");
    }
}
