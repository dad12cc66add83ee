//! Who can do something about an error: the one question that the engine asks of every one.

/// The kind of an error: it decides what the engine does with it. Every crate's error type has a `kind()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The user's program, data or configuration is at fault; trying again does not help by itself.
    User,
    /// A passing condition: trying again may succeed.
    Retryable,
    /// The engine cannot go on: a broken invariant, corrupted data, a full disk.
    Fatal,
    /// Somebody else has taken over; what we do no longer counts.
    Fenced,
}
