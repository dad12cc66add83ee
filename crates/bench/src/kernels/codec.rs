//! Records through the codec and back: pairs of integers, which are copied, and records of mixed fields.

use super::measured;
use crate::inputs::splitmix64;
use anyhow::{Result, ensure};
use std::hint::black_box;
use weft_record::{Decoder, Record, Str, decode_all, encode_all};

const RECORDS: u64 = 10_000;

/// An integer, a string that stands in place, one that does not, an optional field.
type Mixed = (u64, Str, Str, Option<i32>);

pub(super) fn run() -> Result<()> {
    let pairs: Vec<(u64, u64)> = (0..RECORDS).map(|i| (i, splitmix64(i))).collect();
    let mixed: Vec<Mixed> = (0..RECORDS).map(record).collect();
    let mut encoded = Vec::with_capacity(1 << 21);
    let decoded = measured(|| -> Result<_> {
        encode_all(black_box(&pairs), &mut encoded);
        encode_all(black_box(&mixed), &mut encoded);
        let mut input = Decoder::new(black_box(&encoded));
        Ok((decode::<(u64, u64)>(&mut input)?, decode::<Mixed>(&mut input)?))
    })?;
    ensure!(decoded == (pairs, mixed), "the codec does not give back what it was given");
    Ok(())
}

fn decode<T: Record>(input: &mut Decoder<'_>) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    decode_all(input, RECORDS as usize, &mut rows)?;
    Ok(rows)
}

fn record(i: u64) -> Mixed {
    let random = splitmix64(i);
    let short = Str::from(format!("w{}", random % 100_000).as_str());
    let long = Str::from(format!("a field that is too long to stand in place: {random}").as_str());
    (random, short, long, i.is_multiple_of(3).then_some(i as i32))
}
