//! A batch comes back as what it was, and as nothing else.

use super::AnyBatch;
use crate::{Batch, SharedText, SlabPool, Str};

#[test]
fn a_batch_comes_back() {
    let batch = Batch { rows: vec![1u64, 2], times: None, hashes: Some(vec![3, 4]) };
    let any = AnyBatch::new(batch.clone());
    assert!(any.is::<u64>() && !any.is::<i64>());
    assert_eq!((any.len(), any.is_empty(), any.record_type()), (2, false, "u64"));
    assert_eq!(any.downcast_ref::<u64>(), Some(&batch));
    let any = any.downcast::<Str>().expect_err("it holds numbers");
    assert_eq!(any.downcast::<u64>().ok(), Some(batch));
}

#[test]
fn it_can_be_changed_in_place_cloned_and_split() {
    let mut any = AnyBatch::new(Batch::of(vec![1u8, 2, 3]));
    any.downcast_mut::<u8>().unwrap().rows.push(4);
    let copy = any.clone_batch();
    let rest = any.split_off(1);
    assert_eq!((any.len(), rest.len(), copy.len()), (1, 3, 4));
    assert_eq!(any.split_off(9).len(), 0);
    assert_eq!(rest.downcast::<u8>().unwrap().rows, [2, 3, 4]);
}

#[test]
fn detaching_reaches_every_record() {
    let pool = SlabPool::new(1 << 20);
    let text = SharedText::new(pool.share(vec![b'x'; 1000])).unwrap();
    let rows = (0..3).map(|i| (i, Some(vec![text.slice(0..500).unwrap()]))).collect();
    let mut any = AnyBatch::new(Batch::<(u8, Option<Vec<Str>>)>::of(rows));
    assert!(any.estimated_bytes() > 1500);
    drop(text);
    assert_eq!(pool.unused_bytes(), 0);
    any.detach();
    assert_eq!(pool.unused_bytes(), 1000);
}

#[test]
fn it_moves_between_threads() {
    let any = AnyBatch::new(Batch::of(vec![Str::from("word")]));
    let len = std::thread::spawn(move || any.len()).join().unwrap();
    assert_eq!(len, 1);
}
