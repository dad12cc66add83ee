//! Recycled memory for frames.

use std::sync::{Arc, Mutex, PoisonError};

/// Slabs kept for reuse at most, per edge and process.
const MAX_KEPT: usize = 64;
/// Bytes kept for reuse at most, per edge and process.
const MAX_KEPT_BYTES: usize = 4 << 20;

/// Slabs that consumers have emptied, for producers to fill again: in a steady stream no frame is allocated.
///
/// Shared by the writers and gates of one edge in a process; taken and given once a frame. Allocating is always allowed:
/// it is credits and builder sizes that bound memory, this only saves work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slabs(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    slabs: Vec<Vec<u8>>,
    bytes: usize,
}

impl Slabs {
    /// An empty slab with a capacity from `least` to `most` bytes.
    pub(crate) fn take(&self, least: usize, most: usize) -> Vec<u8> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting = kept.slabs.iter().rposition(|slab| (least..=most).contains(&slab.capacity()));
        let Some(index) = fitting else { return Vec::with_capacity(least) };
        let slab = kept.slabs.swap_remove(index);
        kept.bytes -= slab.capacity();
        slab
    }

    /// Gives back a slab that is no longer needed.
    pub(crate) fn give(&self, mut slab: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slab.capacity() > 0 && kept.slabs.len() < MAX_KEPT && kept.bytes + slab.capacity() <= MAX_KEPT_BYTES {
            slab.clear();
            kept.bytes += slab.capacity();
            kept.slabs.push(slab);
        }
    }

    /// Bytes kept at the moment.
    #[cfg(test)]
    pub(crate) fn kept_bytes(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}
