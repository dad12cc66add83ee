//! Recycled memory for frames.

use weft_record::SlabPool;

/// Bytes kept for reuse at most, per edge and process.
const MAX_UNUSED_BYTES: usize = 4 << 20;

/// Slabs that consumers have emptied, for producers to fill again: in a steady stream no frame is allocated.
///
/// Shared by the writers and gates of one edge in a process. Allocating is always allowed: it is credits and builder
/// sizes that bound memory, this only saves work.
#[derive(Clone, Debug)]
pub(crate) struct Slabs(SlabPool);

impl Default for Slabs {
    fn default() -> Self {
        Slabs(SlabPool::new(MAX_UNUSED_BYTES))
    }
}

impl Slabs {
    /// An empty slab with a capacity from `least` to `most` bytes.
    pub(crate) fn take(&self, least: usize, most: usize) -> Vec<u8> {
        let slab = self.0.take(least);
        if slab.capacity() <= most {
            return slab;
        }
        self.0.put(slab);
        Vec::with_capacity(least)
    }

    /// Gives back a slab that is no longer needed.
    pub(crate) fn give(&self, slab: Vec<u8>) {
        self.0.put(slab);
    }

    /// Where shared slabs return to.
    pub(crate) fn pool(&self) -> &SlabPool {
        &self.0
    }
}
