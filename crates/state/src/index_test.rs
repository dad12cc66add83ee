use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Everything that was inserted is found, nothing else is, and *reach* holds.
fn check(index: &Index, model: &BTreeMap<u32, u64>) {
    assert_eq!(index.taken, model.len());
    for (number, hash) in model {
        assert_eq!(index.find(*hash, |found| found == *number), Some(*number), "{hash:x}");
        assert!(index.locate(*hash, *number, index.mask_of(tag(*hash))).is_some());
    }
    let slots = (0..=index.mask).flat_map(|at| (0..SLOTS).map(move |slot| index.bucket(at).get(slot)));
    assert_eq!(slots.filter(|(_, stored)| *stored != 0).count(), model.len());
}

/// Hashes that crowd into few homes, some of which differ in high bits of the tag only.
fn hash() -> impl Strategy<Value = u64> {
    prop_oneof![
        (0u64..12).prop_map(|home| home.wrapping_sub(6) & 0xffff_ffff),
        (0u64..4, 0u64..64).prop_map(|(home, high)| home | high << 2),
        any::<u32>().prop_map(u64::from),
    ]
}

proptest! {
    #[test]
    fn inserts_and_removals_at_any_stage_of_growth(steps in prop::collection::vec((hash(), 0u8..4), 1..1500)) {
        let (mut index, mut model) = (Index::new(), BTreeMap::new());
        for (number, (hash, action)) in (0u32..).zip(steps) {
            // Three inserts to one removal, of an entry somewhere in the middle.
            let victim = model.range(number / 2..).next().map(|(number, hash)| (*number, *hash));
            match (action, victim) {
                (0, Some((number, hash))) => {
                    prop_assert!(index.remove(hash, number));
                    prop_assert!(!index.remove(hash, number));
                    model.remove(&number);
                }
                _ => {
                    index.insert(hash, number);
                    model.insert(number, hash);
                }
            }
            if number % 16 == 0 {
                check(&index, &model);
            }
        }
        check(&index, &model);
    }
}

#[test]
fn growing_is_spread_over_inserts() {
    let (mut index, mut model) = (Index::new(), BTreeMap::new());
    let mut growing = 0;
    for number in 0..200_000u32 {
        let hash = u64::from(number.wrapping_mul(0x9e37_79b9));
        let before = index.unsplit;
        index.insert(hash, number);
        model.insert(number, hash);
        if before != 0 {
            growing += 1;
            assert!(before - index.unsplit < 1000, "an insert splits few buckets");
        }
    }
    assert!(growing > 1000);
    check(&index, &model);
}

#[test]
fn memory_keeps_its_contents_while_it_grows() {
    let mut region = Region::zeroed(4096);
    let mut bytes = 4096;
    // SAFETY: within the region, which is initialised.
    unsafe { region.base().add(4000).write(7) };
    while bytes < 16 << 20 {
        bytes *= 2;
        region.grow(bytes);
        // SAFETY: as above.
        unsafe {
            assert_eq!(region.base().add(4000).read(), 7);
            assert_eq!(region.base().add(bytes - 1).read(), 0);
        }
    }
}
