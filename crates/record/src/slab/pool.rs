//! Buffers kept for reuse.

use crate::Slab;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Hands out byte buffers and takes them back, keeping at most a given number of bytes of unused ones.
///
/// Unused buffers lie in classes by capacity, powers of two, so that a small request does not take a big buffer.
/// Cloning gives another handle of the same pool.
#[derive(Clone)]
pub struct SlabPool(Arc<Mutex<Unused>>);

/// Classes: capacities from 2^i to 2^(i+1) − 1 lie in class i.
const CLASSES: usize = usize::BITS as usize;

struct Unused {
    classes: [Vec<Vec<u8>>; CLASSES],
    bytes: usize,
    max_bytes: usize,
}

impl Unused {
    /// A buffer of the class of `capacity` that is large enough, or one of the class above.
    fn take(&mut self, capacity: usize) -> Option<Vec<u8>> {
        let classes = self.classes.iter_mut().skip(class_of(capacity)).take(2);
        let buffer = classes.into_iter().find_map(|class| {
            let fitting = class.iter().rposition(|buffer| buffer.capacity() >= capacity)?;
            Some(class.swap_remove(fitting))
        })?;
        self.bytes -= buffer.capacity();
        Some(buffer)
    }

    /// Keeps a buffer, or gives it back when that would exceed the bound.
    fn put(&mut self, buffer: Vec<u8>) -> Option<Vec<u8>> {
        let capacity = buffer.capacity();
        match self.classes.get_mut(class_of(capacity)) {
            Some(class) if capacity > 0 && self.bytes + capacity <= self.max_bytes => {
                class.push(buffer);
                self.bytes += capacity;
                None
            }
            _ => Some(buffer),
        }
    }
}

impl SlabPool {
    /// A pool that keeps at most `max_bytes` bytes of unused buffers; what exceeds them is freed.
    pub fn new(max_bytes: usize) -> Self {
        SlabPool(Arc::new(Mutex::new(Unused { classes: [const { Vec::new() }; CLASSES], bytes: 0, max_bytes })))
    }

    /// An empty buffer with room for at least `capacity` bytes.
    pub fn take(&self, capacity: usize) -> Vec<u8> {
        let reused = self.with(|unused| unused.take(capacity));
        reused.unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    /// Takes back a buffer; its contents are dropped.
    pub fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let refused = self.with(|unused| unused.put(buffer));
        // A buffer that is not kept is freed here, outside the lock.
        drop(refused);
    }

    /// Shares a buffer that returns here with the last reference.
    pub fn share(&self, buffer: Vec<u8>) -> Slab {
        Slab::pooled(buffer, self)
    }

    /// Bytes of unused buffers kept at present.
    pub fn unused_bytes(&self) -> usize {
        self.with(|unused| unused.bytes)
    }

    fn with<R>(&self, f: impl FnOnce(&mut Unused) -> R) -> R {
        // Nothing in here panics between two changes that belong together, so a poisoned lock guards a sound value.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn class_of(capacity: usize) -> usize {
    capacity.max(1).ilog2() as usize
}

impl fmt::Debug for SlabPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlabPool({} unused bytes)", self.unused_bytes())
    }
}
