//! Writing one entry of a frame: what precedes a record, and the record. [`crate::frame`] specifies the bytes.

use weft_record::{Encoder, Record};

/// Appends an entry; gives the size of its record.
#[inline(always)]
pub(crate) fn put_entry<T: Record, const KEYED: bool, const TIMED: bool>(
    row: &T,
    hash: u64,
    time: i64,
    out: &mut Encoder<'_>,
) -> usize {
    if KEYED {
        out.put(hash.to_le_bytes());
    }
    if TIMED {
        out.put(time.to_le_bytes());
    }
    let record = out.position();
    row.encode_to(out);
    out.position() - record
}

/// Writes what precedes the record in an entry; gives the rest.
#[inline(always)]
pub(crate) fn put_head<const KEYED: bool, const TIMED: bool>(entry: &mut [u8], hash: u64, time: i64) -> &mut [u8] {
    let entry = if KEYED { put_word(entry, hash.to_le_bytes()) } else { entry };
    if TIMED { put_word(entry, time.to_le_bytes()) } else { entry }
}

#[inline(always)]
fn put_word(entry: &mut [u8], word: [u8; 8]) -> &mut [u8] {
    match entry.split_first_chunk_mut() {
        Some((first, rest)) => {
            *first = word;
            rest
        }
        None => &mut [],
    }
}
