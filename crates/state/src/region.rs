//! Plain memory for the tables: small blocks from the allocator, large ones straight from the kernel.
//!
//! A large table is touched at random, so every access misses the TLB when its memory is made of 4 KiB pages. Blocks of
//! 2 MiB and more are therefore mapped at a huge-page boundary and offered for huge pages *before* they are first
//! touched. They grow by moving their pages, so that a growing index is never there twice, and go back to the kernel
//! the moment they are dropped.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;

/// The size of a huge page, and the size from which blocks are mapped.
pub(crate) const HUGE_PAGE: usize = 2 * 1024 * 1024;

/// The alignment of every block: a cache line.
const ALIGN: usize = 64;

/// A block of memory.
pub(crate) struct Region {
    base: NonNull<u8>,
    bytes: usize,
    mapped: bool,
}

impl Region {
    /// A block of at least `bytes` bytes, aligned to a cache line, all zero.
    pub(crate) fn zeroed(bytes: usize) -> Self {
        // SAFETY: `make` passes a layout that is not empty.
        Self::make(bytes, |layout| unsafe { alloc_zeroed(layout) })
    }

    /// A block of at least `bytes` bytes, aligned to a cache line, holding anything.
    pub(crate) fn uninit(bytes: usize) -> Self {
        // SAFETY: `make` passes a layout that is not empty.
        Self::make(bytes, |layout| unsafe { alloc(layout) })
    }

    /// Fresh mappings are zero anyway, so both kinds map large blocks.
    fn make(bytes: usize, allocate: impl FnOnce(Layout) -> *mut u8) -> Self {
        if let Some(region) = (bytes >= HUGE_PAGE).then(|| map(bytes)).flatten() {
            return region;
        }
        let layout = layout(bytes);
        let base = NonNull::new(allocate(layout)).unwrap_or_else(|| handle_alloc_error(layout));
        Region { base, bytes, mapped: false }
    }

    /// The same block with `bytes` bytes, more than before; those added are zero. Where it lies may change. Mapped pages are
    /// moved, not copied, so a large block grows in microseconds and is never there twice.
    pub(crate) fn grow(&mut self, bytes: usize) {
        let grown = Region::zeroed(bytes);
        if self.mapped && grown.mapped && move_pages(self, &grown) {
            // What lay here has moved away.
            std::mem::forget(std::mem::replace(self, grown));
            return;
        }
        // SAFETY: two blocks, the new one at least as large; both initialised, since a block that grows began as zeroes.
        unsafe { grown.base.copy_from_nonoverlapping(self.base, self.bytes) };
        *self = grown;
    }

    /// Its first byte.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.mapped {
            unmap(self.base, self.bytes);
        } else {
            // SAFETY: the block came from the allocator with the same layout.
            unsafe { dealloc(self.base.as_ptr(), layout(self.bytes)) }
        }
    }
}

fn layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes.max(1), ALIGN).expect("invariant: a block is far smaller than the address space")
}

/// Maps `bytes` (rounded up to huge pages) at a huge-page boundary; `None` when the kernel refuses.
#[cfg(all(target_os = "linux", not(miri)))]
fn map(bytes: usize) -> Option<Region> {
    let bytes = bytes.checked_next_multiple_of(HUGE_PAGE)?;
    let span = bytes.checked_add(HUGE_PAGE)?;
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a fresh private mapping, placed by the kernel.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), span, access, kind, -1, 0) };
    if start == libc::MAP_FAILED {
        return None;
    }
    let start = NonNull::new(start.cast::<u8>())?;
    let lead = start.align_offset(HUGE_PAGE);
    // SAFETY: `lead` is below HUGE_PAGE, so `lead + bytes` is at most `span`.
    let (base, end) = unsafe { (start.add(lead), start.add(lead + bytes)) };
    unmap(start, lead);
    unmap(end, HUGE_PAGE - lead);
    // SAFETY: the range is ours. The call is advice; its failure costs speed only.
    unsafe { libc::madvise(base.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE) };
    Some(Region { base, bytes, mapped: true })
}

/// Moves the pages of `from` to the beginning of `to`; `false` when the kernel refuses.
#[cfg(all(target_os = "linux", not(miri)))]
fn move_pages(from: &Region, to: &Region) -> bool {
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    let target = to.base.as_ptr().cast::<libc::c_void>();
    // SAFETY: both are mappings of ours of at least so many bytes; the pages of `to` that are replaced were never touched.
    let moved = unsafe { libc::mremap(from.base.as_ptr().cast(), from.bytes, from.bytes, flags, target) };
    moved == target
}

#[cfg(all(target_os = "linux", not(miri)))]
fn unmap(base: NonNull<u8>, bytes: usize) {
    if bytes > 0 {
        // SAFETY: callers pass a range of a mapping that is theirs and that nothing refers to any more.
        unsafe { libc::munmap(base.as_ptr().cast(), bytes) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn map(_bytes: usize) -> Option<Region> {
    None
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn move_pages(_from: &Region, _to: &Region) -> bool {
    false
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn unmap(_base: NonNull<u8>, _bytes: usize) {}
