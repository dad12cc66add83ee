//! A batch on its way to every output.

use std::rc::Rc;
use weft_record::{Batch, Encoder, Record};

/// The entries of a batch, encoded once for all remote outputs.
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    /// Where each entry ends.
    ends: Vec<usize>,
    pub(crate) timed: bool,
}

impl Encoded {
    /// Encodes the rows of `batch`. Says at which row it found a record above `max_record`, and its size.
    pub(crate) fn new<T: Record>(batch: &Batch<T>, keyed: bool, max_record: usize) -> Result<Self, usize> {
        let mut bytes = Vec::new();
        let mut out = Encoder::new(&mut bytes);
        let mut ends = Vec::with_capacity(batch.len());
        for (index, row) in batch.rows.iter().enumerate() {
            if let Some(hash) = batch.hashes.as_ref().filter(|_| keyed).and_then(|hashes| hashes.get(index)) {
                out.put(hash.to_le_bytes());
            }
            if let Some(time) = batch.times.as_ref().and_then(|times| times.get(index)) {
                out.put(time.to_le_bytes());
            }
            let record = out.position();
            row.encode_to(&mut out);
            let size = out.position() - record;
            if size > max_record {
                return Err(size);
            }
            ends.push(out.position());
        }
        drop(out);
        Ok(Encoded { bytes, ends, timed: batch.times.is_some() })
    }

    /// How many entries from number `from` on fit into `room` bytes.
    pub(crate) fn fitting(&self, from: usize, room: usize) -> usize {
        let most = self.start(from).saturating_add(room);
        self.ends.partition_point(|end| *end <= most).saturating_sub(from)
    }

    /// The bytes of `entries` entries from number `from` on.
    pub(crate) fn range(&self, from: usize, entries: usize) -> &[u8] {
        self.bytes.get(self.start(from)..self.start(from + entries)).unwrap_or_default()
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, entry: usize) -> usize {
        entry.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default()
    }
}

/// How far each remote output is with an encoded batch.
pub(crate) struct Copies {
    pub(crate) encoded: Rc<Encoded>,
    /// The next entry of each output; of local ones, which took the batch by value, the last.
    pub(crate) next: Vec<usize>,
}

impl Copies {
    /// Whether every output has everything.
    pub(crate) fn is_done(&self) -> bool {
        self.next.iter().all(|next| *next >= self.encoded.len())
    }
}
