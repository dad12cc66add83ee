//! Decimals compare by value and print as written.

use super::{Decimal, DecimalError};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::HashSet;

fn decimal(unscaled: i128, scale: u8) -> Decimal {
    Decimal::new(unscaled, scale).unwrap()
}

#[test]
fn they_print_with_their_scale() {
    let rows = [
        (0, 0, "0"),
        (5, 2, "0.05"),
        (-12345, 2, "-123.45"),
        (100, 2, "1.00"),
        (-1, 38, "-0.00000000000000000000000000000000000001"),
    ];
    for (unscaled, scale, text) in rows {
        assert_eq!(decimal(unscaled, scale).to_string(), text);
    }
    assert_eq!(format!("{:>8}", decimal(-15, 1)), "    -1.5");
}

#[test]
fn equal_values_are_equal_whatever_the_scale() {
    let set: HashSet<Decimal> =
        [decimal(15, 1), decimal(150, 2), decimal(1500, 3), decimal(0, 5), decimal(0, 0)].into();
    assert_eq!(set.len(), 2);
    assert!(decimal(-1, 1) < decimal(0, 7) && decimal(i128::MAX, 0) > decimal(i128::MAX, 1));
    assert!(decimal(i128::MIN, 38) < decimal(-1, 0));
}

#[test]
fn the_scale_is_bounded() {
    assert_eq!(Decimal::new(1, 39).unwrap_err(), DecimalError::Scale { scale: 39 });
}

proptest! {
    #[test]
    fn order_is_that_of_the_values(a in -1_000_000i128..1_000_000, b in -1_000_000i128..1_000_000, s in 0u8..6, t in 0u8..6) {
        let expected = (a * 10i128.pow(u32::from(t))).cmp(&(b * 10i128.pow(u32::from(s))));
        prop_assert_eq!(decimal(a, s).cmp(&decimal(b, t)), expected);
        prop_assert_eq!(decimal(a, s) == decimal(b, t), expected == Ordering::Equal);
    }
}
