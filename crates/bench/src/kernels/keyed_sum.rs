//! Running sums in a state table, a batch at a time: hash the keys, then update.

use super::measured;
use crate::inputs;
use anyhow::{Result, ensure};
use weft_record::{MAX_BATCH_RECORDS, hash_all};
use weft_state::Table;

const RECORDS: u64 = 50_000;
const KEYS: u64 = 5_000;

pub(super) fn run() -> Result<()> {
    let mut rows: Vec<(u64, u64)> = (0..RECORDS).map(|i| inputs::keyed_sum(i, KEYS)).collect();
    let mut sums: Table<u64, u64> = Table::new();
    let mut hashes = Vec::with_capacity(MAX_BATCH_RECORDS);
    measured(|| {
        for batch in rows.chunks_mut(MAX_BATCH_RECORDS) {
            hashes.clear();
            hash_all(batch, |(key, _)| key, &mut hashes);
            sums.update_batch(
                batch,
                &hashes,
                |(key, _)| key,
                |row| *row,
                |(_, n), sum| {
                    *sum += *n;
                    *n = *sum;
                },
            );
        }
    });
    ensure!(sums.len() as u64 == KEYS, "the table holds {} keys instead of {KEYS}", sums.len());
    Ok(())
}
