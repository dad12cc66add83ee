use super::*;
use crate::golden_test as golden;
use proptest::prelude::*;

#[test]
fn golden_durations() {
    let rows: Vec<_> =
        golden::rows("sizes-and-durations.json").into_iter().filter(|r| r["kind"] == "duration").collect();
    assert!(rows.len() >= 55, "only {} rows", rows.len());
    for row in rows {
        let read = parse(row["text"].as_str().unwrap()).ok();
        let read = read.map(|d| (d.as_secs(), u64::from(d.subsec_nanos())));
        let want = row["seconds"].as_u64().zip(row["nanos"].as_u64());
        assert_eq!(read, want, "{row}");
    }
}

#[test]
fn iso_parts() {
    let seconds = |text: &str| parse(text).ok().map(|d| d.as_secs_f64());
    assert_eq!(seconds("P1DT1H1M1.25S"), Some(90_061.25));
    assert_eq!(seconds("PT1H-30M"), Some(1_800.0), "every part has a sign of its own");
    assert_eq!(seconds("P1DT-1S"), Some(86_399.0));
    assert_eq!(seconds("PT0,5S"), Some(0.5));
    assert_eq!(seconds("PT1.S"), Some(1.0));
    for bad in ["P1DT", "PT5M3H", "PT1H1H", "P5H", "PT5", "PT.5S", "PT1.0000000001S", "PT-1S", "P1Y", "P1W", "PTS"] {
        assert_eq!(seconds(bad), None, "{bad}");
    }
}

#[test]
fn printed_in_the_common_form() {
    for (nanos, text) in [
        (0, "0 ms"),
        (7, "7 ns"),
        (5_000, "5 µs"),
        (100_000_000, "100 ms"),
        (90 * 1_000_000_000, "90 s"),
        (300 * 1_000_000_000, "5 min"),
        (3_600 * 1_000_000_000, "1 h"),
        (7 * 86_400 * 1_000_000_000, "7 d"),
    ] {
        assert_eq!(format(Duration::from_nanos(nanos)), text);
    }
}

#[test]
fn what_is_wrong_is_said() {
    let message = |text: &str| parse(text).unwrap_err().to_string();
    assert!(message("1 w").starts_with(r#""1 w" is not a duration: write"#));
    assert!(message("9223372036854775808 s").starts_with(r#"the duration "9223372036854775808 s" is too long"#));
    assert!(message(&"9".repeat(60)).contains("too long"));
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(secs in 0..=i64::MAX as u64, nanos in prop_oneof![Just(0), 0..1_000_000_000u32]) {
        let duration = Duration::new(secs, nanos);
        prop_assert_eq!(parse(&format(duration)), Ok(duration));
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC*") {
        let _ = parse(&text);
    }

    #[test]
    fn nearly_iso_is_not_too_strange(text in "[Pp][-+0-9.,DTHMSdthms]{0,60}") {
        let _ = parse(&text);
    }
}
