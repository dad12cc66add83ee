//! One cache line of the index: eight slots, searched at once.

/// Slots of a bucket.
pub(crate) const SLOTS: usize = 8;

/// Eight slots, tags beside entry numbers, in one cache line.
///
/// A number of 0 marks an empty slot; entry `n` is stored as `n + 1`. The tag of an empty slot is 0, which is also a
/// valid tag: whoever finds a tag must look whether its slot is taken.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Bucket {
    tags: [u32; SLOTS],
    numbers: [u32; SLOTS],
}

/// A set of slots of one bucket, as a bit mask; iterates from the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotSet(u32);

impl Bucket {
    /// The slots that hold `tag`, taken or empty.
    #[inline(always)]
    pub(crate) fn tagged(&self, tag: u32) -> SlotSet {
        SlotSet(equal_lanes(&self.tags, tag))
    }

    /// The empty slots.
    #[inline(always)]
    pub(crate) fn empty(&self) -> SlotSet {
        SlotSet(equal_lanes(&self.numbers, 0))
    }

    /// The tag and number in `slot`.
    #[inline(always)]
    pub(crate) fn get(&self, slot: usize) -> (u32, u32) {
        (self.tags[slot % SLOTS], self.numbers[slot % SLOTS])
    }

    /// The number in `slot`.
    #[inline(always)]
    pub(crate) fn number(&self, slot: usize) -> u32 {
        self.numbers[slot % SLOTS]
    }

    /// Fills `slot`.
    #[inline(always)]
    pub(crate) fn set(&mut self, slot: usize, tag: u32, number: u32) {
        self.tags[slot % SLOTS] = tag;
        self.numbers[slot % SLOTS] = number;
    }
}

impl SlotSet {
    /// The first slot, if there is one.
    #[inline(always)]
    pub(crate) fn first(self) -> Option<usize> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as usize)
    }
}

impl Iterator for SlotSet {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let first = self.first()?;
        self.0 &= self.0 - 1;
        Some(first)
    }
}

/// A bit per lane that equals `value`. The shape is one compilers turn into two vector comparisons.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn equal_lanes(lanes: &[u32; SLOTS], value: u32) -> u32 {
    lanes.iter().enumerate().fold(0, |mask, (lane, x)| mask | u32::from(*x == value) << lane)
}

/// A bit per lane that equals `value`.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(always)]
#[allow(unsafe_code)]
fn equal_lanes(lanes: &[u32; SLOTS], value: u32) -> u32 {
    use core::arch::x86_64::{
        __m128i, _mm_castsi128_ps, _mm_cmpeq_epi32, _mm_loadu_si128, _mm_movemask_ps, _mm_set1_epi32,
    };
    let halves = lanes.as_ptr().cast::<__m128i>();
    // SAFETY: SSE2 is part of x86-64; both unaligned loads lie within the eight lanes.
    unsafe {
        let wanted = _mm_set1_epi32(value.cast_signed());
        let low = _mm_cmpeq_epi32(_mm_loadu_si128(halves), wanted);
        let high = _mm_cmpeq_epi32(_mm_loadu_si128(halves.add(1)), wanted);
        let mask = _mm_movemask_ps(_mm_castsi128_ps(low)) | _mm_movemask_ps(_mm_castsi128_ps(high)) << 4;
        mask.cast_unsigned()
    }
}
