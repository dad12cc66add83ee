//! Every append, from every room that is left.

use super::Encoder;

/// What `write` appends to three bytes, whatever room there is behind them.
fn appended(write: impl Fn(&mut Encoder<'_>)) -> Vec<u8> {
    let results = (3..64).map(|capacity| {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend([1, 2, 3]);
        write(&mut Encoder::new(&mut bytes));
        assert_eq!(bytes[..3], [1, 2, 3]);
        bytes.split_off(3)
    });
    let results: Vec<_> = results.collect();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:?}");
    results.into_iter().next_back().unwrap()
}

#[test]
fn appends() {
    assert!(appended(|_| {}).is_empty());
    assert_eq!(appended(|out| out.put([4, 5])), [4, 5]);
    assert_eq!(appended(|out| out.put_first([4, 5, 6], 2)), [4, 5]);
    assert_eq!(appended(|out| out.put_first([4, 5, 6], 9)), [4, 5, 6]);
    assert_eq!(appended(|out| out.put_slice(&[9; 40])), [9; 40]);
    assert_eq!(appended(|out| out.put_block(4, |block| block[1] = 8)), [0, 8, 0, 0]);
    assert_eq!(appended(|out| out.put_varint(0)), [0]);
    assert_eq!(appended(|out| out.put_varint(u64::MAX)), [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    assert_eq!(appended(|out| out.put_str("né")), [3, b'n', 0xc3, 0xa9]);
}

#[test]
fn appends_follow_each_other() {
    let bytes = appended(|out| (0..20).for_each(|i| out.put_first([i; 8], usize::from(i) % 3)));
    assert_eq!(bytes, [1, 2, 2, 4, 5, 5, 7, 8, 8, 10, 11, 11, 13, 14, 14, 16, 17, 17, 19]);
}

#[test]
fn what_is_taken_back_is_gone() {
    let bytes = appended(|out| {
        out.put([4; 16]);
        out.truncate(5);
        out.truncate(100);
        assert_eq!(out.position(), 5);
        out.put([6]);
    });
    assert_eq!(bytes, [4, 4, 6]);
}

#[test]
fn an_encoder_dropped_by_a_panic_keeps_what_was_whole() {
    let mut bytes = Vec::new();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut out = Encoder::new(&mut bytes);
        out.put([1, 2]);
        out.put_block(4, |_| panic!("in the middle"));
    }));
    assert!(panicked.is_err());
    assert_eq!(bytes, [1, 2]);
}
