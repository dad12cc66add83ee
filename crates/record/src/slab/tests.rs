//! Buffers come back, within bounds.

use super::{Slab, SlabPool};

#[test]
fn buffers_return_with_the_last_reference() {
    let pool = SlabPool::new(1 << 16);
    let mut buffer = pool.take(1000);
    buffer.extend_from_slice(&[7; 100]);
    let address = buffer.as_ptr();
    let slab = pool.share(buffer);
    let other = slab.clone();
    drop(slab);
    assert_eq!((other.as_slice(), pool.unused_bytes()), (&[7; 100][..], 0));
    std::thread::spawn(move || drop(other)).join().unwrap();
    assert_eq!(pool.unused_bytes(), 1000);
    let again = pool.take(1000);
    assert_eq!((again.as_ptr(), again.len()), (address, 0));
    assert_eq!(pool.unused_bytes(), 0);
}

#[test]
fn what_exceeds_the_bound_is_freed() {
    let pool = SlabPool::new(1000);
    pool.put(Vec::with_capacity(600));
    pool.put(Vec::with_capacity(600));
    pool.put(Vec::new());
    assert_eq!(pool.unused_bytes(), 600);
    pool.put(Vec::with_capacity(400));
    assert_eq!(pool.unused_bytes(), 1000);
}

#[test]
fn a_small_request_leaves_big_buffers_alone() {
    let pool = SlabPool::new(1 << 20);
    pool.put(Vec::with_capacity(1 << 16));
    assert!(pool.take(128).capacity() < 1 << 16);
    assert!(pool.take(40_000).capacity() >= 1 << 16);
}

#[test]
fn what_is_taken_has_room() {
    let pool = SlabPool::new(1 << 24);
    for n in [0, 1, 2, 3, 127, 128, 129, 1000, 65_537] {
        pool.put(Vec::with_capacity(n));
        assert!(pool.take(n).capacity() >= n);
        assert!(pool.take(n).is_empty());
    }
}

#[test]
fn a_slab_without_home_is_freed() {
    let slab = Slab::new(vec![1, 2, 3]);
    let other = slab.clone();
    drop(slab);
    assert_eq!((other.len(), other.as_ref()), (3, &[1, 2, 3][..]));
    assert!(Slab::new(Vec::new()).is_empty());
}
