//! The table of one keyed state.

use std::convert::Infallible;

use weft_record::{Key, Record};

use crate::batch::{Fate, RowUpdate};
use crate::raw::RawTable;

/// All keys of one state of one subtask, with a value each.
///
/// Callers bring the key's hash ([`Key::key_hash`]), which travels with the batch; a table never computes one. Keys
/// and values that go in are kept: give them up to the table *detached* ([`Record::detach`]).
///
/// ```
/// use weft_record::Key;
/// use weft_state::Table;
///
/// let mut rows = [(7u64, 1u64), (9, 5), (7, 2)];
/// let hashes: Vec<u64> = rows.iter().map(|(key, _)| key.key_hash()).collect();
/// let mut sums = Table::new();
/// sums.update_batch(&mut rows, &hashes, |row| &row.0, |row| *row, |row, sum| {
///     *sum += row.1;
///     row.1 = *sum;
/// });
/// assert_eq!(rows, [(7, 1), (9, 5), (7, 3)]);
/// assert_eq!(sums.get(7u64.key_hash(), &7), Some(&3));
/// ```
pub struct Table<K, V> {
    raw: RawTable<Entry<K, V>>,
}

struct Entry<K, V> {
    key: K,
    value: V,
}

/// A place in the iteration over a table; see [`Table::next`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub(crate) usize);

impl<K: Key, V> Table<K, V> {
    /// An empty table. It holds no more than a few cache lines until the first insert.
    pub fn new() -> Self {
        Table { raw: RawTable::new() }
    }

    /// How many keys it holds.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether it holds no key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory the table itself occupies, without what its keys and values own elsewhere.
    pub fn table_bytes(&self) -> usize {
        self.raw.bytes()
    }

    /// Starts loading what a search for `hash` reads first. Worth calling some 16 records ahead of the search.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        self.raw.prefetch(hash);
    }

    /// The value of `key`.
    #[inline]
    pub fn get(&self, hash: u64, key: &K) -> Option<&V> {
        self.raw.find_ref(hash, |entry| entry.key.same_key(key)).map(|entry| &entry.value)
    }

    /// The value of `key`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, hash: u64, key: &K) -> Option<&mut V> {
        self.raw.find_mut(hash, |entry| entry.key.same_key(key)).map(|(_, entry)| &mut entry.value)
    }

    /// Sets the value of `key` and answers the one it replaces. A key that is there already stays as it is.
    pub fn insert(&mut self, hash: u64, key: K, value: V) -> Option<V> {
        if let Some(old) = self.get_mut(hash, &key) {
            return Some(std::mem::replace(old, value));
        }
        self.raw.insert(hash, Entry { key, value });
        None
    }

    /// The value of `key`; when there is none yet, `make` says which key and value to keep.
    pub fn get_or_insert_with(&mut self, hash: u64, key: &K, make: impl FnOnce() -> (K, V)) -> &mut V {
        let number = self.raw.find(hash, |entry| entry.key.same_key(key)).unwrap_or_else(|| {
            let (key, value) = make();
            self.raw.insert(hash, Entry { key, value })
        });
        &mut self.raw.get_mut(number).expect("invariant: found or inserted just now").value
    }

    /// Removes `key` and answers what was kept for it.
    pub fn remove(&mut self, hash: u64, key: &K) -> Option<(K, V)> {
        let number = self.raw.find(hash, |entry| entry.key.same_key(key))?;
        self.raw.remove(hash, number).map(|entry| (entry.key, entry.value))
    }

    /// Removes everything and gives the memory back.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Applies a batch in row order: row i sees what the rows before it did, also to its own key.
    ///
    /// `hashes` are the hashes of the rows' keys, as many as there are rows. For a key the table does not hold,
    /// `vacant` makes what to keep (the key detached); for one it holds, `occupied` updates the value. Either may
    /// change the row, which is how running results get out.
    ///
    /// # Panics
    /// If there are not as many hashes as rows.
    #[inline]
    pub fn update_batch<R>(
        &mut self,
        rows: &mut [R],
        hashes: &[u64],
        key: impl Fn(&R) -> &K,
        mut vacant: impl FnMut(&mut R) -> (K, V),
        mut occupied: impl FnMut(&mut R, &mut V),
    ) {
        let done: Result<(), Infallible> = self.try_update_batch(
            rows,
            hashes,
            key,
            |row| Ok(vacant(row)),
            |row, value| {
                occupied(row, value);
                Ok(())
            },
        );
        let Ok(()) = done;
    }

    /// [`update_batch`](Self::update_batch) with functions that can fail. At the first error it stops: the rows before
    /// have been applied, the failing row's `vacant` has inserted nothing, and what its `occupied` did stays.
    ///
    /// # Errors
    /// The first that `vacant` or `occupied` answers.
    ///
    /// # Panics
    /// If there are not as many hashes as rows.
    #[inline]
    pub fn try_update_batch<R, X>(
        &mut self,
        rows: &mut [R],
        hashes: &[u64],
        key: impl Fn(&R) -> &K,
        vacant: impl FnMut(&mut R) -> Result<(K, V), X>,
        occupied: impl FnMut(&mut R, &mut V) -> Result<(), X>,
    ) -> Result<(), X> {
        self.raw.update_batch(rows, hashes, &mut KeyedUpdate { key, vacant, occupied })
    }

    /// The entry at the cursor or the first one after it; moves the cursor past it. `None` at the end.
    ///
    /// The order is that of insertion, except that a key may take the place of one removed before; it depends on
    /// nothing but the history of calls. A cursor stays good while the table changes: an entry that is there from
    /// beginning to end is met exactly once.
    ///
    /// ```
    /// # use weft_record::Key;
    /// # use weft_state::{Cursor, Table};
    /// # let mut table = Table::new();
    /// # table.insert(1u64.key_hash(), 1u64, 'a');
    /// let mut cursor = Cursor::default();
    /// while let Some((key, value)) = table.next(&mut cursor) {
    ///     assert_eq!((*key, *value), (1, 'a'));
    /// }
    /// ```
    pub fn next(&self, cursor: &mut Cursor) -> Option<(&K, &V)> {
        let (number, entry) = self.raw.next(cursor.0)?;
        cursor.0 = number + 1;
        Some((&entry.key, &entry.value))
    }

    /// Keys and values in the order of [`next`](Self::next).
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut cursor = Cursor::default();
        std::iter::from_fn(move || self.next(&mut cursor))
    }
}

impl<K: Key, V: Record> Table<K, V> {
    /// Estimated bytes of memory in all: the table and what its keys and values own.
    ///
    /// What they own is estimated from up to 64 entries spread over the table, so that updates need not count and
    /// asking costs microseconds.
    pub fn heap_bytes(&self) -> usize {
        const SAMPLES: usize = 64;
        let step = (self.raw.end() / SAMPLES).max(1);
        let (mut seen, mut bytes, mut from) = (0, 0, 0);
        while let Some((number, entry)) = self.raw.next(from) {
            bytes += entry.key.heap_bytes() + entry.value.heap_bytes();
            seen += 1;
            from = number + step;
        }
        self.table_bytes() + (bytes as u128 * self.len() as u128 / seen.max(1)) as usize
    }
}

impl<K: Key, V> Default for Table<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// The functions of a batch update over keys and values.
struct KeyedUpdate<F, N, O> {
    key: F,
    vacant: N,
    occupied: O,
}

impl<R, K, V, X, F, N, O> RowUpdate<R, Entry<K, V>> for KeyedUpdate<F, N, O>
where
    K: Key,
    F: Fn(&R) -> &K,
    N: FnMut(&mut R) -> Result<(K, V), X>,
    O: FnMut(&mut R, &mut V) -> Result<(), X>,
{
    type Error = X;

    #[inline(always)]
    fn is_it(&self, row: &R, entry: &Entry<K, V>) -> bool {
        entry.key.same_key((self.key)(row))
    }

    #[inline(always)]
    fn vacant(&mut self, row: &mut R, _hash: u64) -> Result<Option<Entry<K, V>>, X> {
        (self.vacant)(row).map(|(key, value)| Some(Entry { key, value }))
    }

    #[inline(always)]
    fn occupied(&mut self, row: &mut R, _hash: u64, entry: &mut Entry<K, V>) -> Result<Fate, X> {
        (self.occupied)(row, &mut entry.value).map(|()| Fate::Stays)
    }
}
