//! Tables of what is read and what is refused.

use super::*;

#[test]
fn durations() {
    let table = [
        ("5", Some(Duration::from_millis(5))),
        ("0", Some(Duration::ZERO)),
        (" 5 ms ", Some(Duration::from_millis(5))),
        ("7ns", Some(Duration::from_nanos(7))),
        ("7us", Some(Duration::from_micros(7))),
        ("7s", Some(Duration::from_secs(7))),
        ("7S", Some(Duration::from_secs(7))),
        ("7m", Some(Duration::from_secs(420))),
        ("7h", Some(Duration::from_secs(25_200))),
        ("7d", Some(Duration::from_secs(604_800))),
        ("-1", None),
        ("1.5s", None),
        ("", None),
        ("s", None),
        ("5 min", None),
        ("18446744073709551615s", Some(Duration::from_secs(u64::MAX))),
        ("18446744073709551615d", None),
        ("18446744073709551616", None),
    ];
    for (text, expected) in table {
        assert_eq!(duration(text, TimeUnit::Milliseconds), expected, "{text}");
    }
}

#[test]
fn durations_without_suffix_count_the_unit() {
    let table = [
        (TimeUnit::Nanoseconds, Duration::from_nanos(3)),
        (TimeUnit::Microseconds, Duration::from_micros(3)),
        (TimeUnit::Milliseconds, Duration::from_millis(3)),
        (TimeUnit::Seconds, Duration::from_secs(3)),
        (TimeUnit::Minutes, Duration::from_secs(180)),
        (TimeUnit::Hours, Duration::from_secs(10_800)),
        (TimeUnit::Days, Duration::from_secs(259_200)),
    ];
    for (unit, expected) in table {
        assert_eq!(duration("3", unit), Some(expected), "{unit:?}");
    }
}

#[test]
fn sizes() {
    let table = [
        ("0", Some(0)),
        ("134217728", Some(134_217_728)),
        ("128m", Some(128 << 20)),
        ("128M", Some(128 << 20)),
        ("128 mb", Some(128 << 20)),
        ("1k", Some(1 << 10)),
        ("1g", Some(1 << 30)),
        ("1t", Some(1 << 40)),
        ("1p", Some(1 << 50)),
        ("1e", Some(1 << 60)),
        ("512b", Some(512)),
        ("8e", None),
        ("16e", None),
        ("9223372036854775807", Some(i64::MAX as u64)),
        ("9223372036854775808", None),
        ("-1", None),
        ("m", None),
        ("", None),
        ("1x", None),
        ("1.5g", None),
        ("1kk", None),
    ];
    for (text, expected) in table {
        assert_eq!(size(text), expected, "{text}");
    }
}

#[test]
fn booleans() {
    let table =
        [("true", Some(true)), (" TRUE ", Some(true)), ("False", Some(false)), ("yes", None), ("1", None), ("", None)];
    for (text, expected) in table {
        assert_eq!(boolean(text), expected, "{text}");
    }
}

#[test]
fn integers() {
    let table = [
        ("-1", Some(-1)),
        (" 42 ", Some(42)),
        ("0x1F", Some(31)),
        ("0X1f", Some(31)),
        ("-0x10", Some(-16)),
        ("0x-1", None),
        ("0x", None),
        ("--1", None),
        ("9223372036854775808", None),
        ("0x8000000000000000", None),
        ("1k", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(integer(text), expected, "{text}");
    }
}

#[test]
fn lists() {
    let table: [(&str, &[&str]); 4] =
        [("nn1, nn2 ,\n nn3", &["nn1", "nn2", "nn3"]), ("one", &["one"]), ("", &[]), (" , ,", &[])];
    for (text, expected) in table {
        assert_eq!(list(text), expected, "{text:?}");
    }
}
