//! Fractions of sizes, exactly.

use crate::MemorySize;

/// The fraction that an option's value stands for: a 32-bit float.
pub(super) fn of_option(value: f64) -> f64 {
    f64::from(value as f32)
}

/// `fraction` of `size`, rounded down.
pub(super) fn of_size(size: MemorySize, fraction: f64) -> MemorySize {
    // The shortest decimal form has at most 17 digits, and 2⁶³ has 19, so the product fits.
    let text = fraction.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits: u128 = format!("{whole}{decimals}").parse().unwrap_or(0);
    let scale = u32::try_from(decimals.len()).ok().and_then(|n| 10u128.checked_pow(n)).unwrap_or(u128::MAX);
    let bytes = digits.saturating_mul(u128::from(size.bytes())) / scale;
    MemorySize::from_bytes(u64::try_from(bytes).unwrap_or(u64::MAX))
}

/// What has to be added to `rest` so that it is `fraction` of the sum, rounded down.
pub(super) fn beside(rest: MemorySize, fraction: f64) -> MemorySize {
    of_size(rest, fraction / (1.0 - fraction))
}
