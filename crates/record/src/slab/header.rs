//! The counted allocation; the essay is one level up.

#![allow(unsafe_code)]

use crate::SlabPool;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

/// Common beginning of both kinds of allocation.
#[repr(C)]
pub(crate) struct Header {
    references: AtomicUsize,
    /// How many bytes follow the header, or [`BUFFER`].
    trailing: usize,
}

/// Marks the header of a [`Buffer`]. No allocation is as large as that.
const BUFFER: usize = usize::MAX;

#[repr(C)]
struct Buffer {
    header: Header,
    bytes: Vec<u8>,
    home: Option<SlabPool>,
}

/// One reference to a counted allocation.
pub(crate) struct Reference(NonNull<Header>);

// SAFETY: the bytes behind a reference never change, the counter is atomic, and `SlabPool` is Send and Sync.
unsafe impl Send for Reference {}
// SAFETY: as above.
unsafe impl Sync for Reference {}

impl Reference {
    /// Shares a filled buffer.
    pub(crate) fn buffer(bytes: Vec<u8>, home: Option<SlabPool>) -> Self {
        let header = Header { references: AtomicUsize::new(1), trailing: BUFFER };
        let buffer = NonNull::from(Box::leak(Box::new(Buffer { header, bytes, home })));
        Reference(buffer.cast())
    }

    /// Copies `bytes` behind a header of its own.
    pub(crate) fn trailing(bytes: &[u8]) -> Self {
        let layout = trailing_layout(bytes.len());
        // SAFETY: the layout is not empty (it holds a header).
        let Some(header) = NonNull::new(unsafe { alloc(layout) }.cast::<Header>()) else { handle_alloc_error(layout) };
        // SAFETY: the allocation is aligned for a header, holds one and `bytes.len()` bytes after it, and is not
        // shared yet.
        unsafe {
            header.write(Header { references: AtomicUsize::new(1), trailing: bytes.len() });
            header.add(1).cast::<u8>().copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len());
        }
        Reference(header)
    }

    /// The bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self.header().trailing {
            // SAFETY: this mark is only in the headers of buffers, and those do not change.
            BUFFER => unsafe { &self.0.cast::<Buffer>().as_ref().bytes },
            // SAFETY: so many bytes follow the header, written when it was made and unchanged since.
            n => unsafe { NonNull::slice_from_raw_parts(self.0.add(1).cast::<u8>(), n).as_ref() },
        }
    }

    /// Whether the allocation holds `n` bytes and nothing else.
    pub(crate) fn is_exactly(&self, n: usize) -> bool {
        self.header().trailing == n
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: a reference is held, so the allocation is alive; headers are only changed through their atomic.
        unsafe { self.0.as_ref() }
    }

    /// Gives up the reference as a pointer, to be taken back by [`from_raw`](Reference::from_raw).
    #[inline]
    pub(crate) fn into_raw(self) -> NonNull<Header> {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }

    /// Takes back what [`into_raw`](Reference::into_raw) gave.
    ///
    /// # Safety
    /// `raw` comes from `into_raw` and is not taken back a second time (or is wrapped in `ManuallyDrop`).
    #[inline]
    pub(crate) unsafe fn from_raw(raw: NonNull<Header>) -> Self {
        Reference(raw)
    }

    #[cold]
    fn free(&mut self) {
        match self.header().trailing {
            BUFFER => {
                // SAFETY: made by `Box` in `buffer`, and this was the last reference.
                let buffer = unsafe { Box::from_raw(self.0.cast::<Buffer>().as_ptr()) };
                if let Buffer { bytes, home: Some(home), .. } = *buffer {
                    home.put(bytes);
                }
            }
            // SAFETY: made in `trailing` with this layout, and this was the last reference.
            n => unsafe { dealloc(self.0.as_ptr().cast(), trailing_layout(n)) },
        }
    }
}

fn trailing_layout(n: usize) -> Layout {
    let bytes = Layout::array::<u8>(n).expect("invariant: n is the length of a slice, which isize::MAX bounds");
    let (layout, _) = Layout::new::<Header>().extend(bytes).expect("invariant: no slice in memory is that long");
    layout
}

impl Clone for Reference {
    #[inline]
    fn clone(&self) -> Self {
        if self.header().references.fetch_add(1, Ordering::Relaxed) > isize::MAX as usize {
            std::process::abort();
        }
        Reference(self.0)
    }
}

impl Drop for Reference {
    #[inline]
    fn drop(&mut self) {
        if self.header().references.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            self.free();
        }
    }
}
