//! Lists and maps in one line of text: splitting at separators that are not inside quotes, and quoting.
//!
//! A quote opens only where an item begins, so that the apostrophe of `it's` is a character like any other; it closes at the
//! next single occurrence of itself, and two in a row stand for one. What is not closed is malformed.

use std::collections::BTreeMap;

/// The items of `text` between separators, without quotes; empty items that are not quoted are left out.
/// `None` when a quote is not closed or something follows it.
pub(super) fn list(text: &str, separator: char) -> Option<Vec<String>> {
    split(text, &[separator], separator)?.into_iter().filter(|item| !item.is_empty()).map(unquote).collect()
}

/// The entries of `k:v,k:v`. A value may contain colons; a key that does, or a comma anywhere, wants quotes, around the part
/// or around the whole entry. `None` when a quote is not closed or an entry has no colon.
pub(super) fn map(text: &str) -> Option<BTreeMap<String, String>> {
    let entries = split(text, &[',', ':'], ',')?;
    entries.into_iter().filter(|entry| !entry.is_empty()).map(entry).collect()
}

fn entry(text: &str) -> Option<(String, String)> {
    let whole = unquote(text);
    let text = whole.as_deref().unwrap_or(text);
    let colon = Scanner::new(text, &[':']).find_map(|(at, c)| (c == ':').then_some(at))?;
    let (key, value) = text.split_at_checked(colon)?;
    Some((unquote(key.trim())?, unquote(value.strip_prefix(':')?.trim())?))
}

/// Puts quotes around an item if it needs them.
pub(super) fn quote(item: &str) -> String {
    let plain = !item.is_empty() && item.trim() == item && !item.contains([';', ',', ':', '\'', '"', '[', '{']);
    if plain { item.to_owned() } else { format!("'{}'", item.replace('\'', "''")) }
}

/// Splits at `separator` outside of quotes; a quote opens at the start and after any of `openers`.
fn split<'a>(text: &'a str, openers: &[char], separator: char) -> Option<Vec<&'a str>> {
    let mut items = Vec::new();
    let mut start = 0;
    let mut scanner = Scanner::new(text, openers);
    for (at, c) in &mut scanner {
        if c == separator {
            items.push(text.get(start..at)?.trim());
            start = at + c.len_utf8();
        }
    }
    items.push(text.get(start..)?.trim());
    scanner.inside.is_none().then_some(items)
}

/// The text of an item: without its quotes, if it begins with one.
fn unquote(item: &str) -> Option<String> {
    let Some(quote) = item.chars().next().filter(|c| is_quote(*c)) else { return Some(item.to_owned()) };
    let inner = item.strip_prefix(quote)?.strip_suffix(quote)?;
    let doubled = String::from_iter([quote, quote]);
    let single_left = inner.replace(&doubled, "").contains(quote);
    (!single_left).then(|| inner.replace(&doubled, &quote.to_string()))
}

fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '"')
}

/// The characters of a text that are outside of quotes, with their places.
struct Scanner<'a> {
    chars: std::str::CharIndices<'a>,
    openers: &'a [char],
    /// Whether a quote here would open.
    at_start: bool,
    /// The quote that is open.
    inside: Option<char>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, openers: &'a [char]) -> Self {
        Scanner { chars: text.char_indices(), openers, at_start: true, inside: None }
    }
}

impl Iterator for Scanner<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        // Two quotes in a row close and open again at once: the second finds `at_start` as the first left it.
        for (at, c) in self.chars.by_ref() {
            match self.inside {
                Some(quote) if c == quote => self.inside = None,
                Some(_) => {}
                None if self.at_start && is_quote(c) => self.inside = Some(c),
                None => {
                    self.at_start = self.openers.contains(&c) || (self.at_start && c.is_whitespace());
                    return Some((at, c));
                }
            }
        }
        None
    }
}
