//! Guessing which key was meant.

/// The known key that is nearest to an unknown one, if any is near: an edit for every four characters, letters' case aside,
/// or a key that ends in what was written, for those who forgot its beginning.
pub(super) fn nearest(unknown: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let wanted = unknown.to_lowercase();
    let limit = (wanted.chars().count() / 4).max(1);
    known
        .map(|key| (distance(&wanted, &key.to_lowercase()), key))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, key)| key)
}

/// Edits between two keys: insertions, deletions, replacements and swaps of neighbours.
fn distance(wanted: &str, key: &str) -> usize {
    match key.strip_suffix(wanted) {
        Some(rest) if rest.ends_with('.') => 1,
        _ => strsim::osa_distance(wanted, key),
    }
}
