//! The ISO form: `P`, days, then `T` and hours, minutes and seconds, all optional but at least one there, in this order
//! and in either case. Every part may have a sign of its own; seconds may have up to nine decimals.

use super::SECOND;

/// The parts that may follow `T`, in order, with their lengths in seconds.
const TIME_PARTS: [(char, i128); 3] = [('H', 3_600), ('M', 60), ('S', 1)];

/// Whether a text means to be of this form.
pub(super) fn is_iso(text: &str) -> bool {
    text.starts_with(['P', 'p'])
}

/// The nanoseconds of a text of this form; `None` when it is malformed, negative, or overlong beyond all measure.
pub(super) fn nanos(text: &str) -> Option<u128> {
    let text = text.to_ascii_uppercase();
    let text = text.strip_prefix('P')?;
    let (date, time) = match text.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        None if !text.is_empty() => (text, ""),
        _ => return None,
    };
    let days = if date.is_empty() { 0 } else { whole(date.strip_suffix('D')?)?.checked_mul(86_400 * NANOS)? };
    u128::try_from(days.checked_add(time_nanos(time)?)?).ok()
}

/// [`SECOND`] as a signed number.
const NANOS: i128 = SECOND as i128;

fn time_nanos(mut rest: &str) -> Option<i128> {
    let mut total = 0i128;
    for (letter, seconds) in TIME_PARTS {
        let Some((number, after)) = rest.split_once(letter) else { continue };
        let nanos = match letter {
            'S' => decimal(number)?,
            _ => whole(number)?.checked_mul(seconds * NANOS)?,
        };
        total = total.checked_add(nanos)?;
        rest = after;
    }
    rest.is_empty().then_some(total)
}

/// A whole number with or without a sign.
fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Seconds with up to nine decimals, as nanoseconds. The sign is that of the whole.
fn decimal(text: &str) -> Option<i128> {
    let (seconds, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction = whole(&format!("{fraction:0<9}"))?;
    let signed = if seconds.starts_with('-') { -fraction } else { fraction };
    whole(seconds)?.checked_mul(NANOS)?.checked_add(signed)
}
