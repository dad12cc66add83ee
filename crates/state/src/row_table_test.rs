use super::*;
use crate::Fate;
use proptest::prelude::*;
use std::collections::BTreeMap;
use weft_record::Key;

type Row = (u8, u64);

/// Adds up; a sum that is a multiple of seven goes, and its key starts over.
struct Adding {
    gone: Vec<Row>,
}

impl RowUpdate<Row, Row> for Adding {
    type Error = std::convert::Infallible;

    fn is_it(&self, row: &Row, entry: &Row) -> bool {
        row.0 == entry.0
    }

    fn vacant(&mut self, row: &mut Row, hash: u64) -> Result<Option<Row>, Self::Error> {
        assert_eq!(hash, row.0.key_hash());
        Ok((row.1 != 0).then_some(*row))
    }

    fn occupied(&mut self, row: &mut Row, hash: u64, entry: &mut Row) -> Result<Fate, Self::Error> {
        assert_eq!(hash, row.0.key_hash());
        entry.1 += row.1;
        row.1 = entry.1;
        if !entry.1.is_multiple_of(7) {
            return Ok(Fate::Stays);
        }
        // As a key that changed: the entry must not be looked at again.
        self.gone.push(*entry);
        entry.0 = entry.0.wrapping_add(1);
        Ok(Fate::Goes)
    }
}

proptest! {
    #[test]
    fn entries_that_go_are_not_met_again(rows in prop::collection::vec((0u8..40, 0u64..20), 0..400), batch in 1usize..200) {
        let (mut table, mut update) = (RowTable::new(), Adding { gone: Vec::new() });
        let (mut model, mut gone) = (BTreeMap::new(), Vec::new());
        for rows in rows.chunks(batch) {
            let hashes: Vec<u64> = rows.iter().map(|row| row.0.key_hash()).collect();
            let mut updated = rows.to_vec();
            let Ok(()) = table.update_batch(&mut updated, &hashes, &mut update);
            for (row, updated) in rows.iter().zip(updated) {
                let sum = model.get(&row.0).copied().unwrap_or(0) + row.1;
                prop_assert_eq!(updated, (row.0, sum));
                match model.contains_key(&row.0) && sum % 7 == 0 {
                    true => {
                        model.remove(&row.0);
                        gone.push((row.0, sum));
                    }
                    false if sum != 0 => {
                        model.insert(row.0, sum);
                    }
                    false => {}
                }
            }
        }
        let mut cursor = Cursor::default();
        let mut left = Vec::new();
        while let Some(row) = table.next(&mut cursor) {
            left.push(*row);
        }
        left.sort_unstable();
        prop_assert_eq!(left, model.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(update.gone, gone);
    }
}
