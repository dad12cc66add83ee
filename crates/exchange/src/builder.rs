//! Where the records for one channel are collected, encoded.
//!
//! A builder holds nothing before its first record; then a slab of 128 bytes, or as much as the frame before needed,
//! which doubles up to the channel's limit. A record that would go past the limit is taken back (its bytes are cut off
//! again and the row stays with the caller), so a builder never occupies more than its limit, with one exception: a
//! record that alone is larger. It has to be encoded in one piece before it can be cut into fragments; the builder is
//! *oversized* until the last of these is sent.

use crate::copies::Encoded;
use crate::entry::{put_entry, put_head};
use crate::frame::MAX_FRAME_RECORDS;
use crate::scatter::Run;
use crate::slabs::Slabs;
use crate::{ExchangeError, Frame, FrameKind, MAX_FRAME_BYTES};
use weft_record::{Encoder, Record};

/// The smallest slab.
pub(crate) const MIN_SLAB_BYTES: usize = 128;
/// A frame is not cut down to fit the credit at hand below this.
const MIN_TRIMMED_BYTES: usize = 64;

/// What precedes a record in an entry, at most.
const MAX_HEAD_BYTES: usize = 16;
/// With fewer bytes left in a frame, it is asked whether the next record fits before it is encoded into it.
const NEARLY_FULL: usize = 128;

/// Why filling stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// All rows are in.
    All,
    /// The next row does not fit.
    UpToLimit,
}

/// What a record must not exceed, and who is to blame.
pub(crate) struct RecordLimit {
    pub(crate) operator: String,
    pub(crate) max_record: usize,
}

impl RecordLimit {
    fn check(&self, size: usize) -> Result<(), ExchangeError> {
        if size <= self.max_record {
            return Ok(());
        }
        Err(ExchangeError::RecordTooLarge { operator: self.operator.clone(), size, max: self.max_record })
    }
}

/// Collects encoded records for one channel.
pub(crate) struct Builder {
    bytes: Vec<u8>,
    records: u32,
    timed: bool,
    keyed: bool,
    /// The largest frame: a power of two.
    limit: usize,
    /// What the next slab starts with.
    start: usize,
    /// How much of an oversized record is sent.
    sent: usize,
}

impl Builder {
    /// A builder whose frames stay within `share` bytes.
    pub(crate) fn new(share: usize, keyed: bool) -> Self {
        let limit = floor_power_of_two(share);
        Builder { bytes: Vec::new(), records: 0, timed: false, keyed, limit, start: MIN_SLAB_BYTES, sent: 0 }
    }

    /// Keeps frames within the receiver's `window` too.
    pub(crate) fn limit_to(&mut self, window: usize) {
        self.limit = self.limit.min(floor_power_of_two(window));
        self.start = self.start.min(self.limit);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Whether the record in it has to travel in fragments.
    pub(crate) fn is_oversized(&self) -> bool {
        self.bytes.len() > self.limit
    }

    /// Whether records with (or without) event times can join what is in it.
    pub(crate) fn suits(&self, timed: bool) -> bool {
        self.is_empty() || self.timed == timed
    }

    /// Memory it occupies.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Bytes that have to be sent.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// Encodes rows of `run` as long as they fit.
    pub(crate) fn fill<T: Record>(
        &mut self,
        run: &mut Run<'_, T>,
        limit: &RecordLimit,
        slabs: &Slabs,
    ) -> Result<Filled, ExchangeError> {
        self.begin(run.is_timed(), slabs);
        match (T::FIXED_SIZE, self.keyed, self.timed) {
            (Some(size), true, true) => self.fill_fixed::<T, true, true>(size, run, limit),
            (Some(size), true, false) => self.fill_fixed::<T, true, false>(size, run, limit),
            (Some(size), false, true) => self.fill_fixed::<T, false, true>(size, run, limit),
            (Some(size), false, false) => self.fill_fixed::<T, false, false>(size, run, limit),
            (None, true, true) => self.fill_sized::<T, true, true>(run, limit),
            (None, true, false) => self.fill_sized::<T, true, false>(run, limit),
            (None, false, true) => self.fill_sized::<T, false, true>(run, limit),
            (None, false, false) => self.fill_sized::<T, false, false>(run, limit),
        }
    }

    /// Copies entries of `encoded` from number `from` on as long as they fit; says how many.
    pub(crate) fn copy(&mut self, encoded: &Encoded, from: usize, slabs: &Slabs) -> usize {
        self.begin(encoded.timed, slabs);
        let room = self.limit.saturating_sub(self.bytes.len());
        let most = (MAX_FRAME_RECORDS - self.records) as usize;
        let mut entries = encoded.fitting(from, room).min(most);
        if entries == 0 && self.is_empty() {
            entries = 1;
        }
        let copied = encoded.range(from, entries);
        self.reserve(copied.len());
        self.bytes.extend_from_slice(copied);
        self.records += entries as u32;
        entries
    }

    /// The next frame, if there is something to send and `credit` suffices for it.
    pub(crate) fn next_frame(&mut self, credit: usize, slabs: &Slabs) -> Option<Frame> {
        if self.is_empty() {
            return None;
        }
        if self.sent > 0 || self.is_oversized() {
            return self.next_fragment(credit, slabs);
        }
        if self.bytes.capacity() > credit.min(self.limit) {
            let trimmed = self.bytes.len().max(MIN_TRIMMED_BYTES);
            if trimmed > credit {
                return None;
            }
            self.bytes.shrink_to(trimmed);
        }
        let charge = u32::try_from(self.bytes.capacity()).ok().filter(|charge| *charge as usize <= credit)?;
        self.start = self.bytes.len().next_power_of_two().clamp(MIN_SLAB_BYTES.min(self.limit), self.limit);
        let bytes = std::mem::take(&mut self.bytes);
        let records = std::mem::take(&mut self.records);
        Some(Frame { bytes, kind: FrameKind::Records, timed: self.timed, keyed: self.keyed, records, charge })
    }

    fn next_fragment(&mut self, credit: usize, slabs: &Slabs) -> Option<Frame> {
        let rest = self.bytes.get(self.sent..)?;
        let piece = rest.get(..self.limit).unwrap_or(rest);
        if piece.len() > credit {
            return None;
        }
        let mut bytes = slabs.take(piece.len(), credit.min(self.limit));
        bytes.extend_from_slice(piece);
        let charge = u32::try_from(bytes.capacity()).ok()?;
        self.sent += piece.len();
        let last = self.sent == self.bytes.len();
        let mut records = 0;
        if last {
            (self.bytes, self.sent) = (Vec::new(), 0);
            records = std::mem::take(&mut self.records);
        }
        let kind = FrameKind::Fragment { last };
        Some(Frame { bytes, kind, timed: self.timed, keyed: self.keyed, records, charge })
    }

    /// Makes ready for a record.
    fn begin(&mut self, timed: bool, slabs: &Slabs) {
        if self.is_empty() {
            self.timed = timed;
            if self.bytes.capacity() == 0 {
                self.bytes = slabs.take(self.start, self.limit);
            }
        }
    }

    /// Records of one size: how many fit is known beforehand, and they are copied without looking back.
    fn fill_fixed<T: Record, const KEYED: bool, const TIMED: bool>(
        &mut self,
        size: usize,
        run: &mut Run<'_, T>,
        limit: &RecordLimit,
    ) -> Result<Filled, ExchangeError> {
        limit.check(size)?;
        let head = if KEYED { 8 } else { 0 } + if TIMED { 8 } else { 0 };
        let stride = head + size;
        let room = (self.limit.saturating_sub(self.bytes.len())).checked_div(stride).unwrap_or(usize::MAX);
        let room = room.max(usize::from(self.is_empty())).min((MAX_FRAME_RECORDS - self.records) as usize);
        let rows = room.min(run.len());
        self.reserve(rows * stride);
        let filled = self.bytes.len();
        self.bytes.resize(filled + rows * stride, 0);
        match self.bytes.get_mut(filled..).filter(|entries| !entries.is_empty()) {
            Some(entries) => run.show(entries.chunks_exact_mut(stride), |entry, row, hash, time| {
                row.encode_fixed(put_head::<KEYED, TIMED>(entry, hash, time));
            }),
            None => run.show(0..rows, |_, _, _, _| {}),
        }
        self.records += rows as u32;
        Ok(if run.len() == 0 { Filled::All } else { Filled::UpToLimit })
    }

    /// Records of varying size: each is encoded, and taken back if that went past the limit.
    fn fill_sized<T: Record, const KEYED: bool, const TIMED: bool>(
        &mut self,
        run: &mut Run<'_, T>,
        limit: &RecordLimit,
    ) -> Result<Filled, ExchangeError> {
        loop {
            self.take_roomy::<T, KEYED, TIMED>(run, limit.max_record);
            let taken = run.offer(|row, hash, time| self.take_carefully::<T, KEYED, TIMED>(row, hash, time, limit))?;
            if taken != Some(true) || self.is_oversized() {
                break;
            }
        }
        if !self.is_oversized() && self.bytes.capacity() > self.limit {
            self.bytes.shrink_to(self.limit);
        }
        Ok(if run.len() == 0 { Filled::All } else { Filled::UpToLimit })
    }

    /// Encodes rows up to the first that may not fit, or is too large.
    fn take_roomy<T: Record, const KEYED: bool, const TIMED: bool>(&mut self, run: &mut Run<'_, T>, max_record: usize) {
        let Some(last) = self.limit.checked_sub(NEARLY_FULL) else { return };
        let (end, mut records) = (self.limit, self.records);
        let mut out = Encoder::new(&mut self.bytes);
        run.show_while(|row, hash, time| {
            let entry = out.position();
            if entry > last || records == MAX_FRAME_RECORDS {
                return false;
            }
            let size = put_entry::<T, KEYED, TIMED>(row, hash, time, &mut out);
            if size > max_record || out.position() > end {
                out.truncate(entry);
                return false;
            }
            records += 1;
            true
        });
        drop(out);
        self.records = records;
    }

    /// Encodes a row, unless it would go past the limit and is not the only one.
    fn take_carefully<T: Record, const KEYED: bool, const TIMED: bool>(
        &mut self,
        row: &T,
        hash: u64,
        time: i64,
        limit: &RecordLimit,
    ) -> Result<bool, ExchangeError> {
        let entry = self.bytes.len();
        let nearly_full = entry + NEARLY_FULL > self.limit || self.records == MAX_FRAME_RECORDS;
        if nearly_full && !self.is_empty() && (self.records == MAX_FRAME_RECORDS || !self.has_room_for(row)) {
            return Ok(false);
        }
        let size = put_entry::<T, KEYED, TIMED>(row, hash, time, &mut Encoder::new(&mut self.bytes));
        if size > limit.max_record {
            self.bytes.truncate(entry);
            limit.check(size)?;
        }
        if self.bytes.len() > self.limit && !self.is_empty() {
            self.bytes.truncate(entry);
            self.bytes.shrink_to(self.limit);
            return Ok(false);
        }
        self.records += 1;
        Ok(true)
    }

    /// Whether an entry of `row` fits. Looking first keeps a slab that is nearly full from being copied into one of
    /// twice the size, for one record that is taken back.
    #[cold]
    fn has_room_for<T: Record>(&self, row: &T) -> bool {
        let mut encoded = Vec::with_capacity(NEARLY_FULL);
        row.encode(&mut encoded);
        self.bytes.len() + MAX_HEAD_BYTES + encoded.len() <= self.limit
    }

    /// Room for `more` bytes, in slabs that double up to the limit.
    fn reserve(&mut self, more: usize) {
        let needed = self.bytes.len() + more;
        if needed > self.bytes.capacity() {
            let slab = if needed > self.limit { needed } else { needed.next_power_of_two().min(self.limit) };
            self.bytes.reserve_exact(slab - self.bytes.len());
        }
    }
}

/// The largest power of two within `bytes`, between the smallest slab and the largest frame.
pub(crate) fn floor_power_of_two(bytes: usize) -> usize {
    let bytes = bytes.clamp(MIN_SLAB_BYTES, MAX_FRAME_BYTES);
    1 << bytes.ilog2()
}
