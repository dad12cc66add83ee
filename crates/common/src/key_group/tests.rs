use super::*;
use crate::golden_test as golden;
use proptest::prelude::*;
use serde_json::Value;

fn number(row: &Value, field: &str) -> u32 {
    u32::try_from(row[field].as_u64().unwrap_or_else(|| panic!("no {field} in {row}"))).unwrap()
}

fn check_ranges(row: &Value) {
    let (parallelism, max) = (number(row, "parallelism"), number(row, "max_parallelism"));
    for (subtask, want) in (0..).zip(row["inclusive_ranges_of_first_subtasks"].as_array().unwrap()) {
        let range = range_of(subtask, parallelism, max);
        assert_eq!(serde_json::json!([range.start, range.end - 1]), *want, "subtask {subtask} of {parallelism}/{max}");
    }
}

#[test]
fn golden_key_groups() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for row in golden::rows("key-groups.json") {
        let kind = row["kind"].as_str().unwrap();
        *seen.entry(kind.to_owned()).or_default() += 1;
        match kind {
            "default-max-parallelism" => {
                assert_eq!(default_max_parallelism(number(&row, "parallelism")), number(&row, "max_parallelism"))
            }
            "ranges" => check_ranges(&row),
            "subtask" => {
                let subtask =
                    subtask_of(number(&row, "key_group"), number(&row, "parallelism"), number(&row, "max_parallelism"));
                assert_eq!(subtask, number(&row, "subtask"), "{row}");
            }
            other => panic!("a kind of row that this test does not know: {other}"),
        }
    }
    assert!(seen["default-max-parallelism"] >= 29 && seen["ranges"] >= 16 && seen["subtask"] >= 60, "{seen:?}");
}

#[test]
fn golden_group_of_hash_uses_the_high_half() {
    for (hash, max, group) in [
        (0, 128, 0),
        (u64::MAX, 128, 127),
        (0x0000_0000_ffff_ffff, 32_768, 0),
        (0x8000_0000_0000_0000, 128, 64),
        (0x7fff_ffff_ffff_ffff, 128, 63),
        (0x0200_0000_0000_0000, 128, 1),
        (u64::MAX, 1, 0),
        (u64::MAX, u32::MAX, u32::MAX - 1),
        (0x1234_5678_9abc_def0, 720, 51),
    ] {
        assert_eq!(key_group_of(hash, max), group, "{hash:#x} of {max}");
    }
}

#[test]
fn arguments_without_meaning_do_no_harm() {
    assert_eq!(subtask_of(5, 0, 0), 5);
    assert_eq!(range_of(u32::MAX, 1, u32::MAX).end, u32::MAX);
    assert_eq!(default_max_parallelism(u32::MAX), 32_768);
    assert!(range_of(1, 2, 1).is_empty());
}

#[test]
fn ranges_meet() {
    let (a, b) = (KeyGroupRange::new(0, 10), KeyGroupRange::new(7, 20));
    assert_eq!(a.intersection(b), KeyGroupRange::new(7, 10));
    assert!(a.intersection(KeyGroupRange::new(10, 12)).is_empty());
    assert!(b.intersection(KeyGroupRange::new(0, 2)).is_empty());
    assert_eq!((b.len(), b.iter().next(), b.to_string().as_str()), (13, Some(7), "7..20"));
}

proptest! {
    #[test]
    fn ranges_cover_all_groups_once_and_agree_with_the_owner(max in 1u32..=32_768, share in 0.0f64..=1.0) {
        let parallelism = ((f64::from(max) * share) as u32).max(1);
        let mut next = 0;
        for subtask in 0..parallelism {
            let range = range_of(subtask, parallelism, max);
            prop_assert_eq!(range.start, next);
            prop_assert!(!range.is_empty());
            for group in [range.start, range.end - 1] {
                prop_assert_eq!(subtask_of(group, parallelism, max), subtask);
                prop_assert!(range.contains(group));
            }
            next = range.end;
        }
        prop_assert_eq!(next, max);
    }

    #[test]
    fn a_group_is_always_below_the_maximum(hash: u64, max in 1u32..) {
        prop_assert!(key_group_of(hash, max) < max);
    }
}
