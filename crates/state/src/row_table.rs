//! A table of rows that carry their own key.

use crate::Cursor;
use crate::batch::RowUpdate;
use crate::raw::RawTable;

/// All keys of one state of one subtask, each with a row that its key is a part of: the key is not kept a second time beside it,
/// which makes an accumulated record half to two thirds as large as in a [`Table`](crate::Table).
///
/// The price is a duty of the caller: a row's key stays what it was when the row went in. An update that changes it says
/// [`Fate::Goes`](crate::Fate::Goes).
pub struct RowTable<R> {
    raw: RawTable<R>,
}

impl<R> RowTable<R> {
    /// An empty table.
    pub fn new() -> Self {
        RowTable { raw: RawTable::new() }
    }

    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory the table itself occupies, without what its rows own elsewhere.
    pub fn table_bytes(&self) -> usize {
        self.raw.bytes()
    }

    /// Applies a batch in row order: row i sees what the rows before it did, also to its own key. `hashes` are the hashes of
    /// the rows' keys, as many as there are rows.
    ///
    /// # Errors
    /// The first that `update` answers; the rows before have been applied.
    ///
    /// # Panics
    /// If there are not as many hashes as rows.
    #[inline]
    pub fn update_batch<U: RowUpdate<R, R>>(
        &mut self,
        rows: &mut [R],
        hashes: &[u64],
        update: &mut U,
    ) -> Result<(), U::Error> {
        self.raw.update_batch(rows, hashes, update)
    }

    /// The row at the cursor or the first one after it; moves the cursor past it. `None` at the end. The order is as in
    /// [`Table::next`](crate::Table::next).
    pub fn next(&self, cursor: &mut Cursor) -> Option<&R> {
        let (number, row) = self.raw.next(cursor.0)?;
        cursor.0 = number + 1;
        Some(row)
    }
}

impl<R> Default for RowTable<R> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[path = "row_table_test.rs"]
mod tests;
