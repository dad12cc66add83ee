//! Reading the entries of a frame.

use crate::appender::Appender;
use crate::slabs::Slabs;
use crate::{Frame, FrameFault};
use weft_record::{Batch, Decoder, Record, Slab};

/// The body of a frame (or of a reassembled record), read up to some point.
pub(crate) struct Entries {
    body: Body,
    at: usize,
    left: u32,
    pub(crate) timed: bool,
    keyed: bool,
    /// What is owed to the producer once it is read to the end.
    pub(crate) charge: usize,
}

/// Records of one size are copied out; others may keep pointing into the slab, which is therefore counted.
enum Body {
    Copied(Vec<u8>),
    Shared(Slab),
}

impl Body {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::Shared(slab) => slab.as_slice(),
        }
    }
}

impl Entries {
    /// The entries of `frame`, whose records are of type `T`.
    pub(crate) fn new<T: Record>(frame: Frame, slabs: &Slabs) -> Result<Self, FrameFault> {
        let Frame { bytes, timed, keyed, records, charge, .. } = frame;
        if let Some(size) = T::FIXED_SIZE {
            let stride = size + if keyed { 8 } else { 0 } + if timed { 8 } else { 0 };
            if records as usize * stride != bytes.len() {
                return Err(FrameFault::Length { bytes: bytes.len(), records });
            }
        }
        let body = if T::FIXED_SIZE.is_some() { Body::Copied(bytes) } else { Body::Shared(slabs.pool().share(bytes)) };
        Ok(Entries { body, at: 0, left: records, timed, keyed, charge: charge as usize })
    }

    /// Whether all entries were read.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Ends the reading: the body must be used up.
    pub(crate) fn finish(self, slabs: &Slabs) -> Result<(), FrameFault> {
        let bytes = self.body.as_slice().len();
        if self.at != bytes {
            return Err(FrameFault::Length { bytes: bytes - self.at, records: self.left });
        }
        if let Body::Copied(bytes) = self.body {
            slabs.give(bytes);
        }
        Ok(())
    }

    /// Appends entries to `batch`, at most `records` and, past the first, `bytes`; says how many bytes these were.
    pub(crate) fn read<T: Record>(
        &mut self,
        batch: &mut Batch<T>,
        records: usize,
        bytes: usize,
    ) -> Result<usize, FrameFault> {
        if self.timed && batch.times.is_none() {
            batch.times = Some(Vec::new());
        }
        if self.keyed && batch.hashes.is_none() {
            batch.hashes = Some(Vec::new());
        }
        let before = self.at;
        match (T::FIXED_SIZE, self.keyed, self.timed) {
            (Some(size), true, true) => self.read_fixed::<T, true, true>(size, batch, records, bytes)?,
            (Some(size), true, false) => self.read_fixed::<T, true, false>(size, batch, records, bytes)?,
            (Some(size), false, true) => self.read_fixed::<T, false, true>(size, batch, records, bytes)?,
            (Some(size), false, false) => self.read_fixed::<T, false, false>(size, batch, records, bytes)?,
            (None, true, true) => self.read_sized::<T, true, true>(batch, records, bytes)?,
            (None, true, false) => self.read_sized::<T, true, false>(batch, records, bytes)?,
            (None, false, true) => self.read_sized::<T, false, true>(batch, records, bytes)?,
            (None, false, false) => self.read_sized::<T, false, false>(batch, records, bytes)?,
        }
        Ok(self.at - before)
    }

    fn read_fixed<T: Record, const KEYED: bool, const TIMED: bool>(
        &mut self,
        size: usize,
        batch: &mut Batch<T>,
        records: usize,
        bytes: usize,
    ) -> Result<(), FrameFault> {
        let stride = size + if KEYED { 8 } else { 0 } + if TIMED { 8 } else { 0 };
        let fitting = bytes.checked_div(stride).unwrap_or(usize::MAX).max(1);
        let count = (self.left as usize).min(records).min(fitting);
        let end = self.at + count * stride;
        let body = self.body.as_slice().get(self.at..end).unwrap_or_default();
        if KEYED && let Some(hashes) = &mut batch.hashes {
            hashes.extend(body.chunks_exact(stride).map(|entry| u64::from_le_bytes(word(entry))));
        }
        if TIMED && let Some(times) = &mut batch.times {
            let time =
                |entry: &[u8]| i64::from_le_bytes(word(entry.get(if KEYED { 8 } else { 0 }..).unwrap_or_default()));
            times.extend(body.chunks_exact(stride).map(time));
        }
        batch.rows.reserve(count);
        let head = stride - size;
        if stride == 0 {
            for _ in 0..count {
                batch.rows.push(T::decode(&mut Decoder::new(&[]))?);
            }
        } else {
            for entry in body.chunks_exact(stride) {
                batch.rows.push(T::decode(&mut Decoder::new(entry.get(head..).unwrap_or_default()))?);
            }
        }
        self.left -= count as u32;
        self.at += count * stride;
        Ok(())
    }

    fn read_sized<T: Record, const KEYED: bool, const TIMED: bool>(
        &mut self,
        batch: &mut Batch<T>,
        records: usize,
        bytes: usize,
    ) -> Result<(), FrameFault> {
        let count = (self.left as usize).min(records);
        let length = self.body.as_slice().len();
        // A record in the body may be small and `count` forged: the bytes that are there bound what is reserved.
        let room = count.min(length - self.at);
        let mut input = match &self.body {
            Body::Copied(bytes) => Decoder::new(bytes.get(self.at..).unwrap_or_default()),
            Body::Shared(slab) => Decoder::shared_range(slab, self.at, slab.len()).unwrap_or(Decoder::new(&[])),
        };
        let (mut no_hashes, mut no_times) = (Vec::new(), Vec::new());
        let hashes = batch.hashes.as_mut().filter(|_| KEYED).unwrap_or(&mut no_hashes);
        let times = batch.times.as_mut().filter(|_| TIMED).unwrap_or(&mut no_times);
        let mut rows = Appender::new(&mut batch.rows, room);
        let mut hashes = Appender::new(hashes, if KEYED { room } else { 0 });
        let mut times = Appender::new(times, if TIMED { room } else { 0 });
        let stop = input.remaining().saturating_sub(bytes);
        let mut read = 0;
        while read < count {
            if KEYED {
                hashes.push(u64::from_le_bytes(input.array("key hash")?));
            }
            if TIMED {
                times.push(i64::from_le_bytes(input.array("event time")?));
            }
            rows.push(T::decode(&mut input)?);
            read += 1;
            if input.remaining() <= stop {
                break;
            }
        }
        self.at = length - input.remaining();
        self.left -= read as u32;
        Ok(())
    }
}

/// The first 8 bytes.
#[inline(always)]
fn word(entry: &[u8]) -> [u8; 8] {
    entry.first_chunk().copied().unwrap_or_default()
}
