//! The generated records. Every program that does a benchmark's work makes them with these functions, so that what
//! making them costs is in all rows alike.
//!
//! * `keyed-sum`: record i is (splitmix64(i) mod KEYS, i mod 256).
//! * `chain`: record i is i.
//! * `rebalance`: record i is (i, splitmix64(i)).
//! * `keyed-strings`: record i has the key `k{splitmix64(i) mod KEYS}`, the fields `a{i mod 1000}` and `b{i mod 7}`,
//!   and adds i mod 256.

/// The first output of Steele, Lea and Flood's SplitMix64 seeded with `i`: a bijection that scatters its argument.
pub(crate) fn splitmix64(i: u64) -> u64 {
    let mut z = i.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Record `i` of `keyed-sum`: key and addend.
pub(crate) fn keyed_sum(i: u64, keys: u64) -> (u64, u64) {
    (splitmix64(i) % keys, i % 256)
}

/// The numbers of record `i` of `keyed-strings`; [`KeyedStrings::write`] makes them strings.
pub(crate) struct KeyedStrings {
    /// Follows `k` in the key.
    pub(crate) key: u64,
    /// Follows `a`.
    pub(crate) a: u64,
    /// Follows `b`.
    pub(crate) b: u64,
    /// What the record adds.
    pub(crate) add: u64,
}

impl KeyedStrings {
    pub(crate) fn new(i: u64, keys: u64) -> Self {
        KeyedStrings { key: splitmix64(i) % keys, a: i % 1000, b: i % 7, add: i % 256 }
    }

    /// Replaces the contents of `text` by `letter` and `number`.
    pub(crate) fn write(text: &mut String, letter: char, number: u64) {
        text.clear();
        text.push(letter);
        push_digits(text, number);
    }

    /// Bytes of the first `records` records: their strings, and eight for the addend.
    pub(crate) fn bytes(records: u64, keys: u64) -> u64 {
        let one = |i| {
            let record = KeyedStrings::new(i, keys);
            [record.key, record.a, record.b].into_iter().map(|n| 1 + digits(n)).sum::<u64>() + 8
        };
        (0..records).map(one).sum()
    }
}

fn digits(number: u64) -> u64 {
    u64::from(number.checked_ilog10().unwrap_or(0)) + 1
}

/// Appends `number` in decimal, without the formatting machinery, which would cost more than the sum it feeds.
fn push_digits(text: &mut String, number: u64) {
    if number >= 10 {
        push_digits(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_the_published_sequence() {
        assert_eq!(splitmix64(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(splitmix64(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn strings_are_what_formatting_gives() {
        let mut text = String::from("left over");
        for number in [0, 9, 10, 99, 100, 1_000_000, u64::MAX] {
            KeyedStrings::write(&mut text, 'k', number);
            assert_eq!(text, format!("k{number}"));
        }
    }

    #[test]
    fn bytes_are_those_of_the_strings() {
        let mut sum = 0;
        for i in 0..2000 {
            let record = KeyedStrings::new(i, 5000);
            sum += format!("k{}a{}b{}", record.key, record.a, record.b).len() as u64 + 8;
        }
        assert_eq!(KeyedStrings::bytes(2000, 5000), sum);
    }
}
