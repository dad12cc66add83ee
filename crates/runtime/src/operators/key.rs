//! How a keyed operator gets at the keys of its records.

use weft_exchange::KeyHasher;
use weft_record::{Key, Record};

/// Gives records their keys. A selector that borrows the key from the record works on the records as they are; one that
/// computes it carries it beside them.
pub trait KeySelector<T: Record>: Clone + Send + 'static {
    /// The key.
    type Key: Key;
    /// A record with its key at hand.
    type Row: Clone;
    /// Whether the key is a part of the record, and changes with it.
    const KEY_IN_RECORD: bool;

    /// Records with their keys at hand.
    fn rows(&self, records: Vec<T>) -> Vec<Self::Row>;
    /// The key of a row.
    fn key<'a>(&self, row: &'a Self::Row) -> &'a Self::Key;
    /// The record of a row.
    fn record<'a>(&self, row: &'a mut Self::Row) -> &'a mut T;
    /// The records of rows.
    fn records(rows: Vec<Self::Row>) -> Vec<T>;
    /// The record of one row.
    fn into_record(row: Self::Row) -> T;
    /// A copy of a row, to be kept: detached from the buffers it came in.
    fn kept(&self, row: &Self::Row) -> Self::Row;
    /// The key of a record that is about to be kept.
    fn key_of(&self, record: &T) -> Self::Key;
    /// Appends the key hash of every record.
    fn hash(&self, records: &[T], out: &mut Vec<u64>);
}

/// The key is a part of the record.
#[derive(Clone)]
pub struct ByRef<F>(pub F);

impl<T: Record, K: Key, F> KeySelector<T> for ByRef<F>
where
    F: for<'a> Fn(&'a T) -> &'a K + Clone + Send + 'static,
{
    type Key = K;
    type Row = T;
    const KEY_IN_RECORD: bool = true;

    fn rows(&self, records: Vec<T>) -> Vec<T> {
        records
    }

    #[inline]
    fn key<'a>(&self, row: &'a T) -> &'a K {
        (self.0)(row)
    }

    #[inline]
    fn record<'a>(&self, row: &'a mut T) -> &'a mut T {
        row
    }

    fn records(rows: Vec<T>) -> Vec<T> {
        rows
    }

    fn into_record(row: T) -> T {
        row
    }

    fn kept(&self, row: &T) -> T {
        let mut kept = row.clone();
        kept.detach();
        kept
    }

    fn key_of(&self, record: &T) -> K {
        (self.0)(record).clone()
    }

    fn hash(&self, records: &[T], out: &mut Vec<u64>) {
        out.extend(records.iter().map(|r| (self.0)(r).key_hash()));
    }
}

/// The key is computed from the record.
#[derive(Clone)]
pub struct ByValue<F>(pub F);

impl<T: Record, K: Key, F: Fn(&T) -> K + Clone + Send + 'static> KeySelector<T> for ByValue<F> {
    type Key = K;
    type Row = (K, T);
    const KEY_IN_RECORD: bool = false;

    fn rows(&self, records: Vec<T>) -> Vec<(K, T)> {
        records.into_iter().map(|r| ((self.0)(&r), r)).collect()
    }

    fn key<'a>(&self, row: &'a (K, T)) -> &'a K {
        &row.0
    }

    fn record<'a>(&self, row: &'a mut (K, T)) -> &'a mut T {
        &mut row.1
    }

    fn records(rows: Vec<(K, T)>) -> Vec<T> {
        rows.into_iter().map(|(_, r)| r).collect()
    }

    fn into_record(row: (K, T)) -> T {
        row.1
    }

    fn kept(&self, row: &(K, T)) -> (K, T) {
        let mut kept = row.clone();
        kept.0.detach();
        kept.1.detach();
        kept
    }

    fn key_of(&self, record: &T) -> K {
        (self.0)(record)
    }

    fn hash(&self, records: &[T], out: &mut Vec<u64>) {
        out.extend(records.iter().map(|r| (self.0)(r).key_hash()));
    }
}

/// Hashes whole batches for the exchange.
#[derive(Clone)]
pub struct SelectorHasher<S>(pub S);

impl<T: Record, S: KeySelector<T>> KeyHasher<T> for SelectorHasher<S> {
    fn hash(&self, rows: &[T], out: &mut Vec<u64>) {
        self.0.hash(rows, out);
    }

    fn clone_box(&self) -> Box<dyn KeyHasher<T>> {
        Box::new(SelectorHasher(self.0.clone()))
    }
}

/// The hashes of a batch: those it came with, or computed now.
pub(super) fn hashes_of<T: Record, S: KeySelector<T>>(selector: &S, carried: Option<Vec<u64>>, rows: &[T]) -> Vec<u64> {
    carried.filter(|h| h.len() == rows.len()).unwrap_or_else(|| {
        let mut hashes = Vec::with_capacity(rows.len());
        selector.hash(rows, &mut hashes);
        hashes
    })
}
