use super::*;
use crate::golden_test as golden;
use proptest::prelude::*;

#[test]
fn golden_sizes() {
    let rows: Vec<_> = golden::rows("sizes-and-durations.json").into_iter().filter(|r| r["kind"] == "size").collect();
    assert!(rows.len() >= 40, "only {} rows", rows.len());
    for row in rows {
        let read = row["text"].as_str().unwrap().parse::<MemorySize>().ok().map(MemorySize::bytes);
        assert_eq!(read, row["bytes"].as_u64(), "{row}");
    }
}

#[test]
fn prints_with_the_largest_unit_that_leaves_a_whole_number() {
    for (bytes, text) in [
        (0, "0 b"),
        (1, "1 b"),
        (1023, "1023 b"),
        (1024, "1 kb"),
        (1536 << 10, "1536 kb"),
        (64 << 20, "64 mb"),
        (10 << 30, "10 gb"),
        (1 << 40, "1 tb"),
        (i64::MAX as u64, "9223372036854775807 b"),
    ] {
        assert_eq!(MemorySize::from_bytes(bytes).to_string(), text);
    }
}

#[test]
fn what_is_wrong_is_said() {
    let message = |text: &str| text.parse::<MemorySize>().unwrap_err().to_string();
    assert!(message("5 mib").starts_with(r#""5 mib" is not a size: write a whole number"#));
    assert!(message("9999999999999g").starts_with(r#"the size "9999999999999g" is too large"#));
    assert!(message("99999999999999999999").starts_with(r#"the size "99999999999999999999" is too large"#));
}

#[test]
fn making_a_size_never_exceeds_the_largest() {
    assert_eq!(MemorySize::from_bytes(u64::MAX), MemorySize::MAX);
    assert_eq!(MemorySize::from_mib(u64::MAX), MemorySize::MAX);
    assert_eq!(MemorySize::from_kib(3).bytes(), 3072);
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(bytes in prop_oneof![any::<u64>(), (0u64..5000, 0u32..50).prop_map(|(n, s)| n << s)]) {
        let size = MemorySize::from_bytes(bytes);
        prop_assert_eq!(size.to_string().parse::<MemorySize>(), Ok(size));
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC*") {
        let _ = text.parse::<MemorySize>();
    }

    #[test]
    fn nearly_a_size_is_not_too_strange(text in "[ +-]?[0-9]{0,25}[ .e]?[kmgtbKMGTB]{0,3}") {
        let _ = text.parse::<MemorySize>();
    }
}
