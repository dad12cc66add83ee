//! What decoding allocates is bounded by the input, whatever the input promises.

#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use weft_record::{Decoder, Encoder, Record, Str};

/// Counts the bytes that the thread holds, and the most it held.
struct Counting;

thread_local! {
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(change: isize) {
    let (held, most) = HELD.get();
    HELD.set((held + change, most.max(held + change)));
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Clone, Record)]
struct Tree {
    children: Vec<Tree>,
    names: HashMap<Str, Vec<String>>,
}

/// The most bytes held while `bytes` are read as a `T`.
fn most_held<T: Record>(bytes: &[u8]) -> isize {
    let (before, _) = HELD.get();
    HELD.set((before, before));
    drop(T::decode(&mut Decoder::new(bytes)));
    HELD.get().1 - before
}

/// A length that lies about what follows.
fn promise(n: u64, input: &mut Vec<u8>) {
    Encoder::new(input).put_varint(n);
}

#[test]
fn a_huge_length_allocates_nothing() {
    for n in [1 << 20, 1 << 32, 1 << 60, u64::MAX] {
        let mut bytes = Vec::new();
        promise(n, &mut bytes);
        bytes.extend_from_slice(&[0; 8]);
        let held = [
            most_held::<Vec<u64>>(&bytes),
            most_held::<Vec<u8>>(&bytes),
            most_held::<Vec<String>>(&bytes),
            most_held::<Vec<Vec<Str>>>(&bytes),
            most_held::<String>(&bytes),
            most_held::<Str>(&bytes),
            most_held::<HashSet<Str>>(&bytes),
            most_held::<BTreeMap<String, u8>>(&bytes),
        ];
        assert!(held.iter().all(|&held| held <= 1024), "{n}: {held:?}");
    }
}

#[test]
fn promises_within_promises_do_not_add_up() {
    // Each level promises as many children as bytes are left, which no check of one length can refuse.
    let mut bytes = Vec::new();
    while bytes.len() < 600 {
        promise(60_000, &mut bytes);
    }
    bytes.resize(1 << 16, 0xff);
    let held = most_held::<Tree>(&bytes);
    assert!(held <= 10 * bytes.len() as isize, "{held} bytes held for {}", bytes.len());
}
